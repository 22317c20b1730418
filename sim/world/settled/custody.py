"""Jail, ICE custody and absence in the settled state: what a booking leads to, and how long it lasts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.codes import BY_TASK_FORCE, FROM_JAIL, LEVEL_2, OUT_OF_PRISON, OUTSIDE, STREET_FELONY, STREET_MISDEMEANOR
from sim.world.settled.records import RANK_OF_CLASS, Records

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Programs(NamedTuple):
    """Which programs were in force for years before the start, by county."""

    cap: Bools
    secure_communities: Bools
    jail: Bools  # 287(g)
    task_force: Bools


class Stays(NamedTuple):
    """What arrests lead to, per month of a person at liberty; K x 3 groups x 3 statuses x 3 classes."""

    booked: Floats  # x 10 charges: on the gravest charge of the month
    months: Floats  # in jail
    by_charge: Floats  # the same x 10 charges


def stays_of(parameters: Parameters, rates: Floats) -> Stays:
    """Return bookings and months in jail; ``rates`` is arrests per month, ... x 10 charges, gravest first."""
    courts = parameters.courts
    held, stay = np.array(courts.held.values()), np.array(courts.stay.values())
    graver = np.cumsum(rates, axis=-1) - rates
    booked = np.exp(-graver) * -np.expm1(-rates)
    by_charge = booked * held * np.maximum(1.0, stay)
    return Stays(booked, by_charge.sum(axis=-1), by_charge)


class Taking(NamedTuple):
    """What becomes of people booked in the settled state."""

    held: Floats  # K x 2 groups x 3 statuses x 2 ranks x 4 channels: chance that ICE takes somebody held
    taken: Floats  # K x 3 x 3 x 3 classes x 4 channels: people whom ICE takes, per month at liberty
    removable: Floats  # K x 3 x 3 x 3: removable people booked, the same


def taking(parameters: Parameters, programs: Programs, records: Records, federal: Floats, stays: Stays) -> Taking:
    """Return whom ICE takes; ``federal`` is who is known at a booking, 3 groups x 3 statuses x 2 ranks."""
    held, free = (_identified(parameters, programs, federal, at_liberty) for at_liberty in (False, True))
    removable = records.level * _can_be_removed()  # 3 groups x 3 statuses x 2 ranks x 4 levels
    chance_held, chance_free = (each[..., None] * _channels(parameters, removable[:2]) for each in (held, free))
    chance_free[..., OUT_OF_PRISON] = 0.0
    taken = np.zeros((*stays.months.shape, 4))
    rank = RANK_OF_CLASS
    share_held, in_prison = _held_shares(parameters)
    jail, term = (stays.booked * share_held * (1.0 - in_prison)), (stays.booked * share_held * in_prison)
    let_go = stays.booked * (1.0 - share_held)
    street = [STREET_FELONY, STREET_MISDEMEANOR]
    for channel in (FROM_JAIL, OUTSIDE):
        in_jail, at_once = (each[:, :2][:, :, :, rank][..., channel] for each in (chance_held, chance_free))
        on_street = jail[:, :2][..., street].sum(-1) * in_jail + let_go[:, :2][..., street].sum(-1) * at_once
        every = jail[:, :2].sum(-1) * in_jail + let_go[:, :2].sum(-1) * at_once
        stopped = np.where(programs.task_force[:, None, None, None], on_street, 0.0) if channel == FROM_JAIL else 0.0
        taken[:, :2, ..., channel] = every - stopped
        taken[:, :2, ..., BY_TASK_FORCE] += stopped
    taken[:, :2, ..., OUT_OF_PRISON] = term[:, :2].sum(-1) * chance_held[:, :2][:, :, :, rank][..., OUT_OF_PRISON]
    return Taking(chance_held, taken, stays.booked.sum(axis=-1) * removable.sum(axis=-1)[..., rank])


def _identified(parameters: Parameters, programs: Programs, federal: Floats, at_liberty: bool) -> Floats:
    """Return the chance that somebody booked is identified, K x 2 groups x 3 statuses x 2 ranks."""
    enforcement = parameters.enforcement
    usual = (enforcement.cap_interview if at_liberty else enforcement.cap_prison) * enforcement.cap_access
    found = np.where(programs.cap, usual, 0.0)
    found = np.where(programs.jail, np.maximum(found, enforcement.screening_287g), found)
    ease = np.array([1.0, enforcement.screening_other])
    noncitizen = np.array([0.0, 1.0, 1.0])
    screened = found[:, None, None, None] * ease[:, None, None] * noncitizen[:, None]
    matched = np.where(programs.secure_communities[:, None, None, None], federal[:2], 0.0)
    result: Floats = parameters.booking.fingerprints * (1.0 - (1.0 - screened) * (1.0 - matched))
    return result


def asked_and_taken(parameters: Parameters, honoured: float) -> Floats:
    """Return, by level and whether from a jail or at large (4 x 2), whom ICE takes of removable people identified.

    ``honoured`` is the share of detainers that the county honours.
    """
    enforcement = parameters.enforcement
    issue, large = np.array(enforcement.detainer_issue.values()), np.array(enforcement.at_large.values())
    from_jail = (
        issue * honoured * enforcement.custody_share + (1.0 - issue) * honoured * enforcement.custody_without_detainer
    )
    return np.stack([from_jail, issue * (1.0 - honoured) * large], axis=-1)


def _can_be_removed() -> Floats:
    """Return 1 by status and level where immigration law lets ICE remove somebody, 3 x 1 x 4."""
    result = np.zeros((3, 1, 4))
    result[1, 0, : LEVEL_2 + 1] = result[2] = 1.0
    return result


def _channels(parameters: Parameters, removable: Floats) -> Floats:
    """Return chances by channel, of those identified; ``removable`` is who is removable, by level; ... x 4 both."""
    county = removable @ asked_and_taken(parameters, parameters.world.settled_cooperation)
    result = np.zeros((*removable.shape[:-1], 4))
    result[..., FROM_JAIL], result[..., OUTSIDE] = county[..., 0], county[..., 1]
    result[..., OUT_OF_PRISON] = removable.sum(axis=-1) * parameters.enforcement.prison_share
    return result


def taken_by_level(parameters: Parameters, records: Records, taken: Floats) -> Floats:
    """Return the chance that ICE takes somebody booked by level (3 x 3 x 2 x 4), given that over levels (3 x 3 x 2)."""
    honoured = parameters.world.settled_cooperation
    weight = _can_be_removed() * asked_and_taken(parameters, honoured).sum(axis=-1)
    mean = (records.level * weight).sum(axis=-1)
    relative = np.divide(taken, mean, out=np.zeros_like(taken), where=mean > 0)
    return np.minimum(1.0, relative[..., None] * weight)


def _held_shares(parameters: Parameters) -> tuple[Floats, Floats]:
    """Return by charge the share of bookings that are held, and of those the share that serves a term in prison."""
    courts, least = parameters.courts, int(np.ceil(parameters.enforcement.prison_months))
    stay = np.maximum(1.0, np.array(courts.stay.values()))
    return np.array(courts.held.values()), (1.0 - 1.0 / stay) ** (least - 1)


def months_vacant(parameters: Parameters) -> tuple[float, float]:
    """Return the mean months that a removal leaves a place vacant: until the person returns, and for good."""
    enforcement = parameters.enforcement
    back = enforcement.returns * (math.ceil(enforcement.return_months) + 1.0) / 2.0
    return back, (1.0 - enforcement.returns) * max(1.0, enforcement.refill_months)
