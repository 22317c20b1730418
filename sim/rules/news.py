"""News: county fear, and what offenders and police come to expect."""

from __future__ import annotations

from sim.numerics.compiled import rule


@rule
def pooled_removal_rate(heard_of: float, people: float, regional_rate: float, weight: float) -> float:
    """Return removals per person of a group in a month, the county's own pooled with its ICE region's.

    ``heard_of`` counts each removal by its visibility; ``weight`` is in people.
    """
    if people + weight <= 0.0:
        return 0.0
    return (heard_of + weight * regional_rate) / (people + weight)


@rule
def spilled_over(own: float, others: float, spill_over: float) -> float:
    """Return the rate of removals that a group hears of: its own, and in part that of the other group."""
    return (1.0 - spill_over) * own + spill_over * others


@rule
def fading(fade: float, refusal: float, refusal_fade: float) -> float:
    """Return how county fear fades in a month: faster where the county declines detainers (``refusal`` 0 to 1)."""
    return min(1.0, fade + refusal * refusal_fade)


@rule
def county_fear(fear: float, fade: float, announced: float, awareness: float, rate: float) -> float:
    """Return a group's next fear in a county, never below 0; ``rate`` is removals per 1,000 of the group."""
    return max(0.0, fear * (1.0 - fade) + announced + awareness * rate)


@rule
def relative_risk(risk: float, full_trust_risk: float, previous: float, weight: float) -> float:
    """Return the believed risk of being reported and solved relative to full trust; exactly 1 where nobody fears."""
    if full_trust_risk + weight <= 0.0:
        return previous
    return (risk + weight * previous) / (full_trust_risk + weight)


@rule
def running_removal_risk(taken: int, removable: int, previous: float, weight: float, removed_share: float) -> float:
    """Return the running share of removable arrestees who are removed."""
    if removable + weight <= 0.0:
        return previous
    return (taken * removed_share + weight * previous) / (removable + weight)


@rule
def running_load(recorded: int, expected: float, previous: float, memory: float) -> float:
    """Return recorded crime relative to the usual amount, averaged over about ``memory`` months."""
    if expected <= 0.0:
        return previous
    return (recorded / expected + memory * previous) / (1.0 + memory)
