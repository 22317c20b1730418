"""Figures: the numbers behind them, and files that are the same each time."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_ledger import make_counties
from made_figures import drawn, make_results
from matplotlib.figure import Figure

from sim.telling.figures.data import (
    STAGES,
    county_changes,
    crime_change,
    funnel,
    reporting_by_group,
    reporting_by_status,
    years_of,
)
from sim.telling.figures.map_places import places_of
from sim.telling.figures.style import saved_by

RANGE = "disputed_range"
PAGE = ["crime_over_time", RANGE, "who_is_affected", "crime_since_adoption", "enforcement", "map"]
BEYOND = ["crime_by_kind", "reporting", "enforcement_funnel", "map_violent", "map_property"]


def names_of(others: int) -> list[str]:
    """Return all figures of a comparison with so many scenarios beside the reference."""
    over_time = [f"map_over_time_{family}_program_{n}" for family in ("violent", "property") for n in range(others)]
    return [*PAGE, *BEYOND, *over_time]


def test_month_becomes_a_decimal_year() -> None:
    assert years_of(("2008-01", "2008-12")).tolist() == [2008 + 0.5 / 12, 2008 + 11.5 / 12]


def test_change_is_of_six_month_totals() -> None:
    results = make_results()
    band = crime_change(results, "program_0", "property", "recorded")
    mine, base = (
        np.array([run.crimes("property", "recorded")[17:23].sum() for run in results.runs[name]])
        for name in ("program_0", "plain")
    )
    assert band.estimate[20] == pytest.approx(100 * (mine - base).mean() / base.mean())
    assert band.low[20] < band.estimate[20] < band.high[20]


def test_change_is_nan_where_the_reference_has_none() -> None:
    band = crime_change(make_results(rate=0.0), "program_0", "violent", "occurred")
    assert np.isnan(band.estimate).all()


def test_reporting_shares_are_pooled_ratios() -> None:
    results = make_results()
    told = sum(run.crimes("total", "reported", "hispanic")[17:23].sum() for run in results.runs["plain"])
    true = sum(run.crimes("total", "occurred", "hispanic")[17:23].sum() for run in results.runs["plain"])
    assert reporting_by_group(results, "plain", "hispanic")[20] == pytest.approx(100 * told / true)
    assert 0 <= np.nanmax(reporting_by_status(results, "plain", "unauthorized")) <= 100


def test_funnel_counts_noncitizens_and_narrows() -> None:
    results = make_results()
    table = funnel(results, "plain")
    assert table.shape == (len(STAGES), 4)
    arrests = sum(run.enforcement[12:, :, 1:, :, 0].sum() for run in results.runs["plain"])
    years = 3 * 36000 * 2
    assert table[0].sum() == pytest.approx(1e5 * arrests / years)
    assert (np.diff(table.sum(axis=1)) <= 0).all()


def test_counties_with_few_events_are_not_shown() -> None:
    results = make_results()
    changes = county_changes(results, "program_0", "violent")
    base = np.sum([run.county_crime[:, 0] for run in results.runs["plain"]], axis=0)
    assert changes.shown.tolist() == (base.min(axis=1) >= 50).tolist()
    assert np.isnan(changes.gap[~changes.shown]).all()
    gap = changes.observed[changes.shown] - changes.true[changes.shown]
    assert changes.gap[changes.shown].tolist() == gap.tolist()


@pytest.fixture(scope="module")
def every_figure(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of all figures of three scenarios, and their names in order."""
    folder = tmp_path_factory.mktemp("figures")
    _, figures = drawn(folder, 2, every=True)
    return folder, [figure.name for figure in figures]


def sketch(figure: Figure, folder: Path, name: str) -> None:
    """Draw a figure once and small: that it can be drawn is all that is asked."""
    figure.savefig(folder / f"{name}.png", dpi=30)


def sketched(folder: Path, names: list[str], **options: Any) -> None:
    """Draw figures small, and check that they are these and no other."""
    with saved_by(sketch):
        _, figures = drawn(folder, **options)
    assert [figure.name for figure in figures] == names
    assert {path.stem for path in folder.glob("*.png")} == set(names)


def test_figures_exist(every_figure: tuple[Path, list[str]]) -> None:
    folder, names = every_figure
    assert names == names_of(2)
    for name in names:
        for kind, start in ((".png", b"\x89PNG"), (".svg", b"<?xml")):
            data = (folder / f"{name}{kind}").read_bytes()
            assert data.startswith(start)
            assert b"matplotlib.org" not in data


def test_figures_can_be_drawn_where_nothing_happens(tmp_path: Path) -> None:
    sketched(tmp_path, [name for name in names_of(1) if name != RANGE], rate=0.0, every=True)


def test_figures_are_the_same_each_time(every_figure: tuple[Path, list[str]], tmp_path: Path) -> None:
    drawn(tmp_path, 2)
    for name in PAGE:
        for kind in (".png", ".svg"):
            assert (tmp_path / f"{name}{kind}").read_bytes() == (every_figure[0] / f"{name}{kind}").read_bytes()


def test_counties_from_a_file_are_drawn_by_coordinates(tmp_path: Path) -> None:
    grid = make_counties(4, 4)
    nowhere = np.full(16, -1, dtype=np.int32)
    place = {"latitude": np.linspace(25.0, 48.0, 16), "longitude": np.linspace(-120.0, -70.0, 16)}
    counties = dataclasses.replace(grid, row=nowhere, column=nowhere, **place)
    found = places_of(counties)
    assert found is not None
    assert not found.squares
    sketched(tmp_path, PAGE, counties=counties)


def test_counties_without_a_place_have_no_map(tmp_path: Path) -> None:
    nowhere = np.full(9, -1, dtype=np.int32)
    counties = dataclasses.replace(make_counties(), row=nowhere, column=nowhere)
    assert places_of(counties) is None
    sketched(tmp_path, PAGE[:-1], counties=counties)
