"""What is known of a person, packed in two bytes: how each field is read and written.

Criminal records are stored as what was added since the start; what a person brought is a keyed draw, made when needed.
"""

from __future__ import annotations

from sim.numerics.compiled import int64, rule
from sim.words.codes import (
    AGGRAVATED,
    AGGRAVATED_SHIFT,
    CITIZEN,
    CUSTODY_MASK,
    CUSTODY_SHIFT,
    DECLINED_SHIFT,
    FEDERAL_SHIFT,
    FELONY_SHIFT,
    GENERATION_MASK,
    GENERATION_SHIFT,
    LIKELY_SHIFT,
    MISDEMEANOR,
    MISDEMEANOR_SHIFT,
    MOST_ADDED,
    STATUS_MASK,
    STATUS_SHIFT,
)

HOUSEHOLD = 4
"""So many consecutive slots of a county's group share a home."""


@rule
def _part_of(person: int, shift: int, mask: int) -> int:
    """Return the field that begins at ``shift`` and holds numbers up to ``mask``."""
    return (int64(person) >> shift) & mask


@rule
def _with_part(person: int, shift: int, mask: int, value: int) -> int:
    """Return the person with another ``value`` in a field."""
    return (int64(person) & ~(int64(mask) << shift)) | (int64(value) << shift)


@rule
def custody_of(person: int) -> int:
    """Return free 0, jailed 1, ICE custody 2 or away 3."""
    return _part_of(person, CUSTODY_SHIFT, CUSTODY_MASK)


@rule
def status_of(person: int) -> int:
    """Return citizen 0, lawful noncitizen 1 or unauthorized 2."""
    return _part_of(person, STATUS_SHIFT, STATUS_MASK)


@rule
def generation_of(person: int) -> int:
    """Return the number of the newcomer in the slot, 1 to 7 over and over; 0 for those who were there at the start."""
    return _part_of(person, GENERATION_SHIFT, GENERATION_MASK)


@rule
def added_felonies(person: int) -> int:
    """Return convictions of a felony since the start; counted up to 3."""
    return _part_of(person, FELONY_SHIFT, MOST_ADDED)


@rule
def added_misdemeanors(person: int) -> int:
    """Return convictions of a misdemeanour since the start; counted up to 3."""
    return _part_of(person, MISDEMEANOR_SHIFT, MOST_ADDED)


@rule
def has_added_aggravated(person: int) -> int:
    """Return 1 for somebody convicted of an aggravated felony since the start."""
    return _part_of(person, AGGRAVATED_SHIFT, 1)


@rule
def is_known_to_ice(person: int) -> int:
    """Return 1 for a federal record by contact with ICE since the start."""
    return _part_of(person, FEDERAL_SHIFT, 1)


@rule
def was_declined(person: int) -> int:
    """Return 1 for somebody released after a detainer that the county declined."""
    return _part_of(person, DECLINED_SHIFT, 1)


@rule
def is_likely_offender(person: int) -> int:
    """Return 1 for a likely offender."""
    return _part_of(person, LIKELY_SHIFT, 1)


@rule
def with_custody(person: int, custody: int) -> int:
    """Return the person in another custody."""
    return _with_part(person, CUSTODY_SHIFT, CUSTODY_MASK, custody)


@rule
def with_status(person: int, status: int) -> int:
    """Return the person with another legal status."""
    return _with_part(person, STATUS_SHIFT, STATUS_MASK, status)


@rule
def with_known_to_ice(person: int, value: int) -> int:
    """Return the person with a federal record (1) or without (0)."""
    return _with_part(person, FEDERAL_SHIFT, 1, value)


@rule
def with_declined(person: int, value: int) -> int:
    """Return the person as released after a declined detainer (1) or not (0)."""
    return _with_part(person, DECLINED_SHIFT, 1, value)


@rule
def with_likely_offender(person: int, value: int) -> int:
    """Return the person as a likely offender (1) or not (0)."""
    return _with_part(person, LIKELY_SHIFT, 1, value)


@rule
def with_conviction(person: int, kind: int) -> int:
    """Return the person with one more conviction: misdemeanour 0, felony 1, aggravated felony 2; counts stop at 3."""
    person = int64(person)
    shift = MISDEMEANOR_SHIFT if kind == MISDEMEANOR else FELONY_SHIFT
    if _part_of(person, shift, MOST_ADDED) < MOST_ADDED:
        person += int64(1) << shift
    return _with_part(person, AGGRAVATED_SHIFT, 1, 1) if kind == AGGRAVATED else person


@rule
def newcomer(person: int) -> int:
    """Return the fresh person who takes somebody's place, with status and rank as before but no record.

    The generation counts on and skips 0, which is that of the people of the start.
    """
    generation = 1 + generation_of(person) % GENERATION_MASK
    fresh = with_likely_offender(generation << GENERATION_SHIFT, is_likely_offender(person))
    return with_custody(with_status(fresh, status_of(person)), custody_of(person))


@rule
def is_tied(group_status: int, mixed: bool) -> int:
    """Return the tie to enforcement: citizen 0, citizen of a mixed household 1, lawful noncitizen 2, unauthorized 3."""
    if group_status == CITIZEN:
        return 1 if mixed else 0
    return group_status + 1


@rule
def first_of_household(slot: int, low: int) -> int:
    """Return the first slot of a household; ``low`` is the first slot of the county's group."""
    return low + (slot - low) // HOUSEHOLD * HOUSEHOLD
