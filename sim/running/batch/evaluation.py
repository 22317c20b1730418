"""The counties that the scenarios of a comparison share, and the months over which they are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.running.measures import Evaluation
    from sim.scenario.design.sweep import Sweep
    from sim.scenario.scenario import Comparison, Scenario
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
    calendars = {it.name: build_calendar(it.parameters, counties, world_seed) for it in comparison.members}
    names = ["cap" if name == "criminal_alien_program" else name for name in PROGRAMS]
    programs = {key: np.stack([getattr(it, name) for name in names], axis=2) for key, it in calendars.items()}
    legalization = {key: calendar.legalization for key, calendar in calendars.items()}
    if comparison.effect_of is None:
        return counties, evaluation_of(programs, legalization, comparison.reference, counties.agents)
    pairs = [
        evaluation_of({key: programs[key] for key in (other, name)}, legalization, other, counties.agents)
        for name, other in comparison.references.items()
    ]
    return counties, _joined(pairs)


def _joined(pairs: list[Evaluation]) -> Evaluation:
    """Return the evaluation that pairs share: it starts with the earliest, of those whose programs differ if any do."""
    from sim.running.measures import DIFFERENT

    exposure = {name: reached for pair in pairs for name, reached in pair.exposure.items()}
    different = [pair for pair in pairs if pair.reason == DIFFERENT]
    first = min(different or pairs, key=lambda pair: pair.start)
    return replace(first, exposure=exposure)


def evaluate_sweep(sweep: Sweep) -> tuple[Counties, Evaluation]:
    """Return the counties of all points, and the months over which all are measured.

    These begin in the first month in which programs differ from what a point is compared with, at whichever point that
    is earliest; where programs do not differ, in the first month of a program.
    """
    found = [evaluate(pair) for pair in _pairs(sweep)]
    return min(found, key=lambda entry: entry[1].start)


def _pairs(sweep: Sweep) -> Iterator[Comparison]:
    """Yield one pair of scenarios for each calendar of programs among the points."""
    from sim.scenario.scenario import Comparison

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
