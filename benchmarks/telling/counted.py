"""What the survey and the yearly tables say beside what was published, on made worlds of several sizes.

``python -m benchmarks.telling.counted`` runs made nations with one agent per thousand and per hundred persons, and
prints for each the base of T33, T46 to T48, T50, T53, T43, T23 and T24; ``--set`` changes the scenario.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.analysis.evidence.figures import Figure, shipped_figures
from sim.analysis.evidence.observing import observed
from sim.analysis.evidence.worlds import world_counts
from sim.scenario.scenario import load_scenario

COUNTED = ("T23", "T24", "T33_base", "T43", "T46", "T47", "T48", "T50", "T53")
SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


def figures() -> list[Figure]:
    """Return the figures that count events, those of one number together."""
    return [it for name in COUNTED for it in shipped_figures() if name in (it.id, it.number)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.counted")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    parser.add_argument("--scales", nargs="+", default=["0.001", "0.01"], help="agents per person of a made nation")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    wanted, columns = figures(), []
    for scale in chosen.scales:
        changes = ["world.kind=nation", f"world.scale={scale}", "start=2010-01", "months=37", *chosen.changes]
        columns.append(observed(wanted, world_counts(load_scenario(SCENARIO, changes), seed=chosen.seed, threads=2)))
    print(f"{'':12}{'quantity':42}" + "".join(f"{scale:>10}" for scale in chosen.scales) + f"{'published':>14}")
    for figure, *found in zip(wanted, *columns, strict=True):
        bound = "at most " * (figure.role == "at_most")
        values = "".join(f"{value:10.4g}" for value in found)
        print(f"{figure.id:12}{figure.what:42}{values}{bound + format(figure.value, 'g'):>14}")


if __name__ == "__main__":
    main()
