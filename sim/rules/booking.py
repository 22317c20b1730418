"""Booking: criminal records, federal records, identification and removability."""

from __future__ import annotations

from sim.numerics.compiled import rule
from sim.words.codes import LAWFUL, LEVEL_1, LEVEL_2, LEVEL_3, LEVEL_NONE, UNAUTHORIZED

MOST_PRIOR = 12
"""More convictions before the start are not told apart."""


@rule
def is_new_to_police(uniform: float, first: float) -> bool:
    """Return whether somebody booked is new to the police: without a record, whoever had the place before."""
    return uniform < first


@rule
def prior_convictions(uniform: float, ratio: float) -> int:
    """Return convictions before the start, geometric from 0 with the given ratio of each number to the one before.

    It is what years of bookings leave when each conviction is followed by the next or by a newcomer.
    """
    count, left = 0, 1.0 - ratio
    reached = left
    while uniform >= reached and count < MOST_PRIOR:
        left *= ratio
        reached += left
        count += 1
    return count


@rule
def prior_felonies(uniform: float, convictions: int, share: float) -> int:
    """Return how many of the convictions are felonies, each with probability ``share``: binomial."""
    count, term = 0, (1.0 - share) ** convictions
    reached = term
    while uniform >= reached and count < convictions:
        term *= (convictions - count) / (count + 1.0) * share / (1.0 - share)
        reached += term
        count += 1
    return count


@rule
def is_prior_aggravated(uniform: float, felonies: int, share: float) -> bool:
    """Return whether any of the felonies is an aggravated one, each with probability ``share``."""
    return uniform < 1.0 - (1.0 - share) ** felonies


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
