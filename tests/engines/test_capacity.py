"""Which detainers lie within field offices' capacities, against sorting them in plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.columnar.booking import within_capacity


@pytest.mark.parametrize("offices", [1, 7, 300, 3000])
def test_gravest_levels_and_lowest_ranks_lie_within_capacity(offices: int) -> None:
    luck = np.random.default_rng(offices)
    office, level = luck.integers(0, offices, 4000), luck.integers(0, 4, 4000)
    rank, quota = luck.random(4000), luck.integers(0, 4000 // offices + 2, offices)
    rank[:50] = rank[50:100]  # ties go to those who come first
    expected, place = set(), np.zeros(offices, dtype=int)
    for i in sorted(range(4000), key=lambda i: (level[i], rank[i], i)):
        if place[office[i]] < quota[office[i]]:
            expected.add(i)
        place[office[i]] += 1
    assert set(np.flatnonzero(within_capacity(office, level, rank, quota)).tolist()) == expected
