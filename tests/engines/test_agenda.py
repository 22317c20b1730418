"""The columnar engine's agenda: what is put on it comes back once, in its month, and packed entries get in order."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engines.columnar.agenda import NONE, empty_agenda, in_order_of_slot, taken_from, with_entries

MONTHS = 6
DUE = st.lists(st.lists(st.integers(0, MONTHS + 1), max_size=60), max_size=MONTHS)


def numbers(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@settings(max_examples=60, deadline=None)
@given(DUE)
def test_entries_come_back_in_their_month_and_only_once(batches: list[list[int]]) -> None:
    """A batch is added each month, as engines do; some are due at once, some after the last month."""
    agenda, expected, given_out = empty_agenda(MONTHS), defaultdict(list), 0
    for month in range(MONTHS):
        batch = batches[month] if month < len(batches) else []
        due = [max(month, each) for each in batch]
        agenda = with_entries(agenda, numbers(list(range(given_out, given_out + len(due)))), numbers(due))
        for number, when in enumerate(due):
            expected[when].append(given_out + number)
        given_out += len(due)
        assert sorted(taken_from(agenda, month).tolist()) == expected[month]
        assert len(taken_from(agenda, month)) == 0
    assert (agenda.first == NONE).all()


def test_pages_are_used_again() -> None:
    agenda, most = empty_agenda(240), 0
    for month in range(240):
        due = np.minimum(239, month + np.arange(1, 101) % 7)
        agenda = with_entries(agenda, np.arange(100), due)
        taken_from(agenda, month)
        most = max(most, len(agenda.next))
    assert most <= 256


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5000), max_size=300), st.integers(0, 3000), st.integers(0, 8))
def test_packed_entries_get_in_order_wherever_their_people_live(slots: list[int], first: int, shift: int) -> None:
    packed = (numbers(slots) << shift) | (np.arange(len(slots)) % (1 << shift))
    assert in_order_of_slot(packed, first, first + 1000, shift).tolist() == sorted(packed.tolist())
