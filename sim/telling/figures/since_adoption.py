"""Crime by the time since a program began in each county, so that programs with other calendars can be compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.running.measures import BOOKS, ComparisonRuns
from sim.telling.doubt_wording import over_what
from sim.telling.figures.colours import GREY
from sim.telling.figures.courses import (
    BOOK_STYLES,
    PANELS_ACROSS,
    book_legend,
    course_sheet,
    label_left,
    one_scale,
    share_strip,
    title_panel,
)
from sim.telling.figures.since_adoption_data import Since, since_adoption
from sim.telling.figures.style import Drawn, save_both, true_minus
from sim.telling.wording import number_text, reference_text

NAME = "crime_since_adoption"


def draw_since_adoption(results: ComparisonRuns, folder: Path) -> list[Drawn]:
    """Draw the change of both books by half-years since each county's program began; none where no program differs.

    Crime by county and month is read from the table ``crime`` of the comparison in ``folder``.
    """
    found = since_adoption(folder / "crime.parquet", results)
    if not found:
        return []
    narrow = save_both(lambda width: _figure(results, found, width), folder, NAME)
    caption = (
        f"All index crime in the counties that the program reaches, change against {reference_text(results)} in %, by "
        "half-years since it began in each county; marks before 0 tell what other counties' programs change there. "
        f"Mean of paired differences and 95 % interval over {over_what(results)}. Below: "
        "share of the people in those counties whom a half-year covers; half-years that cover fewer than half are not "
        "drawn, for then other counties answer than before."
    )
    alt = " ".join(_in_words(results, name, it) for name, it in found.items())
    return [Drawn(NAME, "Crime since each county's program began", caption, alt, narrow)]


def _in_words(results: ComparisonRuns, name: str, since: Since) -> str:
    last = int(np.flatnonzero(since.shown)[-1])
    true, seen = (number_text(float(since.bands[book].estimate[last]), 1, signed=True) for book in BOOKS)
    years = number_text(since.middle[last] + 0.25, 1)
    return f"{results.title(name)}, up to {years} years after it began: true crime {true} %, observed crime {seen} %."


def _figure(results: ComparisonRuns, found: dict[str, Since], width: float) -> Figure:
    sheet = course_sheet(len(found), PANELS_ACROSS, width, foot=0.44)
    panels = list(sheet.panels.flat)[: len(found)]
    first = min(float(it.middle[it.shown][0]) for it in found.values())
    last = max(float(it.middle[it.shown][-1]) for it in found.values())
    for axes, strip, (name, since) in zip(panels, sheet.strips.flat, found.items(), strict=False):
        _panel(axes, since)
        axes.set_xlim(first - 0.4, last + 0.4)
        share_strip(strip, since.middle[since.shown], 100 * since.covered[since.shown])
        strip.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        true_minus(strip.xaxis)
        title_panel(axes, results.title(name))
    one_scale(panels)
    for strip in list(sheet.strips.flat)[max(0, len(found) - sheet.panels.shape[1]) : len(found)]:
        strip.set_xlabel("Years since the program began")
    label_left(sheet, "Change (%)")
    book_legend(sheet.figure, width, "people covered (%)")
    return sheet.figure


def _panel(axes: Axes, since: Since) -> None:
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=":")
    for book, look in BOOK_STYLES.items():
        band, at = since.bands[book], since.middle + (0.04 if book == "recorded" else -0.04)
        shown = since.shown
        marks = {"marker": "o" if book == "occurred" else "s", "markersize": 4}
        for part in (shown & (since.middle < 0), shown & (since.middle > 0)):
            axes.plot(at[part], band.estimate[part], **{**look, "linewidth": 1.2, **marks})
        axes.vlines(at[shown], band.low[shown], band.high[shown], color=look["color"], linewidth=1.2)
    axes.tick_params(labelbottom=False)
