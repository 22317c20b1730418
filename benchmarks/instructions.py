"""Instructions of the processor an opportunity, with all that follows from it: a count that no busy machine changes.

``python -m benchmarks.instructions`` runs the columnar engine for some months and for more of them and divides what the
longer run takes beyond the shorter one, Python and records of months included, by its further opportunities. Counted by
``perf`` where the machine lets it, else by ``valgrind`` (a minute or two a run); where neither can, it says so and ends
with status 1.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN = """
import sys
from sim.running.run import prepare, records
from sim.scenario.scenario import load_scenario
setting = prepare(load_scenario("scenarios/secure_communities.yaml", sys.argv[1:]))
print(sum(int(record.opportunities.sum()) for record in records(setting, 1)))
"""
PERF = ["perf", "stat", "-x", ",", "-e", "instructions:u"]
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--smc-check=all-non-file"]
Counted = tuple[int, int]
"""Instructions, and opportunities."""


def run(people: int, months: int, before: list[str]) -> tuple[str, str]:
    """Run a world with a command ``before`` it, and return what both said on standard output and error."""
    command = [*before, sys.executable, "-c", RUN, f"world.people={people}", f"months={months}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def by_perf(people: int, months: int) -> Counted:
    """Count by the processor's own counter.

    Raises
    ------
    ValueError
        Where the machine does not give it.
    """
    with tempfile.NamedTemporaryFile(mode="r") as file:
        told, _ = run(people, months, [*PERF, "-o", file.name])
        numbers = [line.split(",")[0] for line in file.read().splitlines() if "instructions" in line]
    return int(numbers[0]), int(told)


def by_valgrind(people: int, months: int) -> Counted:
    """Count by executing each instruction on a machine of software."""
    with tempfile.TemporaryDirectory() as folder:
        told, heard = run(people, months, [*VALGRIND, f"--cachegrind-out-file={folder}/out"])
    found = re.search(r"I\s+refs:\s+([\d,]+)", heard)
    if found is None:
        raise ValueError(heard[-300:])
    return int(found[1].replace(",", "")), int(told)


def counter() -> tuple[str, Callable[[int, int], Counted]] | None:
    """Return what can count here, and its name."""
    if shutil.which("perf"):
        try:
            by_perf(1_000, 1)
        except (ValueError, IndexError, subprocess.CalledProcessError):
            pass
        else:
            return "perf", by_perf
    return ("valgrind", by_valgrind) if shutil.which("valgrind") else None


def main() -> int:
    """Print the instructions an opportunity."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions")
    parser.add_argument("--people", type=int, nargs="+", default=[300_000])
    parser.add_argument("--months", type=int, nargs=2, default=(12, 36), metavar=("FEW", "MANY"))
    chosen = parser.parse_args()
    found = counter()
    if found is None:
        print("neither perf nor valgrind can count instructions here", file=sys.stderr)
        return 1
    name, count = found
    for people in chosen.people:
        run(people, 1, [])  # compiles
        few, many = (count(people, months) for months in chosen.months)
        each = (many[0] - few[0]) / (many[1] - few[1])
        print(f"{people:,} people: {each:,.0f} instructions an opportunity, counted by {name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
