"""The figure of what could have been seen: the smallest fall for each book, estimator and group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.evaluation.power import Detectable
from sim.analysis.evaluation.worlds import Design
from sim.telling.estimates_wording import BACKGROUND_TITLES, against, told_groups
from sim.telling.figures.colours import BOOKS, GREY
from sim.telling.figures.style import NARROW, Drawn, new_figure, save_both, style
from sim.telling.power_wording import power_lines

_LOOKS: dict[str, dict[str, Any]] = {
    "trends": {"marker": "o", "markersize": 6.0},
    "flat": {"marker": "o", "markersize": 6.0, "markerfacecolor": "white"},
}
MOST = 60.0
"""Percent: more than that is told by an arrow at the edge."""


def draw_power(design: Design, effects: Sequence[Detectable], folder: Path) -> Drawn:
    """Draw the smallest fall that would be found four times in five, a panel for each group."""
    backgrounds = list(dict.fromkeys(it.background for it in effects))
    labels = [line.label for line in power_lines(effects, backgrounds[0])]
    groups = told_groups(design)

    def drawn(width: float) -> Figure:
        is_narrow = width <= NARROW
        rows, columns = (len(groups), 1) if is_narrow else (1, len(groups))
        figure = new_figure(width, rows * (0.5 + (0.22 if is_narrow else 0.3) * len(labels)) + 0.7)
        panels = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for axes, group in zip(panels.flat, groups, strict=True):
            _panel(axes, effects, backgrounds, labels, group)
            if is_narrow:
                axes.tick_params(axis="y", labelsize=8)
                axes.set_title(f"Against {against(group)}", fontsize=9)
        handles = list(_handles(backgrounds))
        figure.legend(handles=handles, loc="outside upper center", ncols=2 if is_narrow else 3, fontsize=8.5)
        return figure

    with style():
        narrow = save_both(drawn, folder, "power")
    return Drawn(
        "power",
        "The smallest fall that an evaluator would find four times in five",
        "The further to the left, the more can be seen. Of true and observed crime 2.8 times the spread of what the "
        "estimator finds when the dates of whole states are exchanged in a world without the program; of the survey "
        "2.8 standard errors. Hollow: on a flat background, which is optimistic. A fall in reporting by less than the "
        "observed book shows would mostly go unseen. Homicide and vehicle theft are recorded crimes, in rates; the "
        f"others are index crime. Arrows: more than {MOST:.0f} %.",
        narrow=narrow,
    )


def _panel(
    axes: Axes, effects: Sequence[Detectable], backgrounds: Sequence[str], labels: Sequence[str], group: str
) -> None:
    for background in backgrounds:
        for line in power_lines(effects, background):
            found = line.answers.get(group)
            if found is not None and not found.refused:
                _mark(axes, found, len(labels) - 1 - labels.index(line.label))
    axes.set_title(f"Against {against(group)}")
    axes.set_yticks(range(len(labels)), labels[::-1])
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.set_xlim(0, MOST)
    axes.set_xlabel("Smallest fall seen (%)")
    axes.tick_params(axis="y", length=0)


def _mark(axes: Axes, found: Detectable, height: int) -> None:
    look = {**_LOOKS[found.background], "color": BOOKS[found.question.book]}
    if found.percent > MOST:
        look |= {"marker": ">"}
    at = min(found.percent, MOST * 0.985)
    axes.plot([at], [height], linestyle="none", clip_on=False, **look)


def _handles(backgrounds: Sequence[str]) -> Iterator[Artist]:
    for book, words in (("occurred", "True crime"), ("recorded", "Observed crime"), ("survey", "Survey")):
        yield Line2D([], [], linestyle="none", label=words, color=BOOKS[book], **_LOOKS["trends"])
    for background in backgrounds:
        title = BACKGROUND_TITLES[background].capitalize()
        yield Line2D([], [], linestyle="none", label=title, color=GREY, **_LOOKS[background])
