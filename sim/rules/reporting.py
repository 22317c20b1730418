"""Trust, and who calls the police."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule

FEAR_STEP = 1.0 / 32.0
"""A stored step of own fear; 255 steps are the most a person can fear."""
MOST_STEPS = 255
NOBODY, VICTIM, OTHERS, OFFICER = 0, 1, 2, 3
"""Who calls the police first."""


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
def first_caller(uniform: float, victim: float, third_party: float, officer: float) -> int:
    """Return who calls the police first, if at least one of three would: each as likely as the call itself (T50)."""
    union = somebody_reports(victim, third_party, officer)
    place = uniform * (victim + third_party + officer)  # over union it lies among the three, laid end to end
    caller = VICTIM
    if place >= victim * union and third_party + officer > 0.0:
        caller = OTHERS
    if place >= (victim + third_party) * union and officer > 0.0:
        caller = OFFICER
    return caller if uniform < union else NOBODY


@rule
def is_recorded(uniform: float, share: float) -> bool:
    """Return whether police record a report."""
    return uniform < share


@rule
def is_treated_in_hospital(uniform: float, share: float) -> bool:
    """Return whether a victim is treated in hospital or dies: a book that needs no call to the police."""
    return uniform < share
