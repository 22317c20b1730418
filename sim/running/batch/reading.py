"""A batch folder, reading: as well while it grows as when it is complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.running.batch import inputs, part, run_file
from sim.running.batch.compaction import result_path
from sim.running.batch.drawn import POSTERIOR, Pooled, draw_of, with_draw
from sim.running.batch.files import digest_of_file
from sim.running.batch.journal import FAILED, read_journal
from sim.running.batch.part import SummaryReader
from sim.running.batch.plan import PLAN, Plan, RunName
from sim.running.batch.run_file import OUTCOMES, SUMMARIES
from sim.running.batch.store import Store
from sim.running.batch.summaries import Summaries
from sim.running.manifest import MANIFEST, manifest_of
from sim.scenario.calibration.draws import LUCKS
from sim.words.faults import UserError
from sim.words.reading import refuse_irregular

if TYPE_CHECKING:
    from sim.running.measures import ComparisonRuns, Evaluation, RunSummary
    from sim.scenario.design.sweep import Sweep
    from sim.scenario.scenario import Comparison, Scenario
    from sim.world.counties.building import Counties

SCENARIOS = "scenarios"
SUMMARIES_KEPT = 32
"""Of those looked at last, a megabyte each: every figure looks at all runs several times."""


@dataclass(frozen=True)
class Status:
    """What became of a run: ``done``, ``failed`` (with the reason) or ``waiting``."""

    state: Literal["done", "failed", "waiting"]
    error: str = ""


class Batch:
    """The folder of a batch.

    Attributes
    ----------
    path : Path
        The folder.
    plan : Plan
        What the batch consists of.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        """Take a folder and its plan; ``open`` reads both."""
        self.path = path
        self.plan = plan
        self._scenarios: dict[str, Scenario] = {}
        self._sweep: Sweep | None = None
        self._checked: dict[str, tuple[int, int, int]] = {}

    @staticmethod
    def open(path: Path) -> Batch:
        """Return the batch in the folder ``path``.

        Raises
        ------
        UserError
            Where the folder holds no batch, or something that is no file; its plan is damaged, or its results were
            made under another plan.
        """
        refuse_irregular(Path(path), (".", SCENARIOS, inputs.FOLDER, run_file.FOLDER, part.FOLDER))
        batch = Batch(Path(path), Plan.read(Path(path)))
        batch._refuse_another_plan()
        return batch

    def _refuse_another_plan(self) -> None:
        """Refuse results that say they are of another plan; what says nothing is damaged, and mended elsewhere."""
        try:
            made_under = self.manifest.get("plan", self.plan.identity)
        except UserError:
            return
        if made_under != self.plan.identity:
            raise UserError(
                f"{self.path / MANIFEST}: these results were made under another plan than {self.path / PLAN} is now; "
                "put the old plan back, or begin a new batch"
            )

    @property
    def is_complete(self) -> bool:
        """Whether every run is done and all results are written."""
        return bool(self.manifest) and not self.manifest.get("missing")

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest, which is written last; empty before."""
        return manifest_of(self.path)

    def check_files(self) -> None:
        """Make sure that runs would be those of the plan.

        Raises
        ------
        UserError
            Where a file that scenarios or the world are read from is not what it was when the batch began.
        """
        for name, digest in self.plan.files.items():
            path = self.path / name
            stamp = _stamp(path)
            if stamp is not None and self._checked.get(name) == stamp:
                continue
            if stamp is None or digest_of_file(path) != digest:
                raise UserError(
                    f"{path}: has changed since the batch began, so that other runs would follow from it; put the old "
                    "file back, or begin a new batch"
                )
            self._checked[name] = stamp

    def runs(self) -> list[RunName]:
        """Return all runs, in design order: scenario by scenario, replications in turn."""
        return self.plan.runs()

    def statuses(self) -> dict[RunName, Status]:
        """Return what became of each run; results count as done when they are there, whatever the journal says."""
        done = set(self.finished())
        errors = {entry.run: entry.error for entry in read_journal(self.path, self.plan)[0] if entry.status == FAILED}
        waiting = Status("waiting")
        return {
            run: Status("done") if run in done else Status("failed", errors[run]) if run in errors else waiting
            for run in self.runs()
        }

    def finished(self) -> list[RunName]:
        """Return the runs whose results are there, in design order."""
        if self.is_complete:
            return self.runs()
        return Store(self.plan, self.path).runs()

    def scenario(self, name: str) -> Scenario:
        """Return the scenario (or the point of a sweep) called ``name``.

        Raises
        ------
        UserError
            Where the batch has none of this name, or its file has a fault.
        """
        if name not in self.plan.places:
            raise UserError(f"{self.path}: no scenario of this batch is called {name}")
        if name not in self._scenarios:
            if self.plan.kind == "sweep":
                return self.sweep().scenario(name)
            from sim.scenario.scenario import load_scenario

            self._scenarios[name] = load_scenario(self.path / SCENARIOS / f"{name}.yaml")
        return self._scenarios[name]

    @property
    def is_drawn(self) -> bool:
        """Whether replications take their parameters from draws of a posterior."""
        return POSTERIOR in self.plan.files

    def scenario_of(self, run: RunName) -> Scenario:
        """Return the scenario that a run is of, with the parameters of its draw where there are draws."""
        if not self.is_drawn:
            return self.scenario(run.scenario)
        if self.plan.kind == "sweep":
            return self.sweep().scenario(run.scenario, draw_of(self.path, self.plan.seed, run.replication))
        return with_draw(self.scenario(run.scenario), self.path, self.plan.seed, run.replication)

    def sweep(self) -> Sweep:
        """Return the sweep that the batch carries out, with its points.

        Raises
        ------
        UserError
            Where the batch is a comparison, or a file of the sweep is damaged.
        """
        if self.plan.kind != "sweep":
            raise UserError(f"{self.path}: the batch of a comparison, not of a sweep")
        if self._sweep is None:
            from sim.running.batch.sweep_folder import stored_sweep

            self._sweep = stored_sweep(self.path)
        return self._sweep

    def table(self, run: RunName, name: str) -> Any:
        """Return one of a run's tables (``crime`` ...) as a ``pyarrow.Table``.

        Raises
        ------
        UserError
            Where the run is not done, or a file is damaged.
        """
        path = result_path(self.path, name)
        if path.exists():
            import pyarrow.parquet as pq

            chosen = [("scenario", "=", run.scenario), ("replication", "=", run.replication)]
            found = pq.read_table(path, filters=chosen)
            if len(found) or self.is_complete:
                return found
        store = Store(self.plan, self.path)
        if run not in store:
            raise UserError(f"{self.path}: {run} is not done yet")
        return store.reader(name)(run)

    def tables(self, name: str) -> Iterator[Any]:
        """Yield one of the tables (``crime`` ...) in pieces, a run or more each, of all finished runs in design order.

        Raises
        ------
        UserError
            Where the batch keeps outcomes only, or a file is damaged.
        """
        if self.plan.keep == "outcomes" and name != OUTCOMES:
            raise UserError(f"{self.path}: this batch keeps outcomes only, not the tables of its runs")
        path = result_path(self.path, name)
        if path.exists():
            import pyarrow.parquet as pq

            with pq.ParquetFile(path) as file:
                for number in range(file.num_row_groups):
                    yield file.read_row_group(number)
            return
        store = Store(self.plan, self.path)
        yield from store.tables(name, store.runs())

    def summaries(self, name: str) -> Summaries:
        """Return the summaries of a scenario's finished runs by replication; each is read when it is looked at.

        Raises
        ------
        UserError
            Where the batch keeps outcomes only, or a file is damaged.
        """
        if self.plan.keep == "outcomes":
            raise UserError(f"{self.path}: this batch keeps outcomes only, no summaries of its runs")
        readers = self._summary_readers
        runs = [RunName(name, number) for number in range(self.plan.replications)]
        return Summaries([readers[run] for run in runs if run in readers])

    def outcomes(self) -> Any:
        """Return the measures of all finished runs, a row a run in design order, as a ``pyarrow.Table``."""
        import pyarrow as pa

        pieces = list(self.tables(OUTCOMES))
        if not pieces:
            raise UserError(f"{self.path}: no run is done yet")
        return pa.concat_tables(pieces, promote_options="default").combine_chunks()

    def comparison(self) -> Comparison:
        """Return the comparison that the batch carries out.

        Raises
        ------
        UserError
            Where the batch is a sweep.
        """
        from sim.scenario.scenario import WITHOUT, Comparison

        plan = self.plan
        if plan.kind != "comparison":
            raise UserError(f"{self.path}: the batch of a sweep, not of a comparison")
        names = [name for name in plan.scenarios if plan.effect_of is None or not name.endswith(WITHOUT)]
        scenarios = [self.scenario(name) for name in names]
        reference = plan.reference or plan.scenarios[0]
        head = (plan.title, plan.question, scenarios, reference, plan.replications, plan.seed)
        draws = self.path / POSTERIOR if self.is_drawn else None
        return Comparison(*head, self.path / f"{plan.name}.yaml", plan.source, plan.effect_of, draws)

    def results(self) -> ComparisonRuns:
        """Return the results for figures and report, paired: replications that some scenario lacks are left out.

        Raises
        ------
        UserError
            Where no replication is done for all scenarios yet.
        """
        from sim.running.measures import ComparisonRuns

        comparison = self.comparison()
        counties, evaluation = self._evaluation(comparison)
        found = {name: self.summaries(name) for name in self.plan.scenarios}
        missing = len(self.plan) - sum(map(len, found.values()))
        if not missing:
            return ComparisonRuns(comparison, counties, evaluation, self._over_draws(found))
        readers = self._summary_readers
        shared = [
            number
            for number in range(self.plan.replications)
            if all(RunName(name, other) in readers for name in self.plan.scenarios for other in self._beside(number))
        ]
        if not shared:
            raise UserError(f"{self.path}: no replication is done for all scenarios yet")
        paired = {name: Summaries([readers[RunName(name, number)] for number in shared]) for name in found}
        lacking = tuple(str(run) for run in self.runs() if run not in readers)
        comparison, over = replace(comparison, replications=len(shared)), self._over_draws(paired)
        return ComparisonRuns(comparison, counties, evaluation, over, lacking)

    def _over_draws(self, found: dict[str, Summaries]) -> Mapping[str, Sequence[RunSummary]]:
        """Return runs as they are, or means over the lucks of each draw."""
        return {name: Pooled(runs) for name, runs in found.items()} if self.is_drawn else found

    def _beside(self, number: int) -> range:
        """Return the replications that have a draw in common with one, itself among them."""
        first = number // LUCKS * LUCKS
        return range(first, first + LUCKS) if self.is_drawn else range(number, number + 1)

    def _evaluation(self, comparison: Comparison) -> tuple[Counties, Evaluation]:
        from sim.running.batch.evaluation import evaluate

        self.check_files()
        return evaluate(comparison)

    @cached_property
    def _summary_readers(self) -> dict[RunName, Callable[[], Any]]:
        path = result_path(self.path, SUMMARIES)
        if path.exists():
            reader = SummaryReader(path)
            runs = self.runs() if len(reader) == len(self.plan) else _named(reader)
            table = lru_cache(SUMMARIES_KEPT)(reader.table)
            return {run: _at(table, place) for place, run in enumerate(runs)}
        store = Store(self.plan, self.path)
        read = store.reader(SUMMARIES)
        return {run: _at(read, run) for run in store.runs()}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what tells that a file has been written again, or nothing where there is none."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _named(reader: SummaryReader) -> list[RunName]:
    rows = (reader.table(place) for place in range(len(reader)))
    return [RunName(row.column("scenario")[0].as_py(), row.column("replication")[0].as_py()) for row in rows]


def _at(read: Callable[[Any], Any], place: Any) -> Callable[[], Any]:
    return lambda: read(place)
