"""Panels refuse what no estimator could use, join periods, and count the counties left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_panels import made_panel

from sim.analysis.estimate.panel import NEVER, aggregated, event_time, make_panel, outcome_of, sample_of
from sim.words.faults import UserError


@pytest.mark.parametrize("name", ["counts", "population", "treated", "weights"])
def test_entries_that_are_no_numbers_are_refused(name: str) -> None:
    panel = made_panel()
    values = getattr(panel, name).copy()
    values[3] = np.nan
    with pytest.raises(ValueError, match=f"{name} has entries"):
        replace(panel, **{name: values})


@pytest.mark.parametrize("name", ["population", "treated", "first", "state", "weights"])
def test_other_shapes_are_refused(name: str) -> None:
    panel = made_panel()
    with pytest.raises(ValueError, match=f"{name} has the shape"):
        replace(panel, **{name: getattr(panel, name)[:-1]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counts": -1.0}, "0 or more"),
        ({"population": 0.0}, "above 0"),
        ({"weights": 0.0}, "above 0"),
        ({"treated": 1.5}, "between 0 and 1"),
    ],
)
def test_impossible_numbers_are_refused(changes: dict[str, float], words: str) -> None:
    panel = made_panel()
    filled = {name: np.full_like(getattr(panel, name), value) for name, value in changes.items()}
    with pytest.raises(ValueError, match=words):
        replace(panel, **filled)


def test_one_period_is_no_panel() -> None:
    with pytest.raises(ValueError, match="two counties and two periods"):
        make_panel(np.ones((3, 1)), np.ones((3, 1)), np.zeros((3, 1)), np.arange(3))


def test_first_must_follow_from_the_treated_share() -> None:
    panel = made_panel()
    with pytest.raises(ValueError, match="first is not"):
        replace(panel, first=np.where(panel.first == NEVER, 3, panel.first))


def test_programs_that_switch_off_again_are_the_user_s_to_change() -> None:
    panel = made_panel()
    treated = panel.treated.copy()
    treated[panel.first == 3, -1] = 0
    with pytest.raises(UserError, match="switched off again"):
        make_panel(panel.counts, panel.population, treated, panel.state)


@pytest.mark.parametrize("start", [2, 99])
def test_a_panel_without_comparison_is_refused(start: int) -> None:
    treated = np.repeat(np.arange(6)[None] >= start, 5, axis=0).astype(float)
    with pytest.raises(UserError, match="nobody to compare"):
        make_panel(np.ones((5, 6)), np.ones((5, 6)), treated, np.arange(5))


def test_months_become_years_with_shares_of_years() -> None:
    treated = np.zeros((2, 24))
    treated[0, 15:] = 1
    panel = make_panel(np.arange(48.0).reshape(2, 24), np.full((2, 24), 7.0), treated, np.arange(2))
    years = aggregated(panel, 12)
    assert years.counts.tolist() == [[66, 210], [354, 498]]
    assert years.population.tolist() == [[7, 7], [7, 7]]
    assert years.treated.tolist() == [[0, 0.75], [0, 0]]
    assert years.first.tolist() == [1, NEVER]
    with pytest.raises(UserError, match="24 periods cannot be joined"):
        aggregated(panel, 7)


def test_counties_left_out_are_counted_once() -> None:
    panel = made_panel()
    counts, treated = panel.counts.copy(), panel.treated.copy()
    counts[[0, 1], 4] = 0
    treated[[1, 2, 3]] = 1
    made = make_panel(counts, panel.population, treated, panel.state)
    sample = sample_of(made, "log_rate")
    assert (sample.units.dropped_zero, sample.units.dropped_always_treated) == (2, 2)
    assert sample.units.kept.tolist() == [False] * 4 + [True] * 36
    assert sample_of(made, "rate").units.dropped_always_treated == 3
    with pytest.raises(UserError, match="no county is left"):
        sample_of(replace(made, counts=np.zeros_like(counts)), "log_rate")


def test_outcomes_and_event_time() -> None:
    panel = made_panel()
    np.testing.assert_allclose(np.exp(outcome_of(panel, "log_rate")), outcome_of(panel, "rate"))
    with pytest.raises(ValueError, match="an outcome is one of"):
        outcome_of(panel, "log")  # type: ignore[arg-type]
    assert (event_time(panel)[panel.first == 3] == np.arange(8) - 3).all()
    assert (event_time(panel)[panel.first == NEVER] < -1000).all()
