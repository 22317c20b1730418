"""Custody: stays, convictions, removals, returns and new arrivals."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule
from sim.numerics.draws import geometric
from sim.words.codes import AGGRAVATED, FELONY, MISDEMEANOR


@rule
def months_held(uniform: float, mean: float) -> int:
    """Return the months somebody booked stays in local custody, at least 1."""
    return geometric(uniform, mean)


@rule
def months_in_ice_custody(uniform: float, ends: float) -> int:
    """Return the months in ICE custody when a share ``ends`` of stays ends each month (T52)."""
    return geometric(uniform, 1.0 / ends)


@rule
def conviction_kind(uniform: float, felony: float, aggravated: float) -> int:
    """Return what a conviction is: misdemeanour, felony or aggravated felony."""
    if uniform >= felony:
        return MISDEMEANOR
    return AGGRAVATED if uniform < felony * aggravated else FELONY


@rule
def comes_back(uniform: float, returns: float) -> bool:
    """Return whether a removed person returns; otherwise a newcomer takes the place in time."""
    return uniform < returns


@rule
def months_until_return(uniform: float, latest: float) -> int:
    """Return the months until a removed person is back, uniform from 1 to ``latest``."""
    return 1 + int(uniform * latest)


@rule
def months_until_refill(uniform: float, mean: float) -> int:
    """Return the months until a vacancy is filled, geometric with the given mean."""
    return geometric(uniform, mean)


@rule
def months_left_until_return(uniform: float, latest: float) -> int:
    """Return the months left for somebody who was away already at the start: a uniform wait, seen from within.

    A wait of n months is met n times as often, and any part of it may be over: 0 to ``latest`` - 1.
    """
    whole, left = math.ceil(latest), 0
    total = whole * (whole + 1) / 2.0
    reached = whole / total
    while uniform >= reached and left < whole - 1:
        left += 1
        reached += (whole - left) / total
    return left


@rule
def legalized(uniform: float, share: float) -> bool:
    """Return whether an unauthorized person gains lawful status at a legalization."""
    return uniform < share
