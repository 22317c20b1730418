"""Where an effect changes its sign along a parameter, and how much of its spread is chance."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import Band, Estimate, mean_estimate
from sim.analysis.sweep.curves import SPREAD, Curve
from sim.analysis.sweep.outcomes import SweepOutcome
from sim.scenario.design.paths import Value

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flip:
    """Where an effect changes its sign along a parameter.

    Attributes
    ----------
    before, after : float, bool, str or None
        Values of the parameter between which it happens: neighbours, or the nearest at which the sign is certain.
    at : float or None
        The place, interpolated; None where the parameter is no number.
    low, high : float or None
        Where 0 lies within the 95 % interval around that place; None where there are no intervals.
    rises : bool
        Whether the effect is negative before and positive after.
    """

    before: Value
    after: Value
    at: float | None
    low: float | None
    high: float | None
    rises: bool


@dataclass(frozen=True)
class Signs:
    """The sign of an effect along a parameter.

    A sign is certain where the 95 % interval lies on one side of 0; where there are no intervals, every sign counts.

    Attributes
    ----------
    flips : tuple of Flip
        Changes from one certain sign to the other; empty where the effect does not flip in this range.
    sign : int
        Of the effect where it does not flip: 1, -1, or 0 where no sign is certain.
    unclear : tuple
        Values at which 0 lies within the interval.
    has_intervals : bool
        Whether there are any, that is two replications (or points in a bin) or more.
    """

    flips: tuple[Flip, ...]
    sign: int
    unclear: tuple[Value, ...]
    has_intervals: bool


def signs(curve: Curve) -> Signs:
    """Return where the effect along a curve changes its sign, in the order of the parameter's values."""
    known = np.isfinite(curve.band.estimate)
    values = [value for value, is_known in zip(curve.values, known, strict=True) if is_known]
    band = Band(curve.band.estimate[known], curve.band.low[known], curve.band.high[known])
    has_intervals = bool((band.high > band.low).any())
    certain = np.sign(np.where((band.low > 0) | (band.high < 0), band.estimate, 0.0)).astype(np.int64)
    flips = tuple(_flips(values, band, certain, curve.factor.is_number, has_intervals))
    there = certain[certain != 0]
    sign = int(there[0]) if len(there) and not flips else 0
    unclear = tuple(value for value, its in zip(values, certain, strict=True) if its == 0)
    return Signs(flips, sign, unclear, has_intervals)


def _flips(
    values: list[Value], band: Band, certain: NDArray[np.int64], is_number: bool, has_intervals: bool
) -> Iterator[Flip]:
    """Yield each change from one certain sign to the other."""
    for first, last in itertools.pairwise(int(place) for place in np.flatnonzero(certain)):
        if certain[first] == certain[last]:
            continue
        rises = bool(certain[last] > 0)
        if not is_number:
            yield Flip(values[first], values[last], None, None, None, rises)
            continue
        numbers = np.array(values, dtype=np.float64)
        at = _middle_crossing(numbers, band.estimate, first, last)
        low, high = (_edge(numbers, band, at, step) for step in (-1, 1)) if has_intervals else (None, None)
        yield Flip(values[first], values[last], at, low, high, rises)


def _middle_crossing(numbers: Floats, heights: Floats, first: int, last: int) -> float:
    """Return where the line through the points from ``first`` to ``last`` meets 0: of several places the middle one."""
    signed = [place for place in range(first, last + 1) if heights[place] != 0]
    places = []
    for one, other in itertools.pairwise(signed):
        if heights[one] * heights[other] < 0:
            zeros = numbers[one + 1 : other]
            places.append(float(zeros.mean()) if len(zeros) else _crossing(numbers, heights, one))
    return places[len(places) // 2]


def _crossing(numbers: Floats, heights: Floats, first: int) -> float:
    """Return where the line from one point to the next meets 0."""
    share = heights[first] / (heights[first] - heights[first + 1])
    return float(numbers[first] + share * (numbers[first + 1] - numbers[first]))


def _edge(numbers: Floats, band: Band, at: float, step: int) -> float:
    """Return how far from ``at``, downwards or upwards, 0 stays within the interval, its limits joined by lines."""
    ordered = numbers if step > 0 else numbers[::-1]
    low, high = (limit if step > 0 else limit[::-1] for limit in (band.low, band.high))
    ahead = np.flatnonzero(step * (ordered - at) >= 0)
    edge = at
    for place in ahead:
        outside = low[place] if low[place] > 0 else high[place] if high[place] < 0 else None
        if outside is not None:
            limit = low if low[place] > 0 else high
            previous = _value_at(ordered, limit, edge, step)
            if previous * outside < 0:
                edge += (ordered[place] - edge) * previous / (previous - outside)
            return float(edge)
        edge = float(ordered[place])
    return float(edge)


def _value_at(ordered: Floats, limit: Floats, number: float, step: int) -> float:
    return float(np.interp(step * number, step * ordered, limit))


@dataclass(frozen=True)
class Parts:
    """How far an outcome varies, by chance and by parameters.

    Attributes
    ----------
    mean : Estimate
        Over all points, with its 95 % interval over replications: what chance leaves open.
    low, high : float
        95 % of the points' means lie between: what the parameters leave open.
    parameters : float
        Standard deviation between points, without what chance adds to it.
    luck : float or None
        Standard deviation of one run about its point's mean; None with one replication.
    """

    mean: Estimate
    low: float
    high: float
    parameters: float
    luck: float | None


def parts(outcome: SweepOutcome) -> Parts:
    """Return how far an outcome varies by chance and by parameters.

    Replications share their luck between points, so that chance moves all points together (the interval of the mean)
    and each for itself; only the latter adds to the spread between points, and is taken off it.
    """
    values = outcome.values[np.isfinite(outcome.values).all(axis=1)]
    if not len(values):
        return Parts(mean_estimate(np.array([np.nan])), np.nan, np.nan, np.nan, None)
    count, number = values.shape
    means = values.mean(axis=1)
    low, high = (float(value) for value in np.percentile(means, SPREAD))
    between = float(means.var(ddof=1)) if count > 1 else 0.0
    if number < 2:
        return Parts(mean_estimate(values.mean(axis=0)), low, high, between**0.5, None)
    own = values - means[:, None] - values.mean(axis=0)[None, :] + values.mean()
    noise = float((own**2).sum()) / max(1, (count - 1) * (number - 1))
    luck = float(((values - means[:, None]) ** 2).sum()) / (count * (number - 1))
    return Parts(mean_estimate(values.mean(axis=0)), low, high, max(0.0, between - noise / number) ** 0.5, luck**0.5)
