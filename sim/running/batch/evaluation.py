"""The counties that the scenarios of a comparison share, and the months over which they are compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.running.measures import Evaluation
    from sim.scenario.scenario import Comparison
    from sim.world.counties.building import Counties


def evaluate(comparison: Comparison) -> tuple[Counties, Evaluation]:
    """Return the counties that the scenarios share, and the months over which they are compared.

    Where each replication has a world of its own the earliest start counts, and counties are the first world's.
    """
    world = comparison.scenarios[0].parameters.world
    if not world.redraw:
        return _evaluate(comparison, world.seed)
    from sim.running.run import seed_of

    found = [_evaluate(comparison, seed_of(world.seed, number)) for number in range(comparison.replications)]
    counties, first = found[0]
    earliest = min((evaluation for _, evaluation in found), key=lambda evaluation: evaluation.start)
    return counties, replace(first, start=earliest.start, reason=earliest.reason)


def _evaluate(comparison: Comparison, world_seed: int) -> tuple[Counties, Evaluation]:
    import numpy as np

    from sim.running.measures import evaluation_of
    from sim.words.labels import PROGRAMS
    from sim.world.counties.building import build_counties
    from sim.world.programs import build_calendar

    counties = build_counties(comparison.scenarios[0].parameters, world_seed)
    calendars = {it.name: build_calendar(it.parameters, counties, world_seed) for it in comparison.scenarios}
    names = ["cap" if name == "criminal_alien_program" else name for name in PROGRAMS]
    programs = {key: np.stack([getattr(it, name) for name in names], axis=2) for key, it in calendars.items()}
    legalization = {key: calendar.legalization for key, calendar in calendars.items()}
    return counties, evaluation_of(programs, legalization, comparison.reference, counties.agents)
