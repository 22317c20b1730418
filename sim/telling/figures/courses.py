"""The figures of a comparison that have a time axis or stages; maps are in ``maps``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from sim.running.measures import ComparisonRuns
from sim.telling.figures.colours import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION, YELLOW
from sim.telling.figures.data import (
    SMOOTHING_MONTHS,
    STAGES,
    crime_change,
    funnel,
    reporting_by_group,
    reporting_by_status,
    years_of,
)
from sim.telling.figures.style import Drawn, new_figure, save, short
from sim.telling.wording import reference_text
from sim.words.labels import FAMILIES, GROUPS, LABELS, LEVELS, STATUSES

SMOOTHING = f"centred {SMOOTHING_MONTHS}-month windows (which begin to move up to three months before a change)"
Floats = np.ndarray[Any, np.dtype[np.float64]]
BOOK_STYLES: dict[str, dict[str, Any]] = {
    "occurred": {"color": BLUE, "linestyle": "-", "linewidth": 2.0},
    "recorded": {"color": VERMILLION, "linestyle": (0, (5, 2)), "linewidth": 1.6},
}
LINE_STYLES: tuple[dict[str, Any], ...] = (
    {"color": VERMILLION, "linestyle": "-"},
    {"color": BLUE, "linestyle": (0, (5, 2))},
    {"color": BLACK, "linestyle": (0, (1, 1.2))},
)
LEVEL_FILLS: tuple[tuple[str, str], ...] = ((BLACK, ""), (BLUE, "////"), (ORANGE, "...."), ("#F2F2F2", ""))
MARKERS = "osD^vP*X<>"
MARKER_COLOURS = (BLACK, VERMILLION, BLUE, GREEN, PURPLE, ORANGE, SKY, YELLOW)
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


def draw_crime_over_time(results: ComparisonRuns, folder: Path) -> Drawn:
    """Draw the change of true and observed crime against the reference, with the spread of programs beneath."""
    others = results.others
    figure = new_figure(8.2, 0.6 + 2.75 * len(others))
    grid = figure.add_gridspec(2 * len(others), 2, height_ratios=[5, 1] * len(others))
    first: dict[str, Axes] = {}
    for row, name in enumerate(others):
        for column, family in enumerate(FAMILIES):
            axes = figure.add_subplot(grid[2 * row, column], sharey=first.get(family))
            first.setdefault(family, axes)
            change_panel(axes, results, name, family)
            strip = figure.add_subplot(grid[2 * row + 1, column], sharex=axes)
            _strip(strip, results, name, labelled=column == 0)
            if column == 0:
                axes.set_ylabel("Change against\nthe reference (%)")
            axes.set_title(f"{short(results.title(name), 44)}\n{LABELS[family]}")
    handles: list[Artist] = [Line2D([], [], label=LABELS[book], **look) for book, look in BOOK_STYLES.items()]
    handles += [Patch(color=BLUE, alpha=0.18, linewidth=0, label="95 % interval (each in the colour of its line)")]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    save(figure, folder, "crime_over_time")
    return Drawn(
        "crime_over_time",
        "True and observed crime over time",
        f"Change of crime against {reference_text(results)}, in % of the reference's mean: totals in "
        f"{SMOOTHING}; mean of paired differences and 95 % interval over "
        f"{results.comparison.replications} replications. The strip shows the share of people who live in counties "
        "whose programs differ from the reference's (or, if none differ, that have any program but the Criminal "
        "Alien Program). The dotted line marks the first month of the evaluation.",
    )


def change_panel(axes: Axes, results: ComparisonRuns, name: str, family: str) -> None:
    """Draw the change of both books of a family over time, with intervals."""
    years = years_of(results.months)
    axes.axhline(0, color=GREY, linewidth=0.8)
    for book, look in BOOK_STYLES.items():
        band = crime_change(results, name, family, book)
        axes.fill_between(years, band.low, band.high, color=look["color"], alpha=0.16, linewidth=0)
        for edge in (band.low, band.high):
            axes.plot(years, edge, **{**look, "linewidth": 0.5, "alpha": 0.6})
        axes.plot(years, band.estimate, **look)
    _mark_start(axes, results)
    axes.tick_params(labelbottom=False)
    axes.set_xlim(years[0] - 1 / 24, years[-1] + 1 / 24)


def _strip(axes: Axes, results: ComparisonRuns, name: str, labelled: bool) -> None:
    """Draw the share of people whom the programs reach, as steps."""
    years = years_of(results.months)
    share = 100 * results.evaluation.exposure[name]
    axes.fill_between(years, 0, share, step="mid", color="#9A9A9A", linewidth=0)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 100])
    axes.grid(visible=False)
    if labelled:
        axes.set_ylabel("People\nreached (%)", fontsize=7.5)
    _mark_start(axes, results)
    year_ticks(axes, results)


def _mark_start(axes: Axes, results: ComparisonRuns) -> None:
    if results.evaluation.start > 0:
        axes.axvline(
            years_of(results.months)[results.evaluation.start] - 1 / 24, color=BLACK, linestyle=":", linewidth=1.0
        )


def year_ticks(axes: Axes, results: ComparisonRuns) -> None:
    """Mark whole years, or months where the run is short."""
    years = years_of(results.months)
    if len(years) > 30:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    else:
        chosen = range(0, len(years), max(1, len(years) // 4))
        axes.set_xticks([years[index] for index in chosen], [results.months[index] for index in chosen])


def draw_reporting(results: ComparisonRuns, folder: Path) -> Drawn:
    """Draw the reported share of true incidents by group and by status, beside the reference."""
    figure = new_figure(8.2, 0.9 + 2.2 * len(results.others))
    halves = figure.add_gridspec(1, 2)
    left, right = figure.add_subfigure(halves[0]), figure.add_subfigure(halves[1])
    panels = [
        *_reporting_column(left, results, reporting_by_group, GROUPS, "By group"),
        *_reporting_column(right, results, reporting_by_status, STATUSES, "By legal status"),
    ]
    low, high = min(axes.get_ylim()[0] for axes in panels), max(axes.get_ylim()[1] for axes in panels)
    for axes in panels:
        axes.set_ylim(low, high)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    save(figure, folder, "reporting")
    return Drawn(
        "reporting",
        "Reporting to police by group and legal status",
        f"Share of true incidents that are reported, in {SMOOTHING}, all replications "
        f"together; thick lines: the scenario, thin pale lines: {reference_text(results)}. By group: index "
        "crime; by status: all incidents with a person or household as target, simple assault among them. The axis "
        "does not begin at 0.",
    )


def _reporting_column(
    part: SubFigure,
    results: ComparisonRuns,
    share: Callable[[ComparisonRuns, str, str], Floats],
    names: tuple[str, ...],
    title: str,
) -> list[Axes]:
    """Draw one panel below the other, one for each scenario beside the reference."""
    years = years_of(results.months)
    panels = part.subplots(len(results.others), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, results.others, strict=True):
        for key, look in zip(names, LINE_STYLES, strict=True):
            axes.plot(years, share(results, results.references[name], key), **{**look, "linewidth": 0.9, "alpha": 0.5})
            axes.plot(years, share(results, name, key), **{**look, "linewidth": 2.0})
        _mark_start(axes, results)
        year_ticks(axes, results)
        axes.set_title(short(results.title(name), 48))
        axes.set_ylabel("Reported to police\n(% of true incidents)")
    handles: list[Artist] = [
        Line2D([], [], label=LABELS[key], linewidth=2.0, **look) for key, look in zip(names, LINE_STYLES, strict=True)
    ]
    part.legend(handles=handles, loc="outside upper center", ncols=3, title=title, fontsize=7.5, columnspacing=1.2)
    return list(panels)


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
    _funnel_totals(top.subplots(), results, tables)
    panels = bottom.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, name in zip(panels.flat, names, strict=False):
        _funnel_shares(axes, tables[name], short(results.title(name), 44 if is_paired else 36))
    for axes in panels.flat[len(names) :]:
        axes.set_visible(False)
    for axes in panels[-1]:
        axes.set_xlabel("Share of the stage (%)")
    handles = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white" if colour != "#F2F2F2" else GREY, label=LABELS[level])
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
        marker, colour = MARKERS[alike % len(MARKERS)], MARKER_COLOURS[alike % len(MARKER_COLOURS)]
        is_reference = name not in results.references
        look: dict[str, Any] = {
            "marker": marker,
            "markeredgecolor": colour,
            "markerfacecolor": "white" if is_reference else colour,
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
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


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
        edge = GREY if colour == "#F2F2F2" else "white"
        axes.barh(
            np.arange(len(STAGES)), shares[:, index], left=left, color=colour, hatch=hatch, edgecolor=edge, lw=0.6
        )
        left += shares[:, index]
    axes.set_yticks(np.arange(len(STAGES)), [STAGE_LABELS[stage] for stage in STAGES])
    axes.set_xlim(0, 100)
    axes.set_ylim(len(STAGES) - 0.5, -0.5)
    axes.set_title(title)
    axes.grid(visible=False)
