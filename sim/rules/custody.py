"""Custody: stays, convictions, removals, returns and new arrivals."""

from __future__ import annotations

from sim.numerics.compiled import rule
from sim.numerics.draws import geometric
from sim.words.codes import (
    AGGRAVATED,
    CITIZEN,
    FELONY,
    FREQUENT,
    LAWFUL,
    LIKELY,
    MISDEMEANOR,
    ORDINARY,
    UNAUTHORIZED,
)

STAYS_AWAY, RETURNS, REPLACED = 0, 1, 2
"""What becomes of a removed person's place."""


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
def departure(leaves: float, returns: float, refill: float) -> int:
    """Return what becomes of a removed person's place: they return, a newcomer fills it, or it stays vacant."""
    if leaves < returns:
        return RETURNS
    return REPLACED if (leaves - returns) / (1.0 - returns) < refill else STAYS_AWAY


@rule
def months_until_return(uniform: float, latest: float) -> int:
    """Return the months until a removed person is back, uniform from 1 to ``latest``."""
    return 1 + int(uniform * latest)


@rule
def months_until_refill(uniform: float, mean: float) -> int:
    """Return the months until a vacancy is filled, geometric with the given mean."""
    return geometric(uniform, mean)


@rule
def newcomer_status(uniform: float, unauthorized: float, lawful: float) -> int:
    """Return the status of a newcomer, given the shares in the county's group."""
    if uniform < unauthorized:
        return UNAUTHORIZED
    return LAWFUL if uniform < unauthorized + lawful else CITIZEN


@rule
def newcomer_class(uniform: float, likely_share: float, frequent_share: float) -> int:
    """Return a newcomer's rank: a frequent likely offender, another likely offender, or an ordinary person."""
    if uniform >= likely_share:
        return ORDINARY
    return FREQUENT if uniform < likely_share * frequent_share else LIKELY


@rule
def legalized(uniform: float, share: float) -> bool:
    """Return whether an unauthorized person gains lawful status at a legalization."""
    return uniform < share
