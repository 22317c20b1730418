"""A sweep's result on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.table import Table
from rich.text import Text

from sim.analysis.sweep.outcomes import MAIN, SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.analysis.sweep.tables import range_text, varying
from sim.telling.doubt_wording import open_word
from sim.telling.reports.sweep_wording import compared_text, design_text, several_valued, signs_along, spread_lines
from sim.telling.reports.terminal import new_console, new_table
from sim.telling.wording import number_text

TOTALS = ("gap_total", "occurred_total", "recorded_total")


def print_sweep(runs: SweepRuns, window: str, report: Path) -> None:
    """Print what a sweep says, and where the report lies; ``window`` are the months measured."""
    console, sweep = new_console(), runs.sweep
    console.print(Text(sweep.title or sweep.name, style="bold"))
    console.print(Text(f"{design_text(runs)}; {window}, {compared_text(runs)}."))
    for factor in sweep.factors:
        told = range_text(factor.values, factor.low, factor.high)
        console.print(Text(f"  {factor.role}: {factor.path}, {told} ({factor.unit})"))
    for note in runs.notes:
        console.print(Text(note))
    console.print(_spread_table(runs))
    for line in [*_flips(runs), *_sensitivity(runs)]:
        console.print(Text(line), soft_wrap=True)
    console.print(Text(f"Report: {report}"), soft_wrap=True)


def _spread_table(runs: SweepRuns) -> Table:
    word = open_word(runs)
    one = "one run" if runs.lucks == 1 else "one draw"
    table = new_table(f"mean (95 %: {word})", "95 % of points: from", "to", "sd: parameters", f"sd: {word}, {one}")
    for line in spread_lines(runs, MAIN):
        cells = (line.mean, line.low, line.high, line.parameters, line.luck)
        table.add_row(Text(f"{line.label}, {line.unit}"), *cells)
    return table


def _flips(runs: SweepRuns) -> Iterator[str]:
    """Yield where the sign of each main total changes along each parameter."""
    if runs.other is None:
        return
    for name in TOTALS:
        for factor in several_valued(runs):
            told = signs_along(runs, name, factor)
            if told is not None:
                yield f"{runs.outcome(name).label}, along {factor.path}: {told}"


def _sensitivity(runs: SweepRuns) -> Iterator[str]:
    """Yield the order in which parameters drive the main totals."""
    kind = runs.sweep.design.kind
    if kind not in ("sobol", "morris") or not runs.is_whole:
        return
    for name in varying(runs, TOTALS):
        outcome = runs.outcome(name)
        if kind == "sobol":
            found = sobol_indices(runs, outcome)
            values, halves, what = found.total, found.total_half, "total Sobol' index with its 95 % interval"
        else:
            effects = morris_effects(runs, outcome)
            values, halves = effects.size, effects.size_half
            what = f"mean absolute effect of the whole range (mu*) with its 95 % interval, {outcome.unit}"
        order = sorted(range(len(values)), key=lambda place: -values[place])
        told = ", ".join(
            f"{runs.sweep.factors[place].path} {number_text(float(values[place]), 2)} ± "
            f"{number_text(float(halves[place]), 2)}"
            for place in order
        )
        yield f"{outcome.label}, {what}: {told}"
