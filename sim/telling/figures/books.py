"""The two books of one run over time: crime that happened, crime that police recorded, and whom programs reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.analysis.statistics import centred_sums
from sim.running.measures import ComparisonRuns
from sim.telling.figures.colours import SHADE
from sim.telling.figures.courses import BOOK_STYLES, SMOOTHING, share_strip, year_ticks
from sim.telling.figures.data import SMOOTHING_MONTHS, Floats, years_of
from sim.telling.figures.style import WIDE, Drawn, Margins, note_above, save, sheet_of
from sim.telling.wording import number_text
from sim.words.labels import FAMILIES, LABELS

NAME = "books_over_time"


def draw_books(results: ComparisonRuns, folder: Path) -> Drawn:
    """Draw true and recorded crime of the only run in ``results``, violent beside property crime."""
    rates = {(family, book): _rates(results, family, book) for family in FAMILIES for book in BOOK_STYLES}
    save(_figure(results, rates), folder, NAME)
    told = ", ".join(
        f"{LABELS[family].lower()} {number_text(rates[family, 'occurred'][-1], 0)} happened and "
        f"{number_text(rates[family, 'recorded'][-1], 0)} recorded"
        for family in FAMILIES
    )
    return Drawn(
        NAME,
        "The two books over time",
        f"Crimes per 100,000 people and year, in {SMOOTHING}, one run. Between the lines lies what police never wrote "
        "down. Below: share of people in counties with any program but the Criminal Alien Program.",
        f"At the end, per 100,000 people and year: {told}.",
    )


def _rates(results: ComparisonRuns, family: str, book: str) -> Floats:
    """Return a book of a run per 100,000 people and year in centred windows: float64[T]."""
    (runs,) = results.runs.values()
    counts = runs[0].crimes(family, book)
    months = centred_sums(np.ones(len(counts)), SMOOTHING_MONTHS)
    return np.asarray(12e5 * centred_sums(counts, SMOOTHING_MONTHS) / (months * runs[0].persons), dtype=np.float64)


def _figure(results: ComparisonRuns, rates: dict[tuple[str, str], Floats]) -> Figure:
    room = Margins(0.85, 0.12, 0.6, 0.28, 0.6)
    sheet, years = sheet_of(len(FAMILIES), len(FAMILIES), WIDE, 1.9, room, 0.3), years_of(results.months)
    (reached,) = results.evaluation.exposure.values()
    for place, family in enumerate(FAMILIES):
        axes, strip = sheet.panels.flat[place], sheet.strips.flat[place]
        true, seen = (rates[family, book] for book in BOOK_STYLES)
        axes.fill_between(years, seen, true, color=SHADE, alpha=0.18, linewidth=0)
        for book, look in BOOK_STYLES.items():
            axes.plot(years, rates[family, book], **look, label=f"{LABELS[book]} crime" if place == 0 else None)
        axes.set_ylim(bottom=0)
        axes.tick_params(labelbottom=False)
        axes.set_xlim(years[0] - 1 / 24, years[-1] + 1 / 24)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        note_above(axes, LABELS[family], fontweight="bold")
        share_strip(strip, years, 100 * reached)
        strip.tick_params(axis="y", labelsize=7)
        year_ticks(strip, results)
    sheet.panels.flat[0].set_ylabel("Per 100,000 people a year")
    sheet.strips.flat[0].set_ylabel("reached\n(%)", fontsize=7)
    sheet.figure.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.1)
    return sheet.figure
