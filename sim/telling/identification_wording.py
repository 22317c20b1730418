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
        *_bounds(found),
        _pinned(found),
        _declared(asked),
        f"From {len(found.worlds):,} simulated worlds and emulators fitted to them; 'effective' counts the simulated "
        "ones.",
    ]


def change(value: float) -> str:
    """Return a change in percent."""
    return f"{number_text(value, 1, signed=True)} %"


def _left(asked: Identification, found: Identified, weighed: Weighed) -> str:
    name = weighed.evidence.name
    told = {it.effect: it.values for it in found.quantiles if it.evidence == name}
    parts = []
    for effect in dict.fromkeys((asked.header.bounded, asked.header.effect)):
        low, _, middle, _, high = told[effect]
        parts.append(f"{LABELS[effect]} changes by {change(low)} to {change(high)} (median {change(middle)})")
    ids = f" ({', '.join(weighed.evidence.figures)})" if weighed.evidence.figures else ""
    return f"{name}{ids}: {'; '.join(parts)}; {weighed.effective:.0f} effective worlds."


def _bounds(found: Identified) -> Iterator[str]:
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


def _pinned(found: Identified) -> str:
    last = found.sets[-1].evidence.name
    pinned = [it.parameter for it in found.pins if it.evidence == last and it.verdict != "open"]
    if not pinned:
        return f"Under {last} no parameter is narrowed by a fifth or more: what is left is a matter of combinations."
    return f"Under {last} these parameters are narrowed by a fifth or more: {', '.join(pinned)}; all others stay open."


def _declared(asked: Identification) -> str:
    if asked.header.trends == "net":
        return "Trends: declared net, so that all that moves crime at activation is the program."
    return (
        "Trends: declared as found; they contain whatever the program really did, so that an effect is told that comes "
        "on top of it."
    )
