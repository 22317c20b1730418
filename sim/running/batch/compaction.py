"""The end of a batch: the results of all runs in one file a table, in design order, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sim.running.batch import part, run_file
from sim.running.batch.files import digest_of_file, whole_file
from sim.running.batch.part import write_table
from sim.running.batch.plan import Plan, RunName
from sim.running.batch.run_file import SUMMARIES, kept_tables
from sim.running.batch.store import MERGED, Store


def result_path(folder: Path, table: str) -> Path:
    """Return where a table of all runs lies in the folder of a batch."""
    return folder / f"{table}.{'arrow' if table == SUMMARIES else 'parquet'}"


def compact(store: Store, runs: Sequence[RunName], folder: Path, threads: int) -> dict[str, str]:
    """Write the tables of ``runs`` into ``folder``, each whole or not at all, and return their checksums by name.

    Bytes follow from the runs alone: not from where they lay, nor from how many threads there are. Each thread holds a
    row group.
    """

    def write(name: str) -> str:
        with whole_file(result_path(folder, name), lasting=True) as temporary:
            write_table(temporary, name, store.tables(name, runs), store.plan)
            return digest_of_file(temporary)

    names = kept_tables(store.plan)
    with ThreadPoolExecutor(max(1, min(threads, len(names)))) as pool:
        digests = list(pool.map(write, names))
    return dict(zip(names, digests, strict=True))


def damaged_results(folder: Path, plan: Plan, digests: dict[str, str]) -> list[str]:
    """Return what is wrong with the tables of a complete batch; each line names a file."""
    found = []
    for name in kept_tables(plan):
        path = result_path(folder, name)
        if not path.exists():
            found.append(f"{path}: missing")
        elif digest_of_file(path) != digests.get(name):
            found.append(f"{path}: damaged")
    return found


def drop_transient(folder: Path) -> None:
    """Delete what the compacted tables have made superfluous."""
    (folder / MERGED).unlink(missing_ok=True)
    for name in (run_file.FOLDER, part.FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
