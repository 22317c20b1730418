"""Answers from the survey: victimization and reporting, as far as enough people are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from sim.analysis.estimate.alignment import Explained, linear_value, spillover
from sim.analysis.estimate.panel import Bools, Floats, first_treated
from sim.analysis.estimate.results import PanelEstimate
from sim.analysis.estimate.survey import survey_sun_abraham, survey_two_way
from sim.analysis.evaluation.answers import Answer, answered, event_answer, explain
from sim.analysis.evaluation.questions import HORIZONS, Question
from sim.analysis.evaluation.worlds import Design, Pair, survey_of
from sim.words.faults import UserError

SEEN = 2.8
"""Standard errors that an effect must have to be found four times in five by a 5 % test: 1.96 + 0.84."""
SMALL = 25.0
"""A survey that cannot see a change of so many percent is too small for the question."""
SURVEY_ESTIMATORS: dict[str, Callable[..., PanelEstimate]] = {
    "survey_two_way": survey_two_way,
    "survey_sun_abraham": survey_sun_abraham,
}


def survey_answers(design: Design, pair: Pair, pool: Pair, question: Question) -> Iterator[Answer]:
    """Yield the answers of the survey's estimators; parameters as those of ``book_answers``."""
    for name in SURVEY_ESTIMATORS:
        blank = Answer(pair.background, pair.replication, question, name)
        try:
            yield _answer(design, pair, pool, blank)
        except UserError as error:
            yield replace(blank, warnings=(str(error),))


def _answer(design: Design, pair: Pair, pool: Pair, blank: Answer) -> Answer:
    estimate = SURVEY_ESTIMATORS[blank.estimator]
    if blank.estimator == "survey_sun_abraham":
        estimate = partial(estimate, leads=HORIZONS[design.unit], lags=HORIZONS[design.unit])
    outcome: Any = blank.question.outcome
    with_program, without = (survey_of(design, books, blank.question) for books in (pair.program, pair.without))
    found = estimate(with_program, outcome)
    placebo = estimate(without, outcome)
    told, true = _levels(design, pair, pool, blank.question)
    answer = replace(answered(blank, found), level=told, true_level=told)
    effect = _true_effect(design, pool, blank.question) * (told / true)
    assert found.weights is not None
    truth, average = linear_value(found.weights, effect), _average(design, pool, blank.question, effect)
    beyond = spillover(found.weights, effect, design.treated)
    net = found.value - placebo.value
    parts = Explained(found.value, placebo.value, net, truth, average, truth - average, beyond)
    answer = explain(answer, parts, truth)
    return replace(
        answer, study=_study(design, found, placebo, effect), warnings=(*answer.warnings, *_too_small(answer))
    )


def _study(design: Design, found: PanelEstimate, placebo: PanelEstimate, effect: Floats) -> Any:
    """Return the event study; its placebo is that of the other world's survey, where it has the same horizons."""
    study = event_answer(found, lambda weights: np.nan, effect, effect, first_treated(design.treated))
    if study is None or placebo.event_study is None:
        return study
    others = dict(zip(placebo.event_study.horizons.tolist(), placebo.event_study.values.tolist(), strict=True))
    return study._replace(placebo=np.array([others.get(it, np.nan) for it in study.horizons.tolist()]))


def _parts(design: Design, pool: Pair, question: Question, is_program: bool) -> tuple[Floats, Floats]:
    """Return what the outcome truly is a share of, and the part: float64[K, T] of the world with or without."""
    books = pool.program if is_program else pool.without
    happened = books.against_people("occurred", question.crime, question.group)
    if question.outcome == "reporting_share":
        return happened, books.against_people("reported", question.crime, question.group)
    return np.repeat(design.people_of(question.group)[:, None], happened.shape[1], axis=1), happened


def _true_effect(design: Design, pool: Pair, question: Question) -> Floats:
    """Return float64[K, T] true effects on the rate or share, 0 where it has nothing to be a share of."""
    one, other = (_share(*_parts(design, pool, question, is_program)) for is_program in (True, False))
    return np.nan_to_num(one - other)


def _share(whole: Floats, part: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _levels(design: Design, pair: Pair, pool: Pair, question: Question) -> tuple[float, float]:
    """Return the survey's rate or share in treated cells without the program, and the true one.

    The survey hears of a part of all victimizations: the true effect on its rate is the effect on the true rate times
    the first over the second.
    """
    cells = _treated(design)
    survey = survey_of(design, pool.without, question)
    is_share = question.outcome == "reporting_share"
    top, bottom = (survey.told_reported, survey.told) if is_share else (survey.told, survey.person_months)
    whole, part = _parts(design, pool, question, False)
    if bottom[cells].sum() <= 0 or top[cells].sum() <= 0 or part[cells].sum() <= 0:
        raise UserError("the survey is too small: nobody tells of such incidents in treated counties and periods")
    true = float(part[cells].sum() / whole[cells].sum())
    return float(top[cells].sum() / bottom[cells].sum()), true


def levels_told(design: Design, world: Pair, question: Question) -> float:
    """Return the survey's rate or share in treated cells without the program.

    Raises
    ------
    UserError
        Where nobody tells of such incidents there.
    """
    return _levels(design, world, world, question)[0]


def _treated(design: Design) -> Bools:
    first = first_treated(design.treated)
    return np.asarray((np.arange(design.treated.shape[1]) >= first[:, None]) & (first >= 1)[:, None])


def _average(design: Design, pool: Pair, question: Question, effect: Floats) -> float:
    """Return the mean effect on treated cells by what the outcome is a share of."""
    whole = _parts(design, pool, question, False)[0] * _treated(design)
    return float((whole * effect).sum() / whole.sum())


def _too_small(answer: Answer) -> tuple[str, ...]:
    """Return that the survey could not see a change of a quarter, if so."""
    seen = abs(float(answer.percent(SEEN * answer.se_state)))
    if seen <= SMALL:
        return ()
    return (f"the survey is too small for this question: it would miss changes of less than {seen:.0f} %",)
