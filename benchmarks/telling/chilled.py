"""By how much Secure Communities lowers reporting, by group, and what cooperation with detainers has to do with it.

``python -m benchmarks.telling.chilled us_counties.csv adjacency.csv`` runs real counties with one agent per hundred
persons, with the program and without it in the same luck, and prints by how much the share of incidents reported
falls against each group where the program is in force. Without files it does so on the made grid, with a cooperation
of 0 and of 1 while the world without the program keeps its own, and prints the one fall over the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.telling.quotients import quotient_of_sums
from sim.analysis.evidence.validation import with_world_seed
from sim.engines.ledger import Ledger
from sim.running.run import simulate
from sim.scenario.scenario import Scenario, load_scenario
from sim.words.codes import REPORTED, TRUE
from sim.words.labels import GROUPS, PROGRAMS

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PROGRAM = "secure_communities"
COOPERATION = (0, 1)
GRID = ("world.rows=5", "world.columns=5", "world.people=200000")
Floats = np.ndarray


def with_program(settings: Sequence[str]) -> Scenario:
    """Return Secure Communities as shipped, changed by settings."""
    return load_scenario(SCENARIOS / f"{PROGRAM}.yaml", settings)


def run(scenario: Scenario, seed: int) -> Ledger:
    """Return a run in which each seed has a world and a luck of its own."""
    return simulate(with_world_seed(scenario, seed), seed=seed, threads=2)


def shares(ledger: Ledger, active: np.ndarray) -> Floats:
    """Return the share of incidents reported in active county-months, by group of persons."""
    books = ledger.crime[active].sum(axis=(0, 1), dtype=np.int64)[: len(GROUPS)]
    return books[:, REPORTED] / books[:, TRUE]


def falls(changed: Scenario, without: Ledger, seed: int) -> Floats:
    """Return by how many percent the share reported falls, by group."""
    ledger = run(changed, seed)
    active = ledger.programs[:, :, PROGRAMS.index(PROGRAM)].astype(bool)
    return 100.0 * (1.0 - shares(ledger, active) / shares(without, active))


def told(values: Floats) -> str:
    """Return the mean over seeds and its standard error."""
    return f"{values.mean():8.3f} ({values.std(ddof=1) / np.sqrt(len(values)):.3f})"


def ratio(above: Floats, below: Floats) -> str:
    """Return the quotient of two means over seeds, and its standard error."""
    return "{:8.3f} ({:.3f})".format(*quotient_of_sums(above, below))


def print_groups(settings: Sequence[str], seeds: int) -> None:
    """Print the falls of all groups on real counties."""
    scenario = with_program(settings)
    found = np.array([falls(scenario, run(scenario.without(PROGRAM), seed), seed) for seed in range(1, seeds + 1)])
    print(f"fall of the share reported, %, {seeds} pairs (standard error)")
    for place, group in enumerate(GROUPS):
        print(f"{group:24}{told(found[:, place])}")
    hispanic, other = (found[:, GROUPS.index(name)] for name in ("hispanic", "other_noncitizen"))
    print(f"{'other noncitizens less':24}{told(other - hispanic)}")
    print(f"{'other noncitizens over':24}{ratio(other, hispanic)}")


def print_cooperation(settings: Sequence[str], seeds: int) -> None:
    """Print the fall against Hispanic people by cooperation, beside a world without the program that keeps its own."""
    scenarios = [with_program([*settings, f"detainers.cooperation={value}"]) for value in COOPERATION]
    baseline = with_program(settings).without(PROGRAM)
    found = []
    for seed in range(1, seeds + 1):
        without = run(baseline, seed)
        found.append([falls(scenario, without, seed)[GROUPS.index("hispanic")] for scenario in scenarios])
    values = np.array(found)
    print(f"fall of the share of crimes against Hispanic people reported, %, {seeds} pairs (standard error)")
    for place, cooperation in enumerate(COOPERATION):
        print(f"cooperation {cooperation:<12}{told(values[:, place])}")
    print(f"{'the one over the other':24}{ratio(values[:, 0], values[:, 1])}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.chilled")
    parser.add_argument("files", nargs="*", help="county file and file of neighbouring counties; without: the grid")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    chosen = parser.parse_args()
    if not chosen.files:
        print_cooperation([*GRID, *chosen.changes], chosen.seeds)
        return
    if len(chosen.files) != 2:
        parser.error("two files are needed: counties and neighbours")
    files = [f"world.{name}={path}" for name, path in zip(("counties", "adjacency"), chosen.files, strict=True)]
    print_groups([*files, "world.scale=0.01", "start=2005-01", *chosen.changes], chosen.seeds)


if __name__ == "__main__":
    main()
