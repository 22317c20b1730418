"""Runs whose parameters come from a posterior: which draw each replication has, and lucks of one draw put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from sim.scenario.calibration.draws import LUCKS, PosteriorDraws, drawn, read_draws

if TYPE_CHECKING:
    from sim.running.measures import RunSummary
    from sim.scenario.design.paths import Value
    from sim.scenario.scenario import Scenario

POSTERIOR = "posterior.csv"
"""Where in the folder of a batch its draws lie."""
_FIRST = 1 << 40
"""Added to the number of a draw, so that its key is no replication's."""


def with_draw(scenario: Scenario, folder: Path, seed: int, replication: int) -> Scenario:
    """Return a scenario with the draw of a replication: the same for all scenarios of the batch."""
    return drawn(scenario, draw_of(folder, seed, replication))


def draw_of(folder: Path, seed: int, replication: int) -> dict[str, Value]:
    """Return the parameters of a replication's draw, by dotted path."""
    return _draws(folder).at(share_of_draw(seed, replication))


def share_of_draw(seed: int, replication: int) -> float:
    """Return where in the weight of all draws that of a replication lies: it follows from the master seed alone."""
    from sim.running.run import seed_of

    return seed_of(seed, _FIRST + replication // LUCKS) / float(1 << 62)


@lru_cache(maxsize=2)
def _draws(folder: Path) -> PosteriorDraws:
    return read_draws(folder / POSTERIOR)


class Pooled(Sequence["RunSummary"]):
    """Means over the lucks of each draw, so that whatever is estimated from them is over draws."""

    def __init__(self, runs: Sequence[RunSummary]) -> None:
        """Take the runs of one scenario, those of one draw side by side."""
        self.runs = runs

    def __len__(self) -> int:
        """Return the number of draws."""
        return len(self.runs) // LUCKS

    @overload
    def __getitem__(self, index: int) -> RunSummary: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RunSummary]: ...

    def __getitem__(self, index: int | slice) -> RunSummary | Sequence[RunSummary]:
        """Return the mean of a draw, or those of a range."""
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        first = range(len(self))[index] * LUCKS
        return mean_of([self.runs[place] for place in range(first, first + LUCKS)], first // LUCKS)

    def __iter__(self) -> Iterator[RunSummary]:
        """Yield one draw after another."""
        return (self[place] for place in range(len(self)))


def each_run(runs: Sequence[RunSummary]) -> Sequence[RunSummary]:
    """Return the runs themselves, of draws not their means."""
    return runs.runs if isinstance(runs, Pooled) else runs


def mean_of(runs: Sequence[RunSummary], number: int) -> RunSummary:
    """Return the mean of some runs, with the number of their draw in place of a replication's."""
    import numpy as np

    tables: dict[str, Any] = {}
    for field in fields(runs[0]):
        values = [getattr(run, field.name) for run in runs]
        if isinstance(values[0], np.ndarray) and field.name != "adoption":
            tables[field.name] = np.mean(values, axis=0)
    clipped = sum(run.clipped_share for run in runs) / len(runs)
    return replace(runs[0], replication=number, clipped_share=clipped, **tables)
