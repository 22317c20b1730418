"""Counts of paired worlds in periods, and the panels that estimators take from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.clusters import effective_number
from sim.analysis.estimate.panel import Bools, Floats, Integers, Panel, first_treated, make_panel
from sim.analysis.estimate.survey import SurveyPanel
from sim.analysis.evaluation.questions import EVERYBODY, MONTHS_OF, Question, Unit
from sim.running.county_counts import BOOKS, KINDS, CountyCounts
from sim.running.tables.county_months import TOTALS
from sim.words.faults import UserError
from sim.words.labels import GROUPS, TARGET_GROUPS

FEWEST_CONTROLS = 5.0
"""States of equal weight: with fewer that have not started the program, they are too few to be compared with."""
POOLED = -1
"""In place of a replication's number: all of them together."""


@dataclass(frozen=True, eq=False)
class Design:
    """What all worlds of an evaluation share: K counties over T periods, and when the program is in force.

    Attributes
    ----------
    program : str
        As in ``labels.PROGRAMS``.
    unit : {"month", "quarter", "year"}
        Of a period; quarters and years are counted from the first month.
    periods : list of T texts
        First month of each, YYYY-MM.
    left_out : int
        Months at the end that make no whole period.
    county, state : list of K texts
        Codes; a county of a grid, which has no states, stands for one.
    people : float64[K, 4]
        Agents who live there: all, then by group.
    treated : float64[K, T]
        Share of the period in which the program is in force.
    """

    program: str
    unit: Unit
    periods: list[str]
    left_out: int
    county: list[str]
    state: list[str]
    people: Floats
    treated: Floats

    @cached_property
    def compared_periods(self) -> int:
        """Return how many periods have controls: people in counties without the program, of enough states.

        Estimators that compare with counties that have not started rest in the last periods on a handful of them,
        whose luck is taken for an effect; those periods are left out for them, unless too little would be left.
        """
        return periods_with_controls(self.treated, self.people_of(EVERYBODY), self.state_code)

    @property
    def state_code(self) -> Integers:
        """Return int64[K] codes of states."""
        return np.unique(self.state, return_inverse=True)[1].astype(np.int64)

    def people_of(self, group: str) -> Floats:
        """Return float64[K] agents of a group, or all."""
        return np.asarray(self.people[:, 0 if group == EVERYBODY else 1 + GROUPS.index(group)])


def periods_with_controls(treated: Floats, weights: Floats, state: Integers) -> int:
    """Return before which period float64[K, T] shares leave too few counties without the program to compare with.

    Their states must weigh, by float64[K] weights of counties, as much as ``FEWEST_CONTROLS`` of equal weight. Where
    that would leave fewer than three periods, or nobody treated in them, all periods count.
    """
    periods = treated.shape[1]
    for period in range(periods):
        untreated = treated[:, period] == 0
        if effective_number(weights[untreated], state[untreated]) < FEWEST_CONTROLS:
            break
    else:
        return periods
    is_enough = period >= 3 and len(np.unique(first_treated(treated[:, :period]))) > 2
    return period if is_enough else periods


class Books(NamedTuple):
    """Counts of one world in periods.

    Attributes
    ----------
    crime : float64[T, K, 5, 3, 4]
        As in ``CountyCounts``.
    told : float64[T, K, 3, 3, 2]
        Told to the survey.
    asked : float64[T, K, 3]
        Person-months.
    away : float64[T, K]
        Months that people detained while the program was in force have been away by then, added up.
    """

    crime: Floats
    told: Floats
    asked: Floats
    away: Floats

    def counts(self, book: str, crime: str, group: str) -> Floats:
        """Return float64[K, T] incidents of a book."""
        table = self.crime[:, :, KINDS.index(crime), BOOKS.index(book)]
        return np.asarray((table.sum(axis=2) if group == EVERYBODY else table[:, :, TARGET_GROUPS.index(group)]).T)

    def against_people(self, book: str, crime: str, group: str) -> Floats:
        """Return the same without organizations."""
        if group != EVERYBODY:
            return self.counts(book, crime, group)
        return np.asarray(self.crime[:, :, KINDS.index(crime), BOOKS.index(book), : len(GROUPS)].sum(axis=2).T)

    def survey(self, crime: str, group: str) -> tuple[Floats, Floats]:
        """Return float64[K, T, 2] incidents told, and said to be reported, and float64[K, T] person-months."""
        told, asked = self.told[:, :, TOTALS.index(crime)], self.asked
        groups = list(range(len(GROUPS))) if group == EVERYBODY else [GROUPS.index(group)]
        return told[:, :, groups].sum(axis=2).swapaxes(0, 1), np.asarray(asked[:, :, groups].sum(axis=2).T)


class Pair(NamedTuple):
    """One replication of one background: the world with the program, and the same without it."""

    background: str
    replication: int
    program: Books
    without: Books


def design_of(counts: CountyCounts, program: str, unit: Unit) -> Design:
    """Return what all worlds share, from one of them with the program.

    Raises
    ------
    UserError
        Where there are fewer than three whole periods.
    """
    length = MONTHS_OF[unit]
    number = len(counts.months) // length
    if number < 3:
        raise UserError(f"{len(counts.months)} months make {number} {unit}s; an evaluation needs three or more periods")
    active = counts.active(program)[: number * length].astype(np.float64)
    people = counts.people.astype(np.float64)
    return Design(
        program,
        unit,
        counts.months[: number * length : length],
        len(counts.months) - number * length,
        list(counts.counties.fips),
        counts.state,
        np.column_stack([people.sum(axis=1), people]),
        np.asarray(active.reshape(number, length, -1).mean(axis=1).T),
    )


def books_of(counts: CountyCounts, unit: Unit, program: str) -> Books:
    """Return the counts of a world in whole periods; who is away was detained while the program was in force."""
    length = MONTHS_OF[unit]
    number = len(counts.months) // length

    def joined(monthly: np.ndarray) -> Floats:
        whole = monthly[: number * length].astype(np.float64)
        return np.asarray(whole.reshape(number, length, *monthly.shape[1:]).sum(axis=1))

    return Books(joined(counts.crime), joined(counts.told), joined(counts.asked), joined(counts.away(program)))


def pooled(pairs: Sequence[Pair]) -> Pair:
    """Return the means over replications: with more of them, nearer to what is to be expected in a world."""
    first = pairs[0]
    if len(pairs) == 1:
        return first._replace(replication=POOLED)
    worlds = (_mean([pair.program for pair in pairs]), _mean([pair.without for pair in pairs]))
    return Pair(first.background, POOLED, *worlds)


def _mean(worlds: Sequence[Books]) -> Books:
    return Books(*(np.mean(parts, axis=0) for parts in zip(*worlds, strict=True)))


def panel_of(design: Design, books: Books, question: Question, kept: Bools) -> Panel:
    """Return the panel of a book's counties that are kept, bool[K]; rates are a person and period."""
    people = design.people_of(question.group)[kept]
    counts = books.counts(question.book, question.crime, question.group)[kept]
    population = np.repeat(people[:, None], counts.shape[1], axis=1)
    panel = make_panel(counts, population, design.treated[kept], design.state_code[kept])
    return replace(panel, detained=detained_of(design, books)[kept])


def detained_of(design: Design, books: Books) -> Floats:
    """Return float64[K, T] people detained so far an inhabitant, mean over a period; 0 where nobody lives."""
    inhabitants = design.people_of(EVERYBODY)[:, None] * MONTHS_OF[design.unit]
    return np.divide(books.away.T, inhabitants, out=np.zeros(books.away.T.shape), where=inhabitants > 0)


def survey_of(design: Design, books: Books, question: Question) -> SurveyPanel:
    """Return the survey of one group, or of all.

    What another member tells of a household in a county and period in which nobody of the group is asked in person is
    left out: it is no part of any rate.
    """
    told, asked = books.survey(question.crime, question.group)
    told = told * (asked > 0)[..., None]
    return SurveyPanel(asked, told[..., 0], told[..., 1], design.treated, design.state_code)
