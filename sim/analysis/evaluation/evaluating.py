"""All answers of an evaluation, and their means and spread over replications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.clusters import half_width
from sim.analysis.estimate.panel import Outcome
from sim.analysis.evaluation.answers import Answer
from sim.analysis.evaluation.diagnosing import Diagnosis, diagnoses
from sim.analysis.evaluation.of_books import book_answers
from sim.analysis.evaluation.of_survey import survey_answers
from sim.analysis.evaluation.questions import EVERYBODY, Question, questions
from sim.analysis.evaluation.worlds import Design, Pair, pooled

NUMBERS = (
    "estimate",
    "se_county",
    "se_state",
    "placebo",
    "net",
    "truth_aligned",
    "average",
    "spillover",
    "true_crime_aligned",
)
"""Numbers of an answer whose mean and standard deviation over replications are told."""


class Key(NamedTuple):
    """Which answers are of one kind: they differ in the replication alone."""

    background: str
    question: Question
    estimator: str


class Typical(NamedTuple):
    """What an estimator says on average over replications.

    Attributes
    ----------
    answers : tuple of Answer
        Those that have an estimate.
    mean, deviation : dict of float
        By the names in ``NUMBERS``; deviations are nan where one replication is all there is.
    low, high : float
        The mean estimate with the interval that one evaluator typically has: its half the root of the mean square of
        those of all answers.
    """

    answers: tuple[Answer, ...]
    mean: dict[str, float]
    deviation: dict[str, float]
    low: float
    high: float

    @property
    def replications(self) -> int:
        """Replications with an estimate."""
        return len(self.answers)

    def percent(self, value: float) -> float:
        """Return an effect in percent, by the mean level of the answers."""
        return float(np.mean([answer.percent(value) for answer in self.answers]))

    def mean_percent(self, name: str) -> float:
        """Return the mean of a number in ``NUMBERS`` in percent of what it is an effect on."""
        of_true_crime = name == "true_crime_aligned"
        return float(np.mean([answer.percent(self.mean[name], of_true_crime) for answer in self.answers]))


class Happened(NamedTuple):
    """What the program truly did where and while it was in force, added up over replications, counties and periods.

    Attributes
    ----------
    crime, recorded : float
        Relative changes of true and of recorded crime.
    reported_without, reported_with : float
        Share of true incidents that was reported in either world.
    """

    crime: float
    recorded: float
    reported_without: float
    reported_with: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Worlds with a program and without, and everything that estimators say of them.

    Attributes
    ----------
    design : Design
        What they share.
    pairs : dict of lists of Pair
        By background, one for each replication.
    answers : tuple of Answer
        Background by background and replication by replication.
    outcome : {"log_rate", "rate"}
        Form of the books' outcome.
    diagnoses : tuple of Diagnosis
        By the extra ``econ``, where they are asked for.
    """

    design: Design
    pairs: dict[str, list[Pair]]
    answers: tuple[Answer, ...]
    outcome: Outcome
    diagnoses: tuple[Diagnosis, ...] = ()

    @cached_property
    def _typical(self) -> dict[Key, Typical | None]:
        found: dict[Key, list[Answer]] = {}
        for answer in self.answers:
            found.setdefault(Key(answer.background, answer.question, answer.estimator), []).append(answer)
        return {key: typical_of(answers) for key, answers in found.items()}

    def typical(self) -> dict[Key, Typical | None]:
        """Return what is said on average, by kind; None where an estimator refused in all replications."""
        return self._typical

    def happened(self, background: str, crime: str = "index", group: str = EVERYBODY) -> Happened:
        """Return what truly happened in counties and periods with the program."""
        pool = pooled(self.pairs[background])
        active = self.design.treated > 0
        with_program, without = (
            {
                book: float(books.counts(book, crime, group)[active].sum())
                for book in ("occurred", "reported", "recorded")
            }
            for books in (pool.program, pool.without)
        )
        return Happened(
            _over(with_program["occurred"], without["occurred"]) - 1,
            _over(with_program["recorded"], without["recorded"]) - 1,
            _over(without["reported"], without["occurred"]),
            _over(with_program["reported"], with_program["occurred"]),
        )


def evaluate(
    design: Design,
    pairs: Mapping[str, Sequence[Pair]],
    outcome: Outcome = "log_rate",
    draws: int = 0,
    on_pair: Callable[[], None] = lambda: None,
    diagnostics: bool = False,
) -> Evaluation:
    """Return all answers.

    Parameters
    ----------
    design : Design
        What all worlds share.
    pairs : mapping of sequences of Pair
        By background, one for each replication.
    outcome : {"log_rate", "rate"}
        Form of the books' outcome.
    draws : int
        Permutations of states' dates, for estimators that are fast enough.
    on_pair : callable
        Called whenever a pair of worlds is done.
    diagnostics : bool
        Whether Bacon weights and bounds are told too, by the extra ``econ``.
    """
    found: list[Answer] = []
    told: list[Diagnosis] = []
    for of_background in pairs.values():
        pool = pooled(of_background)
        for pair in of_background:
            begun = len(found)
            for question in questions(outcome):
                if question.book == "survey":
                    found.extend(survey_answers(design, pair, pool, question))
                else:
                    found.extend(book_answers(design, pair, pool, question, draws))
            if diagnostics:
                told.extend(diagnoses(design, pair, found[begun:]))
            on_pair()
    kept = {name: list(some) for name, some in pairs.items()}
    return Evaluation(design, kept, tuple(found), outcome, tuple(told))


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def typical_of(answers: Sequence[Answer]) -> Typical | None:
    """Return what answers of one kind say on average; None where none has an estimate."""
    there = tuple(answer for answer in answers if np.isfinite(answer.estimate))
    if not there:
        return None
    table = {name: np.array([getattr(answer, name) for answer in there]) for name in NUMBERS}
    mean = {name: float(values.mean()) for name, values in table.items()}
    deviation = {name: float(values.std(ddof=1)) if len(there) > 1 else np.nan for name, values in table.items()}
    half = float(np.sqrt(np.mean([half_width(it.se_state, it.clusters, it.carrying_clusters) ** 2 for it in there])))
    return Typical(there, mean, deviation, mean["estimate"] - half, mean["estimate"] + half)
