"""Fixed points by Anderson's mixing: the last few steps tell where the next ones would lead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MEMORY = 6
"""Steps remembered."""
RIDGE = 1e-12
"""Keeps steps that hardly differ from each other apart, as a share of their size."""


class Mixing:
    """The steps so far of an iteration ``x -> step(x)``, and from where it goes on."""

    def __init__(self) -> None:
        """Remember nothing."""
        self.points: list[Floats] = []
        self.changes: list[Floats] = []

    def next(self, point: Floats, result: Floats) -> Floats:
        """Return the point from which to go on, after a step led from ``point`` to ``result``; all are vectors."""
        change = result - point
        if self.changes and _size(change) > 4.0 * _size(self.changes[-1]):
            self.points, self.changes = [], []  # the last steps mislead
        self.points, self.changes = [*self.points, point][-MEMORY:], [*self.changes, change][-MEMORY:]
        if len(self.points) == 1:
            return result
        moves = np.diff(np.stack(self.points), axis=0)
        differences = np.diff(np.stack(self.changes), axis=0)
        products = np.einsum("ax,bx->ab", differences, differences)
        products += np.diag(RIDGE * np.diag(products))
        weight = np.linalg.pinv(products, hermitian=True) @ np.einsum("ax,x->a", differences, change)
        return np.asarray(result - np.einsum("a,ax->x", weight, moves + differences))


def _size(vector: Floats) -> float:
    return float(np.sqrt(np.einsum("x,x->", vector, vector)))


def fixed_point(
    step: Callable[[Floats], Floats], start: Floats, low: Floats, high: Floats, tolerance: float, rounds: int
) -> Floats:
    """Return the vector that ``step`` leaves where it is: the last argument whose result is within ``tolerance`` of it.

    Every argument lies between ``low`` and ``high``. After ``rounds`` steps the last argument is returned.
    """
    mixing, point = Mixing(), start
    for _ in range(rounds):
        result = step(point)
        if np.abs(result - point).max() < tolerance:
            break
        point = np.clip(mixing.next(point, result), low, high)
    return point
