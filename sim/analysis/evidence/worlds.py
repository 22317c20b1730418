"""Run a world and keep what figures need of it; its months are not kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.analysis.evidence.counts import Gathering, WorldCounts
from sim.running.run import prepare, records, seed_of, world_seed
from sim.world.programs import dated_by

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def world_counts(
    scenario: Scenario,
    *,
    seed: int,
    replication: int = 0,
    engine: str = "columnar",
    threads: int = 1,
    on_month: Callable[[], None] | None = None,
) -> WorldCounts:
    """Run one replication of a scenario and return what figures need of it; arguments as of ``simulate``.

    Raises
    ------
    UserError
        Where the scenario's files do not fit together.
    """
    setting = prepare(scenario, replication, share=False, threads=threads)
    parameters = scenario.parameters
    counties = dated_by(parameters, setting.world.counties, world_seed(parameters, replication))
    gathering = Gathering(setting.months, counties)
    for record in records(setting, seed_of(seed, replication), engine, threads, keep_world=False):
        gathering.add(record)
        if on_month is not None:
            on_month()
    return gathering.finish()
