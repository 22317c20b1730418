"""The numbers that figures draw: statistics apart from drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import Band, centred_sums, mean_band, ratio, relative_changes
from sim.running.measures import BOOKS, ComparisonRuns, RunSummary
from sim.words.labels import FAMILIES, LEVELS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
SMOOTHING_MONTHS = 6
LEAST_EVENTS = 50
"""Offences of the reference, true or recorded, over all replications; with fewer no map shows a county."""
NONCITIZENS = ("lawful_noncitizen", "unauthorized")
STAGES = ("arrested", "booked", "identified", "removable", "detainers", "honoured", "ice_custody", "removed")


@dataclass(frozen=True)
class CountyChanges:
    """Changes against the reference over the evaluation: true and observed in %, the gap in percentage points.

    Each float64[K], nan where ``shown`` (bool[K]) is false.
    """

    true: Floats
    observed: Floats
    gap: Floats
    shown: Bools


def years_of(months: tuple[str, ...]) -> Floats:
    """Return the middle of each month as a decimal year."""
    return np.array([int(month[:4]) + (int(month[5:7]) - 0.5) / 12 for month in months])


def crime_change(results: ComparisonRuns, name: str, family: str, book: str) -> Band:
    """Return the change of smoothed monthly crime against the reference, in % of the reference's mean."""
    mine = _smoothed(results.runs[name], lambda run: run.crimes(family, book))
    base = _smoothed(results.runs[results.references[name]], lambda run: run.crimes(family, book))
    return mean_band(relative_changes(mine, base))


def reporting_by_group(results: ComparisonRuns, name: str, group: str) -> Floats:
    """Return the smoothed share of true index incidents against a group that is reported, in %: float64[T]."""
    runs = results.runs[name]
    told = _smoothed(runs, lambda run: run.crimes("total", "reported", group)).sum(axis=0)
    return 100 * ratio(told, _smoothed(runs, lambda run: run.crimes("total", "occurred", group)).sum(axis=0))


def reporting_by_status(results: ComparisonRuns, name: str, status: str) -> Floats:
    """Return the smoothed share of all incidents against people of a status that is reported, in %: float64[T]."""
    runs = results.runs[name]
    told = _smoothed(runs, lambda run: run.population("reported", status=status)).sum(axis=0)
    return 100 * ratio(told, _smoothed(runs, lambda run: run.population("incidents", status=status)).sum(axis=0))


def funnel(results: ComparisonRuns, name: str) -> Floats:
    """Return noncitizens at each stage by level, per 100,000 person-years of the whole population.

    float64[8, 4]: ``STAGES``, ``labels.LEVELS``; mean over replications, over the evaluation.
    """
    runs = results.runs[name]
    totals = [
        [
            sum(float(run.enforced(stage, level=level, statuses=NONCITIZENS)[run.start :].sum()) for run in runs)
            for level in LEVELS
        ]
        for stage in STAGES
    ]
    years = sum(run.person_years for run in runs)
    return np.array(totals) * (1e5 / years if years > 0 else 0.0)


def county_changes(results: ComparisonRuns, name: str, family: str) -> CountyChanges:
    """Return each county's changes over the evaluation; counties with few events are not shown."""
    mine = np.sum([run.county_crime[:, FAMILIES.index(family)] for run in results.runs[name]], axis=0)
    other = results.runs[results.references[name]]
    base = np.sum([run.county_crime[:, FAMILIES.index(family)] for run in other], axis=0)
    shown = np.asarray((base >= LEAST_EVENTS).all(axis=1))
    change = np.where(shown[:, None], 100 * ratio((mine - base).astype(np.float64), base.astype(np.float64)), np.nan)
    true, observed = change[:, BOOKS.index("occurred")], change[:, BOOKS.index("recorded")]
    return CountyChanges(true, observed, observed - true, shown)


def limit_of(sizes: Floats, agents: Integers) -> float:
    """Return where colours end: the size that counties of 5 % of people exceed, so that few counties fade no others.

    Parameters
    ----------
    sizes : float64[..., K]
        Sizes from 0 on, nan where a county is not shown.
    agents : int64[K]
        Simulated people.
    """
    kept = np.isfinite(sizes)
    if not kept.any():
        return 1.0
    weights = np.broadcast_to(agents, sizes.shape)[kept]
    order = np.argsort(sizes[kept], kind="stable")
    below = np.cumsum(weights[order])
    return max(float(sizes[kept][order][np.searchsorted(below, 0.95 * below[-1])]), 0.1)


def _smoothed(runs: Sequence[RunSummary], series: Callable[[RunSummary], Floats]) -> Floats:
    """Return centred six-month sums of a monthly series of each run: float64[R, T]."""
    return centred_sums(np.stack([series(run) for run in runs]), SMOOTHING_MONTHS)
