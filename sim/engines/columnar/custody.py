"""Phases 11 and 12 of the columnar engine: custody and word of mouth, over the calendar's events in order of slot."""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.people import RECORD, community_place, record_of
from sim.engines.columnar.records import (
    EVENT_SLOT,
    Array,
    Booked,
    Land,
    Month,
    Person,
    Plans,
    Registry,
    State,
    county_from,
    empty_plans,
    entity_at,
    event_of,
    frightens,
    group_in,
    home_of,
    index,
    parts_of_event,
    parts_of_fright,
    plan,
)
from sim.numerics.compiled import block, helper, int64, prefetch, unowned
from sim.numerics.draws import Purpose, draw
from sim.rules.custody import comes_back, months_in_ice_custody, months_until_refill, months_until_return
from sim.rules.detainer import channel_of, is_imprisoned
from sim.rules.reporting import fear_after_jump, fear_after_reassurance
from sim.words.codes import (
    AFTER_AT_LARGE,
    AFTER_REMOVAL,
    ARRESTED_AT_LARGE,
    ARRIVAL,
    AWAY,
    CONVICTED,
    END_OF_ICE_CUSTODY,
    FREE,
    ICE_CUSTODY,
    IN_ICE,
    JAILED,
    NOTHING,
    OTHER,
    PARENTS,
    RELEASE,
    REMOVED,
    RETURN,
    RETURNED,
    STREET_FELONY,
    STREET_MISDEMEANOR,
    TRANSFER,
)
from sim.world.constants import Constants
from sim.world.person import (
    HOUSEHOLD,
    custody_of,
    first_of_household,
    generation_of,
    newcomer,
    status_of,
    with_conviction,
    with_custody,
    with_declined,
    with_known_to_ice,
)

DEPARTURE, ACQUAINTANCE = int(Purpose.DEPARTURE), int(Purpose.ACQUAINTANCE)
AHEAD = 12
"""How many people ahead memory is asked for."""


@block
def first_events(slots: Array, kinds: Array, land: Land, state: State) -> Array:
    """Return the events due to those who start in jail, in ICE custody or away."""
    events = np.empty(len(slots), np.int64)
    for i in range(len(slots)):
        events[i] = event_of(slots[i], home_of(slots[i], land)[0], generation_of(state.person[slots[i]]), kinds[i])
    return events


@helper
def _move(one: Person, custody: int, state: State, registry: Registry) -> None:
    """Put a person into another custody and keep the counts."""
    person = state.person[one.at]
    status = status_of(person)
    registry.custody[one.county, one.group, status, custody_of(person)] -= 1
    registry.custody[one.county, one.group, status, custody] += 1
    state.person[one.at] = with_custody(person, custody)


@helper
def _plan_for(one: Person, kind: int, due: int, state: State, plans: Plans) -> None:
    """Plan what becomes of a person in a later month."""
    plan(event_of(one.slot, one.arrested_in, generation_of(state.person[one.at]), kind), due, plans)


@helper
def _count(one: Person, column: int, land: Land, state: State, constants: Constants, registry: Registry) -> None:
    """Count a step of the enforcement funnel in the county of the arrest."""
    person = state.person[one.at]
    level = record_of(person, one.group, one.county, entity_at(one.slot, one.county, land), land, constants)
    registry.enforcement[one.arrested_in, one.group, status_of(person), level, column] += 1


@helper
def _enter_ice(
    one: Person,
    channel: int,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
    registry: Registry,
    plans: Plans,
) -> None:
    """Take a person into ICE custody, and plan its end."""
    state.person[one.at] = with_known_to_ice(state.person[one.at], 1)
    _count(one, IN_ICE, land, state, constants, registry)
    if constants.incapacitation == 1:
        _move(one, ICE_CUSTODY, state, registry)
    length = draw(land.seed, entity_at(one.slot, one.county, land), 0, month.index, DEPARTURE)[2]
    until = month.index + months_in_ice_custody(length, constants.custody_ends)
    _plan_for(one, END_OF_ICE_CUSTODY + channel, until, state, plans)


@helper
def _remove(
    one: Person,
    channel: int,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
    registry: Registry,
    plans: Plans,
) -> None:
    """Remove a person, and plan a return or an arrival."""
    person, entity = state.person[one.at], entity_at(one.slot, one.county, land)
    _count(one, REMOVED, land, state, constants, registry)
    child = draw(land.world_seed, entity, 2 * generation_of(person) + 1, 0, RECORD)[0]
    if child < constants.citizen_child_share:
        _count(one, PARENTS, land, state, constants, registry)
    registry.removed[one.county, one.group, channel] += 1
    frightens(one.slot, AFTER_REMOVAL, plans)
    u = draw(land.seed, entity, 0, month.index, DEPARTURE)
    back = comes_back(u[0], constants.returns)
    if constants.incapacitation == 1:
        _move(one, AWAY, state, registry)
        state.person[one.at] = with_declined(state.person[one.at], 0)
    if back:
        _plan_for(one, RETURN, month.index + months_until_return(u[1], constants.return_months), state, plans)
    elif constants.incapacitation == 1:
        _plan_for(one, ARRIVAL, month.index + months_until_refill(u[1], constants.refill_months), state, plans)


@block
def _arrive(one: Person, land: Land, state: State, registry: Registry) -> None:
    """Let a newcomer take a vacant place, with status and rank as they were but no record."""
    _move(one, FREE, state, registry)
    state.person[one.at] = newcomer(state.person[one.at])
    if one.group < OTHER:
        state.fear_steps[community_place(one.slot, one.county, land)] = 0


@helper
def _becomes_of(
    one: Person,
    kind: int,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
    registry: Registry,
    plans: Plans,
) -> None:
    """Let happen to a person what was due."""
    person = int64(state.person[one.at])
    if kind < RELEASE:
        if custody_of(person) < ICE_CUSTODY:
            state.person[one.at] = with_conviction(person, kind)
            _count(one, CONVICTED, land, state, constants, registry)
    elif kind == RELEASE:
        _move(one, FREE, state, registry)
    elif kind < END_OF_ICE_CUSTODY:
        _move(one, FREE, state, registry)
        _enter_ice(one, kind - TRANSFER, land, state, constants, month, registry, plans)
    elif kind < RETURN:
        leaves = draw(land.seed, entity_at(one.slot, one.county, land), 0, month.index, DEPARTURE)[3]
        if leaves < constants.removal_share:
            _remove(one, kind - END_OF_ICE_CUSTODY, land, state, constants, month, registry, plans)
        elif constants.incapacitation == 1:
            _move(one, FREE, state, registry)
    elif kind == RETURN:
        _count(one, RETURNED, land, state, constants, registry)
        if constants.incapacitation == 1:
            _move(one, FREE, state, registry)
    elif kind == ARRIVAL:
        _arrive(one, land, state, registry)


@block
def _hold_or_release(
    booked: Booked,
    outcome: Array,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
    registry: Registry,
    plans: Plans,
) -> None:
    """Jail those booked, or let them go: home or with ICE."""
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    booked, plans = unowned(booked), unowned(plans)
    county = int64(0)
    for i in range(len(outcome)):
        slot = int64(booked.slot[i])
        prefetch(state.person, booked.slot[min(i + AHEAD, len(outcome) - 1)])
        if booked.stay[i] == 0 and outcome[i] == NOTHING:
            continue
        county = county_from(county, slot, land)
        one = Person(slot, index(slot), county, group_in(slot, county, land), int64(booked.county[i]))
        at_large, imprisoned = outcome[i] == ARRESTED_AT_LARGE, is_imprisoned(booked.stay[i], constants.prison_months)
        street = booked.charge[i] == STREET_FELONY or booked.charge[i] == STREET_MISDEMEANOR
        task_force = month.counties[booked.county[i]].agreement_287g_task_force
        channel = channel_of(at_large, imprisoned, street, task_force)
        if booked.stay[i] > 0:
            _move(one, JAILED, state, registry)
            kind = RELEASE if outcome[i] == NOTHING else TRANSFER + channel
            _plan_for(one, kind, month.index + booked.stay[i], state, plans)
        else:
            _enter_ice(one, channel, land, state, constants, month, registry, plans)
        if at_large:
            frightens(slot, AFTER_AT_LARGE, plans)


@block
def custody(
    due_now: Array,
    booked: Booked,
    outcome: Array,
    land: Land,
    state: State,
    table: Array,
    month: Month,
    registry: Registry,
) -> Plans:
    """Phase 11: convictions, releases, transfers, removals, relief, returns and arrivals; then this month's bookings.

    ``due_now`` holds the calendar's events of the month, sorted. Returns new events, and who causes fear.
    """
    constants, plans = table[0], empty_plans(len(due_now) + 2 * len(outcome))
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    county, open_plans = int64(0), unowned(plans)
    for i in range(len(due_now)):
        prefetch(state.person, due_now[min(i + AHEAD, len(due_now) - 1)] >> EVENT_SLOT)
        slot, arrested_in, generation, kind = parts_of_event(due_now[i])
        if generation_of(state.person[index(slot)]) != generation:
            continue
        county = county_from(county, slot, land)
        one = Person(slot, index(slot), county, group_in(slot, county, land), arrested_in)
        _becomes_of(one, kind, land, state, constants, month, registry, open_plans)
    _hold_or_release(booked, outcome, land, state, constants, month, registry, open_plans)
    return plans


@helper
def _frighten(
    slot: int, county: int, jump: float, land: Land, state: State, constants: Constants, month: Month
) -> None:
    """Raise a community member's own fear."""
    place = index(community_place(slot, county, land))
    decay = constants.fear_decay[index(month.index - int64(state.fear_month[place]))]
    state.fear_steps[place] = fear_after_jump(int64(state.fear_steps[place]), decay, jump)
    state.fear_month[place] = month.index


@block
def word_of_mouth(calmed: Array, spread: Array, land: Land, state: State, table: Array, month: Month) -> None:
    """Phase 12: reports that led to an arrest reassure; removals and arrests at large frighten those close."""
    constants = table[0]
    land, state, month = unowned(land), unowned(state), unowned(month)
    for slot in calmed:
        county, _ = home_of(slot, land)
        place = community_place(slot, county, land)
        steps = int64(state.fear_steps[place])
        if steps > 0:
            decay = constants.fear_decay[month.index - int64(state.fear_month[place])]
            state.fear_steps[place] = fear_after_reassurance(steps, decay, constants.reassurance)
            state.fear_month[place] = month.index
    for i in range(len(spread)):
        slot, reason = parts_of_fright(spread[i])
        county, group = home_of(slot, land)
        if group == OTHER:
            continue
        low, size = land.counties[county].low[group], land.counties[county].size[group]
        close = constants.household_jump if reason == AFTER_REMOVAL else constants.at_large_jump
        known = constants.acquaintance_jump if reason == AFTER_REMOVAL else constants.at_large_jump
        first = first_of_household(slot, low)
        for other in range(first, min(first + HOUSEHOLD, low + size)):
            if other != slot:
                _frighten(other, county, close, land, state, constants, month)
        entity = entity_at(slot, county, land)
        for friend in range(constants.acquaintances):
            u = draw(land.seed, entity, 2 * (friend // 4) + reason, month.index, ACQUAINTANCE)
            other = low + int(u[friend % 4] * size)
            if other != slot:
                _frighten(other, county, known, land, state, constants, month)
