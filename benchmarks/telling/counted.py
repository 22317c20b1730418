"""What the survey and the yearly tables say beside what was published, on made worlds of several sizes.

``python -m benchmarks.telling.counted`` runs made nations with one agent per thousand and per hundred persons, and
prints for each the base of T33, T46 to T48, T50, T53, T43, T23 and T24; ``--set`` changes the scenario. ``--seeds``
says how many worlds of each size: with several the mean is printed, and its standard error in a column of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.analysis.evidence.figures import Figure, shipped_figures
from sim.analysis.evidence.observing import observed
from sim.analysis.evidence.validation import with_world_seed
from sim.analysis.evidence.worlds import world_counts
from sim.scenario.scenario import load_scenario

COUNTED = ("T23", "T24", "T33_base", "T43", "T46", "T47", "T48", "T50", "T53")
SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


def figures() -> list[Figure]:
    """Return the figures that count events, those of one number together."""
    return [it for name in COUNTED for it in shipped_figures() if name in (it.id, it.number)]


def of_worlds(wanted: list[Figure], settings: Sequence[str], first: int, seeds: int) -> np.ndarray:
    """Return the figures of so many worlds, each of its own people and luck, float64[seeds, figures]."""
    scenario = load_scenario(SCENARIO, settings)
    worlds = [(with_world_seed(scenario, seed), seed) for seed in range(first, first + seeds)]
    return np.array([observed(wanted, world_counts(world, seed=seed, threads=2)) for world, seed in worlds])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.counted")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    parser.add_argument("--scales", nargs="+", default=["0.001", "0.01"], help="agents per person of a made nation")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1], help="worlds of each scale, or of all")
    parser.add_argument("--seed", type=int, default=1, help="the first")
    chosen = parser.parse_args()
    seeds = chosen.seeds * len(chosen.scales) if len(chosen.seeds) == 1 else chosen.seeds
    if len(seeds) != len(chosen.scales):
        parser.error("--seeds: one number, or one for each scale")
    wanted, heads, columns = figures(), [], []
    for scale, count in zip(chosen.scales, seeds, strict=True):
        settings = ["world.kind=nation", f"world.scale={scale}", "start=2010-01", "months=37", *chosen.changes]
        found = of_worlds(wanted, settings, chosen.seed, count)
        heads.append(scale)
        columns.append(found.mean(axis=0))
        if count > 1:
            heads.append(f"se of {count}")
            columns.append(found.std(axis=0, ddof=1) / np.sqrt(count))
    print(f"{'':12}{'quantity':42}" + "".join(f"{head:>10}" for head in heads) + f"{'published':>14}")
    for figure, *values in zip(wanted, *columns, strict=True):
        bound = "at most " * (figure.role == "at_most")
        cells = "".join(f"{value:10.4g}" for value in values)
        print(f"{figure.id:12}{figure.what:42}{cells}{bound + format(figure.value, 'g'):>14}")


if __name__ == "__main__":
    main()
