"""What a design could have seen: the smallest effect that it finds four times in five, from worlds without the program.

In the two books the dates of whole states are exchanged again and again: what the estimator then finds is chance and
what else moves counties apart, whatever its errors say. The survey's estimator is judged by its standard error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.panel import Outcome
from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.estimate.survey import survey_two_way
from sim.analysis.evaluation.answers import Answer
from sim.analysis.evaluation.of_books import PERMUTED, kept_counties, treated_level
from sim.analysis.evaluation.of_survey import SEEN, levels_told
from sim.analysis.evaluation.questions import Question, control_questions, questions
from sim.analysis.evaluation.worlds import Books, Design, Pair, panel_of, survey_of
from sim.analysis.statistics import percent_of_log
from sim.words.faults import UserError

SURVEY_ESTIMATOR = "survey_two_way"
TENTH = 10.0
"""Percent: the change for which it is told how large a survey would have to be."""


class Detectable(NamedTuple):
    """The smallest change that an estimator finds four times in five by a 5 % test.

    Attributes
    ----------
    background, question, estimator
        Where, to what, and how.
    spread : float
        Of what the estimator finds where there is nothing: root mean square over permuted dates, or the survey's
        standard error by states; in log points, or in the unit of the rate or share. nan where it refused.
    percent : float
        The smallest fall found four times in five: 2.8 spreads, in percent.
    counties, states : int
        Used.
    surveys : float
        For the survey: how many times as large it would have to be to see a change of a tenth; else nan.
    refused : str
        Why there is no answer; else empty.
    """

    background: str
    question: Question
    estimator: str
    spread: float
    percent: float
    counties: int
    states: int
    surveys: float
    refused: str


def detectable_effects(
    design: Design, worlds: Mapping[str, Sequence[Books]], outcome: Outcome = "log_rate", draws: int = 199
) -> list[Detectable]:
    """Return what could be seen, for each background, question and fast estimator.

    Parameters
    ----------
    design : Design
        Counties, and the dates of the program.
    worlds : mapping of sequences of Books
        Worlds without the program by background, one for each replication.
    outcome : {"log_rate", "rate"}
        Form of the books' outcome.
    draws : int
        Exchanges of states' dates in each world.
    """
    return [
        _asked(design, background, books, question, estimator, draws)
        for background, books in worlds.items()
        for question in (*questions(outcome), *control_questions())
        for estimator in ((SURVEY_ESTIMATOR,) if question.book == "survey" else PERMUTED)
    ]


def _asked(
    design: Design, background: str, worlds: Sequence[Books], question: Question, estimator: str, draws: int
) -> Detectable:
    nothing = Detectable(background, question, estimator, np.nan, np.nan, 0, 0, np.nan, "")
    pairs = [Pair(background, number, books, books) for number, books in enumerate(worlds)]
    try:
        if question.book == "survey":
            return _in_survey(design, pairs, nothing)
        return _in_book(design, pairs, nothing, draws)
    except UserError as error:
        return nothing._replace(refused=str(error))


def _in_book(design: Design, pairs: Sequence[Pair], nothing: Detectable, draws: int) -> Detectable:
    question = nothing.question
    values, levels, used = [], [], []
    for pair in pairs:
        kept, _ = kept_counties(design, pair, Answer(pair.background, pair.replication, question, nothing.estimator))
        panel = panel_of(design, pair.without, question, kept)
        if ESTIMATORS[nothing.estimator].needs_untreated:
            panel = panel.until(design.compared_periods)
        test = PERMUTED[nothing.estimator](panel, question.form, draws=draws, seed=pair.replication)
        values.append(test.values)
        levels.append(treated_level(panel, panel))
        used.append(panel)
    found = np.concatenate(values)
    if not len(found):
        raise UserError("the estimator refuses all exchanges of dates")
    level = float(np.mean(levels))
    if level <= 0:
        raise UserError("no such crime happens where and while the program is in force")
    spread = float(np.sqrt((found**2).mean()))
    effect = SEEN * spread
    percent = -percent_of_log(-effect) if question.outcome == "log_rate" else 100 * effect / level
    counties, states = min(len(it.first) for it in used), min(len(np.unique(it.state)) for it in used)
    return nothing._replace(spread=spread, percent=float(percent), counties=counties, states=states)


def _in_survey(design: Design, pairs: Sequence[Pair], nothing: Detectable) -> Detectable:
    question = nothing.question
    found = [survey_two_way(survey_of(design, pair.without, question), question.form) for pair in pairs]
    level = float(np.mean([levels_told(design, pair, question) for pair in pairs]))
    spread = float(np.sqrt(np.mean([it.se_state**2 for it in found])))
    percent = 100 * SEEN * spread / level
    counties, states = min(it.counties for it in found), min(it.clusters for it in found)
    surveys = (percent / TENTH) ** 2
    return nothing._replace(spread=spread, percent=percent, counties=counties, states=states, surveys=surveys)


def sharpest(effects: Sequence[Detectable], background: str, question: Question) -> Detectable | None:
    """Return the answer of the estimator that sees most, or None where all refused."""
    found = [it for it in effects if (it.background, it.question) == (background, question) and not it.refused]
    return min(found, key=lambda it: it.percent, default=None)
