"""How numbers and tables are put into words, on the terminal and in the report alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.statistics import Estimate
from sim.analysis.summary import Row
from sim.parameters.comparison import PROGRAM_TITLES
from sim.running.outcomes import GAIN_SECTION, SECTIONS

if TYPE_CHECKING:
    from sim.running.measures import ComparisonRuns

SHOWN = 5
"""Missing runs that are named; the rest are counted."""
MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"


@dataclass(frozen=True)
class Line:
    """One line of the comparison's table: a label, the reference's level, and one cell for each other scenario."""

    section: str
    label: str
    unit: str
    level: str
    cells: tuple[str, ...]
    measure: str
    group: str


def decimals_of(estimate: Estimate) -> int:
    """Return how many decimals to show: three significant digits of the larger of estimate and half-width."""
    assert estimate.estimate is not None
    half = (estimate.high - estimate.low) / 2 if estimate.high is not None and estimate.low is not None else 0.0
    largest = max(abs(estimate.estimate), half)
    return 2 if largest < 10 else 1 if largest < 100 else 0


def number_text(value: float, decimals: int, signed: bool = False) -> str:
    """Return ``value`` with thousands separators, a true minus sign and, if ``signed``, a plus sign."""
    text = f"{abs(value):,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def change_text(estimate: Estimate, unit: str = "", signed: bool = True) -> str:
    """Return a change with its interval, ``+1.20 (+0.80 to +1.60)``, or a dash where there is none.

    A level, which is not ``signed``, has no plus.
    """
    if estimate.estimate is None:
        return NOTHING
    decimals = decimals_of(estimate)
    text = number_text(estimate.estimate, decimals, signed) + unit
    if estimate.low is None or estimate.high is None:
        return text
    low, high = (number_text(value, decimals, signed) for value in (estimate.low, estimate.high))
    return f"{text} ({low} to {high})"


def level_text(estimate: Estimate) -> str:
    """Return a level without its interval, or a dash where there is none."""
    if estimate.estimate is None:
        return NOTHING
    return number_text(estimate.estimate, decimals_of(Estimate(estimate.estimate)))


def lines_of(rows: Sequence[Row], reference: str, scenarios: Sequence[str]) -> list[Line]:
    """Return the table of a comparison; ``scenarios`` are those beside the reference, in order."""
    found = {(row.scenario, row.measure, row.group): row for row in rows}
    lines = []
    ordered = sorted(rows, key=lambda row: SECTIONS.index(row.section))
    for measure, group in dict.fromkeys((row.measure, row.group) for row in ordered):
        base = found.get((reference, measure, group))
        own = [found.get((name, measure, group)) for name in scenarios]
        some = next(row for row in (base, *own) if row is not None)
        tell = level_text if some.section == GAIN_SECTION else change_text
        cells = tuple(tell(row.estimate) if row is not None else "" for row in own)
        unit = base.unit if base is not None else some.unit
        level = level_text(base.estimate) if base is not None else ""
        lines.append(Line(some.section, some.label, unit, level, cells, measure, group))
    return lines


def reasons_of(rows: Sequence[Row]) -> list[str]:
    """Return why some estimates or intervals are missing, each reason once."""
    return list(dict.fromkeys(row.estimate.reason for row in rows if row.estimate.reason))


def reference_text(results: ComparisonRuns) -> str:
    """Return what scenarios are compared with: the reference, or each with itself without a program."""
    effect_of = results.comparison.effect_of
    if effect_of is None:
        return results.title(results.reference)
    return f"the same scenario without {PROGRAM_TITLES[effect_of]}"


def world_text(results: ComparisonRuns) -> str:
    """Return in a sentence what was simulated: people, counties, months and runs."""
    parameters, agents = results.comparison.scenarios[0].parameters, int(results.evaluation.persons)
    world, months = parameters.world, results.months
    count = len(results.counties)
    if world.counties is not None:
        each = f", one for {1 / world.scale:,.3g} persons," if world.scale < 1 else ""
        people = f"{agents:,} people{each} in {count:,} counties of {Path(world.counties).name}"
    else:
        like = " like those of the United States" if world.kind == "nation" else ""
        people = f"{agents:,} people in {count:,} made-up counties{like}"
    return (
        f"What follows happened in a simulated world: {people}, {months[0]} to {months[-1]}, each scenario run "
        f"{number_of_times(results.comparison.replications)}."
    )


def number_of_times(number: int) -> str:
    """Return how often, in words."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def missing_text(results: ComparisonRuns) -> str:
    """Return which runs are missing from the results, and what follows from it."""
    missing = results.missing
    named = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else "")
    return (
        f"Missing, for they failed or are not done: {named}. Only the {results.comparison.replications} replications "
        "that all scenarios have are compared."
    )


def held_text(held: Sequence[str]) -> str:
    """Return which swept parameters stand still in the runs that points are compared with, as the end of a clause."""
    return f" ({', '.join(held)} excepted: there it stands still)" if held else ""
