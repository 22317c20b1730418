"""Run a sweep as a batch, and write what its points say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.running.batch import Options, Plan
from sim.running.batch.beginning import Shard, begin
from sim.running.batch.evaluation import evaluate_sweep
from sim.running.batch.plan import plan_of, refuse_duplicates
from sim.running.batch.sweep_folder import inputs_of, sweep_files
from sim.scenario.calibration.draws import refuse_unfit_draws

if TYPE_CHECKING:
    from sim.scenario.design.sweep import Sweep


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
    refuse_unfit_draws(sweep)
    options = options or Options()
    needs = forecast_sweep(sweep, engine, options.threads, options.workers, is_compiled(engine))
    foretell(needs, options.quiet)
    inputs = inputs_of(sweep)
    plan = plan_sweep(sweep, engine)
    inputs.ensure_unchanged()
    return carry_on(begin(out, plan, sweep_files(sweep, inputs), shard), options)


def plan_sweep(sweep: Sweep, engine: str) -> Plan:
    """Return the plan of a sweep."""
    return plan_of(
        sweep,
        engine,
        kind="sweep",
        reference=sweep.reference_name,
        keep=sweep.keep,
        scenarios=sweep.scenario_names,
        evaluation_start=evaluate_sweep(sweep)[1].start,
    )
