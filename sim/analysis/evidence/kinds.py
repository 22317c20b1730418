"""The kinds of figures: what each is, which columns of a file make its design, and what may stand there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.evidence import designs

Rule = Callable[[str], object]
"""Reads the text of a column; raises ValueError with what is allowed."""
NOT_COUNTED = "not_counted"
STATIC = "static_sun_abraham"
SURVEY_ESTIMATORS = (STATIC, "sun_abraham")
BOOK_ESTIMATORS = tuple(name for name, it in ESTIMATORS.items() if not it.needs_detained)
"""Those that dates and counts are enough for: what a study of police data has."""


class Kind(NamedTuple):
    """A kind of figure.

    Attributes
    ----------
    about : str
        What it is and in which unit, for people.
    columns : mapping
        Columns of its design, and the rule of each; all others stay empty.
    by_dates : bool
        Whether it compares counties by the dates of their programs, so that a made world's own dates decide.
    """

    about: str
    columns: Mapping[str, Rule]
    by_dates: bool = False

    def problem_of(self, column: str, text: str) -> str:
        """Return what is wrong with the text of a column of the design; nothing where it is well."""
        if column not in self.columns:
            return "its kind takes nothing there; leave it empty" if text else ""
        try:
            self.columns[column](text)
        except ValueError as error:
            return str(error)
        return ""


def one_of(*words: str) -> Rule:
    """Return the rule of a column in which one of some words stands; "" lets it be empty."""

    def rule(text: str) -> str:
        if text not in words:
            told = [word for word in words if word]
            several = "is" if len(told) == 1 else "are"
            raise ValueError(f"allowed {several} {', '.join(told)}{', or nothing' * ('' in words)}")
        return text

    return rule


def rearrested_of(text: str) -> designs.People:
    """Return some statuses: the table of arrests after a release knows no groups."""
    found = designs.people_of(text)
    if found.groups != designs.GROUP_WORDS["everyone"]:
        raise ValueError(f"allowed are {', '.join(designs.STATUS_WORDS)}")
    return found


_MONTHS: dict[str, Rule] = {"first": designs.month_of, "last": designs.month_of}
_SURVEYED: dict[str, Rule] = {"book": one_of("survey"), "measure": designs.surveyed_of, **_MONTHS}
_TOLD: dict[str, Rule] = {**_SURVEYED, "population": designs.people_of, "places": one_of("before", "")}
_FUNNEL: dict[str, Rule] = {
    "population": designs.matched_or_all,
    "places": one_of("active", ""),
    "censoring": one_of("by_last", ""),
    **_MONTHS,
}
_CHANGE: dict[str, Rule] = {"comparison": one_of("last_quarter"), "estimator": one_of(*SURVEY_ESTIMATORS)}
_REPEATED: dict[str, Rule] = {
    "book": one_of("survey"),
    "measure": one_of("violent", "property"),
    "part": designs.times_of,
    **_MONTHS,
}

KINDS: dict[str, Kind] = {
    "crime_rate": Kind(
        "crimes per 100,000 persons and year",
        {"book": one_of("occurred", "reported", "recorded"), "measure": designs.crimes_of, **_MONTHS},
    ),
    "arrest_rate": Kind("arrests per 100,000 persons and year", _MONTHS),
    "victimization_rate": Kind("incidents told to the survey per person-month", _TOLD),
    "yearly_victimization_rate": Kind("incidents told to the survey per 1,000 persons and year", _TOLD),
    "reporting_share": Kind("share of the incidents told to the survey that are said to be reported", _TOLD),
    "reporting_gap": Kind(
        "share reported of what the first of two populations tells, less that of the second",
        {**_TOLD, "population": designs.two_peoples_of},
    ),
    "clearance_share": Kind("share of recorded crimes that are cleared", {"measure": designs.crimes_of, **_MONTHS}),
    "caller_share": Kind(
        "share of reported crimes that the victim, others or an officer reported first",
        {"measure": designs.crimes_of, "part": designs.caller_of, **_MONTHS},
    ),
    "people_share": Kind("share of people who are of some group or status", {"part": designs.part_of, **_MONTHS}),
    "funnel_ratio": Kind(
        "one count of the enforcement funnel over another", {**_FUNNEL, "measure": designs.ratio_of_terms}
    ),
    "funnel_share": Kind(
        "share of a count of the funnel that is of some group, status or level",
        {**_FUNNEL, "measure": designs.terms_of, "part": designs.part_of},
    ),
    "arrest_share": Kind("share of bookings that are on some charges", {"part": designs.charges_of, **_MONTHS}),
    "arrest_rate_ratio": Kind(
        "bookings a person of one population over those of another, on some charges",
        {"measure": designs.charges_of, "population": designs.two_peoples_of, **_MONTHS},
    ),
    "rearrest_share": Kind(
        "share of the people released who are arrested again within twelve months",
        {"population": rearrested_of, **_MONTHS},
    ),
    "repeat_victims": Kind("share of a year's victims who were victims so many times or more", _REPEATED),
    "repeat_burden": Kind("share of a year's incidents that those victims bore", _REPEATED),
    "transfer_rise": Kind(
        "relative rise of transfers to ICE custody in the year after activation, against counties not yet active",
        {"comparison": one_of("not_yet_active"), **_MONTHS},
        by_dates=True,
    ),
    "reporting_change": Kind(
        "relative change at activation of the share reported",
        {**_SURVEYED, "population": designs.people_of, **_CHANGE},
        by_dates=True,
    ),
    "victimization_change": Kind(
        "change at activation of incidents told per person-month",
        {**_SURVEYED, "population": designs.people_of, **_CHANGE},
        by_dates=True,
    ),
    "crime_change": Kind(
        "change at activation of the logarithm of crimes of county-years",
        {
            "book": one_of("occurred", "recorded"),
            "measure": designs.crimes_of,
            "estimator": one_of(*BOOK_ESTIMATORS),
            **_MONTHS,
        },
        by_dates=True,
    ),
    "victimization_course": Kind(
        "incidents told per person-month so many quarters after activation",
        {**_SURVEYED, "population": designs.people_of, "part": designs.horizon_of},
        by_dates=True,
    ),
    "reporting_fall_ratio": Kind(
        "change at activation of the share of incidents that the first of two populations reports, over that of the "
        "second",
        {"population": designs.two_peoples_of, "comparison": one_of("last_quarter"), **_MONTHS},
        by_dates=True,
    ),
    "active_share": Kind("share of counties active by the end of a month", {"last": designs.month_of}, by_dates=True),
    "activation_correlation": Kind(
        "rank correlation over counties of the month of activation with a share of people",
        {"measure": one_of("noncitizen_share", "hispanic_share")},
        by_dates=True,
    ),
    NOT_COUNTED: Kind("no table of a run gives it", {}),
}
"""Every kind by the word that a file has in its column ``kind``."""
