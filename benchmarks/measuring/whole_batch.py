"""One batch in a process of its own: what it took beside the simulations in it, and the most memory its parent held.

``python -m benchmarks.measuring.whole_batch TASK`` takes and prints JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measuring.runners import SCENARIOS, SEED
from benchmarks.measuring.whole_run import peak_bytes

SCENARIO_FILES = [str(SCENARIOS / f"{name}.yaml") for name in ("baseline", "secure_communities")]
SWEEP = """\
title: Many small runs
scenario: {scenario}
set:
  months: 3
  world: {{rows: 1, columns: 2, people: 1000}}
levers:
  detainers.cooperation: {{low: 0.0, high: 1.0, steps: {points}}}
design: grid
replications: {replications}
"""


def comparison_of(task: Mapping[str, Any]) -> Any:
    """Return a comparison of two scenarios in a small world."""
    from sim.scenario.scenario import compare_scenarios

    overrides = [f"world.people={task['people']}", f"months={task['months']}"]
    return compare_scenarios(SCENARIO_FILES, overrides, {"replications": str(task["replications"]), "seed": str(SEED)})


def batch_seconds(task: Mapping[str, Any], folder: Path) -> dict[str, float]:
    """Return the seconds that a batch took, and those that the same simulations take with nothing around them."""
    from sim.jobs.compare import comparison_files, plan_comparison
    from sim.running.batch import Options, execute
    from sim.running.batch.beginning import begin
    from sim.running.run import simulate

    comparison = comparison_of(task)
    alone = 0.0
    if task["alone"]:
        runs = [(scenario, number) for number in range(comparison.replications) for scenario in comparison.scenarios]
        for scenario in comparison.scenarios:
            simulate(scenario, seed=SEED)
        begun = time.perf_counter()
        for scenario, number in runs:
            simulate(scenario, seed=SEED, replication=number)
        alone = time.perf_counter() - begun
    begun = time.perf_counter()
    batch = begin(folder, plan_comparison(comparison, "columnar"), comparison_files(comparison))
    execute(batch, Options(workers=task["workers"], quiet=True))
    return {"batch": time.perf_counter() - begun, "alone": alone, "runs": 2.0 * comparison.replications}


def sweep_bytes(task: Mapping[str, Any], folder: Path) -> dict[str, float]:
    """Return the most memory that the parent of a sweep of many small runs held, and its seconds."""
    from sim.doors.cli.main import main

    file = folder.with_suffix(".yaml")
    file.write_text(SWEEP.format(scenario=SCENARIO_FILES[1], **task["sweep"]), encoding="utf-8")
    begun = time.perf_counter()
    status = main(["sweep", str(file), "--workers", str(task["workers"]), "--quiet", "--out", str(folder)])
    if status != 0:
        raise RuntimeError(f"the sweep ended with status {status}")
    return {"seconds": time.perf_counter() - begun, "bytes": float(peak_bytes())}


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "batch"
        print(json.dumps(sweep_bytes(wanted, out) if "sweep" in wanted else batch_seconds(wanted, out)))
