"""The machine that a run is on: what timings depend on, and how much of it this process may use."""

from __future__ import annotations

import os
import platform


def machine() -> dict[str, str | int]:
    """Return what timings depend on: machine, Python and the number of processors."""
    return {
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "processors": os.cpu_count() or 1,
    }


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def algebra_on_one_thread() -> None:
    """Let NumPy's matrices be worked on by one thread, unless the user says otherwise; only before NumPy is loaded.

    Emulators are of a hundred worlds or so: threads that wait for each other take twenty times as long on a busy
    machine, and the last digits would depend on their number.
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
