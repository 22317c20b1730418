"""Compare scenarios over shared luck: run them all, keep their tables, and tell the differences."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sim.batch import run_all
from sim.faults import UserError

if TYPE_CHECKING:
    from sim.counties import Counties
    from sim.measures import Evaluation, Results, RunSummary
    from sim.scenario import Comparison, Scenario

TABLES = ("crime", "people", "enforcement", "counties")


@dataclass(frozen=True)
class Job:
    """One run of one scenario, and where its tables go."""

    scenario: Scenario
    seed: int
    replication: int
    engine: str
    threads: int
    start: int
    parts: str


def compare_to_folder(
    comparison: Comparison, *, workers: int, threads: int, engine: str, out: Path, quiet: bool
) -> Path:
    """Run all scenarios and replications of a comparison and write the folder ``out``.

    Parameters
    ----------
    comparison : Comparison
        Two scenarios or more; replication r of each has its luck from the master seed and r alone.
    workers, threads : int
        Processes, and threads inside a run; no result depends on either.
    engine : str
        ``columnar`` or ``mesa``; both give the same tables.
    out : Path
        New or empty; it appears only when everything in it is complete.
    quiet : bool
        Print nothing, neither progress nor the table.

    Raises
    ------
    UserError
        ``out`` holds something already, memory is too little, or a worker was lost.
    """
    begun = time.monotonic()
    if len(comparison.scenarios) < 2:
        raise UserError("a comparison needs two scenarios or more")
    from sim.measures import Results
    from sim.needs import forecast_comparison, is_compiled
    from sim.run import whole_folder
    from sim.run_terminal import foretell

    foretell(forecast_comparison(comparison, engine, threads, workers, is_compiled(engine)), quiet)
    with whole_folder(out) as folder:
        counties, evaluation = evaluate(comparison)
        runs = _run(comparison, evaluation, folder, workers=workers, threads=threads, engine=engine, quiet=quiet)
        simulated = time.monotonic()
        results = Results(comparison, counties, evaluation, runs)
        rows = _write_results(results, folder, engine)
        seconds = {"simulating": simulated - begun, "reporting": time.monotonic() - simulated}
        _write_timing(folder, seconds, len(comparison.scenarios) * comparison.replications, workers, threads)
    if not quiet:
        from sim.terminal import print_comparison

        print_comparison(results, rows, out / "report.html")
    return out


def evaluate(comparison: Comparison) -> tuple[Counties, Evaluation]:
    """Return the counties that the scenarios share, and the months over which they are compared.

    Where each replication has a world of its own the earliest start counts, and counties are the first world's.
    """
    world = comparison.scenarios[0].parameters.world
    if not world.redraw:
        return _evaluate(comparison, world.seed)
    from sim.run import seed_of

    found = [_evaluate(comparison, seed_of(world.seed, number)) for number in range(comparison.replications)]
    counties, first = found[0]
    earliest = min((evaluation for _, evaluation in found), key=lambda evaluation: evaluation.start)
    return counties, replace(first, start=earliest.start, reason=earliest.reason)


def _evaluate(comparison: Comparison, world_seed: int) -> tuple[Counties, Evaluation]:
    import numpy as np

    from sim.counties import build_counties
    from sim.labels import PROGRAMS
    from sim.measures import evaluation_of
    from sim.programs import build_calendar

    counties = build_counties(comparison.scenarios[0].parameters, world_seed)
    calendars = {it.name: build_calendar(it.parameters, counties, world_seed) for it in comparison.scenarios}
    names = ["cap" if name == "criminal_alien_program" else name for name in PROGRAMS]
    programs = {key: np.stack([getattr(it, name) for name in names], axis=2) for key, it in calendars.items()}
    legalization = {key: calendar.legalization for key, calendar in calendars.items()}
    return counties, evaluation_of(programs, legalization, comparison.reference, counties.agents)


def run_job(job: Job) -> RunSummary:
    """Simulate one run, write its tables as parts, and return its summary."""
    from sim import run
    from sim.measures import reduce

    ledger = run.simulate(
        job.scenario, seed=job.seed, replication=job.replication, engine=job.engine, threads=job.threads
    )
    for name, table in ledger.tables(job.scenario.name, job.replication).items():
        _keep(table, _part(Path(job.parts), job.scenario.name, job.replication, name))
    return reduce(ledger, job.scenario.name, job.replication, job.start)


def _run(
    comparison: Comparison,
    evaluation: Evaluation,
    folder: Path,
    *,
    workers: int,
    threads: int,
    engine: str,
    quiet: bool,
) -> dict[str, list[RunSummary]]:
    """Run everything, interleaved by replication, and leave the four tables in ``folder``."""
    parts = folder / "parts"
    parts.mkdir()
    jobs = [
        Job(scenario, comparison.seed, replication, engine, threads, evaluation.start, str(parts))
        for replication in range(comparison.replications)
        for scenario in comparison.scenarios
    ]
    with _progress(len(jobs), quiet) as advance:
        runs: dict[str, list[RunSummary]] = {scenario.name: [] for scenario in comparison.scenarios}
        for summary in run_all(run_job, jobs, workers, advance):
            runs[summary.scenario].append(summary)
    with ThreadPoolExecutor(min(workers, len(TABLES))) as pool:
        joined = [pool.submit(_join, parts, name, comparison, folder / f"{name}.parquet") for name in TABLES]
    for future in joined:
        future.result()
    parts.rmdir()
    return runs


def _part(parts: Path, scenario: str, replication: int, table: str) -> Path:
    return parts / f"{scenario}.{replication:05d}.{table}.arrow"


def _keep(table: Any, path: Path) -> None:
    """Write the table of one run quickly; the joined file is what is packed well."""
    import pyarrow as pa

    whole = table.unify_dictionaries()
    with pa.ipc.new_file(path, whole.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(whole)


def _join(parts: Path, table: str, comparison: Comparison, path: Path) -> None:
    """Write the parts of one table, scenario by scenario, as one file; each part goes when it is in."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    for scenario in comparison.scenarios:
        for replication in range(comparison.replications):
            part = _part(parts, scenario.name, replication, table)
            with pa.OSFile(str(part)) as file:
                rows = pa.ipc.open_file(file).read_all()
            writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd")
            writer.write_table(rows)
            part.unlink()
    if writer is not None:
        writer.close()


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Any]:
    """Give a function that moves a progress bar with time left; the bar shows on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("runs", total=total)
        yield lambda: progress.advance(task)


def _write_results(results: Results, folder: Path, engine: str) -> list[Any]:
    """Write everything but the runs' own tables and the timing; return the rows of the summary."""
    from sim.codebook import write_codebook
    from sim.figures import write_figures
    from sim.report import write_report
    from sim.summary import rows_of, write_summary
    from sim.table_files import write_world

    comparison = results.comparison
    rows = rows_of(results.runs, comparison.reference)
    write_summary(rows, folder / "summary.csv")
    write_codebook(folder / "codebook.csv")
    write_world(results.counties, folder / "world.parquet")
    _write_scenarios(comparison, folder)
    (folder / "manifest.json").write_text(json.dumps(_manifest(results, engine), indent=2) + "\n", encoding="utf-8")
    figures = write_figures(results, folder)
    write_report(results, rows, figures, folder / "report.html")
    return rows


def _write_scenarios(comparison: Comparison, folder: Path) -> None:
    """Write the resolved scenarios and a comparison file that runs them again."""
    (folder / "scenarios").mkdir()
    for scenario in comparison.scenarios:
        path = folder / "scenarios" / f"{scenario.name}.yaml"
        path.write_text(scenario.resolved_yaml(), encoding="utf-8")
    header = {
        "title": comparison.title,
        "question": comparison.question,
        "source": comparison.source,
        "reference": comparison.reference,
        "replications": comparison.replications,
        "seed": comparison.seed,
        "scenarios": [f"scenarios/{scenario.name}.yaml" for scenario in comparison.scenarios],
    }
    text = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=120)
    (folder / "comparison.yaml").write_text(text, encoding="utf-8")


def _manifest(results: Results, engine: str) -> dict[str, Any]:
    from sim.compiled import sources_fingerprint
    from sim.measures import clipped_share
    from sim.run import version

    comparison = results.comparison
    return {
        "version": version(),
        "fingerprint": sources_fingerprint(),
        "engine": engine,
        "seed": comparison.seed,
        "world_seed": comparison.scenarios[0].parameters.world.seed,
        "scenarios": list(results.runs),
        "reference": comparison.reference,
        "replications": comparison.replications,
        "evaluation_start": results.runs[comparison.reference][0].months[results.evaluation.start],
        "clipped_share": {name: clipped_share(runs) for name, runs in results.runs.items()},
    }


def _write_timing(folder: Path, seconds: dict[str, float], runs: int, workers: int, threads: int) -> None:
    """Write what depends on the machine and the hour; no other file does."""
    from sim.run import machine

    facts = {
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "runs": runs,
        "workers": workers,
        "threads": threads,
        **machine(),
    }
    (folder / "timing.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
