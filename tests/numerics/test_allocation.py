"""A process keeps what it frees, whatever it freed before."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

REPEATED = """
import resource
from sim.numerics.allocation import keep_freed_memory
keep_freed_memory()
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [bytes(100_000) for _ in range(40)]
    del blocks
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults(), faults()
print(min(faults() for _ in range(5)))
"""


def page_faults() -> int:
    """Return how many page faults some 4 MB take that were freed just before."""
    done = subprocess.run([sys.executable, "-c", REPEATED], capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep or return memory as they like")
def test_freed_memory_is_found_again() -> None:
    assert page_faults() < 50
