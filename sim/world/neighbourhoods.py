"""Where people live: slots of groups, cells of neighbourhoods and their neighbours, and where offenders are sought.

All of it follows from counties and people alone.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.draws import Purpose, draw
from sim.parameters import Parameters
from sim.rules.opportunity import likely_mass, roster_length
from sim.words.codes import OTHER
from sim.world.counties.table import Counties, neighbour_table
from sim.world.person import HOUSEHOLD
from sim.world.settled.shares import expected_shares
from sim.world.settled.travel import Travel, travel_between
from sim.world.start.records import Places

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
ROUNDING = int(Purpose.ROUNDING)


def _group_sizes(counties: Counties, shares: npt.NDArray[np.float64], seed: int) -> Int64:
    """Return slots by county and group (K x 3), rounded by a keyed draw so that expectations are kept."""
    sizes = np.zeros((len(counties.code), 3), dtype=np.int64)
    for k, (code, agents) in enumerate(zip(counties.code, counties.agents, strict=True)):
        u = draw(seed, int(code) << 32, 0, 0, ROUNDING)
        for g in (0, 1):
            left = int(agents) - int(sizes[k].sum())
            sizes[k, g] = min(left, math.floor(float(agents) * shares[k, g] + u[g]))
        sizes[k, 2] = int(agents) - int(sizes[k, :2].sum())
    return sizes


def _cells_per_county(parameters: Parameters, counties: Counties) -> Int64:
    """Return the number of cells of each county: about ``people_per_cell`` persons, not below the least agents."""
    wanted = np.maximum(1, np.round(counties.persons / parameters.world.people_per_cell)).astype(np.int64)
    most = np.maximum(1, counties.agents // max(1, round(parameters.world.least_agents_per_cell)))
    return np.minimum(wanted, most)


def _neighbour_cells(counties: Counties, cells: Int64) -> tuple[Int64, Int32]:
    """Return neighbouring cells as start and list: near-square rows in a county, border cells across county lines."""
    first = _starts(cells)
    count = np.repeat(cells, cells)
    cell, place = np.arange(first[-1]), np.arange(first[-1]) - np.repeat(first[:-1], cells)
    width = np.ceil(np.sqrt(count)).astype(np.int64)
    beside, below = (place + 1 < count) & ((place + 1) % width != 0), place + width < count
    border, across = _borders(counties, first)
    one = np.concatenate([cell[beside], cell[below], border])
    other = np.concatenate([cell[beside] + 1, (cell + width)[below], across])
    return neighbour_table(one, other, int(first[-1]))


def _borders(counties: Counties, first: Int64) -> tuple[Int64, Int64]:
    """Return the cells that touch across county lines, one pair for each pair of counties.

    A county's cells touch its neighbours in turn, spread evenly; ``first`` is each county's first cell.
    """
    start, neighbour = counties.neighbour_start, counties.neighbour.astype(np.int64)
    ring = np.diff(start)
    county = np.repeat(np.arange(len(ring)), ring)
    turn = np.arange(len(neighbour)) - np.repeat(start[:-1], ring)
    border = first[county] + turn * np.diff(first)[county] // ring[county]
    back = np.searchsorted(county * len(ring) + neighbour, neighbour * len(ring) + county)
    once = neighbour > county
    return border[once], border[back[once]]


class Cells(NamedTuple):
    """The cells of a world, and where their groups of people live."""

    first: Int64  # K+1: first cell of each county
    county: Int32  # C
    low: Int64  # C x 3: first slot of each group
    size: Int64  # C x 3


def _cells(parameters: Parameters, counties: Counties, sizes: Int64, group_low: Int64) -> Cells:
    """Return the cells: each group of a county is cut into near-equal parts, at whole households."""
    number = _cells_per_county(parameters, counties)
    first = _starts(number)
    county = np.repeat(np.arange(len(number), dtype=np.int32), number)
    parts, people = number[county][:, None], sizes[county]
    place = (np.arange(len(county)) - first[county])[:, None]
    low, high = (each * people // parts // HOUSEHOLD * HOUSEHOLD for each in (place, place + 1))
    size = np.where(place + 1 == parts, people, high) - low
    return Cells(first, county, group_low[county] + low, size)


def _starts(numbers: Int64) -> Int64:
    """Return where each of several runs of entries begins, and at the end where the last one ends."""
    return np.concatenate([[0], np.cumsum(numbers)]).astype(np.int64)


class Pools(NamedTuple):
    """Where likely offenders are sought: runs of whole cells, so that all meet the same share of opportunities."""

    first: Int64  # K x 3: first pool of each county and group
    number: Int64  # K x 3
    low: Int64  # P: first slot
    size: Int64  # P
    of_cell: Int32  # C x 3: pool of each cell and group; -1 where the county has nobody of the group


def _pools(parameters: Parameters, sizes: Int64, group_low: Int64, all_cells: Cells) -> Pools:
    """Return the pools: in each county and group about ``offender_pool`` agents each, cut at borders of cells."""
    wanted = max(1, round(parameters.world.offender_pool))
    cut = {
        (k, g): _cuts(k, g, wanted, sizes, group_low, all_cells) for k, g in np.argwhere(sizes >= 2 * wanted).tolist()
    }
    number = (sizes > 0).astype(np.int64)
    for place, cuts in cut.items():
        number[place] = len(cuts) - 1
    first = (np.cumsum(number) - number.ravel()).reshape(sizes.shape)
    whole = number == 1
    low, size = np.empty(int(number.sum()), dtype=np.int64), np.empty(int(number.sum()), dtype=np.int64)
    low[first[whole]], size[first[whole]] = group_low[whole], sizes[whole]
    of_cell = np.where(whole, first, -1).astype(np.int32)[all_cells.county]
    for (k, g), cuts in cut.items():
        pools = slice(first[k, g], first[k, g] + len(cuts) - 1)
        cells = slice(all_cells.first[k], all_cells.first[k + 1])
        low[pools], size[pools] = group_low[k, g] + cuts[:-1], np.diff(cuts)
        borders = all_cells.low[cells, g] - group_low[k, g]
        of_cell[cells, g] = first[k, g] + np.clip(np.searchsorted(cuts, borders, side="right") - 1, 0, len(cuts) - 2)
    return Pools(first, number, low, size, of_cell)


def _cuts(k: int, g: int, wanted: int, sizes: Int64, group_low: Int64, all_cells: Cells) -> Int64:
    """Return where the pools of a county's group begin, and where the last one ends, from 0."""
    people = int(sizes[k, g])
    parts = people // wanted
    borders = all_cells.low[all_cells.first[k] : all_cells.first[k + 1], g] - group_low[k, g]
    goals = np.arange(1, parts) * people // parts
    inner = borders[np.minimum(np.searchsorted(borders, goals), len(borders) - 1)]
    return np.unique(np.concatenate([[0], inner, [people]]))


def county_ranges(slot_base: Int64, parts: int) -> list[tuple[int, int]]:
    """Return ranges of whole counties with near-equal numbers of people."""
    if parts == 1:
        return [(0, len(slot_base) - 1)]
    cuts = np.unique(np.searchsorted(slot_base, np.linspace(0, slot_base[-1], parts + 1)))
    cuts[0], cuts[-1] = 0, len(slot_base) - 1
    return [(int(low), int(high)) for low, high in pairwise(cuts) if high > low]


def _places(seed: int, counties: Counties, sizes: Int64, group_low: Int64, pools: Pools, likely: float) -> Places:
    """Return slots, pools and rosters as the loops that make people take them."""
    return Places(
        seed=seed,
        code=counties.code,
        slot_base=_starts(counties.agents),
        group_low=group_low,
        group_size=sizes,
        pool_first=pools.first,
        pool_number=pools.number,
        pool_county=np.repeat(np.arange(len(sizes), dtype=np.int64), pools.number.sum(axis=1)),
        pool_low=pools.low,
        pool_size=pools.size,
        roster_start=_starts(np.array([roster_length(likely_mass(int(size), likely)) for size in pools.size])),
    )


class Homes(NamedTuple):
    """Where people live and offenders look for targets: what follows from counties and people alone."""

    sizes: Int64  # K x 3 groups
    group_low: Int64
    cells: Cells
    neighbour_start: Int64
    neighbour: npt.NDArray[np.int32]
    pools: Pools
    places: Places
    community: Int64


def homes_of(parameters: Parameters, counties: Counties, seed: int) -> Homes:
    """Return where the people of counties live; of the parameters only ``world`` and ``people`` matter."""
    sizes = _group_sizes(counties, expected_shares(parameters, counties)[0], seed)
    group_low = _starts(counties.agents)[:-1, None] + np.cumsum(sizes, axis=1) - sizes
    cells = _cells(parameters, counties, sizes, group_low)
    neighbour_start, neighbour = _neighbour_cells(counties, np.diff(cells.first))
    pools = _pools(parameters, sizes, group_low, cells)
    places = _places(seed, counties, sizes, group_low, pools, parameters.people.likely_offender_share)
    community = _starts(sizes[:, :OTHER].sum(axis=1))
    return Homes(sizes, group_low, cells, neighbour_start, neighbour, pools, places, community)


def travel_of(parameters: Parameters, homes: Homes) -> Travel:
    """Return how offenders travel between counties: to neighbouring cells, of which some lie across county lines."""
    cells, people = homes.cells, homes.cells.size.sum(axis=1)
    return travel_between(parameters.crime.travel_share, cells.county, people, homes.neighbour_start, homes.neighbour)
