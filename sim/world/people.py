"""Who lives where: slots, cells, households of mixed status, rosters of likely offenders, and who starts in jail.

Slots are sorted by county, then group (Hispanic, other noncitizens, everyone else), then cell; so a person's county,
group and cell follow from the slot's number and are not stored. A household is four consecutive slots of a group.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.draws import Purpose, draw
from sim.parameters import Parameters
from sim.rules.opportunity import likely_mass, roster_length
from sim.words.codes import OTHER
from sim.world.counties.building import Counties
from sim.world.person import HOUSEHOLD
from sim.world.programs import reached_jails
from sim.world.settled.baseline import Baseline
from sim.world.settled.custody import months_vacant
from sim.world.settled.fear import jump_sizes, months_of_fear
from sim.world.settled.shares import expected_shares
from sim.world.settled.solving import solve_baseline
from sim.world.start.homes import fill_households, fill_rosters
from sim.world.start.records import Made, Places, Shares, Waits, courts_of
from sim.world.start.settled import start_settled

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
People = npt.NDArray[np.uint16]
Array = npt.NDArray[Any]
ROUNDING = int(Purpose.ROUNDING)
PARTS = 8
"""Parts for each thread in which people are made."""


@dataclass(frozen=True)
class World:
    """The start of a run: K counties, C cells, P pools of likely offenders, N slots."""

    counties: Counties
    baseline: Baseline
    seed: int
    slot_base: Int64  # K+1: first slot of each county
    group_low: Int64  # K x 3: first slot of each group in each county
    group_size: Int64  # K x 3
    community_base: Int64  # K+1: Hispanic people and other noncitizens, numbered through the world
    cell_first: Int64  # K+1: first cell of each county
    cell_county: Int32  # C
    cell_low: Int64  # C x 3: first slot of each group in the cell
    cell_size: Int64  # C x 3
    neighbour_start: Int64  # C+1
    neighbour: Int32  # neighbouring cells
    cell_pool: Int32  # C x 3: where the cell's offenders of a group are sought
    pool_low: Int64  # P: first slot
    pool_size: Int64  # P
    roster_start: Int64  # P+1
    roster: Int32  # slots of likely offenders, those who offend often first
    person: People  # N: see ``person``
    fear_steps: npt.NDArray[np.uint8]  # own fear of the community
    start_slot: Int64  # who starts in jail, in ICE custody or away
    start_kind: Int64  # what is due to them, in the order of ``labels.DUE``
    start_month: Int64  # and when

    @property
    def size(self) -> int:
        """Number of slots."""
        return len(self.person)


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
        borders = all_cells.low[cells, g] - base
        parts = max(1, people // wanted)
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


def _shares(parameters: Parameters, baseline: Baseline) -> Shares:
    """Return how many people are what, as the loops that make people take it."""
    people = parameters.people
    return Shares(
        status=baseline.status_share,
        household_concentration=people.household_concentration,
        likely=people.likely_offender_share,
        frequent=people.frequent_share,
        jailed=baseline.jailed_share,
        ice=baseline.ice_share,
        away=baseline.away_share,
        stay_cumulative=baseline.stay_cumulative,
        courts=courts_of(parameters),
        held=baseline.held_chance,
        friend_jumps=baseline.friend_jumps,
        status_removals=baseline.status_removals,
    )


def _waits(parameters: Parameters) -> Waits:
    """Return how long what people are in at the start goes on, as the loops that make people take it."""
    enforcement = parameters.enforcement
    back, for_good = months_vacant(parameters)
    return Waits(
        leaves=parameters.responses.incapacitation,
        prison=enforcement.prison_months,
        custody_ends=enforcement.custody_ends,
        returning=back / max(1e-9, back + for_good),
        return_months=enforcement.return_months,
        refill_months=enforcement.refill_months,
        fear_months=months_of_fear(parameters),
        fear_left=1.0 - parameters.trust.own_fade,
        jumps=jump_sizes(parameters),
    )


def _populate(places: Places, shares: Shares, waits: Waits, community: Int64, threads: int) -> tuple[Made, list[Int64]]:
    """Make everybody, in threads by ranges of counties; returns them, and slots, kinds and months of what is due.

    Without a thread nobody is made. ``community`` is the number of each county's first community member, and after the
    last how many there are.
    """
    roster = np.zeros(int(places.roster_start[-1]), dtype=np.int32)
    person = np.zeros(int(places.slot_base[-1]), dtype=np.uint16)
    made = Made(roster, person, np.zeros(int(community[-1]), dtype=np.uint8))
    if threads == 0:
        return made, [np.empty(0, dtype=np.int64) for _ in range(3)]
    pool_ends = np.searchsorted(places.pool_county, np.arange(len(places.code) + 1))

    def people(counties: tuple[int, int]) -> tuple[Array, Array, Array]:
        first, last = counties
        fill_households(first, last, places, shares, made)
        fill_rosters(pool_ends[first], pool_ends[last], places, shares, made)
        return start_settled(first, last, community, places, shares, waits, made)

    with ThreadPoolExecutor(threads) as pool:
        ranges = county_ranges(places.slot_base, threads if threads == 1 else PARTS * threads)
        parts = list(pool.map(people, ranges))
    return made, [np.concatenate(each) for each in zip(*parts, strict=True)]


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


def build_world(
    parameters: Parameters,
    counties: Counties,
    seed: int,
    threads: int = 1,
    homes: Homes | None = None,
    *,
    peopled: bool = True,
) -> World:
    """Return the world of a scenario; ``seed`` is the world's, not the luck's. No person depends on ``threads``.

    ``homes`` are those of the same counties, people and seed, where they are known already. Unless it is ``peopled``
    all people are alike and none is in custody: it serves to compile what a run needs, and nothing else.

    Raises
    ------
    ValueError
        Where the propensities given leave nobody to offend.
    """
    baseline = solve_baseline(parameters, counties, reached_jails(parameters, counties, seed))
    homes = homes or homes_of(parameters, counties, seed)
    places, cells, pools = homes.places, homes.cells, homes.pools
    shares, waits = _shares(parameters, baseline), _waits(parameters)
    made, due = _populate(places, shares, waits, homes.community, threads if peopled else 0)
    return World(
        counties=counties,
        baseline=baseline,
        seed=seed,
        slot_base=places.slot_base,
        group_low=homes.group_low,
        group_size=homes.sizes,
        community_base=homes.community,
        cell_first=cells.first,
        cell_county=cells.county,
        cell_low=cells.low,
        cell_size=cells.size,
        neighbour_start=homes.neighbour_start,
        neighbour=homes.neighbour,
        cell_pool=pools.of_cell,
        pool_low=pools.low,
        pool_size=pools.size,
        roster_start=places.roster_start,
        roster=made.roster,
        person=made.person,
        fear_steps=made.fear_steps,
        start_slot=due[0],
        start_kind=due[1],
        start_month=due[2],
    )
