"""An evaluation on a terminal, at most 80 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from sim.analysis.evaluation.evaluating import Evaluation, Key, Typical
from sim.analysis.evaluation.questions import Question
from sim.telling.estimates_wording import (
    BACKGROUND_TITLES,
    SHORT_LABELS,
    against,
    headline,
    percent_text,
    shown_background,
    shown_groups,
    told_estimators,
    window_text,
)
from sim.telling.reports.estimates import Made
from sim.telling.wording import NOTHING

WIDTH = 80
MOST = 999
_HEADS = ("estimate", "95 % interval", "placebo", "net", "true,", "true,")
_BELOW = ("", "", "", "", "recorded", "crime")
_WIDTHS = (8, 16, 9, 7, 9, 6)


def print_estimates(evaluation: Evaluation, made: Made, out: Path) -> None:
    """Print what police data alone would have told and what was true, the estimators, and where the rest is."""
    for line in (headline(evaluation), window_text(evaluation), *made.warnings):
        print(*_wrapped(line), "", sep="\n")
    background = shown_background(evaluation)
    for group in shown_groups(evaluation):
        print(*_table(evaluation, background, group), "", sep="\n")
    told = (
        "placebo: found by the same dates without the program; net: what the program adds; true: the true effect on "
        "recorded crime and on crime that happened, by the estimator's own weights. True means true in the simulated "
        "world."
    )
    print(*_wrapped(told), sep="\n")
    print(f"Report: {out / 'report.html'}")


def _table(evaluation: Evaluation, background: str, group: str) -> Iterator[str]:
    yield from _wrapped(f"Recorded index crime against {against(group)}, {BACKGROUND_TITLES[background]}, in %")
    yield _row("", _HEADS)
    yield _row("", _BELOW)
    for name in told_estimators(evaluation):
        key = Key(background, Question("recorded", "index", group, evaluation.outcome), name)
        yield _row(SHORT_LABELS[name], _cells(evaluation.typical().get(key)))


def _cells(found: Typical | None) -> tuple[str, ...]:
    if found is None:
        return (NOTHING, *[""] * (len(_HEADS) - 1))
    ends = " to ".join(_end(found.percent(value)) for value in (found.low, found.high))
    names = ("estimate", "placebo", "net", "truth_aligned", "true_crime_aligned")
    first, *others = (percent_text(found.mean_percent(name), "") for name in names)
    return (first, ends, *others)


def _end(percent: float) -> str:
    """Return an end of an interval; one that says nothing any more is not told to the decimal."""
    return f">+{MOST}" if percent > MOST else percent_text(percent, "")


def _row(label: str, cells: tuple[str, ...]) -> str:
    told = "".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return f"{label:25}{told}".rstrip()


def _wrapped(text: str) -> list[str]:
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in textwrap.wrap(text, WIDTH)]
