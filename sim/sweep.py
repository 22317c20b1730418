"""Run a sweep: every point of its design, each with its replications, as one batch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.batch import Batch, Options, Plan
from sim.batch.beginning import Shard, begin
from sim.batch.plan import inputs_of, refuse_duplicates
from sim.batch.run_file import TABLES

if TYPE_CHECKING:
    from sim.design import Sweep
    from sim.scenario import Comparison, Scenario

PROGRAMS = "programs."


def sweep_to_folder(sweep: Sweep, *, engine: str, out: Path, options: Options, shard: Shard | None = None) -> Path:
    """Run all points and replications of a sweep in the folder ``out``.

    The folder is a batch from the first moment: whatever ends it, ``carry_on`` brings it to the same end.

    Parameters
    ----------
    sweep : Sweep
        What is varied, and where; replication r of every point has its luck from the master seed and r alone.
    engine : str
        ``columnar`` or ``mesa``; both give the same results.
    out : Path
        New or empty.
    options : Options
        How it is carried out; no result depends on that.
    shard : pair of int, optional
        ``(i, n)``: run every n-th run only, from the i-th on; shards are merged later.

    Raises
    ------
    UserError
        ``out`` holds something already, memory is too little, or runs failed.
    """
    from sim.finish import carry_on
    from sim.needs import forecast_sweep, is_compiled
    from sim.run_terminal import foretell
    from sim.sweep_folder import sweep_files

    if sweep.against is not None:
        refuse_duplicates([sweep.base, sweep.against])
    forecast = forecast_sweep(sweep, engine, options.threads, options.workers, is_compiled(engine))
    foretell(forecast, options.quiet)
    return carry_on(begin(out, plan_sweep(sweep, engine), sweep_files(sweep), shard), options)


def plan_sweep(sweep: Sweep, engine: str) -> Plan:
    """Return the plan of a sweep: its scenarios are its points."""
    from sim.batch.evaluation import evaluate
    from sim.run import fingerprint, version

    _, evaluation = evaluate(_in_outline(sweep))
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


def _in_outline(sweep: Sweep) -> Comparison:
    """Return a comparison with every calendar of programs that the sweep has, for the months of its evaluation.

    Those begin, for all points alike, where programs first differ from those compared with, else with the first one.
    """
    from sim.scenario import Comparison

    first = sweep.against or sweep.base
    others = [sweep.base]
    if any(factor.path.startswith(PROGRAMS) for factor in sweep.factors):
        others = list(_distinct(sweep))
    scenarios = [replace(it, name=str(number)) for number, it in enumerate([first, *others])]
    return Comparison("", "", scenarios, "0", sweep.replications, sweep.seed)


def _distinct(sweep: Sweep) -> list[Scenario]:
    """Return a scenario for each calendar of programs among the points."""
    found: dict[str, Scenario] = {}
    for name in sweep.scenario_names:
        scenario = sweep.scenario(name)
        found.setdefault(scenario.parameters.programs.model_dump_json(), scenario)
    return list(found.values())


def write_sweep(batch: Batch, quiet: bool) -> dict[str, Any]:
    """Write what a sweep means beside its outcomes, and return what the manifest adds."""
    from sim.codebook import Column, write_codebook
    from sim.counties import build_counties
    from sim.table_files import write_world

    folder, sweep = batch.path, batch.sweep()
    base = sweep.base.parameters
    tables = TABLES if batch.plan.keep == "tables" else ()
    design = [Column("design", "point", "text", "", "Name of the point; the scenario in the other tables")]
    design += [
        Column("design", it.path, "number" if it.is_number else "text", it.unit, it.meaning) for it in sweep.factors
    ]
    write_codebook(folder / "codebook.csv", (*tables, "outcomes", "world"), design)
    write_world(build_counties(base, base.world.seed), folder / "world.parquet")
    if not quiet:
        print(f"{sweep.size:,} points, {batch.plan.replications:,} replications: {folder / 'outcomes.parquet'}")
    return {
        "world_seed": base.world.seed,
        "points": sweep.size,
        "factors": [factor.path for factor in sweep.factors],
        "evaluation_start": batch.plan.evaluation_start,
    }
