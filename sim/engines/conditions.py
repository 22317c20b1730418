"""What holds in a county this month: one declaration, from which both engines make their own.

A condition is one entry here and one line in each engine: ``County.expect`` (mesa) and ``conditions`` (columnar). One
that the calendar of programs knows by the same name needs the entry alone.

The function of risk is compiled too, by ``sim.numerics.compiled``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.words.codes import BACKGROUND_OF_CRIME
from sim.words.labels import COMMUNITY, CRIMES, FAMILIES, GROUPS, LEVELS, TARGET_GROUPS
from sim.world.kept import of_last
from sim.world.programs import Calendar
from sim.world.setting import Setting

Floats = npt.NDArray[np.float64]


def _each(value: float, *axes: tuple[str, ...]) -> Any:
    """Return a table of numbers, all of them ``value``, as nested lists."""
    return np.full([len(axis) for axis in axes], value).tolist()


@dataclass(kw_only=True)
class Condition:
    """What holds in a county when the month begins; phases 3 to 12 read it."""

    # what the calendar says of the month
    cap: bool = False
    secure_communities: bool = False
    agreement_287g_jail: bool = False
    agreement_287g_task_force: bool = False
    priority_enforcement: bool = False
    cooperation: list[float] = field(default_factory=lambda: _each(0.0, LEVELS))  # share of detainers honoured
    refusal: float = 0.0  # how far the county declines detainers
    issue_course: float = 1.0  # of detainers for people known by a fingerprint match alone
    announced: float = 0.0  # fear that events and programs in force add
    background: float = 1.0  # multiplies opportunities
    types: list[float] = field(default_factory=lambda: _each(1.0, CRIMES))  # cumulative shares of opportunities
    # what people and police have come to expect; news changes it at the end of the month
    fear: list[float] = field(default_factory=lambda: _each(0.0, COMMUNITY))
    # relative risk of being reported and solved
    risk: list[list[float]] = field(default_factory=lambda: _each(1.0, GROUPS, FAMILIES))
    removal_risk: float = 0.0  # running share of removable arrestees who are removed
    load: float = 1.0  # recorded crime relative to the usual amount, running
    # what follows from these for this month
    fear_at_start: list[float] = field(default_factory=lambda: _each(0.0, COMMUNITY))
    # how belief in impunity multiplies offending; 1 against an organization
    impunity: list[list[float]] = field(default_factory=lambda: _each(1.0, TARGET_GROUPS, CRIMES))
    deterrence: float = 1.0
    capacity: float = 1.0  # how workload multiplies clearance
    street_rise: float = 1.0  # how a task force multiplies stops in the community


def _column(name: str, value: Any) -> tuple[str, type, tuple[int, ...]]:
    return name, np.bool_ if isinstance(value, bool) else np.float64, np.shape(value)


CONDITION = np.dtype([_column(name, value) for name, value in vars(Condition()).items()], align=True)
"""The same as a record."""
OF_THE_CALENDAR = tuple(each.name for each in fields(Calendar) if each.name in (CONDITION.names or ()))
"""The conditions that the calendar of programs gives."""


_START = np.array(tuple(vars(Condition()).values()), dtype=CONDITION)


def starting_conditions(count: int) -> npt.NDArray[Any]:
    """Return the conditions with which ``count`` counties start, as records."""
    return np.full(count, _START)


def settled_conditions(setting: Setting) -> npt.NDArray[Any]:
    """Return the conditions with which the counties of a setting start: fear and beliefs of the settled state."""
    baseline = setting.world.baseline
    records = starting_conditions(len(baseline.fear))
    for name in ("fear", "risk", "removal_risk"):
        records[name] = getattr(baseline, name)
    return records


def of_the_month(setting: Setting, month: int | slice) -> dict[str, npt.NDArray[Any]]:
    """Return what is known beforehand of a month, by condition: programs in force, their news, the background.

    Of a slice of months the first axis counts them.
    """
    foreknown = {name: getattr(setting.calendar, name)[month] for name in OF_THE_CALENDAR}
    many, types = opportunities_of(setting.background[month], setting.world.baseline.type_cumulative)
    return {**foreknown, "background": many, "types": types}


_NAMES = CONDITION.names or ()
FOREKNOWN = np.dtype([(name, CONDITION[name]) for name in _NAMES[: _NAMES.index("fear")]], align=True)
"""What is known beforehand of a month: the first part of a record."""


KEPT_COUNTY_MONTHS = 10_000
"""Of a run of which all that is known beforehand is kept: 136 bytes each."""


def _has_few_county_months(setting: Setting) -> bool:
    return setting.parameters.months * len(setting.world.counties) <= KEPT_COUNTY_MONTHS


def foreknown_conditions(setting: Setting, begin: int, end: int) -> npt.NDArray[np.uint64]:
    """Return what is known beforehand of months ``begin`` to ``end``, T x K records as words of 64 bits."""
    if _has_few_county_months(setting):
        return _of_all_months(setting)[begin:end]
    return _of_months(setting, begin, end)


@of_last(_has_few_county_months)
def _of_all_months(setting: Setting) -> npt.NDArray[np.uint64]:
    return _of_months(setting, 0, setting.parameters.months)


def _of_months(setting: Setting, begin: int, end: int) -> npt.NDArray[np.uint64]:
    records = np.zeros((end - begin, len(setting.world.counties)), dtype=FOREKNOWN)
    for name, values in of_the_month(setting, slice(begin, end)).items():
        records[name] = values
    return records.view(np.uint64).reshape(*records.shape, FOREKNOWN.itemsize // 8)


def risk_as_expected(violent: float, against_property: float, violent_weight: float, property_weight: float) -> float:
    """Return the relative risk against a group, both families weighted as they are expected; 1 where neither is."""
    weight = violent_weight + property_weight
    if weight <= 0.0:
        return 1.0
    return (violent * violent_weight + against_property * property_weight) / weight


def opportunities_of(background: Floats, cumulative: Floats) -> tuple[Floats, Floats]:
    """Return how a background multiplies opportunities (... x K), and their types then (... x K x 8, cumulative).

    ``background`` is by kind, ... x K x 3; ``cumulative`` the types in the settled state.
    """
    first = background[..., 0]
    alike = np.logical_and.reduce([background[..., kind] == first for kind in range(1, background.shape[-1])])
    if alike.all():
        return first, cumulative
    weight = np.diff(cumulative, axis=1, prepend=0.0) * background[..., BACKGROUND_OF_CRIME]
    many = weight.sum(axis=-1)
    types = np.cumsum(np.divide(weight, many[..., None], out=np.zeros_like(weight), where=many[..., None] > 0), axis=-1)
    types[..., -1] = 1.0
    return np.where(alike, first, many), np.where(alike[..., None], cumulative, types)
