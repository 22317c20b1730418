"""Export to Stata: one file for each table, or several where one would be too large to open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from sim.running.tables.reading import Meaning, Table, is_text
from sim.telling.export.stata_file import MOST_ROWS, StataFile, Variable, labels_of, row_bytes, variables_of
from sim.telling.export.tables import Exported

MOST_BYTES = 2_000_000_000
"""More rows than fit into so many bytes are written in parts: Stata holds a whole file in memory."""


class Run(NamedTuple):
    """One run in a table: its scenario, its number, and how many rows it has there."""

    scenario: str
    replication: int
    rows: int

    def __str__(self) -> str:
        """Return the name of the run."""
        return f"{self.scenario}.{self.replication}"


class Piece(NamedTuple):
    """Rows that stay together: how many, and the first and the last run that they belong to."""

    rows: int
    first: str
    last: str

    @property
    def runs(self) -> str:
        """The runs, in words."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


def write_stata(table: Table, folder: Path, label: str) -> tuple[list[Exported], list[Meaning]]:
    """Write a table as ``TABLE.dta``, or ``TABLE_1.dta`` and so on; return the files, and what the variables mean.

    Raises
    ------
    UserError
        Where Stata cannot hold what is in the table.
    """
    texts = [column.name for column in table.schema if is_text(column.type)]
    variables = variables_of(table.schema, table.meanings, table.batches(texts) if texts else [])
    most = max(1, min(MOST_ROWS, MOST_BYTES // row_bytes(variables)))
    pieces = pieces_of(table, most)
    names = [f"{table.name}_{number}.dta" for number in range(1, len(pieces) + 1)]
    names = names if len(pieces) > 1 else [f"{table.name}.dta"]
    parts = groupby(sliced(table.batches(), [piece.rows for piece in pieces]), key=lambda part: part[0])
    for number, batches in parts:
        _write(folder / names[number], variables, label, (batch for _, batch in batches))
    if not table.rows:
        _write(folder / names[0], variables, label, ())
    files = [
        Exported(name, table.name, piece.rows, piece.runs if len(pieces) > 1 else "")
        for name, piece in zip(names, pieces, strict=True)
    ]
    labels = labels_of(variables)
    return files, [_with_labels(it.meaning, labels.get(it.name, "")) for it in variables]


def _write(path: Path, variables: Sequence[Variable], label: str, batches: Iterable[Any]) -> None:
    with StataFile(path, variables, label) as file:
        for batch in batches:
            file.add(batch)


def _with_labels(meaning: Meaning, words: str) -> Meaning:
    return meaning._replace(meaning=f"{meaning.meaning} ({words})") if words else meaning


def pieces_of(table: Table, most: int) -> list[Piece]:
    """Return how the rows of a table are cut into files of at most ``most`` rows.

    Scenarios stay together where they fit, else runs do; only a single run that is longer is cut in itself.
    """
    if table.rows <= most:
        return [Piece(table.rows, "", "")]
    if not {"scenario", "replication"} <= set(table.schema.names):
        return [Piece(rows, "", "") for rows in _equal_parts(table.rows, most)]
    return packed(runs_of(table), most)


def runs_of(table: Table) -> list[Run]:
    """Return the runs in a table, in its order."""
    import pyarrow as pa

    found: dict[tuple[str, int], int] = {}
    for batch in table.batches(["scenario", "replication"]):
        names = batch.column("scenario").cast(pa.string())
        rows = pa.table({"scenario": names, "replication": batch.column("replication")})
        counted = rows.group_by(["scenario", "replication"], use_threads=False).aggregate([([], "count_all")])
        for row in counted.to_pylist():
            run = (row["scenario"], row["replication"])
            found[run] = found.get(run, 0) + row["count_all"]
    return [Run(*run, rows) for run, rows in found.items()]


def packed(runs: Sequence[Run], most: int) -> list[Piece]:
    """Return consecutive runs put together into pieces of at most ``most`` rows."""
    pieces: list[Piece] = []
    for block in _blocks(runs, most):
        if pieces and pieces[-1].rows + block.rows <= most:
            pieces[-1] = Piece(pieces[-1].rows + block.rows, pieces[-1].first, block.last)
        else:
            pieces.append(block)
    return pieces


def _blocks(runs: Sequence[Run], most: int) -> Iterator[Piece]:
    """Yield what is not torn apart: scenarios that fit into a piece, else runs that do, else parts of a run."""
    for _, together in groupby(runs, key=lambda run: run.scenario):
        own = list(together)
        rows = sum(run.rows for run in own)
        if rows <= most:
            yield Piece(rows, str(own[0]), str(own[-1]))
            continue
        for run in own:
            yield from (Piece(part, str(run), str(run)) for part in _equal_parts(run.rows, most))


def _equal_parts(rows: int, most: int) -> list[int]:
    count = -(-rows // most)
    return [rows * (part + 1) // count - rows * part // count for part in range(count)]


def sliced(batches: Iterable[Any], lengths: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """Yield the rows of ``batches`` cut into parts of the given lengths: the part's number, and some of its rows."""
    part, left = 0, lengths[0]
    for batch in batches:
        start = 0
        while start < len(batch):
            if left == 0:
                part += 1
                left = lengths[part]
            taken = min(left, len(batch) - start)
            yield part, batch.slice(start, taken)
            start, left = start + taken, left - taken
