"""What could have been seen: an effect as large as is told is found four times in five."""

from __future__ import annotations

import numpy as np
import pytest
from evaluated_worlds import made_design, made_pair

from sim.analysis.estimate.panel import first_treated
from sim.analysis.estimate.permuted import permuted_two_way
from sim.analysis.evaluation.power import detectable_effects, sharpest
from sim.analysis.evaluation.questions import Question
from sim.analysis.evaluation.worlds import Books, panel_of

ALL = Question("recorded", "index", "all", "log_rate")
HISPANIC = ALL._replace(group="hispanic")


def lowered(world: Books, treated: np.ndarray, percent: float) -> Books:
    """Return the world with so much less crime, in all books, where and while the program is in force."""
    factor = 1.0 - percent / 100.0 * treated.T[:, :, None, None, None]
    return world._replace(crime=world.crime * factor)


def test_an_effect_of_the_size_told_is_found_four_times_in_five() -> None:
    """60 worlds, each with a test of 99 exchanges of dates: the share found has a standard error of .05."""
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
