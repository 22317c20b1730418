"""Two-way fixed effects and event studies equal least squares on explicit dummies."""

from __future__ import annotations

import numpy as np
import pytest
from made_panels import dummy_regression, log_rate, made_panel

from sim.analysis.estimate.panel import NEVER, make_panel, outcome_of
from sim.analysis.estimate.projection import within, within_cells
from sim.analysis.estimate.two_way import county_trends, event_dummies, event_study, restricted_influence, two_way
from sim.words.faults import UserError


@pytest.mark.parametrize("trends", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_equal_to_dummies(trends: bool, seed: int) -> None:
    panel = made_panel(seed=seed)
    found = two_way(panel, trends=trends)
    arguments = (log_rate(panel), panel.treated[None], panel.weights[:, None])
    value, county = dummy_regression(*arguments, np.arange(40), trends)
    _, state = dummy_regression(*arguments, panel.state, trends)
    assert found.value == pytest.approx(value[0], abs=1e-9)
    assert found.se_county == pytest.approx(np.sqrt(county[0, 0]), rel=1e-6)
    assert found.se_state == pytest.approx(np.sqrt(state[0, 0]), rel=1e-6)


def test_rates_equal_dummies() -> None:
    panel = made_panel()
    rate = panel.counts / panel.population
    value, _ = dummy_regression(rate, panel.treated[None], panel.weights[:, None], panel.state)
    assert two_way(panel, "rate").value == pytest.approx(value[0], abs=1e-10)


@pytest.mark.parametrize(("leads", "lags", "never"), [(3, 3, 0.2), (2, 4, 0.2), (3, 2, 0.0)])
def test_event_study_equals_dummies(leads: int, lags: int, never: float) -> None:
    panel = made_panel(never=never)
    found = event_study(panel, "log_rate", leads, lags)
    since = np.arange(8)[None] - panel.first[:, None]
    since = np.where((panel.first == NEVER)[:, None], -99, since.clip(-leads, lags))
    horizons = [it for it in range(-leads, lags + 1) if it != -1]
    dummies = np.array([since == it for it in horizons], dtype=float)
    value, county = dummy_regression(log_rate(panel), dummies, panel.weights[:, None], np.arange(40))
    assert found.event_study is not None
    assert found.event_study.horizons.tolist() == horizons
    np.testing.assert_allclose(found.event_study.values, value, atol=1e-9)
    np.testing.assert_allclose(found.event_study.covariance, county, rtol=1e-6, atol=1e-12)
    share = np.array([(panel.weights[:, None] * (since == it)).sum() if it >= 0 else 0 for it in horizons])
    share /= share.sum()
    assert found.value == pytest.approx(share @ value)
    assert found.se_county == pytest.approx(np.sqrt(share @ county @ share), rel=1e-6)


def test_two_by_two_by_hand() -> None:
    """Two counties, two periods: the change of one less the change of the other."""
    counts = np.array([[100.0, 80.0], [50.0, 60.0]])
    panel = make_panel(counts, np.full((2, 2), 1e4), np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([0, 1]))
    hand = np.log(80 / 100) - np.log(60 / 50)
    outcome = outcome_of(panel, "log_rate")
    weights = within(panel.treated, panel.weights)
    assert (weights * outcome).sum() / (weights * panel.treated).sum() == pytest.approx(hand)


def test_cells_with_weights_of_their_own_equal_dummies() -> None:
    panel = made_panel()
    weights = np.random.default_rng(3).uniform(0, 2, panel.counts.shape) * (panel.counts % 5 > 0)
    value, _ = dummy_regression(log_rate(panel), panel.treated[None], weights, panel.state)
    both = within_cells(np.stack([panel.treated, log_rate(panel)]), weights)
    assert (weights * both[0] * both[1]).sum() / (weights * both[0] ** 2).sum() == pytest.approx(value[0], abs=1e-9)


def test_equal_weights_of_cells_give_the_balanced_projection() -> None:
    panel = made_panel()
    cells = np.repeat(panel.weights[:, None], panel.shape[1], axis=1)
    np.testing.assert_allclose(within_cells(panel.treated, cells), within(panel.treated, panel.weights), atol=1e-10)


def test_scores_at_the_estimate_are_its_influence_and_sum_to_0() -> None:
    panel = made_panel()
    found = two_way(panel)
    at_estimate = restricted_influence(panel, null=found.value)
    np.testing.assert_allclose(at_estimate, found.influence, atol=1e-12)
    assert at_estimate.sum() == pytest.approx(0, abs=1e-10)
    assert restricted_influence(panel).sum() == pytest.approx(found.value)


def test_negative_weights_are_told() -> None:
    assert "negative weights" in county_trends(made_panel()).warnings[0]


def test_horizons_that_cannot_be_told_apart_are_refused() -> None:
    panel = made_panel(never=0)
    with pytest.raises(UserError, match="cannot be told apart"):
        event_study(panel, "log_rate", 9, 9)
    with pytest.raises(UserError, match="one lead or more"):
        event_dummies(panel, 0, 2)


def test_a_program_that_county_trends_explain_is_refused() -> None:
    treated = np.zeros((4, 3))
    treated[0] = [0, 0.5, 1]
    treated[1] = [0, 0.25, 0.5]
    panel = make_panel(np.full((4, 3), 9.0), np.full((4, 3), 1e3), treated, np.arange(4))
    with pytest.raises(UserError, match="nothing to estimate"):
        county_trends(make_panel(panel.counts, panel.population, treated * [0, 1, 1], np.arange(4)))
