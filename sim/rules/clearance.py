"""Clearance: a recorded crime is solved by arrest."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule

RISK_UNIT = 1048576.0
"""Risks of being reported and solved are summed as whole numbers of 2**-20, so that the order does not matter."""


@rule
def witness_help(weight: float, sensitivity: float, trust_now: float) -> float:
    """Return how a witness's trust multiplies clearance; 1 at full trust."""
    if sensitivity == 0.0:
        return 1.0
    return math.exp(-weight * sensitivity * (1.0 - trust_now))


@rule
def clearance_capacity(load: float, elasticity: float, officer_time_lost: float) -> float:
    """Return how workload relative to the usual one and officers' lost time multiply clearance."""
    bounded = min(2.0, max(0.5, load))
    return float((bounded / (1.0 - officer_time_lost)) ** -elasticity)


@rule
def clearance_probability(base: float, capacity: float, help_factor: float) -> float:
    """Return the probability that a recorded crime is cleared."""
    return min(1.0, base * capacity * help_factor)


@rule
def risk_units(reported: float, recorded: float, cleared: float) -> int:
    """Return the risk of being reported, recorded and solved, in whole units of 2**-20."""
    return int(reported * recorded * cleared * RISK_UNIT)
