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
from sim.world.counties.building import Counties
from sim.world.person import HOUSEHOLD
from sim.world.settled.shares import expected_shares
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


def _boundaries(size: int, parts: int) -> Int64:
    """Return ``parts + 1`` boundaries of near-equal parts, at whole households except the last."""
    cuts = np.arange(parts + 1, dtype=np.int64) * size // parts // HOUSEHOLD * HOUSEHOLD
    cuts[-1] = size
    return cuts


def _neighbour_cells(counties: Counties, cells: Int64) -> tuple[Int64, Int32]:
    """Return neighbouring cells as start and list: near-square rows in a county, border cells across county lines."""
    first = np.concatenate([[0], np.cumsum(cells)])
    lists: list[set[int]] = [set() for _ in range(int(first[-1]))]
    for k, count in enumerate(cells):
        width = math.ceil(math.sqrt(count))
        base = int(first[k])
        for c in range(int(count)):
            for other in ((c + 1) if (c + 1) % width else -1, c + width):
                if 0 <= other < count:
                    lists[base + c].add(base + other)
                    lists[base + other].add(base + c)
    start, neighbour = counties.neighbour_start, counties.neighbour
    for k in range(len(cells)):
        ring = neighbour[start[k] : start[k + 1]]
        for place, other_county in enumerate(ring):
            if other_county <= k:
                continue
            back = neighbour[start[other_county] : start[other_county + 1]]
            here = _border_cell(int(first[k]), int(cells[k]), place, len(ring))
            there_place = int(np.flatnonzero(back == k)[0])
            there = _border_cell(int(first[other_county]), int(cells[other_county]), there_place, len(back))
            lists[here].add(there)
            lists[there].add(here)
    starts = np.concatenate([[0], np.cumsum([len(entry) for entry in lists])]).astype(np.int64)
    flat = np.array([other for entry in lists for other in sorted(entry)], dtype=np.int32)
    return starts, flat


def _border_cell(first: int, count: int, place: int, places: int) -> int:
    """Return the cell of a county that touches its ``place``-th neighbour: evenly along the cells."""
    return first + (place * count) // max(1, places)


class Cells(NamedTuple):
    """The cells of a world, and where their groups of people live."""

    first: Int64  # K+1: first cell of each county
    county: Int32  # C
    low: Int64  # C x 3: first slot of each group
    size: Int64  # C x 3


def _cells(parameters: Parameters, counties: Counties, sizes: Int64, group_low: Int64) -> Cells:
    """Return the cells: each group of a county is cut into near-equal parts, at whole households."""
    number = _cells_per_county(parameters, counties)
    county = np.repeat(np.arange(len(number), dtype=np.int32), number)
    cuts = [[_boundaries(int(size), int(cells)) for size in row] for row, cells in zip(sizes, number, strict=True)]
    relative = np.concatenate([np.stack([c[:-1] for c in groups], axis=1) for groups in cuts])
    size = np.concatenate([np.stack([np.diff(c) for c in groups], axis=1) for groups in cuts])
    return Cells(_starts(number), county, group_low[county] + relative, size)


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
    first, number = np.zeros_like(sizes), np.zeros_like(sizes)
    of_cell = np.full(all_cells.low.shape, -1, dtype=np.int32)
    low: list[int] = []
    size: list[int] = []
    for k, g in np.ndindex(sizes.shape):
        people, base = int(sizes[k, g]), int(group_low[k, g])
        cells = slice(int(all_cells.first[k]), int(all_cells.first[k + 1]))
        first[k, g] = len(low)
        if people == 0:
            continue
        parts = people // wanted
        if parts <= 1:
            number[k, g], of_cell[cells, g] = 1, first[k, g]
            low.append(base)
            size.append(people)
            continue
        borders = all_cells.low[cells, g] - base
        goals = np.arange(1, parts) * people // parts
        inner = borders[np.minimum(np.searchsorted(borders, goals), len(borders) - 1)]
        cuts = np.unique(np.concatenate([[0], inner, [people]]))
        number[k, g] = len(cuts) - 1
        low.extend((base + cuts[:-1]).tolist())
        size.extend(np.diff(cuts).tolist())
        place = np.clip(np.searchsorted(cuts, borders, side="right") - 1, 0, len(cuts) - 2)
        of_cell[cells, g] = first[k, g] + place
    return Pools(first, number, np.array(low, dtype=np.int64), np.array(size, dtype=np.int64), of_cell)


def county_ranges(slot_base: Int64, parts: int) -> list[tuple[int, int]]:
    """Return ranges of whole counties with near-equal numbers of people."""
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
