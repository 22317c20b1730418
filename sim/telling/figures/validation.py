"""The figure of a validation: what was published and what worlds give, on a common scale."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.evidence.figures import Figure as Published
from sim.analysis.evidence.judging import Row
from sim.analysis.evidence.validation import Validation
from sim.analysis.statistics import t_quantile
from sim.telling.figures.colours import BLACK, GREY, PUBLISHED
from sim.telling.figures.style import NARROW, Drawn, new_figure, save_both, short, style
from sim.telling.wording import MINUS

NAME = "validation"
LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "target": ("target", {"color": BLACK, "marker": "o"}),
    "validation": ("kept for validation", {"color": BLACK, "marker": "D", "markerfacecolor": "white"}),
    "at_most": ("upper bound", {"color": GREY, "marker": "v"}),
    "alternative": ("other reading", {"color": GREY, "marker": "s", "markerfacecolor": "white"}),
    "input": ("input", {"color": BLACK, "marker": "x"}),
}
"""What each role is called, and how it looks."""
SHOWN = ("target", "validation", "at_most", "alternative")
BAND, LARGEST_Z, LARGEST_PERCENT = 10.0, 6.0, 60.0
"""Percent that is shaded where no error was published; and what lies farther off is drawn at the edge."""
_ROW, _ABOVE, _EDGE = 0.215, 1.25, 0.03


class Point(NamedTuple):
    """One row: a label, the role, and the simulated value with its half-width and the published range, to a scale."""

    label: str
    role: str
    value: float
    half: float
    low: float
    high: float


def draw_validation(validation: Validation, folder: Path) -> Drawn:
    """Draw figures with a published error in standard errors, and the others in percent of what was published."""
    pairs = [pair for role in SHOWN for pair in validation.of_role(role)]
    with_error = [_in_errors(figure, row) for figure, row in pairs if math.isfinite(row.z)]
    without = [_in_percent(figure, row) for figure, row in pairs if not math.isfinite(row.z) and row.published != 0]
    panels = [
        (with_error, "With a published standard error", f"Simulated {MINUS} published, in standard errors", LARGEST_Z),
        (without, "Without one", f"Simulated {MINUS} published, in % of what was published", LARGEST_PERCENT),
    ]
    panels = [panel for panel in panels if panel[0]]
    with style():
        narrow = save_both(lambda width: _figure(panels, width), folder, NAME)
    return Drawn(
        NAME,
        "Published figures and what simulated worlds give",
        f"Marks: mean over {len(validation.worlds)} worlds with its 95 % interval, for their luck. Shaded: two "
        f"published standard errors to both sides; without one, the published range, or {BAND:.0f} % to both sides "
        "where there is none (for upper bounds, all below). What lies beyond the scale stands at its edge, with its "
        "number. Inputs, with which agreement proves nothing, are left out.",
        narrow=narrow,
    )


def _figure(panels: Sequence[tuple[list[Point], str, str, float]], width: float) -> Figure:
    """Draw the panels below each other: points, title, scale and the largest value that is drawn of each."""
    rows, is_narrow = [len(points) + 1 for points, *_ in panels] or [1], width <= NARROW
    deep = _ROW * sum(rows) * (1.25 if is_narrow else 1.0)
    figure = new_figure(width, _ABOVE + 0.55 * len(rows) + deep)
    grid = figure.subplots(len(rows), 1, squeeze=False, gridspec_kw={"height_ratios": rows})[:, 0]
    for axes, (points, title, scale, largest) in zip(grid, panels, strict=False):
        _draw(axes, points, largest)
        axes.set_title(title)
        axes.set_xlabel(textwrap.fill(scale, 34) if is_narrow else scale)
        if is_narrow:
            labels = [textwrap.fill(point.label, 30) for point in points]
            axes.set_yticks(range(len(points)), labels, fontsize=6.5)
    if not panels:
        grid[0].set_axis_off()
        grid[0].text(0.5, 0.5, "No figure but inputs is given by these worlds.", ha="center", va="center")
    roles = [role for role in SHOWN if any(point.role == role for points, *_ in panels for point in points)]
    columns = 2 if is_narrow else len(roles) + 1
    figure.legend(handles=_handles(roles), loc="outside upper center", ncols=columns, fontsize=8.5)
    return figure


def _in_errors(figure: Published, row: Row) -> Point:
    return Point(_label(figure), row.role, (row.simulated - row.published) / row.se, _half(row) / row.se, -2, 2)


def _in_percent(figure: Published, row: Row) -> Point:
    scale = 100 / abs(row.published)
    low, high = -BAND, BAND
    if math.isfinite(figure.low):
        low, high = (scale * (end - row.published) for end in (figure.low, figure.high))
    if row.role == "at_most":
        low, high = -math.inf, 0.0
    return Point(_label(figure), row.role, scale * (row.simulated - row.published), scale * _half(row), low, high)


def _half(row: Row) -> float:
    return t_quantile(row.worlds - 1) * row.mc_error if row.worlds > 1 else 0.0


def _label(figure: Published) -> str:
    return f"{short(figure.what, 62)}  {figure.number}"


def _draw(axes: Axes, points: Sequence[Point], largest: float) -> None:
    axes.axvline(0, color=BLACK, linewidth=0.8, zorder=1)
    for place, point in enumerate(points):
        low, high = max(point.low, -largest), min(point.high, largest)
        axes.barh(place, high - low, left=low, height=0.72, color=PUBLISHED, linewidth=0, zorder=0.5)
        look = {"markersize": 4.4, "linestyle": "none", "elinewidth": 1.2, **LOOKS[point.role][1]}
        at = max(min(point.value, largest), -largest)
        axes.errorbar(at, place, xerr=None if at != point.value else point.half, **look, zorder=2)
        if at != point.value:
            inward = _EDGE * largest * (-1 if at > 0 else 1)
            text = f"{point.value:+.0f}".replace("-", MINUS)
            axes.text(at + inward, place, text, ha="right" if at > 0 else "left", va="center", fontsize=8)
    axes.set_yticks(range(len(points)), [point.label for point in points], fontsize=8)
    axes.set_ylim(len(points) - 0.4, -0.6)
    axes.set_xlim(-1.04 * largest, 1.04 * largest)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _handles(roles: Sequence[str]) -> list[Any]:
    marks = [Line2D([], [], linestyle="none", markersize=5, label=LOOKS[role][0], **LOOKS[role][1]) for role in roles]
    return [*marks, Patch(color=PUBLISHED, label="published")]
