"""Luck and doubt in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.analysis.doubt import Doubt, are_drawn
from sim.analysis.drawn_signs import DrawnChange
from sim.scenario.calibration.draws import LUCKS
from sim.scenario.design.paths import targets
from sim.telling.wording import number_of_times, number_text

if TYPE_CHECKING:
    from sim.analysis.sweep.outcomes import SweepRuns
    from sim.running.measures import ComparisonRuns

_TOLD = {"occurred_total": "true", "recorded_total": "observed"}


def over_text(replications: int, lucks: int = 1) -> str:
    """Return over what means and intervals are taken, to follow "over".

    Parameters
    ----------
    replications : int
        Runs of each scenario or point.
    lucks : int
        How many of them share their parameters, where these are drawn: means are then over draws.
    """
    if lucks == 1:
        return f"{replications:,} replication{'s' * (replications != 1)}"
    draws = replications // lucks
    sets = f"{draws:,} set{'s' * (draws != 1)}"
    return f"{sets} of parameters drawn from a calibration, each run {number_of_times(lucks)}"


def over_what(results: ComparisonRuns) -> str:
    """Return over what the means and intervals of a comparison are taken, to follow "over"."""
    return over_text(results.comparison.replications, LUCKS if are_drawn(results) else 1)


def over_each_point(runs: SweepRuns) -> str:
    """Return over what the means and intervals of a sweep's points are taken, to follow "over"."""
    return over_text(len(runs.replications), runs.lucks)


def open_word(runs: SweepRuns) -> str:
    """Return what the intervals of a sweep's points leave open."""
    return "chance" if runs.lucks == 1 else "chance and draws"


def doubt_sentences(doubts: Sequence[Doubt]) -> Iterator[str]:
    """Yield for each scenario what changes over the draws, with luck and doubt apart."""
    for name in dict.fromkeys(it.scenario for it in doubts):
        parts = [_part(it) for it in doubts if it.scenario == name and it.measure in _TOLD]
        draws = next(it.draws for it in doubts if it.scenario == name)
        yield (
            f"{name}, over {draws:,} draw{'s' if draws > 1 else ''} of parameters, each in {LUCKS} lucks: "
            f"{'; '.join(parts)}."
        )
        if draws == 1:
            yield "One draw alone says nothing of doubt: this result is that of one set of parameters."


def range_sentence(doubts: Sequence[Doubt], name: str) -> str:
    """Return between what a scenario's changes lie over the draws, in a sentence."""
    told = []
    for it in doubts:
        if it.scenario == name and it.measure in _TOLD:
            low, _, high = (number_text(value, 2, signed=True) for value in it.quantiles)
            told.append(f"{_TOLD[it.measure]} crime by {low} to {high} %")
    return (
        "Parameters are not known exactly: of the sets of them that agree with published figures, nine in ten change "
        f"{' and '.join(told)}."
    )


def turn_sentence(changes: Sequence[DrawnChange], name: str) -> str:
    """Return in how many draws each book of a scenario rises, and with which parameter its change goes."""
    told = [f"{_TOLD[f'{it.book}_total']} crime {_turns(it)}" for it in changes if it.scenario == name]
    return f"What turns the sign: {'; '.join(told)}." if told else ""


def _turns(it: DrawnChange) -> str:
    draws, up, down = len(it.changes), int((it.changes > 0).sum()), int((it.changes < 0).sum())
    if max(up, down) == draws:
        signs = f"{'rises' if up else 'falls'} in {f'all {draws:,} sets' if draws > 1 else 'the one set'}"
    else:
        signs = f"rises in {up:,} and falls in {down:,} of the {draws:,} sets"
    if not it.goes_with:
        return f"{signs}, and its change goes with no single parameter beyond chance"
    path, correlation = it.goes_with[0]
    meaning = targets()[path].meaning if path in targets() else ""
    return (
        f"{signs}, the higher the {'larger' if correlation > 0 else 'smaller'} {path} ({_small(meaning)}; rank "
        f"correlation {number_text(correlation, 2, signed=True)})"
    )


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def sure_sentences(doubts: Sequence[Doubt]) -> Iterator[str]:
    """Yield what intervals tell where parameters are draws."""
    draws = doubts[0].draws
    yield (
        f"Intervals are of means over {draws:,} set{'s' if draws > 1 else ''} of parameters that agree with published "
        f"figures (draws of a posterior), each run {number_of_times(LUCKS)}: they hold chance, and that parameters are "
        "not known. What the calibration held fixed, and the model itself, are in no interval."
    )


def _part(it: Doubt) -> str:
    low, _, high = (number_text(value, 2, signed=True) for value in it.quantiles)
    luck = number_text(it.luck_sd, 2)
    doubt = number_text(it.doubt_sd, 2) if it.doubt_sd == it.doubt_sd else "unknown"
    return (
        f"{_TOLD[it.measure]} crime {low} to {high} % (90 % of draws; standard deviation by doubt of parameters "
        f"{doubt}, by luck {luck})"
    )
