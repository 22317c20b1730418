"""How far a disputed assumption moves the answer: the range of each book's change, with what was simulated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.disputed import BOOKS, Disputed, Span
from sim.running.measures import ComparisonRuns
from sim.telling.figures.colours import BOOKS as BOOK_COLOURS
from sim.telling.figures.colours import GREY
from sim.telling.figures.style import NARROW, Drawn, Margins, Sheet, save, sheet_of, short, true_minus
from sim.telling.wording import number_text
from sim.words.labels import LABELS

NAME = "disputed_range"
MARKS = {"occurred": "o", "recorded": "s"}
BLOCK = 0.56
"""Inches of a scenario's two lines; and between its lines half as much, in parts of its height."""


def draw_disputed(results: ComparisonRuns, disputed: Disputed | None, folder: Path) -> list[Drawn]:
    """Draw how far the elasticity moves both books; nothing where that is not known."""
    if disputed is None:
        return []
    save(_figure(results, disputed), folder, NAME)
    caption = (
        f"All index crime if the elasticity were anything from {disputed.least:g} to {disputed.most:g}; "
        f"the mark is what was simulated, at {disputed.value:g}. To first order, from the offences counted within the "
        "runs."
    )
    return [
        Drawn(NAME, "If offenders respond less, or more", caption, " ".join(map(_in_words(results), disputed.spans)))
    ]


def _in_words(results: ComparisonRuns) -> Any:
    def told(span: Span) -> str:
        low, high = (number_text(value, 1, signed=True) for value in (span.low, span.high))
        return f"{results.title(span.scenario)}, {LABELS[span.book].lower()} crime: {low} to {high} %."

    return told


def range_sheet(results: ComparisonRuns, names: Sequence[str]) -> tuple[Sheet, Axes]:
    """Return a narrow sheet with the legend of books and room for two lines a scenario, half a ``BLOCK`` apart."""
    sheet = sheet_of(1, 1, NARROW, BLOCK * len(names) + 0.05, Margins(0.1, 0.12, 0.24, 0.44))
    axes = sheet.panels[0, 0]
    for place, name in enumerate(names):
        title = short(results.title(name), 44)
        told = axes.text(0, place - 0.3, title, transform=axes.get_yaxis_transform(), va="center", zorder=1.5)
        told.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    axes.axvline(0, color=GREY, linewidth=0.9, zorder=1)
    handles: list[Artist] = [
        Line2D([], [], color=BOOK_COLOURS[book], marker=MARKS[book], markersize=5, linewidth=0, label=LABELS[book])
        for book in BOOKS
    ]
    sheet.figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.1)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Change (%)")
    true_minus(axes.xaxis)
    return sheet, axes


def _figure(results: ComparisonRuns, disputed: Disputed) -> Figure:
    names = list(dict.fromkeys(span.scenario for span in disputed.spans))
    sheet, axes = range_sheet(results, names)
    for place, name in enumerate(names):
        for shift, book in zip((0.0, BLOCK / 2), BOOKS, strict=True):
            span = disputed.span(name, book)
            if span is not None:
                _draw(axes, place + shift, span)
    return sheet.figure


def _draw(axes: Axes, place: float, span: Span) -> None:
    colour = BOOK_COLOURS[span.book]
    axes.plot([span.low, span.high], [place] * 2, color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
    axes.plot([span.told], [place], color=colour, marker=MARKS[span.book], markersize=5.5, linestyle="none")
