"""What posterior draws say: which parameters are pinned, what trades off, and what drives the effects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from scipy.special import chdtrc, ndtri

from sim.scenario.calibration.priors import Prior, values_of

Floats = np.ndarray[Any, np.dtype[np.float64]]
PINNED, NARROWED = 0.5, 0.8
"""Posterior over prior standard deviation below which a parameter is called so; above, the figures leave it open."""
TOLD = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that tables give."""
TRADED = 0.3
"""Correlation from which two parameters are said to trade off."""
_BINS = 20


class Told(NamedTuple):
    """One parameter before and after: of the prior and of the posterior, and how far it is pinned."""

    label: str
    prior_mean: float
    prior_sd: float
    mean: float
    sd: float
    quantiles: tuple[float, ...]
    ratio: float
    verdict: str


class Pair(NamedTuple):
    """Two parameters and their correlation over the draws, of normal scores in their priors."""

    first: str
    second: str
    correlation: float


def parameters_told(priors: Sequence[Prior], shares: Floats) -> list[Told]:
    """Return each parameter before and after, from positions float64[N, P] of equal weight."""
    values = values_of(priors, shares)
    found = []
    for prior, column in zip(priors, values.T, strict=True):
        prior_mean, prior_sd = prior.mean_and_sd
        sd = float(column.std())
        ratio = sd / prior_sd
        verdict = "pinned" if ratio < PINNED else "narrowed" if ratio < NARROWED else "open"
        quantiles = tuple(np.quantile(column, TOLD).tolist())
        found.append(Told(prior.label, prior_mean, prior_sd, float(column.mean()), sd, quantiles, ratio, verdict))
    return found


def trade_offs(priors: Sequence[Prior], shares: Floats) -> list[Pair]:
    """Return all pairs of parameters, the most correlated first."""
    if len(priors) < 2:
        return []
    correlations = np.corrcoef(ndtri(shares), rowvar=False)
    pairs = [
        Pair(priors[one].label, priors[other].label, float(correlations[one, other]))
        for one, other in combinations(range(len(priors)), 2)
    ]
    return sorted(pairs, key=lambda pair: -abs(pair.correlation))


def variance_shares(shares: Floats, effect: Floats) -> Floats:
    """Return the share of an effect's variance over the draws that knowing each parameter would remove, float64[P].

    The variance of the effect's mean within 20 equally filled ranges of the parameter over its whole variance, less
    what chance alone gives so many means. Where parameters trade off, shares overlap and may add up to more than 1.
    """
    total = float(effect.var())
    if total == 0:
        return np.zeros(shares.shape[1])
    bins = max(2, min(_BINS, len(effect) // 25))
    found = []
    for column in shares.T:
        groups = np.array_split(effect[np.argsort(column, kind="stable")], bins)
        means, sizes = np.array([group.mean() for group in groups]), np.array([len(group) for group in groups])
        between = float((sizes * (means - effect.mean()) ** 2).sum() / len(effect))
        within = total - between
        by_chance = within * (bins - 1) / max(1, len(effect) - bins)
        found.append(min(1.0, max(0.0, (between - by_chance) / total)))
    return np.array(found)


def chance_of(chi_square: float, degrees: int) -> float:
    """Return how likely a chi-square as large is where everything is as it should be."""
    return float(chdtrc(degrees, chi_square))
