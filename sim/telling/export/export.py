"""Export of results to CSV, Stata or Parquet: whole tables or one wide panel, with a codebook beside them.

The folder appears whole or not at all, nothing is overwritten, and memory does not grow with the number of rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from sim.running.manifest import manifest_of
from sim.running.run import whole_folder
from sim.running.tables.reading import Meaning, Table
from sim.running.terminal import working
from sim.telling.export.tables import Exported, tables_of

Format = Literal["csv", "stata", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
ROW_GROUP = 1 << 17
"""Rows from which a row group is written: no more of a table is held in memory."""


def export(
    folder: Path,
    to: Format,
    *,
    wide: bool = False,
    tables: Sequence[str] | None = None,
    out: Path | None = None,
    quiet: bool = False,
) -> Path:
    """Write tables of a results folder in another format, and return the new folder.

    Parameters
    ----------
    folder : Path
        The folder of a run, a comparison or a sweep.
    to : str
        ``csv``, ``stata`` or ``parquet``.
    wide : bool
        One table with a row for each scenario, replication, county and month instead of the tables as they are.
    tables : sequence of str, optional
        Names of tables; by default all that the folder has.
    out : Path, optional
        New folder; by default one inside ``folder`` that is named after the format.
    quiet : bool
        Print nothing.

    Raises
    ------
    UserError
        Where the folder holds no such results, ``out`` holds something, or the format cannot take the rows.
    """
    found = tables_of(folder, tables)
    if wide:
        from sim.telling.export.wide import Panel

        found = [Panel(found, folder)]
    out = out or folder / f"export_{to}{'_wide' if wide else ''}"
    with whole_folder(out) as temporary:
        files, meanings = _write_all(found, to, temporary, _title(folder), quiet)
        write_codebook(temporary / "codebook.csv", meanings)
        write_list(temporary / "files.csv", files)
    if not quiet:
        for file in files:
            runs = f", {file.runs}" if file.runs else ""
            print(f"{out / file.file}: {file.rows:,} rows{runs}")
        print(f"{out / 'codebook.csv'}: what each column means")
    return out


def _write_all(
    tables: Sequence[Table], to: Format, folder: Path, title: str, quiet: bool
) -> tuple[list[Exported], list[Meaning]]:
    files, meanings = [], []
    for table in tables:
        with working(f"writing {table.name}", quiet):
            if to == "stata":
                from sim.telling.export.stata import write_stata

                written, columns = write_stata(table, folder, f"darkfigure: {table.name}, {title}")
            else:
                written, columns = [(_write_csv if to == "csv" else _write_parquet)(table, folder)], table.meanings
        files += written
        meanings += columns
    return files, meanings


def _write_csv(table: Table, folder: Path) -> Exported:
    """Write texts, months and county codes as text, true and false in words, and what is missing as nothing."""
    import pyarrow as pa
    import pyarrow.csv

    schema = _schema(table, plain=True)
    path = folder / f"{table.name}.csv"
    options = pa.csv.WriteOptions(quoting_style="needed")
    with pa.csv.CSVWriter(path, schema, write_options=options) as writer:
        for batch in table.batches():
            writer.write_batch(_cleaned(batch, schema))
    return Exported(path.name, table.name, table.rows)


def _write_parquet(table: Table, folder: Path) -> Exported:
    """Write with the meaning and the unit of each column in the file itself."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(table, plain=False)
    path = folder / f"{table.name}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batches in _groups(table.batches()):
            cleaned = [_cleaned(batch, schema) for batch in batches]
            group = pa.Table.from_batches(cleaned).unify_dictionaries()
            writer.write_table(group, row_group_size=max(len(group), 1))
    return Exported(path.name, table.name, table.rows)


def _groups(batches: Iterator[Any]) -> Iterator[list[Any]]:
    """Yield batches together that make a row group."""
    group: list[Any] = []
    for batch in batches:
        group.append(batch)
        if sum(map(len, group)) >= ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


def _schema(table: Table, plain: bool) -> Any:
    """Return the columns as they are written; ``plain`` tells that texts are written out."""
    import pyarrow as pa

    fields = []
    for column, meaning in zip(table.schema, table.meanings, strict=True):
        kind = pa.string() if plain and pa.types.is_dictionary(column.type) else column.type
        facts = {"meaning": meaning.meaning, "unit": meaning.unit, "origin": meaning.origin}
        fields.append(pa.field(column.name, kind, metadata=facts))
    return pa.schema(fields)


def _cleaned(batch: Any, schema: Any) -> Any:
    """Return a batch in the types of ``schema``, with nothing where a number is not known."""
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = []
    for column, wanted in zip(batch.columns, schema, strict=True):
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        arrays.append(column.cast(wanted.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def write_codebook(path: Path, meanings: Sequence[Meaning]) -> None:
    """Write what each exported column means."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Meaning._fields)
        writer.writerows(meanings)


def write_list(path: Path, files: Sequence[Exported]) -> None:
    """Write which files there are and what is in them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "table", "rows", "runs"))
        writer.writerows((it.file, it.table, it.rows, it.runs) for it in files)


def _title(folder: Path) -> str:
    """Return what the results are called, for the label of a data set."""
    manifest = manifest_of(folder)
    names = [str(name) for name in manifest.get("scenarios") or [manifest.get("scenario") or folder.name]]
    seed = f", seed {manifest['seed']}" if "seed" in manifest else ""
    return f"{names[0] if len(names) == 1 else f'{len(names)} scenarios'}{seed}"
