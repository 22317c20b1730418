"""Target 9: what a batch costs beside its simulations, and how much memory its parent takes."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from benchmarks.measuring.timing import paired_rounds, quotient, spread, timed_command
from benchmarks.telling.lines import Line, Options

ONE, TWO, SMALL = "batch, one process", "batch, two workers", "batch of small runs"


def whole_batch(**task: Any) -> dict[str, float]:
    """Return what a batch in a process of its own tells."""
    command = [sys.executable, "-m", "benchmarks.measuring.whole_batch", json.dumps(task)]
    found: dict[str, float] = json.loads(timed_command(command, os.environ)[1].splitlines()[-1])
    return found


def batches(options: Options) -> list[Line]:
    """Target 9: batches of comparisons, all tables kept, and a sweep of many small runs."""
    sizes = {"people": options.ensemble_people, "months": options.ensemble_months}
    large = {**sizes, "replications": options.batch_runs // 2, "alone": False}
    small = {"people": 2_000, "months": 6, "replications": options.batch_small_runs // 2, "alone": True, "workers": 1}
    runners = {
        ONE: lambda: whole_batch(**large, workers=1),
        TWO: lambda: whole_batch(**large, workers=2),
        SMALL: lambda: whole_batch(**small),
    }
    found = paired_rounds(runners, options.rounds)
    overhead = [1e3 * (each["batch"] - each["alone"]) / each["runs"] for each in found[SMALL]]
    faster = quotient([each["batch"] for each in found[ONE]], [each["batch"] for each in found[TWO]])
    points = options.sweep_runs // 100
    sweep = whole_batch(sweep={"points": points, "replications": 100}, workers=2)
    note = f"{options.batch_runs} runs of {options.ensemble_people:,} people, {options.ensemble_months} months"
    runs = f"{100 * points:,} runs"
    return [
        Line(9, "batch with two workers faster than in one process", faster, "x", ">= 1.6 x", note),
        Line(
            9, "a batch beside its simulations, each run", spread(overhead), "ms", "<= 10 ms", "2,000 people, 6 months"
        ),
        Line(9, "memory of a sweep's parent, highest", spread([sweep["bytes"] / 1e9]), "GB", "<= 1 GB", runs),
        Line(9, "that sweep, two workers", spread([sweep["seconds"]]), "s", "", runs),
        *(Line(9, name, spread([each["batch"] for each in found[name]]), "s") for name in (ONE, TWO)),
    ]
