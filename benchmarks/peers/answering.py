"""How a peer answers: for each line on its standard input it runs the workload once and prints what that cost.

Runs inside a peer's own environment, where this package's other modules are not to be had.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

Build = Callable[[int, int, SimpleNamespace, int], tuple[Callable[[], None], Callable[[], dict[str, Any]]]]
"""Takes people, months, the workload's constants and a seed; returns what runs the loop, and what counts after it."""


def answer(build: Build) -> None:
    """Serve runs until the input ends; the task is the JSON in the first argument."""
    task = json.loads(sys.argv[1])
    workload = SimpleNamespace(**task["workload"])
    for line in sys.stdin:
        run, count = build(task["people"], task["months"], workload, int(line))
        begun = time.process_time()
        run()
        seconds = time.process_time() - begun
        print("answer " + json.dumps({"seconds": seconds, "counts": count()}), flush=True)
