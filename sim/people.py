"""Who lives where: slots, cells, households of mixed status, rosters of likely offenders, and who starts in jail.

Slots are sorted by county, then group (Hispanic, other noncitizens, everyone else), then cell; so a person's county,
group and cell follow from the slot's number and are not stored. A household is four consecutive slots of a group.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.baseline import Baseline, solve_baseline
from sim.compiled import block, helper, int64
from sim.counties import Counties
from sim.draws import Purpose, draw, entity_of, geometric
from sim.parameters import Parameters
from sim.person import JAILED, with_bit, with_custody, with_status
from sim.rules.opportunity import likely_mass, roster_length

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
People = npt.NDArray[np.uint16]
Array = npt.NDArray[Any]
HOUSEHOLD = 4
START_IN_JAIL = int(Purpose.START_IN_JAIL)
ROSTER = int(Purpose.ROSTER)
HOUSEHOLD_DRAW = int(Purpose.HOUSEHOLD)
ROUNDING = int(Purpose.ROUNDING)


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
    release_slot: Int64  # who starts in jail
    release_month: Int64  # month in which they are released

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


class Pools(NamedTuple):
    """Where likely offenders are sought: runs of whole cells, so that all meet the same share of opportunities."""

    first: Int64  # K x 3: first pool of each county and group
    count: Int64  # type: ignore[assignment]  # K x 3
    low: Int64  # P: first slot
    size: Int64  # P
    of_cell: Int32  # C x 3: pool of each cell and group; -1 where the county has nobody of the group


def _pools(parameters: Parameters, sizes: Int64, group_low: Int64, cell_first: Int64, cell_low: Int64) -> Pools:
    """Return the pools: in each county and group about ``offender_pool`` agents each, cut at borders of cells."""
    wanted = max(1, round(parameters.world.offender_pool))
    first, count = np.zeros_like(sizes), np.zeros_like(sizes)
    of_cell = np.full(cell_low.shape, -1, dtype=np.int32)
    low: list[int] = []
    size: list[int] = []
    for k, g in np.ndindex(sizes.shape):
        people, base = int(sizes[k, g]), int(group_low[k, g])
        cells = slice(int(cell_first[k]), int(cell_first[k + 1]))
        first[k, g] = len(low)
        if people == 0:
            continue
        borders = cell_low[cells, g] - base
        parts = max(1, people // wanted)
        goals = np.arange(1, parts) * people // parts
        inner = borders[np.minimum(np.searchsorted(borders, goals), len(borders) - 1)]
        cuts = np.unique(np.concatenate([[0], inner, [people]]))
        count[k, g] = len(cuts) - 1
        low.extend((base + cuts[:-1]).tolist())
        size.extend(np.diff(cuts).tolist())
        place = np.clip(np.searchsorted(cuts, borders, side="right") - 1, 0, len(cuts) - 2)
        of_cell[cells, g] = first[k, g] + place
    return Pools(first, count, np.array(low, dtype=np.int64), np.array(size, dtype=np.int64), of_cell)


@block
def _fill_households(
    seed: int,
    code: Array,
    slot_base: Array,
    group_low: Array,
    size: Array,
    status_share: Array,
    concentration: float,
    person: Array,
) -> None:
    """Give statuses to the community: Hispanic households of mixed status, other noncitizens one by one."""
    for k in range(len(code)):
        noncitizen = status_share[k, 0, 1] + status_share[k, 0, 2]
        within = max(concentration, noncitizen)
        unauthorized = status_share[k, 0, 2] / noncitizen if noncitizen > 0.0 else 0.0
        for g in range(2):
            low = group_low[k, g]
            for start in range(0, size[k, g], 4):
                index = low + start - slot_base[k]
                kind = draw(seed, entity_of(code[k], index), 0, 0, HOUSEHOLD_DRAW)
                member = draw(seed, entity_of(code[k], index), 1, 0, HOUSEHOLD_DRAW)
                tied = kind[0] * within < noncitizen
                for m in range(min(4, size[k, g] - start)):
                    u = member[m]
                    status = 0
                    if g == 1:
                        status = 2 if u < status_share[k, 1, 2] else 1
                    elif tied and u < within:
                        status = 2 if u < within * unauthorized else 1
                    person[low + start + m] = with_status(person[low + start + m], status)


@block
def _coprime_step(n: int) -> int:
    """Return a step near the golden section of ``n`` that visits all of 0..n-1."""
    step = max(1, int(0.618 * n))
    while True:
        a, b = step, n
        while b:
            a, b = b, a % b
        if a == 1:
            return step
        step += 1


@block
def _fill_rosters(
    seed: int,
    code: Array,
    slot_base: Array,
    pool_county: Array,
    pool_low: Array,
    pool_size: Array,
    roster_start: Array,
    likely_share: float,
    roster: Array,
    person: Array,
) -> None:
    """Choose likely offenders: one keyed slot of each stratum of 1 / share slots, in a scattered order."""
    width = 1.0 / likely_share
    for p in range(len(pool_low)):
        k = pool_county[p]
        entries = roster_start[p + 1] - roster_start[p]
        whole = entries - 1
        index = pool_low[p] - slot_base[k]
        shift = draw(seed, entity_of(code[k], index), 0, 1, ROSTER)
        step = _coprime_step(whole) if whole > 0 else 1
        offset = int(shift[0] * whole)
        for e in range(entries):
            stratum = (e * step + offset) % whole if e < whole else whole
            u = draw(seed, entity_of(code[k], index), stratum, 0, ROSTER)[0]
            first, last = int(stratum * width), min(pool_size[p], int((stratum + 1) * width))
            slot = pool_low[p] + first + int(u * (last - first))
            roster[roster_start[p] + e] = slot
            person[slot] = with_bit(person[slot], 15, 1)


@block
def _choose(u: float, cumulative: Array) -> int:
    """Return the first index whose cumulative share exceeds ``u``."""
    for index in range(len(cumulative) - 1):
        if u < cumulative[index]:
            return index
    return len(cumulative) - 1


@helper
def _overlap(low: float, high: float, first: float, last: float) -> float:
    """Return the length that two intervals share."""
    return max(0.0, min(high, last) - max(low, first))


@helper
def _entry_jailed_share(entry: float, mass: float, frequent_share: float, shares: Array) -> tuple[float, float]:
    """Return the share of time that a roster entry's person is in jail, and the part of the entry that is frequent.

    An entry that counts for less than one likely offender is arrested less often than a whole one.
    """
    border = mass * frequent_share
    frequent = _overlap(entry, entry + 1.0, 0.0, border)
    odds = frequent * shares[0] / (1.0 - shares[0])
    odds += _overlap(entry, entry + 1.0, border, mass) * shares[1] / (1.0 - shares[1])
    return odds / (1.0 + odds), frequent


@block
def _start_in_jail(
    seed: int,
    code: Array,
    slot_base: Array,
    group_low: Array,
    size: Array,
    pool_first: Array,
    pool_count: Array,
    pool_size: Array,
    roster_start: Array,
    frequent_share: float,
    likely_share: float,
    share: Array,
    status_share: Array,
    stay_cumulative: Array,
    stay: Array,
    roster: Array,
    person: Array,
    slots: Array,
    months: Array,
) -> int:
    """Put people in jail as in the steady state; return how many, with slots and months of release filled in."""
    n = 0
    for k in range(len(code)):
        for g in range(3):
            for p in range(pool_first[k, g], pool_first[k, g] + pool_count[k, g]):
                mass = likely_mass(pool_size[p], likely_share)
                for e in range(roster_start[p + 1] - roster_start[p]):
                    slot = roster[roster_start[p] + e]
                    status = (int64(person[slot]) >> 2) & 3
                    jailed, frequent = _entry_jailed_share(e, mass, frequent_share, share[k, g, status])
                    u = draw(seed, entity_of(code[k], slot - slot_base[k]), 0, 0, START_IN_JAIL)
                    if u[0] < jailed:
                        held_as = 0 if u[3] < frequent else 1
                        charge = _choose(u[1], stay_cumulative[k, g, status, held_as])
                        person[slot] = with_custody(person[slot], JAILED)
                        slots[n], months[n] = slot, geometric(u[2], stay[charge]) - 1
                        n += 1
            expected = 0.0
            for s in range(3):
                expected += status_share[k, g, s] * share[k, g, s, 2]
            expected *= size[k, g]
            for m in range(math.ceil(expected)):
                u = draw(seed, entity_of(code[k], group_low[k, g] - slot_base[k]), m + 1, 0, START_IN_JAIL)
                place = int((m + u[0]) / expected * size[k, g])
                slot = group_low[k, g] + min(place, size[k, g] - 1)
                if place >= size[k, g] or bool(person[slot] >> 15) or (person[slot] & 3) != 0:
                    continue
                charge = _choose(u[1], stay_cumulative[k, g, (int64(person[slot]) >> 2) & 3, 2])
                person[slot] = with_custody(person[slot], JAILED)
                slots[n], months[n] = slot, geometric(u[2], stay[charge]) - 1
                n += 1
    return n


def build_world(parameters: Parameters, counties: Counties, seed: int) -> World:
    """Return the world of a scenario; ``seed`` is the world's, not the luck's.

    Raises
    ------
    ValueError
        Where the propensities given leave nobody to offend.
    """
    baseline = solve_baseline(parameters, counties)
    count = len(counties.code)
    sizes = _group_sizes(counties, baseline.group_share, seed)
    slot_base = np.concatenate([[0], np.cumsum(counties.agents)]).astype(np.int64)
    group_low = slot_base[:-1, None] + np.cumsum(sizes, axis=1) - sizes
    community_base = np.concatenate([[0], np.cumsum(sizes[:, :2].sum(axis=1))]).astype(np.int64)
    cells = _cells_per_county(parameters, counties)
    cell_first = np.concatenate([[0], np.cumsum(cells)]).astype(np.int64)
    cell_county = np.repeat(np.arange(count, dtype=np.int32), cells)
    cuts = [[_boundaries(int(sizes[k, g]), int(cells[k])) for g in range(3)] for k in range(count)]
    relative = np.concatenate([np.stack([c[:-1] for c in county], axis=1) for county in cuts])
    cell_size = np.concatenate([np.stack([np.diff(c) for c in county], axis=1) for county in cuts])
    cell_low = group_low[cell_county] + relative
    neighbour_start, neighbour = _neighbour_cells(counties, cells)
    pools = _pools(parameters, sizes, group_low, cell_first, cell_low)
    share = parameters.people.likely_offender_share
    lengths = [roster_length(likely_mass(int(size), share)) for size in pools.size]
    roster_start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    roster = np.zeros(int(roster_start[-1]), dtype=np.int32)
    person = np.zeros(int(slot_base[-1]), dtype=np.uint16)
    code = counties.code
    _fill_households(
        seed,
        code,
        slot_base,
        group_low,
        sizes,
        baseline.status_share,
        parameters.people.household_concentration,
        person,
    )
    pool_county = np.repeat(np.arange(count, dtype=np.int64), pools.count.sum(axis=1))
    _fill_rosters(seed, code, slot_base, pool_county, pools.low, pools.size, roster_start, share, roster, person)
    room = len(roster) + int(np.ceil(sizes).sum() * float(baseline.jailed_share[..., 2].max())) + 16 * count
    slots, months = np.zeros(room, dtype=np.int64), np.zeros(room, dtype=np.int64)
    jailed = _start_in_jail(
        seed,
        code,
        slot_base,
        group_low,
        sizes,
        pools.first,
        pools.count,
        pools.size,
        roster_start,
        parameters.people.frequent_share,
        share,
        baseline.jailed_share,
        baseline.status_share,
        baseline.stay_cumulative,
        np.array(parameters.courts.stay.values()),
        roster,
        person,
        slots,
        months,
    )
    return World(
        counties=counties,
        baseline=baseline,
        seed=seed,
        slot_base=slot_base,
        group_low=group_low,
        group_size=sizes,
        community_base=community_base,
        cell_first=cell_first,
        cell_county=cell_county,
        cell_low=cell_low,
        cell_size=cell_size,
        neighbour_start=neighbour_start,
        neighbour=neighbour,
        cell_pool=pools.of_cell,
        pool_low=pools.low,
        pool_size=pools.size,
        roster_start=roster_start,
        roster=roster,
        person=person,
        release_slot=slots[:jailed].copy(),
        release_month=months[:jailed].copy(),
    )
