"""What results come to in a sentence and at most six rows: how a notebook shows them before anything is asked of them.

Rows are told from tables that are on disk, or in memory, already; nothing is simulated or estimated for it.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.statistics import Estimate, percent_of_log
from sim.telling.estimates_wording import SHORT_LABELS, against, percent_text
from sim.telling.reports.comparison_short import CHOSEN, GAP, books_part
from sim.telling.reports.sweep_wording import answer, spread_lines
from sim.telling.wording import NOTHING, change_text, level_text, number_text

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.sweep.outcomes import SweepRuns

MOST_ROWS = 6
Found = Mapping[tuple[str, str, str], Estimate]
OF_A_RUN = (
    ("occurred_total", "all", "Index crimes that happened"),
    ("recorded_total", "all", "Index crimes that police recorded"),
    ("reporting_total", "hispanic", "Reported, of those against Hispanic people"),
    ("reporting_total", "other", "Reported, of those against everyone else"),
    ("detainers", "all", "Detainers issued"),
    ("removed", "all", "Removals"),
)
"""Measures of a run, and what they are called."""


class Short(NamedTuple):
    """A sentence and a small table; the first head stands over the labels.

    ``rest`` is how many rows of the same kind are left out.
    """

    headline: str
    heads: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    rest: int = 0


def found_in(summary: pd.DataFrame) -> dict[tuple[str, str, str], Estimate]:
    """Return the estimates of a summary, one row each, by scenario, measure and group."""
    return {
        (row["scenario"], row["measure"], row["group"]): Estimate(
            _known(row["estimate"]), _known(row["low"]), _known(row["high"])
        )
        for row in summary.to_dict("records")
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def run_in_short(summary: pd.DataFrame) -> Short:
    """Return the two books of a run, who reported and whom enforcement took."""
    units = dict(zip(zip(summary["measure"], summary["group"], strict=True), summary["unit"], strict=True))
    found = {(measure, group): estimate for (_, measure, group), estimate in found_in(summary).items()}
    rows = [(label, level_text(found[key]), units[key]) for *key_, label in OF_A_RUN if (key := tuple(key_)) in found]
    true, seen = (found[f"{book}_total", "all"].estimate for book in ("occurred", "recorded"))
    if true is None or seen is None or true == 0:
        return Short("No index crime happened.", ("over the whole run", "level", "unit"), rows)
    told = (
        f"Of {number_text(true, 0)} index crimes that happened per 100,000 people and year police recorded "
        f"{number_text(seen, 0)}: {number_text(100 * (1 - seen / true), 1)} % stayed out of their books."
    )
    return Short(told, ("over the whole run", "level", "unit"), rows)


def comparison_in_short(summary: pd.DataFrame) -> Short:
    """Return how far the two books part in the scenarios that are compared, a row each."""
    found = found_in(summary)
    scenarios = list(dict.fromkeys(name for name, measure, _ in found if measure == GAP))
    shown = scenarios[:MOST_ROWS]
    heads = ("index crime, change", *(" ".join(it.head) for it in CHOSEN))
    nothing = Estimate(None)
    rows = [(name, *(change_text(found.get((name, it.measure, it.group), nothing)) for it in CHOSEN)) for name in shown]
    return Short(books_part(found, scenarios[0]), heads, rows, len(scenarios) - len(shown))


def sweep_in_short(runs: SweepRuns) -> Short:
    """Return how far the main outcomes move over the points of a sweep, a row each."""
    lines = spread_lines(runs)
    rows = [(f"{it.label}, {it.unit}", it.mean, f"{it.low} to {it.high}") for it in lines[:MOST_ROWS]]
    return Short(answer(runs), ("outcome", "mean of points", "95 % of points"), rows, len(lines) - len(rows))


def estimates_in_short(headline: str, estimates: pd.DataFrame) -> Short:
    """Return what each estimator finds in the recorded book, beside what is true by the same weights.

    ``estimates`` has a row for each replication; intervals are as one evaluator has them.
    """
    kept = estimates[(estimates["book"] == "recorded") & (estimates["crime"] == "index")]
    for column, order in (("group", ("hispanic", "all")), ("background", ("trends", "flat"))):
        kept = kept[kept[column] == next((it for it in order if (kept[column] == it).any()), None)]
    heads = ("recorded crime", "estimate", "without the program", "truth, same weights", "truth on all crime")
    found = [(name, kept[kept["estimator"] == name].dropna(subset=["estimate"])) for name in SHORT_LABELS]
    rows = [(SHORT_LABELS[name], *_estimate_cells(own)) for name, own in found if len(own)]
    if not rows:
        return Short(headline)
    whom = against(str(kept["group"].iloc[0]))
    heads = (f"recorded crime against {whom}, %", *heads[1:])
    return Short(headline, heads, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))


def _estimate_cells(answers: pd.DataFrame) -> Iterator[str]:
    """Yield an estimator's mean with a typical interval, its placebo and both truths, in percent."""

    def percent(value: float, level: str = "level") -> str:
        if answers["outcome"].iloc[0] == "log_rate":
            return percent_text(float(percent_of_log(value)), "")
        return percent_text(100 * value / (float(answers[level].mean()) or math.nan), "")

    mean = float(answers["estimate"].mean())
    half = math.sqrt(float((((answers["high"] - answers["low"]) / 2) ** 2).mean()))
    yield f"{percent(mean)} ({percent(mean - half)} to {percent(mean + half)})"
    yield percent(float(answers["placebo"].mean()))
    yield percent(float(answers["truth_aligned"].mean()))
    yield percent(float(answers["true_crime_aligned"].mean()), "true_level")


def power_in_short(headline: str, power: pd.DataFrame) -> Short:
    """Return the smallest fall of recorded crime that each estimator would see four times in five."""
    kept = power[(power["book"] == "recorded") & (power["crime"] == "index")]
    order = next((it for it in ("trends", "flat") if (kept["background"] == it).any()), None)
    kept = kept[kept["background"] == order]
    groups = [it for it in ("all", "hispanic", "other") if (kept["group"] == it).any()]
    percent = {(row["estimator"], row["group"]): row["detectable_percent"] for row in kept.to_dict("records")}
    rows = [
        (SHORT_LABELS[name], *(_seen(percent.get((name, group), math.nan)) for group in groups))
        for name in SHORT_LABELS
        if any((name, group) in percent for group in groups)
    ]
    heads = ("smallest fall seen, crime against", *map(against, groups))
    return Short(headline, heads, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))


def _seen(percent: float) -> str:
    if math.isnan(percent):
        return NOTHING
    return f"{number_text(percent, 1 if percent < 10 else 0)} %" if percent < 100 else "none"


def as_text(short: Short) -> str:
    """Return a sentence and its rows as plain lines, the columns under each other."""
    if not short.rows:
        return short.headline
    table = [short.heads, *short.rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(short.heads))]
    lines = [_line(row, widths) for row in table]
    more = [f"... and {short.rest} more"] if short.rest else []
    return "\n".join([*textwrap.wrap(short.headline, 100), "", *lines, *more])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row with its label at the left and its cells at the right of their columns."""
    cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join([row[0].ljust(widths[0]), *cells]).rstrip()


def as_html(short: Short) -> str:
    """Return a sentence and its rows as HTML."""
    told = f"<p>{escape(short.headline)}</p>"
    if not short.rows:
        return told
    left = 'style="text-align: left; font-weight: normal"'
    corner, *others = short.heads
    heads = f"<th {left}>{escape(corner)}</th>{''.join(f'<th>{escape(head)}</th>' for head in others)}"
    body = "".join(
        f"<tr><th {left}>{escape(label)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for label, *cells in short.rows
    )
    more = f"<p>... and {short.rest} more</p>" if short.rest else ""
    return f"{told}<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"
