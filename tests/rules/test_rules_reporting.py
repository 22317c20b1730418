"""Rules of trust, reporting, clearance and the survey: worked tables, limits and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import grid, setting_of

from sim.parameters import Parameters
from sim.rules.clearance import RISK_UNIT, clearance_capacity, clearance_probability, risk_units, witness_help
from sim.rules.reporting import (
    FEAR_STEP,
    MOST_STEPS,
    NOBODY,
    OFFICER,
    OTHERS,
    VICTIM,
    fear_after_jump,
    fear_after_reassurance,
    first_caller,
    is_recorded,
    is_treated_in_hospital,
    log_odds,
    own_fear,
    part_at_full_trust,
    somebody_reports,
    trust,
    willing_to_report,
)
from sim.rules.survey import ROTATIONS, next_interview, panel_member, responds_to_survey, rotation
from sim.words.labels import CRIMES, STATUSES
from sim.world.constants import build_constants, in_python, reporting_parts
from sim.world.setting import solved_constants

SOLVED = solved_constants(Parameters(), setting_of(grid(1, 1, 400, 1)).world.baseline)

probabilities = st.floats(0.01, 0.99)
uniforms = st.floats(0.0, 0.999999)
T08_T13 = {"rape": 0.35, "robbery": 0.59, "aggravated_assault": 0.56, "burglary": 0.55, "larceny": 0.33}
T08_T13["motor_vehicle_theft"] = 0.83
QUARTER = -1.0986122886681098
"""Log odds of 0.25."""

# Fear and trust


@pytest.mark.parametrize(("county", "own", "expected"), [(0.9, 0.0, 0.4065697), (0.9, 0.5, 0.2465970), (0, 0, 1)])
def test_trust(county: float, own: float, expected: float) -> None:
    assert trust(county, own) == pytest.approx(expected)


@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_fear_adds_up_and_trust_decides(county: float, own: float) -> None:
    assert trust(county, own) == pytest.approx(trust(county, 0.0) * trust(0.0, own))
    assert 0.0 < trust(county, own) <= 1.0


def test_own_fear_in_steps() -> None:
    assert FEAR_STEP == 0.03125
    assert own_fear(40, 0.85) == pytest.approx(1.0625)
    assert own_fear(0, 1.0) == 0.0


@pytest.mark.parametrize(
    ("steps", "decay", "jump", "expected"),
    [(0, 1.0, 1.0, 32), (32, 1.0, 0.5, 48), (32, 0.5, 1.0, 48), (250, 1.0, 1.0, 255), (10, 0.25, 0.0, 3)],
)
def test_fear_after_jump(steps: int, decay: float, jump: float, expected: int) -> None:
    assert fear_after_jump(steps, decay, jump) == expected


@pytest.mark.parametrize(
    ("steps", "decay", "share", "expected"), [(32, 1.0, 0.5, 16), (32, 0.5, 0.5, 8), (32, 1.0, 1.0, 0), (7, 1.0, 0, 7)]
)
def test_fear_after_reassurance(steps: int, decay: float, share: float, expected: int) -> None:
    assert fear_after_reassurance(steps, decay, share) == expected


@given(st.integers(0, MOST_STEPS), st.floats(0.0, 1.0), st.floats(0.0, 5.0), st.floats(0.0, 1.0))
def test_stored_fear_fits_one_byte(steps: int, decay: float, jump: float, share: float) -> None:
    assert 0 <= fear_after_jump(steps, decay, jump) <= MOST_STEPS
    assert 0 <= fear_after_reassurance(steps, decay, share) <= steps


# Reporting


@pytest.mark.parametrize(
    ("union", "part", "expected"), [(0.59, 0.5, 0.3596876), (0.59, 0.06, 0.0520902), (0.33, 0.8, 0.2741283)]
)
def test_part_at_full_trust(union: float, part: float, expected: float) -> None:
    assert part_at_full_trust(union, part) == pytest.approx(expected)


@given(probabilities, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_parts_unite(union: float, first: float, second: float) -> None:
    second = min(second, 1.0 - first)
    victim, third = part_at_full_trust(union, first), part_at_full_trust(union, second)
    officer = part_at_full_trust(union, 1.0 - first - second)
    assert somebody_reports(victim, third, officer) == pytest.approx(union)


def test_somebody_reports() -> None:
    assert somebody_reports(0.3, 0.2, 0.05) == pytest.approx(0.468)
    assert somebody_reports(0.0, 0.0, 0.0) == 0.0
    assert somebody_reports(1.0, 0.2, 0.0) == 1.0


@pytest.mark.parametrize(
    ("uniform", "caller"),
    [(0.0, VICTIM), (0.2479, VICTIM), (0.2481, OTHERS), (0.4133, OTHERS), (0.4134, OFFICER), (0.4959, OFFICER)],
)
def test_one_uniform_settles_who_calls_first(uniform: float, caller: int) -> None:
    """Somebody calls with .496; who does is first in proportion to 0.3 (victim), 0.2 (others) and 0.1 (officer).

    So the victim below .496 times 3/6, others below .496 times 5/6.
    """
    assert somebody_reports(0.3, 0.2, 0.1) == pytest.approx(0.496)
    assert first_caller(uniform, 0.3, 0.2, 0.1) == caller


def test_nobody_calls_beyond_the_union() -> None:
    assert first_caller(0.4959, 0.3, 0.2, 0.1) == OFFICER
    assert first_caller(0.496001, 0.3, 0.2, 0.1) == NOBODY
    assert first_caller(0.0, 0.0, 0.0, 0.0) == NOBODY


def test_first_callers_of_violence_are_as_published() -> None:
    """T50: .50 by the victim, .40 by others, .06 by officers present, for the shares reported of violent crime."""
    victim, third, officer = (part[CRIMES.index("aggravated_assault")] for part in reporting_parts(Parameters()))
    uniforms = (np.arange(10_000) + 0.5) / 10_000 * somebody_reports(victim, third, officer)
    found = np.bincount([first_caller(u, victim, third, officer) for u in uniforms], minlength=4) / 10_000
    assert found[[VICTIM, OTHERS, OFFICER]] == pytest.approx([0.50, 0.42, 0.06], abs=0.03)


@given(uniforms, uniforms, uniforms, uniforms)
def test_calls_have_their_probability(u: float, victim: float, third: float, officer: float) -> None:
    caller, union = first_caller(u, victim, third, officer), somebody_reports(victim, third, officer)
    assert (caller != NOBODY) == (u < union)
    assert caller != OTHERS or third + officer > 0.0
    assert caller != OFFICER or officer > 0.0


@pytest.mark.parametrize(("third", "officer"), [(0.2, 0.05), (0.2, 0.0), (0.0, 0.05), (0.0, 0.0)])
def test_first_callers_are_as_likely_as_their_calls(third: float, officer: float) -> None:
    union = somebody_reports(0.3, third, officer)
    callers = np.array([first_caller(u, 0.3, third, officer) for u in (np.arange(100_000) + 0.5) / 100_000 * union])
    counts = np.bincount(callers, minlength=4)[1:] / 100_000
    assert counts == pytest.approx(np.array([0.3, third, officer]) / (0.3 + third + officer), abs=2e-5)


@given(uniforms, uniforms, uniforms, uniforms)
def test_who_calls_in_fear_calls_without(u: float, victim: float, third: float, fear: float) -> None:
    """Lower chances of both never turn a silent crime into a reported one, beyond rounding."""
    silenced = first_caller(u, victim * fear, third * fear, 0.05)
    assert silenced == NOBODY or first_caller(u * (1.0 - 1e-12), victim, third, 0.05) != NOBODY


@pytest.mark.parametrize(
    ("base", "offset", "sensitivity", "trust_now", "expected"),
    [
        (QUARTER, 0.0, 2.0, 1.0, 0.25),
        (QUARTER, 0.0, 0.0, 0.1, 0.25),
        (QUARTER, 0.0, 2.0, 0.5, 0.1092318),
        (QUARTER, 0.3, 1.4, 0.8, 0.2537687),
    ],
)
def test_willing_to_report(base: float, offset: float, sensitivity: float, trust_now: float, expected: float) -> None:
    assert willing_to_report(base, offset, sensitivity, trust_now) == pytest.approx(expected)


@given(st.floats(-5.0, 5.0), st.floats(-1.0, 1.0), st.floats(0.0, 10.0), st.floats(0.0, 1.0))
def test_no_fear_and_no_sensitivity_are_the_same_bits(
    base: float, offset: float, sensitivity: float, now: float
) -> None:
    full = willing_to_report(base, offset, 0.0, 1.0)
    assert willing_to_report(base, offset, sensitivity, 1.0) == full
    assert willing_to_report(base, offset, 0.0, now) == full
    assert willing_to_report(base, offset, sensitivity, now) <= full


@given(probabilities)
def test_log_odds_turn_back(probability: float) -> None:
    assert willing_to_report(log_odds(probability), 0.0, 0.0, 1.0) == pytest.approx(probability)


@pytest.mark.parametrize("crime", CRIMES)
def test_union_at_full_trust_is_the_published_share(crime: str) -> None:
    parameters = Parameters()
    place = CRIMES.index(crime)
    victim, third, officer = (part[place] for part in reporting_parts(parameters))
    target = getattr(parameters.reporting.reported, crime)
    assert somebody_reports(victim, third, officer) == pytest.approx(target, abs=1e-12)
    assert target == T08_T13.get(crime, target)
    share = math.log1p(-victim) / math.log1p(-target)
    assert share == pytest.approx(0.8 if crime in ("burglary", "larceny", "motor_vehicle_theft") else 0.5)


def test_constants_hold_the_union_for_every_crime_and_status() -> None:
    constants = build_constants(Parameters(), SOLVED)
    expected = np.array(Parameters().reporting.reported.values())
    assert constants.full_trust_union.shape == (len(CRIMES), len(STATUSES), len(STATUSES))
    assert constants.full_trust_union == pytest.approx(np.broadcast_to(expected[:, None, None], (8, 3, 3)), abs=1e-9)


def test_chilled_reporting_off_is_sensitivity_zero() -> None:
    off = Parameters.model_validate({"responses": {"chilled_reporting": False}})
    assert not build_constants(off, SOLVED).sensitivity.any()
    assert build_constants(Parameters(), SOLVED).sensitivity.all()


def test_hospital() -> None:
    assert [is_treated_in_hospital(u, 0.2) for u in (0.0, 0.1999, 0.2)] == [True, True, False]
    assert is_treated_in_hospital(0.999999, Parameters().crime.hospital.homicide)


def test_recording() -> None:
    assert [is_recorded(u, 0.9) for u in (0.0, 0.8999, 0.9)] == [True, True, False]


# Clearance


@pytest.mark.parametrize(
    ("load", "elasticity", "lost", "expected"),
    [
        (1.0, 0.2, 0.0, 1.0),
        (1.5, 0.2, 0.02, 0.9183896),
        (2.0, 0.2, 0.0, 0.8705506),
        (7.0, 0.2, 0.0, 0.8705506),
        (0.5, 0.2, 0.0, 1.1486984),
        (0.0, 0.2, 0.0, 1.1486984),
        (1.7, 0.0, 0.5, 1.0),
    ],
)
def test_clearance_capacity(load: float, elasticity: float, lost: float, expected: float) -> None:
    assert clearance_capacity(load, elasticity, lost) == pytest.approx(expected)


@given(st.floats(0.0, 2.0), st.floats(0.0, 10.0), st.floats(0.0, 1.0))
def test_witness_help(weight: float, sensitivity: float, trust_now: float) -> None:
    assert witness_help(0.12, 2.0, 0.5) == pytest.approx(0.8869204)
    assert witness_help(weight, sensitivity, 1.0) == 1.0
    assert witness_help(weight, 0.0, trust_now) == 1.0
    assert 0.0 < witness_help(weight, sensitivity, trust_now) <= 1.0


def test_clearance_probability_is_at_most_one() -> None:
    assert clearance_probability(0.254, 0.9, 0.8) == pytest.approx(0.18288)
    assert clearance_probability(0.9, 1.3, 1.0) == 1.0


def test_risk_units() -> None:
    assert RISK_UNIT == 2**20
    assert risk_units(0.59, 0.9, 0.254) == 141_425
    assert risk_units(0.0, 0.9, 0.9) == 0
    assert risk_units(1.0, 1.0, 1.0) == 2**20


# Survey


@given(st.integers(1, 10**6), st.integers(1, 300), st.integers(0, 40))
def test_one_panel_member_in_each_stratum(identity: int, width: int, stratum: int) -> None:
    assert stratum * width <= panel_member(identity, stratum, width) < (stratum + 1) * width


def test_panel_members_lie_anywhere_in_their_strata() -> None:
    places = np.array([panel_member(7, stratum, 20) - 20 * stratum for stratum in range(20_000)])
    expected = 20_000 / 20
    assert ((np.bincount(places, minlength=20) - expected) ** 2 / expected).sum() < 43.8  # chi-square, p = 0.001


@given(st.integers(0, 300), st.integers(0, ROTATIONS - 1))
def test_next_interview_is_the_first_of_its_rotation(month: int, group: int) -> None:
    later = next_interview(month, group)
    assert month < later <= month + ROTATIONS
    assert later % ROTATIONS == group


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_rotation_is_one_of_six(identity: int, stratum: int) -> None:
    group = rotation(identity, stratum)
    assert 0 <= group < ROTATIONS
    assert rotation(identity, stratum + 1) == (group + 1) % ROTATIONS


def test_response() -> None:
    """Trust 0.5, weight 0.1, sensitivity 2: response 0.9 exp(-0.1) = 0.8143537."""
    assert responds_to_survey(0.8143, 0.9, 0.1, 2.0, 0.5)
    assert not responds_to_survey(0.8144, 0.9, 0.1, 2.0, 0.5)
    for sensitivity, trust_now in ((0.0, 0.1), (2.0, 1.0)):
        assert responds_to_survey(0.8999, 0.9, 0.1, sensitivity, trust_now)
        assert not responds_to_survey(0.9, 0.9, 0.1, sensitivity, trust_now)


def test_own_fear_is_rounded_to_the_nearest_step() -> None:
    just_below, half = 0.4999 * FEAR_STEP, 0.5 * FEAR_STEP
    assert [fear_after_jump(0, 1.0, jump) for jump in (just_below, half, FEAR_STEP + just_below)] == [0, 1, 1]
    assert [fear_after_jump(1, decay, 0.0) for decay in (0.4999, 0.5)] == [0, 1]
    assert fear_after_jump(1, 0.4999, just_below) == 0


@given(
    st.floats(1e-12, 1.0 - 1e-12),
    *[st.floats(0.0, 1.0) for _ in range(3)],
    st.floats(-28.0, 28.0),
    st.floats(-3.0, 3.0),
)
def test_rules_of_full_trust_are_the_same_to_the_last_bit_in_python(
    chance: float, first: float, second: float, third: float, odds: float, offset: float
) -> None:
    """The columnar engine looks up what Python worked out, the Mesa engine calls compiled code."""
    assert in_python(log_odds)(chance) == log_odds(chance)
    assert in_python(part_at_full_trust)(first, second) == part_at_full_trust(first, second)
    assert in_python(somebody_reports)(first, second, third) == somebody_reports(first, second, third)
    assert in_python(willing_to_report)(odds, offset, 0.0, 1.0) == willing_to_report(odds, offset, 0.0, 1.0)
