"""Differences in differences of cohorts: counties that start the program together against counties without it yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import Found, found
from sim.analysis.estimate.panel import NEVER, Bools, Floats, Integers, Panel

Controls = Callable[[int], Bools]
"""For a cohort's first period, which counties it is compared with in each period: bool[K, T]."""


class Design(NamedTuple):
    """What cohorts are compared in.

    Attributes
    ----------
    panel : Panel
        The counties; their outcomes stand apart.
    outcome : float64[K, T]
        What is compared.
    cohorts : int64[C]
        First periods, 1 or later, ascending; the period before is a cohort's base.
    controls : function of a cohort's first period
        Its controls, bool[K, T], none of the cohort among them.
    """

    panel: Panel
    outcome: Floats
    cohorts: Integers
    controls: Controls


def cohorts_of(first: Integers) -> Integers:
    """Return int64[C] first periods that occur, ascending."""
    return np.unique(first[first != NEVER])


def since_start(design: Design) -> Integers:
    """Return int64[C, T] periods since each cohort's first one."""
    return np.arange(design.outcome.shape[1])[None, :] - design.cohorts[:, None]


def cohort_weights(design: Design) -> Floats:
    """Return float64[C] weights of the counties of each cohort."""
    first, weights = design.panel.first, design.panel.weights
    return np.array([weights[first == cohort].sum() for cohort in design.cohorts])


def estimable_cells(design: Design) -> Bools:
    """Return bool[C, T] whether anybody is there to compare a cohort with in a period."""
    return np.array([design.controls(cohort).any(axis=0) for cohort in design.cohorts])


def cohort_effects(design: Design) -> Floats:
    """Return float64[C, T] effects on each cohort in each period, nan where nobody is left to compare with.

    The weighted mean change since the period before the start, less that of the controls: ATT(g, t) of Callaway and
    Sant'Anna (Journal of Econometrics 225(2), 2021) without covariates. The base is the same for all periods,
    earlier ones too, so that leads can be read as lags are (Roth, arXiv 2401.12309, 2024).
    """
    return np.array([_contrast(design, cohort).effects for cohort in design.cohorts])


def combined(design: Design, shares: Floats, shares_are_estimated: bool) -> Found:
    """Return J combinations of cohorts' effects by float64[J, C, T] shares that sum to 1, 0 where effects are nan.

    With ``shares_are_estimated`` shares must be proportional to the weights of cohorts, and influences count that
    these could have been others in another draw of counties (Callaway and Sant'Anna, 2021, section 4.2); without,
    errors are those for the counties as they are.
    """
    weights = np.zeros((len(shares), *design.outcome.shape))
    influence = np.zeros((len(shares), len(design.outcome)))
    effects = np.empty(shares.shape[1:])
    for number, cohort in enumerate(design.cohorts):
        contrast = _contrast(design, cohort)
        effects[number] = contrast.effects
        errors = contrast.cells * contrast.left
        for place in np.flatnonzero(shares[:, number].any(axis=1)):
            times = np.flatnonzero(shares[place, number])
            share = shares[place, number, times]
            influence[place] += errors[:, times] @ share
            weights[place][:, times] += contrast.cells[:, times] * share
            weights[place][:, cohort - 1] -= contrast.cells[:, times] @ share
    effects = np.nan_to_num(effects)
    values = (shares * effects).sum(axis=(1, 2))
    if shares_are_estimated:
        influence += _influence_of_shares(design, shares, effects - values[:, None, None])
    return found(values, weights, influence, design.panel.state)


def _influence_of_shares(design: Design, shares: Floats, departures: Floats) -> Floats:
    """Return float64[J, K]: what a county adds to the error of values as its weight in its cohort's share."""
    per_cohort = (shares * departures).sum(axis=2) / cohort_weights(design)
    place = np.searchsorted(design.cohorts, design.panel.first)
    is_member = np.isin(design.panel.first, design.cohorts)
    place[~is_member] = 0
    return np.asarray(per_cohort[:, place] * np.where(is_member, design.panel.weights, 0.0))


def left_out_words(lost: int, why: str = "all counties have started by then") -> tuple[str, ...]:
    """Return that so many last periods have nobody left to compare with, or too few."""
    if not lost:
        return ()
    span = "the last period is" if lost == 1 else f"the last {lost} periods are"
    return (f"{span} left out: {why}",)


def without_leads_words(first: Integers) -> tuple[str, ...]:
    """Return that counties which start in the second period have one period before it, the base."""
    number = int((first == 1).sum())
    return (f"{number} counties start in the second period and have no leads to look at",) if number else ()


class _Contrast(NamedTuple):
    """A cohort against its controls: effects float64[T]; float64[K, T] weights of changes and what means leave."""

    effects: Floats
    cells: Floats
    left: Floats


def _contrast(design: Design, cohort: int) -> _Contrast:
    weights = design.panel.weights
    is_member = design.panel.first == cohort
    change = design.outcome - design.outcome[:, [cohort - 1]]
    ours = np.where(is_member, weights, 0.0) / weights[is_member].sum()
    theirs = design.controls(cohort) * weights[:, None]
    total = theirs.sum(axis=0)
    theirs /= np.where(total > 0, total, 1.0)
    own, other = ours @ change, np.einsum("kt,kt->t", theirs, change)
    left = change - np.where(is_member[:, None], own, other)
    return _Contrast(np.where(total > 0, own - other, np.nan), ours[:, None] - theirs, left)
