"""The break-even figure: how much reporting may be lost at each strength of deterrence before crime rises."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.sweep.break_even import COSTS, LESS, MORE, BreakEven, Weighed, break_even
from sim.analysis.sweep.outcomes import SweepRuns
from sim.telling.doubt_wording import over_each_point
from sim.telling.figures.colours import GREY, PARTS
from sim.telling.figures.style import NARROW, Drawn, new_figure

LOOKS: dict[Weighed, dict[str, Any]] = {
    "incidents": {"color": PARTS[0][0], "marker": "o", "label": "Number of index crimes unchanged"},
    "cost": {"color": GREY, "marker": "s", "linestyle": (0, (5, 2)), "label": "Cost of crime unchanged"},
}


def break_even_figure(runs: SweepRuns) -> tuple[Callable[[float], Figure], Drawn]:
    """Return what draws the figure of deterrence by the sensitivity of trust at a width, and what it shows."""
    found: list[BreakEven] = [break_even(runs, weighed) for weighed in LOOKS]
    told = Drawn("break_even", "The fall in reporting at which crime is unchanged", _caption(runs, found))
    return lambda width: _figure(found, width), told


def _figure(found: list[BreakEven], width: float) -> Figure:
    is_narrow = width <= NARROW
    figure = new_figure(width, 3.6 if is_narrow else 4.2)
    axes = figure.subplots()
    for lines in found:
        _draw(axes, lines)
    strength = "Strength of deterrence (share of offending that the full risk of removal prevents)"
    axes.set_xlabel(textwrap.fill(strength, 50) if is_narrow else strength)
    axes.set_ylabel("Fall in reporting by Hispanic victims\n(percentage points of incidents)")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.04)
    for at, words in ((0.97, "More crime with the program"), (0.05, "Less crime with the program")):
        side: dict[str, Any] = {"x": 0.02, "ha": "left"} if at > 0.5 else {"x": 0.98, "ha": "right"}
        behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
        axes.text(y=at, s=words, transform=axes.transAxes, color=GREY, va="center", zorder=5, bbox=behind, **side)
    figure.legend(loc="outside upper left", ncols=1 if is_narrow else 2, fontsize=8.5)
    return figure


def _draw(axes: Axes, found: BreakEven) -> None:
    there = [place for place, fall in enumerate(found.falls) if fall.estimate is not None]
    if not there:
        axes.plot([], [], **LOOKS[found.weighed])
        return
    strengths = found.deterrence[there]
    middle, low, high = (
        np.array([getattr(found.falls[place], name) or np.nan for place in there], dtype=np.float64)
        for name in ("estimate", "low", "high")
    )
    axes.plot(strengths, middle, **LOOKS[found.weighed])
    axes.fill_between(strengths, low, high, color=LOOKS[found.weighed]["color"], alpha=0.15, linewidth=0)


def _caption(runs: SweepRuns, found: list[BreakEven]) -> str:
    told = (
        "Above a line the program leaves more crime than there would be without it, below it less. The fall is that in "
        "the share of incidents against Hispanic people which police are told of, against the same world without the "
        f"program. Bands: 95 % intervals over {over_each_point(runs)}. Cost: {COSTS['violent']:,.0f} dollars of 2008 a "
        f"violent crime, {COSTS['property']:,.0f} a property crime (McCollister, French and Fang 2010, by the mix of "
        "recorded crimes, homicides as others)."
    )
    for lines in found:
        for reason, words in ((MORE, "more"), (LESS, "less")):
            places = [place for place, fall in enumerate(lines.falls) if fall.reason == reason]
            if places:
                at = ", ".join(f"{lines.deterrence[place]:g}" for place in places)
                told += (
                    f" {LOOKS[lines.weighed]['label']}: no point at {at}, where there is {words} at every fall tried."
                )
    return told
