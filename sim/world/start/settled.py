"""People as they are in the settled state, range by range of counties."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block
from sim.words.codes import OTHER
from sim.world.start.custody import expected_ordinary, jail_ordinary, place_likely, take_ordinary
from sim.world.start.fear import start_in_fear
from sim.world.start.records import Made, Places, Shares, Start, Waits

Array = npt.NDArray[Any]


@block
def start_settled(
    first: int, last: int, community: Array, places: Places, shares: Shares, waits: Waits, made: Made
) -> tuple[Array, Array, Array]:
    """Put people where they are in the settled state; return slots, what is due to them, and in which month.

    ``community`` is the number of each county's first community member.
    """
    ordinary = expected_ordinary(first, last, places, shares)
    start = Start(np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.int64), np.zeros(1, np.int64))
    for k in range(first, last):
        for g in range(ordinary.shape[1]):
            start = place_likely(k, g, places, shares, waits, made, start)
            start = jail_ordinary(k, g, ordinary[k - first, g], places, shares, waits, made, start)
            if g < OTHER:
                start = take_ordinary(k, g, places, shares, waits, made, start)
                before = places.group_low[k, g] - places.slot_base[k]
                start_in_fear(k, g, community[k] + before, places, shares, waits, made)
    used = start.used[0]
    return start.slot[:used], start.kind[:used], start.month[:used]
