"""The world as the tables of records that compiled loops read."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engines.columnar.records import CELL, COUNTY, POOL, Book, Land, State
from sim.words.codes import BALANCE_SHAPE, CRIME_SHAPE, FAMILY_COUNT, GROUP_COUNT, PEOPLE_SHAPE
from sim.world.kept import of_last
from sim.world.people import World
from sim.world.setting import Setting


class _Tables(NamedTuple):
    """What the world alone says, before runs fill in what their constants say of it."""

    counties: npt.NDArray[Any]
    cells: npt.NDArray[Any]
    pools: npt.NDArray[Any]


MOST_CELLS = 10_000
"""Of a world whose tables are kept: of a larger one they would be a good part of the memory that a run takes."""


def has_few_cells(world: World) -> bool:
    """Return whether what runs begin with may be kept: of a large world it is a good part of the memory of a run."""
    return len(world.cell_county) <= MOST_CELLS


@of_last(has_few_cells)
def _tables_of(world: World) -> _Tables:
    return _Tables(_county_records(world), _cell_records(world), _pool_records(world))


def lay_out(setting: Setting, seed: int) -> Land:
    """Return the world of a setting as tables of records, with the luck of ``seed``."""
    world = setting.world
    tables = _tables_of(world)
    return Land(
        seed=seed,
        world_seed=world.seed,
        counties=tables.counties.copy(),
        cells=tables.cells.copy(),
        pools=tables.pools,
        neighbour=world.neighbour.view(np.uint32),
        county_neighbour=world.counties.neighbour.view(np.uint32),
        county_base=world.slot_base,
        pool_low=world.pool_low,
        in_panel=np.empty(0, dtype=np.uint8),
    )


def state_of(world: World, *, keep_world: bool) -> State:
    """Return what changes about the people of a world, before the first month; people themselves unless kept."""
    return State(
        person=world.person.copy() if keep_world else world.person,
        fear_steps=world.fear_steps.copy(),
        fear_month=np.zeros(int(world.community_base[-1]), dtype=np.uint8),
        roster=world.roster.copy() if keep_world else world.roster,
    )


def empty_book(land: Land) -> Book:
    """Return a book with nothing counted in the month."""
    count, cells = len(land.counties), len(land.cells)
    return Book(
        crime=np.zeros((count, *CRIME_SHAPE), dtype=np.int32),
        people=np.zeros((count, *PEOPLE_SHAPE), dtype=np.int64),
        risk=np.zeros((count, GROUP_COUNT, FAMILY_COUNT, 2), dtype=np.int64),
        balance=np.zeros((count, *BALANCE_SHAPE), dtype=np.int32),
        cell_recorded=np.zeros(cells, dtype=np.int32),
        opportunities=np.zeros(count, dtype=np.int64),
        clipped=np.zeros(count, dtype=np.int64),
    )


def _county_records(world: World) -> npt.NDArray[Any]:
    records = np.zeros(len(world.counties.code), dtype=COUNTY)
    baseline, start = world.baseline, world.counties.neighbour_start
    records["code"], records["base"] = world.counties.code, world.slot_base[:-1]
    records["people"] = np.diff(world.slot_base)
    records["low"], records["size"] = world.group_low, world.group_size
    records["community"], records["community_people"] = world.community_base[:-1], np.diff(world.community_base)
    records["cell_first"], records["cell_end"] = world.cell_first[:-1], world.cell_first[1:]
    records["organization"] = baseline.organization_opportunity
    records["opportunity_rate"], records["street_rate"] = baseline.opportunity_rate, baseline.street_rate
    records["region"], records["history"] = world.counties.region, baseline.history
    records["neighbour_first"], records["neighbours"] = start[:-1], np.diff(start)
    records["group_share"] = baseline.group_share
    records["expected_risk"], records["expected_recorded"] = baseline.expected_risk, baseline.expected_recorded
    records["expected_removable"] = baseline.expected_removable
    return records


def _cell_records(world: World) -> npt.NDArray[Any]:
    records = np.zeros(len(world.cell_county), dtype=CELL)
    county = world.cell_county.astype(np.int64)
    records["county"] = county
    records["entity"] = (world.counties.code[county] << 32) | (np.arange(len(county)) - world.cell_first[county])
    records["low"], records["size"], records["pool"] = world.cell_low, world.cell_size, world.cell_pool
    records["place"] = np.cumsum(world.cell_size, axis=1) - world.cell_size
    records["people"] = world.cell_size.sum(axis=1)
    records["neighbour_first"], records["neighbours"] = world.neighbour_start[:-1], np.diff(world.neighbour_start)
    return records


def _pool_records(world: World) -> npt.NDArray[Any]:
    records = np.zeros(len(world.pool_low), dtype=POOL)
    records["low"], records["size"] = world.pool_low, world.pool_size
    records["roster"], records["entries"] = world.roster_start[:-1], np.diff(world.roster_start)
    return records
