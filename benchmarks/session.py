"""From a changed parameter to tables in a warm session, as a page with dials asks for it.

``python -m benchmarks.session`` keeps Secure Communities warm, changes ``trust.sensitivity`` again and again, and
prints the seconds of processor time, and by the clock, from each change to all tables: median, least and greatest.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks.measuring.timing import spread

ROOT = Path(__file__).parents[1]


def answers(people: int, months: int, rounds: int) -> tuple[list[float], list[float]]:
    """Return what each answer took: processor seconds, and seconds by the clock."""
    from sim.running.session import Session
    from sim.words.labels import TABLES

    warm = Session(ROOT / "scenarios" / "secure_communities.yaml", {"world.people": people, "months": months})
    processor: list[float] = []
    clock: list[float] = []
    for number in range(rounds + 2):  # the first two find memory as it never is again
        begun = time.process_time(), time.perf_counter()
        ran = warm.run({"trust.sensitivity": 0.5 + number / 100})
        for name in TABLES:
            ran.table(name)
        processor.append(time.process_time() - begun[0])
        clock.append(time.perf_counter() - begun[1])
    return processor[2:], clock[2:]


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.session")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    taken = answers(chosen.people, chosen.months, chosen.rounds)
    print(f"a changed parameter to tables, {chosen.people:,} people, {chosen.months} months")
    for name, seconds in zip(("seconds of processor time", "seconds by the clock"), taken, strict=True):
        of = spread(seconds)
        print(f"{name:54}{of.median:9.3f} ({of.low:.3f} to {of.high:.3f})")


if __name__ == "__main__":
    main()
