"""The outcomes of a run: one list of everything that is measured of it, each a number computed from its summary."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.running.measures import INDEX_FAMILIES, RunSummary
from sim.words.labels import BALANCE_COLUMNS, GROUPS, LABELS, LEVELS, STATUSES, SURVEY_COLUMNS

CRIME_SECTION = "Crime"
GAP_SECTION = "Gap: observed change minus true change"
SURVEY_SECTION = "Survey: persons aged 12 and over"
REPORTING_SECTION = "Reporting to police: reported share of true incidents"
VICTIMIZATION_SECTION = "Victimization: true incidents by group"
ENFORCEMENT_SECTION = "Enforcement"
BALANCE_SECTION = "Balance"
INCAPACITATION_SECTION = "Incapacitation: what one removed person-year prevents"
GAIN_SECTION = "Pairing gain"
SECTIONS = (
    CRIME_SECTION,
    GAP_SECTION,
    SURVEY_SECTION,
    REPORTING_SECTION,
    VICTIMIZATION_SECTION,
    ENFORCEMENT_SECTION,
    BALANCE_SECTION,
    INCAPACITATION_SECTION,
    GAIN_SECTION,
)
PER_CRIME = "per 100,000 persons and year"
PER_SURVEYED = "per 100,000 persons aged 12+ and year"
PER_INCIDENT = "% of incidents"
PER_TOLD = "% of incidents told"
PER_MONTH = "% of person-months"
PER_VICTIM = "per 1,000 persons and year"
PER_ENFORCEMENT = "per 100,000 person-years"
PER_YEAR_AWAY = "offences per person-year away"
PER_PERSON_YEAR = "offences per person-year"
GAIN_UNIT = "unpaired over paired variance"

CAPTIONS: dict[str, str] = {
    "occurred": "true",
    "recorded": "observed (recorded)",
    "surveyed": "surveyed",
    "arrested": "Arrests",
    "detainers": "Detainers issued",
    "ice_custody": "Taken into ICE custody",
    "removed": "Removals",
    "removed_parents": "Removals of parents of citizen children",
    "prevented_by_removal": "Fewer offences: people are removed",
    "prevented_by_deterrence": "Fewer offences: removal deters",
    "added_by_impunity": "More offences: fewer are reported and solved",
    "by_released_after_declined_detainer": "Offences by people released after a declined detainer",
}


@dataclass(frozen=True)
class Measure:
    """One number of a run, how it is called, and whether its change is told in percent of the reference."""

    name: str
    group: str
    section: str
    label: str
    unit: str
    relative: bool
    value: Callable[[RunSummary], float]


def measures() -> list[Measure]:
    """Return all measures in the order of the summary."""
    return [*_crime(), *_survey(), *_reporting(), *_victimization(), *_enforcement(), *_balance(), *_incapacitation()]


def column_of(measure: Measure) -> str:
    """Return the column of ``outcomes.parquet`` that holds a measure."""
    return measure.name if measure.group == "all" else f"{measure.name}_{measure.group}"


def _divided(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("nan")


def _crime() -> Iterator[Measure]:
    for family in (*INDEX_FAMILIES, "simple_assault"):
        for book in ("occurred", "recorded", "surveyed"):
            if family == "simple_assault" and book == "recorded":
                continue
            label = f"{LABELS[family]}, {CAPTIONS[book]}"
            unit = PER_SURVEYED if book == "surveyed" else PER_CRIME
            value = _surveyed_rate(family) if book == "surveyed" else _crime_rate(family, book)
            yield Measure(f"{book}_{family}", "all", CRIME_SECTION, label, unit, True, value)


def _crime_rate(family: str, book: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        return _divided(1e5 * float(run.crimes(family, book)[run.start :].sum()), run.person_years)

    return value


def _surveyed_rate(family: str) -> Callable[[RunSummary], float]:
    """Return the survey's estimate: rates of groups weighted by their people, by month of incident."""

    def value(run: RunSummary) -> float:
        window = slice(run.start, None)
        rate = weight = 0.0
        for group in GROUPS:
            asked, people = run.asked(group)[window].sum(), run.population("people", group=group)[window].sum()
            if asked > 0:
                rate += float(people * run.told(family, group=group)[window].sum() * 12 / asked)
                weight += float(people)
        return _divided(1e5 * rate, weight)

    return value


def _survey() -> Iterator[Measure]:
    """Yield what the survey says of all types together, and how far chance in who is asked may move it."""
    for group in GROUPS:
        label = f"Incidents told, {_group_label(group)}"
        yield Measure("survey_victimization", group, SURVEY_SECTION, label, PER_MONTH, True, _told_rate(group))
        error = f"Sampling error of incidents told, {_group_label(group)}"
        yield Measure("survey_victimization_error", group, SURVEY_SECTION, error, PER_MONTH, False, _rate_error(group))
    for group in GROUPS:
        label = f"Said to be reported, {_group_label(group)}"
        yield Measure("survey_reporting", group, SURVEY_SECTION, label, PER_TOLD, True, _told_reported(group))
        error = f"Sampling error of said to be reported, {_group_label(group)}"
        yield Measure("survey_reporting_error", group, SURVEY_SECTION, error, PER_TOLD, False, _share_error(group))


def _heard(run: RunSummary, group: str) -> tuple[float, float, float]:
    """Return incidents told, those of them said to be reported, and person-months of a group over the evaluation."""
    told, reported = (float(run.told("all", column, group)[run.start :].sum()) for column in SURVEY_COLUMNS)
    return told, reported, float(run.asked(group)[run.start :].sum())


def _told_rate(group: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        told, _, asked = _heard(run, group)
        return _divided(1e2 * told, asked)

    return value


def _rate_error(group: str) -> Callable[[RunSummary], float]:
    """Return the standard error of a rate of incidents that are told independently of each other."""

    def value(run: RunSummary) -> float:
        told, _, asked = _heard(run, group)
        return _divided(1e2 * math.sqrt(told), asked)

    return value


def _told_reported(group: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        told, reported, _ = _heard(run, group)
        return _divided(1e2 * reported, told)

    return value


def _share_error(group: str) -> Callable[[RunSummary], float]:
    """Return the binomial standard error of a share of incidents told."""

    def value(run: RunSummary) -> float:
        told, reported, _ = _heard(run, group)
        return 1e2 * math.sqrt(_divided(reported, told) * (1.0 - _divided(reported, told)) / told) if told else math.nan

    return value


def _reporting() -> Iterator[Measure]:
    for family in INDEX_FAMILIES:
        for group in ("all", *GROUPS):
            label = f"{LABELS[family]}, {_group_label(group)}"
            value = _reporting_share(family, None if group == "all" else group)
            yield Measure(f"reporting_{family}", group, REPORTING_SECTION, label, PER_INCIDENT, True, value)
    for status in STATUSES:
        label = f"All incidents with a personal or household target, {LABELS[status].lower()}"
        value = _reporting_by_status(status)
        yield Measure("reporting_incidents", status, REPORTING_SECTION, label, PER_INCIDENT, True, value)


def _reporting_share(family: str, group: str | None) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        true = float(run.crimes(family, "occurred", group)[run.start :].sum())
        return _divided(1e2 * float(run.crimes(family, "reported", group)[run.start :].sum()), true)

    return value


def _reporting_by_status(status: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        incidents = float(run.population("incidents", status=status)[run.start :].sum())
        return _divided(1e2 * float(run.population("reported", status=status)[run.start :].sum()), incidents)

    return value


def _victimization() -> Iterator[Measure]:
    for family in INDEX_FAMILIES:
        for group in GROUPS:
            label = f"{LABELS[family]}, {_group_label(group)}"
            value = _victimization_rate(family, group)
            yield Measure(f"victimization_{family}", group, VICTIMIZATION_SECTION, label, PER_VICTIM, True, value)


def _victimization_rate(family: str, group: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        person_years = float(run.population("people", group=group)[run.start :].sum()) / 12
        return _divided(1e3 * float(run.crimes(family, "occurred", group)[run.start :].sum()), person_years)

    return value


def _enforcement() -> Iterator[Measure]:
    for column in ("arrested", "detainers", "ice_custody", "removed", "removed_parents"):
        for level in ("all", *(LEVELS if column == "removed" else ())):
            label = CAPTIONS[column] if level == "all" else f"{CAPTIONS[column]}, {LABELS[level].lower()}"
            value = _enforcement_rate(column, None if level == "all" else level)
            yield Measure(column, level, ENFORCEMENT_SECTION, label, PER_ENFORCEMENT, False, value)


def _enforcement_rate(column: str, level: str | None) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        return _divided(1e5 * float(run.enforced(column, level=level)[run.start :].sum()), run.person_years)

    return value


def _balance() -> Iterator[Measure]:
    for column in BALANCE_COLUMNS:
        for family in INDEX_FAMILIES:
            label = f"{CAPTIONS[column]}, {_family_label(family)}"
            value = _balance_rate(column, family)
            yield Measure(column, family, BALANCE_SECTION, label, PER_ENFORCEMENT, False, value)


def _balance_rate(column: str, family: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        return _divided(1e5 * run.balanced(column, family), run.person_years)

    return value


def _incapacitation() -> Iterator[Measure]:
    """Yield what a person who was removed would have done, what an average person does, and how far they differ."""
    for family in INDEX_FAMILIES:
        label = f"Prevented by removal, {_family_label(family)}"
        value = _prevented_per_year_away(family)
        yield Measure("prevented_per_year_away", family, INCAPACITATION_SECTION, label, PER_YEAR_AWAY, False, value)
    for family in INDEX_FAMILIES:
        label = f"By the average person, {_family_label(family)}"
        value = _offences_per_person_year(family)
        yield Measure("offences_per_person_year", family, INCAPACITATION_SECTION, label, PER_PERSON_YEAR, False, value)
    for family in INDEX_FAMILIES:
        label = f"The one over the other, {_family_label(family)}"
        value = _removed_to_average(family)
        yield Measure("removed_to_average", family, INCAPACITATION_SECTION, label, "ratio", False, value)


def _prevented_per_year_away(family: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        return _divided(run.balanced("prevented_by_removal", family), float(run.away()[run.start :].sum()) / 12)

    return value


def _offences_per_person_year(family: str) -> Callable[[RunSummary], float]:
    def value(run: RunSummary) -> float:
        person_years = float(run.population("people")[run.start :].sum()) / 12
        return _divided(float(run.crimes(family, "occurred")[run.start :].sum()), person_years)

    return value


def _removed_to_average(family: str) -> Callable[[RunSummary], float]:
    prevented, average = _prevented_per_year_away(family), _offences_per_person_year(family)

    def value(run: RunSummary) -> float:
        return _divided(prevented(run), average(run))

    return value


def _family_label(family: str) -> str:
    """Return the label of ``family`` as it stands within a sentence."""
    return LABELS[family][0].lower() + LABELS[family][1:]


def _group_label(group: str) -> str:
    if group == "all":
        return "all targets"
    return LABELS[group] if group == "hispanic" else _family_label(group)
