"""Figures of a sweep: heat maps of two parameters and curves along one. They return figures; saving is elsewhere."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import Normal, Stroke
from numpy.typing import NDArray

from sim.analysis.sweep.curves import Curve, Surface
from sim.analysis.sweep.effects import Signs, signs
from sim.scenario.design.paths import Value, text_of
from sim.scenario.design.sweep import Factor
from sim.telling.figures.colours import BLACK, BOOKS, GAP, GREY, LEVELS, MORE_OR_LESS
from sim.telling.figures.style import new_figure, short, style
from sim.telling.wording import number_text

Floats = NDArray[np.float64]
Scale = tuple[float, float]
MOST_NUMBERS = 144
"""Cells of a heat map that still have room for their number."""
SEEN_IN_GREY = "////"
"""Hatching of negative cells, for the two ends of the colours look alike in grey."""
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


def common_scale(surfaces: Sequence[Surface]) -> Scale:
    """Return the scale of colours that serves all ``surfaces``: even about 0 for changes, else from least to most."""
    shown = np.concatenate([surface.band.estimate.ravel() for surface in surfaces])
    shown = shown[np.isfinite(shown)]
    if not len(shown):
        return -1.0, 1.0
    if surfaces[0].outcome.is_change:
        limit = float(np.abs(shown).max()) or 1.0
        return -limit, limit
    low, high = float(shown.min()), float(shown.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


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


def heat_maps(surfaces: Sequence[Surface], titles: Sequence[str] = (), scale: Scale | None = None) -> Figure:
    """Return a figure with one heat map beside the other, on one scale of colours.

    Parameters
    ----------
    surfaces : sequence of Surface
        Of outcomes with one unit; of one batch or of several.
    titles : sequence of str
        Above each panel; by default what the outcome is called.
    scale : pair of float, optional
        Least and largest value of the colours; by default those that serve all ``surfaces``.
    """
    columns = min(3, len(surfaces))
    rows = -(-len(surfaces) // columns)
    width = 5.6 if columns == 1 else 8.2
    with style():
        figure = new_figure(width, 0.9 + rows * (4.2 if columns == 1 else 3.6 if columns == 2 else 3.0))
        panels = figure.subplots(rows, columns, squeeze=False, sharex="col", sharey="row")
        norm = Normalize(*(scale or common_scale(surfaces)))
        drawn: Any = None
        for number, surface in enumerate(surfaces):
            axes = panels.flat[number]
            drawn = _heat_map(axes, surface, norm, roomy=columns < 3)
            axes.set_title(panel_title(titles[number] if titles else surface.outcome.label, columns))
        for axes in panels.flat[len(surfaces) :]:
            axes.set_visible(False)
        for axes in panels[:, 0]:
            axes.set_ylabel(axis_label(surfaces[0].up, brief=columns > 1 and rows > 1))
        for column in range(columns):
            last = (len(surfaces) - 1 - column) // columns
            panels[last, column].set_xlabel(axis_label(surfaces[0].across, brief=columns > 2))
            panels[last, column].tick_params(labelbottom=True)
        bar = figure.colorbar(drawn, ax=panels, location="bottom", shrink=0.7, aspect=40, pad=0.02)
        bar.set_label(" / ".join(dict.fromkeys(surface.outcome.unit for surface in surfaces)))
        if surfaces[0].outcome.is_change:
            figure.legend(handles=_heat_map_handles(), loc="outside upper center", ncols=3, fontsize=7.5)
    return figure


def axis_label(factor: Factor, brief: bool = False) -> str:
    """Return what a parameter's axis is called: path, role and, unless ``brief``, unit."""
    return f"{factor.path}\n({factor.role})" if brief else f"{factor.path}\n({factor.role}; {factor.unit})"


def panel_title(text: str, columns: int) -> str:
    """Return a panel's title on lines that fit into one of so many columns."""
    return textwrap.fill(short(text, 200 // columns), 100 // columns)


def positions(factor: Factor, values: Sequence[Value]) -> Floats:
    """Return where values stand on an axis: numbers where they are, others one after another."""
    if factor.is_number:
        return np.array([float(value) for value in values if value is not None])
    return np.arange(len(values), dtype=np.float64)


def _edges(centres: Floats) -> Floats:
    """Return the edges of cells around their centres."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middle = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _heat_map(axes: Axes, surface: Surface, norm: Normalize, roomy: bool) -> Any:
    x, y = positions(surface.across, surface.columns), positions(surface.up, surface.rows)
    is_change, heights = surface.outcome.is_change, np.ma.masked_invalid(surface.band.estimate)
    colours = MORE_OR_LESS if is_change else LEVELS
    axes.grid(visible=False)
    axes.set_facecolor("#EFEFEF")
    drawn = axes.pcolormesh(_edges(x), _edges(y), heights, cmap=colours, norm=norm, edgecolors="white", linewidth=0.4)
    if is_change:
        _hatch_negative(axes, x, y, surface.band.estimate)
        _sign_change(axes, surface, x, y)
    if heights.size <= MOST_NUMBERS:
        _numbers(axes, surface, x, y, norm, 7.0 if roomy else 5.5)
    for values, factor, place, label in (
        (surface.columns, surface.across, axes.set_xticks, x),
        (surface.rows, surface.up, axes.set_yticks, y),
    ):
        step = 1 if not factor.is_number else max(1, -(-len(values) // 8))
        place(label[::step], [value_label(value) for value in values[::step]])
    return drawn


def value_label(value: Value) -> str:
    """Return a value as a figure or table tells it."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return text_of(value) or "empty"


def _hatch_negative(axes: Axes, x: Floats, y: Floats, heights: Floats) -> None:
    negative = np.ma.masked_where(~(heights < 0), np.ones_like(heights))
    if not negative.mask.all():
        axes.pcolor(
            _edges(x), _edges(y), negative, facecolor="none", edgecolor="#7A7A7A", hatch=SEEN_IN_GREY, linewidth=0,
            alpha=0.0 + 0.35,
        )  # fmt: skip


def _sign_change(axes: Axes, surface: Surface, x: Floats, y: Floats) -> None:
    """Draw where the outcome is 0, and dashed where the limits of its interval are."""
    if len(x) < 2 or len(y) < 2:
        return
    dashed: dict[str, Any] = {"linewidths": 1.1, "linestyles": "dashed"}
    looks: tuple[tuple[Floats, dict[str, Any]], ...] = (
        (_flipping(surface), {"linewidths": 2.2, "linestyles": "solid"}),
        (surface.band.low, dashed),
        (surface.band.high, dashed),
    )
    for heights, look in looks:
        shown = heights[np.isfinite(heights)]
        if len(shown) and shown.min() < 0 < shown.max():
            axes.contour(x, y, np.ma.masked_invalid(heights), levels=[0.0], colors=BLACK, **look)


def _flipping(surface: Surface) -> Floats:
    """Return the means of columns and rows in which both signs are certain somewhere, nan elsewhere."""
    above, below = surface.band.low > 0, surface.band.high < 0
    columns, rows = (np.asarray(above.any(axis=side) & below.any(axis=side)) for side in (0, 1))
    return np.where(columns[None, :] | rows[:, None], surface.band.estimate, np.nan)


def _numbers(axes: Axes, surface: Surface, x: Floats, y: Floats, norm: Normalize, size: float) -> None:
    """Write each cell's number; in brackets where 0 lies within its interval."""
    heights, signed = surface.band.estimate, surface.outcome.is_change
    largest = float(np.nanmax(np.abs(heights))) if np.isfinite(heights).any() else 0.0
    decimals = 2 if largest < 1 else 1 if largest < 100 else 0
    for (row, column), value in np.ndenumerate(heights):
        if not np.isfinite(value):
            continue
        text = number_text(float(value), decimals, signed=signed)
        if signed and surface.band.low[row, column] <= 0 <= surface.band.high[row, column]:
            text = f"({text})"
        share = float(norm(value))
        dark = abs(share - 0.5) > 0.36 if signed else share > 0.6
        axes.text(
            float(x[column]),
            float(y[row]),
            text,
            ha="center",
            va="center",
            fontsize=size,
            color="white" if dark else BLACK,
            path_effects=None if dark else [Stroke(linewidth=1.6, foreground="#FFFFFFB0"), Normal()],
        )


def _heat_map_handles() -> list[Artist]:
    return [
        Line2D([], [], color=BLACK, linewidth=2.2, label="changes sign here"),
        Line2D([], [], color=BLACK, linewidth=1.1, linestyle="dashed", label="limit of its 95 % interval is 0"),
        Patch(facecolor="white", edgecolor=GREY, hatch=SEEN_IN_GREY, label="below 0"),
    ]


def curve_panels(panels: Sequence[Sequence[Curve]], titles: Sequence[str] = (), limits: Scale | None = None) -> Figure:
    """Return a figure with one panel for each parameter (or batch) and in it one line for each outcome.

    Parameters
    ----------
    panels : sequence of sequences of Curve
        The curves of a panel run along one parameter; all outcomes have one unit.
    titles : sequence of str
        Above each panel.
    limits : pair of float, optional
        Of the vertical axis, which all panels share; by default those that serve all curves.
    """
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    curves = [curve for panel in panels for curve in panel]
    with style():
        figure = new_figure(5.6 if columns == 1 else 8.2, 0.8 + 3.1 * rows)
        grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for number, panel in enumerate(panels):
            _curve_panel(grid.flat[number], panel)
            if titles:
                grid.flat[number].set_title(panel_title(titles[number], columns))
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        grid[0, 0].set_ylim(*(limits or common_limits(curves)))
        for axes in grid[:, 0]:
            axes.set_ylabel(_unit_of(curves))
        figure.legend(handles=_curve_handles(panels), loc="outside upper center", ncols=2, fontsize=7.5)
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


def _curve_panel(axes: Axes, panel: Sequence[Curve]) -> None:
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
    axes.set_xlabel(axis_label(factor))


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
