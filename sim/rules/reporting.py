"""Trust, and who calls the police."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule

FEAR_STEP = 1.0 / 32.0
"""A stored step of own fear; 255 steps are the most a person can fear."""
MOST_STEPS = 255
NOBODY, VICTIM, OTHERS, OFFICER = 0, 1, 2, 3
"""Who calls the police first."""
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
def place_of_call(uniform: float, victim: float, third_party: float, officer: float) -> float:
    """Return where a call falls among the callers' probabilities, laid end to end; beyond them where nobody calls."""
    union = max(somebody_reports(victim, third_party, officer), _LEAST)
    return uniform / union * (victim + third_party + officer)


@rule
def first_caller(uniform: float, victim: float, third_party: float, officer: float) -> int:
    """Return who calls the police first, if at least one of three would: each as likely as the call itself (T50)."""
    if uniform >= somebody_reports(victim, third_party, officer):
        return NOBODY
    place = place_of_call(uniform, victim, third_party, officer)
    if place < victim or third_party + officer == 0.0:
        return VICTIM
    return OTHERS if place < victim + third_party or officer == 0.0 else OFFICER


@rule
def rest_of_call(uniform: float, victim: float, third_party: float, officer: float) -> float:
    """Return the uniform left over after ``first_caller`` where somebody calls: what remains is uniform in [0, 1)."""
    place = place_of_call(uniform, victim, third_party, officer)
    caller = first_caller(uniform, victim, third_party, officer)
    low, width = 0.0, victim
    if caller == OTHERS:
        low, width = victim, third_party
    elif caller == OFFICER:
        low, width = victim + third_party, officer
    return min(1.0, max(0.0, (place - low) / max(width, _LEAST)))


@rule
def is_recorded(uniform: float, share: float) -> bool:
    """Return whether police record a report."""
    return uniform < share


@rule
def is_treated_in_hospital(uniform: float, share: float) -> bool:
    """Return whether a victim is treated in hospital or dies: a book that needs no call to the police."""
    return uniform < share
