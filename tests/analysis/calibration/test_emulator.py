"""Emulators against what they must give: closed forms, explicit refits, and errors they state."""

from __future__ import annotations

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


def test_extremes_of_either_sign_are_drawn_in() -> None:
    at = inputs(48)
    effects = np.sinh(3 * at[:, 0] + 2 * at[:, 1])
    found = best_emulator([at], effects, lucks(48))
    assert found.scale == "asinh"
    assert found.error < 0.8 * fit(at, effects, lucks(48)).error
    mean, sd = found.predict(at)
    assert mean == pytest.approx(effects, rel=0.02, abs=0.02)
    assert sd[np.argmax(np.abs(effects))] > 5 * sd[np.argmin(np.abs(effects))]


def test_what_is_stated_is_never_less_than_leaving_one_out_gets_wrong(fitted: Emulator) -> None:
    assert fitted.scale == "plain"
    assert fitted.predict(fitted.inputs)[1].min() >= fitted.error - 1e-12


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
    assert found.predict(fitted.inputs)[1].min() >= found.error - 1e-12
