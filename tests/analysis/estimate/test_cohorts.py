"""Callaway-Sant'Anna and Sun-Abraham equal means by hand, saturated regressions and derivatives by weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_panels import dummy_regression, log_rate, made_panel

from sim.analysis.estimate.callaway_santanna import callaway_santanna, group_time_effects
from sim.analysis.estimate.panel import NEVER, Panel, make_panel
from sim.analysis.estimate.sun_abraham import last_start, sun_abraham
from sim.words.faults import UserError

AGGREGATIONS = ("simple", "dynamic", "group")


def by_hand(panel: Panel) -> dict[tuple[int, int], float]:
    """Return ATT(g, t) against the not yet treated by loops over cohorts and periods."""
    y, found = log_rate(panel), {}
    start = np.where(panel.first == NEVER, 99, panel.first)
    for g in sorted(set(panel.first) - {NEVER}):
        for t in range(panel.shape[1]):
            controls = start > max(t, g)
            if controls.any():
                change = y[:, t] - y[:, g - 1]
                own = np.average(change[start == g], weights=panel.weights[start == g])
                found[int(g), t] = own - np.average(change[controls], weights=panel.weights[controls])
    return found


def aggregated_by_hand(panel: Panel, aggregation: str) -> float:
    effects = {cell: value for cell, value in by_hand(panel).items() if cell[1] >= cell[0]}
    size = {g: panel.weights[panel.first == g].sum() for g, _ in effects}
    if aggregation == "simple":
        return np.average(list(effects.values()), weights=[size[g] for g, _ in effects])
    if aggregation == "group":
        own = {g: np.mean([value for cell, value in effects.items() if cell[0] == g]) for g in size}
        return np.average(list(own.values()), weights=[size[g] for g in own])
    horizons = sorted({t - g for g, t in effects})
    cells = [[cell for cell in effects if cell[1] - cell[0] == it] for it in horizons]
    return np.mean([np.average([effects[c] for c in them], weights=[size[c[0]] for c in them]) for them in cells])


@pytest.mark.parametrize("never", [0.0, 0.3])
def test_cohorts_effects_equal_means_by_hand(never: float) -> None:
    panel = made_panel(never=never)
    found = group_time_effects(panel)
    hand = by_hand(panel)
    for row, g in enumerate(found.cohorts):
        for t in range(8):
            assert found.effects[row, t] == pytest.approx(hand.get((int(g), t), np.nan), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("never", [0.0, 0.3])
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_aggregates_equal_means_by_hand(aggregation: str, never: float) -> None:
    panel = made_panel(never=never)
    assert callaway_santanna(panel, "log_rate", aggregation).value == pytest.approx(
        aggregated_by_hand(panel, aggregation), abs=1e-12
    )


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_influence_is_the_derivative_by_a_county_s_weight(aggregation: str) -> None:
    """The infinitesimal jackknife: what a little more weight on a county does, by the means by hand."""
    panel = made_panel(counties=25, never=0.3)
    found = callaway_santanna(panel, "log_rate", aggregation)
    slopes = np.empty(25)
    for county in range(25):
        one, other = (
            aggregated_by_hand(
                replace(panel, weights=panel.weights * (1 + step * (np.arange(25) == county))), aggregation
            )
            for step in (1e-5, -1e-5)
        )
        slopes[county] = (one - other) / 2e-5
    np.testing.assert_allclose(found.influence, slopes, atol=1e-8)
    assert found.se_county == pytest.approx(np.sqrt(25 / 24 * (slopes**2).sum()), rel=1e-5)


def test_two_by_two_by_hand_with_its_error() -> None:
    """One cohort, two periods, equal weights: a difference of means with the variances of both."""
    random = np.random.default_rng(4)
    rate = np.exp(random.normal(-3, 0.2, (30, 2)))
    treated = np.zeros((30, 2))
    treated[:12, 1] = 1
    panel = make_panel(rate * 1e4, np.full((30, 2), 1e4), treated, np.arange(30))
    change = np.log(rate[:, 1] / rate[:, 0])
    found = callaway_santanna(panel)
    assert found.value == pytest.approx(change[:12].mean() - change[12:].mean())
    variance = change[:12].var() / 12 + change[12:].var() / 18
    assert found.se_county == pytest.approx(np.sqrt(variance * 30 / 29))
    assert "no leads" in found.warnings[0]


def test_the_share_of_an_event_study_in_states_is_that_of_its_counties() -> None:
    panel = made_panel()
    alone = replace(panel, state=np.arange(40))
    for estimator in (callaway_santanna, sun_abraham):
        found = estimator(alone)
        assert found.se_state == pytest.approx(found.se_county)
        np.testing.assert_allclose(found.event_study.covariance_state, found.event_study.covariance, atol=1e-15)


@pytest.mark.parametrize("never", [0.0, 0.2])
def test_sun_abraham_equals_the_saturated_regression(never: float) -> None:
    panel = made_panel(never=never, counties=50)
    last = last_start(panel.first)
    starters = panel.first[panel.first != NEVER]
    assert (starters >= last).mean() >= 0.25
    assert (starters > last).mean() < 0.25
    cohorts = sorted({g for g in panel.first if 0 < g < last})
    cells = [(g, t) for g in cohorts for t in range(last) if t != g - 1]
    dummies = np.array([np.outer(panel.first == g, np.arange(last) == t) for g, t in cells], dtype=float)
    y = log_rate(panel)[:, :last]
    found = sun_abraham(panel)
    size = np.array([panel.weights[panel.first == g].sum() if t >= g else 0 for g, t in cells])
    share = size / size.sum()
    for codes, error in ((np.arange(50), found.se_county), (panel.state, found.se_state)):
        value, covariance = dummy_regression(y, dummies, panel.weights[:, None], codes)
        assert found.value == pytest.approx(share @ value, abs=1e-9)
        assert error == pytest.approx(np.sqrt(share @ covariance @ share), rel=1e-6)
    study = found.event_study
    rows = np.array(
        [[panel.weights[panel.first == g].sum() * (t - g == it) for g, t in cells] for it in study.horizons]
    )
    rows /= rows.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(study.values, rows @ value, atol=1e-9)
    np.testing.assert_allclose(study.covariance_state, rows @ covariance @ rows.T, rtol=1e-6, atol=1e-12)


def test_what_is_left_out_is_told() -> None:
    panel = made_panel(never=0)
    assert "left out: all counties have started" in callaway_santanna(panel).warnings[0]
    assert "controls are the" in sun_abraham(panel).warnings[0]


def test_last_counties_that_are_the_first_are_refused() -> None:
    with pytest.raises(UserError, match="nobody is left"):
        last_start(np.array([3, 3, 3, NEVER]))


def test_an_unknown_aggregation_is_refused() -> None:
    with pytest.raises(ValueError, match="an aggregation is"):
        callaway_santanna(made_panel(), "log_rate", "calendar")  # type: ignore[arg-type]
