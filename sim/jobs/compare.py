"""Compare scenarios over shared luck: run them all, keep their tables, and tell the differences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from sim.running.batch import Batch, Options, Plan
from sim.running.batch.beginning import Shard, begin
from sim.running.batch.drawn import POSTERIOR
from sim.running.batch.evaluation import evaluate
from sim.running.batch.inputs import Inputs
from sim.running.batch.plan import plan_of, refuse_duplicates
from sim.scenario.calibration.draws import refuse_unfit_draws
from sim.words.faults import UserError
from sim.words.reading import content_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Comparison


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
        Two scenarios or more, partners among them; replication r of each has its luck from the master seed and r alone.
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
    from sim.jobs.finish import carry_on

    how = replace(options or Options(), workers=workers, threads=threads, quiet=quiet)
    return carry_on(begin_comparison(comparison, how, engine=engine, out=out, shard=shard), how)


def begin_comparison(
    comparison: Comparison, options: Options, *, engine: str, out: Path, shard: Shard | None = None
) -> Batch:
    """Make the folder of a comparison, of which nothing is run yet: ``resume`` does.

    Parameters and errors are those of ``compare_to_folder``.
    """
    from sim.running.needs import forecast_comparison, is_compiled
    from sim.running.terminal import foretell

    if len(comparison.members) < 2:
        raise UserError("a comparison needs two scenarios or more")
    refuse_duplicates(comparison.scenarios)
    refuse_unfit_draws(comparison)
    needs = forecast_comparison(comparison, engine, options.threads, options.workers, is_compiled(engine))
    foretell(needs, options.quiet)
    inputs = Inputs(comparison.scenarios)
    plan = plan_comparison(comparison, engine)
    inputs.ensure_unchanged()
    return begin(out, plan, comparison_files(comparison, inputs), shard)


def plan_comparison(comparison: Comparison, engine: str) -> Plan:
    """Return the plan of a comparison."""
    return plan_of(
        comparison,
        engine,
        kind="comparison",
        reference=comparison.reference,
        keep="tables",
        scenarios=tuple(scenario.name for scenario in comparison.members),
        evaluation_start=evaluate(comparison)[1].start,
        effect_of=comparison.effect_of,
    )


def comparison_files(comparison: Comparison, inputs: Inputs | None = None) -> dict[str, str | bytes]:
    """Return resolved scenarios, partners among them, the files that they read, and a comparison file to run again."""
    inputs = inputs or Inputs(comparison.scenarios)
    is_paired = comparison.effect_of is not None
    compared_with = {"effect_of": comparison.effect_of} if is_paired else {"reference": comparison.reference}
    header = {
        "title": comparison.title,
        "question": comparison.question,
        "source": comparison.source,
        **compared_with,
        "replications": comparison.replications,
        "seed": comparison.seed,
        **({} if comparison.uncertainty is None else {"uncertainty": POSTERIOR}),
        "scenarios": [f"scenarios/{scenario.name}.yaml" for scenario in comparison.scenarios],
    }
    members = map(inputs.carried, comparison.members)
    files: dict[str, str | bytes] = {
        f"scenarios/{scenario.name}.yaml": scenario.resolved_yaml() for scenario in members
    }
    if comparison.uncertainty is not None:
        files[POSTERIOR] = content_of(comparison.uncertainty)
    text = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=120)
    return {**files, **inputs.files, "comparison.yaml": text}
