"""Imputation: what treated counties would have had is fitted on cells without the program, and subtracted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import LAGS, Found, estimate_of, treated_shares
from sim.analysis.estimate.cohorts import cohorts_of, left_out_words
from sim.analysis.estimate.panel import (
    NEVER,
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


class Step(NamedTuple):
    """The counties with the same number of periods, S, without the program.

    Attributes
    ----------
    length : int
        Those periods, S.
    members : int64[M]
        Numbers of the counties.
    basis, inverse : float64[S, B], float64[B, S]
        What each county has coefficients of its own for in these periods (a constant, and a trend if there are
        trends), and what gives those coefficients of an outcome.
    """

    length: int
    members: Integers
    basis: Floats
    inverse: Floats

    def left(self, values: Floats) -> Floats:
        """Return float64[..., S] values less what a county's own coefficients explain."""
        return np.asarray(values - values @ self.inverse.T @ self.basis.T)


class Staircase(NamedTuple):
    """Cells without the program: of each county its first periods.

    Attributes
    ----------
    panel : Panel
        The counties.
    steps : tuple of Step
        Its counties by how many such periods they have.
    basis : float64[T, B]
        As that of the steps, for all periods.
    normal : float64[T, T]
        Of the equations for period effects once the counties' own coefficients are solved for.
    """

    panel: Panel
    steps: tuple[Step, ...]
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
    stairs = staircase(used, trends)
    horizons, shares = targets(used, lags)
    weights = imputation_weights(stairs, shares)
    values = outcome_of(used, outcome)
    left = values - fitted(stairs, values)
    estimates = np.tensordot(shares, left, axes=([1, 2], [0, 1]))
    by_county = influences(used, weights, left, np.arange(len(used.first)))
    by_state = influences(used, weights, left, used.state)
    return estimate_of(sample.units, Found(estimates, weights, by_county, by_state), horizons, 1.0, _warnings(used))


def staircase(panel: Panel, trends: bool) -> Staircase:
    """Return the cells without the program and the equations for their period effects."""
    periods = panel.shape[1]
    number = np.where(panel.first == NEVER, periods, panel.first)
    basis = np.column_stack([np.ones(periods), centred_time(periods)][: 2 if trends else 1])
    normal = np.zeros((periods, periods))
    steps = []
    for length in np.unique(number).tolist():
        members = np.flatnonzero(number == length)
        step = Step(length, members, basis[:length], np.linalg.pinv(basis[:length]))
        normal[:length, :length] += panel.weights[members].sum() * step.left(np.eye(length))
        steps.append(step)
    return Staircase(panel, tuple(steps), basis, normal)


def targets(panel: Panel, lags: int) -> tuple[Integers, Floats]:
    """Return int64[E] horizons and float64[1 + E, K, T] weights summing to 1: on all treated cells, on each horizon."""
    since = event_time(panel)
    has_control = np.broadcast_to(np.arange(panel.shape[1]) < _without_controls(panel), since.shape)
    horizons = [it for it in range(lags + 1) if ((since == it) & has_control).any()]
    masks = [has_control, *((since == it) & has_control for it in horizons)]
    return np.array(horizons, dtype=np.int64), np.array([treated_shares(panel, mask) for mask in masks])


def fitted(stairs: Staircase, values: Floats) -> Floats:
    """Return what county and period effects fitted without treated cells give for all cells: float64[K, T]."""
    right = np.zeros(len(stairs.normal))
    for step in stairs.steps:
        right[: step.length] += step.left(stairs.panel.weights[step.members] @ values[step.members, : step.length])
    period = _period_effects(stairs, right)
    result = np.empty_like(values)
    for step in stairs.steps:
        own = (values[step.members, : step.length] - period[: step.length]) @ step.inverse.T
        result[step.members] = own @ stairs.basis.T + period
    return result


def imputation_weights(stairs: Staircase, shares: Floats) -> Floats:
    """Return float64[J, K, T] weights on outcomes of float64[J, K, T] weighted means of treated cells' departures.

    Untreated cells weigh what makes county and period effects (and trends) cancel: the sum of a county's and a
    period's part, times the county's weight.
    """
    county = shares @ stairs.basis
    right = shares.sum(axis=1)
    for step in stairs.steps:
        right[:, : step.length] -= county[:, step.members].sum(axis=1) @ step.inverse
    period = _period_effects(stairs, right.T).T
    weights = shares.copy()
    for step in stairs.steps:
        common = step.left(period[:, : step.length])[:, None, :] * stairs.panel.weights[step.members, None]
        weights[:, step.members, : step.length] -= county[:, step.members] @ step.inverse + common
    if np.abs(weights.sum(axis=1)).max() > _CONSISTENT or np.abs(weights @ stairs.basis).max() > _CONSISTENT:
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


def _period_effects(stairs: Staircase, right: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(stairs.normal, right, rcond=1e-12)[0])


def _grouped(values: Floats, number: Integers) -> Floats:
    """Return float64[J, G, T] sums of float64[J, K, T] over groups that int64[K] counts from 0, none empty."""
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(number.max() + 1))
    return np.asarray(np.add.reduceat(values[:, order], starts, axis=1))


def _without_controls(panel: Panel) -> int:
    """Return the first period in which all counties have started, or the number of periods."""
    return panel.shape[1] if (panel.first == NEVER).any() else int(panel.first.max())


def _warnings(panel: Panel) -> tuple[str, ...]:
    return left_out_words(panel.shape[1] - _without_controls(panel))
