"""People released in a January, followed for twelve months: who of them is arrested again."""

from __future__ import annotations

import numpy as np

from sim.engines.columnar.docket import NOTHING as NOBODY
from sim.engines.columnar.docket import Events
from sim.engines.columnar.records import Array, Booked, State
from sim.engines.panel import FOLLOWED_MONTHS, is_january
from sim.numerics.compiled import block
from sim.words.codes import NOTHING, REARRESTS_SHAPE
from sim.world.person import generation_of, status_of


@block
def _mark(followed: Array, whose: Array, again: Array, booked: Array, state: State) -> None:
    """Mark those followed who are booked; both lists are in order of slot, a newcomer in a place is somebody else."""
    place = 0
    for slot in booked:
        while place < len(followed) and followed[place] < slot:
            place += 1
        if place < len(followed) and followed[place] == slot and whose[place] == generation_of(state.person[slot]):
            again[place] = 1


@block
def _whose(slots: Array, state: State) -> tuple[Array, Array]:
    """Return generation and status of the people in ``slots``."""
    generation, status = np.empty(len(slots), np.int8), np.empty(len(slots), np.int8)
    for i in range(len(slots)):
        person = state.person[slots[i]]
        generation[i], status[i] = generation_of(person), status_of(person)
    return generation, status


class Releases:
    """Those booked and released at once in the last January, in order of slot."""

    def __init__(self, start: str) -> None:
        """Follow nobody yet; ``start`` is the first calendar month of the run."""
        self.start, self.since = start, -1
        self.slots: Events = NOBODY
        self.again = np.empty(0, np.int8)
        self.generation, self.status = self.again, self.again

    def follow(self, month: int, booked: list[tuple[Booked, int]], outcomes: list[Array], state: State) -> Events:
        """Look for those followed among people booked in a month, before custody changes anybody.

        Returns people released and arrested again by status, twelve months after their January; else nothing but 0.
        """
        slots = np.concatenate([people.slot[:count] for people, count in booked]).astype(np.int64)
        counts = np.zeros(REARRESTS_SHAPE, dtype=np.int64)
        _mark(self.slots, self.generation, self.again, slots, state)
        if self.since >= 0 and month == self.since + FOLLOWED_MONTHS:
            np.add.at(counts[:, 0], self.status, 1)
            np.add.at(counts[:, 1], self.status[self.again == 1], 1)
        if is_january(self.start, month):
            stay = np.concatenate([people.stay[:count] for people, count in booked])
            self.slots, self.since = slots[(stay == 0) & (np.concatenate(outcomes) == NOTHING)], month
            self.generation, self.status = _whose(self.slots, state)
            self.again = np.zeros(len(self.slots), np.int8)
        return counts
