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
LEAST = 1e-150
"""Size of a step that changes nothing."""


class Mixing:
    """The steps so far of an iteration ``x -> step(x)``, and from where it goes on."""

    def __init__(self, heeded: int | None = None) -> None:
        """Remember nothing; so many first values, or all, tell how the iteration converges, and the others follow."""
        self.heeded = heeded
        self.last: tuple[Floats, Floats] | None = None  # result and change of the last step
        self.steps: list[tuple[Floats, Floats]] = []  # differences of results and of changes from step to step
        self.products = np.empty((0, 0))  # of the differences of changes with each other

    def next(self, point: Floats, result: Floats) -> Floats:
        """Return the point from which to go on, after a step led from ``point`` to ``result``; all are vectors."""
        change = (result - point)[: self.heeded]
        if self.last is not None and _size(change) > 4.0 * _size(self.last[1]):
            self.last, self.steps, self.products = None, [], np.empty((0, 0))  # the last steps mislead
        if self.last is not None:
            self._remember(result - self.last[0], change - self.last[1])
        self.last = (result, change)
        if not self.steps:
            return result
        sizes = np.sqrt(np.diag(self.products)) + LEAST
        alike = self.products / np.outer(sizes, sizes) + RIDGE * np.eye(len(sizes))
        along = np.array([_product(difference, change) for _, difference in self.steps]) / sizes
        going = result.copy()
        for weight, (move, _) in zip(np.linalg.solve(alike, along) / sizes, self.steps, strict=True):
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
    step: Callable[[Floats], Floats],
    start: Floats,
    bounds: tuple[Floats, Floats],
    tolerance: float,
    rounds: int,
    heeded: int | None = None,
    foreseen: Callable[[Floats], Floats] | None = None,
) -> tuple[Floats, bool]:
    """Return the vector that ``step`` leaves where it is, and whether one was found within ``tolerance``.

    It is the last argument of ``step``. Every argument lies between ``bounds``. Only so many first values as are
    ``heeded``, or all, say where to go on: others, which may jump, would mislead. Where it is known what the next steps
    will make of a result, this is what is ``foreseen``.
    """
    mixing, point, found = Mixing(heeded), start, False
    for left in reversed(range(rounds)):
        result = step(point)
        found = bool(np.abs(result - point).max() < tolerance)
        if found or left == 0:
            break
        ahead = foreseen(result) if foreseen else result
        point = np.clip(mixing.next(point, ahead), *bounds)
    return point, found
