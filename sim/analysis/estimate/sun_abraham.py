"""Sun and Abraham's interaction-weighted estimator: each cohort against the last counties to start the program."""

from __future__ import annotations

import numpy as np

from sim.analysis.estimate.assembly import LAGS, LEADS, Found, estimate_of
from sim.analysis.estimate.callaway_santanna import horizon_shares, normalized
from sim.analysis.estimate.clusters import parameters_spent
from sim.analysis.estimate.cohorts import Design, cohort_weights, cohorts_of, combined, since_start, without_leads_words
from sim.analysis.estimate.panel import NEVER, Bools, Floats, Integers, Outcome, Panel, outcome_of, sample_of
from sim.analysis.estimate.results import PanelEstimate
from sim.words.faults import UserError

LAST_SHARE = 0.25
"""Share of counties that start the program which serve as controls: the last ones."""


def sun_abraham(
    panel: Panel,
    outcome: Outcome = "log_rate",
    share: float = LAST_SHARE,
    leads: int = LEADS,
    lags: int = LAGS,
) -> PanelEstimate:
    """Return the effect on the treated and its event study (Journal of Econometrics 225(2), 2021, section 4).

    Controls are the last ``share`` of the counties that start, by number and in whole cohorts, and those that never
    do; periods from their first start on are left out. In a balanced panel with constant weights the regression on
    dummies for cohort and period is saturated, and its coefficients are differences of weighted means. The value is
    the mean over treated cells by county weights. Cohorts' shares are taken as known, as fixest and pyfixest do.
    """
    sample = sample_of(panel, outcome)
    used = sample.panel
    last = last_start(used.first, share)
    design = last_as_controls(used, outcome_of(used, outcome)[:, :last], last)
    since = since_start(design)
    sizes = cohort_weights(design)[:, None]
    estimable = np.ones(since.shape, dtype=bool)
    horizons, event = horizon_shares(since, estimable, sizes, leads, lags)
    overall = normalized(np.where(since >= 0, sizes, 0.0))[None]
    what = combined(design, np.concatenate([overall, event]), False)
    parameters = len(design.cohorts) * (last - 1) + last
    spent = parameters_spent(design.outcome.size, parameters)
    return estimate_of(sample.units, _whole_window(what, used.shape[1]), horizons, spent, warnings_of(used.first, last))


def last_start(first: Integers, share: float = LAST_SHARE) -> int:
    """Return the first period of the controls: the latest with which they are ``share`` of those that start."""
    starts = np.sort(first[first != NEVER])
    last = int(starts[len(starts) - max(int(np.ceil(share * len(starts))), 1)])
    if last <= starts[0]:
        raise UserError(
            f"the last {100 * share:g} % of counties to start the program start no later than the first: nobody is "
            "left to compare with"
        )
    return last


def last_as_controls(panel: Panel, outcome: Floats, last: int) -> Design:
    """Return the comparison with counties that start in period ``last``, later or never; float64[K, last] outcomes."""
    is_control = (panel.first >= last) | (panel.first == NEVER)
    controls = np.broadcast_to(is_control[:, None], outcome.shape)
    cohorts = cohorts_of(panel.first)

    def same(cohort: int) -> Bools:
        return controls

    return Design(panel, outcome, cohorts[cohorts < last], same)


def warnings_of(first: Integers, last: int) -> tuple[str, ...]:
    """Return what a reader should know of the controls, and of counties that start in the second period."""
    number = int(((first >= last) | (first == NEVER)).sum())
    told = f"controls are the {number} counties that start last or never; periods from {last + 1} on are left out"
    return (told, *without_leads_words(first))


def _whole_window(what: Found, periods: int) -> Found:
    """Return what is found with weights for all periods of the panel, 0 in those left out."""
    if what.weights is None:
        return what
    missing = periods - what.weights.shape[-1]
    return what._replace(weights=np.pad(what.weights, ((0, 0), (0, 0), (0, missing))))
