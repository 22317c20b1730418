"""Who calls the police in the settled state, and how witnesses help: expectations over fear, beside full trust."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.world.constants import bounded_log_odds, full_trust_chances, reporting_parts
from sim.world.kept import of_parameters
from sim.world.settled.fear import OwnFear
from sim.world.settled.histories import county_parts, first_axis_last

Floats = npt.NDArray[np.float64]


STATUS_OF_TIE = np.array([0, 0, 1, 2])
"""Whose ties to enforcement there are: two kinds of citizens' and one of each other status."""


class Calls(NamedTuple):
    """Chances in K counties that crimes are reported, by group of the victim and type, and how witnesses help."""

    reported: Floats  # 3 groups x 8 x K
    help: Floats  # K: how witnesses' trust multiplies clearance


class Reporting:
    """What does not change while the settled state is sought."""

    def __init__(self, parameters: Parameters, statuses: Floats, ties: Floats) -> None:
        """Take statuses (K x 3 x 3) and ties to enforcement (K x 2 x 3 x 4) within groups."""
        self.odds, self.by_nobody_else = _odds_and_officers(parameters)
        on = 1.0 if parameters.responses.chilled_reporting else 0.0
        self.sensitivity = (np.array(parameters.trust.sensitivity.values()) * on)[:, None]
        self.lost_help = -parameters.police.witness_weight * self.sensitivity
        self.statuses = first_axis_last(statuses[:, :2])
        self.tied = first_axis_last(ties[:, :, STATUS_OF_TIE, np.arange(len(STATUS_OF_TIE))])  # of a status: 2 x 4 x K
        self.people = self.statuses[:, STATUS_OF_TIE] * self.tied  # of a group
        union = full_trust_chances(parameters)[2]
        self.at_full_trust = first_axis_last(np.einsum("kgs,kgt,jst->kgj", statuses, statuses, union))

    def unafraid(self) -> Calls:
        """Return the chances where nobody fears."""
        return Calls(self.at_full_trust, np.ones(self.at_full_trust.shape[-1]))

    def feared(self, county_fear: Floats, own: OwnFear, groups: Floats) -> Calls:
        """Return the chances under county fear (2 x K) and own fear; ``groups`` is shares of people, 3 x K."""
        reported, helps = self.at_full_trust.copy(), np.empty(self.at_full_trust.shape[-1])
        for part in county_parts(len(helps)):
            own_part = OwnFear(*(each[..., part] for each in own))
            reported[:2, :, part], helps[part] = self._of_part(part, county_fear[:, part], own_part, groups[:, part])
        return Calls(reported, helps)

    def _of_part(self, part: slice, county_fear: Floats, own: OwnFear, groups: Floats) -> tuple[Floats, Floats]:
        """Return chances that the community's incidents are reported (2 x 8 x ...), and help, of some counties."""
        statuses, tied = self.statuses[..., part], self.tied[..., part]
        lost = 1.0 - np.exp(-county_fear)[:, None] * np.stack([own.low, own.high])  # of trust, 2 values x 2 x 4 x K
        low, high = self._willing(lost)
        willing = own.mean(low, high, 2)  # 2 groups x 4 ties x 2 callers x 8 x K
        by_status = willing[:, 1:].copy()
        by_status[:, 0] = tied[:, 0, None, None] * willing[:, 0] + tied[:, 1, None, None] * willing[:, 1]
        victim = by_status[:, :, 0]  # 2 x 3 statuses x 8 x K
        third = (statuses[:, :, None] * by_status[:, :, 1]).sum(axis=1)
        nobody = (1.0 - victim) * ((1.0 - third) * self.by_nobody_else)[:, None]
        reported = (statuses[:, :, None] * (1.0 - nobody)).sum(axis=1)
        helps = own.mean(*np.exp(self.lost_help * lost))
        in_group = (self.people[..., part] * helps).sum(axis=1)
        return reported, groups[2] + (groups[:2] * in_group).sum(axis=0)

    def _willing(self, lost: Floats) -> Floats:
        """Return chances to call, 2 values x 2 groups x 4 ties x 2 callers x 8 crimes x K, where trust is ``lost``."""
        chance = (self.sensitivity * lost)[:, :, :, None, None] - self.odds
        np.exp(chance, out=chance)
        chance += 1.0
        return np.divide(1.0, chance, out=chance)


@of_parameters
def _odds_and_officers(parameters: Parameters) -> tuple[Floats, Floats]:
    """Return log odds to call at full trust, 4 ties x 2 callers x 8 x 1, and the chance that no officer sees, 8 x 1."""
    victim, third, officer = reporting_parts(parameters)
    odds = np.stack([bounded_log_odds(victim), bounded_log_odds(third)])
    offset = np.array(parameters.reporting.offset.values())
    of_ties = (odds[:, None, :] + offset[:, None])[:, STATUS_OF_TIE].swapaxes(0, 1)[..., None]
    return of_ties, (1.0 - officer)[:, None]
