"""What is true of a world: how a program changes crime and reporting, from a pair of runs that share their luck."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.words.codes import HISPANIC
from sim.words.labels import CRIME_COLUMNS, CRIME_TYPES, GROUPS, TARGET_GROUPS

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Integers = np.ndarray[Any, np.dtype[np.int32]]
QUARTERS = 12
"""Quarters since activation over which the course of an effect is told."""
COURSES = {"true_hispanic": "occurred", "reported_hispanic": "reported"}
"""Effects whose course is told, and the column that each begins with."""


class Effect(NamedTuple):
    """A true effect: its name in tables, and what it says."""

    name: str
    label: str


EFFECTS = (
    Effect("true_total", "index crime that happens"),
    Effect("true_violent", "violent index crime that happens"),
    Effect("true_property", "property index crime that happens"),
    Effect("true_hispanic", "index crime that happens against Hispanic people"),
    Effect("true_others", "index crime that happens against other people"),
    Effect("reported_hispanic", "share of incidents against Hispanic people that is reported"),
    Effect("reported_others", "share of incidents against other people that is reported"),
    Effect("recorded_total", "index crime that is recorded"),
    Effect("recorded_hispanic", "index crime against Hispanic people that is recorded"),
)
"""All in percent of the same world without the program, over the county-months in which it is in force."""
EFFECT_NAMES = tuple(effect.name for effect in EFFECTS)
COURSE_NAMES = tuple(f"{name}_q{quarter}" for name in COURSES for quarter in range(QUARTERS))
NAMES = (*EFFECT_NAMES, *COURSE_NAMES)
"""What ``true_effects`` returns, in order: effects over all months in force, then by quarter since activation."""


def true_effects(with_program: Counts, without: Counts) -> Floats:
    """Return the true effects of a program in percent, in the order of ``NAMES``.

    Parameters
    ----------
    with_program, without : Counts
        Of two runs of one world and one luck, which differ in the program alone.

    Returns
    -------
    float64[len(NAMES)]
        nan where nothing can be divided by: a quarter that no county reaches.
    """
    return np.array([*_overall(with_program, without), *_courses(with_program, without)])


class Counts:
    """Index crime of a run in county-months in force: float64[quarter since activation, family, target, column].

    The last quarter holds all later ones too.
    """

    def __init__(self, counties: int) -> None:
        """Begin before the first month of a run over K counties."""
        self._age = np.zeros(counties, dtype=np.int64)
        self.by_quarter = np.zeros((QUARTERS + 1, len(_FAMILIES), len(TARGET_GROUPS), len(CRIME_COLUMNS)))

    def add(self, crime: Integers, active: Bools) -> None:
        """Add a month: crime int32[K, type, target, column], and where the program is in force, bool[K]."""
        if not active.any():
            return
        quarters = np.minimum(self._age[active] // 3, QUARTERS)
        for family, rows in enumerate(_FAMILIES):
            np.add.at(self.by_quarter[:, family], quarters, crime[active][:, rows].sum(axis=1, dtype=np.float64))
        self._age += active

    def sum(self, column: str, groups: tuple[int, ...] = (), family: slice = slice(None)) -> Floats:
        """Return counts by quarter of one column, against some groups of people or (none named) all targets."""
        table = self.by_quarter[:, family, :, CRIME_COLUMNS.index(column)]
        return np.asarray(table[:, :, list(groups) if groups else slice(None)].sum(axis=(1, 2)))


_FAMILIES = [[i for i, it in enumerate(CRIME_TYPES) if it.index and it.violent == kind] for kind in (True, False)]
_OTHERS = tuple(number for number in range(len(GROUPS)) if number != HISPANIC)


def _overall(first: Counts, second: Counts) -> list[float]:
    def change(column: str, groups: tuple[int, ...] = (), family: slice = slice(None)) -> float:
        return _percent(*(counts.sum(column, groups, family).sum() for counts in (first, second)))

    def share(groups: tuple[int, ...]) -> float:
        return _percent(*(_share(*(counts.sum(it, groups).sum() for it in _REPORTED)) for counts in (first, second)))

    return [
        change("occurred"),
        change("occurred", family=slice(0, 1)),
        change("occurred", family=slice(1, 2)),
        change("occurred", (HISPANIC,)),
        change("occurred", _OTHERS),
        share((HISPANIC,)),
        share(_OTHERS),
        change("recorded"),
        change("recorded", (HISPANIC,)),
    ]


_REPORTED = ("reported", "occurred")


def _courses(first: Counts, second: Counts) -> list[float]:
    found = []
    for column in COURSES.values():
        for quarter in range(QUARTERS):
            levels = []
            for counts in (first, second):
                above = counts.sum(column, (HISPANIC,))[quarter]
                below = counts.sum("occurred", (HISPANIC,))[quarter] if column == "reported" else 1.0
                levels.append(_share(above, below))
            found.append(_percent(*levels))
    return found


def _share(above: float, below: float) -> float:
    return float(above / below) if below > 0 else float("nan")


def _percent(changed: float, level: float) -> float:
    return float(100 * (changed / level - 1)) if level > 0 else float("nan")
