"""The ledger: both books, the people and the enforcement funnel of one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.world.counties.building import Counties

Floats = npt.NDArray[np.float64]


class MonthRecord(NamedTuple):
    """One month of a run over K counties; arrays belong to the receiver."""

    index: int  # type: ignore[assignment]
    crime: npt.NDArray[np.int32]  # K x 8 x 4 x 8
    people: npt.NDArray[np.int64]  # K x 3 x 3 x 7
    trust: Floats  # K x 3 x 3, nan where nobody responded
    enforcement: npt.NDArray[np.int32]  # K x 3 groups x 3 statuses x 4 levels x 16
    programs: npt.NDArray[np.bool_]  # K x 8
    county_fear: Floats  # K x 2 groups of the community
    relative_risk: Floats  # K, against Hispanic targets
    removal_risk: Floats  # K
    officers: Floats  # K, sworn officers at scale of the world
    balance: npt.NDArray[np.int32]  # K x 4 x 2
    opportunities: npt.NDArray[np.int64]  # K
    clipped: npt.NDArray[np.int64]  # K
    told: npt.NDArray[np.int64]  # incidents told in the month's interviews, sorted: see ``panel.told_event``
    survey_weight: Floats  # K: real persons for whom a respondent stands
    bookings: npt.NDArray[np.int32]  # K x 3 groups x 3 statuses x 10 charges
    repeats: npt.NDArray[np.int64]  # 2 families x 6 x 2: victims again in the calendar year that ends, and incidents
    rearrests: npt.NDArray[np.int64]  # 3 x 2: people released 12 months ago, and of them arrested again


@dataclass
class Ledger:
    """T months of a run in memory: their records, stacked on a leading axis; what is told stays by month."""

    months: list[str]
    counties: Counties
    crime: npt.NDArray[np.int32]
    people: npt.NDArray[np.int64]
    trust: Floats
    enforcement: npt.NDArray[np.int32]
    programs: npt.NDArray[np.bool_]
    county_fear: Floats
    relative_risk: Floats
    removal_risk: Floats
    officers: Floats
    balance: npt.NDArray[np.int32]
    opportunities: npt.NDArray[np.int64]
    clipped: npt.NDArray[np.int64]
    told: list[npt.NDArray[np.int64]]
    survey_weight: Floats
    bookings: npt.NDArray[np.int32]
    repeats: npt.NDArray[np.int64]
    rearrests: npt.NDArray[np.int64]

    @property
    def clipped_share(self) -> float:
        """Share of opportunities whose probability of being taken had to be cut to 1."""
        return float(self.clipped.sum() / max(1, self.opportunities.sum()))

    def record(self, index: int) -> MonthRecord:
        """Return the record of one month, as views."""
        return MonthRecord(index, *(getattr(self, name)[index] for name in MonthRecord._fields[1:]))

    def records(self, begin: int = 0) -> Iterator[MonthRecord]:
        """Return the record of each month in turn, as views; the first is month ``begin`` of its run."""
        return map(MonthRecord, count(begin), *(getattr(self, name) for name in MonthRecord._fields[1:]))


STACKED = tuple(name for name in MonthRecord._fields if name not in ("index", "told"))
"""The arrays of a ledger whose first axis counts months."""


def stack(records: list[MonthRecord], months: list[str], counties: Counties) -> Ledger:
    """Return the ledger of a run from its monthly records."""
    fields = {name: np.stack([getattr(record, name) for record in records]) for name in STACKED}
    return Ledger(months=months, counties=counties, told=[record.told for record in records], **fields)


def joined(parts: Sequence[Ledger]) -> Ledger:
    """Return one ledger of all months of several, each following the one before; a single one is not copied."""
    if len(parts) == 1:
        return parts[0]
    fields = {name: np.concatenate([getattr(part, name) for part in parts]) for name in STACKED}
    months, told = (list(chain.from_iterable(getattr(part, name) for part in parts)) for name in ("months", "told"))
    return Ledger(months=months, counties=parts[0].counties, told=told, **fields)
