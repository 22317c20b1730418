"""Posterior draws and weights against closed forms: linear simulators with normal priors and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from sim.analysis.calibration.posterior import posterior_draws, prior_draws
from sim.analysis.calibration.summary import parameters_told, trade_offs, variance_shares
from sim.analysis.calibration.weighing import (
    AT_LEAST,
    AT_MOST,
    TWO_SIDED,
    WIDENED,
    Published,
    closeness_of,
    effective_number,
    weighted_quantiles,
    weights_of,
)
from sim.scenario.calibration.priors import Prior

Floats = np.ndarray[Any, np.dtype[np.float64]]
SLOPES = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0]])
"""Two figures that three parameters, standard normal before, give."""
SEEN, SE = np.array([1.0, -0.5]), np.array([0.1, 0.2])


def published(values: Floats, se: Floats, sides: list[int] | None = None) -> Published:
    chosen = np.array(sides or [TWO_SIDED] * len(values), dtype=np.int64)
    return Published(values, se, np.zeros(len(values)), chosen)


def likelihood(shares: Floats) -> Floats:
    return published(SEEN, SE).log_likelihood(ndtri(np.clip(shares, 1e-12, 1 - 1e-12)) @ SLOPES.T)


def exact() -> tuple[Floats, Floats]:
    """Return mean and covariance of the posterior."""
    precision = np.eye(3) + SLOPES.T @ np.diag(SE**-2) @ SLOPES
    covariance = np.linalg.inv(precision)
    return covariance @ SLOPES.T @ (SEEN / SE**2), covariance


def test_draws_have_the_moments_of_the_closed_form() -> None:
    draws = posterior_draws(likelihood, 3, 3000, 5)
    mean, covariance = exact()
    scores = ndtri(draws.shares)
    assert scores.mean(axis=0) == pytest.approx(mean, abs=0.06)
    assert np.cov(scores, rowvar=False) == pytest.approx(covariance, abs=0.06)
    assert 0.1 < draws.accepted < 0.6


def test_draws_follow_from_their_seed_alone() -> None:
    first, again, other = (posterior_draws(likelihood, 3, 200, seed) for seed in (5, 5, 6))
    assert (first.shares == again.shares).all()
    assert (first.shares != other.shares).any()


def test_a_lower_power_is_as_wide_as_larger_errors() -> None:
    wide = posterior_draws(likelihood, 3, 3000, 1, 0.1)
    precision = np.eye(3) + SLOPES.T @ np.diag(0.1 * SE**-2) @ SLOPES
    spread = np.sqrt(np.diag(np.linalg.inv(precision)))
    assert ndtri(wide.shares).std(axis=0) == pytest.approx(spread, abs=0.04)
    assert (spread > np.sqrt(np.diag(exact()[1])) + 0.05).any()


def test_weights_of_prior_draws_have_the_moments_too() -> None:
    shares = prior_draws(8192, 3, 2)
    weights = weights_of(likelihood(shares))
    mean, covariance = exact()
    scores = ndtri(shares)
    assert weights @ scores == pytest.approx(mean, abs=0.06)
    assert weights @ (scores - mean) ** 2 == pytest.approx(np.diag(covariance), rel=0.15)


def test_the_error_of_an_emulator_widens_what_is_allowed() -> None:
    one = published(np.array([0.0]), np.array([3.0]))
    at = np.array([[10.0]])
    assert one.z(at)[0, 0] == pytest.approx(10 / 3)
    assert one.z(at, 4.0)[0, 0] == pytest.approx(2.0)
    assert one.with_noise(np.array([4.0])).z(at)[0, 0] == pytest.approx(2.0)
    assert one.chi_square(at, 4.0)[0] == pytest.approx(4.0)


def test_bounds_count_on_one_side() -> None:
    both = published(np.array([1.0, 1.0]), np.array([0.1, 0.1]), [AT_MOST, AT_LEAST])
    assert both.z(np.array([[0.5, 1.5]])).tolist() == [[0.0, 0.0]]
    assert both.z(np.array([[1.5, 0.5]]))[0] == pytest.approx([5.0, -5.0])
    inside, outside = both.log_likelihood(np.array([[0.5, 1.5], [1.5, 1.5]]))
    assert inside > outside + 10


def test_effective_numbers_and_quantiles() -> None:
    assert effective_number(np.full(40, 1 / 40)) == pytest.approx(40)
    assert effective_number(np.array([1.0, 0.0, 0.0])) == 1
    assert weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.ones(3), np.array([0.5])) == pytest.approx(2.0)
    found = weighted_quantiles(np.arange(100.0), np.r_[np.zeros(50), np.ones(50)], np.array([0.02, 0.98]))
    assert found == pytest.approx([50.5, 98.5])


def test_pinned_parameters_and_trade_offs_are_told() -> None:
    priors = [Prior(path, "normal", -6, 6, 0, 1) for path in ("a", "b", "c")]
    draws = posterior_draws(likelihood, 3, 2000, 1)
    told = parameters_told(priors, draws.shares)
    _, covariance = exact()
    assert [it.ratio for it in told] == pytest.approx(np.sqrt(np.diag(covariance)), abs=0.05)
    assert told[0].verdict == ("pinned" if covariance[0, 0] < 0.25 else "narrowed")
    best = trade_offs(priors, draws.shares)[0]
    assert {best.first, best.second} == {"a", "b"} or abs(best.correlation) > 0.8
    spread = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(spread, spread)
    assert abs(best.correlation) == pytest.approx(np.abs(correlations - np.eye(3)).max(), abs=0.05)


def test_shares_of_variance_are_those_of_a_sum() -> None:
    shares = prior_draws(4096, 3, 1)
    scores = ndtri(shares)
    found = variance_shares(shares, 2 * scores[:, 0] + scores[:, 1])
    assert found == pytest.approx([0.8, 0.2, 0.0], abs=0.04)
    assert variance_shares(shares, np.zeros(4096)).tolist() == [0.0, 0.0, 0.0]


def test_the_evidence_is_the_mean_likelihood_over_the_priors() -> None:
    draws = posterior_draws(likelihood, 3, 4000, 1)
    everywhere = likelihood(prior_draws(1 << 16, 3, 5))
    assert draws.log_evidence == pytest.approx(np.log(np.exp(everywhere).mean()), abs=0.1)
    half = posterior_draws(likelihood, 3, 4000, 1, 0.5)
    assert half.log_evidence == pytest.approx(np.log(np.exp(0.5 * everywhere).mean()), abs=0.1)


def test_closeness_keeps_a_quarter_of_the_worlds() -> None:
    logs = -0.5 * np.linspace(0, 40, 40) ** 2
    assert effective_number(closeness_of(logs)) == pytest.approx(10, abs=0.1)
    assert closeness_of(0.01 * logs) == pytest.approx(weights_of(WIDENED * 0.01 * logs))
