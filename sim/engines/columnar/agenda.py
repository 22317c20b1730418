"""The agenda of the columnar engine: entries to be taken up in later months, and how many entries are put in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.columnar.records import Array
from sim.numerics.compiled import block

LEAST_ROOM = 64
NONE = -1


class Agenda(NamedTuple):
    """Entries by the month in which they are due, in chains: each names the next of its month, or the next free one."""

    first: Array  # by month
    entry: Array
    next: Array
    free: Array  # 1: the first free place


@block
def empty_agenda(months: int) -> Agenda:
    """Return an agenda of so many months without an entry."""
    first, free = np.full(months, NONE, dtype=np.int64), np.full(1, NONE, dtype=np.int64)
    return Agenda(first, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), free)


@block
def _with_room(agenda: Agenda) -> Agenda:
    """Return the agenda, which is full, with twice the room."""
    old = len(agenda.entry)
    size = max(LEAST_ROOM, 2 * old)
    entry, following = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    entry[:old], following[:old] = agenda.entry, agenda.next
    for place in range(old, size):
        following[place] = place + 1 if place + 1 < size else NONE
    agenda.free[0] = old
    return Agenda(agenda.first, entry, following, agenda.free)


@block
def with_entries(agenda: Agenda, entries: Array, due: Array) -> Agenda:
    """Return the agenda with entries for the months in which they are due; none after its last month."""
    first = agenda.first
    for i in range(len(entries)):
        if due[i] < len(first):
            if agenda.free[0] == NONE:
                agenda = _with_room(agenda)
            place = agenda.free[0]
            agenda.free[0] = agenda.next[place]
            agenda.entry[place], agenda.next[place] = entries[i], first[due[i]]
            first[due[i]] = place
    return agenda


@block
def taken_from(agenda: Agenda, month: int) -> Array:
    """Return the entries due in a month, in no order that means anything, and strike them out."""
    count, place, last = 0, agenda.first[month], NONE
    while place != NONE:
        count, last, place = count + 1, place, agenda.next[place]
    entries = np.empty(count, dtype=np.int64)
    place = agenda.first[month]
    for i in range(count):
        entries[i] = agenda.entry[place]
        place = agenda.next[place]
    if last != NONE:
        agenda.next[last] = agenda.free[0]
        agenda.free[0] = agenda.first[month]
        agenda.first[month] = NONE
    return entries


@block
def in_order_of_slot(entries: Array, first: int, last: int, shift: int) -> Array:
    """Return packed entries sorted, nearly all of them of people who live in the slots from ``first`` to ``last``.

    The slot stands above ``shift`` bits. They are spread over buckets of slots, of about one entry each, and put in
    order within.
    """
    buckets = len(entries)
    per_slot = buckets / max(1, last - first)
    place, start = np.empty(buckets, dtype=np.int64), np.zeros(buckets + 3, dtype=np.int64)
    for i in range(buckets):
        slot = entries[i] >> shift
        inside = 1 + int((slot - first) * per_slot)
        place[i] = 0 if slot < first else buckets + 1 if slot >= last else min(buckets, inside)
        start[place[i] + 1] += 1
    for bucket in range(buckets + 2):
        start[bucket + 1] += start[bucket]
    low, high = start[1], start[buckets + 1]
    ordered = np.empty(buckets, dtype=np.int64)
    for i in range(buckets):
        ordered[start[place[i]]] = entries[i]
        start[place[i]] += 1
    ordered[:low].sort()
    ordered[high:].sort()
    for i in range(low + 1, high):
        entry, before = ordered[i], i - 1
        while before >= low and ordered[before] > entry:
            ordered[before + 1] = ordered[before]
            before -= 1
        ordered[before + 1] = entry
    return ordered
