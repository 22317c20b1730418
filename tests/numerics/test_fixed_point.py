"""Fixed points by Anderson's mixing: found, within bounds, and in fewer steps than plain iteration."""

from __future__ import annotations

import numpy as np
import pytest

from sim.numerics.fixed_point import fixed_point

WIDE = (np.full(40, -np.inf), np.full(40, np.inf))


def counted(step, start: np.ndarray, *rest: object) -> tuple[np.ndarray, int]:  # type: ignore[no-untyped-def]
    """Return what is found, and the number of steps, of which the last was asked about it."""
    calls, last = 0, start

    def counting(vector: np.ndarray) -> np.ndarray:
        nonlocal calls, last
        calls, last = calls + 1, vector
        return np.asarray(step(vector))

    point, found = fixed_point(counting, start, *rest)  # type: ignore[arg-type]
    assert point is last
    assert found == (np.abs(np.asarray(step(point)) - point).max() < rest[1])
    return point, calls


def test_a_linear_contraction_of_few_modes_is_solved_in_few_steps() -> None:
    """Four modes, the slowest with 0.9: plain iteration takes some 220 steps to 1e-10."""
    luck = np.random.default_rng(1)
    basis = np.linalg.qr(luck.normal(size=(40, 40)))[0]
    matrix = basis @ np.diag(np.r_[0.9, 0.6, -0.4, 0.2, np.zeros(36)]) @ basis.T
    target = luck.normal(size=40)
    found, calls = counted(lambda x: target + matrix @ (x - target), np.zeros(40), WIDE, 1e-10, 100)
    assert found == pytest.approx(target, abs=1e-8)
    assert calls <= 12


def test_a_crooked_one_is_found_too() -> None:
    found, calls = counted(lambda x: np.cos(x + np.linspace(0.0, 1.0, 40)), np.zeros(40), WIDE, 1e-11, 200)
    assert np.cos(found + np.linspace(0.0, 1.0, 40)) == pytest.approx(found, abs=1e-10)
    assert calls < 40


def test_arguments_stay_within_bounds() -> None:
    low, high = np.zeros(40), np.full(40, 0.4)

    def step(vector: np.ndarray) -> np.ndarray:
        assert (vector >= low).all()
        assert (vector <= high).all()
        return np.asarray(0.5 * (1.0 - vector))

    point, found = fixed_point(step, low, (low, high), 1e-12, 100)
    assert found
    assert point == pytest.approx(np.full(40, 1.0 / 3.0))


def test_what_stands_still_at_once_is_returned_at_once() -> None:
    found, calls = counted(lambda x: x.copy(), np.ones(40), WIDE, 1e-9, 50)
    assert (found == 1.0).all()
    assert calls == 1


def test_it_gives_up_after_the_rounds() -> None:
    _, calls = counted(lambda x: x + 1.0, np.zeros(40), WIDE, 1e-9, 7)
    assert calls == 7


def test_what_jumps_misleads_nobody_where_it_is_not_heeded() -> None:
    """Ten values follow the others in steps of 0.01, beside which what the others still change is little."""
    slow = np.repeat([0.2, 0.6, 0.8], 10)

    def step(vector: np.ndarray) -> np.ndarray:
        smooth = slow * vector[:30] + (1.0 - slow)
        return np.r_[smooth, np.floor(100.0 * smooth[:10] + 0.5)]

    heeding, all_heeded = (counted(step, np.zeros(40), WIDE, 1e-10, 100, heeded)[1] for heeded in (30, None))
    assert heeding < 12
    assert all_heeded > heeding
