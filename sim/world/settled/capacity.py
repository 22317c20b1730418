"""What field offices can do of what they want: detainers in the settled state, where each can handle so many a month.

Wanted are about as many as a Poisson number with the mean of the settled state; an office asks for the gravest records
first, and what it cannot handle in a month is not made up for later.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.world.counties.table import Counties
from sim.world.settled.histories import Places

Floats = npt.NDArray[np.float64]
NEARLY_NORMAL = 200.0
"""Mean from which a Poisson number is taken for a normal one; the expectations differ by less than 1e-4 of it."""
SPREADS = 9.0
"""Standard deviations beyond which nothing is expected."""


class FieldOffices:
    """The offices that serve the counties of a world, and how many detainers each can handle in a month."""

    def __init__(self, parameters: Parameters, counties: Counties) -> None:
        """Take what does not change while the settled state is sought."""
        self.counties = Places(counties.region)
        agents = self.counties.sums(counties.agents.astype(np.float64))
        self.capacity: list[float] = (parameters.enforcement.capacity_per_100k / 100_000 * agents).tolist()

    def served_shares(self, wanted: Floats) -> Floats:
        """Return the share of detainers wanted that is lodged, by office and level, offices x 4.

        ``wanted`` is how many the offices would lodge for people booked in a county in a month, by level, 4 x K, in
        agents.
        """
        demand = self.counties.sums(wanted)
        up_to = demand.cumsum(axis=1)
        lodged = np.array(
            [
                [expected_least(mean, most) for mean in row]
                for row, most in zip(up_to.tolist(), self.capacity, strict=True)
            ]
        )
        more = lodged.copy()
        more[:, 1:] -= lodged[:, :-1]
        shares = np.divide(more, demand, out=np.ones_like(more), where=(demand > 0) & (lodged < up_to))
        return np.minimum(1.0, np.maximum(0.0, shares))


def expected_least(mean: float, most: float) -> float:
    """Return the expectation of the lesser of a Poisson number and a quota, whole each month and ``most`` on average.

    >>> round(expected_least(3.0, 2.5), 3) == round((expected_least(3.0, 2.0) + expected_least(3.0, 3.0)) / 2, 3)
    True
    """
    spread = SPREADS * (math.sqrt(mean) + 1.0)
    if most >= mean + spread:
        return mean
    if most <= mean - spread:
        return most
    if mean > NEARLY_NORMAL:
        distance = (most - mean) / math.sqrt(mean)
        below = 0.5 * math.erfc(-distance / math.sqrt(2.0))
        density = math.exp(-0.5 * distance**2) / math.sqrt(2.0 * math.pi)
        return most - math.sqrt(mean) * (distance * below + density)
    whole = math.floor(most)
    least, chance, short = 0.0, math.exp(-mean), 0.0
    for number in range(whole + 1):  # E[min(N, q)] is the sum of P(N >= n) over n = 1..q
        short += chance
        more = 1.0 - short
        least += more if number < whole else (most - whole) * more
        chance *= mean / (number + 1)
    return least
