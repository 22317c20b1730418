"""Small scenarios and runs that several test files share."""

from __future__ import annotations

import copy
import dataclasses
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.engines.ledger import Ledger, MonthRecord
from sim.engines.panel import survey_of
from sim.parameters import Parameters
from sim.rules.survey import ROTATIONS
from sim.running.run import prepare, simulate
from sim.scenario.scenario import Scenario
from sim.world.setting import Setting

REPOSITORY = Path(__file__).resolve().parents[2]
NO_CAP: dict[str, Any] = {"criminal_alien_program": {"counties": "none"}}
NO_RESPONSE: dict[str, Any] = {"incapacitation": False, "deterrence": False, "chilled_reporting": False}
ISOLATED: dict[str, Any] = {
    "crime": {"travel_share": 0.0},
    "trust": {"neighbour_weight": 0.0, "region_weight": 0.0},
    "enforcement": {"capacity_per_100k": 10_000.0},
}
"""Nothing passes between counties: no travel, no shared news, and no detainer that another county's would crowd out."""
NATIONAL = ("repeats", "rearrests")
TABLES = tuple(name for name in MonthRecord._fields if name != "index")


def merged(*layers: dict[str, Any]) -> dict[str, Any]:
    """Return nested parameters, later layers over earlier ones."""
    result: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            both = isinstance(value, dict) and isinstance(result.get(name), dict)
            result[name] = merged(result[name], value) if both else copy.deepcopy(value)
    return result


def grid(rows: int, columns: int, people: int, months: int, *layers: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a grid world with further layers of parameters."""
    world = {"rows": rows, "columns": columns, "people": people}
    return merged({"months": months, "world": world}, *layers)


def scenario(parameters: dict[str, Any], name: str = "small") -> Scenario:
    return Scenario(name, Parameters.model_validate(parameters))


@lru_cache(maxsize=64)
def _setting(description: str) -> Setting:
    return prepare(scenario(json.loads(description)))


@lru_cache(maxsize=64)
def _ledger(description: str, seed: int, replication: int) -> Ledger:
    return simulate(scenario(json.loads(description)), seed=seed, replication=replication)


def setting_of(parameters: dict[str, Any]) -> Setting:
    """Return a scenario made ready; kept for the session, so do not write into it."""
    return _setting(json.dumps(parameters))


def ledger_of(parameters: dict[str, Any], seed: int = 1, replication: int = 0) -> Ledger:
    """Return one run's ledger; kept for the session, so do not write into it."""
    return _ledger(json.dumps(parameters), seed, replication)


def same(first: np.ndarray, second: np.ndarray) -> bool:
    """Tell whether two arrays are equal bit for bit, nan equal to nan."""
    return first.dtype == second.dtype and np.array_equal(first, second, equal_nan=first.dtype.kind == "f")


def changed(first: Ledger, second: Ledger) -> np.ndarray:
    """Return bool[T, K]: in which months and counties any table differs, programs in force left out.

    What the survey is told counts in the last month in which it can be: it has fallen silent only by then.
    """
    result = np.zeros(first.relative_risk.shape, dtype=np.bool_)
    for name in TABLES:
        if name == "programs" or name in NATIONAL:
            continue
        one, other = by_county(first, name), by_county(second, name)
        differs = ((one != other) & ~((one != one) & (other != other))).reshape(*result.shape, -1).any(axis=2)
        months = np.arange(len(result)) + (ROTATIONS if name == "told" else 0)
        np.logical_or.at(result, np.minimum(months, len(result) - 1), differs)
    return result


def by_county(ledger: Ledger, name: str) -> np.ndarray:
    """Return an array of a ledger by month and county; what was told by month of incident."""
    return survey_of(ledger)[0] if name == "told" else getattr(ledger, name)  # type: ignore[no-any-return]


def equal_ledgers(first: Ledger, second: Ledger) -> bool:
    """Tell whether all tables of two runs are equal bit for bit."""
    return all(same(by_county(first, name), by_county(second, name)) for name in TABLES)


def with_agents(setting: Setting, county: int, more: int) -> Setting:
    """Return a setting whose world is built anew with ``more`` agents in one county and nothing else changed."""
    from sim.world.people import build_world

    agents = setting.world.counties.agents.copy()
    agents[county] += more
    counties = dataclasses.replace(setting.world.counties, agents=agents)
    world = build_world(setting.parameters, counties, setting.world.seed)
    return dataclasses.replace(setting, world=world)
