"""What is left of a variable when county effects, period effects and county trends are taken out, without iterating."""

from __future__ import annotations

import numpy as np

from sim.analysis.estimate.panel import Floats


def within(values: Floats, weights: Floats, trends: bool = False) -> Floats:
    """Return float64[..., K, T] values less what weighted county and period effects explain.

    In a balanced panel whose weights, float64[K], do not change over time, taking out the weighted mean of a period
    and the line through a county's periods commute, and one after the other is the exact projection (Wooldridge,
    Econometric Analysis of Cross Section and Panel Data, 2010, chapters 10 and 11). With ``trends`` each county has a
    linear trend of its own beside its effect.
    """
    left = values - ((weights / weights.sum()) @ values)[..., None, :]
    left -= left.mean(axis=-1, keepdims=True)
    if trends:
        time = centred_time(values.shape[-1])
        left -= (left @ time)[..., None] * (time / (time @ time))
    return left


def within_cells(values: Floats, weights: Floats) -> Floats:
    """Return float64[..., K, T] values less county and period effects, with weights float64[K, T] of any kind.

    County effects are solved for in terms of the period effects, which leaves one T x T system. Where a weight is 0
    the result has no meaning.
    """
    total = weights.sum(axis=1)
    share = np.divide(weights, total[:, None], out=np.zeros_like(weights), where=total[:, None] > 0)
    normal = np.diag(weights.sum(axis=0)) - weights.T @ share
    left = values - (values * share).sum(axis=-1, keepdims=True)
    right = (left * weights).sum(axis=-2)
    flat = right.reshape(-1, right.shape[-1]).T
    period = np.linalg.lstsq(normal, flat, rcond=None)[0].T.reshape(right.shape)[..., None, :]
    return left - period + (period * share).sum(axis=-1, keepdims=True)


def centred_time(periods: int) -> Floats:
    """Return float64[T]: the numbers of the periods, with mean 0."""
    return np.arange(periods, dtype=np.float64) - (periods - 1) / 2
