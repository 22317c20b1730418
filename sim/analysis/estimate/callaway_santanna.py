"""Callaway and Sant'Anna's estimator: each cohort against all counties that have not started the program yet."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import LAGS, LEADS, Found, estimate_of
from sim.analysis.estimate.cohorts import (
    Design,
    cohort_effects,
    cohort_weights,
    cohorts_of,
    combined,
    estimable_cells,
    left_out_words,
    since_start,
    without_leads_words,
)
from sim.analysis.estimate.panel import NEVER, Bools, Floats, Integers, Outcome, Panel, outcome_of, sample_of
from sim.analysis.estimate.results import PanelEstimate

Aggregation = Literal["simple", "dynamic", "group"]


class CohortEffects(NamedTuple):
    """Effects on C cohorts in T periods.

    Attributes
    ----------
    cohorts : int64[C]
        First periods.
    effects : float64[C, T]
        The effects; nan where all counties have started, 0 in the base period.
    weights : float64[C]
        Weights of the cohorts' counties.
    """

    cohorts: Integers
    effects: Floats
    weights: Floats


def group_time_effects(panel: Panel, outcome: Outcome = "log_rate") -> CohortEffects:
    """Return ATT(g, t), the effect on each cohort in each period, without covariates, by county weights."""
    design = not_yet_treated(sample_of(panel, outcome).panel, outcome)
    return CohortEffects(design.cohorts, cohort_effects(design), cohort_weights(design))


def callaway_santanna(
    panel: Panel,
    outcome: Outcome = "log_rate",
    aggregation: Aggregation = "simple",
    leads: int = LEADS,
    lags: int = LAGS,
) -> PanelEstimate:
    """Return the effect on the treated and its event study (Journal of Econometrics 225(2), 2021, section 3).

    ``simple`` is the mean over treated cells by county weights, ``dynamic`` the mean over periods since the start,
    ``group`` the mean over cohorts of each one's mean over its periods. Errors count that cohorts' shares are
    estimated, as the authors' programs do.
    """
    sample = sample_of(panel, outcome)
    design = not_yet_treated(sample.panel, outcome)
    estimable = estimable_cells(design)
    since = since_start(design)
    treated = (since >= 0) & estimable
    sizes = cohort_weights(design)[:, None]
    horizons, event = horizon_shares(since, estimable, sizes, leads, lags)
    overall = _overall(aggregation, treated, since, sizes)
    what = combined(design, np.concatenate([overall, event]), True)
    return estimate_of(sample.units, _mean_of_first(what, len(overall)), horizons, 1.0, _warnings(design, estimable))


def not_yet_treated(panel: Panel, outcome: Outcome) -> Design:
    """Return the comparison with counties that start later than the period looked at, and than the cohort."""
    start = np.where(panel.first == NEVER, panel.shape[1], panel.first)[:, None]
    periods = np.arange(panel.shape[1])[None, :]

    def controls(cohort: int) -> Bools:
        return np.asarray((start > periods) & (start > cohort))

    return Design(panel, outcome_of(panel, outcome), cohorts_of(panel.first), controls)


def horizon_shares(since: Integers, estimable: Bools, sizes: Floats, leads: int, lags: int) -> tuple[Integers, Floats]:
    """Return int64[E] horizons with an estimate, but -1, and float64[E, C, T] shares of cohorts by their weights."""
    wanted = [it for it in range(-leads, lags + 1) if it != -1 and ((since == it) & estimable).any()]
    shares = np.array([normalized(np.where((since == it) & estimable, sizes, 0.0)) for it in wanted])
    return np.array(wanted, dtype=np.int64), shares.reshape(len(wanted), *since.shape)


def normalized(shares: Floats) -> Floats:
    """Return shares that sum to 1."""
    return np.asarray(shares / shares.sum())


def _overall(aggregation: Aggregation, treated: Bools, since: Integers, sizes: Floats) -> Floats:
    """Return float64[M, C, T] shares; the effect is the mean of the M combinations."""
    if aggregation == "simple":
        return normalized(np.where(treated, sizes, 0.0))[None]
    if aggregation == "group":
        periods = np.maximum(treated.sum(axis=1, keepdims=True), 1)
        return normalized(np.where(treated, sizes / periods, 0.0))[None]
    if aggregation == "dynamic":
        return horizon_shares(since, treated, sizes, 0, since.shape[1])[1]
    raise ValueError(f"an aggregation is simple, dynamic or group, not {aggregation!r}")


def _mean_of_first(what: Found, number: int) -> Found:
    """Return what is found with its first values joined to their mean."""
    parts = [np.asarray(part) for part in what]
    return Found(*(np.concatenate([part[:number].mean(axis=0, keepdims=True), part[number:]]) for part in parts))


def _warnings(design: Design, estimable: Bools) -> tuple[str, ...]:
    return left_out_words(int((~estimable).all(axis=0).sum())) + without_leads_words(design.panel.first)
