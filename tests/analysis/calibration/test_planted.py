"""Worlds that were planted are found again, by a synthetic simulator whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.analysis.calibration.identifying import identify
from sim.analysis.calibration.outcome import outcome_of, with_error
from sim.analysis.calibration.posterior import prior_draws
from sim.analysis.calibration.results import Worlds, fit_all
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.wave import first_wave, lucks_of
from sim.analysis.evidence.effects import NAMES
from sim.analysis.evidence.figures import Figure
from sim.parameters.calibration import CalibrationHeader, IdentificationHeader
from sim.scenario.calibration.identification import Evidence, Identification
from sim.scenario.calibration.priors import Prior
from sim.scenario.yaml_text import Place
from sim.words.faults import ScenarioError, UserError

Floats = np.ndarray[Any, np.dtype[np.float64]]
SE = {"rate": 0.1, "rise": 0.15, "share": 0.02}
PRIORS = (
    Prior("trust.sensitivity", "uniform", 0.0, 4.0, source="assumption"),
    Prior("crime.impunity_elasticity", "uniform", 0.0, 1.5, source="assumption"),
    Prior("crime.deterrence", "uniform", 0.0, 1.0, source="assumption"),
)
LUCKS = 3
OF_LUCK = 0.03
"""Standard deviation of what a luck does to each figure."""
EFFECT = "true_hispanic"


def simulated(shares: Floats, lucks: Any, seed: int = 1) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return figures and true effects of worlds: fear and impunity trade off in one figure, each tells in another."""
    fear, impunity, deterrence = 4 * shares[:, 0], 1.5 * shares[:, 1], shares[:, 2]
    fall = 1 - np.exp(-0.3 * fear)
    noise = OF_LUCK * np.random.default_rng(seed).normal(size=(3, LUCKS))[:, lucks]
    effect = 20 * fall * impunity - 4 * deterrence
    figures = {
        "rate": fall * impunity + noise[0],
        "rise": fall - 0.3 * deterrence + noise[1],
        "share": 0.5 - 0.2 * fall,
    }
    figures["share"] = figures["share"] + 0.1 * noise[2]
    effects = dict.fromkeys(NAMES, effect + 0.0 * shares[:, 0])
    return figures, effects


def figure(name: str, value: float, se: float) -> Figure:
    return Figure(name, f"the {name}", value, se, "share", "reporting_share", "target")


def study_of(values: dict[str, float], wider: float = 1.0) -> Study:
    header = CalibrationHeader(worlds=64, waves=1, luck=LUCKS, draws=300)
    targets = tuple(figure(name, value, wider * SE[name]) for name, value in values.items())
    return Study(Path(), "", "planted", header, PRIORS, targets, (), 0.1)


def run(shares: Floats, lucks: Any, names: str = "w") -> Worlds:
    figures, effects = simulated(shares, lucks)
    count = len(shares)
    told = tuple(f"{names}{number}" for number in range(count))
    return Worlds(told, shares, np.asarray(lucks), figures, effects, np.zeros(count), np.full(count, 2.0))


@pytest.fixture(scope="module")
def first() -> tuple[Study, Worlds]:
    study = study_of(dict.fromkeys(SE, 0.0))
    shares = first_wave(study)
    return study, run(shares, lucks_of(study, len(shares)))


PLANTED = prior_draws(20, 3, 77)


def seen(place: int) -> dict[str, float]:
    """Return what a study would publish of a planted world: its figures, free of luck, with their errors."""
    figures, _ = simulated(PLANTED[[place]], np.array([0]), 1)
    luck = np.random.default_rng(100 + place)
    known = np.random.default_rng(1).normal(size=(3, LUCKS))
    mean_luck = dict(zip(SE, OF_LUCK * (known.mean(axis=1) - known[:, 0]) * [1, 1, 0.1], strict=True))
    return {name: float(figures[name][0] + mean_luck[name] + SE[name] * luck.normal()) for name in SE}


def test_twenty_planted_worlds_are_covered_by_their_intervals(first: tuple[Study, Worlds]) -> None:
    worlds = first[1]
    emulators = fit_all(worlds, [*SE, EFFECT])
    covered = np.zeros((20, 4), dtype=bool)
    for place in range(20):
        outcome = outcome_of(study_of(seen(place)), worlds, emulators)
        low, high = np.quantile(outcome.draws.shares, [0.05, 0.95], axis=0)
        covered[place, :3] = (low <= PLANTED[place]) & (PLANTED[place] <= high)
        effects = with_error(outcome, EFFECT, 1)
        truth = simulated(PLANTED[[place]], np.array([0]))[1][EFFECT][0]
        covered[place, 3] = np.quantile(effects, 0.05) <= truth <= np.quantile(effects, 0.95)
    assert (covered.sum(axis=0) >= 15).all(), covered.sum(axis=0)
    assert 66 <= covered.sum() <= 80


def test_figures_pin_what_they_speak_of_and_leave_the_rest_open(first: tuple[Study, Worlds]) -> None:
    _, worlds = first
    study = study_of({"share": 0.42, "rate": 0.35})
    outcome = outcome_of(study, worlds, fit_all(worlds, ["share", "rate", EFFECT]))
    spread = outcome.draws.shares.std(axis=0) * np.sqrt(12)
    assert spread[0] < 0.5
    assert spread[2] > 0.85
    assert outcome.draws.shares.min() > 0
    assert 1 <= outcome.effective_worlds <= len(worlds)


def asked(**sets: tuple[str, ...]) -> Identification:
    header = IdentificationHeader(trends="net", finding="rise", draws=4096)
    evidence = tuple(Evidence(name, figures, {}) for name, figures in sets.items())
    return Identification(header, evidence, {"at most": {"crime.deterrence": 1.0}}, Path("made.yaml"), Place("made"))


def test_evidence_added_narrows_what_is_left_and_keeps_the_truth(first: tuple[Study, Worlds]) -> None:
    _, worlds = first
    study = study_of(seen(3), 2.5)
    found = identify(asked(nothing=(), one=("rise",), both=("rise", "rate")), study, worlds)
    widths, truth = {}, simulated(PLANTED[[3]], np.array([0]))[1][EFFECT][0]
    for it in found.quantiles:
        if it.effect == EFFECT:
            widths[it.evidence] = it.values[-1] - it.values[0]
            assert it.values[0] <= truth <= it.values[-1]
    assert widths["both"] < 0.7 * widths["nothing"]
    sets = {it.evidence.name: it for it in found.sets}
    assert sets["nothing"].effective == pytest.approx(len(worlds))
    assert sets["nothing"].compatible.all()
    assert sets["both"].effective < sets["one"].effective < len(worlds)
    ratios = {(it.evidence, it.parameter): it.ratio for it in found.pins}
    assert ratios["nothing", "trust.sensitivity"] == pytest.approx(1.0, abs=0.02)
    wrong = {(it.evidence, it.name): it.error for it in found.errors}
    emulator = fit_all(worlds, [EFFECT]).of[EFFECT]
    assert wrong["nothing", EFFECT] == pytest.approx(emulator.error)
    assert wrong["both", EFFECT] == pytest.approx(emulator.error_over(sets["both"].own_weights))
    bounds = {(it.evidence, it.case): it for it in found.bounds}
    free, held = bounds["both", "all as uncertain"], bounds["both", "at most"]
    assert free.low < held.high
    assert free.high >= held.high - 1.0
    assert bounds["nothing", "all as uncertain"].worlds == 4096


def test_too_few_effective_worlds_are_refused(first: tuple[Study, Worlds]) -> None:
    _, worlds = first
    few = run(worlds.shares[:24], worlds.lucks[:24])
    with pytest.raises(UserError, match=r"narrow: \d+\.\d effective worlds of the 24 that were run are left"):
        identify(asked(narrow=("share", "rate", "rise")), study_of(seen(3)), few)


def test_a_figure_that_worlds_do_not_give_is_told(first: tuple[Study, Worlds]) -> None:
    study, worlds = first
    with pytest.raises(ScenarioError, match=r"shared: the worlds in .* do not give it.*did you mean share"):
        identify(asked(one=("shared",)), study, worlds)


def test_a_range_of_the_course_leaves_out_what_lies_outside(first: tuple[Study, Worlds]) -> None:
    study, worlds = first
    base = asked(nothing=())
    ranged = Evidence("ranged", (), {"true_hispanic_q4": (5.0, 100.0)})
    found = identify(Identification(base.header, (*base.evidence, ranged), {}, base.path, base.place), study, worlds)
    low = {it.evidence: it.values[0] for it in found.quantiles if it.effect == EFFECT}
    assert low["nothing"] < 2
    assert low["ranged"] > 4
