"""Poisson regression of counts on the treated share, with population as exposure and county and period effects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import estimate_of, found
from sim.analysis.estimate.clusters import carrying_number
from sim.analysis.estimate.panel import Bools, Floats, Outcome, Panel, sample_where
from sim.analysis.estimate.projection import within_cells
from sim.analysis.estimate.results import PanelEstimate
from sim.analysis.estimate.two_way import spent_on
from sim.words.faults import UserError

_STEPS, _HALVINGS = 50, 30
_PRECISION = 1e-10
_SINGULAR = 1e-12


class PoissonFit(NamedTuple):
    """A Poisson regression in which county effects are concentrated out.

    Attributes
    ----------
    coefficients : float64[J]
        Effects of the regressors on the log of the expected count.
    influence : float64[J, K]
        What each county adds to their errors.
    expected : float64[K, T]
        Fitted counts; those of a county sum to what was counted in it.
    """

    coefficients: Floats
    influence: Floats
    expected: Floats


def poisson(panel: Panel, outcome: Outcome = "log_rate") -> PanelEstimate:
    """Return the effect of the treated share on the log of the expected rate.

    Counties without any event say nothing and are left out; periods without events need not be. Counts weigh for
    themselves: the panel's weights serve only to tell how many clusters there effectively are. The estimate is not
    linear in the counts and has no weights.
    """
    if outcome != "log_rate":
        raise ValueError("Poisson regression is of the log of the expected rate: the outcome is log_rate")
    sample = sample_where(panel, panel.counts.sum(axis=1) > 0)
    used = sample.panel
    _refuse_separated(used.counts, used.treated > 0)
    fit = poisson_fit(used.counts, used.treated[None], np.log(used.population))
    what = found(fit.coefficients, None, fit.influence, used.state)
    carrying = carrying_states(fit, used)
    return estimate_of(sample.units, what, None, spent_on(used, len(fit.coefficients)), carrying=carrying)


def carrying_states(fit: PoissonFit, panel: Panel) -> float:
    """Return how many states of equal importance would carry the effect as these do.

    Near the estimate it is linear in counts less expected ones: by what is left of the treated share when county and
    period effects are taken out with expected counts as weights, which are the variances of the counts too.
    """
    left = within_cells(panel.treated, fit.expected)
    return carrying_number(left, fit.expected, panel.state)


def poisson_fit(counts: Floats, regressors: Floats, offset: Floats) -> PoissonFit:
    """Return the fit of float64[K, T] counts on float64[J, K, T] regressors with a float64[K, T] log exposure.

    Given the sum of a county's counts they are multinomial, and what maximizes that likelihood also maximizes the
    Poisson likelihood with county effects (Hausman, Hall and Griliches, Econometrica 52(4), 1984). Newton's method
    on J regressors and T - 1 period effects, steps halved until the likelihood rises. Influences are robust to any
    variance and correlation within clusters (Wooldridge, Journal of Econometrics 90(1), 1999).
    """
    number, periods = len(regressors), counts.shape[1]
    parameters = np.zeros(number + periods - 1)
    likelihood, expected = _expected(counts, regressors, offset, parameters)
    for _ in range(_STEPS):
        scores, curvature = _scores(counts, regressors, expected)
        step = _solved(curvature, scores.sum(axis=1))
        if np.abs(step).max() < _PRECISION:
            influence = _solved(curvature, scores)[:number]
            return PoissonFit(parameters[:number], influence, expected)
        for _ in range(_HALVINGS):
            risen, fitted = _expected(counts, regressors, offset, parameters + step)
            if risen >= likelihood - _PRECISION * abs(likelihood):
                break
            step = step / 2
        parameters, likelihood, expected = parameters + step, risen, fitted
    raise UserError("Poisson regression finds no end: some periods or treated counties have next to no events")


def _expected(counts: Floats, regressors: Floats, offset: Floats, parameters: Floats) -> tuple[float, Floats]:
    """Return the log likelihood but for constants, and float64[K, T] expected counts."""
    number = len(regressors)
    index = offset + np.tensordot(parameters[:number], regressors, axes=1)
    index[:, 1:] += parameters[number:]
    index -= index.max(axis=1, keepdims=True)
    share = np.exp(index)
    total = share.sum(axis=1, keepdims=True)
    likelihood = float((counts * (index - np.log(total))).sum())
    return likelihood, share * (counts.sum(axis=1, keepdims=True) / total)


def _scores(counts: Floats, regressors: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Return float64[P, K] scores of counties and the float64[P, P] information; P regressors and period effects."""
    number = len(regressors)
    total = expected.sum(axis=1)
    left = counts - expected
    centred = regressors - (regressors * expected).sum(axis=-1, keepdims=True) / total[:, None]
    scores = np.concatenate([(centred * left).sum(axis=-1), left.T[1:]])
    weighted = centred * expected
    curvature = np.empty((len(scores), len(scores)))
    curvature[:number, :number] = np.tensordot(weighted, centred, axes=([1, 2], [1, 2]))
    curvature[:number, number:] = weighted.sum(axis=1)[:, 1:]
    curvature[number:, :number] = curvature[:number, number:].T
    later = expected[:, 1:]
    curvature[number:, number:] = np.diag(later.sum(axis=0)) - later.T @ (later / total[:, None])
    return scores, curvature


def _solved(curvature: Floats, right: Floats) -> Floats:
    """Return the solution of the information's equations; refuse where the regressors are what effects explain."""
    scale = np.sqrt(np.diag(curvature))
    if (scale <= 0).any():
        raise UserError("Poisson regression needs events in every period and in treated counties: join periods")
    scaled = curvature / np.outer(scale, scale)
    if np.linalg.eigvalsh(scaled)[0] < _SINGULAR:
        raise UserError("county and period effects leave nothing of the program: nothing to estimate")
    return np.asarray((np.linalg.solve(scaled, (right.T / scale).T).T / scale).T)


def _refuse_separated(counts: Floats, is_treated: Bools) -> None:
    if (counts.sum(axis=0) == 0).any():
        raise UserError("there is a period without any event: join periods")
    if counts[is_treated].sum() == 0 or counts[~is_treated].sum() == 0:
        raise UserError("all events fall into treated or into untreated periods: no rate to compare with")
