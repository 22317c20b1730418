"""Imputation: what treated counties would have had is fitted on cells without the program, and subtracted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import LAGS, Found, estimate_of, treated_shares
from sim.analysis.estimate.cohorts import cohorts_of
from sim.analysis.estimate.panel import (
    NEVER,
    Bools,
    Floats,
    Integers,
    Outcome,
    Panel,
    event_time,
    outcome_of,
    sample_of,
)
from sim.analysis.estimate.projection import centred_time
from sim.analysis.estimate.results import PanelEstimate
from sim.words.faults import UserError

_CONSISTENT = 1e-8


class Staircase(NamedTuple):
    """Cells without the program: of each county its first periods, as many as its step is long.

    Attributes
    ----------
    panel : Panel
        The counties.
    length : int64[K]
        Periods of each county without the program.
    basis : float64[T, B]
        What each county has a coefficient of its own for: a constant, and a trend if there are trends.
    normal : float64[T, T]
        Of the equations for period effects once the counties' own coefficients are solved for.
    """

    panel: Panel
    length: Integers
    basis: Floats
    normal: Floats


def imputation(panel: Panel, outcome: Outcome = "log_rate", trends: bool = False, lags: int = LAGS) -> PanelEstimate:
    """Return the effect on the treated by county weights, and effects by periods since the start.

    Borusyak, Jaravel and Spiess, Review of Economic Studies 91(6), 2024: county and period effects, and with
    ``trends`` county trends, are fitted by weighted least squares on cells without the program alone; the value is
    the weighted mean of what treated cells depart from the fit. Errors are their conservative ones (section 4.3),
    which take a cohort's mean effect in a period from its departures, times G / (G - 1). Periods in which all
    counties have started are left out; with trends counties with one period before the start are too, counted as
    always treated. There are no leads: the fit uses those cells.
    """
    sample = sample_of(panel, outcome, 2 if trends else 1)
    used = sample.panel
    steps = staircase(used, trends)
    horizons, shares = targets(used, lags)
    weights = np.array([imputation_weights(steps, share) for share in shares])
    values = outcome_of(used, outcome)
    left = values - fitted(steps, values)
    estimates = np.tensordot(shares, left, axes=([1, 2], [0, 1]))
    by_county = influences(used, weights, left, np.arange(len(used.first)))
    by_state = influences(used, weights, left, used.state)
    return estimate_of(sample.units, Found(estimates, weights, by_county, by_state), horizons, 1.0, _warnings(used))


def staircase(panel: Panel, trends: bool) -> Staircase:
    """Return the cells without the program and the equations for their period effects."""
    periods = panel.shape[1]
    length = np.where(panel.first == NEVER, periods, panel.first)
    columns = [np.ones(periods), centred_time(periods)]
    basis = np.column_stack(columns[: 2 if trends else 1])
    normal = np.zeros((periods, periods))
    for step in np.unique(length):
        normal[:step, :step] += panel.weights[length == step].sum() * (np.eye(step) - _hat(basis[:step]))
    return Staircase(panel, length, basis, normal)


def targets(panel: Panel, lags: int) -> tuple[Integers, Floats]:
    """Return int64[E] horizons and float64[1 + E, K, T] weights summing to 1: on all treated cells, on each horizon."""
    since = event_time(panel)
    has_control = np.broadcast_to(np.arange(panel.shape[1]) < _without_controls(panel), since.shape)
    horizons = [it for it in range(lags + 1) if ((since == it) & has_control).any()]
    masks = [has_control, *((since == it) & has_control for it in horizons)]
    return np.array(horizons, dtype=np.int64), np.array([treated_shares(panel, mask) for mask in masks])


def fitted(steps: Staircase, values: Floats) -> Floats:
    """Return what county and period effects fitted without treated cells give for all cells: float64[K, T]."""
    right = np.zeros(len(steps.normal))
    for step, members in _steps(steps):
        total = steps.panel.weights[members] @ values[members, :step]
        right[:step] += total - _hat(steps.basis[:step]) @ total
    period = _period_effects(steps, right)
    result = np.empty_like(values)
    for step, members in _steps(steps):
        own = (values[members, :step] - period[:step]) @ np.linalg.pinv(steps.basis[:step]).T
        result[members] = own @ steps.basis.T + period
    return result


def imputation_weights(steps: Staircase, share: Floats) -> Floats:
    """Return float64[K, T] weights on outcomes of the float64[K, T] weighted mean of treated cells' departures.

    Untreated cells weigh what makes county and period effects (and trends) cancel: weights that are sums of a
    county's and a period's part, times the county's weight (Borusyak, Jaravel and Spiess, 2024, appendix).
    """
    county = share @ steps.basis
    right = share.sum(axis=0)
    for step, members in _steps(steps):
        right[:step] -= np.linalg.pinv(steps.basis[:step]).T @ county[members].sum(axis=0)
    period = _period_effects(steps, right)
    weights = share.copy()
    for step, members in _steps(steps):
        basis, own = steps.basis[:step], steps.panel.weights[members, None]
        solved = county[members] @ np.linalg.pinv(basis) + own * (period[:step] - _hat(basis) @ period[:step])
        weights[members, :step] -= solved
    if np.abs(weights.sum(axis=0)).max() > _CONSISTENT or np.abs(weights @ steps.basis).max() > _CONSISTENT:
        raise UserError("what treated counties would have had is not identified: too few cells without the program")
    return weights


def influences(panel: Panel, weights: Floats, left: Floats, codes: Integers) -> Floats:
    """Return float64[J, G] influences of clusters on J values, from float64[K, T] departures from the fit.

    A treated cell counts with its departure from the mean effect on its cohort in its period, taken over clusters c
    with weights v_c: sum of v_c (v tau)_c over sum of v_c^2 (Borusyak, Jaravel and Spiess, 2024, section 4.3).
    """
    number = np.unique(codes, return_inverse=True)[1]
    moments = weights * left
    sums = _grouped(moments.sum(axis=2, keepdims=True), number)[..., 0]
    for cohort in cohorts_of(panel.first):
        members = np.flatnonzero(panel.first == cohort)
        names, inside = np.unique(number[members], return_inverse=True)
        share = _grouped(weights[:, members, cohort:], inside)
        effect = _grouped(moments[:, members, cohort:], inside)
        squares = (share**2).sum(axis=1)
        mean = np.divide((share * effect).sum(axis=1), squares, out=np.zeros_like(squares), where=squares > 0)
        sums[:, names] -= (share * mean[:, None, :]).sum(axis=2)
    return sums


def _steps(steps: Staircase) -> list[tuple[int, Bools]]:
    """Return each length of a step, and which counties have it."""
    return [(int(step), steps.length == step) for step in np.unique(steps.length)]


def _hat(basis: Floats) -> Floats:
    return np.asarray(basis @ np.linalg.pinv(basis))


def _period_effects(steps: Staircase, right: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(steps.normal, right, rcond=1e-12)[0])


def _grouped(values: Floats, number: Integers) -> Floats:
    """Return float64[J, G, T] sums of float64[J, K, T] over groups that int64[K] counts from 0, none empty."""
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(number.max() + 1))
    return np.asarray(np.add.reduceat(values[:, order], starts, axis=1))


def _without_controls(panel: Panel) -> int:
    """Return the first period in which all counties have started, or the number of periods."""
    return panel.shape[1] if (panel.first == NEVER).any() else int(panel.first.max())


def _warnings(panel: Panel) -> tuple[str, ...]:
    lost = panel.shape[1] - _without_controls(panel)
    return (f"the last {lost} periods are left out: all counties have started by then",) if lost else ()
