"""How much of a figure is luck: some worlds of a calibration, each run in the same few seeds.

``python -m benchmarks.telling.luck_of_figures FOLDER [--worlds K] [--lucks L]`` takes K worlds of a calibration among
those that agree best (the first, third, sixth and so on, so that they differ), runs each in L lucks, and prints for
every target what luck moves it by: in all worlds alike, which emulators see and take away, and in each world in its own
way, below which no error of leaving a world out can fall.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.calibration.stored import stored_worlds
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.worlds import simulate_world
from sim.scenario.calibration.priors import changes_of, values_of

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Luck(NamedTuple):
    """Mean of a figure, and standard deviations by luck: in all, in all worlds alike, and in each in its own way."""

    mean: float
    whole: float
    alike: float
    own: float


def luck_of(values: Floats) -> Luck:
    """Return what luck does to a figure, from float64[worlds, lucks]: an analysis of variance without replication."""
    worlds, lucks = values.shape
    means = values.mean(axis=0)
    left = values - means - values.mean(axis=1, keepdims=True) + values.mean()
    own = float(np.sqrt((left**2).sum() / ((worlds - 1) * (lucks - 1))))
    whole = float(np.sqrt(values.var(axis=1, ddof=1).mean()))
    return Luck(float(values.mean()), whole, float(np.sqrt(max(0.0, means.var(ddof=1) - own**2 / worlds))), own)


def main() -> None:
    """Run the worlds and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.luck_of_figures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--lucks", type=int, default=4)
    given = parser.parse_args()
    study = Study.open(given.folder)
    worlds, targets = stored_worlds(study), [figure.id for figure in study.targets]
    order = np.argsort(study.published.chi_square(worlds.of(targets)))
    chosen = order[np.arange(given.worlds) * (np.arange(given.worlds) + 3) // 2]
    found = np.empty((len(targets), given.worlds, given.lucks))
    for number, place in enumerate(chosen.tolist()):
        changes = changes_of(study.priors, values_of(study.priors, worlds.shares[place]))
        for luck in range(given.lucks):
            run = simulate_world(
                str(study.folder.absolute()), study.header.program, study.ids, changes, study.header.seed, luck, 1
            )
            found[:, number, luck] = [run["figures"][name] for name in targets]
    print(f"{'figure':10}{'mean':>11}{'se':>10}{'luck':>10}{'alike':>10}{'own':>10}")
    for name, se, values in zip(targets, study.published.se.tolist(), found, strict=True):
        it = luck_of(values)
        print(f"{name:10}{it.mean:11.4g}{se:10.2g}{it.whole:10.2g}{it.alike:10.2g}{it.own:10.2g}")


if __name__ == "__main__":
    main()
