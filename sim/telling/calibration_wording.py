"""What a calibration found, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.analysis.calibration.outcome import MUCH_CLIPPED, PLAUSIBLE, Outcome, plausible, with_error
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.summary import TRADED, chance_of, parameters_told, trade_offs
from sim.parameters.comparison import PROGRAM_TITLES
from sim.telling.wording import number_text

DOUBTFUL = 0.15
"""Share of worlds beyond two stated standard deviations from which an emulator is said not to know its own error."""


def calibration_sentences(study: Study, outcome: Outcome) -> list[str]:
    """Return what was found and how far it can be believed, a sentence or two each."""
    return [
        _headline(study, outcome),
        _parameters(study, outcome),
        *_traded(study, outcome),
        _fit(study, outcome),
        *_doubts(study, outcome),
    ]


def _headline(study: Study, outcome: Outcome) -> str:
    told = {name: np.quantile(with_error(outcome, name, study.header.seed), [0.05, 0.95]) for name in outcome.effects}
    if "true_total" not in told or "true_hispanic" not in told:
        return "No true effect can be told: the program is not in force in every world."
    (low, high), (low_of, high_of) = told["true_total"], told["true_hispanic"]
    return (
        f"In the worlds that agree with the {len(study.targets)} target figures, "
        f"{PROGRAM_TITLES[study.header.program]} changes true index crime by {_percent(low)} to {_percent(high)}, "
        f"and that against Hispanic people by {_percent(low_of)} to {_percent(high_of)} (90 % of the posterior)."
    )


def _percent(value: float) -> str:
    return f"{number_text(float(value), 1, signed=True)} %"


def _parameters(study: Study, outcome: Outcome) -> str:
    told = parameters_told(study.priors, outcome.draws.shares)
    kinds = {kind: [it.label for it in told if it.verdict == kind] for kind in ("pinned", "narrowed", "open")}
    parts = [f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names]
    return f"Parameters that the figures leave {'; '.join(parts)}."


def _traded(study: Study, outcome: Outcome) -> Iterator[str]:
    pairs = [it for it in trade_offs(study.priors, outcome.draws.shares) if abs(it.correlation) >= TRADED]
    if pairs:
        told = "; ".join(f"{it.first} with {it.second} ({number_text(it.correlation, 2, True)})" for it in pairs[:4])
        yield f"Trading off (correlation over draws): {told}."


def _fit(study: Study, outcome: Outcome) -> str:
    targets = [it.id for it in study.targets]
    mean = np.array([[outcome.best.figures[name].mean() for name in targets]])
    published = outcome.published.with_noise(outcome.published.noise / np.sqrt(len(outcome.best)))
    chi_square, degrees = float(published.chi_square(mean)[0]), len(targets)
    outside = [name for name, z in zip(targets, published.z(mean)[0], strict=True) if abs(z) > 2]
    told = f"outside two standard errors: {', '.join(outside)}" if outside else "all within two standard errors"
    return (
        f"The best world run has a joint chi-square of {chi_square:.1f} over {degrees} figures (mean of "
        f"{len(outcome.best)} lucks; as large by chance with probability {chance_of(chi_square, degrees):.2f}), {told}."
    )


def _doubts(study: Study, outcome: Outcome) -> Iterator[str]:
    targets = [it.id for it in study.targets]
    yield (
        f"{len(outcome.worlds):,} worlds were run, each with and without the program; {plausible(outcome, targets)} "
        f"have every target within {PLAUSIBLE:g} standard deviations, and by their own figures they weigh as much as "
        f"{outcome.effective_worlds:.1f} of equal weight: the posterior rests on emulators, whose errors are counted "
        "with the figures'."
    )
    doubtful = [name for name in targets if outcome.emulators.of[name].beyond_two > DOUBTFUL]
    if doubtful:
        yield f"Emulators that do not know their own error, so believe them least: {', '.join(doubtful)}."
    most = float(max(outcome.worlds.clipped.max(), outcome.best.clipped.max()))
    if most > MUCH_CLIPPED:
        share = float((outcome.worlds.clipped > MUCH_CLIPPED).mean())
        yield (
            f"Clipping passed {100 * MUCH_CLIPPED:g} % of opportunities in {100 * share:.0f} % of the worlds (at most "
            f"{100 * most:.2f} %): raise crime.headroom."
        )
    else:
        yield f"Clipping stayed at most {100 * most:.3f} % of opportunities in all worlds."
