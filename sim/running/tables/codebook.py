"""The codebook: every column of every results file with type, unit and meaning."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.words import labels
from sim.words.labels import BALANCE_COLUMNS, FAMILIES, PROGRAMS

TABLES: tuple[str, ...] = (*labels.TABLES, "outcomes", "world", "summary")


class Column(NamedTuple):
    """One column of one results table."""

    table: str
    column: str
    type: str
    unit: str
    meaning: str


_KEYS = (
    ("scenario", "text", "", "Name of the scenario"),
    ("replication", "whole number", "", "Number of the run, from 0; runs with one number share their luck"),
    ("county", "text", "", "County: FIPS code, or row and column of a grid"),
    ("month", "text", "YYYY-MM", "Calendar month"),
)
_CRIME = (
    ("type", "text", "", "Crime type; the FBI index types and simple assault"),
    ("group", "text", "", "Group of the target; organization: a business or institution"),
    ("occurred", "whole number", "incidents", "Incidents that happened, in the simulated world"),
    ("reported", "whole number", "incidents", "Of the true ones, reported to police"),
    ("recorded", "whole number", "incidents", "Of those reported, recorded by police: observed crime"),
    ("cleared", "whole number", "incidents", "Of those recorded, solved by an arrest"),
    ("hospital", "whole number", "incidents", "Of the true ones, victim treated in hospital or dead, reported or not"),
    ("reported_by_victim", "whole number", "incidents", "Of those reported, the victim called first"),
    ("reported_by_others", "whole number", "incidents", "Of those reported, a third party called first"),
    ("reported_by_officer", "whole number", "incidents", "Of those reported, an officer on the spot was first"),
)
_SURVEY = (
    ("group", "text", "", "Group of the respondent"),
    ("status", "text", "", "Legal status of the respondent, at the interview"),
    ("type", "text", "", "Crime type; homicide cannot be told"),
    (
        "told",
        "whole number",
        "incidents",
        "Incidents of this month told in later interviews, by persons aged 12 and over",
    ),
    ("told_reported", "whole number", "incidents", "Of those told, said to be reported to police"),
    (
        "person_months",
        "whole number",
        "persons",
        "Respondents whose interview covers this month; the same in the rows of all types",
    ),
    ("weight", "number", "persons", "Real persons aged 12 and over for whom a respondent stands"),
)
_PEOPLE = (
    ("group", "text", "", "Group of people"),
    ("status", "text", "", "Legal status"),
    ("people", "whole number", "persons", "People simulated (agents), at the end of the month"),
    ("jailed", "whole number", "persons", "Of them in jail or prison"),
    ("in_ice_custody", "whole number", "persons", "Of them in the custody of Immigration and Customs Enforcement"),
    ("vacant", "whole number", "places", "Places in households that nobody holds after a removal"),
    ("incidents", "whole number", "incidents", "True incidents of all types with a target in this group and status"),
    ("reported", "whole number", "incidents", "Of them reported to police"),
    ("respondents", "whole number", "persons", "Survey panel members aged 12 and over who responded in this month"),
    (
        "trust",
        "number",
        "0 to 1",
        "Mean trust that acts, of respondents; 1: none is lost; empty where nobody responded",
    ),
)
_ENFORCEMENT = (
    ("group", "text", "", "Group of the person"),
    ("status", "text", "", "Legal status of the person"),
    ("level", "text", "", "Criminal record: level 1 the gravest, to 3; none: no conviction"),
    ("arrested", "whole number", "events", "Arrests by local police"),
    ("convicted", "whole number", "events", "Convictions"),
    ("booked", "whole number", "events", "Arrests whose fingerprints were sent to the federal databases"),
    ("matched", "whole number", "events", "Of those booked, matched with immigration records (Secure Communities)"),
    ("screened", "whole number", "events", "Of those booked, found by interviews and screening in the jail or prison"),
    ("identified", "whole number", "events", "Of those booked, matched or screened; some are both"),
    ("removable", "whole number", "events", "Of those identified, removable under immigration law"),
    ("detainers", "whole number", "events", "Of those removable, detainers issued"),
    ("honoured", "whole number", "events", "Of the detainers, honoured by the county"),
    ("without_detainer", "whole number", "events", "Removable people whom ICE takes from a county jail without one"),
    ("from_prison", "whole number", "events", "Removable people whom ICE takes over at the end of a prison term"),
    ("ice_custody", "whole number", "events", "People taken into ICE custody"),
    ("at_large", "whole number", "events", "People arrested by ICE outside of jails"),
    ("removed", "whole number", "events", "People removed from the country"),
    ("removed_parents", "whole number", "events", "Of those removed, parents of a child who is a citizen"),
    ("returned", "whole number", "events", "Removed people who came back"),
)
_ARRESTS = (
    ("group", "text", "", "Group of the person arrested"),
    ("status", "text", "", "Legal status of the person arrested"),
    ("charge", "text", "", "Gravest charge; street_felony and street_misdemeanor: minor offences, no index crime"),
    ("bookings", "whole number", "persons", "People arrested and booked in the county, at most once a month"),
)
_REPEAT_VICTIMS = (
    ("year", "whole number", "", "Calendar year, whole within the run; the whole world"),
    ("family", "text", "", "violent: persons in the panel and violent crime; property: their households"),
    ("victimizations", "text", "", "How often victim in the year; 6+: six times or more"),
    ("victims", "whole number", "persons or households", "Those who were victims so often"),
    ("incidents", "whole number", "incidents", "Incidents that they bore"),
)
_REARRESTS = (
    ("month", "text", "YYYY-MM", "A January; followed are those booked and released in it"),
    ("status", "text", "", "Legal status at the release; the whole world"),
    ("released", "whole number", "persons", "People booked and released at once, not taken by ICE"),
    ("rearrested", "whole number", "persons", "Of them, booked again within twelve months"),
)
_COUNTIES = (
    ("county_fear_hispanic", "number", "fear", "Fear of all Hispanic people; trust is exp(-(county fear + own fear))"),
    ("county_fear_other_noncitizen", "number", "fear", "The same of noncitizens who are not Hispanic"),
    ("relative_risk", "number", "ratio", "Risk of being reported and solved, relative to full trust"),
    ("removal_risk", "number", "share", "Running share of removable arrestees who are removed"),
    ("officers", "number", "officers", "Police officers, at the scale of the simulated world"),
)
_WORLD = (
    ("county", "text", "", "County: FIPS code, or row and column of a grid"),
    ("name", "text", "", "Name of the county"),
    ("state", "text", "", "State; empty in a grid"),
    ("row", "whole number", "", "Row in a grid; -1 elsewhere"),
    ("column", "whole number", "", "Column in a grid; -1 elsewhere"),
    ("latitude", "number", "degrees", "Latitude of the county's internal point; empty in a grid"),
    ("longitude", "number", "degrees", "Longitude of the county's internal point; empty in a grid"),
    ("persons", "number", "persons", "Real people"),
    ("agents", "whole number", "persons", "Simulated people"),
)
_SUMMARY = (
    (
        "scenario",
        "text",
        "",
        "Rows of the reference are levels, of others changes against it or their own NAME.without",
    ),
    ("measure", "text", "", "What is measured; gap: observed change minus true change"),
    ("group", "text", "", "Group, status, level or family that it is measured for; all: everybody"),
    ("estimate", "number", "see unit", "Mean over replications (of paired differences, for changes)"),
    ("low", "number", "see unit", "Lower end of the 95 % t-interval over replications"),
    ("high", "number", "see unit", "Upper end of the 95 % t-interval over replications"),
    ("unit", "text", "", "Unit of the three numbers; says why where they are blank"),
)


def columns(tables: Sequence[str] = TABLES) -> list[Column]:
    """Return the columns of ``tables``, in the order in which they stand in the files."""
    own = {
        "crime": (*_KEYS, *_CRIME),
        "survey": (*_KEYS, *_SURVEY),
        "people": (*_KEYS, *_PEOPLE),
        "enforcement": (*_KEYS, *_ENFORCEMENT),
        "arrests": (*_KEYS, *_ARRESTS),
        "repeat_victims": (*_KEYS[:2], *_REPEAT_VICTIMS),
        "rearrests": (*_KEYS[:2], *_REARRESTS),
        "counties": (*_KEYS, *_programs(), *_COUNTIES, *_balance()),
        "outcomes": (*_KEYS[:2], *(_outcomes() if "outcomes" in tables else ())),
        "world": _WORLD,
        "summary": _SUMMARY,
    }
    return [Column(table, *entry) for table in tables for entry in own[table]]


def write_codebook(path: Path, tables: Sequence[str] = TABLES, others: Sequence[Column] = ()) -> None:
    """Write the codebook of ``tables`` as CSV, and the columns of ``others`` after it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Column._fields)
        writer.writerows([*columns(tables), *others])


def _outcomes() -> Iterator[tuple[str, str, str, str]]:
    from sim.running.outcomes import column_of, measures

    for measure in measures():
        section = measure.section.split(":")[0]
        meaning = f"{section}: {measure.label}, over the evaluation; empty where it cannot be computed"
        yield column_of(measure), "number", measure.unit, meaning


def program_words(name: str) -> str:
    """Return a program's name as codebooks write it."""
    return name.replace("_", " ").replace("agreement 287g", "287(g) agreement,")


def _programs() -> Iterator[tuple[str, str, str, str]]:
    for name in PROGRAMS:
        yield name, "true or false", "", f"In force here in this month: {program_words(name)}"


def _balance() -> Iterator[tuple[str, str, str, str]]:
    meanings = (
        "Offences that did not happen as the person had been removed",
        "Offences that removable people were deterred from",
        "Offences added because offenders expect less risk of being reported and solved",
        "True offences by people released after a county declined a detainer",
    )
    for name, meaning in zip(BALANCE_COLUMNS, meanings, strict=True):
        for family in FAMILIES:
            yield f"{name}_{family}", "whole number", "incidents", f"{meaning}; {family} index crime"
