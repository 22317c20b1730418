"""Paired rounds: everything that is compared runs once in each round, so that a busy machine slows all alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

Cost = TypeVar("Cost")
Runner = Callable[[], float]
"""Does one round's work and returns what it cost (seconds, or seconds per unit of work)."""
LEAST_SECONDS = 0.5


class Spread(NamedTuple):
    """Median, least and greatest of the rounds."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Return median, minimum and maximum."""
    return Spread(statistics.median(values), min(values), max(values))


def paired_rounds(runners: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Return the costs of every runner by round; the order is turned round in every second round."""
    costs: dict[str, list[Cost]] = {name: [] for name in runners}
    for number in range(rounds):
        names = list(runners) if number % 2 == 0 else list(runners)[::-1]
        for name in names:
            costs[name].append(runners[name]())
    return costs


def quotient(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Return the spread of one list of costs over another, taken round by round."""
    return spread([high / low for high, low in zip(above, below, strict=True)])


def ratio(costs: Mapping[str, Sequence[float]], above: str, below: str) -> Spread:
    """Return the spread of one runner's cost over another's, taken round by round."""
    return quotient(costs[above], costs[below])


def per_unit(repeat: Runner, units: float) -> float:
    """Return processor seconds per unit of work; short work is repeated, so that a round is not over at once."""
    seconds, count = 0.0, 0
    while seconds < LEAST_SECONDS:
        seconds += repeat()
        count += 1
    return seconds / (units * count)


def command_seconds(command: Sequence[str], environment: Mapping[str, str], status: int = 0) -> float:
    """Return the seconds that a command takes from start to end.

    Raises
    ------
    RuntimeError
        Where it ends with another status than expected.
    """
    return timed_command(command, environment, status)[0]


def timed_command(command: Sequence[str], environment: Mapping[str, str], status: int = 0) -> tuple[float, str]:
    """Return the seconds that a command takes from start to end, and what it printed.

    Raises
    ------
    RuntimeError
        Where it ends with another status than expected.
    """
    begun = time.perf_counter()
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode != status:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
    return seconds, done.stdout
