"""A session: the same tables as runs on their own, whatever was run before and from whichever thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from small_worlds import equal_ledgers, grid

import sim
from sim.running.memory import VARIABLE
from sim.running.run import simulate
from sim.running.session import Session
from sim.scenario.values import scenario_of
from sim.words.faults import ScenarioError, UserError
from sim.words.labels import TABLES

SMALL = {**grid(2, 2, 3_000, 10), "programs": {"secure_communities": {"counties": "all", "start": "2006-04"}}}
CHANGES: list[dict[str, Any]] = [
    {},
    {"trust.sensitivity": 4},
    {"detainers.cooperation": 0.2},
    {"crime": {"deterrence": 0.6}, "months": 7},
    {"world.people": 2_000, "programs.secure_communities.start": "2006-02"},
    {"crime.recorded_per_100k": {"burglary": 1200.0}},
    {"trust.sensitivity": 4},
]


def test_runs_are_those_of_runs_on_their_own() -> None:
    session = Session(SMALL)
    for changes in CHANGES:
        for replication in (0, 2):
            alone = simulate(scenario_of(SMALL, changes), seed=5, replication=replication)
            assert equal_ledgers(session.run(changes, 5, replication=replication).ledger, alone), changes


def test_a_redrawn_world_follows_its_replication() -> None:
    changes = {"world.redraw": True}
    session = Session(SMALL, changes)
    alone = simulate(scenario_of(SMALL, changes), seed=5, replication=1)
    assert equal_ledgers(session.run(seed=5, replication=1).ledger, alone)
    assert not equal_ledgers(session.run(seed=5).ledger, alone)


def test_the_notebook_gives_the_same_tables_as_a_run() -> None:
    found, alone = sim.session(SMALL).run({"trust.sensitivity": 1}, 3), sim.run(SMALL, {"trust.sensitivity": 1}, seed=3)
    for name in TABLES:
        assert found.tables[name].equals(alone.tables[name]), name
    assert found.summary.equals(alone.summary)


def test_threads_share_a_session() -> None:
    session = Session(SMALL)
    alone = [session.run(changes).ledger for changes in CHANGES]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda changes: session.run(changes).ledger, CHANGES))
    assert all(equal_ledgers(one, other) for one, other in zip(together, alone, strict=True))


def test_faults_are_told_and_leave_the_session_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(SMALL)
    before = session.run().ledger
    with pytest.raises(ScenarioError, match=r"trust.sensitivity: out of range \(11\), allowed is a number"):
        session.run({"trust.sensitivity": 11})
    with pytest.raises(ScenarioError, match=r"unknown key"):
        session.run({"trust.sensitivty": 1})
    with pytest.raises(UserError, match="replication: not a whole number from 0 on"):
        session.run(replication=-1)
    monkeypatch.setenv(VARIABLE, "0.01")
    with pytest.raises(UserError, match="not enough memory"):
        session.run({"world.people": 400_000})
    assert equal_ledgers(session.run().ledger, before)


def test_a_run_can_be_ended_from_its_months() -> None:
    class Enough(Exception):
        pass

    def look(done: int, months: int) -> None:
        assert months == 10
        if done == 3:
            raise Enough

    session = Session(SMALL)
    with pytest.raises(Enough):
        session.run(on_month=look)
    assert session.run().ledger.months[-1] == "2006-10"


def test_a_world_is_built_once_for_scenarios_that_differ_in_programs() -> None:
    session = Session(SMALL, {"world.people": 100_000, "months": 2})
    session.run({"trust.sensitivity": 1})
    kept = len(session._worlds._worlds)
    session.run({"detainers.cooperation": 0.3})
    session.run({"programs.secure_communities.counties": "none"})
    assert len(session._worlds._worlds) == kept == 2
