"""How densely the worlds of a calibration lie: waves lie where the weight is, and no world may count for being there.

Each wave is drawn from the priors times a power of the likelihood that the emulators of its time gave; all worlds
together are draws from the mixture (Owen and Zhou, Journal of the American Statistical Association 95, 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp

from sim.analysis.calibration.results import Emulators, Worlds, fit_all
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.weighing import closeness_of

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Proposal:
    """What a later wave was drawn from: the priors times a likelihood raised to ``power``, over its integral."""

    power: float
    log_evidence: float
    emulators: Emulators


def wave_of(name: str) -> int:
    """Return the wave of a world, from 1, by its name."""
    return int(name.partition(".")[0][1:])


def emulators_of(study: Study, worlds: Worlds, names: list[str] | None = None) -> Emulators:
    """Return the emulators of a study's targets, or of ``names``, fitted to worlds."""
    targets = [figure.id for figure in study.targets]
    closeness = closeness_of(study.published.log_likelihood(worlds.of(targets)))
    return fit_all(worlds, targets if names is None else names, study.field, closeness)


def proposals_of(study: Study, worlds: Worlds) -> list[Proposal]:
    """Return what the second and later waves among ``worlds`` were drawn from."""
    waves = np.array([wave_of(name) for name in worlds.names])
    found = []
    for number, (power, log_evidence) in enumerate(study.proposals(), 2):
        if (waves >= number).any():
            found.append(Proposal(power, log_evidence, emulators_of(study, worlds.some(waves < number))))
    return found


def log_density(study: Study, worlds: Worlds) -> Floats:
    """Return the logarithm of the density of worlds relative to the priors, float64[W]; 0 where there is one wave."""
    if not study.proposals():
        return np.zeros(len(worlds))
    ids = [figure.id for figure in study.targets]
    parts = [np.zeros(len(worlds))]
    for it in proposals_of(study, worlds):
        likelihood = it.emulators.log_likelihood(study.published, ids)(worlds.shares)
        parts.append(it.power * likelihood - it.log_evidence)
    sizes = np.bincount([wave_of(name) for name in worlds.names], minlength=len(parts) + 1)[1:]
    logs = [part + np.log(size / len(worlds)) for part, size in zip(parts, sizes, strict=True) if size > 0]
    return np.asarray(logsumexp(np.stack(logs), axis=0))
