"""Keyed draws: NumPy's Philox is the oracle, closed forms the measure of the distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.numerics.draws import (
    POISSON_PART,
    Purpose,
    choices,
    draw,
    entity_of,
    geometric,
    philox,
    poisson,
    poisson_at,
    poisson_from,
    poisson_onward,
    poisson_part,
)

PURPOSE = int(Purpose.SOLVE)
MOST = 2**63 - 1
words = st.integers(0, MOST)
uniforms = st.floats(0.0, 1.0 - 2.0**-53)


def numpy_words(seed: int, entity: int, block: int, month: int, purpose: int) -> list[int]:
    """NumPy steps the 256-bit counter before its first block, so it is set to one less."""
    counter = (entity | block << 64 | month << 128 | purpose << 192) - 1
    return [int(word) for word in np.random.Philox(counter=counter % 2**256, key=seed).random_raw(4)]


def keyed(count: int, month: int = 0) -> np.ndarray:
    return np.array([draw(11, entity, 0, month, PURPOSE) for entity in range(count)])


@given(words, words, words, words, words)
def test_words_equal_numpy(seed: int, entity: int, block: int, month: int, purpose: int) -> None:
    assert list(philox(seed, entity, block, month, purpose)) == numpy_words(seed, entity, block, month, purpose)


@pytest.mark.parametrize("counter", [(0, 0, 0, 0), (MOST, MOST, MOST, MOST), (0, 0, 0, 1), (2**32 * 1001, 0, 95, 36)])
@pytest.mark.parametrize("seed", [0, 1, MOST])
def test_words_equal_numpy_at_the_corners(seed: int, counter: tuple[int, int, int, int]) -> None:
    assert list(philox(seed, *counter)) == numpy_words(seed, *counter)


@given(words, words, st.integers(0, 2**40), st.integers(0, 1200), st.integers(1, 64))
def test_uniforms_are_the_upper_53_bits(seed: int, entity: int, block: int, month: int, purpose: int) -> None:
    found = draw(seed, entity, block, month, purpose)
    assert list(found) == [(word >> 11) / 2**53 for word in philox(seed, entity, block, month, purpose)]
    assert all(0.0 <= uniform < 1.0 for uniform in found)


@given(st.lists(st.integers(0, 2**62), min_size=5, max_size=5), st.integers(0, 4), st.integers(1, 2**62 - 1))
def test_each_ingredient_matters(key: list[int], place: int, step: int) -> None:
    other = key.copy()
    other[place] += step
    assert philox(*key) != philox(*other)
    assert philox(*key) == philox(*key)


def test_largest_word_stays_below_one() -> None:
    assert ((2**64 - 1) >> 11) * 2.0**-53 < 1.0


@given(words, words, st.integers(0, 2**40), st.integers(0, 1200), st.integers(1, 64))
def test_choices_are_the_halves_of_the_words(seed: int, entity: int, block: int, month: int, purpose: int) -> None:
    found = choices(seed, entity, block, month, purpose)
    halves = [part for word in philox(seed, entity, block, month, purpose) for part in (word & 0xFFFFFFFF, word >> 32)]
    assert list(found) == [half / 2**32 for half in halves]
    assert all(0.0 <= uniform < 1.0 for uniform in found)


def test_entities_of_counties_never_meet() -> None:
    assert entity_of(1001, 5) == 1001 * 2**32 + 5
    assert entity_of(1001, 2**32 - 1) < entity_of(1002, 0)


def test_purposes_are_distinct_and_keep_their_numbers() -> None:
    numbers = [int(purpose) for purpose in Purpose]
    assert len(set(numbers)) == len(Purpose.__members__)
    assert (Purpose.OPPORTUNITY_COUNT, Purpose.OPPORTUNITY, Purpose.SOLVE, Purpose.DECIDE) == (1, 2, 4, 17)


def test_uniforms_are_uniform_and_independent() -> None:
    """80,000 uniforms in 64 classes: a class off by 15 % is found with a power above 99.9 % at level 1e-6.

    The correlation test finds |r| of 0.05 between words of a block or between months with a power above 99.9 %.
    """
    now, later = keyed(20_000), keyed(20_000, month=1)
    counts = np.bincount((now * 64).astype(int).ravel(), minlength=64)
    assert stats.chisquare(counts).pvalue > 1e-6
    correlation = np.corrcoef(np.hstack([now, later]).T) - np.eye(8)
    assert np.abs(correlation).max() * math.sqrt(len(now)) < 5.2


@given(uniforms, st.floats(1e-9, POISSON_PART))
def test_poisson_part_is_the_inverse_of_the_distribution(uniform: float, mean: float) -> None:
    count = poisson_part(uniform, mean)
    near = 1e-12
    assert uniform < stats.poisson.cdf(count, mean) + near
    assert count == 0 or uniform >= stats.poisson.cdf(count - 1, mean) - near
    if near < uniform < 1.0 - near and stats.poisson.ppf(uniform - near, mean) == stats.poisson.ppf(
        uniform + near, mean
    ):
        assert count == stats.poisson.ppf(uniform, mean)


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_poisson_of_no_mean_is_zero(mean: float) -> None:
    assert poisson(1, 2, 3, 4, 5, mean) == 0


@given(words, st.integers(0, 3), st.floats(0.01, 400.0))
def test_poisson_is_a_sum_of_parts(entity: int, block: int, mean: float) -> None:
    parts = math.ceil(mean / 32.0)
    blocks = range((parts + 3) // 4)
    uniform = [u for group in blocks for u in draw(9, entity, (block << 32) + group, 6, PURPOSE)][:parts]
    assert poisson(9, entity, block, 6, PURPOSE, mean) == sum(poisson_part(u, mean / parts) for u in uniform)


@given(uniforms, st.floats(1e-9, POISSON_PART), st.integers(0, 40))
def test_poisson_from_a_count_on_is_poisson_from_none(uniform: float, mean: float, near: int) -> None:
    none = chance = until = math.exp(-mean)
    for count in range(1, near + 1):
        chance *= mean / count
        until += chance
    count = poisson_from(uniform, none, mean)
    assert uniform < until or poisson_onward(uniform, near, chance, until, mean) == count
    assert uniform >= until or count <= near


@given(uniforms, words, st.floats(-1.0, 100.0))
def test_poisson_at_a_shared_uniform(uniform: float, entity: int, mean: float) -> None:
    own = poisson(9, entity, 2, 6, PURPOSE, mean)
    shared = poisson_part(uniform, max(0.0, mean)) if mean <= POISSON_PART else own
    assert poisson_at(uniform, 9, entity, 2, 6, PURPOSE, mean) == shared


@pytest.mark.parametrize("mean", [0.02, 0.7, 5.0, 31.9, 32.1, 150.0, 1000.0])
def test_poisson_mean_and_variance(mean: float) -> None:
    """20,000 entities, |z| < 4.5 for both (false alarm below 1e-5).

    Power above 99.9 % to find a mean off by 8 standard errors, which is 5.7 % / sqrt(mean), and a variance off by
    8 sqrt((1 / mean + 2) / 20,000): 10 % for means above 1.
    """
    number = 20_000
    counts = np.array([poisson(5, entity, 0, 3, PURPOSE, mean) for entity in range(number)], dtype=np.float64)
    assert abs(counts.mean() - mean) < 4.5 * math.sqrt(mean / number)
    spread = math.sqrt((mean + 2.0 * mean**2) / number)
    assert abs(counts.var(ddof=1) - mean) < 4.5 * spread


@given(uniforms, st.floats(1.01, 500.0))
def test_geometric_is_the_inverse_of_the_distribution(uniform: float, mean: float) -> None:
    months = geometric(uniform, mean)
    left = 1.0 - 1.0 / mean
    assert months >= 1
    assert 1.0 - uniform <= left ** (months - 1) * (1.0 + 1e-9)
    assert 1.0 - uniform >= left**months * (1.0 - 1e-9)


@given(uniforms, st.floats(-5.0, 1.0))
def test_geometric_of_mean_one_or_less_is_one(uniform: float, mean: float) -> None:
    assert geometric(uniform, mean) == 1


@pytest.mark.parametrize("mean", [1.2, 6.0, 100.0])
def test_geometric_mean(mean: float) -> None:
    """20,000 draws, |z| < 4.5: a mean off by 8 standard errors (5.7 % where the mean is large) is found in 99.9 %."""
    months = np.array([geometric(u, mean) for u in keyed(20_000)[:, 0]])
    assert abs(months.mean() - mean) < 4.5 * math.sqrt(mean * (mean - 1.0) / len(months))
