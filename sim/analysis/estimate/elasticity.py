"""The elasticity of crime to people detained: how much lower it is where more people are gone, for whatever reason."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.assembly import estimate_of, found, treated_shares
from sim.analysis.estimate.clusters import clustered_covariance
from sim.analysis.estimate.panel import Floats, Outcome, Panel, outcome_of, sample_of
from sim.analysis.estimate.projection import within
from sim.analysis.estimate.results import PanelEstimate
from sim.analysis.estimate.two_way import regression, spent_on
from sim.words.faults import UserError

STRONG = 10.0
"""With a first-stage F below it an instrument is weak (Staiger and Stock, Econometrica 65(3), 1997)."""
_COLLINEAR = 1e-9


class Elasticity(NamedTuple):
    """The elasticity of crime to people detained under a program so far, and what it is taken at.

    Attributes
    ----------
    estimate : PanelEstimate
        The effect of as many people detained as on the mean over treated counties and periods: in log points, and so
        the elasticity there, or in the unit of the rate.
    dose : float
        That mean: people detained so far an inhabitant.
    per_dose : float
        The effect for one person detained an inhabitant: the estimate over the dose.
    first_stage : float
        F of the dates as instrument, errors clustered by state; nan without an instrument.
    """

    estimate: PanelEstimate
    dose: float
    per_dose: float
    first_stage: float


def detained(panel: Panel, outcome: Outcome = "log_rate") -> PanelEstimate:
    """Return ``elasticity`` by county and period effects alone."""
    return elasticity(panel, outcome).estimate


def detained_instrumented(panel: Panel, outcome: Outcome = "log_rate") -> PanelEstimate:
    """Return ``elasticity`` with the treated share as instrument."""
    return elasticity(panel, outcome, instrumented=True).estimate


def elasticity(panel: Panel, outcome: Outcome = "log_rate", instrumented: bool = False) -> Elasticity:
    """Return the effect of people detained so far an inhabitant, beside county and period effects.

    In the manner of Miles and Cox (Journal of Law and Economics 57(4), 2014), who set counts of detainees by county
    and month beside crime. Detained people enter as they are, not as a logarithm, which most counties have none of
    before the program: an effect on log(1 + x) would depend on the unit of x (Chen and Roth, Quarterly Journal of
    Economics 139(2), 2024). Where crime moves detentions, least squares mistake one for the other; with the dates as
    instrument (two-stage least squares) all that the program does is put down to those detained.

    Raises
    ------
    UserError
        Where nobody is detained under the program, or effects leave nothing of it.
    """
    sample = sample_of(panel, outcome)
    used = sample.panel
    dose, relative = _relative_dose(used)
    values = outcome_of(used, outcome)
    first_stage = np.nan
    if instrumented:
        weights, influence, first_stage = _two_stages(used, relative, values)
    else:
        result = regression(values, relative[None], used.weights)
        weights, influence = result.weights, result.influence
    what = found((weights * values).sum(axis=(1, 2)), weights, influence, used.state)
    warnings = _words(dose, first_stage)
    estimate = estimate_of(sample.units, what, None, spent_on(used, 1), warnings)
    return Elasticity(estimate, dose, estimate.value / dose, first_stage)


def _relative_dose(panel: Panel) -> tuple[float, Floats]:
    """Return the mean of people detained an inhabitant over treated cells, and float64[K, T] in parts of it."""
    if panel.detained is None or not panel.detained.any():
        raise UserError("nobody is detained while the program is in force: there is no elasticity to people detained")
    dose = float((treated_shares(panel, np.ones(panel.shape)) * panel.detained).sum())
    return dose, panel.detained / dose


def _two_stages(panel: Panel, dose: Floats, values: Floats) -> tuple[Floats, Floats, float]:
    """Return float64[1, K, T] weights on outcomes, float64[1, K] influences, and F of the first stage."""
    first = regression(dose, panel.treated[None], panel.weights)
    moved = float(first.coefficients[0])
    if abs(moved) <= _COLLINEAR:
        raise UserError("the dates of the program move nobody's detention: they are no instrument for it")
    weights = regression(values, panel.treated[None], panel.weights).weights / moved
    value = float((weights[0] * values).sum())
    influence = (weights * (within(values, panel.weights) - value * within(dose, panel.weights))).sum(axis=-1)
    variance = clustered_covariance(first.influence, panel.state, spent_on(panel, 1))[0, 0]
    return weights, influence, moved**2 / variance if variance > 0 else np.inf


def _words(dose: float, first_stage: float) -> tuple[str, ...]:
    told = f"taken at {1e5 * dose:.0f} people detained so far per 100,000 inhabitants"
    if first_stage < STRONG:
        return told, f"the dates are a weak instrument: F of the first stage is {first_stage:.1f}"
    return (told,)
