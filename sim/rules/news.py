"""News: county fear, and what offenders and police come to expect."""

from __future__ import annotations

from sim.numerics.compiled import rule


@rule
def pooled_removal_rate(removed: int, community: int, regional_rate: float, weight: float) -> float:
    """Return removals per person of the community in a month, the county's own pooled with its ICE region."""
    if community + weight <= 0.0:
        return 0.0
    return (removed + weight * regional_rate) / (community + weight)


@rule
def county_fear(fear: float, fade: float, publicity: float, presence: float, awareness: float, rate: float) -> float:
    """Return next month's county fear, never below 0; ``rate`` is removals per 1,000 of the community."""
    return max(0.0, fear * (1.0 - fade) + publicity + presence + awareness * rate)


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
