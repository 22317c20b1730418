"""What a worker does: simulate a run and write its results, or join files; it answers with a small receipt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.running.batch.part import write_part
from sim.running.batch.plan import RunName
from sim.running.batch.reading import Batch
from sim.running.batch.run_file import OUTCOMES, SUMMARIES, RunFile, run_path, write_run
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger
    from sim.running.measures import RunSummary


class Receipt(NamedTuple):
    """What a worker answers when a run is on disk."""

    run: str
    seconds: float
    bytes: int


def run_one(
    folder: str, plan: str, run: str, threads: int, any_version: bool = False, then: str | None = None
) -> Receipt:
    """Simulate one run of the batch in ``folder`` and write its results.

    A run whose results are there already is not run again.

    Parameters
    ----------
    folder : str
        The batch; a worker on another machine sees it under the same path.
    plan : str
        Identity of its plan.
    run : str
        Name of the run.
    threads : int
        Threads within the run.
    any_version : bool
        Run even where the batch was begun by another version of the program.
    then : str, optional
        Name of the run of the same luck that this process is likely to be given next: what both have in common is kept.

    Raises
    ------
    UserError
        Where the scenario cannot be run, or this is another version of the program.
    """
    try:
        return _run_one(folder, plan, run, threads, any_version, then)
    except UserError as error:
        raise UserError(str(error)) from None  # its subclasses do not travel between processes


def _run_one(folder: str, plan: str, run: str, threads: int, any_version: bool, then: str | None) -> Receipt:
    begun = time.perf_counter()
    batch = _batch(folder, plan)
    name = RunName.read(run)
    path = run_path(batch.path, name)
    if not path.exists() or RunFile(path).fault(batch.plan):
        if not any_version:
            _ensure_version(folder, batch.plan.fingerprint)
        batch.check_files()
        tables = results_of(batch, name, threads, None if then is None else RunName.read(then))
        batch.check_files()
        write_run(batch.path, batch.plan, name, tables)
    return Receipt(run, time.perf_counter() - begun, path.stat().st_size)


def results_of(
    batch: Batch, run: RunName, threads: int, following: RunName | None = None
) -> Iterator[tuple[str, object]]:
    """Simulate a run, and return the tables that its batch keeps with their names, each made as it is asked for.

    What the run that is ``following`` has in common with it is kept for that.
    """
    from sim.running.measures import reduce
    from sim.running.run import simulate

    plan = batch.plan
    scenario = batch.scenario_of(run)
    options: dict[str, Any] = {"engine": plan.engine, "threads": threads}
    if following is not None:
        options["following"] = batch.scenario_of(following)
    ledger = simulate(scenario, seed=plan.seed, replication=run.replication, **options)
    return _tables_of(ledger, reduce(ledger, run.scenario, run.replication, plan.evaluation_start), plan.keep)


def _tables_of(ledger: Ledger, summary: RunSummary, keep: str) -> Iterator[tuple[str, object]]:
    from sim.running.batch.summaries import outcome_table, summary_table
    from sim.running.tables.months import run_tables

    if keep == "tables":
        yield from run_tables(ledger, summary.scenario, summary.replication)
        yield SUMMARIES, summary_table(summary)
    yield OUTCOMES, outcome_table(summary)


def join_part(folder: str, plan: str, number: int, runs: tuple[str, ...]) -> None:
    """Join the files of finished runs into a part."""
    batch = _batch(folder, plan)
    write_part(batch.path, batch.plan, number, [RunName.read(run) for run in runs])


@lru_cache(maxsize=2)
def _batch(folder: str, plan: str) -> Batch:
    """Return the batch, read once by each worker; a new batch in the same folder is another."""
    batch = Batch.open(Path(folder))
    if batch.plan.identity != plan:
        raise UserError(f"{folder}: the plan has changed while the batch went on")
    return batch


@lru_cache(maxsize=4)
def _ensure_version(folder: str, expected: str) -> None:
    from sim.running.run import fingerprint

    if fingerprint() != expected:
        raise UserError(f"{folder}: this worker has another version of darkfigure than the one that began the batch")
