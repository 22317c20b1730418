"""Figures of a sweep: curves along one parameter, and what is called how on any of them; saving is elsewhere."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.analysis.sweep.curves import Curve
from sim.analysis.sweep.effects import Signs, signs
from sim.scenario.design.paths import Value, text_of
from sim.scenario.design.sweep import Factor
from sim.telling.figures.colours import BOOKS, GAP, GREY
from sim.telling.figures.style import NARROW, WIDE, new_figure, short, style, true_minus

Floats = NDArray[np.float64]
Scale = tuple[float, float]
CURVE_STYLES: dict[str, dict[str, Any]] = {
    "occurred": {"color": BOOKS["occurred"], "linestyle": "-", "marker": "o"},
    "recorded": {"color": BOOKS["recorded"], "linestyle": (0, (5, 2)), "marker": "s"},
    "gap": {"color": GAP, "linestyle": (0, (1, 1.2)), "marker": "D"},
}
OTHER_STYLES: tuple[dict[str, Any], ...] = (
    {"color": "#222222", "linestyle": "-", "marker": "^"},
    {"color": "#6E6E6E", "linestyle": (0, (5, 2)), "marker": "v"},
    {"color": "#9A9A9A", "linestyle": (0, (1, 1.2)), "marker": "P"},
)


def common_limits(curves: Sequence[Curve]) -> Scale:
    """Return the limits of the vertical axis that serve all ``curves`` with their intervals and spreads."""
    parts = [np.concatenate([it.band.low, it.band.high, it.band.estimate, it.low, it.high]) for it in curves]
    shown = np.concatenate(parts)
    shown = shown[np.isfinite(shown)]
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
    if curves[0].outcome.is_change:
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room


def axis_label(factor: Factor, width: int = 44) -> str:
    """Return what a parameter's axis is called: in words, and under them its path and unit."""
    path = textwrap.fill(f"{factor.path} ({factor.unit})", max(width, 24))
    return f"{textwrap.fill(in_words(factor), width)}\n{path}"


def in_words(factor: Factor) -> str:
    """Return what a parameter means: the first clause of its description, or its path where there is none."""
    return re.split(r"[;:,(]", factor.meaning)[0].strip() or factor.path


def panel_title(text: str, columns: int) -> str:
    """Return a panel's title on lines that fit into one of so many columns."""
    return textwrap.fill(short(text, 200 // columns), 100 // columns)


def positions(factor: Factor, values: Sequence[Value]) -> Floats:
    """Return where values stand on an axis: numbers where they are, others one after another."""
    if factor.is_number:
        return np.array([float(value) for value in values if value is not None])
    return np.arange(len(values), dtype=np.float64)


def value_label(value: Value) -> str:
    """Return a value as a figure or table tells it."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return text_of(value) or "empty"


def curve_panels(
    panels: Sequence[Sequence[Curve]], titles: Sequence[str] = (), limits: Scale | None = None, width: float = WIDE
) -> Figure:
    """Return a figure with one panel for each parameter (or batch) and in it one line for each outcome.

    Parameters
    ----------
    panels : sequence of sequences of Curve
        The curves of a panel run along one parameter; all outcomes have one unit.
    titles : sequence of str
        Above each panel.
    limits : pair of float, optional
        Of the vertical axis, which all panels share; by default those that serve all curves.
    width : float
        Of the figure, inches.
    """
    is_narrow = width <= NARROW
    columns = 1 if is_narrow else min(3 if len(panels) in (3, 5, 6) else 2, len(panels))
    rows = -(-len(panels) // columns)
    curves = [curve for panel in panels for curve in panel]
    with style():
        handles = _curve_handles(panels)
        lines = len(handles) if is_narrow else -(-len(handles) // 3)
        figure = new_figure(width, 0.2 + 0.17 * lines + (2.6 if is_narrow else 3.0) * rows)
        grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for number, panel in enumerate(panels):
            _curve_panel(grid.flat[number], panel, 40 if columns < 3 else 30)
            if titles:
                grid.flat[number].set_title(panel_title(titles[number], columns))
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        grid[0, 0].set_ylim(*(limits or common_limits(curves)))
        for axes in grid[:, 0]:
            axes.set_ylabel(_unit_of(curves))
        figure.legend(handles=handles, loc="outside upper left", ncols=1 if is_narrow else 3, fontsize=7.5)
    return figure


def _unit_of(curves: Sequence[Curve]) -> str:
    return " / ".join(dict.fromkeys(curve.outcome.unit for curve in curves))


def curve_looks(curves: Sequence[Curve]) -> dict[str, dict[str, Any]]:
    """Return the look of each outcome's line, by its name."""
    looks: dict[str, dict[str, Any]] = {}
    for curve in curves:
        book = curve.outcome.name.split("_")[0]
        taken = [look["color"] for look in looks.values()]
        spare = next((look for look in OTHER_STYLES if look["color"] not in taken), OTHER_STYLES[0])
        own = CURVE_STYLES.get(book)
        looks.setdefault(curve.outcome.name, own if own is not None and own["color"] not in taken else spare)
    return looks


def _curve_panel(axes: Axes, panel: Sequence[Curve], label_width: int) -> None:
    looks, factor = curve_looks(panel), panel[0].factor
    if panel[0].outcome.is_change:
        axes.axhline(0, color=GREY, linewidth=0.8)
    for number, curve in enumerate(panel):
        x, look = positions(factor, curve.values), looks[curve.outcome.name]
        colour = look["color"]
        if (curve.counts > 1).any():
            axes.fill_between(x, curve.low, curve.high, color=colour, alpha=0.10, linewidth=0)
            for edge in (curve.low, curve.high):
                axes.plot(x, edge, color=colour, linestyle=look["linestyle"], linewidth=0.5, alpha=0.7)
        shift = (number - (len(panel) - 1) / 2) * 0.004 * (float(np.ptp(x)) or 1.0)
        halves = np.abs(np.stack([curve.band.low, curve.band.high]) - curve.band.estimate)
        axes.errorbar(x + shift, curve.band.estimate, yerr=halves, capsize=2.5, elinewidth=1.0, markersize=4, **look)
        if curve.outcome.is_change and factor.is_number:
            _mark_flips(axes, signs(curve), colour)
    if not factor.is_number:
        axes.set_xticks(positions(factor, panel[0].values), [value_label(value) for value in panel[0].values])
        axes.set_xlim(-0.4, len(panel[0].values) - 0.6)
    axes.set_xlabel(axis_label(factor, label_width), fontsize=8)
    true_minus(axes.yaxis)


def _mark_flips(axes: Axes, found: Signs, colour: str) -> None:
    """Mark each change of sign on the line of 0, with its interval."""
    for flip in found.flips:
        assert flip.at is not None
        if flip.low is not None and flip.high is not None:
            axes.plot([flip.low, flip.high], [0, 0], color=colour, linewidth=3.5, alpha=0.45, solid_capstyle="butt")
        axes.plot([flip.at], [0], marker="|", markersize=14, markeredgewidth=2.2, color=colour, linestyle="none")


def _curve_handles(panels: Sequence[Sequence[Curve]]) -> list[Artist]:
    curves = [curve for panel in panels for curve in panel]
    found = {curve.outcome.name: curve.outcome.label for curve in curves}
    looks = curve_looks(curves)
    handles: list[Artist] = [Line2D([], [], label=label, markersize=4, **looks[name]) for name, label in found.items()]
    if any((curve.band.high > curve.band.low).any() for curve in curves):
        label = "95 % interval of the mean of a bin" if curves[0].is_binned else "95 % interval: chance"
        handles.append(Line2D([], [], color=GREY, marker="_", linestyle="none", label=label))
    if any((curve.counts > 1).any() for curve in curves):
        handles.append(Patch(color=GREY, alpha=0.2, label="95 % of points: the other parameters"))
    if any(signs(curve).flips for curve in curves if curve.outcome.is_change and curve.factor.is_number):
        look: dict[str, Any] = {"marker": "|", "markersize": 11, "markeredgewidth": 2.0, "linestyle": "none"}
        handles.append(Line2D([], [], color=GREY, label="changes sign here (bar: its interval)", **look))
    return handles
