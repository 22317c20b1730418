"""Panels made for tests of estimators, and the regressions on explicit dummies that they are compared with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.analysis.estimate.panel import NEVER, Floats, Integers, Panel, make_panel


def made_panel(
    counties: int = 40, periods: int = 8, states: int = 12, never: float = 0.2, seed: int = 1, effect: float = -0.1
) -> Panel:
    """Return a panel in which counties start in different periods, some within one, and effects grow."""
    random = np.random.default_rng(seed)
    first = random.integers(2, periods, counties)
    first = np.where(random.random(counties) < never, NEVER, first)
    since = np.where(first == NEVER, -1, np.arange(periods)[:, None] - first).T
    share = np.where(since == 0, random.uniform(0.2, 1, counties)[:, None], since > 0).astype(float)
    population = np.exp(random.normal(9, 0.8, counties))[:, None] * np.exp(random.normal(0, 0.02, (counties, periods)))
    log_rate = random.normal(-3, 0.3, counties)[:, None] + random.normal(0, 0.1, periods)
    log_rate = log_rate + effect * share * (1 + 0.2 * np.maximum(since, 0)) + random.normal(0, 0.05, share.shape)
    counts = random.poisson(population * np.exp(log_rate)) + 1.0
    return detaining(make_panel(counts, population, share, random.integers(0, states, counties)), seed)


def detaining(panel: Panel, seed: int = 1) -> Panel:
    """Return the panel with people detained under the program, at rates that differ between counties."""
    random = np.random.default_rng(seed)
    rate = random.uniform(0.001, 0.004, (panel.shape[0], 1)) * random.uniform(0.8, 1.2, panel.shape)
    return replace(panel, detained=np.cumsum(panel.treated * rate, axis=1))


def mean_detained(panel: Panel) -> float:
    """Return the mean of people detained an inhabitant over treated cells, by the counties' weights."""
    there = (np.arange(panel.shape[1])[None] >= panel.first[:, None]) & (panel.first != NEVER)[:, None]
    weights = np.where(there, panel.weights[:, None], 0.0)
    assert panel.detained is not None
    return float((weights * panel.detained).sum() / weights.sum())


def effect_dummies(counties: int, periods: int, trends: bool = False) -> Floats:
    """Return float64[K * T, columns] dummies of counties and periods, and a trend for each county if asked."""
    county = np.kron(np.eye(counties), np.ones((periods, 1)))
    period = np.kron(np.ones((counties, 1)), np.eye(periods))
    trend = np.kron(np.eye(counties), np.arange(periods)[:, None])
    return np.hstack([county, period, trend] if trends else [county, period])


def dummy_regression(
    outcome: Floats, regressors: Floats, weights: Floats, codes: Integers, trends: bool = False
) -> tuple[Floats, Floats]:
    """Return coefficients and clustered covariance of float64[J, K, T] regressors, by least squares on dummies.

    Parameters for counties are nested in the clusters and not counted.
    """
    number, counties, periods = regressors.shape
    columns = np.hstack([regressors.reshape(number, -1).T, effect_dummies(counties, periods, trends)])
    weight = np.broadcast_to(weights, outcome.shape).ravel()
    root = np.sqrt(weight)[:, None]
    coefficients = np.linalg.lstsq(columns * root, outcome.ravel() * root[:, 0], rcond=1e-12)[0]
    left = (outcome.ravel() - columns @ coefficients) * weight
    bread = np.linalg.pinv((columns * root).T @ (columns * root), rcond=1e-12, hermitian=True)
    codes = np.repeat(codes, periods)
    scores = np.array([columns[codes == code].T @ left[codes == code] for code in np.unique(codes)])
    count, cells = len(scores), int((weight > 0).sum())
    spent = count / (count - 1) * (cells - 1) / (cells - number - periods)
    covariance = spent * bread @ scores.T @ scores @ bread
    return coefficients[:number], covariance[:number, :number]


def log_rate(panel: Panel) -> Floats:
    return np.log(panel.counts / panel.population)
