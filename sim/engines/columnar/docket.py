"""The columnar engine's docket: what is to happen to the people of a range of counties, and when.

Phases 9 to 12 work through one docket at a time. Each touches only its own people, and counts what it does in arrays of
its own, since an arrest may stand in the books of a county elsewhere; so dockets can be worked through side by side.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from sim.engines.columnar.records import ARREST_SLOT, Array, Plans, Registry
from sim.numerics.compiled import block
from sim.words.codes import ARRESTS_SHAPE, ENFORCEMENT_SHAPE, REMOVED_SHAPE

Events = npt.NDArray[np.int64]
NOTHING: Events = np.empty(0, dtype=np.int64)


@block
def _by_month(events: Array, due: Array, months: int) -> tuple[Array, Array]:
    """Return events in order of the month in which they are due, and where each month starts; none after the last."""
    start = np.zeros(months + 1, dtype=np.int64)
    for month in due:
        if month < months:
            start[month + 1] += 1
    for month in range(months):
        start[month + 1] += start[month]
    place, ordered = start.copy(), np.empty(start[months], dtype=np.int64)
    for i in range(len(events)):
        if due[i] < months:
            ordered[place[due[i]]] = events[i]
            place[due[i]] += 1
    return ordered, start


@block
def in_order_of_slot(arrests: Array, first: int, last: int) -> Array:
    """Return packed arrests sorted, nearly all of them of people who live in the slots from ``first`` to ``last``.

    They are spread over buckets of slots, of about one arrest each, and put in order within.
    """
    buckets = len(arrests)
    per_slot = buckets / max(1, last - first)
    place, start = np.empty(buckets, dtype=np.int64), np.zeros(buckets + 3, dtype=np.int64)
    for i in range(buckets):
        slot = arrests[i] >> ARREST_SLOT
        inside = 1 + int((slot - first) * per_slot)
        place[i] = 0 if slot < first else buckets + 1 if slot >= last else min(buckets, inside)
        start[place[i] + 1] += 1
    for bucket in range(buckets + 2):
        start[bucket + 1] += start[bucket]
    low, high = start[1], start[buckets + 1]
    ordered = np.empty(buckets, dtype=np.int64)
    for i in range(buckets):
        ordered[start[place[i]]] = arrests[i]
        start[place[i]] += 1
    ordered[:low].sort()
    ordered[high:].sort()
    for i in range(low + 1, high):
        arrest, before = ordered[i], i - 1
        while before >= low and ordered[before] > arrest:
            ordered[before + 1] = ordered[before]
            before -= 1
        ordered[before + 1] = arrest
    return ordered


class Docket:
    """The calendar of events of the people who live in one range of slots, whole counties."""

    def __init__(self, first: int, last: int, months: int) -> None:
        """Open an empty docket for slots ``first`` to ``last`` and a run of ``months`` months."""
        self.first, self.last, self.months = first, last, months
        self.waiting: dict[int, list[Events]] = defaultdict(list)

    def plan(self, events: Events, due: Events) -> None:
        """Put events into the calendar; those after the last month are dropped."""
        ordered, start = _by_month(events, due, self.months)
        for month in np.flatnonzero(np.diff(start)).tolist():
            self.waiting[month].append(ordered[start[month] : start[month + 1]].copy())

    def plan_all(self, plans: Plans) -> None:
        """Put the events of a month's plans into the calendar."""
        self.plan(plans.event[: plans.used[0]], plans.due[: plans.used[0]])

    def take(self, month: int) -> Events:
        """Return the events due in a month, sorted by slot, and strike them out."""
        waiting = self.waiting.pop(month, [])
        return np.sort(np.concatenate(waiting), kind="stable") if waiting else NOTHING  # of few sorted runs

    def own(self, packed: Events, shift: int) -> Events:
        """Return the part of sorted entries that concerns the docket's people; the slot stands above ``shift`` bits."""
        low, high = np.searchsorted(packed, [self.first << shift, self.last << shift])
        return packed[low:high]


def empty_registry(custody: npt.NDArray[np.int64]) -> Registry:
    """Return a registry with nothing counted in the month; ``custody`` (K x group x status x custody) is kept on."""
    count = len(custody)
    enforcement = np.zeros((count, *ENFORCEMENT_SHAPE), dtype=np.int32)
    bookings = np.zeros((count, *ARRESTS_SHAPE), dtype=np.int32)
    removed = np.zeros((count, *REMOVED_SHAPE), dtype=np.int64)
    removable, taken = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    return Registry(enforcement, bookings, custody, removed, removable, taken)


def merged(registries: list[Registry]) -> Registry:
    """Return the sum of registries that share one count of custody."""
    total = registries[0]
    for other in registries[1:]:
        for name in Registry._fields:
            if name != "custody":
                counts = getattr(total, name)
                counts += getattr(other, name)
    return total
