"""What stays the same through a run: worked out once before its first month."""

from __future__ import annotations

import math

from sim.engines.columnar.news import patrol
from sim.engines.columnar.records import Array, Land
from sim.engines.columnar.repeats import work_out_repeats
from sim.numerics.compiled import block, helper
from sim.numerics.draws import POISSON_PART, poisson_parts
from sim.rules.arrest import street_arrest_mean
from sim.words.codes import GROUP_COUNT

UNKNOWN = -1.0


@helper
def _work_out_opportunities(cell: int, mean: float, land: Land) -> None:
    """Fill in how a cell's opportunities are counted, ``mean`` as usual, and where the search for their number begins.

    It begins so far below the mean that few counts are lower: these are sought from 0.
    """
    one, parts = land.cells[cell], poisson_parts(mean)
    each = mean / max(1, parts)
    chance = math.exp(-each)
    until = chance
    one.parts, one.part_mean, one.no_opportunity = parts, each, chance
    near = int(max(0.0, each - 1.5 * math.sqrt(each)))
    for count in range(1, near + 1):
        chance *= each / count
        until += chance
    one.near, one.near_chance, one.up_to_near = near, chance, until


@block
def _work_out_chances(land: Land, table: Array) -> None:
    """Fill in the cells' records how likely a month as usual brings nothing at all: no opportunity, no stop."""
    constants = table[0]
    for cell in range(len(land.cells)):
        home = land.counties[land.cells[cell].county]
        _work_out_opportunities(cell, land.cells[cell].people * home.opportunity_rate * constants.headroom, land)
        for group in range(GROUP_COUNT):
            people = land.cells[cell].size[group]
            mean = street_arrest_mean(people, home.street_rate, constants.stop_ratio[group], 1.0)
            land.cells[cell].no_stop[group] = math.exp(-mean) if mean <= POISSON_PART else UNKNOWN


@block
def work_out(land: Land, table: Array, recent: Array, guardianship: Array) -> None:
    """Fill in the records of counties and cells what constants say of them, and how patrols guard cells at first."""
    work_out_repeats(land, table)
    _work_out_chances(land, table)
    patrol(land, table, recent, guardianship)
