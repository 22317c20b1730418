"""The numbers that figures draw: statistics apart from drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import Band, centred_sums, mean_band, ratio, relative_changes
from sim.running.batch.drawn import each_run
from sim.running.measures import BOOKS, NOT_ADOPTED, ComparisonRuns, RunSummary
from sim.words.labels import ENFORCEMENT_COLUMNS, FAMILIES, STATUSES

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
    noncitizens = [STATUSES.index(status) for status in NONCITIZENS]
    stages = [ENFORCEMENT_COLUMNS.index(stage) for stage in STAGES]
    totals = sum(run.enforcement[run.start :].sum(axis=(0, 1))[noncitizens].sum(axis=0)[:, stages] for run in runs)
    years = sum(run.person_years for run in runs)
    return np.asarray(totals, dtype=np.float64).T * (1e5 / years if years > 0 else 0.0)


def county_changes(results: ComparisonRuns, name: str, family: str) -> CountyChanges:
    """Return each county's changes over the evaluation; counties with few events are not shown."""
    mine = np.sum([run.county_crime[:, FAMILIES.index(family)] for run in results.runs[name]], axis=0)
    other = results.runs[results.references[name]]
    base = np.sum([run.county_crime[:, FAMILIES.index(family)] for run in other], axis=0)
    events = np.sum([run.county_crime[:, FAMILIES.index(family)] for run in each_run(other)], axis=0)
    shown = np.asarray((events >= LEAST_EVENTS).all(axis=1))
    change = np.where(shown[:, None], 100 * ratio((mine - base).astype(np.float64), base.astype(np.float64)), np.nan)
    true, observed = change[:, BOOKS.index("occurred")], change[:, BOOKS.index("recorded")]
    return CountyChanges(true, observed, observed - true, shown)


@dataclass(frozen=True)
class CountyEstimates:
    """What is known of all index crime in each of K counties, change against the reference over the evaluation.

    Attributes
    ----------
    values : float64[3, K]
        True and observed in %, the gap in percentage points; nan where a county has fewer than ``LEAST_EVENTS``.
    clear : bool[3, K]
        Where 0 lies outside the 95 % interval over replications, or over draws; with one of them everywhere.
    marked : bool[K]
        Counties that get a program in the scenario when they do not in the reference, or in another month.
    """

    values: Floats
    clear: Bools
    marked: Bools


def county_estimates(results: ComparisonRuns, name: str) -> CountyEstimates:
    """Return the changes of each county's index crime with what chance leaves open."""
    runs, others = results.runs[name], results.runs[results.references[name]]
    mine, base = (np.stack([run.county_crime.sum(axis=1) for run in it]).astype(np.float64) for it in (runs, others))
    events = np.sum([run.county_crime.sum(axis=1) for run in each_run(others)], axis=0)
    shown = np.asarray((events >= LEAST_EVENTS).all(axis=1))
    true, seen = np.moveaxis(relative_changes(mine, base), 2, 0)
    bands = [mean_band(changes) for changes in (true, seen, seen - true)]
    values = np.where(shown, np.stack([it.estimate for it in bands]), np.nan)
    low, high = (np.stack([getattr(it, side) for it in bands]) for side in ("low", "high"))
    adoption = runs[0].adoption
    marked = (adoption != NOT_ADOPTED) & (adoption != others[0].adoption)
    clear = shown & ((low > 0) | (high < 0) | (len(runs) < 2))
    return CountyEstimates(values, clear, marked)


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
