"""The victimization survey: a fixed panel, interviewed every six months."""

from __future__ import annotations

import math

from sim.numerics.compiled import rule
from sim.rules.opportunity import scattered

ROTATIONS = 6
"""Months between two interviews of a panel member."""
TRUST_UNIT = 1048576.0
"""Trust is summed over respondents in whole units of 2**-20, so that the order does not matter."""


@rule
def panel_member(identity: int, stratum: int, width: int) -> int:
    """Return which slot of a county is in the panel for a stratum of ``width`` slots."""
    return stratum * width + scattered(identity, stratum, width)


@rule
def rotation(identity: int, stratum: int) -> int:
    """Return in which of six months the panel member of a stratum is interviewed."""
    return (identity + stratum) % ROTATIONS


@rule
def next_interview(month: int, rotation_group: int) -> int:
    """Return the first month after ``month`` in which a rotation group is interviewed."""
    return month + 1 + (rotation_group - month - 1) % ROTATIONS


@rule
def responds_to_survey(uniform: float, response: float, weight: float, sensitivity: float, trust_now: float) -> bool:
    """Return whether a panel member answers; lost trust lowers response."""
    if sensitivity == 0.0:
        return uniform < response
    return uniform < response * math.exp(-weight * sensitivity * (1.0 - trust_now))


@rule
def is_told(uniform: float, capture: float, recall_loss: float, wait: int) -> bool:
    """Return whether a respondent tells of an incident ``wait`` months ago; a share is forgotten each month."""
    return uniform < capture * (1.0 - recall_loss) ** wait
