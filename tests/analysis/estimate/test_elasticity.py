"""Elasticities to people detained equal least squares and two stages on explicit dummies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_panels import dummy_regression, effect_dummies, log_rate, made_panel, mean_detained

from sim.analysis.estimate.elasticity import detained, detained_instrumented, elasticity
from sim.analysis.estimate.panel import Floats, Panel, aggregated, make_panel
from sim.words.faults import UserError


def two_stages(panel: Panel, codes: Floats) -> tuple[float, float]:
    """Return coefficient and clustered error of two-stage least squares on dummies, weighted."""
    counties, periods = panel.shape
    effects = effect_dummies(counties, periods)
    assert panel.detained is not None
    dose, instrument = (it.reshape(-1, 1) for it in (panel.detained / mean_detained(panel), panel.treated))
    right, tools = np.hstack([dose, effects]), np.hstack([instrument, effects])
    weight = np.repeat(panel.weights, periods)[:, None]
    root, outcome = np.sqrt(weight), log_rate(panel).ravel()
    projected = tools @ np.linalg.lstsq(tools * root, right * root, rcond=1e-12)[0]
    coefficients = np.linalg.lstsq(projected * root, outcome * root[:, 0], rcond=1e-12)[0]
    left = (outcome - right @ coefficients)[:, None] * weight * projected
    bread = np.linalg.pinv((projected * root).T @ (projected * root), rcond=1e-12, hermitian=True)
    codes = np.repeat(codes, periods)
    scores = np.array([left[codes == code].sum(axis=0) for code in np.unique(codes)])
    groups, cells = len(scores), counties * periods
    spent = groups / (groups - 1) * (cells - 1) / (cells - 1 - periods)
    return float(coefficients[0]), float(np.sqrt(spent * (bread @ scores.T @ scores @ bread)[0, 0]))


@pytest.mark.parametrize("seed", [1, 2])
def test_least_squares_equal_dummies(seed: int) -> None:
    panel = made_panel(seed=seed)
    found = detained(panel)
    assert panel.detained is not None
    dose = panel.detained / mean_detained(panel)
    value, county = dummy_regression(log_rate(panel), dose[None], panel.weights[:, None], np.arange(40))
    _, state = dummy_regression(log_rate(panel), dose[None], panel.weights[:, None], panel.state)
    assert found.value == pytest.approx(value[0], abs=1e-9)
    errors = (np.sqrt(county[0, 0]), np.sqrt(state[0, 0]))
    assert (found.se_county, found.se_state) == pytest.approx(errors, rel=1e-6)
    assert found.weights is not None
    assert (found.weights * log_rate(panel)).sum() == pytest.approx(found.value, abs=1e-12)


@pytest.mark.parametrize("seed", [1, 2])
def test_two_stages_equal_dummies(seed: int) -> None:
    panel = made_panel(seed=seed)
    found = detained_instrumented(panel)
    assert (found.value, found.se_county) == pytest.approx(two_stages(panel, np.arange(40)), rel=1e-6)
    assert (found.value, found.se_state) == pytest.approx(two_stages(panel, panel.state), rel=1e-6)
    assert found.weights is not None
    assert (found.weights * log_rate(panel)).sum() == pytest.approx(found.value, abs=1e-12)


def test_the_first_stage_is_told_and_a_weak_one_warned_of() -> None:
    panel = made_panel()
    strong = elasticity(panel, instrumented=True)
    assert panel.detained is not None
    dose = panel.detained / mean_detained(panel)
    value, state = dummy_regression(dose, panel.treated[None], panel.weights[:, None], panel.state)
    assert strong.first_stage == pytest.approx(value[0] ** 2 / state[0, 0], rel=1e-6)
    assert not any("weak" in it for it in strong.estimate.warnings)
    noise = np.random.default_rng(7).uniform(0, 0.02, panel.shape)
    weak = elasticity(replace(panel, detained=noise), instrumented=True)
    assert "weak instrument" in weak.estimate.warnings[-1]
    assert np.isnan(elasticity(panel).first_stage)


def test_a_known_elasticity_is_found() -> None:
    """Crime falls by 3 log points for each person detained in a thousand."""
    panel = made_panel()
    assert panel.detained is not None
    county = np.arange(40)[:, None] / 40
    counts = panel.population * np.exp(-4 + county + 0.1 * np.arange(8) - 30 * panel.detained)
    known = replace(panel, counts=counts)
    for instrumented in (False, True):
        found = elasticity(known, instrumented=instrumented)
        assert found.per_dose == pytest.approx(-30, rel=1e-9)
        assert found.dose == pytest.approx(mean_detained(panel))
        assert found.estimate.value == pytest.approx(-30 * mean_detained(panel), rel=1e-9)


def test_nobody_detained_is_refused() -> None:
    panel = made_panel()
    for other in (replace(panel, detained=None), replace(panel, detained=np.zeros(panel.shape))):
        with pytest.raises(UserError, match="nobody is detained"):
            detained(other)
    with pytest.raises(ValueError, match="detained"):
        replace(panel, detained=np.full(panel.shape, -1.0))


def test_people_detained_follow_the_panel() -> None:
    panel = made_panel()
    assert panel.detained is not None
    shorter, fewer = panel.until(5), panel.of_counties(panel.first != 3)
    assert shorter.detained is not None
    assert fewer.detained is not None
    assert np.array_equal(shorter.detained, panel.detained[:, :5])
    assert np.array_equal(fewer.detained, panel.detained[panel.first != 3])
    joined = aggregated(panel, 2).detained
    assert joined is not None
    assert joined[:, 0] == pytest.approx(panel.detained[:, :2].mean(axis=1))
    assert panel.with_dates_of(np.arange(40)[::-1]).detained is None
    assert make_panel(panel.counts, panel.population, panel.treated, panel.state).detained is None
