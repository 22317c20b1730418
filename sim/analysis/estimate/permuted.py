"""Dates exchanged between states for two-way regressions: a matrix product a draw instead of a regression."""

from __future__ import annotations

from sim.analysis.estimate.panel import Outcome, Panel, outcome_of, sample_of
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
    used = sample_of(panel, outcome).panel
    states = len(set(used.state.tolist()))
    if states < FEWEST_STATES:
        raise UserError(f"{states} states have too few permutations of dates for a test; it needs {FEWEST_STATES}")
    weighted = within(outcome_of(used, outcome), used.weights, trends) * used.weights[:, None]

    def coefficient(permuted: Panel) -> float:
        left = within(permuted.treated, permuted.weights, trends)
        square = float((used.weights @ left**2).sum())
        if square <= 0:
            raise UserError("nothing is left of the permuted dates")
        return float((weighted * left).sum()) / square

    return permutation_test(used, coefficient, draws, seed)
