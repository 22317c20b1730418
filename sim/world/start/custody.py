"""Who is in jail, in ICE custody or away when a run starts, and until when."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper, int64, unowned
from sim.numerics.draws import draw, entity_of, geometric
from sim.rules.booking import is_new_to_police
from sim.rules.custody import conviction_kind, months_left_until_return
from sim.rules.detainer import is_imprisoned
from sim.rules.opportunity import likely_mass
from sim.words.codes import (
    ARRIVAL,
    AWAY,
    CITIZEN,
    CONVICTION,
    END_OF_ICE_CUSTODY,
    FREE,
    FREQUENT,
    FROM_JAIL,
    ICE_CUSTODY,
    JAILED,
    LIKELY,
    ORDINARY,
    OTHER,
    OUT_OF_PRISON,
    OUTSIDE,
    RELEASE,
    RETURN,
    TRANSFER,
)
from sim.world.person import (
    custody_of,
    is_likely_offender,
    newcomer,
    status_of,
    with_conviction,
    with_custody,
    with_known_to_ice,
)
from sim.world.start.records import (
    OF_BOOKING,
    OF_CUSTODY,
    OF_RELEASE,
    START_IN_JAIL,
    Courts,
    Made,
    Places,
    Shares,
    Start,
    Waits,
    note,
)

Array = npt.NDArray[Any]
Uniforms = tuple[float, float, float, float]


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


@block
def _odds_by_status(k: int, g: int, shares: Shares) -> Array:
    """Return the odds of jail, ICE custody and absence of likely offenders, by status and by FREQUENT and LIKELY."""
    odds = np.empty((shares.status.shape[2], 2, 3))
    for s in range(odds.shape[0]):
        odds[s, 0, 0], odds[s, 0, 1], odds[s, 0, 2] = _odds_of(k, g, s, FREQUENT, shares)
        odds[s, 1, 0], odds[s, 1, 1], odds[s, 1, 2] = _odds_of(k, g, s, LIKELY, shares)
    return odds


@helper
def _entry_odds(entry: float, mass: float, frequent_share: float, often: Array, seldom: Array) -> Odds:
    """Return the odds of a roster's entry; one that counts for less than a whole person is taken less often."""
    border = mass * frequent_share
    frequent, other = _overlap(entry, entry + 1.0, 0.0, border), _overlap(entry, entry + 1.0, border, mass)
    return Odds(
        frequent * often[0] + other * seldom[0],
        frequent * often[1] + other * seldom[1],
        frequent * often[2] + other * seldom[2],
        frequent,
    )


@block
def expected_ordinary(first: int, last: int, places: Places, shares: Shares) -> Array:
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
def _release(one: Person, months: int, u: Uniforms, shares: Shares, waits: Waits, made: Made) -> int:
    """Return what ends a stay in jail of so many ``months``: release, or ICE at the door."""
    status = status_of(made.person[one.slot])
    if status == CITIZEN or one.group >= OTHER:
        return RELEASE
    chances = shares.held[one.county, one.group, status, 0 if one.rank == ORDINARY else 1]
    if is_imprisoned(months, waits.prison):
        return TRANSFER + OUT_OF_PRISON if u[1] < chances[OUT_OF_PRISON] else RELEASE
    if u[1] < chances[FROM_JAIL]:
        return TRANSFER + FROM_JAIL
    return TRANSFER + OUTSIDE if u[1] < chances[FROM_JAIL] + chances[OUTSIDE] else RELEASE


@helper
def _judge(one: Person, charge: int, served: int, places: Places, courts: Courts, made: Made, start: Start) -> None:
    """Let somebody booked ``served`` months ago be new to the police or not, and convicted already, later or never."""
    u = draw(places.seed, _identity(one, places), 0, OF_BOOKING, START_IN_JAIL)
    if is_new_to_police(u[0], courts.first_booking[0 if one.rank == ORDINARY else 1]):
        made.person[one.slot] = newcomer(made.person[one.slot])
    convicted = courts.convicted[charge]
    if u[1] >= convicted:
        return
    kind, wait = conviction_kind(u[1] / convicted, courts.felony[charge], courts.aggravated[charge]), courts.lag[charge]
    if served >= wait:
        made.person[one.slot] = with_conviction(made.person[one.slot], kind)
        return
    note(one.slot, CONVICTION + kind, wait - served - 1, start)


@helper
def _jail(one: Person, u: Uniforms, places: Places, shares: Shares, waits: Waits, made: Made, start: Start) -> None:
    """Put somebody in jail as in the settled state; ``u`` decides on the charge and how long it lasts."""
    status, courts = status_of(made.person[one.slot]), shares.courts
    charge = _choose(u[1], shares.stay_cumulative[one.county, one.group, status, one.rank])
    made.person[one.slot] = with_custody(made.person[one.slot], JAILED)
    left = geometric(u[2], courts.stay[charge]) - 1
    past = draw(places.seed, _identity(one, places), 0, OF_RELEASE, START_IN_JAIL)
    served = geometric(past[0], courts.stay[charge]) - 1
    _judge(one, charge, served, places, courts, made, start)
    note(one.slot, _release(one, served + left + 1, past, shares, waits, made), left, start)


@helper
def _take(one: Person, u: Uniforms, shares: Shares, waits: Waits, made: Made, start: Start) -> None:
    """Put somebody in ICE custody; ``u`` decides how ICE got hold of them and how long it lasts."""
    chances = shares.ice[one.county, one.group, status_of(made.person[one.slot]), one.rank]
    point, channel = u[1] * chances.sum(), 0
    while channel < len(chances) - 1 and point >= chances[channel]:
        point -= chances[channel]
        channel += 1
    person = with_known_to_ice(made.person[one.slot], 1)
    made.person[one.slot] = with_custody(person, ICE_CUSTODY) if waits.leaves else person
    left = geometric(u[2], 1.0 / waits.custody_ends) - 1
    note(one.slot, END_OF_ICE_CUSTODY + channel, left, start)


@helper
def _send_away(slot: int, u: Uniforms, waits: Waits, made: Made, start: Start) -> None:
    """Let somebody have been removed; ``u`` decides whether they return and when the place is taken again."""
    made.person[slot] = with_custody(with_known_to_ice(made.person[slot], 1), AWAY)
    if u[1] < waits.returning:
        note(slot, RETURN, months_left_until_return(u[2], waits.return_months), start)
    else:
        note(slot, ARRIVAL, geometric(u[2], waits.refill_months) - 1, start)


@block
def place_likely(k: int, g: int, places: Places, shares: Shares, waits: Waits, made: Made, start: Start) -> None:
    """Put likely offenders of a county's group in jail, in ICE custody, or away."""
    places, shares, waits, made, start = unowned(places), unowned(shares), unowned(waits), unowned(made), unowned(start)
    by_status = _odds_by_status(k, g, shares)
    for p in range(places.pool_first[k, g], places.pool_first[k, g] + places.pool_number[k, g]):
        mass = likely_mass(places.pool_size[p], shares.likely)
        for e in range(places.roster_start[p + 1] - places.roster_start[p]):
            slot = made.roster[places.roster_start[p] + e]
            status = status_of(made.person[slot])
            odds = _entry_odds(e, mass, shares.frequent, by_status[status, 0], by_status[status, 1])
            u = draw(places.seed, entity_of(places.code[k], slot - places.slot_base[k]), 0, 0, START_IN_JAIL)
            point = u[0] * (1.0 + odds.jailed + odds.ice + odds.away)
            if point >= odds.jailed + odds.ice + odds.away:
                continue
            one = Person(slot, k, g, FREQUENT if u[3] < odds.frequent else LIKELY)
            if point < odds.jailed:
                _jail(one, u, places, shares, waits, made, start)
            elif point < odds.jailed + odds.ice:
                _take(one, u, shares, waits, made, start)
            else:
                _send_away(slot, u, waits, made, start)


@block
def jail_ordinary(
    k: int, g: int, expected: float, places: Places, shares: Shares, waits: Waits, made: Made, start: Start
) -> None:
    """Put ``expected`` of a county's group in jail, likely offenders aside."""
    places, shares, waits, made, start = unowned(places), unowned(shares), unowned(waits), unowned(made), unowned(start)
    low, size = places.group_low[k, g], places.group_size[k, g]
    for m in range(math.ceil(expected)):
        u = draw(places.seed, entity_of(places.code[k], low - places.slot_base[k]), m + 1, 0, START_IN_JAIL)
        place = int((m + u[0]) / expected * size)
        slot = low + min(place, size - 1)
        person = made.person[slot]
        if place >= size or is_likely_offender(person) == 1 or custody_of(person) != FREE:
            continue
        _jail(Person(slot, k, g, ORDINARY), u, places, shares, waits, made, start)


@helper
def _free_noncitizens(first: int, last: int, person: Array, slots: Array) -> int:
    """Collect slots of noncitizens at liberty who are no likely offenders, and return how many there are."""
    n = 0
    for slot in range(first, last):
        noncitizen = int64(status_of(person[slot]) != CITIZEN)
        slots[n] = slot  # no branch that the processor cannot foresee
        n += noncitizen & int64(is_likely_offender(person[slot]) == 0) & int64(custody_of(person[slot]) == FREE)
    return n


@block
def take_ordinary(
    first: int, last: int, home: tuple[int, int], places: Places, shares: Shares, waits: Waits, made: Made, start: Start
) -> None:
    """Put noncitizens of slots ``first`` to ``last`` who are no likely offenders in ICE custody, or away.

    All are of one ``home``: its county and group.
    """
    places, shares, waits, made, start = unowned(places), unowned(shares), unowned(waits), unowned(made), unowned(start)
    k, g = home
    statuses = shares.status.shape[2]
    taken, gone = np.empty(statuses), np.empty(statuses)
    for status in range(statuses):
        taken[status] = shares.ice[k, g, status, ORDINARY].sum()
        gone[status] = taken[status] + shares.away[k, g, status, ORDINARY]
    slots = np.empty(last - first, np.int64)
    for i in range(_free_noncitizens(first, last, made.person, slots)):
        one = Person(slots[i], k, g, ORDINARY)
        status = status_of(made.person[one.slot])
        u = draw(places.seed, _identity(one, places), 0, OF_CUSTODY, START_IN_JAIL)
        if u[0] < taken[status]:
            _take(one, u, shares, waits, made, start)
        elif u[0] < gone[status]:
            _send_away(one.slot, u, waits, made, start)
