"""The ledger: both books, the people and the enforcement funnel of one run, and the tables made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.counties import Counties
from sim.labels import (
    BALANCE_COLUMNS,
    CRIME_COLUMNS,
    CRIMES,
    ENFORCEMENT_COLUMNS,
    FAMILIES,
    GROUPS,
    LEVELS,
    PEOPLE_COLUMNS,
    PROGRAMS,
    STATUSES,
    TARGET_GROUPS,
)

Floats = npt.NDArray[np.float64]
TABLES = ("crime", "people", "enforcement", "counties")


class MonthRecord(NamedTuple):
    """One month of a run over K counties; arrays belong to the receiver."""

    index: int  # type: ignore[assignment]
    crime: npt.NDArray[np.int32]  # K x 8 x 4 x 5
    people: npt.NDArray[np.int64]  # K x 3 x 3 x 7
    trust: Floats  # K x 3 x 3, nan where nobody responded
    enforcement: npt.NDArray[np.int32]  # K x 3 x 4 x 12
    programs: npt.NDArray[np.bool_]  # K x 6
    county_fear: Floats  # K
    relative_risk: Floats  # K, against Hispanic targets
    removal_risk: Floats  # K
    officers: Floats  # K, sworn officers at scale of the world
    balance: npt.NDArray[np.int32]  # K x 4 x 2
    opportunities: npt.NDArray[np.int64]  # K
    clipped: npt.NDArray[np.int64]  # K


@dataclass
class Ledger:
    """One run's results in memory: the records of T months, stacked on a leading axis."""

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

    @property
    def clipped_share(self) -> float:
        """Share of opportunities whose probability of being taken had to be cut to 1."""
        return float(self.clipped.sum() / max(1, self.opportunities.sum()))

    def tables(self, scenario: str, replication: int) -> dict[str, Any]:
        """Return the four tables of the run as ``pyarrow.Table`` by name."""
        parts = {name: [] for name in TABLES}  # type: dict[str, list[Any]]
        for index in range(len(self.months)):
            tables = month_tables(self.record(index), self.months, self.counties, scenario, replication)
            for name in TABLES:
                parts[name].append(tables[name])
        import pyarrow as pa

        return {name: pa.concat_tables(parts[name]) for name in TABLES}

    def record(self, index: int) -> MonthRecord:
        """Return the record of one month, as views."""
        return MonthRecord(index, *(getattr(self, name)[index] for name in MonthRecord._fields[1:]))


def month_names(start: str, months: int) -> list[str]:
    """Return ``months`` calendar months from ``start``, written YYYY-MM."""
    first = month_number(start)
    return [f"{(first + t) // 12:04d}-{(first + t) % 12 + 1:02d}" for t in range(months)]


def month_number(month: str) -> int:
    """Return a calendar month (YYYY-MM) as year * 12 + month - 1."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def stack(records: list[MonthRecord], months: list[str], counties: Counties) -> Ledger:
    """Return the ledger of a run from its monthly records."""
    fields = {name: np.stack([getattr(record, name) for record in records]) for name in MonthRecord._fields[1:]}
    return Ledger(months=months, counties=counties, **fields)


def _categories(names: tuple[str, ...], outer: int, inner: int) -> Any:
    """Return a dictionary-encoded column in which each name repeats ``inner`` times, the whole ``outer`` times."""
    import pyarrow as pa

    codes = np.tile(np.repeat(np.arange(len(names), dtype=np.int8), inner), outer)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(names)))


def _keys(scenario: str, replication: int, counties: Counties, month: str, rows: int) -> dict[str, Any]:
    """Return the columns that every table begins with; ``rows`` is rows per county."""
    import pyarrow as pa

    count = len(counties.fips)
    total = count * rows
    one = pa.array(np.zeros(total, dtype=np.int8))
    places = pa.array(np.repeat(np.arange(count, dtype=np.int32), rows))
    return {
        "scenario": pa.DictionaryArray.from_arrays(one, pa.array([scenario])),
        "replication": pa.array(np.full(total, replication, dtype=np.int32)),
        "county": pa.DictionaryArray.from_arrays(places, pa.array(counties.fips)),
        "month": pa.DictionaryArray.from_arrays(one, pa.array([month])),
    }


def _with_columns(keys: dict[str, Any], names: tuple[str, ...], values: npt.NDArray[Any]) -> dict[str, Any]:
    """Return ``keys`` with one 32-bit column for each entry of the last axis of ``values``."""
    import pyarrow as pa

    flat = values.reshape(-1, values.shape[-1])
    return {**keys, **{name: pa.array(flat[:, place].astype(np.int32)) for place, name in enumerate(names)}}


def month_tables(
    record: MonthRecord, months: list[str], counties: Counties, scenario: str, replication: int
) -> dict[str, Any]:
    """Return one month of the four tables as ``pyarrow.Table`` by name."""
    import pyarrow as pa

    count, month = len(counties.fips), months[record.index]
    crime = _keys(scenario, replication, counties, month, len(CRIMES) * len(TARGET_GROUPS))
    crime["type"] = _categories(CRIMES, count, len(TARGET_GROUPS))
    crime["group"] = _categories(TARGET_GROUPS, count * len(CRIMES), 1)
    people = _keys(scenario, replication, counties, month, len(GROUPS) * len(STATUSES))
    people["group"] = _categories(GROUPS, count, len(STATUSES))
    people["status"] = _categories(STATUSES, count * len(GROUPS), 1)
    people = _with_columns(people, PEOPLE_COLUMNS, record.people)
    people["trust"] = pa.array(record.trust.ravel(), from_pandas=True)
    enforcement = _keys(scenario, replication, counties, month, len(STATUSES) * len(LEVELS))
    enforcement["status"] = _categories(STATUSES, count, len(LEVELS))
    enforcement["level"] = _categories(LEVELS, count * len(STATUSES), 1)
    county = _keys(scenario, replication, counties, month, 1)
    county.update({name: pa.array(record.programs[:, place]) for place, name in enumerate(PROGRAMS)})
    for name in ("county_fear", "relative_risk", "removal_risk", "officers"):
        county[name] = pa.array(getattr(record, name))
    for place, name in enumerate(BALANCE_COLUMNS):
        for family, family_name in enumerate(FAMILIES):
            county[f"{name}_{family_name}"] = pa.array(record.balance[:, place, family])
    return {
        "crime": pa.table(_with_columns(crime, CRIME_COLUMNS, record.crime)),
        "people": pa.table(people),
        "enforcement": pa.table(_with_columns(enforcement, ENFORCEMENT_COLUMNS, record.enforcement)),
        "counties": pa.table(county),
    }
