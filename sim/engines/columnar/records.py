"""The records that compiled loops of the columnar engine read and write, and how events are packed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper, int64
from sim.numerics.draws import entity_of
from sim.words.codes import HISPANIC, OTHER, OTHER_NONCITIZEN
from sim.words.labels import CRIMES, FAMILIES, GROUPS

Array = npt.NDArray[Any]
index: Any = np.uint64
"""A number that is never below 0, as an index: nothing need be done lest it were. With other numbers it is a float."""
BY_GROUP, BY_CRIME = (len(GROUPS),), (len(CRIMES),)
COUNTY = np.dtype(
    [
        ("code", np.int64),
        ("base", np.int64),  # first slot
        ("people", np.int64),
        ("low", np.int64, BY_GROUP),  # first slot of each group
        ("size", np.int64, BY_GROUP),
        ("community", np.int64),  # number of the first community member in the world
        ("community_people", np.int64),
        ("cell_first", np.int64),
        ("cell_end", np.int64),
        ("organization", np.float64, BY_CRIME),
        ("opportunity_rate", np.float64),
        ("street_rate", np.float64),
        ("region", np.int64),
        ("history", np.int64),  # programs before the start
        ("neighbour_first", np.int64),
        ("neighbours", np.int64),
        ("group_share", np.float64, BY_GROUP),
        ("expected_risk", np.float64, (len(GROUPS), len(FAMILIES))),  # risk units per slot and month
        ("expected_recorded", np.float64, BY_CRIME),  # the same
        ("expected_removable", np.float64),  # removable people booked, the same
        # victims again, again and again: below which uniform one is meant, how many there are, among so many is one
        ("repeat_until", np.float64, (len(GROUPS), len(FAMILIES), 2)),
        ("repeat_victims", np.int64, (len(GROUPS), len(FAMILIES), 2)),
        ("repeat_width", np.int64, (len(GROUPS), len(FAMILIES), 2)),
    ],
    align=True,
)
CELL = np.dtype(
    [
        ("entity", np.int64),
        ("low", np.int64, BY_GROUP),
        ("size", np.int64, BY_GROUP),
        ("place", np.int64, BY_GROUP),  # of the first one of each group among the people of the cell
        ("people", np.int64),
        ("pool", np.int64, BY_GROUP),
        ("county", np.uint32),  # below 0 no index can be, and nothing need be done lest it were
        ("neighbour_first", np.int64),
        ("neighbours", np.int64),
        # of a month as usual: opportunities are counted in so many parts, each of this mean; the chance of none in one,
        # and of a count near the mean, which is so likely, and so likely with all below it
        ("parts", np.int64),
        ("part_mean", np.float64),
        ("no_opportunity", np.float64),
        ("near", np.int64),
        ("near_chance", np.float64),
        ("up_to_near", np.float64),
        ("no_stop", np.float64, BY_GROUP),  # the chance of no stop of each group, below 0 where unknown
    ],
    align=True,
)
POOL = np.dtype([("low", np.int64), ("size", np.int64), ("roster", np.int64), ("entries", np.int64)], align=True)

INCIDENT = np.dtype(
    [
        ("decides", np.float64),  # the uniform that decides whether it is taken
        ("cell", np.uint32),
        ("number", np.uint32),  # in the cell
        ("target", np.int32),  # slot; -1 an organization
        ("offender", np.int32),  # slot; before it is looked up the entry of the rosters
        ("target_person", np.uint16),
        ("offender_person", np.uint16),
        ("crime", np.uint8),
        ("group", np.uint8),  # of the target; 3 an organization
    ],
    align=True,
)
"""An opportunity, then a crime, of a batch of cells: two of them lie side by side in a line of the cache."""


class Land(NamedTuple):
    """What does not change, as tables of records: see ``people.World``."""

    seed: int
    world_seed: int
    counties: Array  # COUNTY
    cells: Array  # CELL
    pools: Array  # POOL
    neighbour: Array  # of cells; unsigned, as their counties
    county_neighbour: Array
    county_base: Array  # K+1: first slot of each county
    pool_low: Array  # P: first slot of each pool
    in_panel: Array  # bits: slots of the survey's panel


class State(NamedTuple):
    """What changes from month to month, for each person."""

    person: Array
    fear_steps: Array
    fear_month: Array
    roster: Array


class Month(NamedTuple):
    """What holds in the counties (and cells) when the month begins."""

    index: int  # type: ignore[assignment]
    counties: Array  # conditions.CONDITION
    guardianship: Array  # by cell
    trust: Array  # K x 2: of members of the community who have no fear of their own


class Reports(NamedTuple):
    """What becomes known of the crimes of a batch of cells, one entry each."""

    luck: Array  # 8 x n uniforms as 32-bit words: see ``sim.words.luck``
    caller: Array  # who called the police: the victim, others or nobody
    chance: Array  # that somebody did
    full_trust: Array  # the same at full trust
    recorded: Array  # 1 where police record it


class Book(NamedTuple):
    """The month's counts, all whole numbers."""

    crime: Array
    people: Array
    risk: Array
    balance: Array
    cell_recorded: Array
    opportunities: Array
    clipped: Array


class Booked(NamedTuple):
    """People booked this month, one entry each, in order of slot."""

    slot: Array
    county: Array  # of the arrest
    group: Array
    status: Array
    level: Array
    charge: Array
    stay: Array  # months in local custody; 0 released at once
    candidate: Array  # 0 not identified or not removable, 1 found by a fingerprint match alone, 2 by screening


class Plans(NamedTuple):
    """What a month leads to: events of later months, and who causes fear now."""

    event: Array
    due: Array  # month of each event
    spread: Array  # see ``fright_of``
    used: Array  # 2: how many events, how many of ``spread``


class Person(NamedTuple):
    """Somebody in the hands of the police, courts or ICE."""

    slot: int
    at: int  # the same as an index
    county: int  # of the home
    group: int
    arrested_in: int  # county


class Registry(NamedTuple):
    """The counts of custody and enforcement: this month's, and the people in each custody."""

    enforcement: Array  # K x group x status x level x column
    bookings: Array  # K x group x status x charge
    custody: Array  # K x group x status x custody
    removed: Array  # K x 2 groups x 4 channels: community members removed this month
    removable: Array  # K: removable people booked this month
    taken: Array  # K: of them, those whom ICE will take


@block
def with_more(buffer: Array, size: int, more: Array) -> tuple[Array, int]:
    """Return ``buffer``, of which ``size`` entries are in use, with ``more`` after them; and how many are then."""
    end = size + len(more)
    if end > len(buffer):
        larger = np.empty(2 * end, dtype=np.int64)
        larger[:size] = buffer[:size]
        buffer = larger
    buffer[size:end] = more
    return buffer, end


ARREST_SLOT, EVENT_SLOT = 20, 24
"""The bits of a packed arrest and of a packed event above which the slot stands."""
TOLD_WAIT = 15
"""The part of what is told to the survey that says in how many months."""


@helper
def arrest_of(slot: int, charge: int, county: int) -> int:
    """Return an arrest packed so that sorting puts a person's gravest charge first."""
    return (int64(slot) << ARREST_SLOT) | (int64(charge) << 16) | int64(county)


@helper
def parts_of_arrest(arrest: int) -> tuple[int, int, int]:
    """Return slot, charge and county of a packed arrest."""
    return arrest >> ARREST_SLOT, (arrest >> 16) & 15, arrest & 65535


@helper
def event_of(slot: int, county: int, generation: int, kind: int) -> int:
    """Return a calendar event packed into one number; sorting orders events by slot."""
    return (int64(slot) << EVENT_SLOT) | (int64(county) << 8) | (int64(generation) << 5) | int64(kind)


@helper
def parts_of_event(event: int) -> tuple[int, int, int, int]:
    """Return slot, county of the arrest, generation and kind of a packed event."""
    return event >> EVENT_SLOT, (event >> 8) & 65535, (event >> 5) & 7, event & 31


@helper
def told_of(slot: int, crime: int, reported: bool, wait: int) -> int:
    """Return a crime of which a panel member will tell in ``wait`` months, packed."""
    return (int64(slot) << 8) | (int64(reported) << 7) | (int64(crime) << 4) | wait


@helper
def parts_of_told(told: int) -> tuple[int, int, int, int]:
    """Return slot, crime type, whether police heard of it and how many months ago of what a panel member tells."""
    return told >> 8, (told >> 4) & 7, (told >> 7) & 1, told & TOLD_WAIT


@helper
def fright_of(slot: int, reason: int) -> int:
    """Return somebody whose fate causes fear, packed with the reason."""
    return (slot << 1) | reason


@helper
def parts_of_fright(entry: int) -> tuple[int, int]:
    """Return slot and reason of somebody whose fate causes fear."""
    return entry >> 1, entry & 1


@block
def empty_plans(room: int) -> Plans:
    """Return plans without an entry, with room for so many."""
    event, due, spread = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    return Plans(event, due, spread, np.zeros(2, np.int64))


@helper
def plan(event: int, month: int, plans: Plans) -> None:
    """Put an event into the plans."""
    used = plans.used[0]
    place = index(used)
    plans.event[place], plans.due[place] = event, month
    plans.used[0] = used + 1


@helper
def frightens(slot: int, reason: int, plans: Plans) -> None:
    """Note that somebody's fate causes fear."""
    plans.spread[index(plans.used[1])] = fright_of(slot, reason)
    plans.used[1] += 1


@helper
def group_in(slot: int, county: int, land: Land) -> int:
    """Return the group of a slot of a county."""
    low = land.counties[index(county)].low
    if slot < low[OTHER_NONCITIZEN]:
        return HISPANIC
    return OTHER_NONCITIZEN if slot < low[OTHER] else OTHER


@helper
def home_of(slot: int, land: Land) -> tuple[int, int]:
    """Return the county and group of a slot."""
    county = int64(np.searchsorted(land.county_base, slot, side="right")) - 1
    return county, group_in(slot, county, land)


@helper
def county_from(county: int, slot: int, land: Land) -> int:
    """Return the county of a slot that is not below ``county``: quick where slots come in order."""
    while slot >= land.county_base[index(county + 1)]:
        county += 1
    return county


@helper
def entity_at(slot: int, county: int, land: Land) -> int:
    """Return the identity that keys a slot's draws."""
    here = index(county)
    return entity_of(land.counties[here].code, slot - land.counties[here].base)
