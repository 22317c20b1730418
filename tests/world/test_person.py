"""The two bytes of a person: what is set is read back, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.words.labels import CUSTODIES
from sim.world import person as packed
from sim.world.person import (
    bit_of,
    custody_of,
    departed_entry,
    departed_status,
    generation_of,
    is_tied,
    newcomer,
    status_of,
    with_bit,
    with_conviction,
    with_custody,
    with_status,
)

people = st.integers(0, 2**16 - 1)
SHIFTS = (packed.AGGRAVATED_SHIFT, packed.FEDERAL_SHIFT, packed.DECLINED_SHIFT, packed.TRANSFER_SHIFT)
SHIFTS += (packed.LIKELY_SHIFT,)


def fields(person: int) -> dict[str, int]:
    """Return every field, decoded by arithmetic of its own."""
    widths = (("custody", 4), ("status", 4), ("felonies", 4), ("misdemeanors", 4), ("aggravated", 2), ("federal", 2))
    widths += (("generation", 8), ("declined", 2), ("transfer", 2), ("likely", 2))
    result = {}
    for name, size in widths:
        person, result[name] = divmod(person, size)
    assert person == 0
    return result


def unchanged(before: int, after: int, *names: str) -> bool:
    return all(fields(after)[name] == value for name, value in fields(before).items() if name not in names)


@given(people)
def test_readers(person: int) -> None:
    known = fields(person)
    assert custody_of(person) == known["custody"]
    assert status_of(person) == known["status"]
    assert generation_of(person) == known["generation"]
    names = ("aggravated", "federal", "declined", "transfer", "likely")
    assert [bit_of(person, shift) for shift in SHIFTS] == [known[name] for name in names]


def test_shifts_are_where_the_readers_look() -> None:
    assert SHIFTS == (8, 9, 13, 14, 15)
    assert (packed.STATUS_SHIFT, packed.FELONY_SHIFT, packed.MISDEMEANOR_SHIFT) == (2, 4, 6)
    assert (packed.GENERATION_SHIFT, packed.GENERATIONS, packed.CUSTODY_MASK) == (10, 8, 3)
    places = (packed.FREE, packed.JAILED, packed.ICE_CUSTODY, packed.AWAY)
    assert [CUSTODIES[place] for place in places] == ["free", "jailed", "ice_custody", "away"]


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


@pytest.mark.parametrize(
    ("shift", "name"), list(zip(SHIFTS, ("aggravated", "federal", "declined", "transfer", "likely"), strict=True))
)
@given(person=people, value=st.integers(0, 1))
def test_bit_round_trip(shift: int, name: str, person: int, value: int) -> None:
    after = with_bit(person, shift, value)
    assert bit_of(after, shift) == value
    assert unchanged(person, after, name)


@given(people, st.integers(0, 2))
def test_conviction(person: int, kind: int) -> None:
    before, after = fields(person), fields(with_conviction(person, kind))
    counted = "misdemeanors" if kind == 0 else "felonies"
    assert after[counted] == min(3, before[counted] + 1)
    assert after["aggravated"] == (1 if kind == 2 else before["aggravated"])
    assert unchanged(person, with_conviction(person, kind), counted, "aggravated")


@given(people, st.integers(0, 2), st.integers(0, 1))
def test_newcomer_is_fresh(person: int, status: int, likely: int) -> None:
    fresh = fields(newcomer(person, status, likely))
    assert fresh.pop("status") == status
    assert fresh.pop("likely") == likely
    assert fresh.pop("generation") == (fields(person)["generation"] + 1) % 8
    assert not any(fresh.values())


@given(people, st.integers(0, 2))
def test_everything_fits_two_bytes(person: int, kind: int) -> None:
    results: list[Callable[[], int]] = [
        lambda: with_custody(person, 3),
        lambda: with_status(person, 2),
        lambda: with_conviction(person, kind),
        lambda: newcomer(person, kind, 1),
        lambda: with_bit(person, 15, 1),
    ]
    assert all(0 <= result() < 2**16 for result in results)


def test_ties() -> None:
    found = [is_tied(status, mixed) for status in range(3) for mixed in (False, True)]
    assert found == [0, 1, 2, 2, 3, 3]


@given(st.integers(0, 400_000_000), st.sampled_from([1, 2]))
def test_departed_entries_remember_status_in_four_bytes(slot: int, status: int) -> None:
    entry = departed_entry(slot, status)
    assert -(2**31) <= entry < 0
    assert departed_status(entry) == status
    assert departed_entry(slot, 3 - status) != entry != departed_entry(slot + 1, status)
