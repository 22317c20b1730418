"""Jail, ICE custody and absence in the settled state: what a booking leads to, and how long it lasts."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.codes import BY_TASK_FORCE, FROM_JAIL, LEVEL_2, OUT_OF_PRISON, OUTSIDE
from sim.world.counties.building import Counties
from sim.world.kept import of_parameters
from sim.world.settled.capacity import served_shares
from sim.world.settled.endings import APART, AT_ONCE, AT_ONCE_FROM_STREET, JAIL, JAIL_FROM_STREET, PRISON, ways_of
from sim.world.settled.rates import CrimeRates
from sim.world.settled.records import RANK_OF_CLASS, Records, by_history, counties_of_each
from sim.world.settled.shares import county_parts

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Programs(NamedTuple):
    """Which programs were in force for years before the start, by county."""

    cap: Bools
    secure_communities: Bools
    jail: Bools  # 287(g)
    task_force: Bools

    def history(self) -> Integers:
        """Return a number by county, from 0: counties with the same programs have the same one."""
        code = sum(program.astype(np.int64) << place for place, program in enumerate(self))
        numbers: Integers = np.unique(code, return_inverse=True)[1]
        return numbers


class Stays(NamedTuple):
    """What arrests lead to, per month of a person at liberty; K x 3 groups x 3 statuses x 3 classes."""

    booked: Floats
    months: Floats  # in jail
    ways: Floats  # x 5: bookings by ``endings.WAYS``
    by_history: Floats  # H histories x 3 x 3 x 3 x 10 charges: bookings a month of all people, not of one


def booked_of(rates: Floats) -> Floats:
    """Return bookings on the gravest charge of the month; ``rates`` is arrests, ... x 10 charges, gravest first."""
    graver = np.cumsum(rates, axis=-1) - rates
    booked: Floats = np.exp(-graver) * -np.expm1(-rates)
    return booked


def stays_of(parameters: Parameters, crime: CrimeRates, at_liberty: Floats, history: Integers) -> Stays:
    """Return bookings and months in jail; ``at_liberty`` is people who can be booked, K x 3 x 3 x 3."""
    weights = _outcomes(parameters)
    sums = np.empty((*at_liberty.shape, weights.shape[1]))
    by_history = np.zeros((int(history.max()) + 1, 3, 3, 3, len(weights)))
    for part in county_parts(len(at_liberty)):
        booked = booked_of(crime.arrest_rates(part))
        np.einsum("kgscn,nw->kgscw", booked, weights, out=sums[part])
        for number, here in counties_of_each(history[part], len(by_history)):
            by_history[number] += np.einsum("kgsc,kgscn->gscn", at_liberty[part][here], booked[here])
    return Stays(sums[..., 0], sums[..., 1], sums[..., 2:], by_history)


@of_parameters
def _outcomes(parameters: Parameters) -> Floats:
    """Return by charge what a booking adds up to: 1, months in jail, and the ``WAYS``; 10 x 7."""
    months = months_held(parameters)
    return np.concatenate([np.ones((len(months), 1)), months[:, None], ways_of(parameters)], axis=1)


@of_parameters
def months_held(parameters: Parameters) -> Floats:
    """Return months in jail that a booking leads to, by charge."""
    courts = parameters.courts
    months: Floats = np.array(courts.held.values()) * np.maximum(1.0, np.array(courts.stay.values()))
    return months


class Taking(NamedTuple):
    """What becomes of people booked in the settled state."""

    held: Floats  # K x 2 groups x 3 statuses x 2 ranks x 4 channels: chance that ICE takes somebody held
    taken: Floats  # K x 3 x 3 x 3 classes x 4 channels: people whom ICE takes, per month at liberty
    removable: Floats  # K x 3 x 3 x 3: removable people booked, the same
    chance: Floats  # H histories x 3 x 3 x 2 x 3 ways ``APART`` x 4 levels: ICE takes somebody booked


class Known(NamedTuple):
    """What is known of people booked: records, and who is in the immigration database."""

    records: Records
    federal: Floats  # H histories x 3 groups x 3 statuses x 2 ranks
    history: Integers  # K: of each county


def taking(
    parameters: Parameters, counties: Counties, programs: Programs, known: Known, stays: Stays, at_liberty: Floats
) -> Taking:
    """Return whom ICE takes; ``at_liberty`` is agents by county, group, status and class, K x 3 x 3 x 3."""
    records, federal, history = known.records, known.federal, known.history
    held, free = (_identified(parameters, programs, federal[history], at_once) for at_once in (False, True))
    removable = records.level * _can_be_removed()  # H x 3 groups x 3 statuses x 2 ranks x 4 levels
    rank = RANK_OF_CLASS
    ways = stays.ways[:, :2]  # K x 2 x 3 x 3 x 5
    found = ways[..., JAIL] * held[..., rank] + ways[..., AT_ONCE] * free[..., rank]
    levels = removable[:, :2][history]  # K x 2 x 3 x 2 x 4
    wanted = np.einsum("kgsc,kgsc,kgscl->kl", at_liberty[:, :2], found, levels[..., rank, :])
    wish = detainers_wished(parameters)
    issue = wish * served_shares(parameters, counties, wanted * wish)  # K x 4
    channels = _channels(parameters, levels, issue)
    chance_held, chance_free = (each[..., None] * channels for each in (held, free))
    chance_free[..., OUT_OF_PRISON] = 0.0
    taken = np.zeros((*stays.months.shape, 4))
    for channel in (FROM_JAIL, OUTSIDE):
        in_jail, at_once = (each[..., channel][..., rank] for each in (chance_held, chance_free))
        on_street = ways[..., JAIL_FROM_STREET] * in_jail + ways[..., AT_ONCE_FROM_STREET] * at_once
        every = ways[..., JAIL] * in_jail + ways[..., AT_ONCE] * at_once
        stopped = np.where(programs.task_force[:, None, None, None], on_street, 0.0) if channel == FROM_JAIL else 0.0
        taken[:, :2, ..., channel] = every - stopped
        taken[:, :2, ..., BY_TASK_FORCE] += stopped
    taken[:, :2, ..., OUT_OF_PRISON] = ways[..., PRISON] * chance_held[..., OUT_OF_PRISON][..., rank]
    booked = stays.booked * removable.sum(axis=-1)[..., rank][history]
    asked = _mean_issue(wish, issue, wanted, history)
    return Taking(chance_held, taken, booked, _taken_if(parameters, held, free, asked, history))


@of_parameters
def detainers_wished(parameters: Parameters) -> Floats:
    """Return for which share of removable people identified ICE would ask, by level."""
    return np.array(parameters.enforcement.detainer_issue.values())


def _mean_issue(wish: Floats, issue: Floats, wanted: Floats, history: Integers) -> Floats:
    """Return for whom ICE asks in counties of each history, H x 4; ``issue`` is that of counties, K x 4."""
    lost, of = by_history(wanted * (wish - issue), history), by_history(wanted, history)
    result: Floats = wish - np.divide(lost, of, out=np.zeros_like(of), where=of > 0)
    return result


def _identified(parameters: Parameters, programs: Programs, federal: Floats, at_liberty: bool) -> Floats:
    """Return the chance that somebody booked is identified, K x 2 groups x 3 statuses x 2 ranks.

    ``federal`` is who is known, K x 3 x 3 x 2.
    """
    enforcement = parameters.enforcement
    usual = (enforcement.cap_interview if at_liberty else enforcement.cap_prison) * enforcement.cap_access
    found = np.where(programs.cap, usual, 0.0)
    found = np.where(programs.jail, np.maximum(found, enforcement.screening_287g), found)
    ease = np.array([1.0, enforcement.screening_other])
    noncitizen = np.array([0.0, 1.0, 1.0])
    screened = found[:, None, None, None] * ease[:, None, None] * noncitizen[:, None]
    matched = np.where(programs.secure_communities[:, None, None, None], federal[:, :2], 0.0)
    result: Floats = parameters.booking.fingerprints * (1.0 - (1.0 - screened) * (1.0 - matched))
    return result


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
    """Return chances by channel of those identified, K x ... x 4 channels.

    ``removable`` is who is removable, by level (K x ... x 4), ``issue`` for whom ICE asks (K x 4).
    """
    taken = asked_and_taken(parameters, parameters.world.settled_cooperation, issue)
    county = np.einsum("kgsrl,kla->kgsra", removable, taken)
    result = np.zeros((*removable.shape[:-1], 4))
    result[..., FROM_JAIL], result[..., OUTSIDE] = county[..., 0], county[..., 1]
    result[..., OUT_OF_PRISON] = removable.sum(axis=-1) * parameters.enforcement.prison_share
    return result


def _taken_if(parameters: Parameters, held: Floats, free: Floats, issue: Floats, history: Integers) -> Floats:
    """Return the chance that ICE takes somebody booked by history, way and level, H x 3 x 3 x 2 x 3 ``APART`` x 4.

    ``held`` and ``free`` are chances to be identified, K x 2 x 3 x 2, alike in counties of one history; ``issue`` is
    for whom ICE asks, H x 4.
    """
    asked = asked_and_taken(parameters, parameters.world.settled_cooperation, issue).sum(axis=-1)  # H x 4
    one_of = np.unique(history, return_index=True)[1]
    in_jail, at_once = (each[one_of][..., None] * asked[:, None, None, None, :] for each in (held, free))
    in_prison = np.broadcast_to(held[one_of][..., None] * parameters.enforcement.prison_share, in_jail.shape)
    result = np.zeros((len(issue), 3, 3, 2, len(APART), 4))
    result[:, :2] = np.stack([in_jail, at_once, in_prison], axis=-2) * _can_be_removed()[..., None, :]
    return result


def months_vacant(parameters: Parameters) -> tuple[float, float]:
    """Return the mean months that a removal leaves a place vacant: until the person returns, and for good."""
    enforcement = parameters.enforcement
    back = enforcement.returns * (math.ceil(enforcement.return_months) + 1.0) / 2.0
    return back, (1.0 - enforcement.returns) * max(1.0, enforcement.refill_months)
