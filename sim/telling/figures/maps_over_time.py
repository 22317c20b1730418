"""Maps of counties over time, a row for each of true crime, observed crime and the distance between them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from sim.running.measures import ComparisonRuns
from sim.telling.figures.colours import GREY, LEVELS
from sim.telling.figures.data import LEAST_EVENTS, limit_of
from sim.telling.figures.map_data import (
    CLEAR,
    CountyMaps,
    Period,
    crime_by_period,
    maps_of_changes,
    maps_of_course,
    periods_of,
)
from sim.telling.figures.map_places import Places, places_of
from sim.telling.figures.maps import (
    COLOURS_IN_WORDS,
    FORM_OF_POINTS,
    USUAL_WIDTH,
    Look,
    draw_counties,
    few_handle,
    few_in_words,
    look_of_changes,
    missing_in_words,
)
from sim.telling.figures.style import Drawn, new_figure, save, short
from sim.telling.wording import MINUS, number_text, reference_text
from sim.words.labels import FAMILIES, LABELS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
WIDTH, NARROWEST, LOWEST = 11.0, 6.5, 1.45
NAMES_OF_CHANGES = ("True crime", "Observed crime", "Gap: observed\nminus true")
NAMES_OF_COURSE = ("True crime", "Observed crime", "Share of true crime\nnot observed")
FEW = f"fewer than {LEAST_EVENTS} true or recorded offences in a period"


@dataclass(frozen=True)
class Sheet:
    """What panels of one figure share.

    Attributes
    ----------
    places : Places
        Where the K counties are drawn.
    agents : int64[K]
        Simulated people.
    periods : tuple of Period
        P periods, a column each.
    reached : float64[T]
        Share of people whom programs reach, month by month.
    """

    places: Places
    agents: Integers
    periods: tuple[Period, ...]
    reached: Floats

    def panel_width(self, bars: int) -> float:
        """Return inches across a panel, beside the others and so many bars of colour."""
        width = (WIDTH - self.beside(bars)) / max(len(self.periods), 3)
        return min(width, USUAL_WIDTH) if self.places.squares else width

    @staticmethod
    def beside(bars: int) -> float:
        """Return the inches that names of rows and bars of colour take."""
        return 0.6 + 0.85 * bars

    @property
    def form(self) -> str:
        """What a county looks like, in words."""
        return "Each square is a county of the grid." if self.places.squares else FORM_OF_POINTS


@dataclass(frozen=True)
class RunMaps:
    """What the maps of a single run are drawn from: its title, and crime as from ``map_data.crime_by_period``."""

    title: str
    sheet: Sheet
    crime: Integers


@dataclass(frozen=True)
class _Row:
    """One row of panels: its name, a look for each column, and the unit beside each kind of look."""

    name: str
    looks: tuple[Look, ...]
    units: dict[str, str]


def draw_maps_over_time(results: ComparisonRuns, folder: Path) -> list[Drawn]:
    """Draw maps of changes against the reference over time, two for each other scenario; none without places.

    Crime by month is read from the table ``crime`` of the comparison in ``folder``.
    """
    places = places_of(results.counties)
    if places is None:
        return []
    periods = periods_of(results.months, results.evaluation.start)
    crime = crime_by_period(folder / "crime.parquet", results.counties.fips, periods, results.months)
    drawn = []
    for family in FAMILIES:
        others = results.references
        maps = {name: maps_of_changes(crime[name], crime[others[name]], family) for name in results.others}
        sheets = {
            name: Sheet(places, results.counties.agents, periods, results.evaluation.exposure[name]) for name in maps
        }
        width = sheets[results.others[0]].panel_width(bars=1)
        look = look_of_changes(np.array([it.values for it in maps.values()]), results.counties.agents, width)
        drawn += [_draw_changes(results, folder, family, name, maps[name], look, sheets[name]) for name in maps]
    return drawn


def _draw_changes(
    results: ComparisonRuns, folder: Path, family: str, name: str, maps: CountyMaps, look: Look, sheet: Sheet
) -> Drawn:
    units = ("change (%)", "change (%)", "percentage points")
    rows = [
        _Row(text, (look,) * len(sheet.periods), {look.colours: unit})
        for text, unit in zip(NAMES_OF_CHANGES, units, strict=True)
    ]
    title, reference = results.title(name), reference_text(results)
    heading = f"{LABELS[family]}: {short(title, 90)}, change against {short(reference, 90)}"
    figure = _panels(heading, rows, maps, sheet)
    file = f"map_over_time_{family}_{name}"
    save(figure, folder, file)
    text = (
        f"{LABELS[family]} by county and period, all replications together: {title} against {reference}. {sheet.form} "
        f"{COLOURS_IN_WORDS}, one scale for all panels and scenarios. Under each map: all counties together. Above, "
        "as reached: people in counties whose programs differ from the reference's (or, if none differ, that have any "
        "program but the Criminal Alien Program), on average over the period. "
        f"{few_in_words(sheet.places)}: {FEW} of the reference, on average over the periods and summed over "
        "replications, so no change is shown. Single counties are less certain than the whole."
        f"{missing_in_words(sheet.places)}"
    )
    return Drawn(file, f"Map over time: {LABELS[family].lower()}, {title}", text)


def draw_run_maps(run: RunMaps, folder: Path) -> list[Drawn]:
    """Draw maps of the course of a single run, one of violent and one of property crime."""
    return [_draw_course(run, folder, family) for family in FAMILIES]


def _draw_course(run: RunMaps, folder: Path, family: str) -> Drawn:
    sheet, first = run.sheet, run.sheet.periods[0].label
    maps = maps_of_course(run.crime, sheet.agents, sheet.periods, family)
    figure = _panels(f"{LABELS[family]}: {short(run.title, 120)}", _rows_of_course(maps, sheet), maps, sheet)
    file = f"map_over_time_{family}"
    save(figure, folder, file)
    text = (
        f"{LABELS[family]} by county and period in one run: {run.title}. First column: true and observed offences per "
        f"100,000 people and year, and the share of true offences that is not observed, in {first}. Other columns: "
        f"change of each county against its own {first}, rates in %, the share in percentage points. {sheet.form} "
        f"{COLOURS_IN_WORDS}. One scale for true and observed crime, one for the share. Without colour: changes within "
        f"{CLEAR:.0f} standard errors of counting ({_chance(LEAST_EVENTS):.0f} % is one such error with {LEAST_EVENTS} "
        f"offences a period, {_chance(1000):.0f} % with 1,000, {_chance(10_000):.0f} % with 10,000); luck alone still "
        "colours at least one county in twenty, as a period before any program shows. A comparison with replications "
        "tells policy from luck. Under each map: all counties together. Above, as reached: people in counties with any "
        f"program but the Criminal Alien Program, on average over the period. {few_in_words(sheet.places)}: {FEW}, on "
        f"average over the periods.{missing_in_words(sheet.places)}"
    )
    return Drawn(file, f"Map over time: {LABELS[family].lower()}", text)


def _chance(offences: int) -> float:
    """Return the standard error of a change between two periods of so many offences each, in %."""
    return float(100 * np.sqrt(2 / offences))


def _rows_of_course(maps: CountyMaps, sheet: Sheet) -> list[_Row]:
    """Return the rows of a single run: a level, then changes; true and observed crime share their looks."""
    rest, width = len(sheet.periods) - 1, sheet.panel_width(bars=2)
    rates, share = (_look_of_levels(maps.values[rows, 0], sheet.agents, width) for rows in ([0, 1], [2]))
    changes, points = (look_of_changes(maps.values[rows, 1:], sheet.agents, width) for rows in ([0, 1], [2]))
    per, percent = "per 100,000\nand year", "% of true crime"
    return [
        _Row(name, (level, *(look,) * rest), {level.colours: unit, look.colours: change})
        for name, level, unit, look, change in (
            (NAMES_OF_COURSE[0], rates, per, changes, "change (%)"),
            (NAMES_OF_COURSE[1], rates, per, changes, "change (%)"),
            (NAMES_OF_COURSE[2], share, percent, points, "percentage points"),
        )
    ]


def _look_of_levels(values: Floats, agents: Integers, width: float) -> Look:
    high = limit_of(values, agents)
    low = high - limit_of(high - np.minimum(values, high), agents)
    return Look(LEVELS, Normalize(low, high), False, width)


def _panels(title: str, rows: list[_Row], maps: CountyMaps, sheet: Sheet) -> Figure:
    """Draw three rows of panels, a column for each period."""
    count, width = len(sheet.periods), rows[0].looks[0].width
    across = max(NARROWEST, count * width + sheet.beside(bars=len(rows[0].units)))
    figure = new_figure(across, 3 * max(width * sheet.places.height_share + 0.2, LOWEST) + 1.0)
    figure.suptitle(textwrap.fill(title, int(12 * across)), x=0.01, ha="left")
    panels = figure.subplots(3, count, squeeze=False)
    for place, row in enumerate(rows):
        bars: dict[str, tuple[Any, list[Axes]]] = {}
        for column, look in enumerate(row.looks):
            axes, values, clear = panels[place, column], maps.values[place, column], maps.clear[place, column]
            drawn = draw_counties(axes, sheet.places, values, sheet.agents, look, clear)
            nation = _nation(maps.nation[place, column], look, row.units[look.colours])
            axes.set_xlabel(nation, fontsize=7.5, labelpad=1)
            bars.setdefault(look.colours, (drawn, []))[1].append(axes)
        panels[place, 0].set_ylabel(row.name, fontsize=9)
        for colours, (drawn, own) in bars.items():
            _bar(figure, drawn, own, row.units[colours])
    for axes, period in zip(panels[0], sheet.periods, strict=True):
        share = 100 * float(sheet.reached[period.first : period.end].mean())
        axes.set_title(f"{period.label}\nreached: {number_text(share, 0)} % of people", fontsize=8.5)
    figure.legend(
        handles=_legend(sheet.places, maps), loc="outside lower left", fontsize=7.5, ncols=5 if across > 9 else 2
    )
    return figure


def _bar(figure: Figure, drawn: Any, panels: list[Axes], unit: str) -> None:
    bar = figure.colorbar(drawn, ax=panels, location="right", shrink=0.8, aspect=14, pad=0.01, extend="both")
    bar.set_label(unit, fontsize=7.5)
    bar.ax.tick_params(labelsize=7)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}".replace("-", MINUS)))


def _legend(places: Places, maps: CountyMaps) -> list[Artist]:
    few, unclear = few_handle(places, f"{FEW}: not shown"), bool((maps.shown & ~maps.clear).any())
    unclear_text = f"change within {CLEAR:.0f} standard errors of counting"
    if places.squares:
        return [few, *([Patch(facecolor="white", edgecolor=GREY, label=unclear_text)] if unclear else [])]
    marks = [("^", GREY, "more"), ("v", GREY, "less")]
    marks += [("o", "white", "no change")] if (maps.values == 0).any() else []
    marks += [("^", "none", unclear_text)] if unclear else []
    look: dict[str, Any] = {"linestyle": "none", "markersize": 5, "markeredgecolor": GREY, "markeredgewidth": 0.5}
    return [*(Line2D([], [], marker=mark, markerfacecolor=fill, label=text, **look) for mark, fill, text in marks), few]


def _nation(value: float, look: Look, unit: str) -> str:
    """Return what all counties together show, in words."""
    if not np.isfinite(value):
        return ""
    text = number_text(value, 1 if look.signed or abs(value) < 100 else 0, signed=look.signed)
    mark = "points" if "points" in unit else "%" if "%" in unit else "per 100,000"
    return f"all counties: {text} {mark}"
