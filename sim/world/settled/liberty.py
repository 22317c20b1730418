"""Who will be at liberty once arrests follow from that: what one round of the settled state leaves to the next ones.

Police solve as many crimes whoever is in jail, so that fewer offenders at liberty are arrested more often each. Taken
one after the other, the two would approach each other by a half in a round where half of those who offend often are in
jail. Here a county's arrests are scaled to the offenders whom they leave at liberty; at the fixed point nothing is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.world.settled.custody import Stays
from sim.world.settled.rates import CrimeRates, State
from sim.world.settled.rosters import Rosters

Floats = npt.NDArray[np.float64]
LEAST = 1e-300
"""Keeps quotients of two zeros at 1."""
STEPS = 2
"""Newton's steps, each of which multiplies arrests by at most ``MOST``."""
MOST = 5.0


class Liberty:
    """Who is at liberty under arrests that follow from it: what does not change while the settled state is sought."""

    def __init__(self, crime: CrimeRates, rosters: Rosters) -> None:
        """Take rates of crime and arrests, and what rosters hold."""
        self.crime, self.rosters = crime, rosters
        offending = np.append(crime.offending, 0.0)[:, None]
        takes = crime.groups[:, None] * crime.statuses * crime.propensity.mean(axis=1)[:, None]
        self.offending = takes[:, :, None] * offending  # 3 x 3 x 3 classes x K, but for deterrence

    def expected(self, state: State, odds: Floats, free: Floats, stays: Stays, after: State) -> Floats:
        """Return the shares at liberty, 3 x 3 x 3 x K, after a round from ``state`` that found ``odds`` of being away.

        ``free`` is who is at liberty with those odds; of ``after`` only what deters and how witnesses help are read.
        """
        street = np.divide(stays.street, stays.months, out=np.zeros_like(odds), where=stays.months > 0)
        rate = -np.log1p(-np.minimum(stays.booked, 1.0 - 1e-12))
        gain = odds * np.divide(rate * (1.0 - stays.booked), stays.booked, out=np.ones_like(odds), where=rate > 0)
        before = state.deterred * state.calls.help
        change = np.divide(after.deterred * after.calls.help, before, out=np.ones_like(before), where=before > 0)
        parts = odds - gain, gain * (1.0 - street) * change[:, None], gain * street
        return self.rosters.at_liberty(self._scaled(state, after, parts, free * (1.0 + odds)))

    def _scaled(self, state: State, after: State, parts: tuple[Floats, Floats, Floats], unbooked: Floats) -> Floats:
        """Return the odds of being away when arrests go with the offenders whom they leave at liberty.

        ``parts`` are odds that stay, that go with arrests for crimes, and with those of the street; ``unbooked`` is who
        is at liberty where all are 0. All are 3 x 3 x 3 x K.
        """
        crime, travel = self.crime, self.crime.travel
        stay, by_crime, by_street = parts
        met = travel.met(_sums(self.offending * state.deterred[:, None], state.free)[None])
        in_street = _sums(crime.in_street, state.free)
        arrests = (crime.rate * crime.recorded_solved).sum(axis=0, keepdims=True)
        borne = travel.borne(arrests)
        offending = self.offending * after.deterred[:, None]
        of_crimes = of_street = np.ones(len(in_street))
        for _ in range(STEPS):
            there = 1.0 / (1.0 + stay + by_crime * of_crimes + by_street * of_street)
            free = unbooked * there
            offenders = _sums(offending, free)
            lost = of_crimes * _sums(offending, free * there * by_crime) / (offenders + LEAST)
            of_street = _quotient(in_street, _sums(crime.in_street, free))
            wanted = _quotient(travel.borne(arrests * _quotient(met, travel.met(offenders[None]))), borne)[0]
            step = (wanted - of_crimes) / (1.0 - lost * travel.stays**2)
            of_crimes = np.clip(of_crimes + step, of_crimes / MOST, of_crimes * MOST)
        odds: Floats = stay + by_crime * of_crimes + by_street * of_street
        return odds


def _sums(weights: Floats, values: Floats) -> Floats:
    """Return weighted sums over groups, statuses and classes, K."""
    sums: Floats = np.einsum("gsck,gsck->k", weights, values)
    return sums


def _quotient(value: Floats, other: Floats) -> Floats:
    quotient: Floats = (value + LEAST) / (other + LEAST)
    return quotient
