"""From templates to the scripts of an evaluation: one for each estimator and language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.evaluation.evaluating import Evaluation
from sim.analysis.evaluation.of_survey import SURVEY_ESTIMATORS
from sim.analysis.evaluation.questions import HORIZONS
from sim.telling.export.scripts import python, r, stata

SURVEY_LABELS = {
    "survey_two_way": "the survey: county and period effects, weighted by what is asked",
    "survey_sun_abraham": "the survey: each cohort against the last quarter of counties to start",
}
WITH_ERRORS = (
    "two_way",
    "county_trends",
    "poisson",
    "event_study",
    "detained",
    "detained_instrumented",
    "survey_two_way",
)
"""Scripts that print a standard error too."""


class Language(NamedTuple):
    """How a language says it: templates by name, and the form of the outcome in logs and rates."""

    suffix: str
    head: str
    books: str
    survey: str
    events: Mapping[str, str]
    bodies: Mapping[str, str]
    enough: str
    until: str
    log: str
    rate: str


LANGUAGES = (
    Language(
        "py",
        python.HEAD,
        python.BOOKS,
        python.SURVEY,
        python.EVENTS,
        python.BODIES,
        " & (events > 0)",
        'data = data[data["period"] <= @PERIODS@]  # later too few counties are without the program\n'
        'data = data.assign(first=data["first"].where(data["first"] <= @PERIODS@, 0))\n',
        'data = data.assign(y=np.log(data["events"].where(data["events"] > 0) / data["weight"]))',
        'data = data.assign(y=data["events"] / data["weight"])',
    ),
    Language(
        "R",
        r.HEAD,
        r.BOOKS,
        r.SURVEY,
        r.EVENTS,
        r.BODIES,
        " & events > 0",
        "data <- data[data$period <= @PERIODS@, ] # later too few counties are without the program\n"
        "data$first[data$first > @PERIODS@] <- 0\n",
        "data$y <- log(data$events / data$weight)",
        "data$y <- data$events / data$weight",
    ),
    Language(
        "do",
        stata.HEAD,
        stata.BOOKS,
        stata.SURVEY,
        stata.EVENTS,
        stata.BODIES,
        " & enough > 0",
        "* later too few counties are without the program\nkeep if period <= @PERIODS@\n"
        "replace first = 0 if first > @PERIODS@\n",
        "generate double y = ln(events / weight)",
        "generate double y = events / weight",
    ),
)


def write_scripts(evaluation: Evaluation, folder: Path) -> None:
    """Write a script for each estimator in Python, R and Stata into a new folder.

    Those in R and Stata are run in the folder of ``panel.csv``, those in Python anywhere.
    """
    folder.mkdir()
    for name in (*ESTIMATORS, *SURVEY_ESTIMATORS):
        if name == "poisson" and evaluation.outcome != "log_rate":
            continue
        for language in LANGUAGES:
            text = script(evaluation, name, language)
            (folder / f"{name}.{language.suffix}").write_text(text, encoding="utf-8")


def script(evaluation: Evaluation, name: str, language: Language) -> str:
    """Return the script of an estimator in a language."""
    is_survey = name in SURVEY_LABELS
    body = "imputation" if name.startswith("imputation") else name
    is_shorter = name in ESTIMATORS and ESTIMATORS[name].needs_untreated and _periods(evaluation) > 0
    books = language.books + (language.until if is_shorter else "")
    text = language.head + (language.survey if is_survey else books) + language.bodies[body]
    for token, word in {**_words(evaluation, name), **_outcome(evaluation, name, language)}.items():
        text = text.replace(token, word)
    return text


def _periods(evaluation: Evaluation) -> int:
    """Return how many of the last periods have too few counties without the program."""
    return len(evaluation.design.periods) - evaluation.design.compared_periods


def _words(evaluation: Evaluation, name: str) -> dict[str, str]:
    """Return what stands for the tokens that all languages share."""
    book = "victimization_rate" if name in SURVEY_LABELS else "recorded"
    chosen = (list(evaluation.pairs)[-1], book, "index", "all")
    label = SURVEY_LABELS[name] if name in SURVEY_LABELS else ESTIMATORS[name].label
    quoted = ", ".join(f'"{word}"' for word in chosen)
    return {
        "@LABEL@": label[:1].upper() + label[1:],
        "@NAME@": name,
        "@EXAMPLE@": " ".join(chosen),
        "@PERIODS@": str(evaluation.design.compared_periods),
        "@HORIZONS@": str(HORIZONS[evaluation.design.unit]),
        "@DEFAULTS@": quoted,
        **dict(zip(("@BACKGROUND@", "@BOOK@", "@CRIME@", "@GROUP@"), chosen, strict=True)),
    }


def _outcome(evaluation: Evaluation, name: str, language: Language) -> dict[str, str]:
    """Return what depends on the form of the outcome, and how each language writes true and false."""
    is_log, trends = evaluation.outcome == "log_rate", name == "imputation_trends"
    yes, no = ("True", "False") if language.suffix == "py" else ("TRUE", "FALSE")
    parts = stata.TRENDS if trends else stata.PLAIN
    has_error = name in WITH_ERRORS or (name == "sun_abraham" and language.suffix == "R")
    return {
        "@ERRORS@": " and its standard error by county" if has_error else "",
        "@EVENTS@": language.events["some" if name == "poisson" else "every"],
        "@CONDITION@": language.enough if is_log else "",
        "@OUTCOME@": language.log if is_log else language.rate,
        "@TRENDS@": yes if trends else no,
        **(parts if language.suffix == "do" else {}),
    }
