"""Maps of counties: true change, observed change and the gap, against the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from sim.counties import Counties
from sim.figure_data import LEAST_EVENTS, county_changes
from sim.figures import GREY, Drawn, new_figure, save, short
from sim.labels import FAMILIES, LABELS
from sim.measures import Results
from sim.wording import MINUS, number_text

Floats = NDArray[np.float64]
COLOURS = "PuOr_r"
MOST_SQUARES_WITH_NUMBERS = 8
FEW = "#B5B5B5"
PANELS = ("True change", "Observed change", "Gap: observed minus true")
_HIDDEN: dict[str, Any] = {"facecolor": "#EFEFEF", "edgecolor": GREY, "hatch": "xxxx", "linewidth": 0.3}


def draw_maps(results: Results, folder: Path) -> list[Drawn]:
    """Draw a map of violent and one of property crime; none where counties have no place."""
    place = positions(results.counties)
    return [] if place is None else [_draw_map(results, folder, family, place) for family in FAMILIES]


def positions(counties: Counties) -> tuple[Floats, Floats, bool] | None:
    """Return where each county is drawn (x, y) and whether in a grid of squares, or None if unknown."""
    if (counties.row >= 0).all() and (counties.column >= 0).all():
        return counties.column.astype(np.float64), counties.row.astype(np.float64), True
    if np.isfinite(counties.latitude).any():
        return counties.longitude, counties.latitude, False
    return None


def _draw_map(results: Results, folder: Path, family: str, place: tuple[Floats, Floats, bool]) -> Drawn:
    others = results.others
    changes = {name: county_changes(results, name, family) for name in others}
    values = {name: (it.true, it.observed, it.gap) for name, it in changes.items()}
    limit = _limit(np.concatenate([panel for panels in values.values() for panel in panels]))
    figure = new_figure(8.2, 1.1 + (2.85 if place[2] else 1.7) * len(others))
    panels = figure.subplots(len(others), 3, squeeze=False)
    for row, name in enumerate(others):
        for column, title in enumerate(PANELS):
            axes = panels[row, column]
            axes.set_title(f"{short(results.title(name), 80)}\n{title}" if column == 0 else f"\n{title}")
            drawn = _counties(axes, place, values[name][column], results.counties.agents, limit)
    bar = figure.colorbar(drawn, ax=panels, location="bottom", shrink=0.5, aspect=40, pad=0.02)
    bar.set_label(f"{LABELS[family]}: change against the reference (%), gap (percentage points)")
    hidden = f"fewer than {LEAST_EVENTS} offences in the reference"
    cross = Line2D([], [], label=hidden, color=FEW, marker="x", linestyle="none", markersize=4)
    handles: list[Artist] = [Patch(label=hidden, **_HIDDEN) if place[2] else cross]
    figure.legend(handles=handles, loc="outside lower center")
    save(figure, folder, f"map_{family}")
    return Drawn(f"map_{family}", f"Map: {LABELS[family].lower()}", _caption(results, family, place[2]))


def _caption(results: Results, family: str, squares: bool) -> str:
    form = (
        "Each square is a county of the grid."
        if squares
        else "Each triangle is a county, its area its people; it points up for more and down for less."
    )
    hidden = "Hatched" if squares else "Crosses"
    return (
        f"{LABELS[family]} by county, {results.window}, all replications together, against "
        f"{results.title(results.reference)}. {form} Orange: more, purple: less; white: no change; colours end at the "
        f"95th percentile. {hidden}: fewer than {LEAST_EVENTS} true or recorded offences in the reference, summed over "
        "replications, so no change is shown. Single counties are less certain than the whole."
    )


def _limit(values: Floats) -> float:
    """Return where colours end: the 95th percentile of sizes, so that one county does not fade the rest."""
    sizes = np.abs(values[np.isfinite(values)])
    return max(float(np.quantile(sizes, 0.95)), 0.1) if len(sizes) else 1.0


def _counties(axes: Axes, place: tuple[Floats, Floats, bool], values: Floats, agents: Any, limit: float) -> Any:
    x, y, squares = place
    shown = np.isfinite(values)
    scale = Normalize(-limit, limit)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if squares:
        for k in np.flatnonzero(~shown):
            axes.add_patch(Rectangle((x[k] - 0.48, y[k] - 0.48), 0.96, 0.96, **_HIDDEN))
        boxes = [Rectangle((x[k] - 0.48, y[k] - 0.48), 0.96, 0.96) for k in np.flatnonzero(shown)]
        drawn = PatchCollection(boxes, cmap=COLOURS, norm=scale, edgecolor=GREY, linewidth=0.4)
        drawn.set_array(values[shown])
        axes.add_collection(drawn)
        _write_values(axes, x[shown], y[shown], values[shown], limit)
        axes.set(xlim=(-0.6, x.max() + 0.6), ylim=(y.max() + 0.6, -0.6), aspect="equal")
        return drawn
    return _dots(axes, place, values, agents, scale)


def _write_values(axes: Axes, x: Floats, y: Floats, values: Floats, limit: float) -> None:
    """Write each value into its square, or only a sign where squares are small, so that grey print tells the sign."""
    across = max(float(x.max()), float(y.max())) + 1 if len(x) else 1.0
    roomy = across <= MOST_SQUARES_WITH_NUMBERS
    for left, top, value in zip(x, y, values, strict=True):
        sign = number_text(value, 0 if limit >= 10 else 1, signed=True)
        text = sign if roomy else sign[0] if sign[0] in (MINUS, "+") else ""
        colour = "white" if abs(value) > 0.55 * limit else "black"
        axes.text(left, top, text, ha="center", va="center", color=colour, fontsize=min(7.5, 44 / across))


def _dots(axes: Axes, place: tuple[Floats, Floats, bool], values: Floats, agents: Any, scale: Normalize) -> Any:
    x, y, _ = place
    shown = np.isfinite(values)
    mainland = (x > -130) & (y > 22) & (y < 50)
    keep = mainland if mainland.any() else np.isfinite(x)
    size = 60.0 * agents / np.quantile(agents, 0.995)
    area = np.clip(size, 1.5, 90.0)
    few = keep & ~shown
    axes.scatter(x[few], y[few], s=2.0, c=FEW, marker="x", linewidths=0.4)
    order = np.flatnonzero(keep & shown)
    order = order[np.argsort(-area[order], kind="stable")]
    look: dict[str, Any] = {"cmap": COLOURS, "norm": scale, "edgecolors": GREY, "linewidths": 0.2}
    for marker, chosen in (("^", order[values[order] >= 0]), ("v", order[values[order] < 0])):
        drawn = axes.scatter(x[chosen], y[chosen], s=area[chosen], c=values[chosen], marker=marker, **look)
    axes.set_aspect(1 / np.cos(np.deg2rad(float(np.mean(y[keep])))))
    return drawn
