"""Opportunity: a target, a likely offender and a place meet (routine activity theory, Cohen and Felson 1979)."""

from __future__ import annotations

import math

import numpy as np

from sim.numerics.compiled import int64, rule

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT, _HALF = np.uint64(29), np.uint64(32)


@rule
def choose(uniform: float, share: float) -> bool:
    """Return whether a choice of probability ``share`` is taken."""
    return uniform < share


@rule
def scattered(identity: int, index: int, modulus: int) -> int:
    """Return a fixed pattern in [0, modulus): which one of each stratum is meant; not a random draw."""
    word = np.uint64(identity) * _MIX + np.uint64(index) * _GOLDEN
    word ^= word >> _SHIFT
    word *= _MIX
    word ^= word >> _SHIFT
    return int64(((word >> _HALF) * np.uint64(modulus)) >> _HALF)


@rule
def repeat_width(size: int, stratum: int, borne: float) -> int:
    """Return among how many of ``size`` people one is victim again and again: ``stratum``, if there is enough to bear.

    All kinds of such victims together bear what ``borne`` people would; where there are fewer, so much less each.
    """
    return max(1, int(stratum * min(1.0, size / max(1.0, borne))))


@rule
def repeat_victims(size: int, stratum: int, identity: int) -> int:
    """Return how many of ``size`` people are victims again and again: one in each ``stratum``.

    Where people are left over the place of their stratum's victim, which is scattered, may lie beyond them.
    """
    whole = size // stratum
    left = size - whole * stratum
    return whole + (1 if scattered(identity, whole, stratum) < left else 0)


@rule
def repeat_part(size: int, share: float, stratum: int, identity: int) -> float:
    """Return the part of incidents against ``size`` people that falls on those who are victims again and again.

    Each of them bears what ``stratum`` people would bear of a ``share``: so the part is ``share`` in expectation,
    whatever the size, and what a victim bears does not depend on it.
    """
    return min(1.0, share * stratum * repeat_victims(size, stratum, identity) / max(1, size))


@rule
def repeat_victim(uniform: float, victims: int, stratum: int, identity: int) -> int:
    """Return which person is the victim, of ``victims`` who are victims again and again (T47, T48, T53)."""
    number = int(uniform * victims)
    return number * stratum + scattered(identity, number, stratum)


@rule
def likely_mass(size: int, likely_share: float) -> float:
    """Return the expected number of likely offenders among ``size`` people."""
    return size * likely_share


@rule
def roster_length(mass: float) -> int:
    """Return how many entries a roster of the given mass has."""
    return math.ceil(mass - 1e-9)


@rule
def roster_entry(uniform: float, mass: float, frequent_share: float, frequent_offending: float) -> int:
    """Return which entry of a roster of likely offenders is met.

    The first ``frequent_share`` of the roster's ``mass`` gets ``frequent_offending`` of all encounters (T39), uniformly
    within each part; the last entry may count for less than one.
    """
    if uniform < frequent_offending:
        place = uniform * (frequent_share / frequent_offending)
    else:
        place = frequent_share + (uniform - frequent_offending) * ((1.0 - frequent_share) / (1.0 - frequent_offending))
    return min(int(place * mass), roster_length(mass) - 1)
