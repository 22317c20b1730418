"""Who people are when a run starts, range by range of counties: status, rank as an offender, and who is in jail."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper, int64
from sim.numerics.draws import Purpose, draw, entity_of, geometric
from sim.rules.opportunity import likely_mass
from sim.world.person import JAILED, with_bit, with_custody, with_status

Array = npt.NDArray[Any]
START_IN_JAIL = int(Purpose.START_IN_JAIL)
ROSTER = int(Purpose.ROSTER)
HOUSEHOLD_DRAW = int(Purpose.HOUSEHOLD)


@block
def fill_households(
    first: int,
    last: int,
    seed: int,
    code: Array,
    slot_base: Array,
    group_low: Array,
    size: Array,
    status_share: Array,
    concentration: float,
    person: Array,
) -> None:
    """Give statuses to the community: Hispanic households of mixed status, other noncitizens one by one."""
    for k in range(first, last):
        noncitizen = status_share[k, 0, 1] + status_share[k, 0, 2]
        within = max(concentration, noncitizen)
        unauthorized = status_share[k, 0, 2] / noncitizen if noncitizen > 0.0 else 0.0
        for g in range(2):
            low = group_low[k, g]
            for start in range(0, size[k, g], 4):
                index = low + start - slot_base[k]
                kind = draw(seed, entity_of(code[k], index), 0, 0, HOUSEHOLD_DRAW)
                member = draw(seed, entity_of(code[k], index), 1, 0, HOUSEHOLD_DRAW)
                tied = kind[0] * within < noncitizen
                for m in range(min(4, size[k, g] - start)):
                    u = member[m]
                    status = 0
                    if g == 1:
                        status = 2 if u < status_share[k, 1, 2] else 1
                    elif tied and u < within:
                        status = 2 if u < within * unauthorized else 1
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
def fill_rosters(
    first_pool: int,
    last_pool: int,
    seed: int,
    code: Array,
    slot_base: Array,
    pool_county: Array,
    pool_low: Array,
    pool_size: Array,
    roster_start: Array,
    likely_share: float,
    roster: Array,
    person: Array,
) -> None:
    """Choose likely offenders: one keyed slot of each stratum of 1 / share slots, in a scattered order."""
    width = 1.0 / likely_share
    for p in range(first_pool, last_pool):
        k = pool_county[p]
        entries = roster_start[p + 1] - roster_start[p]
        whole = entries - 1
        index = pool_low[p] - slot_base[k]
        shift = draw(seed, entity_of(code[k], index), 0, 1, ROSTER)
        step = _coprime_step(whole) if whole > 0 else 1
        offset = int(shift[0] * whole)
        for e in range(entries):
            stratum = (e * step + offset) % whole if e < whole else whole
            u = draw(seed, entity_of(code[k], index), stratum, 0, ROSTER)[0]
            first, last = int(stratum * width), min(pool_size[p], int((stratum + 1) * width))
            slot = pool_low[p] + first + int(u * (last - first))
            roster[roster_start[p] + e] = slot
            person[slot] = with_bit(person[slot], 15, 1)


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
def start_in_jail(
    first: int,
    last: int,
    seed: int,
    code: Array,
    slot_base: Array,
    group_low: Array,
    size: Array,
    pool_first: Array,
    pool_count: Array,
    pool_size: Array,
    roster_start: Array,
    frequent_share: float,
    likely_share: float,
    share: Array,
    status_share: Array,
    stay_cumulative: Array,
    stay: Array,
    roster: Array,
    person: Array,
) -> tuple[Array, Array]:
    """Put people in jail as in the steady state; return their slots and months of release."""
    ordinary = np.zeros((last - first, 3))
    for k in range(first, last):
        for g in range(3):
            for s in range(3):
                ordinary[k - first, g] += status_share[k, g, s] * share[k, g, s, 2]
            ordinary[k - first, g] *= size[k, g]
    room = int(np.ceil(ordinary).sum())
    for k in range(first, last):
        for g in range(3):
            room += roster_start[pool_first[k, g] + pool_count[k, g]] - roster_start[pool_first[k, g]]
    slots, months = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    n = 0
    for k in range(first, last):
        for g in range(3):
            for p in range(pool_first[k, g], pool_first[k, g] + pool_count[k, g]):
                mass = likely_mass(pool_size[p], likely_share)
                for e in range(roster_start[p + 1] - roster_start[p]):
                    slot = roster[roster_start[p] + e]
                    status = (int64(person[slot]) >> 2) & 3
                    jailed, frequent = _entry_jailed_share(e, mass, frequent_share, share[k, g, status])
                    u = draw(seed, entity_of(code[k], slot - slot_base[k]), 0, 0, START_IN_JAIL)
                    if u[0] < jailed:
                        held_as = 0 if u[3] < frequent else 1
                        charge = _choose(u[1], stay_cumulative[k, g, status, held_as])
                        person[slot] = with_custody(person[slot], JAILED)
                        slots[n], months[n] = slot, geometric(u[2], stay[charge]) - 1
                        n += 1
            expected = ordinary[k - first, g]
            for m in range(math.ceil(expected)):
                u = draw(seed, entity_of(code[k], group_low[k, g] - slot_base[k]), m + 1, 0, START_IN_JAIL)
                place = int((m + u[0]) / expected * size[k, g])
                slot = group_low[k, g] + min(place, size[k, g] - 1)
                if place >= size[k, g] or bool(person[slot] >> 15) or (person[slot] & 3) != 0:
                    continue
                charge = _choose(u[1], stay_cumulative[k, g, (int64(person[slot]) >> 2) & 3, 2])
                person[slot] = with_custody(person[slot], JAILED)
                slots[n], months[n] = slot, geometric(u[2], stay[charge]) - 1
                n += 1
    return slots[:n], months[:n]
