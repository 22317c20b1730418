"""The figure of an identification: what a published design finds against what truly happened."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.calibration.identifying import Identified, Weighed
from sim.analysis.evidence.effects import EFFECTS
from sim.analysis.evidence.figures import Figure as Published
from sim.scenario.calibration.identification import Identification
from sim.telling.figures.colours import BLACK, BOOKS, PUBLISHED
from sim.telling.figures.style import NARROW, Drawn, new_figure, save_both, short, style, true_minus
from sim.telling.wording import number_text

NAME = "compatible_worlds"
MOST_DOTS = 3000
"""Emulated worlds drawn; more hide each other."""
_WIDTH = (0.5, 98.5)
"""Percentiles of emulated worlds that axes hold."""
_OUT, _OUT_RING, _IN = "#D2D2D2", "#A6A6A6", "#5F5F5F"
_TRUE = BOOKS["occurred"]


def draw_compatible(asked: Identification, found: Identified, finding: Published, folder: Path) -> Drawn:
    """Draw a panel for each set of evidence."""
    with style():
        narrow = save_both(lambda width: _figure(asked, found, finding, width), folder, NAME)
    return Drawn(
        NAME,
        "Worlds that are compatible with what was published",
        f"Horizontal: {finding.what}. Each dot is a world whose parameters were drawn from the priors and whose "
        "outcome is emulated; rings were simulated. Compatible: every figure of the set within two standard errors, "
        "those of the emulators among them. Bars at the right: 90 % and 50 % of the weight, and the median.",
        narrow=narrow,
    )


def _figure(asked: Identification, found: Identified, finding: Published, width: float) -> Figure:
    count, is_narrow = len(found.sets), width <= NARROW
    columns = 1 if is_narrow else min(2, count)
    rows = -(-count // columns)
    figure = new_figure(width if columns > 1 or is_narrow else 5.0, 1.0 + (2.4 if is_narrow else 3.1) * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    effect = next(it for it in EFFECTS if it.name == asked.header.effect)
    for place, axes in enumerate(grid.flat):
        if place >= count:
            axes.set_visible(False)
            continue
        _panel(axes, asked, found, found.sets[place], finding)
        if place % columns == 0:
            axes.set_ylabel(textwrap.fill(f"true change (%): {effect.label}", 34), fontsize=8.5)
        if place >= count - columns:
            axes.tick_params(labelbottom=True)
            told = f"what the published design finds ({finding.id}): {_unit(finding)}"
            axes.set_xlabel(textwrap.fill(told, 38) if is_narrow else told, fontsize=8.5)
    _limits(grid[0][0], asked, found, finding)
    look: dict[str, Any] = {"handletextpad": 0.4, "columnspacing": 1.2, "fontsize": 8.5}
    figure.legend(handles=_handles(), loc="outside upper center", ncols=1 if is_narrow else 3, **look)
    return figure


def _unit(finding: Published) -> str:
    return "log points × 100" if _scale(finding) == 100 else finding.unit


def _scale(finding: Published) -> float:
    return 100.0 if finding.unit == "log points" else 1.0


def _panel(axes: Axes, asked: Identification, found: Identified, weighed: Weighed, finding: Published) -> None:
    scale, name = _scale(finding), asked.header.effect
    across, up = scale * found.emulated[finding.id], found.emulated[name]
    shown = np.arange(len(across)) < MOST_DOTS
    if finding.id in weighed.evidence.figures:
        low, high = (scale * (finding.value + side * finding.se) for side in (-2, 2))
        axes.axvspan(low, high, color=PUBLISHED, zorder=0, linewidth=0)
    axes.axhline(0, color=BLACK, linewidth=0.8)
    dots: dict[str, Any] = {"linestyle": "none", "marker": ".", "rasterized": True}
    for which, colour, size in ((~weighed.compatible, _OUT, 2.5), (weighed.compatible, _IN, 3.5)):
        axes.plot(across[shown & which], up[shown & which], color=colour, markersize=size, **dots)
    rings: dict[str, Any] = {"linestyle": "none", "marker": "o", "markerfacecolor": "white", "markeredgewidth": 0.9}
    simulated = scale * found.worlds.figures[finding.id], found.worlds.effects[name]
    for fits, colour, size in ((False, _OUT_RING, 3.0), (True, BLACK, 4.2)):
        which = weighed.simulated_compatible == fits
        axes.plot(simulated[0][which], simulated[1][which], color=colour, markersize=size, **rings)
    _interval(axes, found, weighed, name)
    axes.set_title(short(weighed.evidence.name + _ids(weighed), 60), fontweight="bold")
    true_minus(axes.xaxis)
    true_minus(axes.yaxis)


def _ids(weighed: Weighed) -> str:
    return f" ({', '.join(weighed.evidence.figures)})" if weighed.evidence.figures else " (the priors)"


def _interval(axes: Axes, found: Identified, weighed: Weighed, name: str) -> None:
    """Draw at the right edge how far the weight goes."""
    values = next(it.values for it in found.quantiles if (it.evidence, it.effect) == (weighed.evidence.name, name))
    low, inner_low, middle, inner_high, high = values
    bar: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "color": _TRUE, "clip_on": False}
    axes.plot([1.02, 1.02], [low, high], linewidth=1.4, **bar)
    axes.plot([1.02, 1.02], [inner_low, inner_high], linewidth=4.0, solid_capstyle="butt", **bar)
    axes.plot([1.02], [middle], marker="o", markersize=5, **bar)
    told = f"90 %: {number_text(low, 1, True)} to {number_text(high, 1, True)} %"
    label = axes.text(0.98, 0.96, told, transform=axes.transAxes, ha="right", va="top", color=_TRUE, fontweight="bold")
    label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 2})


def _limits(axes: Axes, asked: Identification, found: Identified, finding: Published) -> None:
    """Let the axes, which all panels share, hold nearly all worlds."""
    wanted = (
        (_scale(finding) * found.emulated[finding.id], axes.set_xlim),
        (found.emulated[asked.header.effect], axes.set_ylim),
    )
    for values, setter in wanted:
        low, high = np.percentile(values, _WIDTH)
        margin = 0.12 * (high - low)
        setter(min(low, 0) - margin, max(high, 0) + margin)


def _handles() -> list[Artist]:
    dots: dict[str, Any] = {"linestyle": "none", "marker": "."}
    rings: dict[str, Any] = {"linestyle": "none", "marker": "o", "markerfacecolor": "white"}
    return [
        Line2D([], [], color=_OUT, markersize=7, label="emulated, not compatible", **dots),
        Line2D([], [], color=_IN, markersize=8, label="emulated, compatible", **dots),
        Line2D([], [], color=_OUT_RING, markersize=3.5, label="simulated, not compatible", **rings),
        Line2D([], [], color=BLACK, markersize=4.5, label="simulated, compatible", **rings),
        Patch(color=PUBLISHED, linewidth=0, label="published, two standard errors"),
        Line2D([], [], color=_TRUE, marker="o", markersize=5, label="90 % and 50 % of the weight, median"),
    ]
