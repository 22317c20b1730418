"""One scenario kept warm: its world and the engine stay in memory, so that a changed parameter is answered at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.running.compiling import ensure_compiled
from sim.running.worlds import Worlds
from sim.scenario.values import Given, scenario_of
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger
    from sim.scenario.scenario import Scenario
    from sim.world.setting import Setting

MOST_WORLDS, FEW_WORLDS = 8, 1
MANY_PEOPLE = 5_000_000
"""Worlds of more people than this are kept one at a time."""


class Ran(NamedTuple):
    """One run of a session: what was run, and its ledger."""

    scenario: Scenario
    ledger: Ledger
    seed: int
    replication: int

    def table(self, name: str) -> Any:
        """Return one of ``labels.TABLES`` as a ``pyarrow.Table``, made when it is asked for."""
        from sim.running.tables.months import run_table

        return run_table(name, self.ledger, self.scenario.name, self.replication)


class Session:
    """A scenario that is run again and again with changed parameters; results are those of runs on their own.

    Threads may share a session: a run waits for the one before it.
    """

    def __init__(self, scenario: Given, changes: Mapping[str, Any] | None = None, *, threads: int = 1) -> None:
        """Build the world of a scenario, so that every fault of it is told now.

        Raises
        ------
        UserError
            Where the scenario has a fault, or memory is too little.
        """
        self.scenario, self.threads, self._lock = scenario_of(scenario, changes), threads, Lock()
        self._ensure_room(self.scenario)
        ensure_compiled("columnar")
        self._worlds = Worlds(MOST_WORLDS)
        setting = self._setting(self.scenario, 0)
        if setting.world.size > MANY_PEOPLE:
            self._worlds.most = FEW_WORLDS

    def changed(self, changes: Mapping[str, Any] | None = None) -> Scenario:
        """Return the session's scenario with ``changes`` on top: dotted paths, or mappings within each other.

        Raises
        ------
        ScenarioError
            With all faults found.
        """
        return scenario_of(self.scenario, changes)

    def run(
        self,
        changes: Mapping[str, Any] | None = None,
        seed: int = 1,
        *,
        replication: int = 0,
        on_month: Callable[[int, int], None] | None = None,
    ) -> Ran:
        """Run the scenario with ``changes`` on top, in this process.

        Parameters
        ----------
        changes : mapping, optional
            Such as ``{"trust.sensitivity": 0.5}``; nothing of it stays for the next run.
        seed : int
            Master seed; the luck follows from it and ``replication``.
        replication : int
            Runs with one number share their luck.
        on_month : callable, optional
            Called with the number of months done and the number in all; what it raises ends the run.

        Raises
        ------
        UserError
            Where a change is at fault, or memory is too little.
        """
        from sim.running.run import ledger_of, seed_of

        scenario = self.changed(changes)
        if not isinstance(replication, int) or replication < 0:
            raise UserError(f"replication: not a whole number from 0 on ({replication})")
        if scenario.parameters.world != self.scenario.parameters.world:
            self._ensure_room(scenario)
        with self._lock:
            setting = self._setting(scenario, replication)
            ledger = ledger_of(setting, seed_of(seed, replication), threads=self.threads, on_month=on_month)
        return Ran(scenario, ledger, seed, replication)

    def _setting(self, scenario: Scenario, replication: int) -> Setting:
        """Return a scenario made ready; its world is kept for the runs to come."""
        from sim.running.run import world_seed
        from sim.world.setting import build_setting

        parameters = scenario.parameters
        seed = world_seed(parameters, replication)
        return build_setting(parameters, seed, self._worlds.of(parameters, seed, self.threads))

    def _ensure_room(self, scenario: Scenario) -> None:
        from sim.running.needs import forecast_run, is_compiled

        forecast_run(scenario.parameters, "columnar", self.threads, is_compiled("columnar")).ensure_room()
