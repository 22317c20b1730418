"""Tests that do not lean on many clusters: a wild bootstrap of scores, and dates permuted between whole states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from sim.analysis.estimate.clusters import cluster_sums
from sim.analysis.estimate.panel import Floats, Integers, Panel
from sim.words.faults import UserError

Kind = Literal["webb", "rademacher"]
SIGNS: dict[Kind, Floats] = {
    "webb": np.sqrt([0.5, 1.0, 1.5, 0.5, 1.0, 1.5]) * [-1, -1, -1, 1, 1, 1],
    "rademacher": np.array([-1.0, 1.0]),
}
"""What a cluster's score is multiplied by, all equally likely (Webb, Canadian Journal of Economics 56(3), 2023)."""
DRAWS = 999
FEWEST_STATES = 5


class PermutationTest(NamedTuple):
    """An effect beside those of permuted dates.

    Attributes
    ----------
    p_value : float
        Share of all, the real one among them, that are as far from 0 as the real one.
    values : float64[D]
        Effects of the permuted dates.
    refused : int
        Permutations that the estimator refused; they do not count.
    """

    p_value: float
    values: Floats
    refused: int


def score_bootstrap(
    influence: Floats, codes: Integers | None = None, kind: Kind = "webb", draws: int = DRAWS, seed: int = 0
) -> float:
    """Return the two-sided p-value of a wild bootstrap of clusters' scores.

    With influences under the null (``restricted_influence``) the null is imposed. The statistic is the sum of the
    clusters' scores over the root of their centred squares, each score multiplied by a random sign (Kline and Santos,
    Journal of Econometric Methods 1(1), 2012).

    Parameters
    ----------
    influence : float64[K]
        Of counties, where the effect is held at the null.
    codes : int64[K], optional
        Clusters, else each county is one.
    kind : {"webb", "rademacher"}
        Webb's six signs for few clusters, or one of two.
    draws : int
        Repetitions.
    seed : int
        Of the random signs.
    """
    scores = influence if codes is None else cluster_sums(influence, codes)
    random = np.random.Generator(np.random.Philox(seed))
    signs = random.choice(SIGNS[kind], size=(draws, len(scores)))
    real = abs(_studentized(scores[None])[0])
    made = np.abs(_studentized(signs * scores))
    return float((1 + (made >= real * (1 - 1e-12)).sum()) / (1 + draws))


def permutation_test(
    panel: Panel, estimate: Callable[[Panel], float], draws: int = DRAWS, seed: int = 0
) -> PermutationTest:
    """Return an effect beside those found where whole states have the dates of other states.

    Randomization inference where states decide (MacKinnon and Webb, Journal of Econometrics 218(2), 2020): what is
    alike within a state stays so. An estimator may refuse a permutation, as when too many counties start together.
    """
    real = estimate(panel)
    random = np.random.Generator(np.random.Philox(seed))
    values = []
    for _ in range(draws):
        try:
            values.append(estimate(panel.with_dates_of(permuted_sources(panel.state, random))))
        except UserError:
            continue
    made = np.array(values)
    p_value = float((1 + (np.abs(made) >= abs(real) * (1 - 1e-12)).sum()) / (1 + len(made)))
    return PermutationTest(p_value, made, draws - len(made))


def permuted_sources(state: Integers, random: np.random.Generator) -> Integers:
    """Return int64[K]: the county whose dates each county gets when states exchange their vectors of dates.

    State s gets the dates of the state that a random permutation gives it, and its counties, in their order, the
    dates of that state's counties in theirs. A state with more counties begins again with the first, one with fewer
    leaves the last unused: whole vectors stay together, but how often a date occurs changes a little.
    """
    names, number = np.unique(state, return_inverse=True)
    if len(names) < FEWEST_STATES:
        raise UserError(f"{len(names)} states have too few permutations of dates for a test; it needs {FEWEST_STATES}")
    members = [np.flatnonzero(number == place) for place in range(len(names))]
    source = np.empty(len(state), dtype=np.int64)
    for own, other in zip(members, random.permutation(len(names)), strict=True):
        source[own] = np.resize(members[other], len(own))
    return source


def _studentized(scores: Floats) -> Floats:
    """Return float64[D] sums of float64[D, G] scores over the root of their centred squares."""
    spread = np.sqrt(((scores - scores.mean(axis=1, keepdims=True)) ** 2).sum(axis=1))
    total = scores.sum(axis=1)
    return np.divide(total, spread, out=np.zeros_like(total), where=spread > 0)
