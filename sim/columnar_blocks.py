"""Phases 3 to 8 of the columnar engine, block by block of cells: everything that reads only start-of-month state.

What later phases need is pushed onto lists; blocks are whole counties, so that threads never write to the same place.
"""

from __future__ import annotations

import numpy as np

from sim.columnar_crime import offending, opportunity
from sim.columnar_police import _solve_draws, clearance, recording, reporting, street_arrest, told_to_survey
from sim.columnar_records import Array, Book, Land, Month, State
from sim.compiled import block, int64, unowned

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
