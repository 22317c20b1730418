"""Maps of counties: true change, observed change and the gap, against the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from sim.running.measures import ComparisonRuns
from sim.telling.doubt_wording import over_what
from sim.telling.figures.colours import BLACK, GREY, MORE_OR_LESS
from sim.telling.figures.data import LEAST_EVENTS, CountyEstimates, county_changes, county_estimates, limit_of
from sim.telling.figures.map_places import Places, places_of
from sim.telling.figures.style import (
    NARROW,
    Drawn,
    Margins,
    new_figure,
    note_above,
    save,
    save_both,
    sheet_of,
    short,
    true_minus,
)
from sim.telling.wording import MINUS, number_text, reference_text
from sim.words.labels import FAMILIES, LABELS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
USUAL_WIDTH = 2.6
"""Inches across a panel, where three stand side by side."""
LARGEST_AREA = 60.0
"""Square points of a county larger than all but one in two hundred, in a panel of usual width."""
SMALLEST_NUMBERS = 5.0
"""Size in points below which numbers in squares give way to signs."""
TALLEST, BESIDE = 1.5, 1.8
"""Inches: the height of a small map, and the room at its right that holds a legend."""
PANELS = ("True change", "Observed change", "Gap: observed minus true")
FORM_OF_POINTS = (
    "Each mark is a county, its area its people; it points up for more and down for less, and is round for no change."
)
COLOURS_IN_WORDS = (
    "Brown: more, green: less; white: no change; colours end at a change that counties of 5 % of people exceed"
)
_HIDDEN: dict[str, Any] = {"facecolor": "#EFEFEF", "edgecolor": GREY, "hatch": "xxxx", "linewidth": 0.3}
FEW_COLOUR = "#BDBDBD"
_CORNERS = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
HOLLOW: dict[str, Any] = {"facecolors": "none", "edgecolors": "#A8A8A8", "linewidths": 0.25}


@dataclass(frozen=True)
class Look:
    """How the values of a panel become colours and sizes.

    Attributes
    ----------
    colours : str
        Name of the colour map.
    scale : Normalize
        Which values the colours run over.
    signed : bool
        Whether values are changes, told apart by sign in form as well as colour.
    width : float
        Inches across a panel, which sizes of marks and numbers follow.
    """

    colours: str
    scale: Normalize
    signed: bool
    width: float = USUAL_WIDTH


def look_of_changes(values: Floats, agents: Integers, width: float = USUAL_WIDTH) -> Look:
    """Return the look of changes, float64[..., K], on one scale around 0 for all of them."""
    limit = limit_of(np.abs(values), agents)
    return Look(MORE_OR_LESS, Normalize(-limit, limit), True, width)


def draw_map(results: ComparisonRuns, folder: Path) -> list[Drawn]:
    """Draw the map of the page: all index crime, a row for each scenario on one scale; none where no place is known."""
    places = places_of(results.counties)
    if places is None:
        return []
    found = {name: county_estimates(results, name) for name in results.others}
    narrow = save_both(lambda width: _small_maps(results, found, places, width), folder, "map")
    form = "Each square is a county of the grid." if places.squares else FORM_OF_POINTS
    caption = (
        f"All index crime by county, {results.window}, against {reference_text(results)}, on one scale. {form} "
        f"{COLOURS_IN_WORDS}. Black edge: counties that get a program. Without colour: 0 lies within the 95 % interval "
        f"over {over_what(results)}. {few_in_words(places)}: fewer than {LEAST_EVENTS} true "
        f"or recorded offences in the reference.{missing_in_words(places)}"
    )
    alt = " ".join(_counted(results, name, it) for name, it in found.items())
    return [Drawn("map", "Where: county by county", caption, alt, narrow)]


def _counted(results: ComparisonRuns, name: str, found: CountyEstimates) -> str:
    """Return in a sentence in how many counties crime moves which way, beyond chance."""
    counts = [
        (
            int((found.clear[book] & (found.values[book] > 0)).sum()),
            int((found.clear[book] & (found.values[book] < 0)).sum()),
        )
        for book in (0, 1)
    ]
    return (
        f"{results.title(name)}, of {len(found.marked):,} counties, {int(found.marked.sum()):,} with a program: true "
        f"crime is higher beyond chance in {counts[0][0]:,} and lower in {counts[0][1]:,}, observed crime higher in "
        f"{counts[1][0]:,} and lower in {counts[1][1]:,}."
    )


def _small_maps(results: ComparisonRuns, found: Mapping[str, CountyEstimates], places: Places, width: float) -> Figure:
    """Draw a row of three small maps for each scenario, with one bar of colours: at the right where there is room."""
    is_narrow, agents = width <= NARROW, results.counties.agents
    gap = 0.1 if is_narrow else 0.25
    most = (width - 0.1 - 2 * gap) / len(PANELS)
    each = min(most, TALLEST / places.height_share)
    side = width - 3 * each - 2 * gap - 0.05
    is_beside = side > BESIDE
    room = Margins(0.05, side if is_beside else 0.05, 0.62, 0.1 if is_beside else 0.62, gap, 0.34)
    sheet = sheet_of(len(PANELS) * len(found), len(PANELS), width, each * places.height_share, room)
    look = look_of_changes(np.array([it.values for it in found.values()]), agents, each)
    drawn: Any = None
    for row, (name, it) in zip(sheet.panels, found.items(), strict=True):
        for axes, values, clear in zip(row, it.values, it.clear, strict=True):
            drawn = draw_counties(axes, places, values, agents, look, clear, it.marked)
            axes.set_axis_off()  # nothing of it is seen, and to find that out takes a while
        note_above(row[0], short(results.title(name), 60), fontweight="bold")
    for axes, title in zip(sheet.panels[0], PANELS, strict=True):
        note_above(axes, title.split(":")[0] if is_narrow else title, 1.4, fontsize=8.5)
    _map_legend(sheet.figure, drawn, side if is_beside else 0.0)
    return sheet.figure


def _map_legend(figure: Figure, drawn: Any, side: float) -> None:
    """Draw the bar of colours and what edges mean: in ``side`` inches at the right, or below where that is 0."""
    width, height = figure.get_size_inches()
    box = (width - side + 0.35, height - 1.1, side - 0.6, 0.12) if side else (0.15, 0.42, 0.46 * width, 0.1)
    bar_axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    bar = figure.colorbar(drawn, cax=bar_axes, orientation="horizontal", extend="both")
    bar.set_label("change (%), gap (points)", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    true_minus(bar.ax.xaxis)
    handles = [Patch(facecolor="white", edgecolor=BLACK, linewidth=1.3, label="gets a program")]
    handles.append(Patch(facecolor="white", edgecolor=GREY, linewidth=0.4, label="0 within interval"))
    place: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1, 0)}
    if side:
        place = {"loc": "upper left", "bbox_to_anchor": ((width - side + 0.25) / width, (height - 1.65) / height)}
    figure.legend(handles=handles, fontsize=8, borderaxespad=0.3, **place)


def draw_maps(results: ComparisonRuns, folder: Path) -> list[Drawn]:
    """Draw a map of violent and one of property crime; none where counties have no place."""
    places = places_of(results.counties)
    return [] if places is None else [_draw_map(results, folder, family, places) for family in FAMILIES]


def _draw_map(results: ComparisonRuns, folder: Path, family: str, places: Places) -> Drawn:
    others = results.others
    changes = {name: county_changes(results, name, family) for name in others}
    values = {name: (it.true, it.observed, it.gap) for name, it in changes.items()}
    look = look_of_changes(np.array(list(values.values())), results.counties.agents)
    figure = new_figure(8.2, 1.1 + (2.85 if places.squares else 2.05) * len(others))
    panels = figure.subplots(len(others), 3, squeeze=False)
    for row, name in enumerate(others):
        for column, title in enumerate(PANELS):
            axes = panels[row, column]
            axes.set_title(f"{short(results.title(name), 80)}\n{title}" if column == 0 else f"\n{title}")
            drawn = draw_counties(axes, places, values[name][column], results.counties.agents, look)
    bar = figure.colorbar(drawn, ax=panels, location="bottom", shrink=0.5, aspect=40, pad=0.02, extend="both")
    bar.set_label(f"{LABELS[family]}: change against the reference (%), gap (percentage points)")
    handle = few_handle(places, f"fewer than {LEAST_EVENTS} offences in the reference")
    figure.legend(handles=[handle], loc="outside lower center")
    save(figure, folder, f"map_{family}")
    return Drawn(f"map_{family}", f"Map: {LABELS[family].lower()}", _caption(results, family, places))


def _caption(results: ComparisonRuns, family: str, places: Places) -> str:
    form = "Each square is a county of the grid." if places.squares else FORM_OF_POINTS
    return (
        f"{LABELS[family]} by county, {results.window}, all replications together, against "
        f"{reference_text(results)}. {form} {COLOURS_IN_WORDS}. {few_in_words(places)}: fewer than "
        f"{LEAST_EVENTS} true or recorded offences in the reference, summed over replications, so no change is shown. "
        f"Single counties are less certain than the whole.{missing_in_words(places)}"
    )


def few_handle(places: Places, label: str) -> Artist:
    """Return the entry of a legend for counties that are not shown."""
    if places.squares:
        return Patch(label=label, **_HIDDEN)
    return Line2D([], [], label=label, color=FEW_COLOUR, marker=".", linestyle="none", markersize=4)


def few_in_words(places: Places) -> str:
    """Return how counties that are not shown look."""
    return "Hatched" if places.squares else "Grey points"


def missing_in_words(places: Places) -> str:
    """Return a sentence on insets and counties that do not stand on the map, or nothing."""
    inset = " Alaska and Hawaii are drawn elsewhere and Alaska at about a third of the scale." if places.insets else ""
    missing = int((~places.drawn).sum())
    return inset + (f" Counties without a place on the map: {missing:,}." if missing else "")


def draw_counties(
    axes: Axes,
    places: Places,
    values: Floats,
    agents: Integers,
    look: Look,
    clear: Bools | None = None,
    marked: Bools | None = None,
) -> Any:
    """Draw the K counties of a panel; those whose value is nan look like no others.

    Where ``clear``, bool[K], is given and false, a county has no colour; where ``marked`` is given and true, a black
    edge. Returns what a colour bar can be made of.
    """
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_aspect("equal")
    coloured = np.isfinite(values) if clear is None else clear
    edged = np.zeros(len(values), dtype=bool) if marked is None else marked
    if places.squares:
        return _squares(axes, places, values, look, coloured, edged)
    return _points(axes, places, values, agents, look, coloured, edged)


def _squares(axes: Axes, places: Places, values: Floats, look: Look, coloured: Bools, edged: Bools) -> Any:
    x, y, shown = places.x, places.y, np.isfinite(values)
    for k in np.flatnonzero(~shown):
        axes.add_patch(Rectangle((x[k] - 0.48, y[k] - 0.48), 0.96, 0.96, **_HIDDEN))

    def boxes(which: Bools, half: float) -> Any:
        return np.stack([x, y], axis=1)[which][:, None] + half * _CORNERS

    drawn = PolyCollection(boxes(shown, 0.48), cmap=look.colours, norm=look.scale, edgecolor=GREY, linewidth=0.4)
    drawn.set_array(np.where(coloured, values, 0.0)[shown])
    axes.add_collection(drawn)
    edges = PolyCollection(boxes(edged, 0.44), facecolor="none", edgecolor=BLACK, linewidth=1.3, joinstyle="miter")
    axes.add_collection(edges)
    _write_values(axes, places, values, look, coloured)
    axes.set(xlim=(-0.6, x.max() + 0.6), ylim=(y.max() + 0.6, -0.6))
    return drawn


def _write_values(axes: Axes, places: Places, values: Floats, look: Look, coloured: Bools) -> None:
    """Write each value into its square, or only a sign where squares are small, so that grey print tells the sign."""
    size = min(7.5, 17 * look.width / (max(places.x.max(), places.y.max()) + 1))
    low, high = float(look.scale.vmin or 0.0), float(look.scale.vmax or 1.0)
    for k in np.flatnonzero(np.isfinite(values)):
        text = number_text(values[k], 0 if high >= 10 else 1, signed=look.signed)
        if size < SMALLEST_NUMBERS:
            text = text[0] if text[0] in (MINUS, "+") else ""
        dark = abs(values[k]) > 0.55 * high if look.signed else values[k] > 0.5 * (low + high)
        colour = "white" if dark and coloured[k] else "black"
        label = axes.text(places.x[k], places.y[k], text, ha="center", va="center", color=colour, fontsize=size)
        label.set_in_layout(False)  # it stays inside its square, and measuring hundreds takes as long as drawing them


def _points(
    axes: Axes, places: Places, values: Floats, agents: Integers, look: Look, coloured: Bools, edged: Bools
) -> Any:
    x, y = places.x, places.y
    shown = np.isfinite(values) & places.drawn
    few = places.drawn & ~shown
    large = LARGEST_AREA * (look.width / USUAL_WIDTH) ** 2
    area = np.clip(large * agents / np.quantile(agents, 0.995), large / 40, 1.5 * large)
    axes.scatter(x[few], y[few], s=large / 60, c=FEW_COLOUR, marker="o", linewidths=0, rasterized=True)
    order = np.argsort(-area, kind="stable")
    for marker, alike in _marks(values, look):
        hollow = order[(alike & shown & ~coloured)[order]]
        axes.scatter(x[hollow], y[hollow], s=area[hollow], marker=marker, rasterized=True, **HOLLOW)
    style: dict[str, Any] = {"cmap": look.colours, "norm": look.scale, "linewidths": 0.3 if edged.any() else 0.15}
    for marker, alike in _marks(values, look):
        full = order[(alike & shown & coloured)[order]]
        style["edgecolors"] = np.where(edged[full], BLACK, GREY) if edged.any() else GREY
        drawn = axes.scatter(x[full], y[full], s=area[full], c=values[full], marker=marker, rasterized=True, **style)
    _frames(axes, places)
    return drawn


def _marks(values: Floats, look: Look) -> tuple[tuple[str, Bools], ...]:
    """Return the marks of a panel, and which counties have each: bool[K]."""
    if not look.signed:
        return (("o", np.isfinite(values)),)
    return (("o", values == 0), ("^", values > 0), ("v", values < 0))


def _frames(axes: Axes, places: Places) -> None:
    """Draw the boxes of the insets, and leave as much room around the counties as their marks need."""
    for name, left, bottom, right, top in places.insets:
        axes.add_patch(
            Rectangle((left, bottom), right - left, top - bottom, fill=False, edgecolor=FEW_COLOUR, linewidth=0.5)
        )
        axes.text(left + 0.04, bottom + 0.02, name, ha="left", va="bottom", fontsize=5, color=GREY)
    x, y = places.x[places.drawn], places.y[places.drawn]
    edges = [(frame.left, frame.right, frame.bottom, frame.top) for frame in places.insets]
    west, east, south, north = zip(*edges, (x.min(), x.max(), y.min(), y.max()), strict=True)
    room = 0.03 * max(max(east) - min(west), max(north) - min(south), 0.1)
    axes.set(xlim=(min(west) - room, max(east) + room), ylim=(min(south) - room, max(north) + room))
