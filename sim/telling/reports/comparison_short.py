"""A comparison in a few lines, at most 80 columns wide; and its summary as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.statistics import Estimate
from sim.analysis.summary import Row
from sim.telling.doubt_wording import over_what
from sim.telling.reports.comparison_wording import effect_text, warnings_of
from sim.telling.wording import NOTHING, change_text, missing_text, number_text
from sim.words.faults import shortened

if TYPE_CHECKING:
    from sim.running.measures import ComparisonRuns

WIDTH = 80
GAP = "gap_total"
MOST_SCENARIOS = 5
"""Scenarios that are told; the rest are counted, the whole table has all."""
_CELL = 18


class _Chosen(NamedTuple):
    """A measure that is told: name, group of people, head of its column."""

    measure: str
    group: str
    head: tuple[str, str]


CHOSEN = (
    _Chosen("occurred_total", "all", ("true crime", "in %")),
    _Chosen("recorded_total", "all", ("observed crime", "in %")),
    _Chosen("reporting_total", "hispanic", ("reporting by", "Hispanics, in %")),
)


def print_short(results: ComparisonRuns, rows: Sequence[Row], report: Path) -> None:
    """Print what a comparison found in some lines that fit on a narrow terminal, and where the rest is."""
    comparison, others = results.comparison, results.others
    print(*_wrapped(comparison.title or comparison.name), sep="\n")
    against = f"change against {results.reference}" if comparison.effect_of is None else effect_text(results)
    found = f"Index crime, {results.window}: {against}; mean of paired differences over {over_what(results)}"
    print(*_wrapped(f"{found}, with its 95 % interval."), sep="\n")
    estimates = {(row.scenario, row.measure, row.group): row.estimate for row in rows}
    print(*_wrapped(books_part(estimates, others[0])), "", sep="\n")
    print(*table_of(rows, others[:MOST_SCENARIOS]), "", sep="\n")
    if len(others) > MOST_SCENARIOS:
        print(f"... and {len(others) - MOST_SCENARIOS} more scenarios")
    for line in warnings_of(results):
        print(*_wrapped(line), sep="\n")
    if results.missing:
        print(*_wrapped(missing_text(results)), sep="\n")
    print("True means true in the simulated world. All measures: --full, and summary.csv.")
    print(f"Report: {report}")


def books_part(found: Mapping[tuple[str, str, str], Estimate], name: str) -> str:
    """Return in a sentence how far the two books part in a scenario; estimates are by scenario, measure and group."""
    measures = ("occurred_total", "recorded_total", GAP)
    true, seen, gap = (found[name, measure, "all"].estimate for measure in measures)
    if true is None or seen is None or gap is None:
        return f"{name}: the change cannot be told."
    words = [f"{number_text(value, 2, signed=True)}\N{NO-BREAK SPACE}%" for value in (true, seen)]
    apart = f"they part by {number_text(abs(gap), 2)} points"
    return f"In {name} true crime changed by {words[0]} and observed crime by {words[1]}: {apart}."


def as_json(results: ComparisonRuns, rows: Sequence[Row], report: Path) -> dict[str, Any]:
    """Return what a comparison found, for other programs."""
    comparison = results.comparison
    return {
        "title": comparison.title,
        "name": comparison.name,
        "reference": results.reference,
        "effect_of": comparison.effect_of,
        "replications": comparison.replications,
        "evaluation": results.window,
        "missing": list(results.missing),
        "report": str(report),
        "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    told = row.estimate
    return {
        "scenario": row.scenario,
        "measure": row.measure,
        "group": row.group,
        "estimate": told.estimate,
        "low": told.low,
        "high": told.high,
        "unit": row.unit,
        "reason": told.reason or None,
    }


def table_of(rows: Sequence[Row], scenarios: Sequence[str]) -> list[str]:
    """Return a line or two for each scenario, a column for each measure."""
    found = {(row.scenario, row.measure, row.group): row.estimate for row in rows}
    first = WIDTH - _CELL * len(CHOSEN)
    names = _distinct([shortened(name, 2 * (first - 2)) for name in scenarios], first - 2)
    lines = _side_by_side([""], [one.head for one in CHOSEN], first)
    for name, shown in zip(scenarios, names, strict=True):
        cells = [_cell(found.get((name, one.measure, one.group))) for one in CHOSEN]
        lines += _side_by_side(textwrap.wrap(shown, first - 2, break_long_words=True), cells, first)
    return lines


def _distinct(names: Sequence[str], width: int) -> list[str]:
    """Return names with blanks at which they can be broken into lines."""
    return [name if len(name) <= width else name.replace("_", "_ ") for name in names]


def _cell(estimate: Estimate | None) -> list[str]:
    """Return a change, and its interval below."""
    if estimate is None or estimate.estimate is None:
        return [NOTHING]
    change, _, interval = change_text(estimate).partition(" (")
    return [change, f"{interval.rstrip(')')}"] if interval else [change]


def _side_by_side(label: Sequence[str], cells: Sequence[Sequence[str]], first: int) -> list[str]:
    """Return the lines of cells beside each other, the label at the left, numbers at the right of their columns."""
    label = [line.replace("_ ", "_") for line in label]
    height = max(len(label), *map(len, cells))
    told = []
    for line in range(height):
        text = (label[line] if line < len(label) else "").ljust(first)
        for cell in cells:
            text += (cell[line] if line < len(cell) else "").rjust(_CELL)
        told.append(text.rstrip())
    return told


def _wrapped(text: str) -> list[str]:
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in textwrap.wrap(text, WIDTH)]
