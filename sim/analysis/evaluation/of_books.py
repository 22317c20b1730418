"""Answers from the true and the observed book: every estimator on the counties that both worlds can tell of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.alignment import (
    Explained,
    aligned_truth,
    average_effect,
    explained,
    linear_value,
    true_effect,
)
from sim.analysis.estimate.assembly import treated_shares
from sim.analysis.estimate.cohorts import left_out_words
from sim.analysis.estimate.panel import Bools, Floats, Panel, first_treated, is_early, outcome_of
from sim.analysis.estimate.permuted import permuted_callaway_santanna, permuted_two_way
from sim.analysis.estimate.registry import ESTIMATORS, Estimator
from sim.analysis.estimate.resampling import PermutationTest, score_bootstrap
from sim.analysis.estimate.two_way import restricted_influence
from sim.analysis.evaluation.answers import Answer, answered, event_answer, explain
from sim.analysis.evaluation.questions import HORIZONS, Question
from sim.analysis.evaluation.worlds import Design, Pair, panel_of
from sim.words.faults import UserError

PERMUTED: dict[str, Callable[..., PermutationTest]] = {
    "two_way": permuted_two_way,
    "county_trends": partial(permuted_two_way, trends=True),
    "callaway_santanna": permuted_callaway_santanna,
}
"""Tests by exchanged dates, of estimators that are fast enough; of others they would take hours."""
REGRESSIONS = ("two_way", "county_trends", "poisson", "event_study", "detained", "detained_instrumented")
"""Estimators that use all periods, whoever is left without the program."""
WITH_TRENDS = {"two_way": False, "county_trends": True}
"""Estimators whose scores a wild bootstrap can resample with the effect held at 0, and whether they have trends."""


class _Worlds(NamedTuple):
    """The panels of a question.

    With the program, without it, and of all crime that happens without it; and the true effects, float64[K, T], on the
    book and on true crime.
    """

    program: Panel
    without: Panel
    happens: Panel
    effect: Floats
    true_crime: Floats


def book_answers(
    design: Design, pair: Pair, pool: Pair, question: Question, draws: int, names: Iterable[str] = tuple(ESTIMATORS)
) -> Iterator[Answer]:
    """Yield the answers of all estimators that take the question's outcome.

    Parameters
    ----------
    design, pair : Design, Pair
        The worlds.
    pool : Pair
        Of all replications; the true effects are taken from it.
    question : Question
        To a book.
    draws : int
        Permutations of dates; 0 for none.
    names : iterable of str
        The estimators that are asked, all by default.
    """
    for name, estimator in ((name, ESTIMATORS[name]) for name in names):
        if question.outcome not in estimator.outcomes:
            continue
        blank = Answer(pair.background, pair.replication, question, name)
        try:
            yield _answer(design, pair, pool, blank, draws)
        except UserError as error:
            yield replace(blank, warnings=(str(error),))


def _answer(design: Design, pair: Pair, pool: Pair, blank: Answer, draws: int) -> Answer:
    estimator, question = ESTIMATORS[blank.estimator], blank.question
    kept, begun = kept_counties(design, pair, blank)
    worlds = _worlds(design, pair, pool, question, kept)
    periods = design.compared_periods
    found = estimator.while_untreated(worlds.program, question.form, HORIZONS[design.unit], periods)
    dropped = replace(blank, dropped_zero=int((~kept & ~begun).sum()), dropped_always_treated=int(begun.sum()))
    is_log = question.outcome == "log_rate"
    used = periods if estimator.needs_untreated else worlds.program.shape[1]
    level, true_level = (
        1.0 if is_log else treated_level(worlds.program.until(used), it.until(used))
        for it in (worlds.without, worlds.happens)
    )
    answer = replace(answered(dropped, found), level=level, true_level=true_level)
    told = _without_comparison(worlds.program, blank.estimator, periods)
    answer = replace(answer, warnings=(*answer.warnings, *told))
    answer = _resampled(answer, worlds.program.until(used), draws)
    if found.weights is None:
        return _explained_by_running(answer, estimator, worlds)
    without = outcome_of(worlds.without, question.form)
    parts = explained(found.weights, worlds.program, outcome_of(worlds.program, question.form), without, worlds.effect)
    answer = explain(answer, parts, aligned_truth(found.weights, worlds.true_crime))
    effects, first = (worlds.effect, worlds.true_crime), worlds.program.first
    return replace(answer, study=event_answer(found, lambda weights: linear_value(weights, without), *effects, first))


def kept_counties(design: Design, pair: Pair, blank: Answer) -> tuple[Bools, Bools]:
    """Return the counties that both worlds can tell of, and those left out for a program that was there before.

    A logarithm needs events in every period, Poisson regression some; and somebody has to live there.
    """
    question = blank.question
    begun = is_early(first_treated(design.treated))
    has_events = design.people_of(question.group) > 0
    for books in (pair.program, pair.without):
        counts = books.counts(question.book, question.crime, question.group)
        if blank.estimator == "poisson":
            has_events &= counts.sum(axis=1) > 0
        elif question.outcome == "log_rate":
            has_events &= (counts > 0).all(axis=1)
    kept = has_events & ~begun
    if kept.sum() < 2:
        raise UserError(
            f"{int((~has_events).sum())} of {len(kept)} counties have a period without events: join periods"
        )
    return kept, begun & has_events


def _worlds(design: Design, pair: Pair, pool: Pair, question: Question, kept: Bools) -> _Worlds:
    def effect(asked: Question) -> Floats:
        one, other = (panel_of(design, books, asked, kept) for books in (pool.program, pool.without))
        return true_effect(one, other, asked.form)

    own = effect(question)
    return _Worlds(
        panel_of(design, pair.program, question, kept),
        panel_of(design, pair.without, question, kept),
        panel_of(design, pair.without, question._replace(book="occurred"), kept),
        own,
        own if question.book == "occurred" else effect(question._replace(book="occurred")),
    )


def treated_level(program: Panel, without: Panel) -> float:
    """Return the rate of a panel without the program on the cells that ``program`` treats, by county weights."""
    rates = outcome_of(without, "rate")
    return float((treated_shares(program, np.ones_like(rates)) * rates).sum())


def _explained_by_running(answer: Answer, estimator: Estimator, worlds: _Worlds) -> Answer:
    """Explain an estimator without weights: the placebo by running it, no aligned truth."""
    placebo = estimator.estimate(worlds.without, answer.question.form).value
    average = average_effect(worlds.program, worlds.effect)
    parts = Explained(answer.estimate, placebo, answer.estimate - placebo, np.nan, average, np.nan, np.nan)
    return explain(answer, parts, np.nan)


def _resampled(answer: Answer, panel: Panel, draws: int) -> Answer:
    """Return an answer with the p-values of a wild bootstrap and, with draws, of exchanged dates."""
    form = answer.question.form
    if answer.estimator in WITH_TRENDS:
        scores = restricted_influence(panel, form, WITH_TRENDS[answer.estimator])
        answer = replace(answer, p_wild=score_bootstrap(scores, panel.state))
    if not draws or answer.estimator not in PERMUTED:
        return answer
    try:
        test = PERMUTED[answer.estimator](panel, form, draws=draws)
    except UserError as error:
        return replace(answer, warnings=(*answer.warnings, str(error)))
    return replace(answer, p_permutation=test.p_value)


def _without_comparison(panel: Panel, estimator: str, periods: int) -> tuple[str, ...]:
    """Return that the last periods have too few counties without the program, or that regressions use them anyway."""
    left_out = panel.shape[1] - periods
    if ESTIMATORS[estimator].needs_untreated and left_out:
        return left_out_words(left_out, "counties without the program belong to too few states by then")
    if estimator not in REGRESSIONS or (panel.first < 0).any():
        return ()
    lost = panel.shape[1] - int(panel.first.max())
    span = "period" if lost == 1 else f"{lost} periods"
    return (f"in the last {span} all counties have started: treated ones are compared with each other",)
