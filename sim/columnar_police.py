"""Phases 5 to 8 of the columnar engine: who reports, what police record and clear, and street arrests."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.columnar_people import group_at, sensitivity_and_trust
from sim.columnar_records import Array, Book, Land, Month, State, arrest_of, pushed
from sim.compiled import block, helper, int64
from sim.constants import Constants
from sim.draws import Purpose, draw, poisson
from sim.person import custody_of, status_of
from sim.rules.arrest import street_arrest_mean, street_charge
from sim.rules.clearance import clearance_probability, risk_units, witness_help
from sim.rules.opportunity import choose, likely_mass, roster_entry
from sim.rules.reporting import is_recorded, somebody_reports, willing_to_report
from sim.rules.survey import is_panel_member, next_interview, rotation

REPORT, SOLVE = int(Purpose.REPORT), int(Purpose.SOLVE)
STREET_COUNT, STREET_ARREST = int(Purpose.STREET_COUNT), int(Purpose.STREET_ARREST)
REPORTED, RECORDED, CLEARED, REPORTED_BY_STATUS = 1, 2, 3, 5
ORGANIZATION = 3


@block
def _solve_draws(n: int, met: Any, land: Land, month: Month) -> Array:
    """Return the uniforms of solving each crime: clearance, third party, witness, survey."""
    _, cells, numbers, _, _, _, _, _ = met
    solve = np.empty((n, 4))
    for i in range(n):
        u = draw(land.seed, land.cells[cells[i]].entity, numbers[i], month.index, SOLVE)
        solve[i, 0], solve[i, 1], solve[i, 2], solve[i, 3] = u[0], u[1], u[2], u[3]
    return solve


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
        witness_group, place = group_at(land.cells[cell].size, int(solve[i, 2] * people))
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
