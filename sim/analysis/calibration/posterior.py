"""Draws from the parameters that agree with figures, by tempering: from the priors to the posterior in small steps.

Sequential Monte Carlo (Del Moral, Doucet and Jasra, Journal of the Royal Statistical Society B 2006): particles are
weighed by a likelihood that is raised to the next of growing powers, chosen again, and moved by Metropolis steps. They
live on the normal scores of prior quantiles, where every prior is a standard normal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri
from scipy.stats import qmc

from sim.analysis.calibration.weighing import effective_number, weights_of

Floats = np.ndarray[Any, np.dtype[np.float64]]
LogLikelihood = Callable[[Floats], Floats]
"""From positions float64[N, P], 0 to 1 in each prior, to float64[N]."""
KEPT = 0.5
"""Share of particles that a step up in power leaves effective."""
MOVES = 10
"""Metropolis moves of each particle after each step."""
LAST_MOVES = 30
_STEPS = 60
_EDGE = 1e-9


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of equal weight: positions float64[N, P] in the priors, their log likelihood, and how the moves went.

    ``log_evidence`` is the logarithm of the mean over the priors of the likelihood raised to the power drawn from.
    """

    shares: Floats
    log_likelihood: Floats
    steps: int
    accepted: float
    log_evidence: float


def prior_draws(count: int, dimensions: int, seed: int) -> Floats:
    """Return float64[count, dimensions] positions that fill the priors evenly: a scrambled Sobol' sequence."""
    sampler = qmc.Sobol(dimensions, rng=np.random.Generator(np.random.PCG64(seed)))
    whole = 1 << max(0, count - 1).bit_length()
    return np.asarray(np.clip(sampler.random(whole)[:count], _EDGE, 1 - _EDGE))


def posterior_draws(log_likelihood: LogLikelihood, dimensions: int, count: int, seed: int, power: float = 1.0) -> Draws:
    """Return draws of equal weight from priors times a likelihood raised to ``power``.

    Parameters
    ----------
    log_likelihood : callable
        Of positions in the priors.
    dimensions : int
        Uncertain parameters.
    count : int
        Draws.
    seed : int
        Of the draws alone.
    power : float
        1 for the posterior; less for a wider surrounding of it.
    """
    luck = np.random.Generator(np.random.PCG64([seed, 1]))
    scores = ndtri(prior_draws(count, dimensions, seed))
    known = log_likelihood(ndtr(scores))
    reached, steps, accepted, evidence = 0.0, 0, 1.0, 0.0
    while reached < power and steps < _STEPS:
        step = _next_step(known, power - reached)
        reached, steps = reached + step, steps + 1
        evidence += float(logsumexp(step * known)) - float(np.log(len(known)))
        chosen = _chosen_again(weights_of(step * known), luck)
        cloud = np.cov(scores, rowvar=False, aweights=weights_of(step * known)).reshape(dimensions, dimensions)
        moves = MOVES if reached < power else LAST_MOVES
        scores, known, accepted = _moved(scores[chosen], known[chosen], log_likelihood, reached, cloud, moves, luck)
    return Draws(np.clip(ndtr(scores), _EDGE, 1 - _EDGE), known, steps, accepted, evidence)


def _next_step(known: Floats, most: float) -> float:
    """Return the largest rise in power, up to ``most``, that keeps enough particles effective."""
    wanted = KEPT * len(known)
    if effective_number(weights_of(most * known)) >= wanted:
        return most
    low, high = 0.0, most
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective_number(weights_of(middle * known)) >= wanted else (low, middle)
    return max(low, 1e-9)


def _chosen_again(weights: Floats, luck: np.random.Generator) -> Floats:
    """Return which particles go on: systematic resampling."""
    count = len(weights)
    places = (np.arange(count) + luck.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), places), count - 1)


def _moved(
    scores: Floats,
    known: Floats,
    log_likelihood: LogLikelihood,
    power: float,
    cloud: Floats,
    moves: int,
    luck: np.random.Generator,
) -> tuple[Floats, Floats, float]:
    """Return particles after Metropolis moves in the shape of their cloud, and the share accepted."""
    count, dimensions = scores.shape
    shape = np.linalg.cholesky(cloud + 1e-9 * np.eye(dimensions))
    stride, shares = 2.38 / np.sqrt(dimensions), []
    for _ in range(moves):
        proposed = scores + stride * luck.standard_normal((count, dimensions)) @ shape.T
        likely = log_likelihood(ndtr(proposed))
        gain = power * (likely - known) - 0.5 * ((proposed**2).sum(axis=1) - (scores**2).sum(axis=1))
        taken = np.log(luck.random(count)) < gain
        scores = np.where(taken[:, None], proposed, scores)
        known = np.where(taken, likely, known)
        shares.append(float(taken.mean()))
        stride *= np.exp(shares[-1] - 0.25)
    return scores, known, float(np.mean(shares))
