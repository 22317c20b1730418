"""What could have been seen: an effect as large as is told is found four times in five."""

from __future__ import annotations

import numpy as np
import pytest
from evaluated_worlds import made_design, made_pair

from sim.analysis.estimate.callaway_santanna import callaway_santanna
from sim.analysis.estimate.panel import first_treated
from sim.analysis.estimate.permuted import permuted_callaway_santanna, permuted_two_way
from sim.analysis.estimate.resampling import permuted_sources
from sim.analysis.evaluation import power
from sim.analysis.evaluation.power import detectable_effects, sharpest
from sim.analysis.evaluation.questions import Question
from sim.analysis.evaluation.worlds import Books, panel_of
from sim.running.county_counts import CONTROLS

ALL = Question("recorded", "index", "all", "log_rate")
HISPANIC = ALL._replace(group="hispanic")


def lowered(world: Books, treated: np.ndarray, percent: float) -> Books:
    """Return the world with so much less crime, in all books, where and while the program is in force."""
    factor = 1.0 - percent / 100.0 * treated.T[:, :, None, None, None]
    return world._replace(crime=world.crime * factor)


def test_an_effect_of_the_size_told_is_found_four_times_in_five(monkeypatch: pytest.MonkeyPatch) -> None:
    """60 worlds, each with a test of 99 exchanges of dates: the share found has a standard error of .05."""
    monkeypatch.setattr(power, "questions", lambda _: (ALL,))  # the others take their time and change nothing here
    monkeypatch.setattr(power, "control_questions", lambda: ())
    design = made_design()
    worlds = [made_pair(design, replication).without for replication in range(3)]
    (told,) = [it for it in detectable_effects(design, {"flat": worlds}, draws=99) if it[1:3] == (ALL, "two_way")]
    kept = first_treated(design.treated) != 0
    found = 0
    for seed in range(100, 160):
        world = lowered(made_pair(design, seed=seed).without, design.treated, told.percent)
        found += permuted_two_way(panel_of(design, world, ALL, kept), draws=99, seed=seed).p_value <= 0.05
    assert 0.62 <= found / 60 <= 0.96


def test_fewer_victims_show_less_and_a_survey_can_be_made_large_enough() -> None:
    design = made_design()
    effects = detectable_effects(design, {"flat": [made_pair(design).without]}, draws=49)
    everybody, some = (sharpest(effects, "flat", question) for question in (ALL, HISPANIC))
    assert everybody is not None
    assert some is not None
    assert everybody.percent < some.percent
    assert everybody.counties == 60
    assert everybody.states == 12
    surveys = [it for it in effects if it.question.book == "survey" and not it.refused]
    assert surveys
    for effect in surveys:
        assert effect.surveys == pytest.approx((effect.percent / 10.0) ** 2)
    assert all(np.isnan(it.surveys) for it in effects if it.question.book != "survey")


def test_exchanged_dates_of_cohorts_give_what_the_estimator_gives() -> None:
    design = made_design()
    panel = panel_of(design, made_pair(design).program, ALL, first_treated(design.treated) != 0)
    for used in (panel, panel.until(6), panel.of_counties(panel.first != -1)):
        sources = permuted_sources(used.state, np.random.Generator(np.random.Philox(3)))
        fast = permuted_callaway_santanna(used, draws=1, seed=3)
        assert fast.values[0] == pytest.approx(callaway_santanna(used.with_dates_of(sources)).value, abs=1e-10)


def test_homicide_and_vehicle_theft_are_asked_for_in_rates() -> None:
    design = made_design()
    effects = detectable_effects(design, {"flat": [made_pair(design).without]}, draws=9)
    told = [it for it in effects if it.question.crime in CONTROLS]
    assert {it.question.outcome for it in told} == {"rate"}
    assert {(it.question.book, it.question.crime) for it in told} == {("recorded", crime) for crime in CONTROLS}
    assert all(0 < it.percent < 100 for it in told)
