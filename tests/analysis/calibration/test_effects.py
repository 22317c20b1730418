"""True effects from crimes counted by hand: whom, how many quarters after activation, in percent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.analysis.evidence.effects import NAMES, Counts, true_effects
from sim.words.labels import CRIME_COLUMNS, CRIMES, TARGET_GROUPS

ACTIVE = np.array([[False, False], [True, False], [True, False], [True, True], [True, True]])
"""Five months in two counties."""


def counts(crimes: dict[tuple[int, int, str, str, str], int]) -> Counts:
    found = Counts(2)
    for month in range(5):
        crime: Any = np.zeros((2, len(CRIMES), len(TARGET_GROUPS), len(CRIME_COLUMNS)), dtype=np.int32)
        for (when, county, kind, group, column), number in crimes.items():
            if when == month:
                crime[county, CRIMES.index(kind), TARGET_GROUPS.index(group), CRIME_COLUMNS.index(column)] += number
        found.add(crime, ACTIVE[month])
    return found


BEFORE = {
    (0, 0, "robbery", "hispanic", "occurred"): 1000,
    (2, 1, "robbery", "hispanic", "occurred"): 1000,
    (1, 0, "robbery", "hispanic", "occurred"): 20,
    (1, 0, "robbery", "hispanic", "reported"): 10,
    (4, 0, "larceny", "hispanic", "occurred"): 40,
    (4, 0, "larceny", "hispanic", "reported"): 20,
    (3, 1, "larceny", "other", "occurred"): 100,
    (3, 1, "larceny", "organization", "occurred"): 40,
    (3, 1, "simple_assault", "hispanic", "occurred"): 500,
    (3, 1, "larceny", "other", "recorded"): 50,
}
AFTER = {
    **BEFORE,
    (1, 0, "robbery", "hispanic", "occurred"): 30,
    (4, 0, "larceny", "hispanic", "occurred"): 48,
    (4, 0, "larceny", "hispanic", "reported"): 12,
    (3, 1, "larceny", "other", "recorded"): 40,
}


def test_effects_are_over_county_months_in_force_and_index_crime() -> None:
    found = dict(zip(NAMES, true_effects(counts(AFTER), counts(BEFORE)), strict=True))
    assert found["true_hispanic"] == pytest.approx(100 * (78 / 60 - 1))
    assert found["true_violent"] == pytest.approx(50)
    assert found["true_property"] == pytest.approx(100 * (188 / 180 - 1))
    assert found["true_total"] == pytest.approx(100 * (218 / 200 - 1))
    assert found["true_others"] == pytest.approx(0)
    assert found["reported_hispanic"] == pytest.approx(100 * ((22 / 78) / (30 / 60) - 1))
    assert found["recorded_total"] == pytest.approx(-20)
    assert np.isnan(found["recorded_hispanic"])


def test_the_course_is_by_quarters_since_each_county_began() -> None:
    found = dict(zip(NAMES, true_effects(counts(AFTER), counts(BEFORE)), strict=True))
    assert found["true_hispanic_q0"] == pytest.approx(50)
    assert found["true_hispanic_q1"] == pytest.approx(20)
    assert found["reported_hispanic_q1"] == pytest.approx(100 * (0.25 / 0.5 - 1))
    assert np.isnan(found["true_hispanic_q2"])


def test_without_a_change_nothing_changes() -> None:
    found = true_effects(counts(BEFORE), counts(BEFORE))
    assert (found[np.isfinite(found)] == 0).all()
