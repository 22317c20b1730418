"""The number of each word: columns, groups, statuses, custody, what is due, and the bits of a person.

All follow from the order of ``labels`` and stand here once, for both engines. Compiled code freezes them, so
``sim.numerics.compiled`` keys it by this file too.
"""

from __future__ import annotations

from sim.words.labels import (
    BACKGROUND_KINDS,
    BALANCE_COLUMNS,
    CHANNELS,
    CHARGES,
    COMMUNITY,
    CONVICTIONS,
    CRIME_COLUMNS,
    CRIME_TYPES,
    CRIMES,
    CUSTODIES,
    DUE,
    ENFORCEMENT_COLUMNS,
    FAMILIES,
    FRIGHTS,
    GROUPS,
    LEVELS,
    OFFENDER_CLASSES,
    OUTCOMES,
    PATROLS,
    PEOPLE_COLUMNS,
    PERSON_FIELDS,
    REPEATS,
    STATUSES,
    SURVEY_COLUMNS,
    SURVEYED_CRIMES,
    TARGET_GROUPS,
)

# What is counted in a county and month, axis by axis.
CRIME_SHAPE = (len(CRIMES), len(TARGET_GROUPS), len(CRIME_COLUMNS))
PEOPLE_SHAPE = (len(GROUPS), len(STATUSES), len(PEOPLE_COLUMNS))
ENFORCEMENT_SHAPE = (len(GROUPS), len(STATUSES), len(LEVELS), len(ENFORCEMENT_COLUMNS))
ARRESTS_SHAPE = (len(GROUPS), len(STATUSES), len(CHARGES))
SURVEY_SHAPE = (len(GROUPS), len(STATUSES), len(SURVEYED_CRIMES), len(SURVEY_COLUMNS))
REPEATS_SHAPE = (len(FAMILIES), len(REPEATS), 2)
"""Victims by family and number of victimizations, six or more the last: victims, and incidents against them."""
REARRESTS_SHAPE = (len(STATUSES), 2)
"""People released, and those of them who were arrested again."""
BALANCE_SHAPE = (len(BALANCE_COLUMNS), len(FAMILIES))
CUSTODY_SHAPE = (len(GROUPS), len(STATUSES), len(CUSTODIES))
REMOVED_SHAPE = (len(COMMUNITY), len(CHANNELS))
"""People of the community who are removed, by group and by how ICE got hold of them."""

BACKGROUND_OF_CRIME = tuple(
    BACKGROUND_KINDS.index(
        "violent" if crime.violent else "vehicle_theft" if crime.name == "motor_vehicle_theft" else "other_property"
    )
    for crime in CRIME_TYPES
)
"""The kind of background trend of each crime type."""

GROUP_COUNT, FAMILY_COUNT = len(GROUPS), len(FAMILIES)
HISPANIC = TARGET_GROUPS.index("hispanic")
OTHER_NONCITIZEN = TARGET_GROUPS.index("other_noncitizen")
OTHER = TARGET_GROUPS.index("other")
"""The group outside the community that enforcement touches; those of the community have smaller numbers."""
ORGANIZATION = TARGET_GROUPS.index("organization")
"""Stands for the group of a target that is no person."""

CITIZEN = STATUSES.index("citizen")
LAWFUL = STATUSES.index("lawful_noncitizen")
UNAUTHORIZED = STATUSES.index("unauthorized")

LEVEL_1 = LEVELS.index("level_1")
LEVEL_2 = LEVELS.index("level_2")
LEVEL_3 = LEVELS.index("level_3")
LEVEL_NONE = LEVELS.index("none")

FREE = CUSTODIES.index("free")
JAILED = CUSTODIES.index("jailed")
ICE_CUSTODY = CUSTODIES.index("ice_custody")
"""Who is in this custody or one of a greater number is gone from the county."""
AWAY = CUSTODIES.index("away")

FREQUENT = OFFENDER_CLASSES.index("frequent")
LIKELY = OFFENDER_CLASSES.index("likely")
ORDINARY = OFFENDER_CLASSES.index("ordinary")

STREET_FELONY = CHARGES.index("street_felony")
STREET_MISDEMEANOR = CHARGES.index("street_misdemeanor")

EVEN = PATROLS.index("even")
BY_POPULATION = PATROLS.index("population")
HOT_SPOTS = PATROLS.index("hot_spots")

# Columns of crime.
TRUE = CRIME_COLUMNS.index("occurred")
REPORTED = CRIME_COLUMNS.index("reported")
RECORDED = CRIME_COLUMNS.index("recorded")
CLEARED = CRIME_COLUMNS.index("cleared")
HOSPITAL_BOOK = CRIME_COLUMNS.index("hospital")
REPORTED_BY_VICTIM = CRIME_COLUMNS.index("reported_by_victim")
"""The first of the columns by first caller, in the order in which ``rules.reporting`` numbers them."""

SURVEYED = [CRIMES.index(name) for name in SURVEYED_CRIMES]
HOMICIDE = CRIMES.index("homicide")

# Columns of people.
PEOPLE = PEOPLE_COLUMNS.index("people")
IN_CUSTODY = [PEOPLE_COLUMNS.index(name) for name in ("jailed", "in_ice_custody", "vacant")]
"""People jailed, in ICE custody and away, in the order of custodies."""
INCIDENTS = PEOPLE_COLUMNS.index("incidents")
REPORTED_BY_STATUS = PEOPLE_COLUMNS.index("reported")
RESPONDENTS = PEOPLE_COLUMNS.index("respondents")

# Columns of enforcement.
ARRESTED = ENFORCEMENT_COLUMNS.index("arrested")
CONVICTED = ENFORCEMENT_COLUMNS.index("convicted")
BOOKED = ENFORCEMENT_COLUMNS.index("booked")
MATCHED = ENFORCEMENT_COLUMNS.index("matched")
SCREENED = ENFORCEMENT_COLUMNS.index("screened")
IDENTIFIED = ENFORCEMENT_COLUMNS.index("identified")
REMOVABLE = ENFORCEMENT_COLUMNS.index("removable")
DETAINERS = ENFORCEMENT_COLUMNS.index("detainers")
HONOURED = ENFORCEMENT_COLUMNS.index("honoured")
WITHOUT_DETAINER = ENFORCEMENT_COLUMNS.index("without_detainer")
FROM_PRISON = ENFORCEMENT_COLUMNS.index("from_prison")
IN_ICE = ENFORCEMENT_COLUMNS.index("ice_custody")
AT_LARGE = ENFORCEMENT_COLUMNS.index("at_large")
REMOVED = ENFORCEMENT_COLUMNS.index("removed")
PARENTS = ENFORCEMENT_COLUMNS.index("removed_parents")
RETURNED = ENFORCEMENT_COLUMNS.index("returned")

# Columns of the balance of offences.
PREVENTED_BY_REMOVAL = BALANCE_COLUMNS.index("prevented_by_removal")
PREVENTED_BY_DETERRENCE = BALANCE_COLUMNS.index("prevented_by_deterrence")
ADDED_BY_IMPUNITY = BALANCE_COLUMNS.index("added_by_impunity")
AFTER_DECLINED_DETAINER = BALANCE_COLUMNS.index("by_released_after_declined_detainer")

# The bits of an incident told to the survey above which each part stands; whether it was reported is the lowest.
TOLD_MONTH, TOLD_COUNTY, TOLD_CRIME, TOLD_GROUP, TOLD_STATUS = 24, 8, 5, 3, 1

# What is due in a later month; convictions come first, by their kind.
CONVICTION = DUE.index(CONVICTIONS[0])
MISDEMEANOR = DUE.index("misdemeanor")
FELONY = DUE.index("felony")
AGGRAVATED = DUE.index("aggravated_felony")
RELEASE = DUE.index("release")
TRANSFER = DUE.index(f"transfer_from_{CHANNELS[0]}")
"""The first of the transfers to ICE when local custody ends, in the order of channels."""
END_OF_ICE_CUSTODY = DUE.index(f"end_of_ice_custody_{CHANNELS[0]}")
"""The first of the ends of ICE custody, in the order of channels."""
RETURN = DUE.index("return")
ARRIVAL = DUE.index("arrival")

# How ICE gets hold of somebody.
FROM_JAIL = CHANNELS.index("jail")
OUT_OF_PRISON = CHANNELS.index("prison")
OUTSIDE = CHANNELS.index("at_large")
BY_TASK_FORCE = CHANNELS.index("task_force")
CHANNEL_COUNT, COMMUNITY_COUNT = len(CHANNELS), len(COMMUNITY)

# What ICE does with somebody booked.
NOTHING = OUTCOMES.index("nothing")
TAKEN_FROM_JAIL = OUTCOMES.index("taken_from_jail")
ARRESTED_AT_LARGE = OUTCOMES.index("arrested_at_large")

# Why those close to somebody take fright.
AFTER_REMOVAL = FRIGHTS.index("removal")
AFTER_AT_LARGE = FRIGHTS.index("arrest_at_large")


def _shift(field: str) -> int:
    """Return the lowest bit of a field of a person."""
    place = [name for name, _ in PERSON_FIELDS].index(field)
    return sum(bits for _, bits in PERSON_FIELDS[:place])


def _mask(field: str) -> int:
    """Return the greatest number that a field of a person holds."""
    return (1 << dict(PERSON_FIELDS)[field]) - 1


# Where each field of a person begins, and the greatest number that the wider ones hold.
CUSTODY_SHIFT, CUSTODY_MASK = _shift("custody"), _mask("custody")
STATUS_SHIFT, STATUS_MASK = _shift("status"), _mask("status")
FELONY_SHIFT, MOST_ADDED = _shift("felonies"), _mask("felonies")
MISDEMEANOR_SHIFT = _shift("misdemeanors")
AGGRAVATED_SHIFT = _shift("aggravated")
FEDERAL_SHIFT = _shift("federal_record")
GENERATION_SHIFT, GENERATION_MASK = _shift("generation"), _mask("generation")
DECLINED_SHIFT = _shift("detainer_declined")
LIKELY_SHIFT = _shift("likely_offender")
