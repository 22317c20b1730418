"""One world of a calibration: run with and without the program, and what of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.analysis.evidence.effects import NAMES, Counts, in_force, true_effects
from sim.analysis.evidence.figures import Figure, read_figures, shipped_figures
from sim.analysis.evidence.observing import observed_or_why
from sim.running.run import simulate
from sim.scenario.design.paths import Value, varied
from sim.scenario.scenario import Scenario, load_scenario

SCENARIO, FIGURES = "scenarios/base.yaml", "inputs/figures.csv"
"""Where in the folder of a calibration the scenario and the user's figures lie."""


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
        ``figures`` and ``effects`` by name (nan where one cannot be given), ``reasons`` why, and the largest
        ``clipped`` share of opportunities of the two runs.
    """
    base = scenario_in(folder)
    scenario = varied(base, changes, base.name)
    ledger = simulate(scenario, seed=seed, replication=luck, threads=threads)
    values, reasons = observed_or_why(figures_in(Path(folder), ids), ledger)
    active, clipped = in_force(ledger, program), ledger.clipped_share
    first = Counts(ledger, active)
    del ledger
    ledger = simulate(scenario.without(program), seed=seed, replication=luck, threads=threads)
    effects = true_effects(first, Counts(ledger, active))
    return {
        "figures": dict(zip(ids, values.tolist(), strict=True)),
        "effects": dict(zip(NAMES, effects.tolist(), strict=True)),
        "reasons": reasons,
        "clipped": max(clipped, ledger.clipped_share),
    }


@lru_cache(maxsize=2)
def scenario_in(folder: str) -> Scenario:
    """Return the scenario whose parameters are drawn, read once by each process."""
    return load_scenario(Path(folder) / SCENARIO)
