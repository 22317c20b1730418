"""Run a sweep as a batch, and write what its points say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running.batch import Batch, Options, Plan
from sim.running.batch.beginning import Shard, begin
from sim.running.batch.evaluation import evaluate
from sim.running.batch.plan import inputs_of, refuse_duplicates
from sim.running.batch.sweep_folder import sweep_files
from sim.scenario.scenario import Comparison, Scenario
from sim.words.labels import TABLES

if TYPE_CHECKING:
    from sim.running.measures import Evaluation
    from sim.scenario.design.sweep import Sweep
    from sim.world.counties.building import Counties


def sweep_to_folder(
    sweep: Sweep,
    *,
    engine: str,
    out: Path,
    options: Options | None = None,
    shard: Shard | None = None,
) -> Path:
    """Run all points and replications of a sweep in the folder ``out``, and write what they say.

    The folder is a batch from the first moment: whatever ends it, ``carry_on`` brings it to the same end.

    Parameters
    ----------
    sweep : Sweep
        From ``load_sweep``.
    engine : str
        ``columnar`` or ``mesa``; both give the same outcomes.
    out : Path
        New or empty.
    options : Options, optional
        How the batch is carried out: workers, threads, what a failed run means.
    shard : pair of int, optional
        ``(i, n)``: run every n-th run only, from the i-th on; shards are merged later.

    Raises
    ------
    UserError
        ``out`` holds something already, memory is too little, or runs failed.
    """
    from sim.jobs.finish import carry_on
    from sim.running.needs import forecast_sweep, is_compiled
    from sim.running.terminal import foretell

    if sweep.against is not None:
        refuse_duplicates([sweep.base, sweep.against])
    options = options or Options()
    needs = forecast_sweep(sweep, engine, options.threads, options.workers, is_compiled(engine))
    foretell(needs, options.quiet)
    return carry_on(begin(out, plan_sweep(sweep, engine), sweep_files(sweep), shard), options)


def plan_sweep(sweep: Sweep, engine: str) -> Plan:
    """Return the plan of a sweep."""
    from sim.running.run import fingerprint, version

    _, evaluation = evaluate_sweep(sweep)
    return Plan(
        kind="sweep",
        name=sweep.name,
        title=sweep.title,
        question=sweep.question,
        source=sweep.source,
        version=version(),
        fingerprint=fingerprint(),
        engine=engine,
        seed=sweep.seed,
        reference=sweep.reference_name,
        replications=sweep.replications,
        keep=sweep.keep,
        scenarios=sweep.scenario_names,
        evaluation_start=evaluation.start,
        inputs=inputs_of(sweep.base.parameters),
    )


def evaluate_sweep(sweep: Sweep) -> tuple[Counties, Evaluation]:
    """Return the counties of all points, and the months over which all are measured.

    These begin in the first month in which programs differ from what a point is compared with, at whichever point that
    is earliest; where programs do not differ, in the first month of a program.
    """
    found = [evaluate(pair) for pair in _pairs(sweep)]
    return min(found, key=lambda entry: entry[1].start)


def _pairs(sweep: Sweep) -> Iterator[Comparison]:
    """Yield one pair of scenarios for each calendar of programs among the points."""
    places = [place for place, factor in enumerate(sweep.factors) if factor.path.startswith("programs.")]
    points = {tuple(point.values[place] for place in places): point for point in reversed(sweep.points)}
    for point in points.values():
        mine = sweep.scenario(point)
        other = _compared(sweep, point.name) or mine
        pair = [replace(other, name="compared"), replace(mine, name="point")]
        yield Comparison("", "", pair, "compared", sweep.replications, sweep.seed)


def _compared(sweep: Sweep, point: str) -> Scenario | None:
    from sim.scenario.design.sweep import AGAINST

    if sweep.against is not None:
        return sweep.scenario(point + AGAINST)
    return None if sweep.reference_name is None else sweep.scenario(sweep.reference_name)


def write_sweep(batch: Batch, quiet: bool) -> dict[str, Any]:
    """Write what a sweep says beside its outcomes, and return what the manifest adds."""
    from sim.analysis.sweep.outcomes import sweep_runs
    from sim.analysis.sweep.tables import codebook_of, write_sensitivity, write_sweep_summary
    from sim.running.tables.codebook import write_codebook
    from sim.running.tables.files import write_world
    from sim.telling.figures.sweeps import write_sweep_figures
    from sim.telling.reports.sweep import write_sweep_report

    folder, sweep = batch.path, batch.sweep()
    counties, evaluation = evaluate_sweep(sweep)
    runs = sweep_runs(sweep, batch.outcomes())
    write_sweep_summary(runs, folder / "summary.csv")
    write_sensitivity(runs, folder / "sensitivity.csv")
    tables = (*TABLES, "outcomes", "world")
    write_codebook(folder / "codebook.csv", tables[0 if sweep.keep == "tables" else len(TABLES) :], codebook_of(sweep))
    write_world(counties, folder / "world.parquet")
    months = sweep.base.parameters.months
    window = f"{month_after(sweep, evaluation.start)} to {month_after(sweep, months - 1)}"
    figures = write_sweep_figures(runs, folder)
    write_sweep_report(runs, window, evaluation.reason, figures, folder / "report.html")
    if not quiet:
        from sim.telling.reports.sweep_terminal import print_sweep

        print_sweep(runs, window, folder / "report.html")
    return {
        "world_seed": sweep.base.parameters.world.seed,
        "design": sweep.design.kind,
        "points": sweep.size,
        "against": sweep.against.name if sweep.against is not None else None,
        "evaluation_start": month_after(sweep, evaluation.start),
    }


def month_after(sweep: Sweep, number: int) -> str:
    """Return the month that lies ``number`` months after the first one."""
    start = sweep.base.parameters.start
    month = int(start[:4]) * 12 + int(start[5:]) - 1 + number
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
