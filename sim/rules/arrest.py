"""Street arrests for minor offences."""

from __future__ import annotations

from sim.numerics.compiled import rule
from sim.words.codes import STREET_FELONY, STREET_MISDEMEANOR


@rule
def street_arrest_mean(people: int, rate: float, stop_ratio: float, rise: float) -> float:
    """Return the expected street encounters that would end in an arrest, in a cell's group in a month."""
    return people * rate * stop_ratio * rise


@rule
def street_charge(uniform: float, felony_share: float) -> int:
    """Return the charge of a street arrest."""
    return STREET_FELONY if uniform < felony_share else STREET_MISDEMEANOR
