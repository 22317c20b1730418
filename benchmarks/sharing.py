"""Batches with months in common run once, and run anew for each, in turn, in one run.

``python -m benchmarks.sharing`` prints for the shipped comparisons, and with a county file for a pair of a calibration,
the processor seconds of their runs and tables with and without sharing, and the median, least and greatest of the ratio
by round; above 1 sharing is cheaper. What a batch does once, such as its report, is left out.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.measuring.timing import paired_rounds, ratio, spread

ROOT = Path(__file__).parents[1]
COMPARISONS = ("compare_programs", "compare_responses")
ALONE, SHARED = "alone", "shared"
CALIBRATED = ["start=2004-01", "months=120", "crime.headroom=3", "world.scale=0.01"]
"""As in ``scenarios/calibration.yaml``."""
FIGURES = ("T28", "T32", "T35")


def batch_cost(name: str, replications: int, sharing: bool) -> float:
    """Return the processor seconds of a comparison's runs in this process, their tables written."""
    from sim.jobs.compare import comparison_files, plan_comparison
    from sim.running.batch import Options, execute
    from sim.running.batch.beginning import begin
    from sim.scenario.scenario import load_comparison

    comparison = load_comparison(ROOT / "scenarios" / f"{name}.yaml", [], {"replications": str(replications)})
    with tempfile.TemporaryDirectory() as folder:
        batch = begin(Path(folder) / "out", plan_comparison(comparison, "columnar"), comparison_files(comparison))
        begun = time.process_time()
        execute(batch, Options(quiet=True, sharing=sharing))
        return time.process_time() - begun


def pair_cost(counties: list[str], sharing: bool) -> float:
    """Return the processor seconds of one world of a calibration, run with and without Secure Communities."""
    from sim.analysis.calibration.worlds import SCENARIO, simulate_world
    from sim.scenario.scenario import load_scenario

    files = [
        f"world.{name}={Path(path).resolve()}" for name, path in zip(("counties", "adjacency"), counties, strict=True)
    ]
    scenario = load_scenario(ROOT / "scenarios" / "secure_communities.yaml", [*CALIBRATED, *files])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / SCENARIO
        path.parent.mkdir()
        path.write_text(scenario.resolved_yaml(), encoding="utf-8")
        begun = time.process_time()
        simulate_world(folder, "secure_communities", FIGURES, {}, 1, 0, 1, sharing)
        return time.process_time() - begun


def pieces(replications: int, counties: list[str]) -> Mapping[str, Callable[[bool], float]]:
    """Return the work that is compared, by name."""
    work: dict[str, Callable[[bool], float]] = {
        f"{name}, {replications} replications": partial(batch_cost, name, replications) for name in COMPARISONS
    }
    if counties:
        work["a world of the calibration, 0.01 agents per person"] = partial(pair_cost, counties)
    return work


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharing")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--replications", type=int, default=4)
    parser.add_argument("--counties", nargs=2, default=[], metavar=("COUNTIES", "ADJACENCY"), help="adds a calibration")
    chosen = parser.parse_args()
    print(f"{'seconds of processor time':54}{SHARED:>9}{ALONE:>9}{'ratio':>8}")
    for name, cost in pieces(chosen.replications, chosen.counties).items():
        cost(True)
        costs = paired_rounds({SHARED: partial(cost, True), ALONE: partial(cost, False)}, chosen.rounds)
        shared, alone = (spread(costs[which]).median for which in (SHARED, ALONE))
        times = ratio(costs, ALONE, SHARED)
        print(
            f"{name:54}{shared:9.3f}{alone:9.3f}{times.median:8.2f} ({times.low:.2f} to {times.high:.2f})", flush=True
        )


if __name__ == "__main__":
    main()
