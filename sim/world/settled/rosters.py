"""Who offends often where a roster of likely offenders is too short for whole people who do so.

The first part of a roster offends often. A whole person seldom ends where that part does, and in a group of few agents
nobody only offends often: one entry holds all of that part and some of the rest, is jailed less often than somebody who
holds nothing else, and so more of the part is at liberty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.codes import FREQUENT, LIKELY

Floats = npt.NDArray[np.float64]


class Rosters(NamedTuple):
    """What the entries of rosters hold, in people, by county and group: 3 groups x 1 status x K each."""

    often: Floats  # entries that only offend often
    shared: tuple[Floats, Floats]  # of the entry at the border: what offends often, and what does so seldom
    seldom: Floats  # entries that only offend seldom
    last: Floats  # the last entry, which may count for less than one

    def at_liberty(self, odds: Floats) -> Floats:
        """Return the share of a class at liberty, given its odds of being held or away; 3 x 3 x 3 classes x K."""
        alone = 1.0 / (1.0 + odds)
        of_often, of_seldom = odds[:, :, FREQUENT], odds[:, :, LIKELY]
        part, rest = self.shared
        mixed = 1.0 / (1.0 + part * of_often + rest * of_seldom)
        last = self.last / (1.0 + self.last * of_seldom)
        for rank, at_liberty, people in (
            (FREQUENT, self.often * alone[:, :, FREQUENT] + part * mixed, self.often + part),
            (LIKELY, rest * mixed + self.seldom * alone[:, :, LIKELY] + last, rest + self.seldom + self.last),
        ):
            there = np.broadcast_to(people > 0.0, at_liberty.shape)
            np.divide(at_liberty, people, out=alone[:, :, rank], where=there)
        return alone


def rosters_of(parameters: Parameters, persons: Floats) -> Rosters:
    """Return what rosters hold, given how many persons of a group live in a county, 3 x K.

    A group has rosters of ``world.offender_pool`` agents, or one of all whom it has.
    """
    size = np.clip(persons * parameters.world.scale, 1.0, max(1.0, parameters.world.offender_pool))[:, None]
    people = parameters.people
    mass = size * people.likely_offender_share
    border = mass * people.frequent_share
    often = np.floor(border)
    part = border - often
    rest = np.minimum(1.0 - part, mass - border)
    left = mass - border - rest
    return Rosters(often, (part, rest), np.floor(left), left - np.floor(left))
