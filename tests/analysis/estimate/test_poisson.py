"""Poisson regression equals Newton's method on explicit dummies, and a closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_panels import effect_dummies, made_panel

from sim.analysis.estimate.clusters import carrying_number
from sim.analysis.estimate.panel import make_panel
from sim.analysis.estimate.poisson import poisson, poisson_fit
from sim.words.faults import UserError


def on_dummies(counts: np.ndarray, treated: np.ndarray, population: np.ndarray, codes: np.ndarray) -> tuple:
    """Return coefficient and clustered error from iteratively reweighted least squares on all dummies."""
    counties, periods = counts.shape
    dummies = effect_dummies(counties, periods)
    columns = np.hstack([treated.reshape(-1, 1), np.delete(dummies, counties, axis=1)])
    y, offset = counts.ravel(), np.log(population).ravel()
    mean = y + 0.5
    for _ in range(60):
        working = np.log(mean) - offset + (y - mean) / mean
        root = np.sqrt(mean)[:, None]
        solved = np.linalg.lstsq(columns * root, working * root[:, 0], rcond=1e-13)[0]
        mean = np.exp(offset + columns @ solved)
    bread = np.linalg.inv((columns * mean[:, None]).T @ columns)
    codes = np.repeat(codes, periods)
    scores = np.array([columns[codes == it].T @ (y - mean)[codes == it] for it in np.unique(codes)])
    count = len(scores)
    spent = count / (count - 1) * (len(y) - 1) / (len(y) - 1 - periods)
    return solved[0], np.sqrt(spent * (bread @ scores.T @ scores @ bread)[0, 0])


@pytest.mark.parametrize("seed", [1, 2])
def test_equal_to_dummies(seed: int) -> None:
    panel = made_panel(counties=30, periods=6, seed=seed)
    found = poisson(panel)
    value, county = on_dummies(panel.counts, panel.treated, panel.population, np.arange(30))
    _, state = on_dummies(panel.counts, panel.treated, panel.population, panel.state)
    assert found.value == pytest.approx(value, abs=1e-8)
    assert found.se_county == pytest.approx(county, rel=1e-6)
    assert found.se_state == pytest.approx(state, rel=1e-6)
    assert found.weights is None


def test_states_that_carry_it_are_those_whose_counts_move_it() -> None:
    """How far each count moves the estimate, squared, times its variance: summed in states, and these counted."""
    panel = made_panel(counties=12, periods=5, states=5)
    moved = np.empty(panel.shape)
    for place in np.ndindex(panel.shape):
        counts = panel.counts.copy()
        counts[place] += 1e-3
        up = poisson(replace(panel, counts=counts)).value
        counts[place] -= 2e-3
        moved[place] = (up - poisson(replace(panel, counts=counts)).value) / 2e-3
    found = poisson(panel)
    fit = poisson_fit(panel.counts, panel.treated[None], np.log(panel.population))
    assert found.carrying_clusters == pytest.approx(carrying_number(moved, fit.expected, panel.state), rel=1e-5)
    assert found.carrying_clusters != pytest.approx(found.effective_clusters, rel=0.02)


def test_two_by_two_is_the_ratio_of_ratios() -> None:
    counts = np.array([[100.0, 80.0], [50.0, 60.0], [0.0, 0.0]])
    treated = np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    population = np.array([[1e4, 2e4], [1e4, 1e4], [1e4, 1e4]])
    # three counties, for two leave no cells to spare
    both = np.repeat(counts, 2, axis=0), np.repeat(population, 2, axis=0), np.repeat(treated, 2, axis=0)
    found = poisson(make_panel(*both, np.arange(6)))
    assert found.value == pytest.approx(np.log((80 / 2) / 100 / (60 / 50)))
    assert (found.counties, found.dropped_zero) == (4, 2)


def test_zeros_within_a_county_stay() -> None:
    panel = made_panel()
    counts = panel.counts.copy()
    counts[::3, 2] = 0
    found = poisson(make_panel(counts, panel.population, panel.treated, panel.state))
    assert (found.counties, found.dropped_zero) == (40, 0)


def test_what_has_no_rate_is_refused() -> None:
    panel = made_panel()
    with pytest.raises(ValueError, match="log_rate"):
        poisson(panel, "rate")
    empty = panel.counts.copy()
    empty[:, 3] = 0
    with pytest.raises(UserError, match="a period without any event"):
        poisson(make_panel(empty, panel.population, panel.treated, panel.state))
    with pytest.raises(UserError, match="all events"):
        poisson(make_panel(panel.counts * (panel.treated == 0), panel.population, panel.treated, panel.state))
