"""Phases 13 and 14 of the columnar engine: news in the counties, and what the survey counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engines import panel as survey_panel
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
    index,
    parts_of_told,
)
from sim.numerics.compiled import block, helper, int64, prefetch, unowned
from sim.numerics.draws import Purpose, draw, entity_of
from sim.rules.clearance import clearance_capacity
from sim.rules.custody import legalized
from sim.rules.news import (
    county_fear,
    fading,
    pooled_removal_rate,
    relative_risk,
    running_load,
    running_removal_risk,
    spilled_over,
)
from sim.rules.offending import deterrence, displaced, guardianship, impunity, relative_patrol
from sim.rules.reporting import trust
from sim.rules.survey import TRUST_UNIT, panel_member, responds_to_survey, rotation
from sim.words.codes import (
    COMMUNITY_COUNT,
    FAMILY_COUNT,
    FREE,
    GROUP_COUNT,
    HISPANIC,
    LAWFUL,
    OTHER,
    OTHER_NONCITIZEN,
    RESPONDENTS,
    UNAUTHORIZED,
)
from sim.world.constants import Constants
from sim.world.person import custody_of, generation_of, status_of, with_status

RECORD, SURVEY, LEGALIZATION = int(Purpose.RECORD), int(Purpose.SURVEY), int(Purpose.LEGALIZATION)
told_event = helper(survey_panel.told_event)
AHEAD = 12
"""How many people ahead memory is asked for."""


@block
def legalize(month_index: int, land: Land, state: State, share: float, custody_counts: Array) -> None:
    """Phase 1, in the month of a legalization: a keyed share of unauthorized people become lawful noncitizens."""
    for county in range(len(land.counties)):
        for group in range(OTHER):
            low = land.counties[county].low[group]
            for slot in range(low, low + land.counties[county].size[group]):
                person = state.person[index(slot)]
                if status_of(person) != UNAUTHORIZED:
                    continue
                entity = entity_of(land.counties[county].code, slot - land.counties[county].base)
                if legalized(draw(land.seed, entity, 0, month_index, LEGALIZATION)[0], share):
                    custody_counts[county, group, UNAUTHORIZED, custody_of(person)] -= 1
                    custody_counts[county, group, LAWFUL, custody_of(person)] += 1
                    state.person[index(slot)] = with_status(person, LAWFUL)


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
def _alike(constants: Constants) -> Array:
    """Return for each crime type the first one of its family and elasticity: belief in impunity moves both alike."""
    first = np.arange(len(constants.elasticity))
    for crime in range(len(first)):
        for other in range(crime, -1, -1):
            family = constants.family[other] == constants.family[crime]
            if family and constants.elasticity[other] == constants.elasticity[crime]:
                first[crime] = other
    return first


@block
def conditions(table: Array, land: Land, counties: Array, trust_at_start: Array) -> None:
    """Work out what follows for the month from last month's news; ``counties`` holds their conditions.

    Trust without a fear of one's own goes into ``trust_at_start``, K x 2.
    """
    constants = table[0]
    alike = _alike(constants)
    for county in range(len(counties)):
        now, home = counties[county], land.counties[county]
        for group in range(COMMUNITY_COUNT):
            now.fear_at_start[group] = now.fear[group]
            trust_at_start[county, group] = trust(now.fear[group], 0.0)
        for crime in range(len(constants.elasticity)):
            if alike[crime] != crime:
                for group in range(GROUP_COUNT):
                    now.impunity[group, crime] = now.impunity[group, alike[crime]]
                continue
            family, elasticity = constants.family[crime], constants.elasticity[crime]
            mean = 0.0
            for group in range(GROUP_COUNT):
                now.impunity[group, crime] = impunity(now.risk[group, family], elasticity)
                mean += home.group_share[group] * now.impunity[group, crime]
            for group in range(GROUP_COUNT):
                now.impunity[group, crime] = displaced(now.impunity[group, crime], mean, constants.displacement)
        now.deterrence = deterrence(constants.deterrence, now.removal_risk, constants.deterrence_reference)
        task_force = now.agreement_287g_task_force
        lost = constants.task_force_officer_time if task_force else 0.0
        now.capacity = clearance_capacity(now.load, constants.load_elasticity, lost)
        now.street_rise = 1.0 + constants.task_force_stops if task_force else 1.0


@helper
def _heard_of(removed: Array, place: int, group: int, constants: Constants) -> float:
    """Return a place's removals of a group, by channel in ``removed``, each counted by its visibility."""
    result = 0.0
    for channel in range(removed.shape[2]):
        result += constants.visibility[channel] * removed[place, group, channel]
    return result


@block
def _regional_rates(removed: Array, land: Land, constants: Constants) -> Array:
    """Return the removals per person of the community's groups in each ICE region."""
    removed, land = unowned(removed), unowned(land)
    count, regions = len(removed), 0
    for county in range(count):
        regions = max(regions, land.counties[county].region + 1)
    removed_there = np.zeros((regions, COMMUNITY_COUNT, removed.shape[2]), np.int64)
    people_there, rate = np.zeros((regions, COMMUNITY_COUNT), np.int64), np.zeros((regions, COMMUNITY_COUNT))
    for county in range(count):
        place = land.counties[county].region
        for group in range(COMMUNITY_COUNT):
            people_there[place, group] += land.counties[county].size[group]
            for channel in range(removed.shape[2]):
                removed_there[place, group, channel] += removed[county, group, channel]
    for place in range(regions):
        for group in range(COMMUNITY_COUNT):
            if people_there[place, group] > 0:
                rate[place, group] = _heard_of(removed_there, place, group, constants) / people_there[place, group]
    return rate


@block
def _removal_rates(removed: Array, land: Land, constants: Constants) -> Array:
    """Return each county's removals per person of the community's groups, pooled with its ICE region's."""
    regional, rate = _regional_rates(removed, land, constants), np.empty((len(removed), COMMUNITY_COUNT))
    removed, land = unowned(removed), unowned(land)
    for county in range(len(removed)):
        for group in range(COMMUNITY_COUNT):
            people, there = land.counties[county].size[group], regional[land.counties[county].region, group]
            heard_of = _heard_of(removed, county, group, constants)
            rate[county, group] = pooled_removal_rate(heard_of, people, there, constants.region_weight)
    return rate


@helper
def _heard_rates(county: int, rate: Array, land: Land, weight: float) -> tuple[float, float]:
    """Return the removal rates of both groups that people hear of: their county's and, in part, the neighbours'."""
    first, ways = land.counties[county].neighbour_first, land.counties[county].neighbours
    if weight <= 0.0 or ways == 0:
        return rate[county, HISPANIC], rate[county, OTHER_NONCITIZEN]
    around, of_others = 0.0, 0.0
    for way in range(first, first + ways):
        around += rate[land.county_neighbour[way], HISPANIC]
        of_others += rate[land.county_neighbour[way], OTHER_NONCITIZEN]
    own, other = (1.0 - weight) * rate[county, HISPANIC], (1.0 - weight) * rate[county, OTHER_NONCITIZEN]
    return own + weight * (around / ways), other + weight * (of_others / ways)


@helper
def _offenders_learn(county: int, land: Land, book: Book, registry: Registry, constants: Constants, now: Any) -> None:
    """Update the believed risk of being reported and solved, and that of being removed."""
    home, people = land.counties[county], land.counties[county].people
    for group in range(GROUP_COUNT):
        for family in range(FAMILY_COUNT):
            weight = constants.risk_memory * home.expected_risk[group, family] * people
            real, full_trust = book.risk[county, group, family, 0], book.risk[county, group, family, 1]
            now.risk[group, family] = relative_risk(real, full_trust, now.risk[group, family], weight)
    weight = constants.removal_memory * home.expected_removable * people
    taken, removable = registry.taken[county], registry.removable[county]
    now.removal_risk = running_removal_risk(taken, removable, now.removal_risk, weight, constants.removal_share)


@helper
def _police_learn(county: int, land: Land, book: Book, constants: Constants, now: Any) -> None:
    """Update the workload from this month's recorded crime."""
    recorded, usual = 0, 0.0
    for crime in range(book.crime.shape[1]):
        usual += land.counties[county].expected_recorded[crime] * land.counties[county].people
    for cell in range(land.counties[county].cell_first, land.counties[county].cell_end):
        recorded += book.cell_recorded[cell]
    now.load = running_load(recorded, usual, now.load, constants.load_memory)


@helper
def _people_hear(county: int, rates: Array, land: Land, constants: Constants, now: Any) -> None:
    """Let the fear of each group fade, and rise with what is announced and with the removals they hear of."""
    fade = fading(constants.county_fade, now.refusal, constants.refusal_fade)
    first, second = _heard_rates(county, rates, land, constants.neighbour_weight)
    for group in range(COMMUNITY_COUNT):
        own, others = (first, second) if group == HISPANIC else (second, first)
        heard = spilled_over(own, others, constants.spill_over) * 1000.0
        announced = now.announced * constants.concern[group]
        now.fear[group] = county_fear(now.fear[group], fade, announced, constants.awareness, heard)


@block
def news(table: Array, land: Land, month: Month, book: Book, registry: Registry, recent: Array) -> None:
    """Phase 13: fear fades and rises; offenders and police update what they expect."""
    constants = table[0]
    rates = _removal_rates(registry.removed, land, constants)
    land, month, book, registry = unowned(land), unowned(month), unowned(book), unowned(registry)
    for county in range(len(land.counties)):
        now = month.counties[county]
        _people_hear(county, rates, land, constants, now)
        _offenders_learn(county, land, book, registry, constants, now)
        _police_learn(county, land, book, constants, now)
    for cell in range(len(recent)):
        recent[cell] = recent[cell] * (1.0 - 1.0 / constants.hot_spot_memory) + book.cell_recorded[cell]


@helper
def answers(
    slot: int, county: int, group: int, land: Land, state: State, constants: Constants, month: Month
) -> tuple[bool, float]:
    """Return whether a panel member at liberty answers this month, and their trust."""
    if custody_of(state.person[index(slot)]) != FREE:
        return False, 1.0
    u = draw(land.seed, entity_at(slot, county, land), 0, month.index, SURVEY)[0]
    sensitivity, now = sensitivity_and_trust(slot, county, group, month, land, state, constants)
    return responds_to_survey(u, constants.response, constants.response_weight, sensitivity, now), now


@helper
def _is_old_enough(slot: int, county: int, generation: int, land: Land, share: float) -> bool:
    """Return whether somebody is 12 or over, as a ``share`` of people are."""
    age = draw(land.world_seed, entity_at(slot, county, land), 2 * generation + 1, 0, RECORD)[1]
    return age < share


@block
def count_survey(
    panel: Array, told: Array, land: Land, state: State, table: Array, month: Month, book: Book, trust_sum: Array
) -> Array:
    """Phase 14, the survey: this month's interviews and what respondents tell of the months before.

    ``panel`` is the members interviewed this month, in order, as ``panel_of`` has them. Crimes against a household are
    told whoever of it was met, crimes against persons by those of 12 and over. Returns what is told as
    ``panel.told_event`` has it.
    """
    constants = table[0]
    land, state = unowned(land), unowned(state)
    month, book = unowned(month), unowned(book)
    county, group, end = int64(0), HISPANIC, int64(0)
    for i in range(len(panel)):
        slot = panel[i] >> 1
        prefetch(state.person, panel[min(i + AHEAD, len(panel) - 1)] >> 1)
        if slot >= end:  # of the people of one county and group
            county = county_from(county, slot, land)
            group = group_in(slot, county, land)
            end = land.counties[county].low[group] + land.counties[county].size[group]
        responds, now = answers(slot, county, group, land, state, constants, month)
        generation, old_enough = generation_of(state.person[index(slot)]), panel[i] & 1 == 1
        if responds and generation > 0:
            old_enough = _is_old_enough(slot, county, generation, land, constants.survey_age_share)
        if responds and old_enough:
            here, status = index(county), status_of(state.person[index(slot)])
            book.people[here, group, status, RESPONDENTS] += 1
            trust_sum[here, group, status] += int(now * TRUST_UNIT)
    heard, size = np.empty(len(told), np.int64), 0
    for entry in told:
        slot, crime, reported, wait = parts_of_told(entry)
        county, group = home_of(slot, land)
        person, responds = state.person[index(slot)], answers(slot, county, group, land, state, constants, month)[0]
        if responds and constants.person_target[crime] == 1:
            responds = _is_old_enough(slot, county, generation_of(person), land, constants.survey_age_share)
        if responds:
            status = status_of(person)
            heard[size] = told_event(int64(month.index - wait), county, crime, group, status, reported == 1)
            size += 1
    return heard[:size]


@block
def count_people(land: Land, state: State, custody_counts: Array) -> None:
    """Count people by county, group, status and custody into ``custody_counts``."""
    for county in range(len(land.counties)):
        for group in range(GROUP_COUNT):
            low = land.counties[county].low[group]
            for slot in range(low, low + land.counties[county].size[group]):
                person = state.person[index(slot)]
                custody_counts[county, group, status_of(person), custody_of(person)] += 1


@block
def panel_of(land: Land, width: int, most: int, old_share: float) -> tuple[Array, Array]:
    """Return the members of the survey panel, one in each stratum of ``width`` slots of a county, and their rotations.

    A member is twice the slot, and 1 more where who lives there at the start is 12 or over, as ``old_share`` are.
    """
    members, rotations = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    n = 0
    for county in range(len(land.counties)):
        code, size = land.counties[county].code, land.counties[county].people
        for stratum in range((size + width - 1) // width):
            index = panel_member(code, stratum, width)
            if index < size:
                slot = land.counties[county].base + index
                members[n] = 2 * slot + int64(_is_old_enough(slot, county, 0, land, old_share))
                rotations[n] = rotation(code, stratum)
                n += 1
    return members[:n], rotations[:n]
