"""Handing one engine another value of any one constant makes the comparison of the engines fail.

Fields are read from the record of constants, so that one that is added is tested without being named.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from engine_scenarios import columnar, differences, mesa_run, ready, with_constants
from random_parameters import EVERYTHING
from small_worlds import merged

from sim.engines.columnar.repeats import UNIT
from sim.engines.ledger import MonthRecord
from sim.world.constants import FAMILY_OF_CRIME, PERSON_TARGET, Constants
from sim.world.person import HOUSEHOLD
from sim.world.setting import Setting

SEED = 5
NOT_ALONE: dict[str, str] = {}
"""Constants that cannot be changed in one engine alone, with the reason."""
FIELDS = [name for name in Constants._fields if name not in NOT_ALONE]
LOOKED_UP = dict.fromkeys(
    ("victim_full_trust", "third_full_trust"),
    "the Mesa engine works this chance out from the log odds each time, the columnar engine looks it up",
)
"""Constants that the Mesa engine has no use for, with the reason."""


@lru_cache(maxsize=1)
def setting() -> Setting:
    return ready(merged(EVERYTHING, {"months": 20, "world": {"people": 2000}}))


@lru_cache(maxsize=2)
def expected(engine: Any) -> list[MonthRecord]:
    result: list[MonthRecord] = engine(setting(), SEED)
    return result


def another(value: Any) -> Any:
    """Return another value of a constant, of the same type and shape and as likely to be possible.

    Numbers are halved (0 becomes a half, or 1 where they are whole); whole numbers in an array change places, for they
    are codes and counts that fit there.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind == "i":
        return np.roll(value, 1) if np.ptp(value) else np.where(value == 0, 1, value // 2)
    if isinstance(value, np.ndarray):
        return np.where(value == 0.0, 0.5, value / 2)
    if isinstance(value, float):
        return value / 2 if value else 0.5
    return type(value)(value // 2 if value else 1)


def differences_with(engine: Any, other: Any, name: str) -> list[str]:
    """Return where an engine with another value of a constant differs from the other engine as it is."""
    value = another(getattr(setting().constants, name))
    return differences(engine(with_constants(setting(), **{name: value}), SEED), expected(other))


def advice(name: str, engine: str) -> str:
    return (
        f"the {engine} engine gives the same ledger with another value of the constant {name}. Either it does not "
        "compute with it; or what it acts on is absent: switch it on in EVERYTHING (tests/made/random_parameters.py)"
    )


def test_without_another_value_the_engines_agree() -> None:
    assert not differences(expected(columnar), expected(mesa_run))


@pytest.mark.parametrize("name", FIELDS)
def test_another_value_in_the_columnar_engine_is_seen(name: str) -> None:
    assert differences_with(columnar, mesa_run, name), advice(name, "columnar")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FIELDS if name not in LOOKED_UP])
def test_another_value_in_the_mesa_engine_is_seen(name: str) -> None:
    assert differences_with(mesa_run, columnar, name), advice(name, "Mesa")


def test_exceptions_are_constants() -> None:
    assert set(NOT_ALONE) | set(LOOKED_UP) <= set(Constants._fields)


def test_violent_crimes_strike_persons_and_others_households() -> None:
    """The columnar engine takes the unit of victims from the family, the Mesa engine from the type of crime."""
    units = [1 if one == 1 else HOUSEHOLD for one in PERSON_TARGET]
    assert [UNIT[family] for family in FAMILY_OF_CRIME] == units
