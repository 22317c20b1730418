"""Jail, ICE custody and absence in the settled state: what a booking leads to, and how long it lasts."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.codes import (
    BY_TASK_FORCE,
    FROM_JAIL,
    LEVEL_2,
    OUT_OF_PRISON,
    OUTSIDE,
    STREET_FELONY,
    STREET_MISDEMEANOR,
)
from sim.world.counties.building import Counties
from sim.world.kept import of_parameters
from sim.world.settled.capacity import FieldOffices
from sim.world.settled.endings import APART, AT_ONCE, AT_ONCE_FROM_STREET, JAIL, JAIL_FROM_STREET, PRISON, ways_of
from sim.world.settled.histories import Histories
from sim.world.settled.rates import CrimeRates
from sim.world.settled.records import RANK_OF_CLASS, at_entry

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Programs(NamedTuple):
    """Which programs were in force for years before the start, by county."""

    cap: Bools
    secure_communities: Bools
    jail: Bools  # 287(g)
    task_force: Bools

    def histories(self) -> Histories:
        """Return the histories of counties: those with the same programs have the same one."""
        code = sum(program.astype(np.int64) << place for place, program in enumerate(self))
        return Histories(np.unique(code, return_inverse=True)[1])


class Stays(NamedTuple):
    """What arrests lead to, per month of a person at liberty; 3 groups x 3 statuses x 3 classes x K."""

    booked: Floats
    months: Floats  # in jail
    street: Floats  # of these, on charges of the street
    ways: Floats  # 5 x: bookings by ``endings.WAYS``
    by_history: Floats  # H histories x 3 x 3 x 3 x 10 charges: bookings a month of all people, not of one


def booked_of(rates: Floats) -> Floats:
    """Return bookings on the gravest charge of the month; ``rates`` is arrests, 10 charges x ..., gravest first."""
    upto = rates.copy()
    for charge in range(1, len(upto)):
        upto[charge] += upto[charge - 1]
    booked = np.exp(np.subtract(rates, upto, out=upto), out=upto)  # nobody is arrested on a graver one
    chance = np.negative(rates)
    booked *= np.negative(np.expm1(chance, out=chance), out=chance)
    return booked


def stays_of(parameters: Parameters, crime: CrimeRates, at_liberty: Floats, histories: Histories) -> Stays:
    """Return bookings and months in jail; ``at_liberty`` is people who can be booked, 3 x 3 x 3 x K."""
    weights = _outcomes(parameters)
    sums = np.empty((weights.shape[1], *at_liberty.shape))
    by_history = np.zeros((histories.number, *at_liberty.shape[:-1], len(weights)))
    for part, of in histories.parts():
        booked = booked_of(crime.arrest_rates(part))
        sums[..., part] = (weights.T @ booked.reshape(len(booked), -1)).reshape(-1, *booked.shape[1:])
        booked *= at_liberty[..., part]
        by_history += of.sums(booked).transpose(0, 2, 3, 4, 1)
    return Stays(sums[0], sums[1], sums[2], sums[3:], by_history)


@of_parameters
def _outcomes(parameters: Parameters) -> Floats:
    """Return by charge what a booking adds up to: 1, months in jail, those of the street alone, ``WAYS``; 10 x 8."""
    months = months_held(parameters)
    on_street = np.isin(np.arange(len(months)), (STREET_FELONY, STREET_MISDEMEANOR))
    sums = np.stack([np.ones_like(months), months, months * on_street], axis=1)
    return np.concatenate([sums, ways_of(parameters)], axis=1)


@of_parameters
def months_held(parameters: Parameters) -> Floats:
    """Return months in jail that a booking leads to, by charge."""
    courts = parameters.courts
    months: Floats = np.array(courts.held.values()) * np.maximum(1.0, np.array(courts.stay.values()))
    return months


class Taking(NamedTuple):
    """What becomes of people booked in the settled state."""

    held: Floats  # 2 groups x 3 statuses x 2 ranks x 4 channels x A pairs: chance that ICE takes somebody held
    taken: Floats  # 3 x 3 x 3 classes x 4 channels x K: people whom ICE takes, per month at liberty
    removable: Floats  # 3 x 3 x 3 x K: removable people booked, the same
    chance: Floats  # H histories x 3 x 3 x 2 x 3 ways ``APART`` x 4 levels: ICE takes somebody booked


class Known(NamedTuple):
    """What is known of people booked: the levels of their records, and who is in the immigration database."""

    level: Floats  # at a booking, H histories x 3 groups x 3 statuses x 2 ranks x 4
    federal: Floats  # H histories x 3 groups x 3 statuses x 2 ranks


class Custody:
    """Whom ICE finds and takes: what does not change while the settled state is sought.

    Counties are alike where they have one history and one field office; A such pairs there are.
    """

    def __init__(self, parameters: Parameters, counties: Counties, programs: Programs, histories: Histories) -> None:
        """Take which programs were in force for years, and the counties' histories that follow from them."""
        self.parameters, self.histories = parameters, histories
        self.offices = FieldOffices(parameters, counties)
        one_of = np.unique(histories.of, return_index=True)[1]
        here = Programs(*(program[one_of] for program in programs))
        self.federal_search = here.secure_communities[:, None, None, None]
        self.unseen = np.stack([1.0 - _screened(parameters, here, at_liberty) for at_liberty in (False, True)])
        self.stopping = np.flatnonzero(programs.task_force)
        _, first, self.alike = np.unique(
            histories.of * self.offices.counties.number + counties.region, return_index=True, return_inverse=True
        )
        self.pair_history, self.pair_office = histories.of[first], counties.region[first]
        self.wish = detainers_wished(parameters)

    def taking(self, known: Known, stays: Stays, at_liberty: Floats) -> Taking:
        """Return whom ICE takes; ``at_liberty`` is agents by group, status, class and county, 3 x 3 x 3 x K."""
        histories, ways = self.histories, stays.ways[:, :2]  # 5 x 2 x 3 x 3 x K
        found = self._identified(known.federal)
        removable = known.level * _can_be_removed()  # H x 3 groups x 3 statuses x 2 ranks x 4 levels
        in_jail, at_once = histories.spread(found[..., RANK_OF_CLASS].swapaxes(0, 1))
        booked = at_liberty[:2] * (ways[JAIL] * in_jail + ways[AT_ONCE] * at_once)
        levels = removable[:, :2, :, RANK_OF_CLASS].transpose(0, 4, 3, 1, 2)  # H x 4 x 3 classes x 2 x 3 statuses
        wanted = booked.transpose(2, 0, 1, 3) * histories.spread(levels)
        wanted = wanted.reshape(4, 18, -1).sum(axis=1)
        served = self.offices.served_shares(wanted * self.wish[:, None])
        issue = self.wish * served[self.pair_office]
        chance = self._by_channel(found, removable, issue)
        return Taking(
            held=chance[0],
            taken=self._taken(ways, chance),
            removable=stays.booked * histories.spread(removable.sum(axis=-1)[..., RANK_OF_CLASS]),
            chance=self._taken_if(found, self._mean_issue(issue, wanted)),
        )

    def taken_of_newcomers(self) -> Floats:
        """Return ``Taking.chance`` where people booked are as often in the immigration database as newcomers are, and
        field offices ask for all whom they want."""
        federal = np.broadcast_to(at_entry(self.parameters)[:, :, None], (self.histories.number, 3, 3, 2))
        return self._taken_if(self._identified(federal), np.tile(self.wish, (self.histories.number, 1)))

    def _identified(self, federal: Floats) -> Floats:
        """Return the chance that somebody booked is identified, held or released at once: 2 x H x 2 x 3 x 2 ranks.

        ``federal`` is who is known, H x 3 x 3 x 2.
        """
        matched = np.where(self.federal_search, federal[:, :2], 0.0)
        found: Floats = self.parameters.booking.fingerprints * (1.0 - self.unseen * (1.0 - matched))
        return found

    def _by_channel(self, found: Floats, removable: Floats, issue: Floats) -> Floats:
        """Return the chance that ICE takes somebody held, or let go: 2 x 2 x 3 x 2 ranks x 4 channels x A."""
        channels = _channels(self.parameters, removable[self.pair_history, :2], issue)
        chance = (found[:, self.pair_history][..., None] * channels).transpose(0, 2, 3, 4, 5, 1)
        chance[1, :, :, :, OUT_OF_PRISON] = 0.0
        return chance

    def _taken(self, ways: Floats, chance: Floats) -> Floats:
        """Return people whom ICE takes, 3 x 3 x 3 classes x 4 channels x K."""
        taken = np.zeros((3, *ways.shape[2:4], 4, ways.shape[-1]))
        for channel in (FROM_JAIL, OUTSIDE):
            in_jail, at_once = (each[:, :, RANK_OF_CLASS, channel].take(self.alike, axis=-1) for each in chance)
            np.add(ways[JAIL] * in_jail, ways[AT_ONCE] * at_once, out=taken[:2, :, :, channel])
            if channel == FROM_JAIL and len(self.stopping):
                street, of = ways[..., self.stopping], (in_jail[..., self.stopping], at_once[..., self.stopping])
                stopped = street[JAIL_FROM_STREET] * of[0] + street[AT_ONCE_FROM_STREET] * of[1]
                taken[:2, :, :, FROM_JAIL, self.stopping] -= stopped
                taken[:2, :, :, BY_TASK_FORCE, self.stopping] = stopped
        out_of_prison = chance[0][:, :, RANK_OF_CLASS, OUT_OF_PRISON].take(self.alike, axis=-1)
        np.multiply(ways[PRISON], out_of_prison, out=taken[:2, :, :, OUT_OF_PRISON])
        return taken

    def _mean_issue(self, issue: Floats, wanted: Floats) -> Floats:
        """Return for whom ICE asks in counties of each history, H x 4.

        ``issue`` is that of counties that are alike, A x 4, ``wanted`` how many are wanted in counties, 4 x K.
        """
        lost = wanted * (self.wish - issue).T.take(self.alike, axis=1)
        sums = self.histories.sums(np.stack([lost, wanted]))  # H x 2 x 4
        lost, of = sums[:, 0], sums[:, 1]
        result: Floats = self.wish - np.divide(lost, of, out=np.zeros_like(of), where=of > 0)
        return result

    def _taken_if(self, found: Floats, issue: Floats) -> Floats:
        """Return the chance that ICE takes somebody booked by history, way and level, H x 3 x 3 x 2 x 3 ``APART`` x 4.

        ``found`` is chances to be identified, 2 x H x 2 x 3 x 2; ``issue`` is for whom ICE asks, H x 4.
        """
        parameters = self.parameters
        asked = asked_and_taken(parameters, parameters.world.settled_cooperation, issue).sum(axis=-1)  # H x 4
        result = np.zeros((len(issue), 3, 3, 2, len(APART), 4))
        for way, here in ((JAIL, found[0]), (AT_ONCE, found[1])):
            result[:, :2, ..., APART.index(way), :] = here[..., None] * asked[:, None, None, None, :]
        in_prison = found[0] * parameters.enforcement.prison_share
        result[:, :2, ..., APART.index(PRISON), :] = in_prison[..., None]
        result[:, :2] *= _can_be_removed()[..., None, :]
        return result


@of_parameters
def detainers_wished(parameters: Parameters) -> Floats:
    """Return for which share of removable people identified ICE would ask, by level."""
    return np.array(parameters.enforcement.detainer_issue.values())


def _screened(parameters: Parameters, programs: Programs, at_liberty: bool) -> Floats:
    """Return the chance that somebody booked is found by screening, H x 2 groups x 3 statuses x 1."""
    enforcement = parameters.enforcement
    usual = (enforcement.cap_interview if at_liberty else enforcement.cap_prison) * enforcement.cap_access
    found = np.where(programs.cap, usual, 0.0)
    found = np.where(programs.jail, np.maximum(found, enforcement.screening_287g), found)
    ease = np.array([1.0, enforcement.screening_other])
    noncitizen = np.array([0.0, 1.0, 1.0])
    screened: Floats = found[:, None, None, None] * ease[:, None, None] * noncitizen[:, None]
    return screened


def asked_and_taken(parameters: Parameters, honoured: float, issue: Floats) -> Floats:
    """Return, by level and whether from a jail or at large (... x 2), whom ICE takes of removable people identified.

    ``honoured`` is the share of detainers that the county honours, ``issue`` for whom ICE asks (... x 4 levels).
    """
    enforcement = parameters.enforcement
    large = _looked_for(parameters)
    from_jail = (
        issue * honoured * enforcement.custody_share + (1.0 - issue) * honoured * enforcement.custody_without_detainer
    )
    return np.stack([from_jail, issue * (1.0 - honoured) * large], axis=-1)


@of_parameters
def _looked_for(parameters: Parameters) -> Floats:
    """Return for which share of people released under a detainer ICE looks at large, by level."""
    return np.array(parameters.enforcement.at_large.values())


@cache
def _can_be_removed() -> Floats:
    """Return 1 by status and level where immigration law lets ICE remove somebody, 3 x 1 x 4."""
    result = np.zeros((3, 1, 4))
    result[1, 0, : LEVEL_2 + 1] = result[2] = 1.0
    return result


def _channels(parameters: Parameters, removable: Floats, issue: Floats) -> Floats:
    """Return chances by channel of those identified, A x 2 groups x 3 statuses x 2 ranks x 4 channels.

    ``removable`` is who is removable, by level (A x ... x 4), ``issue`` for whom ICE asks (A x 4).
    """
    taken = asked_and_taken(parameters, parameters.world.settled_cooperation, issue)
    county = np.einsum("kgsrl,kla->kgsra", removable, taken)
    result = np.zeros((*removable.shape[:-1], 4))
    result[..., FROM_JAIL], result[..., OUTSIDE] = county[..., 0], county[..., 1]
    result[..., OUT_OF_PRISON] = removable.sum(axis=-1) * parameters.enforcement.prison_share
    return result


def months_vacant(parameters: Parameters) -> tuple[float, float]:
    """Return the mean months that a removal leaves a place vacant: until the person returns, and for good."""
    enforcement = parameters.enforcement
    back = enforcement.returns * (math.ceil(enforcement.return_months) + 1.0) / 2.0
    return back, (1.0 - enforcement.returns) * max(1.0, enforcement.refill_months)
