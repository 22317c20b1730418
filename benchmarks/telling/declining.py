"""What becomes of people booked where counties decline all detainers, on real counties.

``python -m benchmarks.telling.declining us_counties.csv adjacency.csv`` runs Secure Communities with one agent per
hundred persons, with and without a decision of all counties of a state to honour no detainer from 2010 on, and prints
what changes there by level of criminal record.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from sim.engines.ledger import Ledger
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.labels import ENFORCEMENT_COLUMNS, LABELS, LEVELS

SCENARIO = Path(__file__).parents[2] / "scenarios" / "secure_communities.yaml"
COLUMNS = ("detainers", "honoured", "from_prison", "ice_custody", "at_large", "removed")
FROM = "2010-01"


def counted(ledger: Ledger, state: str) -> np.ndarray:
    """Return events in a state from the decision on, columns x levels."""
    month = ledger.months.index(FROM)
    here = np.array([place == state for place in ledger.counties.state])
    table = ledger.enforcement[month:, here].sum(axis=(0, 1, 2, 3), dtype=np.int64)
    return np.stack([table[:, ENFORCEMENT_COLUMNS.index(name)] for name in COLUMNS])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.declining")
    parser.add_argument("counties", help="county file")
    parser.add_argument("adjacency", help="file of neighbouring counties")
    parser.add_argument("--state", default="CA", help="whose counties decline (default CA)")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--scale", default="0.01")
    chosen = parser.parse_args()
    files = [f"world.counties={chosen.counties}", f"world.adjacency={chosen.adjacency}", f"world.scale={chosen.scale}"]
    decision = f"programs.detainer_resolution={{counties: [{chosen.state}], start: {FROM}, cooperation: 0}}"
    sums = []
    for extra in ([], [decision]):
        scenario = load_scenario(SCENARIO, [*files, "start=2005-01", *extra])
        runs = [counted(simulate(scenario, seed=seed, threads=2), chosen.state) for seed in range(1, chosen.seeds + 1)]
        sums.append(sum(runs))
    print(f"{chosen.state}, {FROM} to the end, {chosen.seeds} seeds: honouring -> declining (change)")
    print(f"{'':14}" + "".join(f"{LABELS[level]:>26}" for level in LEVELS))
    for number, name in enumerate(COLUMNS):
        pairs = zip(sums[0][number].tolist(), sums[1][number].tolist(), strict=True)
        cells = [f"{old:>6} ->{new:>6}" + (f" ({new / old - 1:+.0%})" if old else "") for old, new in pairs]
        print(f"{name:14}" + "".join(f"{cell:>26}" for cell in cells))


if __name__ == "__main__":
    main()
