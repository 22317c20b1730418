"""Two books of crime: what happened, and what was observed.

>>> import sim
>>> found = sim.compare(["scenarios/baseline.yaml", "scenarios/secure_communities.yaml"], replications=5)
>>> found.summary, found.tables["crime"], found.figures["crime_over_time"]

``run``, ``compare``, ``sweep``, ``estimate`` and ``power`` simulate, ``session`` keeps a scenario warm, ``load`` opens
a folder of results, ``mesa_model`` makes a model of Mesa to step through. Nothing heavy is imported early.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.doors.notebook.api import Session, compare, load, mesa_model, run, session, sweep
    from sim.doors.notebook.estimates import Estimates, Power, estimate, power
    from sim.doors.notebook.results import Results
    from sim.scenario.scenario import Scenario, load_scenario
    from sim.words.faults import ScenarioError, UserError

__all__ = [
    "Estimates",
    "Power",
    "Results",
    "Scenario",
    "ScenarioError",
    "Session",
    "UserError",
    "compare",
    "estimate",
    "load",
    "load_scenario",
    "mesa_model",
    "power",
    "run",
    "session",
    "sweep",
]
_HOMES = {
    "Estimates": "sim.doors.notebook.estimates",
    "Results": "sim.doors.notebook.results",
    "Scenario": "sim.scenario.scenario",
    "ScenarioError": "sim.words.faults",
    "Session": "sim.doors.notebook.api",
    "UserError": "sim.words.faults",
    "Power": "sim.doors.notebook.estimates",
    "estimate": "sim.doors.notebook.estimates",
    "power": "sim.doors.notebook.estimates",
    "compare": "sim.doors.notebook.api",
    "load": "sim.doors.notebook.api",
    "load_scenario": "sim.scenario.scenario",
    "mesa_model": "sim.doors.notebook.api",
    "run": "sim.doors.notebook.api",
    "session": "sim.doors.notebook.api",
    "sweep": "sim.doors.notebook.api",
}
"""Where each public name lives; it is looked up when it is asked for."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
