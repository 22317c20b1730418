"""The numbers that maps over time draw: crime by county and period, and what it tells of change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import ratio
from sim.running.measures import BOOKS
from sim.running.tables.arrow import numbers_in
from sim.telling.figures.data import LEAST_EVENTS
from sim.words.labels import CRIME_COLUMNS, CRIMES, FAMILIES, PROPERTY_CRIMES, VIOLENT_CRIMES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
MOST_PERIODS = 5
CLEAR = 2.0
_LENGTHS = (1, 2, 3, 6, 12, 24, 36, 48, 60)
_BATCH_ROWS = 200_000
_ROWS_OF_FAMILIES = tuple([CRIMES.index(name) for name in names] for names in (VIOLENT_CRIMES, PROPERTY_CRIMES))
_BOOK_COLUMNS = [CRIME_COLUMNS.index(book) for book in BOOKS]


class Period(NamedTuple):
    """Months ``first`` to ``end - 1`` of a run, and what they are called."""

    first: int
    end: int
    label: str

    @property
    def months(self) -> int:
        """How many months it has."""
        return self.end - self.first


@dataclass(frozen=True)
class CountyMaps:
    """What the maps of one family of crime show, period by period.

    Attributes
    ----------
    values : float64[3, P, K]
        True, observed, and the distance between them; nan where ``shown`` is false.
    nation : float64[3, P]
        The same for all counties together, those not shown among them.
    shown : bool[K]
        Counties with ``LEAST_EVENTS`` true and recorded offences or more in a period, by the mean over the periods.
    clear : bool[3, P, K]
        Values that are no change of a single run, or larger than ``CLEAR`` standard errors of counting.
    """

    values: Floats
    nation: Floats
    shown: Bools
    clear: Bools


def periods_of(months: tuple[str, ...] | list[str], start: int = 0) -> tuple[Period, ...]:
    """Return the months from ``start`` on as at most ``MOST_PERIODS`` equal periods.

    A remainder of half a period or more is a period of its own; a smaller one belongs to the last.
    """
    count = len(months) - start
    length = next(it for it in _LENGTHS if _parts(count, it) <= MOST_PERIODS)
    edges = [start + length * part for part in range(_parts(count, length))] + [len(months)]
    return tuple(Period(a, b, _label(months[a], months[b - 1])) for a, b in pairwise(edges))


def period_numbers(periods: tuple[Period, ...], months: int) -> Integers:
    """Return the period of each month, int64[months], -1 for none."""
    numbers = np.full(months, -1, dtype=np.int64)
    for number, period in enumerate(periods):
        numbers[period.first : period.end] = number
    return numbers


def _parts(months: int, length: int) -> int:
    """Return into how many periods of about ``length`` months fall."""
    whole, rest = divmod(months, length)
    return max(1, whole + (2 * rest >= length))


def _label(first: str, last: str) -> str:
    if first == last:
        return first
    if first[5:] == "01" and last[5:] == "12":
        return first[:4] if first[:4] == last[:4] else f"{first[:4]}–{last[:4]}"
    return f"{first} to {last}"


def by_family_and_book(crime: NDArray[np.int32]) -> Integers:
    """Return a month's crime, int32[K, 8, 4, 5], by ``labels.FAMILIES`` and ``measures.BOOKS``: int64[K, 2, 2]."""
    books = crime[..., _BOOK_COLUMNS].sum(axis=2, dtype=np.int64)
    return np.stack([books[:, rows].sum(axis=1) for rows in _ROWS_OF_FAMILIES], axis=1)


def crime_by_period(
    path: Path, county_codes: list[str], periods: tuple[Period, ...], months: tuple[str, ...]
) -> dict[str, Integers]:
    """Return index crime by county and period of each scenario in a ``crime`` table, all replications together.

    The table is read in small batches, whatever its size.

    Parameters
    ----------
    path : Path
        Parquet file with the table ``crime`` of one or many runs.
    county_codes : list of str
        The K counties in the order wanted.
    periods : tuple of Period
        P periods; months in none of them are left out.
    months : tuple of str
        The T months of the runs, YYYY-MM.

    Returns
    -------
    dict of int64[P, K, 2, 2]
        By scenario: ``labels.FAMILIES``, ``measures.BOOKS``.
    """
    import pyarrow.parquet as pq

    totals: dict[str, Integers] = {}
    shape = (len(periods), len(county_codes), len(FAMILIES), len(BOOKS))
    rows = _RowFinder(county_codes, periods, months)
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH_ROWS, columns=["scenario", "county", "month", "type", *BOOKS]):
            _add_batch(totals, batch, rows.cells(batch), shape)
    return totals


def _add_batch(totals: dict[str, Integers], batch: Any, cells: Integers, shape: tuple[int, ...]) -> None:
    """Add the rows of a batch to the totals of their scenarios; rows whose cell is below 0 are left out."""
    scenarios = batch.column("scenario")
    codes = numbers_in(scenarios.indices)
    for code, name in enumerate(scenarios.dictionary.to_pylist()):
        chosen = (codes == code) & (cells >= 0)
        if not chosen.any():
            continue
        total = totals.setdefault(name, np.zeros(shape, dtype=np.int64))
        for book, column in enumerate(BOOKS):
            counts = numbers_in(batch.column(column))[chosen]
            sums = np.bincount(cells[chosen], counts, total[..., 0].size)  # floats, exact below 2 ** 53
            total[..., book] += sums.astype(np.int64).reshape(shape[:-1])


class _RowFinder:
    """Finds the cell (period, county, family) of each row of the table ``crime``."""

    def __init__(self, county_codes: list[str], periods: tuple[Period, ...], months: tuple[str, ...]) -> None:
        self.county = {code: place for place, code in enumerate(county_codes)}
        self.period = dict(zip(months, period_numbers(periods, len(months)).tolist(), strict=True))
        families = enumerate(_ROWS_OF_FAMILIES)
        self.family = {CRIMES[row]: family for family, rows in families for row in rows}

    def cells(self, batch: Any) -> NDArray[np.int64]:
        """Return by row the flat index of its cell, -1 for none."""
        period, county, family = (
            self._found(batch.column(column), places)
            for column, places in (("month", self.period), ("county", self.county), ("type", self.family))
        )
        cells = (period * len(self.county) + county) * len(FAMILIES) + family
        return np.where((period < 0) | (county < 0) | (family < 0), -1, cells)

    @staticmethod
    def _found(column: Any, places: dict[str, int]) -> NDArray[np.int64]:
        table = np.array([places.get(name, -1) for name in column.dictionary.to_pylist()], dtype=np.int64)
        return table[numbers_in(column.indices)]


def maps_of_changes(mine: Integers, base: Integers, family: str) -> CountyMaps:
    """Return changes against the reference period by period: true and observed in %, the gap in percentage points.

    Parameters
    ----------
    mine, base : int64[P, K, 2, 2]
        Crime of the scenario and of the reference, the same number of replications together.
    family : str
        One of ``labels.FAMILIES``.
    """
    own, other = (table[:, :, FAMILIES.index(family)].astype(np.float64) for table in (mine, base))
    shown = _enough(other)
    values, nation = _changes(own, other), _changes(own.sum(axis=1), other.sum(axis=1))
    return CountyMaps(np.where(shown, values, np.nan), nation, shown, np.broadcast_to(shown, values.shape))


def _changes(mine: Floats, base: Floats) -> Floats:
    """Return the change of both books and the gap, leading axis 3; the books are the last axis of the arguments."""
    change = 100 * ratio(mine - base, base)
    return np.stack([change[..., 0], change[..., 1], change[..., 1] - change[..., 0]])


def maps_of_course(crime: Integers, agents: Integers, periods: tuple[Period, ...], family: str) -> CountyMaps:
    """Return the course of one run: levels of the first period, then changes against it.

    Levels are true and observed offences per 100,000 people and year, and the share of true offences not observed in
    %; changes are in % of the first period's rate, and in percentage points of that share.

    Parameters
    ----------
    crime : int64[P, K, 2, 2]
        Crime of the run by period.
    agents : int64[K]
        Simulated people.
    periods : tuple of Period
        The P periods.
    family : str
        One of ``labels.FAMILIES``.
    """
    counts = crime[:, :, FAMILIES.index(family)].astype(np.float64)
    years = np.array([period.months / 12 for period in periods])
    shown = _enough(counts)
    values = np.where(shown, _course(counts, years[:, None] * agents), np.nan)
    clear = np.abs(values) > CLEAR * _counting_error(counts, values)
    clear[:, 0] = shown
    return CountyMaps(values, _course(counts.sum(axis=1), years * agents.sum()), shown, clear)


def _course(counts: Floats, person_years: Floats) -> Floats:
    """Return levels of the first period and changes of the others: float64[3, P, ...] of float64[P, ..., 2]."""
    rates = 1e5 * ratio(counts, person_years[..., None])
    hidden = 100 * (1 - ratio(counts[..., 1], counts[..., 0]))
    result = np.stack([rates[..., 0], rates[..., 1], hidden])
    result[:2, 1:] = 100 * (ratio(result[:2, 1:], result[:2, :1]) - 1)
    result[2, 1:] -= result[2, 0]
    return result


def _counting_error(counts: Floats, changes: Floats) -> Floats:
    """Return the standard error that counting alone gives to changes against the first period: float64[3, P, K].

    Counts are Poisson, a share of them binomial.
    """
    per_count = ratio(np.ones_like(counts), counts)
    spread = np.sqrt(per_count + per_count[:1])
    hidden = 1 - ratio(counts[..., 1], counts[..., 0])[0]
    rates = (100 + changes[:2]) * np.moveaxis(spread, 2, 0)
    return np.concatenate([rates, [100 * np.sqrt(hidden * (1 - hidden)) * spread[..., 0]]])


def _enough(counts: Floats) -> Bools:
    """Return which counties have enough offences to be shown: bool[K] of float64[P, K, 2].

    The mean over all periods decides, so that a lucky period neither chooses a county nor hides it.
    """
    return np.asarray((counts.mean(axis=0) >= LEAST_EVENTS).all(axis=1))
