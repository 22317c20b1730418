"""One world of a calibration: run with and without the program, and what of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

from sim.analysis.evidence.counts import Gathering, WorldCounts
from sim.analysis.evidence.effects import NAMES, Counts, true_effects
from sim.analysis.evidence.figures import Figure, read_figures, shipped_figures
from sim.analysis.evidence.observing import observed_or_why
from sim.running.run import prepare, records, seed_of
from sim.scenario.design.paths import Value, varied
from sim.scenario.scenario import Scenario, load_scenario
from sim.words.labels import PROGRAMS

SCENARIO, FIGURES = "scenarios/base.yaml", "inputs/figures.csv"
"""Where in the folder of a calibration the scenario and the user's figures lie."""
CHANGES = frozenset({"transfer_rise", "reporting_change", "victimization_change", "crime_change"})
"""Kinds of figures that are 0 in the mean where nothing happens at activation."""


def figures_in(folder: Path, ids: tuple[str, ...]) -> list[Figure]:
    """Return the figures of some ids: the user's own come before those shipped.

    Raises
    ------
    KeyError
        Where no figure has an id.
    """
    own = read_figures(folder / FIGURES) if (folder / FIGURES).exists() else []
    known = {figure.id: figure for figure in (*shipped_figures(), *own)}
    return [known[name] for name in ids]


def simulate_world(
    folder: str, program: str, ids: tuple[str, ...], changes: Mapping[str, Value], seed: int, luck: int, threads: int
) -> dict[str, Any]:
    """Run a world twice, with and without the program, and return what it shows and what is true of it.

    Parameters
    ----------
    folder : str
        Of the calibration; a worker on another machine sees it under the same path.
    program : str
        As in ``labels.PROGRAMS``.
    ids : tuple of str
        Figures that are computed in the run with the program.
    changes : mapping
        What is set in the scenario, by dotted path.
    seed, luck : int
        Master seed, and which luck of it: both runs share it.
    threads : int
        Within a run; nothing depends on them.

    Returns
    -------
    dict
        ``figures`` and ``effects`` by name (nan where one cannot be given), ``reasons`` why, the largest ``clipped``
        share of opportunities of the two runs, and ``by_luck``: what was taken away from figures that are changes.
    """
    base = scenario_in(folder)
    scenario = varied(base, changes, base.name)
    setting = prepare(scenario, luck)
    gathering, first = Gathering(setting.months, setting.world.counties), Counts(len(setting.world.counties))
    active = []
    for record in records(setting, seed_of(seed, luck), threads=threads):
        gathering.add(record)
        active.append(record.programs[:, PROGRAMS.index(program)].copy())
        first.add(record.crime, active[-1])
    counts, figures = gathering.finish(), figures_in(Path(folder), ids)
    values, reasons = observed_or_why(figures, counts)
    second, without = _without(scenario.without(program), seed, luck, threads, active)
    by_luck = {} if scenario.parameters.world.background else changes_by_luck(figures, without)
    found = dict(zip(ids, values.tolist(), strict=True))
    return {
        "figures": {name: value - by_luck.get(name, 0.0) for name, value in found.items()},
        "effects": dict(zip(NAMES, true_effects(first, second).tolist(), strict=True)),
        "reasons": reasons,
        "clipped": max(without.clipped_share, counts.clipped_share),
        "by_luck": by_luck,
    }


def changes_by_luck(figures: Sequence[Figure], without: WorldCounts) -> dict[str, float]:
    """Return what figures that are changes at activation find in a world without the program, by id.

    Nothing happens there at activation, so it is luck, and the run with the program has the same luck: without it the
    figure has the same mean and a fraction of the spread (a control variate whose mean is known to be 0). Trends of
    the background would be no luck; with them nothing may be taken away.
    """
    chosen = [figure for figure in figures if figure.kind in CHANGES]
    values, _ = observed_or_why(chosen, without)
    found = dict(zip((figure.id for figure in chosen), values.tolist(), strict=True))
    return {name: value for name, value in found.items() if isfinite(value)}


def _without(
    scenario: Scenario, seed: int, luck: int, threads: int, active: Sequence[Any]
) -> tuple[Counts, WorldCounts]:
    """Run the same world without the program; return crime where it would be in force, and what figures need."""
    setting = prepare(scenario, luck)
    counts, gathering = Counts(len(setting.world.counties)), Gathering(setting.months, setting.world.counties)
    for record, where in zip(records(setting, seed_of(seed, luck), threads=threads), active, strict=True):
        counts.add(record.crime, where)
        gathering.add(record)
    return counts, gathering.finish()


@lru_cache(maxsize=2)
def scenario_in(folder: str) -> Scenario:
    """Return the scenario whose parameters are drawn, read once by each process."""
    return load_scenario(Path(folder) / SCENARIO)
