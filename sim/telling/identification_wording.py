"""What an identification found, in words."""

from __future__ import annotations

from collections.abc import Iterator

from sim.analysis.calibration.identifying import Bound, Identified, Weighed
from sim.analysis.calibration.study import Study
from sim.analysis.evidence.effects import EFFECTS
from sim.scenario.calibration.identification import Identification
from sim.telling.wording import number_text

LABELS = {effect.name: effect.label for effect in EFFECTS}


def identification_sentences(asked: Identification, study: Study, found: Identified) -> list[str]:
    """Return what each set of evidence leaves, the bounds, and what was declared of trends."""
    return [
        *(_left(asked, found, it) for it in found.sets),
        *bound_sentences(found),
        pinned(found),
        declared(asked),
        f"From {len(found.worlds):,} simulated worlds and emulators fitted to them; 'effective' counts the simulated "
        "ones.",
    ]


def answer(asked: Identification, found: Identified) -> str:
    """Return what the last set of evidence leaves, in a sentence that stands alone."""
    last = found.sets[-1].evidence
    told = {it.effect: it.values for it in found.quantiles if it.evidence == last.name}
    parts = []
    for effect in told_effects(asked):
        low, _, middle, _, high = told[effect]
        parts.append(f"{LABELS[effect]} by {change(low)} to {change(high)} (median {change(middle)})")
    count = len(last.figures)
    known = f"{count} published figure{'s' if count > 1 else ''} ({last.name})" if count else "nothing but the priors"
    return f"In worlds that agree with {known} the program truly changes {' and '.join(parts)}, nine in ten of them."


def told_effects(asked: Identification) -> list[str]:
    """Return the effects that an answer tells: the one whose bounds are asked for, and that of the figure."""
    return list(dict.fromkeys((asked.header.bounded, asked.header.effect)))


def worlds_sentence(found: Identified) -> str:
    """Return of how many worlds the answer is, simulated and emulated."""
    last = found.sets[-1]
    return (
        f"{len(found.worlds):,} worlds were simulated; by their own figures they weigh as much as "
        f"{last.effective:.0f} that agree with {last.evidence.name}, and {int(last.simulated_compatible.sum()):,} have "
        f"every figure within two standard errors. Ranges are of {len(found.shares):,} worlds emulated from them."
    )


def change(value: float) -> str:
    """Return a change in percent."""
    return f"{number_text(value, 1, signed=True)} %"


def _left(asked: Identification, found: Identified, weighed: Weighed) -> str:
    name = weighed.evidence.name
    told = {it.effect: it.values for it in found.quantiles if it.evidence == name}
    parts = []
    for effect in told_effects(asked):
        low, _, middle, _, high = told[effect]
        parts.append(f"{LABELS[effect]} changes by {change(low)} to {change(high)} (median {change(middle)})")
    ids = f" ({', '.join(weighed.evidence.figures)})" if weighed.evidence.figures else ""
    return f"{name}{ids}: {'; '.join(parts)}; {weighed.effective:.0f} effective worlds."


def bound_sentences(found: Identified) -> Iterator[str]:
    """Yield the bounds of the last set of evidence, in each case."""
    last = found.sets[-1].evidence.name
    for it in found.bounds:
        if it.evidence == last:
            yield _bound(it)


def _bound(it: Bound) -> str:
    if not it.worlds:
        return f"Bounds under {it.evidence}, {it.case}: no emulated world is compatible."
    return (
        f"Bounds under {it.evidence}, {it.case}: {LABELS[it.effect]} changes by {change(it.low)} at the least and "
        f"{change(it.high)} at the most, over {it.worlds:,} compatible emulated worlds."
    )


def pinned(found: Identified) -> str:
    """Return which parameters the last set of evidence narrows."""
    last = found.sets[-1].evidence.name
    names = [it.parameter for it in found.pins if it.evidence == last and it.verdict != "open"]
    if not names:
        return f"Under {last} no parameter is narrowed by a fifth or more: what is left is a matter of combinations."
    return f"Under {last} these parameters are narrowed by a fifth or more: {', '.join(names)}; all others stay open."


def declared(asked: Identification) -> str:
    """Return what was declared of trends."""
    if asked.header.trends == "net":
        return "Trends: declared net, so that all that moves crime at activation is the program."
    return (
        "Trends: declared as found; they contain whatever the program really did, so that an effect is told that comes "
        "on top of it."
    )
