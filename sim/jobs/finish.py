"""Carry a batch to its end: run what is not done, join the tables, and write what they mean."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.jobs.writing import write_meaning
from sim.running.batch import Batch, Options, RunName, execute
from sim.running.batch.beginning import shard_of
from sim.running.batch.compaction import compact, damaged_results, drop_transient
from sim.running.batch.execution import Outcome, Stopped, runs_of
from sim.running.batch.files import as_json, write_whole
from sim.running.batch.journal import Journal, events
from sim.running.batch.store import Store
from sim.running.compiling import ensure_compiled
from sim.running.manifest import MANIFEST, manifest_of
from sim.words.faults import UserError, printable, shortened
from sim.words.reading import Damaged

SHOWN = 10
"""Failed runs that are named; the rest are counted."""


class Incomplete(UserError):
    """Some runs failed, and the results wait for them."""

    status = 1


def carry_on(batch: Batch, options: Options) -> Path:
    """Bring a batch to its end, from wherever it is, and return its folder.

    Raises
    ------
    Incomplete
        Where runs failed and ``options.on_error`` is not ``continue``.
    UserError
        Where it cannot go on: no room on the disk, another version, changed files, another process at work.
    """
    shard = shard_of(batch.path)
    if shard is None and _is_sound(batch):
        drop_transient(batch.path)
        if not options.quiet:
            print(f"{batch.path}: complete, nothing is left to do")
        return batch.path
    begun = time.monotonic()
    with resumable(batch):
        if options.dask is None and len(Store(batch.plan, batch.path).places) < len(runs_of(batch, shard)):
            ensure_compiled(batch.plan.engine, options.quiet)
        outcome = execute(batch, options, shard)
        if outcome.failed and (options.on_error != "continue" or shard is not None):
            raise Incomplete(_failures(batch, outcome))
        if shard is None:
            conclude(batch, Store(batch.plan, batch.path), options, {"simulating": time.monotonic() - begun})
    if shard is not None and not options.quiet:
        number = len(runs_of(batch, shard))
        print(
            f"Shard {shard[0]} of {shard[1]}: its {number} runs are done. When all shards are: darkfigure merge DIR..."
        )
    return batch.path


def conclude(batch: Batch, store: Store, options: Options, seconds: dict[str, float]) -> None:
    """Join the tables of the runs in ``store``, write what they mean, the manifest last, and drop what is joined.

    ``seconds`` tells what was done before, for the timing.
    """
    begun, runs = time.monotonic(), store.runs()
    if not runs:
        raise UserError(f"{batch.path}: no run is done, so there are no results")
    batch.check_files()
    with Journal(batch.path):
        digests = compact(store, runs, batch.path, options.workers)
        missing = [str(run) for run in batch.runs() if run not in store]
        facts = write_meaning(batch, "nothing" if options.quiet else options.told)
        _write_timing(batch, {**seconds, "reporting": time.monotonic() - begun}, options)
        write_whole(batch.path / MANIFEST, as_json(_manifest(batch, facts, digests, missing)))
        if not missing:
            drop_transient(batch.path)


def _manifest(batch: Batch, facts: Mapping[str, Any], digests: Mapping[str, str], missing: list[str]) -> dict[str, Any]:
    plan = batch.plan
    others = {entry["fingerprint"] for entry in events(batch.path, "other version")}
    return {
        "plan": plan.identity,
        "version": plan.version,
        "fingerprint": plan.fingerprint,
        **({"other_fingerprints": sorted(others)} if others else {}),
        "engine": plan.engine,
        "seed": plan.seed,
        "kind": plan.kind,
        "reference": plan.reference,
        **({"effect_of": plan.effect_of} if plan.effect_of is not None else {}),
        "replications": plan.replications,
        **facts,
        "checksums": dict(digests),
        **({"missing": missing} if missing else {}),
    }


def _is_sound(batch: Batch) -> bool:
    """Tell whether a batch is complete; where a table of a complete one is damaged, name it and begin again."""
    try:
        manifest = batch.manifest
        if not manifest or manifest.get("missing"):
            return False
        faults = damaged_results(batch.path, batch.plan, manifest.get("checksums", {}))
    except UserError as error:
        faults = [str(error)]
    for fault in faults:
        print(f"{fault}; what it held is run again", file=sys.stderr)
    if faults:
        (batch.path / MANIFEST).unlink()
    return not faults


@contextmanager
def resumable(batch: Batch) -> Iterator[None]:
    """Tell, whatever stops the batch, what is kept and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted; {_kept(batch)}") from None
    except Stopped as error:
        error.args = (f"{error}\n{_kept(batch)}",)
        raise
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        raise UserError(printable(f"{named}{error.strerror or error}; {_kept(batch)}")) from None


def _kept(batch: Batch) -> str:
    done = len(Store(batch.plan, batch.path).places)
    return f"{done:,} of {len(batch.plan):,} runs are done and kept, 'darkfigure resume {batch.path}' goes on"


def _failures(batch: Batch, outcome: Outcome) -> str:
    """Return which runs failed, why, and what can be done."""
    failed = list(outcome.failed.items())
    lines = [f"{run}: {error}" for run, error in failed[:SHOWN]]
    if len(failed) > SHOWN:
        lines.append(f"... and {len(failed) - SHOWN} more")
    count = f"{len(failed):,} of {len(batch.plan):,} runs failed"
    lines.append(
        f"{count}; the others are kept. 'darkfigure resume {batch.path}' tries them again, with --on-error continue it "
        "makes results without those that fail"
    )
    return "\n".join(lines)


def lacking(folder: Path) -> list[RunName]:
    """Return the runs that the results in a folder lack."""
    missing = manifest_of(folder).get("missing", [])
    if not isinstance(missing, list) or not all(isinstance(text, str) for text in missing):
        raise Damaged(printable(f"{folder / MANIFEST}: damaged (missing: {shortened(repr(missing))})"))
    return [RunName.read(text) for text in missing]


def _write_timing(batch: Batch, seconds: dict[str, float], options: Options) -> None:
    """Write what depends on the machine and the hour; beside the journal no other file does."""
    from sim.running.machine import machine

    facts = {
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "runs": len(batch.plan),
        "workers": options.workers,
        "threads": options.threads,
        **machine(),
    }
    write_whole(batch.path / "timing.json", as_json(facts))
