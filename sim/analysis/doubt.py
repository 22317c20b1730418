"""Luck and doubt apart: how much of what differs between runs is chance, and how much is not knowing parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.statistics import relative_changes
from sim.running.batch.drawn import Pooled, each_run
from sim.running.measures import INDEX_FAMILIES, ComparisonRuns, RunSummary
from sim.running.outcomes import measures
from sim.running.tables.codebook import Column
from sim.scenario.calibration.draws import LUCKS

Floats = np.ndarray[Any, np.dtype[np.float64]]
TOLD = (0.05, 0.5, 0.95)
MEASURES = tuple(f"{book}_{family}" for book in ("occurred", "recorded") for family in INDEX_FAMILIES)
NUMBERS = {
    "mean": ("number", "see unit", "Mean over draws of parameters, each in two lucks"),
    "luck_sd": ("number", "see unit", "Standard deviation by luck of one run around the mean of its draw"),
    "doubt_sd": ("number", "see unit", "Standard deviation by doubt: of draws around their mean, luck taken out"),
    "q05": ("number", "see unit", "Value below which 5 % of the draws lie"),
    "q50": ("number", "see unit", "Median of the draws"),
    "q95": ("number", "see unit", "Value below which 95 % of the draws lie"),
    "draws": ("whole number", "", "Draws of parameters"),
}
"""The columns of ``doubt.csv`` that comparisons and sweeps share: type, unit and meaning."""
_MEANINGS = {
    "scenario": ("text", "", "Name of the scenario"),
    "measure": ("text", "", "What changes, against the scenario that it is compared with"),
    **{name: (kind, unit and "%", meaning) for name, (kind, unit, meaning) in NUMBERS.items()},
}
COLUMNS = tuple(_MEANINGS)
CODEBOOK = [Column("doubt", name, *entry) for name, entry in _MEANINGS.items()]
"""Of a comparison's ``doubt.csv``."""


class Doubt(NamedTuple):
    """A relative change in percent over D draws, each in ``LUCKS`` lucks.

    ``luck_sd`` is the standard deviation of one run around the mean of its draw, ``doubt_sd`` that of draws around the
    mean of all, luck taken out; quantiles are of the means of draws.
    """

    scenario: str
    measure: str
    mean: float
    luck_sd: float
    doubt_sd: float
    quantiles: tuple[float, ...]
    draws: int


def are_drawn(results: ComparisonRuns) -> bool:
    """Tell whether the parameters of a comparison are draws of a posterior."""
    return any(isinstance(found, Pooled) for found in results.runs.values())


def doubts_in(results: ComparisonRuns) -> list[Doubt]:
    """Return luck and doubt of a comparison's main measures; none where its parameters are no draws."""
    if not are_drawn(results):
        return []
    return doubts_of({name: each_run(found) for name, found in results.runs.items()}, results.references)


def doubts_of(runs: Mapping[str, Sequence[RunSummary]], references: Mapping[str, str]) -> list[Doubt]:
    """Return luck and doubt of the main measures of each scenario that is compared.

    Parameters
    ----------
    runs : mapping of sequences
        By scenario, the summaries of its replications, those of one draw side by side.
    references : mapping of str
        What each scenario is compared with.
    """
    table = {it.name: it for it in measures() if it.group == "all" and it.name in MEASURES}
    values = {
        name: {key: np.array([table[key].value(run) for run in found]) for key in MEASURES}
        for name, found in runs.items()
    }
    return [
        _doubt(name, key, relative_changes(values[name][key], values[other][key]))
        for name, other in references.items()
        for key in MEASURES
    ]


def _doubt(scenario: str, measure: str, changes: Floats) -> Doubt:
    mean, luck, doubt, *quantiles = told_of(changes)
    return Doubt(scenario, measure, mean, luck, doubt, tuple(quantiles), len(changes) // LUCKS)


def told_of(changes: Floats) -> tuple[float, ...]:
    """Return the mean over draws, both standard deviations of ``parts_of``, and the ``TOLD`` quantiles of draws."""
    means = changes.reshape(-1, LUCKS).mean(axis=1)
    return (float(means.mean()), *parts_of(changes), *np.quantile(means, TOLD).tolist())


def parts_of(changes: Floats) -> tuple[float, float]:
    """Return the standard deviations of luck and of doubt, from float64[D * LUCKS] changes; of one draw doubt is nan.

    A one-way analysis of variance: what lucks of one draw differ by is luck; what means of draws differ by is doubt and
    luck over the number of lucks.
    """
    grouped = changes.reshape(-1, LUCKS)
    luck = float(grouped.var(axis=1, ddof=1).mean())
    if len(grouped) < 2:
        return float(np.sqrt(luck)), float("nan")
    doubt = float(grouped.mean(axis=1).var(ddof=1)) - luck / LUCKS
    return float(np.sqrt(luck)), float(np.sqrt(max(0.0, doubt)))
