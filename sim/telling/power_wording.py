"""What an evaluator could have seen, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.analysis.evaluation.power import Detectable, sharpest
from sim.analysis.evaluation.questions import BOOK_LABELS, EVERYBODY, Question
from sim.analysis.evaluation.worlds import Design
from sim.running.county_counts import CONTROLS
from sim.telling.estimates_wording import SHORT_LABELS, SURVEY_WORDS, UNIT_WORDS, against, told_groups
from sim.telling.wording import number_text

CONTROL_WORDS = {"homicide": "Homicide", "motor_vehicle_theft": "Vehicle theft"}


def power_sentences(design: Design, effects: Sequence[Detectable]) -> list[str]:
    """Return a sentence or two for each background, book and group that has an answer."""
    backgrounds = list(dict.fromkeys(it.background for it in effects))
    form = next((it.question.outcome for it in effects if it.question.book == "recorded"), "log_rate")
    told: list[str] = []
    for background in reversed(backgrounds):
        for group in told_groups(design):
            told += _of_police(design, effects, background, group, form)
            told += _of_survey(effects, background, group)
        told += _of_controls(effects, background)
    if "flat" in backgrounds:
        told.append("A flat background is optimistic: real counties have trends of their own.")
    return told


class Line(NamedTuple):
    """One kind of question and estimator: a label, and the answers of a background by group."""

    label: str
    answers: dict[str, Detectable]


def power_lines(effects: Sequence[Detectable], background: str) -> list[Line]:
    """Return index crime in both books and the survey by each estimator, and recorded crimes that are hardly hidden."""
    there = [it for it in effects if it.background == background]
    shown = [it for it in there if it.question.crime == "index"]
    shown += [it for it in there if it.question.crime in CONTROLS and it.question.book == "recorded"]
    lines: dict[str, dict[str, Detectable]] = {}
    for it in shown:
        lines.setdefault(_label(it), {})[it.question.group] = it
    return [Line(label, answers) for label, answers in lines.items()]


def _label(effect: Detectable) -> str:
    book, crime, _, outcome = effect.question
    if crime in CONTROLS:
        return f"{CONTROL_WORDS[crime]}: {SHORT_LABELS[effect.estimator]}"
    kind = SURVEY_WORDS[outcome] if book == "survey" else SHORT_LABELS[effect.estimator]
    return f"{BOOK_LABELS[book].capitalize()}: {kind}"


def percent_of(effect: Detectable) -> str:
    """Return the smallest fall that is seen; more than everything cannot fall."""
    return f"{number_text(effect.percent, 1 if effect.percent < 10 else 0)} %" if effect.percent < 100 else "none"


def _where(background: str) -> str:
    return "On a flat background" if background == "flat" else "With background trends"


def _of_police(design: Design, effects: Sequence[Detectable], background: str, group: str, form: str) -> Iterator[str]:
    found = sharpest(effects, background, Question("recorded", "index", group, form))
    if found is None:
        yield f"{_where(background)} no estimator can be asked about crime recorded against {against(group)}."
        return
    least, victims = percent_of(found), "these victims" if group != EVERYBODY else "victims"
    yield (
        f"{_where(background)}, police data of {found.counties:,} counties ({UNIT_WORDS[design.unit]}; "
        f"{SHORT_LABELS[found.estimator]}) show a fall of crime recorded against {against(group)} four times in five "
        f"if it is at least {least}: a smaller one would mostly go unseen, and so would a fall in reporting of less "
        f"than that by {victims}."
    )


def _of_controls(effects: Sequence[Detectable], background: str) -> Iterator[str]:
    """Yield what crimes show that are nearly always reported."""
    asked = {crime: sharpest(effects, background, Question("recorded", crime, EVERYBODY, "rate")) for crime in CONTROLS}
    told = [f"{CONTROL_WORDS[crime].lower()} {percent_of(it)}" for crime, it in asked.items() if it is not None]
    if told:
        yield (
            f"{_where(background)}, recorded crimes that hardly depend on who calls the police show a fall of at "
            f"least: {', '.join(told)}. Where all recorded crime falls by more than they do, fewer calls explain it as "
            "well as less crime."
        )


def _of_survey(effects: Sequence[Detectable], background: str, group: str) -> Iterator[str]:
    found = sharpest(effects, background, Question("survey", "index", group, "reporting_share"))
    if found is not None:
        yield (
            f"{_where(background)}, the survey shows a fall of the share that victims say they reported "
            f"({against(group)}) if it is at least {percent_of(found)}; a tenth needs a survey "
            f"{number_text(found.surveys, 1)} times its size."
        )
