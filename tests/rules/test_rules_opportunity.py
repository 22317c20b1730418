"""Rules of opportunity and offending: worked tables, limits and shares."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.parameters import Parameters
from sim.rules.offending import (
    deterrence,
    displaced,
    guardianship,
    impunity,
    intensity,
    is_taken,
    relative_patrol,
)
from sim.rules.opportunity import (
    choose,
    likely_mass,
    repeat_part,
    repeat_victim,
    repeat_victims,
    repeat_width,
    roster_entry,
    roster_length,
    scattered,
)
from sim.words.codes import BY_POPULATION, EVEN, HOT_SPOTS
from sim.words.labels import PATROLS

LAST = 1.0 - 2.0**-53
uniforms = st.floats(0.0, LAST)
shares = st.floats(0.01, 1.0)


def steps(number: int) -> np.ndarray:
    """Return the midpoints of ``number`` equal parts of [0, 1)."""
    return (np.arange(number) + 0.5) / number


# Choices


def test_choose_takes_its_share() -> None:
    assert [choose(u, 0.3) for u in (0.0, 0.299, 0.3, 0.9)] == [True, True, False, False]
    assert not choose(0.0, 0.0)
    assert choose(LAST, 1.0)


# Targets


@given(uniforms, st.integers(1, 5000), st.integers(1, 600), st.integers(0, 2**62))
def test_a_repeat_victim_is_one_of_the_people(uniform: float, size: int, stratum: int, identity: int) -> None:
    victims = repeat_victims(size, stratum, identity)
    assert victims in (size // stratum, -(-size // stratum))
    assert victims == 0 or 0 <= repeat_victim(uniform, victims, stratum, identity) < size
    assert (repeat_part(size, 0.3, stratum, identity) > 0.0) == (victims > 0)


def test_repeat_victims_are_one_in_each_stratum() -> None:
    found = [repeat_victim(u, 8, 512, 12345) for u in steps(8000)]
    numbers, counts = np.unique(found, return_counts=True)
    assert [number // 512 for number in numbers] == list(range(8))
    assert counts.tolist() == [1000] * 8
    assert {repeat_victim(u, 8, 512, 54321) for u in steps(8)} != set(numbers.tolist())


@pytest.mark.parametrize(("size", "borne"), [(60, 60.0), (150, 125.0), (700, 125.0), (1000, 125.0), (100_000, 125.0)])
def test_what_a_repeat_victim_bears_does_not_depend_on_size(size: int, borne: float) -> None:
    """Over many counties the part is a quarter, and each victim bears what 500 people would of it.

    A county of 700 has one victim or two, one of 150 has one in three cases of ten. Against 60 people there are not so
    many incidents: in a quarter of such counties one victim bears all.
    """
    width = repeat_width(size, 500, 125.0)
    victims = np.array([repeat_victims(size, width, identity) for identity in range(20_000)])
    parts = np.array([repeat_part(size, 0.25, width, identity) for identity in range(20_000)])
    assert parts.mean() == pytest.approx(0.25, abs=0.01)
    assert parts[victims > 0] * size / victims[victims > 0] == pytest.approx(borne)


def test_a_repeat_victim_bears_no_more_than_there_is() -> None:
    assert {repeat_part(50, 0.25, 500, identity) for identity in range(1000)} == {0.0, 1.0}
    assert repeat_part(0, 0.25, 500, 1) == 0.0
    assert [repeat_width(size, 500, 125.0) for size in (0, 1, 60, 124, 125, 9999)] == [1, 4, 240, 496, 500, 500]
    assert repeat_width(10, 500, 0.0) == 500


@given(st.integers(0, 2**62), st.integers(0, 2**31), st.integers(1, 10_000))
def test_scattered_is_a_fixed_place(identity: int, index: int, modulus: int) -> None:
    assert 0 <= scattered(identity, index, modulus) < modulus
    assert scattered(identity, index, modulus) == scattered(identity, index, modulus)


def test_scattered_covers_its_range_evenly() -> None:
    """Chi-square with 63 degrees of freedom below 130 (level 1e-6); regular places would give 0 or hundreds."""
    counts = np.bincount([scattered(1003, index, 64) for index in range(64_000)], minlength=64)
    chi_square = float(((counts - 1000.0) ** 2 / 1000.0).sum())
    assert 10.0 < chi_square < 130.0


# Rosters


def test_roster_lengths() -> None:
    assert [roster_length(mass) for mass in (0.0, 0.05, 1.0, 1.0000000000000002, 2.01, 100.0)] == [0, 1, 1, 1, 3, 100]
    assert likely_mass(60, 0.05) == pytest.approx(3.0)
    assert roster_length(likely_mass(60, 0.05)) == 3


@given(uniforms, st.integers(1, 100_000), st.floats(0.005, 1.0), shares, shares)
@example(LAST, 1980, 0.05, 0.18, 0.52)
def test_roster_entry_is_in_the_roster(
    uniform: float, size: int, likely_share: float, frequent_share: float, frequent_offending: float
) -> None:
    mass = likely_mass(size, likely_share)
    assert 0 <= roster_entry(uniform, mass, frequent_share, frequent_offending) < roster_length(mass)


def test_those_who_offend_often_get_their_share_evenly() -> None:
    """18 % of a roster of 100 get 52 % of encounters, 0.52 / 18 each; the others 0.48 / 82 each."""
    counts = np.bincount([roster_entry(u, 100.0, 0.18, 0.52) for u in steps(1_000_000)], minlength=100) / 1_000_000
    assert counts[:18] == pytest.approx(0.02888889, abs=2e-6)
    assert counts[18:] == pytest.approx(0.00585366, abs=2e-6)


def test_last_entry_counts_for_its_part() -> None:
    """Mass 2.5 with a fifth frequent: half of entry 0 is frequent, the last entry is half a person."""
    counts = np.bincount([roster_entry(u, 2.5, 0.2, 0.5) for u in steps(100_000)], minlength=3) / 100_000
    assert counts == pytest.approx([0.625, 0.25, 0.125], abs=2e-5)


# Offending


@pytest.mark.parametrize(
    ("effect", "patrol", "expected"), [(0.3, 0.0, 1.3498588), (0.3, 0.5, 1.1618342), (0.3, 2.0, 0.7408182), (0, 9, 1)]
)
def test_guardianship(effect: float, patrol: float, expected: float) -> None:
    assert guardianship(effect, patrol) == pytest.approx(expected)
    assert guardianship(effect, 1.0) == 1.0


@pytest.mark.parametrize(
    ("policy", "recent", "total", "expected"),
    [
        (EVEN, 6.0, 10.0, 0.8),
        (BY_POPULATION, 6.0, 10.0, 1.0),
        (HOT_SPOTS, 6.0, 10.0, 1.7),
        (HOT_SPOTS, 0.0, 10.0, 0.5),
        (HOT_SPOTS, 0.0, 0.0, 1.0),
    ],
)
def test_relative_patrol(policy: int, recent: float, total: float, expected: float) -> None:
    """A cell of 1,000 in a county of 4,000 people in 5 cells."""
    assert relative_patrol(policy, 1000, 4000, 5, recent, total) == pytest.approx(expected)


def test_patrol_names_and_numbers_agree() -> None:
    assert [PATROLS[number] for number in (EVEN, BY_POPULATION, HOT_SPOTS)] == ["even", "population", "hot_spots"]
    assert get_args(type(Parameters().police).model_fields["patrol"].annotation) == PATROLS


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 50)), min_size=1, max_size=20), st.sampled_from([0, 2]))
def test_patrol_has_mean_one_over_people(cells: list[tuple[int, int]], policy: int) -> None:
    people, total = sum(size for size, _ in cells), float(sum(recent for _, recent in cells))
    mean = sum(size * relative_patrol(policy, size, people, len(cells), recent, total) for size, recent in cells)
    assert mean / people == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("risk", "elasticity", "expected"), [(0.5, 0.6, 1.5157166), (0.8, 0.6, 1.1432626), (0.8, 1.5, 1.3975425)]
)
def test_impunity(risk: float, elasticity: float, expected: float) -> None:
    assert impunity(risk, elasticity) == pytest.approx(expected)


@given(st.floats(0.01, 3.0), st.floats(0.0, 1.5))
def test_impunity_limits(risk: float, elasticity: float) -> None:
    assert impunity(1.0, elasticity) == 1.0
    assert impunity(risk, 0.0) == 1.0
    assert impunity(min(risk, 1.0), elasticity) >= 1.0 >= impunity(max(risk, 1.0), elasticity)


@pytest.mark.parametrize(
    ("strength", "risk", "reference", "expected"),
    [(0.3, 0.1, 0.25, 0.88), (0.3, 0.25, 0.25, 0.7), (0.3, 0.9, 0.25, 0.7), (1.0, 1.0, 0.5, 0.0), (0.3, 0.0, 0.2, 1.0)],
)
def test_deterrence(strength: float, risk: float, reference: float, expected: float) -> None:
    assert deterrence(strength, risk, reference) == pytest.approx(expected)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-1.0, 1.0))
def test_deterrence_limits(strength: float, risk: float, reference: float) -> None:
    assert deterrence(0.0, risk, reference) == 1.0
    assert deterrence(strength, risk, 0.0) == 1.0
    assert 1.0 - strength <= deterrence(strength, risk, reference) <= 1.0


def test_an_opportunity_is_taken_by_readiness_over_headroom() -> None:
    """Propensity .5, guardianship 1.1, impunity 1.2, deterrence .9: .594, of a headroom of 2 a chance of .297."""
    ready = intensity(0.5, 1.1, 1.2, 0.9)
    assert ready == pytest.approx(0.594)
    assert [is_taken(u, 2.0, ready) for u in (0.0, 0.2969, 0.2971)] == [True, True, False]
    assert not is_taken(0.0, 2.0, intensity(0.0, 1.0, 5.0, 1.0))
    assert is_taken(LAST, 2.0, intensity(3.0, 1.0, 1.0, 1.0))  # beyond headroom: the engine counts it as clipped


@pytest.mark.parametrize(
    ("factor", "mean", "share", "expected"), [(1.2, 1.1, 0.0, 1.2), (1.2, 1.2, 1.0, 1.0), (1.5, 1.21, 0.5, 1.5 / 1.1)]
)
def test_displaced(factor: float, mean: float, share: float, expected: float) -> None:
    """At share 0 nothing moves; at share 1 the people-weighted mean is 1 again."""
    assert displaced(factor, mean, share) == pytest.approx(expected)


# At the edges


def test_impunity_beside_its_special_cases() -> None:
    assert impunity(0.5, 0.01) == pytest.approx(0.5**-0.01, rel=1e-12)
    assert impunity(1.11, 0.6) == pytest.approx(1.11**-0.6, rel=1e-12)
    assert impunity(0.99, 0.6) == pytest.approx(0.99**-0.6, rel=1e-12)


def test_deterrence_beside_its_special_cases() -> None:
    assert deterrence(0.01, 1.0, 1.0) == pytest.approx(0.99)
    assert deterrence(0.3, 0.005, 0.01) == pytest.approx(0.85)
    assert deterrence(0.3, 0.5, 0.0) == 1.0


def test_a_repeat_victim_bears_less_where_there_are_hardly_enough_people() -> None:
    assert repeat_width(1, 500, 1.05) == 476
    assert repeat_width(1, 500, 0.9) == 500
