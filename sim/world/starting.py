"""Who people are when a run starts, range by range of counties: status, rank as an offender, custody and fear.

All is drawn from the settled state, so that nothing drifts when nothing happens.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper
from sim.numerics.draws import POISSON_PART, Purpose, draw, entity_of, geometric, poisson_part
from sim.rules.custody import months_left_until_return
from sim.rules.detainer import is_imprisoned
from sim.rules.opportunity import likely_mass
from sim.rules.reporting import FEAR_STEP, MOST_STEPS
from sim.words.codes import (
    ARRIVAL,
    AWAY,
    CITIZEN,
    END_OF_ICE_CUSTODY,
    FREE,
    FREQUENT,
    FROM_JAIL,
    HISPANIC,
    ICE_CUSTODY,
    JAILED,
    LAWFUL,
    LIKELY,
    ORDINARY,
    OTHER,
    OUT_OF_PRISON,
    OUTSIDE,
    RELEASE,
    RETURN,
    TRANSFER,
    UNAUTHORIZED,
)
from sim.world.person import (
    HOUSEHOLD,
    custody_of,
    first_of_household,
    is_likely_offender,
    status_of,
    with_custody,
    with_known_to_ice,
    with_likely_offender,
    with_status,
)

Array = npt.NDArray[Any]
Uniforms = tuple[float, float, float, float]
START_IN_JAIL = int(Purpose.START_IN_JAIL)
ROSTER = int(Purpose.ROSTER)
HOUSEHOLD_DRAW = int(Purpose.HOUSEHOLD)
OF_RELEASE, OF_CUSTODY, OF_FEAR = 1, 2, 3
"""Draws of a person's start that the first one, in month 0, leaves open."""


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
    ice: Array  # the same x 4 channels: in ICE custody
    away: Array  # the same as jailed: removed, the place vacant
    stay_cumulative: Array  # the same x 10 charges
    stay: Array  # 10: months
    held: Array  # K x 2 groups x 3 statuses x 2 ranks x 4 channels: ICE takes somebody held
    friend_jumps: Array  # K x 2 groups x 2: removals and arrests at large of acquaintances, a month
    status_removals: Array  # K x 2 groups x 3 statuses x 2: the same of one person


class Waits(NamedTuple):
    """How long what people are in at the start goes on, in months."""

    leaves: bool  # people whom ICE takes leave the county
    prison: float  # terms so long are served in prison
    custody_ends: float  # share of ICE custody ending each month
    returning: float  # share of vacancies whose person will return
    return_months: float
    refill_months: float
    fear_months: int  # for how long a jump of own fear is felt
    fear_left: float  # share of own fear left after a month
    jumps: Array  # 4 kinds: how much fear each adds


class Made(NamedTuple):
    """What is written: rosters of slots, and people."""

    roster: Array
    person: Array
    fear_steps: Array  # own fear of the community


class Start(NamedTuple):
    """What is due to people who start in jail, in ICE custody or away."""

    slot: Array
    kind: Array  # in the order of ``labels.DUE``
    month: Array
    used: Array  # 1: how many entries


@helper
def _noted(slot: int, kind: int, month: int, start: Start) -> Start:
    """Return the notes with one more entry; they are copied to a larger room where they fill theirs."""
    n = start.used[0]
    if n == len(start.slot):
        start = Start(
            np.concatenate((start.slot, np.empty_like(start.slot))),
            np.concatenate((start.kind, np.empty_like(start.kind))),
            np.concatenate((start.month, np.empty_like(start.month))),
            start.used,
        )
    start.slot[n], start.kind[n], start.month[n] = slot, kind, month
    start.used[0] = n + 1
    return start


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


class Odds(NamedTuple):
    """How likely somebody is to be in each custody, relative to at liberty."""

    jailed: float
    ice: float
    away: float
    frequent: float  # the part of a roster's entry that offends often


@helper
def _odds_of(k: int, g: int, s: int, c: int, shares: Shares) -> tuple[float, float, float]:
    """Return the odds of jail, ICE custody and absence of a class of people."""
    jailed, ice, away = shares.jailed[k, g, s, c], shares.ice[k, g, s, c].sum(), shares.away[k, g, s, c]
    free = 1.0 - jailed - ice - away
    return jailed / free, ice / free, away / free


@helper
def _entry_odds(entry: float, mass: float, k: int, g: int, s: int, shares: Shares) -> Odds:
    """Return the odds of a roster's entry; one that counts for less than a whole person is taken less often."""
    border = mass * shares.frequent
    frequent, other = _overlap(entry, entry + 1.0, 0.0, border), _overlap(entry, entry + 1.0, border, mass)
    often, seldom = _odds_of(k, g, s, FREQUENT, shares), _odds_of(k, g, s, LIKELY, shares)
    return Odds(
        frequent * often[0] + other * seldom[0],
        frequent * often[1] + other * seldom[1],
        frequent * often[2] + other * seldom[2],
        frequent,
    )


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


class Person(NamedTuple):
    """Somebody of a county at the start."""

    slot: int
    county: int
    group: int
    rank: int  # offender class


@helper
def _identity(one: Person, places: Places) -> int:
    """Return what keys a person's draws."""
    return entity_of(places.code[one.county], one.slot - places.slot_base[one.county])


@helper
def _release(one: Person, charge: int, left: int, places: Places, shares: Shares, waits: Waits, made: Made) -> int:
    """Return what ends a stay in jail that lasts ``left`` months more: release, or ICE at the door."""
    status = status_of(made.person[one.slot])
    if status == CITIZEN or one.group >= OTHER:
        return RELEASE
    u = draw(places.seed, _identity(one, places), 0, OF_RELEASE, START_IN_JAIL)
    served = geometric(u[0], shares.stay[charge]) - 1
    chances = shares.held[one.county, one.group, status, 0 if one.rank == ORDINARY else 1]
    if is_imprisoned(served + left + 1, waits.prison):
        return TRANSFER + OUT_OF_PRISON if u[1] < chances[OUT_OF_PRISON] else RELEASE
    if u[1] < chances[FROM_JAIL]:
        return TRANSFER + FROM_JAIL
    return TRANSFER + OUTSIDE if u[1] < chances[FROM_JAIL] + chances[OUTSIDE] else RELEASE


@helper
def _jail(one: Person, u: Uniforms, places: Places, shares: Shares, waits: Waits, made: Made, start: Start) -> Start:
    """Put somebody in jail as in the settled state; ``u`` decides on the charge and how long it lasts."""
    status = status_of(made.person[one.slot])
    charge = _choose(u[1], shares.stay_cumulative[one.county, one.group, status, one.rank])
    made.person[one.slot] = with_custody(made.person[one.slot], JAILED)
    left = geometric(u[2], shares.stay[charge]) - 1
    return _noted(one.slot, _release(one, charge, left, places, shares, waits, made), left, start)


@helper
def _take(one: Person, u: Uniforms, shares: Shares, waits: Waits, made: Made, start: Start) -> Start:
    """Put somebody in ICE custody; ``u`` decides how ICE got hold of them and how long it lasts."""
    chances = shares.ice[one.county, one.group, status_of(made.person[one.slot]), one.rank]
    point, channel = u[1] * chances.sum(), 0
    while channel < len(chances) - 1 and point >= chances[channel]:
        point -= chances[channel]
        channel += 1
    person = with_known_to_ice(made.person[one.slot], 1)
    made.person[one.slot] = with_custody(person, ICE_CUSTODY) if waits.leaves else person
    left = geometric(u[2], 1.0 / waits.custody_ends) - 1
    return _noted(one.slot, END_OF_ICE_CUSTODY + channel, left, start)


@helper
def _send_away(slot: int, u: Uniforms, waits: Waits, made: Made, start: Start) -> Start:
    """Let somebody have been removed; ``u`` decides whether they return and when the place is taken again."""
    made.person[slot] = with_custody(with_known_to_ice(made.person[slot], 1), AWAY)
    if u[1] < waits.returning:
        return _noted(slot, RETURN, months_left_until_return(u[2], waits.return_months), start)
    return _noted(slot, ARRIVAL, geometric(u[2], waits.refill_months) - 1, start)


@block
def _place_likely(k: int, g: int, places: Places, shares: Shares, waits: Waits, made: Made, start: Start) -> Start:
    """Put likely offenders of a county's group in jail, in ICE custody, or away."""
    for p in range(places.pool_first[k, g], places.pool_first[k, g] + places.pool_number[k, g]):
        mass = likely_mass(places.pool_size[p], shares.likely)
        for e in range(places.roster_start[p + 1] - places.roster_start[p]):
            slot = made.roster[places.roster_start[p] + e]
            odds = _entry_odds(e, mass, k, g, status_of(made.person[slot]), shares)
            u = draw(places.seed, entity_of(places.code[k], slot - places.slot_base[k]), 0, 0, START_IN_JAIL)
            one = Person(slot, k, g, FREQUENT if u[3] < odds.frequent else LIKELY)
            point = u[0] * (1.0 + odds.jailed + odds.ice + odds.away)
            if point < odds.jailed:
                start = _jail(one, u, places, shares, waits, made, start)
            elif point < odds.jailed + odds.ice:
                start = _take(one, u, shares, waits, made, start)
            elif point < odds.jailed + odds.ice + odds.away:
                start = _send_away(slot, u, waits, made, start)
    return start


@block
def _jail_ordinary(
    k: int, g: int, expected: float, places: Places, shares: Shares, waits: Waits, made: Made, start: Start
) -> Start:
    """Put ``expected`` of a county's group in jail, likely offenders aside."""
    low, size = places.group_low[k, g], places.group_size[k, g]
    for m in range(math.ceil(expected)):
        u = draw(places.seed, entity_of(places.code[k], low - places.slot_base[k]), m + 1, 0, START_IN_JAIL)
        place = int((m + u[0]) / expected * size)
        slot = low + min(place, size - 1)
        person = made.person[slot]
        if place >= size or is_likely_offender(person) == 1 or custody_of(person) != FREE:
            continue
        start = _jail(Person(slot, k, g, ORDINARY), u, places, shares, waits, made, start)
    return start


@block
def _take_ordinary(k: int, g: int, places: Places, shares: Shares, waits: Waits, made: Made, start: Start) -> Start:
    """Put noncitizens of a county's group who are no likely offenders in ICE custody, or away."""
    low, size = places.group_low[k, g], places.group_size[k, g]
    for slot in range(low, low + size):
        person = made.person[slot]
        status = status_of(person)
        if status == CITIZEN or is_likely_offender(person) == 1 or custody_of(person) != FREE:
            continue
        one = Person(slot, k, g, ORDINARY)
        u = draw(places.seed, _identity(one, places), 0, OF_CUSTODY, START_IN_JAIL)
        ice, away = shares.ice[k, g, status, ORDINARY].sum(), shares.away[k, g, status, ORDINARY]
        if u[0] < ice:
            start = _take(one, u, shares, waits, made, start)
        elif u[0] < ice + away:
            start = _send_away(slot, u, waits, made, start)
    return start


@helper
def _rates_of_jumps(
    first: int, slot: int, last: int, k: int, g: int, shares: Shares, made: Made
) -> tuple[float, float, float, float]:
    """Return how often somebody takes fright in a month, by kind: acquaintances, and members of the household."""
    removed, at_large = 0.0, 0.0
    for other in range(first, last):
        if other != slot:
            status = status_of(made.person[other])
            removed += shares.status_removals[k, g, status, 0]
            at_large += shares.status_removals[k, g, status, 1]
    return shares.friend_jumps[k, g, 0], shares.friend_jumps[k, g, 1], removed, at_large


@block
def _start_in_fear(k: int, g: int, community: int, places: Places, shares: Shares, waits: Waits, made: Made) -> None:
    """Give a county's group the own fear of the settled state; ``community`` is the number of its first person."""
    low, size = places.group_low[k, g], places.group_size[k, g]
    for slot in range(low, low + size):
        first = first_of_household(slot, low)
        rates = _rates_of_jumps(first, slot, min(first + HOUSEHOLD, low + size), k, g, shares, made)
        total = rates[0] + rates[1] + rates[2] + rates[3]
        if total <= 0.0:
            continue
        entity = entity_of(places.code[k], slot - places.slot_base[k])
        u = draw(places.seed, entity, 0, OF_FEAR, START_IN_JAIL)
        jumps, fear = poisson_part(u[0], min(POISSON_PART, total * waits.fear_months)), 0.0
        for number in range(jumps):
            v = draw(places.seed, entity, number + 1, OF_FEAR, START_IN_JAIL)
            point, kind = v[0] * total, 0
            while kind < 3 and point >= rates[kind]:
                point -= rates[kind]
                kind += 1
            fear += waits.jumps[kind] * waits.fear_left ** (1 + int(v[1] * waits.fear_months))
        steps = min(MOST_STEPS, int(fear / FEAR_STEP + 0.5))
        made.fear_steps[community + slot - low] = steps


@block
def start_settled(
    first: int, last: int, community: Array, places: Places, shares: Shares, waits: Waits, made: Made
) -> tuple[Array, Array, Array]:
    """Put people where they are in the settled state; return slots, what is due to them, and in which month.

    ``community`` is the number of each county's first community member.
    """
    ordinary = _expected_ordinary(first, last, places, shares)
    start = Start(np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.int64), np.zeros(1, np.int64))
    for k in range(first, last):
        for g in range(ordinary.shape[1]):
            start = _place_likely(k, g, places, shares, waits, made, start)
            start = _jail_ordinary(k, g, ordinary[k - first, g], places, shares, waits, made, start)
            if g < OTHER:
                start = _take_ordinary(k, g, places, shares, waits, made, start)
                before = places.group_low[k, g] - places.slot_base[k]
                _start_in_fear(k, g, community[k] + before, places, shares, waits, made)
    used = start.used[0]
    return start.slot[:used], start.kind[:used], start.month[:used]
