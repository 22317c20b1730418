"""Are worlds whose truth is known found again? Each world of a calibration is published in turn, and asked for.

``python -m benchmarks.telling.planted FOLDER [--draws N] [--folds K] [--evidence T35,T32,T33,T34]`` takes the folder
of a calibration of one wave, whose worlds fill the priors. What a world's figures came to, moved by a draw of each
standard error, stands in place of what was published. Emulators fitted to the worlds of other folds weigh draws from
the priors, by all targets and by the figures of ``--evidence`` alone, as ``identify`` does. Printed is how often the
50 and the 90 % interval hold the world's own parameters and true effects; worlds with fewer than ``FEWEST`` effective
draws are left out.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.calibration.posterior import prior_draws
from sim.analysis.calibration.results import Emulated, Worlds, fit_all
from sim.analysis.calibration.stored import stored_worlds
from sim.analysis.calibration.study import Study, published_of
from sim.analysis.calibration.weighing import effective_number, weighted_quantiles, weights_of

Floats = np.ndarray[Any, np.dtype[np.float64]]
LEVELS = (0.5, 0.9)
FEWEST = 20
EFFECTS = ("true_total", "true_hispanic", "true_others", "reported_hispanic")


class Held(NamedTuple):
    """Whether an interval of some level, under some evidence, holds the truth of one quantity."""

    evidence: str
    quantity: str
    level: float
    holds: bool


def weights_for(study: Study, worlds: Worlds, place: int, ids: Sequence[str], drawn: Emulated) -> Floats:
    """Return the weights of draws as if the world at ``place`` had been seen with published standard errors."""
    luck = np.random.default_rng([2, place])
    own = tuple(replace(it, value=float(worlds.figures[it.id][place])) for it in study.targets)
    errors = published_of(own, study.tolerance).se
    moved = luck.normal(0, errors)
    seen = [replace(it, value=it.value + by) for it, by in zip(own, moved.tolist(), strict=True) if it.id in ids]
    return weights_of(published_of(seen, study.tolerance).log_likelihood(*drawn.of([it.id for it in seen])))


def held_of(
    evidence: str, labelled: Mapping[str, Floats], drawn: Emulated, weights: Floats, truth: Mapping[str, float]
) -> Iterator[Held]:
    """Yield whether intervals hold the truth, of each parameter, whose positions come by label, and effect."""
    values = dict(labelled)
    luck = np.random.default_rng(3)
    for name in EFFECTS:
        values[name] = drawn.mean[name] + drawn.error[name] * luck.standard_normal(len(weights))
    for name, column in values.items():
        for level in LEVELS:
            low, high = weighted_quantiles(column, weights, np.array([(1 - level) / 2, (1 + level) / 2]))
            yield Held(evidence, name, level, bool(low <= truth[name] <= high))


def main() -> None:
    """Plant the worlds and print how many are held."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.planted")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=65_536)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--evidence", default="T35,T32,T33,T34")
    given = parser.parse_args()
    study = Study.open(given.folder)
    worlds = stored_worlds(study)
    targets = [it.id for it in study.targets]
    sets = {"all targets": targets, given.evidence: given.evidence.split(",")}
    order = np.random.default_rng(1).permutation(len(worlds))
    found: list[Held] = []
    planted: Counter[str] = Counter()
    shares = prior_draws(given.draws, len(study.priors), study.header.seed)
    labelled = dict(zip([prior.label for prior in study.priors], shares.T, strict=True))
    for fold in range(given.folds):
        out = order[fold :: given.folds]
        rest = worlds.some(~np.isin(np.arange(len(worlds)), out))
        names = [*targets, *EFFECTS]
        drawn = fit_all(rest, names, study.field).emulated(shares, names)
        for place in out.tolist():
            positions = {prior.label: float(it) for prior, it in zip(study.priors, worlds.shares[place], strict=True)}
            truth = {**positions, **{name: float(worlds.effects[name][place]) for name in EFFECTS}}
            for evidence, ids in sets.items():
                weights = weights_for(study, worlds, place, ids, drawn)
                if effective_number(weights) >= FEWEST:
                    planted[evidence] += 1
                    found += held_of(evidence, labelled, drawn, weights, truth)
    _show(found, planted, len(worlds))


def _show(found: list[Held], planted: Mapping[str, int], count: int) -> None:
    counts = Counter(it[:3] for it in found if it.holds)
    for evidence in planted:
        print(f"{evidence}: {planted[evidence]} of {count} worlds; share whose truth lies in the interval, %")
        for quantity in dict.fromkeys(it.quantity for it in found):
            held = (100 * counts[evidence, quantity, level] / planted[evidence] for level in LEVELS)
            told = "  ".join(f"{level:.0%}: {share:5.1f}" for level, share in zip(LEVELS, held, strict=True))
            print(f"  {quantity:48} {told}")


if __name__ == "__main__":
    main()
