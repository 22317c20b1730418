"""Which worlds are run: the first wave fills the priors, later ones lie where the weight is."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.analysis.calibration.posterior import posterior_draws, prior_draws
from sim.analysis.calibration.results import Emulators
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.weighing import WIDENED

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
CANDIDATES = 2048
"""Draws from which the worlds of a later wave are chosen."""


def first_wave(study: Study) -> Floats:
    """Return positions that fill the priors evenly, float64[worlds, P]."""
    return placed(prior_draws(study.header.worlds, len(study.priors), study.header.seed))


def placed(shares: Floats) -> Floats:
    """Return positions rounded to six digits, as they are written to a folder."""
    return np.asarray(np.clip(np.round(shares, 6), 1e-6, 1 - 1e-6))


def lucks_of(study: Study, count: int) -> Integers:
    """Return which luck each of a wave's worlds has: each luck a run of neighbours, which fill the priors evenly."""
    return np.arange(count, dtype=np.int64) * study.header.luck // count


def world_name(wave: int, place: int) -> str:
    """Return the name of a world, from the number of its wave, from 1, and its place in it, from 0."""
    return f"w{wave}.{place}"


def point_names(study: Study) -> list[str]:
    """Return the names of the point's runs, in lucks that no world of a wave has."""
    return [f"point.{luck}" for luck in range(study.header.luck, study.header.luck + study.header.again)]


def power_of(study: Study, wave: int) -> float:
    """Return the power of the likelihood that a later wave is drawn from: the second of several lies wider."""
    return WIDENED if wave == 2 and study.header.waves > 2 else 1.0


def next_wave(study: Study, emulators: Emulators, wave: int) -> tuple[Floats, float]:
    """Return positions drawn from what agrees with the targets, and the logarithm of the evidence.

    Parameters
    ----------
    study : Study
    emulators : Emulators
        Fitted to all worlds that were run.
    wave : int
        Its number, from 2.
    """
    likelihood = emulators.log_likelihood(study.published, [figure.id for figure in study.targets])
    count, dimensions = study.header.worlds, len(study.priors)
    draws = posterior_draws(likelihood, dimensions, CANDIDATES, study.header.seed + wave, power_of(study, wave))
    chosen = np.random.Generator(np.random.PCG64([study.header.seed, 5, wave])).permutation(CANDIDATES)
    positions = placed(draws.shares[chosen])
    _, first = np.unique(positions, axis=0, return_index=True)  # a draw that never moved again is run once
    return positions[np.sort(first)][:count], draws.log_evidence
