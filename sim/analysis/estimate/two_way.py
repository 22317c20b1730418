"""Two-way fixed effects: one effect for all, with or without county trends, and event studies by dummies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import LAGS, LEADS, estimate_of, found
from sim.analysis.estimate.clusters import parameters_spent
from sim.analysis.estimate.panel import Floats, Integers, Outcome, Panel, event_time, outcome_of, sample_of
from sim.analysis.estimate.projection import within
from sim.analysis.estimate.results import PanelEstimate
from sim.words.faults import UserError

_COLLINEAR = 1e-9


class Regression(NamedTuple):
    """Weighted least squares on J regressors beside county and period effects.

    Attributes
    ----------
    coefficients : float64[J]
        The coefficients.
    weights : float64[J, K, T]
        Each coefficient as weights on the outcomes.
    residuals : float64[K, T]
        What the regression leaves.
    """

    coefficients: Floats
    weights: Floats
    residuals: Floats

    @property
    def influence(self) -> Floats:
        """What each county adds to the errors of the coefficients: float64[J, K]."""
        return np.asarray((self.weights * self.residuals).sum(axis=-1))


def two_way(panel: Panel, outcome: Outcome = "log_rate", trends: bool = False) -> PanelEstimate:
    """Return the effect of the treated share, weighted, beside county and period effects: M1; with ``trends`` M2.

    M2 adds a linear trend for each county. With effects that differ by cohort or grow over time the weights on them
    can be negative (Goodman-Bacon, Journal of Econometrics 225(2), 2021): ``weights`` shows them.
    """
    sample = sample_of(panel, outcome)
    used = sample.panel
    result = regression(outcome_of(used, outcome), used.treated[None], used.weights, trends)
    what = found(result.coefficients, result.weights, result.influence, used.state)
    negative = float(-np.minimum(result.weights[0][used.treated > 0], 0).sum())
    warnings = (f"treated cells with negative weights sum to {-negative:.2f}",) if negative > _COLLINEAR else ()
    return estimate_of(sample.units, what, None, spent_on(used, 1), warnings)


def county_trends(panel: Panel, outcome: Outcome = "log_rate") -> PanelEstimate:
    """Return M2: ``two_way`` with a linear trend for each county."""
    return two_way(panel, outcome, trends=True)


def event_study(panel: Panel, outcome: Outcome = "log_rate", leads: int = LEADS, lags: int = LAGS) -> PanelEstimate:
    """Return effects by periods since the start from dummies beside county and period effects.

    The period before the start is the reference; whatever lies ``leads`` periods before the start or more is one
    dummy, and so is what lies ``lags`` after it or more (Schmidheiny and Siegloch, Journal of Applied Econometrics
    38(5), 2023). The value is the mean over treated cells by county weights.
    """
    sample = sample_of(panel, outcome)
    used = sample.panel
    horizons, dummies = event_dummies(used, leads, lags)
    result = regression(outcome_of(used, outcome), dummies, used.weights)
    share = np.where(horizons >= 0, used.weights @ dummies.sum(axis=-1).T, 0.0)
    rows = np.vstack([share / share.sum(), np.eye(len(horizons))])
    what = found(
        rows @ result.coefficients,
        np.tensordot(rows, result.weights, axes=1),
        rows @ result.influence,
        used.state,
    )
    return estimate_of(sample.units, what, horizons, spent_on(used, len(horizons)))


def event_dummies(panel: Panel, leads: int, lags: int) -> tuple[Integers, Floats]:
    """Return int64[E] horizons that occur, but -1, and float64[E, K, T] whether a county is that far from its start."""
    if leads < 1 or lags < 0:
        raise UserError("an event study has one lead or more, and lags of 0 or more")
    since = event_time(panel)
    never = since < -panel.shape[1]
    since = np.clip(since, -leads, lags)
    horizons = np.array([it for it in range(-leads, lags + 1) if it != -1], dtype=np.int64)
    dummies = ((since[None] == horizons[:, None, None]) & ~never).astype(np.float64)
    occurs = dummies.any(axis=(1, 2))
    return horizons[occurs], dummies[occurs]


def regression(outcome: Floats, regressors: Floats, weights: Floats, trends: bool = False) -> Regression:
    """Return the regression of float64[K, T] on float64[J, K, T] with float64[K] weights and both effects.

    By the theorem of Frisch, Waugh and Lovell: outcome and regressors less what the effects explain (``within``).
    """
    left = within(regressors, weights, trends)
    weighted = left * weights[:, None]
    normal = np.tensordot(weighted, left, axes=([1, 2], [1, 2]))
    _refuse_collinear(normal, np.tensordot(weights, (regressors**2).sum(axis=-1), axes=([0], [1])))
    solved = np.tensordot(np.linalg.inv(normal), weighted, axes=1)
    centred = within(outcome, weights, trends)
    coefficients = np.tensordot(solved, centred, axes=([1, 2], [0, 1]))
    return Regression(coefficients, solved, centred - np.tensordot(coefficients, left, axes=1))


def spent_on(panel: Panel, regressors: int) -> float:
    """Return the factor for estimated regressors and period effects; what belongs to a county is not counted."""
    counties, periods = panel.shape
    return parameters_spent(counties * periods, regressors + periods)


def restricted_influence(
    panel: Panel, outcome: Outcome = "log_rate", trends: bool = False, null: float = 0.0
) -> Floats:
    """Return float64[counties] influences on the effect of ``two_way`` where it is held at ``null``.

    They are what a score bootstrap with the null imposed resamples.
    """
    used = sample_of(panel, outcome).panel
    values = outcome_of(used, outcome)
    weights = regression(values, used.treated[None], used.weights, trends).weights[0]
    return np.asarray((weights * within(values - null * used.treated, used.weights, trends)).sum(axis=-1))


def _refuse_collinear(normal: Floats, squares: Floats) -> None:
    """Refuse when a regressor or a combination of them is no more than county and period effects."""
    scale = np.sqrt(np.diag(normal))
    if (scale**2 <= _COLLINEAR * squares).any():
        raise UserError("county effects, period effects and trends leave nothing of the program: nothing to estimate")
    if np.linalg.eigvalsh(normal / np.outer(scale, scale))[0] < _COLLINEAR:
        raise UserError(
            "the horizons cannot be told apart: without counties that never start the program, leads and lags must "
            "end before the panel does, so that its ends are joined; ask for fewer leads or lags"
        )
