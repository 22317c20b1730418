"""The Mesa engine is a model as Mesa means it: a step is a month, it ends, and it can be read in between."""

from __future__ import annotations

import ast
import inspect
import math
import re
import textwrap
import warnings
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest
from engine_scenarios import BASE, ready
from small_worlds import merged

from sim.engines.conditions import OF_THE_CALENDAR, Condition
from sim.engines.mesa.immigrants import Immigrant
from sim.engines.mesa.model import MesaEngine
from sim.engines.mesa.monthly import HorizonReachedError
from sim.engines.mesa.residents import Resident
from sim.words.codes import FREE
from sim.words.faults import UserError
from sim.words.labels import CRIMES
from sim.words.schedule import PHASES, STATES

YEAR = merged(BASE, {"months": 12})


def model_of(parameters: dict[str, Any] = YEAR, seed: int = 3) -> MesaEngine:
    return MesaEngine(ready(parameters), seed)


# Steps


def test_a_step_is_a_month_and_the_last_one_ends_the_run() -> None:
    model = model_of()
    for month in range(12):
        assert (model.month, model.running) == (month, True)
        model.step()
        assert model.record.index == month
    assert (model.month, model.running, vars(model)["steps"]) == (12, False, 12)


def test_a_step_past_the_end_is_refused_each_time_and_changes_nothing() -> None:
    model = model_of(merged(BASE, {"months": 2}))
    model.run_model()
    last = model.record
    for _ in range(3):
        with pytest.raises(HorizonReachedError, match=r"ends after 2 months.*while model\.running"):
            model.step()
    assert model.record is last
    assert (model.month, vars(model)["steps"], list(model.months())) == (2, 2, [])
    assert issubclass(HorizonReachedError, UserError)


@pytest.mark.skipif(not hasattr(mesa.Model, "run_for"), reason="this Mesa has no run_for")
def test_to_run_for_longer_than_the_horizon_is_refused() -> None:
    model = model_of(merged(BASE, {"months": 2}))
    with pytest.raises(HorizonReachedError):
        model.run_for(3)
    assert model.month == 2


def test_steps_and_months_give_the_same_records_and_can_be_mixed() -> None:
    whole, stepped = list(model_of().months()), model_of()
    found = []
    for _ in range(5):
        stepped.step()
        found.append(stepped.record)
    found += stepped.months()
    assert len(found) == len(whole) == 12
    for ours, theirs in zip(found, whole, strict=True):
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(mine, other)


def test_a_model_that_steps_in_its_own_way_steps_months() -> None:
    class Noted(MesaEngine):
        notes = 0

        def step(self) -> None:
            super().step()
            self.notes += 1

    model = Noted(ready(merged(BASE, {"months": 3})), 1)
    assert len(list(model.months())) == 3
    assert (model.notes, model.month) == (3, 3)


# What can be read


@pytest.fixture(scope="module")
def fearful() -> MesaEngine:
    """A model in the middle of a run, when people were removed and others fear."""
    model = model_of(BASE)
    while not sum(resident.fear_steps > 0 for resident in model.residents):
        model.step()
    model.step()
    return model


def test_a_data_collector_reads_trust_books_and_custody() -> None:
    model = model_of()
    names = ("month", "trust_by_cell", "true_crime", "recorded_crime", "people_by_custody")
    collector = mesa.DataCollector(
        {name: name for name in names}, agenttype_reporters={Immigrant: {"trust": "trust", "custody": "custody"}}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        collector.collect(model)
        while model.running:
            model.step()
            collector.collect(model)
    table = collector.get_model_vars_dataframe()
    assert table["month"].tolist() == list(range(13))
    assert (table["true_crime"][0], table["recorded_crime"][0]) == (0, 0)
    assert (table["true_crime"][1:] > table["recorded_crime"][1:]).all()
    assert {len(trust) for trust in table["trust_by_cell"]} == {len(model.neighbourhoods)}
    assert {sum(people.values()) for people in table["people_by_custody"]} == {len(model.residents)}
    assert len(collector.get_agenttype_vars_dataframe(Immigrant)) > 0


def test_books_and_custody_are_those_of_the_record(fearful: MesaEngine) -> None:
    crime = fearful.record.crime.sum(axis=(0, 2))
    index = [number for number, name in enumerate(CRIMES) if name != "simple_assault"]
    assert (fearful.true_crime, fearful.recorded_crime) == (crime[index, 0].sum(), crime[index, 2].sum())
    people = fearful.record.people.sum(axis=(0, 1, 2))
    found = fearful.people_by_custody
    assert list(found) == ["free", "jailed", "ice_custody", "away"]
    assert [sum(found.values()) - found["away"], found["jailed"], found["ice_custody"], found["away"]] == [*people[:4]]


def test_trust_is_that_with_which_the_next_month_begins(fearful: MesaEngine) -> None:
    trust = [resident.trust for resident in fearful.residents]
    cells = fearful.trust_by_cell
    assert min(trust) < 1.0
    assert {resident.trust for resident in fearful.residents if resident.group == 2} == {1.0}
    fearful.begin_month()
    fearful.policy()
    fearful.patrol()
    assert trust == [resident.outlook().trust for resident in fearful.residents]
    assert cells == fearful.trust_by_cell


def test_trust_of_a_cell_is_the_mean_over_its_community_at_liberty(fearful: MesaEngine) -> None:
    for cell in fearful.neighbourhoods:
        there = [one for one in fearful.residents if one.cell is cell and one.group < 2 and one.custody == FREE]
        if there:
            assert cell.trust == pytest.approx(np.mean([one.trust for one in there]))
        else:
            assert math.isnan(cell.trust)


def test_what_is_read_cannot_be_set(fearful: MesaEngine) -> None:
    for owner, name in ((fearful, "true_crime"), (fearful.neighbourhoods[0], "trust"), (fearful.residents[0], "trust")):
        with pytest.raises(AttributeError):
            setattr(owner, name, 1.0)


RULES = {rule for phase in PHASES for rule in phase.rules}


def deciding(kind: type) -> set[str]:
    """Return the public functions of a class that call a rule, themselves or through a private one."""
    defined = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    calls = {
        node.name: {ast.unparse(call.func).split(".")[-1] for call in ast.walk(node) if isinstance(call, ast.Call)}
        for node in ast.walk(defined)
        if isinstance(node, ast.FunctionDef)
    }
    private = {name for name, called in calls.items() if name.startswith("_") and called & RULES}
    return {name for name, called in calls.items() if called & (RULES | private)} - private


@pytest.mark.parametrize("kind", [Resident, Immigrant])
def test_residents_say_each_rule_in_a_line(kind: type) -> None:
    lines = inspect.getdoc(kind).split("Rules")[1].splitlines()[1:]  # type: ignore[union-attr]
    named = [re.fullmatch(r"    ``(\w+)``: .+\.", line) for line in lines]
    assert all(named), lines
    names = {found[1] for found in named if found}
    assert names <= set(vars(kind))
    assert deciding(kind) - {"trust", "fear_left"} <= names


# The schedule says what phases write


def _people(model: MesaEngine, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, name) for name in names) for one in model.residents]


def _counties(model: MesaEngine, *names: str) -> list[str]:
    return [repr([getattr(county, name) for name in names]) for county in model.counties]


def _incidents(model: MesaEngine, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, name, None) for name in names) for one in model.incidents]


POLICY = (*OF_THE_CALENDAR, "background", "types")
NEWS = ("fear", "risk", "removal_risk", "load")
CONDITIONS = tuple(name for name in vars(Condition()) if name not in (*POLICY, *NEWS))
LOOK: dict[str, Callable[[MesaEngine], Any]] = {
    "status": lambda it: _people(it, "status"),
    "custody": lambda it: (_people(it, "custody"), it.people_by_custody),
    "criminal record": lambda it: _people(it, "added_felonies", "added_misdemeanors", "added_aggravated"),
    "federal record": lambda it: _people(it, "known_to_ice"),
    "declined detainers": lambda it: _people(it, "detainer_declined"),
    "rosters": lambda it: [[id(one) for one in pool.roster] for pool in it.pools],
    "own fear": lambda it: _people(it, "fear_steps", "fear_month"),
    "county fear": lambda it: _counties(it, "fear"),
    "believed risk": lambda it: _counties(it, "risk"),
    "removal risk": lambda it: _counties(it, "removal_risk"),
    "workload": lambda it: _counties(it, "load"),
    "recent crime": lambda it: [cell.recent_crime for cell in it.neighbourhoods],
    "due": lambda it: {month: list(due) for month, due in it.calendar.items() if due},
    "interviews": lambda it: {month: list(told) for month, told in it.interviews.items() if told},
    "policy": lambda it: _counties(it, *POLICY),
    "conditions": lambda it: _counties(it, *CONDITIONS),
    "guardianship": lambda it: [cell.guardianship for cell in it.neighbourhoods],
    "opportunities": lambda it: [(one.place.identity, one.number) for one in it.opportunities],
    "incidents": lambda it: [(one.place.identity, one.number) for one in it.incidents],
    "calls": lambda it: _incidents(it, "caller", "calls", "report_chance", "report_chance_at_full_trust"),
    "recorded crime": lambda it: (
        [one.recorded for one in it.incidents],
        [cell.recorded_this_month for cell in it.neighbourhoods],
    ),
    "arrests": lambda it: list(it.arrests),
    "risks run": lambda it: _counties(it, "risk_sums"),
    "reassured": lambda it: [one.slot for one in it.reassured],
    "bookings": lambda it: (
        [(one.person.slot, one.level, one.stay, one.matched, one.screened, one.removable) for one in it.bookings],
        _counties(it, "removable"),
    ),
    "outcomes": lambda it: ([(one.asked, one.outcome) for one in it.bookings], _counties(it, "taken")),
    "followed": lambda it: (
        it.repeat_victims.waiting.tolist(),
        (dict(it.releases.followed), set(it.releases.again)),
    ),
    "removals": lambda it: (
        [(one.slot, reason) for one, reason in it.taken_from_their_circles],
        _counties(it, "removed"),
    ),
    "books": lambda it: repr([counts.tolist() for counts in vars(it.book).values()]),
}
"""How each state looks in the Mesa engine."""
CONSEQUENCES = {
    ("offending", "calls"),
    ("offending", "recorded crime"),
    ("booking", "outcomes"),
}
"""New incidents have no call yet and new bookings no outcome: they are counted with what they are part of."""


def test_phases_write_what_the_schedule_says_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a run in which everything happens, each phase changes each state that it names, and no other."""
    seen: set[tuple[str, str]] = set()
    for phase in PHASES:
        monkeypatch.setattr(MesaEngine, phase.name, watched(phase.name, getattr(MesaEngine, phase.name), seen))
    changes = {
        "months": 18,
        "world": {"people": 2000},
        "people": {"likely_offender_share": 0.3},
        "police": {"patrol": "hot_spots"},
        "detainers": {"cooperation": 0.3},
        "programs": {"legalization": {"start": "2006-06", "share": 0.5}},
    }
    list(model_of(merged(BASE, changes)).months())
    assert seen - CONSEQUENCES == {(phase.name, state) for phase in PHASES for state in phase.writes}
    assert set(LOOK) == {state.name for state in STATES} - {"world", "calendar"}


def watched(name: str, work: Callable[[MesaEngine], None], seen: set[tuple[str, str]]) -> Callable[[MesaEngine], None]:
    """Return a phase that notes which states it changed."""

    def run(model: MesaEngine) -> None:
        before = {state: look(model) for state, look in LOOK.items()}
        work(model)
        seen.update((name, state) for state, look in LOOK.items() if look(model) != before[state])

    return run
