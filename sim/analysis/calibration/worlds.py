"""One world of a calibration: run with and without the program, and what of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.evidence.counts import Gathering, WorldCounts
from sim.analysis.evidence.effects import NAMES, Counts, true_effects
from sim.analysis.evidence.figures import Figure, read_figures, shipped_figures
from sim.analysis.evidence.observing import observed_or_why
from sim.parameters.crime import MOST_HEADROOM
from sim.running.measures import MUCH_CLIPPED
from sim.running.run import prepare, seed_of, world_seed
from sim.running.two_runs import TwoRuns
from sim.scenario.design.paths import Value, varied
from sim.scenario.scenario import Scenario, load_scenario
from sim.words.labels import PROGRAMS
from sim.world.programs import dated_by

if TYPE_CHECKING:
    from sim.engines.ledger import MonthRecord

SCENARIO, FIGURES = "scenarios/base.yaml", "inputs/figures.csv"
"""Where in the folder of a calibration the scenario and the user's figures lie."""
ROOMIER = 1.5
"""Times its headroom with which a world is run again where more than ``MUCH_CLIPPED`` was clipped."""
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
    folder: str,
    program: str,
    ids: tuple[str, ...],
    changes: Mapping[str, Value],
    seed: int,
    luck: int,
    threads: int,
    sharing: bool = True,
) -> dict[str, Any]:
    """Run a world twice, with and without the program, and return what it shows and what is true of it.

    Where too many opportunities are clipped, so that less crime happens than the parameters ask for, both are run again
    with more headroom.

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
    sharing : bool
        Run the months before the program begins once for both; nothing depends on it.

    Returns
    -------
    dict
        ``figures`` and ``effects`` by name (nan where one cannot be given), ``reasons`` why, the largest ``clipped``
        share of opportunities of the two runs, the ``headroom`` that both had, and ``by_luck``: what was taken away
        from figures that are changes.
    """
    base, figures = scenario_in(folder), figures_in(Path(folder), ids)
    scenario = varied(base, changes, base.name)
    while True:
        found = _simulated(scenario, program, figures, Luck(seed, luck), threads, sharing=sharing)
        headroom = scenario.parameters.crime.headroom
        if found["clipped"] <= MUCH_CLIPPED or headroom >= MOST_HEADROOM:
            return {**found, "headroom": headroom}
        scenario = varied(scenario, {"crime.headroom": min(float(MOST_HEADROOM), ROOMIER * headroom)}, base.name)


class Luck(NamedTuple):
    """Which luck a world has: the master seed, and the number of the luck it gives."""

    seed: int
    number: int


def _simulated(
    scenario: Scenario, program: str, figures: Sequence[Figure], luck: Luck, threads: int, *, sharing: bool
) -> dict[str, Any]:
    """Run a world with and without the program at its headroom; what is returned is that of ``simulate_world``."""
    setting, other = prepare(scenario, luck.number), prepare(scenario.without(program), luck.number)
    runs = TwoRuns(setting, other, seed_of(*luck), threads, sharing=sharing)
    counties = dated_by(scenario.parameters, setting.world.counties, world_seed(scenario.parameters, luck.number))
    gathering, first = Gathering(setting.months, counties), Counts(len(counties))
    active: list[Any] = []
    for record in runs.in_common():
        _gather(record, gathering, first, active, program)
    gathered, second = deepcopy(gathering), deepcopy(first)
    for record in runs.first():
        _gather(record, gathering, first, active, program)
    counts = gathering.finish()
    values, reasons = observed_or_why(figures, counts)
    for record in runs.second():
        gathered.add(record)
        second.add(record.crime, active[record.index])
    without = gathered.finish()
    by_luck = {} if scenario.parameters.world.background else changes_by_luck(figures, without)
    found = dict(zip((it.id for it in figures), values.tolist(), strict=True))
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


def _gather(record: MonthRecord, gathering: Gathering, crime: Counts, active: list[Any], program: str) -> None:
    """Take a month with the program, and note where it is in force."""
    gathering.add(record)
    active.append(record.programs[:, PROGRAMS.index(program)].copy())
    crime.add(record.crime, active[-1])


@lru_cache(maxsize=2)
def scenario_in(folder: str) -> Scenario:
    """Return the scenario whose parameters are drawn, read once by each process."""
    return load_scenario(Path(folder) / SCENARIO)
