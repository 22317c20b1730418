"""What is told of the crimes of a batch of cells beside the police's books: to the survey, and in hospitals."""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.police import TELLING
from sim.engines.columnar.records import Array, Book, Incidents, Land, Month, Reports, told_of
from sim.numerics.compiled import block, int64, unowned
from sim.numerics.draws import Purpose, draw
from sim.rules.reporting import NOBODY, is_treated_in_hospital
from sim.rules.survey import is_panel_member, is_told, next_interview, rotation
from sim.words.codes import HOMICIDE, HOSPITAL_BOOK, ORGANIZATION
from sim.world.constants import Constants
from sim.world.person import HOUSEHOLD, first_of_household

HOSPITAL = int(Purpose.HOSPITAL)


@block
def hospital(n: int, met: Incidents, land: Land, constants: Constants, month: Month, book: Book) -> None:
    """Count the crimes whose victim is treated in hospital or dies; no trust enters."""
    met, land, month, book = unowned(met), unowned(land), unowned(month), unowned(book)
    cells, crimes, groups, numbers = met.cell, met.crime, met.group, met.number
    for i in range(n):
        share = constants.hospital[crimes[i]]
        if share == 0.0 or groups[i] == ORGANIZATION:
            continue
        u = draw(land.seed, land.cells[cells[i]].entity, numbers[i], month.index, HOSPITAL)[0]
        if is_treated_in_hospital(u, share):
            book.crime[land.cells[cells[i]].county, crimes[i], groups[i], HOSPITAL_BOOK] += 1


@block
def told_to_survey(n: int, met: Incidents, reports: Reports, land: Land, constants: Constants, month: Month) -> Array:
    """Return the crimes that panel members will tell of: slot, type, whether reported, months until the interview."""
    met, reports, land, month = unowned(met), unowned(reports), unowned(land), unowned(month)
    cells, crimes, groups, targets, solve = met.cell, met.crime, met.group, met.target, reports.solve
    told, size = np.empty(n, np.int64), 0
    for i in range(n):
        if groups[i] == ORGANIZATION or crimes[i] == HOMICIDE:
            continue
        county = land.cells[cells[i]].county
        code, index = land.counties[county].code, targets[i] - land.counties[county].base
        if not is_panel_member(code, index, constants.panel_width):
            continue
        wait = next_interview(month.index, rotation(code, index, constants.panel_width)) - month.index
        if is_told(solve[i, TELLING], constants.capture[crimes[i]], constants.recall_loss, wait):
            told[size] = told_of(targets[i], crimes[i], reports.caller[i] != NOBODY, wait)
            size += 1
    return told[:size]


@block
def suffered_in_panel(n: int, met: Incidents, reports: Reports, land: Land, constants: Constants) -> Array:
    """Return the crimes against panel members, and against the household of each, as ``panel.suffered_by`` has them."""
    met, reports, land = unowned(met), unowned(reports), unowned(land)
    cells, crimes, groups, targets, solve = met.cell, met.crime, met.group, met.target, reports.solve
    suffered, size = np.empty(HOUSEHOLD * n, np.int64), 0
    for i in range(n):
        if groups[i] == ORGANIZATION or crimes[i] == HOMICIDE or solve[i, TELLING] >= constants.capture[crimes[i]]:
            continue
        county, group, first = land.cells[cells[i]].county, groups[i], int64(targets[i])
        end = first + 1
        if constants.person_target[crimes[i]] == 0:
            low = land.counties[county].low[group]
            first = first_of_household(first, low)
            end = min(first + HOUSEHOLD, low + land.counties[county].size[group])
        for slot in range(first, end):
            if is_panel_member(land.counties[county].code, slot - land.counties[county].base, constants.panel_width):
                suffered[size] = (slot << 1) | constants.family[crimes[i]]
                size += 1
    return suffered[:size]
