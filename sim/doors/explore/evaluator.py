"""What an evaluator would find in one pair of runs: the quick estimators, by year, without exchanged dates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.doors.explore.refusals import too_much
from sim.running.costs import size_of

if TYPE_CHECKING:
    from sim.analysis.evaluation.evaluating import Evaluation
    from sim.scenario.scenario import Scenario

MOST_PERSON_MONTHS, MOST_COUNTIES = 50_000_000, 1_000
"""Of one run; estimators take longer than it where counties are many."""
BOOKS = ("recorded", "occurred")


def evaluated(scenario: Scenario, seed: int) -> dict[str, Any]:
    """Return what each estimator finds on both books, beside what is true.

    Raises
    ------
    UserError
        Where no program begins in some counties before others, or the world is too large to wait for.
    """
    from sim.jobs.estimate import Asked, evaluate_worlds
    from sim.running.staggered import evaluated_program
    from sim.telling.estimates_wording import headline, told_groups

    ensure_small(scenario)
    asked = Asked(scenario, seed=seed, replications=1, unit="year", permutations=0)
    program = evaluated_program(scenario)
    evaluation = evaluate_worlds(asked, program.program)
    groups = told_groups(evaluation.design)
    return {
        "program": program.program,
        "warnings": list(program.warnings),
        "headline": headline(evaluation),
        "answers": [row for group in groups for book in BOOKS for row in _answers(evaluation, book, group)],
        "command": f"darkfigure {asked.command(program.program)}",
    }


def ensure_small(scenario: Scenario) -> None:
    """Refuse a world that is too large to wait for."""
    size = size_of(scenario.parameters)
    if size.people * size.months > MOST_PERSON_MONTHS or size.counties > MOST_COUNTIES:
        raise too_much("too large a world to be evaluated here; 'darkfigure estimate' evaluates it into a folder")


def _answers(evaluation: Evaluation, book: Any, group: str) -> list[dict[str, Any]]:
    """Return a row for each estimator: its estimate in percent with a 95 % interval, and the true effect."""
    from sim.analysis.estimate.registry import ESTIMATORS
    from sim.analysis.evaluation.evaluating import Key
    from sim.analysis.evaluation.questions import Question
    from sim.telling.estimates_wording import SHORT_LABELS, shown_background, shown_estimators

    typical, where = evaluation.typical(), shown_background(evaluation)
    rows = []
    for name in shown_estimators(evaluation):
        found = typical.get(Key(where, Question(book, "index", group, evaluation.outcome), name))
        row: dict[str, Any] = {"book": book, "group": group, "name": SHORT_LABELS[name], "what": ESTIMATORS[name].label}
        if found is not None:
            numbers = (found.percent(value) for value in (found.mean["estimate"], found.low, found.high))
            told = [*numbers, found.mean_percent("truth_aligned")]
            row["estimate"], row["low"], row["high"], row["true"] = (_finite(number) for number in told)
        rows.append(row)
    return rows


def _finite(number: float) -> float | None:
    return round(number, 3) if math.isfinite(number) else None
