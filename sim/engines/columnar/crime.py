"""Phases 3 and 4 of the columnar engine: opportunities, and whether they are taken.

Each phase is a few short loops over the incidents of a batch of cells: draws, then choices, then what lies in memory,
so that the processor never waits for one thing at a time. An incident that goes no further is dropped from the arrays,
so cost follows events.
"""

from __future__ import annotations

import math

import numpy as np

from sim.engines.columnar.people import group_at, record_of
from sim.engines.columnar.records import Array, Book, Incidents, Land, Month, State, entity_at, home_of, keep_in_front
from sim.engines.columnar.repeats import UNIT, victim_again
from sim.numerics.compiled import block, helper, int64, prefetch, unowned
from sim.numerics.draws import Purpose, draw, poisson
from sim.rules.booking import is_removable
from sim.rules.offending import offending_probability
from sim.rules.opportunity import (
    choose,
    likely_mass,
    rest_of_choice,
    roster_entry,
)
from sim.words.codes import (
    ADDED_BY_IMPUNITY,
    AFTER_DECLINED_DETAINER,
    FREE,
    ICE_CUSTODY,
    INCIDENTS,
    JAILED,
    LAWFUL,
    LEVEL_NONE,
    ORGANIZATION,
    PREVENTED_BY_DETERRENCE,
    PREVENTED_BY_REMOVAL,
    TRUE,
)
from sim.world.constants import Constants
from sim.world.person import custody_of, status_of, was_declined

OPPORTUNITY_COUNT, DECIDE = int(Purpose.OPPORTUNITY_COUNT), int(Purpose.DECIDE)
OPPORTUNITY = int(Purpose.OPPORTUNITY)
LAPSED = math.inf
"""The uniform that decides where nobody can: no probability is above it."""
ROUNDED_UP = 1.0 + 2.0**-40
"""Keeps a bound above every probability it bounds, however the factors are rounded."""


@helper
def _crime_type(u: float, cumulative: Array) -> tuple[int, float]:
    """Return the crime type at ``u`` and the uniform left over."""
    crime = 0
    last = len(cumulative) - 1
    for later in range(last):
        crime += 1 if u >= cumulative[later] else 0
    below = cumulative[crime - 1] if crime > 0 else 0.0
    return crime, (u - below) / ((cumulative[crime] if crime < last else 1.0) - below)


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
    factor, impunity = 1.0, month.counties[county].impunity
    for group in range(impunity.shape[0]):
        for crime in range(impunity.shape[1]):
            factor = max(factor, impunity[group, crime])
    propensity = 0.0
    for status in range(constants.propensity.shape[0]):
        for family in range(constants.propensity.shape[1]):
            propensity = max(propensity, constants.propensity[status, family])
    return offending_probability(constants.headroom, propensity, month.guardianship[cell], factor, 1.0) * ROUNDED_UP


@block
def _worth_a_look(
    first: int, last: int, land: Land, constants: Constants, month: Month, book: Book
) -> tuple[int, Array, Array, Array]:
    """Draw the opportunities of cells ``first`` to ``last`` and keep those that somebody might take.

    Returns their number and, for each, cell, number in its cell and the uniform that decides.
    """
    land, month, book = unowned(land), unowned(month), unowned(book)
    counts = _opportunity_counts(first, last, land, constants, month, book)
    room = counts.sum() + 4
    cells, numbers, decides = np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(room)
    n = 0
    for cell in range(first, last):
        entity, count = land.cells[cell].entity, counts[cell - first]
        bound = _most_likely(cell, land.cells[cell].county, constants, month)
        for start in range(0, count, 4):
            u = draw(land.seed, entity, start >> 2, month.index, DECIDE)
            for lane in range(4):
                cells[n], numbers[n], decides[n] = cell, start + lane, u[lane]
                n += 1 if u[lane] < bound and start + lane < count else 0
    return n, cells, numbers, decides


@block
def _circumstances(n: int, cells: Array, numbers: Array, land: Land, month: Month) -> tuple[Array, Array, Array, Array]:
    """Return four uniforms for each opportunity: what crime, against whom, by whom, and who would call the police."""
    land, month = unowned(land), unowned(month)
    what, whom, who, calls = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        u = draw(land.seed, land.cells[cells[i]].entity, numbers[i], month.index, OPPORTUNITY)
        what[i], whom[i], who[i], calls[i] = u[0], u[1], u[2], u[3]
    return what, whom, who, calls


@block
def _choose_targets(
    n: int, cells: Array, what: Array, whom: Array, land: Land, constants: Constants, month: Month
) -> tuple[Array, Array, Array]:
    """Return crime type, target group and target slot of opportunities; no slot, -1, where it is an organization."""
    land, month = unowned(land), unowned(month)
    crimes, groups, targets = np.empty(n, np.uint8), np.empty(n, np.uint8), np.empty(n, np.int32)
    for i in range(n):
        cell = cells[i]
        county = land.cells[cell].county
        crime, rest = _crime_type(what[i], month.counties[county].types)
        place = whom[i] * land.cells[cell].people
        anyone = int(place)
        group, within = group_at(land.cells[cell].size, anyone)
        target = land.cells[cell].low[group] + within
        family = constants.family[crime]
        again = victim_again(place - anyone, group, family, county, land)
        if again >= 0:
            unit = UNIT[family]
            target = land.counties[county].low[group] + again * unit + (within & (unit - 1))
        organization = choose(rest, land.counties[county].organization[crime])
        crimes[i], groups[i], targets[i] = (
            crime,
            ORGANIZATION if organization else group,
            -1 if organization else target,
        )
    return crimes, groups, targets


@block
def _seek_offenders(n: int, met: Incidents, who: Array, land: Land, state: State, constants: Constants) -> None:
    """Find the entry of the rosters of likely offenders that each opportunity meets; ask for memory needed next."""
    met, land, state = unowned(met), unowned(land), unowned(state)
    cells, groups, targets, entries = met.cell, met.group, met.target, met.offender
    for i in range(n):
        cell, group, u = cells[i], int64(groups[i]), who[i]
        own = False
        if group < ORGANIZATION:
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
        prefetch(state.person, targets[i])


@block
def _look_up(n: int, met: Incidents, state: State) -> None:
    """Look up targets and offenders; opportunities whose target is absent or whose offender is in jail lapse."""
    met, state = unowned(met), unowned(state)
    targets, offenders = met.target, met.offender
    for i in range(n):
        offenders[i] = state.roster[offenders[i]]
        prefetch(state.person, max(0, offenders[i]))
    for i in range(n):
        target, offender = targets[i], offenders[i]
        anybody, person = int64(state.person[max(0, target)]), int64(state.person[max(0, offender)])
        victim = int64(FREE) if target < 0 else anybody
        met.target_person[i], met.offender_person[i] = victim, person
        met.decides[i] = LAPSED if custody_of(victim) != FREE or custody_of(person) == JAILED else met.decides[i]


@block
def opportunity(
    first: int, last: int, land: Land, state: State, constants: Constants, month: Month, book: Book
) -> tuple[int, Incidents]:
    """Phase 3: targets, likely offenders and places meet in cells ``first`` to ``last``.

    Returns the opportunities that somebody might take, and their number.
    """
    n, cells, numbers, decides = _worth_a_look(first, last, land, constants, month, book)
    what, whom, who, calls = _circumstances(n, cells, numbers, land, month)
    crimes, groups, targets = _choose_targets(n, cells, what, whom, land, constants, month)
    offenders, target_persons, offender_persons = np.empty(n, np.int64), np.empty(n, np.uint16), np.empty(n, np.uint16)
    met = Incidents(
        cells, numbers, crimes, groups, targets, offenders, decides, calls, target_persons, offender_persons
    )
    _seek_offenders(n, met, who, land, state, constants)
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
        level = record_of(person, group, entity_at(slot, home, land), land.world_seed, constants)
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
def offending(n: int, met: Incidents, land: Land, constants: Constants, month: Month, book: Book) -> int:
    """Phase 4: offenders take opportunities or not; the crimes are moved to the front and their number returned.

    Also counts what would have happened but for removal, deterrence and belief in impunity.
    """
    met, land, month, book = unowned(met), unowned(land), unowned(month), unowned(book)
    cells, crimes, groups, offenders = met.cell, met.crime, met.group, met.offender
    decides, target_persons, offender_persons = met.decides, met.target_person, met.offender_person
    kept = 0
    for i in range(n):
        cell, crime, group, person, u = cells[i], crimes[i], groups[i], int64(offender_persons[i]), decides[i]
        county = land.cells[cell].county
        family = constants.family[crime]
        gone = custody_of(person) >= ICE_CUSTODY
        propensity = constants.propensity[status_of(person), family]
        guard, factor = month.guardianship[cell], month.counties[county].impunity[group, crime]
        deterred = 1.0 if gone else _deterrence_for(person, offenders[i], county, land, constants, month)
        probability = offending_probability(constants.headroom, propensity, guard, factor, deterred)
        would = u < probability
        without = u < offending_probability(constants.headroom, propensity, guard, 1.0, deterred)
        undeterred = u < offending_probability(constants.headroom, propensity, guard, factor, 1.0)
        released = was_declined(person)
        if (gone or released == 1 or would != without or would != undeterred) and constants.is_index[crime] == 1:
            _weigh(book.balance[county], family, would, gone, released, without, undeterred)
        if probability > 1.0 and u != LAPSED:
            book.clipped[county] += 1
        if not would or gone:
            continue
        book.crime[county, crime, group, TRUE] += 1
        if group < ORGANIZATION:
            book.people[county, group, status_of(target_persons[i]), INCIDENTS] += 1
        keep_in_front(met, i, kept)
        kept += 1
    return kept
