"""The numbers behind crime since adoption: both books of adopting counties by half-years since their program began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import Band, mean_band, relative_changes
from sim.running.batch.drawn import each_run
from sim.running.measures import BOOKS, NOT_ADOPTED, ComparisonRuns
from sim.running.tables.arrow import numbers_in
from sim.words.labels import PROPERTY_CRIMES, VIOLENT_CRIMES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
HALF_YEARS = 6
"""Months of a point."""
LEAST_COVERED = 0.5
BEFORE = 1.5
"""Years before a program that are shown: nothing happens there but what other counties' programs change."""
_BATCH_ROWS = 500_000


@dataclass(frozen=True)
class Since:
    """Both books by P half-years since a program began in each of its counties.

    Attributes
    ----------
    middle : float64[P]
        Years from the beginning to the middle of each half-year.
    covered : float64[P]
        Share of the people in the program's counties whom a half-year covers in full.
    shown : bool[P]
        Half-years from ``BEFORE`` years before on that cover ``LEAST_COVERED`` or more.
    bands : dict of Band
        By book: change against the reference in %, float64[P] each.
    """

    middle: Floats
    covered: Floats
    shown: Bools
    bands: dict[str, Band]


def since_adoption(path: Path, results: ComparisonRuns) -> dict[str, Since]:
    """Return by scenario the courses since adoption, of those whose programs begin where the reference's do not.

    The table ``crime`` at ``path`` is read in batches, whatever its size.
    """
    bins = {name: _bins(results, name) for name in results.others}
    bins = {name: it for name, it in bins.items() if (it >= 0).any()}
    if not bins:
        return {}
    totals = _totals(path, results, bins)
    return {name: _since(results, name, bins[name], *totals[name]) for name in bins}


def _bins(results: ComparisonRuns, name: str) -> Integers:
    """Return by month and county the half-year since the county's program began, from 0 for the earliest: int64[T, K].

    Below 0: a county whose program does not differ from the reference's, or a half-year that the run does not hold
    in full.
    """
    adoption = results.runs[name][0].adoption
    other = results.runs[results.references[name]][0].adoption
    months = len(results.months)
    since = np.arange(months)[:, None] - adoption[None, :]
    half = since // HALF_YEARS
    whole = (half * HALF_YEARS + adoption >= 0) & ((half + 1) * HALF_YEARS + adoption <= months)
    earliest = -(-months // HALF_YEARS)
    return np.where(whole & (adoption != NOT_ADOPTED) & (adoption != other), half + earliest, -1)


def _totals(path: Path, results: ComparisonRuns, bins: Mapping[str, Integers]) -> dict[str, tuple[Floats, Floats]]:
    """Return by scenario index crime of it and of its reference: float64[R, P, 2] each, the last axis ``BOOKS``.

    Where parameters are drawn, R are draws, and crime is that of all their lucks together.
    """
    import pyarrow.parquet as pq

    points = 2 * -(-len(results.months) // HALF_YEARS)
    told = results.runs[results.reference]
    runs = each_run(told)
    numbers = {run.replication: place * len(told) // len(runs) for place, run in enumerate(runs)}
    totals = {name: tuple(np.zeros((len(told), points, 2)) for _ in range(2)) for name in bins}
    columns = ["scenario", "replication", "county", "month", "type", *BOOKS]
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH_ROWS, columns=columns):
            found = _Batch(batch, results, numbers)
            for name, own in bins.items():
                for side, scenario in enumerate((name, results.references[name])):
                    found.add_to(totals[name][side], scenario, own)
    return totals  # type: ignore[return-value]


class _Batch:
    """A batch of the table ``crime`` with its words as numbers."""

    def __init__(self, batch: Any, results: ComparisonRuns, numbers: Mapping[int, int]) -> None:
        def coded(column: str, places: Mapping[str, int]) -> Any:
            values = batch.column(column)
            table = np.array([places.get(word, -1) for word in values.dictionary.to_pylist()], dtype=np.int32)
            return table[numbers_in(values.indices)]

        index = dict.fromkeys((*VIOLENT_CRIMES, *PROPERTY_CRIMES), 0)
        month = coded("month", {month: place for place, month in enumerate(results.months)})
        county = coded("county", {code: place for place, code in enumerate(results.counties.fips)})
        written = numbers_in(batch.column("replication"))
        run = np.array([numbers.get(one, -1) for one in range(int(written.max()) + 1)])[written]
        kept = np.flatnonzero((coded("type", index) | run | month | county) >= 0)
        self.scenarios = {word: place for place, word in enumerate(batch.column("scenario").dictionary.to_pylist())}
        self.scenario = numbers_in(batch.column("scenario").indices)[kept]
        self.run, self.cell = run[kept], (month * len(results.counties) + county)[kept]
        self.counts = [numbers_in(batch.column(book))[kept] for book in BOOKS]

    def add_to(self, total: Floats, scenario: str, bins: Integers) -> None:
        """Add the rows of a scenario to ``total``, float64[R, P, 2], by the half-years of int64[T, K]."""
        rows = np.flatnonzero(self.scenario == self.scenarios.get(scenario, -1))
        half = bins.ravel()[self.cell[rows]]
        rows, half = rows[half >= 0], half[half >= 0]
        cells = self.run[rows] * total.shape[1] + half
        for book, counts in enumerate(self.counts):
            total[..., book] += np.bincount(cells, counts[rows], total.shape[0] * total.shape[1]).reshape(
                total.shape[:2]
            )


def _since(results: ComparisonRuns, name: str, bins: Integers, mine: Floats, base: Floats) -> Since:
    points = mine.shape[1]
    people = results.counties.agents.astype(np.float64)
    ours = (bins >= 0).any(axis=0)
    covered = np.array([people[(bins == place).any(axis=0)].sum() for place in range(points)]) / people[ours].sum()
    middle = (np.arange(points) - points // 2 + 0.5) * HALF_YEARS / 12
    bands = {book: mean_band(relative_changes(mine[..., at], base[..., at])) for at, book in enumerate(BOOKS)}
    return Since(middle, covered, (covered >= LEAST_COVERED) & (middle > -BEFORE), bands)
