"""Parts: the results of many finished small runs, joined into a few files before the batch is done.

A part holds a range of runs in design order, a file for each table. Its receipt is written last; without one it does
not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.running.batch.files import as_json, digest_of_file, whole_file, write_whole
from sim.running.batch.plan import Plan, RunName
from sim.running.batch.run_file import (
    ANOTHER_BATCH,
    OUTCOMES,
    PLAN_KEY,
    SUMMARIES,
    RunFile,
    identity_in,
    kept_tables,
    run_path,
    runs_in,
)
from sim.words.faults import UserError
from sim.words.reading import Damaged, record_in

Metadata = Mapping[bytes, str]
FOLDER = "parts"
RUNS = 250
"""Runs in a part."""
LARGEST = 250 << 20
"""Bytes; runs that come to more stay in files of their own until the end, for joining would only pack them twice."""


def part_path(folder: Path, table: str, number: int) -> Path:
    """Return where a table of a part lies in the folder of a batch."""
    suffix = "arrow" if table == SUMMARIES else "parquet"
    return folder / FOLDER / f"{table}.{number:05d}.{suffix}"


def receipt_path(folder: Path, number: int) -> Path:
    """Return where the receipt of a part lies."""
    return folder / FOLDER / f"{number:05d}.json"


def write_part(folder: Path, plan: Plan, number: int, runs: Sequence[RunName]) -> None:
    """Join the files of finished runs into a part, and delete them when it is on disk.

    Raises
    ------
    UserError
        Where a run's file is damaged.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    files = [RunFile(run_path(folder, run)) for run in runs]
    rows: dict[str, list[int]] = {}
    digests: dict[str, str] = {}
    for name in kept_tables(plan):
        path = part_path(folder, name, number)
        rows[name] = []
        with whole_file(path, lasting=True) as temporary:
            write_table(temporary, name, _counted(files, name, rows[name]), plan, "lz4", {PLAN_KEY: plan.identity})
            digests[name] = digest_of_file(temporary)
    names = [str(run) for run in runs]
    receipt = as_json({"plan": plan.identity, "runs": names, "rows": rows, "digests": digests})
    write_whole(receipt_path(folder, number), receipt, lasting=True)
    for file in files:
        file.path.unlink(missing_ok=True)


def _counted(files: Sequence[RunFile], name: str, rows: list[int]) -> Any:
    for file in files:
        table = file.table(name)
        rows.append(len(table))
        yield table


def write_table(
    path: Path, name: str, tables: Any, plan: Plan, compression: str = "zstd", said: Metadata | None = None
) -> None:
    """Write one table of many runs: summaries as an Arrow file with a batch a run, all others as Parquet.

    ``said`` is what the file says of itself.
    """
    import pyarrow as pa

    from sim.running.batch.row_groups import write_groups

    if name != SUMMARIES:
        write_groups(path, tables, plan.places, compression, said)
        return
    writer = None
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.OSFile(str(path), "wb") as sink:
        for table in tables:
            table = table.replace_schema_metadata(said)
            writer = writer or pa.ipc.new_file(sink, table.schema, options=options)
            writer.write_table(table)
        if writer is not None:
            writer.close()


class Part:
    """A part, reading."""

    def __init__(self, folder: Path, number: int) -> None:
        """Read the receipt of a part.

        Raises
        ------
        UserError
            Where the receipt is damaged.
        """
        self.folder, self.number = folder, number
        path = receipt_path(folder, number)
        try:
            content = record_in(path, {"plan": str, "runs": list, "rows": dict, "digests": dict})
            self.plan: str = content["plan"]
            self.runs = [RunName.read(str(text)) for text in content["runs"]]
            self.rows = {name: _counts_of(content["rows"][name], len(self.runs)) for name in content["rows"]}
            self.digests: dict[str, str] = content["digests"]
        except (OSError, ValueError, UserError):
            raise Damaged(f"{path}: damaged") from None
        self.places = {run: place for place, run in enumerate(self.runs)}

    def faults(self, plan: Plan) -> list[str]:
        """Return what is wrong with the files of the part; each line names one."""
        if self.plan != plan.identity or any(run not in plan for run in self.runs):
            return [f"{receipt_path(self.folder, self.number)}: {ANOTHER_BATCH}"]
        found = []
        for name in kept_tables(plan):
            path = part_path(self.folder, name, self.number)
            if not path.exists():
                found.append(f"{path}: missing")
            elif digest_of_file(path) != self.digests.get(name):
                found.append(f"{path}: damaged")
            else:
                found.extend(self._foreign_rows(plan, name, path))
        return found

    def _foreign_rows(self, plan: Plan, name: str, path: Path) -> list[str]:
        """Return that a table is not what the receipt calls it, by what its own rows say, or nothing."""
        reader = self.reader(name)
        if reader.identity() != plan.identity:
            return [f"{path}: {ANOTHER_BATCH}"]
        for place, run in enumerate(self.runs):
            if runs_in(reader.table(place)) - {run}:
                return [f"{path}: its rows are not of the runs that {receipt_path(self.folder, self.number)} names"]
        return []

    def reader(self, name: str) -> PartReader:
        """Return a reader of one table."""
        path = part_path(self.folder, name, self.number)
        return SummaryReader(path) if name == SUMMARIES else PartReader(path, self.rows[name])

    def remove(self) -> None:
        """Delete the part, its receipt first."""
        receipt_path(self.folder, self.number).unlink(missing_ok=True)
        for name in (*self.digests, OUTCOMES):
            part_path(self.folder, name, self.number).unlink(missing_ok=True)


class PartReader:
    """Reads the rows of single runs from a Parquet file of many; quick where runs are asked for in their order."""

    def __init__(self, path: Path, rows: Sequence[int]) -> None:
        """Open a file that holds so many rows of each run.

        Raises
        ------
        UserError
            Where the file is damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise UserError(f"{path}: damaged") from error
        metadata = self._file.metadata
        self._group_ends = _ends(metadata.row_group(number).num_rows for number in range(metadata.num_row_groups))
        self._ends = _ends(rows)
        self._held = (-1, None)

    def identity(self) -> str:
        """Return the identity of the plan to which the file says it belongs."""
        return identity_in(self._file.schema_arrow)

    def table(self, place: int) -> Any:
        """Return the rows of the run at ``place``; no run spans row groups."""
        from bisect import bisect_right

        first = self._ends[place - 1] if place else 0
        if first == self._ends[place]:
            return self._file.schema_arrow.empty_table()
        group = bisect_right(self._group_ends, first)
        start = self._group_ends[group - 1] if group else 0
        return self._group(group).slice(first - start, self._ends[place] - first)

    def _group(self, number: int) -> Any:
        import pyarrow as pa

        if self._held[0] != number:
            self._held = (-1, None)
            try:
                self._held = (number, self._file.read_row_group(number, use_threads=False))
            except (OSError, pa.ArrowInvalid) as error:
                raise UserError(f"{self.path}: damaged") from error
        return self._held[1]


class SummaryReader(PartReader):
    """Reads single summaries from a file that is laid into memory, not read."""

    def __init__(self, path: Path) -> None:
        """Open an Arrow file with a batch a run.

        Raises
        ------
        UserError
            Where the file is damaged.
        """
        import pyarrow as pa

        self.path = path
        try:
            self._reader = pa.ipc.open_file(pa.memory_map(str(path)), options=pa.ipc.IpcReadOptions(use_threads=False))
        except (OSError, pa.ArrowInvalid) as error:
            raise UserError(f"{path}: damaged") from error

    def __len__(self) -> int:
        """Return the number of summaries."""
        return int(self._reader.num_record_batches)

    def identity(self) -> str:
        """Return the identity of the plan to which the file says it belongs."""
        return identity_in(self._reader.schema)

    def table(self, place: int) -> Any:
        """Return the summary at ``place`` as a table of one row."""
        import pyarrow as pa

        try:
            return pa.Table.from_batches([self._reader.get_batch(place)]).replace_schema_metadata(None)
        except (OSError, pa.ArrowInvalid) as error:
            raise UserError(f"{self.path}: damaged") from error


def _counts_of(rows: Any, runs: int) -> list[int]:
    """Return the rows of each of so many runs, as a receipt has them."""
    if not isinstance(rows, list) or len(rows) != runs or not all(type(count) is int and count >= 0 for count in rows):
        raise ValueError
    return rows


def _ends(counts: Any) -> list[int]:
    from itertools import accumulate

    return list(accumulate(counts))
