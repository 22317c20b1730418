"""One run of a batch again: the folder that ``run`` would write, and whether the batch holds the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running.batch import Batch, RunName
from sim.running.batch.run_file import OUTCOMES
from sim.words.faults import UserError
from sim.words.labels import TABLES

if TYPE_CHECKING:
    from sim.engines.ledger import MonthRecord
    from sim.scenario.scenario import Scenario
    from sim.world.setting import Setting


def rerun(batch: Batch, run: RunName, *, threads: int, out: Path, quiet: bool) -> int:
    """Simulate one run anew into ``out``, tell whether its results are those of the batch, and return 1 if they differ.

    Raises
    ------
    UserError
        Where a file that the batch is run from has changed, or ``out`` cannot be used.
    """
    from sim.running.run import run_to_folder

    batch.check_files()
    plan, scenario = batch.plan, batch.scenario_of(run)
    watcher = Rows(run, plan.evaluation_start)
    run_to_folder(
        scenario,
        seed=plan.seed,
        replication=run.replication,
        engine=plan.engine,
        threads=threads,
        out=out,
        quiet=quiet,
        watchers=[watcher] if plan.keep == "outcomes" else [],
    )
    try:
        different = list(_different(batch, run, out, watcher))
    except UserError as error:
        print(f"{error}; there is nothing to compare with")
        return 0
    if different:
        print(f"{run}: {', '.join(different)} differ from what {batch.path} holds{_other_version(batch)}")
        return 1
    if not quiet:
        print(f"{run}: the same results as {batch.path} holds")
    return 0


class Rows:
    """Keeps the months of a run, for its measures."""

    def __init__(self, run: RunName, start: int) -> None:
        """Take the name of the run and the first month of the evaluation."""
        self.run, self.start = run, start
        self.months: list[MonthRecord] = []
        self.setting: Setting | None = None

    def begin(self, scenario: Scenario, setting: Setting) -> None:
        """Note what the run is made of."""
        self.setting = setting

    def add(self, record: MonthRecord) -> None:
        """Keep a month."""
        arrays = {name: getattr(record, name).copy() for name in record._fields if name != "index"}
        self.months.append(record._replace(**arrays))

    def finish(self, folder: Path) -> None:
        """Do nothing."""

    def outcomes(self) -> Any:
        """Return the measures of the run as a table of one row."""
        from sim.engines.ledger import stack
        from sim.running.batch.summaries import outcome_table
        from sim.running.measures import reduce

        assert self.setting is not None
        ledger = stack(self.months, self.setting.months, self.setting.world.counties)
        return outcome_table(reduce(ledger, self.run.scenario, self.run.replication, self.start))


def _different(batch: Batch, run: RunName, out: Path, watcher: Rows) -> Iterator[str]:
    """Yield the tables in which a run and the batch differ."""
    import pyarrow.parquet as pq

    if batch.plan.keep == "outcomes":
        if not _equal(batch.table(run, OUTCOMES), watcher.outcomes()):
            yield OUTCOMES
        return
    for name in TABLES:
        if not _equal(batch.table(run, name), pq.read_table(out / f"{name}.parquet")):
            yield name


def _equal(first: Any, second: Any) -> bool:
    """Tell whether two tables have the same columns, however their texts are kept."""
    if first.column_names != second.column_names or len(first) != len(second):
        return False
    return all(_plain(first.column(name)).equals(_plain(second.column(name))) for name in first.column_names)


def _plain(column: Any) -> Any:
    import pyarrow as pa

    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _other_version(batch: Batch) -> str:
    from sim.running.run import fingerprint, version

    if fingerprint() == batch.plan.fingerprint:
        return ""
    return f" (begun by darkfigure {batch.plan.version}, sources {batch.plan.fingerprint}; this is {version()})"
