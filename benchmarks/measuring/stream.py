"""The bound that memory sets: two bytes read and written per person and month, and nothing else done.

``python -m benchmarks.measuring.stream PEOPLE MONTHS THREADS`` prints the seconds by the clock.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np


@numba.njit(nogil=True)
def turn(state: Any, month: int) -> None:
    """Read and write each person's two bytes once."""
    for place in range(len(state)):
        state[place] ^= month


def stream_seconds(people: int, months: int, threads: int) -> float:
    """Return the seconds that streaming over ``people`` for ``months`` takes on one thread or more."""
    state = np.ones(people, dtype=np.uint16)
    parts = np.array_split(state, threads)
    turn(state[:1], np.uint16(1))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(turn, parts, [np.uint16(1)] * threads))
        begun = time.perf_counter()
        for month in range(months):
            list(pool.map(turn, parts, [np.uint16(month)] * threads))
        return time.perf_counter() - begun


if __name__ == "__main__":
    print(stream_seconds(*(int(argument) for argument in sys.argv[1:4])))
