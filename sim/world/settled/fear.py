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
from sim.world.settled.histories import Places

Floats = npt.NDArray[np.float64]
LEAST_FADE = 1.0 / 240.0
"""Fear that does not fade at all has no settled state; it is taken to fade in as long as a run can last."""


class Jumps(NamedTuple):
    """How often, in a month, somebody of the community takes fright at somebody else's fate; 2 groups x K each."""

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
    """Two values of ``exp(-own fear)`` with weights that have its first three moments; 2 groups x 4 ties x K each."""

    low: Floats
    high: Floats
    low_weight: Floats

    def mean(self, function: Floats, other: Floats, behind: int = 0) -> Floats:
        """Return the expectation, given what a function is at the two values; ``behind`` the ties it has more axes."""
        places = (slice(None), slice(None), *[None] * behind)
        result: Floats = self.low_weight[places] * function + (1.0 - self.low_weight)[places] * other
        return result


def own_fear(parameters: Parameters, rates: Floats) -> OwnFear:
    """Return the settled distribution of own fear; ``rates`` is jumps a month, 4 kinds x 2 groups x 4 ties x K."""
    falls = _lost_by_jumps(parameters) @ rates.reshape(len(rates), -1)
    first, second, third = np.exp(falls, out=falls).reshape(-1, *rates.shape[1:])
    variance = np.maximum(0.0, second - first**2)
    spread = np.sqrt(variance)
    cube = third - 3.0 * first * second + 2.0 * first**3
    skew = np.divide(cube, spread**3, out=np.zeros_like(cube), where=spread > 1e-9)
    root = np.sqrt(4.0 + skew**2)
    high, low = first + spread * (skew + root) / 2.0, first + spread * (skew - root) / 2.0
    return OwnFear(np.maximum(0.0, low), np.minimum(1.0, high), 0.5 + skew / (2.0 * root))


@of_parameters
def _lost_by_jumps(parameters: Parameters) -> Floats:
    """Return by kind of jump what trust, its square and its cube change by in the months it is felt together, 3 x 4."""
    fade = max(LEAST_FADE, parameters.trust.own_fade)
    left = (1.0 - fade) ** np.arange(1, months_of_fear(parameters) + 1)
    felt = jump_sizes(parameters)[:, None] * left
    return np.stack([np.expm1(-power * felt).sum(axis=1) for power in (1, 2, 3)])


class News:
    """Where removals are heard of: what does not change while the settled state is sought."""

    def __init__(self, parameters: Parameters, counties: Counties, people: Floats) -> None:
        """Take agents by group and county, 2 x K."""
        self.people, self.weight, self.total = people, region_weight(parameters), people + region_weight(parameters)
        self.region = Places(counties.region)
        self.there = self.region.sums(people)
        self.share, self.neighbour_weight = parameters.trust.spill_over, parameters.trust.neighbour_weight
        ways = np.diff(counties.neighbour_start)
        self.neighbour, self.home = counties.neighbour, Places(np.repeat(np.arange(len(ways)), ways), len(ways))
        self.ways = ways if self.neighbour_weight > 0.0 else np.zeros_like(ways)

    def pooled(self, rate: Floats) -> Floats:
        """Return removals heard of by person of a group, 2 x K: own, the region's, the neighbours', the other group's.

        ``rate`` is removals a month per person of the group, by visibility.
        """
        news = self.people * rate
        heard = self.region.sums(news)
        regional = np.divide(heard, self.there, out=np.zeros_like(heard), where=self.there > 0)
        own = news + self.weight * self.region.spread(regional)
        result = np.divide(own, self.total, out=np.zeros_like(own), where=self.total > 0)
        around = self._with_neighbours(result)
        mixed: Floats = (1.0 - self.share) * around + self.share * around[::-1]
        return mixed

    def _with_neighbours(self, rate: Floats) -> Floats:
        """Return rates of which a share is the mean of the neighbouring counties'."""
        ways, weight = self.ways, self.neighbour_weight
        if not ways.any():
            return rate
        sums = self.home.sums(rate.take(self.neighbour, axis=1)).T
        mean = np.divide(sums, ways, out=np.zeros_like(sums), where=ways > 0)
        return np.where(ways > 0, (1.0 - weight) * rate + weight * mean, rate)


def county_fear(parameters: Parameters, heard: Floats, programs: Floats) -> Floats:
    """Return settled county fear, 2 x K; ``programs`` is how many programs with announcements are in force, K."""
    trust, refusal = parameters.trust, 1.0 - parameters.world.settled_cooperation
    fade = max(LEAST_FADE, fading(trust.county_fade, refusal, trust.refusal_fade))
    muted = trust.presence * programs * (1.0 - trust.known_refusal * refusal)
    announced = np.array(trust.concern.values())[:, None] * muted
    result: Floats = (announced + trust.awareness * 1000.0 * heard) / fade
    return result
