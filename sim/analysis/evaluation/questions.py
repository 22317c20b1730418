"""What an evaluation asks: of which book, about which crime against whom, in which form of the outcome."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sim.analysis.estimate.panel import Outcome
from sim.running.county_counts import CONTROLS
from sim.running.tables.county_months import TOTALS
from sim.words.labels import GROUPS

Book = Literal["occurred", "recorded", "survey"]
Unit = Literal["month", "quarter", "year"]

MONTHS_OF: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
HORIZONS: dict[Unit, int] = {"month": 12, "quarter": 8, "year": 4}
"""Periods before and after the start that event studies look at."""
BOOK_LABELS: dict[Book, str] = {"occurred": "true", "recorded": "observed", "survey": "survey"}
EVERYBODY = "all"
WHOM = (EVERYBODY, *GROUPS)
"""Whom a crime is against: anybody, organizations among them, or the people of a group."""
SURVEY_OUTCOMES = ("victimization_rate", "reporting_share")


class Question(NamedTuple):
    """One question to one book.

    Attributes
    ----------
    book : {"occurred", "recorded", "survey"}
        The true book, the observed one, or the survey.
    crime : str
        Which types: ``index``, ``violent``, ``property``; of the books also those in ``CONTROLS``.
    group : str
        ``all`` or a group of targets.
    outcome : str
        ``log_rate`` or ``rate`` of the books; ``victimization_rate`` or ``reporting_share`` of the survey.
    """

    book: Book
    crime: str
    group: str
    outcome: str

    @property
    def form(self) -> Any:
        """The outcome as the estimators of its book take it."""
        return self.outcome


def control_questions() -> list[Question]:
    """Return questions about recorded crime of types that are nearly always reported, in rates: years may have none."""
    return [Question("recorded", crime, group, "rate") for crime in CONTROLS for group in WHOM]


def questions(outcome: Outcome) -> list[Question]:
    """Return all questions, the books' with one form of the outcome."""
    books: tuple[Book, ...] = ("occurred", "recorded")
    asked = [Question(book, crime, group, outcome) for book in books for crime in TOTALS for group in WHOM]
    survey = [Question("survey", crime, group, form) for form in SURVEY_OUTCOMES for crime in TOTALS for group in WHOM]
    return [*asked, *survey]
