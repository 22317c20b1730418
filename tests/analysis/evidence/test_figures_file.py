"""Figures in files: those shipped agree with the sources, and a user's mistakes are told with their lines."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from sim.analysis.evidence.figures import COLUMNS, read_figures, shipped_figures, write_figures
from sim.parameters import Parameters
from sim.parameters.listing import rows
from sim.words.faults import UserError
from sim.words.published import FIGURES, TABLE
from sim.words.sources import figures_named_in

GOOD = {
    "id": "A1",
    "quantity": "robberies recorded",
    "value": "148.3",
    "se": "2",
    "role": "target",
    "kind": "crime_rate",
    "book": "recorded",
    "measure": "robbery",
    "first": "2007-01",
    "last": "2007-12",
}


def written(path: Path, *changes: dict[str, str]) -> Path:
    """Write a row for each of the changes to a good one."""
    names = list(dict.fromkeys([*GOOD, *(name for change in changes for name in change)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows({**GOOD, **change} for change in changes)
    return path


def test_figures_that_are_named_are_those_of_the_table() -> None:
    figures = {figure.number: figure for figure in reversed(shipped_figures())}
    assert set(figures) == set(FIGURES)
    for number, figure in figures.items():
        published = FIGURES[number]
        assert (figure.full, figure.period, figure.source, figure.certainty) == (published.what, *published[2:]), number
        assert figure.full
    assert FIGURES["T32"].value == "-0.3 (se 0.116) relative change"
    assert FIGURES["T47"].value == "0.17 / 0.54 share"
    assert FIGURES["T54"].value.startswith("0.3 to 0.375")
    assert FIGURES["T36"].value == "0.4 (se 0.2, 0.28 to 0.7) ratio"


def test_no_parameter_rests_on_a_figure_that_is_kept_for_validation() -> None:
    kept = {figure.number for figure in shipped_figures() if figure.role == "validation"}
    assert len(kept) >= 6
    assert kept.isdisjoint(figures_named_in(row.fact("source") for row in rows(Parameters)))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    figures = shipped_figures()
    write_figures(figures, tmp_path / "figures.csv")
    assert str(read_figures(tmp_path / "figures.csv")) == str(figures)
    assert TABLE.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)


@pytest.mark.parametrize("estimator", ["detained", "detained_instrumented"])
def test_an_estimator_that_needs_people_detained_is_refused_at_reading(tmp_path: Path, estimator: str) -> None:
    design = {"kind": "crime_change", "book": "recorded", "measure": "index", "estimator": estimator}
    path = written(tmp_path / "mine.csv", {**design, "estimator": "poisson"}, {**design, "id": "A2"})
    with pytest.raises(
        UserError, match=rf"mine.csv, line 3: A2: estimator is {estimator}; allowed are two_way, county_trends"
    ):
        read_figures(path)


def test_columns_that_are_not_needed_may_be_left_out(tmp_path: Path) -> None:
    (found,) = read_figures(written(tmp_path / "mine.csv", {}))
    assert (found.id, found.what, found.value, found.se, found.measure) == (
        "A1",
        "robberies recorded",
        148.3,
        2.0,
        "robbery",
    )
    assert math.isnan(found.low)


FUNNEL = {"kind": "funnel_ratio", "book": "", "first": "", "last": ""}
BAD = [
    ({"id": ""}, "id is empty"),
    ({"value": ""}, "value is empty"),
    ({"value": "0.17 / 0.54"}, "value is 0.17 / 0.54; allowed is one number; give each number a row of its own"),
    ({"se": "0"}, "se is 0; allowed is a number above 0"),
    ({"se": "small"}, "se is small"),
    ({"role": "goal"}, "role is goal; allowed are input, target"),
    ({"kind": "crime_rates"}, "kind is crime_rates, which is not known; did you mean crime_rate?"),
    ({"kind": ""}, "kind is empty"),
    ({"measure": "robery"}, "measure is robery; allowed are index, violent"),
    ({"measure": ""}, "measure is empty"),
    ({"book": "survey"}, "book is survey; allowed are occurred, reported, recorded"),
    ({"population": "hispanic"}, "population is hispanic; its kind takes nothing there"),
    ({"first": "2007"}, "first is 2007; allowed is a month such as 2008-10"),
    ({"last": "2007-13"}, "last is 2007-13"),
    ({"first": "2008-01"}, "first is 2008-01, after last, which is 2007-12"),
    ({"low": "1"}, "a range has both ends"),
    ({"low": "2", "high": "1"}, "low is 2, above high, which is 1"),
    ({**FUNNEL, "measure": "removed"}, "measure is removed; allowed are columns of the funnel with a stroke"),
    ({**FUNNEL, "measure": "removed / bookings"}, "measure is removed / bookings; allowed are arrested"),
    ({**FUNNEL, "measure": "removed / booked", "places": "here"}, "places is here; allowed is active, or nothing"),
    ({**FUNNEL, "measure": "removed / booked", "population": "all"}, "population is all; allowed is matched"),
    ({"kind": "rearrest_share", "book": "", "measure": "", "population": "hispanic"}, "population is hispanic"),
    ({"kind": "arrest_share", "book": "", "measure": "", "part": "arson"}, "part is arson; allowed are index"),
    ({"kind": "repeat_victims", "book": "survey", "measure": "violent", "part": "7"}, "part is 7; allowed is a whole"),
    ({"kind": "reporting_share", "book": "survey", "measure": "homicide"}, "measure is homicide; allowed are types"),
    ({"kind": "not_counted", "book": "", "measure": "", "first": "", "last": ""}, "note is empty"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message[:40] for _, message in BAD])
def test_a_mistake_is_told_with_its_line(change: dict[str, str], message: str, tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", {"id": "A0"}, change)
    with pytest.raises(UserError) as found:
        read_figures(path)
    told = str(found.value)
    assert message in told
    assert f"{path}, line 3: " in told
    assert len(told.splitlines()) == 1


def test_a_number_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="line 3: id A1 stands already on line 2"):
        read_figures(written(tmp_path / "mine.csv", {}, {}))


def test_files_that_are_no_figures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file"):
        read_figures(tmp_path / "none.csv")
    path = tmp_path / "published.csv"
    path.write_text("id,group,quantity,value,se\nT1,a,b,3,\n", encoding="utf-8")
    with pytest.raises(UserError, match="column role is missing"):
        read_figures(path)
