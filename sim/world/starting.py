"""Who people are when a run starts, range by range of counties: status, rank as an offender, and who is in jail."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper
from sim.numerics.draws import Purpose, draw, entity_of, geometric
from sim.rules.opportunity import likely_mass
from sim.words.codes import CITIZEN, FREE, FREQUENT, HISPANIC, JAILED, LAWFUL, LIKELY, ORDINARY, OTHER, UNAUTHORIZED
from sim.world.person import (
    HOUSEHOLD,
    custody_of,
    is_likely_offender,
    status_of,
    with_custody,
    with_likely_offender,
    with_status,
)

Array = npt.NDArray[Any]
START_IN_JAIL = int(Purpose.START_IN_JAIL)
ROSTER = int(Purpose.ROSTER)
HOUSEHOLD_DRAW = int(Purpose.HOUSEHOLD)


class Places(NamedTuple):
    """Where people live: K counties, P pools of likely offenders; see ``people.World``."""

    seed: int  # the world's
    code: Array  # K
    slot_base: Array  # K+1
    group_low: Array  # K x 3
    group_size: Array  # K x 3
    pool_first: Array  # K x 3
    pool_number: Array  # K x 3: how many pools
    pool_county: Array  # P
    pool_low: Array  # P
    pool_size: Array  # P
    roster_start: Array  # P+1


class Shares(NamedTuple):
    """How many of them are what; see ``baseline.Baseline``."""

    status: Array  # K x 3 groups x 3 statuses
    household_concentration: float
    likely: float  # offenders, of people
    frequent: float  # of likely offenders
    jailed: Array  # K x 3 groups x 3 statuses x 3 offender classes
    stay_cumulative: Array  # the same x 10 charges
    stay: Array  # 10: months


class Made(NamedTuple):
    """What is written: rosters of slots, and people."""

    roster: Array
    person: Array


@helper
def _household_status(tied: bool, u: float, share: float, unauthorized: float) -> int:
    """Return the status of a member of a Hispanic household, ``tied`` if it has noncitizens at all."""
    if not tied or u >= share:
        return CITIZEN
    return UNAUTHORIZED if u < share * unauthorized else LAWFUL


@block
def fill_households(first: int, last: int, places: Places, shares: Shares, made: Made) -> None:
    """Give statuses to the community: Hispanic households of mixed status, other noncitizens one by one."""
    person = made.person
    for k in range(first, last):
        code, status_share = places.code[k], shares.status[k]
        noncitizen = status_share[HISPANIC, LAWFUL] + status_share[HISPANIC, UNAUTHORIZED]
        within = max(shares.household_concentration, noncitizen)
        unauthorized = status_share[HISPANIC, UNAUTHORIZED] / noncitizen if noncitizen > 0.0 else 0.0
        for g in range(OTHER):
            low, size = places.group_low[k, g], places.group_size[k, g]
            for start in range(0, size, HOUSEHOLD):
                index = low + start - places.slot_base[k]
                kind = draw(places.seed, entity_of(code, index), 0, 0, HOUSEHOLD_DRAW)
                member = draw(places.seed, entity_of(code, index), 1, 0, HOUSEHOLD_DRAW)
                tied = kind[0] * within < noncitizen
                for m in range(min(HOUSEHOLD, size - start)):
                    if g == HISPANIC:
                        status = _household_status(tied, member[m], within, unauthorized)
                    else:
                        status = UNAUTHORIZED if member[m] < status_share[g, UNAUTHORIZED] else LAWFUL
                    person[low + start + m] = with_status(person[low + start + m], status)


@block
def _coprime_step(n: int) -> int:
    """Return a step near the golden section of ``n`` that visits all of 0..n-1."""
    step = max(1, int(0.618 * n))
    while True:
        a, b = step, n
        while b:
            a, b = b, a % b
        if a == 1:
            return step
        step += 1


@block
def fill_rosters(first_pool: int, last_pool: int, places: Places, shares: Shares, made: Made) -> None:
    """Choose likely offenders: one keyed slot of each stratum of 1 / share slots, in a scattered order."""
    seed, width = places.seed, 1.0 / shares.likely
    for p in range(first_pool, last_pool):
        k, low, size = places.pool_county[p], places.pool_low[p], places.pool_size[p]
        start, entries = places.roster_start[p], places.roster_start[p + 1] - places.roster_start[p]
        whole = entries - 1
        entity = entity_of(places.code[k], low - places.slot_base[k])
        shift = draw(seed, entity, 0, 1, ROSTER)
        step = _coprime_step(whole) if whole > 0 else 1
        offset = int(shift[0] * whole)
        for e in range(entries):
            stratum = (e * step + offset) % whole if e < whole else whole
            u = draw(seed, entity, stratum, 0, ROSTER)[0]
            first, last = int(stratum * width), min(size, int((stratum + 1) * width))
            slot = low + first + int(u * (last - first))
            made.roster[start + e] = slot
            made.person[slot] = with_likely_offender(made.person[slot], 1)


@block
def _choose(u: float, cumulative: Array) -> int:
    """Return the first index whose cumulative share exceeds ``u``."""
    for index in range(len(cumulative) - 1):
        if u < cumulative[index]:
            return index
    return len(cumulative) - 1


@helper
def _overlap(low: float, high: float, first: float, last: float) -> float:
    """Return the length that two intervals share."""
    return max(0.0, min(high, last) - max(low, first))


@helper
def _entry_jailed_share(entry: float, mass: float, frequent_share: float, shares: Array) -> tuple[float, float]:
    """Return the share of time that a roster entry's person is in jail, and the part of the entry that is frequent.

    An entry that counts for less than one likely offender is arrested less often than a whole one.
    """
    border = mass * frequent_share
    frequent = _overlap(entry, entry + 1.0, 0.0, border)
    odds = frequent * shares[0] / (1.0 - shares[0])
    odds += _overlap(entry, entry + 1.0, border, mass) * shares[1] / (1.0 - shares[1])
    return odds / (1.0 + odds), frequent


@block
def _expected_ordinary(first: int, last: int, places: Places, shares: Shares) -> Array:
    """Return how many ordinary people of counties ``first`` to ``last`` are in jail, by group."""
    expected = np.zeros((last - first, places.group_size.shape[1]))
    for k in range(first, last):
        for g in range(expected.shape[1]):
            for s in range(shares.status.shape[2]):
                expected[k - first, g] += shares.status[k, g, s] * shares.jailed[k, g, s, ORDINARY]
            expected[k - first, g] *= places.group_size[k, g]
    return expected


@helper
def _goes_to_jail(slot: int, charge: int, uniform: float, shares: Shares, made: Made) -> int:
    """Put somebody in jail on a charge; returns the month of release."""
    made.person[slot] = with_custody(made.person[slot], JAILED)
    return geometric(uniform, shares.stay[charge]) - 1


@block
def _jail_likely(k: int, g: int, places: Places, shares: Shares, made: Made, slots: Array, months: Array) -> int:
    """Put likely offenders of a county's group in jail; writes slots and months of release, returns how many."""
    n = 0
    for p in range(places.pool_first[k, g], places.pool_first[k, g] + places.pool_number[k, g]):
        mass = likely_mass(places.pool_size[p], shares.likely)
        for e in range(places.roster_start[p + 1] - places.roster_start[p]):
            slot = made.roster[places.roster_start[p] + e]
            status = status_of(made.person[slot])
            jailed, frequent = _entry_jailed_share(e, mass, shares.frequent, shares.jailed[k, g, status])
            u = draw(places.seed, entity_of(places.code[k], slot - places.slot_base[k]), 0, 0, START_IN_JAIL)
            if u[0] < jailed:
                rank = FREQUENT if u[3] < frequent else LIKELY
                charge = _choose(u[1], shares.stay_cumulative[k, g, status, rank])
                slots[n], months[n] = slot, _goes_to_jail(slot, charge, u[2], shares, made)
                n += 1
    return n


@block
def _jail_ordinary(
    k: int, g: int, expected: float, places: Places, shares: Shares, made: Made, slots: Array, months: Array
) -> int:
    """Put ``expected`` of a county's group in jail, likely offenders aside; as ``_jail_likely``."""
    n = 0
    low, size = places.group_low[k, g], places.group_size[k, g]
    for m in range(math.ceil(expected)):
        u = draw(places.seed, entity_of(places.code[k], low - places.slot_base[k]), m + 1, 0, START_IN_JAIL)
        place = int((m + u[0]) / expected * size)
        slot = low + min(place, size - 1)
        person = made.person[slot]
        if place >= size or is_likely_offender(person) == 1 or custody_of(person) != FREE:
            continue
        charge = _choose(u[1], shares.stay_cumulative[k, g, status_of(person), ORDINARY])
        slots[n], months[n] = slot, _goes_to_jail(slot, charge, u[2], shares, made)
        n += 1
    return n


@block
def start_in_jail(first: int, last: int, places: Places, shares: Shares, made: Made) -> tuple[Array, Array]:
    """Put people in jail as in the steady state; return their slots and months of release."""
    ordinary = _expected_ordinary(first, last, places, shares)
    room = int(np.ceil(ordinary).sum())
    for k in range(first, last):
        for g in range(ordinary.shape[1]):
            first_pool = places.pool_first[k, g]
            room += places.roster_start[first_pool + places.pool_number[k, g]] - places.roster_start[first_pool]
    slots, months = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    n = 0
    for k in range(first, last):
        for g in range(ordinary.shape[1]):
            n += _jail_likely(k, g, places, shares, made, slots[n:], months[n:])
            n += _jail_ordinary(k, g, ordinary[k - first, g], places, shares, made, slots[n:], months[n:])
    return slots[:n], months[:n]
