"""Chains of records: what bookings leave as it is, beside a matrix of every record's next one."""

import numpy as np
import pytest

from sim.rules.booking import RECORD_COUNT, aggravated_in, felonies_in, misdemeanors_in, record_level
from sim.world.settled.chains import at_bookings

PEOPLE = 8


def grown(record: int, kind: int) -> int:
    """Return the record after a conviction for a misdemeanour, a felony or an aggravated one."""
    felonies, misdemeanors, aggravated = felonies_in(record), misdemeanors_in(record), aggravated_in(record)
    if kind == 0:
        misdemeanors = min(misdemeanors + 1, 3)
    else:
        felonies, aggravated = min(felonies + 1, 2), max(aggravated, int(kind == 2))
    return next(
        other
        for other in range(RECORD_COUNT)
        if (felonies_in(other), misdemeanors_in(other), aggravated_in(other)) == (felonies, misdemeanors, aggravated)
    )


def moves(gone: np.ndarray, convicted: np.ndarray) -> np.ndarray:
    """Return the chance that a booking makes one record another, 24 x 24, of one kind of people."""
    result = np.zeros((RECORD_COUNT, RECORD_COUNT))
    for record in range(RECORD_COUNT):
        level = record_level(felonies_in(record), misdemeanors_in(record), aggravated_in(record))
        for kind in range(3):
            result[record, grown(record, kind)] += convicted[level, kind]
        result[record, 0] += gone[level]
        result[record, record] += 1.0 - gone[level] - convicted[level].sum()
    return result


@pytest.mark.parametrize("least_new", [1e-6, 0.2, 1.0])
def test_bookings_leave_the_chain_as_it_is(least_new: float) -> None:
    luck = np.random.default_rng(2)
    gone, convicted = 0.3 * luck.random((4, PEOPLE)), 0.2 * luck.random((4, 3, PEOPLE))
    gone[:, 0], convicted[:, 1, 1], convicted[:, :, 2] = 0.0, 0.0, 0.0
    new = np.maximum(least_new, np.linspace(0.0, 0.5, PEOPLE))
    chains = at_bookings(gone, convicted, new)
    between = chains.between_bookings()
    without, felons = chains.by_level()
    assert (between >= 0.0).all()
    for kind in range(PEOPLE):
        step = moves(gone[:, kind], convicted[..., kind])
        once = (1.0 - new[kind]) * between[kind] + new[kind] * (np.arange(RECORD_COUNT) == 0)
        assert once @ step == pytest.approx(between[kind], rel=1e-9, abs=1e-13)
        assert between[kind].sum() == pytest.approx(1.0)
        felony = np.array([felonies_in(record) > 0 for record in range(RECORD_COUNT)])
        assert felons[:, kind].sum() == pytest.approx(once[felony].sum(), abs=1e-13)
        assert without[:, kind].sum() == pytest.approx(once[~felony].sum(), abs=1e-13)
