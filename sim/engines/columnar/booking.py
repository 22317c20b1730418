"""Phases 9 and 10 of the columnar engine: booking and detainers.

They run after the barrier over this month's arrests, in order of slot.
"""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.people import record_and_match
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
    parts_of_arrest,
    plan,
)
from sim.numerics.compiled import block, helper, int64, unowned
from sim.numerics.draws import Purpose, draw
from sim.rules.booking import has_federal_record, is_identified, is_removable, screening_probability
from sim.rules.custody import conviction_kind, months_held
from sim.rules.detainer import DECLINED, TAKEN, asks_for_detainer, needs_conviction, outcome_of_request
from sim.words.codes import (
    ARRESTED,
    ARRESTED_AT_LARGE,
    AT_LARGE,
    BOOKED,
    CITIZEN,
    CONVICTION,
    DETAINERS,
    HONOURED,
    IDENTIFIED,
    NOTHING,
    REMOVABLE,
    TAKEN_FROM_JAIL,
)
from sim.world.constants import Constants
from sim.world.person import generation_of, is_known_to_ice, status_of, with_declined

BOOKING, DETAINER, CUSTODY = int(Purpose.BOOKING), int(Purpose.DETAINER), int(Purpose.CUSTODY)


@block
def _nobody_booked(room: int) -> Booked:
    """Return records of people booked, to be filled."""
    slot, county, stay = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    status, level, candidate = np.empty(room, np.int8), np.empty(room, np.int8), np.empty(room, np.int8)
    return Booked(slot, county, status, level, stay, candidate)


@block
def _persons_of(arrests: Array, state: State) -> Array:
    """Return the persons arrested: looked up in one go, so that the processor never waits for one thing at a time."""
    persons = np.empty(len(arrests), np.uint16)
    for i in range(len(arrests)):
        persons[i] = state.person[parts_of_arrest(arrests[i])[0]]
    return persons


@helper
def _stay(entity: int, charge: int, u: float, land: Land, constants: Constants, month: Month) -> int:
    """Return the months in local custody of somebody booked; 0 where ``u`` lets them go at once."""
    if u >= constants.held[charge]:
        return int64(0)
    length = draw(land.seed, entity, 0, month.index, CUSTODY)[0]
    return int64(months_held(length, constants.stay[charge]))


@helper
def _plan_conviction(arrest: int, generation: int, u: float, constants: Constants, month: Month, plans: Plans) -> None:
    """Put the conviction to which an arrest leads, where ``u`` says that it does, into the plans."""
    slot, charge, county = parts_of_arrest(arrest)
    convicted = constants.convicted[charge]
    if u < convicted:
        kind = conviction_kind(u / convicted, constants.felony[charge], constants.aggravated[charge])
        event = event_of(slot, county, generation, CONVICTION + kind)
        plan(event, month.index + constants.disposition_lag[charge], plans)


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
    slots, counties, statuses, levels, stays, candidates = unowned(booked)
    open_plans = unowned(plans)
    persons = _persons_of(arrests, state)
    count, previous, level, home, known = 0, int64(-1), 0, int64(0), 0.0
    for i in range(n):
        person = int64(persons[i])
        slot, charge, county = parts_of_arrest(arrests[i])
        status = status_of(person)
        again = slot == previous
        if not again:
            home = county_from(home, slot, land)
            group = group_in(slot, home, land)
            entity = entity_at(slot, home, land)
            level, known = record_and_match(person, entity, land.world_seed, constants)
        registry.enforcement[county, status, level, ARRESTED] += 1
        if again:
            continue
        previous = slot
        registry.bookings[county, group, status, charge] += 1
        u = draw(land.seed, entity, 0, month.index, BOOKING)
        stay = _stay(entity, charge, u[2], land, constants, month)
        _plan_conviction(arrests[i], generation_of(person), u[3], constants, month, open_plans)
        removable = is_removable(status, level)
        candidate = int64(0)
        if removable:
            registry.removable[county] += 1
        if u[0] < constants.fingerprints:
            registry.enforcement[county, status, level, BOOKED] += 1
            now = month.counties[county]
            federal = has_federal_record(is_known_to_ice(person), known, constants.federal_record[group, status])
            screening = screening_probability(
                status != CITIZEN,
                now.cap,
                constants.cap_interview,
                constants.cap_prison,
                stay > 0,
                now.agreement_287g_jail,
                constants.screening_287g,
            )
            if is_identified(now.secure_communities, federal, u[1], screening):
                registry.enforcement[county, status, level, IDENTIFIED] += 1
                if removable:
                    registry.enforcement[county, status, level, REMOVABLE] += 1
                    candidate = int64(1)
        slots[count], counties[count], statuses[count] = slot, county, status
        levels[count], stays[count], candidates[count] = level, stay, candidate
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
        county = booked.county[i]
        if booked.candidate[i] == 0 or needs_conviction(month.counties[county].priority_enforcement, booked.level[i]):
            continue
        slot = int64(booked.slot[i])
        u = draw(land.seed, entity_at(slot, home_of(slot, land)[0], land), 0, month.index, DETAINER)
        if asks_for_detainer(u[0], constants.detainer_issue[booked.level[i]]):
            who[n], office[n], level[n], rank[n] = i, land.counties[county].region, booked.level[i], u[1]
            n += 1
    return who[:n], office[:n], level[:n], rank[:n]


@block
def detainer(
    booked: Booked, asked: Array, land: Land, state: State, table: Array, month: Month, registry: Registry
) -> Array:
    """Phase 10, the county's part: it honours or declines; returns what ICE does with each person booked.

    ``asked`` says for whom the field offices lodge a detainer.
    """
    constants = table[0]
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    booked = unowned(booked)
    outcome = np.full(len(asked), NOTHING, dtype=np.int8)
    for i in range(len(asked)):
        if booked.candidate[i] == 0:
            continue
        slot, county = int64(booked.slot[i]), int64(booked.county[i])
        now = month.counties[county]
        status, level = int64(booked.status[i]), int64(booked.level[i])
        entity = entity_at(slot, home_of(slot, land)[0], land)
        u = draw(land.seed, entity, 0, month.index, DETAINER)
        released = True
        if needs_conviction(now.priority_enforcement, level):
            if u[3] < constants.notification_pickup:
                outcome[i] = ARRESTED_AT_LARGE
            released = False
        elif asked[i] == 1:
            registry.enforcement[county, status, level, DETAINERS] += 1
            answer = outcome_of_request(u[2], now.cooperation[level], u[3], constants.custody_share)
            if answer != DECLINED:
                registry.enforcement[county, status, level, HONOURED] += 1
                released = False
            else:
                state.person[slot] = with_declined(state.person[slot], 1)
            if answer == TAKEN:
                outcome[i] = TAKEN_FROM_JAIL
        if released and draw(land.seed, entity, 0, month.index, CUSTODY)[1] < constants.at_large:
            outcome[i] = ARRESTED_AT_LARGE
        if outcome[i] != NOTHING:
            registry.taken[county] += 1
        if outcome[i] == ARRESTED_AT_LARGE:
            registry.enforcement[county, status, level, AT_LARGE] += 1
    return outcome
