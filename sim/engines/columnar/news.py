"""Phases 13 and 14 of the columnar engine: news in the counties, and what the survey counts."""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.people import sensitivity_and_trust
from sim.engines.columnar.records import (
    Array,
    Book,
    Land,
    Month,
    Registry,
    State,
    county_from,
    entity_at,
    group_in,
    home_of,
)
from sim.numerics.compiled import block, helper, int64, prefetch, unowned
from sim.numerics.draws import Purpose, draw, entity_of
from sim.rules.clearance import clearance_capacity
from sim.rules.custody import legalized
from sim.rules.news import county_fear, pooled_removal_rate, relative_risk, running_load, running_removal_risk
from sim.rules.offending import deterrence, displaced, guardianship, impunity, relative_patrol
from sim.rules.opportunity import scattered
from sim.rules.survey import responds_to_survey, rotation
from sim.world.constants import Constants
from sim.world.person import FREE, custody_of, generation_of, status_of, with_status

RECORD, SURVEY, LEGALIZATION = int(Purpose.RECORD), int(Purpose.SURVEY), int(Purpose.LEGALIZATION)
RESPONDENTS, SURVEYED = 6, 4
AHEAD = 12
TRUST_UNIT = 1048576.0
"""Trust is summed over respondents in whole units of 2**-20."""


@block
def legalize(month_index: int, land: Land, state: State, share: float, custody_counts: Array) -> None:
    """Phase 1, in the month of a legalization: a keyed share of unauthorized people become lawful noncitizens."""
    for county in range(len(land.counties)):
        for group in range(2):
            low = land.counties[county].low[group]
            for slot in range(low, low + land.counties[county].size[group]):
                person = state.person[slot]
                if status_of(person) != 2:
                    continue
                entity = entity_of(land.counties[county].code, slot - land.counties[county].base)
                if legalized(draw(land.seed, entity, 0, month_index, LEGALIZATION)[0], share):
                    custody_counts[county, group, 2, custody_of(person)] -= 1
                    custody_counts[county, group, 1, custody_of(person)] += 1
                    state.person[slot] = with_status(person, 1)


@block
def patrol(land: Land, table: Array, recent: Array, result: Array) -> None:
    """Phase 2: officers over the county's cells; ``result`` is guardianship by cell with mean 1 over people."""
    constants = table[0]
    for county in range(len(land.counties)):
        first, last = land.counties[county].cell_first, land.counties[county].cell_end
        people = land.counties[county].people
        total = 0.0
        for cell in range(first, last):
            total += recent[cell]
        weighted = 0.0
        for cell in range(first, last):
            here = land.cells[cell].people
            relative = 1.0
            if here > 0:
                relative = relative_patrol(constants.patrol, here, people, last - first, recent[cell], total)
            result[cell] = guardianship(constants.patrol_effect, relative)
            weighted += result[cell] * here
        for cell in range(first, last):
            result[cell] = result[cell] / (weighted / people)


@block
def conditions(
    table: Array, group_share: Array, risk: Array, removal_risk: Array, load: Array, task_force: Array, result: Array
) -> None:
    """Work out what holds at the start of the month from last month's news: impunity, deterrence, capacity, stops."""
    constants = table[0]
    for county in range(len(removal_risk)):
        now = result[county]
        for crime in range(8):
            family, elasticity = constants.family[crime], constants.elasticity[crime]
            mean = 0.0
            for group in range(3):
                now.impunity[group, crime] = impunity(risk[county, group, family], elasticity)
                mean += group_share[county, group] * now.impunity[group, crime]
            for group in range(3):
                now.impunity[group, crime] = displaced(now.impunity[group, crime], mean, constants.displacement)
            now.impunity[3, crime] = 1.0
        now.deterrence = deterrence(constants.deterrence, removal_risk[county], constants.deterrence_reference)
        lost = constants.task_force_officer_time if task_force[county] else 0.0
        now.capacity = clearance_capacity(load[county], constants.load_elasticity, lost)
        now.street_rise = 1.0 + constants.task_force_stops if task_force[county] else 1.0


@block
def news(
    table: Array,
    land: Land,
    month: Month,
    book: Book,
    registry: Registry,
    region: Array,
    county_neighbours: tuple[Array, Array],
    expected: tuple[Array, Array, Array],
    publicity: Array,
    presence: Array,
    fear: Array,
    risk: Array,
    removal_risk: Array,
    load: Array,
    recent: Array,
) -> None:
    """Phase 13: fear fades and rises; offenders and police update what they expect.

    ``expected`` holds, per slot and month, risk units, recorded crime and removable arrestees of the baseline.
    """
    constants = table[0]
    expected_risk, expected_recorded, expected_removable = expected
    starts, neighbours = county_neighbours
    count = len(land.counties)
    regions = np.max(region) + 1
    removed_there, community_there = np.zeros(regions, np.int64), np.zeros(regions, np.int64)
    for county in range(count):
        removed_there[region[county]] += registry.removed[county]
        community_there[region[county]] += land.counties[county].community_people
    rate = np.empty(count)
    for county in range(count):
        place = region[county]
        community = land.counties[county].community_people
        regional = removed_there[place] / community_there[place] if community_there[place] > 0 else 0.0
        rate[county] = pooled_removal_rate(registry.removed[county], community, regional, constants.region_weight)
    for county in range(count):
        heard = rate[county]
        ways = starts[county + 1] - starts[county]
        if constants.neighbour_weight > 0.0 and ways > 0:
            around = 0.0
            for way in range(starts[county], starts[county + 1]):
                around += rate[neighbours[way]]
            heard = (1.0 - constants.neighbour_weight) * heard + constants.neighbour_weight * (around / ways)
        fear[county] = county_fear(
            fear[county],
            constants.county_fade,
            publicity[county],
            presence[county],
            constants.awareness,
            heard * 1000.0,
        )
        people = land.counties[county].people
        for group in range(3):
            for family in range(2):
                weight = constants.risk_memory * expected_risk[county, group, family] * people
                risk[county, group, family] = relative_risk(
                    book.risk[county, group, family, 0],
                    book.risk[county, group, family, 1],
                    risk[county, group, family],
                    weight,
                )
        removal_risk[county] = running_removal_risk(
            registry.taken[county],
            registry.removable[county],
            removal_risk[county],
            constants.removal_memory * expected_removable[county] * people,
            constants.removal_share,
        )
        recorded, usual = 0, 0.0
        for crime in range(8):
            usual += expected_recorded[county, crime] * people
            for group in range(4):
                recorded += book.crime[county, crime, group, 2]
        load[county] = running_load(recorded, usual, load[county], constants.load_memory)
    for cell in range(len(recent)):
        recent[cell] = recent[cell] * (1.0 - 1.0 / constants.hot_spot_memory) + book.cell_recorded[cell]


@helper
def answers(
    slot: int, county: int, group: int, land: Land, state: State, constants: Constants, month: Month
) -> tuple[bool, float]:
    """Return whether a panel member of 12 or over, at liberty, answers this month, and their trust."""
    person = state.person[slot]
    if custody_of(person) != FREE:
        return False, 1.0
    entity = entity_at(slot, county, land)
    age = draw(land.world_seed, entity, 2 * generation_of(person) + 1, 0, RECORD)[1]
    if age >= constants.survey_age_share:
        return False, 1.0
    u = draw(land.seed, entity, 0, month.index, SURVEY)[0]
    if group == 2:
        return u < constants.response, 1.0
    sensitivity, now = sensitivity_and_trust(slot, county, group, month, land, state, constants)
    return responds_to_survey(u, constants.response, constants.response_weight, sensitivity, now), now


@block
def count_survey(
    panel: Array, told: Array, land: Land, state: State, table: Array, month: Month, book: Book, trust_sum: Array
) -> None:
    """Phase 14, the survey: this month's interviews and what respondents tell of the months before.

    ``panel`` is the slots interviewed this month, in order.
    """
    constants = table[0]
    land, state = unowned(land), unowned(state)
    month, book = unowned(month), unowned(book)
    county = int64(0)
    for i in range(len(panel)):
        slot = panel[i]
        prefetch(state.person, panel[min(i + AHEAD, len(panel) - 1)])
        county = county_from(county, slot, land)
        group = group_in(slot, county, land)
        responds, now = answers(slot, county, group, land, state, constants, month)
        if responds:
            status = status_of(state.person[slot])
            book.people[county, group, status, RESPONDENTS] += 1
            trust_sum[county, group, status] += int(now * TRUST_UNIT)
    for entry in told:
        slot, crime = entry >> 8, (entry >> 4) & 15
        county, group = home_of(slot, land)
        responds, _ = answers(slot, county, group, land, state, constants, month)
        if responds:
            book.crime[county, crime, group, SURVEYED] += 1


@block
def count_people(land: Land, state: State, custody_counts: Array) -> None:
    """Count people by county, group, status and custody into ``custody_counts``."""
    for county in range(len(land.counties)):
        for group in range(3):
            low = land.counties[county].low[group]
            for slot in range(low, low + land.counties[county].size[group]):
                person = state.person[slot]
                custody_counts[county, group, status_of(person), custody_of(person)] += 1


@block
def panel_of(land: Land, width: int, most: int) -> tuple[Array, Array]:
    """Return the slots of the survey panel, one in each stratum of ``width`` slots of a county, and their rotations."""
    members, rotations = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    n = 0
    for county in range(len(land.counties)):
        code, size = land.counties[county].code, land.counties[county].people
        for stratum in range((size + width - 1) // width):
            index = stratum * width + scattered(code, stratum, width)
            if index < size:
                members[n] = land.counties[county].base + index
                rotations[n] = rotation(code, index, width)
                n += 1
    return members[:n], rotations[:n]
