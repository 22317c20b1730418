"""Who is affected: changes of victimization and of reporting by group of the victim."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.statistics import Estimate
from sim.analysis.summary import Row
from sim.running.measures import ComparisonRuns
from sim.telling.doubt_wording import over_what
from sim.telling.figures.colours import GREY, PEOPLE_MARKS
from sim.telling.figures.colours import GROUPS as GROUP_COLOURS
from sim.telling.figures.style import NARROW, Drawn, Margins, note_above, save_both, sheet_of, short, true_minus
from sim.telling.wording import NOTHING, number_text, reference_text
from sim.words.labels import GROUPS, LABELS

NAME = "who_is_affected"
PANELS = (("victimization_total", "Victims of true crime"), ("reporting_total", "Crime reported to police"))
_ROW = 0.19
_BLOCK = len(GROUPS) + 1.35
Found = Mapping[tuple[str, str, str], Estimate]


def draw_affected(results: ComparisonRuns, rows: Sequence[Row], folder: Path) -> Drawn:
    """Draw by how much victimization and reporting change in each group, a block for each scenario."""
    found = {(row.scenario, row.measure, row.group): row.estimate for row in rows}
    narrow = save_both(lambda width: _affected(results, found, width), folder, NAME)
    return Drawn(
        NAME,
        "Who is affected",
        f"Index crime against persons and households of each group, {results.window}, change against "
        f"{reference_text(results)} in %: how many are victims, and what share of what happens to them is reported to "
        f"police. Mean of paired differences and 95 % interval over {over_what(results)}.",
        " ".join(_in_words(results, found, name) for name in results.others),
        narrow,
    )


def _in_words(results: ComparisonRuns, found: Found, name: str) -> str:
    told = [
        f"{LABELS[group]}: victims {_told(found[name, PANELS[0][0], group])}, reporting "
        f"{_told(found[name, PANELS[1][0], group])}"
        for group in GROUPS
    ]
    return f"{results.title(name)}. {'; '.join(told)}."


def _told(estimate: Estimate) -> str:
    value = estimate.estimate
    return NOTHING if value is None else f"{number_text(value, 1, signed=True)} %"


def _affected(results: ComparisonRuns, found: Found, width: float) -> Figure:
    others, is_narrow = results.others, width <= NARROW
    height = _ROW * (_BLOCK * len(others) + 0.2)
    room = Margins(0.12 if is_narrow else 1.75, 0.62, 0.98 if is_narrow else 0.62, 0.42, 0.85, 0.78)
    sheet = sheet_of(len(PANELS), 1 if is_narrow else 2, width, height, room)
    for axes, (measure, title) in zip(sheet.panels.flat, PANELS, strict=True):
        for place, name in enumerate(others):
            top = place * _BLOCK + (1.0 if is_narrow else 0.45)
            for line, group in enumerate(GROUPS):
                _line(axes, top + line, found[name, measure, group], group)
            if is_narrow:
                _name(axes, short(results.title(name), 46), 0.0, top - 0.95)
            elif axes is sheet.panels[0, 0]:
                _name(axes, textwrap.fill(short(results.title(name), 52), 26), -1.65, top + 0.6)
        _dress(axes, title, _BLOCK * len(others))
    columns = 1 if is_narrow else len(GROUPS)
    handles = list(_handles())
    sheet.figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.1)
    return sheet.figure


def _line(axes: Axes, place: float, estimate: Estimate, group: str) -> None:
    """Draw one estimate with its interval, and write it at the right."""
    if estimate.estimate is None:
        return
    look: dict[str, Any] = {"color": GROUP_COLOURS[group], "marker": PEOPLE_MARKS[group], "markersize": 5}
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [place] * 2, color=look["color"], linewidth=1.4)
    axes.plot([estimate.estimate], [place], linestyle="none", **look)
    right = axes.get_yaxis_transform()
    text = number_text(estimate.estimate, 1, signed=True)
    axes.text(1.17, place, text, transform=right, ha="right", va="center", color=look["color"], fontsize=8.5)


def _name(axes: Axes, title: str, inches: float, place: float) -> None:
    """Write a scenario's title at a height of the panel, so many inches from its left edge."""
    offset = (72 * inches, 0)
    look: dict[str, Any] = {"fontsize": 9, "fontweight": "bold", "ha": "left", "va": "center"}
    transform = axes.get_yaxis_transform()
    axes.annotate(title, (0, place), offset, xycoords=transform, textcoords="offset points", **look)


def _dress(axes: Axes, title: str, depth: float) -> None:
    """Give a panel its title, its line of no change and its scale."""
    axes.axvline(0, color=GREY, linewidth=0.9)
    axes.set_ylim(depth - 0.35, -0.55)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Change (%)")
    true_minus(axes.xaxis)
    note_above(axes, title, fontweight="bold")


def _handles() -> Iterator[Artist]:
    for group in GROUPS:
        look: dict[str, Any] = {"color": GROUP_COLOURS[group], "marker": PEOPLE_MARKS[group], "markersize": 5}
        yield Line2D([], [], linewidth=1.4, label=LABELS[group], **look)
