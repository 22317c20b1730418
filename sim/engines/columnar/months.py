"""All phases of several months in one compiled call: no way back to Python between them.

What the phases do is said where each is written; here they follow each other as in ``engine.ColumnarEngine.step``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines import conditions as county_conditions
from sim.engines import panel as survey_panel
from sim.engines.columnar.agenda import Agenda, in_order_of_slot, taken_from, with_entries, with_plans
from sim.engines.columnar.blocks import run_block
from sim.engines.columnar.booking import booking, detainer, request, within_capacity
from sim.engines.columnar.custody import custody, word_of_mouth
from sim.engines.columnar.news import conditions, count_survey, legalize, news, patrol
from sim.engines.columnar.records import (
    EVENT_SLOT,
    TOLD_WAIT,
    Array,
    Book,
    Land,
    Month,
    Registry,
    State,
    with_more,
)
from sim.engines.columnar.releases import Followed, follow
from sim.numerics.compiled import block, helper, int64, unowned
from sim.rules.detainer import capacity_this_month
from sim.rules.survey import ROTATIONS, TRUST_UNIT
from sim.words.codes import (
    ARRESTS_SHAPE,
    AWAY,
    BALANCE_SHAPE,
    CRIME_SHAPE,
    ENFORCEMENT_SHAPE,
    FAMILY_COUNT,
    GROUP_COUNT,
    HISPANIC,
    HOT_SPOTS,
    IN_CUSTODY,
    JAILED,
    PEOPLE,
    PEOPLE_SHAPE,
    REARRESTS_SHAPE,
    REMOVED_SHAPE,
    RESPONDENTS,
)

CUSTODY_COLUMNS = tuple(IN_CUSTODY)
is_january, risk_as_expected = helper(survey_panel.is_january), helper(county_conditions.risk_as_expected)


class Foreknown(NamedTuple):
    """What is known of the months before they come."""

    conditions: Array  # T x K x words: the first ones of ``conditions.CONDITION``, which the calendar gives
    first: int  # month of the run, as ``calendar.month_number`` counts
    legalization: int  # the month of it; -1 never
    legalization_share: float
    capacity: Array  # by field office: detainers a month


class Scratch(NamedTuple):
    """What months hand on or use for themselves."""

    now: Array  # K of ``conditions.CONDITION``
    now_words: Array  # the same, K x words of 64 bits
    guardianship: Array  # by cell
    trust: Array  # K x 2: see ``Month``
    recent: Array  # by cell: recorded crime, running
    custody: Array  # K x group x status x custody: people
    panel: Array  # slots of the survey's panel, by the month of their interviews
    panel_start: Array  # ROTATIONS + 1


class Waiting(NamedTuple):
    """What was planned for later months."""

    events: Agenda
    told: Agenda
    followed: Followed


class Months(NamedTuple):
    """What is recorded of T months; the first axis counts them."""

    crime: Array
    people: Array
    balance: Array
    opportunities: Array
    clipped: Array
    enforcement: Array
    bookings: Array
    trust: Array
    county_fear: Array
    relative_risk: Array
    removal_risk: Array
    rearrests: Array


def room_for(span: int, now: Array) -> Months:
    """Return room for the records of so many months; ``now`` is the counties' conditions.

    The large ones hold anything: ``run_months`` clears each month's when its turn comes, and finds them in the cache.
    """
    counties = len(now)
    return Months(
        crime=np.empty((span, counties, *CRIME_SHAPE), dtype=np.int32),
        people=np.empty((span, counties, *PEOPLE_SHAPE), dtype=np.int64),
        balance=np.zeros((span, counties, *BALANCE_SHAPE), dtype=np.int32),
        opportunities=np.zeros((span, counties), dtype=np.int64),
        clipped=np.zeros((span, counties), dtype=np.int64),
        enforcement=np.empty((span, counties, *ENFORCEMENT_SHAPE), dtype=np.int32),
        bookings=np.empty((span, counties, *ARRESTS_SHAPE), dtype=np.int32),
        trust=np.empty((span, counties, *PEOPLE_SHAPE[:-1])),
        county_fear=np.empty((span, *now["fear"].shape)),
        relative_risk=np.empty((span, counties)),
        removal_risk=np.empty((span, counties)),
        rearrests=np.zeros((span, *REARRESTS_SHAPE), dtype=np.int64),
    )


class Told(NamedTuple):
    """What the survey hears and what its panel suffers, month after month; each month ends where the next begins."""

    told: Array
    told_end: Array  # T
    suffered: Array
    suffered_end: Array


@block
def _quotas(capacity: Array, month: int) -> Array:
    """Return for how many people each field office can lodge a detainer in a month."""
    quota = np.empty(len(capacity), dtype=np.int64)
    for office in range(len(capacity)):
        quota[office] = capacity_this_month(capacity[office], month)
    return quota


@block
def _record_people(people: Array, trust: Array, custody: Array, trust_sum: Array) -> None:
    """Record the people by custody and their trust at the end of a month; all arrays K x group x status (x ...)."""
    for county in range(len(trust)):
        for group in range(trust.shape[1]):
            for status in range(trust.shape[2]):
                here = 0
                for place in range(AWAY):
                    here += custody[county, group, status, place]
                people[county, group, status, PEOPLE] = here
                for place in range(len(CUSTODY_COLUMNS)):
                    column = CUSTODY_COLUMNS[place]
                    people[county, group, status, column] = custody[county, group, status, JAILED + place]
                respondents = people[county, group, status, RESPONDENTS]
                mean = trust_sum[county, group, status] / TRUST_UNIT / respondents if respondents > 0 else np.nan
                trust[county, group, status] = mean


@block
def record_expectations(land: Land, counties: Array, fear: Array, relative_risk: Array, removal_risk: Array) -> None:
    """Record what is feared and expected in the counties at the end of a month."""
    land = unowned(land)
    for county in range(len(counties)):
        now, weight = counties[county], land.counties[county].expected_risk
        for group in range(fear.shape[1]):
            fear[county, group] = now.fear[group]
        violent, against_property = now.risk[HISPANIC, 0], now.risk[HISPANIC, 1]
        relative_risk[county] = risk_as_expected(violent, against_property, weight[HISPANIC, 0], weight[HISPANIC, 1])
        removal_risk[county] = now.removal_risk


@block
def _clear(counts: Array) -> None:
    """Set all counts to 0."""
    counts.reshape(counts.size)[:] = 0


@block
def _announce(now: Array, known: Array) -> None:
    """Write what is known beforehand of a month, K x words, over the first words of the counties' conditions."""
    for county in range(known.shape[0]):
        for word in range(known.shape[1]):
            now[county, word] = known[county, word]


class ThisMonth(NamedTuple):
    """The month that runs: where its records go, and what holds in it."""

    number: int  # of the records that are being filled
    month: Month
    book: Book
    registry: Registry
    trust_sum: Array  # K x group x status
    quota: Array  # by field office: detainers
    january: bool


class Crimes(NamedTuple):
    """What the crimes of a month leave for its later phases, as ``run_block`` returns it."""

    arrests: Array
    calmed: Array
    told: Array
    suffered: Array


@block
def after_crimes(
    this: ThisMonth,
    crimes: Crimes,
    land: Land,
    state: State,
    table: Array,
    scratch: Scratch,
    waiting: Waiting,
    months: Months,
) -> tuple[Waiting, Array]:
    """Run phases 9 to 14 of a month; returns what is planned then, and what the survey hears.

    A function of its own so that a first run can compile it while another process compiles what comes before.
    """
    i, month, registry, t = this.number, this.month, this.registry, this.month.index
    slots = land.county_base[-1]
    events, followed = waiting.events, waiting.followed
    interviews = with_entries(waiting.told, crimes.told, t + (crimes.told & TOLD_WAIT))
    booked, count, plans = booking(crimes.arrests, land, state, table, month, registry)
    events = with_plans(events, plans)
    who, office, level, rank = request(booked, count, land, table, month)
    asked = np.zeros(count, dtype=np.int64)
    asked[who[within_capacity(office, level, rank, this.quota)]] = 1
    outcome = detainer(booked, asked, land, state, table, month, registry)
    slot, stay = booked.slot[:count], booked.stay[:count]
    followed = follow(followed, this.january, slot, stay, outcome, state, months.rearrests[i])
    due = in_order_of_slot(taken_from(events, t), 0, slots, EVENT_SLOT)
    plans = custody(due, booked, outcome, land, state, table, month, registry)
    events = with_plans(events, plans)
    calmed = in_order_of_slot(crimes.calmed, 0, slots, 0)
    word_of_mouth(calmed, plans.spread[: plans.used[1]], land, state, table, month)
    news(table, land, month, this.book, registry, scratch.recent)
    turn = t % ROTATIONS
    panel = scratch.panel[scratch.panel_start[turn] : scratch.panel_start[turn + 1]]
    heard = count_survey(panel, taken_from(interviews, t), land, state, table, month, this.book, this.trust_sum)
    _record_people(months.people[i], months.trust[i], scratch.custody, this.trust_sum)
    record_expectations(land, scratch.now, months.county_fear[i], months.relative_risk[i], months.removal_risk[i])
    return Waiting(events, interviews, followed), np.sort(heard)


@block
def run_months(
    begin: int,
    land: Land,
    state: State,
    table: Array,
    foreknown: Foreknown,
    scratch: Scratch,
    waiting: Waiting,
    months: Months,
) -> tuple[Waiting, Told]:
    """Run as many months as ``months`` has room for, the first of them ``begin``."""
    counties, cells = len(land.counties), len(land.cells)
    span = len(months.crime)
    told, suffered = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    told_end, suffered_end = np.empty(span, dtype=np.int64), np.empty(span, dtype=np.int64)
    tells, suffers = 0, 0
    risk = np.zeros((counties, GROUP_COUNT, FAMILY_COUNT, 2), dtype=np.int64)
    cell_recorded = np.zeros(cells, dtype=np.int32)
    removed = np.zeros((counties, *REMOVED_SHAPE), dtype=np.int64)
    removable, taken = np.zeros(counties, dtype=np.int64), np.zeros(counties, dtype=np.int64)
    trust_sum = np.zeros(months.trust.shape[1:], dtype=np.int64)
    for i in range(span):
        t = begin + i
        risk[:], cell_recorded[:], removed[:], removable[:], taken[:], trust_sum[:] = 0, 0, 0, 0, 0, 0
        _clear(months.crime[i])
        _clear(months.people[i])
        book = Book(
            months.crime[i],
            months.people[i],
            risk,
            months.balance[i],
            cell_recorded,
            months.opportunities[i],
            months.clipped[i],
        )
        registry = Registry(months.enforcement[i], months.bookings[i], scratch.custody, removed, removable, taken)
        _announce(scratch.now_words, foreknown.conditions[i])
        if t == foreknown.legalization:
            legalize(t, land, state, foreknown.legalization_share, scratch.custody)
        if table[0].patrol == HOT_SPOTS:  # others stay as they are
            patrol(land, table, scratch.recent, scratch.guardianship)
        conditions(table, land, scratch.now, scratch.trust)
        month = Month(t, scratch.now, scratch.guardianship, scratch.trust)
        arrests, calmed, tell, suffer = run_block(int64(0), counties, land, state, table, month, book)
        suffered, suffers = with_more(suffered, suffers, suffer)
        _clear(months.enforcement[i])
        _clear(months.bookings[i])
        quota = _quotas(foreknown.capacity, t)
        this = ThisMonth(i, month, book, registry, trust_sum, quota, is_january(foreknown.first, t))
        crimes = Crimes(arrests, calmed, tell, suffer)
        waiting, heard = after_crimes(this, crimes, land, state, table, scratch, waiting, months)
        told, tells = with_more(told, tells, heard)
        told_end[i], suffered_end[i] = tells, suffers
    return waiting, Told(told[:tells], told_end, suffered[:suffers], suffered_end)
