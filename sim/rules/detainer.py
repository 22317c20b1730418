"""Detainers: ICE asks within its capacity; the county honours or declines."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule
from sim.words.codes import LEVEL_NONE

DECLINED, NOT_TAKEN, TAKEN = 0, 1, 2


@rule
def needs_conviction(priority_enforcement: bool, level: int) -> bool:
    """Return whether priority enforcement bars a detainer: nobody without a conviction is asked for."""
    return priority_enforcement and level == LEVEL_NONE


@rule
def asks_for_detainer(uniform: float, issue: float) -> bool:
    """Return whether the field office wants a detainer for a removable person identified."""
    return uniform < issue


@rule
def capacity_this_month(monthly: float, month: int) -> int:
    """Return whole detainers a field office can handle this month; fractions carry over to later months."""
    return int(math.floor(monthly * (month + 1)) - math.floor(monthly * month))


@rule
def outcome_of_request(honour: float, cooperation: float, custody: float, custody_share: float) -> int:
    """Return 0 where the county declines, 1 where it honours and ICE does not come, 2 where ICE takes the person."""
    if honour >= cooperation:
        return DECLINED
    return TAKEN if custody < custody_share else NOT_TAKEN
