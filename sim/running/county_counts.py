"""What could be counted in a run by county and month: the books by type and target, the survey, who lives there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engines.panel import SurveyBook
from sim.running.run import prepare, records, seed_of
from sim.running.tables.county_months import TOTALS, totals_of
from sim.running.two_runs import TwoRuns
from sim.words.labels import (
    CRIME_COLUMNS,
    CRIMES,
    ENFORCEMENT_COLUMNS,
    GROUPS,
    PEOPLE_COLUMNS,
    PROGRAMS,
    PROPERTY_CRIMES,
    SURVEYED_CRIMES,
    TARGET_GROUPS,
    VIOLENT_CRIMES,
)
from sim.world.counties.building import Counties
from sim.world.setting import program_flags

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger, MonthRecord
    from sim.engines.panel import SurveyMonth
    from sim.scenario.scenario import Scenario

Counts = NDArray[np.int32]
BOOKS = ("occurred", "reported", "recorded")
"""The books that are counted, as the columns of the ledger are called."""
CONTROLS = ("homicide", "motor_vehicle_theft")
"""Types counted alone: nearly all of them are reported, whatever victims fear."""
KINDS = (*TOTALS, *CONTROLS)
"""What is counted: totals of types, and those types."""
_COLUMNS = [CRIME_COLUMNS.index(book) for book in BOOKS]
_DETAINED = ENFORCEMENT_COLUMNS.index("ice_custody")
_PLACES = [PEOPLE_COLUMNS.index(name) for name in ("people", "vacant")]
_CONTROL_ROWS = [CRIMES.index(name) for name in CONTROLS]
_TOLD = [
    [place for place, name in enumerate(SURVEYED_CRIMES) if name in types]
    for types in ((*VIOLENT_CRIMES, *PROPERTY_CRIMES), VIOLENT_CRIMES, PROPERTY_CRIMES)
]
"""Which of the surveyed types make index crime (homicide cannot be told), violent and property crime."""


@dataclass(frozen=True, eq=False)
class CountyCounts:
    """Monthly counts of one run: T months, K counties.

    Attributes
    ----------
    months : list of T texts
        YYYY-MM.
    counties : Counties
        The table of counties.
    crime : int32[T, K, 5, 3, 4]
        Incidents by kind (``KINDS``), book (``BOOKS``) and group of the target, organizations last.
    told : int32[T, K, 3, 3, 2]
        Incidents told to the survey, by total, group of the respondent, and (told, said to be reported); by the month
        in which they happened.
    asked : int32[T, K, 3]
        Months of respondents' lives that interviews cover, by group.
    people : int64[K, 3]
        Places for people by group: those who live there and vacancies. They do not change in a run.
    programs : bool[T, K, 8]
        Which programs are in force.
    detained : int32[T, K]
        People taken into ICE custody.
    """

    months: list[str]
    counties: Counties
    crime: Counts
    told: Counts
    asked: Counts
    people: NDArray[np.int64]
    programs: NDArray[np.bool_]
    detained: Counts

    @property
    def state(self) -> list[str]:
        """The state of each county; in a grid, which has none, each county stands for itself."""
        return list(self.counties.state) if any(self.counties.state) else list(self.counties.fips)

    def active(self, program: str) -> NDArray[np.bool_]:
        """Return bool[T, K]: the months in which a program is in force."""
        return self.programs[:, :, PROGRAMS.index(program)]

    def away(self, program: str) -> NDArray[np.int64]:
        """Return int64[T, K]: people detained so far while a program was in force, whether they came back or not."""
        return np.cumsum(np.where(self.active(program), self.detained, 0), axis=0, dtype=np.int64)


def count_run(
    scenario: Scenario,
    *,
    seed: int,
    replication: int,
    threads: int = 1,
    engine: str = "columnar",
    on_month: Callable[[], None] | None = None,
) -> CountyCounts:
    """Run one replication of a scenario and return what is counted; the months themselves are not kept.

    Raises
    ------
    UserError
        Where the scenario's files do not fit together.
    """
    setting = prepare(scenario, replication)
    counting = _Counting(setting.months, setting.world.counties)
    for record in records(setting, seed_of(seed, replication), engine, threads):
        counting.add(record)
        if on_month is not None:
            on_month()
    return counting.finish()


def count_two(
    first: Scenario,
    second: Scenario,
    *,
    seed: int,
    replication: int,
    threads: int = 1,
    engine: str = "columnar",
    on_month: Callable[[], None] | None = None,
    sharing: bool = True,
) -> Iterator[CountyCounts]:
    """Yield what is counted in a replication of two scenarios of one world, one after the other.

    Months that they have in common are run once unless told otherwise; for each, ``on_month`` is called twice.
    """
    settings = prepare(first, replication), prepare(second, replication)
    luck = seed_of(seed, replication)
    runs = TwoRuns(*settings, luck, threads, engine=engine, sharing=sharing)
    shared = _Counting(settings[0].months, settings[0].world.counties)
    tell = on_month or (lambda: None)
    for record in runs.in_common():
        shared.add(record)
        tell()
        tell()
    for counting, months in ((deepcopy(shared), runs.first()), (shared, runs.second())):
        for record in months:
            counting.add(record)
            tell()
        yield counting.finish()


def count_ledger(ledger: Ledger) -> CountyCounts:
    """Return what is counted in a run that lies in memory."""
    counting = _Counting(ledger.months, ledger.counties)
    for index in range(len(ledger.months)):
        counting.add(ledger.record(index))
    return counting.finish()


def with_dates_of(counts: CountyCounts, scenario: Scenario) -> CountyCounts:
    """Return counts of a run with the programs that another scenario of the same world has in force."""
    return replace(counts, programs=program_flags(prepare(scenario), slice(0, len(counts.months))))


class _Counting:
    """Adds a run up, month by month."""

    def __init__(self, months: list[str], counties: Counties) -> None:
        """Begin a run over some months."""
        self.months, self.counties = months, counties
        shape = (len(self.months), len(self.counties))
        self.crime = np.zeros((*shape, len(KINDS), len(BOOKS), len(TARGET_GROUPS)), dtype=np.int32)
        self.told = np.zeros((*shape, len(TOTALS), len(GROUPS), 2), dtype=np.int32)
        self.asked = np.zeros((*shape, len(GROUPS)), dtype=np.int32)
        self.programs = np.zeros((*shape, len(PROGRAMS)), dtype=np.bool_)
        self.detained = np.zeros(shape, dtype=np.int32)
        self.people = np.zeros((shape[1], len(GROUPS)), dtype=np.int64)
        self.survey = SurveyBook(len(self.months))

    def add(self, record: MonthRecord) -> None:
        """Add one month, and of the survey those months that are whole by now."""
        self.programs[record.index] = record.programs
        self.detained[record.index] = record.enforcement[..., _DETAINED].sum(axis=(1, 2, 3))
        by_book = np.moveaxis(record.crime[..., _COLUMNS], -1, 1)  # K x books x types x groups
        for place, total in enumerate(totals_of(by_book).values()):
            self.crime[record.index, :, place] = total
        self.crime[record.index, :, len(TOTALS) :] = np.moveaxis(by_book[:, :, _CONTROL_ROWS], 2, 1)
        if record.index == 0:
            self.people = record.people[..., _PLACES].sum(axis=(2, 3))
        for month in self.survey.add(record):
            self._add_survey(month)

    def _add_survey(self, month: SurveyMonth) -> None:
        self.asked[month.index] = month.person_months.sum(axis=2)
        told = month.told.sum(axis=2)  # K x groups x types x (told, told and reported)
        for place, rows in enumerate(_TOLD):
            self.told[month.index, :, place] = told[:, :, rows].sum(axis=2)

    def finish(self) -> CountyCounts:
        """Return what was counted."""
        counted = (self.crime, self.told, self.asked, self.people, self.programs, self.detained)
        return CountyCounts(self.months, self.counties, *counted)
