"""The funnel of enforcement: who is arrested, identified, wanted and removed, and with which criminal record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from sim.running.measures import ComparisonRuns
from sim.telling.figures.colours import GREY, LEVEL_FILLS, PROGRAM, PROGRAM_MARKS
from sim.telling.figures.data import STAGES, funnel
from sim.telling.figures.style import NARROW, Drawn, Margins, new_figure, save, save_both, sheet_of, short
from sim.telling.wording import number_text, reference_text
from sim.words.labels import LABELS, LEVELS

Floats = np.ndarray[Any, np.dtype[np.float64]]
STAGE_LABELS: dict[str, str] = {
    "arrested": "Arrested",
    "booked": "Booked, fingerprints sent",
    "identified": "Identified",
    "removable": "Removable",
    "detainers": "Detainer issued",
    "honoured": "Detainer honoured",
    "ice_custody": "Taken into ICE custody",
    "removed": "Removed",
}


def draw_enforcement(results: ComparisonRuns, folder: Path) -> Drawn:
    """Draw noncitizens at each stage of enforcement, a mark for each scenario."""
    tables = {name: funnel(results, name) for name in results.runs}
    narrow = save_both(lambda width: _enforcement(results, tables, width), folder, "enforcement")
    return Drawn(
        "enforcement",
        "Enforcement, stage by stage",
        f"Noncitizens at each stage, {results.window}, mean over replications, per 100,000 person-years of the whole "
        f"population, log scale. Hollow: {reference_text(results)}. People arrested at large join at ICE custody.",
        " ".join(_removed_in_words(results, tables, name) for name in results.others),
        narrow,
    )


def _removed_in_words(results: ComparisonRuns, tables: Mapping[str, Floats], name: str) -> str:
    """Return how many people are wanted and removed in a scenario, beside what it is compared with."""
    mine, base = (tables[it].sum(axis=1) for it in (name, results.references[name]))
    told = [
        f"{word} {number_text(mine[STAGES.index(stage)], 1)} instead of {number_text(base[STAGES.index(stage)], 1)}"
        for stage, word in (("detainers", "detainers"), ("removed", "removals"))
    ]
    return f"{results.title(name)}, per 100,000 person-years: {', '.join(told)}."


def _enforcement(results: ComparisonRuns, tables: dict[str, Floats], width: float) -> Figure:
    is_narrow = width <= NARROW
    labels = sum(not _funnel_label(results, name, place).startswith("_") for place, name in enumerate(tables))
    lines = 0.19 * (labels if is_narrow else -(-labels // 3)) + 0.12
    room = Margins(1.45 if is_narrow else 1.75, 0.15, lines, 0.46)
    sheet = sheet_of(1, 1, width, 0.34 * len(STAGES), room)
    axes = sheet.panels[0, 0]
    _funnel_totals(axes, results, tables)
    if is_narrow:
        axes.set_yticks(axes.get_yticks(), [STAGE_LABELS[stage].replace(", ", ",\n") for stage in STAGES], fontsize=8)
        axes.set_xlabel("Per 100,000 person-years (log scale)")
    columns = 1 if is_narrow else 3
    sheet.figure.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.1)
    return sheet.figure


def draw_funnel(results: ComparisonRuns, folder: Path) -> Drawn:
    """Draw noncitizens at each stage of enforcement: totals on a log scale, and the levels' shares."""
    names = list(results.runs)
    is_paired = results.comparison.effect_of is not None
    columns = 2 if is_paired or len(names) in (2, 4) else 3
    rows = -(-len(names) // columns)
    figure = new_figure(8.2, 3.6 + 2.7 * rows)
    grid = figure.add_gridspec(2, 1, height_ratios=[3.4, 2.7 * rows])
    top = figure.add_subfigure(grid[0])
    bottom = figure.add_subfigure(grid[1])
    tables = {name: funnel(results, name) for name in names}
    axes = top.subplots()
    _funnel_totals(axes, results, tables)
    if len(names) > 1:
        top.legend(loc="outside upper left", ncols=2)
    panels = bottom.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, name in zip(panels.flat, names, strict=False):
        _funnel_shares(axes, tables[name], short(results.title(name), 44 if is_paired else 36))
    for axes in panels.flat[len(names) :]:
        axes.set_visible(False)
    for axes in panels[-1]:
        axes.set_xlabel("Share of the stage (%)")
    handles = [
        Patch(
            facecolor=colour,
            hatch=hatch,
            edgecolor="white" if colour != LEVEL_FILLS[-1][0] else GREY,
            label=LABELS[level],
        )
        for (colour, hatch), level in zip(LEVEL_FILLS, LEVELS, strict=True)
    ]
    bottom.legend(handles=handles, loc="outside lower center", ncols=4, title="Criminal record")
    save(figure, folder, "enforcement_funnel")
    return Drawn(
        "enforcement_funnel",
        "The enforcement funnel",
        f"Noncitizens at each stage, {results.window}, mean over replications. Above: per 100,000 person-years of "
        "the whole population, log scale. Below: what share of each stage has which criminal record (level 1 the "
        f"gravest). Hollow: {reference_text(results)}. People arrested at large join at ICE custody.",
    )


def _funnel_totals(axes: Axes, results: ComparisonRuns, tables: dict[str, Floats]) -> None:
    positions = np.arange(len(STAGES), dtype=np.float64)
    offsets = np.linspace(-0.28, 0.28, len(tables)) if len(tables) > 1 else np.zeros(1)
    for index, (name, table) in enumerate(tables.items()):
        totals = table.sum(axis=1)
        good = totals > 0
        alike = index // 2 if results.comparison.effect_of is not None else index
        is_reference = name not in results.references
        look: dict[str, Any] = {
            "marker": PROGRAM_MARKS[alike % len(PROGRAM_MARKS)],
            "markeredgecolor": PROGRAM,
            "markerfacecolor": "white" if is_reference else PROGRAM,
            "linestyle": "none",
        }
        label = _funnel_label(results, name, index)
        axes.plot(totals[good], (positions + offsets[index])[good], label=label, **look)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(positions, [STAGE_LABELS[stage] for stage in STAGES])
    axes.yaxis.set_minor_locator(FixedLocator(list(positions[:-1] + 0.5)))
    axes.grid(visible=False, axis="y", which="major")
    axes.grid(visible=True, axis="y", which="minor")
    axes.tick_params(axis="y", which="both", length=0)
    axes.invert_yaxis()
    axes.set_xlabel("Noncitizens per 100,000 person-years (log scale)")


def _funnel_label(results: ComparisonRuns, name: str, index: int) -> str:
    """Return a scenario's entry in the legend; partners share the first one's, and the others' are hidden."""
    if results.comparison.effect_of is None or name in results.references:
        return short(results.title(name), 40)
    return "hollow: without the program" if index == 0 else f"_{name}"


def _funnel_shares(axes: Axes, table: Floats, title: str) -> None:
    total = table.sum(axis=1, keepdims=True)
    shares = 100 * np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    left = np.zeros(len(STAGES))
    for index, (colour, hatch) in enumerate(LEVEL_FILLS):
        edge = GREY if colour == LEVEL_FILLS[-1][0] else "white"
        axes.barh(
            np.arange(len(STAGES)), shares[:, index], left=left, color=colour, hatch=hatch, edgecolor=edge, lw=0.6
        )
        left += shares[:, index]
    axes.set_yticks(np.arange(len(STAGES)), [STAGE_LABELS[stage] for stage in STAGES])
    axes.set_xlim(0, 100)
    axes.set_ylim(len(STAGES) - 0.5, -0.5)
    axes.set_title(title)
    axes.grid(visible=False)
