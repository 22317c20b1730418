"""The records that compiled loops of the columnar engine read and write, and how events are packed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper, int64
from sim.numerics.draws import entity_of

Array = npt.NDArray[Any]
(
    ARRESTED,
    CONVICTED,
    BOOKED,
    IDENTIFIED,
    REMOVABLE,
    DETAINERS,
    HONOURED,
    IN_ICE,
    AT_LARGE,
    REMOVED,
    PARENTS,
    RETURNED,
) = range(12)
CONVICTION, RELEASE, ICE_END, RETURN, ARRIVAL = 0, 3, 4, 5, 6
"""Kinds of calendar events; a conviction's kind (0, 1, 2) is the conviction's."""
AFTER_REMOVAL, AFTER_AT_LARGE = 0, 1
ORGANIZATION = 3
"""Stands for the group of a target that is no person."""
COUNTY = np.dtype(
    [
        ("code", np.int64),
        ("base", np.int64),  # first slot
        ("people", np.int64),
        ("low", np.int64, (3,)),  # first slot of each group
        ("size", np.int64, (3,)),
        ("community", np.int64),  # number of the first community member in the world
        ("community_people", np.int64),
        ("cell_first", np.int64),
        ("cell_end", np.int64),
        ("types", np.float64, (8,)),  # cumulative shares of crime types
        ("organization", np.float64, (8,)),
        ("opportunity_rate", np.float64),
        ("street_rate", np.float64),
    ],
    align=True,
)
CELL = np.dtype(
    [
        ("entity", np.int64),
        ("low", np.int64, (3,)),
        ("size", np.int64, (3,)),
        ("people", np.int64),
        ("pool", np.int64, (3,)),
        ("county", np.int64),
        ("neighbour_first", np.int64),
        ("neighbours", np.int64),
    ],
    align=True,
)
POOL = np.dtype([("low", np.int64), ("size", np.int64), ("roster", np.int64), ("entries", np.int64)], align=True)
CONDITION = np.dtype(
    [
        ("fear", np.float64),
        ("background", np.float64),
        ("deterrence", np.float64),
        ("capacity", np.float64),
        ("street_rise", np.float64),
        ("impunity", np.float64, (4, 8)),  # by target group; an organization's is 1
    ],
    align=True,
)


class Land(NamedTuple):
    """What does not change, as tables of records: see ``people.World``."""

    seed: int
    world_seed: int
    counties: Array  # COUNTY
    cells: Array  # CELL
    pools: Array  # POOL
    neighbour: Array
    county_base: Array  # K+1: first slot of each county
    pool_low: Array  # P: first slot of each pool


class State(NamedTuple):
    """What changes from month to month, for each person."""

    person: Array
    fear_steps: Array
    fear_month: Array
    roster: Array


class Month(NamedTuple):
    """What holds in the counties (and cells) when the month begins."""

    index: int  # type: ignore[assignment]
    counties: Array  # CONDITION
    guardianship: Array  # by cell


class Incidents(NamedTuple):
    """Opportunities, then crimes, of a batch of cells, one entry each."""

    cell: Array
    number: Array  # in the cell
    crime: Array
    group: Array  # of the target; 3 an organization
    target: Array  # slot; -1 an organization
    offender: Array  # slot; below 0 the entry of somebody replaced for good
    decides: Array  # the uniform that decides whether it is taken
    calls: Array  # the uniform that decides who calls the police, and whether a call is recorded
    target_person: Array
    offender_person: Array


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
    status: Array
    level: Array
    stay: Array  # months in local custody; 0 released at once
    candidate: Array  # 1 identified and removable


class Registry(NamedTuple):
    """The counts of custody and enforcement: this month's, and the people in each custody."""

    enforcement: Array  # K x status x level x column
    custody: Array  # K x group x status x custody
    removed: Array  # K: community members removed this month
    removable: Array  # K: removable people booked this month
    taken: Array  # K: of them, those whom ICE will take


@block
def with_room(buffer: Array, size: int, more: int) -> Array:
    """Return ``buffer``, of which ``size`` entries are in use, grown where it has no room for ``more``."""
    if size + more <= len(buffer):
        return buffer
    larger = np.empty(2 * (size + more), dtype=np.int64)
    larger[:size] = buffer[:size]
    return larger


@helper
def keep_in_front(met: Incidents, i: int, kept: int) -> None:
    """Move what later phases ask of an incident to the place ``kept``."""
    met.cell[kept], met.number[kept], met.crime[kept], met.group[kept] = (
        met.cell[i],
        met.number[i],
        met.crime[i],
        met.group[i],
    )
    met.target[kept], met.offender[kept], met.calls[kept] = met.target[i], met.offender[i], met.calls[i]
    met.target_person[kept] = met.target_person[i]


@helper
def arrest_of(slot: int, charge: int, county: int) -> int:
    """Return an arrest packed so that sorting puts a person's gravest charge first."""
    return (int64(slot) << 20) | (int64(charge) << 16) | int64(county)


@helper
def event_of(slot: int, county: int, generation: int, kind: int) -> int:
    """Return a calendar event packed into one number; sorting orders events by slot."""
    return (int64(slot) << 24) | (int64(county) << 8) | (int64(generation) << 5) | int64(kind)


@helper
def group_in(slot: int, county: int, land: Land) -> int:
    """Return the group of a slot of a county."""
    if slot < land.counties[county].low[1]:
        return 0
    return 1 if slot < land.counties[county].low[2] else 2


@helper
def home_of(slot: int, land: Land) -> tuple[int, int]:
    """Return the county and group of a slot."""
    county = int64(np.searchsorted(land.county_base, slot, side="right")) - 1
    return county, group_in(slot, county, land)


@helper
def county_from(county: int, slot: int, land: Land) -> int:
    """Return the county of a slot that is not below ``county``: quick where slots come in order."""
    while slot >= land.county_base[county + 1]:
        county += 1
    return county


@helper
def entity_at(slot: int, county: int, land: Land) -> int:
    """Return the identity that keys a slot's draws."""
    return entity_of(land.counties[county].code, slot - land.counties[county].base)
