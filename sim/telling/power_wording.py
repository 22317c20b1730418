"""What an evaluator could have seen, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.analysis.evaluation.power import Detectable, sharpest
from sim.analysis.evaluation.questions import EVERYBODY, Question
from sim.analysis.evaluation.worlds import Design
from sim.telling.estimates_wording import SHORT_LABELS, UNIT_WORDS, against, told_groups
from sim.telling.wording import number_text


def power_sentences(design: Design, effects: Sequence[Detectable]) -> list[str]:
    """Return a sentence or two for each background, book and group that has an answer."""
    backgrounds = list(dict.fromkeys(it.background for it in effects))
    form = next((it.question.outcome for it in effects if it.question.book == "recorded"), "log_rate")
    told: list[str] = []
    for background in reversed(backgrounds):
        for group in told_groups(design):
            told += _of_police(design, effects, background, group, form)
            told += _of_survey(effects, background, group)
    if "flat" in backgrounds:
        told.append("A flat background is optimistic: real counties have trends of their own.")
    return told


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


def _of_survey(effects: Sequence[Detectable], background: str, group: str) -> Iterator[str]:
    found = sharpest(effects, background, Question("survey", "index", group, "reporting_share"))
    if found is not None:
        yield (
            f"{_where(background)}, the survey shows a fall of the share that victims say they reported "
            f"({against(group)}) if it is at least {percent_of(found)}; a tenth needs a survey "
            f"{number_text(found.surveys, 1)} times its size."
        )
