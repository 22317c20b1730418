"""The figures of a calibration: what is left of the priors, how figures fit, and what it means for true effects."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import ndtri

from sim.analysis.calibration.outcome import Outcome, with_error
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.summary import TOLD, parameters_told
from sim.analysis.evidence.effects import EFFECTS
from sim.scenario.calibration.priors import Prior
from sim.telling.figures.colours import AFTER, BEFORE, BLACK, PUBLISHED
from sim.telling.figures.style import NARROW, Drawn, new_figure, save, save_both, short, style, true_minus

Floats = np.ndarray[Any, np.dtype[np.float64]]
MOST_SHOWN = 8
"""Parameters in the corner plot; more cannot be read."""
_BINS = 24
_SIDES: tuple[Literal["left", "center", "right"], ...] = ("left", "center", "right")
_SHOWN_DRAWS = 700


def draw_calibration(study: Study, outcome: Outcome, folder: Path) -> list[Drawn]:
    """Draw all figures of a calibration."""
    with style():
        return [draw_corner(study, outcome, folder), draw_fit(study, outcome, folder), draw_effects(outcome, folder)]


def chosen_parameters(study: Study, shares: Floats) -> list[int]:
    """Return the places of parameters worth showing, in their order: those most pinned or most tied to another."""
    told = parameters_told(study.priors, shares)
    ties = np.abs(np.corrcoef(ndtri(shares), rowvar=False)) if len(told) > 1 else np.ones((1, 1))
    np.fill_diagonal(ties, 0.0)
    interest = np.array([1 - it.ratio for it in told]) + ties.max(axis=0)
    return sorted(np.argsort(-interest, kind="stable")[:MOST_SHOWN].tolist())


def draw_corner(study: Study, outcome: Outcome, folder: Path) -> Drawn:
    """Draw the posterior of the most telling parameters, each alone and each pair."""
    places = chosen_parameters(study, outcome.draws.shares)
    count = len(places)
    scores = np.stack([_on_axis(prior, outcome.draws.shares[:, at]) for at, prior in enumerate(study.priors)], axis=1)
    figure = new_figure(1.0 + 1.35 * count, 0.9 + 1.2 * count)
    grid = figure.subplots(count, count, squeeze=False)
    for row, one in enumerate(places):
        for column, other in enumerate(places):
            axes = grid[row][column]
            if column > row:
                axes.set_visible(False)
                continue
            if row == column:
                _alone(axes, study, outcome, one)
            else:
                axes.plot(
                    scores[:_SHOWN_DRAWS, other],
                    scores[:_SHOWN_DRAWS, one],
                    linestyle="none",
                    marker=".",
                    markersize=2,
                    color=AFTER,
                    alpha=0.35,
                    rasterized=True,
                )
            _frame(axes, study, (row, column, count), (one, other))
    handles = [
        Line2D([], [], color=AFTER, label="after: draws from the posterior"),
        Line2D([], [], color=BEFORE, linestyle="--", label="before: the prior"),
    ]
    figure.legend(handles=handles, loc="upper right", bbox_to_anchor=(0.98, 0.98), fontsize=9.5)
    save(figure, folder, "corner")
    rest = len(study.priors) - count
    told = f" The {rest} others, less telling, are in parameters.csv." if rest else ""
    return Drawn(
        "corner",
        "What is left of the priors",
        "Each parameter alone (diagonal) and each pair: where points lie along a line, the figures fix a combination "
        f"and leave each of the two open. Axes span the priors.{told}",
    )


def _is_log(prior: Prior) -> bool:
    return prior.kind in ("log_uniform", "lognormal") and prior.low > 0


def _on_axis(prior: Prior, shares: Floats) -> Floats:
    """Return the values at some positions, or their logarithms where the prior is one of logarithms."""
    values = np.asarray(prior.quantile(shares))
    return np.log(values) if _is_log(prior) else values


def _alone(axes: Axes, study: Study, outcome: Outcome, place: int) -> None:
    prior = study.priors[place]
    low, high = _on_axis(prior, np.array([0.0, 1.0]))
    edges = np.linspace(low, high, _BINS + 1)
    values = _on_axis(prior, outcome.draws.shares[:, place])
    axes.hist(values, bins=edges.tolist(), density=True, histtype="stepfilled", color=AFTER, alpha=0.25)
    axes.hist(values, bins=edges.tolist(), density=True, histtype="step", color=AFTER, linewidth=1.2)
    before = _on_axis(prior, (np.arange(20_000) + 0.5) / 20_000)
    density, _ = np.histogram(before, bins=edges, density=True)
    axes.plot((edges[:-1] + edges[1:]) / 2, density, color=BEFORE, linestyle="--", linewidth=1.2)


def _ends(prior: Prior) -> tuple[list[float], list[str]]:
    """Return where an axis has its ticks, and what they say: both ends of the prior and the middle."""
    low, high = _on_axis(prior, np.array([0.0, 1.0])).tolist()
    places = [low, (low + high) / 2, high]
    return places, [f"{np.exp(it) if _is_log(prior) else it:.2g}" for it in places]


def _frame(axes: Axes, study: Study, at: tuple[int, int, int], places: tuple[int, int]) -> None:
    """Give a panel its limits and, at the left and below, its names."""
    row, column, count = at
    one, other = (study.priors[place] for place in places)
    axes.grid(False)
    ticks, words = _ends(other)
    axes.set_xlim(ticks[0], ticks[-1])
    axes.set_xticks(ticks, words if row == count - 1 else [""] * len(ticks))
    for label, side in zip(axes.get_xticklabels(), _SIDES, strict=True):
        label.set_horizontalalignment(side)
    axes.tick_params(labelsize=7)
    if row == count - 1:
        axes.set_xlabel(_named(other), fontsize=7.5)
    if row == column:
        axes.set_yticks([])
        axes.set_title(_named(one), fontsize=7.5, loc="left")
        return
    ticks, words = _ends(one)
    axes.set_ylim(ticks[0], ticks[-1])
    axes.set_yticks(ticks, words if column == 0 else [""] * len(ticks))
    if column == 0:
        axes.set_ylabel(_named(one), fontsize=7.5)


def _named(prior: Prior) -> str:
    """Return a parameter's name in two or three short lines."""
    first, *rest = prior.path.split(".")
    ratio = " (ratio)" if prior.times is not None else ""
    return f"{first}\n" + "\n".join(part.replace("_", " ") for part in rest) + ratio


def draw_fit(study: Study, outcome: Outcome, folder: Path) -> Drawn:
    """Draw how far figures lie from the published ones, in standard errors: posterior and its point."""
    narrow = save_both(lambda width: _fit(study, outcome, width), folder, "fit")
    return Drawn(
        "fit",
        "How the figures fit that weigh worlds",
        "Shaded: within two standard errors. A figure published without one is tolerated within a share of itself; see "
        "figures.csv. The point is one set of parameters that stands for all; each stroke is a run of it with other "
        "luck.",
        narrow=narrow,
    )


def _fit(study: Study, outcome: Outcome, width: float) -> Figure:
    targets = list(study.targets)
    figure = new_figure(width, 1.3 + 0.36 * len(targets))
    axes = figure.subplots()
    lines = np.arange(len(targets))[::-1]
    axes.axvspan(-2, 2, color=PUBLISHED, zorder=0, linewidth=0)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    for line, place in zip(lines.tolist(), range(len(targets)), strict=True):
        name, published = targets[place].id, outcome.published
        off = (outcome.predicted[name] - published.values[place]) / published.se[place]
        low, middle, high = np.quantile(off, [0.05, 0.5, 0.95])
        axes.plot([low, high], [line, line], color=AFTER, linewidth=2.4, solid_capstyle="butt")
        axes.plot([middle], [line], marker="o", color=AFTER, markersize=5)
        runs = (outcome.point.runs.figures[name] - published.values[place]) / published.se[place]
        axes.plot(runs, np.full(len(runs), line - 0.27), linestyle="none", marker="|", markersize=8, color=AFTER)
    axes.set_ylim(-0.7, len(targets) - 0.5)
    _label_lines(axes, lines.tolist(), [f"{it.id}  {short(it.what, 48)}" for it in targets], width)
    told = "simulated less published, in standard errors"
    axes.set_xlabel(textwrap.fill(told, 28) if width <= NARROW else told)
    true_minus(axes.xaxis)
    handles = [
        Line2D([], [], color=AFTER, marker="o", linewidth=2.4, label="posterior, 90 % (emulated)"),
        Line2D([], [], color=AFTER, marker="|", linestyle="none", markersize=8, label="its point, run again"),
        Patch(color=PUBLISHED, linewidth=0, label="published, two standard errors"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=1 if width <= NARROW else 3)
    return figure


def _label_lines(axes: Axes, lines: list[int], labels: list[str], width: float) -> None:
    """Write at the left what each line is, in a column that leaves room on a telephone."""
    is_narrow = width <= NARROW
    told = [textwrap.fill(it, 22) for it in labels] if is_narrow else labels
    axes.set_yticks(lines, told, fontsize=7 if is_narrow else 9)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)


def draw_effects(outcome: Outcome, folder: Path) -> Drawn:
    """Draw true effects before and after figures were looked at."""
    narrow = save_both(lambda width: _effects(outcome, width), folder, "effects")
    return Drawn(
        "effects",
        "What the program changes, before and after figures were looked at",
        "Over the county-months in which the program is in force, in percent of the same world without it. Thin lines "
        "hold 90 % of the draws, thick ones 50 %; marks are medians.",
        narrow=narrow,
    )


def _effects(outcome: Outcome, width: float) -> Figure:
    effects = [it for it in EFFECTS if it.name in outcome.effects]
    figure = new_figure(width, 1.3 + 0.42 * len(effects))
    axes = figure.subplots()
    axes.axvline(0, color=BLACK, linewidth=0.8)
    lines = np.arange(len(effects))[::-1].tolist()
    for line, effect in zip(lines, effects, strict=True):
        _interval(axes, outcome.before[effect.name], line + 0.14, BEFORE, "s")
        _interval(axes, with_error(outcome, effect.name, 0), line - 0.14, AFTER, "o")
    _label_lines(axes, lines, [it.label for it in effects], width)
    axes.set_xlabel("change with the program (%)")
    true_minus(axes.xaxis)
    handles = [
        Line2D([], [], color=BEFORE, marker="s", label="before: the priors"),
        Line2D([], [], color=AFTER, marker="o", label="after: the posterior"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=1 if width <= NARROW else 2)
    return figure


def _interval(axes: Axes, values: Floats, line: float, colour: str, marker: str) -> None:
    low, inner_low, middle, inner_high, high = np.quantile(values, TOLD)
    axes.plot([low, high], [line, line], color=colour, linewidth=1.2)
    axes.plot([inner_low, inner_high], [line, line], color=colour, linewidth=3.4, solid_capstyle="butt")
    axes.plot([middle], [line], marker=marker, color=colour, markersize=5)
