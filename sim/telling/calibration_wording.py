"""What a calibration found, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.analysis.calibration.outcome import (
    PLAUSIBLE,
    Outcome,
    clipped_by,
    clipped_share,
    plausible,
    with_error,
)
from sim.analysis.calibration.point import RULES
from sim.analysis.calibration.point_file import point_fit
from sim.analysis.calibration.results import Worlds
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.summary import TRADED, chance_of, parameters_told, trade_offs
from sim.parameters.comparison import PROGRAM_TITLES
from sim.parameters.crime import MOST_HEADROOM
from sim.running.measures import MUCH_CLIPPED
from sim.telling.wording import number_text

DOUBTFUL = 0.15
"""Share of worlds beyond two stated standard deviations from which an emulator is said not to know its own error."""


def calibration_sentences(study: Study, outcome: Outcome) -> list[str]:
    """Return what was found and how far it can be believed, a sentence or two each."""
    return [
        headline(study, outcome),
        _parameters(study, outcome),
        *traded_sentences(study, outcome),
        fit_sentence(study, outcome),
        *doubt_sentences(study, outcome),
    ]


def headline(study: Study, outcome: Outcome) -> str:
    """Return by how much the program changes true crime in worlds that agree with the figures."""
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


def traded_sentences(study: Study, outcome: Outcome) -> Iterator[str]:
    """Yield which parameters trade off, if any do."""
    pairs = [it for it in trade_offs(study.priors, outcome.draws.shares) if abs(it.correlation) >= TRADED]
    if pairs:
        told = "; ".join(f"{it.first} with {it.second} ({number_text(it.correlation, 2, True)})" for it in pairs[:4])
        yield f"Trading off (correlation over draws): {told}."


def fit_sentence(study: Study, outcome: Outcome) -> str:
    """Return how the point fits that can be shipped."""
    at, point = point_fit(study, outcome), outcome.point
    told = f"outside two standard errors: {', '.join(at.outside)}" if at.outside else "all within two standard errors"
    return (
        f"The point that can be shipped as defaults is {RULES[point.rule]}. Run in {len(point.runs)} lucks that no "
        f"world before had, it has a joint chi-square of {at.chi_square:.1f} over {len(study.targets)} figures (as "
        f"large by chance with probability {chance_of(at.chi_square, len(study.targets)):.2f}), {told}; its worst run "
        f"clips {100 * float(point.runs.clipped.max()):.3f} % of opportunities. point.yaml has it."
    )


def doubt_sentences(study: Study, outcome: Outcome) -> Iterator[str]:
    """Yield of how many worlds the answer is, and what to believe least."""
    targets = [it.id for it in study.targets]
    yield (
        f"{len(outcome.worlds):,} worlds were run, each with and without the program; {plausible(outcome, targets)} "
        f"have every target within {PLAUSIBLE:g} standard deviations, and by their own figures they weigh as much as "
        f"{outcome.effective_worlds:.1f} draws from the posterior; the posterior itself is drawn on emulators, whose "
        "errors are counted with the figures'."
    )
    doubtful = [name for name in targets if outcome.emulators.of[name].beyond_two > DOUBTFUL]
    if doubtful:
        yield f"Emulators that do not know their own error, so believe them least: {', '.join(doubtful)}."
    yield _clipping(study, outcome)


def _clipping(study: Study, outcome: Outcome) -> str:
    most = float(outcome.worlds.clipped.max())
    if most <= MUCH_CLIPPED:
        return f"Clipping stayed at most {100 * most:.3f} % of opportunities in all worlds{_more_room(outcome.worlds)}."
    count = int((outcome.worlds.clipped > MUCH_CLIPPED).sum())
    strongest = [study.priors[place].label for place, _ in clipped_by(outcome)[:2]]
    return (
        f"Clipping passed {100 * MUCH_CLIPPED:g} % of opportunities in {count} of the worlds, which hold "
        f"{100 * clipped_share(outcome):.2g} % of the posterior's weight (at most {100 * most:.2f} %); it goes with "
        f"{' and '.join(strongest)}; no world has more headroom than {MOST_HEADROOM:g}."
    )


def _more_room(worlds: Worlds) -> str:
    """Return in how many worlds headroom was raised above the least, for there more would have been clipped."""
    raised = worlds.headroom > np.fmin.reduce(worlds.headroom, initial=np.inf)
    if not raised.any():
        return ""
    return f", {int(raised.sum())} of which were run again with more headroom, up to {worlds.headroom[raised].max():g}"
