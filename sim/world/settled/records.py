"""Criminal and federal records that years of bookings leave, so that neither grows nor shrinks when nothing changes.

At each booking somebody is new to the police with a fixed chance and has no record; otherwise the record is that of the
booking before and its conviction. What people bring to the start is the distribution to which this leads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.rules.booking import MOST_PRIOR

Floats = npt.NDArray[np.float64]


class Records(NamedTuple):
    """What people bring, by rank: 0 other people, 1 likely offenders."""

    convicted: Floats  # 2: chance that a booking ends in a conviction
    ratio: Floats  # 2: of the geometric number of convictions from the bookings before the last
    felony: Floats  # 2: share of convictions that are felonies
    aggravated: Floats  # 2: share of felonies that are aggravated
    level: Floats  # 2 x 4: levels at a booking


def records_of(parameters: Parameters, booked: Floats) -> Records:
    """Return the records that bookings lead to; ``booked`` is bookings by rank and charge, 2 x 10."""
    courts = parameters.courts
    first = np.array([courts.first_booking_other, courts.first_booking_likely])
    tables = (courts.convicted, courts.felony, courts.aggravated)
    convicted, felony, aggravated = (np.array(table.values()) for table in tables)
    mix = booked / np.maximum(booked.sum(axis=1, keepdims=True), 1e-300)
    chance = mix @ convicted
    felonies, grave = mix @ (convicted * felony), mix @ (convicted * felony * aggravated)
    share = np.divide(felonies, chance, out=np.zeros(2), where=chance > 0)
    ratio = (1.0 - first) * chance / np.maximum(first + (1.0 - first) * chance, 1e-300)
    aggravated_share = np.divide(grave, felonies, out=np.zeros(2), where=felonies > 0)
    brought = [_levels(*each) for each in zip(chance, ratio, share, aggravated_share, strict=True)]
    level = (1.0 - first)[:, None] * np.array(brought)
    level[:, 3] += first
    return Records(chance, ratio, share, aggravated_share, level)


def _levels(convicted: float, ratio: float, felony: float, aggravated: float) -> Floats:
    """Return shares of levels 1, 2, 3 and none among people who are not new to the police."""
    numbers = np.append((1.0 - ratio) * ratio ** np.arange(MOST_PRIOR), ratio**MOST_PRIOR)
    convictions = np.convolve(numbers, [1.0 - convicted, convicted])
    result = np.zeros(4)
    for count, chance in enumerate(convictions):
        for felonies, share in enumerate(_binomial(count, felony)):
            grave = 1.0 if felonies > 1 else felonies * aggravated
            second = felonies == 1 or count - felonies >= 3
            result[0] += chance * share * grave
            rest = chance * share * (1.0 - grave)
            result[1 if second else 2 if count - felonies > 0 else 3] += rest
    return result


def _binomial(count: int, share: float) -> Floats:
    """Return the chances of 0 to ``count`` successes."""
    result = np.ones(1)
    for _ in range(count):
        result = np.convolve(result, [1.0 - share, share])
    return result


def federal_records(parameters: Parameters, kept: Floats) -> tuple[Floats, Floats]:
    """Return who is in the immigration database: newcomers, 3 groups x 3 statuses; at the start, the same x 2 ranks.

    ``kept`` (3 x 3 x 2) is the chance that a booking puts somebody there who stays or returns.
    """
    booking, courts = parameters.booking, parameters.courts
    entry = np.tile(np.array(booking.federal_record.values()), (3, 1))
    entry[0, 0] = booking.federal_record_hispanic_citizen
    entry[1, 1:] *= booking.federal_record_other
    first = np.array([courts.first_booking_other, courts.first_booking_likely])
    at_booking = (first * entry[..., None] + (1.0 - first) * kept) / np.maximum(first + (1.0 - first) * kept, 1e-300)
    return entry, at_booking + (1.0 - at_booking) * kept
