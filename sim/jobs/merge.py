"""Join shards: folders with one plan, each with some of its runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from sim.jobs.finish import Incomplete, conclude, resumable
from sim.running.batch import Batch, Options
from sim.running.batch.beginning import begin, shard_of
from sim.running.batch.execution import OnError
from sim.running.batch.store import Store
from sim.words.faults import UserError

SHOWN = 10
"""Missing runs that are named; the rest are counted."""


def check_shards(folders: Sequence[Path]) -> list[Batch]:
    """Return the batches in ``folders``, all of one plan.

    Raises
    ------
    UserError
        Where a folder holds no batch, or another plan than the first.
    """
    batches = [Batch.open(folder) for folder in folders]
    first = batches[0]
    for batch in batches[1:]:
        if batch.plan.identity != first.plan.identity:
            raise UserError(f"{batch.path}: another plan than {first.path} ({_difference(batch, first)}); not merged")
    return batches


def _difference(batch: Batch, first: Batch) -> str:
    """Return in what two plans differ."""
    mine, other = vars(batch.plan), vars(first.plan)
    names = [name for name in type(batch.plan).__dataclass_fields__ if mine[name] != other[name]]
    told = [
        f"{name} {mine[name]} instead of {other[name]}" for name in names if not isinstance(mine[name], dict | tuple)
    ]
    return "; ".join(told) or f"they differ in their {' and '.join(names)}"


def merge(batches: Sequence[Batch], out: Path, *, workers: int, on_error: OnError, quiet: bool) -> Path:
    """Join shards into the folder ``out``, whose results are those of one undisturbed batch, byte for byte.

    Parameters
    ----------
    batches : sequence of Batch
        From ``check_shards``. A run that several hold is taken once.
    out : Path
        New or empty.
    workers : int
        Threads.
    on_error : str
        ``continue``: make results even where runs are missing.
    quiet : bool
        Print nothing.

    Raises
    ------
    Incomplete
        Where runs are missing or damaged; it names them.
    """
    begun = time.monotonic()
    plan = batches[0].plan
    folders = [batch.path for batch in batches]
    store = Store(plan, out, folders)
    faults = store.verify()
    missing = [run for run in plan.order() if run not in store]
    if missing and on_error != "continue":
        names = ", ".join(map(str, missing[:SHOWN])) + (", ..." if len(missing) > SHOWN else "")
        told = f"{len(missing):,} of {len(plan):,} runs are missing: {names}{_absent(batches)}"
        raise Incomplete("\n".join([*faults, told]))
    files = {name: (batches[0].path / name).read_bytes() for name in plan.files}
    options = Options(workers=workers, quiet=quiet, on_error=on_error)
    batch = begin(out, plan, files, merged=folders)
    with resumable(batch):
        conclude(batch, store, options, {"checking": time.monotonic() - begun})
    return out


def _absent(batches: Sequence[Batch]) -> str:
    """Return which shards are not among the folders, and which folders can go on."""
    shards = [shard_of(batch.path) for batch in batches]
    counts = {shard[1] for shard in shards if shard is not None}
    if len(counts) != 1:
        return ""
    count = counts.pop()
    absent = sorted(set(range(1, count + 1)) - {shard[0] for shard in shards if shard is not None})
    if absent:
        return f"; not among the folders: shard {', '.join(map(str, absent))} of {count}"
    return "; 'darkfigure status' tells how far a shard is, 'darkfigure resume' goes on with it"
