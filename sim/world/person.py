"""What is known of a person, packed in two bytes: the one place that names the bits.

Criminal records are stored as what was added since the start; what a person brought is a keyed draw, made when needed.
"""

from __future__ import annotations

from sim.numerics.compiled import int64, rule

FREE, JAILED, ICE_CUSTODY, AWAY = 0, 1, 2, 3
CUSTODY_MASK = 0b11
STATUS_SHIFT = 2
FELONY_SHIFT = 4
MISDEMEANOR_SHIFT = 6
AGGRAVATED_SHIFT = 8
FEDERAL_SHIFT = 9
GENERATION_SHIFT = 10
GENERATIONS = 8
DECLINED_SHIFT = 13
TRANSFER_SHIFT = 14
LIKELY_SHIFT = 15


@rule
def custody_of(person: int) -> int:
    """Return free 0, jailed 1, ICE custody 2 or away 3."""
    return int64(person) & 3


@rule
def status_of(person: int) -> int:
    """Return citizen 0, lawful noncitizen 1 or unauthorized 2."""
    return (int64(person) >> 2) & 3


@rule
def generation_of(person: int) -> int:
    """Return how many newcomers have filled the slot, modulo 8."""
    return (int64(person) >> 10) & 7


@rule
def bit_of(person: int, shift: int) -> int:
    """Return one bit: aggravated 8, federal record 9, released after a declined detainer 13, transfer 14, likely 15."""
    return (int64(person) >> shift) & 1


@rule
def with_bit(person: int, shift: int, value: int) -> int:
    """Return the person with one bit set to ``value``."""
    return (int64(person) & ~(int64(1) << shift)) | (int64(value) << shift)


@rule
def with_custody(person: int, custody: int) -> int:
    """Return the person in another custody."""
    return (int64(person) & ~int64(3)) | custody


@rule
def with_status(person: int, status: int) -> int:
    """Return the person with another legal status."""
    return (int64(person) & ~int64(12)) | (int64(status) << 2)


@rule
def with_conviction(person: int, kind: int) -> int:
    """Return the person with one more conviction: misdemeanour 0, felony 1, aggravated felony 2; counts stop at 3."""
    person = int64(person)
    shift = 6 if kind == 0 else 4
    count = (person >> shift) & 3
    if count < 3:
        person += int64(1) << shift
    if kind == 2:
        person |= int64(1) << 8
    return person


@rule
def newcomer(person: int, status: int, likely: int) -> int:
    """Return the fresh person who fills a slot: next generation, free, no added record."""
    generation = (((int64(person) >> 10) & 7) + 1) & 7
    return (int64(status) << 2) | (generation << 10) | (int64(likely) << 15)


@rule
def departed_entry(slot: int, status: int) -> int:
    """Return the roster entry of a likely offender replaced for good: below 0, it remembers the status they had."""
    return ~(2 * int64(slot) + (1 if status == 1 else 0))


@rule
def departed_status(entry: int) -> int:
    """Return the status, lawful noncitizen 1 or unauthorized 2, that a departed roster entry remembers."""
    return 2 - (~int64(entry) & 1)


@rule
def departed_person(entry: int) -> int:
    """Return the person whom a departed roster entry stands for: away, with the status they had."""
    return (departed_status(entry) << 2) | 3


@rule
def is_tied(group_status: int, mixed: bool) -> int:
    """Return the tie to enforcement: citizen 0, citizen of a mixed household 1, lawful noncitizen 2, unauthorized 3."""
    if group_status == 0:
        return 1 if mixed else 0
    return group_status + 1
