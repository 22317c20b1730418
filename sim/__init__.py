"""Two books of crime: what happened, and what was observed.

>>> import sim
>>> found = sim.compare(["scenarios/baseline.yaml", "scenarios/secure_communities.yaml"], replications=5)
>>> found.summary, found.tables["crime"], found.figures["crime_over_time"]

``run``, ``compare`` and ``sweep`` simulate, ``load`` opens a folder of results. Nothing heavy is imported before it is
needed.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.faults import ScenarioError, UserError
    from sim.notebook import compare, load, run, sweep
    from sim.notebook_results import Results
    from sim.scenario import Scenario, load_scenario

__all__ = [
    "Results",
    "Scenario",
    "ScenarioError",
    "UserError",
    "compare",
    "load",
    "load_scenario",
    "run",
    "sweep",
]
_HOMES = {
    "Results": "sim.notebook_results",
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.faults",
    "UserError": "sim.faults",
    "load": "sim.notebook",
    "load_scenario": "sim.scenario",
}
_CALLED_LIKE_MODULES = ("run", "compare", "sweep")
"""Public functions whose names are those of modules of the package."""


class _ModuleAndFunction(types.ModuleType):
    """A module of the package that is called like a public function: calling it calls the function.

    So ``sim.run(...)`` and ``from sim.run import simulate`` both work, whichever is asked for first.
    """

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the public function of this name."""
        return self.__wrapped__(*arguments, **options)

    @property
    def __wrapped__(self) -> Any:
        """The public function, for ``help`` and signatures."""
        return getattr(importlib.import_module("sim.notebook"), self.__name__.rpartition(".")[2])


_ModuleAndFunction.__doc__ = property(lambda module: module.__wrapped__.__doc__)  # type: ignore[assignment]


class _Package(types.ModuleType):
    """The package: public names are looked up when they are asked for."""

    def __getattr__(self, name: str) -> Any:
        if name in _HOMES:
            return getattr(importlib.import_module(_HOMES[name]), name)
        if name in _CALLED_LIKE_MODULES:
            return importlib.import_module(f"sim.{name}")
        raise AttributeError(f"module 'sim' has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _CALLED_LIKE_MODULES and type(value) is types.ModuleType:
            value.__class__ = _ModuleAndFunction
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
