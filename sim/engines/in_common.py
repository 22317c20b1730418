"""The one rule for which first months two runs have in common: run once, they stand in both ledgers."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from sim.world.constants import Constants
from sim.world.programs import Calendar
from sim.world.setting import Setting

OF_LEGALIZATION = "legalization_share"
"""The one constant that is asked for in one month alone."""


def months_in_common(first: Setting, second: Setting) -> int:
    """Return before which month two runs of one luck are the same, bit for bit.

    They begin in the same people (one world in memory, not two that look alike), work with the same constants, and what
    their calendars and backgrounds say of a month is asked for in that month alone. What is not known to be alike
    counts as different. Months are counted from the start: 0 where nothing is in common, all where the runs are one.
    """
    same = (
        first.world is second.world
        and first.months == second.months
        and np.array_equal(first.officers, second.officers)
        and _same_constants(first.constants, second.constants)
    )
    if not same:
        return 0
    share = getattr(first.constants, OF_LEGALIZATION) == getattr(second.constants, OF_LEGALIZATION)
    return min(
        calendars_in_common(first.calendar, second.calendar, same_share=share),
        _alike(first.background, second.background),
    )


def calendars_in_common(first: Calendar, second: Calendar, *, same_share: bool = True) -> int:
    """Return before which month two calendars of the same counties say the same.

    ``same_share`` tells whether a legalization changes the same part of people.
    """
    months = len(first.cap)
    for each in fields(Calendar):
        one, other = getattr(first, each.name), getattr(second, each.name)
        if isinstance(one, np.ndarray):
            months = min(months, _alike(one, other))
        elif one != other or not same_share:  # the month of the legalization, -1 if it does not come
            months = min([months, *(month for month in (one, other) if month >= 0)])
    return months


def _alike(first: np.ndarray, second: np.ndarray) -> int:
    """Return how many rows agree, bit for bit, before the first that does not."""
    if first.shape != second.shape or first.dtype != second.dtype:
        return 0
    if first is second:
        return len(first)
    rows = [np.ascontiguousarray(each).view(np.uint8).reshape(len(each), -1) for each in (first, second)]
    different = (rows[0] != rows[1]).any(axis=1)
    return int(different.argmax()) if different.any() else len(first)


def _same_constants(first: Constants, second: Constants) -> bool:
    """Tell whether all constants agree, but for that of a legalization."""
    return all(
        name == OF_LEGALIZATION or np.array_equal(getattr(first, name), getattr(second, name))
        for name in Constants._fields
    )
