"""In what scenarios differ, in words, and what one removed person-year prevents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fake_ledger import make_summary

from sim.analysis.differences import beyond_programs, differences_between
from sim.analysis.incapacitation import prevented
from sim.analysis.statistics import UNDEFINED
from sim.parameters import Parameters
from sim.running.measures import RunSummary
from sim.scenario.scenario import Scenario
from sim.words.labels import BALANCE_COLUMNS, PEOPLE_COLUMNS

SECURE, RESOLUTION = "secure_communities", "detainer_resolution"


def scenario(**sections: Any) -> Scenario:
    return Scenario("it", Parameters.model_validate(sections))


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"counties": "all"}, "Secure Communities: everywhere instead of nowhere"),
        ({"counties": "file"}, "Secure Communities: in each county from its own date instead of nowhere"),
        (
            {"counties": 0.3, "start": "2008-10"},
            "Secure Communities: in 30 % of counties from 2008-10 instead of nowhere",
        ),
        (
            {"counties": "file", "shift": -12},
            "Secure Communities: in each county from its own date, all dates 12 months earlier instead of nowhere",
        ),
        ({"counties": ["01001"], "until": "2010-01"}, "Secure Communities: in 01001 until 2010-01 instead of nowhere"),
        (
            {"counties": ["1", "2", "3", "4"]},
            "Secure Communities: in 4 counties that are listed instead of nowhere",
        ),
    ],
)
def test_a_program_is_told_in_one_line(own: dict[str, Any], told: str) -> None:
    found = differences_between(scenario(programs={SECURE: own}), scenario())
    assert [str(it) for it in found] == [told]
    assert beyond_programs(found) == []


def test_a_date_of_a_program_that_is_nowhere_is_no_difference() -> None:
    assert differences_between(scenario(programs={SECURE: {"start": "2008-10"}}), scenario(title="Other")) == []


def test_all_else_is_told_with_its_name_and_both_values() -> None:
    own = scenario(
        programs={SECURE: {"counties": "all"}, RESOLUTION: {"cooperation": {"level_1": 0.5}}},
        responses={"incapacitation": False},
        trust={"sensitivity": {"unauthorized": 1.0}},
        crime={"deterrence": 0.5},
    )
    found, usual = differences_between(own, scenario()), Parameters().crime.deterrence
    told = [str(it) for it in found]
    assert told[0] == "Secure Communities: everywhere instead of nowhere"
    assert any("(programs.detainer_resolution.cooperation): level 1 0.5; others 0 instead of 0" in it for it in told)
    assert any(it.endswith("(responses.incapacitation): off instead of on") for it in told)
    assert any("(trust.sensitivity): " in it and "unauthorized 1" in it for it in told)
    assert any(it.endswith(f"(crime.deterrence): 0.5 instead of {usual}") for it in told)
    assert len(told) == 5
    assert beyond_programs(found) == ["responses", "crime", "trust"]


def removing(seed: int, scale: int = 1) -> RunSummary:
    """Return a run in which one person is in ICE custody, places fall empty, and ``scale`` offences are prevented."""
    run = make_summary(seed, "a", seed, months=24, start=12)
    people, balance = np.zeros_like(run.people), np.zeros_like(run.balance)
    people[..., PEOPLE_COLUMNS.index("people")] = 100
    people[:, 0, 2, PEOPLE_COLUMNS.index("in_ice_custody")] = 1
    people[:, 0, 2, PEOPLE_COLUMNS.index("vacant")] = 5 + np.arange(24)
    people[12:, 0, 2, PEOPLE_COLUMNS.index("vacant")] -= 1
    balance[BALANCE_COLUMNS.index("prevented_by_removal"), 1] = 10 * scale
    return replace(run, people=people, balance=balance)


def test_people_are_away_while_their_place_is_empty() -> None:
    away = removing(0).away()
    assert away[0] == 5 + 1
    assert away[11] == 5 + 11 + 1
    assert away[12] == 5 + 12 - 1 + 1


def test_a_removed_person_year_prevents_offences_over_years_away() -> None:
    runs = [removing(seed, seed + 1) for seed in range(4)]
    years = runs[0].away()[12:].sum() / 12
    found = prevented({"a": runs})["a"]
    assert found["property"].away.estimate == pytest.approx(25 / years)
    assert found["property"].spread == pytest.approx(tuple(np.percentile([10, 20, 30, 40], [10, 90]) / years))
    assert found["violent"].away.estimate == 0.0
    average = np.mean([run.crimes("total", "occurred")[12:].sum() for run in runs]) / (12 * 900 / 12)
    assert found["total"].average.estimate == pytest.approx(average)
    by_run = [10 * (run.replication + 1) / years / (run.crimes("total", "occurred")[12:].sum() / 900) for run in runs]
    assert found["total"].ratio.estimate == pytest.approx(np.mean(by_run))


def test_where_nobody_is_away_nothing_can_be_said() -> None:
    run = removing(0)
    quiet = replace(run, people=np.zeros_like(run.people))
    assert prevented({"a": [quiet]})["a"]["total"].away.reason == UNDEFINED
