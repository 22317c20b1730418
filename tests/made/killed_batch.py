"""Carries a batch on with made-up runs, and kills itself at one of its steps: ``killed_batch.py DIR STEP``.

A step is a file about to take its place, or one that has just taken it; small parts make sure that all kinds occur.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from small_batches import resumed, use_fake_runs

from sim.running.batch import files, part

PART_RUNS = 2


def kill_at(last: int, patch: pytest.MonkeyPatch) -> None:
    """Have this process die at a step: at an even number before a file takes its place, at an odd one after it."""
    steps = 0

    def replace(source: str, target: str) -> None:
        nonlocal steps
        for before in (True, False):
            if steps == last:
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1
            if before:
                os.rename(source, target)

    patch.setattr(files.os, "replace", replace)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as changes:
        use_fake_runs(changes)
        changes.setattr(part, "RUNS", PART_RUNS)
        kill_at(int(sys.argv[2]), changes)
        resumed(Path(sys.argv[1]))
