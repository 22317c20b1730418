"""How made worlds spread group shares, activation months and 287(g) agreements over their counties."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from sim.parameters import Parameters
from sim.words.calendar import month_number
from sim.words.faults import UserError
from sim.world.counties.table import NEVER, Bools, Floats, Integers, SmallIntegers
from sim.world.counties.uniforms import CALENDAR_BLOCK, county_uniforms, normals

Sorted = TypeVar("Sorted", SmallIntegers, Floats)
FIELD_CORRELATION = 0.8
"""Correlation of the logs of Hispanic and noncitizen shares (us_counties layout, computed)."""
LARGEST_HISPANIC_SHARE = 0.95
LARGEST_NONCITIZEN_SHARE = 0.6
LARGEST_COMMUNITY_SHARE = 0.98
LARGEST_NONCITIZEN_PART = 0.9
"""At most so much of a county's Hispanic people are noncitizens."""

ROLLOUT = (
    ("2008-09", 0),
    ("2008-12", 14),
    ("2009-12", 105),
    ("2010-12", 895),
    ("2011-12", 1994),
    ("2012-06", 3037),
    ("2012-12", 3037),
    ("2013-01", 3143),
)
"""Counties of 3,143 active at the end of a month (T37)."""

AGREEMENT_SHARE = 0.02
AGREEMENT_MONTH = "2007-06"
FEWEST_COUNTIES_WITH_AGREEMENT = 9


def group_shares(
    parameters: Parameters, noncitizen_field: Floats, hispanic_field: Floats, persons: Floats
) -> tuple[Floats, Floats]:
    """Return Hispanic and noncitizen shares, float64[K] each, from two independent standard normal fields.

    The people-weighted means are the parameters' to rounding; ``UserError`` where no allowed shares have those means.
    """
    people = parameters.people
    spread = parameters.world.share_log_sd
    mixed = FIELD_CORRELATION * noncitizen_field + np.sqrt(1 - FIELD_CORRELATION**2) * hispanic_field
    part = people.noncitizen_hispanic_share
    ceiling = np.full(len(persons), LARGEST_HISPANIC_SHARE)
    hispanic = _scaled_to_mean(np.exp(spread * mixed), ceiling, persons, people.hispanic_share)
    if hispanic is None:
        raise UserError(f"people.hispanic_share is {people.hispanic_share}, allowed in a made world is 0 to 0.95")
    ceiling = np.full(len(persons), LARGEST_NONCITIZEN_SHARE)
    if part > 0:
        ceiling = np.minimum(ceiling, LARGEST_NONCITIZEN_PART * hispanic / part)
    if part < 1:
        ceiling = np.minimum(ceiling, (LARGEST_COMMUNITY_SHARE - hispanic) / (1 - part))
    noncitizen = _scaled_to_mean(np.exp(spread * noncitizen_field), ceiling, persons, people.noncitizen_share)
    if noncitizen is None:
        most = float(ceiling @ persons / persons.sum())
        raise UserError(
            f"people.noncitizen_share is {people.noncitizen_share}; with people.hispanic_share "
            f"{people.hispanic_share} and people.noncitizen_hispanic_share {part} allowed is 0 to {most:.3f}"
        )
    return hispanic, noncitizen


def _scaled_to_mean(raw: Floats, ceiling: Floats, weight: Floats, mean: float) -> Floats | None:
    """Return ``min(factor * raw, ceiling)`` with the weighted mean asked for, or None where the ceiling forbids it."""
    weight = weight / weight.sum()
    if mean == 0:
        return np.zeros(len(raw))
    if mean > float(ceiling @ weight) * (1 + 1e-12):
        return None
    low, high = 0.0, float((ceiling / raw).max())
    for _ in range(200):
        factor = 0.5 * (low + high)
        if factor in (low, high):
            break
        if float(np.minimum(factor * raw, ceiling) @ weight) < mean:
            low = factor
        else:
            high = factor
    return np.minimum(high * raw, ceiling)


def rollout_months(count: int) -> SmallIntegers:
    """Return the activation months of ``count`` counties in order, following the national rollout; absolute."""
    whole = ROLLOUT[-1][1]
    end = [month_number(month) for month, _ in ROLLOUT]
    months = np.arange(end[0], end[-1] + 1)
    national = np.interp(months, end, [active for _, active in ROLLOUT])
    active = np.floor(national * count / whole + 0.5)
    return months[np.searchsorted(active, np.arange(count), side="right")].astype(np.int32)


def activation_months(seed: int, code: Integers, share: Floats, correlation: float) -> SmallIntegers:
    """Return activation months, int32[K], whose rank correlation with ``share`` is near ``correlation``.

    The order blends the rank of the share with a keyed draw; the blend is found by bisection on the realised
    correlation. In few counties, or with equal shares, the correlation is only as near as their number allows.
    """
    months = rollout_months(len(code))
    luck = normals(county_uniforms(seed, code, CALENDAR_BLOCK)[:, 0])
    ranks = average_ranks(share)
    if len(code) < 2 or np.ptp(ranks) == 0 or np.ptp(months) == 0:
        return _placed(months, np.argsort(luck, kind="stable"))
    standard, month_ranks = (ranks - ranks.mean()) / ranks.std(), average_ranks(months)
    apart = np.stack([month_ranks - month_ranks.mean(), ranks - ranks.mean()])
    low, high = -1.0, 1.0
    best, distance = np.argsort(luck, kind="stable"), np.inf
    order, realised = best, np.nan
    ends: dict[bool, Integers] = {}  # the orders at the lower end and the higher one
    for _ in range(40):
        blend = 0.5 * (low + high)
        before, order = order, np.argsort(blend * standard + (1 - abs(blend)) * luck, kind="stable")
        if np.isnan(realised) or (order != before).any():
            realised = _correlation(np.stack([_placed(apart[0], order), apart[1]]))
        if abs(realised - correlation) < distance:
            best, distance = order, abs(realised - correlation)
        ends[realised < correlation] = order
        if realised < correlation:
            low = blend
        else:
            high = blend
        if low * high > 0.0 and len(ends) == 2 and _next_to_each_other(*ends.values()):
            break
    return _placed(months, best)


def _next_to_each_other(first: Integers, second: Integers) -> bool:
    """Return whether two orders differ in no more than two neighbours who change places.

    No other order lies between them then, for scores are straight lines on either side of a blend of 0.
    """
    apart = np.flatnonzero(first != second)
    return len(apart) == 0 or (len(apart) == 2 and int(apart[1] - apart[0]) == 1)


def _placed(months: Sorted, order: Integers) -> Sorted:
    """Give the earliest month, or its rank, to the first in order."""
    result = np.empty_like(months)
    result[order] = months
    return result


def average_ranks(values: Floats | SmallIntegers) -> Floats:
    """Return ranks from 1, ties sharing their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    mean_rank: Floats = last - (count - 1) / 2
    return mean_rank[place]


def rank_correlation(first: Floats | SmallIntegers, second: Floats | SmallIntegers) -> float:
    """Return Spearman's rank correlation, ties sharing their mean rank."""
    ranks = np.stack([average_ranks(first), average_ranks(second)])
    return _correlation(ranks - ranks.mean(axis=1)[:, None])


def _correlation(apart: Floats) -> float:
    """Return the correlation of two rows of numbers, given how far they are from their means."""
    together = np.dot(apart, apart.T) * (1.0 / (apart.shape[1] - 1))
    spread = np.sqrt(np.diag(together))
    return float(together[0, 1] / spread[0] / spread[1])


def agreements(seed: int, code: Integers, noncitizen_share: Floats) -> tuple[SmallIntegers, Bools]:
    """Return the month of each county's 287(g) agreement, absolute or ``NEVER``, and whether there is one.

    Two in a hundred counties have one, at least one of nine or more; keyed, and likelier where more noncitizens live.
    """
    count = int(np.rint(AGREEMENT_SHARE * len(code)))
    if len(code) >= FEWEST_COUNTIES_WITH_AGREEMENT:
        count = max(count, 1)
    uniform = county_uniforms(seed, code, CALENDAR_BLOCK)[:, 1]
    wait = -np.log1p(-uniform) / np.maximum(noncitizen_share, 1e-12)
    has = np.zeros(len(code), dtype=np.bool_)
    has[np.argsort(wait, kind="stable")[:count]] = True
    return np.where(has, month_number(AGREEMENT_MONTH), NEVER).astype(np.int32), has
