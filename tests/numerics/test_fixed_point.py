"""Fixed points by Anderson's mixing: found, within bounds, and in fewer steps than plain iteration."""

from __future__ import annotations

import numpy as np
import pytest

from sim.numerics.fixed_point import fixed_point

WIDE = (np.full(40, -np.inf), np.full(40, np.inf))


def counted(step, start: np.ndarray, *rest: object) -> tuple[np.ndarray, int]:  # type: ignore[no-untyped-def]
    calls = 0

    def counting(vector: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        return np.asarray(step(vector))

    return fixed_point(counting, start, *rest), calls  # type: ignore[arg-type]


def test_a_linear_contraction_of_few_modes_is_solved_in_few_steps() -> None:
    """Four modes, the slowest with 0.9: plain iteration takes some 220 steps to 1e-10."""
    luck = np.random.default_rng(1)
    basis = np.linalg.qr(luck.normal(size=(40, 40)))[0]
    matrix = basis @ np.diag(np.r_[0.9, 0.6, -0.4, 0.2, np.zeros(36)]) @ basis.T
    target = luck.normal(size=40)
    found, calls = counted(lambda x: target + matrix @ (x - target), np.zeros(40), *WIDE, 1e-10, 100)
    assert found == pytest.approx(target, abs=1e-8)
    assert calls <= 12


def test_a_crooked_one_is_found_too() -> None:
    found, calls = counted(lambda x: np.cos(x + np.linspace(0.0, 1.0, 40)), np.zeros(40), *WIDE, 1e-11, 200)
    assert np.cos(found + np.linspace(0.0, 1.0, 40)) == pytest.approx(found, abs=1e-10)
    assert calls < 40


def test_arguments_stay_within_bounds() -> None:
    low, high = np.zeros(40), np.full(40, 0.4)

    def step(vector: np.ndarray) -> np.ndarray:
        assert (vector >= low).all()
        assert (vector <= high).all()
        return np.asarray(0.5 * (1.0 - vector))

    assert fixed_point(step, low, low, high, 1e-12, 100) == pytest.approx(np.full(40, 1.0 / 3.0))


def test_what_stands_still_at_once_is_returned_at_once() -> None:
    found, calls = counted(lambda x: x.copy(), np.ones(40), *WIDE, 1e-9, 50)
    assert (found == 1.0).all()
    assert calls == 1


def test_it_gives_up_after_the_rounds() -> None:
    _, calls = counted(lambda x: x + 1.0, np.zeros(40), *WIDE, 1e-9, 7)
    assert calls == 7
