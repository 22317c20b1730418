"""Results on disk: the tables of a run and the counties of its world, as Parquet files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running.tables.arrow import declared

if TYPE_CHECKING:
    from sim.world.counties.building import Counties

SMALL_TABLE = 2_000
"""Rows a month. Below, zstd spends its time on being set up for each column, and saves nothing over snappy."""
PRUNING_COLUMNS = ["month"]
"""Least and greatest value of a row group are kept, so that readers who filter by month skip the others."""


class TableWriter:
    """The tables of a run as Parquet files, a row group a month; a month is written while the next one runs."""

    def __init__(self, folder: Path) -> None:
        """Write into ``folder``, which exists."""
        self.folder = folder
        self.writers: dict[str, Any] = {}
        self.aside = ThreadPoolExecutor(1)
        self.pending: Future[None] | None = None

    def write(self, tables: Iterable[tuple[str, Any]]) -> None:
        """Append what is known by now of each table, given with its name; what went wrong before is told now.

        The tables must stay as they are until the next call.
        """
        self._settle()
        self.pending = self.aside.submit(self._append, list(tables))

    def _append(self, tables: list[tuple[str, Any]]) -> None:
        import pyarrow as pa

        for name, table in tables:
            if name not in self.writers:
                self.writers[name] = _open(self.folder / f"{name}.parquet", table)
            writer = self.writers[name]
            if len(table) > 0:
                writer.write_table(pa.Table.from_arrays(table.columns, schema=writer.schema))

    def _settle(self) -> None:
        pending, self.pending = self.pending, None
        if pending is not None:
            pending.result()

    def close(self) -> None:
        """Finish the files; where one cannot be written, the others are closed all the same."""
        failures = []
        steps: list[Callable[[], object]] = [self._settle, self.aside.shutdown]
        steps += [partial(_close, writer) for writer in self.writers.values()]
        for step in steps:
            try:
                step()
            except OSError as error:
                failures.append(error)
        if failures:
            raise failures[0]


def _close(writer: Any) -> None:
    try:
        writer.close()
    except OSError:
        writer.is_open = False  # or it would try again, and fail loudly, when it is collected
        raise


def _open(path: Path, first: Any) -> Any:
    """Return a Parquet writer for tables like ``first``, a month of one.

    Only text is written as numbers of a dictionary: counts are quicker written plain, and zstd finds what repeats.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetWriter(
        path,
        declared(first.schema),
        compression="zstd" if len(first) >= SMALL_TABLE else "snappy",
        use_dictionary=[field.name for field in first.schema if pa.types.is_dictionary(field.type)],
        write_statistics=[name for name in PRUNING_COLUMNS if name in first.column_names],
    )


def write_world(counties: Counties, path: Path) -> None:
    """Write the counties of a world: place, position and people."""
    import pyarrow.parquet as pq

    pq.write_table(world_table(counties), path, compression="zstd")


def world_table(counties: Counties) -> Any:
    """Return the counties of a world as a ``pyarrow.Table``: place, position and people."""
    import pyarrow as pa

    from sim.running.tables.arrow import numbers, numbers_or_null, texts

    return pa.table(
        {
            "county": texts(counties.fips),
            "name": texts(counties.name),
            "state": texts(counties.state),
            "row": numbers(counties.row),
            "column": numbers(counties.column),
            "latitude": numbers_or_null(counties.latitude),
            "longitude": numbers_or_null(counties.longitude),
            "persons": numbers(counties.persons),
            "agents": numbers(counties.agents),
        }
    )
