"""Phases 11 and 12 of the columnar engine: custody and word of mouth, over the calendar's events in order of slot."""

from __future__ import annotations

import math

import numpy as np

from sim.engines.columnar.people import RECORD, record_of
from sim.engines.columnar.records import (
    AFTER_AT_LARGE,
    AFTER_REMOVAL,
    ARRIVAL,
    CONVICTED,
    ICE_END,
    IN_ICE,
    PARENTS,
    RELEASE,
    REMOVED,
    RETURN,
    RETURNED,
    Array,
    Booked,
    Land,
    Month,
    Registry,
    State,
    county_from,
    entity_at,
    event_of,
    group_in,
    home_of,
)
from sim.numerics.compiled import block, helper, int64, prefetch, unowned
from sim.numerics.draws import Purpose, draw
from sim.rules.custody import (
    LIKELY,
    ORDINARY,
    REPLACED,
    RETURNS,
    departure,
    months_in_ice_custody,
    months_until_refill,
    months_until_return,
    newcomer_class,
    newcomer_status,
)
from sim.rules.reporting import fear_after_jump, fear_after_reassurance
from sim.world.constants import Constants
from sim.world.person import (
    AWAY,
    FREE,
    ICE_CUSTODY,
    JAILED,
    bit_of,
    custody_of,
    departed_entry,
    generation_of,
    newcomer,
    status_of,
    with_bit,
    with_conviction,
    with_custody,
)

TRANSFER, DEPARTURE, NEWCOMER = int(Purpose.TRANSFER), int(Purpose.DEPARTURE), int(Purpose.NEWCOMER)
ACQUAINTANCE = int(Purpose.ACQUAINTANCE)
AHEAD = 12
"""How many people ahead memory is asked for."""


@helper
def move(slot: int, county: int, group: int, custody: int, state: State, registry: Registry) -> None:
    """Put a person into another custody and keep the counts."""
    person = state.person[slot]
    status = status_of(person)
    registry.custody[county, group, status, custody_of(person)] -= 1
    registry.custody[county, group, status, custody] += 1
    state.person[slot] = with_custody(person, custody)


@helper
def _enter_ice(
    slot: int, arrest_county: int, land: Land, state: State, constants: Constants, month: Month, registry: Registry
) -> tuple[int, int]:
    """Take a person into ICE custody; returns the event of its end and the month in which it is due."""
    county, group = home_of(slot, land)
    entity = entity_at(slot, county, land)
    person = with_bit(with_bit(state.person[slot], 9, 1), 14, 0)
    state.person[slot] = person
    level = record_of(person, entity, land.world_seed, constants)
    registry.enforcement[arrest_county, status_of(person), level, IN_ICE] += 1
    if constants.incapacitation == 1:
        move(slot, county, group, ICE_CUSTODY, state, registry)
    length = draw(land.seed, entity, 0, month.index, TRANSFER)[0]
    until = month.index + months_in_ice_custody(length, constants.custody_ends)
    return event_of(slot, arrest_county, generation_of(person), ICE_END), until


@helper
def _remove(
    slot: int,
    arrest_county: int,
    county: int,
    group: int,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
    registry: Registry,
) -> tuple[int, int]:
    """Remove a person; returns the event of a return or arrival (or -1) and the month in which it is due."""
    person = state.person[slot]
    entity = entity_at(slot, county, land)
    status = status_of(person)
    level = record_of(person, entity, land.world_seed, constants)
    registry.enforcement[arrest_county, status, level, REMOVED] += 1
    child = draw(land.world_seed, entity, 2 * generation_of(person) + 1, 0, RECORD)[0]
    if child < constants.citizen_child_share:
        registry.enforcement[arrest_county, status, level, PARENTS] += 1
    registry.removed[county] += 1
    u = draw(land.seed, entity, 0, month.index, DEPARTURE)
    becomes = departure(u[0], constants.returns, constants.refill)
    if constants.incapacitation == 1:
        move(slot, county, group, AWAY, state, registry)
        state.person[slot] = with_bit(state.person[slot], 13, 0)
    if becomes == RETURNS:
        until = month.index + months_until_return(u[1], constants.return_months)
        return event_of(slot, arrest_county, generation_of(person), RETURN), until
    if becomes == REPLACED and constants.incapacitation == 1:
        until = month.index + months_until_refill(u[1], constants.refill_months)
        return event_of(slot, arrest_county, generation_of(person), ARRIVAL), until
    return int64(-1), 0


@block
def _arrive(
    slot: int,
    county: int,
    group: int,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
    status_share: Array,
    registry: Registry,
) -> None:
    """Let a newcomer with a fresh status, rank and record fill a vacancy, and keep the roster of likely offenders."""
    person = state.person[slot]
    u = draw(land.seed, entity_at(slot, county, land), 0, month.index, NEWCOMER)
    status = newcomer_status(u[0], status_share[county, group, 2], status_share[county, group, 1])
    rank = newcomer_class(u[1], constants.likely_share, constants.frequent_share)
    pool = pool_of(slot, land)
    first, last = land.pools[pool].roster, land.pools[pool].roster + land.pools[pool].entries
    if bit_of(person, 15) == 1:
        for entry in range(first, last):
            if state.roster[entry] == slot:
                state.roster[entry] = departed_entry(slot, status_of(person))
    likely = 0
    if rank != ORDINARY:
        border = constants.frequent_share * (last - first)
        low, high = (first + int(border), last) if rank == LIKELY else (first, first + math.ceil(border))
        for entry in range(low, high):
            if state.roster[entry] < 0:
                state.roster[entry] = slot
                likely = 1
                break
    registry.custody[county, group, status_of(person), AWAY] -= 1
    registry.custody[county, group, status, FREE] += 1
    state.person[slot] = newcomer(person, status, likely)
    if group < 2:
        state.fear_steps[slot - land.counties[county].base + land.counties[county].community] = 0


@helper
def pool_of(slot: int, land: Land) -> int:
    """Return the pool of likely offenders to which a slot belongs."""
    return int64(np.searchsorted(land.pool_low, slot, side="right")) - 1


@block
def custody(
    due_now: Array,
    booked: Booked,
    outcome: Array,
    land: Land,
    state: State,
    table: Array,
    month: Month,
    status_share: Array,
    registry: Registry,
    events: Array,
    due: Array,
    spread: Array,
) -> tuple[int, int]:
    """Phase 11: convictions, releases, transfers, removals, relief, returns and arrivals; then this month's bookings.

    ``due_now`` holds the calendar's events of the month, sorted. New events go to ``events`` and ``due``; who causes
    fear goes to ``spread`` (slot and reason); returns how many of each.
    """
    constants = table[0]
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    booked = unowned(booked)
    planned, told, county = 0, 0, int64(0)
    for i in range(len(due_now)):
        event = due_now[i]
        prefetch(state.person, due_now[min(i + AHEAD, len(due_now) - 1)] >> 24)
        slot, arrest_county = event >> 24, (event >> 8) & 65535
        generation, kind = (event >> 5) & 7, event & 31
        person = int64(state.person[slot])
        county = county_from(county, slot, land)
        group = group_in(slot, county, land)
        if generation_of(person) != generation:
            continue
        if kind <= 2:
            if custody_of(person) < ICE_CUSTODY:
                state.person[slot] = with_conviction(person, kind)
                level = record_of(state.person[slot], entity_at(slot, county, land), land.world_seed, constants)
                registry.enforcement[arrest_county, status_of(person), level, CONVICTED] += 1
        elif kind == RELEASE:
            move(slot, county, group, FREE, state, registry)
            if bit_of(person, 14) == 1:
                events[planned], due[planned] = _enter_ice(slot, arrest_county, land, state, constants, month, registry)
                planned += 1
        elif kind == ICE_END:
            leaves = draw(land.seed, entity_at(slot, county, land), 1, month.index, TRANSFER)[0]
            if leaves < constants.removal_share:
                spread[told] = (slot << 1) | AFTER_REMOVAL
                told += 1
                event_next, until = _remove(slot, arrest_county, county, group, land, state, constants, month, registry)
                if event_next >= 0:
                    events[planned], due[planned] = event_next, until
                    planned += 1
            elif constants.incapacitation == 1:
                move(slot, county, group, FREE, state, registry)
        elif kind == RETURN:
            level = record_of(person, entity_at(slot, county, land), land.world_seed, constants)
            registry.enforcement[arrest_county, status_of(person), level, RETURNED] += 1
            if constants.incapacitation == 1:
                move(slot, county, group, FREE, state, registry)
        elif kind == ARRIVAL:
            _arrive(slot, county, group, land, state, constants, month, status_share, registry)
    county = int64(0)
    for i in range(len(outcome)):
        slot, arrest_county = int64(booked.slot[i]), int64(booked.county[i])
        prefetch(state.person, booked.slot[min(i + AHEAD, len(outcome) - 1)])
        if booked.stay[i] > 0:
            county = county_from(county, slot, land)
            group = group_in(slot, county, land)
            move(slot, county, group, JAILED, state, registry)
            events[planned] = event_of(slot, arrest_county, generation_of(state.person[slot]), RELEASE)
            due[planned] = month.index + booked.stay[i]
            planned += 1
            if outcome[i] > 0:
                state.person[slot] = with_bit(state.person[slot], 14, 1)
        elif outcome[i] > 0:
            events[planned], due[planned] = _enter_ice(slot, arrest_county, land, state, constants, month, registry)
            planned += 1
        if outcome[i] == 2:
            spread[told] = (slot << 1) | AFTER_AT_LARGE
            told += 1
    return planned, told


@helper
def _frighten(
    slot: int, county: int, jump: float, land: Land, state: State, constants: Constants, month: Month
) -> None:
    """Raise a community member's own fear."""
    place = slot - land.counties[county].base + land.counties[county].community
    decay = constants.fear_decay[month.index - int64(state.fear_month[place])]
    state.fear_steps[place] = fear_after_jump(int64(state.fear_steps[place]), decay, jump)
    state.fear_month[place] = month.index


@block
def word_of_mouth(
    calmed: Array, spread: Array, told: int, land: Land, state: State, table: Array, month: Month
) -> None:
    """Phase 12: reports that led to an arrest reassure; removals and arrests at large frighten those close."""
    constants = table[0]
    land, state, month = unowned(land), unowned(state), unowned(month)
    for slot in calmed:
        county, _ = home_of(slot, land)
        place = slot - land.counties[county].base + land.counties[county].community
        steps = int64(state.fear_steps[place])
        if steps > 0:
            decay = constants.fear_decay[month.index - int64(state.fear_month[place])]
            state.fear_steps[place] = fear_after_reassurance(steps, decay, constants.reassurance)
            state.fear_month[place] = month.index
    for i in range(told):
        slot, reason = spread[i] >> 1, spread[i] & 1
        county, group = home_of(slot, land)
        if group == 2:
            continue
        low, size = land.counties[county].low[group], land.counties[county].size[group]
        close = constants.household_jump if reason == AFTER_REMOVAL else constants.at_large_jump
        known = constants.acquaintance_jump if reason == AFTER_REMOVAL else constants.at_large_jump
        first = low + (slot - low) // 4 * 4
        for other in range(first, min(first + 4, low + size)):
            if other != slot:
                _frighten(other, county, close, land, state, constants, month)
        entity = entity_at(slot, county, land)
        for friend in range(constants.acquaintances):
            u = draw(land.seed, entity, 2 * (friend // 4) + reason, month.index, ACQUAINTANCE)
            other = low + int(u[friend % 4] * size)
            if other != slot:
                _frighten(other, county, known, land, state, constants, month)
