"""The tables of each month of a run, or of all its months, as Arrow tables.

The survey's rows of a month come six months later, when all interviews about it have been made; what is counted once a
year for the whole world comes when it is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.engines.panel import SurveyBook, survey_of
from sim.running.tables.arrow import categories, flags, numbers, numbers_or_null
from sim.running.tables.yearly import YEARLY
from sim.words.labels import (
    BALANCE_COLUMNS,
    CHARGES,
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
    SURVEY_COLUMNS,
    SURVEYED_CRIMES,
    TABLES,
    TARGET_GROUPS,
)
from sim.world.counties.building import Counties

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger, MonthRecord

Columns = dict[str, Any]
Axis = tuple[str, tuple[str, ...]]
AXES: dict[str, tuple[Axis, ...]] = {
    "crime": (("type", CRIMES), ("group", TARGET_GROUPS)),
    "survey": (("group", GROUPS), ("status", STATUSES), ("type", SURVEYED_CRIMES)),
    "people": (("group", GROUPS), ("status", STATUSES)),
    "enforcement": (("group", GROUPS), ("status", STATUSES), ("level", LEVELS)),
    "arrests": (("group", GROUPS), ("status", STATUSES), ("charge", CHARGES)),
    "counties": (),
}
"""What the rows of each table by county and month are, county by county: the last axis runs fastest."""
FEAR_COLUMNS = tuple(f"county_fear_{group}" for group in COMMUNITY)
FEW_ROWS = 2_048
"""So many rows are turned into columns at a time: they and the columns' parts fit into the processor's memory."""
MOST_ROWS_KEPT = 500_000
"""Of a run's table: what its rows are about is kept for runs to come, some ten bytes a row."""
COUNTY_NUMBERS = ("relative_risk", "removal_risk", "officers")


class MonthTables:
    """Makes the tables of one month after another; the columns that no month changes are made once."""

    def __init__(self, months: list[str], counties: Counties, scenario: str, replication: int) -> None:
        """Take the names of T months, K counties, and what the run is called."""
        self.months, self.run = months, (scenario, replication)
        self.interviews = SurveyBook(len(months))
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

    def of(self, record: MonthRecord) -> Iterator[tuple[str, Any]]:
        """Yield the tables of one month as name and ``pyarrow.Table``; they may share the record's memory.

        The survey's are those of the months about which all interviews have now been made: with the last record, all.
        """
        import pyarrow as pa

        for name, count in COUNTS.items():
            yield name, pa.table(self._keys(name, record.index) | count(record))
        for month in self.interviews.add(record):
            yield (
                "survey",
                pa.table(self._keys("survey", month.index) | _survey(month.told, month.person_months, month.weight)),
            )
        for name, (field, yearly_table) in YEARLY.items():
            yield name, yearly_table(*self.run, self.months, [(record.index, getattr(record, field))])

    def _keys(self, table: str, index: int) -> Columns:
        """Return the columns that say what a row of a table is about."""
        month = categories([self.months[index]], self.firsts[table])
        return {**self.before[table], "month": month, **self.after[table]}


def run_tables(ledger: Ledger, scenario: str, replication: int) -> Iterator[tuple[str, Any]]:
    """Yield the tables of all months of a run as name and ``pyarrow.Table``, each made as it is asked for."""
    for name in TABLES:
        yield name, run_table(name, ledger, scenario, replication)


def run_table(name: str, ledger: Ledger, scenario: str, replication: int) -> Any:
    """Return one of the tables of a run as a ``pyarrow.Table``, whole.

    Rows stand as in the tables of one month after another; made at once they take a tenth of the time.
    """
    import pyarrow as pa

    if name in YEARLY:
        field, yearly_table = YEARLY[name]
        return yearly_table(scenario, replication, ledger.months, list(enumerate(getattr(ledger, field))))
    counts = _survey(*survey_of(ledger), ledger.survey_weight) if name == "survey" else COUNTS[name](ledger)
    return pa.table(_run_keys(name, ledger, scenario, replication) | counts)


def _run_keys(table: str, ledger: Ledger, scenario: str, replication: int) -> Columns:
    """Return the columns that say what a row is about, for all months of a run."""
    axes, months, counties = AXES[table], len(ledger.months), len(ledger.counties)
    lengths = tuple(len(names) for _, names in axes)
    size = months * counties * math.prod(lengths)
    county, month, *others = (_places if size > MOST_ROWS_KEPT else _places_kept)(months, counties, lengths)
    return {
        "scenario": categories([scenario], np.zeros(size, dtype=np.int8)),
        "replication": numbers(np.full(size, replication, dtype=np.int32)),
        "county": categories(ledger.counties.fips, county),
        "month": categories(ledger.months, month),
        **{name: categories(names, places) for (name, names), places in zip(axes, others, strict=True)},
    }


def _places(months: int, counties: int, lengths: tuple[int, ...]) -> list[npt.NDArray[np.integer[Any]]]:
    """Return by row of a table its county, its month, and its place on each of the axes that divide a county."""
    rows = math.prod(lengths)
    county = np.tile(np.repeat(np.arange(counties, dtype=np.int32), rows), months)
    month = np.repeat(np.arange(months, dtype=np.int16), counties * rows)
    return [county, month, *_on_axes(lengths, months * counties)]


_places_kept = lru_cache(maxsize=8)(_places)


def _on_axes(lengths: tuple[int, ...], count: int) -> list[npt.NDArray[np.int8]]:
    """Return the places on axes of each row of ``count`` counties (or months of counties)."""
    return [np.tile(places.ravel(), count) for places in np.indices(lengths, dtype=np.int8)]


def _axis_columns(axes: tuple[Axis, ...], count: int) -> Columns:
    """Return the columns of the axes that divide each of ``count`` counties (or months of counties)."""
    places = _on_axes(tuple(len(names) for _, names in axes), count)
    return {name: categories(names, own) for (name, names), own in zip(axes, places, strict=True)}


def _counts(names: tuple[str, ...], values: npt.NDArray[np.integer[Any]]) -> Columns:
    """Return one 32-bit column for each entry of the last axis of ``values``."""
    rows = values.reshape(-1, len(names))
    by_column = np.empty((len(names), len(rows)), dtype=np.int32)
    for first in range(0, len(rows), FEW_ROWS):
        by_column[:, first : first + FEW_ROWS] = rows[first : first + FEW_ROWS].T
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


def _survey(told: npt.NDArray[np.int32], persons: npt.NDArray[np.int32], weight: npt.NDArray[np.float64]) -> Columns:
    """Return what the survey knows of a month or several; person-months and weight stand in the row of every type."""
    types = len(SURVEYED_CRIMES)
    return {
        **_counts(SURVEY_COLUMNS, told),
        "person_months": numbers(np.repeat(persons.ravel(), types)),
        "weight": numbers(np.repeat(np.broadcast_to(weight[..., None, None], persons.shape).ravel(), types)),
    }


COUNTS: dict[str, Callable[[Any], Columns]] = {
    "crime": lambda record: _counts(CRIME_COLUMNS, record.crime),
    "people": _people,
    "enforcement": lambda record: _counts(ENFORCEMENT_COLUMNS, record.enforcement),
    "arrests": lambda record: _counts(("bookings",), record.bookings),
    "counties": _county_columns,
}
"""The counted columns of a table, from the record of a month or from a ledger."""
