"""Offenders who live across a county line: whom the opportunities of a county meet, and on whom a county's fall.

A neighbouring cell is met however few live there, so that a county of few people beside larger ones is sought out more
often than its own share, and its offenders are arrested more often.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.world.settled.histories import Places

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Travel:
    """Where the offenders live whom the opportunities of K counties meet; E pairs of counties, none with itself."""

    place: Integers  # E: where the opportunities are
    home: Integers  # E: where the offenders live
    share: Floats  # E: of the opportunities of the place
    stays: Floats  # K: the share that meets offenders of the place itself
    agents: Floats  # K

    def met(self, values: Floats) -> Floats:
        """Return the mean of ``values`` of homes over the opportunities of each place, ... x K."""
        return self._moved(values, self.home, self._of_places) if len(self.place) else values

    def borne(self, values: Floats, group: Floats | float = 1.0) -> Floats:
        """Return what falls on each person of a home where a person of a place brings ``values``, ... x K.

        ``group`` is the share of people who bring it, and on whom it falls.
        """
        if not len(self.place):
            return values
        people = group * self.agents
        moved = self._moved(values * people, self.place, self._of_homes)
        return np.divide(moved, people, out=np.zeros_like(moved), where=people > 0.0)

    def _moved(self, values: Floats, source: Integers, target: Places) -> Floats:
        """Return ``values`` less those that leave for other counties, with those that come from there."""
        leaving = values.take(source, axis=-1)
        leaving *= self.share
        arriving = target.sums(leaving.reshape(-1, len(source))).T
        result: Floats = values * self.stays
        result += arriving.reshape(values.shape)
        return result

    @cached_property
    def _of_places(self) -> Places:
        return Places(self.place, len(self.agents))

    @cached_property
    def _of_homes(self) -> Places:
        return Places(self.home, len(self.agents))


def travel_between(
    share: float, county: npt.NDArray[np.int32], people: Floats, start: Integers, neighbour: npt.NDArray[np.int32]
) -> Travel:
    """Return who travels between counties where a ``share`` of offenders lives in a neighbouring cell.

    ``county`` and ``people`` are those of cells, whose ``neighbour`` cells begin at ``start``.
    """
    count, ways = int(county[-1]) + 1, np.diff(start)
    agents = np.bincount(county, people, count)
    cell = np.repeat(np.arange(len(ways)), ways)
    place, home = county[cell].astype(np.int64), county[neighbour].astype(np.int64)
    across = (place != home) & (share > 0.0)
    part = (share * people / np.maximum(1, ways) / agents[county])[cell[across]]
    pairs, which = np.unique(place[across] * count + home[across], return_inverse=True)
    shares = np.bincount(which, part, len(pairs)).astype(np.float64)
    stays = 1.0 - np.bincount(pairs // count, shares, count).astype(np.float64)
    return Travel(pairs // count, pairs % count, shares, stays, agents.astype(np.float64))
