"""Estimators for a survey equal least squares on explicit dummies, by what each outcome is a share of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_panels import dummy_regression, made_panel

from sim.analysis.estimate.panel import NEVER, first_treated
from sim.analysis.estimate.sun_abraham import last_start
from sim.analysis.estimate.survey import SurveyPanel, survey_sun_abraham, survey_two_way
from sim.words.faults import UserError

OUTCOMES = ("victimization_rate", "reporting_share")


def made_survey(seed: int = 1, size: float = 400) -> SurveyPanel:
    """Return a survey in which reporting falls under the program, some counties without respondents."""
    panel = made_panel(seed=seed)
    random = np.random.default_rng(seed)
    months = random.poisson(size * random.exponential(1, 40)[:, None], panel.shape) * (random.random((40, 1)) > 0.1)
    told = random.poisson(months * 0.02)
    reported = random.binomial(told, 0.5 - 0.2 * panel.treated)
    return SurveyPanel(months, told, reported, panel.treated, panel.state)


def cells(survey: SurveyPanel, outcome: str) -> tuple[np.ndarray, np.ndarray]:
    rate = outcome == "victimization_rate"
    top, bottom = (survey.told, survey.person_months) if rate else (survey.told_reported, survey.told)
    return bottom.astype(float), np.where(bottom > 0, top / np.maximum(bottom, 1), 0)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_two_way_equals_dummies(outcome: str) -> None:
    survey = made_survey()
    size, values = cells(survey, outcome)
    found = survey_two_way(survey, outcome)
    used = size.any(axis=1)
    for codes, error in ((np.arange(40), found.se_county), (survey.state, found.se_state)):
        value, covariance = dummy_regression(values[used], survey.treated[None, used], size[used], codes[used])
        assert found.value == pytest.approx(value[0], abs=1e-9)
        assert error == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-6)
    assert (found.weights * values).sum() == pytest.approx(found.value)
    assert (found.counties, found.dropped_zero) == (used.sum(), 40 - used.sum())


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_sun_abraham_equals_the_saturated_regression_of_pooled_cohorts(outcome: str) -> None:
    survey = made_survey()
    size, values = cells(survey, outcome)
    used = size.any(axis=1)
    first = first_treated(survey.treated)[used]
    last = last_start(first)
    control = (first >= last) | (first == NEVER)
    cohorts = sorted(set(first[~control]))
    label = np.where(control, 99, first)
    pairs = [(g, t) for g in cohorts for t in range(last) if t != g - 1]
    grid = np.arange(last)
    columns = [np.outer(first == g, grid == t) for g, t in pairs]
    columns += [np.outer(label == g, np.ones(last)) for g in [*cohorts, 99]]
    columns += [np.outer(np.ones(len(first)), grid == t) for t in grid[1:]]
    design = np.array(columns, dtype=float).reshape(len(columns), -1).T
    weight, y = size[used][:, :last].ravel(), values[used][:, :last].ravel()
    root = np.sqrt(weight)[:, None]
    value = np.linalg.lstsq(design * root, y * root[:, 0], rcond=None)[0]
    people = np.array([survey.person_months[used][first == g, t].sum() if t >= g else 0 for g, t in pairs])
    share = people / people.sum()
    found = survey_sun_abraham(survey, outcome)
    assert found.value == pytest.approx(share @ value[: len(pairs)], abs=1e-9)
    bread = np.linalg.pinv((design * root).T @ (design * root), hermitian=True)
    left = ((y - design @ value) * weight).reshape(len(first), last)
    scores = np.einsum("kt,ktj->kj", left, design.reshape(len(first), last, -1))
    row = np.concatenate([share, np.zeros(design.shape[1] - len(pairs))])
    count, number = len(first), int((weight > 0).sum())
    spent = count / (count - 1) * (number - 1) / (number - len(columns))
    assert found.se_county == pytest.approx(np.sqrt(spent * ((scores @ bread @ row) ** 2).sum()), rel=1e-6)
    assert (found.weights * values).sum() == pytest.approx(found.value)
    for weights, effect in zip(found.event_study.weights, found.event_study.values, strict=True):
        assert (weights * values).sum() == pytest.approx(effect)


def test_a_fall_in_reporting_is_found_by_a_large_survey() -> None:
    survey = made_survey(size=40_000)
    for estimator in (survey_two_way, survey_sun_abraham):
        found = estimator(survey, "reporting_share")
        assert -0.25 < found.value < -0.1
        assert abs(found.value) > 10 * found.se_county
        assert abs(estimator(survey, "victimization_rate").value) < 0.001


def test_an_empty_cohort_is_left_out_and_told() -> None:
    survey = made_survey()
    told = survey.told.copy()
    cohort = first_treated(survey.treated) == 3
    told[cohort, 4] = 0
    found = survey_sun_abraham(replace(survey, told=told, told_reported=np.minimum(told, 1)), "reporting_share")
    assert found.warnings[-1].startswith("1 of ")


def test_what_no_survey_could_tell_is_refused() -> None:
    survey = made_survey()
    with pytest.raises(ValueError, match="one shape"):
        replace(survey, told=survey.told[:-1])
    with pytest.raises(ValueError, match="0 or more"):
        replace(survey, told=-survey.told)
    with pytest.raises(ValueError, match="more is reported"):
        replace(survey, told_reported=survey.told + 1)
    with pytest.raises(ValueError, match="victimization_rate or"):
        survey_two_way(survey, "log_rate")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="switched off"):
        replace(survey, treated=survey.treated[:, ::-1])
    nobody = np.zeros_like(survey.told)
    with pytest.raises(UserError, match="no county is left"):
        survey_two_way(replace(survey, told=nobody, told_reported=nobody), "reporting_share")
    late = survey.told * (survey.treated == 0)
    with pytest.raises(UserError, match="survey is too small"):
        survey_sun_abraham(replace(survey, told=late, told_reported=late), "reporting_share")
