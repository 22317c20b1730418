"""Charts of the scaling, drawn from the lines of the table.

``python -m benchmarks.telling.charts ratios.json DIR`` draws them again from what ``python -m benchmarks --json``
printed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from benchmarks.measuring.timing import Spread
from benchmarks.measuring.whole_run import PARTS
from benchmarks.targets.nation import ONE, STREAMS, TABLES, TWO
from benchmarks.targets.speed import ENGINE
from benchmarks.telling.lines import Line, from_data
from sim.telling.figures.colours import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION
from sim.telling.figures.style import DOTS_PER_INCH, new_figure, style

MONTHS = 96
"""Seconds are shown for runs of so many months."""
MARKS = ((VERMILLION, "s"), (ORANGE, "^"), (GREEN, "D"), (PURPLE, "v"), (SKY, "P"), (BLACK, "X"), (GREY, "*"))
FILLS = dict(zip(PARTS, (("#D9D9D9", ""), (SKY, "...."), (ORANGE, "xxxx"), (BLUE, ""), (GREEN, "////")), strict=True))


class Series(NamedTuple):
    """One line of a chart."""

    name: str
    x: list[float]
    y: list[Spread]


def series_of(lines: Sequence[Line], chart: str) -> list[Series]:
    """Return the series of a chart, in the order in which the lines name them, each sorted along its axis."""
    found: dict[str, list[tuple[float, Spread]]] = {}
    for line in lines:
        if line.point is not None and line.point.chart == chart and line.value is not None:
            found.setdefault(line.point.series, []).append((line.point.x, line.value))
    sorted_points = {name: sorted(points, key=lambda point: point[0]) for name, points in found.items()}
    return [Series(name, [x for x, _ in points], [y for _, y in points]) for name, points in sorted_points.items()]


def plain(value: float, _: Any = None) -> str:
    """Return a number as a reader says it: 1,500, 10 million, 0.02."""
    if value >= 1e6:
        return f"{value / 1e6:,g} million"
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def clock(seconds: float, _: Any = None) -> str:
    """Return seconds as a reader says them: 5 ms, 1.5 s, 1,000 s."""
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:,.0f} s" if seconds >= 100 else f"{seconds:.3g} s"


def _sizes(axes: Axes, found: Sequence[Series]) -> None:
    """Write the sizes that were measured under the horizontal axis, and no others."""
    axes.xaxis.set_major_locator(FixedLocator(sorted({x for series in found for x in series.x})))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(plain))


def _logarithmic(axes: Axes, found: Sequence[Series], up: str, labels: Any = plain) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    _sizes(axes, found)
    axes.yaxis.set_major_formatter(FuncFormatter(labels))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("people, one agent each")
    axes.set_title(up)


def _curve(axes: Axes, series: Series, colour: str, marker: str, times: Sequence[float]) -> Any:
    """Draw medians with bars from the least to the greatest, multiplied point by point."""
    middle = [y.median * by for y, by in zip(series.y, times, strict=True)]
    below = [(y.median - y.low) * by for y, by in zip(series.y, times, strict=True)]
    above = [(y.high - y.median) * by for y, by in zip(series.y, times, strict=True)]
    ours = series.name == ENGINE
    return axes.errorbar(
        series.x,
        middle,
        yerr=[below, above],
        color=colour,
        marker=marker,
        markersize=6 if ours else 5,
        linewidth=2.4 if ours else 1.2,
        elinewidth=1.0,
        label=f"{series.name}, full model" if ours else series.name,
        zorder=3 if ours else 2,
    )


def draw_people(lines: Sequence[Line]) -> Figure | None:
    """Return cost against people, ours beside toys and peers; None without such lines."""
    found = series_of(lines, "people")
    if not found:
        return None
    figure = new_figure(9.6, 4.4)
    left, right = figure.subplots(1, 2)
    others = [series for series in found if series.name != ENGINE]
    looks = {ENGINE: (BLUE, "o"), **{it.name: mark for it, mark in zip(others, MARKS, strict=False)}}
    handles = []
    for series in found:
        handles.append(_curve(left, series, *looks[series.name], [1.0] * len(series.x)))
        _curve(right, series, *looks[series.name], [people * MONTHS / 1e9 for people in series.x])
    _logarithmic(left, found, "Nanoseconds for a person and month")
    _logarithmic(right, found, f"Time for {MONTHS} months at that pace", clock)
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def draw_events(lines: Sequence[Line]) -> Figure | None:
    """Return cost against events at equal people, and against people at equal events; None without such lines."""
    events, equal = series_of(lines, "events"), series_of(lines, "equal events")
    if not events or not equal:
        return None
    figure = new_figure(9.6, 3.8)
    left, right = figure.subplots(1, 2)
    for axes, series, across, title in (
        (left, events[0], "opportunities in a month", "Milliseconds for a month: the same people, more events"),
        (right, equal[0], "people", "Milliseconds for a month: the same events, more people"),
    ):
        _curve(axes, series, BLUE, "o", [1.0] * len(series.x))
        axes.set_xlim(0, 1.08 * max(series.x))
        axes.set_ylim(0, 1.25 * max(y.high for y in series.y))
        axes.xaxis.set_major_formatter(FuncFormatter(plain))
        axes.set_xlabel(across)
        axes.set_title(title)
    _sizes(right, equal)
    _allowed(right, equal[0])
    return figure


def _allowed(axes: Axes, series: Series) -> None:
    """Draw what 1.2 times for each doubling would be, from the first point on."""
    allowed = [series.y[0].median * 1.2**place for place in range(len(series.x))]
    axes.plot(series.x, allowed, color=GREY, linestyle=(0, (4, 2)), linewidth=1.2)
    axes.annotate("1.2 times at each doubling", (series.x[-1], allowed[-1]), (0, 5), ha="right", **_OFFSET)
    axes.set_ylim(0, 1.25 * max(*allowed, *(y.high for y in series.y)))


_OFFSET: dict[str, Any] = {"textcoords": "offset points", "color": GREY, "fontsize": 8}


def draw_nation(lines: Sequence[Line]) -> Figure | None:
    """Return the whole nation's seconds by part, beside the stream bound; None without such lines."""
    if not series_of(lines, "nation"):
        return None
    figure = new_figure(9.6, 3.0)
    axes = figure.subplots()
    names = [*STREAMS.values(), ONE, TWO, TABLES]
    for row, name in enumerate(names):
        end = _stack(axes, row, lines, name)
        axes.annotate(clock(end), (end, row), (4, 0), va="center", **{**_OFFSET, "color": BLACK})
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("seconds")
    axes.set_title(_nation_title(lines))
    handles, labels = axes.get_legend_handles_labels()
    found = dict(zip(labels, handles, strict=True))
    figure.legend(found.values(), found.keys(), loc="outside lower center", ncols=len(found))
    return figure


def _stack(axes: Axes, row: int, lines: Sequence[Line], name: str) -> float:
    """Draw the bar of a run, part after part, or of a bound; return where it ends."""
    end = 0.0
    for line in lines:
        if line.point is None or line.point.chart != "nation" or line.point.series != name or line.value is None:
            continue
        part = line.what.rpartition(": ")[2]
        colour, hatch = FILLS.get(part, (GREY, ""))
        label = part if part in FILLS else "stream bound"
        axes.barh(row, line.value.median, left=end, color=colour, hatch=hatch, edgecolor="white", label=label)
        end += line.value.median
    return end


def _nation_title(lines: Sequence[Line]) -> str:
    size = next((line.note.partition(";")[0] for line in lines if line.target == 3 and line.note), "")
    return f"A whole run by the clock: {size}"


CHARTS = {"speed_by_people": draw_people, "speed_by_events": draw_events, "speed_of_a_nation": draw_nation}


def draw_charts(lines: Sequence[Line], folder: Path) -> list[Path]:
    """Draw the charts that the lines suffice for into ``folder`` and return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with style():
        for name, draw in CHARTS.items():
            figure = draw(lines)
            if figure is not None:
                path = folder / f"{name}.png"
                figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
                written.append(path)
    return written


def main() -> None:
    content = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for path in draw_charts([from_data(line) for line in content["lines"]], Path(sys.argv[2])):
        print(path)


if __name__ == "__main__":
    main()
