"""Rates of opportunities and arrests such that expected recorded crime is that of the counties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.rules.clearance import RISK_UNIT
from sim.words.codes import FREQUENT, LIKELY, STREET_FELONY, STREET_MISDEMEANOR
from sim.words.labels import CHARGE_OF_CRIME, CHARGES
from sim.world.constants import FAMILY_OF_CRIME
from sim.world.counties.building import Counties
from sim.world.settled.calls import Calls
from sim.world.settled.histories import first_axis_last, last_axis_first
from sim.world.settled.shares import class_weights, normalised_propensity
from sim.world.settled.travel import Travel

Floats = npt.NDArray[np.float64]
MONTHLY = 1.0 / (100_000 * 12)
_CHARGE_OF_CRIME = np.array(CHARGE_OF_CRIME)
STREET = [STREET_FELONY, STREET_MISDEMEANOR]
MARGIN = 0.02
"""Units of risk, some ten times what a round without change moves."""
_OF_FAMILIES = [np.flatnonzero(np.equal(FAMILY_OF_CRIME, family)) for family in (0, 1)]


@dataclass
class State:
    """What the next round of the iteration starts from."""

    free: Floats  # 3 groups x 3 statuses x 3 classes x K
    calls: Calls
    deterred: Floats  # 3 statuses x K: how the risk of removal multiplies offending
    taken: Floats  # H histories x 3 groups x 3 statuses x 2 ranks x 3 ways x 4 levels: chance that ICE takes somebody
    impunity: Floats  # 3 groups x 8 x K

    def packed(self) -> Floats:
        """Return all that changes from round to round as one vector; impunity, which may jump, is its end."""
        return np.concatenate([part.ravel() for part in self._parts()])

    def unpacked(self, vector: Floats) -> State:
        """Return the state that a vector holds, in the shapes of this one."""
        place, parts = 0, []
        for part in self._parts():
            parts.append(vector[place : place + part.size].reshape(part.shape))
            place += part.size
        free, reported, helps, deterred, taken, impunity = parts
        return State(free, Calls(reported, helps), deterred, taken, impunity)

    def _parts(self) -> tuple[Floats, ...]:
        return self.free, self.calls.reported, self.calls.help, self.deterred, self.taken, self.impunity


class CrimeRates:
    """Rates of opportunities such that expected recorded crime is that of the counties, given who is where."""

    def __init__(
        self,
        parameters: Parameters,
        counties: Counties,
        groups: Floats,
        statuses: Floats,
        travel: Travel,
        at_full_trust: Floats,
    ) -> None:
        """Take shares of people, K x 3 groups and K x 3 x 3 statuses, and what else stays from round to round.

        ``at_full_trust`` is the chances that crimes are reported at full trust, 3 groups x 8 x K.
        """
        crime, police, people = parameters.crime, parameters.police, parameters.people
        weights = groups * counties.persons[:, None]
        self.propensity = normalised_propensity(parameters, weights, statuses)
        self.groups, self.statuses, self.travel = first_axis_last(groups), first_axis_last(statuses), travel
        self.weight, self.class_share = class_weights(parameters)
        self.people = self.statuses[:, :, None] * self.class_share[:, None]  # of a group: 3 x 3 x 3 classes x K
        self.offending = np.array([people.frequent_offending, 1.0 - people.frequent_offending])
        self.own = np.array(crime.own_group.values())[:, None, None]
        self.of_others = 1.0 - self.own
        self.organization = np.array(crime.organization_share.values())[:, None]
        self.of_people = 1.0 - self.organization
        self.reported = np.array(parameters.reporting.reported.values())[:, None]
        self.recording, self.clearance = (
            np.array(each.values())[:, None] for each in (police.recording, police.clearance)
        )
        self.elasticity = np.array(crime.impunity_elasticity.values())[:, None]
        self.displacement = crime.displacement
        self.goal = first_axis_last(counties.recorded_per_100k) * MONTHLY
        self.elsewhere = self.groups[:, None] * self.of_others
        self.stops = np.array(police.stop_ratio.values())
        self.street_class = police.offender_link * self.weight + (1.0 - police.offender_link)
        in_street = (self.groups * self.stops[:, None])[:, None] * self.statuses
        self.in_street = in_street[:, :, None] * (self.street_class * self.class_share)[:, None]
        self.street_goal = police.street_arrests_per_100k * MONTHLY
        self.street_felony = np.array([police.street_felony_share, 1.0 - police.street_felony_share])
        self.full_units = self.units = np.floor(at_full_trust * (self.recording * self.clearance) * RISK_UNIT)

    def solve(self, state: State) -> None:
        """Work out rates of opportunities, crimes against each group, and what arrests follow from."""
        self.recorded_solved = self.recording * (self.clearance * state.calls.help)  # 8 x K
        present = (self.people * state.free).reshape(3, 9, -1).sum(axis=1)  # 3 x K
        self.takes = self.propensity[:, :, None] * state.deterred[:, None]  # 3 statuses x 2 families x K
        often, seldom = self.offending
        there = state.free[:, :, FREQUENT] * often + state.free[:, :, LIKELY] * seldom
        active = (self.statuses * there)[:, :, None] * self.takes
        active = active.sum(axis=1)  # 3 groups x 2 families x K
        active = self.travel.met(np.stack([*active, self._of_anyone(active)]))[:, FAMILY_OF_CRIME]
        anyone = active[-1]
        met = self.own * active[:-1] + self.of_others * anyone
        self.by_group = (self.groups * present)[:, None] * met * state.impunity
        told = (self.by_group * state.calls.reported).sum(axis=0)
        by_organizations = self.reported * anyone
        opening = self.organization * told
        opening = opening / (self.of_people * by_organizations + opening)
        self.personal = 1.0 - opening
        factor = self.personal * told + opening * by_organizations
        self.rate = np.divide(self.goal, self.recording * factor, out=np.zeros_like(self.goal), where=factor > 0)
        self.opening, self.recorded = opening, self.rate * factor * self.recording
        self._arrest(state, present)

    def _arrest(self, state: State, present: Floats) -> None:
        known = present[:, None] * state.calls.reported * state.impunity  # victim's group x 8 x K
        arrested = self.rate * self.recorded_solved
        own = arrested * self.personal * self.own * known
        others = arrested * (self.personal * (self.elsewhere * known).sum(axis=0) + self.opening * self.reported)
        self.arrested = self.travel.borne(own, self.groups[:, None]) + self.travel.borne(others)
        usual = (self.in_street * state.free).reshape(27, -1).sum(axis=0)
        self.street = np.divide(self.street_goal, usual, out=np.zeros(len(usual)), where=usual > 0)

    def arrest_rates(self, part: slice) -> Floats:
        """Return arrests per person at liberty and month of some counties, 10 charges x 3 x 3 x 3 classes x K."""
        street, takes = self.street[part], self.takes[..., part]
        by_class = np.empty((len(CHARGES), 3, 3, len(street)))  # 10 charges x 3 groups x 3 classes x K
        by_class[_CHARGE_OF_CRIME] = self.arrested[..., part].swapaxes(0, 1)[:, :, None] * self.weight[:, None]
        by_class[STREET] = (self.stops[:, None] * street)[:, None] * self.street_class[:, None]
        by_status = np.empty((len(CHARGES), 3, len(street)))  # 10 charges x 3 statuses x K
        by_status[_CHARGE_OF_CRIME] = takes.swapaxes(0, 1)[FAMILY_OF_CRIME]
        by_status[STREET] = self.street_felony[:, None, None]
        rates: Floats = by_class[:, :, None] * by_status[:, None, :, None]
        return rates

    def against(self) -> Floats:
        """Return crimes against people, 3 groups x 8 x K."""
        return self.rate * self.personal * self.by_group

    def risks(self, calls: Calls) -> tuple[Floats, Floats]:
        """Return sums of risk units by group and family, 3 x 2 x K: as calls are, and at full trust.

        Units are whole. Those of the last round stay where they are at most ``MARGIN`` off, or a risk just at a whole
        number of them would jump from round to round.
        """
        units = calls.reported * (self.recorded_solved * RISK_UNIT)
        stay = np.abs(units - (self.units + 0.5)) <= 0.5 + MARGIN
        self.units = np.where(stay, self.units, np.floor(units))
        counted = self.against() * np.stack([self.units, self.full_units])
        real, full = np.stack([counted[:, :, family].sum(axis=2) for family in _OF_FAMILIES], axis=2)
        return real, full

    def impunity(self, risk: Floats) -> Floats:
        """Return how the believed risk (3 x 2 x K) multiplies offending against each group, 3 x 8 x K."""
        factor = risk[:, FAMILY_OF_CRIME] ** -self.elasticity
        result: Floats = factor / self._of_anyone(factor) ** self.displacement
        return result

    def _of_anyone(self, of_groups: Floats) -> Floats:
        """Return the mean over people, 8 x K, of 3 groups x 8 x K."""
        hispanic, noncitizen, other = self.groups[:, None] * of_groups
        mean: Floats = hispanic + other + noncitizen
        return mean


def opportunities(crime: CrimeRates) -> dict[str, Floats]:
    """Return the rates of opportunities and their types, as the engines take them."""
    rate = last_axis_first(crime.rate)
    total = rate.sum(axis=1)
    shares = np.divide(rate, total[:, None], out=np.zeros_like(rate), where=total[:, None] > 0)
    cumulative = np.cumsum(shares, axis=1)
    cumulative[:, -1] = 1.0
    return {
        "opportunity_rate": total,
        "type_cumulative": cumulative,
        "organization_opportunity": last_axis_first(crime.opening),
        "street_rate": crime.street,
    }
