"""Trust, and who calls the police."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule

FEAR_STEP = 1.0 / 32.0
"""A stored step of own fear; 255 steps are the most a person can fear."""
MOST_STEPS = 255
NOBODY, OTHERS, VICTIM = 0, 1, 2
"""Who calls the police."""
_LEAST = 1e-300


@rule
def own_fear(steps: int, decay: float) -> float:
    """Return a person's own fear: stored steps times the decay since they last changed."""
    return steps * FEAR_STEP * decay


@rule
def fear_after_jump(steps: int, decay: float, jump: float) -> int:
    """Return stored steps of own fear after a jump, at most 255."""
    return min(MOST_STEPS, int(steps * decay + 0.5) + int(jump / FEAR_STEP + 0.5))


@rule
def fear_after_reassurance(steps: int, decay: float, share: float) -> int:
    """Return stored steps of own fear after one's report led to an arrest."""
    return int(steps * decay * (1.0 - share) + 0.5)


@rule
def trust(county_fear: float, own: float) -> float:
    """Return trust, in (0, 1]: 1 where there is nothing to fear. Fear adds up; trust decides."""
    return math.exp(-(county_fear + own))


@rule
def part_at_full_trust(union: float, part: float) -> float:
    """Return one caller's probability such that all callers together reach ``union``; parts add up to 1."""
    return float(1.0 - (1.0 - union) ** part)


@rule
def log_odds(probability: float) -> float:
    """Return the logit of a probability in (0, 1)."""
    return math.log(probability / (1.0 - probability))


@rule
def willing_to_report(base_log_odds: float, offset: float, sensitivity: float, trust_now: float) -> float:
    """Return the probability that a victim or third party calls: lost trust lowers the log odds."""
    return 1.0 / (1.0 + math.exp(-(base_log_odds + offset - sensitivity * (1.0 - trust_now))))


@rule
def somebody_reports(victim: float, third_party: float, officer: float) -> float:
    """Return the probability that at least one of three calls."""
    return 1.0 - (1.0 - victim) * (1.0 - third_party) * (1.0 - officer)


@rule
def first_caller(uniform: float, victim: float, others: float) -> int:
    """Return who calls the police: the victim with probability ``victim``, else others with probability ``others``."""
    if uniform < victim:
        return VICTIM
    return OTHERS if uniform - victim < (1.0 - victim) * others else NOBODY


@rule
def rest_of_call(uniform: float, victim: float, others: float) -> float:
    """Return the uniform left over after ``first_caller`` where somebody calls: what remains is uniform in [0, 1)."""
    by_victim = uniform < victim
    low, width = (0.0, victim) if by_victim else (victim, (1.0 - victim) * others)
    return (uniform - low) / max(width, _LEAST)


@rule
def is_recorded(uniform: float, share: float) -> bool:
    """Return whether police record a report."""
    return uniform < share
