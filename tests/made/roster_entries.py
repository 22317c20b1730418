"""What each entry of a roster of likely offenders holds, laid out entry by entry."""

import numpy as np

from sim.parameters import Parameters


def held_by_entries(parameters: Parameters, agents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what offends often and what does so seldom in each entry, ... x entries, in groups of so many agents.

    A group has one roster of all its agents, of at least one, or several of ``world.offender_pool``.
    """
    people = parameters.people
    size = np.clip(agents, 1.0, parameters.world.offender_pool)[..., None]
    mass = size * people.likely_offender_share
    border = mass * people.frequent_share
    first = np.arange(int(np.ceil(mass.max())))
    upto = np.minimum(first + 1.0, mass)
    often = np.clip(np.minimum(upto, border) - first, 0.0, 1.0)
    return often, np.clip(upto - first, 0.0, 1.0) - often


def met_at_liberty(
    parameters: Parameters, agents: np.ndarray, often: np.ndarray, seldom: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how often encounters with either part find somebody at liberty, whose odds add up over what they hold.

    ``often`` and ``seldom`` are the odds of being held or away of those who hold nothing else, each like ``agents``.
    """
    part, rest = held_by_entries(parameters, agents)
    at_liberty = 1.0 / (1.0 + part * often[..., None] + rest * seldom[..., None])
    return (part * at_liberty).sum(-1) / part.sum(-1), (rest * at_liberty).sum(-1) / rest.sum(-1)
