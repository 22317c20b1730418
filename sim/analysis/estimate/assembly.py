"""From values, weights and influences to the one form in which every estimator answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.clusters import cluster_sums, clustered_covariance, effective_number
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
    units: Units, what: Found, horizons: Integers | None = None, spent: float = 1.0, warnings: tuple[str, ...] = ()
) -> PanelEstimate:
    """Return the estimate; what is found after its first value belongs to the int64[J - 1] horizons.

    ``spent`` multiplies variances for estimated parameters (``parameters_spent``).
    """
    county = clustered_covariance(what.by_county, None, spent)
    state = clustered_covariance(what.by_state, None, spent)
    whole = None if what.weights is None else units.whole(what.weights)
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
        effective_number(units.weights, units.state),
        units.dropped_zero,
        units.dropped_always_treated,
        study,
        warnings,
    )


def treated_shares(panel: Panel, estimable: Floats) -> Floats:
    """Return float64[K, T] weights of counties at their treated periods, summing to 1 over the estimable cells."""
    shares = np.where(event_time(panel) >= 0, panel.weights[:, None], 0.0) * estimable
    return shares / shares.sum()
