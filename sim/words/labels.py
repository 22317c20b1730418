"""The words of the model: one table for each axis of the results.

Every engine array, results column, parameter table and report label takes its order and its spelling from here;
``codes`` gives the numbers that follow, and ``sim.numerics.compiled`` keys compiled code by both files.
"""

from __future__ import annotations

from typing import NamedTuple


class CrimeType(NamedTuple):
    """One crime type: its name, its family, where it is counted and which published figures speak of it."""

    name: str
    label: str
    violent: bool
    index: bool  # type: ignore[assignment]
    target: str
    county_column: str | None
    reporting_target: str | None
    rate_target: str | None


CRIME_TYPES: tuple[CrimeType, ...] = (
    CrimeType("homicide", "Homicide", True, True, "person", "recorded_murder_per_100k", None, "T01"),
    CrimeType("rape", "Rape", True, True, "person", "recorded_rape_per_100k", "T08", "T02"),
    CrimeType("robbery", "Robbery", True, True, "person", "recorded_robbery_per_100k", "T09", "T03"),
    CrimeType(
        "aggravated_assault",
        "Aggravated assault",
        True,
        True,
        "person",
        "recorded_aggravated_assault_per_100k",
        "T10",
        "T04",
    ),
    CrimeType("burglary", "Burglary", False, True, "household", "recorded_burglary_per_100k", "T11", "T05"),
    CrimeType("larceny", "Larceny", False, True, "household", "recorded_larceny_per_100k", "T12", "T06"),
    CrimeType(
        "motor_vehicle_theft",
        "Motor vehicle theft",
        False,
        True,
        "household",
        "recorded_motor_vehicle_theft_per_100k",
        "T13",
        "T07",
    ),
    CrimeType("simple_assault", "Simple assault", True, False, "person", None, None, "T46"),
)
CRIMES: tuple[str, ...] = tuple(crime.name for crime in CRIME_TYPES)
BACKGROUND_KINDS = ("violent", "vehicle_theft", "other_property")
"""Kinds of crime whose background trends differ; simple assault moves with violent crime."""
VIOLENT_CRIMES: tuple[str, ...] = tuple(crime.name for crime in CRIME_TYPES if crime.violent and crime.index)
SURVEYED_CRIMES: tuple[str, ...] = tuple(crime.name for crime in CRIME_TYPES if crime.name != "homicide")
"""What a survey can ask for."""
PROPERTY_CRIMES: tuple[str, ...] = tuple(crime.name for crime in CRIME_TYPES if not crime.violent)
FAMILIES: tuple[str, ...] = ("violent", "property")

GROUPS: tuple[str, ...] = ("hispanic", "other_noncitizen", "other")
COMMUNITY: tuple[str, ...] = GROUPS[:2]
"""The groups that immigration enforcement touches."""
TARGET_GROUPS: tuple[str, ...] = (*GROUPS, "organization")
STATUSES: tuple[str, ...] = ("citizen", "lawful_noncitizen", "unauthorized")
LEVELS: tuple[str, ...] = ("level_1", "level_2", "level_3", "none")
CUSTODIES: tuple[str, ...] = ("free", "jailed", "ice_custody", "away")
OFFENDER_CLASSES: tuple[str, ...] = ("frequent", "likely", "ordinary")
PATROLS: tuple[str, ...] = ("even", "population", "hot_spots")
"""How officers are spread over cells."""
CONVICTIONS: tuple[str, ...] = ("misdemeanor", "felony", "aggravated_felony")
CHANNELS: tuple[str, ...] = ("jail", "prison", "at_large", "task_force")
"""How ICE gets hold of somebody: out of a county jail, at the end of a prison term, outside, or by a task force."""
DUE: tuple[str, ...] = (
    *CONVICTIONS,
    "release",
    *(f"transfer_from_{channel}" for channel in CHANNELS),
    *(f"end_of_ice_custody_{channel}" for channel in CHANNELS),
    "return",
    "arrival",
)
"""What can be due to happen to somebody in a later month; ICE custody remembers how it came about."""
OUTCOMES: tuple[str, ...] = ("nothing", "taken_from_jail", "arrested_at_large")
"""What ICE does with somebody booked."""
FRIGHTS: tuple[str, ...] = ("removal", "arrest_at_large")
"""Why those close to somebody take fright."""
PERSON_FIELDS: tuple[tuple[str, int], ...] = (
    ("custody", 2),
    ("status", 2),
    ("felonies", 2),
    ("misdemeanors", 2),
    ("aggravated", 1),
    ("federal_record", 1),
    ("generation", 3),
    ("detainer_declined", 1),
    ("likely_offender", 1),
)
"""What is stored of a person in two bytes, from the lowest bit up: each field and its bits."""

# Gravest first: where a person is arrested twice in a month the booking is on the smaller number.
CHARGES: tuple[str, ...] = (
    "homicide",
    "rape",
    "robbery",
    "aggravated_assault",
    "burglary",
    "motor_vehicle_theft",
    "larceny",
    "street_felony",
    "simple_assault",
    "street_misdemeanor",
)
CHARGE_OF_CRIME: tuple[int, ...] = tuple(CHARGES.index(crime) for crime in CRIMES)

CALLERS: tuple[str, ...] = ("victim", "others", "officer")
CRIME_COLUMNS: tuple[str, ...] = (
    "occurred",
    "reported",
    "recorded",
    "cleared",
    "hospital",
    *(f"reported_by_{caller}" for caller in CALLERS),
)
PEOPLE_COLUMNS: tuple[str, ...] = (
    "people",
    "jailed",
    "in_ice_custody",
    "vacant",
    "incidents",
    "reported",
    "respondents",
)
ENFORCEMENT_COLUMNS: tuple[str, ...] = (
    "arrested",
    "convicted",
    "booked",
    "matched",
    "screened",
    "identified",
    "removable",
    "detainers",
    "honoured",
    "without_detainer",
    "from_prison",
    "ice_custody",
    "at_large",
    "removed",
    "removed_parents",
    "returned",
)
SURVEY_COLUMNS: tuple[str, ...] = ("told", "told_reported")
BALANCE_COLUMNS: tuple[str, ...] = (
    "prevented_by_removal",
    "prevented_by_deterrence",
    "added_by_impunity",
    "by_released_after_declined_detainer",
)
PROGRAMS: tuple[str, ...] = (
    "criminal_alien_program",
    "secure_communities",
    "agreement_287g_jail",
    "agreement_287g_task_force",
    "detainer_resolution",
    "priority_enforcement",
    "agreement_287g_warrant",
    "court_ruling",
)

REPEATS = ("1", "2", "3", "4", "5", "6+")
"""Victimizations of a victim in a calendar year."""
TABLES: tuple[str, ...] = (
    "crime",
    "survey",
    "people",
    "enforcement",
    "arrests",
    "counties",
    "repeat_victims",
    "rearrests",
)
"""The tables of every run, in the order in which they are listed."""

LABELS: dict[str, str] = {
    **{crime.name: crime.label for crime in CRIME_TYPES},
    "violent": "Violent index crime",
    "property": "Property crime",
    "total": "All index crime",
    "hispanic": "Hispanic",
    "other_noncitizen": "Other noncitizens",
    "other": "Everyone else",
    "organization": "Organizations",
    "citizen": "Citizens",
    "lawful_noncitizen": "Lawful noncitizens",
    "unauthorized": "Unauthorized people",
    "level_1": "Level 1",
    "level_2": "Level 2",
    "level_3": "Level 3",
    "none": "No conviction",
    **{charge: charge.replace("_", " ").capitalize() for charge in CHARGES if charge not in CRIMES},
    "occurred": "True",
    "reported": "Reported",
    "recorded": "Observed (recorded)",
    "cleared": "Cleared",
    "hospital": "Treated in hospital or died",
    "surveyed": "Surveyed",
}
"""What figures and reports call each name."""
