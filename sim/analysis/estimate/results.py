"""What an estimator finds, in one form for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.estimate.panel import Floats, Integers


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Effects by periods since the program's first one; the period before it, -1, is the reference and left out.

    Attributes
    ----------
    horizons : int64[E]
        Periods since the first one with the program, ascending.
    values : float64[E]
        Effects, in the unit of the outcome (log points for logs).
    covariance, covariance_state : float64[E, E]
        Of the values, clustered by county and by state.
    weights : float64[E, K, T]
        Each value as weights on the outcomes of the panel's counties and periods.
    """

    horizons: Integers
    values: Floats
    covariance: Floats
    covariance_state: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class PanelEstimate:
    """One effect with its errors; log points where the outcome is a logarithm, else events a person and period.

    Attributes
    ----------
    value : float
        The effect.
    se_county, se_state : float
        Its standard errors, clustered by county and by state.
    influence : float64[counties]
        What each used county adds to the error of the value; their sums in clusters, squared, make its variance.
    weights : float64[K, T] or None
        The value as weights on the outcomes of the panel's counties and periods, 0 in counties left out; None where
        the estimator is not linear in the outcome.
    counties : int
        Counties used, which are the clusters of ``se_county``.
    effective_counties : float
        How many counties of equal weight would weigh as these do (``effective_number``).
    clusters : int
        States used.
    effective_clusters : float
        How many states of equal weight would weigh as these do.
    carrying_clusters : float
        How many states of equal importance would carry the value as these do (``carrying_number``).
    dropped_zero, dropped_always_treated : int
        Counties left out for periods without events, and for a program in force from the first period on.
    event_study : EventStudy or None
        Effects by periods since the start, where the estimator gives them.
    warnings : tuple of str
        What a reader of the value should know, in sentences.
    """

    value: float
    se_county: float
    se_state: float
    influence: Floats
    weights: Floats | None
    counties: int
    effective_counties: float
    clusters: int
    effective_clusters: float
    carrying_clusters: float
    dropped_zero: int
    dropped_always_treated: int
    event_study: EventStudy | None = None
    warnings: tuple[str, ...] = ()
