"""Which parameters drive an outcome: Sobol' indices and Morris' elementary effects, each from its own design."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import CONFIDENCE
from sim.analysis.sweep.effects import parts
from sim.analysis.sweep.outcomes import SweepOutcome, SweepRuns
from sim.scenario.design.sweep import Factor
from sim.words.faults import UserError

Floats = NDArray[np.float64]
RESAMPLES = 1000
RESAMPLING_SEED = 1


@dataclass(frozen=True)
class SobolIndices:
    """Shares of an outcome's variance, by factor: float64[D] each.

    Attributes
    ----------
    first, first_half : float64[D]
        Share of the variance due to a parameter alone, and the half-width of its 95 % interval.
    total, total_half : float64[D]
        The same with all its interactions.
    luck_share : float or None
        Share of the points' variance that is chance, which counts as interaction; None with one replication.
    """

    outcome: SweepOutcome
    factors: tuple[Factor, ...]
    first: Floats
    first_half: Floats
    total: Floats
    total_half: Floats
    luck_share: float | None


@dataclass(frozen=True)
class MorrisEffects:
    """Elementary effects of an outcome over the whole range of each parameter, by factor: float64[D] each.

    Attributes
    ----------
    mean : float64[D]
        Mean effect (mu).
    size, size_half : float64[D]
        Mean absolute effect (mu*), and the half-width of its 95 % interval.
    spread : float64[D]
        Standard deviation of the effects (sigma): large where a parameter's effect depends on the others or bends.
    """

    outcome: SweepOutcome
    factors: tuple[Factor, ...]
    mean: Floats
    size: Floats
    size_half: Floats
    spread: Floats


def sobol_indices(runs: SweepRuns, outcome: SweepOutcome) -> SobolIndices:
    """Return first and total Sobol' indices of an outcome's mean over replications.

    Raises
    ------
    UserError
        Unless all points of a sobol design have finished runs and the outcome is defined, and varies, at all of them.
    """
    means = _ready(runs, outcome, "sobol", "Sobol' indices")
    from SALib.analyze import sobol

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an index of 0 over 0 is told below
        found = sobol.analyze(
            _problem(runs),
            means,
            calc_second_order=False,
            num_resamples=RESAMPLES,
            conf_level=CONFIDENCE,
            seed=RESAMPLING_SEED,
        )
    first, first_half, total, total_half = (_floats(found[key]) for key in ("S1", "S1_conf", "ST", "ST_conf"))
    return SobolIndices(outcome, runs.sweep.factors, first, first_half, total, total_half, _luck_share(outcome))


def morris_effects(runs: SweepRuns, outcome: SweepOutcome) -> MorrisEffects:
    """Return Morris' measures of an outcome's mean over replications.

    Raises
    ------
    UserError
        Unless all points of a morris design have finished runs and the outcome is defined, and varies, at all of them.
    """
    means = _ready(runs, outcome, "morris", "Morris' measures")
    from SALib.analyze import morris

    factors = runs.sweep.factors
    positions = np.array(
        [[factor.position(value) for factor, value in zip(factors, point, strict=True)] for point in runs.values]
    )
    found = morris.analyze(
        _problem(runs),
        positions,
        means,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        num_levels=runs.sweep.design.levels,
        seed=RESAMPLING_SEED,
    )
    mean, size, half, spread = (_floats(found[key]) for key in ("mu", "mu_star", "mu_star_conf", "sigma"))
    return MorrisEffects(outcome, factors, mean, size, half, spread)


def _ready(runs: SweepRuns, outcome: SweepOutcome, kind: str, what: str) -> Floats:
    """Return the mean at each point, or refuse what the design or the runs do not allow."""
    found = runs.sweep.design.kind
    if found != kind:
        _refuse(what, f"they need the points of a {kind} design, and this is a {found} design")
    if not runs.is_whole:
        missing = runs.sweep.size - len(runs.points)
        _refuse(what, f"{missing:,} of {runs.sweep.size:,} points have no finished run, and each is needed")
    if not np.isfinite(outcome.values).all():
        _refuse(what, f"{outcome.name} is not defined at all points")
    means = outcome.means
    if np.ptp(means) == 0:
        _refuse(what, f"{outcome.name} is the same at all points")
    return means


def _refuse(what: str, reason: str) -> NoReturn:
    raise UserError(f"no {what}: {reason}")


def _problem(runs: SweepRuns) -> dict[str, object]:
    names = [factor.path for factor in runs.sweep.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _floats(values: object) -> Floats:
    return np.array(values, dtype=np.float64)


def _luck_share(outcome: SweepOutcome) -> float | None:
    """Return which share of the variance of points' means is chance."""
    found = parts(outcome)
    whole = float(outcome.means.var(ddof=1))
    return None if found.luck is None or whole == 0 else 1 - found.parameters**2 / whole
