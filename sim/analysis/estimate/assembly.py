"""From values, weights and influences to the one form in which every estimator answers."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.clusters import carrying_number, cluster_sums, clustered_covariance, effective_number
from sim.analysis.estimate.panel import Floats, Integers, Panel, Units, event_time
from sim.analysis.estimate.results import EventStudy, PanelEstimate

LEADS, LAGS = 4, 4
"""Horizons of an event study before and after the start where the caller names none."""


class Found(NamedTuple):
    """J values of a sample: the effect and, after it, those of an event study if there is one.

    Attributes
    ----------
    values : float64[J]
        The values.
    weights : float64[J, K, T] or None
        Each as weights on outcomes; None where a value is not linear in them.
    by_county : float64[J, K]
        Influences of counties.
    by_state : float64[J, G]
        Influences of states.
    """

    values: Floats
    weights: Floats | None
    by_county: Floats
    by_state: Floats


def found(values: Floats, weights: Floats | None, influence: Floats, state: Integers) -> Found:
    """Return J values whose states' influences are the sums of their counties', float64[J, K]."""
    return Found(values, weights, influence, cluster_sums(influence, state))


def estimate_of(
    units: Units,
    what: Found,
    horizons: Integers | None = None,
    spent: float = 1.0,
    warnings: tuple[str, ...] = (),
    variances: Floats | None = None,
    carrying: float | None = None,
) -> PanelEstimate:
    """Return the estimate; what is found after its first value belongs to the int64[J - 1] horizons.

    ``spent`` multiplies variances for estimated parameters (``parameters_spent``); float64[K, T] ``variances`` are
    those of the cells of counties used, up to a factor, by default the inverse of the counties' weights. ``carrying``
    states are told where the values have no weights.
    """
    county = clustered_covariance(what.by_county, None, spent)
    state = clustered_covariance(what.by_state, None, spent)
    whole = None if what.weights is None else units.whole(what.weights)
    effective = effective_number(units.weights, units.state)
    cells = 1 / units.weights[:, None] if variances is None else variances
    if what.weights is not None:
        carrying = carrying_number(what.weights[0], cells, units.state)
    study = None
    if horizons is not None and whole is not None:
        study = EventStudy(horizons, what.values[1:], county[1:, 1:], state[1:, 1:], whole[1:])
    return PanelEstimate(
        float(what.values[0]),
        float(np.sqrt(county[0, 0])),
        float(np.sqrt(state[0, 0])),
        what.by_county[0],
        None if whole is None else whole[0],
        len(units.state),
        effective_number(units.weights),
        what.by_state.shape[1],
        effective,
        effective if carrying is None else carrying,
        units.dropped_zero,
        units.dropped_always_treated,
        study,
        warnings,
    )


def longer(estimate: PanelEstimate, periods: int) -> PanelEstimate:
    """Return an estimate from the first periods of a panel with weights for all of them, 0 in those left out."""

    def padded(weights: Floats) -> Floats:
        missing = periods - weights.shape[-1]
        return np.pad(weights, [*([(0, 0)] * (weights.ndim - 1)), (0, missing)])

    weights, study = estimate.weights, estimate.event_study
    return replace(
        estimate,
        weights=None if weights is None else padded(weights),
        event_study=None if study is None else replace(study, weights=padded(study.weights)),
    )


def treated_shares(panel: Panel, estimable: Floats) -> Floats:
    """Return float64[K, T] weights of counties at their treated periods, summing to 1 over the estimable cells."""
    shares = np.where(event_time(panel) >= 0, panel.weights[:, None], 0.0) * estimable
    return shares / shares.sum()
