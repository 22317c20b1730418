"""What the extra ``econ``, diff-diff, tells of an estimate: Bacon weights, and bounds where trends are not parallel."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.estimate.panel import NEVER, Floats, Integers, Outcome, Panel, outcome_of, sample_of
from sim.words.faults import UserError

NEEDED = (
    "Bacon weights and bounds need the extra 'econ', which is not installed: pip install 'darkfigure[econ]', or in a "
    "checkout pip install -e '.[econ]'"
)
VIOLATIONS = (0.0, 0.5, 1.0, 2.0)
"""Departures from parallel trends after the start, as multiples of the largest before it."""
KINDS = {
    "treated_vs_never": "against counties that never start",
    "earlier_vs_later": "against counties that start later",
    "later_vs_earlier": "against counties that started before",
}
"""Kinds of comparisons of two cohorts, as diff-diff calls them, in words; the last kind takes effects for trends."""


class Comparison(NamedTuple):
    """The comparisons of one kind in a two-way regression: their share of the estimate and their mean estimate."""

    kind: str
    weight: float
    estimate: float


class Bound(NamedTuple):
    """What an effect may be where trends depart from parallel by no more than ``violation``.

    Attributes
    ----------
    violation : float
        The largest change of the departure from one period to the next after the start, as a multiple of the largest
        before it.
    low, high : float
        Ends of the set of effects that the estimates leave possible.
    interval_low, interval_high : float
        The same with sampling error: a 95 % interval.
    """

    violation: float
    low: float
    high: float
    interval_low: float
    interval_high: float


def require_diff_diff() -> None:
    """Refuse in one message where the package is not installed; importing it takes seconds and is left for later."""
    if importlib.util.find_spec("diff_diff") is None:
        raise UserError(NEEDED)


def _diff_diff() -> Any:
    require_diff_diff()
    return importlib.import_module("diff_diff")


def bacon_weights(panel: Panel, outcome: Outcome = "log_rate") -> tuple[Comparison, ...]:
    """Return how a two-way regression on whether the program has begun is put together, by kind of comparison.

    Goodman-Bacon (Journal of Econometrics 225(2), 2021): its estimate is the mean of all comparisons of two cohorts,
    by these weights. For the decomposition a county has the program from its first period on, in part or whole, which
    ``two_way`` counts as a part.

    Raises
    ------
    UserError
        Where diff-diff is not installed, or nobody is left to compare with.
    """
    import pandas as pd

    package = _diff_diff()
    used = sample_of(panel, outcome).panel
    counties, periods = used.shape
    table = pd.DataFrame(
        {
            "county": np.repeat(np.arange(counties), periods),
            "period": np.tile(np.arange(1, periods + 1), counties),
            "first": np.repeat(np.where(used.first == NEVER, 0, used.first + 1), periods),
            "weight": np.repeat(used.weights / used.weights.mean(), periods),
            "outcome": outcome_of(used, outcome).ravel(),
        }
    )
    with _without_remarks():
        design = package.SurveyDesign(weights="weight", psu="county")
        names = ("outcome", "county", "period", "first")
        found = package.BaconDecomposition(weights="exact").fit(table, *names, survey_design=design)
    return tuple(_joined(kind, found.comparisons) for kind in KINDS)


def bounds(
    horizons: Integers,
    values: Floats,
    covariance: Floats,
    clusters: float,
    violations: tuple[float, ...] = VIOLATIONS,
) -> tuple[Bound, ...]:
    """Return bounds on the mean effect over an event study's horizons from 0 on, each counted alike.

    Rambachan and Roth (Review of Economic Studies 90(5), 2023), relative magnitudes. The intervals are diff-diff's:
    the bounds and, to both sides, the error of the mean effect by states, Student's t with ``clusters`` - 1 degrees of
    freedom; the error of the leads is not in them, as it is in those of the R package HonestDiD.

    Parameters
    ----------
    horizons : int64[E]
        Of the event study; those that follow each other around the reference, -1, are used.
    values, covariance : float64[E], float64[E, E]
        Effects and their covariance, by states.
    clusters : float
        That carry it.
    violations : tuple of float
        The first of them 0.

    Raises
    ------
    UserError
        Where diff-diff is not installed, there is no lead beside the reference, or clusters are too few.
    """
    package = _diff_diff()
    places = around_reference(horizons)
    results = _as_results(horizons[places], values[places], covariance[np.ix_(places, places)], clusters)
    try:
        with _without_remarks():
            one = package.HonestDiD(method="relative_magnitude")
            found = [one.fit(results, M=violation) for violation in violations]
    except ValueError as error:
        raise UserError(f"no bounds can be told: {error}") from error
    return tuple(Bound(float(it.M), *(float(x) for x in (it.lb, it.ub, it.ci_lb, it.ci_ub))) for it in found)


def breakdown(found: tuple[Bound, ...]) -> float:
    """Return up to which multiple of the largest departure before the start 0 lies outside of the interval.

    Bounds and intervals of diff-diff are linear in the multiple, so that two of them, the first of 0, tell it. It is 0
    where even parallel trends leave 0 within, and infinity where trends before the start do not depart at all.
    """
    first, last = found[0], found[-1]
    is_above = first.low + first.high > 0
    inside, outside = (it.interval_low if is_above else -it.interval_high for it in (first, last))
    if inside <= 0:
        return 0.0
    return np.inf if outside >= inside else last.violation * inside / (inside - outside)


def _joined(kind: str, comparisons: Any) -> Comparison:
    mine = [it for it in comparisons if it.comparison_type == kind]
    weight = float(sum(it.weight for it in mine))
    return Comparison(kind, weight, sum(it.weight * it.estimate for it in mine) / weight if weight > 0 else np.nan)


def _as_results(times: Integers, values: Floats, covariance: Floats, clusters: float) -> Any:
    """Return an event study as diff-diff's, of horizons that follow each other around the reference."""
    results = importlib.import_module("diff_diff.results")
    horizons = times.tolist()
    leads = [it for it in horizons if it < 0]
    if not leads or not horizons or horizons[-1] < 0:
        raise UserError("bounds need a lead beside the reference, next to it, and an effect in the first period")
    if np.linalg.matrix_rank(covariance) < len(horizons):
        raise UserError(f"too few states for bounds from {len(horizons)} horizons: ask for longer periods")
    errors: Floats = np.sqrt(np.diag(covariance))
    effects = {
        horizon: results.PeriodEffect(horizon, float(value), float(error), np.nan, np.nan, (np.nan, np.nan))
        for horizon, value, error in zip(horizons, values, errors, strict=True)
    }
    nothing = (np.nan, np.nan, np.nan, np.nan, (np.nan, np.nan), 0, 0, 0)
    made = results.MultiPeriodDiDResults(
        effects,
        *nothing,
        leads,
        horizons[len(leads) :],
        vcov=covariance,
        reference_period=-1,
        interaction_indices={horizon: place for place, horizon in enumerate(horizons)},
    )
    made.df_inference = max(clusters - 1, 1.0)
    return made


def around_reference(horizons: Integers) -> Integers:
    """Return the places of horizons that follow each other without a gap around the reference, -1."""
    there = set(horizons.tolist()) | {-1}
    first = last = -1
    while first - 1 in there:
        first -= 1
    while last + 1 in there:
        last += 1
    return np.flatnonzero((horizons >= first) & (horizons <= last))


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Keep the package's remarks on its own use from the user: that weights are scaled changes nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
