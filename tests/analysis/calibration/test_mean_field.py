"""The mean field bends as the model does, and reads parameters as a scenario file sets them."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import REPOSITORY

from sim.analysis.calibration.mean_field import NAMES, PATHS, MeanField, courses
from sim.analysis.calibration.results import Inputs
from sim.scenario.calibration.priors import Prior
from sim.scenario.scenario import load_scenario

SCENARIO = load_scenario(REPOSITORY / "scenarios" / "secure_communities.yaml")
SENSITIVITY = Prior("trust.sensitivity", "uniform", 0.0, 4.0)
RATIO = Prior("trust.sensitivity.citizen", "uniform", 0.0, 1.0, times="trust.sensitivity")
ELASTICITY = Prior("crime.impunity_elasticity", "uniform", 0.0, 1.5)


def at(priors: list[Prior], *shares: tuple[float, ...]) -> dict[str, np.ndarray]:
    found = MeanField.of(SCENARIO, priors).at(np.array(shares))
    return dict(zip(NAMES, found.T, strict=True))


def test_fear_lowers_reporting_and_crime_rises_by_the_elasticity() -> None:
    found = at([SENSITIVITY, ELASTICITY], (0.0, 0.5), (0.5, 0.0), (0.5, 0.5), (0.5, 1.0))
    assert found["reported"][0] == pytest.approx(0.0)
    assert found["impunity"][:2].tolist() == pytest.approx([0.0, 0.0])
    assert found["reported"][1] < -0.02
    assert found["reported"][1:].tolist() == pytest.approx([found["reported"][1]] * 3)
    assert found["impunity"][3] == pytest.approx(2 * found["impunity"][2])
    assert found["recorded"][1] < found["recorded"][2] < found["recorded"][3]
    assert (np.abs(found["reported early"]) > np.abs(found["reported"]))[1:].all()


def test_transfers_rise_by_those_whom_interviews_missed() -> None:
    interviews = Prior("enforcement.cap_interview", "uniform", 0.2, 1.0)
    found = at([interviews], (0.0,), (0.5,), (1.0,))
    assert found["transfers"][0] > found["transfers"][1] > found["transfers"][2] == pytest.approx(0.0)


def test_a_number_for_a_table_sets_all_its_entries_and_a_ratio_one() -> None:
    field = MeanField.of(SCENARIO, [SENSITIVITY, RATIO])
    rulers = dict(zip(PATHS, field.ruled, strict=True))
    table = SCENARIO.parameters.trust.sensitivity
    assert rulers["trust.sensitivity.citizen"] == ("trust.sensitivity.citizen", pytest.approx(1.0))
    ratio = table.lawful_noncitizen / table.unauthorized
    assert rulers["trust.sensitivity.lawful_noncitizen"] == ("trust.sensitivity", pytest.approx(ratio))
    assert rulers["trust.county_fade"][0] is None
    own = np.array([[field.base[PATHS.index(path)] for path in PATHS]])
    mine = (table.unauthorized - 0.0) / 4.0, table.citizen / table.unauthorized
    assert field.at(np.array([mine])) == pytest.approx(courses(own))


def test_emulators_see_it_only_where_it_moves() -> None:
    shares = np.linspace(0.1, 0.9, 9)[:, None]
    still = MeanField.of(SCENARIO, [Prior("crime.deterrence", "uniform", 0.0, 1.0)])
    assert Inputs.over(shares, still)(shares).shape == (9, 1)
    assert Inputs.over(shares, None)(shares).tolist() == (2 * shares - 1).tolist()
    moves = Inputs.over(shares, MeanField.of(SCENARIO, [SENSITIVITY]))
    assert moves(shares).shape == (9, 1 + len(NAMES))
    assert np.abs(moves(shares)).max() < 2
