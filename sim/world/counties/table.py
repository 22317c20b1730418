"""The table of counties that every kind of world ends in, and the helpers that all kinds share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SmallIntegers = NDArray[np.int32]

NEVER = -1
"""An absolute month that does not come: no agreement."""


@dataclass(frozen=True, eq=False)
class Counties:
    """K counties, sorted by code.

    Attributes
    ----------
    code : int64[K]
        Keys every draw: the FIPS code as a number, in a grid ``1000 * row + column + 1`` (counted from 0), in a made
        nation ``1000 * state + county`` (counted from 1).
    fips, name, state : list of K texts
        What tables show: "01001" (file), "r01c03" (grid), "s01c003" (nation). ``state`` is "" in a grid.
    row, column : int32[K]
        Position in a grid, -1 elsewhere.
    latitude, longitude : float64[K], degrees
        nan where not known.
    land_area_km2 : float64[K]
        nan where not known.
    persons : float64[K]
        Real people.
    agents : int64[K]
        Simulated people, at least 1.
    hispanic_share, noncitizen_share : float64[K]
        Shares of persons, 0 to 1.
    recorded_per_100k : float64[K, 8]
        Recorded crimes per 100,000 persons and year at full trust, in the order of ``labels.CRIMES``.
    filled : list of K texts
        Which values were not in the file, and where they were taken from; "" for none.
    region : int32[K]
        ICE field office, 0 to R - 1.
    activation : int32[K]
        Month of Secure Communities, absolute (12 * year + month - 1).
    agreement : int32[K]
        Month in which a 287(g) agreement was signed, absolute; ``NEVER`` for none.
    agreement_jail, agreement_task_force : bool[K]
        What the agreement covers.
    neighbour_start, neighbour : int64[K + 1], int32[...]
        The neighbours of county k are ``neighbour[neighbour_start[k]:neighbour_start[k + 1]]``; symmetric, sorted,
        without the county itself.
    """

    code: Integers
    fips: list[str]
    name: list[str]
    state: list[str]
    row: SmallIntegers
    column: SmallIntegers
    latitude: Floats
    longitude: Floats
    land_area_km2: Floats
    persons: Floats
    agents: Integers
    hispanic_share: Floats
    noncitizen_share: Floats
    recorded_per_100k: Floats
    filled: list[str]
    region: SmallIntegers
    activation: SmallIntegers
    agreement: SmallIntegers
    agreement_jail: Bools
    agreement_task_force: Bools
    neighbour_start: Integers
    neighbour: SmallIntegers

    def __len__(self) -> int:
        """Return the number of counties."""
        return len(self.fips)


def neighbour_table(first: Integers, second: Integers, count: int) -> tuple[Integers, SmallIntegers]:
    """Return start and neighbours of each of ``count`` counties from pairs of county indices.

    Pairs may come in one or both directions and more than once; a county is never its own neighbour.
    """
    different = first != second
    one, other = first[different], second[different]
    pairs = np.unique(np.concatenate([one * count + other, other * count + one]))
    start = np.searchsorted(pairs, np.arange(count + 1, dtype=np.int64) * count).astype(np.int64)
    return start, (pairs % count).astype(np.int32)


def region_of_state(state: list[str]) -> SmallIntegers:
    """Return the number of each county's state among all states in alphabetical order."""
    number = {name: index for index, name in enumerate(sorted(set(state)))}
    return np.array([number[name] for name in state], dtype=np.int32)


def scaled_agents(persons: Floats, scale: float) -> Integers:
    """Return the agents that stand for the persons of each county, at least one."""
    return np.maximum(np.rint(persons * scale), 1).astype(np.int64)


def apportion(weight: Floats, total: int, least: int) -> Integers:
    """Split ``total`` in proportion to ``weight`` by largest remainders, everyone getting at least ``least``.

    ``total`` must be at least ``least * len(weight)``.
    """
    small = np.zeros(len(weight), dtype=np.bool_)
    while True:
        left = total - least * int(small.sum())
        share = np.where(small, float(least), weight * (left / max(float(weight[~small].sum()), 1e-300)))
        below = ~small & (share < least)
        if not below.any():
            break
        small |= below
    whole = np.floor(share).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(-(share - whole), kind="stable")
    whole[order[:missing]] += 1
    return whole
