"""Phases 3 to 8 of the columnar engine: everything that reads only start-of-month state, block by block of cells.

Each phase is one loop over the incidents of a batch of cells; an incident that goes no further is dropped from the
arrays, so cost follows events. What other phases need later is pushed onto lists.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import block, helper, int64, unowned
from sim.constants import Constants
from sim.draws import Purpose, draw, entity_of, poisson
from sim.person import bit_of, custody_of, departed_status, generation_of, is_tied, status_of
from sim.rules.arrest import street_arrest_mean, street_charge
from sim.rules.booking import is_removable, prior_felonies, prior_misdemeanors, record_level
from sim.rules.clearance import clearance_probability, risk_units, witness_help
from sim.rules.offending import offending_probability
from sim.rules.opportunity import choose, likely_mass, rest_of_choice, roster_entry, target_index
from sim.rules.reporting import is_recorded, own_fear, somebody_reports, trust, willing_to_report
from sim.rules.survey import is_panel_member, next_interview, rotation

OPPORTUNITY_COUNT, OPPORTUNITY = int(Purpose.OPPORTUNITY_COUNT), int(Purpose.OPPORTUNITY)
REPORT, SOLVE = int(Purpose.REPORT), int(Purpose.SOLVE)
STREET_COUNT, STREET_ARREST, RECORD = int(Purpose.STREET_COUNT), int(Purpose.STREET_ARREST), int(Purpose.RECORD)
TRUE, REPORTED, RECORDED, CLEARED = 0, 1, 2, 3
INCIDENTS, REPORTED_BY_STATUS = 4, 5
REMOVAL, DETERRENCE, IMPUNITY, DECLINED = 0, 1, 2, 3
ORGANIZATION = 3
SLOT_BITS, CHARGE_BITS = 20, 16
BATCH_AGENTS = 100_000

Array = npt.NDArray[Any]


COUNTY = np.dtype(
    [
        ("code", np.int64),
        ("base", np.int64),  # first slot
        ("people", np.int64),
        ("low", np.int64, (3,)),  # first slot of each group
        ("size", np.int64, (3,)),
        ("community", np.int64),  # number of the first community member in the world
        ("community_people", np.int64),
        ("cell_first", np.int64),
        ("cell_end", np.int64),
        ("types", np.float64, (8,)),  # cumulative shares of crime types
        ("organization", np.float64, (8,)),
        ("opportunity_rate", np.float64),
        ("street_rate", np.float64),
    ],
    align=True,
)
CELL = np.dtype(
    [
        ("entity", np.int64),
        ("low", np.int64, (3,)),
        ("size", np.int64, (3,)),
        ("people", np.int64),
        ("pool", np.int64, (3,)),
        ("county", np.int64),
        ("neighbour_first", np.int64),
        ("neighbours", np.int64),
    ],
    align=True,
)
POOL = np.dtype([("low", np.int64), ("size", np.int64), ("roster", np.int64), ("entries", np.int64)], align=True)
CONDITION = np.dtype(
    [
        ("fear", np.float64),
        ("background", np.float64),
        ("deterrence", np.float64),
        ("capacity", np.float64),
        ("street_rise", np.float64),
        ("impunity", np.float64, (3, 8)),
    ],
    align=True,
)


class Land(NamedTuple):
    """What does not change, as tables of records: see ``people.World``."""

    seed: int
    world_seed: int
    counties: Array  # COUNTY
    cells: Array  # CELL
    pools: Array  # POOL
    neighbour: Array
    county_base: Array  # K+1: first slot of each county
    pool_low: Array  # P: first slot of each pool


class State(NamedTuple):
    """What changes from month to month, for each person."""

    person: Array
    fear_steps: Array
    fear_month: Array
    roster: Array


class Month(NamedTuple):
    """What holds in the counties (and cells) when the month begins."""

    index: int  # type: ignore[assignment]
    counties: Array  # CONDITION
    guardianship: Array  # by cell


class Book(NamedTuple):
    """The month's counts, all whole numbers."""

    crime: Array
    people: Array
    risk: Array
    balance: Array
    cell_recorded: Array
    opportunities: Array
    clipped: Array


@helper
def pushed(buffer: Array, size: int, value: int) -> Array:
    """Return ``buffer`` with ``value`` at place ``size``, grown where it was full."""
    if size == len(buffer):
        larger = np.empty(2 * size + 16, dtype=np.int64)
        larger[:size] = buffer
        buffer = larger
    buffer[size] = value
    return buffer


@helper
def tie_of(slot: int, group: int, low: int, size: int, person: Array) -> int:
    """Return a community member's tie to enforcement; a citizen's household is looked at."""
    status = status_of(person[slot])
    mixed = False
    if status == 0 and group == 0:
        first = low + (slot - low) // 4 * 4
        for other in range(first, min(first + 4, low + size)):
            if status_of(person[other]) != 0:
                mixed = True
    return is_tied(status, mixed)


@helper
def trust_of(slot: int, county: int, fear: float, month: int, land: Land, state: State, decay: Array) -> float:
    """Return the trust of a community member at the start of the month."""
    place = slot - land.counties[county].base + land.counties[county].community
    steps = int64(state.fear_steps[place])
    own = own_fear(steps, decay[month - int64(state.fear_month[place])])
    return trust(fear, own)


@helper
def sensitivity_and_trust(
    slot: int, county: int, group: int, month: Month, land: Land, state: State, constants: Constants
) -> tuple[float, float]:
    """Return how sensitive somebody is to lost trust, and their trust; (0, 1) outside the community."""
    if group == 2:
        return 0.0, 1.0
    low, size = land.counties[county].low[group], land.counties[county].size[group]
    sensitivity = constants.sensitivity[tie_of(slot, group, low, size, state.person)]
    if sensitivity == 0.0:
        return 0.0, 1.0
    fear = month.counties[county].fear
    return sensitivity, trust_of(slot, county, fear, month.index, land, state, constants.fear_decay)


@helper
def record_of(person: int, entity: int, world_seed: int, constants: Constants) -> int:
    """Return a person's level of criminal record: what they brought and what was added."""
    u = draw(world_seed, entity, 2 * generation_of(person), 0, RECORD)
    likely = bit_of(person, 15)
    felonies = prior_felonies(u[0], constants.prior_felony[likely], constants.prior_repeat)
    aggravated = bit_of(person, 8)
    if felonies > 0 and u[2] < constants.prior_aggravated:
        aggravated = 1
    misdemeanors = prior_misdemeanors(u[1], constants.prior_misdemeanor[likely], constants.prior_repeat)
    return record_level(felonies + ((int64(person) >> 4) & 3), misdemeanors + ((int64(person) >> 6) & 3), aggravated)


@helper
def _group_at(sizes: Array, place: int) -> tuple[int, int]:
    """Return the group and the place within it of the ``place``-th person of a cell."""
    for group in range(2):
        if place < sizes[group]:
            return group, place
        place -= sizes[group]
    return 2, place


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
        offender_group = _group_at(land.cells[home].size, place)[0]
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
                group, place = _group_at(land.cells[cell].size, place)
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
            book.balance[county, DECLINED, family] += 1
        book.crime[county, crime, group, TRUE] += 1
        if group < 3:
            book.people[county, group, status_of(state.person[targets[i]]), INCIDENTS] += 1
        cells[kept], numbers[kept], crimes[kept], groups[kept] = cell, numbers[i], crime, group
        targets[kept], offenders[kept] = targets[i], offender
        kept += 1
    return kept


@helper
def _third_party(
    u: float,
    cell: int,
    county: int,
    group: int,
    crime: int,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
) -> tuple[float, int]:
    """Return the chance that a third party of the target's group in the cell calls the police, and their status."""
    bystander = land.cells[cell].low[group] + int(u * land.cells[cell].size[group])
    sensitivity, now = sensitivity_and_trust(bystander, county, group, month, land, state, constants)
    status = status_of(state.person[bystander])
    return willing_to_report(constants.third_log_odds[crime], constants.offset[status], sensitivity, now), status


@block
def reporting(
    n: int, met: Any, solve: Array, land: Land, state: State, constants: Constants, month: Month, book: Book
) -> tuple[Array, Array, Array, Array]:
    """Phase 5: who calls the police.

    Returns for each crime whether it was reported (2 where the victim called), the chance that it was, the same at full
    trust, and the uniform that recording will use.
    """
    _, cells, numbers, crimes, groups, targets, _, _ = met
    reported = np.zeros(n, dtype=np.int8)
    chance, full, recording_uniform = np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        cell, crime, group = cells[i], crimes[i], groups[i]
        county = land.cells[cell].county
        entity = land.cells[cell].entity
        u = draw(land.seed, entity, numbers[i], month.index, REPORT)
        recording_uniform[i] = u[3]
        if group == ORGANIZATION:
            chance[i] = constants.organization_reports[crime]
            full[i] = chance[i]
            reported[i] = 1 if u[0] < chance[i] else 0
        else:
            status = status_of(state.person[targets[i]])
            sensitivity, now = sensitivity_and_trust(targets[i], county, group, month, land, state, constants)
            victim = willing_to_report(constants.victim_log_odds[crime], constants.offset[status], sensitivity, now)
            third, bystander_status = _third_party(
                solve[i, 1], cell, county, group, crime, land, state, constants, month
            )
            officer = constants.officer[crime]
            chance[i] = somebody_reports(victim, third, officer)
            full[i] = constants.full_trust_union[crime, status, bystander_status]
            if u[0] < victim:
                reported[i] = 2
            elif u[1] < third or u[2] < officer:
                reported[i] = 1
            if reported[i] > 0:
                book.people[county, group, status, REPORTED_BY_STATUS] += 1
        if reported[i] > 0:
            book.crime[county, crime, group, REPORTED] += 1
    return reported, chance, full, recording_uniform


@block
def recording(
    n: int, met: Any, reported: Array, uniforms: Array, land: Land, constants: Constants, book: Book
) -> Array:
    """Phase 6: police record a report or not; returns one flag a crime."""
    _, cells, _, crimes, groups, _, _, _ = met
    recorded = np.zeros(n, dtype=np.int8)
    for i in range(n):
        if reported[i] > 0 and is_recorded(uniforms[i], constants.recording[crimes[i]]):
            recorded[i] = 1
            book.crime[land.cells[cells[i]].county, crimes[i], groups[i], RECORDED] += 1
            book.cell_recorded[cells[i]] += 1
    return recorded


@block
def clearance(
    n: int,
    met: Any,
    solve: Array,
    reported: Array,
    recorded: Array,
    chance: Array,
    full: Array,
    land: Land,
    state: State,
    constants: Constants,
    month: Month,
    book: Book,
    out: Any,
) -> tuple[Array, int, Array, int]:
    """Phase 7: recorded crimes are solved by arrest, with the help of a witness; every crime adds to believed risk.

    Pushes arrests and, where a victim's report led to one, who is reassured; returns the lists.
    """
    _, cells, _, crimes, groups, targets, offenders, _ = met
    arrests, arrested, calmed, reassured = out
    for i in range(n):
        cell, crime, group = cells[i], crimes[i], groups[i]
        county = land.cells[cell].county
        people = land.cells[cell].people
        witness_group, place = _group_at(land.cells[cell].size, int(solve[i, 2] * people))
        witness = land.cells[cell].low[witness_group] + place
        sensitivity, now = sensitivity_and_trust(witness, county, witness_group, month, land, state, constants)
        base, capacity = constants.clearance[crime], month.counties[county].capacity
        solved = clearance_probability(base, capacity, witness_help(constants.witness_weight, sensitivity, now))
        if group < 3:
            family, share = constants.family[crime], constants.recording[crime]
            book.risk[county, group, family, 0] += risk_units(chance[i], share, solved)
            book.risk[county, group, family, 1] += risk_units(
                full[i], share, clearance_probability(base, capacity, 1.0)
            )
        if recorded[i] == 1 and solve[i, 0] < solved:
            book.crime[county, crime, group, CLEARED] += 1
            charge = constants.charge_of_crime[crime]
            arrests = pushed(arrests, arrested, arrest_of(offenders[i], charge, county))
            arrested += 1
            if reported[i] == 2 and group < 2:
                calmed = pushed(calmed, reassured, int64(targets[i]))
                reassured += 1
    return arrests, arrested, calmed, reassured


@helper
def arrest_of(slot: int, charge: int, county: int) -> int:
    """Return an arrest packed so that sorting puts a person's gravest charge first."""
    return (int64(slot) << 20) | (int64(charge) << 16) | int64(county)


@block
def told_to_survey(
    n: int, met: Any, solve: Array, land: Land, constants: Constants, month: Month, told: Array, size: int
) -> tuple[Array, int]:
    """Push the crimes that panel members will tell of: slot, crime type and months until the interview."""
    _, cells, _, crimes, groups, targets, _, _ = met
    for i in range(n):
        if groups[i] == ORGANIZATION or solve[i, 3] >= constants.capture[crimes[i]]:
            continue
        county = land.cells[cells[i]].county
        index = targets[i] - land.counties[county].base
        if not is_panel_member(land.counties[county].code, index, constants.panel_width):
            continue
        wait = (
            next_interview(month.index, rotation(land.counties[county].code, index, constants.panel_width))
            - month.index
        )
        told = pushed(told, size, (int64(targets[i]) << 8) | (int64(crimes[i]) << 4) | wait)
        size += 1
    return told, size


@block
def street_arrest(
    first: int, last: int, land: Land, state: State, constants: Constants, month: Month, arrests: Array, arrested: int
) -> tuple[Array, int]:
    """Phase 8: arrests for minor offences, found as offending finds people or anywhere."""
    for cell in range(first, last):
        county = land.cells[cell].county
        entity = land.cells[cell].entity
        for group in range(3):
            people = land.cells[cell].size[group]
            rise = month.counties[county].street_rise if group < 2 else 1.0
            mean = street_arrest_mean(people, land.counties[county].street_rate, constants.stop_ratio[group], rise)
            pool = land.cells[cell].pool[group]
            for number in range(poisson(land.seed, entity, group, month.index, STREET_COUNT, mean)):
                place = (int64(group) << 32) | int64(number)
                u = draw(land.seed, entity, place, month.index, STREET_ARREST)
                if choose(u[0], constants.offender_link):
                    mass = likely_mass(land.pools[pool].size, constants.likely_share)
                    entry = roster_entry(u[1], mass, constants.frequent_share, constants.frequent_offending)
                    slot = int64(state.roster[land.pools[pool].roster + entry])
                else:
                    slot = int64(land.cells[cell].low[group] + int(u[1] * people))
                if slot >= 0 and custody_of(state.person[slot]) == 0:
                    charge = street_charge(u[2], constants.street_felony_share)
                    arrests = pushed(arrests, arrested, arrest_of(slot, charge, county))
                    arrested += 1
    return arrests, arrested


@block
def _solve_draws(n: int, met: Any, land: Land, month: Month) -> Array:
    """Return the uniforms of solving each crime: clearance, third party, witness, survey."""
    _, cells, numbers, _, _, _, _, _ = met
    solve = np.empty((n, 4))
    for i in range(n):
        u = draw(land.seed, land.cells[cells[i]].entity, numbers[i], month.index, SOLVE)
        solve[i, 0], solve[i, 1], solve[i, 2], solve[i, 3] = u[0], u[1], u[2], u[3]
    return solve


@block
def _batch_end(cell: int, last: int, cells: Array) -> int:
    """Return the end of a batch of cells that starts at ``cell`` and holds some hundred thousand people."""
    people = 0
    while cell < last and people < BATCH_AGENTS:
        people += cells[cell].people
        cell += 1
    return cell


@block
def run_block(
    first_county: int, last_county: int, land: Land, state: State, table: Array, month: Month, book: Book
) -> tuple[Array, Array, Array]:
    """Run phases 3 to 8 for a range of counties; returns arrests, people reassured, and what the survey will hear."""
    constants = table[0]
    land, state = unowned(land), unowned(state)
    month, book = unowned(month), unowned(book)
    arrests, calmed, told = np.empty(64, np.int64), np.empty(16, np.int64), np.empty(16, np.int64)
    arrested, reassured, heard = int64(0), int64(0), int64(0)
    cell, last = land.counties[first_county].cell_first, land.counties[last_county - 1].cell_end
    while cell < last:
        end = _batch_end(cell, last, land.cells)
        met = opportunity(cell, end, land, state, constants, month, book)
        crimes = offending(met[0], met, land, state, constants, month, book)
        solve = _solve_draws(crimes, met, land, month)
        reported, chance, full, uniforms = reporting(crimes, met, solve, land, state, constants, month, book)
        recorded = recording(crimes, met, reported, uniforms, land, constants, book)
        out = (arrests, arrested, calmed, reassured)
        arrests, arrested, calmed, reassured = clearance(
            crimes, met, solve, reported, recorded, chance, full, land, state, constants, month, book, out
        )
        told, heard = told_to_survey(crimes, met, solve, land, constants, month, told, heard)
        arrests, arrested = street_arrest(cell, end, land, state, constants, month, arrests, arrested)
        cell = end
    return arrests[:arrested], calmed[:reassured], told[:heard]
