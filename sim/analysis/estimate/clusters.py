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

    Kish's measure, the same for all estimators; ``carrying_number`` is that of one estimate.
    """
    totals = weights if codes is None else cluster_sums(weights, codes)
    if not (totals > 0).any():
        return 0.0
    return float(totals.sum() ** 2 / (totals**2).sum())


def carrying_number(weights: Floats, variances: Floats, codes: Integers | None = None) -> float:
    """Return how many clusters of equal importance would carry an estimate as these do.

    The effective number of clusters of Carter, Schnepel and Steigerwald (Review of Economics and Statistics 99(4),
    2017), where errors of cells are independent: (sum of v)^2 / sum of v^2 over what clusters add to the variance of
    the estimate. It sees what shares of people do not: an estimator that compares all with a handful of counties.

    Parameters
    ----------
    weights : float64[K, T]
        Of the estimate on outcomes.
    variances : float64[K, T] or float64[K, 1]
        Of cells, up to a factor.
    codes : int64[K], optional
        Clusters, else each county is one.
    """
    return effective_number((weights**2 * variances).sum(axis=1), codes)


def half_width(error: float, clusters: int, carrying: float, confidence: float = 0.95) -> float:
    """Return half the width of an interval that counts as few clusters as carry the estimate.

    Squares are multiplied by C / (C - 1) instead of G / (G - 1), and Student's t has C - 1 degrees of freedom, but at
    least one, where C of G clusters carry it: what is left of the outcome in a handful of clusters is smaller than its
    error by that factor (Imbens and Kolesar, Review of Economics and Statistics 98(4), 2016, on both corrections).
    """
    number = float(np.clip(carrying, 2, max(clusters, 2)))
    raised = error * float(np.sqrt(number / (number - 1) * (clusters - 1) / clusters))
    return float(stats.t.ppf((1 + confidence) / 2, number - 1)) * raised


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
