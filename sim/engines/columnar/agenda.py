"""The agenda of the columnar engine: entries to be taken up in later months, and how many entries are put in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.columnar.records import Array, Plans
from sim.numerics.compiled import block, unowned

PAGE = 16
"""Entries of one month lie side by side on pages of so many, so that taking them up reads memory in a row."""
NONE = -1


class Agenda(NamedTuple):
    """Entries by the month in which they are due, on pages in chains: each page names the next of its month."""

    first: Array  # by month: the page that is being filled
    filled: Array  # by month: how many entries stand on it
    entry: Array
    next: Array  # by page: the next of its month, or the next free one
    free: Array  # 2: the first free page, and how many are free


@block
def empty_agenda(months: int) -> Agenda:
    """Return an agenda of so many months without an entry."""
    first, filled, free = np.full(months, NONE), np.zeros(months, dtype=np.int64), np.array([NONE, 0])
    return Agenda(first, filled, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), free)


@block
def _with_pages(agenda: Agenda, more: int) -> Agenda:
    """Return the agenda with at least ``more`` further pages."""
    old = len(agenda.next)
    size = max(old + more, 2 * old)
    entry, following = np.empty(size * PAGE, dtype=np.int64), np.empty(size, dtype=np.int64)
    entry[: old * PAGE], following[:old] = agenda.entry, agenda.next
    for page in range(old, size):
        following[page] = page + 1 if page + 1 < size else agenda.free[0]
    agenda.free[0] = old
    agenda.free[1] += size - old
    return Agenda(agenda.first, agenda.filled, entry, following, agenda.free)


@block
def _put(agenda: Agenda, entries: Array, due: Array) -> None:
    """Put entries on an agenda that has pages for them."""
    agenda = unowned(agenda)
    first, filled, free = agenda.first, agenda.filled, agenda.free
    for i in range(len(entries)):
        month = due[i]
        if month >= len(first):
            continue
        if first[month] == NONE or filled[month] == PAGE:
            page = free[0]
            free[0], agenda.next[page] = agenda.next[page], first[month]
            free[1] -= 1
            first[month], filled[month] = page, 0
        agenda.entry[first[month] * PAGE + filled[month]] = entries[i]
        filled[month] += 1


@block
def with_entries(agenda: Agenda, entries: Array, due: Array) -> Agenda:
    """Return the agenda with entries for the months in which they are due; none after its last month."""
    most = len(entries) // PAGE + min(len(entries), len(agenda.first))
    if agenda.free[1] < most:
        agenda = _with_pages(agenda, most - agenda.free[1])
    _put(agenda, entries, due)
    return agenda


@block
def with_plans(agenda: Agenda, plans: Plans) -> Agenda:
    """Return the agenda with the events that a month has planned."""
    used = plans.used[0]
    return with_entries(agenda, plans.event[:used], plans.due[:used])


@block
def taken_from(agenda: Agenda, month: int) -> Array:
    """Return the entries due in a month, in no order that means anything, and strike them out."""
    page, pages, last = agenda.first[month], 0, NONE
    while page != NONE:
        pages, last, page = pages + 1, page, agenda.next[page]
    if last == NONE:
        return np.empty(0, dtype=np.int64)
    entries, count, page = np.empty(pages * PAGE, dtype=np.int64), 0, agenda.first[month]
    on_page = agenda.filled[month]
    while page != NONE:
        entries[count : count + on_page] = agenda.entry[page * PAGE : page * PAGE + on_page]
        count, on_page, page = count + on_page, PAGE, agenda.next[page]
    agenda.next[last] = agenda.free[0]
    agenda.free[0] = agenda.first[month]
    agenda.free[1] += pages
    agenda.first[month], agenda.filled[month] = NONE, 0
    return entries[:count]


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
