"""Which first months two runs have in common, and a run that goes on as two: the same bits as runs from the start."""

from __future__ import annotations

import dataclasses
from random import Random
from typing import Any

import numpy as np
import pytest
from engine_scenarios import BASE, columnar, differences, ready
from hypothesis import given, settings
from hypothesis import strategies as st
from random_parameters import EVERYTHING
from small_worlds import merged

from sim.engines.columnar import engine as columnar_engine
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.columnar.forking import forked
from sim.engines.in_common import OF_LEGALIZATION, calendars_in_common, months_in_common
from sim.engines.ledger import MonthRecord
from sim.parameters import Parameters
from sim.world.constants import Constants
from sim.world.programs import Calendar
from sim.world.setting import Setting, build_setting

SEED, MONTHS = 7, 18
FIRST = ready(BASE)
LONG = 240


def beside(changes: dict[str, Any], setting: Setting = FIRST, base: dict[str, Any] = BASE) -> Setting:
    """Return another scenario made ready in the same world."""
    table = Parameters.model_validate(merged(base, changes))
    return build_setting(table, table.world.seed, setting.world)


def program(name: str, **changes: Any) -> dict[str, Any]:
    return {"programs": {name: changes}}


COMMON: dict[str, tuple[dict[str, Any], int]] = {
    "the same": ({}, MONTHS),
    "a name": ({"title": "another"}, MONTHS),
    "Secure Communities never": (program("secure_communities", counties="none"), 5),
    "Secure Communities later": (program("secure_communities", start="2006-09"), 5),
    "Secure Communities sooner": (program("secure_communities", start="2006-04"), 3),
    "Secure Communities ends": (program("secure_communities", until="2007-02"), 13),
    "Secure Communities in some counties": (program("secure_communities", counties=0.5), 5),
    "another agreement": (program("agreement_287g_jail", counties="all", start="2006-02"), 1),
    "before the start": (program("agreement_287g_jail", counties="all", start="2005-02"), 0),
    "priorities announced before they hold": (
        {
            "programs": {
                "priority_enforcement": {"counties": "all", "start": "2007-01"},
                "priority_enforcement_announced": "2006-10",
            }
        },
        9,
    ),
    "a court": (program("court_ruling", counties="all", start="2007-06"), 17),
    "detainers": ({"detainers": {"cooperation": 0.4}}, 0),
    "cooperation of a resolution to come": (
        program("detainer_resolution", counties="all", start="2006-12", cooperation=0.1), 11,
    ),
    "legalization never": (program("legalization", start=None), 11),
    "legalization later": (program("legalization", start="2007-03"), 11),
    "legalization sooner": (program("legalization", start="2006-10"), 9),
    "another share legalized": (program("legalization", share=0.4), 11),
    "fewer months": ({"months": 17}, 0),
    "another start": ({"start": "2006-02"}, 0),
    "trust": ({"trust": {"sensitivity": 1.0}}, 0),
    "officers": ({"police": {"officers_per_1000": 9.0}}, 0),
    "a response": ({"responses": {"deterrence": False}}, 0),
}  # fmt: skip


@pytest.mark.parametrize("what", COMMON)
def test_months_in_common_are_those_before_anything_differs(what: str) -> None:
    changes, months = COMMON[what]
    other = beside(changes)
    assert months_in_common(FIRST, other) == months_in_common(other, FIRST) == months
    if len(other.months) == MONTHS:
        assert not differences(columnar(FIRST, SEED)[:months], columnar(other, SEED)[:months])


def test_months_in_common_are_not_fewer_than_need_be() -> None:
    """Where the rule says that a month may differ, it does in these: else the table above would hold nothing."""
    told = ("Secure Communities later", "another agreement", "legalization sooner", "detainers")
    for changes, months in (COMMON[what] for what in told):
        assert differences(columnar(FIRST, SEED)[: months + 1], columnar(beside(changes), SEED)[: months + 1])


def test_nothing_is_in_common_of_two_worlds_however_alike() -> None:
    assert months_in_common(FIRST, ready(BASE)) == 0


def test_every_entry_of_the_calendar_counts() -> None:
    """A field that is added to the calendar is compared without being named."""
    random = Random(3)
    for each in dataclasses.fields(Calendar):
        before = getattr(FIRST.calendar, each.name)
        month = random.randrange(MONTHS)
        if isinstance(before, np.ndarray):
            after = before.copy()
            after[month, -1] = ~before[month, -1] if before.dtype == np.bool_ else np.nextafter(before[month, -1], 2)
        else:
            month, after = min(before, month), month
        other = dataclasses.replace(FIRST.calendar, **{each.name: after})
        assert calendars_in_common(FIRST.calendar, other) == month, each.name


def test_every_constant_counts() -> None:
    for name in Constants._fields:
        value = getattr(FIRST.constants, name) + 1
        other = dataclasses.replace(FIRST, constants=FIRST.constants._replace(**{name: value}))
        assert months_in_common(FIRST, other) == (11 if name == OF_LEGALIZATION else 0), name


def test_the_background_counts() -> None:
    background = FIRST.background.copy()
    background[6, 0, 1] *= 1.001
    assert months_in_common(FIRST, dataclasses.replace(FIRST, background=background)) == 6


# A run that goes on as two


def parted(first: Setting, second: Setting, at: int, threads: int = 1) -> tuple[list[MonthRecord], list[MonthRecord]]:
    """Run some months once, then both to their ends in turn, a month of each."""
    one = ColumnarEngine(first, SEED, threads)
    common = list(one.months(at))
    two = forked(one, second)
    runs: tuple[list[MonthRecord], list[MonthRecord]] = (list(common), list(common))
    for until in range(at + 1, len(first.months) + 1):
        for engine, records in zip((one, two), runs, strict=True):
            records.extend(engine.months(until))
    return runs


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("what", ["Secure Communities never", "a court", "legalization later"])
def test_both_go_on_as_if_they_had_run_alone(what: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar_engine, "SMALL_WORLD", 0)
    changes, months = COMMON[what]
    other = beside(changes)
    for at in {months, months // 2}:
        first, second = parted(FIRST, other, at, threads)
        assert not differences(first, columnar(FIRST, SEED))
        assert not differences(second, columnar(other, SEED))


def test_what_is_counted_by_years_goes_on_too() -> None:
    """Victims again, people released and the survey's interviews reach over the parting."""
    base = merged(BASE, {"months": LONG, "world": {"rows": 1, "columns": 2, "people": 400}})
    first = ready(base)
    other = beside(program("secure_communities", until="2012-08"), first, base)
    at = months_in_common(first, other)
    assert at == 79
    for records, setting in zip(parted(first, other, at), (first, other), strict=True):
        assert not differences(records, columnar(setting, SEED))
        assert sum(record.rearrests for record in records[at:]).all()
        assert sum(record.repeats for record in records[at:])[:, :2].all()
        assert sum(len(record.told) for record in records[at:])


def test_a_run_cannot_go_on_under_another_past() -> None:
    engine = ColumnarEngine(FIRST, SEED)
    list(engine.months(6))
    with pytest.raises(ValueError, match="first 6 months"):
        forked(engine, beside(COMMON["Secure Communities never"][0]))


PROGRAMS = [name for name in EVERYTHING["programs"] if isinstance(EVERYTHING["programs"][name], dict)]
SPANS = st.dictionaries(
    st.sampled_from(PROGRAMS),
    st.fixed_dictionaries(
        {
            "counties": st.sampled_from(["all", "none", 0.5]),
            "start": st.integers(1, 12).map(lambda month: f"2006-{month:02d}"),
        }
    ),
    max_size=3,
)
WHOLE = ready(EVERYTHING)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(SPANS, SPANS)
def test_ledgers_are_one_as_long_as_the_rule_says(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = (beside({"programs": _possible(changes)}, WHOLE, EVERYTHING) for changes in (one, other))
    months = months_in_common(first, second)
    runs = columnar(first, SEED), columnar(second, SEED)
    assert not differences(runs[0][:months], runs[1][:months])
    if months < len(first.months):
        for records, alone in zip(parted(first, second, months), runs, strict=True):
            assert not differences(records, alone)
    else:
        assert not differences(*runs)


def _possible(changes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return changes without what a legalization, which is everywhere, does not know."""
    return {
        name: {key: value for key, value in it.items() if name != "legalization" or key == "start"}
        for name, it in changes.items()
    }
