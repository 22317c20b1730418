"""Heat maps of a sweep: an outcome over two parameters, panels on one scale of colours. They return figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import Normal, Stroke

from sim.analysis.sweep.curves import Surface
from sim.telling.figures.colours import BLACK, GREY, LEVELS, MORE_OR_LESS
from sim.telling.figures.style import NARROW, WIDE, new_figure, style, true_minus
from sim.telling.figures.sweep_panels import Floats, Scale, axis_label, panel_title, positions, value_label
from sim.telling.wording import number_text

MOST_NUMBERS = 144
"""Cells of a heat map that still have room for their number."""
SEEN_IN_GREY = "////"
"""Hatching of negative cells that have no numbers, for the two ends of the colours look alike in grey."""


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


def heat_maps(
    surfaces: Sequence[Surface], titles: Sequence[str] = (), scale: Scale | None = None, width: float = WIDE
) -> Figure:
    """Return a figure with one heat map beside the other, on one scale of colours.

    Parameters
    ----------
    surfaces : sequence of Surface
        Of outcomes with one unit; of one batch or of several.
    titles : sequence of str
        Above each panel; by default what the outcome is called.
    scale : pair of float, optional
        Least and largest value of the colours; by default those that serve all ``surfaces``.
    width : float
        Of the figure, inches.
    """
    is_narrow = width <= NARROW
    columns = 1 if is_narrow else min(3, len(surfaces))
    rows = -(-len(surfaces) // columns)
    limits = scale or common_scale(surfaces)
    with style():
        figure = new_figure(width, 1.1 + rows * (2.7 if is_narrow else (4.0, 3.6, 2.9)[columns - 1]))
        panels = figure.subplots(rows, columns, squeeze=False, sharex="col", sharey="row")
        drawn: Any = None
        for number, surface in enumerate(surfaces):
            axes = panels.flat[number]
            drawn = _heat_map(axes, surface, Normalize(*limits), 7.0 if columns < 3 else 6.2)
            title = panel_title(titles[number] if titles else surface.outcome.label, 3 if is_narrow else columns)
            axes.set_title(title, fontsize=8.5, fontweight="bold")
        for axes in panels.flat[len(surfaces) :]:
            axes.set_visible(False)
        _name_axes(panels, surfaces[0], len(surfaces))
        _colour_bar(figure, drawn, panels, surfaces)
        handles = _heat_map_handles(surfaces)
        if handles:
            figure.legend(handles=handles, loc="outside upper left", ncols=1 if is_narrow else 3, fontsize=7.5)
    return figure


def _name_axes(panels: Any, surface: Surface, count: int) -> None:
    """Say in words what the axes are: at the left of each row, and below the panel that stands lowest in the middle."""
    columns = panels.shape[1]
    for row in panels:
        row[0].set_ylabel(axis_label(surface.up, 40), fontsize=8)
    for column in range(columns):
        axes = panels[(count - 1 - column) // columns, column]
        axes.tick_params(labelbottom=True)
        if columns < 3 or column == 1:
            axes.set_xlabel(axis_label(surface.across, 48), fontsize=8)


def _colour_bar(figure: Figure, drawn: Any, panels: Any, surfaces: Sequence[Surface]) -> None:
    """Draw the part of the scale of colours that occurs in the panels, and 0 where values are changes."""
    bar = figure.colorbar(drawn, ax=panels, location="bottom", shrink=0.6, aspect=40, pad=0.02)
    bar.set_label(" / ".join(dict.fromkeys(surface.outcome.unit for surface in surfaces)), fontsize=8.5)
    if surfaces[0].outcome.is_change:
        shown = np.concatenate([surface.band.estimate.ravel() for surface in surfaces])
        least, most = drawn.get_clim()
        low, high = (float(side(shown, initial=0.0, where=np.isfinite(shown))) for side in (np.min, np.max))
        if low < high:
            bar.ax.set_xlim(max(low, least), min(high, most))
        true_minus(bar.ax.xaxis)


def _edges(centres: Floats) -> Floats:
    """Return the edges of cells around their centres."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middle = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _heat_map(axes: Axes, surface: Surface, norm: Normalize, size: float) -> Any:
    x, y = positions(surface.across, surface.columns), positions(surface.up, surface.rows)
    is_change, heights = surface.outcome.is_change, np.ma.masked_invalid(surface.band.estimate)
    colours = MORE_OR_LESS if is_change else LEVELS
    axes.grid(visible=False)
    axes.set_facecolor("#EFEFEF")
    drawn = axes.pcolormesh(_edges(x), _edges(y), heights, cmap=colours, norm=norm, edgecolors="white", linewidth=0.4)
    has_numbers = heights.size <= MOST_NUMBERS
    if is_change:
        _sign_change(axes, surface, x, y, has_numbers)
    if has_numbers:
        _numbers(axes, surface, x, y, norm, size)
    elif is_change and _has_both_signs(surface):
        _hatch_negative(axes, x, y, surface.band.estimate)
    for values, factor, place, label in (
        (surface.columns, surface.across, axes.set_xticks, x),
        (surface.rows, surface.up, axes.set_yticks, y),
    ):
        step = 1 if not factor.is_number else max(1, -(-len(values) // 8))
        place(label[::step], [value_label(value) for value in values[::step]])
    return drawn


def _hatch_negative(axes: Axes, x: Floats, y: Floats, heights: Floats) -> None:
    negative = np.ma.masked_where(~(heights < 0), np.ones_like(heights))
    if not negative.mask.all():
        axes.pcolor(
            _edges(x), _edges(y), negative, facecolor="none", edgecolor="#7A7A7A", hatch=SEEN_IN_GREY, linewidth=0,
            alpha=0.35,
        )  # fmt: skip


def _has_both_signs(surface: Surface) -> bool:
    return bool((surface.band.estimate < 0).any() and (surface.band.estimate > 0).any())


def _sign_change(axes: Axes, surface: Surface, x: Floats, y: Floats, has_numbers: bool) -> None:
    """Draw where the outcome is 0; where no numbers tell it, dashed where the limits of its interval are."""
    if len(x) < 2 or len(y) < 2:
        return
    dashed: dict[str, Any] = {"linewidths": 1.1, "linestyles": "dashed"}
    looks: tuple[tuple[Floats, dict[str, Any]], ...] = (
        (_flipping(surface), {"linewidths": 2.2, "linestyles": "solid"}),
        *(() if has_numbers else ((surface.band.low, dashed), (surface.band.high, dashed))),
    )
    for heights, look in looks:
        if _crosses(heights):
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
        colours = mpl.colormaps[MORE_OR_LESS if signed else LEVELS]
        axes.text(
            float(x[column]),
            float(y[row]),
            text,
            ha="center",
            va="center",
            fontsize=size,
            color="white" if dark else BLACK,
            path_effects=[Stroke(linewidth=1.6, foreground=colours(share)), Normal()],
        )


def _heat_map_handles(surfaces: Sequence[Surface]) -> list[Artist]:
    """Return what must be explained: lines and hatching, as far as they occur."""
    if not surfaces[0].outcome.is_change:
        return []
    handles: list[Artist] = []
    if any(_crosses(_flipping(surface)) for surface in surfaces):
        handles.append(Line2D([], [], color=BLACK, linewidth=2.2, label="the sign changes here"))
    bare = [surface for surface in surfaces if surface.band.estimate.size > MOST_NUMBERS]
    if any(_crosses(heights) for surface in bare for heights in (surface.band.low, surface.band.high)):
        look: dict[str, Any] = {"linewidth": 1.1, "linestyle": "dashed"}
        handles.append(Line2D([], [], color=BLACK, label="a limit of the 95 % interval is 0", **look))
    if any(_has_both_signs(surface) for surface in bare):
        handles.append(Patch(facecolor="white", edgecolor=GREY, hatch=SEEN_IN_GREY, label="below 0"))
    return handles


def _crosses(heights: Floats) -> bool:
    """Tell whether finite values lie on both sides of 0."""
    shown = heights[np.isfinite(heights)]
    return bool(len(shown) and shown.min() < 0 < shown.max())
