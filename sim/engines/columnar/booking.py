"""Phases 9 and 10 of the columnar engine: booking and detainers.

They run after the barrier over this month's arrests, in order of slot.
"""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.people import record_and_match
from sim.engines.columnar.records import (
    ARRESTED,
    AT_LARGE,
    BOOKED,
    CONVICTION,
    DETAINERS,
    HONOURED,
    IDENTIFIED,
    REMOVABLE,
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
from sim.numerics.compiled import block, int64, unowned
from sim.numerics.draws import Purpose, draw
from sim.rules.booking import has_federal_record, is_identified, is_removable, screening_probability
from sim.rules.custody import conviction_kind, months_held
from sim.rules.detainer import DECLINED, TAKEN, asks_for_detainer, needs_conviction, outcome_of_request
from sim.world.person import bit_of, generation_of, status_of, with_bit

BOOKING, DETAINER, CUSTODY = int(Purpose.BOOKING), int(Purpose.DETAINER), int(Purpose.CUSTODY)


@block
def booking(
    arrests: Array,
    land: Land,
    state: State,
    table: Array,
    month: Month,
    programs: tuple[Array, Array, Array],
    registry: Registry,
    events: Array,
    due: Array,
) -> tuple[Booked, int, int]:
    """Phase 9: who is booked, matched and screened; who is removable.

    ``arrests`` is sorted, so that a person's first entry is the gravest charge. Convictions to come are written to
    ``events`` and ``due``; returns the people booked and the number of events.
    """
    constants = table[0]
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    n = len(arrests)
    booked = Booked(
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int8),
        np.empty(n, np.int8),
        np.empty(n, np.int32),
        np.empty(n, np.int8),
    )
    slots, counties, statuses, levels, stays, candidates = booked
    persons = np.empty(n, np.uint16)
    for i in range(n):
        persons[i] = state.person[arrests[i] >> 20]
    count, planned, previous, level, home, known = 0, 0, int64(-1), 0, int64(0), 0.0
    cap, secure, jail_287g = programs
    for i in range(n):
        arrest, person = arrests[i], int64(persons[i])
        slot, charge, county = arrest >> 20, (arrest >> 16) & 15, arrest & 65535
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
        u = draw(land.seed, entity, 0, month.index, BOOKING)
        held = u[2] < constants.held[charge]
        stay = int64(0)
        if held:
            length = draw(land.seed, entity, 0, month.index, CUSTODY)[0]
            stay = int64(months_held(length, constants.stay[charge]))
        if u[3] < constants.convicted[charge]:
            kind = conviction_kind(
                u[3] / constants.convicted[charge], constants.felony[charge], constants.aggravated[charge]
            )
            events[planned] = event_of(slot, county, generation_of(person), CONVICTION + kind)
            due[planned] = month.index + constants.disposition_lag[charge]
            planned += 1
        removable = is_removable(status, level)
        candidate = int64(0)
        if removable:
            registry.removable[county] += 1
        if u[0] < constants.fingerprints:
            registry.enforcement[county, status, level, BOOKED] += 1
            federal = has_federal_record(bit_of(person, 9), known, constants.federal_record[group, status])
            screening = screening_probability(
                status > 0,
                cap[county],
                constants.cap_interview,
                constants.cap_prison,
                held,
                jail_287g[county],
                constants.screening_287g,
            )
            if is_identified(secure[county], federal, u[1], screening):
                registry.enforcement[county, status, level, IDENTIFIED] += 1
                if removable:
                    registry.enforcement[county, status, level, REMOVABLE] += 1
                    candidate = int64(1)
        slots[count], counties[count], statuses[count] = slot, county, status
        levels[count], stays[count], candidates[count] = level, stay, candidate
        count += 1
    return booked, count, planned


@block
def request(
    booked: Booked, count: int, region: Array, land: Land, table: Array, month: Month, priority: Array
) -> tuple[Array, Array, Array, Array]:
    """Phase 10, the field office's part: for whom ICE would ask, and the order in which it does.

    Returns indices of people booked, and for each the field office, level and keyed rank.
    """
    constants = table[0]
    land, month, booked = unowned(land), unowned(month), unowned(booked)
    who, office = np.empty(count, np.int64), np.empty(count, np.int64)
    level, rank = np.empty(count, np.int64), np.empty(count)
    n = 0
    for i in range(count):
        if booked.candidate[i] == 0 or needs_conviction(priority[booked.county[i]], booked.level[i]):
            continue
        slot = int64(booked.slot[i])
        u = draw(land.seed, entity_at(slot, home_of(slot, land)[0], land), 0, month.index, DETAINER)
        if asks_for_detainer(u[0], constants.detainer_issue[booked.level[i]]):
            who[n], office[n], level[n], rank[n] = i, region[booked.county[i]], booked.level[i], u[1]
            n += 1
    return who[:n], office[:n], level[:n], rank[:n]


@block
def detainer(
    booked: Booked,
    asked: Array,
    land: Land,
    state: State,
    table: Array,
    month: Month,
    priority: Array,
    cooperation: Array,
    registry: Registry,
) -> Array:
    """Phase 10, the county's part: it honours or declines; returns what becomes of each person booked.

    ``asked`` says for whom the field offices lodge a detainer. Outcomes: 0 nothing, 1 ICE takes the person, 2 ICE
    arrests the person at large.
    """
    constants = table[0]
    land, state, month, registry = unowned(land), unowned(state), unowned(month), unowned(registry)
    booked = unowned(booked)
    outcome = np.zeros(len(asked), dtype=np.int8)
    for i in range(len(asked)):
        if booked.candidate[i] == 0:
            continue
        slot, county = int64(booked.slot[i]), int64(booked.county[i])
        status, level = int64(booked.status[i]), int64(booked.level[i])
        entity = entity_at(slot, home_of(slot, land)[0], land)
        u = draw(land.seed, entity, 0, month.index, DETAINER)
        released = True
        if needs_conviction(priority[county], level):
            if u[3] < constants.notification_pickup:
                outcome[i] = 2
            released = False
        elif asked[i] == 1:
            registry.enforcement[county, status, level, DETAINERS] += 1
            answer = outcome_of_request(u[2], cooperation[county, level], u[3], constants.custody_share)
            if answer != DECLINED:
                registry.enforcement[county, status, level, HONOURED] += 1
                released = False
            else:
                state.person[slot] = with_bit(state.person[slot], 13, 1)
            if answer == TAKEN:
                outcome[i] = 1
        if released and draw(land.seed, entity, 0, month.index, CUSTODY)[1] < constants.at_large:
            outcome[i] = 2
        if outcome[i] > 0:
            registry.taken[county] += 1
        if outcome[i] == 2:
            registry.enforcement[county, status, level, AT_LARGE] += 1
    return outcome
