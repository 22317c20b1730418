"""Verdicts on figures, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.evidence.figures import Figure
from sim.analysis.evidence.judging import agrees, joint, judged

NAN = math.nan


def figure(value: float, se: float = NAN, role: str = "target", low: float = NAN, high: float = NAN) -> Figure:
    return Figure("F", "a quantity", value, se, "", "crime_rate", role, low, high)


def verdict(one: Figure, *values: float) -> str:
    return judged([one], np.array(values)[:, None])[0].verdict


def test_z_is_over_both_errors() -> None:
    (row,) = judged([figure(1.0, 0.3)], np.array([[1.0], [2.0], [3.0], [2.0]]))
    noise = math.sqrt(2 / 3) / 2
    assert (row.simulated, row.worlds) == (2.0, 4)
    assert row.mc_error == pytest.approx(noise)
    assert row.z == pytest.approx(1 / math.hypot(0.3, noise))
    (alone,) = judged([figure(1.0, 0.3)], np.array([[1.9]]))
    assert math.isnan(alone.mc_error)
    assert alone.z == pytest.approx(3.0)


def test_verdicts() -> None:
    assert verdict(figure(1.0, 0.5), 1.9) == "within 2 se"
    assert verdict(figure(1.0, 0.5), 2.1) == "outside 2 se"
    assert verdict(figure(-2.0), -2.5) == "-25.0 %"
    assert verdict(figure(0.0), 0.1) == "no error published"
    assert verdict(figure(0.34, low=0.3, high=0.375), 0.37) == "in its range"
    assert verdict(figure(0.34, low=0.3, high=0.375), 0.38) == "outside its range"
    assert verdict(figure(0.34, 0.01, low=0.3, high=0.375), 0.37) == "outside 2 se"
    assert verdict(figure(0.5, role="at_most"), 0.4) == "holds"
    assert verdict(figure(0.5, role="at_most"), 0.6) == "above"
    assert verdict(figure(0.5), NAN) == "not given"
    assert [agrees(it) for it in ("holds", "above", "+3.0 %")] == [True, False, None]


def test_worlds_that_do_not_give_a_figure_are_left_out() -> None:
    (row,) = judged([figure(1.0, 0.1)], np.array([[1.0], [NAN], [1.2]]))
    assert (row.simulated, row.worlds) == (pytest.approx(1.1), 2)


def test_targets_with_an_error_are_judged_together() -> None:
    figures = [figure(0, 1), figure(0, 1), figure(1.0), figure(0, 1, role="validation"), figure(0, 1, role="input")]
    found = joint(judged(figures, np.array([[1.0, 2.0, 9.0, 9.0, 9.0]])))
    assert found.chi_square == pytest.approx(5.0)
    assert found.degrees == 2
    assert found.probability == pytest.approx(math.exp(-2.5))
    assert joint([]).degrees == 0
