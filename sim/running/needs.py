"""What a run will need, told before it starts; what would not fit into memory is refused."""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running import costs
from sim.running.costs import Memory, Size
from sim.running.inputs import read_inputs
from sim.running.memory import GIGABYTE, VARIABLE, free_memory
from sim.words.faults import UserError
from sim.words.limits import MOST_RUNS

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.scenario.calibration.files import Calibration
    from sim.scenario.design.sweep import Sweep
    from sim.scenario.scenario import Comparison
    from sim.world.counties.table import Counties

FASTER, SLOWER = 0.6, 1.6
"""Machines differ, and other work runs beside: the range told is the estimate times these."""
LEAST_SCALE, LEAST_PER_COUNTY = 0.0001, 40
"""The smallest worlds that can be asked for."""
_CLOCK = (("hour", 3600.0), ("minute", 60.0), ("second", 1.0))


@dataclass(frozen=True)
class Forecast:
    """What a run or a comparison will need.

    Attributes
    ----------
    parameters : Parameters
        Of the scenario, or of the first one compared.
    size : Size
        Of one run.
    memory : Memory
        Of all that goes on at a time.
    seconds : float
        From start to end, on a machine like the one measured.
    compiled : bool
        Whether the loops have been compiled before.
    runs : int
    means : str
        What the time counts on: "1 thread", "2 workers".
    other_ways : tuple of pairs
        Options that lower the memory needed, the best first, and the bytes then needed.
    notes : tuple of texts
        What the user's files add up to, what was recognised in them and what is left out.
    counties : Counties or None
        Of the scenario's file, if it names one.
    """

    parameters: Parameters
    size: Size
    memory: Memory
    seconds: float
    compiled: bool
    runs: int
    means: str
    other_ways: tuple[tuple[str, float], ...]
    notes: tuple[str, ...] = ()
    counties: Counties | None = field(default=None, repr=False, compare=False)

    @property
    def read(self) -> tuple[Parameters, Counties] | None:
        """The counties of a file with the parameters of which they are."""
        return None if self.counties is None else (self.parameters, self.counties)

    @property
    def bytes(self) -> float:
        """Memory at the highest."""
        return self.memory.of(self.size.people)

    def __str__(self) -> str:
        """Return a line such as "30,000 people, 9 months: about 0.3 GB of memory and a few seconds on 1 thread"."""
        people = f"{self.size.people:,} people, {_counted(self.size.months, 'month')}"
        what = people if self.runs == 1 else f"{self.runs:,} runs of {people}"
        time = _duration(FASTER * self.seconds, SLOWER * self.seconds)
        first = "" if self.compiled else "; the loops are compiled first, once, which takes a minute or two"
        return f"{what}: about {_gigabytes(self.bytes)} of memory and {time} on {self.means}{first}"

    def as_json(self) -> dict[str, Any]:
        """Return what is needed, for other programs."""
        return {
            "people": self.size.people,
            "months": self.size.months,
            "runs": self.runs,
            "bytes": round(self.bytes),
            "seconds": round(self.seconds, 1),
            "notes": list(self.notes),
        }

    def ensure_room(self) -> None:
        """Refuse what would not fit into memory.

        Raises
        ------
        UserError
            With the need, what is free, and what would fit: fewer workers, else the largest world.
        """
        free = free_memory()
        if free is None or self.bytes <= free:
            return
        ways = [option for option, memory in self.other_ways if memory <= free]
        ways += _smaller_world(self.parameters, self.size, self.memory, free)
        advice = f"use {ways[0]}" if ways else "not even the smallest such world would fit"
        raise UserError(
            f"not enough memory: {self.size.people:,} people need about {_gigabytes(self.bytes)} on {self.means}, and "
            f"{free / GIGABYTE:.1f} GB are free; {advice} ({VARIABLE} sets how many GB may be used)"
        )


def forecast_run(parameters: Parameters, engine: str, threads: int, compiled: bool = True) -> Forecast:
    """Return what one run will need; the files it names are read, nothing is built.

    Raises
    ------
    UserError
        Faults in a file.
    """
    counties, notes = read_inputs([parameters])
    size = costs.size_of(parameters, counties)
    memory = costs.memory_of_run(parameters, size, engine, compiled)
    seconds = costs.START + costs.seconds_of_run(size, engine, threads) + (0.0 if compiled else costs.COMPILING)
    if engine == "columnar":
        means = _counted(costs.threads_used(threads, size), "thread")
        return Forecast(parameters, size, memory, seconds, compiled, 1, means, (), notes, counties)
    columnar = costs.memory_of_run(parameters, size, "columnar", compiled)
    ways = (("--engine columnar", columnar.of(size.people)),)
    return Forecast(parameters, size, memory, seconds, compiled, 1, "1 thread", ways, notes, counties)


def forecast_comparison(
    comparison: Comparison, engine: str, threads: int, workers: int, compiled: bool = True
) -> Forecast:
    """Return what all runs of a comparison will need, as many at a time as there are workers.

    Raises
    ------
    UserError
        Faults in a file.
    """
    runs = len(comparison.members) * comparison.replications
    scenarios = [scenario.parameters for scenario in comparison.scenarios]
    return _forecast_runs(scenarios, runs, engine, threads, workers, compiled)


def forecast_sweep(sweep: Sweep, engine: str, threads: int, workers: int, compiled: bool = True) -> Forecast:
    """Return what all runs of a sweep will need, as many at a time as there are workers.

    Raises
    ------
    UserError
        Faults in a file.
    """
    bases = [sweep.base] if sweep.against is None else [sweep.base, sweep.against]
    scenarios = [scenario.parameters for scenario in (*bases, *sweep.with_lists())]
    found = _forecast_runs(scenarios, sweep.runs, engine, threads, workers, compiled)
    return replace(found, notes=(*sweep.design.notes, *found.notes))


def forecast_calibration(found: Calibration, threads: int, workers: int, compiled: bool = True) -> Forecast:
    """Return what all worlds of a calibration will need, each run with the program and without.

    Raises
    ------
    UserError
        Faults in a file.
    """
    header = found.header
    runs = 2 * (header.worlds * header.waves + header.again)
    return _forecast_runs([found.base.parameters], runs, "columnar", threads, workers, compiled)


def _forecast_runs(
    scenarios: Sequence[Parameters], runs: int, engine: str, threads: int, workers: int, compiled: bool
) -> Forecast:
    """Return what many runs of worlds of one size need; more than anybody could wait for are refused."""
    if runs > MOST_RUNS:
        raise UserError(f"{runs:,} runs, allowed are up to {MOST_RUNS:,}; lower the replications or the points")
    parameters = scenarios[0]
    counties, notes = read_inputs(scenarios)
    size = costs.size_of(parameters, counties)
    at_a_time = min(workers, runs)
    worker = costs.memory_of_worker(parameters, size, engine, compiled)

    def memory(number: int) -> Memory:
        own = costs.REPORTING + (costs.PROCESS if number > 1 else 0.0)
        return worker.times(number, own)

    one = costs.seconds_of_run(size, engine, threads) + costs.seconds_kept(size)
    seconds = costs.START + math.ceil(runs / at_a_time) * one + costs.REPORT + (0.0 if compiled else costs.COMPILING)
    fewer = range(at_a_time - 1, 0, -1)
    ways = tuple((f"--workers {number}", memory(number).of(size.people)) for number in fewer)
    means = _counted(at_a_time, "worker")
    return Forecast(parameters, size, memory(at_a_time), seconds, compiled, runs, means, ways, notes, counties)


def is_compiled(engine: str) -> bool:
    """Return whether the engine's loops lie compiled on disk, as they do once they have run."""
    importlib.import_module("sim.numerics.draws")  # any module with compiled code settles where it is kept
    pattern = "*.nbi" if engine == "mesa" else "columnar_*/*.nbi"
    return any(Path(os.environ["NUMBA_CACHE_DIR"]).rglob(pattern))


def _smaller_world(parameters: Parameters, size: Size, memory: Memory, free: float) -> list[str]:
    """Return the option that makes the largest world that fits, if there can be one."""
    scale = parameters.world.scale
    if parameters.world.kind == "grid":
        most = _two_digits(memory.people_within(free, 0.0))
        return [f"--set world.people={most:.0f}"] if most >= LEAST_PER_COUNTY * size.counties else []
    most = _two_digits(scale * memory.people_within(free, size.people / scale * costs.HALF) / size.people)
    return [f"--set world.scale={most:.6f}".rstrip("0")] if most >= LEAST_SCALE else []


def _two_digits(value: float) -> float:
    """Return a number rounded down to two digits; 0 where it is not positive."""
    if value <= 0:
        return 0.0
    digits = 1 - math.floor(math.log10(value))
    return round(math.floor(value * 10.0**digits) / 10.0**digits, 12)


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _gigabytes(memory: float) -> str:
    """Return bytes as GB with one decimal, rounded up."""
    return f"{math.ceil(memory / GIGABYTE * 10) / 10:.1f} GB"


def _duration(low: float, high: float) -> str:
    """Return a range of seconds in words: "a few seconds", "20 to 50 seconds", "1 to 3 minutes"."""
    if high < 10:
        return "a few seconds"
    name, unit = next((name, unit) for name, unit in _CLOCK if high >= 2 * unit)
    step = 1 if high < 20 * unit else 10
    first, last = (max(1, round(value / unit / step) * step) for value in (low, high))
    return f"about {_counted(last, name)}" if first == last else f"{first:,} to {last:,} {name}s"
