"""How well worlds agree with published figures, and what weights follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import log_ndtr

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
AT_MOST, TWO_SIDED, AT_LEAST = -1, 0, 1
WIDENED = 0.25
"""Power of the likelihood as if every figure were known half as well."""
CLOSE_ENOUGH = 0.25
"""Share of worlds that are effective at least where errors of emulators are averaged."""


@dataclass(frozen=True, eq=False)
class Published:
    """F published figures and all that makes a simulated one differ from them in a world that is right.

    Attributes
    ----------
    values : float64[F]
        As published.
    se : float64[F]
        Standard errors, published or tolerated.
    noise : float64[F]
        Standard error of what the simulator's own luck does to a figure.
    sides : int64[F]
        ``TWO_SIDED``, or a figure is ``AT_MOST`` or ``AT_LEAST`` what is published.
    """

    values: Floats
    se: Floats
    noise: Floats
    sides: Integers

    def of(self, places: list[int]) -> Published:
        """Return some of the figures."""
        return Published(*(getattr(self, name)[places] for name in ("values", "se", "noise", "sides")))

    def with_noise(self, noise: Floats) -> Published:
        """Return the figures with another noise."""
        return replace(self, noise=noise)

    def z(self, simulated: Floats, error: Floats | float = 0.0) -> Floats:
        """Return how many standard deviations simulated figures lie from the published ones, float64[N, F].

        Parameters
        ----------
        simulated : float64[N, F]
            Figures of N worlds.
        error : float64[N, F] or [F], optional
            Standard deviation of what an emulator gets wrong of them.
        """
        z = (simulated - self.values) / self._sd(error)
        z = np.where(self.sides == AT_MOST, np.maximum(z, 0.0), z)
        return np.asarray(np.where(self.sides == AT_LEAST, np.minimum(z, 0.0), z))

    def log_likelihood(self, simulated: Floats, error: Floats | float = 0.0) -> Floats:
        """Return the logarithm of the density of the published figures in N worlds, float64[N]; as for ``z``."""
        sd = self._sd(error)
        z = (simulated - self.values) / sd
        two_sided = -0.5 * z**2 - np.log(sd)
        told = np.where(self.sides == TWO_SIDED, two_sided, log_ndtr(np.where(self.sides == AT_MOST, -z, z)))
        return np.asarray(np.broadcast_to(told, simulated.shape).sum(axis=-1))

    def chi_square(self, simulated: Floats, error: Floats | float = 0.0) -> Floats:
        """Return the joint chi-square of N worlds, float64[N], with as many degrees of freedom as there are figures."""
        return np.asarray((self.z(simulated, error) ** 2).sum(axis=-1))

    def _sd(self, error: Floats | float) -> Floats:
        return np.sqrt(self.se**2 + self.noise**2 + np.asarray(error) ** 2)


def weights_of(log_likelihood: Floats) -> Floats:
    """Return weights that add up to 1."""
    weights = np.exp(log_likelihood - log_likelihood.max())
    return np.asarray(weights / weights.sum())


def closeness_of(log_likelihood: Floats) -> Floats:
    """Return weights by how well worlds agree as if every figure were known half as well, or less than that.

    The power of the likelihood is lowered until at least ``CLOSE_ENOUGH`` of the worlds are effective: errors that are
    averaged over fewer tell little.
    """
    wanted = CLOSE_ENOUGH * len(log_likelihood)
    low, high = 0.0, WIDENED
    for _ in range(40):
        middle = 0.5 * (low + high)
        enough = effective_number(weights_of(middle * log_likelihood)) >= wanted
        low, high = (middle, high) if enough else (low, middle)
    return weights_of((WIDENED if high == WIDENED else low) * log_likelihood)


def effective_number(weights: Floats) -> float:
    """Return how many worlds of equal weight would tell as much (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def weighted_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Return the values below which ``shares`` of the weight lie, each weight spread around its value."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    middle = (cumulative - 0.5 * weights[order]) / cumulative[-1]
    return np.asarray(np.interp(shares, middle, values[order]))
