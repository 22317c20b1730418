"""Booking: criminal records, federal records, identification and removability."""

from __future__ import annotations

from sim.numerics.compiled import rule
from sim.words.codes import LAWFUL, LEVEL_1, LEVEL_2, LEVEL_3, LEVEL_NONE, UNAUTHORIZED

MOST_FELONIES, MOST_MISDEMEANORS = 2, 3
"""More of them make no difference to the level of a record."""
RECORD_COUNT = (MOST_FELONIES + 1) * (MOST_MISDEMEANORS + 1) * 2


@rule
def is_new_to_police(uniform: float, first: float) -> bool:
    """Return whether somebody booked is new to the police: without a record, whoever had the place before."""
    return uniform < first


@rule
def felonies_in(record: int) -> int:
    """Return the felonies in a record."""
    return record // (MOST_MISDEMEANORS + 1) % (MOST_FELONIES + 1)


@rule
def misdemeanors_in(record: int) -> int:
    """Return the misdemeanours in a record."""
    return record % (MOST_MISDEMEANORS + 1)


@rule
def aggravated_in(record: int) -> int:
    """Return 1 where a felony in a record is an aggravated one, else 0."""
    return record // ((MOST_MISDEMEANORS + 1) * (MOST_FELONIES + 1))


@rule
def record_level(felonies: int, misdemeanors: int, aggravated: int) -> int:
    """Return a record's level: aggravated or two felonies 1, one felony or three misdemeanours 2, others 3."""
    if aggravated > 0 or felonies >= 2:
        return LEVEL_1
    if felonies == 1 or misdemeanors >= 3:
        return LEVEL_2
    return LEVEL_3 if misdemeanors > 0 else LEVEL_NONE


@rule
def has_federal_record(known: int, uniform: float, share: float) -> bool:
    """Return whether fingerprints are in the immigration database; true after any contact with ICE."""
    return known > 0 or uniform < share


@rule
def screening_probability(
    noncitizen: bool,
    cap: bool,
    interview: float,
    prison: float,
    held: bool,
    jail_287g: bool,
    deputies: float,
    ease: float,
) -> float:
    """Return the probability that jail screening (Criminal Alien Program or 287(g)) finds a person booked.

    ``ease`` is how easily the person's group is found, relative to Hispanic noncitizens.
    """
    if not noncitizen:
        return 0.0
    found = 0.0
    if cap:
        found = prison if held else interview
    if jail_287g:
        found = max(found, deputies)
    return found * ease


@rule
def is_matched(secure_communities: bool, federal_record: bool) -> bool:
    """Return whether fingerprints are matched with the immigration database; those of citizens are too."""
    return secure_communities and federal_record


@rule
def is_screened(uniform: float, screening: float) -> bool:
    """Return whether an interview or other screening in the jail finds a person."""
    return uniform < screening


@rule
def is_removable(status: int, level: int) -> bool:
    """Return whether immigration law lets ICE remove a person: unauthorized, or lawful with a level 1 or 2 record."""
    return status == UNAUTHORIZED or (status == LAWFUL and level <= LEVEL_2)
