"""Estimators for a survey of one group: victimization and reporting in person-months, never in logarithms."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import LAGS, LEADS, Found, estimate_of, found
from sim.analysis.estimate.clusters import parameters_spent
from sim.analysis.estimate.cohorts import cohorts_of
from sim.analysis.estimate.panel import (
    NEVER,
    Bools,
    Floats,
    Integers,
    Units,
    first_treated,
    is_early,
    refuse_without_comparison,
)
from sim.analysis.estimate.projection import within_cells
from sim.analysis.estimate.results import PanelEstimate
from sim.analysis.estimate.sun_abraham import LAST_SHARE, last_start, warnings_of
from sim.words.faults import UserError

SurveyOutcome = Literal["victimization_rate", "reporting_share"]
_COLLINEAR = 1e-9


@dataclass(frozen=True, eq=False)
class SurveyPanel:
    """What one group tells a survey in K counties over T periods, by period of incident.

    Attributes
    ----------
    person_months : float64[K, T]
        Months of respondents' lives that interviews cover; 0 where nobody is interviewed.
    told, told_reported : float64[K, T]
        Incidents told, and those of them said to be reported to police.
    treated : float64[K, T]
        Share of the period in which the program is in force; it never falls.
    state : int64[K]
        Code of the state.
    """

    person_months: Floats
    told: Floats
    told_reported: Floats
    treated: Floats
    state: Integers

    def __post_init__(self) -> None:
        """Refuse what does not belong together."""
        shape = self.told.shape
        tables = (self.person_months, self.told, self.told_reported, self.treated)
        if len(shape) != 2 or any(it.shape != shape for it in tables) or self.state.shape != shape[:1]:
            raise ValueError("the tables of a survey have one shape, counties x periods, and a state for each county")
        if any(not np.isfinite(it).all() or (it < 0).any() for it in tables):
            raise ValueError("the tables of a survey have numbers of 0 or more")
        if (self.told_reported > self.told).any() or (self.told[self.person_months == 0] > 0).any():
            raise ValueError("more is reported than told, or somebody tells who is not asked")
        if (np.diff(self.treated, axis=1) < -_COLLINEAR).any():
            raise UserError("the program is switched off again: choose a window that ends before")

    def of_counties(self, kept: Bools) -> SurveyPanel:
        """Return the survey of some counties: bool[K]."""
        return SurveyPanel(*(getattr(self, field.name)[kept] for field in fields(self)))


def survey_two_way(survey: SurveyPanel, outcome: SurveyOutcome) -> PanelEstimate:
    """Return the effect of the treated share beside county and period effects, weighted by what the outcome is of.

    Victimization is incidents told a person-month, weighted by person-months; reporting is the share of them said to
    be reported, weighted by incidents told. Cells without any weigh nothing.
    """
    units, survey = _used(survey, outcome)
    size, values = _cells(survey, outcome)
    both = within_cells(np.stack([survey.treated, values]), size)
    weighted = size * both[0]
    square = float((weighted * both[0]).sum())
    if square <= _COLLINEAR * float((size * survey.treated**2).sum()):
        raise UserError("county and period effects leave nothing of the program: the survey has too few cells")
    weights = (weighted / square)[None]
    value = float((weights[0] * values).sum())
    influence = (weights * (both[1] - value * both[0])).sum(axis=-1)
    spent = parameters_spent(int((size > 0).sum()), 1 + size.shape[1])
    what = found(np.array([value]), weights, influence, survey.state)
    return estimate_of(units, what, None, spent, variances=_variances(size))


def survey_sun_abraham(
    survey: SurveyPanel,
    outcome: SurveyOutcome,
    share: float = LAST_SHARE,
    leads: int = LEADS,
    lags: int = LAGS,
) -> PanelEstimate:
    """Return the effect on the treated and its event study, cohorts against the last counties to start the program.

    As ``sun_abraham``, with effects of cohorts instead of counties: respondents of a cohort are pooled, for most
    counties have too few of them. Cohorts' shares are their person-months in the period. Cells in which a cohort or
    the controls tell nothing are left out, and a warning counts them.
    """
    units, survey = _used(survey, outcome)
    first = first_treated(survey.treated)
    last = last_start(first, share)
    groups = _groups(survey, outcome, first, last)
    since = np.arange(last)[None, :] - groups.cohorts[:, None]
    horizons, shares = _shares(groups, since, leads, lags)
    what = _combined(groups, shares, survey.state)
    lost = int((~groups.estimable & (since != -1)).sum())
    small = (f"{lost} of {lost + int(groups.estimable.sum())} cells of cohorts have nobody who tells",) if lost else ()
    parameters = int(groups.estimable.sum()) + last  # of which base cells stand for cohorts' effects, not nested here
    spent = parameters_spent(int((groups.size > 0).sum()), parameters)
    warnings = warnings_of(first, last) + small
    return estimate_of(units, what, horizons, spent, warnings, _variances(groups.size))


class _Groups(NamedTuple):
    """C cohorts and, after them, the controls, over T periods of which ``last`` are used; cells are float64[K, T]."""

    cohorts: Integers
    number: Integers  # K: to which of the C + 1 a county belongs
    size: Floats  # K x T, 0 from the period in which controls start
    values: Floats  # K x T
    people: Floats  # C x last: person-months
    estimable: Bools  # C x last


def _groups(survey: SurveyPanel, outcome: SurveyOutcome, first: Integers, last: int) -> _Groups:
    size, values = _cells(survey, outcome)
    size[:, last:] = 0
    cohorts = cohorts_of(first)
    cohorts = cohorts[cohorts < last]
    is_control = (first >= last) | (first == NEVER)
    number = np.where(is_control, len(cohorts), np.searchsorted(cohorts, first))
    total = _sums(size, number, len(cohorts) + 1)[:, :last]
    people = _sums(survey.person_months, number, len(cohorts) + 1)[:-1, :last]
    there = total > 0
    bases = cohorts - 1
    there_at_base = there[np.arange(len(cohorts)), bases] & there[-1, bases]
    estimable = there[:-1] & there[-1] & there_at_base[:, None]
    return _Groups(cohorts, number, size, values, people, estimable)


def _shares(groups: _Groups, since: Integers, leads: int, lags: int) -> tuple[Integers, Floats]:
    """Return int64[E] estimable horizons, but -1, and float64[1 + E, C, last] shares, all treated cells first."""
    masks = [(since >= 0) & groups.estimable]
    if not masks[0].any():
        raise UserError("the survey is too small: no cohort tells anything after the start; join periods or groups")
    found_at = [it for it in range(-leads, lags + 1) if it != -1 and ((since == it) & groups.estimable).any()]
    masks += [(since == it) & groups.estimable for it in found_at]
    shares = np.array([np.where(mask, groups.people, 0.0) for mask in masks])
    return np.array(found_at, dtype=np.int64), shares / shares.sum(axis=(1, 2), keepdims=True)


def _combined(groups: _Groups, shares: Floats, state: Integers) -> Found:
    """Return what shares of cohorts' effects give: each a sum of weights on the means of groups in periods."""
    count, last = len(groups.cohorts), shares.shape[2]
    on_means = np.zeros((len(shares), count + 1, groups.size.shape[1]))
    on_means[:, :count, :last] = shares
    on_means[:, count, :last] = -shares.sum(axis=1)
    for number, cohort in enumerate(groups.cohorts):
        moved = shares[:, number].sum(axis=1)
        on_means[:, number, cohort - 1] -= moved
        on_means[:, count, cohort - 1] += moved
    total = _sums(groups.size, groups.number, count + 1)
    events = _sums(groups.size * groups.values, groups.number, count + 1)
    mean = np.divide(events, total, out=np.zeros_like(total), where=total > 0)
    share = groups.size / np.where(total > 0, total, 1.0)[groups.number]
    weights = on_means[:, groups.number] * share
    influence = (weights * (groups.values - mean[groups.number])).sum(axis=-1)
    return found((on_means * mean).sum(axis=(1, 2)), weights, influence, state)


def _used(survey: SurveyPanel, outcome: SurveyOutcome) -> tuple[Units, SurveyPanel]:
    """Return which counties are used, and the survey of these: those who tell anything and do not start at once."""
    first = first_treated(survey.treated)
    has_outcome = np.asarray(_cells(survey, outcome)[0].any(axis=1))
    is_always_treated = is_early(first)
    kept = has_outcome & ~is_always_treated
    refuse_without_comparison(first, kept, has_outcome)
    used = survey.of_counties(kept)
    weights = used.person_months.mean(axis=1)
    always = int((has_outcome & is_always_treated).sum())
    return Units(kept, used.state, weights, int((~has_outcome).sum()), always), used


def _cells(survey: SurveyPanel, outcome: SurveyOutcome) -> tuple[Floats, Floats]:
    """Return float64[K, T] of what the outcome is a share of, and the outcome, 0 where there is none."""
    if outcome not in ("victimization_rate", "reporting_share"):
        raise ValueError(f"an outcome of the survey is victimization_rate or reporting_share, not {outcome!r}")
    is_rate = outcome == "victimization_rate"
    top, bottom = (survey.told, survey.person_months) if is_rate else (survey.told_reported, survey.told)
    return bottom.astype(np.float64), np.divide(top, bottom, out=np.zeros(top.shape), where=bottom > 0)


def _variances(size: Floats) -> Floats:
    """Return variances of cells up to a factor; those that weigh nothing have none."""
    return np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)


def _sums(values: Floats, number: Integers, count: int) -> Floats:
    """Return float64[count, T] sums of float64[K, T] by int64[K] numbers of groups."""
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, number, values)
    return sums
