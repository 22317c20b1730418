"""Who lives there: households of mixed status, rosters of likely offenders, and who starts in jail.

Slots are sorted by county, then group (Hispanic, other noncitizens, everyone else), then cell; so a person's county,
group and cell follow from the slot's number and are not stored. A household is four consecutive slots of a group.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.world.counties.building import Counties
from sim.world.neighbourhoods import Homes, county_ranges, homes_of, travel_of
from sim.world.programs import reached_jails
from sim.world.settled.baseline import Baseline
from sim.world.settled.custody import months_vacant
from sim.world.settled.fear import jump_sizes, months_of_fear
from sim.world.settled.solving import solve_baseline
from sim.world.start.homes import fill_households, fill_rosters
from sim.world.start.records import Made, Places, Shares, Waits, courts_of
from sim.world.start.settled import start_settled

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
People = npt.NDArray[np.uint16]
Array = npt.NDArray[Any]
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

    if threads == 1:
        return made, list(people((0, len(places.code))))
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(people, county_ranges(places.slot_base, PARTS * threads)))
    return made, [np.concatenate(each) for each in zip(*parts, strict=True)]


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
    homes = homes or homes_of(parameters, counties, seed)
    travel = travel_of(parameters, homes)
    baseline = solve_baseline(parameters, counties, reached_jails(parameters, counties, seed), travel)
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
