"""What runs of the columnar engine begin with: tables of the world, the panel as bits, years of victims."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import NO_CAP, grid, setting_of

from sim.engines.columnar import victims
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.columnar.land import lay_out
from sim.engines.columnar.outset import outset_of
from sim.engines.columnar.victims import anybody_in_panel, bits_of
from sim.engines.conditions import FOREKNOWN, foreknown_conditions
from sim.engines.ledger import STACKED, joined
from sim.engines.panel import RepeatVictims, suffered_by
from sim.words.codes import REPEATS_SHAPE
from sim.world.setting import Setting

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


HOT_SPOTS: dict[str, Any] = {"police": {"patrol": "hot_spots"}}


def run_of(setting: Setting, parts: int) -> dict[str, np.ndarray]:
    """Return the records of a run that goes on in so many parts."""
    engine = ColumnarEngine(setting, 1)
    ends = np.linspace(0, setting.parameters.months, parts + 1).astype(int)[1:]
    whole = joined([part for end in ends for part in engine.parts(int(end))])
    return {name: getattr(whole, name) for name in STACKED}


def test_runs_of_one_setting_begin_alike_whatever_was_done_to_records_before() -> None:
    """What a setting alone says is worked out once: neither runs nor who receives their records may change it."""
    setting = setting_of(grid(1, 2, 4_000, 26, HOT_SPOTS))
    expected = {name: values.copy() for name, values in run_of(setting, 1).items()}
    for parts in (1, 3, 1):
        found = run_of(setting, parts)
        for name, values in found.items():
            assert np.array_equal(values, expected[name], equal_nan=name == "trust"), name
            values[...] = 1


def test_runs_of_one_setting_share_nothing_that_a_run_or_its_receiver_writes_into() -> None:
    setting = setting_of(grid(1, 2, 4_000, 26, HOT_SPOTS))
    one, other = (
        (
            *it.state,
            it.now,
            it.guardianship,
            it.trust,
            it.recent,
            it.custody_counts,
            it.survey_weight,
            it.interviews.first,
        )
        for it in (ColumnarEngine(setting, 1), ColumnarEngine(setting, 1))
    )
    assert not any(np.shares_memory(*pair) for pair in zip(one, other, strict=True))


def test_settings_share_an_outset_where_world_and_constants_are_the_same() -> None:
    first = setting_of(grid(1, 2, 4_000, 5))
    other_programs = replace(setting_of(grid(1, 2, 4_000, 5, {"programs": NO_CAP})), world=first.world)
    other_constants = replace(first, constants=first.constants._replace(county_fade=0.5))
    other_world = replace(first, world=replace(first.world))
    outset = outset_of(first)
    assert outset_of(other_programs) is outset
    assert outset_of(first) is outset
    for setting in (other_constants, other_world):
        assert outset_of(setting) is not outset
        assert outset_of(setting).table["county_fade"] == setting.constants.county_fade


def test_settings_in_turn_keep_what_is_their_own() -> None:
    """They share a world, and differ in constants and in what the calendar says."""
    first = setting_of(grid(1, 2, 4_000, 5, HOT_SPOTS))
    second = setting_of(grid(1, 2, 4_000, 5, HOT_SPOTS, {"police": {"patrol_effect": 0.9}, "programs": NO_CAP}))
    second = replace(second, world=first.world)
    for setting in (first, second, first):
        engine = ColumnarEngine(setting, 1)
        assert engine.record["patrol_effect"] == setting.constants.patrol_effect
        cap = foreknown_conditions(setting, 2, 4).view(FOREKNOWN)["cap"][..., 0]
        assert cap.tolist() == setting.calendar.cap[2:4].tolist()
    assert first.calendar.cap.any() != second.calendar.cap.any()


def repeats(events: list[tuple[int, int]]) -> np.ndarray:
    """Return the same as the survey's years by counting each victim."""
    table = np.zeros(REPEATS_SHAPE, dtype=np.int64)
    for (_, family), times in Counter(events).items():
        table[family, min(times, REPEATS_SHAPE[1]) - 1] += (1, times)
    return table


def one_after_another(months: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the incidents of all months, and where each month's end."""
    return np.concatenate([numbers([]), *months]), np.cumsum(numbers([len(month) for month in months]))


@settings(max_examples=60, deadline=None)
@given(MONTHS_OF_VICTIMS, st.integers(0, 26))
def test_years_of_victims_are_the_same_month_by_month_or_at_once(months: list[list[tuple[int, int]]], cut: int) -> None:
    """The run begins in October; its first whole year ends in its fifteenth month, and nobody may be hurt in one."""
    events = [numbers([suffered_by(*each) for each in month]) for month in months]
    alone, together = RepeatVictims("2008-10"), RepeatVictims("2008-10")
    single = [alone.add(index, each) for index, each in enumerate(events)]
    parts = [(0, events[:cut]), (cut, events[cut:])]
    at_once = np.concatenate([together.add_several(begin, *one_after_another(part)) for begin, part in parts])
    assert np.array_equal(at_once, np.stack(single))
    assert np.array_equal(at_once[14], repeats([each for month in months[3:15] for each in month]))
    assert not at_once[:14].any()
    assert not at_once[15:26].any()
