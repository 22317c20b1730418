"""Criminal and federal records that years of bookings leave, so that neither grows nor shrinks when nothing changes.

At each booking somebody is new to the police with a fixed chance and has no record; otherwise the record is that of the
booking before and its conviction, or none where the person was removed for good and a newcomer has the place. What
people bring to the start is the distribution to which this leads.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

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

Floats = npt.NDArray[np.float64]

LEAST_TURNOVER = 1e-6


class Records(NamedTuple):
    """Records by group, status and rank: 0 other people, 1 likely offenders."""

    brought: Floats  # 3 groups x 3 statuses x 2 ranks x 24 records, cumulative: between bookings
    level: Floats  # 3 x 3 x 2 x 4: levels at a booking


def first_bookings(parameters: Parameters) -> Floats:
    """Return the chance that somebody booked is new to the police, by rank; never 0, for records would only grow."""
    courts = parameters.courts
    return np.maximum(LEAST_TURNOVER, np.array([courts.first_booking_other, courts.first_booking_likely]))


def records_of(parameters: Parameters, booked: Floats, leaves: Floats) -> Records:
    """Return the records that bookings lead to.

    ``booked`` is bookings by group, status, rank and charge (3 x 3 x 2 x 10), ``leaves`` the chance that somebody
    booked is removed for good, by group, status, rank and level (3 x 3 x 2 x 4).
    """
    convictions = _convictions(parameters, booked)
    goes = leaves @ _levels().T  # 3 x 3 x 2 x 24
    moves = np.einsum("gsrx,xyk,gsrk->gsrxy", 1.0 - goes, _after_a_conviction(), convictions)
    moves[..., 0] += goes
    first = first_bookings(parameters)[:, None, None]
    again = (1.0 - first) * moves
    again[..., 0] += first[..., 0]
    at_booking = _stationary(again)
    brought = np.cumsum(np.einsum("gsrx,gsrxy->gsry", at_booking, moves), axis=-1)
    brought[..., -1] = 1.0
    return Records(brought, at_booking @ _levels())


def _convictions(parameters: Parameters, booked: Floats) -> Floats:
    """Return what a booking ends in, ... x 4: a misdemeanour, a felony, an aggravated felony, or no conviction."""
    tables = (parameters.courts.convicted, parameters.courts.felony, parameters.courts.aggravated)
    convicted, felony, aggravated = (np.array(table.values()) for table in tables)
    kinds = np.stack([1.0 - felony, felony * (1.0 - aggravated), felony * aggravated], axis=-1) * convicted[:, None]
    total = booked.sum(axis=-1, keepdims=True)
    mix = np.divide(booked, total, out=np.zeros_like(booked), where=total > 0)
    ends = mix @ kinds
    return np.concatenate([ends, 1.0 - ends.sum(axis=-1, keepdims=True)], axis=-1)


@cache
def _after_a_conviction() -> Floats:
    """Return 1 where a record (24) becomes another (24) by a misdemeanour, a felony, an aggravated one, or nothing."""
    result = np.zeros((RECORD_COUNT, RECORD_COUNT, 4))
    for record in range(RECORD_COUNT):
        felonies, misdemeanors, aggravated = felonies_in(record), misdemeanors_in(record), aggravated_in(record)
        more, other = min(felonies + 1, MOST_FELONIES), min(misdemeanors + 1, MOST_MISDEMEANORS)
        result[record, _record(felonies, other, aggravated), MISDEMEANOR] = 1.0
        result[record, _record(more, misdemeanors, aggravated), FELONY] = 1.0
        result[record, _record(more, misdemeanors, 1), AGGRAVATED] = 1.0
        result[record, record, -1] = 1.0
    return result


def _record(felonies: int, misdemeanors: int, aggravated: int) -> int:
    return (aggravated * (MOST_FELONIES + 1) + felonies) * (MOST_MISDEMEANORS + 1) + misdemeanors


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
    bookings (both x 2 ranks).

    ``kept`` is the chance that a booking puts somebody there who stays or returns, ``leaves`` that somebody booked is
    removed for good and a newcomer takes the place; both 3 x 3 x 2.
    """
    booking, first = parameters.booking, first_bookings(parameters)
    entry = np.tile(np.array(booking.federal_record.values()), (3, 1))
    entry[0, 0] = booking.federal_record_hispanic_citizen
    entry[1, 1:] *= booking.federal_record_other
    arrived = kept + leaves * entry[..., None]
    stays = 1.0 - kept - leaves
    booked = (first * entry[..., None] + (1.0 - first) * arrived) / np.maximum(1e-300, 1.0 - (1.0 - first) * stays)
    return entry, booked, booked * stays + arrived
