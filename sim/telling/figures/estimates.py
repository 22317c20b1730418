"""The figures of an evaluation: event studies on three books, and a forest of estimators with what explains each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.analysis.evaluation.evaluating import Evaluation, Key, Typical
from sim.analysis.evaluation.questions import Book, Question
from sim.analysis.evaluation.studies import FEWEST_COUNTIES, Course, mean_course
from sim.parameters.comparison import PROGRAM_TITLES
from sim.telling.estimates_wording import (
    BACKGROUND_TITLES,
    SHORT_LABELS,
    against,
    headline,
    percent_text,
    shown_background,
    shown_estimators,
    shown_groups,
)
from sim.telling.figures.colours import BLACK, BOOKS, GREY
from sim.telling.figures.style import NARROW, Drawn, new_figure, save_both, style, true_minus

Floats = np.ndarray[Any, np.dtype[np.float64]]
STUDIED = {"occurred": "sun_abraham", "recorded": "sun_abraham", "survey": "survey_sun_abraham"}
"""The estimator whose event study is shown of each book: the one that the survey can be asked by too."""
BOOK_LOOKS: dict[Book, dict[str, Any]] = {
    "occurred": {"color": BOOKS["occurred"], "marker": "o", "markersize": 4.2},
    "recorded": {"color": BOOKS["recorded"], "marker": "s", "markersize": 4.0},
    "survey": {"color": BOOKS["survey"], "marker": "^", "markersize": 4.6},
}
BOOK_WORDS: dict[Book, str] = {
    "occurred": "True book: all crime that happened",
    "recorded": "Observed book: what police recorded",
    "survey": "Survey: what victims tell interviewers",
}
_DODGE, _STROKE = 0.14, 0.14


def draw_estimates(evaluation: Evaluation, folder: Path) -> list[Drawn]:
    """Draw both figures of an evaluation."""
    with style():
        return [draw_event_studies(evaluation, folder), draw_forest(evaluation, folder)]


def draw_event_studies(evaluation: Evaluation, folder: Path) -> Drawn:
    """Draw event studies on three books, the effect that is really there dashed; a row for each background."""
    unit = evaluation.design.unit
    narrow = save_both(lambda width: _event_studies(evaluation, width), folder, "event_study")
    return Drawn(
        "event_study",
        "Event studies on three books",
        f"Effects of {PROGRAM_TITLES[evaluation.design.program]} by {unit}s since it began in a county, each cohort of "
        "counties against the last quarter of counties to begin (Sun and Abraham), with 95 % intervals clustered by "
        f"state{_typical_words(evaluation)}. Dashed (true crime) and dotted (observed): what is really there. Marks "
        "before 0 should lie at 0; where they do not, something other than the program moves the counties apart "
        "(hollow: the period before, to which all are related). The survey asks persons, and has no effect of its own "
        "to be compared with but that on true crime; its intervals may "
        f"leave the picture. Not drawn: what fewer than {FEWEST_COUNTIES:.0f} counties of equal weight would tell.",
        headline(evaluation),
        narrow,
    )


class _Grid(NamedTuple):
    """Panels by background and group: Axes[B, G] beside each other, or on a telephone one below the other."""

    figure: Figure
    panels: np.ndarray[Any, Any]
    is_narrow: bool


def _grid(evaluation: Evaluation, width: float, height: float, **shared: Any) -> _Grid:
    """Return a panel for each background and group, each with its title."""
    groups, rows, is_narrow = shown_groups(evaluation), list(evaluation.pairs), width <= NARROW
    count = len(rows) * len(groups)
    figure = new_figure(width, 1.1 + height * (count if is_narrow else len(rows)))
    if is_narrow:
        alone: dict[str, Any] = {name: kind is True for name, kind in shared.items()}
        panels = figure.subplots(count, 1, squeeze=False, **alone)
        panels = panels.reshape(len(rows), len(groups))
    else:
        panels = figure.subplots(len(rows), len(groups), squeeze=False, **shared)
    for row, background in enumerate(rows):
        for column, group in enumerate(groups):
            title = f"Against {against(group)}:{chr(10) if is_narrow else ' '}{BACKGROUND_TITLES[background]}"
            size = 8.5 if is_narrow else 9.5
            panels[row, column].set_title(title, fontsize=size)
    return _Grid(figure, panels, is_narrow)


def _event_studies(evaluation: Evaluation, width: float) -> Figure:
    grid = _grid(evaluation, width, 2.6 if width <= NARROW else 2.95, sharex=True, sharey="col")
    for column, group in enumerate(shown_groups(evaluation)):
        held: list[float] = []
        for row, background in enumerate(evaluation.pairs):
            axes = grid.panels[row, column]
            held += _event_panel(axes, evaluation, background, group)
            if column == 0 or grid.is_narrow:
                axes.set_ylabel("Change of index crime (%)")
        for axes in grid.panels[:, column]:
            _fit(axes, held)
    grid.figure.supxlabel(f"{evaluation.design.unit.capitalize()}s since the program began in the county", fontsize=9)
    columns = 1 if grid.is_narrow else 2
    grid.figure.legend(handles=list(_event_handles()), loc="outside upper left", ncols=columns, fontsize=8)
    return grid.figure


def _event_panel(axes: Axes, evaluation: Evaluation, background: str, group: str) -> list[float]:
    """Draw the event studies of one group; returns what the axis must hold: all but the survey's intervals."""
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.axvline(-0.5, color=GREY, linestyle=":", linewidth=1.0)
    axes.plot([-1], [0], linestyle="none", color=GREY, marker="o", markersize=4.5, markerfacecolor="white")
    limits = [0.0]
    for place, book in enumerate(BOOK_LOOKS):
        course = _course(evaluation, background, group, book)
        if course is None or len(course.horizons) == 0:
            continue
        look, at = BOOK_LOOKS[book], course.horizons + _DODGE * (place - 1)
        axes.errorbar(at, course.values, course.half, linestyle="none", elinewidth=1.1, **look)
        limits += course.values.tolist()
        if book == "survey":
            continue
        limits += [*(course.values - course.half), *(course.values + course.half), *course.truth]
        after = course.horizons >= 0
        across, truth = course.horizons[after], course.truth[after]
        if len(across) == 1:
            across, truth = across[0] + np.array([-_STROKE, _STROKE]), np.repeat(truth, 2)
        axes.plot(across, truth, **_truth_look(book), zorder=1.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    true_minus(axes.xaxis)
    true_minus(axes.yaxis)
    return limits


def _fit(axes: Axes, values: Sequence[float]) -> None:
    """Let the axis, which panels of a column share, hold some values and no more."""
    low, high = min(values), max(values)
    margin = 0.06 * max(high - low, 1e-9)
    axes.set_ylim(low - margin, high + margin)


def _course(evaluation: Evaluation, background: str, group: str, book: Book) -> Course | None:
    outcome = "victimization_rate" if book == "survey" else evaluation.outcome
    question = Question(book, "index", group, outcome)
    found = evaluation.typical().get(Key(background, question, STUDIED[book]))
    studies = [] if found is None else [(it, it.study) for it in found.answers if it.study is not None]
    return mean_course(studies) if studies else None


def _event_handles() -> Iterator[Artist]:
    for book, look in BOOK_LOOKS.items():
        yield Line2D([], [], linestyle="none", label=f"{BOOK_WORDS[book]} (95 % interval)", **look)
    truths: tuple[tuple[Book, str], ...] = (("occurred", "true crime"), ("recorded", "observed crime"))
    for book, words in truths:
        yield Line2D([], [], label=f"The effect that is really there, {words}", **_truth_look(book))


def _truth_look(book: Book) -> dict[str, Any]:
    """Return how the effect that is really there looks: books differ in dash too."""
    dash = (0, (4, 2)) if book == "occurred" else (0, (1, 1))
    return {"color": BOOK_LOOKS[book]["color"], "linestyle": dash, "linewidth": 1.8}


def draw_forest(evaluation: Evaluation, folder: Path) -> Drawn:
    """Draw all estimators on the observed book, each with placebo, net effect and the truth by its own weights."""
    narrow = save_both(lambda width: _forest(evaluation, width), folder, "estimators")
    return Drawn(
        "estimators",
        "What each estimator finds on the observed book, and why",
        "Squares: what an evaluator with police data finds, with 95 % intervals clustered by state"
        f"{_typical_words(evaluation)}. Circles: what the same estimator finds by the same dates in the same world "
        "without the program (placebo), which should be 0. Crosses: what the program adds to it (net). Strokes: the "
        "true effect on recorded crime by the estimator's own weights; diamonds: the true effect on crime that "
        "happened by the same weights. Poisson regression has no such weights.",
        _forest_in_words(evaluation),
        narrow,
    )


def _forest(evaluation: Evaluation, width: float) -> Figure:
    grid = _grid(evaluation, width, 2.9, sharex="col", sharey=True)
    for row, background in enumerate(evaluation.pairs):
        for column, group in enumerate(shown_groups(evaluation)):
            _forest_panel(grid.panels[row, column], evaluation, background, group)
    grid.figure.supxlabel("Change of index crime (%)", fontsize=9)
    columns = 1 if grid.is_narrow else 3
    grid.figure.legend(handles=list(_forest_handles()), loc="outside upper left", ncols=columns, fontsize=8)
    return grid.figure


def _forest_in_words(evaluation: Evaluation) -> str:
    """Return between which values the estimators lie, and the truths beside them."""
    told, background = [], shown_background(evaluation)
    for group in shown_groups(evaluation):
        question = Question("recorded", "index", group, evaluation.outcome)
        typical = [evaluation.typical().get(Key(background, question, name)) for name in shown_estimators(evaluation)]
        found = [it for it in typical if it is not None]
        if not found:
            continue
        ends = [percent_text(side(it.percent(it.mean["estimate"]) for it in found)) for side in (min, max)]
        truth = [it.mean_percent("truth_aligned") for it in found]
        known = [value for value in truth if np.isfinite(value)]
        beside = f"; the true effect on recorded crime lies at {percent_text(min(known))} to {percent_text(max(known))}"
        told.append(f"Crime against {against(group)}: estimates from {ends[0]} to {ends[1]}{beside if known else ''}.")
    return " ".join(told)


_MARKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "placebo",
        "Placebo: found without the program",
        {"color": GREY, "marker": "o", "markersize": 5.5, "markerfacecolor": "white"},
    ),
    ("net", "Net: what the program adds", {"color": BLACK, "marker": "x", "markersize": 5.5}),
    (
        "truth_aligned",
        "True effect on recorded crime, same weights",
        {"color": BOOKS["recorded"], "marker": "|", "markersize": 13, "markeredgewidth": 2.0},
    ),
    (
        "true_crime_aligned",
        "True effect on crime, same weights",
        {"color": BOOKS["occurred"], "marker": "D", "markersize": 4.6},
    ),
)
_FOUND: dict[str, Any] = {"color": BOOKS["recorded"], "marker": "s", "markersize": 5.0}


def _forest_panel(axes: Axes, evaluation: Evaluation, background: str, group: str) -> None:
    axes.axvline(0, color=BLACK, linewidth=0.8)
    typical = evaluation.typical()
    names = shown_estimators(evaluation)
    for height, name in enumerate(reversed(names)):
        found = typical.get(Key(background, Question("recorded", "index", group, evaluation.outcome), name))
        if found is not None:
            _forest_row(axes, height, found)
    axes.set_yticks(range(len(names)), [SHORT_LABELS[name] for name in reversed(names)], fontsize=8)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    true_minus(axes.xaxis)


def _forest_row(axes: Axes, height: int, found: Typical) -> None:
    """Draw an estimate with its interval, and a little below it what explains it."""
    middle, low, high = (found.percent(value) for value in (found.mean["estimate"], found.low, found.high))
    axes.plot([low, high], [height + 0.16] * 2, color=_FOUND["color"], linewidth=1.3)
    axes.plot([middle], [height + 0.16], linestyle="none", **_FOUND)
    for name, _, look in _MARKS:
        value = found.mean_percent(name)
        if np.isfinite(value):
            axes.plot([value], [height - 0.2], linestyle="none", **look)


def _forest_handles() -> Iterator[Artist]:
    yield Line2D([], [], linewidth=1.3, label="Estimate with 95 % interval", **_FOUND)
    for _, label, look in _MARKS:
        yield Line2D([], [], linestyle="none", label=label, **{**look, "markersize": min(look["markersize"], 9)})


def _typical_words(evaluation: Evaluation) -> str:
    number = max(len(pairs) for pairs in evaluation.pairs.values())
    return "" if number == 1 else f", means over {number} replications with intervals as one evaluator has them"
