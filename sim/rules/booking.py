"""Booking: criminal records, federal records, identification and removability."""

from __future__ import annotations

from sim.numerics.compiled import rule

LEVEL_1, LEVEL_2, LEVEL_3, LEVEL_NONE = 0, 1, 2, 3
CITIZEN, LAWFUL, UNAUTHORIZED = 0, 1, 2


@rule
def prior_felonies(uniform: float, share: float, repeat: float) -> int:
    """Return felonies before the run: 0, 1, or 2 for a share ``repeat`` of those with any."""
    if uniform >= share:
        return 0
    return 2 if uniform < share * repeat else 1


@rule
def prior_misdemeanors(uniform: float, share: float, repeat: float) -> int:
    """Return misdemeanours before the run: 0, 1, or 3 (three or more) for a share ``repeat`` of those with any."""
    if uniform >= share:
        return 0
    return 3 if uniform < share * repeat else 1


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
    noncitizen: bool, cap: bool, interview: float, prison: float, held: bool, jail_287g: bool, screening: float
) -> float:
    """Return the probability that jail screening (Criminal Alien Program or 287(g)) identifies a person booked."""
    if not noncitizen:
        return 0.0
    found = 0.0
    if cap:
        found = prison if held else interview
    if jail_287g:
        found = max(found, screening)
    return found


@rule
def is_identified(secure_communities: bool, federal_record: bool, uniform: float, screening: float) -> bool:
    """Return whether a person booked is identified; citizens with a federal record are matched too."""
    return (secure_communities and federal_record) or uniform < screening


@rule
def is_removable(status: int, level: int) -> bool:
    """Return whether immigration law lets ICE remove a person: unauthorized, or lawful with a level 1 or 2 record."""
    return status == UNAUTHORIZED or (status == LAWFUL and level <= LEVEL_2)
