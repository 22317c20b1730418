"""The point of a posterior that can be shipped as defaults: chosen by a rule, then run in luck that chose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy.special import ndtr, ndtri

from sim.analysis.calibration.results import Emulators, Worlds
from sim.analysis.calibration.weighing import Published
from sim.scenario.calibration.priors import Prior, settings_of, values_of

Floats = np.ndarray[Any, np.dtype[np.float64]]
WITHIN = 2.0
"""Standard errors, of what is published alone, within which the point's figures are emulated."""
DIGITS = 3
"""Significant digits of a parameter: more would tell of luck."""
Rule = Literal["mean", "nearest draw", "mean that misses"]
RULES: dict[Rule, str] = {
    "mean": "the mean of the posterior, each parameter on the normal scores of its prior",
    "nearest draw": "the draw nearest to the mean of the posterior (Mahalanobis distance on the normal scores of the "
    "priors) among those whose every target is emulated within two standard errors; the mean itself is not",
    "mean that misses": "the mean of the posterior, although not every target is emulated within two standard errors "
    "there: no draw has them all",
}


@dataclass(frozen=True, eq=False)
class Point:
    """A point of the posterior.

    Attributes
    ----------
    values : float64[P]
        Parameters, or ratios, as tables tell them.
    settings : dict
        What is set in a scenario, by path in the order of setting.
    rule : Rule
        How it was chosen.
    runs : Worlds
        The point in luck of its own; none before it is run.
    """

    values: Floats
    settings: dict[str, float]
    rule: Rule
    runs: Worlds

    def run(self, runs: Worlds) -> Point:
        """Return the point with its runs."""
        return replace(self, runs=runs)


def chosen_point(
    priors: Sequence[Prior], shares: Floats, emulators: Emulators, published: Published, ids: list[str]
) -> Point:
    """Return the mean of the posterior, or the draw nearest to it that agrees with all targets.

    Parameters
    ----------
    priors : sequence of P Prior
    shares : float64[N, P]
        Draws from the posterior.
    emulators : Emulators
    published : Published
        The targets, without noise.
    ids : list of str
        Of the targets.
    """
    scores = ndtri(shares)
    mean = scores.mean(axis=0)
    if _agrees(ndtr(mean)[None], emulators, published, ids)[0]:
        return _point(priors, ndtr(mean), "mean")
    agreeing = _agrees(shares, emulators, published, ids)
    if not agreeing.any():
        return _point(priors, ndtr(mean), "mean that misses")
    precision = np.linalg.pinv(np.atleast_2d(np.cov(scores, rowvar=False)))
    off = scores[agreeing] - mean
    nearest = int(np.argmin(np.einsum("np,pq,nq->n", off, precision, off)))
    return _point(priors, shares[agreeing][nearest], "nearest draw")


def _agrees(shares: Floats, emulators: Emulators, published: Published, ids: list[str]) -> Any:
    z = published.z(emulators.predict(shares, ids)[0])
    return (np.abs(z) <= WITHIN).all(axis=1)


def _point(priors: Sequence[Prior], share: Floats, rule: Rule) -> Point:
    values = np.array(
        [np.clip(_short(value), it.low, it.high) for it, value in zip(priors, values_of(priors, share), strict=True)]
    )
    settings = {path: _short(value) for path, value in settings_of(priors, values).items()}
    nothing = Worlds((), np.zeros((0, len(priors))), np.zeros(0, dtype=np.int64), {}, {}, np.zeros(0), np.zeros(0))
    return Point(values, settings, rule, nothing)


def _short(value: Any) -> float:
    return float(f"{float(value):.{DIGITS}g}")
