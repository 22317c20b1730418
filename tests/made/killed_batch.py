"""Carries a batch on with made-up runs in a process that kills itself at one of its steps.

A step is a file about to take its place, or one that has just taken it; small parts make sure that all kinds occur.
Such processes are forked from one that has loaded everything once.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_batches import resumed, use_fake_runs
from small_worlds import REPOSITORY

import sim.doors.cli.batches
import sim.jobs.writing  # noqa: F401
from sim.doors.cli.main import main
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


def killed_batch(out: Path, step: int) -> None:
    """Carry the batch in ``out`` on until a step."""
    with pytest.MonkeyPatch.context() as changes:
        use_fake_runs(changes)
        changes.setattr(part, "RUNS", PART_RUNS)
        kill_at(step, changes)
        resumed(out)


def resumed_in_little_room(out: Path, bytes_of_a_file: int, told: Path) -> None:
    """Resume a batch as the command does where no file may be larger, what is told on standard error into a file."""
    with pytest.MonkeyPatch.context() as changes, told.open("w", encoding="utf-8") as file:
        use_fake_runs(changes)
        changes.setattr(sys, "stderr", file)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_of_a_file,) * 2)
        status = main(["resume", str(out), "--workers", "1", "--quiet"])
    sys.exit(status)


def status_of(function: Callable[..., None], *arguments: object) -> int | None:
    """Call a function of this module in a process of its own, and return what that ended with."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with pytest.MonkeyPatch.context() as patch:
        made = str(Path(__file__).parent)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY), made]), prepend=os.pathsep)
        process = context.Process(target=function, args=arguments)
        process.start()
    process.join()
    return process.exitcode
