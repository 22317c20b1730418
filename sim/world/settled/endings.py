"""What a booking ends in: a conviction of some kind, and for some removal; nobody is convicted whom ICE has by then.

Whom ICE takes depends on how somebody is held, and so on the charge, as a conviction does. A conviction comes some
months after its booking. It comes to nobody who is in ICE custody or away in that month, whether relief or a return
ends that; and who is released at once is in ICE custody at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.codes import STREET_FELONY, STREET_MISDEMEANOR
from sim.world.kept import of_parameters

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WAYS = JAIL, JAIL_FROM_STREET, AT_ONCE, AT_ONCE_FROM_STREET, PRISON = range(5)
"""What becomes of somebody booked: a stay in jail, release at once (both in all, and of those booked on a charge of the
street), a term in prison."""
APART = JAIL, AT_ONCE, PRISON
"""The ways of which each person booked goes one."""


class Endings(NamedTuple):
    """What bookings on each of the 10 charges end in, whoever is booked."""

    convicted: Floats  # x 3 kinds of conviction
    ways: Floats  # x 3 ways ``APART``
    lost: Floats  # x 3 ways x 3 kinds: convictions that people going that way are spared if ICE takes them
    awaited: Floats  # x 3 kinds: those lost of people released at once, over ICE's chance to take them in a month
    gone: float  # chance that somebody whom ICE takes is removed for good: a newcomer has the place


class Ends(NamedTuple):
    """Chances at a booking, by history of counties, group, status, rank and level: H x 3 x 3 x 2 x 4."""

    convicted: Floats  # x 3 kinds: convicted, and not removed for good
    taken: Floats  # by ICE
    gone: Floats  # removed for good


def ways_of(parameters: Parameters) -> Floats:
    """Return by charge which share of bookings goes which of the ``WAYS``, 10 x 5."""
    courts = parameters.courts
    held, stay = np.array(courts.held.values()), np.maximum(1.0, np.array(courts.stay.values()))
    in_prison = (1.0 - 1.0 / stay) ** (_least_in_prison(parameters) - 1)
    street = np.isin(np.arange(len(held)), (STREET_FELONY, STREET_MISDEMEANOR))
    jail, at_once = held * (1.0 - in_prison), 1.0 - held
    return np.stack([jail, jail * street, at_once, at_once * street, held * in_prison], axis=1)


def _least_in_prison(parameters: Parameters) -> int:
    return int(np.ceil(parameters.enforcement.prison_months))


@of_parameters
def endings_of(parameters: Parameters) -> Endings:
    """Return what bookings on each charge end in."""
    courts, enforcement = parameters.courts, parameters.enforcement
    convicted, felony, aggravated = (
        np.array(table.values()) for table in (courts.convicted, courts.felony, courts.aggravated)
    )
    kinds = np.stack([1.0 - felony, felony * (1.0 - aggravated), felony * aggravated], axis=-1) * convicted[:, None]
    ways = ways_of(parameters)[:, APART]
    if not parameters.responses.incapacitation:
        return Endings(kinds, ways, np.zeros((*ways.shape, kinds.shape[1])), np.zeros_like(kinds), 0.0)
    gone = enforcement.removal_share * (1.0 - enforcement.returns)
    lags = np.array(courts.disposition_lag.values()).round().astype(np.int64)
    back = back_after(parameters, int(lags.max()))
    after_ice = _there_again(parameters, lags, back)
    lost = ways[:, :, None] * kinds[:, None, :] * (1.0 - after_ice)[:, :, None]
    awaited = np.array([(1.0 - gone - back[1:lag]).sum() for lag in lags])
    return Endings(kinds, ways, lost, kinds * (ways[:, APART.index(AT_ONCE)] * awaited)[:, None], gone)


def _there_again(parameters: Parameters, lags: Integers, back: Floats) -> Floats:
    """Return the chance that somebody whom ICE takes is convicted if others would be, by charge and way, 10 x 3.

    Before ICE has them, in jail, or after relief or a return; in no case if they are removed for good. ``lags`` is by
    charge when convictions come, ``back`` the chance to be back in fewer months than so many.
    """
    enforcement, stays = parameters.enforcement, np.maximum(1.0, np.array(parameters.courts.stay.values()))
    least, stay_here = _least_in_prison(parameters), 1.0 - enforcement.removal_share * (1.0 - enforcement.returns)
    result = np.empty((len(lags), len(APART)))
    for charge, (lag, stay) in enumerate(zip(lags, stays, strict=True)):
        earlier = np.arange(lag)  # months after which ICE takes people before the conviction is due
        longer = (1.0 - 1.0 / stay) ** np.maximum(0, earlier - 1)
        held = np.where(earlier > 0, longer / stay, 0.0)
        in_prison = max(1e-300, (1.0 - 1.0 / stay) ** (least - 1))
        jail = np.where(earlier < least, held, 0.0) / max(1e-300, 1.0 - in_prison)
        prison = np.where(earlier >= least, held, 0.0) / in_prison
        for way, chance in enumerate((jail, (earlier == 0).astype(np.float64), prison)):
            result[charge, way] = chance @ back[lag - earlier] + stay_here * (1.0 - chance.sum())
    return result


def back_after(parameters: Parameters, months: int) -> Floats:
    """Return the chance that somebody whom ICE takes is back in fewer months than 0, 1, ... ``months``."""
    enforcement = parameters.enforcement
    month = np.arange(months)
    before = np.maximum(0, month - 1)
    custody = enforcement.custody_ends * (1.0 - enforcement.custody_ends) ** before
    away = np.clip(enforcement.return_months - before, 0.0, 1.0) / enforcement.return_months
    custody[0] = away[0] = 0.0
    returned = np.convolve(custody, away)[:months]
    absent = (1.0 - enforcement.removal_share) * custody + enforcement.removal_share * enforcement.returns * returned
    return np.concatenate([[0.0], np.cumsum(absent)])


def ends_of(endings: Endings, booked: Floats, taken: Floats, again: Floats) -> Ends:
    """Return what the bookings of people of each history, group, status, rank and level end in.

    ``booked`` is bookings by charge, H x 3 x 3 x 2 x 10, ``taken`` the chance that ICE takes somebody by way and level,
    H x 3 x 3 x 2 x 3 ``APART`` x 4, ``again`` how often a month one who was booked is booked anew and is the same
    person, H x 3 x 3 x 2.
    """
    total = booked.sum(axis=-1, keepdims=True)
    mix = np.divide(booked, total, out=np.zeros_like(booked), where=total > 0)
    ways, at_once = mix @ endings.ways, APART.index(AT_ONCE)
    convicted = (mix @ endings.convicted)[..., None, :] - np.einsum(
        "hgsrwl,hgsrwi->hgsrli", taken, np.einsum("hgsrn,nwi->hgsrwi", mix, endings.lost)
    )
    free = taken[..., at_once, :]
    soon = (again * ways[..., at_once])[..., None] * free * (1.0 - free)  # let go, and taken before the court sits
    convicted = np.maximum(0.0, convicted - soon[..., None] * (mix @ endings.awaited)[..., None, :])
    of_all = np.einsum("hgsrwl,hgsrw->hgsrl", taken, ways)
    return Ends(convicted, of_all, of_all * endings.gone)
