"""Diagnostics of estimates by the extra ``econ``: Bacon weights, and bounds where trends are not parallel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.diagnostics import around_reference, bacon_weights, bounds, breakdown
from sim.analysis.evaluation.answers import Answer
from sim.analysis.evaluation.of_books import kept_counties
from sim.analysis.evaluation.questions import EVERYBODY, Question
from sim.analysis.evaluation.worlds import Design, Pair, panel_of
from sim.words.faults import UserError

BACON, BOUNDS = "bacon", "bounds"
BOUNDED = "callaway_santanna"
"""Estimator whose event study is bounded."""


class Diagnosis(NamedTuple):
    """A row of ``diagnostics.csv``; numbers that there are none of are nan.

    Attributes
    ----------
    background, replication, question
        Of which estimate.
    diagnostic : {"bacon", "bounds"}
        What is told: of the two-way regression, or of the event study of Callaway and Sant'Anna.
    part : str
        Kind of comparison, as in ``KINDS``; empty for bounds.
    violation : float
        Departure from parallel trends, as a multiple of the largest before the start.
    weight : float
        Share of the comparisons in the two-way estimate.
    estimate, placebo, net : float
        What the comparisons find, or the mean over periods from the start on; the same without the program; the rest.
    truth : float
        The true effect by the weights of the event study.
    low, high, interval_low, interval_high : float
        Bounds, without sampling error and with it.
    breakdown : float
        The violation up to which the interval does not hold 0.
    refused : str
        Why there is no answer; else empty.
    """

    background: str
    replication: int
    question: Question
    diagnostic: str
    part: str = ""
    violation: float = np.nan
    weight: float = np.nan
    estimate: float = np.nan
    placebo: float = np.nan
    net: float = np.nan
    truth: float = np.nan
    low: float = np.nan
    high: float = np.nan
    interval_low: float = np.nan
    interval_high: float = np.nan
    breakdown: float = np.nan
    refused: str = ""


def diagnoses(design: Design, pair: Pair, answers: Sequence[Answer]) -> Iterator[Diagnosis]:
    """Yield the diagnostics of one pair of worlds, whose answers are given, on index crime in both books."""
    groups = (EVERYBODY, "hispanic") if design.people_of("hispanic").any() else (EVERYBODY,)
    for answer in answers:
        question = answer.question
        if answer.estimator != BOUNDED or question.crime != "index" or question.group not in groups:
            continue
        blank = Diagnosis(pair.background, pair.replication, question, BACON)
        try:
            yield from _comparisons(design, pair, blank)
        except UserError as error:
            yield blank._replace(refused=str(error))
        blank = blank._replace(diagnostic=BOUNDS)
        try:
            yield from _bounds(answer, blank)
        except UserError as error:
            yield blank._replace(refused=str(error))


def _comparisons(design: Design, pair: Pair, blank: Diagnosis) -> Iterator[Diagnosis]:
    question = blank.question
    kept, _ = kept_counties(design, pair, Answer(pair.background, pair.replication, question, "two_way"))
    panels = (panel_of(design, books, question, kept) for books in (pair.program, pair.without))
    found, without = (bacon_weights(panel, question.form) for panel in panels)
    for one, other in zip(found, without, strict=True):
        net = one.estimate - other.estimate
        yield blank._replace(part=one.kind, weight=one.weight, estimate=one.estimate, placebo=other.estimate, net=net)


def _bounds(answer: Answer, blank: Diagnosis) -> Iterator[Diagnosis]:
    study = answer.study
    if study is None:
        raise UserError(answer.warnings[-1] if answer.warnings else "there is no event study")
    found = bounds(study.horizons, study.values, study.covariance_state, answer.carrying_clusters)
    places = around_reference(study.horizons)
    after = places[study.horizons[places] >= 0]
    value, placebo, truth = (float(it[after].mean()) for it in (study.values, study.placebo, study.truth))
    for bound in found:
        yield blank._replace(
            **bound._asdict(),
            estimate=value,
            placebo=placebo,
            net=value - placebo,
            truth=truth,
            breakdown=breakdown(found),
        )
