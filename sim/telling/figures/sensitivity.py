"""Figures of which parameters drive an outcome: bars of Sobol' indices and of Morris' measures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.analysis.sweep.sensitivity import MorrisEffects, SobolIndices
from sim.scenario.design.sweep import Factor
from sim.telling.figures.colours import BLACK, GREY, PARTS
from sim.telling.figures.style import NARROW, WIDE, new_figure, style, true_minus
from sim.telling.figures.sweep_panels import in_words, panel_title

Floats = NDArray[np.float64]
_BAR = 0.38
_WHISKERS = {"ecolor": BLACK, "elinewidth": 1.0, "capsize": 2.5}


def sobol_bars(
    found: Sequence[SobolIndices], titles: Sequence[str] = (), limit: float | None = None, width: float = WIDE
) -> Figure:
    """Return a figure with first and total Sobol' indices, one panel for each outcome (or batch) in one order.

    Parameters
    ----------
    found : sequence of SobolIndices
        Over the same parameters.
    titles : sequence of str
        Above each panel; by default what the outcome is called.
    limit : float, optional
        End of the horizontal axis, which all panels share; by default what serves all.
    width : float
        Of the figure, inches.
    """
    order = np.argsort(np.mean([it.total for it in found], axis=0), kind="stable")
    most = max(float((np.maximum(it.first + it.first_half, it.total + it.total_half)).max()) for it in found)
    least = min(float((it.first - it.first_half).min()) for it in found)
    bars = [((it.first, it.first_half), (it.total, it.total_half)) for it in found]
    return _figure(
        found,
        bars,
        order,
        titles,
        (min(0.0, least) - 0.02, 1.04 * (limit or max(1.0, most))),
        ("alone (first-order index)", "with all interactions (total index)"),
        "Share of the variance between points (lines: 95 % intervals)",
        width,
    )


def morris_bars(
    found: Sequence[MorrisEffects], titles: Sequence[str] = (), limit: float | None = None, width: float = WIDE
) -> Figure:
    """Return a figure with Morris' mean absolute effects and their spread; arguments as in ``sobol_bars``."""
    order = np.argsort(np.mean([it.size / max(float(it.size.max()), 1e-300) for it in found], axis=0), kind="stable")
    most = max(float(np.maximum(it.size + it.size_half, it.spread).max()) for it in found)
    bars = [((it.size, it.size_half), (it.spread, np.full(len(it.spread), np.nan))) for it in found]
    return _figure(
        found,
        bars,
        order,
        titles,
        (0.0, 1.04 * (limit or most or 1.0)),
        ("mean absolute effect (mu*)", "spread of the effect (sigma): interaction or bend"),
        f"Effect of the whole range of a parameter ({found[0].outcome.unit}; lines: 95 % intervals)",
        width,
    )


def factor_label(factor: Factor, is_narrow: bool = False) -> str:
    """Return what the bar of a parameter is called: in words, and where there is room its path."""
    if is_narrow:
        return textwrap.fill(textwrap.shorten(in_words(factor), 44, placeholder=" ..."), 22)
    words = textwrap.fill(in_words(factor), 40, max_lines=2, placeholder=" ...")
    return f"{words}\n{factor.path}"


def _figure(
    found: Sequence[SobolIndices] | Sequence[MorrisEffects],
    bars: Sequence[tuple[tuple[Floats, Floats], tuple[Floats, Floats]]],
    order: NDArray[np.intp],
    titles: Sequence[str],
    limits: tuple[float, float],
    labels: tuple[str, str],
    axis: str,
    width: float,
) -> Figure:
    factors, is_narrow = found[0].factors, width <= NARROW
    columns = 1 if is_narrow else min(3, len(found))
    rows = -(-len(found) // columns)
    with style():
        figure = new_figure(width, (1.2 if is_narrow else 1.0) + rows * (0.5 + 0.5 * len(factors)))
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for number, pair in enumerate(bars):
            axes = grid.flat[number]
            _bars(axes, pair, order)
            title = titles[number] if titles else found[number].outcome.label
            axes.set_title(panel_title(title, 4 if is_narrow else columns), fontsize=8.5, fontweight="bold")
        for axes in grid.flat[len(found) :]:
            axes.set_visible(False)
        places = np.arange(len(factors), dtype=np.float64)
        grid[0, 0].set_yticks(places, [factor_label(factors[place], is_narrow) for place in order], fontsize=7.5)
        for axes in grid[:, 0]:
            axes.tick_params(axis="y", labelsize=7.5, length=0)
        grid[0, 0].set_xlim(*limits)
        true_minus(grid[0, 0].xaxis)
        figure.supxlabel(textwrap.fill(axis, 40) if is_narrow else axis, fontsize=8.5)
        handles = [
            Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=label)
            for (colour, hatch), label in zip(PARTS, labels, strict=True)
        ]
        figure.legend(handles=handles, loc="outside upper left", ncols=1 if is_narrow else 2, fontsize=8)
    return figure


def _bars(axes: Axes, pair: tuple[tuple[Floats, Floats], tuple[Floats, Floats]], order: NDArray[np.intp]) -> None:
    places = np.arange(len(order), dtype=np.float64)
    for side, ((values, halves), (colour, hatch)) in enumerate(zip(pair, PARTS, strict=True)):
        shift = (0.5 - side) * _BAR
        whiskers = None if np.isnan(halves).all() else halves[order]
        axes.barh(
            places + shift,
            values[order],
            _BAR,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            xerr=whiskers,
            error_kw=_WHISKERS,
        )
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.grid(visible=False, axis="y")
