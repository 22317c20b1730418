"""Offending: whether an opportunity is taken, given guardianship, belief in impunity, and deterrence."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule
from sim.words.codes import EVEN, HOT_SPOTS


@rule
def relative_patrol(
    policy: int, cell_people: int, county_people: int, cells: int, recent: float, total: float
) -> float:
    """Return patrol per person in a cell relative to the county's mean.

    Hot spots: half of the officers by population, half by recent recorded crime.
    """
    if policy == EVEN:
        return county_people / (cells * cell_people)
    if policy == HOT_SPOTS and total > 0.0:
        return 0.5 + 0.5 * (recent / total) * (county_people / cell_people)
    return 1.0


@rule
def guardianship(effect: float, patrol: float) -> float:
    """Return how patrol relative to the mean multiplies offending, before normalisation to mean 1 over people."""
    return math.exp(-effect * (patrol - 1.0))


@rule
def impunity(relative_risk: float, elasticity: float) -> float:
    """Return how a relative risk of being reported and solved multiplies offending; exactly 1 at risk 1."""
    if elasticity == 0.0 or relative_risk == 1.0:
        return 1.0
    return float(relative_risk**-elasticity)


@rule
def displaced(impunity_factor: float, mean: float, displacement: float) -> float:
    """Return impunity of which a share ``displacement`` moves between groups: divided by its mean over people."""
    if displacement == 0.0:
        return impunity_factor
    return float(impunity_factor / mean**displacement)


@rule
def deterrence(strength: float, removal_risk: float, reference: float) -> float:
    """Return how the risk of removal multiplies the offending of removable people."""
    if strength == 0.0 or reference <= 0.0:
        return 1.0
    return 1.0 - strength * min(1.0, removal_risk / reference)


@rule
def intensity(propensity: float, guard: float, impunity_factor: float, deterrence_factor: float) -> float:
    """Return how readily an opportunity is taken: ``headroom`` is certain, more than that is clipped."""
    return propensity * guard * impunity_factor * deterrence_factor


@rule
def is_taken(uniform: float, headroom: float, readiness: float) -> bool:
    """Return whether an opportunity is taken, at a probability of ``readiness`` (see ``intensity``) over headroom."""
    return uniform * headroom < readiness
