"""Criminal and federal records that years of bookings leave, so that neither grows nor shrinks when nothing changes.

At each booking somebody is new to the police with a fixed chance and has no record; otherwise the record is that of the
booking before and its conviction, or none where the person was removed for good and a newcomer has the place. A
conviction comes some months after its booking, and is lost to a place that a booking in between gives to a newcomer.
What people bring to the start is the distribution to which this leads, apart for counties that years of other programs
have made different: where ICE removes people for good, more of those booked are newcomers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.codes import LEVEL_NONE
from sim.world.constants import first_booking
from sim.world.kept import of_parameters
from sim.world.settled.chains import Chains, at_bookings
from sim.world.settled.endings import Ends, back_after
from sim.world.settled.histories import Histories, first_axis_last

Floats = npt.NDArray[np.float64]

LEAST_TURNOVER, MOST_LOST = 1e-6, 1.0 - 1e-12
LIVED_IN = (0, 0, 0, 1, 1, 2), (0, 1, 2, 1, 2, 0)
"""Groups and statuses of the kinds of people that there are: the other noncitizens are none of them citizens, and
everyone else is."""
RANK_OF_CLASS = np.array([1, 1, 0])
"""Frequent and other likely offenders have the records of likely offenders."""


class Records(NamedTuple):
    """Records by the history of counties, group, status and rank: 0 other people, 1 likely offenders."""

    brought: Floats  # H histories x 3 groups x 3 statuses x 2 ranks x 24 records, cumulative: between bookings
    level: Floats  # H x 3 x 3 x 2 x 4: levels at a booking
    nation: Floats  # 3 x 3 x 2 x 4: the same in all counties


@of_parameters
def first_bookings(parameters: Parameters) -> Floats:
    """Return the chance that somebody booked is new to the police, by rank; never 0, for records would only grow."""
    return np.maximum(LEAST_TURNOVER, first_booking(parameters))


class Levels(NamedTuple):
    """Levels at a booking, and the chains of records from which they come."""

    level: Floats  # H histories x 3 groups x 3 statuses x 2 ranks x 4
    nation: Floats  # 3 x 3 x 2 x 4: the same in all counties
    chains: Chains

    def records(self) -> Records:
        """Return these records with those that people bring to the start."""
        brought = np.cumsum(_of_everybody(self.chains.between_bookings(), 0), axis=-1)
        brought[..., -1] = 1.0
        return Records(brought, self.level, self.nation)


def levels_of(
    parameters: Parameters, alike: Floats, rate: Floats, at_liberty: Floats, ends: Ends, histories: Histories
) -> Levels:
    """Return the levels to which bookings lead.

    ``alike`` is bookings a month by history, group, status, class and charge (H x 3 x 3 x 3 x 10), ``rate`` those of
    one person at liberty and ``at_liberty`` the people who are (both 3 x 3 x 3 x K), ``ends`` what the bookings end in.
    """
    gone, convicted = _people_last(ends.gone), _people_last(ends.convicted)
    chains = at_bookings(gone, convicted, np.tile(first_bookings(parameters), gone.shape[-1] // 2))
    without, felons = (_of_everybody(each.T, LEVEL_NONE) for each in chains.by_level())
    taken = ((without + felons) * ends.taken).sum(axis=-1)
    misdemeanors, felonies = _already_come(parameters, alike, rate, at_liberty, taken, histories)
    level = without * misdemeanors[..., None] + felons * felonies[..., None]
    level[..., LEVEL_NONE] = 0.0
    level[..., LEVEL_NONE] = 1.0 - level.sum(axis=-1)
    weight = by_rank(alike.sum(axis=-1))[..., None]
    total = weight.sum(axis=0)
    nation = np.divide((level * weight).sum(axis=0), total, out=level[0].copy(), where=total > 0)
    return Levels(level, nation, chains)


def _people_last(by_level: Floats) -> Floats:
    """Return what the kinds of people who live somewhere have by level, 4 x ... x P.

    ``by_level`` is H x 3 groups x 3 statuses x 2 ranks x 4 x ...; P stands for H x 6 kinds x 2 ranks.
    """
    there = by_level[:, *LIVED_IN]
    return first_axis_last(there.reshape(-1, *there.shape[3:]))


def _of_everybody(of_people: Floats, nothing: int) -> Floats:
    """Return by history, group, status and rank (H x 3 x 3 x 2 x ...) what the kinds of people who live somewhere have.

    ``of_people`` is P x ...; the others have ``nothing``.
    """
    kinds = len(LIVED_IN[0])
    result = np.zeros((len(of_people) // kinds // 2, 3, 3, 2, of_people.shape[-1]))
    result[..., nothing] = 1.0
    result[:, *LIVED_IN] = of_people.reshape(-1, kinds, 2, of_people.shape[-1])
    return result


def by_rank(of_classes: Floats) -> Floats:
    """Return sums over the classes of each rank, ... x 3 in, ... x 2 out."""
    result = np.empty((*of_classes.shape[:-1], 2))
    result[..., 0] = of_classes[..., 2]
    np.add(of_classes[..., 0], of_classes[..., 1], out=result[..., 1])
    return result


def charges_by_rank(alike: Floats) -> Floats:
    """Return bookings by charge of each rank, ... x 3 classes x 10 in, ... x 2 x 10 out."""
    return by_rank(alike.swapaxes(-1, -2)).swapaxes(-1, -2)


def booked_anew(parameters: Parameters, rate: Floats, at_liberty: Floats, histories: Histories) -> Floats:
    """Return how often a month one who was booked is booked again and is no newcomer, H x 3 x 3 x 2.

    ``rate`` is bookings a month of one person at liberty and ``at_liberty`` the people who are, both 3 x 3 x 3 x K.
    """
    sums = by_rank(histories.sums(np.stack([at_liberty * rate, at_liberty * rate**2])))
    once, twice = sums.swapaxes(0, 1)
    mean = np.divide(twice, once, out=np.zeros_like(once), where=once > 0)
    result: Floats = mean * (1.0 - first_bookings(parameters))
    return result


def _already_come(
    parameters: Parameters, alike: Floats, rate: Floats, at_liberty: Floats, taken: Floats, histories: Histories
) -> Floats:
    """Return the shares of bookings, 2 x H x 3 x 3 x 2, at which misdemeanours and felonies are those of the chain.

    The convictions known at a booking are those of bookings before the last months of disposition, if none since has
    given the place to somebody else who is at liberty again. Nobody is booked in jail. ``alike`` is bookings by
    history, group, status, class and charge, ``rate`` those of one person at liberty, ``taken`` the chance that ICE
    takes somebody booked, H x 3 x 3 x 2.
    """
    mine = histories.spread(np.stack([1.0 - taken, taken], axis=1)[..., RANK_OF_CLASS])  # 2 x 3 x 3 x 3 x K
    chance = rate * first_bookings(parameters)[RANK_OF_CLASS][:, None]
    stays = np.log1p(-np.minimum(MOST_LOST, chance * mine))  # of a month: of people let go, and of those ICE takes
    ends = (alike @ _courts(parameters)).reshape(*alike.shape[:-1], 2, 3)
    total, waited = ends[..., :1], ends[..., 1:]  # H x 3 x 3 x 3 x 2 kinds x 1, and 2 waits
    months = np.divide(waited, total, out=np.zeros_like(waited), where=total > 0)
    let_go, returned = histories.spread(months.transpose(0, 5, 4, 1, 2, 3))
    survival = np.exp(let_go * stays[0] + returned * stays[1])
    above = by_rank(histories.sums(at_liberty * rate * survival)).swapaxes(0, 1)
    below = by_rank(alike.sum(axis=-1))
    return np.divide(above, below, out=np.ones_like(above), where=below > 0)


@of_parameters
def _courts(parameters: Parameters) -> Floats:
    """Return by charge the chance of a conviction for a misdemeanour and for a felony, 10 x 2, each in one column, and
    in two others times the months at liberty before it comes: of people let go, and of those whom ICE takes.

    The latter are back some time.
    """
    courts = parameters.courts
    convicted, felony, held, lag = (
        np.array(each.values()) for each in (courts.convicted, courts.felony, courts.held, courts.disposition_lag)
    )
    stay = np.maximum(1.0, np.array(courts.stay.values()))
    open_months = (1.0 - held) * lag + held * np.maximum(0.0, lag - stay)
    back = back_after(parameters, int(np.ceil(lag.max())))
    back_months = (1.0 - held) * np.interp(lag, np.arange(len(back)), np.cumsum(back))
    kinds = convicted[:, None] * np.stack([1.0 - felony, felony], axis=1)
    return (kinds[:, :, None] * np.stack([np.ones_like(lag), open_months, back_months], axis=1)[:, None]).reshape(-1, 6)


def federal_records(parameters: Parameters, kept: Floats, leaves: Floats) -> tuple[Floats, Floats, Floats]:
    """Return who is in the immigration database: newcomers (3 groups x 3 statuses), people booked, and people between
    bookings (both H histories x 3 groups x 3 statuses x 2 ranks).

    ``kept`` is the chance that a booking puts somebody there who stays or returns, ``leaves`` that somebody booked is
    removed for good and a newcomer takes the place; both H x 3 x 3 x 2.
    """
    entry, first = at_entry(parameters), first_bookings(parameters)
    arrived = kept + leaves * entry[..., None]
    stays = 1.0 - kept - leaves
    booked = (first * entry[..., None] + (1.0 - first) * arrived) / np.maximum(1e-300, 1.0 - (1.0 - first) * stays)
    return entry, booked, booked * stays + arrived


@of_parameters
def at_entry(parameters: Parameters) -> Floats:
    """Return the shares of newcomers who are in the immigration database, 3 groups x 3 statuses."""
    booking = parameters.booking
    entry = np.tile(np.array(booking.federal_record.values()), (3, 1))
    entry[0, 0] = booking.federal_record_hispanic_citizen
    entry[1, 1:] *= booking.federal_record_other
    return entry
