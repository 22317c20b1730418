"""The point that can be shipped follows from the draws by a rule, and worlds are weighed over how densely they lie."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from sim.analysis.calibration import density
from sim.analysis.calibration.point import WITHIN, chosen_point
from sim.analysis.calibration.posterior import posterior_draws, prior_draws
from sim.analysis.calibration.results import Worlds
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.weighing import TWO_SIDED, Published, effective_number, weights_of
from sim.parameters.calibration import CalibrationHeader
from sim.scenario.calibration.priors import Prior

Floats = np.ndarray[Any, np.dtype[np.float64]]
PRIORS = [
    Prior("crime.deterrence", "uniform", 0.0, 1.0),
    Prior("trust.sensitivity", "log_uniform", 0.5, 8.0, also=("trust.own_fade",)),
]


class Known:
    """Emulators that know: the figure is the distance from a ring of radius 0.25 around the middle."""

    def predict(self, shares: Floats, names: Any) -> tuple[Floats, Floats]:
        off = np.hypot(*(shares - 0.5).T) - 0.25
        return off[:, None], np.zeros((len(shares), 1))


def published(se: float) -> Published:
    return Published(np.zeros(1), np.array([se]), np.zeros(1), np.array([TWO_SIDED]))


def test_the_mean_is_taken_where_its_figures_agree() -> None:
    shares = prior_draws(512, 2, 1)
    found = chosen_point(PRIORS, shares, Known(), published(0.2), ["off"])  # type: ignore[arg-type]
    assert found.rule == "mean"
    assert found.values == pytest.approx([0.5, 2.0], rel=0.02)
    assert found.settings["trust.own_fade"] == found.settings["trust.sensitivity"] == found.values[1]
    assert all(value == float(f"{value:.3g}") for value in found.settings.values())


def test_else_the_nearest_draw_that_agrees_is() -> None:
    shares = prior_draws(512, 2, 1)
    found = chosen_point(PRIORS, shares, Known(), published(0.05), ["off"])  # type: ignore[arg-type]
    assert found.rule == "nearest draw"
    at = np.array([[found.values[0], np.log(found.values[1] / 0.5) / np.log(16)]])
    off = np.abs(Known().predict(at, [])[0][0, 0])
    assert off <= WITHIN * 0.05 + 0.002
    agreeing = np.abs(Known().predict(shares, [])[0][:, 0]) <= WITHIN * 0.05
    assert np.hypot(*ndtri(at[0])) <= np.hypot(*ndtri(shares[agreeing]).T).min() + 0.1
    none = chosen_point(PRIORS, shares + 0.0, Known(), published(1e-9), ["off"])  # type: ignore[arg-type]
    assert none.rule == "mean that misses"


class Exact(Known):
    """Emulators whose likelihood is a narrow normal around the middle."""

    def log_likelihood(self, published: Any, ids: Any) -> Any:
        return lambda shares: -0.5 * (((shares - 0.5) / 0.05) ** 2).sum(axis=1)


class Two:
    """A study of two waves, the second drawn from the posterior."""

    targets, published = (), None

    def __init__(self, log_evidence: float) -> None:
        self.log_evidence = log_evidence

    def proposals(self) -> list[tuple[float, float]]:
        return [(1.0, self.log_evidence)]


def test_worlds_of_all_waves_weigh_as_draws_from_the_posterior(monkeypatch: pytest.MonkeyPatch) -> None:
    likelihood = Exact().log_likelihood(None, None)
    draws = posterior_draws(likelihood, 2, 2000, 3)
    shares = np.vstack([prior_draws(400, 2, 1), draws.shares[:400]])
    names = tuple([f"w1.{i}" for i in range(400)] + [f"w2.{i}" for i in range(400)])
    worlds = Worlds(names, shares, np.zeros(800, dtype=np.int64), {}, {}, np.zeros(800), np.full(800, 2.0))
    monkeypatch.setattr(density, "emulators_of", lambda study, before: Exact())
    found = density.log_density(Two(draws.log_evidence), worlds)  # type: ignore[arg-type]
    weights = weights_of(likelihood(shares) - found)
    spread = np.sqrt(weights @ (shares[:, 0] - 0.5) ** 2)
    assert spread == pytest.approx(0.05, rel=0.1)
    assert effective_number(weights) > 380
    careless = weights_of(likelihood(shares))
    assert np.sqrt(careless @ (shares[:, 0] - 0.5) ** 2) < 0.042
    prior = weights_of(-found)
    assert np.sqrt(prior @ (shares[:, 0] - 0.5) ** 2) == pytest.approx(np.sqrt(1 / 12), rel=0.1)


def test_what_waves_are_drawn_from_is_kept(tmp_path: Path) -> None:
    study = Study(tmp_path, "", "made", CalibrationHeader(), tuple(PRIORS), (), (), 0.1)
    assert study.proposals() == []
    study.place([np.full((2, 2), 0.25), np.full((1, 2), 0.75)], [(0.25, -1.5)])
    assert study.proposals() == [(0.25, -1.5)]
    with (tmp_path / "design.csv").open(newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["wave", "1", "1", "2"]
