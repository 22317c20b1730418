"""Phases 3 and 4 of the columnar engine: opportunities, and whether they are taken.

Each phase is a few short loops over the incidents of a batch of cells: draws, then choices, then what lies in memory,
so that the processor never waits for one thing at a time. An incident that goes no further is dropped from the arrays,
so cost follows events.
"""

from __future__ import annotations

import numpy as np

from sim.columnar_people import group_at, record_of
from sim.columnar_records import Array, Book, Incidents, Land, Month, State
from sim.compiled import block, helper, int64, prefetch, unowned
from sim.constants import Constants
from sim.draws import Purpose, draw, entity_of, poisson
from sim.person import bit_of, custody_of, departed_person, status_of
from sim.rules.booking import is_removable
from sim.rules.offending import offending_probability
from sim.rules.opportunity import choose, likely_mass, rest_of_choice, roster_entry, target_index

OPPORTUNITY_COUNT, OPPORTUNITY = int(Purpose.OPPORTUNITY_COUNT), int(Purpose.OPPORTUNITY)
TRUE, INCIDENTS = 0, 4
REMOVAL, DETERRENCE, IMPUNITY, BY_RELEASED = 0, 1, 2, 3
ROUNDED_UP = 1.0 + 2.0**-40
"""Keeps a bound above every probability it bounds, however the factors are rounded."""


@helper
def _crime_type(u: float, cumulative: Array) -> tuple[int, float]:
    """Return the crime type at ``u`` and the uniform left over."""
    crime = 0
    for later in range(7):
        crime += 1 if u >= cumulative[later] else 0
    below = cumulative[crime - 1] if crime > 0 else 0.0
    return crime, (u - below) / ((cumulative[crime] if crime < 7 else 1.0) - below)


@block
def _opportunity_counts(first: int, last: int, land: Land, constants: Constants, month: Month, book: Book) -> Array:
    """Draw and count the opportunities of each cell from ``first`` to ``last``."""
    land, month, book = unowned(land), unowned(month), unowned(book)
    counts = np.empty(last - first, dtype=np.int64)
    for cell in range(first, last):
        county = land.cells[cell].county
        people = land.cells[cell].people
        mean = people * land.counties[county].opportunity_rate * month.counties[county].background * constants.headroom
        entity = land.cells[cell].entity
        counts[cell - first] = poisson(land.seed, entity, 0, month.index, OPPORTUNITY_COUNT, mean)
        book.opportunities[county] += counts[cell - first]
    return counts


@helper
def _most_likely(cell: int, county: int, constants: Constants, month: Month) -> float:
    """Return a bound on the probability with which anybody takes an opportunity in a cell."""
    factor = 1.0
    for group in range(3):
        for crime in range(8):
            factor = max(factor, month.counties[county].impunity[group, crime])
    propensity = 0.0
    for status in range(3):
        propensity = max(propensity, constants.propensity[status, 0], constants.propensity[status, 1])
    return offending_probability(constants.headroom, propensity, month.guardianship[cell], factor, 1.0) * ROUNDED_UP


@block
def _worth_a_look(
    first: int, last: int, land: Land, constants: Constants, month: Month, book: Book
) -> tuple[int, Array, Array, Array]:
    """Draw the opportunities of cells ``first`` to ``last`` and keep those that somebody might take.

    Returns their number and, for each, cell, number in its cell and four uniforms, of which the first decides.
    """
    land, month, book = unowned(land), unowned(month), unowned(book)
    counts = _opportunity_counts(first, last, land, constants, month, book)
    room = counts.sum() + 1
    cells, numbers, uniforms = np.empty(room, np.int32), np.empty(room, np.int32), np.empty((room, 4))
    n = 0
    for cell in range(first, last):
        entity = land.cells[cell].entity
        bound = _most_likely(cell, land.cells[cell].county, constants, month)
        for number in range(counts[cell - first]):
            u = draw(land.seed, entity, number, month.index, OPPORTUNITY)
            cells[n], numbers[n] = cell, number
            uniforms[n, 0], uniforms[n, 1], uniforms[n, 2], uniforms[n, 3] = u[0], u[1], u[2], u[3]
            n += 1 if u[0] < bound else 0
    return n, cells, numbers, uniforms


@block
def _choose_targets(
    n: int, cells: Array, uniforms: Array, land: Land, state: State, constants: Constants
) -> tuple[Array, Array, Array]:
    """Return crime type, target group and target slot of opportunities; no slot, -1, where it is an organization."""
    land, state = unowned(land), unowned(state)
    crimes, groups, targets = np.empty(n, np.int8), np.empty(n, np.int8), np.empty(n, np.int32)
    for i in range(n):
        cell = cells[i]
        county = land.cells[cell].county
        crime, rest = _crime_type(uniforms[i, 1], land.counties[county].types)
        group, target = 3, -1
        if not choose(rest, land.counties[county].organization[crime]):
            family = constants.family[crime]
            unit = 1 if constants.person_target[crime] == 1 else 4
            repeat, stratum = constants.repeat_share[family], constants.repeat_stratum[family]
            people, entity = land.cells[cell].people, land.cells[cell].entity
            place = target_index(uniforms[i, 2], people, repeat, stratum, unit, entity)
            group, place = group_at(land.cells[cell].size, place)
            target = land.cells[cell].low[group] + place
            prefetch(state.person, target)
        crimes[i], groups[i], targets[i] = crime, group, target
    return crimes, groups, targets


@block
def _seek_offenders(
    n: int, cells: Array, groups: Array, uniforms: Array, land: Land, state: State, constants: Constants
) -> Array:
    """Return which entry of the rosters of likely offenders each opportunity meets."""
    land, state = unowned(land), unowned(state)
    entries = np.empty(n, dtype=np.int64)
    for i in range(n):
        cell, group, u = cells[i], groups[i], uniforms[i, 3]
        own = False
        if group < 3:
            own = choose(u, constants.own_group[group])
            u = rest_of_choice(u, constants.own_group[group])
        travels = choose(u, constants.travel_share)
        u = rest_of_choice(u, constants.travel_share)
        home, ways = cell, land.cells[cell].neighbours
        if travels and ways > 0:
            way = int(u * ways)
            u = u * ways - way
            home = land.neighbour[land.cells[cell].neighbour_first + way]
        if not own:
            people = land.cells[home].people
            place = int(u * people)
            u = u * people - place
            group = group_at(land.cells[home].size, place)[0]
        pool = land.cells[home].pool[group]
        if pool < 0:
            pool = land.cells[cell].pool[group]
        mass = likely_mass(land.pools[pool].size, constants.likely_share)
        entry = roster_entry(u, mass, constants.frequent_share, constants.frequent_offending)
        entries[i] = land.pools[pool].roster + entry
        prefetch(state.roster, entries[i])
    return entries


@block
def opportunity(
    first: int, last: int, land: Land, state: State, constants: Constants, month: Month, book: Book
) -> tuple[int, Incidents]:
    """Phase 3: targets, likely offenders and places meet in cells ``first`` to ``last``.

    Returns the opportunities that somebody might take, and their number. Those whose target is absent or whose offender
    is in jail lapse.
    """
    land, state, month, book = unowned(land), unowned(state), unowned(month), unowned(book)
    total, cells, numbers, uniforms = _worth_a_look(first, last, land, constants, month, book)
    crimes, groups, targets = _choose_targets(total, cells, uniforms, land, state, constants)
    offenders = _seek_offenders(total, cells, groups, uniforms, land, state, constants)
    target_persons, offender_persons = np.empty(total, np.uint16), np.empty(total, np.uint16)
    decides = np.empty(total)
    for i in range(total):
        offenders[i] = state.roster[offenders[i]]
        prefetch(state.person, max(0, offenders[i]))
    n = 0
    for i in range(total):
        target, offender = targets[i], offenders[i]
        victim = int64(0) if target < 0 else int64(state.person[target])
        person = departed_person(offender) if offender < 0 else int64(state.person[offender])
        lapses = custody_of(victim) != 0 or custody_of(person) == 1
        cells[n], numbers[n], crimes[n], groups[n], targets[n] = cells[i], numbers[i], crimes[i], groups[i], target
        offenders[n], decides[n], target_persons[n], offender_persons[n] = offender, uniforms[i, 0], victim, person
        n += 0 if lapses else 1
    return n, Incidents(cells, numbers, crimes, groups, targets, offenders, decides, target_persons, offender_persons)


@helper
def _deterrence_for(person: int, slot: int, county: int, land: Land, constants: Constants, month: Month) -> float:
    """Return the deterrence factor of an offender: 1 for those whom ICE could not remove."""
    if month.counties[county].deterrence == 1.0:
        return 1.0
    status = status_of(person)
    level = 3
    if status == 1:
        home = np.searchsorted(land.county_base, slot, side="right") - 1
        entity = entity_of(land.counties[home].code, slot - land.counties[home].base)
        level = record_of(person, entity, land.world_seed, constants)
    return month.counties[county].deterrence if is_removable(status, level) else 1.0


@block
def offending(n: int, met: Incidents, land: Land, constants: Constants, month: Month, book: Book) -> int:
    """Phase 4: offenders take opportunities or not; the crimes are moved to the front and their number returned.

    Also counts what would have happened but for removal, deterrence and belief in impunity.
    """
    met, land, month, book = unowned(met), unowned(land), unowned(month), unowned(book)
    cells, numbers, crimes, groups, targets, offenders, decides, target_persons, offender_persons = met
    kept = 0
    for i in range(n):
        cell, crime, group, person = cells[i], crimes[i], groups[i], int64(offender_persons[i])
        county = land.cells[cell].county
        family = constants.family[crime]
        gone = custody_of(person) >= 2
        propensity = constants.propensity[status_of(person), family]
        guard, factor = month.guardianship[cell], month.counties[county].impunity[group, crime]
        deterred = 1.0 if gone else _deterrence_for(person, offenders[i], county, land, constants, month)
        probability = offending_probability(constants.headroom, propensity, guard, factor, deterred)
        without = offending_probability(constants.headroom, propensity, guard, 1.0, deterred)
        undeterred = offending_probability(constants.headroom, propensity, guard, factor, 1.0)
        u = decides[i]
        would = u < probability
        taken, left = would and not gone, not would and not gone
        book.clipped[county] += int64(probability > 1.0)
        if constants.is_index[crime] == 1:
            balance = book.balance[county]
            balance[REMOVAL, family] += int64(would and gone)
            balance[IMPUNITY, family] += int64(taken and u >= without) - int64(left and u < without)
            balance[DETERRENCE, family] += int64(left and u < undeterred)
            balance[BY_RELEASED, family] += int64(taken and bit_of(person, 13) == 1)
        if not taken:
            continue
        book.crime[county, crime, group, TRUE] += 1
        if group < 3:
            book.people[county, group, status_of(target_persons[i]), INCIDENTS] += 1
        cells[kept], numbers[kept], crimes[kept], groups[kept] = cell, numbers[i], crime, group
        targets[kept], offenders[kept], target_persons[kept] = targets[i], offenders[i], target_persons[i]
        kept += 1
    return kept
