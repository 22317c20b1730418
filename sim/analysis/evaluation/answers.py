"""What each estimator answers to each question, and what explains the answer: placebo, net, and the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.estimate.alignment import Explained, linear_value
from sim.analysis.estimate.clusters import CLUSTERS_PER_LEAD, effective_number, half_width, pre_test
from sim.analysis.estimate.panel import Floats, Integers
from sim.analysis.estimate.results import PanelEstimate
from sim.analysis.evaluation.questions import Question
from sim.analysis.statistics import percent_of_log
from sim.words.faults import UserError

MOST_LEADS = 3
"""The joint test of leads looks at so many at most."""
FEW_CLUSTERS = 10.0
"""With fewer effective clusters of an estimate errors clustered by state are a guess."""


class EventAnswer(NamedTuple):
    """An event study, and what explains each of its E values.

    Attributes
    ----------
    horizons : int64[E]
        Periods since the first one with the program; -1 is the reference and left out.
    values, placebo, truth, true_crime : float64[E]
        The estimates, those without the program, and the true effects on this book and on true crime by the weights
        of the estimates.
    covariance, covariance_state : float64[E, E]
        Of the values, clustered by county and by state.
    effective_counties : float64[E]
        As many treated counties of equal weight would weigh as those of each horizon do.
    """

    horizons: Integers
    values: Floats
    placebo: Floats
    truth: Floats
    true_crime: Floats
    covariance: Floats
    covariance_state: Floats
    effective_counties: Floats


@dataclass(frozen=True, eq=False)
class Answer:
    """What an estimator says to a question in one replication; numbers that there are none of are nan.

    Attributes
    ----------
    background, replication, question, estimator
        Where, to what, and how.
    estimate, se_county, se_state : float
        The effect and its errors, in log points or in the unit of the rate or share.
    low, high : float
        95 % interval by states, as few of them as carry the estimate (``half_width``).
    p_permutation : float
        Share of exchanges of whole states' dates with an effect as far from 0.
    p_wild : float
        Of a wild bootstrap of the scores of states, with no effect imposed.
    placebo, net : float
        What the estimator finds without the program by the same dates, and what the program adds.
    truth_aligned, average, weighting_error : float
        The true effect on this book by the estimator's weights, its mean over treated counties and periods, and the
        difference.
    spillover : float
        The part of ``truth_aligned`` in counties and periods without the program.
    true_crime_aligned : float
        The true effect on crime that happened by the same weights.
    level, true_level : float
        What the rate or share would be on treated counties and periods without the program, and that of all crime
        that happens; 1 for logs.
    pre_test_p : float
        Of the joint test that ``pre_test_leads`` leads are 0.
    counties, dropped_zero, dropped_always_treated, clusters : int
        Counties used and left out, and states.
    effective_clusters : float
        As many states of equal weight would weigh as these do.
    carrying_clusters : float
        As many states of equal importance would carry the estimate as these do.
    study : EventAnswer or None
        The event study.
    warnings : tuple of str
        What a reader should know; or, where there is no estimate, why.
    """

    background: str
    replication: int
    question: Question
    estimator: str
    estimate: float = np.nan
    se_county: float = np.nan
    se_state: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p_permutation: float = np.nan
    p_wild: float = np.nan
    placebo: float = np.nan
    net: float = np.nan
    truth_aligned: float = np.nan
    average: float = np.nan
    weighting_error: float = np.nan
    spillover: float = np.nan
    true_crime_aligned: float = np.nan
    level: float = np.nan
    true_level: float = np.nan
    pre_test_p: float = np.nan
    pre_test_leads: int = 0
    counties: int = 0
    dropped_zero: int = 0
    dropped_always_treated: int = 0
    clusters: int = 0
    effective_clusters: float = np.nan
    carrying_clusters: float = np.nan
    study: EventAnswer | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_logarithm(self) -> bool:
        """Whether the estimate is in log points."""
        return self.question.outcome == "log_rate"

    def percent(self, value: Any, of_true_crime: bool = False) -> Any:
        """Return an effect, or an array of them, in percent of what would have been; nan where that is nothing."""
        level = self.true_level if of_true_crime else self.level
        return percent_of_log(value) if self.is_logarithm else 100.0 * value / (level or np.nan)


def answered(answer: Answer, found: PanelEstimate) -> Answer:
    """Return an answer with what the estimator found: effect, errors, counties, clusters, pre-test and warnings."""
    half = half_width(found.se_state, found.clusters, found.carrying_clusters)
    leads, p_value, told = _pre_test(found)
    few = found.carrying_clusters < FEW_CLUSTERS
    weak = (f"errors rest on {found.carrying_clusters:.1f} effective clusters, too few to rely on",) if few else ()
    return replace(
        answer,
        estimate=found.value,
        se_county=found.se_county,
        se_state=found.se_state,
        low=found.value - half,
        high=found.value + half,
        pre_test_p=p_value,
        pre_test_leads=leads,
        counties=found.counties,
        dropped_zero=answer.dropped_zero + found.dropped_zero,
        dropped_always_treated=answer.dropped_always_treated + found.dropped_always_treated,
        clusters=found.clusters,
        effective_clusters=found.effective_clusters,
        carrying_clusters=found.carrying_clusters,
        warnings=(*answer.warnings, *found.warnings, *told, *weak),
    )


def explain(answer: Answer, parts: Explained, true_crime: float) -> Answer:
    """Return an answer with what explains it."""
    return replace(
        answer,
        placebo=parts.placebo,
        net=parts.net,
        truth_aligned=parts.truth_aligned,
        average=parts.average,
        weighting_error=parts.weighting_error,
        spillover=parts.spillover,
        true_crime_aligned=true_crime,
    )


def event_answer(
    found: PanelEstimate, placebo: Callable[[Floats], float], effect: Floats, true_crime: Floats, first: Integers
) -> EventAnswer | None:
    """Return the event study of an estimate with what explains it; effects are float64[K, T].

    ``placebo`` gives the value of weights, float64[K, T], without the program; ``first`` is int64[K] first periods.
    """
    study = found.event_study
    if study is None:
        return None
    truth, happened = (
        np.array([linear_value(weights, it) for weights in study.weights]) for it in (effect, true_crime)
    )
    without = np.array([placebo(weights) for weights in study.weights])
    effective = np.array([_effective(*each, first) for each in zip(study.horizons, study.weights, strict=True)])
    covariances = study.covariance, study.covariance_state
    return EventAnswer(study.horizons, study.values, without, truth, happened, *covariances, effective)


def _effective(horizon: int, weights: Floats, first: Integers) -> float:
    """Return the effective number of counties that an event study looks at so long after their first period."""
    period = first + horizon
    there = np.flatnonzero((first >= 0) & (period >= 0) & (period < weights.shape[1]))
    own = weights[there, period[there]]
    return effective_number(own[own > 0]) if (own > 0).any() else 0.0


def _pre_test(found: PanelEstimate) -> tuple[int, float, tuple[str, ...]]:
    """Return how many leads are tested together, the p-value, and what is to be said of it."""
    study = found.event_study
    if study is None or not (study.horizons < 0).any():
        return 0, np.nan, ()
    leads = min(MOST_LEADS, int((study.horizons < 0).sum()), found.clusters // CLUSTERS_PER_LEAD)
    if leads < 1:
        return 0, np.nan, (f"leads are not tested: {found.clusters} clusters are too few for a joint test",)
    try:
        return leads, pre_test(study, found.clusters, leads).p_value, ()
    except UserError as error:
        return 0, np.nan, (f"leads are not tested: {error}",)
