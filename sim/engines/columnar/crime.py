"""Phases 3 and 4 of the columnar engine: opportunities, and whether they are taken.

Each phase is a few short loops over the incidents of a batch of cells: draws, then choices, then what lies in memory,
so that the processor never waits for one thing at a time. An incident that goes no further is dropped from the arrays,
so cost follows events.
"""

from __future__ import annotations

import math

import numpy as np

from sim.engines.columnar.people import group_at, record_of
from sim.engines.columnar.records import INCIDENT, Array, Book, Land, Month, State, entity_at, home_of, index
from sim.engines.columnar.repeats import UNIT, victim_again
from sim.numerics.compiled import block, helper, int64, prefetch, unowned
from sim.numerics.draws import Purpose, choices, draw, poisson, poisson_from, poisson_onward, uniform_of
from sim.numerics.many_draws import words_of_many
from sim.rules.booking import is_removable
from sim.rules.offending import intensity, is_taken
from sim.rules.opportunity import choose, likely_mass, roster_entry
from sim.words.codes import (
    ADDED_BY_IMPUNITY,
    AFTER_DECLINED_DETAINER,
    FREE,
    HISPANIC,
    ICE_CUSTODY,
    INCIDENTS,
    JAILED,
    LAWFUL,
    LEVEL_NONE,
    ORGANIZATION,
    OTHER,
    OTHER_NONCITIZEN,
    PREVENTED_BY_DETERRENCE,
    PREVENTED_BY_REMOVAL,
    TRUE,
)
from sim.words.luck import AGAIN, BUSINESS, DECISIONS, OWN_GROUP, TRAVELS, WHAT, WHERE, WHO, WHOM
from sim.world.constants import Constants
from sim.world.person import custody_of, status_of, was_declined

OPPORTUNITY_COUNT, DECIDE = int(Purpose.OPPORTUNITY_COUNT), int(Purpose.DECIDE)
OPPORTUNITY = int(Purpose.OPPORTUNITY)
OF_A_DRAW = 4
"""Parts of a count for which one draw is enough."""
LAPSED = math.inf
"""The uniform that decides where nobody can: no probability is above it."""
ROUNDED_UP = 1.0 + 2.0**-40
"""Keeps a bound above every readiness it bounds, however the factors are rounded."""


@helper
def _crime_type(u: float, cumulative: Array) -> int:
    """Return the crime type at ``u``."""
    crime = 0
    for later in range(len(cumulative) - 1):
        crime += 1 if u >= cumulative[later] else 0
    return crime


@helper
def _opportunities(cell: int, land: Land, constants: Constants, month: Month) -> int:
    """Draw how many opportunities a cell has."""
    one = land.cells[cell]
    background = month.counties[one.county].background
    if background != 1.0 or one.parts > OF_A_DRAW:
        mean = one.people * land.counties[one.county].opportunity_rate * background * constants.headroom
        return poisson(land.seed, one.entity, 0, month.index, OPPORTUNITY_COUNT, mean)
    u, count = draw(land.seed, one.entity, 0, month.index, OPPORTUNITY_COUNT), int64(0)
    for part in range(one.parts):
        if u[part] < one.up_to_near:
            count += poisson_from(u[part], one.no_opportunity, one.part_mean)
        else:
            count += poisson_onward(u[part], one.near, one.near_chance, one.up_to_near, one.part_mean)
    return count


@block
def _opportunity_counts(first: int, last: int, land: Land, constants: Constants, month: Month, book: Book) -> Array:
    """Draw and count the opportunities of each cell from ``first`` to ``last``."""
    land, month, book = unowned(land), unowned(month), unowned(book)
    counts = np.empty(last - first, dtype=np.int64)
    for cell in range(first, last):
        counts[cell - first] = _opportunities(cell, land, constants, month)
        book.opportunities[land.cells[cell].county] += counts[cell - first]
    return counts


@helper
def _greatest_propensity(constants: Constants) -> float:
    """Return the propensity of those who offend most readily."""
    propensity = 0.0
    for status in range(constants.propensity.shape[0]):
        for family in range(constants.propensity.shape[1]):
            propensity = max(propensity, constants.propensity[status, family])
    return propensity


@helper
def _most_ready(county: int, propensity: float, month: Month) -> float:
    """Return a bound on the readiness of people of a propensity to take an opportunity, at a guardianship of 1."""
    factor, impunity = 1.0, month.counties[county].impunity  # 1 against an organization
    for crime in range(impunity.shape[1]):
        community = max(impunity[HISPANIC, crime], impunity[OTHER_NONCITIZEN, crime])
        factor = max(factor, max(community, impunity[OTHER, crime]))
    return intensity(propensity, 1.0, factor, 1.0) * ROUNDED_UP


@block
def _worth_a_look(
    first: int, last: int, land: Land, constants: Constants, month: Month, book: Book
) -> tuple[int, Array]:
    """Draw the opportunities of cells ``first`` to ``last`` and keep those that somebody might take.

    Returns their number and, of each ``INCIDENT``, cell, number in its cell and the uniform that decides.
    """
    land, month, book = unowned(land), unowned(month), unowned(book)
    counts = _opportunity_counts(first, last, land, constants, month, book)
    room = counts.sum() + DECISIONS
    met = np.empty(room, INCIDENT)
    n, county, most, headroom = 0, -1, 0.0, constants.headroom
    propensity = _greatest_propensity(constants)
    for cell in range(first, last):
        entity, count = land.cells[cell].entity, counts[cell - first]
        if count > 0 and land.cells[cell].county != county:
            county = land.cells[cell].county
            most = _most_ready(county, propensity, month)
        bound = most * month.guardianship[cell]
        for start in range(0, count, DECISIONS):
            u = choices(land.seed, entity, start // DECISIONS, month.index, DECIDE)
            for lane in range(DECISIONS):
                if start + lane == count:
                    break
                one = met[index(n)]
                one.cell, one.number, one.decides = cell, start + lane, u[lane]
                n += 1 if is_taken(u[lane], headroom, bound) else 0
    return n, met


@block
def luck_of(n: int, met: Array, purpose: int, land: Land, month: Month) -> Array:
    """Return eight uniforms for each opportunity, as 32-bit words, 8 x n: see ``sim.words.luck``."""
    met, bare = unowned(met), unowned(land)
    low, high, numbers = np.empty(n, np.uint32), np.empty(n, np.uint32), np.empty(n, np.uint32)
    for i in range(n):
        entity = bare.cells[met[i].cell].entity
        low[i], high[i], numbers[i] = entity, entity >> 32, met[i].number
    return words_of_many(land.seed, low, high, numbers, month.index, purpose)


@block
def _choose_targets(n: int, met: Array, luck: Array, land: Land, constants: Constants, month: Month) -> None:
    """Choose crime type, target group and target slot of opportunities; no slot, -1, where it is an organization."""
    met, land, month = unowned(met), unowned(land), unowned(month)
    for i in range(n):
        one = met[i]
        cell = one.cell
        county = land.cells[cell].county
        crime = _crime_type(uniform_of(luck[WHAT, i]), month.counties[county].types)
        place = uniform_of(luck[WHOM, i]) * land.cells[cell].people
        anyone = int(place)
        group, within = group_at(land.cells[cell].place, anyone)
        target = land.cells[cell].low[group] + within
        family = constants.family[crime]
        again = victim_again(place - anyone, uniform_of(luck[AGAIN, i]), group, family, county, land)
        unit = UNIT[family]
        same = land.counties[county].low[group] + again * unit + (within & (unit - 1))
        target = same if again >= 0 else target  # no branch that the processor cannot foresee
        organization = choose(uniform_of(luck[BUSINESS, i]), land.counties[county].organization[crime])
        one.crime, one.group = crime, ORGANIZATION if organization else group
        one.target = -1 if organization else target


@block
def _seek_offenders(n: int, met: Array, luck: Array, land: Land, state: State, constants: Constants) -> None:
    """Find the entry of the rosters of likely offenders that each opportunity meets; ask for memory needed next."""
    met, land, state = unowned(met), unowned(land), unowned(state)
    likely, often, offend_often = constants.likely_share, constants.frequent_share, constants.frequent_offending
    for i in range(n):
        one = met[i]
        cell, group = one.cell, int64(one.group)
        own = group < ORGANIZATION and choose(uniform_of(luck[OWN_GROUP, i]), constants.own_group[group])
        home, where, ways = cell, uniform_of(luck[WHERE, i]), land.cells[cell].neighbours
        if choose(uniform_of(luck[TRAVELS, i]), constants.travel_share) and ways > 0:
            way = int(where * ways)
            where = where * ways - way
            home = land.neighbour[index(land.cells[cell].neighbour_first + way)]
        if not own:
            group = group_at(land.cells[home].place, int(where * land.cells[home].people))[0]
        near = land.cells[home].pool[group]
        pool = index(near if near >= 0 else land.cells[cell].pool[group])
        mass = likely_mass(land.pools[pool].size, likely)
        entry = roster_entry(uniform_of(luck[WHO, i]), mass, often, offend_often)
        one.offender = land.pools[pool].roster + entry
        prefetch(state.roster, one.offender)
        prefetch(state.person, one.target)


@block
def _look_up(n: int, met: Array, state: State) -> None:
    """Look up targets and offenders; opportunities whose target is absent or whose offender is in jail lapse."""
    met, state = unowned(met), unowned(state)
    for i in range(n):
        met[i].offender = state.roster[index(met[i].offender)]
        prefetch(state.person, met[i].offender)
    for i in range(n):
        one = met[i]
        anybody, person = state.person[index(max(0, one.target))], state.person[index(max(0, one.offender))]
        victim = int64(FREE) if one.target < 0 else int64(anybody)
        one.target_person, one.offender_person = victim, person
        one.decides = LAPSED if custody_of(victim) != FREE or custody_of(person) == JAILED else one.decides


@block
def opportunity(
    first: int, last: int, land: Land, state: State, constants: Constants, month: Month, book: Book
) -> tuple[int, Array]:
    """Phase 3: targets, likely offenders and places meet in cells ``first`` to ``last``.

    Returns the opportunities that somebody might take, each an ``INCIDENT``, and their number.
    """
    n, met = _worth_a_look(first, last, land, constants, month, book)
    luck = luck_of(n, met, OPPORTUNITY, land, month)
    _choose_targets(n, met, luck, land, constants, month)
    _seek_offenders(n, met, luck, land, state, constants)
    _look_up(n, met, state)
    return n, met


@helper
def _deterrence_for(person: int, slot: int, county: int, land: Land, constants: Constants, month: Month) -> float:
    """Return the deterrence factor of an offender: 1 for those whom ICE could not remove."""
    if month.counties[county].deterrence == 1.0:
        return 1.0
    status = status_of(person)
    level = LEVEL_NONE
    if status == LAWFUL:
        home, group = home_of(slot, land)
        level = record_of(person, group, home, entity_at(slot, home, land), land, constants)
    return month.counties[county].deterrence if is_removable(status, level) else 1.0


@helper
def _weigh(
    balance: Array, family: int, would: bool, gone: bool, released: int, without: bool, undeterred: bool
) -> None:
    """Count what removal, belief in impunity and deterrence changed, and offences after a declined detainer."""
    taken, left = would and not gone, not would and not gone
    balance[PREVENTED_BY_REMOVAL, family] += int64(would and gone)
    balance[ADDED_BY_IMPUNITY, family] += int64(taken and not without) - int64(left and without)
    balance[PREVENTED_BY_DETERRENCE, family] += int64(left and undeterred)
    balance[AFTER_DECLINED_DETAINER, family] += int64(taken and released == 1)


@block
def offending(n: int, met: Array, land: Land, constants: Constants, month: Month, book: Book) -> int:
    """Phase 4: offenders take opportunities or not; the crimes are moved to the front and their number returned.

    Also counts what would have happened but for removal, deterrence and belief in impunity.
    """
    met, land, month, book = unowned(met), unowned(land), unowned(month), unowned(book)
    kept, headroom = 0, constants.headroom
    for i in range(n):
        one = met[i]
        cell, crime, group, person, u = one.cell, one.crime, one.group, int64(one.offender_person), one.decides
        county = land.cells[cell].county
        family = index(constants.family[crime])
        gone = custody_of(person) >= ICE_CUSTODY
        propensity = constants.propensity[status_of(person), family]
        guard, factor = month.guardianship[cell], month.counties[county].impunity[group, crime]
        deterred = 1.0 if gone else _deterrence_for(person, one.offender, county, land, constants, month)
        readiness = intensity(propensity, guard, factor, deterred)
        would = is_taken(u, headroom, readiness)
        without = is_taken(u, headroom, intensity(propensity, guard, 1.0, deterred))
        undeterred = is_taken(u, headroom, intensity(propensity, guard, factor, 1.0))
        released = was_declined(person)
        if (gone or released == 1 or would != without or would != undeterred) and constants.is_index[crime] == 1:
            _weigh(book.balance[county], family, would, gone, released, without, undeterred)
        if readiness > headroom and u != LAPSED:
            book.clipped[county] += 1
        taken = int64(would and not gone)  # no branch that the processor cannot foresee
        book.crime[county, crime, group, TRUE] += taken
        if group < ORGANIZATION:
            book.people[county, group, status_of(one.target_person), INCIDENTS] += taken
        met[index(kept)] = one
        kept += taken
    return kept
