"""Target 6: many runs of 100,000 people on two processes, and what building a world costs beside running it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

from benchmarks.measuring.runners import FULL_MODEL, SEED, loop_seconds, prepared
from benchmarks.measuring.timing import paired_rounds, quotient, spread
from benchmarks.telling.lines import Line, Options

SERIAL, PARALLEL = "serial", "two workers"


class Job(NamedTuple):
    """One run of an ensemble."""

    scenario: Any
    replication: int


class Ensemble(NamedTuple):
    """What an ensemble took: in all, and for each run once every worker was at work; and what it gave."""

    seconds: float
    steady: float
    recorded: tuple[int, ...]


def one_run(job: Job) -> int:
    """Simulate one replication and return its recorded crime."""
    from sim.running.run import simulate

    ledger = simulate(job.scenario, seed=SEED, replication=job.replication)
    return int(ledger.crime[..., 2].sum())


def overrides(options: Options, world_seed: int) -> list[str]:
    """Return an ensemble's world; another seed is another world, so that none is built already."""
    sizes = [f"world.people={options.ensemble_people}", f"months={options.ensemble_months}"]
    return [*sizes, f"world.seed={world_seed}"]


def run_ensemble(options: Options, world_seed: int, workers: int) -> Ensemble:
    """Run all replications of one scenario."""
    from sim.running.batch import run_all
    from sim.scenario.scenario import load_scenario

    scenario = load_scenario(FULL_MODEL, overrides(options, world_seed))
    jobs = [Job(scenario, replication) for replication in range(options.ensemble_runs)]
    ends: list[float] = []
    begun = time.perf_counter()
    recorded = tuple(run_all(one_run, jobs, workers, lambda: ends.append(time.perf_counter())))
    first = min(2 * workers, len(ends) - 1) - 1
    steady = (ends[-1] - ends[first]) / (len(ends) - 1 - first)
    return Ensemble(time.perf_counter() - begun, steady, recorded)


def ensembles(options: Options) -> list[Line]:
    """Target 6: two workers against one process; building a world as a share of a run."""
    loop_seconds(prepared(overrides(options, 0)))
    worlds = {name: count(1) for name in (SERIAL, PARALLEL)}
    runners = {
        SERIAL: lambda: run_ensemble(options, next(worlds[SERIAL]), 1),
        PARALLEL: lambda: run_ensemble(options, next(worlds[PARALLEL]), 2),
    }
    found = paired_rounds(runners, options.rounds)
    serial, parallel = found[SERIAL], found[PARALLEL]
    same = [float(one.recorded == other.recorded) for one, other in zip(serial, parallel, strict=True)]
    note = f"{options.ensemble_runs} runs of {options.ensemble_people:,} people, {options.ensemble_months} months"
    whole = quotient([it.seconds for it in serial], [it.seconds for it in parallel])
    steady = quotient([it.steady for it in serial], [it.steady for it in parallel])
    return [
        Line(6, "two workers faster than serial, starting them included", whole, "x", ">= 1.6 x", note),
        Line(6, "two workers faster than serial, once they are at work", steady, "x"),
        Line(6, "share of ensembles with the same results", spread(same), "", ">= 1"),
        *building(options),
        *(Line(6, name, spread([it.seconds for it in found[name]]), "s") for name in found),
    ]


def building(options: Options) -> list[Line]:
    """Return the building of a world as a share of a whole run, in processor time."""
    pairs = list(_built_and_run(options))
    shares = [100 * built / (built + run) for built, run in pairs]
    return [
        Line(6, "building the world, share of a run", spread(shares), "%", "<= 10 %"),
        Line(6, "building the world", spread([1e3 * built for built, _ in pairs]), "ms"),
        Line(6, "the run without it", spread([1e3 * run for _, run in pairs]), "ms"),
    ]


def _built_and_run(options: Options) -> Iterator[tuple[float, float]]:
    from sim.running.run import prepare
    from sim.scenario.scenario import load_scenario

    for number in range(options.rounds):
        scenario = load_scenario(FULL_MODEL, overrides(options, 1_000_000 + number))
        begun = time.process_time()
        setting = prepare(scenario)
        built = time.process_time() - begun
        yield built, loop_seconds(setting)
