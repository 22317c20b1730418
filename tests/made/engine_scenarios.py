"""Random scenarios on which the engines are compared, and the comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from small_worlds import merged, same

from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.ledger import MonthRecord
from sim.engines.mesa.model import MesaEngine
from sim.parameters import Parameters
from sim.words.labels import BALANCE_COLUMNS, CRIME_COLUMNS, ENFORCEMENT_COLUMNS, PEOPLE_COLUMNS
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
        "refill": 0.8,
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


def shares(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[float]:
    """Numbers in a range, its ends among them."""
    return st.one_of(st.sampled_from([low, high]), st.floats(low, high, allow_subnormal=False))


def months_within(months: int) -> st.SearchStrategy[str]:
    """Calendar months within a horizon that starts in 2006-01."""
    return st.integers(0, months - 1).map(lambda t: f"{2006 + t // 12}-{t % 12 + 1:02d}")


@st.composite
def programs(draw: DrawFn, months: int) -> dict[str, Any]:
    """Programs on and off, in some counties or all, from dates within the horizon."""
    where = st.one_of(st.sampled_from(["all", "none"]), shares())
    when = months_within(months)
    result: dict[str, Any] = {"criminal_alien_program": {"counties": draw(st.sampled_from(["all", "all", "all", 0.7]))}}
    names = ("secure_communities", "agreement_287g_jail", "agreement_287g_task_force", "detainer_resolution")
    for name in (*names, "priority_enforcement"):
        if draw(st.booleans()):
            result[name] = {"counties": draw(where), "start": draw(when)}
    if "detainer_resolution" in result:
        levels = ("level_1", "level_2", "level_3", "none")
        result["detainer_resolution"]["cooperation"] = {level: draw(shares()) for level in levels}
    if "priority_enforcement" in result and draw(st.booleans()):
        result["priority_enforcement_announced"] = draw(when)
    if draw(st.integers(0, 3)) == 0:
        result["legalization"] = {"start": draw(when), "share": draw(shares(0.0, 0.7))}
    return result


@st.composite
def behaviour(draw: DrawFn) -> dict[str, Any]:
    """Everything that changes how people, police, courts and ICE behave."""

    def maybe(section: str, name: str, values: st.SearchStrategy[Any]) -> None:
        if draw(st.booleans()):
            result.setdefault(section, {})[name] = draw(values)

    result: dict[str, Any] = {}
    maybe("crime", "travel_share", shares())
    maybe("crime", "displacement", shares())
    maybe("crime", "deterrence", shares(0.1, 0.9))
    maybe("crime", "headroom", shares(1.0, 4.0))
    maybe("crime", "own_group", shares())
    maybe("crime", "repeat_share", shares(0.0, 0.5))
    maybe("crime", "chronic_share", shares(0.0, 0.5))
    maybe(
        "crime",
        "repeat_stratum",
        st.fixed_dictionaries({"violent": st.sampled_from([1, 7, 450]), "property": shares(1, 90)}),
    )
    maybe("crime", "impunity_elasticity", st.floats(0.2, 1.5))
    maybe("police", "patrol", st.sampled_from(["even", "population", "hot_spots"]))
    maybe("police", "patrol_effect", shares(0.0, 2.0))
    maybe("police", "load_elasticity", shares(0.0, 2.0))
    maybe("police", "witness_weight", shares(0.0, 2.0))
    maybe("police", "offender_link", shares())
    maybe("police", "stop_ratio", st.fixed_dictionaries({"hispanic": shares(0.5, 3.0), "other": shares(0.0, 1.0)}))
    maybe("reporting", "offset", st.fixed_dictionaries({"unauthorized": shares(-1.0, 1.0), "citizen": shares(-1, 1)}))
    maybe("trust", "sensitivity", shares(0.5, 3.0))
    maybe("trust", "county_fade", shares(0.0, 0.3))
    maybe("trust", "own_fade", shares(0.0, 0.3))
    maybe("trust", "presence", shares(0.0, 0.1))
    maybe("trust", "neighbour_weight", shares())
    maybe("trust", "region_weight", st.sampled_from([0.0, 50.0, 2000.0]))
    maybe("trust", "acquaintances", st.sampled_from([0.0, 1.0, 5.0, 10.0]))
    maybe("trust", "reassurance", shares())
    maybe("enforcement", "capacity_per_100k", st.sampled_from([300.0, 600.0, 10_000.0]))
    maybe("enforcement", "at_large", shares(0.2, 0.5))
    maybe("enforcement", "returns", shares(0.2, 0.8))
    maybe("enforcement", "refill", shares())
    maybe("enforcement", "custody_ends", shares(0.3, 1.0))
    maybe("enforcement", "removal_share", shares(0.5, 1.0))
    maybe("detainers", "cooperation", st.floats(0.3, 0.7))
    maybe("people", "household_concentration", shares(0.05, 1.0))
    maybe("survey", "panel_share", st.sampled_from([0.1, 0.25, 0.5]))
    maybe("survey", "trust_weight", shares(0.0, 2.0))
    maybe("survey", "recall_loss", shares(0.0, 0.3))
    maybe("survey", "capture", st.fixed_dictionaries({"larceny": shares(), "simple_assault": shares()}))
    maybe("booking", "federal_record", st.fixed_dictionaries({"citizen": shares(0.0, 0.5)}))
    return result


@st.composite
def scenarios(draw: DrawFn, response_off: str | None = None) -> dict[str, Any]:
    """Parameters of a small world over some months, with one of the three responses switched off or none."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    months = draw(st.integers(12, 30))  # time enough to be removed and to return
    least = 24_000 // months  # person-months enough for every kind of event
    world = {
        "rows": rows,
        "columns": columns,
        "people": draw(st.integers(least, 4000)),
        "people_per_cell": draw(st.sampled_from([100.0, 400.0, 4000.0])),
        "least_agents_per_cell": draw(st.sampled_from([8.0, 64.0])),
        "offender_pool": draw(st.sampled_from([100.0, 2000.0])),
        "counties_per_region": draw(st.sampled_from([1.0, 2.0, 8.0])),
        "seed": draw(st.integers(0, 2**62)),
    }
    base = {"months": months, "world": world, "programs": draw(programs(months))}
    switches = {"responses": {response_off: False}} if response_off else {}
    return merged(LIVELY, base, draw(behaviour()), switches)


def ready(parameters: dict[str, Any]) -> Setting:
    """Return a scenario made ready to run."""
    table = Parameters.model_validate(parameters)
    return build_setting(table, table.world.seed)


def columnar(setting: Setting, seed: int, threads: int = 1) -> list[MonthRecord]:
    return list(ColumnarEngine(setting, seed, threads).months())


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


def empty_columns(records: list[MonthRecord]) -> list[str]:
    """Return the ledger's columns that are zero in every month and county of a run."""
    sums = {
        "crime": (CRIME_COLUMNS, sum(record.crime.sum(axis=(0, 1, 2), dtype=np.int64) for record in records)),
        "people": (PEOPLE_COLUMNS, sum(record.people.sum(axis=(0, 1, 2)) for record in records)),
        "enforcement": (ENFORCEMENT_COLUMNS, sum(record.enforcement.sum(axis=(0, 1, 2)) for record in records)),
        "balance": (BALANCE_COLUMNS, sum(np.abs(record.balance).sum(axis=(0, 2)) for record in records)),
    }
    return [
        f"{table}.{name}" for table, (names, sum_) in sums.items() for name, n in zip(names, sum_, strict=True) if not n
    ]
