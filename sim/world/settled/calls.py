"""Who calls the police in the settled state, and how witnesses help: expectations over fear, beside full trust."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.world.constants import bounded_log_odds, full_trust_chances, reporting_parts
from sim.world.settled.fear import OwnFear
from sim.world.settled.shares import county_parts

Floats = npt.NDArray[np.float64]


class Calls(NamedTuple):
    """Chances in a county, by group of the victim and crime type; K x 3 x 8, and of solving, K x 8."""

    reported: Floats
    reported_at_full_trust: Floats
    help: Floats  # K: how witnesses' trust multiplies clearance


class Reporting:
    """What does not change while the settled state is sought."""

    def __init__(self, parameters: Parameters, statuses: Floats, ties: Floats) -> None:
        """Take statuses (K x 3 x 3) and ties to enforcement (K x 2 x 3 x 4) within groups."""
        victim, third, self.officer = reporting_parts(parameters)
        self.odds = np.stack([bounded_log_odds(victim), bounded_log_odds(third)])
        self.offset = np.array(parameters.reporting.offset.values())
        on = 1.0 if parameters.responses.chilled_reporting else 0.0
        self.sensitivity = np.array(parameters.trust.sensitivity.values()) * on
        self.witness_weight = parameters.police.witness_weight
        self.statuses, self.ties = statuses, ties
        union = full_trust_chances(parameters)[2]
        self.full = np.einsum("kgs,kgt,jst->kgj", statuses, statuses, union)

    def at_full_trust(self) -> Calls:
        """Return the chances where nobody fears."""
        return Calls(self.full, self.full, np.ones(len(self.full)))

    def feared(self, county_fear: Floats, own: OwnFear, groups: Floats) -> Calls:
        """Return the chances under county fear (K x 2) and own fear; ``groups`` is shares of people, K x 3."""
        reported, helps = self.full.copy(), np.empty(len(self.full))
        for part in county_parts(len(helps)):
            own_part = OwnFear(*(each[part] for each in own))
            reported[part, :2], helps[part] = self._of_part(part, county_fear[part], own_part, groups[part])
        return Calls(reported, self.full, helps)

    def _of_part(self, part: slice, county_fear: Floats, own: OwnFear, groups: Floats) -> tuple[Floats, Floats]:
        """Return chances that the community's incidents are reported (... x 2 x 8), and help, of some counties."""
        statuses, ties = self.statuses[part, :2], self.ties[part]
        trust = [np.exp(-county_fear)[:, :, None] * value for value in (own.low, own.high)]  # K x 2 x 4
        willing = own_expectation(own, *(self._willing(each) for each in trust))
        by_status = np.einsum("kgst,kgtcsj->kgcsj", ties, willing)
        victim = by_status[:, :, 0]  # K x 2 x 3 statuses x 8
        third = np.einsum("kgs,kgsj->kgj", statuses, by_status[:, :, 1])
        nobody = (1.0 - victim) * ((1.0 - third) * (1.0 - self.officer))[:, :, None, :]
        reported = np.einsum("kgs,kgsj->kgj", statuses, 1.0 - nobody)
        helps = own.mean(*(np.exp(-self.witness_weight * self.sensitivity * (1.0 - each)) for each in trust))
        in_group = np.einsum("kgs,kgst,kgt->kg", statuses, ties, helps)
        return reported, groups[:, 2] + (groups[:, :2] * in_group).sum(axis=1)

    def _willing(self, trust: Floats) -> Floats:
        """Return chances to call, K x 2 groups x 4 ties x 2 callers x 3 statuses x 8 crimes."""
        lost = (self.sensitivity * (1.0 - trust))[..., None, None, None]
        odds = self.odds[:, None, :] + self.offset[:, None]
        result: Floats = 1.0 / (1.0 + np.exp(lost - odds))
        return result


def own_expectation(own: OwnFear, low: Floats, high: Floats) -> Floats:
    """Return the expectation over own fear of what has further axes behind county, group and tie."""
    weight = own.low_weight[(...,) + (None,) * (low.ndim - own.low_weight.ndim)]
    result: Floats = weight * low + (1.0 - weight) * high
    return result
