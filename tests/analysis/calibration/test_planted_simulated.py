"""Twenty worlds planted in the real simulator are found again, on a small grid; minutes long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import REPOSITORY

from sim.analysis.calibration.identifying import TOLD_EFFECTS, identify
from sim.analysis.calibration.outcome import luck_of, outcome_of, with_error
from sim.analysis.calibration.posterior import prior_draws
from sim.analysis.calibration.results import Worlds, fit_all
from sim.analysis.calibration.stored import stored_worlds
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.worlds import simulate_world
from sim.doors.cli.main import main
from sim.parameters.calibration import IdentificationHeader
from sim.scenario.calibration.identification import Evidence, Identification
from sim.scenario.calibration.priors import changes_of, values_of
from sim.scenario.yaml_text import Place

TEXT = f"""\
title: planted
source: made up
scenario: {REPOSITORY / "scenarios" / "secure_communities.yaml"}
set: {{start: 2008-01, months: 48, world: {{rows: 5, columns: 5, people: 60000}}, crime: {{headroom: 3}}}}
priors:
  trust.sensitivity: {{prior: log_uniform, low: 0.5, high: 4, source: assumption}}
  crime.impunity_elasticity: {{prior: uniform, low: 0, high: 1.2, source: assumption}}
  enforcement.custody_share: {{prior: uniform, low: 0.3, high: 0.95, source: assumption}}
figures:
  file: own.csv
  targets: [transfers, reported, told]
worlds: 64
waves: 1
luck: 4
draws: 1000
"""
OWN = """\
id,quantity,value,se,unit,role,kind,measure,part,population,places,book
transfers,transfers per submission,0.02,0.002,ratio,target,funnel_ratio,ice_custody / booked,,,active,
reported,share reported by Hispanic victims,0.4,0.03,share,target,reporting_share,surveyed,,hispanic,,survey
told,incidents told by Hispanic people,0.01,0.001,rate,target,victimization_rate,surveyed,,hispanic,,survey
"""
EFFECT = "true_hispanic"
COUNT = 20


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Worlds]:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "own.csv").write_text(OWN)
    (folder / "planted.yaml").write_text(TEXT)
    command = ["calibrate", str(folder / "planted.yaml"), "--out", str(folder / "out"), "--workers", "2", "--quiet"]
    assert main(command) == 0
    study = Study.open(folder / "out")
    return study, stored_worlds(study)


@pytest.fixture(scope="module")
def planted(calibrated: tuple[Study, Worlds]) -> list[tuple[Any, Study, float]]:
    """Return position, study of what would be published, and true effect of each planted world.

    A study's error holds the luck of the one small world that it sees beside its own.
    """
    study, worlds = calibrated
    of_one = luck_of(fit_all(worlds, list(study.ids), study.field), worlds, list(study.ids))
    found = []
    luck = np.random.default_rng(5)
    for number, shares in enumerate(prior_draws(COUNT, len(study.priors), 99)):
        changes = changes_of(study.priors, values_of(study.priors, shares))
        arguments = (str(study.folder), study.header.program, study.ids, changes, 77, number, 1)
        world = simulate_world(*arguments)
        seen = tuple(
            replace(it, value=float(world["figures"][it.id] + it.se * luck.normal()), se=float(np.hypot(it.se, more)))
            for it, more in zip(study.targets, of_one, strict=True)
        )
        found.append((shares, replace(study, targets=seen), float(world["effects"][EFFECT])))
    return found


@pytest.mark.slow
def test_intervals_cover_planted_worlds(
    calibrated: tuple[Study, Worlds], planted: list[tuple[Any, Study, float]]
) -> None:
    study, worlds = calibrated
    emulators = fit_all(worlds, [*study.ids, EFFECT], study.field)
    covered = np.zeros((COUNT, len(study.priors) + 1), dtype=bool)
    for number, (shares, seen, truth) in enumerate(planted):
        outcome = outcome_of(seen, worlds, emulators)
        low, high = np.quantile(outcome.draws.shares, [0.05, 0.95], axis=0)
        covered[number, :-1] = (low <= shares) & (shares <= high)
        low_effect, high_effect = np.quantile(with_error(outcome, EFFECT, 1), [0.05, 0.95])
        covered[number, -1] = low_effect <= truth <= high_effect
    assert (covered.sum(axis=0) >= 16).all(), covered.sum(axis=0)
    assert covered.sum() >= 66, covered.sum(axis=0)


@pytest.mark.slow
def test_compatible_sets_hold_planted_worlds(
    calibrated: tuple[Study, Worlds], planted: list[tuple[Any, Study, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    study, worlds = calibrated
    monkeypatch.setattr("sim.analysis.calibration.identifying.FEWEST_WORLDS", 1.0)
    header = IdentificationHeader(trends="net", finding="transfers", draws=4096)
    evidence = (Evidence("both", ("reported", "told"), {}),)
    asked = Identification(header, evidence, {}, Path("made.yaml"), Place("made"))
    emulators = fit_all(worlds, ["transfers", "reported", "told", *TOLD_EFFECTS], study.field)
    held = 0
    for _, seen, truth in planted:
        found = identify(asked, seen, worlds, emulators)
        values = next(it.values for it in found.quantiles if it.effect == EFFECT)
        held += values[0] <= truth <= values[-1]
    assert held >= 16
