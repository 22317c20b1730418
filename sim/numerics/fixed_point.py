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
        self.last: tuple[Floats, Floats] | None = None  # point and change of the last step
        self.steps: list[tuple[Floats, Floats]] = []  # differences of results and of changes from step to step
        self.products = np.empty((0, 0))  # of the differences of changes with each other

    def next(self, point: Floats, result: Floats) -> Floats:
        """Return the point from which to go on, after a step led from ``point`` to ``result``; all are vectors."""
        change = result - point
        if self.last is not None and _size(change) > 4.0 * _size(self.last[1]):
            self.last, self.steps, self.products = None, [], np.empty((0, 0))  # the last steps mislead
        if self.last is not None:
            difference = change - self.last[1]
            self._remember(point - self.last[0] + difference, difference)
        self.last = (point, change)
        if not self.steps:
            return result
        products = self.products + np.diag(RIDGE * np.diag(self.products))
        along = np.array([_product(difference, change) for _, difference in self.steps])
        going = result.copy()
        for weight, (move, _) in zip(np.linalg.pinv(products, hermitian=True) @ along, self.steps, strict=True):
            going -= weight * move
        return going

    def _remember(self, move: Floats, difference: Floats) -> None:
        """Add a step to those remembered, the oldest of which may go; products are worked out once."""
        self.steps = [*self.steps, (move, difference)][1 - MEMORY :]
        size = len(self.steps)
        products = np.empty((size, size))
        products[:-1, :-1] = self.products[len(self.products) + 1 - size :, len(self.products) + 1 - size :]
        products[-1] = products[:, -1] = [_product(other, difference) for _, other in self.steps]
        self.products = products


def _size(vector: Floats) -> float:
    return float(np.sqrt(_product(vector, vector)))


def _product(first: Floats, second: Floats) -> float:
    return float(np.einsum("x,x->", first, second))


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
