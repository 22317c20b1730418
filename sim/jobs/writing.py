"""What a finished batch means, written beside its tables: summary, figures and report, by the kind of batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running.batch import Batch
from sim.running.batch.evaluation import evaluate_sweep
from sim.running.batch.execution import Told
from sim.words.calendar import month_after
from sim.words.labels import TABLES

if TYPE_CHECKING:
    from sim.analysis.summary import Row
    from sim.running.measures import ComparisonRuns


def write_meaning(batch: Batch, told: Told) -> Mapping[str, Any]:
    """Write what a batch of its kind means, print it as ``told``, and return what its manifest adds."""
    return (write_sweep if batch.plan.kind == "sweep" else write_comparison)(batch, told)


def write_comparison(batch: Batch, told: Told) -> dict[str, Any]:
    """Write what a comparison means beside its tables, and return what the manifest adds."""
    from sim.analysis.doubt import CODEBOOK
    from sim.analysis.summary import rows_of, write_summary
    from sim.running.tables.codebook import write_codebook
    from sim.running.tables.files import write_world
    from sim.telling.figures.of_comparisons import write_figures
    from sim.telling.reports.comparison import write_report

    folder, results = batch.path, batch.results()
    rows = rows_of(results.runs, results.reference, results.references)
    write_summary(rows, folder / "summary.csv")
    write_codebook(folder / "codebook.csv", others=CODEBOOK if batch.is_drawn else ())
    write_world(results.counties, folder / "world.parquet")
    figures = write_figures(results, folder, rows)
    write_report(results, rows, figures, folder / "report.html")
    _tell_comparison(results, rows, folder / "report.html", told)
    if batch.is_drawn:
        _write_doubt(results, folder, told)
    return _facts(results)


def _write_doubt(results: ComparisonRuns, folder: Path, told: Told) -> None:
    """Write luck and doubt apart, and print them after the rest."""
    import textwrap

    from sim.analysis.doubt import COLUMNS, doubts_in
    from sim.analysis.evaluation.tables import write_csv
    from sim.telling.doubt_wording import doubt_sentences

    doubts = doubts_in(results)
    rows = ((*it[:5], *it.quantiles, it.draws) for it in doubts)
    write_csv(folder / "doubt.csv", COLUMNS, rows)
    if told in ("short", "full"):
        for sentence in doubt_sentences(doubts):
            print(*textwrap.wrap(sentence, 80), sep="\n")


def _tell_comparison(results: ComparisonRuns, rows: Sequence[Row], report: Path, told: Told) -> None:
    """Print what a comparison found: a few lines, the whole table, JSON, or nothing."""
    from sim.telling.reports.comparison_short import as_json, print_short

    if told == "json":
        print(json.dumps(as_json(results, rows, report), indent=2))
    elif told == "short":
        print_short(results, rows, report)
    elif told == "full":
        from sim.telling.reports.comparison_terminal import print_comparison

        print_comparison(results, rows, report)


def _facts(results: ComparisonRuns) -> dict[str, Any]:
    from sim.running.measures import clipped_share

    comparison = results.comparison
    return {
        "world_seed": comparison.scenarios[0].parameters.world.seed,
        "scenarios": list(results.runs),
        "evaluation_start": results.months[results.evaluation.start],
        "clipped_share": {name: clipped_share(runs) for name, runs in results.runs.items()},
    }


def write_sweep(batch: Batch, told: Told) -> dict[str, Any]:
    """Write what a sweep says beside its outcomes, and return what the manifest adds."""
    from sim.analysis.sweep.outcomes import sweep_runs
    from sim.analysis.sweep.tables import codebook_of, write_sensitivity, write_sweep_doubt, write_sweep_summary
    from sim.running.tables.codebook import write_codebook
    from sim.running.tables.files import write_world
    from sim.telling.figures.sweeps import write_sweep_figures
    from sim.telling.reports.sweep import write_sweep_report

    folder, sweep = batch.path, batch.sweep()
    counties, evaluation = evaluate_sweep(sweep)
    runs = sweep_runs(sweep, batch.outcomes())
    write_sweep_summary(runs, folder / "summary.csv")
    write_sensitivity(runs, folder / "sensitivity.csv")
    write_sweep_doubt(runs, folder / "doubt.csv")
    tables = (*TABLES, "outcomes", "world")
    write_codebook(folder / "codebook.csv", tables[0 if sweep.keep == "tables" else len(TABLES) :], codebook_of(sweep))
    write_world(counties, folder / "world.parquet")
    start, months = sweep.base.parameters.start, sweep.base.parameters.months
    window = f"{month_after(start, evaluation.start)} to {month_after(start, months - 1)}"
    figures = write_sweep_figures(runs, folder)
    write_sweep_report(runs, window, evaluation.reason, figures, folder / "report.html")
    if told == "json":
        print(json.dumps({"title": sweep.title, "points": sweep.size, "report": str(folder / "report.html")}, indent=2))
    elif told != "nothing":
        from sim.telling.reports.sweep_terminal import print_sweep

        print_sweep(runs, window, folder / "report.html")
    return {
        "world_seed": sweep.base.parameters.world.seed,
        "design": sweep.design.kind,
        "points": sweep.size,
        "against": sweep.against.name if sweep.against is not None else None,
        "evaluation_start": month_after(start, evaluation.start),
    }
