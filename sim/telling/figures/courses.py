"""The figures of a comparison that have a time axis; the funnel is in ``funnel``, maps in ``maps``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.running.measures import ComparisonRuns
from sim.telling.doubt_wording import over_what
from sim.telling.figures.colours import BLACK, BOOKS, GREY, SHADE
from sim.telling.figures.colours import GROUPS as GROUP_COLOURS
from sim.telling.figures.colours import STATUSES as STATUS_COLOURS
from sim.telling.figures.data import (
    SMOOTHING_MONTHS,
    crime_change,
    reporting_by_group,
    reporting_by_status,
    years_of,
)
from sim.telling.figures.style import (
    NARROW,
    WIDE,
    Drawn,
    Margins,
    Sheet,
    new_figure,
    note_above,
    save,
    save_both,
    sheet_of,
    short,
    true_minus,
)
from sim.telling.wording import number_text, reference_text
from sim.words.labels import FAMILIES, GROUPS, LABELS

SMOOTHING = f"centred {SMOOTHING_MONTHS}-month windows (which begin to move up to three months before a change)"
Floats = np.ndarray[Any, np.dtype[np.float64]]
BOOK_STYLES: dict[str, dict[str, Any]] = {
    "occurred": {"color": BOOKS["occurred"], "linestyle": "-", "linewidth": 2.0},
    "recorded": {"color": BOOKS["recorded"], "linestyle": (0, (5, 2)), "linewidth": 1.6},
}
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)))
"""Of groups and of legal status alike: those nearest to enforcement have the unbroken line."""
STATUSES = tuple(STATUS_COLOURS)
OVER_TIME, BY_KIND = "crime_over_time", "crime_by_kind"
PANELS_ACROSS, FOOT = 3, 0.26


def draw_crime_over_time(results: ComparisonRuns, folder: Path) -> Drawn:
    """Draw the change of all true and observed index crime, a panel for each scenario, with whom programs reach."""
    panels = [(name, "total") for name in results.others]
    narrow = save_both(lambda width: _over_time(results, panels, width, PANELS_ACROSS), folder, OVER_TIME)
    return Drawn(
        OVER_TIME,
        "True and observed crime over time",
        f"All index crime, change against {reference_text(results)} in % of its mean: totals in {SMOOTHING}; mean of "
        f"paired differences and 95 % interval over {over_what(results)}. Below: share of "
        "people in counties whose programs differ from the reference's (or, if none differ, that have any program but "
        "the Criminal Alien Program). The dotted line marks the first month of the evaluation.",
        " ".join(_ending(results, name) for name in results.others),
        narrow,
    )


def draw_crime_by_kind(results: ComparisonRuns, folder: Path) -> Drawn:
    """Draw the change of true and observed crime, violent beside property crime, a row for each scenario."""
    panels = [(name, family) for name in results.others for family in FAMILIES]
    save(_over_time(results, panels, WIDE, len(FAMILIES)), folder, BY_KIND)
    return Drawn(
        BY_KIND,
        "True and observed crime over time, violent and property",
        f"Change against {reference_text(results)} in % of its mean, in {SMOOTHING}; mean of paired differences and "
        f"95 % interval over {over_what(results)}. Below: people whom programs reach.",
    )


def _ending(results: ComparisonRuns, name: str) -> str:
    """Return in a sentence where both lines of a scenario end."""
    told = []
    for book, word in (("occurred", "true crime"), ("recorded", "observed crime")):
        value = float(crime_change(results, name, "total", book).estimate[-1])
        told.append(f"{word} at {number_text(value, 1, signed=True)} %" if np.isfinite(value) else f"{word} unknown")
    reached = 100 * float(results.evaluation.exposure[name][-1])
    return (
        f"{results.title(name)}: the lines end in {results.months[-1]} with {' and '.join(told)}, when programs reach "
        f"{reached:.0f} % of people."
    )


def _over_time(results: ComparisonRuns, panels: Sequence[tuple[str, str]], width: float, across: int) -> Figure:
    """Draw a panel with its strip for each scenario and family; panels of one family share their scale."""
    sheet = course_sheet(len(panels), across, width, two_lines=across == len(FAMILIES))
    for place, (name, family) in enumerate(panels):
        change_panel(sheet.panels.flat[place], results, name, family)
        _strip(sheet.strips.flat[place], results, name)
        title_panel(sheet.panels.flat[place], results.title(name), "" if family == "total" else LABELS[family])
    for family in dict.fromkeys(family for _, family in panels):
        one_scale([axes for axes, (_, own) in zip(sheet.panels.flat, panels, strict=False) if own == family])
    label_left(sheet, "Change (%)")
    book_legend(sheet.figure, width, "people reached (%)")
    return sheet.figure


def course_sheet(count: int, across: int, width: float, foot: float = FOOT, two_lines: bool = False) -> Sheet:
    """Return the sheet of panels that have a time axis, each with a strip under it, ``foot`` inches over the edge."""
    is_narrow = width <= NARROW
    columns = 1 if is_narrow else min(across, count)
    title = 0.17 if two_lines else 0.0
    room = Margins(0.62, 0.12, title + (0.68 if is_narrow else 0.52), foot, 0.2, title + 0.55 + foot - FOOT)
    return sheet_of(count, columns, width, 1.5 if is_narrow else 1.9, room, 0.3)


def one_scale(panels: Sequence[Axes]) -> None:
    """Let panels have one vertical scale."""
    limits = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
        true_minus(axes.yaxis)


def title_panel(axes: Axes, title: str, detail: str = "") -> None:
    """Write a scenario's title over its panel, and a detail under it."""
    note_above(axes, short(title, 38), 1 if detail else 0, fontweight="bold")
    if detail:
        note_above(axes, detail)


def label_left(sheet: Sheet, unit: str) -> None:
    """Name the scale of the leftmost panels; the others, which share it, have no numbers."""
    for row, below in zip(sheet.panels, sheet.strips, strict=True):
        row[0].set_ylabel(unit)
        for axes in filter(None, (*row[1:], *below[1:])):
            axes.tick_params(labelleft=False)


def book_legend(figure: Figure, width: float, strip: str) -> None:
    """Say at the top how the books and the strip below them look."""
    handles: list[Artist] = [
        Line2D([], [], label=f"{LABELS[book]} crime", **look) for book, look in BOOK_STYLES.items()
    ]
    handles += [Patch(color=BOOKS["occurred"], alpha=0.18, linewidth=0, label="95 % interval")]
    handles += [Patch(color=SHADE, linewidth=0, label=strip if width <= NARROW else f"below: {strip}")]
    columns = 2 if width <= NARROW else 4
    look: dict[str, Any] = {"columnspacing": 0.8, "handlelength": 1.5, "borderaxespad": 0.1}
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1), ncols=columns, **look)


def change_panel(axes: Axes, results: ComparisonRuns, name: str, family: str) -> None:
    """Draw the change of both books of a family, or of all (``total``), over time, with intervals."""
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


def _strip(axes: Axes, results: ComparisonRuns, name: str) -> None:
    """Draw the share of people whom the programs reach, as steps."""
    share_strip(axes, years_of(results.months), 100 * results.evaluation.exposure[name])
    _mark_start(axes, results)
    year_ticks(axes, results)


def share_strip(axes: Axes, across: Floats, share: Floats) -> None:
    """Draw a share of people in %, as steps."""
    axes.fill_between(across, 0, share, step="mid", color=SHADE, linewidth=0)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 100])
    lowest, highest = axes.get_yticklabels()
    lowest.set_verticalalignment("bottom")
    highest.set_verticalalignment("top")  # apart from the labels of the panel above
    axes.grid(visible=False)


def _mark_start(axes: Axes, results: ComparisonRuns) -> None:
    if results.evaluation.start > 0:
        axes.axvline(
            years_of(results.months)[results.evaluation.start] - 1 / 24, color=BLACK, linestyle=":", linewidth=1.0
        )


def year_ticks(axes: Axes, results: ComparisonRuns) -> None:
    """Mark whole years, or months where the run is short."""
    years = years_of(results.months)
    if len(years) > 30:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, prune="upper"))
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
        *_reporting_column(left, results, reporting_by_group, GROUPS, "By group", GROUP_COLOURS),
        *_reporting_column(right, results, reporting_by_status, STATUSES, "By legal status", STATUS_COLOURS),
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
    colours: Mapping[str, str],
) -> list[Axes]:
    """Draw one panel below the other, one for each scenario beside the reference."""
    years = years_of(results.months)
    looks = [{"color": colours[name], "linestyle": dashes} for name, dashes in zip(names, _DASHES, strict=True)]
    panels = part.subplots(len(results.others), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, results.others, strict=True):
        for key, look in zip(names, looks, strict=True):
            axes.plot(years, share(results, results.references[name], key), **{**look, "linewidth": 0.9, "alpha": 0.5})
            axes.plot(years, share(results, name, key), **{**look, "linewidth": 2.0})
        _mark_start(axes, results)
        year_ticks(axes, results)
        axes.set_title(short(results.title(name), 48))
        axes.set_ylabel("Reported to police\n(% of true incidents)")
    handles: list[Artist] = [
        Line2D([], [], label=LABELS[key], linewidth=2.0, **look) for key, look in zip(names, looks, strict=True)
    ]
    part.legend(handles=handles, loc="outside upper center", ncols=3, title=title, fontsize=7.5, columnspacing=1.2)
    return list(panels)
