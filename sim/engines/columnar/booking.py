"""Phases 9 and 10 of the columnar engine: booking and detainers.

They run after the barrier over this month's arrests, in order of slot.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines.columnar.people import RECORD, is_in_database, level_of
from sim.engines.columnar.records import (
    Array,
    Booked,
    Land,
    Month,
    Plans,
    Registry,
    State,
    county_from,
    empty_plans,
    entity_at,
    event_of,
    group_in,
    home_of,
    index,
    parts_of_arrest,
    plan,
)
from sim.numerics.compiled import block, helper, int64, unowned
from sim.numerics.draws import Purpose, choices, draw
from sim.rules.booking import is_matched, is_new_to_police, is_removable, is_screened, screening_probability
from sim.rules.custody import conviction_kind, months_held
from sim.rules.detainer import (
    DECLINED,
    TAKEN,
    asks_for_detainer,
    is_handed_over,
    is_imprisoned,
    issue_share,
    needs_conviction,
    outcome_of_request,
)
from sim.words.codes import (
    ARRESTED,
    ARRESTED_AT_LARGE,
    AT_LARGE,
    BOOKED,
    CITIZEN,
    CONVICTION,
    DETAINERS,
    FROM_PRISON,
    HONOURED,
    IDENTIFIED,
    MATCHED,
    NOTHING,
    REMOVABLE,
    SCREENED,
    TAKEN_FROM_JAIL,
    WITHOUT_DETAINER,
)
from sim.words.luck import CONVICTED, HELD, NEW, PRINTS, SCREENS, STAY
from sim.world.constants import Constants
from sim.world.person import generation_of, is_likely_offender, newcomer, status_of, with_declined

BOOKING, DETAINER, CUSTODY = int(Purpose.BOOKING), int(Purpose.DETAINER), int(Purpose.CUSTODY)


@block
def _nobody_booked(room: int) -> Booked:
    """Return records of people booked, to be filled."""
    slot, county, stay = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    group, status, level = np.empty(room, np.int8), np.empty(room, np.int8), np.empty(room, np.int8)
    charge, candidate = np.empty(room, np.int8), np.empty(room, np.int8)
    return Booked(slot, county, group, status, level, charge, stay, candidate)


@block
def _persons_of(arrests: Array, state: State) -> Array:
    """Return the persons arrested: looked up in one go, so that the processor never waits for one thing at a time."""
    persons = np.empty(len(arrests), np.uint16)
    for i in range(len(arrests)):
        persons[i] = state.person[index(parts_of_arrest(arrests[i])[0])]
    return persons


@helper
def _stay(held: float, length: float, charge: int, constants: Constants) -> int:
    """Return the months in local custody of somebody booked; 0 where ``held`` lets them go at once."""
    if held >= constants.held[charge]:
        return int64(0)
    return int64(months_held(length, constants.stay[charge]))


@helper
def _whoever_it_is(slot: int, person: int, uniform: float, state: State, constants: Constants) -> int:
    """Return the person booked: the one known, or where ``uniform`` says so somebody who is new to the police."""
    if is_new_to_police(uniform, constants.first_booking[is_likely_offender(person)]):
        person = newcomer(person)
        state.person[index(slot)] = person
    return person


@helper
def _brought(generation: int, compared: bool, entity: int, land: Land) -> tuple[float, float, float, float]:
    """Return what decides on the record that somebody brought, and whether they are in the immigration database.

    Nobody asks for newcomers whose fingerprints are not ``compared`` with it.
    """
    if generation == 0 or compared:
        return draw(land.world_seed, entity, 2 * generation, 0, RECORD)
    return 1.0, 1.0, 1.0, 1.0


@helper
def _plan_conviction(arrest: int, generation: int, u: float, constants: Constants, month: Month, plans: Plans) -> None:
    """Put the conviction to which an arrest leads, where ``u`` says that it does, into the plans."""
    slot, charge, county = parts_of_arrest(arrest)
    convicted = constants.convicted[charge]
    if u < convicted:
        kind = conviction_kind(u / convicted, constants.felony[charge], constants.aggravated[charge])
        event = event_of(slot, county, generation, CONVICTION + kind)
        plan(event, month.index + constants.disposition_lag[charge], plans)


@helper
def _found(
    person: int, group: int, known: bool, stay: int, u: float, now: Any, constants: Constants
) -> tuple[bool, bool]:
    """Return whether somebody whose fingerprints were taken is matched, and whether screening finds them.

    ``known`` says whether they are in the immigration database; it matters where fingerprints are sent there.
    """
    screening = screening_probability(
        status_of(person) != CITIZEN,
        now.cap,
        constants.cap_interview,
        constants.cap_prison,
        stay > 0,
        now.agreement_287g_jail,
        constants.screening_287g,
        constants.screening_ease[group],
    )
    return is_matched(now.secure_communities, known), is_screened(u, screening)


@helper
def _identify(counts: Array, removable: bool, matched: bool, screened: bool) -> int:
    """Count what became known of somebody booked; returns whether and how ICE knows that they can be removed."""
    counts[BOOKED] += 1
    counts[MATCHED] += int64(matched)
    counts[SCREENED] += int64(screened)
    if not (matched or screened):
        return 0
    counts[IDENTIFIED] += 1
    if not removable:
        return 0
    counts[REMOVABLE] += 1
    return 2 if screened else 1


@block
def booking(
    arrests: Array, land: Land, state: State, table: Array, month: Month, registry: Registry
) -> tuple[Booked, int, Plans]:
    """Phase 9: who is booked, matched and screened; who is removable.

    ``arrests`` is sorted, so that a person's first entry is the gravest charge. Returns the people booked, their number
    and the convictions to come.
    """
    constants = table[0]
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    n = len(arrests)
    booked, plans = _nobody_booked(n), empty_plans(n)
    records, open_plans = unowned(booked), unowned(plans)
    persons = _persons_of(arrests, state)
    count, previous, level, home, group, entity = 0, int64(-1), 0, int64(0), 0, int64(0)
    person = int64(0)
    for i in range(n):
        slot, charge, county = parts_of_arrest(arrests[i])
        if slot == previous:
            registry.enforcement[county, group, status_of(person), level, ARRESTED] += 1
            continue
        previous = slot
        home = county_from(home, slot, land)
        group, entity = group_in(slot, home, land), entity_at(slot, home, land)
        u = choices(land.seed, entity, 0, month.index, BOOKING)
        person = _whoever_it_is(slot, int64(persons[i]), u[NEW], state, constants)
        taken, now = u[PRINTS] < constants.fingerprints, month.counties[county]
        brought = _brought(generation_of(person), taken and now.secure_communities, entity, land)
        status, level = status_of(person), level_of(person, group, home, brought[0], land, constants)
        counts = registry.enforcement[county, group, status, level]
        registry.bookings[county, group, status, charge] += 1
        counts[ARRESTED] += 1
        stay = _stay(u[HELD], u[STAY], charge, constants)
        _plan_conviction(arrests[i], generation_of(person), u[CONVICTED], constants, month, open_plans)
        removable = is_removable(status, level)
        registry.removable[county] += int64(removable)
        candidate = int64(0)
        if taken:
            known = now.secure_communities and is_in_database(person, group, home, brought[3], land, constants)
            matched, screened = _found(person, group, known, stay, u[SCREENS], now, constants)
            candidate = int64(_identify(counts, removable, matched, screened))
        place = index(count)
        records.slot[place], records.county[place], records.group[place] = slot, county, group
        records.status[place], records.level[place], records.charge[place] = status, level, charge
        records.stay[place], records.candidate[place] = stay, candidate
        count += 1
    return booked, count, plans


@block
def request(booked: Booked, count: int, land: Land, table: Array, month: Month) -> tuple[Array, Array, Array, Array]:
    """Phase 10, the field office's part: for whom ICE would ask, and the order in which it does.

    Returns indices of people booked, and for each the field office, level and keyed rank.
    """
    constants = table[0]
    land, month, booked = unowned(land), unowned(month), unowned(booked)
    who, office = np.empty(count, np.int64), np.empty(count, np.int64)
    level, rank = np.empty(count, np.int64), np.empty(count)
    n = 0
    for i in range(count):
        now = month.counties[booked.county[i]]
        if booked.candidate[i] == 0 or needs_conviction(now.priority_enforcement, booked.level[i]):
            continue
        if is_imprisoned(booked.stay[i], constants.prison_months):
            continue
        slot = int64(booked.slot[i])
        u = draw(land.seed, entity_at(slot, home_of(slot, land)[0], land), 0, month.index, DETAINER)
        issue = constants.detainer_issue[booked.level[i]]
        if asks_for_detainer(u[0], issue_share(issue, now.issue_course, booked.candidate[i] == 2)):
            who[n], office[n], level[n] = i, land.counties[booked.county[i]].region, booked.level[i]
            rank[n] = u[1]
            n += 1
    return who[:n], office[:n], level[:n], rank[:n]


@block
def within_capacity(office: Array, level: Array, rank: Array, quota: Array) -> Array:
    """Return which requests lie within their field office's ``quota``: gravest level first, then by keyed rank.

    A rank is a uniform of 53 bits, so that with the level it fits into one number to sort by.
    """
    order, chosen = np.empty(len(office), dtype=np.int64), np.zeros(len(office), dtype=np.bool_)
    for i in range(len(office)):
        order[i] = level[i] << 53 | int64(rank[i] * 2.0**53)
    place = np.zeros(len(quota), dtype=np.int64)
    for i in np.argsort(order, kind="mergesort"):
        chosen[i] = place[office[i]] < quota[office[i]]
        place[office[i]] += 1
    return chosen


@helper
def _answered(
    slot: int, honour: float, custody: float, level: int, now: Any, counts: Array, state: State, constants: Constants
) -> int:
    """Let a county answer a detainer; returns whether it declines, honours, or honours and ICE takes the person."""
    counts[DETAINERS] += 1
    answer = outcome_of_request(honour, now.cooperation[level], custody, constants.custody_share)
    if answer == DECLINED:
        state.person[index(slot)] = with_declined(state.person[index(slot)], 1)
    else:
        counts[HONOURED] += 1
    return answer


@block
def detainer(
    booked: Booked, asked: Array, land: Land, state: State, table: Array, month: Month, registry: Registry
) -> Array:
    """Phase 10, the county's part: it honours or declines; returns what ICE does with each person booked.

    ``asked`` says for whom the field offices lodge a detainer. Nobody asks a county about people in prison.
    """
    constants = table[0]
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    booked = unowned(booked)
    outcome = np.full(len(asked), NOTHING, dtype=np.int8)
    for i in range(len(asked)):
        if booked.candidate[i] == 0:
            continue
        slot, county, level = int64(booked.slot[i]), int64(booked.county[i]), int64(booked.level[i])
        now = month.counties[county]
        counts = registry.enforcement[county, booked.group[i], booked.status[i], level]
        entity = entity_at(slot, home_of(slot, land)[0], land)
        u = draw(land.seed, entity, 0, month.index, DETAINER)
        if is_imprisoned(booked.stay[i], constants.prison_months):
            if u[3] < constants.prison_share:
                outcome[i] = TAKEN_FROM_JAIL
                counts[FROM_PRISON] += 1
        elif needs_conviction(now.priority_enforcement, level):
            if u[3] < constants.notification_pickup:
                outcome[i] = ARRESTED_AT_LARGE
        elif asked[i] == 1:
            answer = _answered(slot, u[2], u[3], level, now, counts, state, constants)
            if answer == TAKEN:
                outcome[i] = TAKEN_FROM_JAIL
            sought = draw(land.seed, entity, 0, month.index, CUSTODY)[1]
            if answer == DECLINED and sought < constants.at_large[level]:
                outcome[i] = ARRESTED_AT_LARGE
        elif is_handed_over(u[3], constants.custody_without_detainer, now.cooperation[level]):
            outcome[i] = TAKEN_FROM_JAIL
            counts[WITHOUT_DETAINER] += 1
        registry.taken[county] += int64(outcome[i] != NOTHING)
        counts[AT_LARGE] += int64(outcome[i] == ARRESTED_AT_LARGE)
    return outcome
