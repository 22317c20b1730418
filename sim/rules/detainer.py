"""Detainers: ICE asks within its capacity; the county honours or declines."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule
from sim.words.codes import BY_TASK_FORCE, FROM_JAIL, LEVEL_NONE, OUT_OF_PRISON, OUTSIDE

DECLINED, NOT_TAKEN, TAKEN = 0, 1, 2


@rule
def needs_conviction(priority_enforcement: bool, level: int) -> bool:
    """Return whether priority enforcement bars a detainer: nobody without a conviction is asked for."""
    return priority_enforcement and level == LEVEL_NONE


@rule
def is_imprisoned(months_held: int, prison_months: float) -> bool:
    """Return whether a stay is a term in state or federal prison, where no county decides."""
    return months_held >= prison_months


@rule
def issue_share(issue: float, course: float, screened: bool) -> float:
    """Return the chance that ICE asks for somebody: ``course`` holds for those known by a fingerprint match alone."""
    return issue if screened else issue * course


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


@rule
def is_handed_over(uniform: float, share: float, cooperation: float) -> bool:
    """Return whether ICE takes somebody for whom it did not ask out of a county jail: only where the county helps."""
    return uniform < share * cooperation


@rule
def channel_of(at_large: bool, imprisoned: bool, street_charge: bool, task_force: bool) -> int:
    """Return how ICE gets hold of somebody: at large, from prison, by a task force's stop, or from a county jail."""
    if at_large:
        return OUTSIDE
    if imprisoned:
        return OUT_OF_PRISON
    return BY_TASK_FORCE if task_force and street_charge else FROM_JAIL
