"""Compare scenarios over shared luck: run them all, keep their tables, and tell the differences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sim.running.batch import Batch, Options, Plan
from sim.running.batch.beginning import Shard, begin
from sim.running.batch.evaluation import evaluate
from sim.running.batch.plan import inputs_of, refuse_duplicates
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.running.measures import ComparisonRuns
    from sim.scenario.scenario import Comparison

__all__ = ["compare_to_folder", "evaluate", "plan_comparison", "write_comparison"]


def compare_to_folder(
    comparison: Comparison,
    *,
    workers: int,
    threads: int,
    engine: str,
    out: Path,
    quiet: bool,
    shard: Shard | None = None,
    options: Options | None = None,
) -> Path:
    """Run all scenarios and replications of a comparison in the folder ``out``.

    The folder is a batch from the first moment: whatever ends it, ``carry_on`` brings it to the same end.

    Parameters
    ----------
    comparison : Comparison
        Two scenarios or more; replication r of each has its luck from the master seed and r alone.
    workers, threads : int
        Processes, and threads inside a run; no result depends on either.
    engine : str
        ``columnar`` or ``mesa``; both give the same tables.
    out : Path
        New or empty.
    quiet : bool
        Print nothing, neither progress nor the table.
    shard : pair of int, optional
        ``(i, n)``: run every n-th run only, from the i-th on; shards are merged later.
    options : Options, optional
        Further options; the workers, threads and quiet given here replace theirs.

    Raises
    ------
    UserError
        ``out`` holds something already, memory is too little, scenarios are the same, or runs failed.
    """
    from dataclasses import replace

    from sim.jobs.finish import carry_on
    from sim.running.needs import forecast_comparison, is_compiled
    from sim.running.terminal import foretell

    if len(comparison.scenarios) < 2:
        raise UserError("a comparison needs two scenarios or more")
    refuse_duplicates(comparison.scenarios)
    foretell(forecast_comparison(comparison, engine, threads, workers, is_compiled(engine)), quiet)
    batch = begin(out, plan_comparison(comparison, engine), comparison_files(comparison), shard)
    return carry_on(batch, replace(options or Options(), workers=workers, threads=threads, quiet=quiet))


def plan_comparison(comparison: Comparison, engine: str) -> Plan:
    """Return the plan of a comparison."""
    from sim.running.run import fingerprint, version

    _, evaluation = evaluate(comparison)
    return Plan(
        kind="comparison",
        name=comparison.name,
        title=comparison.title,
        question=comparison.question,
        source=comparison.source,
        version=version(),
        fingerprint=fingerprint(),
        engine=engine,
        seed=comparison.seed,
        reference=comparison.reference,
        replications=comparison.replications,
        keep="tables",
        scenarios=tuple(scenario.name for scenario in comparison.scenarios),
        evaluation_start=evaluation.start,
        inputs=inputs_of(comparison.scenarios[0].parameters),
    )


def comparison_files(comparison: Comparison) -> dict[str, str]:
    """Return the resolved scenarios and a comparison file that runs them again."""
    header = {
        "title": comparison.title,
        "question": comparison.question,
        "source": comparison.source,
        "reference": comparison.reference,
        "replications": comparison.replications,
        "seed": comparison.seed,
        "scenarios": [f"scenarios/{scenario.name}.yaml" for scenario in comparison.scenarios],
    }
    files = {f"scenarios/{scenario.name}.yaml": scenario.resolved_yaml() for scenario in comparison.scenarios}
    return files | {"comparison.yaml": yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=120)}


def write_comparison(batch: Batch, quiet: bool) -> dict[str, Any]:
    """Write what a comparison means beside its tables, and return what the manifest adds."""
    from sim.analysis.summary import rows_of, write_summary
    from sim.running.tables.codebook import write_codebook
    from sim.running.tables.files import write_world
    from sim.telling.figures.style import write_figures
    from sim.telling.reports.comparison import write_report

    folder, results = batch.path, batch.results()
    rows = rows_of(results.runs, results.reference)
    write_summary(rows, folder / "summary.csv")
    write_codebook(folder / "codebook.csv")
    write_world(results.counties, folder / "world.parquet")
    figures = write_figures(results, folder)
    write_report(results, rows, figures, folder / "report.html")
    if not quiet:
        from sim.telling.reports.comparison_terminal import print_comparison

        print_comparison(results, rows, folder / "report.html")
    return _facts(results)


def _facts(results: ComparisonRuns) -> dict[str, Any]:
    from sim.running.measures import clipped_share

    comparison = results.comparison
    return {
        "world_seed": comparison.scenarios[0].parameters.world.seed,
        "scenarios": list(results.runs),
        "evaluation_start": results.months[results.evaluation.start],
        "clipped_share": {name: clipped_share(runs) for name, runs in results.runs.items()},
    }
