"""Rules of arrest, booking, detainers, custody and news: worked tables, limits and closed forms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.arrest import street_arrest_mean, street_charge
from sim.rules.booking import (
    RECORD_COUNT,
    aggravated_in,
    felonies_in,
    has_federal_record,
    is_matched,
    is_new_to_police,
    is_removable,
    is_screened,
    misdemeanors_in,
    record_level,
    screening_probability,
)
from sim.rules.custody import (
    comes_back,
    conviction_kind,
    legalized,
    months_held,
    months_in_ice_custody,
    months_left_until_return,
    months_until_refill,
    months_until_return,
)
from sim.rules.detainer import (
    DECLINED,
    NOT_TAKEN,
    TAKEN,
    asks_for_detainer,
    capacity_this_month,
    channel_of,
    is_handed_over,
    is_imprisoned,
    issue_share,
    needs_conviction,
    outcome_of_request,
)
from sim.rules.news import (
    county_fear,
    fading,
    pooled_removal_rate,
    relative_risk,
    running_load,
    running_removal_risk,
    spilled_over,
)
from sim.words.codes import (
    AGGRAVATED,
    BY_TASK_FORCE,
    FELONY,
    FROM_JAIL,
    MISDEMEANOR,
    OUT_OF_PRISON,
    OUTSIDE,
    STREET_FELONY,
    STREET_MISDEMEANOR,
)
from sim.words.labels import CHARGES, LEVELS, STATUSES

LAST = 1.0 - 2.0**-53
uniforms = st.floats(0.0, LAST)


def steps(number: int) -> list[float]:
    """Return the midpoints of ``number`` equal parts of [0, 1)."""
    return [(place + 0.5) / number for place in range(number)]


def frequencies(values: list[int], size: int) -> list[float]:
    return (np.bincount(values, minlength=size) / len(values)).tolist()


# Street arrests


def test_street_arrest_mean() -> None:
    """4,000 people, 3,800 arrests per 100,000 and year, stop ratio 1.5, a task force's 1.3."""
    assert street_arrest_mean(4000, 0.0031666667, 1.5, 1.3) == pytest.approx(24.7)
    assert street_arrest_mean(0, 0.003, 1.0, 1.0) == 0.0


def test_street_charge() -> None:
    assert (CHARGES[STREET_FELONY], CHARGES[STREET_MISDEMEANOR]) == ("street_felony", "street_misdemeanor")
    assert [street_charge(u, 0.15) for u in (0.0, 0.1499, 0.15, 0.9)] == [7, 7, 9, 9]


# Booking


def test_new_to_the_police() -> None:
    assert [is_new_to_police(u, 0.35) for u in (0.0, 0.349, 0.35)] == [True, True, False]


def test_a_record_is_told_apart_into_felonies_misdemeanours_and_whether_one_is_aggravated() -> None:
    """Up to two felonies and three misdemeanours are told apart, with or without an aggravated one: 24 records."""
    found = [(aggravated_in(it), felonies_in(it), misdemeanors_in(it)) for it in range(RECORD_COUNT)]
    assert found == list(itertools.product(range(2), range(3), range(4)))


def test_levels_of_all_records() -> None:
    """An aggravated felony or two felonies 1; one felony or three misdemeanours 2; other convictions 3; none."""
    table = {
        (0, 0, 0): "none",
        (0, 1, 0): "level_3",
        (0, 2, 0): "level_3",
        (0, 3, 0): "level_2",
        (1, 0, 0): "level_2",
        (1, 1, 0): "level_2",
        (1, 2, 0): "level_2",
        (1, 3, 0): "level_2",
        (2, 0, 0): "level_1",
        (2, 1, 0): "level_1",
        (2, 2, 0): "level_1",
        (2, 3, 0): "level_1",
    }
    for (felonies, misdemeanors, aggravated), level in table.items():
        assert LEVELS[record_level(felonies, misdemeanors, aggravated)] == level
    for felonies, misdemeanors in itertools.product(range(6), range(7)):
        assert LEVELS[record_level(felonies, misdemeanors, 1)] == "level_1"
        capped = (min(felonies, 2), min(misdemeanors, 3), 0)
        assert LEVELS[record_level(felonies, misdemeanors, 0)] == table[capped]


def test_federal_record() -> None:
    assert [has_federal_record(known, u, 0.5) for known in (0, 1) for u in (0.4, 0.6)] == [True, False, True, True]


@pytest.mark.parametrize(
    ("noncitizen", "cap", "held", "jail_287g", "expected"),
    [
        (False, True, True, True, 0.0),
        (True, False, False, False, 0.0),
        (True, False, True, False, 0.0),
        (True, True, False, False, 0.55),
        (True, True, True, False, 0.7),
        (True, False, False, True, 0.95),
        (True, True, True, True, 0.95),
    ],
)
def test_screening(noncitizen: bool, cap: bool, held: bool, jail_287g: bool, expected: float) -> None:
    assert screening_probability(noncitizen, cap, 0.55, 0.7, held, jail_287g, 0.95, 1.0) == expected
    assert screening_probability(noncitizen, cap, 0.55, 0.7, held, jail_287g, 0.95, 0.25) == expected / 4


def test_deputies_never_lower_screening() -> None:
    assert screening_probability(True, True, 0.55, 0.7, True, True, 0.1, 1.0) == 0.7


def test_matches_and_interviews() -> None:
    """A federal record matters under Secure Communities only, also that of a citizen; screening is apart from it."""
    matched = [is_matched(program, record) for program in (True, False) for record in (True, False)]
    assert matched == [True, False, False, False]
    assert [is_screened(u, 0.5) for u in (0.4, 0.5)] == [True, False]


def test_removability() -> None:
    found = {(s, level): is_removable(s, level) for s in range(3) for level in range(4)}
    removable = {key for key, value in found.items() if value}
    assert {(STATUSES[s], LEVELS[level]) for s, level in removable} == {
        ("unauthorized", "level_1"),
        ("unauthorized", "level_2"),
        ("unauthorized", "level_3"),
        ("unauthorized", "none"),
        ("lawful_noncitizen", "level_1"),
        ("lawful_noncitizen", "level_2"),
    }


# Detainers


def test_priority_enforcement_bars_those_without_conviction() -> None:
    assert [needs_conviction(True, level) for level in range(4)] == [False, False, False, True]
    assert not any(needs_conviction(False, level) for level in range(4))


def test_terms_of_thirteen_months_are_served_in_prison() -> None:
    assert [is_imprisoned(months, 13.0) for months in (0, 12, 13, 240)] == [False, False, True, True]


def test_a_course_holds_for_matches_alone() -> None:
    assert issue_share(0.8, 0.25, False) == 0.2
    assert issue_share(0.8, 0.25, True) == 0.8


def test_handed_over_without_a_detainer_where_the_county_helps() -> None:
    assert [is_handed_over(u, 0.2, 0.5) for u in (0.0, 0.099, 0.1)] == [True, True, False]
    assert not is_handed_over(0.0, 1.0, 0.0)


def test_channels() -> None:
    table = {
        (True, False, True, True): OUTSIDE,
        (True, True, False, False): OUTSIDE,
        (False, True, True, True): OUT_OF_PRISON,
        (False, False, True, True): BY_TASK_FORCE,
        (False, False, False, True): FROM_JAIL,
        (False, False, True, False): FROM_JAIL,
    }
    assert {key: channel_of(*key) for key in table} == table


def test_asking() -> None:
    assert [asks_for_detainer(u, 0.6) for u in (0.0, 0.599, 0.6)] == [True, True, False]


@given(st.floats(0.0, 500.0), st.integers(1, 240))
def test_capacity_adds_up(monthly: float, months: int) -> None:
    given_out = [capacity_this_month(monthly, month) for month in range(months)]
    assert sum(given_out) == int(np.floor(monthly * months))
    assert all(int(monthly) <= each <= int(monthly) + 1 for each in given_out)


def test_capacity_of_two_fifths() -> None:
    assert [capacity_this_month(0.4, month) for month in range(10)] == [0, 0, 1, 0, 1, 0, 0, 1, 0, 1]


def test_outcomes_of_a_request() -> None:
    assert outcome_of_request(0.95, 0.95, 0.0, 0.9) == DECLINED
    assert outcome_of_request(0.94, 0.95, 0.9, 0.9) == NOT_TAKEN
    assert outcome_of_request(0.94, 0.95, 0.89, 0.9) == TAKEN
    assert {outcome_of_request(u, 0.0, 0.0, 1.0) for u in steps(50)} == {DECLINED}
    assert {outcome_of_request(u, 1.0, u, 1.0) for u in steps(50)} == {TAKEN}


# Custody


@given(uniforms, st.floats(1.0, 200.0), st.floats(0.05, 1.0))
def test_stays_are_at_least_a_month(uniform: float, mean: float, ends: float) -> None:
    assert months_held(uniform, mean) >= 1
    assert months_in_ice_custody(uniform, ends) >= 1
    assert months_until_refill(uniform, mean) >= 1


def test_ice_custody_ends_at_its_rate() -> None:
    """70 % of stays end after one month, 21 % after two, 6.3 % after three (T52)."""
    found = frequencies([months_in_ice_custody(u, 0.7) for u in steps(100_000)], 12)
    assert found[:4] == pytest.approx([0.0, 0.7, 0.21, 0.063], abs=2e-5)


def test_mean_stay() -> None:
    for mean in (1.0, 1.2, 6.0, 36.0):
        assert np.mean([months_held(u, mean) for u in steps(200_000)]) == pytest.approx(mean, rel=1e-3)


def test_kinds_of_conviction() -> None:
    """30 % felonies, of them 20 % aggravated."""
    assert frequencies([conviction_kind(u, 0.3, 0.2) for u in steps(1000)], 3) == pytest.approx([0.7, 0.24, 0.06])
    assert (MISDEMEANOR, FELONY, AGGRAVATED) == (0, 1, 2)
    assert {conviction_kind(u, 0.0, 1.0) for u in steps(20)} == {MISDEMEANOR}
    assert {conviction_kind(u, 1.0, 1.0) for u in steps(20)} == {AGGRAVATED}


def test_who_comes_back() -> None:
    assert np.mean([comes_back(u, 0.25) for u in steps(8000)]) == pytest.approx(0.25)
    assert all(comes_back(u, 1.0) for u in steps(20))
    assert not any(comes_back(u, 0.0) for u in steps(20))


def test_a_vacancy_lasts_its_mean() -> None:
    assert np.mean([months_until_refill(u, 24.0) for u in steps(200_000)]) == pytest.approx(24.0, rel=1e-3)
    assert {months_until_refill(u, 1.0) for u in steps(50)} == {1}


def test_what_is_left_of_waits_met_at_the_start() -> None:
    """Of waits of 1, 2 and 3 months, met 1, 2 and 3 times: nothing left of three, a month of two, two of one."""
    found = np.bincount([months_left_until_return(u, 3.0) for u in steps(6000)], minlength=4)
    assert found.tolist() == [3000, 2000, 1000, 0]
    waits = [(wait, passed) for wait in range(1, 13) for passed in range(wait)]
    left = frequencies([wait - 1 - passed for wait, passed in waits], 12)
    assert frequencies([months_left_until_return(u, 12.0) for u in steps(78_000)], 12) == pytest.approx(left, abs=1e-4)


def test_returns_are_spread_over_the_year() -> None:
    found = np.bincount([months_until_return(u, 12.0) for u in steps(1200)], minlength=14)
    assert found.tolist() == [0, *[100] * 12, 0]
    assert months_until_return(LAST, 12.0) == 12


def test_legalization() -> None:
    assert [legalized(u, 0.5) for u in (0.0, 0.499, 0.5)] == [True, True, False]


# News


def test_pooled_removal_rate() -> None:
    """3 of 4,000 here, 5 in 10,000 in the region with the weight of 2,000: (3 + 1) / 6,000."""
    assert pooled_removal_rate(3, 4000, 0.0005, 2000.0) == pytest.approx(0.000666667, rel=1e-6)
    assert pooled_removal_rate(3, 4000, 0.9, 0.0) == pytest.approx(0.00075)
    assert pooled_removal_rate(0, 0, 0.0, 0.0) == 0.0


def test_county_fear() -> None:
    """0.5 faded by 7 %, 0.91 announced and 0.02 x 1.5 removals: 1.405."""
    assert county_fear(0.5, 0.07, 0.91, 0.02, 1.5) == pytest.approx(1.405)
    assert county_fear(0.1, 0.07, -0.2, 0.02, 0.0) == 0.0
    assert county_fear(0.0, 0.07, 0.0, 0.02, 0.0) == 0.0


def test_fear_of_a_lasting_program_has_a_limit() -> None:
    """0.03 a month and fading of 0.06 lead to 0.5."""
    fear = 0.0
    for _ in range(400):
        fear = county_fear(fear, 0.06, 0.03, 0.02, 0.0)
    assert fear == pytest.approx(0.5)


def test_refusal_lets_fear_fade_faster() -> None:
    assert fading(0.06, 0.0, 0.04) == 0.06
    assert fading(0.06, 0.5, 0.04) == pytest.approx(0.08)
    assert fading(0.9, 1.0, 0.4) == 1.0


def test_removals_of_the_other_group_are_heard_of_in_part() -> None:
    assert spilled_over(4.0, 1.0, 0.25) == 3.25
    assert spilled_over(4.0, 1.0, 0.0) == 4.0


def test_relative_risk() -> None:
    assert relative_risk(80.0, 100.0, 0.9, 60.0) == pytest.approx(0.8375)
    assert relative_risk(0.0, 0.0, 0.7, 0.0) == 0.7
    assert relative_risk(50.0, 100.0, 0.9, 0.0) == 0.5


@given(st.integers(0, 2**50), st.floats(0.0, 1e12))
def test_relative_risk_is_exactly_one_where_nobody_fears(units: int, weight: float) -> None:
    assert relative_risk(float(units), float(units), 1.0, weight) == 1.0


def test_running_removal_risk() -> None:
    """5 of 20 taken, of them 60 % removed, with a memory of 24 at 0.1: (3 + 2.4) / 44."""
    assert running_removal_risk(5, 20, 0.1, 24.0, 0.6) == pytest.approx(0.1227273)
    assert running_removal_risk(0, 0, 0.3, 0.0, 0.6) == 0.3
    assert running_removal_risk(0, 10, 0.0, 24.0, 0.6) == 0.0


def test_running_load() -> None:
    """30 recorded where 20 are usual, with twelve months of memory at 1.1: 14.7 / 13."""
    assert running_load(30, 20.0, 1.1, 12.0) == pytest.approx(1.1307692)
    assert running_load(20, 20.0, 1.0, 12.0) == 1.0
    assert running_load(5, 0.0, 1.2, 12.0) == 1.2
    assert running_load(30, 20.0, 1.1, 0.0) == 1.5


# At the edges


def test_boundaries_belong_to_the_upper_side() -> None:
    assert [comes_back(u, 0.25) for u in (0.2499999, 0.25)] == [True, False]
    assert [conviction_kind(u, 0.5, 0.5) for u in (0.2499999, 0.25, 0.4999999, 0.5)] == [
        AGGRAVATED,
        FELONY,
        FELONY,
        MISDEMEANOR,
    ]


def test_relative_risk_where_memory_and_month_weigh_alike() -> None:
    assert relative_risk(50, 100, 1.0, 100.0) == pytest.approx(0.75)
    assert relative_risk(0, 0, 0.7, 0.0) == relative_risk(0, 0, 0.7, 0.0)
