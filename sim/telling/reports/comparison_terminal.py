"""The comparison's table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from sim.analysis.summary import Row
from sim.telling.reports.terminal import new_console, new_table
from sim.telling.wording import lines_of, missing_text, reasons_of

if TYPE_CHECKING:
    from sim.running.measures import ComparisonRuns

_IN_FULL_ONLY = ("reporting_violent", "reporting_property", "victimization_total")
"""Measures whose groups are left to the report and ``summary.csv``."""


def print_comparison(results: ComparisonRuns, rows: Sequence[Row], report: Path) -> None:
    """Print the table of a comparison, what it is about, and where the report lies."""
    console, comparison = new_console(), results.comparison
    console.print(Text(comparison.title or comparison.name, style="bold"))
    console.print(
        Text(
            f"Change against {comparison.reference}, {results.window}; mean of paired differences over "
            f"{comparison.replications} replications (95 % interval).\nCrime, reporting and victimization in %, gaps "
            "in percentage points, enforcement and balance in the unit of the level."
        )
    )
    console.print(_table(results, rows))
    if results.missing:
        console.print(Text(missing_text(results)))
    for reason in reasons_of(rows):
        console.print(Text(f"Blank where {reason}."))
    console.print(Text(f"Report: {report}"), soft_wrap=True)


def _table(results: ComparisonRuns, rows: Sequence[Row]) -> Table:
    others = results.others
    table = new_table(f"{results.comparison.reference} (level)", *others)
    section = ""
    for line in lines_of(rows, results.comparison.reference, others):
        if line.measure in _IN_FULL_ONLY and line.group != "all":
            continue
        if line.section != section:
            section = line.section
            table.add_section()
            table.add_row(Text(f"{section}, {line.unit}" if line.level else section, style="bold"))
        table.add_row(Text("  " + line.label), line.level, *line.cells)
    return table
