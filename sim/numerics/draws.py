"""Keyed random draws: a draw is a function of who, when and why.

Philox 4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011). The counter is
(entity, block, month, purpose), the key (seed, 0). There is no generator state, so nothing depends on the order of
draws, on threads or on the engine, and an unused draw changes nothing.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np

from sim.numerics.compiled import helper, int64, rule, wide_product

_MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
_WEYL_0 = np.uint64(0x9E3779B97F4A7C15)
_WEYL_1 = np.uint64(0xBB67AE8584CAA73B)
_DROP = np.uint64(11)
_TO_UNIT = 2.0**-53
_HALF = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)
_HALF_TO_UNIT = 2.0**-32
POISSON_PART = 32.0
"""Largest mean of one inverse-transform Poisson part; exp(-32) is far above the smallest double, so it is exact."""


class Purpose(IntEnum):
    """Why a number is drawn. A number never changes its meaning; new purposes are added at the end.

    3, 11, 16 and 20 are no longer used; 18 and 19 are free.
    """

    OPPORTUNITY_COUNT = 1
    OPPORTUNITY = 2
    SOLVE = 4
    STREET_COUNT = 5
    STREET_ARREST = 6
    BOOKING = 7
    DETAINER = 8
    CUSTODY = 9
    DEPARTURE = 10
    RECORD = 12
    SURVEY = 13
    ACQUAINTANCE = 14
    LEGALIZATION = 15
    DECIDE = 17
    HOUSEHOLD = 32
    ROSTER = 33
    START_IN_JAIL = 34
    COUNTY = 35
    ROUNDING = 36


@helper
def philox(seed: int, entity: int, block: int, month: int, purpose: int) -> tuple[int, int, int, int]:
    """Return the four 64-bit words of Philox 4x64-10 at one counter.

    All arguments are taken as unsigned 64-bit integers; equals ``numpy.random.Philox`` at the same counter and key.
    """
    x0 = np.uint64(entity)
    x1 = np.uint64(block)
    x2 = np.uint64(month)
    x3 = np.uint64(purpose)
    key_0 = np.uint64(seed)
    key_1 = np.uint64(0)
    for _ in range(10):
        high_0, low_0 = wide_product(_MULTIPLIER_0, x0)
        high_1, low_1 = wide_product(_MULTIPLIER_1, x2)
        x0, x1, x2, x3 = high_1 ^ x1 ^ key_0, low_1, high_0 ^ x3 ^ key_1, low_0
        key_0 += _WEYL_0
        key_1 += _WEYL_1
    return x0, x1, x2, x3  # type: ignore[return-value]


@helper
def draw(seed: int, entity: int, block: int, month: int, purpose: int) -> tuple[float, float, float, float]:
    """Return four uniforms in [0, 1) with 53 random bits each, for one counter."""
    a, b, c, d = philox(seed, entity, block, month, purpose)
    return (a >> _DROP) * _TO_UNIT, (b >> _DROP) * _TO_UNIT, (c >> _DROP) * _TO_UNIT, (d >> _DROP) * _TO_UNIT


@helper
def uniform_of(word: Any) -> float:
    """Return the uniform in [0, 1) that a 32-bit word stands for: fine enough for one choice."""
    return int64(word) * _HALF_TO_UNIT


@helper
def choices(seed: int, entity: int, block: int, month: int, purpose: int) -> tuple[float, ...]:
    """Return eight uniforms in [0, 1) with 32 random bits each, for one counter: halves of the words of ``philox``."""
    a, b, c, d = philox(seed, entity, block, month, purpose)
    return (
        uniform_of(a & _LOWER),
        uniform_of(a >> _HALF),
        uniform_of(b & _LOWER),
        uniform_of(b >> _HALF),
        uniform_of(c & _LOWER),
        uniform_of(c >> _HALF),
        uniform_of(d & _LOWER),
        uniform_of(d >> _HALF),
    )


@rule
def entity_of(county_code: int, index: int) -> int:
    """Return the identity of the ``index``-th slot or cell of a county: the code in the upper 32 bits."""
    return (int64(county_code) << int64(32)) | int64(index)


@rule
def poisson_part(uniform: float, mean: float) -> int:
    """Return the Poisson count at ``uniform`` by inverse transform; ``mean`` at most ``POISSON_PART``."""
    return poisson_from(uniform, math.exp(-mean), mean)


@rule
def poisson_from(uniform: float, none: float, mean: float) -> int:
    """Return the Poisson count at ``uniform``, given the chance that there is ``none``."""
    return poisson_onward(uniform, 0, none, none, mean)


@rule
def poisson_onward(uniform: float, count: int, term: float, cumulative: float, mean: float) -> int:
    """Return the Poisson count at ``uniform`` where it is ``count`` or more.

    ``term`` is the chance of that count, ``cumulative`` that of it or less: both summed up from 0, as here.
    """
    count = int64(count)
    while uniform >= cumulative and count < 200:
        count += 1
        term *= mean / count
        cumulative += term
    return count


@rule
def poisson_parts(mean: float) -> int:
    """Return in how many parts a Poisson count of this mean is drawn, each of a mean of at most ``POISSON_PART``."""
    return math.ceil(mean / POISSON_PART)


@rule
def poisson(seed: int, entity: int, block: int, month: int, purpose: int, mean: float) -> int:
    """Return a keyed Poisson count of any mean, as a sum of equal parts of mean at most ``POISSON_PART``.

    The parts use consecutive blocks from ``block << 32`` on, four uniforms each.
    """
    if mean <= 0.0:
        return 0
    parts = poisson_parts(mean)
    each = mean / parts
    first = int64(block) << int64(32)
    count = 0
    for group in range((parts + 3) // 4):
        u0, u1, u2, u3 = draw(seed, entity, first + group, month, purpose)
        left = parts - 4 * group
        count += poisson_part(u0, each)
        if left > 1:
            count += poisson_part(u1, each)
        if left > 2:
            count += poisson_part(u2, each)
        if left > 3:
            count += poisson_part(u3, each)
    return count


@rule
def poisson_at(uniform: float, seed: int, entity: int, block: int, month: int, purpose: int, mean: float) -> int:
    """Return the Poisson count at ``uniform``, or where the mean is too large for that, ``poisson`` of its own draws.

    So that several counts of one entity share a draw: ``uniform`` must come from a block that none of them has.
    """
    if mean <= POISSON_PART:
        return poisson_part(uniform, max(0.0, mean))
    return poisson(seed, entity, block, month, purpose, mean)


@rule
def geometric(uniform: float, mean: float) -> int:
    """Return a geometric count of at least 1 with the given mean (1 where the mean is 1 or less)."""
    if mean <= 1.0:
        return 1
    return 1 + int(math.log(1.0 - uniform) / math.log(1.0 - 1.0 / mean))
