"""The rows of ``summary.csv``: levels of the reference, and what the other scenarios change of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import Estimate, change_estimate, mean_estimate, paired_differences, pairing_gain
from sim.running.measures import INDEX_FAMILIES, RunSummary
from sim.running.outcomes import GAIN_SECTION, GAIN_UNIT, GAP_SECTION, Measure, measures
from sim.words.labels import LABELS

Floats = NDArray[np.float64]
COLUMNS = ("scenario", "measure", "group", "estimate", "low", "high", "unit")


@dataclass(frozen=True)
class Row:
    """One line of the summary; the reference's lines are levels, the others' changes against their own."""

    scenario: str
    measure: str
    group: str
    section: str
    label: str
    estimate: Estimate
    unit: str


def rows_of(
    runs: Mapping[str, Sequence[RunSummary]], reference: str, references: Mapping[str, str] | None = None
) -> list[Row]:
    """Return the summary of a comparison.

    Parameters
    ----------
    runs : mapping of sequences
        By scenario, the summaries of its replications, in the same order for all.
    reference : str
        The scenario whose levels are told.
    references : mapping of str, optional
        For each scenario that is compared, the one it is compared with; by default all others with ``reference``.
    """
    if references is None:
        references = dict.fromkeys((name for name in runs if name != reference), reference)
    table = measures()
    values = {name: _values(table, summaries) for name, summaries in runs.items()}
    rows = [_level(measure, reference, values[reference][index]) for index, measure in enumerate(table)]
    for name in runs:
        if name in references:
            rows.extend(_scenario_rows(table, name, values[name], values[references[name]]))
    return rows


def write_summary(rows: Sequence[Row], path: Path) -> None:
    """Write ``rows`` as CSV; what cannot be computed is blank and the unit says why."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            numbers = [_written(value) for value in (row.estimate.estimate, row.estimate.low, row.estimate.high)]
            unit = f"{row.unit} (blank: {row.estimate.reason})" if row.estimate.reason else row.unit
            writer.writerow([row.scenario, row.measure, row.group, *numbers, unit])


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.8g}"


def _values(table: Sequence[Measure], summaries: Sequence[RunSummary]) -> list[Floats]:
    by_run = [[measure.value(summary) for measure in table] for summary in summaries]
    return list(np.array(by_run, dtype=np.float64).T)


def _level(measure: Measure, reference: str, values: Floats) -> Row:
    place = (reference, measure.name, measure.group, measure.section, measure.label)
    return Row(*place, mean_estimate(values), measure.unit)


def _scenario_rows(table: Sequence[Measure], name: str, mine: list[Floats], base: list[Floats]) -> Iterator[Row]:
    """Yield the changes of one scenario: its measures, its gaps, and what the pairing gained."""
    for measure, values, reference in zip(table, mine, base, strict=True):
        place = (name, measure.name, measure.group, measure.section, measure.label)
        unit = "% change" if measure.relative else f"change {measure.unit}"
        yield Row(*place, change_estimate(values, reference, measure.relative), unit)
    yield from _comparisons(table, name, mine, base)


def _comparisons(table: Sequence[Measure], name: str, mine: list[Floats], base: list[Floats]) -> Iterator[Row]:
    """Yield the gaps between observed and true change, and what the pairing gained."""
    index = {measure.name: position for position, measure in enumerate(table) if measure.group == "all"}
    for family in INDEX_FAMILIES:
        true, seen = index[f"occurred_{family}"], index[f"recorded_{family}"]
        gap = _gap((mine[seen], base[seen]), (mine[true], base[true]))
        yield Row(name, f"gap_{family}", "all", GAP_SECTION, LABELS[family], gap, "percentage points")
    for key in (f"{book}_{family}" for book in ("occurred", "recorded") for family in INDEX_FAMILIES):
        gain = pairing_gain(mine[index[key]], base[index[key]])
        yield Row(name, "pairing_gain", key, GAIN_SECTION, table[index[key]].label, gain, GAIN_UNIT)


def _gap(seen: tuple[Floats, Floats], true: tuple[Floats, Floats]) -> Estimate:
    """Return by how many percentage points the observed change differs from the true one."""
    observed, reason = paired_differences(*seen, relative=True)
    happened, other_reason = paired_differences(*true, relative=True)
    if reason or other_reason:
        return Estimate(reason=reason or other_reason)
    return mean_estimate(observed - happened)
