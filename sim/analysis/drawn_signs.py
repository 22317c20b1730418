"""What decides the sign of a change where parameters are draws: each draw's change, and what it goes with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.doubt import are_drawn
from sim.analysis.statistics import least_certain_correlation, relative_changes
from sim.running.batch.drawn import each_run, share_of_draw
from sim.running.measures import BOOKS, ComparisonRuns
from sim.running.outcomes import measures
from sim.scenario.calibration.draws import LUCKS, read_draws
from sim.world.counties.shares import rank_correlation

Floats = np.ndarray[Any, np.dtype[np.float64]]


class GoesWith(NamedTuple):
    """A drawn parameter, and the rank correlation of a change with it over the draws."""

    path: str
    correlation: float


class DrawnChange(NamedTuple):
    """The change of one book of a scenario in each of D draws.

    Attributes
    ----------
    scenario, book : str
        Of which of ``measures.BOOKS``.
    changes : float64[D]
        Of all index crime, in %, means over the lucks of each draw.
    goes_with : tuple of GoesWith
        Parameters with which it goes more than the strongest of all would by chance in one comparison of twenty, the
        strongest first.
    """

    scenario: str
    book: str
    changes: Floats
    goes_with: tuple[GoesWith, ...]


def drawn_changes(results: ComparisonRuns) -> list[DrawnChange]:
    """Return the changes of both books draw by draw, for each scenario; none where parameters are no draws."""
    if not are_drawn(results) or results.comparison.uncertainty is None:
        return []
    drawn = _parameters(results)
    table = {it.name: it for it in measures() if it.group == "all"}
    found = []
    for name, other in results.references.items():
        for book in BOOKS:
            measure = table[f"{book}_total"]
            mine, base = (np.array([measure.value(run) for run in results.runs[it]]) for it in (name, other))
            changes = relative_changes(mine, base)
            found.append(DrawnChange(name, book, changes, goes_with(drawn, changes)))
    return found


def _parameters(results: ComparisonRuns) -> dict[str, Floats]:
    """Return the values of each drawn parameter, float64[D], those that are the same in all draws left out."""
    comparison = results.comparison
    assert comparison.uncertainty is not None
    draws = read_draws(comparison.uncertainty)
    runs = each_run(results.runs[results.reference])
    numbers = [runs[place].replication for place in range(0, len(runs), LUCKS)]
    rows = [draws.at(share_of_draw(comparison.seed, number)) for number in numbers]
    columns = {path: np.array([float(row[path]) for row in rows]) for path in draws.paths}  # type: ignore[arg-type]
    return {path: values for path, values in columns.items() if np.ptp(values) > 0}


def goes_with(drawn: Mapping[str, Floats], changes: Floats) -> tuple[GoesWith, ...]:
    """Return the drawn parameters, each float64[D], that float64[D] changes go with beyond chance."""
    if np.ptp(changes) == 0 or not drawn:
        return ()
    found = [GoesWith(path, rank_correlation(values, changes)) for path, values in drawn.items()]
    least = least_certain_correlation(len(changes), len(found))
    return tuple(sorted((it for it in found if abs(it.correlation) >= least), key=lambda it: -abs(it.correlation)))
