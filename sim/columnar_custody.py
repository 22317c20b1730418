"""Phases 9 to 12 of the columnar engine: booking, detainers, custody and word of mouth.

They run after the barrier, person by person over this month's arrests and the calendar's events, both in order of slot.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.columnar_blocks import Land, Month, State, record_of
from sim.compiled import block, helper, int64, unowned
from sim.constants import Constants
from sim.draws import Purpose, draw, entity_of
from sim.person import (
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
from sim.rules.booking import (
    has_federal_record,
    is_identified,
    is_removable,
    screening_probability,
)
from sim.rules.custody import (
    LIKELY,
    ORDINARY,
    REPLACED,
    RETURNS,
    conviction_kind,
    departure,
    months_held,
    months_in_ice_custody,
    months_until_refill,
    months_until_return,
    newcomer_class,
    newcomer_status,
)
from sim.rules.detainer import DECLINED, TAKEN, asks_for_detainer, needs_conviction, outcome_of_request
from sim.rules.reporting import fear_after_jump, fear_after_reassurance

Array = npt.NDArray[Any]
BOOKING, DETAINER, CUSTODY = int(Purpose.BOOKING), int(Purpose.DETAINER), int(Purpose.CUSTODY)
TRANSFER, DEPARTURE, NEWCOMER = int(Purpose.TRANSFER), int(Purpose.DEPARTURE), int(Purpose.NEWCOMER)
RECORD, ACQUAINTANCE = int(Purpose.RECORD), int(Purpose.ACQUAINTANCE)
(
    ARRESTED,
    CONVICTED,
    BOOKED,
    IDENTIFIED,
    REMOVABLE,
    DETAINERS,
    HONOURED,
    IN_ICE,
    AT_LARGE,
    REMOVED,
    PARENTS,
    RETURNED,
) = range(12)
CONVICTION, RELEASE, ICE_END, RETURN, ARRIVAL = 0, 3, 4, 5, 6
"""Kinds of calendar events; a conviction's kind (0, 1, 2) is the conviction's."""
AFTER_REMOVAL, AFTER_AT_LARGE = 0, 1


class Booked(NamedTuple):
    """People booked this month, one entry each, in order of slot."""

    slot: Array
    county: Array
    status: Array
    level: Array
    stay: Array  # months in local custody; 0 released at once
    candidate: Array  # 1 identified and removable


class Registry(NamedTuple):
    """The counts of custody and enforcement: this month's, and the people in each custody."""

    enforcement: Array  # K x status x level x column
    custody: Array  # K x group x status x custody
    removed: Array  # K: community members removed this month
    removable: Array  # K: removable people booked this month
    taken: Array  # K: of them, those whom ICE will take


@helper
def event_of(slot: int, county: int, generation: int, kind: int) -> int:
    """Return a calendar event packed into one number; sorting orders events by slot."""
    return (int64(slot) << 24) | (int64(county) << 8) | (int64(generation) << 5) | int64(kind)


@helper
def home_of(slot: int, land: Land) -> tuple[int, int]:
    """Return the county and group of a slot."""
    county = int64(np.searchsorted(land.county_base, slot, side="right")) - 1
    if slot < land.counties[county].low[1]:
        return county, 0
    return county, 1 if slot < land.counties[county].low[2] else 2


@helper
def entity_at(slot: int, county: int, land: Land) -> int:
    """Return the identity that keys a slot's draws."""
    return entity_of(land.counties[county].code, slot - land.counties[county].base)


@helper
def move(slot: int, county: int, group: int, custody: int, state: State, registry: Registry) -> None:
    """Put a person into another custody and keep the counts."""
    person = state.person[slot]
    status = status_of(person)
    registry.custody[county, group, status, custody_of(person)] -= 1
    registry.custody[county, group, status, custody] += 1
    state.person[slot] = with_custody(person, custody)


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
    land, state = unowned(land), unowned(state)
    n = len(arrests)
    booked = Booked(
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
    )
    count, planned, previous, level = 0, 0, int64(-1), 0
    cap, secure, jail_287g = programs
    for arrest in arrests:
        slot, charge, county = arrest >> 20, (arrest >> 16) & 15, arrest & 65535
        person = state.person[slot]
        status = status_of(person)
        again = slot == previous
        if not again:
            home, group = home_of(slot, land)
            entity = entity_at(slot, home, land)
            level = record_of(person, entity, land.world_seed, constants)
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
            known = draw(land.world_seed, entity, 2 * generation_of(person), 0, RECORD)[3]
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
        booked.slot[count], booked.county[count], booked.status[count] = slot, county, status
        booked.level[count], booked.stay[count], booked.candidate[count] = level, stay, candidate
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
    land = unowned(land)
    who, office = np.empty(count, np.int64), np.empty(count, np.int64)
    level, rank = np.empty(count, np.int64), np.empty(count)
    n = 0
    for i in range(count):
        if booked.candidate[i] == 0 or needs_conviction(priority[booked.county[i]], booked.level[i]):
            continue
        slot = booked.slot[i]
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
    land, state = unowned(land), unowned(state)
    outcome = np.zeros(len(asked), dtype=np.int64)
    for i in range(len(asked)):
        if booked.candidate[i] == 0:
            continue
        slot, county, status, level = booked.slot[i], booked.county[i], booked.status[i], booked.level[i]
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
    if constants.incapacitation == 0:
        if becomes == RETURNS:
            until = month.index + months_until_return(u[1], constants.return_months)
            return event_of(slot, arrest_county, generation_of(person), RETURN), until
        return int64(-1), 0
    move(slot, county, group, AWAY, state, registry)
    state.person[slot] = with_bit(state.person[slot], 13, 0)
    if becomes == RETURNS:
        until = month.index + months_until_return(u[1], constants.return_months)
        return event_of(slot, arrest_county, generation_of(person), RETURN), until
    if becomes == REPLACED:
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
    pool = pool_of(slot, county, group, land)
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
def pool_of(slot: int, county: int, group: int, land: Land) -> int:
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
    land, state = unowned(land), unowned(state)
    planned, told = 0, 0
    for event in due_now:
        slot, arrest_county = event >> 24, (event >> 8) & 65535
        generation, kind = (event >> 5) & 7, event & 31
        person = state.person[slot]
        county, group = home_of(slot, land)
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
    for i in range(len(outcome)):
        slot, arrest_county = booked.slot[i], booked.county[i]
        if booked.stay[i] > 0:
            county, group = home_of(slot, land)
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
    land, state = unowned(land), unowned(state)
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
