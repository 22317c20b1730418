"""What eight uniforms for an opportunity cost: Philox 4x32-10 in vectors beside Philox 4x64-10, one after another.

``python -m benchmarks.measuring.draws [--things N]`` draws for N opportunities at a time (1,500 are a batch of 100,000
people), both in turn, and prints the median of nanoseconds for each and how many times as much the second takes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measuring.timing import paired_rounds, per_unit, ratio, spread
from sim.numerics.compiled import block
from sim.numerics.draws import Purpose, choices, entity_of
from sim.numerics.many_draws import CHOICES, words_of_many

ROUNDS = 11
OPPORTUNITY = int(Purpose.OPPORTUNITY)


@block
def _one_after_another(seed: int, entities: np.ndarray, numbers: np.ndarray, month: int) -> np.ndarray:
    uniforms = np.empty((len(numbers), CHOICES))
    for i in range(len(numbers)):
        found = choices(seed, entities[i], numbers[i], month, OPPORTUNITY)
        for place in range(CHOICES):
            uniforms[i, place] = found[place]
    return uniforms


def _seconds(work: Callable[[], Any]) -> float:
    begun = time.process_time()
    for _ in range(100):
        work()
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measuring.draws")
    parser.add_argument("--things", type=int, default=1_500)
    things = parser.parse_args().things
    entities = np.array([entity_of(1001, cell) for cell in range(25)], np.int64).repeat(-(-things // 25))[:things]
    numbers = np.arange(things, dtype=np.uint32)
    low, high = (entities & 0xFFFFFFFF).astype(np.uint32), (entities >> 32).astype(np.uint32)
    ways: dict[str, Callable[[], Any]] = {
        "4x32-10 in vectors": lambda: words_of_many(7, low, high, numbers, 5, OPPORTUNITY),
        "4x64-10 one by one": lambda: _one_after_another(7, entities, numbers, 5),
    }
    for way in ways.values():
        way()
    runners = {name: partial(per_unit, partial(_seconds, way), 100 * things) for name, way in ways.items()}
    costs = paired_rounds(runners, ROUNDS)
    for name, own in costs.items():
        print(f"{name}: {1e9 * spread(own).median:.1f} ns for each of {things:,}")
    vectors, single = ways
    print("the second over the first: {:.2f} ({:.2f} to {:.2f})".format(*ratio(costs, single, vectors)))


if __name__ == "__main__":
    main()
