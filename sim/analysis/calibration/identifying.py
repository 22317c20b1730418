"""Which worlds are compatible with what was published, as figures are added one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from sim.analysis.calibration.outcome import luck_of
from sim.analysis.calibration.posterior import prior_draws
from sim.analysis.calibration.results import Emulated, Emulators, Worlds, fit_all
from sim.analysis.calibration.study import Study, published_of
from sim.analysis.calibration.summary import NARROWED, PINNED, TOLD
from sim.analysis.calibration.weighing import Published, effective_number, weighted_quantiles, weights_of
from sim.analysis.evidence.effects import NAMES
from sim.scenario.calibration.identification import Evidence, Identification
from sim.scenario.calibration.priors import Prior, values_of
from sim.words.faults import Fault, ScenarioError, UserError, did_you_mean, shortened

Floats = np.ndarray[Any, np.dtype[np.float64]]
FEWEST_WORLDS = 20.0
"""Effective worlds below which nothing is told: quantiles of fewer are luck."""
COMPATIBLE = 2.0
"""A world is compatible with a figure that lies within so many standard deviations."""
TOLD_EFFECTS = ("true_total", "true_violent", "true_property", "true_hispanic", "true_others", "reported_hispanic")
_TINY = 1e-300


class Quantiles(NamedTuple):
    """A true effect under one set of evidence, in percent: weighted quantiles ``TOLD``, the emulator's error within."""

    evidence: str
    effect: str
    values: tuple[float, ...]


class Pin(NamedTuple):
    """Posterior over prior standard deviation of one parameter under one set of evidence."""

    evidence: str
    parameter: str
    ratio: float
    verdict: str


class Wrong(NamedTuple):
    """What the emulator of a figure or effect gets wrong of worlds that agree with one set of evidence.

    ``error`` is the root mean square of leaving each world out, worlds weighed by how well their own figures agree.
    """

    evidence: str
    name: str
    error: float


class Bound(NamedTuple):
    """Least and most of an effect over compatible emulated worlds, parameters held as a case says."""

    evidence: str
    case: str
    effect: str
    low: float
    high: float
    worlds: int


@dataclass(frozen=True, eq=False)
class Weighed:
    """Worlds under one set of evidence.

    Attributes
    ----------
    evidence : Evidence
    weights : float64[N]
        Of the emulated worlds.
    compatible : bool[N]
        Every figure within ``COMPATIBLE`` standard deviations, every effect within its range.
    own_weights : float64[W]
        Of the worlds that were run, by their own figures and over the density in which they lie.
    simulated_compatible : bool[W]
        As ``compatible``, of the worlds that were run.
    """

    evidence: Evidence
    weights: Floats
    compatible: np.ndarray[Any, np.dtype[np.bool_]]
    own_weights: Floats
    simulated_compatible: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def effective(self) -> float:
        """Worlds of equal weight among those that were run."""
        return effective_number(self.own_weights)

    @property
    def effective_draws(self) -> float:
        """The same among the emulated ones."""
        return effective_number(self.weights)


@dataclass(frozen=True, eq=False)
class Identified:
    """What ``identify`` found.

    Attributes
    ----------
    worlds : Worlds
        That were run.
    shares : float64[N, P]
        Positions of emulated worlds in the priors.
    emulated : dict of float64[N]
        Figures and effects of them.
    error : dict of float64[N]
        What emulators may get wrong.
    sets : list of Weighed
    quantiles : list of Quantiles
    pins : list of Pin
    bounds : list of Bound
    errors : list of Wrong
    """

    worlds: Worlds
    shares: Floats
    emulated: dict[str, Floats]
    error: dict[str, Floats]
    sets: list[Weighed]
    quantiles: list[Quantiles]
    pins: list[Pin]
    bounds: list[Bound]
    errors: list[Wrong]


def identify(
    asked: Identification,
    study: Study,
    worlds: Worlds,
    emulators: Emulators | None = None,
    density: Floats | None = None,
) -> Identified:
    """Weigh worlds by each set of evidence and tell which true effects are left.

    Parameters
    ----------
    asked : Identification
    study : Study
        The calibration whose worlds are taken.
    worlds : Worlds
        All that were run.
    emulators : Emulators, optional
        Fitted to ``worlds`` before; of all that is asked about.
    density : float64[W], optional
        Logarithm of the density of ``worlds`` relative to the priors; 0 where it is left out.

    Raises
    ------
    UserError
        Where a figure was not computed in the worlds, a case holds what was not uncertain, or fewer than
        ``FEWEST_WORLDS`` effective worlds are left of a set.
    """
    _refuse_unknown(asked, study, worlds)
    header = asked.header
    figures = list(dict.fromkeys([header.finding, *(name for it in asked.evidence for name in it.figures)]))
    ranged = list(dict.fromkeys(name for it in asked.evidence for name in it.course))
    told = list(dict.fromkeys([*TOLD_EFFECTS, header.effect, header.bounded]))
    effects = list(dict.fromkeys([*told, *ranged]))
    noted = [*figures, *effects]
    emulators = emulators or fit_all(worlds, noted, study.field)
    weigher = _Weigher(study, emulators, worlds, np.zeros(len(worlds)) if density is None else density, figures)
    shares = prior_draws(header.draws, len(study.priors), header.seed)
    emulated = emulators.emulated(shares, noted)
    sets = [weigher.weigh(evidence, emulated) for evidence in asked.evidence]
    _refuse_few(sets, len(worlds))
    noisy = _with_error(emulated, told, header.seed)
    return Identified(
        worlds,
        shares,
        emulated.mean,
        emulated.error,
        sets,
        [_quantiles(it, name, noisy[name]) for it in sets for name in told],
        [pin for it in sets for pin in _pins(it, study.priors, shares)],
        list(_bounds(asked, study, emulators, weigher, shares, noted)),
        [Wrong(it.evidence.name, name, emulators.of[name].error_over(it.own_weights)) for it in sets for name in noted],
    )


class _Weigher:
    """Weighs emulated and simulated worlds by sets of evidence."""

    def __init__(self, study: Study, emulators: Emulators, worlds: Worlds, density: Floats, figures: list[str]) -> None:
        known = {figure.id: figure for figure in (*study.targets, *study.validation)}
        self.worlds, self.emulators, self.places = worlds, emulators, {name: at for at, name in enumerate(figures)}
        self.published = published_of([known[name] for name in figures], study.tolerance)
        self.luck, self.density = luck_of(emulators, worlds, figures), density

    def of(self, ids: Sequence[str], *, simulated: bool = False) -> Published:
        """Return some figures as emulated worlds, or those that were run, are weighed by them."""
        found = self.published.with_noise(self.luck) if simulated else self.published
        return found.of([self.places[name] for name in ids])

    def weigh(self, evidence: Evidence, emulated: Emulated) -> Weighed:
        """Return all worlds under one set of evidence."""
        log, fits = self.of_emulated(evidence, emulated)
        own: Floats = -self.density
        own_fits: Any = np.ones(len(self.worlds), dtype=bool)
        if evidence.figures:
            published, simulated = self.of(evidence.figures, simulated=True), self.worlds.of(evidence.figures)
            own = own + published.log_likelihood(simulated)
            own_fits = (np.abs(published.z(simulated)) <= COMPATIBLE).all(axis=1)
        for name, (low, high) in evidence.course.items():
            within = (self.worlds.effects[name] >= low) & (self.worlds.effects[name] <= high)
            own, own_fits = own + np.where(within, 0.0, np.log(_TINY)), own_fits & within
        return Weighed(evidence, weights_of(log), fits, weights_of(own), own_fits)

    def of_emulated(self, evidence: Evidence, emulated: Emulated) -> tuple[Floats, Any]:
        """Return log likelihoods of emulated worlds, and which of them are compatible."""
        count = len(next(iter(emulated.mean.values())))
        log: Floats = np.zeros(count)
        fits: Any = np.ones(count, dtype=bool)
        if evidence.figures:
            mean, error = emulated.of(evidence.figures)
            published = self.of(evidence.figures)
            log = published.log_likelihood(mean, error)
            fits = (np.abs(published.z(mean, error)) <= COMPATIBLE).all(axis=1)
        for name, (low, high) in evidence.course.items():
            mean, error = emulated.mean[name], np.maximum(emulated.error[name], 1e-12)
            inside = ndtr((high - mean) / error) - ndtr((low - mean) / error)
            log, fits = log + np.log(np.maximum(inside, _TINY)), fits & (mean >= low) & (mean <= high)
        return log, fits


def _refuse_unknown(asked: Identification, study: Study, worlds: Worlds) -> None:
    faults = list(_unknown(asked, study, worlds))
    if faults:
        raise ScenarioError(faults)


def _unknown(asked: Identification, study: Study, worlds: Worlds) -> Any:
    """Yield a fault for each name that the worlds do not know."""
    given = [name for name, values in worlds.figures.items() if np.isfinite(values).all()]
    for place, name in ((it.place, name) for it in asked.evidence for name in it.figures):
        if name not in given:
            yield place.fault(f"evidence: {_absent(name, given, study)}")
    if asked.header.finding not in given:
        yield asked.place.fault(f"finding: {_absent(asked.header.finding, given, study)}")
    told = [name for name in NAMES if np.isfinite(worlds.effects[name]).all()]
    for place, name in ((it.place, name) for it in asked.evidence for name in it.course):
        if name not in told:
            yield place.fault(
                f"evidence: {shortened(name)} is no true effect of these worlds{did_you_mean(name, told)}"
            )
    labels = [prior.path for prior in study.priors if prior.times is None]
    for case, values in asked.cases.items():
        for path, value in values.items():
            prior = next((it for it in study.priors if it.path == path and it.times is None), None)
            if prior is None:
                yield _fault(asked, f"cases.{case}: {shortened(path)} was not uncertain{did_you_mean(path, labels)}")
            elif not prior.low <= value <= prior.high:
                allowed = f"its prior goes from {prior.low:g} to {prior.high:g}"
                yield _fault(asked, f"cases.{case}: {path} at {value:g}, and {allowed}")


def _fault(asked: Identification, message: str) -> Fault:
    return asked.place.fault(message)


def _absent(name: str, given: Sequence[str], study: Study) -> str:
    told = f"the worlds in {study.folder} do not give it: name it among the figures of their calibration"
    return f"{shortened(name)}: {told}{did_you_mean(name, given)}"


def _refuse_few(sets: Sequence[Weighed], count: int) -> None:
    for it in sets:
        if it.effective < FEWEST_WORLDS:
            raise UserError(
                f"{it.evidence.name}: {it.effective:.1f} effective worlds of the {count:,} that were run are left, and "
                f"fewer than {FEWEST_WORLDS:.0f} tell more of their luck than of the evidence: calibrate with one wave "
                "of more worlds ('--waves 1 --worlds 200'), for later waves lie where all targets agree"
            )


def _with_error(emulated: Emulated, effects: Sequence[str], seed: int) -> dict[str, Floats]:
    """Return effects with what emulators may get wrong drawn as well."""
    luck = np.random.Generator(np.random.PCG64([seed, 3]))
    return {
        name: emulated.mean[name] + emulated.error[name] * luck.standard_normal(len(emulated.mean[name]))
        for name in effects
    }


def _quantiles(weighed: Weighed, name: str, values: Floats) -> Quantiles:
    found = weighted_quantiles(values, weighed.weights, np.array(TOLD))
    return Quantiles(weighed.evidence.name, name, tuple(found.tolist()))


def _pins(weighed: Weighed, priors: Sequence[Prior], shares: Floats) -> Any:
    for prior, column in zip(priors, values_of(priors, shares).T, strict=True):
        mean = float(np.average(column, weights=weighed.weights))
        sd = float(np.sqrt(np.average((column - mean) ** 2, weights=weighed.weights)))
        ratio = sd / prior.mean_and_sd[1]
        verdict = "pinned" if ratio < PINNED else "narrowed" if ratio < NARROWED else "open"
        yield Pin(weighed.evidence.name, prior.label, ratio, verdict)


def _bounds(
    asked: Identification, study: Study, emulators: Emulators, weigher: _Weigher, shares: Floats, names: list[str]
) -> Any:
    """Yield the least and the most of the bounded effect over compatible emulated worlds, in each case."""
    cases: Mapping[str, Mapping[str, float]] = {"all as uncertain": {}, **asked.cases}
    for case, values in cases.items():
        held = shares.copy()
        for place, prior in enumerate(study.priors):
            if prior.path in values and prior.times is None:
                held[:, place] = _share_at(prior, values[prior.path])
        emulated = emulators.emulated(held, names)
        for evidence in asked.evidence:
            fits = weigher.of_emulated(evidence, emulated)[1]
            found = emulated.mean[asked.header.bounded][fits]
            low, high = (float(found.min()), float(found.max())) if len(found) else (np.nan, np.nan)
            yield Bound(evidence.name, case, asked.header.bounded, low, high, int(fits.sum()))


def _share_at(prior: Prior, value: float) -> float:
    """Return the position at which a prior has a value."""
    shares = np.linspace(0.0, 1.0, 20_001)
    return float(np.clip(np.interp(value, prior.quantile(shares), shares), 1e-9, 1 - 1e-9))
