"""Targets 3, 4 and 8: whole nations at one agent per person, as whole runs in processes of their own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.measuring.runners import FULL_MODEL, SCENARIOS, SEED
from benchmarks.measuring.timing import Spread, paired_rounds, quotient, spread, timed_command
from benchmarks.measuring.whole_run import PARTS
from benchmarks.telling.lines import Line, Options, Point

NATION = SCENARIOS / "nation.yaml"
ONE, TWO, TABLES = "one thread", "two threads", "two threads, tables written"
STREAMS = {1: "stream bound, one thread", 2: "stream bound, two threads"}
Report = dict[str, Any]
"""What ``whole_run`` prints, and ``wall``: seconds of the whole process without the hashing."""


def task_of(options: Options, scale: float, months: int) -> Report:
    """Return what to run: the made nation, or the counties of a file from 2005 on."""
    overrides = [f"world.scale={scale}", f"months={months}"]
    if options.counties is None:
        return {"scenario": str(NATION), "overrides": overrides, "seed": SEED, "tables": None}
    overrides += [f"world.counties={options.counties}", "start=2005-01"]
    if options.adjacency is not None:
        overrides.append(f"world.adjacency={options.adjacency}")
    return {"scenario": str(FULL_MODEL), "overrides": overrides, "seed": SEED, "tables": None}


def run_once(task: Report) -> Report:
    """Run a task in a fresh process and return its report; what the process itself did not time is its start."""
    command = [sys.executable, "-m", "benchmarks.measuring.whole_run", json.dumps(task)]
    wall, printed = timed_command(command, os.environ)
    report: Report = json.loads(printed)
    report["wall"] = wall - report["seconds"].pop("hashing")
    report["seconds"][PARTS[0]] = report["wall"] - sum(report["seconds"][part] for part in PARTS[1:])
    return report


def stream_once(people: int, months: int, threads: int) -> Report:
    """Measure the stream bound in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.measuring.stream", str(people), str(months), str(threads)]
    return {"wall": float(timed_command(command, os.environ)[1])}


def compile_first(task: Report) -> Report:
    """Run one month of a tiny world of the same kind, so that nothing is compiled while it is timed."""
    return run_once({**task, "overrides": [*task["overrides"], "world.scale=0.0005", "months=1"], "threads": 1})


def with_tables(task: Report) -> Callable[[], Report]:
    """Return a runner that writes the tables into a folder that goes afterwards."""

    def run() -> Report:
        with tempfile.TemporaryDirectory() as folder:
            return run_once({**task, "tables": str(Path(folder) / "tables")})

    return run


@lru_cache(maxsize=1)
def nation_rounds(options: Options) -> dict[str, list[Report]]:
    """Return reports by round: the run on one thread and on two, with tables, and the stream bounds of its size."""
    task = task_of(options, options.scale, options.nation_months)
    compile_first(task)
    people, months = _size(task)
    runners: dict[str, Callable[[], Report]] = {
        STREAMS[1]: lambda: stream_once(people, months, 1),
        ONE: lambda: run_once({**task, "threads": 1}),
        STREAMS[2]: lambda: stream_once(people, months, 2),
        TWO: lambda: run_once({**task, "threads": 2}),
        TABLES: with_tables({**task, "threads": 2}),
    }
    return paired_rounds(runners, options.nation_rounds)


def _size(task: Report) -> tuple[int, int]:
    """Return people and months of a task, from its counties alone."""
    from sim.scenario.scenario import load_scenario
    from sim.world.counties.building import build_counties

    parameters = load_scenario(Path(task["scenario"]), task["overrides"]).parameters
    return int(build_counties(parameters, parameters.world.seed).agents.sum()), parameters.months


def _walls(reports: Sequence[Report]) -> list[float]:
    return [report["wall"] for report in reports]


def _parts(reports: Sequence[Report], part: str) -> Spread:
    return spread([report["seconds"][part] for report in reports])


def identical(first: Sequence[Report], second: Sequence[Report]) -> Spread:
    """Return the share of pairs of runs whose records are the same, bit for bit."""
    pairs = list(zip(first, second, strict=True))
    share = sum(one["digest"] == other["digest"] for one, other in pairs) / len(pairs)
    return Spread(share, share, share)


def _size_note(report: Report) -> str:
    """Return what was run, and whether a second thread was used at all."""
    from sim.engines.columnar.engine import SMALL_WORLD

    small = f"; below {SMALL_WORLD:,} people one thread is used" if report["people"] < SMALL_WORLD else ""
    return f"{report['people']:,} people, {report['counties']:,} counties, {report['months']} months{small}"


def nation(options: Options) -> list[Line]:
    """Target 3: the whole nation against the stream bound, and the memory it takes."""
    rounds = nation_rounds(options)
    bound, bound_of_two = (_walls(rounds[name]) for name in STREAMS.values())
    note = _size_note(rounds[ONE][0])
    peak = {name: spread([report["peak"] / 1e9 for report in rounds[name]]) for name in (ONE, TWO, TABLES)}
    lines = [
        Line(3, "whole run, one thread, over the stream bound", _over(rounds[ONE], bound), "x", "<= 12 x", note),
        Line(3, "whole run, two threads, over the stream bound", _over(rounds[TWO], bound), "x", "<= 6 x"),
        *(Line(3, f"peak memory, {name}", value, "GB", "<= 1.5 GB") for name, value in peak.items()),
        Line(3, "one thread and two: share of runs the same, bit for bit", identical(rounds[ONE], rounds[TWO]), ""),
        Line(3, "whole run, two threads, over the stream bound of two", _over(rounds[TWO], bound_of_two), "x"),
    ]
    lines += [Line(3, name, spread(_walls(reports)), "s", point=_wall(name)) for name, reports in rounds.items()]
    return lines + _part_lines(rounds) + _event_lines(rounds)


def _over(reports: Sequence[Report], bound: Sequence[float]) -> Spread:
    return quotient(_walls(reports), bound)


def _wall(name: str) -> Point | None:
    """Return the place of a bound in the chart; a run stands there by its parts."""
    return Point("nation", name) if name in STREAMS.values() else None


def _part_lines(rounds: dict[str, list[Report]]) -> list[Line]:
    return [
        Line(3, f"{name}: {part}", _parts(rounds[name], part), "s", point=Point("nation", name))
        for name in (ONE, TWO, TABLES)
        for part in (PARTS if name == TABLES else PARTS[:-1])
    ]


def _event_lines(rounds: dict[str, list[Report]]) -> list[Line]:
    """Return the months' cost per opportunity and per person-month on one thread."""
    reports = rounds[ONE]
    events = [1e9 * report["seconds"][PARTS[3]] / max(1, report["opportunities"]) for report in reports]
    cells = [1e9 * report["seconds"][PARTS[3]] / (report["people"] * report["months"]) for report in reports]
    return [
        Line(3, "months, one thread, for each opportunity", spread(events), "ns"),
        Line(3, "months, one thread, for each person and month", spread(cells), "ns"),
    ]


def two_threads(options: Options) -> list[Line]:
    """Target 4: two threads against one, same bytes."""
    task = task_of(options, options.threads_scale, options.threads_months)
    compile_first(task)
    runners: dict[str, Callable[[], Report]] = {
        ONE: lambda: run_once({**task, "threads": 1}),
        TWO: lambda: run_once({**task, "threads": 2}),
    }
    rounds = paired_rounds(runners, options.nation_rounds)
    loops = {name: [report["seconds"][PARTS[3]] for report in reports] for name, reports in rounds.items()}
    same = identical(rounds[ONE], rounds[TWO])
    return [
        Line(4, "months on two threads over one", quotient(loops[TWO], loops[ONE]), "x", "<= 0.65 x"),
        Line(4, "share of runs the same, bit for bit", same, "", ">= 1", _size_note(rounds[ONE][0])),
        Line(4, "whole run on two threads over one", quotient(_walls(rounds[TWO]), _walls(rounds[ONE])), "x"),
        *(Line(4, f"months, {name}", spread(seconds), "s") for name, seconds in loops.items()),
    ]


def output(options: Options) -> list[Line]:
    """Target 8: how much of a nation's run is writing its tables, and how many bytes a row takes."""
    reports = nation_rounds(options)[TABLES]
    shares = [100 * report["seconds"][PARTS[4]] / report["wall"] for report in reports]
    tables = reports[0]["tables"]
    rows = sum(table["rows"] for table in tables.values())
    size = sum(table["bytes"] for table in tables.values())
    return [
        Line(8, "share of the run spent writing tables", spread(shares), "%", "<= 25 %", _size_note(reports[0])),
        Line(8, "bytes a row, all four tables", spread([size / rows]), "bytes", "<= 8 bytes", f"{rows:,} rows"),
        *(
            Line(8, f"bytes a row, {name}", spread([table["bytes"] / table["rows"]]), "bytes")
            for name, table in tables.items()
        ),
        Line(8, "writing", _parts(reports, PARTS[4]), "s"),
    ]
