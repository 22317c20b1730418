"""What an evaluator would find in the world that is shown, at once: the quick estimators on one pair of runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.doors.explore.evaluator import ensure_small
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.analysis.evaluation.answers import Answer
    from sim.analysis.evaluation.questions import Unit
    from sim.doors.explore.questions import Found
    from sim.doors.explore.worlds import Warm

QUICK = ("county_trends", "callaway_santanna", "poisson")
TOLD_FIRST = ("callaway_santanna", "county_trends", "poisson")
"""Whose estimate the sentence tells: the first of them that has one."""
STUDIED = "callaway_santanna"
UNIT: Unit = "year"


def found_at_once(warm: Warm, asked: Found) -> dict[str, Any]:
    """Return what the quick estimators find on the recorded book of a world, beside what is true.

    Where no program can be evaluated by its dates, ``sentence`` says why and there are no ``rows``.

    Raises
    ------
    UserError
        Where the world is at fault, or too large to wait for.
    """
    from sim.running.staggered import evaluated_program, programs_with_dates

    scenario = warm.changed(asked.scenario, asked.dials)
    ensure_small(scenario)
    names = programs_with_dates(scenario)
    if not names:
        why = "No program begins in some counties before others in these months, so there is nobody to compare with."
        return {"sentence": why, "rows": [], "study": None, "warnings": []}
    try:
        program = evaluated_program(scenario, names[0])
    except UserError as error:
        return {"sentence": f"Nobody can evaluate this: {error}.", "rows": [], "study": None, "warnings": []}
    answers = _answers(warm, asked, program.program)
    return _told(answers, program.program, list(program.warnings))


def _answers(warm: Warm, asked: Found, program: str) -> list[Answer]:
    """Return the answers of the quick estimators, from the world and the same without the program."""
    from sim.analysis.evaluation.of_books import book_answers
    from sim.analysis.evaluation.questions import Question
    from sim.analysis.evaluation.worlds import Pair, books_of, design_of
    from sim.running.county_counts import count_ledger

    without = {f"programs.{program}.counties": "none"}
    with_program = count_ledger(warm.run(asked.scenario, asked.dials, asked.seed, 0).ledger)
    counts = count_ledger(warm.run(asked.scenario, asked.dials, asked.seed, 0, over=without).ledger)
    design = design_of(with_program, program, UNIT)
    pair = Pair("", 0, *(books_of(each, UNIT, program) for each in (with_program, counts)))
    question = Question("recorded", asked.crime, asked.group, "log_rate")
    return list(book_answers(design, pair, pair, question, 0, QUICK))


def _told(answers: Sequence[Answer], program: str, warnings: list[str]) -> dict[str, Any]:
    from sim.telling.estimates_wording import found_sentence

    there = {answer.estimator: answer for answer in answers if math.isfinite(answer.estimate)}
    first = next((there[name] for name in TOLD_FIRST if name in there), None)
    few = [text for answer in answers if answer.estimator not in there for text in answer.warnings[:1]]
    if first is None:
        return {"sentence": f"No estimator has an answer: {few[0]}.", "rows": [], "study": None, "warnings": warnings}
    return {
        "sentence": found_sentence(first, program),
        "rows": [_row(answer) for answer in there.values()],
        "study": _study(there.get(STUDIED)),
        "warnings": [*warnings, *(text[:1].upper() + text[1:] + "." for text in first.warnings)],
    }


def _row(answer: Answer) -> dict[str, Any]:
    """Return an estimate in percent with its standard error and interval, and the effects that are really there."""
    from sim.analysis.estimate.registry import ESTIMATORS
    from sim.telling.estimates_wording import SHORT_LABELS, error_in_points, true_effects

    recorded, occurred = true_effects(answer)
    told = {
        "estimate": answer.percent(answer.estimate),
        "error": error_in_points(answer),
        "low": answer.percent(answer.low),
        "high": answer.percent(answer.high),
        "true_recorded": recorded,
        "true_crime": occurred,
    }
    names = {"name": SHORT_LABELS[answer.estimator], "what": ESTIMATORS[answer.estimator].label}
    return {**names, "counties": answer.counties, **{key: finite(value) for key, value in told.items()}}


def _study(answer: Answer | None) -> dict[str, Any] | None:
    """Return an event study in percent; None where there is none of enough counties."""
    from sim.analysis.evaluation.studies import mean_course

    if answer is None or answer.study is None:
        return None
    course = mean_course([(answer, answer.study)])
    if not len(course.horizons):
        return None
    return {name: [finite(value) for value in values.tolist()] for name, values in course._asdict().items()}


def finite(number: float) -> float | None:
    """Return a number as JSON takes it: rounded, null where it is none."""
    return round(number, 3) if math.isfinite(number) else None
