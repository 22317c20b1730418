"""The figure of an identification: what a published design finds against what truly happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.analysis.calibration.identifying import Identified, Weighed
from sim.analysis.evidence.effects import EFFECTS
from sim.analysis.evidence.figures import Figure
from sim.scenario.calibration.identification import Identification
from sim.telling.figures.calibration import percent_axis
from sim.telling.figures.colours import BLACK, BLUE, SKY
from sim.telling.figures.style import Drawn, new_figure, save, short, style
from sim.telling.wording import number_text

MOST_DOTS = 3000
"""Emulated worlds drawn; more hide each other."""
_WIDTH = (0.5, 98.5)
"""Percentiles of emulated worlds that axes hold."""
_LIGHT = "#CFCFCF"


def draw_compatible(asked: Identification, found: Identified, finding: Figure, folder: Path) -> Drawn:
    """Draw a panel for each set of evidence."""
    with style():
        return _draw(asked, found, finding, folder)


def _draw(asked: Identification, found: Identified, finding: Figure, folder: Path) -> Drawn:
    count = len(found.sets)
    columns = min(2, count)
    rows = -(-count // columns)
    figure = new_figure(1.0 + 4.0 * columns, 1.0 + 3.1 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    effect = next(it for it in EFFECTS if it.name == asked.header.effect)
    for place, axes in enumerate(grid.flat):
        if place >= count:
            axes.set_visible(False)
            continue
        _panel(axes, asked, found, found.sets[place], finding)
        if place % columns == 0:
            axes.set_ylabel(f"true change (%):\n{effect.label}")
        if place >= count - columns:
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(f"what the published design finds ({finding.id}): {_unit(finding)}")
    _limits(grid[0][0], asked, found, finding)
    figure.legend(handles=_handles(), loc="outside upper center", ncols=4, handletextpad=0.3, columnspacing=1.2)
    save(figure, folder, "compatible_worlds")
    return Drawn(
        "compatible_worlds",
        "Worlds that are compatible with what was published",
        f"Horizontal: {finding.what}. Each dot is a world whose parameters were drawn from the priors and whose "
        "outcome is emulated; rings were simulated. Compatible: every figure of the set within two standard errors, "
        "those of the emulators among them. Bars at the right: 90 % and 50 % of the weight, and the median.",
    )


def _unit(finding: Figure) -> str:
    return "log points × 100" if _scale(finding) == 100 else finding.unit


def _scale(finding: Figure) -> float:
    return 100.0 if finding.unit == "log points" else 1.0


def _panel(axes: Axes, asked: Identification, found: Identified, weighed: Weighed, finding: Figure) -> None:
    scale, name = _scale(finding), asked.header.effect
    across, up = scale * found.emulated[finding.id], found.emulated[name]
    shown = np.arange(len(across)) < MOST_DOTS
    if finding.id in weighed.evidence.figures:
        half = 2 * finding.se
        axes.axvspan(scale * (finding.value - half), scale * (finding.value + half), color="#E4EEF5", zorder=0)
    axes.axhline(0, color=BLACK, linewidth=0.8)
    dots: dict[str, Any] = {"linestyle": "none", "marker": ".", "rasterized": True}
    for which, colour, size in ((~weighed.compatible, _LIGHT, 2.5), (weighed.compatible, SKY, 3.5)):
        axes.plot(across[shown & which], up[shown & which], color=colour, markersize=size, **dots)
    rings: dict[str, Any] = {"linestyle": "none", "marker": "o", "markerfacecolor": "none", "markeredgewidth": 0.9}
    simulated = scale * found.worlds.figures[finding.id], found.worlds.effects[name]
    for fits, colour, size in ((False, "#8A8A8A", 3.0), (True, BLACK, 4.2)):
        which = weighed.simulated_compatible == fits
        axes.plot(simulated[0][which], simulated[1][which], color=colour, markersize=size, **rings)
    _interval(axes, found, weighed, name)
    axes.set_title(short(weighed.evidence.name + _ids(weighed), 60), fontweight="bold")
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)


def _ids(weighed: Weighed) -> str:
    return f" ({', '.join(weighed.evidence.figures)})" if weighed.evidence.figures else " (the priors)"


def _interval(axes: Axes, found: Identified, weighed: Weighed, name: str) -> None:
    """Draw at the right edge how far the weight goes."""
    values = next(it.values for it in found.quantiles if (it.evidence, it.effect) == (weighed.evidence.name, name))
    low, inner_low, middle, inner_high, high = values
    bar: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "color": BLUE, "clip_on": False}
    axes.plot([1.02, 1.02], [low, high], linewidth=1.4, **bar)
    axes.plot([1.02, 1.02], [inner_low, inner_high], linewidth=4.0, solid_capstyle="butt", **bar)
    axes.plot([1.02], [middle], marker="o", markersize=5, **bar)
    told = f"90 %: {number_text(low, 1, True)} to {number_text(high, 1, True)} %"
    label = axes.text(0.98, 0.96, told, transform=axes.transAxes, ha="right", va="top", color=BLUE, fontweight="bold")
    label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 2})


def _limits(axes: Axes, asked: Identification, found: Identified, finding: Figure) -> None:
    """Let the axes, which all panels share, hold nearly all worlds."""
    wanted = (
        (_scale(finding) * found.emulated[finding.id], axes.set_xlim),
        (found.emulated[asked.header.effect], axes.set_ylim),
    )
    for values, setter in wanted:
        low, high = np.percentile(values, _WIDTH)
        margin = 0.12 * (high - low)
        setter(min(low, 0) - margin, max(high, 0) + margin)


def _handles() -> list[Line2D]:
    dots: dict[str, Any] = {"linestyle": "none", "marker": "."}
    rings: dict[str, Any] = {"linestyle": "none", "marker": "o", "markerfacecolor": "none"}
    return [
        Line2D([], [], color=_LIGHT, markersize=7, label="emulated world", **dots),
        Line2D([], [], color=SKY, markersize=8, label="compatible", **dots),
        Line2D([], [], color="#8A8A8A", markersize=3.5, label="simulated world", **rings),
        Line2D([], [], color=BLACK, markersize=4.5, label="simulated and compatible", **rings),
    ]
