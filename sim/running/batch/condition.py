"""How far a batch is, and what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.running.batch.beginning import shard_of
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


def condition_as_json(folder: Path) -> dict[str, Any]:
    """Return the same for other programs: runs done, failed with their errors, waiting, and what is damaged."""
    batch = Batch.open(folder)
    plan, shard = batch.plan, shard_of(batch.path)
    runs = runs_of(batch, shard)
    entries, journal_faults = read_journal(batch.path, plan)
    done, faults = _done(batch)
    failed = _failed(runs, entries, done)
    return {
        "title": plan.title,
        "name": plan.name,
        "kind": plan.kind,
        "shard": list(shard) if shard is not None else None,
        "runs": len(runs),
        "done": len(done),
        "failed": {str(entry.run): entry.error for entry in failed},
        "waiting": len(runs) - len(done) - len(failed),
        "damaged": faults + journal_faults,
        "at_work": is_locked(batch.path),
        "complete": batch.is_complete and not faults,
    }


def _failed(runs: Sequence[RunName], entries: Sequence[Entry], done: set[RunName]) -> list[Entry]:
    """Return the last line about each run that has failed for good."""
    last = {entry.run: entry for entry in entries}
    return [last[run] for run in runs if run not in done and run in last and last[run].status == FAILED]


def _lines(batch: Batch) -> Iterator[str]:
    plan, shard = batch.plan, shard_of(batch.path)
    kinds = "points" if plan.kind == "sweep" else "scenarios"
    yield (
        f"{plan.title or plan.name}: {plan.kind} of {len(plan.scenarios):,} {kinds}, {plan.replications:,} "
        f"replications, seed {plan.seed}, engine {plan.engine}, darkfigure {plan.version}"
    )
    runs = runs_of(batch, shard)
    entries, journal_faults = read_journal(batch.path, plan)
    done, faults = _done(batch)
    failed = _failed(runs, entries, done)
    share = "" if shard is None else f" (shard {shard[0]} of {shard[1]})"
    waiting = len(runs) - len(done) - len(failed)
    yield f"{len(done):,} of {len(runs):,} runs done{share}, {len(failed):,} failed, {waiting:,} waiting"
    at_work = is_locked(batch.path)
    yield from _pace(entries, waiting if at_work else 0)
    yield from _listed("failed", [f"{entry.run}: {entry.error}" for entry in failed])
    yield from _listed("damaged", faults + journal_faults)
    yield from _what_next(batch, at_work, len(runs) - len(done), shard is not None)


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
    words = f"{seconds:.3g} seconds a run"
    times = [datetime.fromisoformat(entry.at).timestamp() for entry in done[-100:] if _is_time(entry.at)]
    if len(times) > 1 and times[-1] > times[0]:
        rate = (len(times) - 1) / (times[-1] - times[0])
        words += f", {rate_text(rate)}"
        if waiting > 0:
            words += f", the rest takes about {waiting / rate / 60:,.0f} minutes"
    yield words


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
