"""The tables of a sweep beside its outcomes: a summary of each point, and which parameters drive the outcomes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.analysis.doubt import NUMBERS, told_of
from sim.analysis.statistics import mean_estimate
from sim.analysis.sweep.outcomes import MAIN, SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.running.tables.codebook import Column
from sim.scenario.design.paths import targets, text_of
from sim.scenario.design.sweep import Sweep

SUMMARY_COLUMNS = ("point", "outcome", "estimate", "low", "high", "unit")
SENSITIVITY_COLUMNS = ("outcome", "parameter", "role", "index", "estimate", "half_width")
DOUBT_MEANINGS = {
    "point": ("text", "", "Name of the point"),
    "outcome": ("text", "", "What is measured"),
    **NUMBERS,
    "unit": ("text", "", "Unit of the numbers"),
}
_SUMMARY_MEANINGS = (
    ("text", "", "Name of the point; design.csv has its values"),
    ("text", "", "What is measured; gap: observed change minus true change, or observed against true crime"),
    ("number", "see unit", "Mean over replications, of paired differences where points are compared"),
    ("number", "see unit", "Lower end of the 95 % t-interval over replications"),
    ("number", "see unit", "Upper end of the 95 % t-interval over replications"),
    ("text", "", "Unit of the three numbers"),
)
_SENSITIVITY_MEANINGS = (
    ("text", "", "What is measured"),
    ("text", "", "Parameter that was swept"),
    ("text", "", "lever: what policy chooses; uncertainty: what nobody knows"),
    ("text", "", "first, total: Sobol' indices; mu, mu_star, sigma: Morris, for the whole range of the parameter"),
    ("number", "share, or unit of the outcome", "The index"),
    ("number", "share, or unit of the outcome", "Half the width of its 95 % interval, from resampling"),
)


def write_sweep_summary(runs: SweepRuns, path: Path) -> None:
    """Write the main outcomes of each point with their intervals as CSV; what is not defined is blank."""
    rows = []
    for name in MAIN:
        outcome = runs.outcome(name)
        for point, values in zip(runs.points, outcome.values, strict=True):
            found = mean_estimate(values)
            numbers = [_written(number) for number in (found.estimate, found.low, found.high)]
            unit = f"{outcome.unit} (blank: {found.reason})" if found.reason else outcome.unit
            rows.append([point.name, name, *numbers, unit])
    _write(path, SUMMARY_COLUMNS, rows)


def write_sweep_doubt(runs: SweepRuns, path: Path) -> None:
    """Write luck and doubt of the main outcomes at each point apart, as CSV; nothing where no parameters are drawn."""
    if runs.lucks == 1:
        return
    alone = replace(runs, are_pooled=False)
    rows = []
    for name in MAIN:
        outcome = alone.outcome(name)
        for point, values in zip(runs.points, outcome.values, strict=True):
            told = ["" if not np.isfinite(number) else f"{number:.8g}" for number in told_of(values)]
            rows.append([point.name, name, *told, str(len(values) // runs.lucks), outcome.unit])
    _write(path, tuple(DOUBT_MEANINGS), rows)


def write_sensitivity(runs: SweepRuns, path: Path) -> None:
    """Write Sobol' indices or Morris' measures of the main outcomes as CSV; nothing for other designs."""
    rows = list(_sensitivity(runs))
    if rows:
        _write(path, SENSITIVITY_COLUMNS, rows)


def varying(runs: SweepRuns, names: Sequence[str]) -> list[str]:
    """Return the outcomes that are defined everywhere and not the same at all points."""
    found = {name: runs.outcome(name).means for name in names}
    return [name for name, means in found.items() if means.max() > means.min()]


def _sensitivity(runs: SweepRuns) -> Iterator[list[str]]:
    if not runs.is_whole or runs.sweep.design.kind not in ("sobol", "morris"):
        return
    for name in varying(runs, MAIN):
        if runs.sweep.design.kind == "sobol":
            sobol = sobol_indices(runs, runs.outcome(name))
            columns = [("first", sobol.first, sobol.first_half), ("total", sobol.total, sobol.total_half)]
        else:
            morris = morris_effects(runs, runs.outcome(name))
            none = [None] * len(morris.factors)
            columns = [("mu", morris.mean, none), ("mu_star", morris.size, morris.size_half)]  # type: ignore[list-item]
            columns.append(("sigma", morris.spread, none))  # type: ignore[arg-type]
        for place, factor in enumerate(runs.sweep.factors):
            for index, values, halves in columns:
                half = None if halves[place] is None else float(halves[place])
                yield [name, factor.path, factor.role, index, _written(float(values[place])), _written(half)]


def codebook_of(sweep: Sweep) -> list[Column]:
    """Return the columns of a sweep's own tables."""
    found = [Column("design", "point", "text", "", "Name of the point; runs are POINT.REPLICATION")]
    for factor in sweep.factors:
        kind = "number" if targets()[factor.path].takes_numbers else "text"
        told = f"{factor.meaning} ({factor.role}: {_range_of(sweep, factor.path)})"
        found.append(Column("design", factor.path, kind, factor.unit, told))
    for name, entry in zip(SUMMARY_COLUMNS, _SUMMARY_MEANINGS, strict=True):
        found.append(Column("summary", name, *entry))
    if sweep.uncertainty is not None:
        found.extend(Column("doubt", name, *entry) for name, entry in DOUBT_MEANINGS.items())
    if sweep.design.kind in ("sobol", "morris"):
        pairs = zip(SENSITIVITY_COLUMNS, _SENSITIVITY_MEANINGS, strict=True)
        found.extend(Column("sensitivity", name, *entry) for name, entry in pairs)
    return found


def _range_of(sweep: Sweep, path: str) -> str:
    factor = next(factor for factor in sweep.factors if factor.path == path)
    return range_text(factor.values, factor.low, factor.high)


def range_text(values: Sequence[object], low: float | None, high: float | None) -> str:
    """Return the values of a factor in words."""
    if low is not None and high is not None and (not values or len(values) > 6):
        steps = f", {len(values)} values" if values else ""
        return f"{text_of(low)} to {text_of(high)}{steps}"
    return ", ".join(text_of(value) or "empty" for value in values)  # type: ignore[arg-type]


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.8g}"


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
