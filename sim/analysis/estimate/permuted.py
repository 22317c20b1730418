"""Dates exchanged between states, a product of matrices a draw: two-way regressions and comparisons of cohorts."""

from __future__ import annotations

import numpy as np

from sim.analysis.estimate.panel import NEVER, Outcome, Panel, outcome_of, sample_of
from sim.analysis.estimate.projection import within
from sim.analysis.estimate.resampling import DRAWS, FEWEST_STATES, PermutationTest, permutation_test
from sim.words.faults import UserError


def permuted_two_way(
    panel: Panel, outcome: Outcome = "log_rate", trends: bool = False, draws: int = DRAWS, seed: int = 0
) -> PermutationTest:
    """Return the permutation test of ``two_way``, with ``trends`` of ``county_trends``.

    What effects and trends explain is taken out of the outcome once; the coefficient of any dates is then the product
    of the dates, less what the same explains, with what is left of it.

    Raises
    ------
    UserError
        Where there are too few states, or nobody to compare with.
    """
    used = _sample(panel, outcome)
    weighted = within(outcome_of(used, outcome), used.weights, trends) * used.weights[:, None]

    def coefficient(permuted: Panel) -> float:
        left = within(permuted.treated, permuted.weights, trends)
        square = float((used.weights @ left**2).sum())
        if square <= 0:
            raise UserError("nothing is left of the permuted dates")
        return float((weighted * left).sum()) / square

    return permutation_test(used, coefficient, draws, seed)


def permuted_callaway_santanna(
    panel: Panel, outcome: Outcome = "log_rate", draws: int = DRAWS, seed: int = 0
) -> PermutationTest:
    """Return the permutation test of ``callaway_santanna``, the mean over treated cells by county weights.

    Sums over counties that start together are all that it needs of any dates.

    Raises
    ------
    UserError
        Where there are too few states, or nobody to compare with.
    """
    used = _sample(panel, outcome)
    weighted = outcome_of(used, outcome) * used.weights[:, None]

    def mean_effect(permuted: Panel) -> float:
        periods = weighted.shape[1]
        start = np.where(permuted.first == NEVER, periods, permuted.first)
        starts_at = (start == np.arange(periods + 1)[:, None]).astype(np.float64)
        sums, sizes = starts_at @ weighted, starts_at @ used.weights
        later_sums, later = (np.cumsum(it[::-1], axis=0)[::-1] for it in (sums, sizes))
        total = mass = 0.0
        for cohort in np.flatnonzero(sizes[1:periods]) + 1:
            there = np.flatnonzero(later[cohort + 1 :] > 0) + cohort  # periods in which somebody starts later
            change = sums[cohort, there] - sums[cohort, cohort - 1]
            others = later_sums[there + 1, there] - later_sums[there + 1, cohort - 1]
            total += float((change - sizes[cohort] * others / later[there + 1]).sum())
            mass += float(sizes[cohort]) * len(there)
        if mass <= 0:
            raise UserError("all counties start the program together: nobody is left to compare with")
        return total / mass

    return permutation_test(used, mean_effect, draws, seed)


def _sample(panel: Panel, outcome: Outcome) -> Panel:
    used = sample_of(panel, outcome).panel
    states = len(set(used.state.tolist()))
    if states < FEWEST_STATES:
        raise UserError(f"{states} states have too few permutations of dates for a test; it needs {FEWEST_STATES}")
    return used
