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
    """What the entries of rosters hold, by county and group: 3 groups x 1 status x K each.

    In the entry at the border a part is of people who offend often, in people; all else is shares of those who offend
    often, or of those who do so seldom, where there are any.
    """

    border: tuple[Floats, Floats]  # of the entry at the border: what offends often, and what does so seldom, in people
    often: tuple[Floats, Floats]  # who offends often: in entries that only do so, in that at the border
    seldom: tuple[Floats, Floats, Floats]  # who does so seldom: the same, and the last entry, which may count for less
    last: Floats  # what the last entry counts for, in people

    def at_liberty(self, odds: Floats) -> Floats:
        """Return the share of a class at liberty, given its odds of being held or away; 3 x 3 x 3 classes x K."""
        alone = 1.0 / (1.0 + odds)
        of_seldom = odds[:, :, LIKELY]
        part, rest = self.border
        mixed = 1.0 / (1.0 + part * odds[:, :, FREQUENT] + rest * of_seldom)
        pure, shared = self.often
        alone[:, :, FREQUENT] = pure * alone[:, :, FREQUENT] + shared * mixed
        pure, shared, last = self.seldom
        alone[:, :, LIKELY] = pure * alone[:, :, LIKELY] + shared * mixed + last / (1.0 + self.last * of_seldom)
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
    seldom = np.floor(left)
    last = left - seldom
    return Rosters(
        border=(part, rest),
        often=(_share(often, often + part, 1.0), _share(part, often + part)),
        seldom=(_share(seldom, left + rest, 1.0), _share(rest, left + rest), _share(last, left + rest)),
        last=last,
    )


def _share(part: Floats, people: Floats, otherwise: float = 0.0) -> Floats:
    """Return the share that a part of people is, or something else where there are none."""
    share: Floats = np.divide(part, people, out=np.full_like(people, otherwise), where=people > 0.0)
    return share
