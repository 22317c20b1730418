"""The diagnostics of an evaluation in its report: which comparisons make an estimate, and how far trends may depart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from sim.analysis.estimate.diagnostics import KINDS
from sim.analysis.evaluation.diagnosing import BACON, Diagnosis
from sim.analysis.evaluation.evaluating import Evaluation
from sim.analysis.evaluation.questions import BOOK_LABELS
from sim.telling.estimates_wording import BACKGROUND_TITLES, against
from sim.telling.reports.page import note, row_html, section_row, table_html
from sim.telling.wording import NOTHING, number_text

COMPARISONS = (
    "A two-way regression is the mean of all comparisons of two cohorts of counties (Goodman-Bacon 2021), here with "
    "the program as begun or not. Against counties that started before, an effect that grows there is subtracted as "
    "if it were a trend. Placebo and net as above."
)
DEPARTURES = (
    "How far trends may depart from parallel before the answer changes (Rambachan and Roth 2023): bounds on the mean "
    "effect over the periods from the start on, by Callaway and Sant&rsquo;Anna, if trends depart after the start by "
    "no more than so many times the largest change from one period to the next before it. In brackets with sampling "
    "error. Breakdown: up to which multiple the interval does not hold 0."
)
_COMPARISON_HEADS = ("weight", "estimate", "placebo", "net")
_BOUND_HEADS = ("bounds (95 % interval)", "estimate", "placebo", "true effect on this book", "breakdown")


def diagnostics_parts(evaluation: Evaluation) -> Iterator[str]:
    """Yield the section of the report, nothing where no diagnostics were asked for."""
    if not evaluation.diagnoses:
        return
    bacon = [it for it in evaluation.diagnoses if it.diagnostic == BACON]
    bounded = [it for it in evaluation.diagnoses if it.diagnostic != BACON]
    yield "<h2>Which comparisons make the two-way estimate</h2>"
    yield note(f"{COMPARISONS} {_unit(evaluation)}")
    yield table_html(_COMPARISON_HEADS, _rows(evaluation, bacon, _COMPARISON_HEADS))
    yield "<h2>If trends are not parallel</h2>"
    yield note(f"{DEPARTURES} {_unit(evaluation)}")
    yield table_html(_BOUND_HEADS, _rows(evaluation, bounded, _BOUND_HEADS))


def _unit(evaluation: Evaluation) -> str:
    unit = "Log points times 100" if evaluation.outcome == "log_rate" else "Events a million persons and period"
    return f"{unit}; means over replications."


def _rows(evaluation: Evaluation, told: Sequence[Diagnosis], heads: Sequence[str]) -> Iterator[str]:
    kinds = dict.fromkeys((it.background, it.question) for it in told)
    backgrounds = list(evaluation.pairs)[::-1]
    order = sorted(kinds, key=lambda it: (backgrounds.index(it[0]), it[1].book != "recorded"))
    for background, question in order:
        mine = [it for it in told if (it.background, it.question) == (background, question)]
        title = f"{BOOK_LABELS[question.book].capitalize()} index crime against {against(question.group)}"
        yield section_row(f"{title}, {BACKGROUND_TITLES[background]}", len(heads) + 1)
        there = [it for it in mine if not it.refused]
        if not there:
            yield row_html(escape(mine[0].refused), [NOTHING] * len(heads))
        for key in dict.fromkeys(it.part or it.violation for it in there):
            alike = [it for it in there if key in (it.part, it.violation)]
            yield _comparison_row(alike) if alike[0].part else _bound_row(alike)


def _comparison_row(alike: Sequence[Diagnosis]) -> str:
    weight = float(np.mean([it.weight for it in alike]))
    cells = [number_text(weight, 2), *(_points(alike, name) for name in ("estimate", "placebo", "net"))]
    return row_html(escape(KINDS[alike[0].part].capitalize()), cells)


def _bound_row(alike: Sequence[Diagnosis]) -> str:
    low, high, first, last = (_points(alike, name) for name in ("low", "high", "interval_low", "interval_high"))
    multiple = float(np.mean([it.breakdown for it in alike]))
    others = [_points(alike, name) for name in ("estimate", "placebo", "truth")]
    told = f"{low} to {high} ({first} to {last})"
    label = f"departures up to {alike[0].violation:g} times" if alike[0].violation else "parallel trends"
    return row_html(label.capitalize(), [told, *others, number_text(multiple, 1) if np.isfinite(multiple) else NOTHING])


def _points(alike: Sequence[Diagnosis], name: str) -> str:
    numbers = [getattr(it, name) for it in alike]
    scale = 100 if alike[0].question.outcome == "log_rate" else 1e6
    value = float(np.mean(numbers))
    return NOTHING if np.isnan(value) else number_text(scale * value, 1, signed=True)
