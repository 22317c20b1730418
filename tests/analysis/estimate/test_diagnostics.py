"""Bacon weights and bounds by the extra ``econ``: known decompositions, known bounds, and what is told without it."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from made_panels import made_panel

from sim.analysis.estimate.callaway_santanna import callaway_santanna
from sim.analysis.estimate.diagnostics import Bound, around_reference, bacon_weights, bounds, breakdown
from sim.analysis.estimate.panel import Panel, make_panel
from sim.analysis.estimate.results import EventStudy
from sim.analysis.estimate.two_way import two_way
from sim.words.faults import UserError

needs_econ = pytest.mark.skipif(
    importlib.util.find_spec("diff_diff") is None, reason="diff-diff, the extra 'econ', is not installed"
)


def begun(panel: Panel) -> Panel:
    """Return a panel in which a program that has begun is wholly in force."""
    return replace(panel, treated=(panel.treated > 0).astype(float))


def studied(panel: Panel) -> EventStudy:
    study = callaway_santanna(panel, leads=3, lags=3).event_study
    assert study is not None
    return study


@needs_econ
def test_two_cohorts_in_three_periods_have_the_weights_of_the_formula() -> None:
    """Two cohorts of equal size, treated in periods 2 and 3 of 3, and none else: the article's weights by hand.

    Both comparisons have n = 1/2 each; early against late in periods 1 and 2, late against early in 2 and 3, each with
    half of its two periods treated: their variances are alike, and so are their weights.
    """
    treated = np.array([[0, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1]], dtype=float)
    counts = np.array([[100, 80, 70], [100, 80, 70], [50, 55, 30], [50, 55, 30]], dtype=float)
    panel = make_panel(counts, np.full((4, 3), 1e4), treated, np.arange(4))
    never, later, earlier = bacon_weights(panel)
    assert (never.weight, later.weight, earlier.weight) == pytest.approx((0.0, 0.5, 0.5))
    assert np.isnan(never.estimate)
    assert later.estimate == pytest.approx(np.log(80 / 100) - np.log(55 / 50))
    assert earlier.estimate == pytest.approx(np.log(30 / 55) - np.log(70 / 80))


@needs_econ
@pytest.mark.parametrize(("never", "outcome"), [(0.2, "log_rate"), (0.0, "log_rate"), (0.2, "rate")])
def test_weighted_comparisons_sum_to_the_two_way_estimate(never: float, outcome: str) -> None:
    panel = begun(made_panel(never=never))
    found = bacon_weights(panel, outcome)  # type: ignore[arg-type]
    assert sum(it.weight for it in found) == pytest.approx(1)
    total = sum(it.weight * it.estimate for it in found if it.weight > 0)
    assert total == pytest.approx(two_way(panel, outcome).value, rel=1e-9)  # type: ignore[arg-type]
    assert (found[0].weight > 0) == (never > 0)


@needs_econ
def test_bounds_are_the_estimate_without_violations_and_widen_with_them() -> None:
    study = studied(made_panel(states=20))
    found = bounds(study.horizons, study.values, study.covariance_state, 15.0)
    value = study.values[study.horizons >= 0].mean()
    assert (found[0].low, found[0].high) == pytest.approx((value, value), abs=1e-9)
    assert [it.violation for it in found] == [0, 0.5, 1, 2]
    for narrow, wide in pairwise(found):
        assert wide.low < narrow.low <= value <= narrow.high < wide.high
        assert wide.interval_low < narrow.interval_low < narrow.interval_high < wide.interval_high
    assert all(it.interval_low < it.low <= it.high < it.interval_high for it in found)


@needs_econ
def test_bounds_by_hand() -> None:
    """One lead of 0.02 and one effect: trends may move by 0.02 M from the reference on."""
    horizons, values, covariance = np.array([-2, 0]), np.array([0.02, -0.1]), np.diag([0.01, 0.02]) ** 2
    found = bounds(horizons, values, covariance, 1e9)
    for bound in found:
        moved = 0.02 * bound.violation
        assert (bound.low, bound.high) == pytest.approx((-0.1 - moved, -0.1 + moved), abs=1e-6)
        assert bound.interval_low == pytest.approx(-0.1 - moved - 1.96 * 0.02, abs=1e-4)
    assert breakdown(found) == pytest.approx((0.1 - 1.96 * 0.02) / 0.02, abs=0.01)


@needs_econ
def test_what_bounds_need() -> None:
    values, covariance = np.zeros(2), np.eye(2)
    for horizons in ([0, 1], [-3, 0], [-2, 1]):
        with pytest.raises(UserError, match="bounds need a lead"):
            bounds(np.array(horizons), values, covariance, 9.0)
    with pytest.raises(UserError, match="too few states"):
        bounds(np.array([-2, 0]), values, np.ones((2, 2)), 9.0)


def test_the_multiple_that_brings_0_in() -> None:
    made = [Bound(m, -0.1 - m / 10, -0.1 + m / 10, -0.12 - m / 10, -0.08 + m / 10) for m in (0.0, 0.5, 2.0)]
    assert breakdown(tuple(made)) == pytest.approx(0.8)
    risen = [Bound(it.violation, -it.high, -it.low, -it.interval_high, -it.interval_low) for it in made]
    assert breakdown(tuple(risen)) == pytest.approx(0.8)
    assert breakdown((Bound(0, 0.1, 0.1, -0.1, 0.3), Bound(1, 0, 0.2, -0.2, 0.4))) == 0
    assert breakdown((Bound(0, 0.1, 0.1, 0.05, 0.15), Bound(1, 0.1, 0.1, 0.05, 0.15))) == np.inf


def test_horizons_without_a_gap_around_the_reference() -> None:
    assert around_reference(np.array([-4, -3, -2, 0, 1, 3])).tolist() == [0, 1, 2, 3, 4]
    assert around_reference(np.array([-4, -2, 0])).tolist() == [1, 2]
    assert around_reference(np.array([1, 2])).tolist() == []


def test_one_message_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'darkfigure\[econ\]'"):
        bacon_weights(made_panel())
