"""People released in a January, followed for twelve months: who of them is arrested again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.columnar.records import Array, State
from sim.numerics.compiled import block
from sim.words.codes import NOTHING
from sim.world.person import generation_of, status_of


class Followed(NamedTuple):
    """Those booked and released at once in the last January, in order of slot."""

    slot: Array
    generation: Array
    status: Array
    again: Array  # 1 where they were booked since


@block
def nobody_followed() -> Followed:
    """Return that nobody is followed yet."""
    slot, generation = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8)
    return Followed(slot, generation, generation.copy(), generation.copy())


@block
def _mark(followed: Followed, booked: Array, state: State) -> None:
    """Mark those followed who are booked; both lists are in order of slot, a newcomer in a place is somebody else."""
    place = 0
    for slot in booked:
        while place < len(followed.slot) and followed.slot[place] < slot:
            place += 1
        here = place < len(followed.slot) and followed.slot[place] == slot
        if here and followed.generation[place] == generation_of(state.person[slot]):
            followed.again[place] = 1


@block
def _released(slots: Array, stays: Array, outcomes: Array, state: State) -> Followed:
    """Return those of the people booked who are let go at once and whom ICE does not take."""
    released = np.empty(len(slots), dtype=np.int64)
    generation, status = np.empty(len(slots), dtype=np.int8), np.empty(len(slots), dtype=np.int8)
    n = 0
    for i in range(len(slots)):
        if stays[i] == 0 and outcomes[i] == NOTHING:
            person = state.person[slots[i]]
            released[n], generation[n], status[n] = slots[i], generation_of(person), status_of(person)
            n += 1
    return Followed(released[:n], generation[:n], status[:n], np.zeros(n, dtype=np.int8))


@block
def follow(
    followed: Followed, january: bool, slots: Array, stays: Array, outcomes: Array, state: State, counts: Array
) -> Followed:
    """Look for those followed among people booked in a month, before custody changes anybody.

    In a January, twelve months after they were released, they are counted by status, in all and arrested again, into
    ``counts`` (3 x 2); those let go in this month are followed from then on.
    """
    _mark(followed, slots, state)
    if not january:
        return followed
    for i in range(len(followed.slot)):
        counts[followed.status[i], 0] += 1
        counts[followed.status[i], 1] += followed.again[i]
    return _released(slots, stays, outcomes, state)
