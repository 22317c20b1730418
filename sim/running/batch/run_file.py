"""The results of one finished run in one file: an uncompressed ZIP archive of Arrow tables.

An archive is whole or not there, knows when it has been cut short, and keeps a checksum of each table.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.running.batch.files import whole_file
from sim.running.batch.plan import Plan, RunName
from sim.words.faults import UserError, shortened
from sim.words.labels import TABLES
from sim.words.reading import Damaged, checked_record, json_of

OUTCOMES, SUMMARIES = "outcomes", "summaries"
RECEIPT = "receipt.json"
ANOTHER_BATCH, ANOTHER_RUN = "of another batch", "not of this run"
SUFFIX = ".zip"
FOLDER = "runs"
PLAN_KEY = b"plan"
"""Under which a table says to which plan it belongs."""
_DATE = (1980, 1, 1, 0, 0, 0)


def kept_tables(plan: Plan) -> tuple[str, ...]:
    """Return the tables that a batch keeps of each run."""
    return (*TABLES, SUMMARIES, OUTCOMES) if plan.keep == "tables" else (OUTCOMES,)


def run_path(folder: Path, run: RunName) -> Path:
    """Return where the results of a finished run lie in the folder of a batch."""
    return folder / FOLDER / f"{run}{SUFFIX}"


def write_run(folder: Path, plan: Plan, run: RunName, tables: Iterable[tuple[str, Any]]) -> Path:
    """Write the tables of a run, whole or not at all."""
    path = run_path(folder, run)
    receipt = {"plan": plan.identity, "run": str(run)}
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr(zipfile.ZipInfo(RECEIPT, _DATE), json.dumps(receipt))
        for name, table in tables:
            packed = _packed(table.replace_schema_metadata({PLAN_KEY: plan.identity}))
            archive.writestr(zipfile.ZipInfo(f"{name}.arrow", _DATE), memoryview(packed).tobytes())
    return path


class RunFile:
    """The file of one run, reading."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file, which may have been damaged since it was written."""
        self.path = path

    def table(self, name: str) -> Any:
        """Return one of the run's tables.

        Raises
        ------
        UserError
            Where the file is damaged.
        """
        import pyarrow as pa

        try:
            with zipfile.ZipFile(self.path) as archive:
                return _unpacked(archive, name).replace_schema_metadata(None)
        except (*_BROKEN, pa.ArrowInvalid) as error:
            raise UserError(f"{self.path}: damaged") from error

    def fault(self, plan: Plan) -> str:
        """Return why the file cannot be used in the batch of ``plan``, or nothing: what its tables say counts."""
        import pyarrow as pa

        try:
            with zipfile.ZipFile(self.path) as archive:
                receipt = _receipt_in(archive, self.path)
                said = {name: _said_by(_unpacked(archive, name)) for name in kept_tables(plan)}
            run = RunName.read(receipt["run"])
        except (*_BROKEN, UserError, pa.ArrowInvalid):
            return "damaged"
        if receipt["plan"] != plan.identity:
            return ANOTHER_BATCH
        if f"{run}{SUFFIX}" != self.path.name:
            return f"{ANOTHER_RUN}, but of {shortened(str(run))}"
        for name, (identity, runs) in said.items():
            if identity != plan.identity:
                return f"{ANOTHER_BATCH}: its table {name}"
            if runs - {run}:
                return f"{ANOTHER_RUN}: its table {name}"
        return ""


_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, OSError)
"""What a file that is no whole archive raises when it is read."""
_LARGEST_RECEIPT = 1 << 20


def _receipt_in(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Return what an archive says of itself."""
    if archive.getinfo(RECEIPT).file_size > _LARGEST_RECEIPT:
        raise Damaged(f"{path}: damaged")
    return checked_record(json_of(archive.read(RECEIPT), path), path, {"plan": str, "run": str})


def _said_by(table: Any) -> tuple[str, set[RunName]]:
    """Return of which plan a table says it is, and of which runs its rows are."""
    return identity_in(table.schema), runs_in(table)


def identity_in(schema: Any) -> str:
    """Return the identity of the plan to which a table says it belongs; nothing where it does not say."""
    return ((schema.metadata or {}).get(PLAN_KEY) or b"").decode(errors="replace")


def runs_in(table: Any) -> set[RunName]:
    """Return the runs that the rows of a table say they belong to."""
    if not len(table):
        return set()
    pairs = table.select(["scenario", "replication"]).group_by(["scenario", "replication"]).aggregate([])
    columns = (pairs.column(name).to_pylist() for name in ("scenario", "replication"))
    return {RunName(*pair) for pair in zip(*columns, strict=True)}


def _unpacked(archive: zipfile.ZipFile, name: str) -> Any:
    """Return a table of an open file, which checks its bytes."""
    import pyarrow as pa

    options = pa.ipc.IpcReadOptions(use_threads=False)
    return pa.ipc.open_stream(archive.read(f"{name}.arrow"), options=options).read_all()


def _packed(table: Any) -> Any:
    """Return a table as an Arrow stream; what would be packed better or by several threads takes longer than a run."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue()
