"""What runs of the columnar engine begin with: tables of the world, the panel as bits, years of victims."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import grid, setting_of

from sim.engines.columnar import victims
from sim.engines.columnar.land import lay_out
from sim.engines.columnar.victims import anybody_in_panel, bits_of
from sim.engines.panel import RepeatVictims, suffered_by
from sim.words.codes import REPEATS_SHAPE

SIZE = 90
SLOTS = st.sets(st.integers(0, SIZE - 1)).map(sorted)
MONTHS_OF_VICTIMS = st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), max_size=12), min_size=26)


def numbers(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@settings(max_examples=60, deadline=None)
@given(SLOTS, st.integers(1, 4))
def test_bits_say_whether_somebody_of_a_household_is_in_the_panel(slots: list[int], people: int) -> None:
    bits = bits_of(numbers(slots), SIZE)
    for first in range(SIZE):
        end = min(first + people, SIZE)
        assert anybody_in_panel(first, end, bits) == any(first <= slot < end for slot in slots)


def test_bits_are_the_same_in_however_many_parts_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = numbers([0, 7, 8, 15, 16, 17, 40, 88, 89])
    whole = bits_of(slots, SIZE)
    monkeypatch.setattr(victims, "_AT_ONCE", 16)
    assert bits_of(slots, SIZE).tolist() == whole.tolist()
    assert np.flatnonzero(np.unpackbits(whole, bitorder="little")).tolist() == slots.tolist()


def test_worlds_laid_out_in_turn_keep_their_own_tables() -> None:
    """Runs write into the tables of their world, and other runs of it find them as they were."""
    first, second = (setting_of(grid(1, 2, people, 3)) for people in (4_000, 6_000))
    for seed, (setting, people) in enumerate([(first, 4_000), (first, 4_000), (second, 6_000), (first, 4_000)]):
        land = lay_out(setting, seed)
        assert (land.counties["people"].sum(), land.cells["people"].sum(), land.seed) == (people, people, seed)
        land.counties["people"] += 1
        land.cells["people"] += 1


def repeats(events: list[tuple[int, int]]) -> np.ndarray:
    """Return the same as the survey's years by counting each victim."""
    table = np.zeros(REPEATS_SHAPE, dtype=np.int64)
    for (_, family), times in Counter(events).items():
        table[family, min(times, REPEATS_SHAPE[1]) - 1] += (1, times)
    return table


@settings(max_examples=60, deadline=None)
@given(MONTHS_OF_VICTIMS, st.integers(0, 26))
def test_years_of_victims_are_the_same_month_by_month_or_at_once(months: list[list[tuple[int, int]]], cut: int) -> None:
    """The run begins in October; its first whole year ends in its fifteenth month, and nobody may be hurt in one."""
    events = [numbers([suffered_by(*each) for each in month]) for month in months]
    alone, together = RepeatVictims("2008-10"), RepeatVictims("2008-10")
    single = [alone.add(index, each) for index, each in enumerate(events)]
    at_once = np.concatenate([together.add_several(0, events[:cut]), together.add_several(cut, events[cut:])])
    assert np.array_equal(at_once, np.stack(single))
    assert np.array_equal(at_once[14], repeats([each for month in months[3:15] for each in month]))
    assert not at_once[:14].any()
    assert not at_once[15:26].any()
