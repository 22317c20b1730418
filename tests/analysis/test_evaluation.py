"""An evaluation's numbers against direct calls, identities, and made worlds in which the effect is known."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from evaluated_worlds import EFFECT, PROGRAM, made_design, made_pair, small_evaluation, small_scenario
from small_worlds import grid, ledger_of, scenario

from sim.analysis.estimate.panel import NEVER, first_treated, make_panel
from sim.analysis.estimate.permuted import permuted_two_way
from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.estimate.resampling import permutation_test, score_bootstrap
from sim.analysis.estimate.two_way import restricted_influence, two_way
from sim.analysis.evaluation.answers import Answer, _effective
from sim.analysis.evaluation.evaluating import Evaluation, evaluate, typical_of
from sim.analysis.evaluation.of_books import book_answers
from sim.analysis.evaluation.questions import Question, questions
from sim.analysis.evaluation.worlds import books_of, design_of, detained_of, panel_of, periods_with_controls, pooled
from sim.engines.panel import survey_of
from sim.running.county_counts import count_run
from sim.running.run import simulate
from sim.words.faults import UserError
from sim.words.labels import CRIME_COLUMNS, CRIME_TYPES, ENFORCEMENT_COLUMNS, PROGRAMS, SURVEYED_CRIMES, VIOLENT_CRIMES

RECORDED = Question("recorded", "index", "all", "log_rate")
RECORDED_COLUMN = CRIME_COLUMNS.index("recorded")


def answer_of(answers: tuple[Answer, ...], question: Question, estimator: str, replication: int = 0) -> Answer:
    wanted = (question, estimator, replication)
    return next(it for it in answers if (it.question, it.estimator, it.replication) == wanted)


@lru_cache(maxsize=2)
def made_evaluation(pairs: int = 1) -> Evaluation:
    """Return the evaluation of so many made pairs of worlds; kept for the session."""
    design = made_design()
    return evaluate(design, {"flat": [made_pair(design, replication) for replication in range(pairs)]})


# What is counted


def test_counts_of_a_run_are_the_ledgers() -> None:
    parameters = grid(2, 2, 8_000, 14)
    counts, ledger = count_run(scenario(parameters), seed=1, replication=0), ledger_of(parameters)
    violent = [place for place, crime in enumerate(CRIME_TYPES) if crime.violent and crime.index]
    assert (counts.crime[:, :, 1, 2] == ledger.crime[:, :, violent][..., RECORDED_COLUMN].sum(axis=2)).all()
    told, asked = survey_of(ledger)
    surveyed = [place for place, name in enumerate(SURVEYED_CRIMES) if name in VIOLENT_CRIMES]
    assert (counts.told[:, :, 1] == told[:, :, :, :, surveyed].sum(axis=(3, 4))).all()
    assert (counts.asked == asked.sum(axis=3)).all()
    assert counts.people.sum() == 8_000
    assert (counts.programs == ledger.programs).all()


def test_periods_are_sums_of_months_and_an_incomplete_one_is_left_out() -> None:
    counts = count_run(small_scenario("months=50", "world.people=6000"), seed=1, replication=0)
    with pytest.raises(UserError, match="three or more periods"):
        design_of(replace(counts, months=counts.months[:30]), PROGRAM, "year")
    design = design_of(counts, PROGRAM, "year")
    years, months = books_of(counts, "year", PROGRAM), books_of(counts, "month", PROGRAM)
    assert (design.left_out, design.periods) == (2, ["2006-01", "2007-01", "2008-01", "2009-01"])
    assert np.array_equal(years.crime, months.crime[:48].reshape(4, 12, *months.crime.shape[1:]).sum(axis=1))
    active = counts.programs[36:48, :, PROGRAMS.index(PROGRAM)].mean(axis=0)
    assert np.allclose(design.treated[:, 3], active)


def test_people_away_are_those_detained_so_far_while_the_program_is_in_force() -> None:
    chosen = small_scenario("months=60", "world.people=20000")
    counts, ledger = count_run(chosen, seed=1, replication=0), simulate(chosen, seed=1)
    place = ENFORCEMENT_COLUMNS.index("ice_custody")
    in_force = ledger.programs[:, :, PROGRAMS.index(PROGRAM)]
    so_far = np.cumsum(ledger.enforcement[..., place].sum(axis=(2, 3, 4)) * in_force, axis=0)
    assert so_far[-1].sum() > 0
    books = books_of(counts, "year", PROGRAM)
    assert np.array_equal(books.away, so_far.reshape(5, 12, -1).sum(axis=1))
    design = design_of(counts, PROGRAM, "year")
    expected = so_far[48:60].mean(axis=0) / counts.people.sum(axis=1)
    assert detained_of(design, books)[:, 4] == pytest.approx(expected)
    assert (detained_of(design, books)[design.treated == 0] == 0).all()


# Real worlds


def test_estimates_are_those_of_direct_calls_on_the_ledger() -> None:
    evaluation = small_evaluation()
    chosen = small_scenario()
    counts = []
    for each in (chosen, chosen.without(PROGRAM)):
        ledger = simulate(each, seed=1)
        index = [place for place, crime in enumerate(CRIME_TYPES) if crime.index]
        monthly = ledger.crime[:, :, index][..., RECORDED_COLUMN].sum(axis=(2, 3))
        counts.append(monthly.reshape(8, 12, -1).sum(axis=1).T.astype(float))
        if each is chosen:
            treated = ledger.programs[:, :, PROGRAMS.index(PROGRAM)].reshape(8, 12, -1).mean(axis=1).T
            people = np.repeat(ledger.counties.agents[:, None].astype(float), 8, axis=1)
    both = (counts[0] > 0).all(axis=1) & (counts[1] > 0).all(axis=1)
    state = np.arange(len(both))
    panel = make_panel(counts[0][both], people[both], treated[both], state[both])
    assert evaluation.design.compared_periods == 6
    for name in ("two_way", "county_trends", "callaway_santanna", "sun_abraham", "imputation"):
        used = panel.until(6) if ESTIMATORS[name].needs_untreated else panel
        found, told = ESTIMATORS[name].of(used, "log_rate", 4), answer_of(evaluation.answers, RECORDED, name)
        assert told.estimate == pytest.approx(found.value, abs=1e-12)
        assert (told.se_county, told.se_state) == pytest.approx((found.se_county, found.se_state), abs=1e-12)
        assert told.counties == found.counties == both.sum()
        assert told.dropped_zero == (~both).sum()


def test_the_wild_bootstrap_is_that_of_direct_calls_and_asks_for_no_exchanges() -> None:
    design, pair = made_design(), made_pair(made_design())
    answers = made_evaluation().answers
    panel = panel_of(design, pair.program, RECORDED, first_treated(design.treated) != 0)
    for name, trends in (("two_way", False), ("county_trends", True)):
        wanted = score_bootstrap(restricted_influence(panel, trends=trends), panel.state)
        assert answer_of(answers, RECORDED, name).p_wild == wanted < 0.05
    assert all(np.isnan(it.p_permutation) for it in answers)
    assert np.isnan(answer_of(answers, RECORDED, "imputation").p_wild)


def test_periods_without_enough_counties_to_compare_with_weigh_nothing() -> None:
    design = replace(made_design(), state=[str(county) for county in range(60)])
    pair = made_pair(design)
    assert design.compared_periods == 7  # ten counties never start ...
    assert made_design().compared_periods == 5  # ... which belong to two states there
    few = np.isin(np.arange(60), (5, 11, 17, 23))[:, None]
    late = replace(design, treated=np.where(np.arange(7) == 6, ~few, design.treated))
    assert late.compared_periods == 6  # and here four are left at the end
    pooled_pair = pooled([pair])
    for name in ("callaway_santanna", "imputation_trends", "two_way"):
        answers = book_answers(late, pair, pooled_pair, RECORDED, 0)
        found = next(it for it in answers if it.estimator == name)
        told = any("last period is left out" in it for it in found.warnings)
        assert told == (name != "two_way")
    nobody = np.zeros((60, 7))
    assert periods_with_controls(np.where(np.arange(7) > 1, 1.0, nobody), np.ones(60), design.state_code) == 7


def test_three_numbers_explain_each_estimate() -> None:
    there = [it for it in small_evaluation().answers if np.isfinite(it.estimate)]
    assert len(there) > 200
    for it in there:
        assert it.net == pytest.approx(it.estimate - it.placebo, abs=1e-12)
        if it.estimator == "poisson":
            assert np.isnan(it.truth_aligned)
        else:
            assert it.weighting_error == pytest.approx(it.truth_aligned - it.average, abs=1e-12)
        if it.question.book == "occurred" and it.estimator != "poisson":
            assert it.true_crime_aligned == it.truth_aligned


def test_every_question_has_an_answer_or_a_reason() -> None:
    evaluation = small_evaluation()
    asked = {(it.question, it.replication) for it in evaluation.answers}
    assert asked == {(question, replication) for question in questions("log_rate") for replication in (0, 1)}
    assert all(it.warnings for it in evaluation.answers if np.isnan(it.estimate))


# Made worlds


def test_the_known_effect_is_found_with_one_replication_and_with_several() -> None:
    for number in (1, 2):
        answers = made_evaluation(number).answers
        for book in ("occurred", "recorded"):
            question = Question(book, "violent", "hispanic", "log_rate")  # type: ignore[arg-type]
            for name in ("callaway_santanna", "sun_abraham", "imputation"):
                found = answer_of(answers, question, name, number - 1)
                numbers = (found.net, found.truth_aligned, found.average)
                assert numbers == pytest.approx((EFFECT[book],) * 3, abs=1e-9)
                assert found.true_crime_aligned == pytest.approx(EFFECT["occurred"], abs=1e-9)
                assert found.estimate == pytest.approx(found.placebo + EFFECT[book], abs=1e-9)
                assert found.percent(found.net) == pytest.approx(100 * np.expm1(EFFECT[book]))
            study = answer_of(answers, question, "callaway_santanna").study
            assert study is not None
            assert study.truth == pytest.approx(np.where(study.horizons >= 0, EFFECT[book], 0.0), abs=1e-9)
            assert study.values - study.placebo == pytest.approx(study.truth, abs=1e-9)


def test_rates_have_a_level_and_the_survey_answers_in_it() -> None:
    design = made_design()
    answers = evaluate(design, {"flat": [made_pair(design)]}, "rate").answers
    found = answer_of(answers, RECORDED._replace(outcome="rate"), "imputation")
    assert found.percent(found.net) == pytest.approx(100 * np.expm1(EFFECT["recorded"]), rel=1e-6)
    assert found.percent(found.true_crime_aligned, True) == pytest.approx(100 * np.expm1(EFFECT["occurred"]), rel=0.02)
    assert not any(it.estimator == "poisson" for it in answers)
    told = answer_of(answers, Question("survey", "index", "hispanic", "victimization_rate"), "survey_sun_abraham")
    assert told.level == pytest.approx(0.1)
    assert told.percent(told.estimate) == pytest.approx(10)
    true_rise = 100 * np.expm1(EFFECT["occurred"])
    assert told.percent(told.truth_aligned) == pytest.approx(true_rise, rel=0.1)
    share = answer_of(answers, Question("survey", "index", "hispanic", "reporting_share"), "survey_two_way")
    assert share.level == pytest.approx(0.4)
    assert share.placebo == pytest.approx(0, abs=1e-12)
    assert share.net < 0


def test_what_happened_is_added_up_over_treated_cells() -> None:
    evaluation = made_evaluation(2)
    truth = evaluation.happened("flat", group="other")
    assert truth.crime == pytest.approx(np.expm1(EFFECT["occurred"]))
    assert truth.recorded == pytest.approx(np.expm1(EFFECT["recorded"]))
    expected = truth.reported_without * np.exp(EFFECT["reported"] - EFFECT["occurred"])
    assert truth.reported_with == pytest.approx(expected)


def test_pooled_worlds_are_means() -> None:
    design = made_design()
    pairs = [made_pair(design), made_pair(design, 1)]
    assert np.array_equal(pooled(pairs).without.crime, (pairs[0].without.crime + pairs[1].without.crime) / 2)
    assert pooled(pairs[:1]).program is pairs[0].program


def test_counties_that_one_world_cannot_tell_of_are_counted() -> None:
    design, pair = made_design(), made_pair(made_design())
    pair.without.crime[2, 5] = 0
    pair.program.crime[:, 6] = 0
    early = design.treated.copy()
    early[7] = 1.0
    answers = evaluate(replace(design, treated=early), {"flat": [pair]}).answers
    found = answer_of(answers, RECORDED, "two_way")
    assert (found.counties, found.dropped_zero, found.dropped_always_treated) == (57, 2, 1)
    poisson = answer_of(answers, RECORDED, "poisson")
    assert (poisson.counties, poisson.dropped_zero) == (58, 1)


def test_diagnostics_have_placebo_and_truth_beside_them() -> None:
    """The known effect is constant, so that all comparisons find it."""
    pytest.importorskip("diff_diff", reason="diff-diff, the extra 'econ', is not installed")
    design = replace(made_design(periods=8), state=[str(county % 30) for county in range(60)])
    evaluation = evaluate(design, {"flat": [made_pair(design)]}, diagnostics=True)
    told = [it for it in evaluation.diagnoses if it.question == RECORDED]
    assert len(evaluation.diagnoses) == 2 * 2 * (3 + 4)
    assert not any(it.refused for it in told)
    for it in told[:3]:
        assert it.diagnostic == "bacon"
        assert it.net == pytest.approx(EFFECT["recorded"], abs=1e-9)
    assert sum(it.weight for it in told[:3]) == pytest.approx(1)
    for it in told[3:]:
        assert (it.truth, it.net) == pytest.approx((EFFECT["recorded"],) * 2, abs=1e-9)
        assert it.interval_low < it.low <= it.estimate <= it.high < it.interval_high
    assert not made_evaluation().diagnoses


def test_nothing_to_estimate_is_told_in_the_row() -> None:
    design, pair = made_design(), made_pair(made_design())
    pair.program.crime[2, :-1] = 0
    pair.program.told[...] = 0
    answers = evaluate(design, {"flat": [pair]}).answers
    found = answer_of(answers, RECORDED, "sun_abraham")
    assert np.isnan(found.estimate)
    assert "59 of 60 counties have a period without events" in found.warnings[0]
    survey = Question("survey", "index", "all", "victimization_rate")
    nobody = answer_of(answers, survey, "survey_sun_abraham")
    assert nobody.estimate == 0


def test_permutations_by_products_are_those_by_regressions() -> None:
    design, pair = made_design(), made_pair(made_design())
    panel = panel_of(design, pair.program, RECORDED, np.ones(60, dtype=bool))
    for trends in (False, True):
        plain = permutation_test(panel, lambda it, trends=trends: two_way(it, "log_rate", trends).value, 19, 3)
        fast = permuted_two_way(panel, "log_rate", trends, 19, 3)
        assert fast.values == pytest.approx(plain.values, abs=1e-10)
        assert fast.p_value == plain.p_value
    few = replace(panel, state=np.arange(60) % 4)
    with pytest.raises(UserError, match="4 states have too few permutations"):
        permuted_two_way(few)


def test_a_typical_answer_is_a_mean_with_one_evaluators_interval() -> None:
    blank = Answer("flat", 0, RECORDED, "two_way")
    one, other = (
        replace(blank, estimate=value, se_state=error, clusters=11, carrying_clusters=11.0, level=1.0)
        for value, error in ((0.1, 0.03), (0.3, 0.01))
    )
    found = typical_of([one, other, blank])
    assert found is not None
    assert found.replications == 2
    assert found.mean["estimate"] == pytest.approx(0.2)
    assert found.deviation["estimate"] == pytest.approx(np.std([0.1, 0.3], ddof=1))
    assert found.high - found.low == pytest.approx(2 * 2.228139 * np.sqrt(0.0005), rel=1e-6)
    assert typical_of([blank]) is None


def test_effective_counties_of_a_horizon_are_those_treated_then() -> None:
    """Four counties over three periods: two start in the first, one in the last, one never."""
    first = np.array([0, 0, 2, NEVER])
    weights = np.array([[0.2, 0.9, 0.0], [0.3, 0.1, 0.0], [-0.5, 0.0, 0.7], [0.0, -1.0, 0.0]])
    assert _effective(0, weights, first) == pytest.approx((0.2 + 0.3 + 0.7) ** 2 / (0.2**2 + 0.3**2 + 0.7**2))
    assert _effective(1, weights, first) == pytest.approx(1.0 / (0.9**2 + 0.1**2))
    assert _effective(2, weights, first) == 0.0
