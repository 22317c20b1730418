"""Estimates over replications: means of paired differences with t-intervals, and what the pairing gains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CONFIDENCE = 0.95

ONE_RUN = "an interval needs two replications or more"
UNDEFINED = "not defined in every run: nothing to divide by"
NO_LEVEL = "the reference has none"
NO_SPREAD = "all paired differences are equal"


@dataclass(frozen=True)
class Estimate:
    """A mean over replications with its interval; what cannot be computed is None and ``reason`` says why."""

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Band:
    """Estimates for each of T months, nan where they cannot be computed: float64[T] each."""

    estimate: Floats
    low: Floats
    high: Floats


def t_probability(t: float, degrees: int) -> float:
    """Return the probability that Student's t lies within ``-t`` and ``t``.

    The finite series for whole degrees of freedom (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3
    and 26.7.4).
    """
    angle = math.atan(t / math.sqrt(degrees))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(2 + odd, degrees - 1, 2):
        term *= square * (k - 1) / k
        total += term
    return (angle + sine * total) * 2 / math.pi if odd else sine * total


@lru_cache(maxsize=256)
def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Return the two-sided quantile of Student's t for whole ``degrees`` of freedom.

    With 0, as of one run or one cluster, nothing is known of the spread: nan, and so is every interval made of it.
    """
    if degrees < 0 or not 0 < confidence < 1:
        raise ValueError("needs degrees of freedom of 0 or more and a confidence between 0 and 1")
    if degrees == 0:
        return math.nan
    low, high = 0.0, 1.0
    while t_probability(high, degrees) < confidence:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_probability(middle, degrees) < confidence else (low, middle)
    return (low + high) / 2


def mean_estimate(values: Floats) -> Estimate:
    """Return the mean of ``values`` (one for each replication) with its t-interval."""
    if len(values) == 0 or not np.isfinite(values).all():
        return Estimate(reason=UNDEFINED)
    mean = float(values.mean())
    if len(values) == 1:
        return Estimate(mean, reason=ONE_RUN)
    half = t_quantile(len(values) - 1) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Estimate(mean, mean - half, mean + half)


def paired_differences(scenario: Floats, reference: Floats, relative: bool) -> tuple[Floats, str]:
    """Return the difference of each pair of runs, and a reason where there is none to give.

    Those in percent are what ``relative_changes`` gives.

    Parameters
    ----------
    scenario, reference : float64[R]
        One measure in R replications that share their luck pairwise.
    relative : bool
        Whether changes are in percent of the reference's mean over the replications; where nothing differs they are 0
        whatever that is.
    """
    if not (np.isfinite(scenario).all() and np.isfinite(reference).all()):
        return np.empty(0), UNDEFINED
    difference = scenario - reference
    if not relative or not difference.any():
        return difference, ""
    if reference.mean() <= 0:
        return np.empty(0), NO_LEVEL
    return relative_changes(scenario, reference), ""


def relative_changes(scenario: Floats, reference: Floats, axis: int = 0) -> Floats:
    """Return for each replication a change in percent, so that their mean and spread are those of a ratio of means.

    Each is the change of the means over the replications plus how far its pair departs from their ratio: the level of
    the reference is estimated too, not known (Cochran, Sampling Techniques, 1977, section 2.11). Not defined, nan,
    where the reference's mean is 0.

    Parameters
    ----------
    scenario, reference : float64[..., R, ...]
        A measure in R replications that share their luck pairwise.
    axis : int
        That of the replications.
    """
    level = reference.mean(axis=axis, keepdims=True)
    change = ratio((scenario - reference).mean(axis=axis, keepdims=True), level)
    return 100 * (change + ratio(scenario - reference - change * reference, level))


def change_estimate(scenario: Floats, reference: Floats, relative: bool) -> Estimate:
    """Return the mean paired difference with its t-interval; arguments as in ``paired_differences``."""
    differences, reason = paired_differences(scenario, reference, relative)
    return Estimate(reason=reason) if reason else mean_estimate(differences)


def pairing_gain(scenario: Floats, reference: Floats) -> Estimate:
    """Return how many times more runs would be needed without shared luck: unpaired over paired variance."""
    if len(scenario) < 2:
        return Estimate(reason=ONE_RUN)
    if not (np.isfinite(scenario).all() and np.isfinite(reference).all()):
        return Estimate(reason=UNDEFINED)
    paired = float((scenario - reference).var(ddof=1))
    unpaired = float(scenario.var(ddof=1) + reference.var(ddof=1))
    return Estimate(unpaired / paired) if paired > 0 else Estimate(reason=NO_SPREAD)


def mean_band(values: Floats) -> Band:
    """Return means over replications with t-intervals for float64[R, T] values; nan where one is not finite."""
    good = np.isfinite(values).all(axis=0)
    kept = np.where(good, values, 0.0)
    mean = np.where(good, kept.mean(axis=0), np.nan)
    count = len(values)
    if count < 2:
        return Band(mean, mean, mean)
    half = t_quantile(count - 1) * kept.std(axis=0, ddof=1) / math.sqrt(count)
    return Band(mean, mean - half, mean + half)


def least_certain_correlation(number: int, tried: int) -> float:
    """Return the size that the largest of several correlations exceeds by chance in one case of twenty.

    Bonferroni's bound from Student's t of one correlation; above 1, which none can reach, with fewer than four values.

    Parameters
    ----------
    number : int
        Values of each variable.
    tried : int
        Correlations of which the largest is looked at.
    """
    if number < 4:
        return 2.0
    t = t_quantile(number - 2, 1 - 0.05 / tried)
    return t / math.sqrt(number - 2 + t * t)


def centred_sums(values: Floats, width: int) -> Floats:
    """Return moving sums over ``width`` entries along the last axis, as centred as can be and cut at the ends.

    The sum at t covers ``t - width // 2`` to ``t - width // 2 + width - 1``, as far as these exist.
    """
    length = values.shape[-1]
    cumulative = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    first = np.clip(np.arange(length) - width // 2, 0, length)
    last = np.clip(np.arange(length) - width // 2 + width, 0, length)
    return np.asarray(cumulative[..., last] - cumulative[..., first])


def percent_of_log(points: Any) -> Any:
    """Return a change of a logarithm, or an array of them, in percent; infinite where it is beyond all numbers."""
    with np.errstate(over="ignore"):
        return 100.0 * np.expm1(points)


def ratio(top: Floats, bottom: Floats) -> Floats:
    """Return ``top / bottom``, nan where the bottom is 0."""
    return np.asarray(np.divide(top, bottom, out=np.full(np.broadcast(top, bottom).shape, np.nan), where=bottom != 0))
