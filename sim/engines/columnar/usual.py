"""What stays the same through a run: worked out once before its first month."""

from __future__ import annotations

import math

from sim.engines.columnar.news import patrol
from sim.engines.columnar.records import Array, Land
from sim.engines.columnar.repeats import work_out_repeats
from sim.numerics.compiled import block
from sim.numerics.draws import POISSON_PART
from sim.rules.arrest import street_arrest_mean
from sim.words.codes import GROUP_COUNT

UNKNOWN = -1.0


@block
def _work_out_chances(land: Land, table: Array) -> None:
    """Fill in the cells' records how likely a month as usual brings nothing at all: no opportunity, no stop."""
    constants = table[0]
    for cell in range(len(land.cells)):
        home = land.counties[land.cells[cell].county]
        mean = land.cells[cell].people * home.opportunity_rate * constants.headroom
        land.cells[cell].no_opportunity = math.exp(-mean)
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
