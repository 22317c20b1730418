"""What a sweep says, put into words for terminal and report alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.analysis.statistics import Estimate
from sim.analysis.sweep.curves import curve
from sim.analysis.sweep.effects import Flip, Parts, Signs, parts, signs
from sim.analysis.sweep.outcomes import MAIN, SweepOutcome, SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.analysis.sweep.tables import range_text, varying
from sim.scenario.design.paths import Value
from sim.scenario.design.sweep import Factor
from sim.telling.doubt_wording import over_text
from sim.telling.wording import MINUS, NOTHING, change_text, decimals_of, held_text, level_text, number_text
from sim.words.faults import UserError

DESIGNS = {
    "grid": "grid",
    "list": "list",
    "latin_hypercube": "Latin hypercube",
    "sobol": "Sobol'",
    "morris": "Morris",
}


@dataclass(frozen=True)
class SpreadLine:
    """How one outcome varies: its mean with the interval of chance, the range over points, and both deviations."""

    label: str
    unit: str
    mean: str
    low: str
    high: str
    parameters: str
    luck: str


def spread_lines(runs: SweepRuns, names: Sequence[str] = MAIN) -> list[SpreadLine]:
    """Return how the outcomes vary, a line each."""
    return [_spread_line(runs.outcome(name)) for name in names]


def _spread_line(outcome: SweepOutcome) -> SpreadLine:
    found = parts(outcome)
    if found.mean.estimate is None:
        return SpreadLine(outcome.label, outcome.unit, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    tell = change_text if outcome.is_change else _level_with_interval
    low, high = ends_of(outcome, found)
    luck = NOTHING if found.luck is None else number_text(found.luck, 2)
    return SpreadLine(outcome.label, outcome.unit, tell(found.mean), low, high, number_text(found.parameters, 2), luck)


def _level_with_interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None or estimate.estimate is None:
        return level_text(estimate)
    decimals = decimals_of(estimate)
    told = [number_text(value, decimals) for value in (estimate.estimate, estimate.low, estimate.high)]
    return f"{told[0]} ({told[1]} to {told[2]})"


def ends_of(outcome: SweepOutcome, found: Parts | None = None) -> tuple[str, str]:
    """Return between which values 95 % of the points lie."""
    found = found or parts(outcome)
    decimals = decimals_of(Estimate(max(abs(found.low), abs(found.high))))
    low, high = (number_text(value, decimals, signed=outcome.is_change) for value in (found.low, found.high))
    return low, high


def answer(runs: SweepRuns) -> str:
    """Return in a sentence between which values both books lie over the points of a sweep."""
    told = []
    for book, word in (("recorded", "recorded crime"), ("occurred", "true crime")):
        outcome = runs.outcome(f"{book}_total")
        low, high = ends_of(outcome)
        verb, unit = ("changes by", "\N{NO-BREAK SPACE}%") if outcome.is_change else ("lies at", f" {outcome.unit}")
        told.append(f"{word} {verb} {low} to {high}{unit}")
    return f"Across the {len(runs.points):,} points of the design {' and '.join(told)} {compared_text(runs)}."


def parting_text(runs: SweepRuns) -> str:
    """Return in a sentence how far the two books part, and at how many points each rises and falls."""
    low, high = ends_of(runs.outcome("gap_total"))
    told = [f"The observed change differs from the true one by {low} to {high} percentage points."]
    for name, word in (("occurred_total", "True"), ("recorded_total", "observed")):
        means = runs.outcome(name).means
        told.append(f"{word} crime is higher at {int((means > 0).sum()):,} and lower at {int((means < 0).sum()):,}")
    return f"{told[0]} {told[1]} of {len(runs.points):,} points, {told[2]}."


def turning_text(runs: SweepRuns) -> str:
    """Return in sentences along which parameters the mean change of true and of observed crime turns its sign."""
    told = []
    for name, word in (("occurred_total", "true crime"), ("recorded_total", "observed crime")):
        found = {factor.path: _signs(runs, name, factor) for factor in several_valued(runs)}
        known = {path: it for path, it in found.items() if it is not None}
        if known:
            told.append(_turning(f"the change of {word}", known))
    if told:
        return f"Averaged over all else, {'. Likewise, '.join(told)}."
    return "Where the sign turns this design does not tell: it has no points in line."


def _signs(runs: SweepRuns, name: str, factor: Factor) -> Signs | None:
    try:
        return signs(curve(runs, runs.outcome(name), factor.path))
    except UserError:
        return None


def _turning(what: str, found: Mapping[str, Signs]) -> str:
    turns = [f"{path} {'; '.join(map(flip_text, it.flips))}" for path, it in found.items() if it.flips]
    if turns:
        return f"{what} turns its sign along {' and along '.join(turns)}"
    kept = {it.sign for it in found.values() if it.sign}
    if not kept:
        return f"no sign of {what} is certain along any parameter"
    certain = "it is a rise" if kept == {1} else "it is a fall" if kept == {-1} else "it is a rise or a fall"
    return f"{what} turns along no parameter: where it is certain {certain}"


def driving_text(runs: SweepRuns) -> str:
    """Return in sentences which parameters drive the gap and true crime most, by the design's own measure."""
    is_sobol = runs.sweep.design.kind == "sobol"
    told = []
    for name in varying(runs, ("gap_total", "occurred_total", "recorded_total")):
        outcome = runs.outcome(name)
        if is_sobol:
            found = sobol_indices(runs, outcome)
            values, halves = found.total, found.total_half
        else:
            effects = morris_effects(runs, outcome)
            values, halves = effects.size, effects.size_half
        order = sorted(range(len(values)), key=lambda place: -values[place])[:2]
        named = " and ".join(
            f"{runs.sweep.factors[place].path} ({number_text(float(values[place]), 2)} "
            f"± {number_text(float(halves[place]), 2)})"
            for place in order
        )
        told.append(f"{outcome.label}: most by {named}")
    measure = "total Sobol’ index" if is_sobol else "mean absolute effect of the whole range"
    return f"By the {measure} with its 95 % interval. {'; '.join(told)}."


def value_text(value: Value) -> str:
    """Return one value of a parameter as sentences tell it."""
    return range_text([value], None, None)


def number_at(value: float) -> str:
    """Return a place along a parameter with three digits."""
    text = f"{value:.3g}"
    return f"{MINUS}{text[1:]}" if text.startswith("-") else text


def flip_text(flip: Flip) -> str:
    """Return where an effect changes its sign: ``at 0.18 (0.12 to 0.26), - to +``."""
    turn = f"{MINUS} to +" if flip.rises else f"+ to {MINUS}"
    if flip.at is None:
        return f"between {value_text(flip.before)} and {value_text(flip.after)}, {turn}"
    interval = "" if flip.low is None or flip.high is None else f" ({number_at(flip.low)} to {number_at(flip.high)})"
    return f"at {number_at(flip.at)}{interval}, {turn}"


def signs_text(found: Signs, binned: bool = False) -> str:
    """Return in a few words whether and where an effect changes its sign along a parameter."""
    if found.flips:
        return "; ".join(flip_text(flip) for flip in found.flips)
    told = {1: "does not flip in this range: +", -1: f"does not flip in this range: {MINUS}", 0: "no certain sign"}
    if found.sign == 0 or not found.unclear:
        return told[found.sign]
    if binned:
        return f"{told[found.sign]}, not certain everywhere"
    shown = ", ".join(value_text(value) for value in found.unclear[:4]) + (", ..." if len(found.unclear) > 4 else "")
    return f"{told[found.sign]}, not certain at {shown}"


def signs_along(runs: SweepRuns, name: str, factor: Factor) -> str | None:
    """Return in words whether an outcome's sign changes along a parameter; None where the design does not tell."""
    try:
        found = curve(runs, runs.outcome(name), factor.path)
    except UserError:
        return None
    return signs_text(signs(found), found.is_binned)


def several_valued(runs: SweepRuns) -> list[Factor]:
    """Return the factors that have more than one value."""
    return [factor for factor in runs.sweep.factors if len(factor.values) != 1]


def flips_by_value(runs: SweepRuns, name: str, along: Factor, by: Factor) -> list[tuple[str, str]]:
    """Return for each value of the parameter ``by`` where an outcome changes its sign along another.

    Empty where the design does not cross the two.
    """
    rows = []
    for value in dict.fromkeys(values[runs.sweep.factors.index(by)] for values in runs.values):
        try:
            found = curve(runs, runs.outcome(name), along.path, {by.path: value})
        except UserError:
            return []
        rows.append((value_text(value), signs_text(signs(found))))
    return rows


def compared_text(runs: SweepRuns) -> str:
    """Return what points are compared with, in words that end a sentence; nothing where nothing is."""
    sweep = runs.sweep
    base = sweep.base.parameters.title or sweep.base.name
    if sweep.against is not None:
        against = sweep.against.parameters.title or sweep.against.name
        return f"under {base}, compared with {against} at the same values{held_text(sweep.held)}"
    if sweep.reference is not None:
        pairs = zip(sweep.factors, sweep.reference, strict=True)
        told = ", ".join(f"{factor.path} {value_text(value)}" for factor, value in pairs)
        return f"under {base}, compared with the reference point ({told})"
    return f"under {base}"


def design_text(runs: SweepRuns) -> str:
    """Return the design in words: kind, points, replications."""
    sweep = runs.sweep
    pairs = "pairs of runs" if runs.other is not None else "runs"
    number = len(runs.replications)
    each = f"{over_text(number)} each"
    return (
        f"{DESIGNS[sweep.design.kind]} design of {sweep.size:,} points, {each}: {len(runs.points) * number:,} {pairs}"
    )
