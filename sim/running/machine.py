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
