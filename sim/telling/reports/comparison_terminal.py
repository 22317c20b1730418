"""The comparison's table on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from sim.analysis.incapacitation import prevented
from sim.analysis.summary import Row
from sim.parameters.comparison import PROGRAM_TITLES
from sim.running.outcomes import INCAPACITATION_SECTION
from sim.telling.doubt_wording import over_what
from sim.telling.reports.comparison_wording import (
    differences_of,
    disputed_text,
    effect_text,
    prevented_line,
    spread_text,
    warnings_of,
    who_incapacitates,
    without_effect,
)
from sim.telling.reports.terminal import new_console, new_table
from sim.telling.wording import lines_of, missing_text, reasons_of

if TYPE_CHECKING:
    from sim.running.measures import ComparisonRuns

MOST_DIFFERENCES = 6
"""Differences that are told here; the report tells all."""
_IN_FULL_ONLY = ("reporting_violent", "reporting_property", "victimization_total")
"""Measures whose groups are left to the report and ``summary.csv``."""


def print_comparison(results: ComparisonRuns, rows: Sequence[Row], report: Path) -> None:
    """Print the table of a comparison, what it is about, and where the report lies."""
    console, comparison = new_console(), results.comparison
    console.print(Text(comparison.title or comparison.name, style="bold"))
    console.print(
        Text(
            f"{_what(results)}, {results.window}; mean of paired differences over {over_what(results)} "
            "(95 % interval).\nCrime, reporting and victimization in %, gaps in percentage points, "
            "enforcement and balance in the unit of the level."
        )
    )
    for line in (*_differences(results), *warnings_of(results)):
        console.print(Text(line))
    console.print(_table(results, rows))
    if results.missing:
        console.print(Text(missing_text(results)))
    for line in _incapacitation(results):
        console.print(Text(line))
    for reason in reasons_of(rows):
        console.print(Text(f"Blank where {reason}."))
    console.print(Text(f"Report: {report}"), soft_wrap=True)


def _what(results: ComparisonRuns) -> str:
    effect_of = results.comparison.effect_of
    if effect_of is None:
        return f"Change against {results.reference}"
    return f"Effect of {PROGRAM_TITLES[effect_of]}: {effect_text(results)}; levels are those of {results.reference}"


def _differences(results: ComparisonRuns) -> Iterator[str]:
    """Yield a line for each scenario that says in what it differs from its reference, if that is not said already."""
    if results.comparison.effect_of is not None:
        yield from (f"{name}: the program is nowhere in force; its effect is 0." for name in without_effect(results))
        return
    for name, differences in differences_of(results).items():
        told = "; ".join(map(str, differences[:MOST_DIFFERENCES])) or "in nothing"
        more = f"; and {len(differences) - MOST_DIFFERENCES} more" if len(differences) > MOST_DIFFERENCES else ""
        yield f"{name} differs from {results.references[name]}: {told}{more}."


def _incapacitation(results: ComparisonRuns) -> Iterator[str]:
    """Yield what one removed person-year prevents where people who are removed are gone, and on what that rests."""
    names = who_incapacitates(results)
    if not names:
        return
    yield f"One removed person-year prevents ({spread_text(results)}):"
    for name, found in prevented({name: results.runs[name] for name in names}).items():
        yield f"  {prevented_line(name, found)}."
    yield f"This rests on {disputed_text(results)}."


def _table(results: ComparisonRuns, rows: Sequence[Row]) -> Table:
    others = results.others
    table = new_table(f"{results.comparison.reference} (level)", *others)
    section = ""
    for line in lines_of(rows, results.comparison.reference, others):
        if line.section == INCAPACITATION_SECTION or (line.measure in _IN_FULL_ONLY and line.group != "all"):
            continue
        if line.section != section:
            section = line.section
            table.add_section()
            table.add_row(Text(f"{section}, {line.unit}" if line.level else section, style="bold"))
        table.add_row(Text("  " + line.label), line.level, *line.cells)
    return table
