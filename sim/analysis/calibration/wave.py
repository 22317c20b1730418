"""Which worlds are run: the first wave fills the priors, later ones lie where the weight is."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.analysis.calibration.placing import WIDENED, placed, spread_out
from sim.analysis.calibration.posterior import posterior_draws, prior_draws
from sim.analysis.calibration.results import Emulators, Worlds
from sim.analysis.calibration.study import Study

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
CANDIDATES = 2048
"""Draws from which the worlds of a later wave are chosen."""


def first_wave(study: Study) -> Floats:
    """Return positions that fill the priors evenly, float64[worlds, P]."""
    return placed(prior_draws(study.header.worlds, len(study.priors), study.header.seed))


def lucks_of(study: Study, count: int) -> Integers:
    """Return which luck each of a wave's worlds has: each luck a run of neighbours, which fill the priors evenly."""
    return np.arange(count, dtype=np.int64) * study.header.luck // count


def next_wave(study: Study, worlds: Worlds, emulators: Emulators) -> Floats:
    """Return positions spread over what agrees with the targets as if these were known half as well.

    Parameters
    ----------
    study : Study
    worlds : Worlds
        All that were run.
    emulators : Emulators
        Fitted to them.
    """
    ids = [figure.id for figure in study.targets]
    likelihood = emulators.log_likelihood(study.published, ids)
    seed = study.header.seed + len(worlds)
    draws = posterior_draws(likelihood, len(study.priors), CANDIDATES, seed, WIDENED)
    candidates = np.unique(placed(draws.shares), axis=0)
    count = min(study.header.worlds, len(candidates))
    return spread_out(candidates, worlds.shares, count, emulators.relevance(ids))


def best_world(study: Study, worlds: Worlds) -> int:
    """Return the place of the world that agrees best with the targets."""
    simulated = worlds.of([figure.id for figure in study.targets])
    return int(np.argmin(study.published.chi_square(simulated)))
