"""How far a batch is, and what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sim.running.batch.beginning import Shard, shard_of
from sim.running.batch.compaction import damaged_results
from sim.running.batch.execution import runs_of
from sim.running.batch.journal import DONE, FAILED, Entry, is_locked, read_journal
from sim.running.batch.plan import RunName
from sim.running.batch.progress import rate_text
from sim.running.batch.reading import Batch
from sim.running.batch.store import Store
from sim.words.faults import UserError

SHOWN = 20
"""Failed runs and damaged files that are named; the rest are counted."""


def condition_text(folder: Path) -> str:
    """Return how far the batch in ``folder`` is; every file is read, and damaged ones are named.

    Raises
    ------
    UserError
        Where the folder holds no batch.
    """
    return "\n".join(_lines(Batch.open(folder)))


class _Condition(NamedTuple):
    """What is found of a batch, or of the shard that its folder is for."""

    shard: Shard | None
    runs: int
    entries: list[Entry]  # of the journal
    done: int
    failed: list[Entry]
    faults: list[str]  # of results
    journal_faults: list[str]
    at_work: bool

    @property
    def waiting(self) -> int:
        """How many runs are neither done nor failed."""
        return self.runs - self.done - len(self.failed)

    @property
    def damaged(self) -> list[str]:
        """All that is wrong."""
        return self.faults + self.journal_faults


def _look_at(batch: Batch) -> _Condition:
    """Read every file of a batch."""
    shard = shard_of(batch.path)
    runs = runs_of(batch, shard)
    entries, journal_faults = read_journal(batch.path, batch.plan)
    done, faults = _done(batch)
    failed = _failed(runs, entries, done)
    return _Condition(shard, len(runs), entries, len(done), failed, faults, journal_faults, is_locked(batch.path))


def condition_as_json(folder: Path) -> dict[str, Any]:
    """Return the same for other programs: runs done, failed with their errors, waiting, and what is damaged."""
    batch = Batch.open(folder)
    plan, found = batch.plan, _look_at(batch)
    return {
        "title": plan.title,
        "name": plan.name,
        "kind": plan.kind,
        "shard": found.shard,
        "runs": found.runs,
        "done": found.done,
        "failed": {str(entry.run): entry.error for entry in found.failed},
        "waiting": found.waiting,
        "damaged": found.damaged,
        "at_work": found.at_work,
        "complete": batch.is_complete and not found.faults,
    }


def _failed(runs: Sequence[RunName], entries: Sequence[Entry], done: set[RunName]) -> list[Entry]:
    """Return the last line about each run that has failed for good."""
    last = {entry.run: entry for entry in entries}
    return [last[run] for run in runs if run not in done and run in last and last[run].status == FAILED]


def _lines(batch: Batch) -> Iterator[str]:
    plan, found = batch.plan, _look_at(batch)
    kinds = "points" if plan.kind == "sweep" else "scenarios"
    yield (
        f"{plan.title or plan.name}: {plan.kind} of {len(plan.scenarios):,} {kinds}, {plan.replications:,} "
        f"replications, seed {plan.seed}, engine {plan.engine}, darkfigure {plan.version}"
    )
    share = "" if found.shard is None else f" (shard {found.shard[0]} of {found.shard[1]})"
    told = f"{len(found.failed):,} failed, {found.waiting:,} waiting"
    yield f"{found.done:,} of {found.runs:,} runs done{share}, {told}"
    yield from _pace(found.entries, found.waiting if found.at_work else 0)
    yield from _listed("failed", [f"{entry.run}: {entry.error}" for entry in found.failed])
    yield from _listed("damaged", found.damaged)
    yield from _what_next(batch, found.at_work, found.runs - found.done, found.shard is not None)


def _done(batch: Batch) -> tuple[set[RunName], list[str]]:
    """Return the runs whose results are there and sound, and what is not sound."""
    try:
        manifest, faults = batch.manifest, list[str]()
    except UserError as error:
        manifest, faults = {}, [str(error)]
    if manifest and not manifest.get("missing"):
        faults += damaged_results(batch.path, batch.plan, manifest.get("checksums", {}))
        return (set() if faults else set(batch.runs())), faults
    store = Store(batch.plan, batch.path)
    faults += store.verify()
    return set(store.places), faults


def _pace(entries: Sequence[Entry], waiting: int) -> Iterator[str]:
    """Yield how long runs take, how many end in a while, and when the rest will be done."""
    done = [entry for entry in entries if entry.status == DONE]
    if not done:
        return
    seconds = sum(entry.seconds for entry in done) / len(done)
    pace = pace_text([entry.at for entry in done], waiting)
    yield f"{seconds:.3g} seconds a run{', ' if pace else ''}{pace}"


def pace_text(ends: Sequence[str], waiting: int) -> str:
    """Return how many end in a while, from the times at which the last ended, and when those ``waiting`` will be done.

    Nothing where too few have ended.
    """
    times = [datetime.fromisoformat(end).timestamp() for end in ends[-100:] if _is_time(end)]
    if len(times) < 2 or times[-1] <= times[0]:
        return ""
    rate = (len(times) - 1) / (times[-1] - times[0])
    rest = f", the rest takes about {waiting / rate / 60:,.0f} minutes" if waiting > 0 else ""
    return f"{rate_text(rate)}{rest}"


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _listed(word: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines[:SHOWN]:
        yield f"{word}: {line}"
    if len(lines) > SHOWN:
        yield f"{word}: ... and {len(lines) - SHOWN:,} more"


def _what_next(batch: Batch, at_work: bool, lacking: int, is_shard: bool) -> Iterator[str]:
    if at_work:
        yield "A process is at work on it."
    elif is_shard and not lacking:
        yield "Its runs are done; 'darkfigure merge' joins it with the other shards."
    elif lacking or not (batch.path / "manifest.json").exists():
        yield f"'darkfigure resume {batch.path}' goes on."
    else:
        yield "Complete."
