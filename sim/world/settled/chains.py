"""Chains of records from booking to booking: what they hold where neither grows nor shrinks.

Convictions only add to a record, and only a newcomer has none again. So records are worked out in the order of how much
they hold, each from those that hold less.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.rules.booking import (
    MOST_FELONIES,
    MOST_MISDEMEANORS,
    RECORD_COUNT,
    aggravated_in,
    felonies_in,
    misdemeanors_in,
    record_level,
)
from sim.words.codes import AGGRAVATED, FELONY, MISDEMEANOR

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Chains(NamedTuple):
    """Shares of the 24 records, least first, where P kinds of people are booked, and what bookings make of them."""

    held: Floats  # 24 x P, at a booking
    same: Floats  # 24 x P: chance that the record stays as it is
    more: Floats  # 24 x 3 kinds of conviction x P: chance that it grows by one of that kind
    gone: Floats  # 24 x P: chance that it is that of a newcomer

    def between_bookings(self) -> Floats:
        """Return the shares of the 24 records, in their own order, that people have after a booking, P x 24."""
        flows = self.held[:, None] * self.more
        after = self.held * self.same + _order().grows @ flows.reshape(-1, flows.shape[-1])
        after[0] += (self.held * self.gone).sum(axis=0)
        return np.ascontiguousarray(after[_order().places].T)

    def by_level(self) -> Floats:
        """Return the shares at a booking of levels without a felony, and of those with one: 2 x 4 x P."""
        return (_order().levels @ self.held).reshape(2, -1, self.held.shape[-1])


class _Order(NamedTuple):
    """The 24 records in the order of how much they hold."""

    records: Integers
    places: Integers  # of each record in this order
    parts: list[tuple[slice, Floats]]  # those that hold as much, and into which they grow, 24 x (places x 3 kinds)
    level: Integers
    changes: Floats  # 24 x 3 kinds x 1: 0 where a conviction of a kind makes no difference any more
    grows: Floats  # into which they all do, 24 x (24 x 3 kinds)
    levels: Floats  # (2 x 4) x 24: 1 at the level of each record, apart for those without a felony and with one


def at_bookings(gone: Floats, convicted: Floats, new: Floats) -> Chains:
    """Return the chains of P kinds of people.

    By level, ``gone`` is the chance that a newcomer has the place after a booking, 4 x P, and ``convicted`` that of
    each kind of conviction, 4 x 3 x P; ``new`` is that somebody booked is new to the police, P and never 0.
    """
    order = _order()
    gone, more = gone.take(order.level, axis=0), convicted.take(order.level, axis=0)
    more *= order.changes
    same = 1.0 - gone - more.sum(axis=1)
    old = 1.0 - new
    leaves, grows = 1.0 - old * same, old * more
    held, arrives = np.zeros_like(gone), np.zeros_like(gone)
    held[0] = 1.0
    for part, into in order.parts:
        if part.start:
            np.divide(arrives[part], leaves[part], out=held[part])
        arrives += into @ (held[part, None] * grows[part]).reshape(into.shape[1], -1)
    held /= held.sum(axis=0)
    return Chains(held, same, more, gone)


@cache
def _order() -> _Order:
    holds = [(felonies_in(it), misdemeanors_in(it), aggravated_in(it)) for it in range(RECORD_COUNT)]
    records = np.array(sorted(range(RECORD_COUNT), key=lambda it: (sum(holds[it]), it)))
    places = np.argsort(records)
    grows = np.zeros((RECORD_COUNT, 3, RECORD_COUNT))
    for place, record in enumerate(records):
        for kind, after in _after_convictions(*holds[record]).items():
            grows[place, kind, places[after]] = float(after != record)

    def into_from(part: slice) -> Floats:
        return np.ascontiguousarray(grows[part].reshape(-1, RECORD_COUNT).T)

    sums = np.array([sum(holds[it]) for it in records])
    bounds = np.searchsorted(sums, np.arange(sums[-1] + 2)).tolist()
    parts = [slice(*pair) for pair in pairwise(bounds)]
    level = np.array([record_level(*holds[it]) for it in records], dtype=np.int64)
    felony = np.array([holds[it][0] > 0 for it in records], dtype=np.int64)
    levels = np.zeros((2, 4, RECORD_COUNT))
    levels[felony, level, np.arange(RECORD_COUNT)] = 1.0
    return _Order(
        records=records,
        places=places,
        parts=[(part, into_from(part)) for part in parts],
        level=level,
        changes=grows.sum(axis=2)[:, :, None],
        grows=into_from(slice(None)),
        levels=levels.reshape(-1, RECORD_COUNT),
    )


def _after_convictions(felonies: int, misdemeanors: int, aggravated: int) -> dict[int, int]:
    """Return what a record becomes by each kind of conviction."""
    more, other = min(felonies + 1, MOST_FELONIES), min(misdemeanors + 1, MOST_MISDEMEANORS)
    return {
        MISDEMEANOR: _record(felonies, other, aggravated),
        FELONY: _record(more, misdemeanors, aggravated),
        AGGRAVATED: _record(more, misdemeanors, 1),
    }


def _record(felonies: int, misdemeanors: int, aggravated: int) -> int:
    return (aggravated * (MOST_FELONIES + 1) + felonies) * (MOST_MISDEMEANORS + 1) + misdemeanors
