"""What a calibration found: the posterior, its figures and effects, and how far it can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from sim.analysis.calibration.density import emulators_of
from sim.analysis.calibration.point import Point, chosen_point
from sim.analysis.calibration.posterior import Draws, posterior_draws, prior_draws
from sim.analysis.calibration.results import Emulators, Worlds, emulated_names
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.weighing import Published, effective_number, weights_of
from sim.analysis.evidence.effects import EFFECT_NAMES
from sim.running.measures import MUCH_CLIPPED

Floats = np.ndarray[Any, np.dtype[np.float64]]
PLAUSIBLE = 3.0
"""Worlds whose every target lies within so many standard deviations are counted as plausible."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A finished calibration.

    Attributes
    ----------
    worlds : Worlds
        All that were run.
    point : Point
        What can be shipped as defaults, in lucks of its own.
    published : Published
        The targets, with the noise that luck gives the figures of one run.
    emulators : Emulators
    names : tuple of str
        What is emulated.
    draws : Draws
        From the posterior, of equal weight.
    prior : float64[N, P]
        As many positions in the priors.
    predicted, error : dict of float64[N]
        Of each emulated figure and effect at the draws, and what the emulator may get wrong.
    before : dict of float64[N]
        Effects at ``prior``, with what emulators may get wrong drawn as well.
    weights : float64[W]
        Of the worlds run, by their own figures and over the density in which they lie.
    """

    worlds: Worlds
    point: Point
    published: Published
    emulators: Emulators
    names: tuple[str, ...]
    draws: Draws
    prior: Floats
    predicted: dict[str, Floats]
    error: dict[str, Floats]
    before: dict[str, Floats]
    weights: Floats

    @property
    def effective_worlds(self) -> float:
        """How many of the worlds run would tell as much, were they of equal weight."""
        return effective_number(self.weights)

    @property
    def effects(self) -> tuple[str, ...]:
        """Names of the effects that are emulated."""
        return tuple(name for name in EFFECT_NAMES if name in self.names)


def outcome_of(
    study: Study, worlds: Worlds, emulators: Emulators | None = None, density: Floats | None = None
) -> Outcome:
    """Return what a calibration found; its point is not run yet.

    Parameters
    ----------
    study : Study
    worlds : Worlds
        All that were run.
    emulators : Emulators, optional
        Fitted to ``worlds`` before; of all that are to be emulated.
    density : float64[W], optional
        Logarithm of the density of ``worlds`` relative to the priors; 0 where it is left out.
    """
    targets, validation = ([it.id for it in group] for group in (study.targets, study.validation))
    names = emulated_names(targets, validation, worlds) if emulators is None else list(emulators.of)
    emulators = emulators or emulators_of(study, worlds, names)
    published = study.published
    header, count = study.header, len(study.priors)
    draws = posterior_draws(emulators.log_likelihood(published, targets), count, header.draws, header.seed)
    prior = prior_draws(header.draws, count, header.seed)
    predicted, error = emulators.predict(draws.shares, names)
    effects = [name for name in EFFECT_NAMES if name in names]
    before = _with_errors(*emulators.predict(prior, effects), header.seed) if effects else np.zeros((len(prior), 0))
    of_one = published.with_noise(luck_of(emulators, worlds, targets))
    own = of_one.log_likelihood(worlds.of(targets)) - (0.0 if density is None else density)
    return Outcome(
        worlds,
        chosen_point(study.priors, draws.shares, emulators, published, targets),
        of_one,
        emulators,
        tuple(names),
        draws,
        prior,
        dict(zip(names, predicted.T, strict=True)),
        dict(zip(names, error.T, strict=True)),
        dict(zip(effects, before.T, strict=True)),
        weights_of(own),
    )


def _with_errors(mean: Floats, error: Floats, seed: int) -> Floats:
    luck = np.random.Generator(np.random.PCG64([seed, 4]))
    return np.asarray(mean + error * luck.standard_normal(mean.shape))


def luck_of(emulators: Emulators, worlds: Worlds, ids: list[str]) -> Floats:
    """Return how much luck alone moves figures of one run, float64[F]: what worlds differ by from the mean over lucks.

    The emulators give that mean at each world's own position. It is 0 where all worlds have one luck.
    """
    if len(np.unique(worlds.lucks)) < 2:
        return np.zeros(len(ids))
    off = worlds.of(ids) - emulators.predict(worlds.shares, ids)[0]
    closeness = [emulators.of[name].closeness for name in ids]
    return np.sqrt([weights @ column**2 for weights, column in zip(closeness, off.T, strict=True)])


def with_error(outcome: Outcome, name: str, seed: int) -> Floats:
    """Return a figure or effect at the draws, float64[N], each with what its emulator may get wrong drawn as well."""
    luck = np.random.Generator(np.random.PCG64([seed, 2, list(outcome.names).index(name)]))
    return np.asarray(outcome.predicted[name] + outcome.error[name] * luck.standard_normal(len(outcome.prior)))


def plausible(outcome: Outcome, targets: list[str]) -> int:
    """Return how many worlds run have every target within ``PLAUSIBLE`` standard deviations."""
    return int((np.abs(outcome.published.z(outcome.worlds.of(targets))).max(axis=1) <= PLAUSIBLE).sum())


def clipped_share(outcome: Outcome) -> float:
    """Return the share of the posterior, by the worlds run, in which clipping passes ``MUCH_CLIPPED``."""
    return float(outcome.weights[outcome.worlds.clipped > MUCH_CLIPPED].sum())


def clipped_by(outcome: Outcome) -> list[tuple[int, float]]:
    """Return each parameter's place and rank correlation with clipping over the worlds run, the strongest first."""
    clipped = rankdata(outcome.worlds.clipped)
    if clipped.std() == 0:
        return []
    found = [(at, _correlation(rankdata(column), clipped)) for at, column in enumerate(outcome.worlds.shares.T)]
    return sorted(found, key=lambda it: -abs(it[1]))


def _correlation(first: Floats, second: Floats) -> float:
    return float(np.corrcoef(first, second)[0, 1]) if first.std() > 0 else 0.0
