"""Loaded by workers whose PYTHONPATH has this folder: makes single runs fail as ``FAULTY_RUNS`` says.

``{"baseline.1": "die"}`` kills the worker at that run, ``sleep`` does what it says; with ``FAULTY_ONCE``, a folder,
each only once.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

FAULTS = json.loads(os.environ.get("FAULTY_RUNS", "{}"))


def strike(run: str) -> None:
    fault, once = FAULTS.get(run, ""), os.environ.get("FAULTY_ONCE")
    if fault and once:
        marker = Path(once) / run
        if marker.exists():
            return
        marker.touch()
    if fault == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "sleep":
        time.sleep(120)


if "sleep" in FAULTS.values():
    import sim.engines.columnar.engine  # noqa: F401  (loading is no part of the time that a run may take)

if FAULTS:
    from sim.running.batch import work

    original = work.results_of

    def results_of(batch: work.Batch, run: work.RunName, *more: object) -> object:
        strike(str(run))
        return original(batch, run, *more)  # type: ignore[arg-type]

    work.results_of = results_of
