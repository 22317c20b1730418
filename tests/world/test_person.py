"""The two bytes of a person: what is set is read back, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.words import codes
from sim.words.labels import CONVICTIONS, CUSTODIES, PERSON_FIELDS, STATUSES
from sim.world.person import (
    HOUSEHOLD,
    added_felonies,
    added_misdemeanors,
    custody_of,
    first_of_household,
    generation_of,
    has_added_aggravated,
    is_known_to_ice,
    is_likely_offender,
    is_tied,
    newcomer,
    status_of,
    was_declined,
    with_conviction,
    with_custody,
    with_declined,
    with_known_to_ice,
    with_likely_offender,
    with_status,
)

people = st.integers(0, 2**15 - 1)
GENERATIONS = 7
READERS: dict[str, Callable[[int], int]] = {
    "custody": custody_of,
    "status": status_of,
    "felonies": added_felonies,
    "misdemeanors": added_misdemeanors,
    "aggravated": has_added_aggravated,
    "federal": is_known_to_ice,
    "generation": generation_of,
    "declined": was_declined,
    "likely": is_likely_offender,
}
WRITERS: dict[str, Callable[[int, int], int]] = {
    "federal": with_known_to_ice,
    "declined": with_declined,
    "likely": with_likely_offender,
}


def fields(person: int) -> dict[str, int]:
    """Return every field, decoded by arithmetic of its own."""
    widths = (("custody", 4), ("status", 4), ("felonies", 4), ("misdemeanors", 4), ("aggravated", 2), ("federal", 2))
    widths += (("generation", 8), ("declined", 2), ("likely", 2))
    result = {}
    for name, size in widths:
        person, result[name] = divmod(person, size)
    assert person == 0
    return result


def unchanged(before: int, after: int, *names: str) -> bool:
    return all(fields(after)[name] == value for name, value in fields(before).items() if name not in names)


@given(people)
def test_readers(person: int) -> None:
    assert {name: reader(person) for name, reader in READERS.items()} == fields(person)


def test_fields_fit_two_bytes_and_hold_every_name() -> None:
    bits = dict(PERSON_FIELDS)
    assert sum(bits.values()) == 15
    assert 2 ** bits["generation"] - 1 == GENERATIONS
    assert len(CUSTODIES) == 2 ** bits["custody"]
    assert len(STATUSES) <= 2 ** bits["status"]
    assert len(CONVICTIONS) <= codes.RELEASE


@given(people, st.integers(0, 3))
def test_custody_round_trip(person: int, custody: int) -> None:
    after = with_custody(person, custody)
    assert custody_of(after) == custody
    assert unchanged(person, after, "custody")


@given(people, st.integers(0, 2))
def test_status_round_trip(person: int, status: int) -> None:
    after = with_status(person, status)
    assert status_of(after) == status
    assert unchanged(person, after, "status")


@pytest.mark.parametrize("name", WRITERS)
@given(person=people, value=st.integers(0, 1))
def test_bit_round_trip(name: str, person: int, value: int) -> None:
    after = WRITERS[name](person, value)
    assert READERS[name](after) == value
    assert unchanged(person, after, name)


@given(people, st.integers(0, 2))
def test_conviction(person: int, kind: int) -> None:
    before, after = fields(person), fields(with_conviction(person, kind))
    counted = "misdemeanors" if kind == 0 else "felonies"
    assert after[counted] == min(3, before[counted] + 1)
    assert after["aggravated"] == (1 if kind == 2 else before["aggravated"])
    assert unchanged(person, with_conviction(person, kind), counted, "aggravated")


@given(people)
def test_newcomer_has_the_leavers_place_and_no_record(person: int) -> None:
    before, fresh = fields(person), fields(newcomer(person))
    for name in ("custody", "status", "likely"):
        assert fresh.pop(name) == before[name]
    assert fresh.pop("generation") == 1 + before["generation"] % GENERATIONS
    assert not any(fresh.values())


@given(people, st.integers(0, 2))
def test_everything_fits_two_bytes(person: int, kind: int) -> None:
    results: list[Callable[[], int]] = [
        lambda: with_custody(person, 3),
        lambda: with_status(person, 2),
        lambda: with_conviction(person, kind),
        lambda: newcomer(person),
        lambda: with_likely_offender(person, 1),
    ]
    assert all(0 <= result() < 2**15 for result in results)


def test_ties() -> None:
    found = [is_tied(status, mixed) for status in range(3) for mixed in (False, True)]
    assert found == [0, 1, 2, 2, 3, 3]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_households_are_four_slots_in_a_row(low: int, more: int) -> None:
    first = first_of_household(low + more, low)
    assert (first - low) % HOUSEHOLD == 0
    assert 0 <= low + more - first < HOUSEHOLD
