"""The toy workload that rivals run, as numbers: the same for the toys here and for the peers in their own environments.

One person in a hundred is victimised in a month and reports with a probability of base x trust. One report in fifty
leads to a removal; where people are removed, trust falls in the next month, and it recovers slowly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

CERTAIN = 6.0
"""Standard errors within which a toy's counts must lie."""


class Workload(NamedTuple):
    """The constants of the toy workload."""

    victimised: float = 0.01
    reporting_base: float = 0.5
    removed: float = 0.02
    recovery: float = 0.05
    loss: float = 2.0
    counties: int = 25


class Counts(NamedTuple):
    """What a toy counted over its months, and the mean trust of its people after the last one."""

    incidents: int
    reports: int
    removals: int
    trust: float


WORKLOAD = Workload()


def mean_trust(months: int, workload: Workload = WORKLOAD) -> Iterator[float]:
    """Yield the expected mean trust of each month, after its recovery and loss."""
    trust, loss = 1.0, 0.0
    for _ in range(months):
        trust += workload.recovery * (1.0 - trust) - loss
        yield trust
        removals = workload.victimised * workload.reporting_base * trust * workload.removed
        loss = workload.loss * removals


def faults(counts: Counts, people: int, months: int, workload: Workload = WORKLOAD) -> list[str]:
    """Return where counts lie too far from what the workload leads to: nothing where it was run as it is meant."""
    course = list(mean_trust(months, workload))
    incidents = people * months * workload.victimised
    reports = counts.incidents * workload.reporting_base * sum(course) / months
    removals = counts.reports * workload.removed
    found = [
        f"{name}: {seen:,}, expected {wanted:,.0f}"
        for name, seen, wanted in (
            ("incidents", counts.incidents, incidents),
            ("reports", counts.reports, reports),
            ("removals", counts.removals, removals),
        )
        if abs(seen - wanted) > CERTAIN * math.sqrt(max(1.0, wanted))
    ]
    lost = 1.0 - course[-1]
    recent = max(1.0, removals * min(1.0, 1.0 / (workload.recovery * months)))
    if abs((1.0 - counts.trust) - lost) > CERTAIN * lost / math.sqrt(recent):
        found.append(f"mean trust: {counts.trust:.5f}, expected {1.0 - lost:.5f}")
    return found
