"""The truth as an estimator weighs it: what it would find if nothing but the program had moved the outcome."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import treated_shares
from sim.analysis.estimate.panel import Floats, Outcome, Panel


class Explained(NamedTuple):
    """An estimate taken apart, each part in the unit of the outcome.

    Attributes
    ----------
    estimate : float
        What the estimator finds where the program is.
    placebo : float
        What it finds, by the same dates, in the same world without the program.
    net : float
        What the program adds to it: the estimate less the placebo.
    truth_aligned : float
        The true effects by the estimator's own weights.
    average : float
        The true effects on treated cells by county weights.
    weighting_error : float
        How far the estimator's weights lead from that average: aligned truth less average.
    spillover : float
        The part of the aligned truth in counties and periods without the program, 0 where it does not reach them.
    """

    estimate: float
    placebo: float
    net: float
    truth_aligned: float
    average: float
    weighting_error: float
    spillover: float


def linear_value(weights: Floats, outcome: Floats) -> float:
    """Return the sum of float64[K, T] weights times outcomes over the cells that weigh anything."""
    counts = weights != 0
    value = float((weights[counts] * outcome[counts]).sum())
    if not np.isfinite(value):
        raise ValueError("an outcome that weighs something is not a number: the other world has no events there")
    return value


def true_effect(with_program: Panel, without_program: Panel, outcome: Outcome = "log_rate") -> Floats:
    """Return float64[K, T] effects from two panels of paired worlds that differ in the program alone.

    For logs log(y1 / y0), nan where either world has no events; else the difference of the rates. Give expected
    counts for the effect itself, and realised ones for the effect with the luck that both worlds share.
    """
    one, other = (it.counts / it.population for it in (with_program, without_program))
    if outcome == "rate":
        return one - other
    both = (one > 0) & (other > 0)
    return np.log(np.divide(one, other, out=np.full(one.shape, np.nan), where=both))


def aligned_truth(weights: Floats, effect: Floats) -> float:
    """Return the sum of an estimator's float64[K, T] weights times true effects: what it estimates.

    Cells of counties that the program reaches only through their neighbours count too; where it does not, their
    effects are 0 and the sum is over treated cells.
    """
    return linear_value(weights, effect)


def spillover(weights: Floats, effect: Floats, treated: Floats) -> float:
    """Return the part of the aligned truth in cells without the program, float64[K, T] shares of 0.

    Whom it reaches there is compared with, so that what they feel of it is subtracted from what is found.
    """
    return linear_value(np.where(treated > 0, 0.0, weights), effect)


def average_effect(panel: Panel, effect: Floats) -> float:
    """Return the mean of float64[K, T] true effects over treated cells that have one, by county weights."""
    has_effect = np.isfinite(effect)
    return linear_value(treated_shares(panel, has_effect.astype(np.float64)), effect)


def explained(
    weights: Floats, panel: Panel, with_program: Floats, without_program: Floats, effect: Floats
) -> Explained:
    """Return an estimate, linear in the outcome, taken apart.

    Parameters
    ----------
    weights : float64[K, T]
        Of the estimator on outcomes.
    panel : Panel
        The dates and weights of its counties.
    with_program, without_program : float64[K, T]
        Outcomes in both worlds.
    effect : float64[K, T]
        True effects.
    """
    estimate, placebo = linear_value(weights, with_program), linear_value(weights, without_program)
    truth, average = aligned_truth(weights, effect), average_effect(panel, effect)
    beyond = spillover(weights, effect, panel.treated)
    return Explained(estimate, placebo, estimate - placebo, truth, average, truth - average, beyond)
