"""People as they are in the settled state, range by range of counties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper
from sim.words.codes import OTHER
from sim.world.start.custody import expected_ordinary, jail_ordinary, place_likely, take_ordinary
from sim.world.start.fear import fading, start_in_fear
from sim.world.start.records import Made, Places, Shares, Start, Waits, room_for

Array = npt.NDArray[Any]
AT_ONCE = 4096
"""Ordinary people for whom room is kept in the notes at once."""


@helper
def _entries_of(k: int, g: int, places: Places) -> int:
    """Return how many entries the rosters of a county's group have."""
    first = places.pool_first[k, g]
    return places.roster_start[first + places.pool_number[k, g]] - places.roster_start[first]


@block
def start_settled(
    first: int, last: int, community: Array, places: Places, shares: Shares, waits: Waits, made: Made
) -> tuple[Array, Array, Array]:
    """Put people where they are in the settled state; return slots, what is due to them, and in which month.

    ``community`` is the number of each county's first community member.
    """
    ordinary, left = expected_ordinary(first, last, places, shares), fading(waits)
    start = Start(np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.int64), np.zeros(1, np.int64))
    for k in range(first, last):
        for g in range(ordinary.shape[1]):
            jailed = ordinary[k - first, g]
            start = room_for(_entries_of(k, g, places) + math.ceil(jailed), start)
            place_likely(k, g, places, shares, waits, made, start)
            jail_ordinary(k, g, jailed, places, shares, waits, made, start)
            if g < OTHER:
                low, end = places.group_low[k, g], places.group_low[k, g] + places.group_size[k, g]
                for slot in range(low, end, AT_ONCE):
                    start = room_for(AT_ONCE, start)
                    take_ordinary(slot, min(slot + AT_ONCE, end), (k, g), places, shares, waits, made, start)
                before = low - places.slot_base[k]
                start_in_fear(k, g, community[k] + before, left, places, shares, waits, made)
    used = start.used[0]
    return start.slot[:used], start.kind[:used], start.month[:used]
