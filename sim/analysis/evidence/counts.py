"""What figures need of one world, gathered month by month in a small part of a ledger's memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.evidence.designs import Codes, People
from sim.engines.ledger import Ledger, MonthRecord
from sim.engines.panel import REFERENCE_MONTHS
from sim.words.calendar import month_number
from sim.words.codes import (
    ARRESTS_SHAPE,
    CRIME_SHAPE,
    ENFORCEMENT_SHAPE,
    IN_ICE,
    INCIDENTS,
    PEOPLE_SHAPE,
    RECORDED,
    REPORTED_BY_STATUS,
    RESPONDENTS,
    TOLD_COUNTY,
    TOLD_CRIME,
    TOLD_GROUP,
    TOLD_MONTH,
    TOLD_STATUS,
    TRUE,
)
from sim.words.labels import CRIMES, GROUPS, PROGRAMS, STATUSES
from sim.world.counties.table import Counties

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SmallIntegers = NDArray[np.int32]
SECURE_COMMUNITIES = PROGRAMS.index("secure_communities")
BOOKS = (TRUE, RECORDED)
"""The books of crime that are kept by county."""


class Survey(NamedTuple):
    """What some people told of some crimes, by month of incident and county: int64[T, K] each."""

    told: Integers
    reported: Integers  # of those told, said to be reported
    asked: Integers  # person-months


@dataclass(frozen=True, eq=False)
class WorldCounts:
    """One world of T months and K counties.

    Attributes
    ----------
    months : list of T texts
        YYYY-MM.
    counties : Counties
        With the months in which Secure Communities comes by the scenario, or by the world where that has it nowhere.
    active : bool[T, K]
        Where Secure Communities is in force.
    crime : int64[T, 8, 4, 8]
        All counties: type, group of the target, column.
    crime_by_county : int32[T, K, 8, 2]
        All targets: type, and what happened or was recorded.
    people : int64[T, 3, 3, 7]
        All counties: group, status, column.
    calls : int32[T, K, 3, 3, 2]
        Incidents against people by group and status, and those of them that were reported.
    enforcement, enforcement_active : int64[T, 3, 3, 4, 16]
        Group, status, level, column, in all counties and where Secure Communities is in force.
    transfers : int64[T, K]
        People taken into the custody of Immigration and Customs Enforcement.
    bookings : int64[T, 3, 3, 10]
        All counties: group, status, charge.
    repeats : int64[T, 2, 6, 2]
        As in the ledger.
    rearrests : int64[T, 3, 2]
        As in the ledger.
    events : int64[N]
        Incidents told to the survey, as ``sim.engines.panel.told_event`` writes them.
    respondents : int32[T, K, 3, 3]
        Interviewed in the month.
    clipped_share : float
        Share of opportunities whose probability of being taken had to be cut to 1.
    """

    months: list[str]
    counties: Counties
    active: NDArray[np.bool_]
    crime: Integers
    crime_by_county: SmallIntegers
    people: Integers
    calls: SmallIntegers
    enforcement: Integers
    enforcement_active: Integers
    transfers: Integers
    bookings: Integers
    repeats: Integers
    rearrests: Integers
    events: Integers
    respondents: SmallIntegers
    clipped_share: float

    @cached_property
    def since(self) -> Integers:
        """Months since each county's activation, int64[T, K]."""
        month = month_number(self.months[0]) + np.arange(len(self.months))
        return np.asarray(month[:, None] - self.counties.activation.astype(np.int64))

    @cached_property
    def _asked_of(self) -> dict[People, Integers]:
        """Person-months of some people, int64[T, K], once they were asked for."""
        return {}

    @cached_property
    def _asked(self) -> Integers:
        """Person-months by group and status that interviews of the six months after cover, int64[T, K, 3, 3]."""
        total = np.zeros((len(self.months) + REFERENCE_MONTHS + 1, *self.respondents.shape[1:]), dtype=np.int64)
        np.cumsum(self.respondents, axis=0, out=total[1 : len(self.months) + 1])
        total[len(self.months) + 1 :] = total[len(self.months)]
        ahead = np.arange(len(self.months)) + 1
        return np.asarray(total[ahead + REFERENCE_MONTHS] - total[ahead])

    def survey(self, people: People, crimes: Codes) -> Survey:
        """Return what a part of the population told of some crimes."""
        events = self.events
        wanted = _is_among(events >> TOLD_GROUP & 3, people.groups, len(GROUPS))
        wanted &= _is_among(events >> TOLD_STATUS & 3, people.statuses, len(STATUSES))
        wanted &= _is_among(events >> TOLD_CRIME & 7, crimes, len(CRIMES))
        events = events[wanted]
        shape = len(self.months), len(self.counties)
        place = (events >> TOLD_MONTH) * shape[1] + (events >> TOLD_COUNTY & 65535)
        told, reported = (
            np.bincount(which, minlength=shape[0] * shape[1]).reshape(shape)
            for which in (place, place[events & 1 == 1])
        )
        if people not in self._asked_of:
            chosen = self._asked[:, :, people.groups][..., people.statuses]
            self._asked_of[people] = chosen.reshape(*shape, -1).sum(axis=2)
        return Survey(told, reported, self._asked_of[people])


class Gathering:
    """Takes the months of a run, one after another."""

    def __init__(self, months: list[str], counties: Counties) -> None:
        """Begin with the run's months and its K counties."""
        self.months, self.counties = months, counties
        size, count = len(months), len(counties)
        self.active = np.zeros((size, count), dtype=np.bool_)
        self.crime = np.zeros((size, *CRIME_SHAPE), dtype=np.int64)
        self.crime_by_county = np.zeros((size, count, CRIME_SHAPE[0], len(BOOKS)), dtype=np.int32)
        self.people = np.zeros((size, *PEOPLE_SHAPE), dtype=np.int64)
        self.calls = np.zeros((size, count, *PEOPLE_SHAPE[:2], 2), dtype=np.int32)
        self.enforcement = np.zeros((size, *ENFORCEMENT_SHAPE), dtype=np.int64)
        self.enforcement_active = np.zeros_like(self.enforcement)
        self.transfers = np.zeros((size, count), dtype=np.int64)
        self.bookings = np.zeros((size, *ARRESTS_SHAPE), dtype=np.int64)
        self.repeats: list[Integers] = []
        self.rearrests: list[Integers] = []
        self.events: list[Integers] = []
        self.respondents = np.zeros((size, count, *PEOPLE_SHAPE[:2]), dtype=np.int32)
        self.opportunities = self.clipped = 0

    def add(self, record: MonthRecord) -> None:
        """Add one month."""
        month, in_force = record.index, record.programs[:, SECURE_COMMUNITIES]
        self.active[month] = in_force
        self.crime[month] = _total(record.crime)
        for place, book in enumerate(BOOKS):
            self.crime_by_county[month, ..., place] = _last_axis(record.crime[..., book])
        self.people[month] = record.people.sum(axis=0)
        for place, column in enumerate((INCIDENTS, REPORTED_BY_STATUS)):
            self.calls[month, ..., place] = record.people[..., column]
        self.respondents[month] = record.people[..., RESPONDENTS]
        self.enforcement[month] = _total(record.enforcement)
        if in_force.all():
            self.enforcement_active[month] = self.enforcement[month]
        elif in_force.any():
            self.enforcement_active[month] = _total(record.enforcement[in_force])
        self.transfers[month] = record.enforcement[..., IN_ICE].reshape(len(self.counties), -1).sum(axis=1)
        self.bookings[month] = _total(record.bookings)
        self.repeats.append(record.repeats)
        self.rearrests.append(record.rearrests)
        self.events.append(record.told)
        self.opportunities += int(record.opportunities.sum())
        self.clipped += int(record.clipped.sum())

    def finish(self) -> WorldCounts:
        """Return what was gathered."""
        return WorldCounts(
            self.months,
            self.counties,
            self.active,
            self.crime,
            self.crime_by_county,
            self.people,
            self.calls,
            self.enforcement,
            self.enforcement_active,
            self.transfers,
            self.bookings,
            np.stack(self.repeats),
            np.stack(self.rearrests),
            np.concatenate(self.events),
            self.respondents,
            self.clipped / max(1, self.opportunities),
        )


def counts_of(ledger: Ledger) -> WorldCounts:
    """Return what figures need of a ledger."""
    gathering = Gathering(ledger.months, ledger.counties)
    for month in range(len(ledger.months)):
        gathering.add(ledger.record(month))
    return gathering.finish()


def _total(table: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return sums over counties in the table's own integers: a month of a whole nation stays far below their end."""
    return np.asarray(np.add.reduce(table, axis=0))


def _last_axis(table: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return sums over the last axis, which is short."""
    total = table[..., 0].copy()
    for place in range(1, table.shape[-1]):
        total += table[..., place]
    return total


def _is_among(codes: Integers, members: Codes, count: int) -> NDArray[np.bool_]:
    """Return whether each code is one of the members."""
    table = np.zeros(count, dtype=np.bool_)
    table[list(members)] = True
    return table[codes]
