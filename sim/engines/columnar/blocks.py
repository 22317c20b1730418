"""Phases 3 to 8 of the columnar engine, block by block of cells: everything that reads only start-of-month state.

What later phases need is pushed onto lists; blocks are whole counties, so that threads never write to the same place.
"""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.agenda import in_order_of_slot
from sim.engines.columnar.crime import offending, opportunity
from sim.engines.columnar.police import clearance, recording, reporting, street_arrest
from sim.engines.columnar.records import ARREST_SLOT, Array, Book, Land, Month, State, with_more
from sim.engines.columnar.victims import heard_by_panel
from sim.numerics.compiled import block, unowned

BATCH_AGENTS = 100_000


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
) -> tuple[Array, Array, Array, Array]:
    """Run phases 3 to 8 for a range of counties.

    Returns arrests, people reassured, what the survey will hear, and what its panel suffered.
    """
    constants = table[0]
    land, state = unowned(land), unowned(state)
    month, book = unowned(month), unowned(book)
    arrests, calmed = np.empty(0, np.int64), np.empty(0, np.int64)
    told, suffered = np.empty(0, np.int64), np.empty(0, np.int64)
    arrested, reassured, heard, hurt = 0, 0, 0, 0
    cell, last = land.counties[first_county].cell_first, land.counties[last_county - 1].cell_end
    while cell < last:
        end = _batch_end(cell, last, land.cells)
        met, incidents = opportunity(cell, end, land, state, constants, month, book)
        crimes = offending(met, incidents, land, constants, month, book)
        reports = reporting(crimes, incidents, land, state, constants, month, book)
        recording(crimes, incidents, reports, land, constants, book)
        solved, calm = clearance(crimes, incidents, reports, land, state, constants, month, book)
        stopped = street_arrest(cell, end, land, state, constants, month)
        arrests, arrested = with_more(arrests, arrested, solved)
        arrests, arrested = with_more(arrests, arrested, stopped)
        calmed, reassured = with_more(calmed, reassured, calm)
        tells, suffers = heard_by_panel(crimes, incidents, reports, land, constants, month)
        told, heard = with_more(told, heard, tells)
        suffered, hurt = with_more(suffered, hurt, suffers)
        cell = end
    first_slot, last_slot = land.county_base[first_county], land.county_base[last_county]
    ordered = in_order_of_slot(arrests[:arrested], first_slot, last_slot, ARREST_SLOT)
    return ordered, calmed[:reassured], told[:heard], suffered[:hurt]
