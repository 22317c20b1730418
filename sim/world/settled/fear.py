"""Fear in the settled state: county fear by group, a person's own fear as shot noise, and expectations over it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.rules.news import fading
from sim.world.constants import region_weight
from sim.world.counties.table import Counties
from sim.world.kept import of_parameters

Floats = npt.NDArray[np.float64]
LEAST_FADE = 1.0 / 240.0
"""Fear that does not fade at all has no settled state; it is taken to fade in as long as a run can last."""


class Jumps(NamedTuple):
    """How often, in a month, somebody of the community takes fright at somebody else's fate; K x 2 groups each."""

    friends: Floats  # acquaintances removed
    friends_at_large: Floats  # acquaintances arrested at large
    housemate: Floats  # a person of one's household removed, for each other member of a tied household
    housemate_at_large: Floats


@of_parameters
def jump_sizes(parameters: Parameters) -> Floats:
    """Return the fear that each kind of jump adds, in the order of ``Jumps``."""
    trust = parameters.trust
    return np.array([trust.acquaintance_jump, trust.at_large_jump, trust.household_jump, trust.at_large_jump])


def months_of_fear(parameters: Parameters) -> int:
    """Return for how many months a jump is felt before it is less than a quarter of a stored step."""
    fade = max(LEAST_FADE, parameters.trust.own_fade)
    largest = max(1e-9, float(jump_sizes(parameters).max()) * 32.0)
    if fade >= 1.0 or largest <= 0.25:
        return 1
    return int(min(240, np.ceil(np.log(0.25 / largest) / np.log(1.0 - fade))))


class OwnFear(NamedTuple):
    """Two values of ``exp(-own fear)`` with weights that have its first three moments; K x 2 groups x 4 ties each."""

    low: Floats
    high: Floats
    low_weight: Floats

    def mean(self, function: Floats, other: Floats) -> Floats:
        """Return the expectation, given what a function is at the two values."""
        result: Floats = self.low_weight * function + (1.0 - self.low_weight) * other
        return result


def own_fear(parameters: Parameters, rates: Floats) -> OwnFear:
    """Return the settled distribution of own fear; ``rates`` is jumps a month, K x 2 x 4 ties x 4 kinds."""
    first, second, third = (np.exp(-rates @ lost) for lost in _lost_by_jumps(parameters))
    variance = np.maximum(0.0, second - first**2)
    spread = np.sqrt(variance)
    cube = third - 3.0 * first * second + 2.0 * first**3
    skew = np.divide(cube, spread**3, out=np.zeros_like(cube), where=spread > 1e-9)
    root = np.sqrt(4.0 + skew**2)
    high, low = first + spread * (skew + root) / 2.0, first + spread * (skew - root) / 2.0
    return OwnFear(np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0), 0.5 + skew / (2.0 * root))


@of_parameters
def _lost_by_jumps(parameters: Parameters) -> tuple[Floats, ...]:
    """Return by kind of jump how much trust, its square and its cube lose, summed over the months it is felt."""
    fade = max(LEAST_FADE, parameters.trust.own_fade)
    left = (1.0 - fade) ** np.arange(1, months_of_fear(parameters) + 1)
    felt = jump_sizes(parameters)[:, None] * left
    return tuple(-np.expm1(-power * felt).sum(axis=1) for power in (1, 2, 3))


def pooled(parameters: Parameters, counties: Counties, people: Floats, rate: Floats) -> Floats:
    """Return removals heard of by person of a group, K x 2: own, the region's, the neighbours', the other group's.

    ``people`` is agents by county and group, ``rate`` removals a month per person of the group, by visibility.
    """
    weight = region_weight(parameters)
    regions = int(counties.region.max()) + 1
    result = np.empty_like(rate)
    for group in range(2):
        heard = np.bincount(counties.region, people[:, group] * rate[:, group], regions)
        there = np.bincount(counties.region, people[:, group], regions)
        regional = np.divide(heard, there, out=np.zeros(regions), where=there > 0)[counties.region]
        total = people[:, group] + weight
        own = people[:, group] * rate[:, group] + weight * regional
        result[:, group] = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
    share = parameters.trust.spill_over
    around = _with_neighbours(counties, result, parameters.trust.neighbour_weight)
    mixed: Floats = (1.0 - share) * around + share * around[:, ::-1]
    return mixed


def _with_neighbours(counties: Counties, rate: Floats, weight: float) -> Floats:
    """Return rates of which a share is the mean of the neighbouring counties'."""
    ways = np.diff(counties.neighbour_start)
    if weight <= 0.0 or not ways.any():
        return rate
    home = np.repeat(np.arange(len(ways)), ways)
    sums = np.stack([np.bincount(home, rate[counties.neighbour, group], len(ways)) for group in range(2)], axis=1)
    mean = np.divide(sums, ways[:, None], out=np.zeros_like(sums), where=ways[:, None] > 0)
    return np.where(ways[:, None] > 0, (1.0 - weight) * rate + weight * mean, rate)


def county_fear(parameters: Parameters, heard: Floats, programs: Floats) -> Floats:
    """Return settled county fear, K x 2; ``programs`` is how many programs with announcements are in force, K."""
    trust, refusal = parameters.trust, 1.0 - parameters.world.settled_cooperation
    fade = max(LEAST_FADE, fading(trust.county_fade, refusal, trust.refusal_fade))
    muted = trust.presence * programs * (1.0 - trust.known_refusal * refusal)
    announced = muted[:, None] * np.array(trust.concern.values())
    result: Floats = (announced + trust.awareness * 1000.0 * heard) / fade
    return result
