"""The tables of a results folder as they are exported; a folder is that of a run, a comparison or a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim.running.tables.reading import StoredTable, Table, WrittenTable, check_folder, read_codebook
from sim.words import labels
from sim.words.faults import UserError, did_you_mean, printable

TABLES = (*labels.TABLES, "world", "outcomes", "design", "sensitivity", "summary")
"""Every table that a folder can hold, in the order in which they are exported."""
KEYS = ("scenario", "replication", "county", "month")


class Exported(NamedTuple):
    """One file that was written: its name, its table, the rows in it, and which runs they belong to (empty: all)."""

    file: str
    table: str
    rows: int
    runs: str = ""


def tables_of(folder: Path, wanted: Sequence[str] | None = None) -> list[Table]:
    """Return the tables in ``folder``, all of them or those ``wanted``.

    Raises
    ------
    UserError
        Where the folder holds no results or is not finished, or a wanted table is not there.
    """
    found = {name: path for name in TABLES if (path := _path_of(folder, name)) is not None}
    check_folder(folder, bool(found))
    for name in wanted or ():
        if name not in found:
            there = ", ".join(found)
            hint = did_you_mean(name, found)
            raise UserError(printable(f"--tables {name}: no such table in {folder}, which has {there}{hint}"))
    codebook = read_codebook(folder)
    return [
        (StoredTable if path.suffix == ".parquet" else WrittenTable)(name, path, codebook)
        for name, path in found.items()
        if not wanted or name in wanted
    ]


def _path_of(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}.parquet", folder / f"{name}.csv")
    return next((path for path in paths if path.is_file()), None)
