"""Phases 3 and 4 of the columnar engine: opportunities, and whether they are taken.

Each phase is one loop over the incidents of a batch of cells; an incident that goes no further is dropped from the
arrays, so cost follows events.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.columnar_people import group_at, record_of
from sim.columnar_records import Array, Book, Land, Month, State
from sim.compiled import block, helper
from sim.constants import Constants
from sim.draws import Purpose, draw, entity_of, poisson
from sim.person import bit_of, custody_of, departed_status, status_of
from sim.rules.booking import is_removable
from sim.rules.offending import offending_probability
from sim.rules.opportunity import choose, likely_mass, rest_of_choice, roster_entry, target_index

OPPORTUNITY_COUNT, OPPORTUNITY = int(Purpose.OPPORTUNITY_COUNT), int(Purpose.OPPORTUNITY)
TRUE, INCIDENTS = 0, 4
REMOVAL, DETERRENCE, IMPUNITY, BY_RELEASED = 0, 1, 2, 3


@helper
def _meet_offender(u: float, cell: int, group: int, land: Land, state: State, constants: Constants) -> int:
    """Return the slot of the likely offender met; a departed entry, below 0, where they were replaced for good."""
    own = False
    if group < 3:
        own = choose(u, constants.own_group[group])
        u = rest_of_choice(u, constants.own_group[group])
    home = cell
    if choose(u, constants.travel_share):
        u = rest_of_choice(u, constants.travel_share)
        ways = land.cells[cell].neighbours
        if ways > 0:
            way = int(u * ways)
            u = u * ways - way
            home = land.neighbour[land.cells[cell].neighbour_first + way]
    else:
        u = rest_of_choice(u, constants.travel_share)
    offender_group = group
    if not own:
        people = land.cells[home].people
        place = int(u * people)
        u = u * people - place
        offender_group = group_at(land.cells[home].size, place)[0]
    pool = land.cells[home].pool[offender_group]
    if pool < 0:
        pool = land.cells[cell].pool[offender_group]
    mass = likely_mass(land.pools[pool].size, constants.likely_share)
    entry = roster_entry(u, mass, constants.frequent_share, constants.frequent_offending)
    return state.roster[land.pools[pool].roster + entry]


@helper
def _crime_type(u: float, cumulative: Array) -> tuple[int, float]:
    """Return the crime type at ``u`` and the uniform left over."""
    below = 0.0
    for crime in range(7):
        if u < cumulative[crime]:
            return crime, (u - below) / (cumulative[crime] - below)
        below = cumulative[crime]
    return 7, (u - below) / (1.0 - below)


@block
def opportunity(
    first: int, last: int, land: Land, state: State, constants: Constants, month: Month, book: Book
) -> tuple[int, Array, Array, Array, Array, Array, Array, Array]:
    """Phase 3: targets, likely offenders and places meet in cells ``first`` to ``last``.

    Returns the number of opportunities and, for each, cell, number in its cell, crime type, target group, target slot,
    offender and the uniform that decides. Opportunities whose target is absent or whose offender is in jail lapse.
    """
    counts = np.empty(last - first, dtype=np.int64)
    total = 0
    for cell in range(first, last):
        county = land.cells[cell].county
        people = land.cells[cell].people
        mean = people * land.counties[county].opportunity_rate * month.counties[county].background * constants.headroom
        entity = land.cells[cell].entity
        counts[cell - first] = poisson(land.seed, entity, 0, month.index, OPPORTUNITY_COUNT, mean)
        total += counts[cell - first]
    cells, numbers = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    crimes, groups = np.empty(total, dtype=np.int8), np.empty(total, dtype=np.int8)
    targets, offenders = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    decides = np.empty(total)
    n = 0
    for cell in range(first, last):
        county = land.cells[cell].county
        entity = land.cells[cell].entity
        people = land.cells[cell].people
        book.opportunities[county] += counts[cell - first]
        for number in range(counts[cell - first]):
            u = draw(land.seed, entity, number, month.index, OPPORTUNITY)
            crime, rest = _crime_type(u[1], land.counties[county].types)
            group, target = 3, -1
            if not choose(rest, land.counties[county].organization[crime]):
                family = constants.family[crime]
                unit = 1 if constants.person_target[crime] == 1 else 4
                place = target_index(
                    u[2], people, constants.repeat_share[family], constants.repeat_stratum[family], unit, entity
                )
                group, place = group_at(land.cells[cell].size, place)
                target = land.cells[cell].low[group] + place
                if custody_of(state.person[target]) != 0:
                    continue
            offender = _meet_offender(u[3], cell, group, land, state, constants)
            if offender >= 0 and custody_of(state.person[offender]) == 1:
                continue
            cells[n], numbers[n], crimes[n], groups[n] = cell, number, crime, group
            targets[n], offenders[n], decides[n] = target, offender, u[0]
            n += 1
    return n, cells, numbers, crimes, groups, targets, offenders, decides


@helper
def _deterrence_for(offender: int, county: int, land: Land, state: State, constants: Constants, month: Month) -> float:
    """Return the deterrence factor of an offender: 1 for those whom ICE could not remove."""
    if month.counties[county].deterrence == 1.0:
        return 1.0
    status = status_of(state.person[offender])
    level = 3
    if status == 1:
        home = np.searchsorted(land.county_base, offender, side="right") - 1
        entity = entity_of(land.counties[home].code, offender - land.counties[home].base)
        level = record_of(state.person[offender], entity, land.world_seed, constants)
    return month.counties[county].deterrence if is_removable(status, level) else 1.0


@block
def offending(n: int, met: Any, land: Land, state: State, constants: Constants, month: Month, book: Book) -> int:
    """Phase 4: offenders take opportunities or not; the crimes are moved to the front and their number returned.

    Also counts what would have happened but for removal, deterrence and belief in impunity.
    """
    _, cells, numbers, crimes, groups, targets, offenders, decides = met
    kept = 0
    for i in range(n):
        cell, crime, group, offender = cells[i], crimes[i], groups[i], offenders[i]
        county = land.cells[cell].county
        family = constants.family[crime]
        counted = constants.is_index[crime] == 1
        gone = offender < 0 or custody_of(state.person[offender]) >= 2
        status = departed_status(offender) if offender < 0 else status_of(state.person[offender])
        propensity = constants.propensity[status, family]
        guard = month.guardianship[cell]
        factor = 1.0 if group == 3 else month.counties[county].impunity[group, crime]
        deterred = 1.0 if gone else _deterrence_for(offender, county, land, state, constants, month)
        probability = offending_probability(constants.headroom, propensity, guard, factor, deterred)
        if probability > 1.0:
            book.clipped[county] += 1
        without = offending_probability(constants.headroom, propensity, guard, 1.0, deterred)
        undeterred = offending_probability(constants.headroom, propensity, guard, factor, 1.0)
        u = decides[i]
        if gone:
            if counted and u < probability:
                book.balance[county, REMOVAL, family] += 1
            continue
        if u >= probability:
            if counted and u < without:
                book.balance[county, IMPUNITY, family] -= 1
            if counted and u < undeterred:
                book.balance[county, DETERRENCE, family] += 1
            continue
        if counted and u >= without:
            book.balance[county, IMPUNITY, family] += 1
        if counted and bit_of(state.person[offender], 13) == 1:
            book.balance[county, BY_RELEASED, family] += 1
        book.crime[county, crime, group, TRUE] += 1
        if group < 3:
            book.people[county, group, status_of(state.person[targets[i]]), INCIDENTS] += 1
        cells[kept], numbers[kept], crimes[kept], groups[kept] = cell, numbers[i], crime, group
        targets[kept], offenders[kept] = targets[i], offender
        kept += 1
    return kept
