"""Runs read back from their folder, month by month: what the tables hold, as the engine gave it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines.ledger import Ledger, MonthRecord, stack
from sim.engines.panel import told_event
from sim.running.manifest import manifest_of
from sim.running.tables.months import AXES, COUNTY_NUMBERS, FEAR_COLUMNS
from sim.running.tables.reading import RowReader, StoredTable, check_folder
from sim.words.codes import ARRESTS_SHAPE, REARRESTS_SHAPE, REPEATS_SHAPE, SURVEY_SHAPE, SURVEYED, TOLD_MONTH
from sim.words.faults import UserError, printable
from sim.words.labels import (
    BALANCE_COLUMNS,
    CRIME_COLUMNS,
    ENFORCEMENT_COLUMNS,
    FAMILIES,
    PEOPLE_COLUMNS,
    PROGRAMS,
    SURVEY_COLUMNS,
)
from sim.world.counties.building import Counties

if TYPE_CHECKING:
    from sim.running.measures import ComparisonRuns
    from sim.scenario.scenario import Scenario

BALANCE = tuple(f"{balance}_{family}" for balance in BALANCE_COLUMNS for family in FAMILIES)
_RUN_AND_MONTH = ("scenario", "replication", "month")


class StoredRun(NamedTuple):
    """One run that was read back: its scenario's name, its number, and its ledger."""

    scenario: str
    replication: int
    ledger: Ledger


def stored_runs(folder: Path) -> Iterator[StoredRun]:
    """Yield the runs whose tables lie in ``folder``, one in memory at a time.

    What is not in the tables, opportunities and clipped ones, is taken from the manifest as a share of a million; what
    is counted once a year is left out.

    Raises
    ------
    UserError
        Where the folder holds no runs, or a table is damaged.
    """
    counties = stored_counties(folder)
    months: list[StoredMonth] = []
    for month in stored_months(folder, counties):
        if months and month[:2] != months[0][:2]:
            yield _run(months, counties)
            months = []
        record = month.record
        told = record.told + (len(months) - record.index << TOLD_MONTH)
        months.append(month._replace(record=record._replace(index=len(months), told=told)))
    if not months:
        raise UserError(printable(f"{folder / 'crime.parquet'}: holds no month"))
    yield _run(months, counties)


def stored_run(folder: Path) -> StoredRun:
    """Return the first run whose tables lie in ``folder``."""
    return next(stored_runs(folder))


def _run(months: list[StoredMonth], counties: Counties) -> StoredRun:
    ledger = stack([month.record for month in months], [month.month for month in months], counties)
    return StoredRun(months[0].scenario, months[0].replication, ledger)


def stored_results(folder: Path) -> ComparisonRuns:
    """Return a comparison read back from its tables, reduced as it was when it was run.

    Raises
    ------
    UserError
        Where the folder is not that of a comparison, or a table is damaged.
    """
    from sim.running.batch.evaluation import evaluate
    from sim.running.measures import ComparisonRuns, RunSummary, reduce
    from sim.scenario.scenario import load_comparison

    comparison = load_comparison(folder / "comparison.yaml")
    counties, evaluation = evaluate(comparison)
    runs: dict[str, list[RunSummary]] = {scenario.name: [] for scenario in comparison.members}
    for name, replication, ledger in stored_runs(folder):
        runs[name].append(reduce(ledger, name, replication, evaluation.start))
    return ComparisonRuns(comparison, counties, evaluation, runs)


def stored_scenario(folder: Path) -> Scenario:
    """Return the scenario of the run in ``folder``."""
    from sim.scenario.scenario import load_scenario

    return load_scenario(folder / "scenario.yaml")


def stored_month_names(folder: Path, counties: int) -> list[str]:
    """Return the months of the run in ``folder``, written YYYY-MM."""
    table = StoredTable("counties", folder / "counties.parquet", {})
    column = RowReader(table).take(table.rows, ["month"]).column("month")
    return [str(month) for month in column.to_pylist()[::counties]]


def stored_counties(folder: Path) -> Counties:
    """Return the counties of a folder of results; what the table ``world`` does not tell of them is not known."""
    check_folder(folder, (folder / "world.parquet").exists())
    world = {name: column.to_numpy() for name, column in _whole(folder, "world").items()}
    count = len(world["county"])
    nowhere, never = np.full(count, np.nan), np.full(count, -1, dtype=np.int32)
    return Counties(
        code=np.arange(count, dtype=np.int64),
        fips=world["county"].tolist(),
        name=world["name"].tolist(),
        state=world["state"].tolist(),
        row=world["row"],
        column=world["column"],
        latitude=world["latitude"].astype(np.float64),
        longitude=world["longitude"].astype(np.float64),
        land_area_km2=nowhere,
        persons=world["persons"],
        agents=world["agents"],
        hispanic_share=nowhere,
        noncitizen_share=nowhere,
        recorded_per_100k=np.full((count, 8), np.nan),
        filled=[""] * count,
        region=never,
        activation=never,
        agreement=never,
        agreement_jail=np.zeros(count, dtype=np.bool_),
        agreement_task_force=np.zeros(count, dtype=np.bool_),
        neighbour_start=np.zeros(count + 1, dtype=np.int64),
        neighbour=np.empty(0, dtype=np.int32),
    )


class StoredMonth(NamedTuple):
    """One month of a run: the names of scenario and run, the calendar month, and what the engine gave."""

    scenario: str
    replication: int
    month: str
    record: MonthRecord


def stored_months(folder: Path, counties: Counties) -> Iterator[StoredMonth]:
    """Yield the months of all runs in ``folder`` one after the other, whatever their number; ``index`` counts them.

    Raises
    ------
    UserError
        Where a table does not have the rows that runs of these counties have.
    """
    size, share = len(counties), _clipped_share(folder)
    tables = {name: StoredTable(name, folder / f"{name}.parquet", {}) for name in AXES}
    rows = {name: size * int(np.prod([len(kinds) for _, kinds in axes], dtype=int)) for name, axes in AXES.items()}
    months = tables["counties"].rows // size
    for name, table in tables.items():
        if table.rows != months * rows[name]:
            raise UserError(printable(f"{table.path}: not the rows of runs of {size:,} counties"))
    readers = {name: RowReader(table) for name, table in tables.items()}
    for month in range(months):
        found = {name: reader.take(rows[name]) for name, reader in readers.items()}
        scenario, replication, name = (found["counties"].column(key)[0].as_py() for key in _RUN_AND_MONTH)
        yield StoredMonth(scenario, replication, name, _record(month, size, found, share))


def _record(month: int, size: int, tables: dict[str, Any], clipped_share: float) -> MonthRecord:
    """Return one month from its rows of each table; arrays as ``MonthRecord`` tells."""
    county = tables["counties"]
    numbers = {name: _column(county, name) for name in COUNTY_NUMBERS}
    million = np.zeros(size, dtype=np.int64)
    million[0] = 1_000_000
    return MonthRecord(
        index=month,
        crime=_counts(tables["crime"], CRIME_COLUMNS, (size, 8, 4)),
        people=_counts(tables["people"], PEOPLE_COLUMNS, (size, 3, 3)).astype(np.int64),
        trust=_column(tables["people"], "trust").reshape(size, 3, 3),
        enforcement=_counts(tables["enforcement"], ENFORCEMENT_COLUMNS, (size, 3, 3, 4)),
        county_fear=np.stack([_column(county, name) for name in FEAR_COLUMNS], axis=1),
        programs=np.stack([_program(county, name) for name in PROGRAMS], axis=1),
        balance=_counts(county, BALANCE, (size,)).reshape(size, len(BALANCE_COLUMNS), len(FAMILIES)),
        told=_told(tables["survey"], month, size),
        survey_weight=_column(tables["survey"], "weight").reshape(size, -1)[:, 0],
        bookings=_counts(tables["arrests"], ("bookings",), (size, *ARRESTS_SHAPE))[..., 0],
        repeats=np.zeros(REPEATS_SHAPE, dtype=np.int64),
        rearrests=np.zeros(REARRESTS_SHAPE, dtype=np.int64),
        opportunities=million,
        clipped=np.round(million * clipped_share).astype(np.int64),
        **numbers,
    )


def _told(survey: Any, month: int, size: int) -> NDArray[np.int64]:
    """Return the incidents of a month that were told to the survey, as ``panel.told_event``; when is not stored."""
    counts = _counts(survey, SURVEY_COLUMNS, (size, *SURVEY_SHAPE[:-1]))
    county, group, status, crime = np.indices(counts.shape[:-1])
    event = told_event(month, county, crime + SURVEYED[0], group, status, False)
    reported = counts[..., 1]
    silent = np.repeat(event.ravel(), (counts[..., 0] - reported).ravel())
    return np.sort(np.concatenate([silent, np.repeat(event.ravel(), reported.ravel()) + 1]))


def _counts(table: Any, names: tuple[str, ...], shape: tuple[int, ...]) -> NDArray[np.int32]:
    return np.stack([_column(table, name) for name in names], axis=1).reshape(*shape, len(names))


def _program(county: Any, name: str) -> NDArray[Any]:
    """Return where a program is in force; nowhere in a folder that was written before there was such a program."""
    return _column(county, name) if name in county.column_names else np.zeros(county.num_rows, dtype=np.bool_)


def _column(table: Any, name: str) -> NDArray[Any]:
    return np.asarray(table.column(name).combine_chunks().to_numpy(zero_copy_only=False))


def _whole(folder: Path, name: str) -> dict[str, Any]:
    table = StoredTable(name, folder / f"{name}.parquet", {})
    rows = RowReader(table).take(table.rows)
    return {column: rows.column(column) for column in rows.column_names}


def _clipped_share(folder: Path) -> float:
    share = manifest_of(folder).get("clipped_share", 0.0)
    return float(share) if isinstance(share, (int, float)) else 0.0
