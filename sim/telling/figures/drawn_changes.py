"""How far what is not known of parameters leaves the answer open: the change of both books, draw by draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.doubt import TOLD
from sim.analysis.drawn_signs import DrawnChange
from sim.running.measures import BOOKS, ComparisonRuns
from sim.telling.figures.colours import BOOKS as BOOK_COLOURS
from sim.telling.figures.disputed import BLOCK, MARKS, range_sheet
from sim.telling.figures.style import Drawn, save
from sim.telling.wording import number_text
from sim.words.labels import LABELS

NAME = "drawn_changes"


def draw_drawn_changes(results: ComparisonRuns, changes: Sequence[DrawnChange], folder: Path) -> list[Drawn]:
    """Draw the change of each draw of parameters, a line for each book of each scenario; nothing without draws."""
    if not changes:
        return []
    sheet, axes = range_sheet(results, results.others)
    for place, name in enumerate(results.others):
        for shift, book in zip((0.0, BLOCK / 2), BOOKS, strict=True):
            found = next(it for it in changes if (it.scenario, it.book) == (name, book))
            _draw(axes, place + shift, found)
    save(sheet.figure, folder, NAME)
    caption = (
        f"All index crime, change in each of {len(changes[0].changes):,} sets of parameters (pale marks), in nine of "
        "ten (bar) and on average (full mark)."
    )
    alt = " ".join(map(_in_words(results), changes))
    return [Drawn(NAME, "If the parameters were others that agree as well", caption, alt)]


def _in_words(results: ComparisonRuns):  # type: ignore[no-untyped-def]
    def told(it: DrawnChange) -> str:
        low, _, high = (number_text(float(value), 1, signed=True) for value in np.quantile(it.changes, TOLD))
        return f"{results.title(it.scenario)}, {LABELS[it.book].lower()} crime: {low} to {high} % in nine of ten."

    return told


def _draw(axes: Axes, place: float, found: DrawnChange) -> None:
    """Draw the bar, the marks of all draws and their mean at one height."""
    colour, mark = BOOK_COLOURS[found.book], MARKS[found.book]
    low, _, high = np.quantile(found.changes, TOLD)
    axes.plot([low, high], [place] * 2, color=colour, linewidth=5, alpha=0.3, solid_capstyle="butt")
    places = np.full(len(found.changes), place)
    axes.plot(found.changes, places, color=colour, marker=mark, markersize=3, alpha=0.45, linestyle="none")
    axes.plot([found.changes.mean()], [place], color=colour, marker=mark, markersize=6, linestyle="none")
