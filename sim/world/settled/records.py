"""Criminal and federal records that years of bookings leave, so that neither grows nor shrinks when nothing changes.

At each booking somebody is new to the police with a fixed chance and has no record; otherwise the record is that of the
booking before and its conviction, or none where the person was removed for good and a newcomer has the place. A
conviction comes some months after its booking, and is lost to a place that a booking in between gives to a newcomer.
What people bring to the start is the distribution to which this leads, apart for counties that years of other programs
have made different: where ICE removes people for good, more of those booked are newcomers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.rules.booking import (
    MOST_FELONIES,
    MOST_MISDEMEANORS,
    RECORD_COUNT,
    aggravated_in,
    felonies_in,
    misdemeanors_in,
    record_level,
)
from sim.words.codes import AGGRAVATED, FELONY, MISDEMEANOR
from sim.world.constants import first_booking
from sim.world.kept import of_parameters
from sim.world.settled.endings import Ends, back_after

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

NO_CONVICTION = 3
LEAST_TURNOVER, MOST_LOST = 1e-6, 1.0 - 1e-12
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


def by_history(of_counties: Floats, history: Integers) -> Floats:
    """Return sums over the counties of each history, K x ... in, H x ... out."""
    each = counties_of_each(history, int(history.max()) + 1)
    return np.stack([of_counties[here].sum(axis=0) for _, here in each])


def counties_of_each(history: Integers, histories: int) -> Iterator[tuple[int, Any]]:
    """Yield each of so many histories and what picks its counties from ``history``; all where it is alone."""
    if histories == 1:
        yield 0, slice(None)
        return
    for number in range(histories):
        yield number, history == number


def records_of(
    parameters: Parameters, alike: Floats, rate: Floats, at_liberty: Floats, ends: Ends, history: Integers
) -> Records:
    """Return the records that bookings lead to.

    ``alike`` is bookings a month by history, group, status, class and charge (H x 3 x 3 x 3 x 10), ``rate`` those of
    one person at liberty and ``at_liberty`` the people who are (both K x 3 x 3 x 3), ``ends`` what the bookings end in,
    ``history`` that of each county (K).
    """
    goes = ends.gone @ _levels().T  # H x 3 x 3 x 2 x 24
    moves = _moves(goes, _levels() @ ends.convicted)
    first = first_bookings(parameters)[:, None, None]
    again = (1.0 - first) * moves
    again[..., 0] += first[..., 0]
    at_booking = _stationary(again)
    brought = np.cumsum(np.einsum("hgsrx,hgsrxy->hgsry", at_booking, moves), axis=-1)
    brought[..., -1] = 1.0
    taken = (at_booking * (ends.taken @ _levels().T)).sum(axis=-1)
    misdemeanors, felonies = _already_come(parameters, alike, rate, at_liberty, taken, history)
    known = at_booking * np.where(_with_felonies(), felonies[..., None], misdemeanors[..., None])
    known[..., 0] = 0.0
    known[..., 0] = 1.0 - known.sum(axis=-1)
    level = known @ _levels()
    weight = by_rank(alike.sum(axis=-1))[..., None]
    total = weight.sum(axis=0)
    nation = np.divide((level * weight).sum(axis=0), total, out=level[0].copy(), where=total > 0)
    return Records(brought, level, nation)


def by_rank(of_classes: Floats) -> Floats:
    """Return sums over the classes of each rank, ... x 3 in, ... x 2 out."""
    frequent, other, ordinary = (of_classes[..., rank] for rank in range(len(RANK_OF_CLASS)))
    return np.stack([ordinary, frequent + other], axis=-1)


def charges_by_rank(alike: Floats) -> Floats:
    """Return bookings by charge of each rank, ... x 3 classes x 10 in, ... x 2 x 10 out."""
    return by_rank(alike.swapaxes(-1, -2)).swapaxes(-1, -2)


def booked_anew(parameters: Parameters, rate: Floats, at_liberty: Floats, history: Integers) -> Floats:
    """Return how often a month one who was booked is booked again and is no newcomer, H x 3 x 3 x 2.

    ``rate`` is bookings a month of one person at liberty and ``at_liberty`` the people who are, both K x 3 x 3 x 3.
    """
    once, twice = (by_rank(by_history(at_liberty * rate**power, history)) for power in (1, 2))
    mean = np.divide(twice, once, out=np.zeros_like(once), where=once > 0)
    result: Floats = mean * (1.0 - first_bookings(parameters))
    return result


def _already_come(
    parameters: Parameters, alike: Floats, rate: Floats, at_liberty: Floats, taken: Floats, history: Integers
) -> tuple[Floats, Floats]:
    """Return the shares of bookings, H x 3 x 3 x 2, at which misdemeanours and felonies are those of the chain.

    The convictions known at a booking are those of bookings before the last months of disposition, if none since has
    given the place to somebody else who is at liberty again. Nobody is booked in jail. ``alike`` is bookings by
    history, group, status, class and charge, ``rate`` those of one person at liberty, ``taken`` the chance that ICE
    takes somebody booked, H x 3 x 3 x 2.
    """
    waits, (misdemeanors, felonies) = _courts(parameters)
    chance, mine = rate * first_bookings(parameters)[RANK_OF_CLASS], taken[..., RANK_OF_CLASS][history]
    free, after_ice = (np.log1p(-np.minimum(MOST_LOST, chance * part)) for part in (1.0 - mine, mine))  # of a month
    below = by_rank(alike.sum(axis=-1))
    shares = []
    for convicted, kind in (misdemeanors, felonies):
        ends = alike * convicted * kind
        total = ends.sum(axis=-1)
        let_go, returned = (
            np.divide((ends * each).sum(axis=-1), total, out=np.zeros_like(total), where=total > 0)[history]
            for each in waits
        )
        survival = np.exp(let_go * free + returned * after_ice)
        above = by_rank(by_history(at_liberty * rate * survival, history))
        shares.append(np.divide(above, below, out=np.ones_like(above), where=below > 0))
    return shares[0], shares[1]


@of_parameters
def _courts(parameters: Parameters) -> tuple[tuple[Floats, Floats], tuple[tuple[Floats, Floats], ...]]:
    """Return by charge how many months a booking waits for its conviction at liberty.

    First of people let go, then of those whom ICE takes, who are back some time; and for misdemeanours and felonies the
    chance of a conviction and that it is for one of them.
    """
    courts = parameters.courts
    convicted, felony, held, lag = (
        np.array(each.values()) for each in (courts.convicted, courts.felony, courts.held, courts.disposition_lag)
    )
    stay = np.maximum(1.0, np.array(courts.stay.values()))
    open_months = (1.0 - held) * lag + held * np.maximum(0.0, lag - stay)
    back = back_after(parameters, int(np.ceil(lag.max())))
    back_months = (1.0 - held) * np.interp(lag, np.arange(len(back)), np.cumsum(back))
    return (open_months, back_months), ((convicted, 1.0 - felony), (convicted, felony))


@cache
def _after_a_conviction() -> Integers:
    """Return what each record (24) becomes by a misdemeanour, a felony, an aggravated one, or nothing: 4 x 24."""
    result = np.zeros((4, RECORD_COUNT), dtype=np.int64)
    for record in range(RECORD_COUNT):
        felonies, misdemeanors, aggravated = felonies_in(record), misdemeanors_in(record), aggravated_in(record)
        more, other = min(felonies + 1, MOST_FELONIES), min(misdemeanors + 1, MOST_MISDEMEANORS)
        result[MISDEMEANOR, record] = _record(felonies, other, aggravated)
        result[FELONY, record] = _record(more, misdemeanors, aggravated)
        result[AGGRAVATED, record] = _record(more, misdemeanors, 1)
        result[NO_CONVICTION, record] = record
    return result


def _moves(goes: Floats, convictions: Floats) -> Floats:
    """Return the chances ... x 24 x 24 that a record becomes another, or by removal for good that of a newcomer.

    ``goes`` is the chance of the latter by record (... x 24), ``convictions`` that of each kind (... x 24 x 3).
    """
    moves = np.zeros((*goes.shape, RECORD_COUNT))
    others = 1.0 - goes - convictions.sum(axis=-1)
    for kind, after in enumerate(_after_a_conviction()):
        moves[..., np.arange(RECORD_COUNT), after] += others if kind == NO_CONVICTION else convictions[..., kind]
    moves[..., 0] += goes
    return moves


def _record(felonies: int, misdemeanors: int, aggravated: int) -> int:
    return (aggravated * (MOST_FELONIES + 1) + felonies) * (MOST_MISDEMEANORS + 1) + misdemeanors


@cache
def _with_felonies() -> npt.NDArray[np.bool_]:
    """Return which of the 24 records hold a felony."""
    return np.array([felonies_in(record) > 0 for record in range(RECORD_COUNT)])


@cache
def _levels() -> Floats:
    """Return 1 at the level of each record, 24 x 4."""
    result = np.zeros((RECORD_COUNT, 4))
    for record in range(RECORD_COUNT):
        level = record_level(felonies_in(record), misdemeanors_in(record), aggravated_in(record))
        result[record, level] = 1.0
    return result


def _stationary(moves: Floats) -> Floats:
    """Return the distributions (... x n) that chains with chances ``moves`` (... x from n x to n) leave as they are."""
    size = moves.shape[-1]
    equations = np.swapaxes(moves, -1, -2) - np.eye(size)
    equations[..., -1, :] = 1.0
    right = np.zeros((*moves.shape[:-2], size, 1))
    right[..., -1, 0] = 1.0
    return np.maximum(0.0, np.linalg.solve(equations, right)[..., 0])


def federal_records(parameters: Parameters, kept: Floats, leaves: Floats) -> tuple[Floats, Floats, Floats]:
    """Return who is in the immigration database: newcomers (3 groups x 3 statuses), people booked, and people between
    bookings (both H histories x 3 groups x 3 statuses x 2 ranks).

    ``kept`` is the chance that a booking puts somebody there who stays or returns, ``leaves`` that somebody booked is
    removed for good and a newcomer takes the place; both H x 3 x 3 x 2.
    """
    entry, first = _at_entry(parameters), first_bookings(parameters)
    arrived = kept + leaves * entry[..., None]
    stays = 1.0 - kept - leaves
    booked = (first * entry[..., None] + (1.0 - first) * arrived) / np.maximum(1e-300, 1.0 - (1.0 - first) * stays)
    return entry, booked, booked * stays + arrived


@of_parameters
def _at_entry(parameters: Parameters) -> Floats:
    """Return the shares of newcomers who are in the immigration database, 3 groups x 3 statuses."""
    booking = parameters.booking
    entry = np.tile(np.array(booking.federal_record.values()), (3, 1))
    entry[0, 0] = booking.federal_record_hispanic_citizen
    entry[1, 1:] *= booking.federal_record_other
    return entry
