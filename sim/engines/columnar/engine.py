"""The columnar engine: the fourteen phases as compiled loops over blocks of cells; cost follows events, not people.

A run on one thread goes through several months in one compiled call (``months.run_months``); one on many threads goes
back to Python between phases (``step``), where their work is shared out. Both do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from sim.engines.columnar import blocks as blocks
from sim.engines.columnar import booking as booking_loops
from sim.engines.columnar import custody as custody_loops
from sim.engines.columnar import news as news_loops
from sim.engines.columnar.agenda import empty_agenda, taken_from, with_entries
from sim.engines.columnar.docket import Docket, Events, empty_registry, merged
from sim.engines.columnar.land import empty_book, state_of
from sim.engines.columnar.months import record_expectations
from sim.engines.columnar.outset import outset_of
from sim.engines.columnar.records import ARREST_SLOT, EVENT_SLOT, TOLD_WAIT, Book, Booked, Month, Plans, Registry
from sim.engines.columnar.releases import follow
from sim.engines.columnar.several import run_several
from sim.engines.conditions import CONDITION, of_the_month
from sim.engines.ledger import Ledger, MonthRecord, stack
from sim.engines.panel import RepeatVictims, is_january
from sim.numerics.allocation import keep_freed_memory
from sim.rules.detainer import capacity_this_month
from sim.rules.survey import ROTATIONS, TRUST_UNIT
from sim.words.calendar import month_number
from sim.words.codes import (
    AWAY,
    COMMUNITY_COUNT,
    HOT_SPOTS,
    IN_CUSTODY,
    JAILED,
    PEOPLE,
    REARRESTS_SHAPE,
    RESPONDENTS,
)
from sim.world.neighbourhoods import county_ranges
from sim.world.setting import Setting, program_flags

SMALL_WORLD = 5_000_000
"""Below so many people, threads inside a run cost more than they save: run replications in parallel instead."""
CHUNKS, DOCKETS = 16, 4
"""Parts for each thread in which a month's crimes, and a month's arrests, are worked through."""
MOST_COUNTY_MONTHS, MOST_PERSON_MONTHS = 6_000, 10_000_000
"""Of one compiled call, so that records stay small and progress is seen several times a second."""
Result = TypeVar("Result")


class ColumnarEngine:
    """One run on arrays; iterate over ``months()`` to run it. ``month`` is the first month not begun."""

    def __init__(self, setting: Setting, seed: int, threads: int = 1, *, keep_world: bool = True) -> None:
        """Lay out a run of ``setting`` with the luck of ``seed``.

        Unless ``keep_world`` holds, the run uses up the world's people instead of a copy: half the memory, one run.
        """
        keep_freed_memory()
        self.setting, self.world, self.constants = setting, setting.world, setting.constants
        world, outset = self.world, outset_of(setting)
        self.land = outset.land._replace(seed=seed)
        self.state = state_of(world, keep_world=keep_world)
        self.record = outset.table
        self.month = 0
        self.threads = threads if world.size >= SMALL_WORLD else 1
        self.pool: ThreadPoolExecutor | None = None
        self.chunks = county_ranges(world.slot_base, 1 if self.threads == 1 else CHUNKS * self.threads)
        self.dockets = self._dockets_with(outset.events, outset.due)
        self.interviews = empty_agenda(setting.parameters.months)
        self.now, self.guardianship = outset.now.copy().view(CONDITION), outset.guardianship.copy()
        self.recent, self.custody_counts = np.zeros(len(world.cell_county)), outset.custody.copy()
        self.trust = np.empty((len(self.now), COMMUNITY_COUNT))
        self.panel, self.panel_start, self.office_capacity = outset.panel, outset.panel_start, outset.office_capacity
        self.survey_weight = outset.survey_weight.copy()
        self.repeat_victims = RepeatVictims(setting.months[0])

    def _dockets_with(self, events: Events, due: Events) -> list[Docket]:
        """Return the dockets of the run, with events, in order of slot, and the months in which they are due."""
        slot_base, months = self.world.slot_base, self.setting.parameters.months
        dockets = []
        for first, last in county_ranges(slot_base, 1 if self.threads == 1 else DOCKETS * self.threads):
            docket = Docket(int(slot_base[first]), int(slot_base[last]), months)
            low, high = np.searchsorted(events, [docket.first << EVENT_SLOT, docket.last << EVENT_SLOT])
            docket.plan(events[low:high], due[low:high])
            dockets.append(docket)
        return dockets

    def _side_by_side(self, work: Callable[..., Result], *parts: Sequence[Any]) -> list[Result]:
        """Return what ``work`` gives for each of several parts, in threads where the run has them."""
        if self.pool is None:
            return [work(*each) for each in zip(*parts, strict=True)]
        return list(self.pool.map(work, *parts))

    def months(self, until: int | None = None) -> Iterator[MonthRecord]:
        """Run the months that are left, or those before ``until``, in order and yield the record of each.

        On one thread the state runs some months ahead of the records.
        """
        if self.threads > 1:
            yield from self._month_by_month(until)
            return
        begin = self.month
        for part in self.parts(until):
            yield from part.records(begin)
            begin = self.month

    def parts(self, until: int | None = None) -> Iterator[Ledger]:
        """Run the same months and yield the records of those run in one go, stacked."""
        end = self._end(until)
        if self.threads > 1:
            for record in self._month_by_month(until):
                yield stack([record], [self.setting.months[record.index]], self.world.counties)
            return
        most = max(1, min(MOST_COUNTY_MONTHS // len(self.now), MOST_PERSON_MONTHS // self.world.size))
        while self.month < end:
            begin, self.month = self.month, min(self.month + most, end)
            yield self.several(begin, self.month)

    def _end(self, until: int | None) -> int:
        return self.setting.parameters.months if until is None else until

    def _month_by_month(self, until: int | None) -> Iterator[MonthRecord]:
        with ThreadPoolExecutor(self.threads) as pool:
            self.pool = pool
            while self.month < self._end(until):
                self.month += 1
                yield self.step(self.month - 1)
        self.pool = None

    def several(self, begin: int, end: int) -> Ledger:
        """Run months ``begin`` to ``end`` in one compiled call and return their records."""
        return run_several(self, begin, end)

    def step(self, t: int) -> MonthRecord:
        """Run one month: the phases of the schedule."""
        book = empty_book(self.land)
        registries = [empty_registry(self.custody_counts) for _ in self.dockets]
        self.policy(t)
        month = self.patrol(t)
        arrests, calmed, told, suffered = self.blocks(month, book)
        self.interviews = with_entries(self.interviews, told, t + (told & TOLD_WAIT))
        booked = self.booking(arrests, month, registries)
        outcomes = self.detainer(booked, month, registries)
        rearrests = self._follow(t, booked, outcomes)
        spread = self.custody(booked, outcomes, month, registries)
        self.word_of_mouth(calmed, spread, month)
        registry = merged(registries)
        self.news(month, book, registry)
        return self.count(month, book, registry, suffered, rearrests)

    def _follow(
        self, t: int, booked: list[tuple[Booked, int]], outcomes: list[npt.NDArray[np.int8]]
    ) -> npt.NDArray[np.int64]:
        """Return people released and arrested again by status, twelve months after their January; else only 0."""
        january = is_january(month_number(self.setting.months[0]), t)

        def look(docket: Docket, people: tuple[Booked, int], outcome: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
            (everybody, count), counts = people, np.zeros(REARRESTS_SHAPE, dtype=np.int64)
            slot, stay = everybody.slot[:count], everybody.stay[:count]
            docket.followed = follow(docket.followed, january, slot, stay, outcome, self.state, counts)
            return counts

        return np.sum(self._side_by_side(look, self.dockets, booked, outcomes), axis=0, dtype=np.int64)

    def policy(self, t: int) -> None:
        """Phase 1: programs in force come from the calendar; a legalization changes status."""
        for name, values in of_the_month(self.setting, t).items():
            self.now[name] = values
        if t == self.setting.calendar.legalization:
            share = self.constants.legalization_share
            news_loops.legalize(t, self.land, self.state, share, self.custody_counts)

    def patrol(self, t: int) -> Month:
        """Phase 2: officers are spread over cells; last month's news gives what holds in each county."""
        if self.constants.patrol == HOT_SPOTS:  # others stay as they are
            news_loops.patrol(self.land, self.record, self.recent, self.guardianship)
        news_loops.conditions(self.record, self.land, self.now, self.trust)
        return Month(t, self.now, self.guardianship, self.trust)

    def blocks(self, month: Month, book: Book) -> tuple[Events, ...]:
        """Phases 3 to 8, block by block; the lists are joined in the order of the blocks."""

        def run(chunk: tuple[int, int]) -> Any:
            return blocks.run_block(*chunk, self.land, self.state, self.record, month, book)

        return tuple(np.concatenate(lists) for lists in zip(*self._side_by_side(run, self.chunks), strict=True))

    def booking(self, arrests: Events, month: Month, registries: list[Registry]) -> list[tuple[Booked, int]]:
        """Phase 9: who is booked, matched and screened; by docket, the people and their number."""
        arrests = np.sort(arrests, kind="stable")  # each block's are in order already

        def book(docket: Docket, registry: Registry) -> tuple[Booked, int]:
            own = docket.own(arrests, ARREST_SLOT)
            booked, count, plans = booking_loops.booking(own, self.land, self.state, self.record, month, registry)
            docket.plan_all(plans)
            return booked, count

        return self._side_by_side(book, self.dockets, registries)

    def detainer(
        self, booked: list[tuple[Booked, int]], month: Month, registries: list[Registry]
    ) -> list[npt.NDArray[np.int8]]:
        """Phase 10: ICE ranks within its capacity and asks; the county honours or declines. Outcomes by docket."""

        def request(people: tuple[Booked, int]) -> Any:
            return booking_loops.request(*people, self.land, self.record, month)

        def decide(people: tuple[Booked, int], asked: Events, registry: Registry) -> Any:
            return booking_loops.detainer(people[0], asked, self.land, self.state, self.record, month, registry)

        who, office, level, rank = zip(*self._side_by_side(request, booked), strict=True)
        starts = np.cumsum([0, *(count for _, count in booked)])
        asked = np.zeros(starts[-1], dtype=np.int64)
        wanted = np.concatenate([start + own for start, own in zip(starts[:-1], who, strict=True)])
        offices, levels, ranks = np.concatenate(office), np.concatenate(level), np.concatenate(rank)
        quota = np.array([capacity_this_month(capacity, month.index) for capacity in self.office_capacity])
        asked[wanted[booking_loops.within_capacity(offices, levels, ranks, quota)]] = 1
        return self._side_by_side(decide, booked, np.split(asked, starts[1:-1]), registries)

    def custody(
        self,
        booked: list[tuple[Booked, int]],
        outcomes: list[npt.NDArray[np.int8]],
        month: Month,
        registries: list[Registry],
    ) -> list[Events]:
        """Phase 11: courts, ICE, returns and arrivals; returns by docket who causes fear and why."""

        def settle(docket: Docket, people: tuple[Booked, int], outcome: Any, registry: Registry) -> Events:
            plans: Plans = custody_loops.custody(
                docket.take(month.index), people[0], outcome, self.land, self.state, self.record, month, registry
            )
            docket.plan_all(plans)
            return plans.spread[: plans.used[1]].copy()

        return self._side_by_side(settle, self.dockets, booked, outcomes, registries)

    def word_of_mouth(self, calmed: Events, spread: list[Events], month: Month) -> None:
        """Phase 12: reassurance, and fear among those close to people removed."""
        calmed = np.sort(calmed)

        def tell(docket: Docket, heard: Events) -> None:
            own = docket.own(calmed, 0)
            custody_loops.word_of_mouth(own, heard, self.land, self.state, self.record, month)

        self._side_by_side(tell, self.dockets, spread)

    def news(self, month: Month, book: Book, registry: Registry) -> None:
        """Phase 13: county fear, believed risks and police workload."""
        news_loops.news(self.record, self.land, month, book, registry, self.recent)

    def count(self, month: Month, book: Book, registry: Registry, suffered: Events, rearrests: Events) -> MonthRecord:
        """Phase 14: the survey's interviews, who of its panel is victim again, and the record of the month."""
        told = taken_from(self.interviews, month.index)
        turn = month.index % ROTATIONS
        panel = self.panel[self.panel_start[turn] : self.panel_start[turn + 1]]
        trust_sum = np.zeros(book.people.shape[:-1], dtype=np.int64)
        heard = news_loops.count_survey(panel, told, self.land, self.state, self.record, month, book, trust_sum)
        counts = self.custody_counts
        book.people[..., PEOPLE] = counts[..., :AWAY].sum(axis=-1)
        book.people[..., IN_CUSTODY] = counts[..., JAILED:]
        respondents = book.people[..., RESPONDENTS]
        with np.errstate(invalid="ignore"):
            trust = trust_sum / TRUST_UNIT / np.where(respondents > 0, respondents, np.nan)
        fear, relative_risk, removal_risk = np.empty_like(self.now["fear"]), np.empty(len(trust)), np.empty(len(trust))
        record_expectations(self.land, self.now, fear, relative_risk, removal_risk)
        return MonthRecord(
            index=month.index,
            crime=book.crime,
            people=book.people,
            trust=trust,
            enforcement=registry.enforcement,
            programs=program_flags(self.setting, month.index),
            county_fear=fear,
            relative_risk=relative_risk,
            removal_risk=removal_risk,
            officers=self.setting.officers,
            balance=book.balance,
            opportunities=book.opportunities,
            clipped=book.clipped,
            told=np.sort(heard),
            survey_weight=self.survey_weight,
            bookings=registry.bookings,
            repeats=self.repeat_victims.add(month.index, suffered),
            rearrests=rearrests,
        )
