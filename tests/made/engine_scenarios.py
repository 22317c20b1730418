"""Lively worlds in which the engines are compared, and the comparison."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from small_worlds import merged, same

from sim.engines.columnar import engine as columnar_engine
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.ledger import MonthRecord
from sim.engines.mesa.model import MesaEngine
from sim.parameters import Parameters
from sim.words.labels import (
    BALANCE_COLUMNS,
    CHARGES,
    CRIME_COLUMNS,
    ENFORCEMENT_COLUMNS,
    FAMILIES,
    PEOPLE_COLUMNS,
    SURVEY_COLUMNS,
)
from sim.world.setting import Setting, build_setting

LIVELY: dict[str, Any] = {
    "people": {
        "hispanic_share": 0.4,
        "noncitizen_share": 0.35,
        "unauthorized_share": 0.7,
        "likely_offender_share": 0.1,
    },
    "crime": {
        "recorded_per_100k": {
            "homicide": 600.0,
            "rape": 900.0,
            "robbery": 2500.0,
            "aggravated_assault": 4000.0,
            "burglary": 8000.0,
            "larceny": 15000.0,
            "motor_vehicle_theft": 4000.0,
            "simple_assault": 6000.0,
        },
        "deterrence": 0.5,
        "impunity_elasticity": 1.0,
        "propensity_violent": {"unauthorized": 1.0},
        "propensity_property": {"unauthorized": 1.0},
    },
    "police": {"street_arrests_per_100k": 20_000.0},
    "booking": {"fingerprints": 0.95},
    "enforcement": {
        "cap_reach": 1.0,
        "cap_interview": 0.8,
        "capacity_per_100k": 2000.0,
        "at_large": 0.3,
        "removal_share": 0.85,
        "returns": 0.4,
        "return_months": 3.0,
        "refill_months": 2.0,
    },
    "trust": {"awareness": 0.05, "region_weight": 50.0},
    "detainers": {"cooperation": 0.5},
    "survey": {"panel_share": 0.3, "response": 0.95},
}
"""Much crime and much enforcement, so that a few thousand people fill every column within a year or two."""


BASE: dict[str, Any] = merged(
    LIVELY,
    {
        "months": 18,
        "world": {"rows": 2, "columns": 2, "people": 3000, "people_per_cell": 400.0, "counties_per_region": 2.0},
        "programs": {
            "secure_communities": {"counties": "all", "start": "2006-06"},
            "agreement_287g_task_force": {"counties": 0.5, "start": "2006-03"},
            "legalization": {"start": "2006-12", "share": 0.3},
        },
    },
)
"""One such world, with programs that begin within its horizon."""


def ready(parameters: dict[str, Any]) -> Setting:
    """Return a scenario made ready to run."""
    table = Parameters.model_validate(parameters)
    return build_setting(table, table.world.seed)


def columnar(setting: Setting, seed: int, threads: int = 1) -> list[MonthRecord]:
    return list(ColumnarEngine(setting, seed, threads).months())


def columnar_by_steps(setting: Setting, seed: int) -> list[MonthRecord]:
    """Return a run of the columnar engine that comes back to Python after each phase, as runs on many threads do."""
    engine = ColumnarEngine(setting, seed)
    return [engine.step(t) for t in range(len(setting.months))]


def columnar_in_threads(setting: Setting, seed: int, threads: int) -> list[MonthRecord]:
    """Return a run of the columnar engine that shares the work among threads, however small the world."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columnar_engine, "SMALL_WORLD", 0)
        return columnar(setting, seed, threads)


def mesa_run(setting: Setting, seed: int) -> list[MonthRecord]:
    return list(MesaEngine(setting, seed).months())


def differences(first: list[MonthRecord], second: list[MonthRecord]) -> list[str]:
    """Return where two runs differ, as month and table; bit for bit, dtypes and shapes included."""
    found = [] if len(first) == len(second) else [f"{len(first)} months against {len(second)}"]
    for one, other in zip(first, second, strict=False):
        names = MonthRecord._fields
        found += [f"month {one.index}: {name}" for name in names if not alike(getattr(one, name), getattr(other, name))]
    return found


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and same(one, other)
    return bool(one == other)


def with_constants(setting: Setting, **changed: Any) -> Setting:
    """Return a setting that hands an engine other constants."""
    return dataclasses.replace(setting, constants=setting.constants._replace(**changed))


def opportunities(records: list[MonthRecord]) -> int:
    """Return how many opportunities a run had; a run of the Mesa engine takes that long."""
    return sum(int(record.opportunities.sum()) for record in records)


def empty_columns(records: list[MonthRecord]) -> list[str]:
    """Return the ledger's columns that are zero in every month and county of a run."""
    sums = {
        "crime": (CRIME_COLUMNS, sum(record.crime.sum(axis=(0, 1, 2), dtype=np.int64) for record in records)),
        "people": (PEOPLE_COLUMNS, sum(record.people.sum(axis=(0, 1, 2)) for record in records)),
        "enforcement": (ENFORCEMENT_COLUMNS, sum(record.enforcement.sum(axis=(0, 1, 2, 3)) for record in records)),
        "survey": (SURVEY_COLUMNS, sum(np.array([len(record.told), (record.told & 1).sum()]) for record in records)),
        "arrests": (CHARGES, sum(record.bookings.sum(axis=(0, 1, 2)) for record in records)),
        "repeat_victims": (FAMILIES, sum(record.repeats.sum(axis=(1, 2)) for record in records)),
        "balance": (BALANCE_COLUMNS, sum(np.abs(record.balance).sum(axis=(0, 2)) for record in records)),
    }
    return [
        f"{table}.{name}" for table, (names, sum_) in sums.items() for name, n in zip(names, sum_, strict=True) if not n
    ]
