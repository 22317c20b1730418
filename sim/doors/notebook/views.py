"""From ledgers and folders to what a notebook gets of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.doors.notebook.results import Figures, Results, Tables
from sim.jobs.folders import sweep_in
from sim.running.manifest import manifest_of
from sim.running.tables.reading import WrittenTable
from sim.telling.export.tables import TABLES
from sim.words.faults import UserError, printable
from sim.words.labels import TABLES as RUN_TABLES

if TYPE_CHECKING:
    import pandas as pd

    from sim.engines.ledger import Ledger
    from sim.running.batch import Batch
    from sim.running.measures import ComparisonRuns, RunSummary
    from sim.scenario.scenario import Scenario
    from sim.telling.figures.style import Drawn
    from sim.telling.in_short import Short


def view_of_ledger(scenario: Scenario, ledger: Ledger, seed: int, replication: int) -> Results:
    """Return a run that is in memory."""
    from sim.running.measures import reduce
    from sim.running.tables.files import world_table
    from sim.running.tables.months import run_table

    def table(name: str) -> Callable[[], pd.DataFrame]:
        return lambda: run_table(name, ledger, scenario.name, replication).unify_dictionaries().to_pandas()

    readers = {name: table(name) for name in RUN_TABLES} | {"world": lambda: world_table(ledger.counties).to_pandas()}
    agents, months = int(ledger.counties.agents.sum()), ledger.months
    return Results(
        "run",
        scenario.name,
        scenario.parameters.title,
        f"{_run_in_words(agents, months)}, seed {seed}, replication {replication}",
        None,
        Tables(readers),
        _run_figures(scenario, lambda: ledger),
        lambda: _summary({scenario.name: [reduce(ledger, scenario.name, replication, 0)]}, scenario.name),
        _run_in_short,
    )


def view_of_folder(folder: Path) -> Results:
    """Return the run, comparison or sweep in ``folder``.

    Raises
    ------
    UserError
        Where there is none.
    """
    if (folder / "plan.json").exists():
        return _view_of_batch(folder)
    if (folder / "scenario.yaml").exists() and (folder / "manifest.json").exists():
        return _view_of_run(folder)
    if (folder / "comparison.yaml").exists() and (folder / "manifest.json").exists():
        return _view_of_comparison(folder)
    what = "holds no results" if folder.is_dir() else "no such folder"
    raise UserError(printable(f"{folder}: {what}; give the folder of a run, a comparison or a sweep"))


def _view_of_run(folder: Path) -> Results:
    from sim.running.stored import stored_run, stored_scenario

    scenario = stored_scenario(folder)
    manifest = manifest_of(folder)

    def summarize() -> pd.DataFrame:
        from sim.running.measures import reduce

        name, replication, ledger = stored_run(folder)
        return _summary({name: [reduce(ledger, name, replication, 0)]}, name)

    return Results(
        "run",
        scenario.name,
        scenario.parameters.title,
        f"{manifest['people']:,} people, {manifest['months']} months, seed {manifest['seed']}",
        folder,
        Tables(_stored_tables(folder)),
        _run_figures(scenario, lambda: stored_run(folder).ledger),
        summarize,
        _run_in_short,
    )


def _view_of_comparison(folder: Path) -> Results:
    """Return a comparison whose folder has no plan: one of an earlier version."""
    from sim.running.stored import stored_results
    from sim.scenario.scenario import load_comparison
    from sim.telling.figures.of_comparisons import draw_all

    comparison = load_comparison(folder / "comparison.yaml")
    return Results(
        "comparison",
        folder.name,
        comparison.title,
        _batch_in_words([scenario.name for scenario in comparison.scenarios], _each(comparison.replications))
        + f", reference {comparison.reference}",
        folder,
        Tables(_stored_tables(folder)),
        Figures(lambda: draw_all(stored_results(folder), folder), lambda: _main_of(stored_results(folder))),
        lambda: _stored_table(folder / "summary.csv"),
        _comparison_in_short,
    )


def _view_of_batch(folder: Path) -> Results:
    from sim.running.batch import Batch

    batch = Batch.open(folder)
    plan = batch.plan
    is_sweep = plan.kind == "sweep"
    each = _each(plan.replications, batch.is_drawn)
    words = f"{_points(folder):,} points; {each}" if is_sweep else _batch_in_words(plan.scenarios, each)
    progress = "" if batch.is_complete else f", {len(batch.finished())} of {len(plan)} runs done"
    reference = f", reference {plan.reference}" if plan.reference and plan.effect_of is None else ""
    reference = reference or (f", effect of {plan.effect_of}" if plan.effect_of is not None else "")
    tables = Tables(_batch_tables(batch))
    return Results(
        plan.kind,
        plan.name,
        plan.title,
        f"{words}{reference}, seed {plan.seed}{progress}",
        folder,
        tables,
        Figures(lambda: _batch_figures(batch), lambda: _main_of_batch(batch)),
        lambda: _batch_summary(batch),
        lambda summary: _batch_in_short(batch, summary),
    )


def _batch_summary(batch: Batch) -> pd.DataFrame:
    if (batch.path / "summary.csv").exists() and batch.is_complete:
        return _stored_table(batch.path / "summary.csv")
    if batch.plan.kind == "sweep":
        return _means_by_point(batch)
    results = batch.results()
    return _summary(results.runs, results.reference, results.references)


def _batch_figures(batch: Batch) -> list[Drawn]:
    from sim.telling.figures.of_comparisons import draw_all

    if batch.plan.kind == "sweep":
        from sim.telling.figures.chosen_outcome import draw_sweeps

        return draw_sweeps({batch.path.name: sweep_in(batch.path)})
    return draw_all(batch.results(), batch.path)


def _means_by_point(batch: Batch) -> pd.DataFrame:
    """Return the mean outcomes of each point of a growing sweep, beside the point's values."""

    outcomes = batch.outcomes().to_pandas().astype({"scenario": "str"})
    means = outcomes.drop(columns="replication").groupby("scenario", sort=False).mean().reset_index()
    design: pd.DataFrame = _stored_table(batch.path / "design.csv").rename(columns={"point": "scenario"})
    return design.merge(means, on="scenario")


def _batch_tables(batch: Batch) -> dict[str, Callable[[], pd.DataFrame]]:
    """Return what reads each table: its file, or while the batch grows what is there of it."""
    stored = _stored_tables(batch.path)
    growing = ("outcomes",) if batch.plan.keep == "outcomes" else (*RUN_TABLES, "outcomes")

    def pieces(name: str) -> Callable[[], pd.DataFrame]:
        return lambda: _joined(list(batch.tables(name)))

    return {name: pieces(name) for name in growing if name not in stored} | stored


def _joined(pieces: list[Any]) -> pd.DataFrame:
    import pyarrow as pa

    if not pieces:
        raise UserError("no run is done yet")
    return pa.concat_tables(pieces, promote_options="permissive").unify_dictionaries().to_pandas()


def _stored_tables(folder: Path) -> dict[str, Callable[[], pd.DataFrame]]:
    paths = [folder / f"{name}{ending}" for name in TABLES for ending in (".parquet", ".csv")]
    return {path.stem: _reader(path) for path in paths if path.exists()}


def _reader(path: Path) -> Callable[[], pd.DataFrame]:
    return lambda: _stored_table(path)


def _stored_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return WrittenTable(path.stem, path, {}).content.to_pandas()


def _summary(
    runs: Mapping[str, Sequence[RunSummary]], reference: str, references: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the rows of a summary in the columns of ``summary.csv``."""
    import pandas as pd

    from sim.analysis.summary import COLUMNS, rows_of

    rows = [
        (row.scenario, row.measure, row.group, row.estimate.estimate, row.estimate.low, row.estimate.high, row.unit)
        for row in rows_of(runs, reference, references)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype(dict.fromkeys(("estimate", "low", "high"), "float64"))


def _run_figures(scenario: Scenario, ledger: Callable[[], Ledger]) -> Figures:
    from sim.telling.figures.books import draw_books
    from sim.telling.figures.of_runs import RunFigures, write_run_figures
    from sim.telling.figures.style import style

    def watched() -> RunFigures:
        watcher, run = RunFigures(), ledger()
        watcher.prepare(scenario, run.counties, run.months)
        for index in range(len(run.months)):
            watcher.add(run.record(index))
        return watcher

    def all_of_them() -> list[Drawn]:
        watcher = watched()
        return write_run_figures(watcher.results(), watcher.maps(), Path())

    def main() -> Drawn:
        with style():
            return draw_books(watched().results(), Path())

    return Figures(all_of_them, main)


def _main_of(results: ComparisonRuns) -> Drawn:
    from sim.telling.figures.courses import draw_crime_over_time
    from sim.telling.figures.style import style

    with style():
        return draw_crime_over_time(results, Path())


def _main_of_batch(batch: Batch) -> Drawn | None:
    if not batch.finished():
        return None
    if batch.plan.kind == "sweep":
        from sim.telling.figures.sweeps import draw_main

        return draw_main(sweep_in(batch.path))
    return _main_of(batch.results())


def _run_in_short(summary: pd.DataFrame) -> Short:
    from sim.telling.in_short import run_in_short

    return run_in_short(summary)


def _comparison_in_short(summary: pd.DataFrame) -> Short:
    """Return a comparison in short; in its summary the reference comes first, which alone has levels."""
    from sim.telling.in_short import comparison_in_short

    return comparison_in_short(summary)


def _batch_in_short(batch: Batch, summary: pd.DataFrame) -> Short:
    from sim.telling.in_short import Short, sweep_in_short

    if not batch.finished():
        return Short("No run is done yet.")
    return sweep_in_short(sweep_in(batch.path)) if batch.plan.kind == "sweep" else _comparison_in_short(summary)


def _run_in_words(agents: int, months: Sequence[str]) -> str:
    return f"{agents:,} people, {months[0]} to {months[-1]}"


def _points(folder: Path) -> int:
    return len((folder / "design.csv").read_text(encoding="utf-8").splitlines()) - 1


def _batch_in_words(names: Sequence[str], each: str) -> str:
    shown = ", ".join(names) if len(names) <= 5 else f"{len(names)} scenarios"
    return f"{shown}; {each}"


def _each(replications: int, is_drawn: bool = False) -> str:
    from sim.scenario.calibration.draws import LUCKS
    from sim.telling.doubt_wording import over_text

    if is_drawn:
        return over_text(replications, LUCKS)
    return "one run each" if replications == 1 else f"{over_text(replications)} each"
