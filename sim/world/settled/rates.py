"""Rates of opportunities and arrests such that expected recorded crime is that of the counties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.rules.clearance import RISK_UNIT
from sim.words.codes import STREET_FELONY, STREET_MISDEMEANOR
from sim.words.labels import CHARGE_OF_CRIME, CHARGES
from sim.world.constants import FAMILY_OF_CRIME
from sim.world.counties.building import Counties
from sim.world.settled.calls import Calls
from sim.world.settled.shares import class_weights, normalised_propensity

Floats = npt.NDArray[np.float64]
MONTHLY = 1.0 / (100_000 * 12)


@dataclass
class State:
    """What the next round of the iteration starts from."""

    free: Floats  # K x 3 x 3 x 3
    calls: Calls
    impunity: Floats  # K x 3 x 8
    deterred: Floats  # K x 3 statuses: how the risk of removal multiplies offending
    taken: Floats  # H histories x 3 groups x 3 statuses x 2 ranks x 3 ways x 4 levels: chance that ICE takes somebody

    def packed(self) -> Floats:
        """Return all that changes from round to round as one vector."""
        parts = (self.free, self.calls.reported, self.calls.help, self.impunity, self.deterred, self.taken)
        return np.concatenate([part.ravel() for part in parts])

    def unpacked(self, vector: Floats) -> State:
        """Return the state that a vector holds, in the shapes of this one."""
        calls, place, parts = self.calls, 0, []
        for part in (self.free, calls.reported, calls.help, self.impunity, self.deterred, self.taken):
            parts.append(vector[place : place + part.size].reshape(part.shape))
            place += part.size
        free, reported, helps, impunity, deterred, taken = parts
        return State(free, Calls(reported, calls.reported_at_full_trust, helps), impunity, deterred, taken)


class CrimeRates:
    """Rates of opportunities such that expected recorded crime is that of the counties, given who is where."""

    def __init__(self, parameters: Parameters, counties: Counties, groups: Floats, statuses: Floats) -> None:
        """Take what does not change from round to round."""
        crime, police, people = parameters.crime, parameters.police, parameters.people
        self.groups, self.statuses = groups, statuses
        weights = groups * counties.persons[:, None]
        self.propensity = normalised_propensity(parameters, weights, statuses)
        self.weight, self.class_share = class_weights(parameters)
        self.offending = np.array([people.frequent_offending, 1.0 - people.frequent_offending, 0.0])
        self.own = np.array(crime.own_group.values())
        self.organization = np.array(crime.organization_share.values())
        self.reported = np.array(parameters.reporting.reported.values())
        self.recording, self.clearance = np.array(police.recording.values()), np.array(police.clearance.values())
        self.elasticity = np.array(crime.impunity_elasticity.values())
        self.displacement = crime.displacement
        self.goal = counties.recorded_per_100k * MONTHLY
        self.stops = np.array(police.stop_ratio.values())
        self.street_class = police.offender_link * self.weight + (1.0 - police.offender_link)
        self.street_goal = police.street_arrests_per_100k * MONTHLY
        self.street_felony = police.street_felony_share

    def solve(self, state: State) -> None:
        """Work out rates of opportunities, crimes against each group, and what arrests follow from."""
        self.solved = self.clearance * state.calls.help[:, None]  # K x 8
        present = np.einsum("kgs,c,kgsc->kg", self.statuses, self.class_share, state.free)
        takes = self.propensity * state.deterred[..., None]  # K x 3 statuses x 2 families
        active = np.einsum("kgs,ksf,c,kgsc->kgf", self.statuses, takes, self.offending, state.free)
        active = active[:, :, FAMILY_OF_CRIME]
        anyone = np.einsum("kg,kgj->kj", self.groups, active)
        own = self.own[:, None]
        met = own * active + (1.0 - own) * anyone[:, None, :]
        self.by_group = (self.groups * present)[:, :, None] * met * state.impunity
        told = (self.by_group * state.calls.reported).sum(axis=1)
        by_organizations = self.reported * anyone
        opening = self.organization * told
        opening = opening / ((1.0 - self.organization) * by_organizations + opening)
        factor = (1.0 - opening) * told + opening * by_organizations
        self.rate = np.divide(self.goal, self.recording * factor, out=np.zeros_like(self.goal), where=factor > 0)
        self.opening, self.recorded = opening, self.rate * factor * self.recording
        self._arrest(state, present, takes)

    def _arrest(self, state: State, present: Floats, takes: Floats) -> None:
        known = present[:, :, None] * state.calls.reported * state.impunity  # K x victim's group x 8
        own = self.own[:, None]
        elsewhere = (self.groups[:, :, None] * (1.0 - own) * known).sum(axis=1)
        against_people = (1.0 - self.opening)[:, None, :] * (own * known + elsewhere[:, None, :])
        reports = self.rate[:, None, :] * (against_people + (self.opening * self.reported)[:, None, :])
        classes = self.street_class * self.class_share
        usual = np.einsum("kg,g,kgs,c,kgsc->k", self.groups, self.stops, self.statuses, classes, state.free)
        self.street = np.divide(self.street_goal, usual, out=np.zeros(len(usual)), where=usual > 0)
        self.arrested, self.takes = reports * (self.recording * self.solved)[:, None, :], takes

    def arrest_rates(self, part: slice) -> Floats:
        """Return arrests per person at liberty and month of some counties, ... x 3 x 3 x 3 classes x 10 charges."""
        takes = self.takes[part][..., FAMILY_OF_CRIME]
        rates = np.zeros((len(takes), 3, 3, 3, len(CHARGES)))
        rates[..., np.array(CHARGE_OF_CRIME)] = np.einsum("kgj,c,ksj->kgscj", self.arrested[part], self.weight, takes)
        streets = (self.street[part, None] * self.stops)[:, :, None, None] * self.street_class
        rates[..., STREET_FELONY] = streets * self.street_felony
        rates[..., STREET_MISDEMEANOR] = streets * (1.0 - self.street_felony)
        return rates

    def against(self) -> Floats:
        """Return crimes against people, K x 3 groups x 8."""
        return (self.rate * (1.0 - self.opening))[:, None, :] * self.by_group

    def risks(self, calls: Calls) -> tuple[Floats, Floats]:
        """Return sums of risk units by group and family, K x 3 x 2: as calls are, and at full trust."""
        real = calls.reported * (self.recording * self.solved)[:, None, :]
        full = calls.reported_at_full_trust * (self.recording * self.clearance)
        units = [self.against() * np.floor(each * RISK_UNIT) for each in (real, full)]
        families = [np.flatnonzero(np.equal(FAMILY_OF_CRIME, family)) for family in (0, 1)]
        real_sum, full_sum = (np.stack([it[:, :, own].sum(axis=2) for own in families], axis=2) for it in units)
        return real_sum, full_sum

    def impunity(self, risk: Floats) -> Floats:
        """Return how the believed risk (K x 3 x 2) multiplies offending against each group, K x 3 x 8."""
        factor = risk[:, :, FAMILY_OF_CRIME] ** -self.elasticity
        mean = np.einsum("kg,kgj->kj", self.groups, factor)
        result: Floats = factor / mean[:, None, :] ** self.displacement
        return result


def opportunities(crime: CrimeRates) -> dict[str, Floats]:
    """Return the rates of opportunities and their types, as the engines take them."""
    total = crime.rate.sum(axis=1)
    shares = np.divide(crime.rate, total[:, None], out=np.zeros_like(crime.rate), where=total[:, None] > 0)
    cumulative = np.cumsum(shares, axis=1)
    cumulative[:, -1] = 1.0
    return {
        "opportunity_rate": total,
        "type_cumulative": cumulative,
        "organization_opportunity": crime.opening,
        "street_rate": crime.street,
    }
