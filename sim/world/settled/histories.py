"""Counties by place, and by the programs of the years before the start: those with the same have one history.

While the settled state is sought, arrays of counties have these as their last axis, so that each step runs over many.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
PART = 128
"""Counties worked on at a time."""


def county_parts(count: int) -> Iterator[slice]:
    """Return so many counties in parts small enough that what is worked out of them stays at hand."""
    return (slice(first, first + PART) for first in range(0, count, PART))


def first_axis_last(of_counties: Floats) -> Floats:
    """Return K x ... as ... x K, in one piece."""
    flat = np.ascontiguousarray(of_counties.reshape(len(of_counties), -1).T)
    return flat.reshape(*of_counties.shape[1:], len(of_counties))


def last_axis_first(of_counties: Floats) -> Floats:
    """Return ... x K as K x ..., in one piece."""
    flat = np.ascontiguousarray(of_counties.reshape(-1, of_counties.shape[-1]).T)
    return flat.reshape(-1, *of_counties.shape[:-1])


class Places:
    """The place of each of K entries, one of so many numbers from 0: the history or field office of counties, say."""

    def __init__(self, of: npt.NDArray[np.integer[Any]], number: int | None = None) -> None:
        """Take the place of each entry, and how many places there are if not all are among them."""
        self.of: Integers = of.astype(np.int64)
        self.number = int(of.max()) + 1 if number is None else number
        self._rows: dict[int, Integers] = {}

    def sums(self, of_entries: Floats) -> Floats:
        """Return sums over the entries of each place, ... x K in, places x ... out; added up entry by entry."""
        each = of_entries.size // len(self.of)
        if each not in self._rows:
            self._rows[each] = (np.arange(each)[:, None] + each * self.of).ravel()
        added: Any = np.bincount(self._rows[each], of_entries.ravel(), each * self.number)
        result: Floats = added.reshape(self.number, *of_entries.shape[:-1])
        return result

    def spread(self, of_places: Floats) -> Floats:
        """Return for each entry what its place has, places x ... in, ... x K out."""
        flat = of_places.reshape(self.number, -1).T
        return flat.take(self.of, axis=1).reshape(*of_places.shape[1:], len(self.of))


class Histories(Places):
    """The history of each of K counties."""

    def __init__(self, of: Integers, number: int | None = None) -> None:
        """Take the history of each county, and how many there are if not all are among them."""
        super().__init__(of, number)
        self._parts: list[tuple[slice, Histories]] = []

    def parts(self) -> list[tuple[slice, Histories]]:
        """Return the counties in parts, with the histories of each."""
        if not self._parts:
            self._parts = [(part, Histories(self.of[part], self.number)) for part in county_parts(len(self.of))]
        return self._parts
