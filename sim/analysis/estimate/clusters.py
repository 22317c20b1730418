"""Errors that are alike within clusters: covariances, how many clusters there really are, and the joint pre-test."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from sim.analysis.estimate.panel import Floats, Integers
from sim.analysis.estimate.results import EventStudy
from sim.words.faults import UserError

CLUSTERS_PER_LEAD = 4
"""A joint test of more leads than a quarter of the clusters rejects far too often."""


class WaldTest(NamedTuple):
    """A joint test that effects are 0: the mean square of the statistic, referred to F(degrees, clusters - 1)."""

    statistic: float
    degrees: int
    clusters: int
    p_value: float


def cluster_sums(influence: Floats, codes: Integers) -> Floats:
    """Return float64[..., G] sums of float64[..., K] over the G clusters that int64[K] codes name."""
    names, number = np.unique(codes, return_inverse=True)
    if len(names) == len(codes):
        return influence
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(len(names)))
    return np.add.reduceat(influence[..., order], starts, axis=-1)


def clustered_covariance(influence: Floats, codes: Integers | None = None, spent: float = 1.0) -> Floats:
    """Return the float64[J, J] covariance of J values from float64[J, K] influences of counties.

    CR1: the outer product of the sums in clusters times G / (G - 1) (Cameron and Miller, Journal of Human Resources
    50(2), 2015), and times ``spent``, a factor for estimated parameters. Without codes each county is a
    cluster.
    """
    sums = influence if codes is None else cluster_sums(influence, codes)
    clusters = sums.shape[-1]
    if clusters < 2:
        raise UserError("errors cannot be clustered: all counties belong to one state")
    return np.asarray(sums @ sums.T * (spent * clusters / (clusters - 1)))


def parameters_spent(observations: int, parameters: int) -> float:
    """Return (N - 1) / (N - p), where p leaves out effects and trends of counties: they are nested in the clusters.

    So does reghdfe. Programs to which they are ordinary regressors count them; with trends and nine periods their
    errors are 6 % larger.
    """
    if parameters >= observations:
        raise UserError(f"{observations} observations cannot tell {parameters} parameters apart")
    return (observations - 1) / (observations - parameters)


def effective_number(weights: Floats, codes: Integers | None = None) -> float:
    """Return the effective number of clusters by weights: (sum of w)^2 / sum of w^2 over the clusters' weights.

    Kish's measure. That of Carter, Schnepel and Steigerwald (Review of Economics and Statistics 99(4), 2017) would
    also need the errors' correlations and differs for every coefficient.
    """
    totals = weights if codes is None else cluster_sums(weights, codes)
    return float(totals.sum() ** 2 / (totals**2).sum())


def two_sided_p(value: float, error: float, clusters: int) -> float:
    """Return the p-value of a value of 0 by Student's t with G - 1 degrees of freedom."""
    return float(2 * stats.t.sf(abs(value) / error, clusters - 1)) if error > 0 else float(value == 0)


def pre_test(study: EventStudy, clusters: int, leads: int, by_state: bool = True) -> WaldTest:
    """Return the joint test that the ``leads`` horizons nearest before the start, the reference apart, are 0.

    Few leads on purpose: the statistic's covariance has the rank of the clusters at most, and long before that the
    test rejects whatever is true (Pustejovsky and Tipton, Journal of Business and Economic Statistics 36(4), 2018).

    Parameters
    ----------
    study : EventStudy
        With horizons before -1.
    clusters : int
        Of the covariance: states, or counties.
    leads : int
        How many horizons are tested, from -2 down.
    by_state : bool
        Whether the covariance clustered by state is used, else that by county.
    """
    if leads < 1 or leads * CLUSTERS_PER_LEAD > clusters:
        raise UserError(
            f"a pre-test of {leads} leads with {clusters} clusters says nothing: ask for one lead or more and at most "
            f"{clusters // CLUSTERS_PER_LEAD}, a quarter of the clusters"
        )
    places = np.flatnonzero(study.horizons < 0)[::-1][:leads]
    if len(places) < leads:
        raise UserError(f"the event study has {len(places)} leads beside the reference, not {leads}")
    covariance = (study.covariance_state if by_state else study.covariance)[np.ix_(places, places)]
    return wald_test(study.values[places], covariance, clusters)


def wald_test(values: Floats, covariance: Floats, clusters: int) -> WaldTest:
    """Return the joint test that float64[J] values with a float64[J, J] covariance are 0."""
    degrees = len(values)
    if np.linalg.matrix_rank(covariance) < degrees:
        raise UserError(f"{clusters} clusters cannot tell {degrees} effects apart: test fewer")
    statistic = float(values @ np.linalg.solve(covariance, values)) / degrees
    return WaldTest(statistic, degrees, clusters, float(stats.f.sf(statistic, degrees, clusters - 1)))
