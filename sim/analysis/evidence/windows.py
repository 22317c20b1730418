"""The months of a run that a figure is about, and sums over quarters and years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.analysis.evidence.counts import WorldCounts
    from sim.analysis.evidence.figures import Figure

LEADS = LAGS = 8
"""Quarters before and after activation that survey studies look at."""


class NotGiven(Exception):
    """A figure that a world cannot give; the message says why."""


def months_of(counts: WorldCounts, figure: Figure) -> slice:
    """Return the months of the run from the figure's first to its last, as far as the run has them.

    Raises
    ------
    NotGiven
        Where it has none.
    """
    months = counts.months
    begin = sum(month < figure.first for month in months) if figure.first else 0
    end = sum(month <= figure.last for month in months) if figure.last else len(months)
    if begin >= end:
        raise NotGiven(
            f"it is about {figure.first or 'the beginning'} to {figure.last or 'the end'}, and the run goes from "
            f"{months[0]} to {months[-1]}"
        )
    return slice(begin, end)


def is_cut(months: list[str], figure: Figure) -> bool:
    """Return whether the run has only a part of the months that a figure is about."""
    return bool(figure.first and figure.first < months[0]) or bool(figure.last and figure.last > months[-1])


def quarters_of(table: NDArray[Any]) -> NDArray[Any]:
    """Return sums over whole quarters from the first month on: T // 3 x K."""
    return _blocks(table, 3)


def years_of(table: NDArray[Any]) -> NDArray[Any]:
    """Return sums over whole years from the first month on: T // 12 x K."""
    return _blocks(table, 12)


def _blocks(table: NDArray[Any], length: int) -> NDArray[Any]:
    number = len(table) // length
    if number == 0:
        raise NotGiven(f"the run has not {length} of its months")
    return np.asarray(table[: number * length].reshape(number, length, *table.shape[1:]).sum(axis=1))


def share(above: float, below: float) -> float:
    """Return a quotient, nan where there is nothing to divide by."""
    return float(above) / float(below) if below else float("nan")
