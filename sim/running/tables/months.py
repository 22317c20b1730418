"""The four tables of each month of a run, or of all its months, as Arrow tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.running.tables.arrow import categories, flags, numbers, numbers_or_null
from sim.words.labels import (
    BALANCE_COLUMNS,
    COMMUNITY,
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
from sim.world.counties.building import Counties

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger, MonthRecord

Columns = dict[str, Any]
Axis = tuple[str, tuple[str, ...]]
AXES: dict[str, tuple[Axis, ...]] = {
    "crime": (("type", CRIMES), ("group", TARGET_GROUPS)),
    "people": (("group", GROUPS), ("status", STATUSES)),
    "enforcement": (("group", GROUPS), ("status", STATUSES), ("level", LEVELS)),
    "counties": (),
}
"""What the rows of each table are, county by county: the last axis runs fastest."""
TABLES = tuple(AXES)
FEAR_COLUMNS = tuple(f"county_fear_{group}" for group in COMMUNITY)
COUNTY_NUMBERS = ("relative_risk", "removal_risk", "officers")


class MonthTables:
    """Makes the tables of one month after another; the columns that no month changes are made once."""

    def __init__(self, months: list[str], counties: Counties, scenario: str, replication: int) -> None:
        """Take the names of T months, K counties, and what the run is called."""
        self.months = months
        self.before: dict[str, Columns] = {}
        self.after: dict[str, Columns] = {}
        self.firsts: dict[str, npt.NDArray[np.int8]] = {}
        for table, axes in AXES.items():
            rows = int(np.prod([len(names) for _, names in axes], dtype=int))
            places = np.repeat(np.arange(len(counties), dtype=np.int32), rows)
            self.firsts[table] = np.zeros(len(places), dtype=np.int8)
            self.before[table] = {
                "scenario": categories([scenario], self.firsts[table]),
                "replication": numbers(np.full(len(places), replication, dtype=np.int32)),
                "county": categories(counties.fips, places),
            }
            self.after[table] = _axis_columns(axes, len(counties))

    def of(self, record: MonthRecord) -> dict[str, Any]:
        """Return the four tables of one month as ``pyarrow.Table`` by name; they may share the record's memory."""
        import pyarrow as pa

        return {
            "crime": pa.table(self._keys("crime", record) | _counts(CRIME_COLUMNS, record.crime)),
            "people": pa.table(self._keys("people", record) | _people(record)),
            "enforcement": pa.table(
                self._keys("enforcement", record) | _counts(ENFORCEMENT_COLUMNS, record.enforcement)
            ),
            "counties": pa.table(self._keys("counties", record) | _county_columns(record)),
        }

    def _keys(self, table: str, record: MonthRecord) -> Columns:
        """Return the columns that say what a row of a table is about."""
        month = categories([self.months[record.index]], self.firsts[table])
        return {**self.before[table], "month": month, **self.after[table]}


def run_tables(ledger: Ledger, scenario: str, replication: int) -> dict[str, Any]:
    """Return the four tables of all months of a run as ``pyarrow.Table`` by name, each in one piece.

    Rows stand as in the tables of one month after another; made at once they take a tenth of the time.
    """
    import pyarrow as pa

    counts = {
        "crime": lambda: _counts(CRIME_COLUMNS, ledger.crime),
        "people": lambda: _people(ledger),
        "enforcement": lambda: _counts(ENFORCEMENT_COLUMNS, ledger.enforcement),
        "counties": lambda: _county_columns(ledger),
    }
    return {name: pa.table(_run_keys(name, ledger, scenario, replication) | counts[name]()) for name in TABLES}


def _run_keys(table: str, ledger: Ledger, scenario: str, replication: int) -> Columns:
    """Return the columns that say what a row is about, for all months of a run."""
    axes, months, counties = AXES[table], len(ledger.months), len(ledger.counties)
    rows = int(np.prod([len(names) for _, names in axes], dtype=int))
    size = months * counties * rows
    places = np.tile(np.repeat(np.arange(counties, dtype=np.int32), rows), months)
    return {
        "scenario": categories([scenario], np.zeros(size, dtype=np.int8)),
        "replication": numbers(np.full(size, replication, dtype=np.int32)),
        "county": categories(ledger.counties.fips, places),
        "month": categories(ledger.months, np.repeat(np.arange(months, dtype=np.int16), counties * rows)),
        **_axis_columns(axes, months * counties),
    }


def _axis_columns(axes: tuple[Axis, ...], count: int) -> Columns:
    """Return the columns of the axes that divide each of ``count`` counties (or months of counties)."""
    lengths = tuple(len(names) for _, names in axes)
    columns = {}
    for place, (column, names) in enumerate(axes):
        one_county = np.indices(lengths, dtype=np.int8)[place].ravel()
        columns[column] = categories(names, np.tile(one_county, count))
    return columns


def _counts(names: tuple[str, ...], values: npt.NDArray[np.integer[Any]]) -> Columns:
    """Return one 32-bit column for each entry of the last axis of ``values``."""
    by_column = values.reshape(-1, len(names)).T.astype(np.int32, order="C")
    return {name: numbers(column) for name, column in zip(names, by_column, strict=True)}


def _people(record: MonthRecord | Ledger) -> Columns:
    return {**_counts(PEOPLE_COLUMNS, record.people), "trust": numbers_or_null(record.trust.ravel())}


def _county_columns(record: MonthRecord | Ledger) -> Columns:
    """Return what is known of whole counties: programs in force, fear and risks, the balance of offences."""
    programs = record.programs.reshape(-1, len(PROGRAMS))
    columns = {name: flags(programs[:, place]) for place, name in enumerate(PROGRAMS)}
    fears = record.county_fear.reshape(-1, len(FEAR_COLUMNS)).T
    columns |= {name: numbers(np.ascontiguousarray(fear)) for name, fear in zip(FEAR_COLUMNS, fears, strict=True)}
    columns |= {name: numbers(getattr(record, name).ravel()) for name in COUNTY_NUMBERS}
    names = tuple(f"{balance}_{family}" for balance in BALANCE_COLUMNS for family in FAMILIES)
    return columns | _counts(names, record.balance)
