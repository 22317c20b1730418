"""Emulators against what they must give: closed forms, explicit refits, and errors they state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.analysis.calibration import emulator as emulators
from sim.analysis.calibration.emulator import Emulator, best_emulator, fit
from sim.analysis.calibration.posterior import prior_draws

Floats = np.ndarray[Any, np.dtype[np.float64]]


def inputs(count: int, dimensions: int = 4, seed: int = 1) -> Floats:
    return 2 * prior_draws(count, dimensions, seed) - 1


def surface(at: Floats) -> Floats:
    return np.asarray(1.0 + at[:, 0] + 0.8 * at[:, 0] * at[:, 1] - 0.5 * at[:, 2] ** 2 + 0.2 * np.sin(3 * at[:, 1]))


def lucks(count: int, number: int = 1) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.arange(count, dtype=np.int64) * number // count


@pytest.fixture(scope="module")
def fitted() -> Emulator:
    at, luck = inputs(48), lucks(48, 3)
    noise = 0.02 * np.random.default_rng(1).normal(size=48)
    return fit(at, surface(at) + np.array([0.0, 0.5, -0.4])[luck] + noise, luck)


def test_leaving_one_out_is_what_a_refit_without_it_predicts(fitted: Emulator) -> None:
    values, centre, spread = emulators._standardised(fitted.outputs, "plain")
    scaled, luck = fitted.inputs * fitted.relevance, fitted.lucks
    whole, product = emulators._covariance(scaled, scaled, fitted.shape), scaled @ scaled.T
    apart = ((scaled[:, None] - scaled) ** 2).sum(axis=2)
    of_luck = fitted.shape[4] ** 2 + fitted.shape[5] ** 2 * product + fitted.shape[6] ** 2 * np.exp(-0.5 * apart)
    whole += of_luck * (luck[:, None] == luck) + fitted.shape[3] ** 2 * np.eye(len(luck))
    for place in (0, 20, 47):
        others = np.arange(len(luck)) != place
        weights = np.linalg.solve(whole[np.ix_(others, others)], whole[others, place])
        variance = whole[place, place] - whole[others, place] @ weights
        assert fitted.left_out.predicted[place] == pytest.approx(centre + spread * weights @ values[others], abs=1e-8)
        assert fitted.left_out.sd[place] == pytest.approx(spread * np.sqrt(variance), abs=1e-8)


def test_a_surface_is_learned_and_what_does_not_matter_is_seen(fitted: Emulator) -> None:
    at = inputs(500, seed=9)
    mean, sd = fitted.predict(at)
    truth = surface(at) + np.mean([0.0, 0.5, -0.4])
    assert np.sqrt(np.mean((mean - truth) ** 2)) < 0.12
    assert fitted.error < 0.06
    assert fitted.explained > 0.98
    assert fitted.relevance[3] < 0.3 * fitted.relevance[0]
    assert np.mean(np.abs(mean - truth) <= 2 * sd) > 0.9


def test_the_gradient_is_that_of_the_loss() -> None:
    at, luck = inputs(20), lucks(20, 2)
    values, _, _ = emulators._standardised(surface(at), "plain")
    start = np.log(np.array([0.3, 0.5, 0.2, 0.4, 1.0, 0.3, 0.5, 0.1, 0.2, 0.3, 0.25]))
    loss = lambda logs: emulators._loss(logs, at, values, emulators._shared(luck))  # noqa: E731
    gradient = loss(start)[1]
    for place in range(len(start)):
        step = np.zeros_like(start)
        step[place] = 1e-5
        assert gradient[place] == pytest.approx((loss(start + step)[0] - loss(start - step)[0]) / 2e-5, abs=1e-3)


def test_products_are_emulated_on_logarithms() -> None:
    at = inputs(40)
    products = np.exp(2 * at[:, 0] + 1.5 * at[:, 1])
    found = best_emulator([at], products, lucks(40))
    assert found.scale == "log"
    assert found.relative_error < 0.01


def cubes(at: Floats) -> Floats:
    """Effects of either sign with long tails."""
    plain = 4 * at[:, 0] + 3 * at[:, 1] + at[:, 2] * at[:, 3]
    return np.asarray(np.sign(plain) * ((1 + np.abs(plain)) ** 3 - 1))


def test_extremes_of_either_sign_are_drawn_in() -> None:
    at = inputs(48)
    found = best_emulator([at], cubes(at), lucks(48))
    assert found.scale == "root"
    assert found.surprise < fit(at, cubes(at), lucks(48)).surprise - 0.15
    _, sd = found.predict(at)
    assert sd[np.argmax(np.abs(cubes(at)))] > 5 * sd[np.argmin(np.abs(cubes(at)))]


def test_a_root_is_drawn_in_and_let_out_again() -> None:
    at, effects = inputs(20), np.linspace(-30.0, 200.0, 20)
    found = fit(at, effects, lucks(20), "root")
    values = found._scaled[0]
    back, sd = found._unscaled(values, np.full(20, 1e-6))
    assert back == pytest.approx(effects, rel=1e-9)
    assert sd == pytest.approx(found._unscaled(values + 1e-6, sd)[0] - back, rel=1e-4)
    assert np.exp(found._log_slope) * 1e-6 == pytest.approx(sd)


def test_worlds_far_beyond_those_that_were_run_are_not_predicted_to_be_their_opposite() -> None:
    at = inputs(60, dimensions=8)
    effects = np.expm1(2 * at[:, 0] + 1.5 * at[:, 1] + at[:, 2] * at[:, 3])
    mean, _ = best_emulator([at], effects, lucks(60)).predict(inputs(4000, dimensions=8, seed=4))
    assert mean.min() > -6.0


def test_where_little_happens_little_is_wrong() -> None:
    """What is left out is wrong by a fiftieth of itself; far from 0 that says nothing of what is near 0."""
    at = inputs(80)
    effects = 40 * (1 + at[:, 0]) ** 2
    found = best_emulator([at], effects * (1 + 0.02 * np.random.default_rng(3).normal(size=80)), lucks(80))
    _, sd = found.predict(at)
    small, large = effects < 10, effects > 100
    assert sd[small].mean() < 0.35 * found.error < sd[large].mean()


def test_what_is_stated_is_never_less_than_leaving_one_out_gets_wrong_nearby(fitted: Emulator) -> None:
    bold = replace(fitted, shape=fitted.shape * np.array([1.0, 1.0, 1.0, 0.1, 0.0, 0.0, 0.0]))
    mean, sd = bold.predict(inputs(200, seed=5))
    knots, wrong = bold._wrong_by_prediction
    _, centre, spread = bold._scaled
    least = spread * np.sqrt(np.interp((mean - centre) / spread, knots, wrong))
    assert (sd >= least - 1e-12).all()
    assert np.isclose(sd, least).any()


def test_what_is_far_says_nothing_of_what_is_near() -> None:
    at = np.arange(100.0)
    found = emulators._nearby_mean(at, np.where(at < 50, 1.0, 9.0))
    assert found[[0, 37, 62, 99]] == pytest.approx([1.0, 1.0, 9.0, 9.0])
    assert found[50] == pytest.approx(5.0, abs=0.4)
    assert (np.diff(found) >= -1e-12).all()
    assert emulators._nearby_mean(at[:5], np.arange(5.0)) == pytest.approx([1.0, 1.4, 2.0, 2.6, 3.0], abs=0.35)
    assert emulators._nearby_mean(np.zeros(4), np.arange(4.0)) == pytest.approx([1.5] * 4)


def test_the_least_surprised_states_densities_as_the_normal_distribution_has_them(fitted: Emulator) -> None:
    """Where worlds are all alike in how wrong they are, surprise is the entropy of a normal distribution."""
    at = inputs(200)
    found = fit(at, at[:, 0] + np.random.default_rng(2).normal(size=200), lucks(200))
    assert found.surprise == pytest.approx(0.5 * np.log(2 * np.pi * np.e) - 0.5 * np.log(2 * np.pi), abs=0.15)
    doubled = fit(at, 2 * found.outputs, lucks(200))
    assert doubled.surprise == pytest.approx(found.surprise + np.log(2), abs=0.01)


def test_what_never_changes_is_predicted_without_error() -> None:
    at = inputs(12)
    found = fit(at, np.full(12, 0.25), lucks(12))
    assert found.error == pytest.approx(0.0, abs=1e-12)
    assert found.predict(at)[0] == pytest.approx(0.25)


def test_what_is_not_finite_is_refused() -> None:
    at = inputs(8)
    with pytest.raises(ValueError, match="not finite"):
        fit(at, np.array([np.nan, *range(7)], dtype=float), lucks(8))


def test_luck_that_makes_an_effect_larger_is_told_from_the_effect() -> None:
    at, luck = inputs(60), lucks(60, 3)
    effect = 1.0 + at[:, 0]
    found = fit(at, effect * np.array([0.7, 1.0, 1.3])[luck], luck)
    assert found.error < 0.05
    assert found.predict(at)[0] == pytest.approx(effect, abs=0.25)
    assert found.shape[5] > 0.05


def test_errors_are_those_of_the_worlds_that_count(fitted: Emulator) -> None:
    wrong = (fitted.left_out.predicted - fitted.outputs) ** 2
    close = (wrong <= np.median(wrong)).astype(float)
    found = fit(fitted.inputs, fitted.outputs, fitted.lucks, closeness=close)
    assert found.error_overall == pytest.approx(fitted.error)
    assert found.error == pytest.approx(np.sqrt(wrong[close > 0].mean()))
