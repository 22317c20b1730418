"""Phases 5 to 8 of the columnar engine: who reports, what police record and clear, and street arrests."""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.crime import luck_of
from sim.engines.columnar.people import group_at, prefetch_fear, sensitivity_and_trust
from sim.engines.columnar.records import (
    Array,
    Book,
    Land,
    Month,
    Reports,
    State,
    arrest_of,
    index,
)
from sim.numerics.compiled import block, helper, int64, prefetch, unowned
from sim.numerics.draws import Purpose, choices, draw, poisson_at, poisson_from, uniform_of
from sim.rules.arrest import street_arrest_mean, street_charge
from sim.rules.clearance import clearance_probability, risk_units, witness_help
from sim.rules.opportunity import choose, likely_mass, roster_entry
from sim.rules.reporting import (
    NOBODY,
    VICTIM,
    first_caller,
    is_recorded,
    is_treated_in_hospital,
    somebody_reports,
    willing_to_report,
)
from sim.words.codes import (
    CITIZEN,
    CLEARED,
    FREE,
    GROUP_COUNT,
    HOSPITAL_BOOK,
    ORGANIZATION,
    OTHER,
    RECORDED,
    REPORTED,
    REPORTED_BY_STATUS,
    REPORTED_BY_VICTIM,
)
from sim.words.luck import CALLS, CHARGED, CLEARS, FOUND, LINKED, OF_A_STOP, RECORDS, STOPS, THIRD_PARTY, WITNESS
from sim.world.constants import Constants
from sim.world.person import custody_of, status_of

SOLVE, STREET_COUNT, STREET_ARREST = int(Purpose.SOLVE), int(Purpose.STREET_COUNT), int(Purpose.STREET_ARREST)


@block
def _bystanders(n: int, met: Array, luck: Array, land: Land, state: State) -> Array:
    """Return the slot of the third party of each crime against the community: of the target's group in the cell."""
    met, land, state = unowned(met), unowned(land), unowned(state)
    slots = np.empty(n, np.int32)
    for i in range(n):
        group = met[i].group
        if group < OTHER:
            cell = met[i].cell
            place = int(uniform_of(luck[THIRD_PARTY, i]) * land.cells[cell].size[group])
            slots[i] = land.cells[cell].low[group] + place
            prefetch(state.person, slots[i])
            prefetch_fear(met[i].target, land.cells[cell].county, land, state)
            prefetch_fear(slots[i], land.cells[cell].county, land, state)
    return slots


@helper
def _third_status(group: int, slot: int, state: State) -> int:
    """Return the status of a third party; outside the community all are citizens."""
    return status_of(state.person[index(slot)]) if group < OTHER else CITIZEN


@block
def reporting(n: int, met: Array, land: Land, state: State, constants: Constants, month: Month, book: Book) -> Reports:
    """Phase 5: who calls the police, and the chance that somebody did; nothing is recorded yet."""
    met, land, state, month, book = unowned(met), unowned(land), unowned(state), unowned(month), unowned(book)
    luck = luck_of(n, met, SOLVE, land, month)
    bystanders = _bystanders(n, met, luck, land, state)
    reported, recorded = np.empty(n, dtype=np.int8), np.zeros(n, dtype=np.int8)
    chance, full = np.empty(n), np.empty(n)
    for i in range(n):
        one = met[i]
        crime, group = int64(one.crime), int64(one.group)
        county = land.cells[one.cell].county
        status = status_of(one.target_person)
        if group == ORGANIZATION:
            victim, third, officer = constants.organization_reports[crime], 0.0, 0.0
            full[i] = victim
        else:
            other, officer = _third_status(group, bystanders[i], state), constants.officer[crime]
            victim, third = constants.victim_full_trust[crime, status], constants.third_full_trust[crime, other]
            sensitivity, now = sensitivity_and_trust(one.target, county, group, month, land, state, constants)
            if sensitivity > 0.0:
                log_odds, offset = constants.victim_log_odds[crime], constants.offset[status]
                victim = willing_to_report(log_odds, offset, sensitivity, now)
            sensitivity, now = sensitivity_and_trust(bystanders[i], county, group, month, land, state, constants)
            if sensitivity > 0.0:
                log_odds, offset = constants.third_log_odds[crime], constants.offset[other]
                third = willing_to_report(log_odds, offset, sensitivity, now)
            full[i] = constants.full_trust_union[crime, status, other]
        chance[i] = victim if group == ORGANIZATION else somebody_reports(victim, third, officer)
        caller = first_caller(uniform_of(luck[CALLS, i]), victim, third, officer)
        first = index(REPORTED_BY_VICTIM + max(caller, VICTIM) - VICTIM)
        told = int64(caller != NOBODY)  # no branch that the processor cannot foresee
        reported[i] = caller
        book.crime[county, crime, group, REPORTED] += told
        book.crime[county, crime, group, first] += told
        if group < ORGANIZATION:
            book.people[county, group, status, REPORTED_BY_STATUS] += told
    return Reports(luck, reported, chance, full, recorded)


@block
def recording(n: int, met: Array, reports: Reports, land: Land, constants: Constants, book: Book) -> None:
    """Phase 6: police record a report or not; hospitals treat who is hurt, whoever calls the police.

    What decides on a hospital is left of the uniform that chooses a witness: within a place it is uniform again.
    """
    met, reports, land, book = unowned(met), unowned(reports), unowned(land), unowned(book)
    reported, recorded, luck = reports.caller, reports.recorded, reports.luck
    for i in range(n):
        cell, crime, group = met[i].cell, met[i].crime, met[i].group
        by_police = is_recorded(uniform_of(luck[RECORDS, i]), constants.recording[crime])
        told = int64(reported[i] != NOBODY) & int64(by_police)
        recorded[i] = told
        place = uniform_of(luck[WITNESS, i]) * land.cells[cell].people
        treated = is_treated_in_hospital(place - int(place), constants.hospital[crime])
        county = land.cells[cell].county
        book.crime[county, crime, group, RECORDED] += told
        book.crime[county, crime, group, HOSPITAL_BOOK] += int64(treated) & int64(group != ORGANIZATION)
        book.cell_recorded[cell] += told


@block
def _witnesses(n: int, met: Array, luck: Array, land: Land, state: State) -> tuple[Array, Array]:
    """Return the witness of each crime, anybody of the cell: group and slot."""
    met, land, state = unowned(met), unowned(land), unowned(state)
    groups, slots = np.empty(n, np.int8), np.empty(n, np.int32)
    for i in range(n):
        cell = met[i].cell
        group, place = group_at(land.cells[cell].place, int(uniform_of(luck[WITNESS, i]) * land.cells[cell].people))
        groups[i], slots[i] = group, land.cells[cell].low[group] + place
        if group < OTHER:
            prefetch(state.person, slots[i])
            prefetch_fear(slots[i], land.cells[cell].county, land, state)
    return groups, slots


@block
def clearance(
    n: int, met: Array, reports: Reports, land: Land, state: State, constants: Constants, month: Month, book: Book
) -> tuple[Array, Array]:
    """Phase 7: recorded crimes are solved by arrest, with the help of a witness; every crime adds to believed risk.

    Returns arrests and, where a victim's report led to one, who is reassured.
    """
    met, land, state, month, book = unowned(met), unowned(land), unowned(state), unowned(month), unowned(book)
    reports = unowned(reports)
    luck, chance, full = reports.luck, reports.chance, reports.full_trust
    witness_groups, witnesses = _witnesses(n, met, luck, land, state)
    arrests, calmed = np.empty(n, np.int64), np.empty(n, np.int64)
    arrested, reassured = 0, 0
    for i in range(n):
        one = met[i]
        crime, group, county = int64(one.crime), int64(one.group), land.cells[one.cell].county
        base, capacity = constants.clearance[crime], month.counties[county].capacity
        usual = clearance_probability(base, capacity, 1.0)
        solved = usual
        if witness_groups[i] < OTHER:
            sensitivity, now = sensitivity_and_trust(
                witnesses[i], county, int64(witness_groups[i]), month, land, state, constants
            )
            helped = witness_help(constants.witness_weight, sensitivity, now)
            solved = clearance_probability(base, capacity, helped)
        if group < ORGANIZATION:
            family, share = index(constants.family[crime]), constants.recording[crime]
            book.risk[county, group, family, 0] += risk_units(chance[i], share, solved)
            book.risk[county, group, family, 1] += risk_units(full[i], share, usual)
        if reports.recorded[i] == 1 and choose(uniform_of(luck[CLEARS, i]), solved):
            book.crime[county, crime, group, CLEARED] += 1
            charge = constants.charge_of_crime[crime]
            arrests[index(arrested)] = arrest_of(one.offender, charge, county)
            arrested += 1
            if reports.caller[i] == VICTIM and group < OTHER:
                calmed[index(reassured)] = one.target
                reassured += 1
    return arrests[:arrested], calmed[:reassured]


@block
def _street_counts(
    first: int, last: int, land: Land, constants: Constants, month: Month
) -> tuple[Array, Array, Array, int]:
    """Draw the encounters that would end in an arrest for a minor offence.

    Returns cell, group and number of encounters where there are any, and how many in all.
    """
    land, month = unowned(land), unowned(month)
    room = GROUP_COUNT * (last - first)
    cells, groups, counts = np.empty(room, np.uint32), np.empty(room, np.uint8), np.empty(room, np.int64)
    n, total = 0, 0
    for cell in range(first, last):
        county, entity = land.cells[cell].county, land.cells[cell].entity
        u = draw(land.seed, entity, 0, month.index, STREET_COUNT)
        for group in range(GROUP_COUNT):
            people, nobody = land.cells[cell].size[group], land.cells[cell].no_stop[group]
            rise = month.counties[county].street_rise if group < OTHER else 1.0
            if rise == 1.0 and u[group] < nobody:
                continue
            mean = street_arrest_mean(people, land.counties[county].street_rate, constants.stop_ratio[group], rise)
            if rise == 1.0 and nobody >= 0.0:
                count = poisson_from(u[group], nobody, mean)
            else:
                count = poisson_at(u[group], land.seed, entity, 1 + group, month.index, STREET_COUNT, mean)
            place = index(n)
            cells[place], groups[place], counts[place] = cell, group, count
            n += 1 if count > 0 else 0
            total += count
    return cells[:n], groups[:n], counts[:n], total


@block
def _stops(
    first: int, last: int, land: Land, state: State, constants: Constants, month: Month
) -> tuple[Array, Array, Array]:
    """Draw street encounters; return for each its county, its charge and where the person is found.

    That is a slot, or ``~entry`` below 0 for an entry of the rosters of likely offenders.
    """
    land, state, month = unowned(land), unowned(state), unowned(month)
    cells, groups, counts, total = _street_counts(first, last, land, constants, month)
    n = 0
    counties, charges, found = np.empty(total, np.int32), np.empty(total, np.int8), np.empty(total, np.int64)
    likely, often, offend_often = constants.likely_share, constants.frequent_share, constants.frequent_offending
    for i in range(len(cells)):
        cell, group, count = cells[i], int64(groups[i]), counts[i]
        entity, pool = land.cells[cell].entity, index(land.cells[cell].pool[group])
        low, size = land.cells[cell].low[group], land.cells[cell].size[group]
        mass, roster = likely_mass(land.pools[pool].size, likely), land.pools[pool].roster
        for number in range(0, count, STOPS):
            u = choices(land.seed, entity, (group << 32) | (number // STOPS), month.index, STREET_ARREST)
            for first_word in range(0, OF_A_STOP * min(STOPS, count - number), OF_A_STOP):
                who, place = u[first_word + FOUND], index(n)
                linked = choose(u[first_word + LINKED], constants.offender_link)
                entry = roster + roster_entry(who, mass, often, offend_often)
                found[place] = ~entry if linked else int64(low + int(who * size))
                counties[place] = land.cells[cell].county
                charges[place] = street_charge(u[first_word + CHARGED], constants.street_felony_share)
                prefetch(state.roster, ~found[place])
                n += 1
    return counties, charges, found


@block
def street_arrest(first: int, last: int, land: Land, state: State, constants: Constants, month: Month) -> Array:
    """Phase 8: arrests for minor offences, of people found as offenders are or anywhere."""
    land, state, month = unowned(land), unowned(state), unowned(month)
    counties, charges, slots = _stops(first, last, land, state, constants, month)
    arrests = np.empty(len(slots), np.int64)
    for i in range(len(slots)):
        if slots[i] < 0:
            slots[i] = state.roster[index(~slots[i])]
        prefetch(state.person, slots[i])
    arrested = 0
    for i in range(len(slots)):
        arrests[index(arrested)] = arrest_of(slots[i], charges[i], counties[i])
        at_liberty = slots[i] >= 0 and custody_of(state.person[index(max(0, slots[i]))]) == FREE
        arrested += 1 if at_liberty else 0
    return arrests[:arrested]
