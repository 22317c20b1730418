"""Tables of a results folder read back: their columns, what these mean, and their rows in small batches."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sim.running.tables.codebook import columns
from sim.words.faults import UserError, printable

BATCH_ROWS = 100_000
BUFFER_BYTES = 1 << 20


class Meaning(NamedTuple):
    """One column of an exported table: its name there, type, unit and meaning, and the column it was made from."""

    table: str
    column: str
    type: str
    unit: str
    meaning: str
    origin: str


class Table(Protocol):
    """What can be exported: rows in batches, and what the columns mean."""

    @property
    def name(self) -> str:
        """The name of the table, and of its file."""

    @property
    def schema(self) -> Any:
        """Names and types of the columns, a ``pyarrow.Schema``."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    @property
    def meanings(self) -> list[Meaning]:
        """One entry for each column."""

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield the rows as ``pyarrow.RecordBatch``, of all columns or some."""


@dataclass(frozen=True)
class StoredTable:
    """A table in a Parquet file, read a batch at a time."""

    name: str
    path: Path
    codebook: dict[tuple[str, str], Meaning]

    @cached_property
    def schema(self) -> Any:
        """Names and types of the columns."""
        with open_parquet(self.path) as file:
            return file.schema_arrow

    @cached_property
    def rows(self) -> int:
        """Number of rows."""
        with open_parquet(self.path) as file:
            return int(file.metadata.num_rows)

    @property
    def meanings(self) -> list[Meaning]:
        """One entry for each column."""
        return [meaning_of(self.name, field, self.codebook) for field in self.schema]

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield the rows, of all columns or some."""
        with open_parquet(self.path) as file:
            yield from file.iter_batches(BATCH_ROWS, columns=None if columns is None else list(columns))


@dataclass(frozen=True)
class WrittenTable:
    """A small table in a CSV file, read whole; a column of numbers, or of nothing, holds numbers."""

    name: str
    path: Path
    codebook: dict[tuple[str, str], Meaning]

    @cached_property
    def content(self) -> Any:
        """The whole table."""
        import pyarrow as pa
        import pyarrow.csv

        words = ("scenario", "point", "county", "measure", "group", "unit")
        options = pa.csv.ConvertOptions(column_types=dict.fromkeys(words, pa.string()), auto_dict_encode=False)
        with _readable(self.path):
            table = pa.csv.read_csv(self.path, convert_options=options)
        kinds = [pa.float64() if pa.types.is_null(field.type) else field.type for field in table.schema]
        return table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True))))

    @property
    def schema(self) -> Any:
        """Names and types of the columns."""
        return self.content.schema

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.content)

    @property
    def meanings(self) -> list[Meaning]:
        """One entry for each column."""
        return [meaning_of(self.name, field, self.codebook) for field in self.schema]

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield the rows, of all columns or some."""
        chosen = self.content if columns is None else self.content.select(list(columns))
        yield from chosen.to_batches(BATCH_ROWS)


class RowReader:
    """Hands out the rows of a table, texts written out, in pieces of a wanted length."""

    def __init__(self, table: Table) -> None:
        """Begin at the first row."""
        self._table = table
        self._batches: Iterator[Any] | None = None
        self._waiting: list[Any] = []

    def take(self, rows: int, columns: Sequence[str] | None = None) -> Any:
        """Return the next rows as a ``pyarrow.Table``; ``columns`` are those of the first piece."""
        import pyarrow as pa

        if self._batches is None:
            self._batches = self._table.batches(columns)
        while sum(map(len, self._waiting)) < rows:
            self._waiting.append(_plain(next(self._batches)))
        if not self._waiting:
            return _plain_schema(self._table.schema).empty_table()
        table = pa.Table.from_batches(self._waiting)
        self._waiting = table.slice(rows).to_batches()
        return table.slice(0, rows)


def _plain(batch: Any) -> Any:
    """Return a batch with its texts written out: dictionaries may differ from batch to batch."""
    import pyarrow as pa

    schema = _plain_schema(batch.schema)
    arrays = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _plain_schema(schema: Any) -> Any:
    import pyarrow as pa

    kinds = [pa.string() if pa.types.is_dictionary(field.type) else field.type for field in schema]
    return pa.schema(list(zip(schema.names, kinds, strict=True)))


def check_folder(folder: Path, has_tables: bool) -> None:
    """Refuse a folder without results, and a batch that is not finished.

    Raises
    ------
    UserError
        Saying which of the two it is.
    """
    if not folder.is_dir():
        raise UserError(printable(f"{folder}: no such folder"))
    if (folder / "manifest.json").exists() and has_tables:
        return
    if (folder / "plan.json").exists():
        raise UserError(
            printable(
                f"{folder}: the batch is not finished; 'darkfigure resume {folder}' finishes it, "
                f"'darkfigure status {folder}' tells how far it is"
            )
        )
    raise UserError(printable(f"{folder}: holds no results; give the folder of a run, a comparison or a sweep"))


def read_codebook(folder: Path) -> dict[tuple[str, str], Meaning]:
    """Return the codebook of a results folder by table and column; the program's own where a column is not in it."""
    entries = [(it.table, it.column, it.type, it.unit, it.meaning) for it in columns()]
    path = folder / "codebook.csv"
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            for line in csv.DictReader(file):
                table, column, kind, unit, meaning = (line.get(name) or "" for name in Meaning._fields[:5])
                entries.append((table, column, kind, unit, meaning))
    return {(entry[0], entry[1]): Meaning(*entry, f"{entry[0]}.{entry[1]}") for entry in entries}


def meaning_of(table: str, field: Any, codebook: dict[tuple[str, str], Meaning]) -> Meaning:
    """Return what the column ``field``, a ``pyarrow.Field``, of ``table`` means; its type at least is always known."""
    known = codebook.get((table, field.name))
    return known or Meaning(table, field.name, words_of(field.type), "", "", f"{table}.{field.name}")


def words_of(kind: Any) -> str:
    """Return what the codebook calls an Arrow type."""
    import pyarrow as pa

    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_integer(kind):
        return "whole number"
    return "number" if pa.types.is_floating(kind) else "text"


def is_text(kind: Any) -> bool:
    """Tell whether an Arrow type is text, written out or as places in a dictionary."""
    return words_of(kind) == "text"


@contextmanager
def open_parquet(path: Path) -> Iterator[Any]:
    """Open a Parquet file; what is wrong with it is told in a sentence that names it.

    Raises
    ------
    UserError
        Where the file is damaged.
    """
    import pyarrow.parquet as pq

    with _readable(path), pq.ParquetFile(path, buffer_size=BUFFER_BYTES) as file:
        yield file


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what the reader says of a damaged file into a sentence that names it."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowInvalid as error:
        reason = str(error).splitlines()[0]
        raise UserError(printable(f"{path}: damaged, or not written by darkfigure ({reason})")) from error
