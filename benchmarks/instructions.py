"""Instructions of the processor an opportunity, with all that follows from it: a count that no busy machine changes.

``python -m benchmarks.instructions`` runs the columnar engine for some months and for more of them and divides what the
longer run takes beyond the shorter one, Python and records of months included, by its further opportunities. Counted by
``perf`` where the machine lets it, else by ``valgrind`` (some minutes in all); where neither can, it says so and ends
with status 1.

Loading Python and the compiled loops takes sixty times what a year of months does, and ten million instructions more or
fewer from one start to the next: so both runs are counted several times, and medians taken.

``valgrind`` shows a program a processor without AVX-512. Code compiled for the machine's own would not be found in the
cache, and all be compiled anew on the machine of software, which takes hours: so it counts code that was compiled
before for a processor with AVX2.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

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
AVX2 = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+bmi,+bmi2,+fma,+lzcnt,+popcnt"}
"""The processor of ``VALGRIND`` as the compiler knows it."""


class Counted(NamedTuple):
    """What a run took, and how many opportunities it had."""

    instructions: int
    opportunities: int


class Counter(NamedTuple):
    """A program that counts: its name, and how the compiler is told for which processor it compiles."""

    name: str
    surroundings: dict[str, str]


def run(checkout: Path, surroundings: dict[str, str], people: int, months: int, before: list[str]) -> tuple[str, str]:
    """Run a world with a command ``before`` it, and return what both said on standard output and error."""
    command = [*before, sys.executable, "-c", RUN, f"world.people={people}", f"months={months}"]
    environment = {**os.environ, **surroundings, "PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def counted(checkout: Path, counter: Counter, people: int, months: int) -> Counted:
    """Count the instructions of a run: by the processor itself, or by executing each on a machine of software."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out"
        before = [*PERF, "-o", out] if counter.name == "perf" else [*VALGRIND, f"--cachegrind-out-file={out}"]
        told, heard = run(checkout, counter.surroundings, people, months, before)
        heard += Path(out).read_text(encoding="utf-8") if counter.name == "perf" else ""
    found = re.search(r"I\s+refs:\s+([\d,]+)", heard) or re.search(r"^(\d+),,instructions", heard, re.MULTILINE)
    if found is None:
        raise ValueError(f"{counter.name} told no number: {heard[-300:]}")
    return Counted(int(found[1].replace(",", "")), int(told))


def counter_here() -> Counter | None:
    """Return what can count on this machine."""
    if shutil.which("perf"):
        tried = subprocess.run([*PERF, "true"], capture_output=True, text=True, check=False)
        if re.search(r"^\d+,,instructions", tried.stderr, re.MULTILINE):
            return Counter("perf", {})
    if shutil.which("valgrind"):
        return Counter("valgrind", AVX2 if platform.machine() == "x86_64" else {})
    return None


def of_one_opportunity(rounds: list[list[Counted]]) -> tuple[float, float]:
    """Return what a further opportunity takes, and how far equal runs differ, a further opportunity.

    ``rounds`` has for each round a run of few months and one of many.
    """
    few, many = zip(*rounds, strict=True)
    further = many[0].opportunities - few[0].opportunities
    counts = [[run.instructions for run in runs] for runs in (few, many)]
    spread = max(max(runs) - min(runs) for runs in counts)
    return (median(counts[1]) - median(counts[0])) / further, spread / further


def main() -> int:
    """Print the instructions an opportunity."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions")
    parser.add_argument("--people", type=int, nargs="+", default=[300_000])
    parser.add_argument("--months", type=int, nargs=2, default=(12, 156), metavar=("FEW", "MANY"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="of this or another commit (default: this one)")
    chosen = parser.parse_args()
    counter = counter_here()
    if counter is None:
        print("neither perf nor valgrind can count instructions here", file=sys.stderr)
        return 1
    for people in chosen.people:
        run(chosen.checkout, counter.surroundings, people, 1, [])  # compiles
        rounds = [
            [counted(chosen.checkout, counter, people, months) for months in chosen.months]
            for _ in range(chosen.rounds)
        ]
        each, spread = of_one_opportunity(rounds)
        print(
            f"{people:,} people: {each:,.0f} instructions an opportunity, counted by {counter.name}; "
            f"runs of as many months differ by up to {spread:,.0f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
