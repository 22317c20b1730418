"""Several comparisons side by side on the same scales, each against its own reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.statistics import Estimate
from sim.analysis.summary import rows_of
from sim.running.measures import ComparisonRuns
from sim.telling.doubt_wording import over_what
from sim.telling.figures.colours import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION
from sim.telling.figures.courses import BOOK_STYLES, SMOOTHING, change_panel, year_ticks
from sim.telling.figures.style import Drawn, new_figure, save, short
from sim.telling.wording import reference_text
from sim.words.labels import FAMILIES, GROUPS, LABELS

PANEL_WIDTH, LEAST_WIDTH = 2.9, 6.0
ROW_HEIGHT = 0.42


class Series(NamedTuple):
    """Estimates that are drawn with one mark: the measure and group of a summary's rows, and their name."""

    measure: str
    group: str
    label: str
    colour: str
    marker: str


BOOKS = (("occurred", "True", BLUE, "o"), ("recorded", "Observed (recorded)", VERMILLION, "s"))
GROUP_LOOKS = ((VERMILLION, "o"), (BLUE, "s"), (BLACK, "^"))
ENFORCEMENT = (
    Series("detainers", "all", "Detainers issued", ORANGE, "o"),
    Series("ice_custody", "all", "Taken into ICE custody", PURPLE, "s"),
    Series("removed", "all", "Removals", GREEN, "^"),
)
Estimates = dict[tuple[str, str, str], Estimate]


def draw_together(batches: Mapping[str, ComparisonRuns]) -> list[Drawn]:
    """Draw comparisons side by side, by name: crime over time, and changes of crime, reporting and enforcement."""
    return [
        *(_draw_over_time(batches, family) for family in FAMILIES),
        _draw_crime(batches),
        _draw_reporting(batches),
        _draw_enforcement(batches),
    ]


def _draw_over_time(batches: Mapping[str, ComparisonRuns], family: str) -> Drawn:
    """Draw the change of both books over time, a column for each comparison and a row for each scenario."""
    rows = _rows(batches)
    figure = new_figure(max(LEAST_WIDTH, 0.7 + PANEL_WIDTH * len(batches)), 0.9 + 2.4 * len(rows))
    panels = figure.subplots(len(rows), len(batches), squeeze=False, sharey=True)
    for column, (name, results) in enumerate(batches.items()):
        first = next(place for place, row in enumerate(rows) if name in row)
        heading = f"{short(name, 34)}\nagainst {short(reference_text(results), 42)}\n"
        for place, row in enumerate(rows):
            axes = panels[place, column]
            if name not in row:
                axes.set_visible(False)
                continue
            change_panel(axes, results, row[name], family)
            year_ticks(axes, results)
            is_leftmost = name == next(batch for batch in batches if batch in row)
            axes.tick_params(labelbottom=True, labelleft=is_leftmost)
            axes.set_ylabel("Change against\nthe reference (%)" if is_leftmost else "")
            axes.set_title(f"{heading if place == first else ''}{short(results.title(row[name]), 40)}", fontsize=8.5)
    handles: list[Artist] = [Line2D([], [], label=LABELS[book], **look) for book, look in BOOK_STYLES.items()]
    handles += [Patch(color=BLUE, alpha=0.18, linewidth=0, label="95 % interval")]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, title=LABELS[family])
    save(figure, Path(), f"crime_over_time_{family}")
    text = (
        f"Change of {_lower(family)} against each comparison's own reference, in % of that reference's mean: totals in "
        f"{SMOOTHING}; mean of paired differences and 95 % interval. One scale for all panels. {_told(batches)}"
    )
    return Drawn(f"crime_over_time_{family}", f"{LABELS[family]} over time, side by side", text)


def _rows(batches: Mapping[str, ComparisonRuns]) -> list[dict[str, str]]:
    """Return the scenario of each comparison in each row: alike names in one row, or, if none are alike, by place."""
    names = [name for results in batches.values() for name in results.others]
    if len(set(names)) < len(names):
        return [{batch: name for batch, it in batches.items() if name in it.others} for name in dict.fromkeys(names)]
    most = max(len(results.others) for results in batches.values())
    return [{batch: it.others[row] for batch, it in batches.items() if row < len(it.others)} for row in range(most)]


def _draw_crime(batches: Mapping[str, ComparisonRuns]) -> Drawn:
    panels = [
        (LABELS[family], [Series(f"{book}_{family}", "all", label, *look) for book, label, *look in BOOKS])
        for family in (*FAMILIES, "total")
    ]
    save(_dots(batches, panels, "Change against the reference (%)"), Path(), "crime_changes")
    text = (
        "Change of true and of observed crime over the evaluation, in % of each comparison's own reference: mean of "
        f"paired differences and 95 % interval. One scale for all panels. {_told(batches)}"
    )
    return Drawn("crime_changes", "Changes of true and observed crime, side by side", text)


def _draw_reporting(batches: Mapping[str, ComparisonRuns]) -> Drawn:
    panels = [
        (
            LABELS[family],
            [
                Series(f"reporting_{family}", group, LABELS[group], *look)
                for group, look in zip(GROUPS, GROUP_LOOKS, strict=True)
            ],
        )
        for family in FAMILIES
    ]
    save(_dots(batches, panels, "Change of the reported share (%)"), Path(), "reporting_changes")
    text = (
        "Change of the share of true incidents that is reported, by group of the victim, over the evaluation, in % of "
        "each comparison's own reference: mean of paired differences and 95 % interval. One scale for all panels. "
        f"{_told(batches)}"
    )
    return Drawn("reporting_changes", "Changes of reporting, side by side", text)


def _draw_enforcement(batches: Mapping[str, ComparisonRuns]) -> Drawn:
    figure = _dots(batches, [("Enforcement", list(ENFORCEMENT))], "Change per 100,000 person-years")
    save(figure, Path(), "enforcement_changes")
    text = (
        "Change of enforcement over the evaluation against each comparison's own reference, in events per 100,000 "
        f"person-years of the whole population: mean of paired differences and 95 % interval. {_told(batches)}"
    )
    return Drawn("enforcement_changes", "Changes of enforcement, side by side", text)


def _dots(batches: Mapping[str, ComparisonRuns], panels: Sequence[tuple[str, list[Series]]], unit: str) -> Figure:
    """Return a figure with a panel for each title, in it a line for each scenario of each comparison."""
    found = {name: _estimates(results) for name, results in batches.items()}
    lines = [(name, other) for name, results in batches.items() for other in (None, *results.others)]
    figure = new_figure(4.0 + 2.3 * len(panels), 1.5 + ROW_HEIGHT * len(lines))
    row = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (title, series) in zip(row, panels, strict=True):
        axes.axvline(0, color=GREY, linewidth=0.8)
        for place, (name, other) in enumerate(lines):
            if other is not None:
                _line(axes, place, [found[name][other, it.measure, it.group] for it in series], series)
        axes.set_title(title)
        axes.set_xlabel(unit)
        axes.grid(visible=False, axis="y")
    _name_lines(row[0], batches, lines)
    figure.legend(handles=_handles(panels), loc="outside upper center", ncols=3)
    return figure


def _estimates(results: ComparisonRuns) -> Estimates:
    rows = rows_of(results.runs, results.reference, results.references)
    return {(row.scenario, row.measure, row.group): row.estimate for row in rows}


def _line(axes: Axes, place: int, estimates: Sequence[Estimate], series: Sequence[Series]) -> None:
    """Draw the estimates of one scenario close to one height, each with its interval where there is one."""
    shifts = np.linspace(-0.18, 0.18, len(series)) if len(series) > 1 else [0.0]
    for estimate, look, shift in zip(estimates, series, shifts, strict=True):
        if estimate.estimate is None:
            continue
        if estimate.low is not None and estimate.high is not None:
            axes.plot([estimate.low, estimate.high], [place + shift] * 2, color=look.colour, linewidth=1.1)
        axes.plot(estimate.estimate, place + shift, marker=look.marker, color=look.colour, markersize=4.5)


def _name_lines(axes: Axes, batches: Mapping[str, ComparisonRuns], lines: Sequence[tuple[str, str | None]]) -> None:
    labels = [
        f"{short(name, 44)}\nagainst {short(reference_text(batches[name]), 44)}"
        if other is None
        else short(batches[name].title(other), 44)
        for name, other in lines
    ]
    axes.set_yticks(range(len(lines)), labels)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    for label, (_, other) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if other is None else "normal")


def _handles(panels: Sequence[tuple[str, list[Series]]]) -> list[Artist]:
    marks = {it.label: it for _, series in panels for it in series}
    look: dict[str, Any] = {"linewidth": 1.1, "markersize": 4.5}
    return [Line2D([], [], color=it.colour, marker=it.marker, label=it.label, **look) for it in marks.values()]


def _told(batches: Mapping[str, ComparisonRuns]) -> str:
    """Return what each comparison is, in words."""
    parts = [
        f"{name}: {results.comparison.title or 'a comparison'}, against {reference_text(results)}, "
        f"{results.window}, over {over_what(results)}"
        for name, results in batches.items()
    ]
    return "; ".join(parts) + "."


def _lower(family: str) -> str:
    return LABELS[family][0].lower() + LABELS[family][1:]
