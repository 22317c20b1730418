"""Weights on outcomes reproduce every estimate; the truth by them is what the estimator finds of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_panels import made_panel, mean_detained

from sim.analysis.estimate.alignment import (
    aligned_truth,
    average_effect,
    explained,
    linear_value,
    spillover,
    true_effect,
)
from sim.analysis.estimate.panel import NEVER, OUTCOMES, outcome_of
from sim.analysis.estimate.registry import ESTIMATORS

LINEAR = [name for name in ESTIMATORS if name != "poisson"]
SEEDS = st.integers(1, 10**6)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("name", LINEAR)
def test_weights_on_outcomes_give_the_estimate(name: str, outcome: str) -> None:
    panel = made_panel(never=0.1)
    counts = panel.counts.copy()
    counts[4, 2] = 0 if outcome == "log_rate" else counts[4, 2]
    panel = replace(panel, counts=counts)
    found = ESTIMATORS[name].estimate(panel, outcome)
    values = np.full(panel.shape, np.nan)
    values[counts.all(axis=1)] = outcome_of(replace(panel, counts=counts + (counts == 0)), outcome)[counts.all(axis=1)]
    assert linear_value(found.weights, values) == pytest.approx(found.value, abs=1e-9)
    assert found.dropped_zero == (outcome == "log_rate")
    if found.event_study is not None:
        for weights, value in zip(found.event_study.weights, found.event_study.values, strict=True):
            assert linear_value(weights, values) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("name", LINEAR)
def test_weights_take_out_counties_and_periods_and_sum_to_1_where_treated(name: str) -> None:
    panel = made_panel()
    found = ESTIMATORS[name].estimate(panel, "log_rate")
    np.testing.assert_allclose(found.weights.sum(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(found.weights.sum(axis=0), 0, atol=1e-9)
    if name.startswith("detained"):
        assert panel.detained is not None
        dose = panel.detained / mean_detained(panel)
    else:
        dose = panel.treated if name in ("two_way", "county_trends") else panel.treated > 0
    assert (found.weights * dose).sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ESTIMATORS)
@given(seed=SEEDS)
@settings(max_examples=8)
def test_effects_of_counties_and_periods_change_nothing(name: str, seed: int) -> None:
    """Factors of counties and of periods in the exposure, at the same weights; with trends, trends of counties too."""
    panel = made_panel()
    random = np.random.default_rng(seed)
    factor = np.exp(random.normal(0, 0.5, (40, 1)) + random.normal(0, 0.5, 8))
    if "trends" in name:
        factor *= np.exp(random.normal(0, 0.1, (40, 1)) * np.arange(8))
    changed = replace(panel, population=panel.population * factor)
    one, other = (ESTIMATORS[name].estimate(it, "log_rate") for it in (panel, changed))
    assert other.value == pytest.approx(one.value, abs=1e-8)
    assert other.se_county == pytest.approx(one.se_county, rel=1e-6)


@pytest.mark.parametrize("name", LINEAR)
@given(factor=st.floats(0.01, 100))
@settings(max_examples=8)
def test_rates_scale_with_their_unit(name: str, factor: float) -> None:
    panel = made_panel()
    scaled = replace(panel, counts=panel.counts * factor)
    one, other = (ESTIMATORS[name].estimate(it, "rate") for it in (panel, scaled))
    assert other.value == pytest.approx(factor * one.value, rel=1e-6)
    assert other.se_state == pytest.approx(factor * one.se_state, rel=1e-6)
    assert ESTIMATORS[name].estimate(scaled, "log_rate").value == pytest.approx(
        ESTIMATORS[name].estimate(panel, "log_rate").value, abs=1e-9
    )


@pytest.mark.parametrize("name", ESTIMATORS)
@given(seed=SEEDS, factor=st.floats(0.1, 10))
@settings(max_examples=5)
def test_order_of_counties_and_scale_of_weights_change_nothing(name: str, seed: int, factor: float) -> None:
    panel = made_panel()
    order = np.random.default_rng(seed).permutation(40)
    shuffled = panel.of_counties(order)
    shuffled = replace(shuffled, weights=factor * shuffled.weights, state=100 - shuffled.state)
    one, other = (ESTIMATORS[name].estimate(it, "log_rate") for it in (panel, shuffled))
    assert other.value == pytest.approx(one.value, abs=1e-9)
    assert other.se_county == pytest.approx(one.se_county, rel=1e-6)
    assert other.se_state == pytest.approx(one.se_state, rel=1e-6)
    if one.weights is not None:
        np.testing.assert_allclose(other.weights, one.weights[order], atol=1e-9)


@pytest.mark.parametrize("name", ["callaway_santanna", "imputation", "imputation_trends"])
@given(seed=SEEDS)
@settings(max_examples=5)
def test_a_known_effect_is_found_where_nothing_else_moves(name: str, seed: int) -> None:
    """On outcomes that are effects of counties, periods and the program alone, the effect on the treated is exact."""
    random = np.random.default_rng(seed)
    panel = made_panel(seed=seed)
    effect = np.where(panel.treated > 0, random.normal(-0.2, 0.1, panel.shape), 0)
    rate = np.exp(random.normal(-3, 0.3, (40, 1)) + random.normal(0, 0.2, 8))
    without = replace(panel, counts=panel.population * rate)
    found = ESTIMATORS[name].estimate(replace(without, counts=without.counts * np.exp(effect)), "log_rate")
    assert found.value == pytest.approx(average_effect(panel, effect), abs=1e-9)
    assert aligned_truth(found.weights, effect) == pytest.approx(found.value, abs=1e-9)


def test_an_estimate_is_placebo_and_net_and_net_is_the_aligned_truth() -> None:
    without = made_panel(effect=0)
    effect = -0.3 * without.treated
    within = replace(without, counts=without.counts * np.exp(effect))
    found = ESTIMATORS["county_trends"].estimate(within, "log_rate")
    parts = explained(
        found.weights,
        within,
        outcome_of(within, "log_rate"),
        outcome_of(without, "log_rate"),
        true_effect(within, without),
    )
    assert parts.estimate == pytest.approx(found.value)
    assert parts.placebo == pytest.approx(ESTIMATORS["county_trends"].estimate(without, "log_rate").value)
    assert parts.net == pytest.approx(parts.truth_aligned) == pytest.approx(-0.3)
    assert parts.estimate == pytest.approx(parts.placebo + parts.net)
    assert parts.weighting_error == pytest.approx(parts.truth_aligned - parts.average)


def test_true_effects_are_logs_or_differences_and_cells_without_events_have_none() -> None:
    panel = made_panel()
    half = replace(panel, counts=panel.counts / 2)
    assert true_effect(half, panel) == pytest.approx(np.log(0.5))
    assert true_effect(half, panel, "rate") == pytest.approx(-panel.counts / panel.population / 2)
    empty = replace(panel, counts=np.where(np.arange(8) == 7, 0, panel.counts))
    effect = true_effect(empty, panel)
    assert np.isnan(effect[:, 7]).all()
    assert average_effect(panel, effect) == 0
    with pytest.raises(ValueError, match="not a number"):
        aligned_truth(np.ones(panel.shape), effect)


def test_every_estimator_answers_in_one_form() -> None:
    panel = made_panel()
    for estimator in ESTIMATORS.values():
        for outcome in estimator.outcomes:
            found = estimator.estimate(panel, outcome)
            assert found.influence.shape == (found.counties,) == (40,)
            assert found.se_county > 0
            assert found.clusters == len(np.unique(panel.state))
            assert 1 < found.effective_clusters < found.clusters
            assert 1 < found.effective_counties < 40
            assert all(isinstance(words, str) for words in found.warnings)
            if found.event_study is not None:
                number = len(found.event_study.horizons)
                assert found.event_study.covariance.shape == (number, number)
                assert found.event_study.weights.shape == (number, *panel.shape)
    assert (panel.first == NEVER).any()


@pytest.mark.parametrize("name", LINEAR)
def test_what_reaches_counties_without_the_program_is_told_apart(name: str) -> None:
    panel = made_panel(never=0.2)
    found = ESTIMATORS[name].estimate(panel, "log_rate")
    inside = np.where(panel.treated > 0, -0.1, 0.0)
    assert spillover(found.weights, inside, panel.treated) == 0
    # a fall of a tenth everywhere and always is no difference at all: what is inside is subtracted again outside
    everywhere = np.full(panel.shape, -0.1)
    beyond = spillover(found.weights, everywhere, panel.treated)
    assert beyond == pytest.approx(-aligned_truth(found.weights, inside), abs=1e-9)
    assert beyond > 0
