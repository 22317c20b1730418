"""Figures: the numbers behind them, and files that are the same each time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from fake_ledger import make_counties, make_summary

from sim.counties import Counties
from sim.figure_data import (
    STAGES,
    county_changes,
    crime_change,
    funnel,
    reporting_by_group,
    reporting_by_status,
    years_of,
)
from sim.figures import write_figures
from sim.maps import positions
from sim.measures import Evaluation, Results
from sim.parameters import Parameters
from sim.scenario import Comparison, Scenario

NAMES = ("crime_over_time", "reporting", "enforcement_funnel", "map_violent", "map_property")


def make_results(
    others: int = 1, counties: Counties | None = None, title: str = "With $igns & 漢字", rate: float = 0.004
) -> Results:
    counties = counties or make_counties()
    names = ["plain", *(f"program_{index}" for index in range(others))]
    scenarios = [Scenario(name, Parameters.model_validate({"title": title, "months": 36})) for name in names]
    shared = {"counties": counties, "months": 36, "start": 12, "rate": rate}
    effect = {"adopted": 12, "true_factor": 1.2, "report_factor": 0.7}
    runs = {
        name: [make_summary(run, name, run, **shared, **(effect if name != "plain" else {})) for run in range(3)]  # type: ignore[arg-type]
        for name in names
    }
    reached = np.where(np.arange(36) >= 12, 1.0, 0.0)
    evaluation = Evaluation(12, "test", dict.fromkeys(names, reached), float(counties.agents.sum()))
    return Results(Comparison("t", "q", scenarios, "plain", 3, 1), counties, evaluation, runs)


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
    band = crime_change(make_results(rate=0.0), "program_0", "violent", "true")
    assert np.isnan(band.estimate).all()


def test_reporting_shares_are_pooled_ratios() -> None:
    results = make_results()
    told = sum(run.crimes("total", "reported", "hispanic")[17:23].sum() for run in results.runs["plain"])
    true = sum(run.crimes("total", "true", "hispanic")[17:23].sum() for run in results.runs["plain"])
    assert reporting_by_group(results, "plain", "hispanic")[20] == pytest.approx(100 * told / true)
    assert 0 <= np.nanmax(reporting_by_status(results, "plain", "unauthorized")) <= 100


def test_funnel_counts_noncitizens_and_narrows() -> None:
    results = make_results()
    table = funnel(results, "plain")
    assert table.shape == (len(STAGES), 4)
    arrests = sum(run.enforcement[12:, 1:, :, 0].sum() for run in results.runs["plain"])
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


@pytest.mark.parametrize(("others", "rate"), [(1, 0.004), (2, 0.004), (1, 0.0)])
def test_figures_exist_and_are_the_same_each_time(tmp_path: Path, others: int, rate: float) -> None:
    results = make_results(others, rate=rate)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        assert [figure.name for figure in write_figures(results, tmp_path / folder)] == list(NAMES)
    for name in NAMES:
        for kind, start in ((".png", b"\x89PNG"), (".svg", b"<?xml")):
            data = (tmp_path / "one" / f"{name}{kind}").read_bytes()
            assert data.startswith(start)
            assert data == (tmp_path / "two" / f"{name}{kind}").read_bytes()
            assert b"matplotlib.org" not in data


def test_counties_from_a_file_are_drawn_by_coordinates(tmp_path: Path) -> None:
    grid = make_counties(4, 4)
    nowhere = np.full(16, -1, dtype=np.int32)
    place = {"latitude": np.linspace(25.0, 48.0, 16), "longitude": np.linspace(-120.0, -70.0, 16)}
    counties = dataclasses.replace(grid, row=nowhere, column=nowhere, **place)
    found = positions(counties)
    assert found is not None
    assert not found[2]
    assert len(write_figures(make_results(counties=counties), tmp_path)) == len(NAMES)


def test_counties_without_a_place_have_no_map(tmp_path: Path) -> None:
    nowhere = np.full(9, -1, dtype=np.int32)
    counties = dataclasses.replace(make_counties(), row=nowhere, column=nowhere)
    assert positions(counties) is None
    assert len(write_figures(make_results(counties=counties), tmp_path)) == 3
