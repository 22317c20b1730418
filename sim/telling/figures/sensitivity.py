"""Figures of which parameters drive an outcome: bars of Sobol' indices and of Morris' measures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.analysis.sweep.sensitivity import MorrisEffects, SobolIndices
from sim.scenario.design.sweep import Factor
from sim.telling.figures.colours import BLACK, BLUE, GREY, ORANGE
from sim.telling.figures.style import new_figure, style
from sim.telling.figures.sweep_panels import panel_title

Floats = NDArray[np.float64]
_BAR = 0.38
_LOOKS = ((BLUE, ""), (ORANGE, "////"))
_WHISKERS = {"ecolor": BLACK, "elinewidth": 1.0, "capsize": 2.5}


def sobol_bars(found: Sequence[SobolIndices], titles: Sequence[str] = (), limit: float | None = None) -> Figure:
    """Return a figure with first and total Sobol' indices, one panel for each outcome (or batch) in one order.

    Parameters
    ----------
    found : sequence of SobolIndices
        Over the same parameters.
    titles : sequence of str
        Above each panel; by default what the outcome is called.
    limit : float, optional
        End of the horizontal axis, which all panels share; by default what serves all.
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
    )


def morris_bars(found: Sequence[MorrisEffects], titles: Sequence[str] = (), limit: float | None = None) -> Figure:
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
    )


def factor_label(factor: Factor) -> str:
    """Return what the bar of a parameter is called: path and role."""
    return f"{factor.path}\n({factor.role})"


def _figure(
    found: Sequence[SobolIndices] | Sequence[MorrisEffects],
    bars: Sequence[tuple[tuple[Floats, Floats], tuple[Floats, Floats]]],
    order: NDArray[np.intp],
    titles: Sequence[str],
    limits: tuple[float, float],
    labels: tuple[str, str],
    axis: str,
) -> Figure:
    factors = found[0].factors
    columns = min(3, len(found))
    rows = -(-len(found) // columns)
    with style():
        figure = new_figure(8.2, 1.3 + rows * (0.5 + 0.46 * len(factors)))
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for number, pair in enumerate(bars):
            axes = grid.flat[number]
            _bars(axes, pair, order)
            title = titles[number] if titles else found[number].outcome.label
            axes.set_title(panel_title(title, columns), fontsize=8.5)
        for axes in grid.flat[len(found) :]:
            axes.set_visible(False)
        places = np.arange(len(factors), dtype=np.float64)
        grid[0, 0].set_yticks(places, [factor_label(factors[place]) for place in order], fontsize=7.5)
        grid[0, 0].set_xlim(*limits)
        figure.supxlabel(axis, fontsize=9)
        handles = [
            Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=label)
            for (colour, hatch), label in zip(_LOOKS, labels, strict=True)
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=2, fontsize=8)
    return figure


def _bars(axes: Axes, pair: tuple[tuple[Floats, Floats], tuple[Floats, Floats]], order: NDArray[np.intp]) -> None:
    places = np.arange(len(order), dtype=np.float64)
    for side, ((values, halves), (colour, hatch)) in enumerate(zip(pair, _LOOKS, strict=True)):
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
