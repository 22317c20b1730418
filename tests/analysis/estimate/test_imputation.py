"""Imputation equals a regression on explicit dummies of untreated cells, its errors the formula in loops."""

from __future__ import annotations

import numpy as np
import pytest
from made_panels import effect_dummies, log_rate, made_panel

from sim.analysis.estimate.imputation import imputation
from sim.analysis.estimate.panel import NEVER, Panel, make_panel


def by_dummies(panel: Panel, trends: bool, share: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the mean departure by float64[K, T] shares, its weights on outcomes, and all departures."""
    counties, periods = panel.shape
    columns = effect_dummies(counties, periods, trends)
    untreated = (panel.treated == 0).ravel()
    root = np.sqrt(np.repeat(panel.weights, periods))[:, None]
    y = log_rate(panel).ravel()
    pseudo = np.linalg.pinv((columns * root)[untreated], rcond=1e-11) * root[untreated].T
    left = y - columns @ (pseudo @ y[untreated])
    weights = share.ravel().copy()
    weights[untreated] -= share.ravel() @ columns @ pseudo
    return float(share.ravel() @ left), weights.reshape(panel.shape), left.reshape(panel.shape)


def by_formula(panel: Panel, weights: np.ndarray, left: np.ndarray, codes: np.ndarray) -> float:
    """Return the conservative error: treated cells less their cohort's and period's mean, by loops over clusters."""
    left = left.copy()
    for g in set(panel.first) - {NEVER}:
        for t in range(g, panel.shape[1]):
            clusters = [np.flatnonzero((panel.first == g) & (codes == it)) for it in np.unique(codes)]
            top = sum(weights[c, t].sum() * (weights[c, t] * left[c, t]).sum() for c in clusters)
            bottom = sum(weights[c, t].sum() ** 2 for c in clusters)
            left[panel.first == g, t] -= top / bottom if bottom > 0 else 0
    sums = np.array([(weights * left)[codes == it].sum() for it in np.unique(codes)])
    return float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)))


@pytest.mark.parametrize("trends", [False, True])
@pytest.mark.parametrize("never", [0.0, 0.25])
def test_equal_to_dummies(trends: bool, never: float) -> None:
    panel = made_panel(never=never)
    since = np.where((panel.first == NEVER)[:, None], -99, np.arange(8)[None] - panel.first[:, None])
    last = 8 if never else panel.first.max()
    found = imputation(panel, trends=trends)
    cells = (since >= 0) & (np.arange(8) < last)
    share = panel.weights[:, None] * cells
    value, weights, left = by_dummies(panel, trends, share / share.sum())
    assert found.value == pytest.approx(value, abs=1e-8)
    np.testing.assert_allclose(found.weights, weights, atol=1e-8)
    assert found.se_county == pytest.approx(by_formula(panel, weights, left, np.arange(40)), rel=1e-5)
    assert found.se_state == pytest.approx(by_formula(panel, weights, left, panel.state), rel=1e-5)
    study = found.event_study
    for place, horizon in enumerate(study.horizons):
        share = panel.weights[:, None] * (cells & (since == horizon))
        value, weights, left = by_dummies(panel, trends, share / share.sum())
        assert study.values[place] == pytest.approx(value, abs=1e-8)
        error = by_formula(panel, weights, left, np.arange(40))
        assert np.sqrt(study.covariance[place, place]) == pytest.approx(error, rel=1e-5)


def test_counties_without_a_trend_are_left_out_and_counted() -> None:
    panel = made_panel()
    treated = panel.treated.copy()
    treated[:3, 1:] = 1
    early = make_panel(panel.counts, panel.population, treated, panel.state)
    assert imputation(early).dropped_always_treated == 0
    found = imputation(early, trends=True)
    assert (found.dropped_always_treated, found.counties) == (3, 37)
    assert not found.weights[:3].any()


def test_periods_without_controls_are_left_out_and_told() -> None:
    panel = made_panel(never=0)
    found = imputation(panel)
    assert not found.weights[:, panel.first.max() :].any()
    assert "left out" in found.warnings[0]
