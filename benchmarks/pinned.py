"""Today's checkout beside a pinned commit, in turn, in one run.

``python -m benchmarks.pinned COMMIT`` makes a worktree of the commit in a temporary folder and does the same work from
both: each piece in a process of its own, the order turned round from round to round. It prints today's cost, the
pinned one, and the median, least and greatest of the ratio by round; below 1 today's is cheaper. Costs are seconds of
processor time, so that waiting for a busy machine does not count. Both compile before the rounds; how long that took
is printed too, measured once.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.measuring.timing import paired_rounds, ratio

ROOT = Path(__file__).parents[1]
TODAY, PINNED = "today", "pinned"
PREPARED = """
import sys, time
from sim.running.run import prepare, records
from sim.scenario.scenario import load_scenario
scenario = load_scenario("scenarios/secure_communities.yaml", sys.argv[2:])
def cost(work):
    begun = time.process_time()
    work()
    return time.process_time() - begun
"""
RUN = """
setting = prepare(scenario)
def run():
    for _ in records(setting, 1):
        pass
run()
print(min(cost(run) for _ in range(int(sys.argv[1]))))
"""
BUILD = """
prepare(scenario, share=False)
print(min(cost(lambda: prepare(scenario, share=False)) for _ in range(int(sys.argv[1]))))
"""
ONCE = """
from benchmarks.measuring.whole_run import peak_bytes
setting = []
def run():
    for _ in records(setting.pop(), 1, keep_world=False):
        pass
print(cost(lambda: setting.append(prepare(scenario, share=False))), cost(run), peak_bytes() / 1e9)
"""
NATION_MONTHS = 24
NATION = "the United States, one agent per person"
DEMO_REPLICATIONS = 5


@contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """Give a checkout of a commit, and take it away again."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "pinned"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(place), commit], cwd=ROOT, check=True)
        try:
            yield place
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(place)], cwd=ROOT, check=True)


def answer(checkout: Path, cache: Path, code: str, *arguments: str) -> float:
    """Return the number that ``code`` prints when it is run from a checkout."""
    return answers(checkout, cache, code, *arguments)[0]


def answers(checkout: Path, cache: Path, code: str, *arguments: str) -> tuple[float, ...]:
    """Return the numbers that ``code`` prints."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "DARKFIGURE_CACHE": str(cache)}
    command = [sys.executable, "-c", PREPARED + code, *arguments]
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=True)
    return tuple(float(text) for text in done.stdout.split())


def small_run_cost(checkout: Path, cache: Path) -> float:
    """Return the processor seconds of a small run by the command line, from start to end."""
    options = ["--set", "world.people=5000", "--set", "months=12"]
    return command_cost(checkout, cache, ["run", "scenarios/secure_communities.yaml", *options])


def demo_cost(checkout: Path, cache: Path) -> float:
    """Return the processor seconds of the comparison of ``make demo`` with its report, from start to end.

    All replications have the parameters of the files, for at older commits draws of a posterior were not the default.
    """
    text = (checkout / "scenarios" / "compare_programs.yaml").read_text(encoding="utf-8")
    text = re.sub("(?m)^uncertainty:.*\n", "", text)
    text = re.sub(r"(?m)^  - (\w+\.yaml)$", rf"  - {checkout}/scenarios/\1", text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "compare_programs.yaml"
        path.write_text(text, encoding="utf-8")
        options = ["--replications", str(DEMO_REPLICATIONS), "--workers", "1"]
        return command_cost(checkout, cache, ["compare", str(path), *options])


def command_cost(checkout: Path, cache: Path, arguments: list[str]) -> float:
    """Return the processor seconds of a command and all its processes, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sim", *arguments, "--out", f"{folder}/out", "--quiet"]
        environment = {**os.environ, "PYTHONPATH": str(checkout), "DARKFIGURE_CACHE": str(cache)}
        before = os.times()
        subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True)
        after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def pieces() -> Mapping[str, Callable[[Path, Path], float]]:
    """Return each piece of work by name: what it costs from a checkout, with its folder of compiled code."""

    def code(text: str, *arguments: str) -> Callable[[Path, Path], float]:
        return lambda checkout, cache: answer(checkout, cache, text, *arguments)

    return {
        "a small run, compiled": small_run_cost,
        f"the demo's comparison, {DEMO_REPLICATIONS} replications": demo_cost,
        "96 months of 10,000 people": code(RUN, "20", "world.people=10000", "months=96"),
        "96 months of 100,000 people": code(RUN, "5", "world.people=100000", "months=96"),
        "96 months of 1,000,000 people": code(RUN, "1", "world.people=1000000", "months=96"),
        "building a world of 100,000 people": code(BUILD, "5", "world.people=100000"),
    }


def print_nation(places: Mapping[str, tuple[Path, Path]], nation: list[str], rounds: int) -> None:
    """Print what building a nation, its months and its memory cost, all from one process a round."""
    paths = zip(("counties", "adjacency"), nation, strict=True)
    files = [f"world.{name}={Path(path).resolve()}" for name, path in paths]
    settings = ["1", *files, "world.scale=1", f"months={NATION_MONTHS}"]
    for place in places.values():  # nothing compiles while it is measured
        answers(*place, ONCE, *settings, "world.scale=0.0005", "months=1")
    found = paired_rounds({which: partial(answers, *place, ONCE, *settings) for which, place in places.items()}, rounds)
    for number, name in enumerate(("building", f"{NATION_MONTHS} months of", "GB, peak memory of")):
        print(line(f"{name} {NATION}", {which: [it[number] for it in costs] for which, costs in found.items()}))


def line(name: str, costs: Mapping[str, list[float]]) -> str:
    """Return a line of the table: today's and the pinned cost, and the ratio with its range."""
    today, pinned = (statistics.median(costs[which]) for which in (TODAY, PINNED))
    spread = ratio(costs, TODAY, PINNED)
    return f"{name:60}{today:9.3f}{pinned:9.3f}{spread.median:8.2f} ({spread.low:.2f} to {spread.high:.2f})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pinned")
    parser.add_argument("commit", help="what today's checkout is compared with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--nation", nargs=2, default=[], metavar=("COUNTIES", "ADJACENCY"), help="adds the nation")
    parser.add_argument("--only", default="", metavar="TEXT", help="of the pieces those whose name holds this")
    chosen = parser.parse_args()
    with worktree(chosen.commit) as pinned, tempfile.TemporaryDirectory() as caches:
        places = {TODAY: (ROOT, Path(caches) / TODAY), PINNED: (pinned, Path(caches) / PINNED)}
        print(f"{'seconds of processor time':60}{TODAY:>9}{PINNED:>9}{'ratio':>8}")
        cold = {which: [small_run_cost(*place)] for which, place in places.items()}
        print(line("a small run that compiles first (once)", cold), flush=True)
        for name, cost in pieces().items():
            if chosen.only in name:
                runners = {which: partial(cost, *place) for which, place in places.items()}
                print(line(name, paired_rounds(runners, chosen.rounds)), flush=True)
        if chosen.nation and chosen.only in NATION:
            print_nation(places, chosen.nation, chosen.rounds)


if __name__ == "__main__":
    main()
