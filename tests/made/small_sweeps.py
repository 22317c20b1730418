"""Sweeps whose outcomes are made by a formula instead of runs, for tests of designs, analyses and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.analysis.sweep.outcomes import SweepRuns, sweep_runs
from sim.parameters import Parameters
from sim.scenario.design.paths import Value
from sim.scenario.design.sweep import AGAINST, Design, Factor, Role, Sweep
from sim.scenario.scenario import Scenario

COOPERATION, SENSITIVITY, FADE = "detainers.cooperation", "trust.sensitivity", "trust.county_fade"
FAMILIES = ("violent", "property", "total")
Effect = Callable[[tuple[float, ...], int], tuple[float, float]]
"""From the values of a point and a replication: change of true and of recorded crime, in %."""

TITLE_AND_WORLD = """\
title: small
months: 14
start: 2008-06
world: {rows: 2, columns: 2, people: 1200, people_per_cell: 100}
"""
PROGRAM = TITLE_AND_WORLD + "programs: {secure_communities: {counties: all, start: 2009-01}}\n"


def written(folder: Path, text: str, name: str = "sweep.yaml") -> Path:
    """Write a sweep file and the two scenarios that it can name."""
    (folder / "base.yaml").write_text(TITLE_AND_WORLD, encoding="utf-8")
    (folder / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def ranged(path: str, low: float = 0.0, high: float = 1.0, role: Role = "uncertainty") -> Factor:
    return Factor(path, role, "share", "a meaning", (), low, high)


def listed(path: str, values: Sequence[Value], role: Role = "lever") -> Factor:
    numbers = [value for value in values if isinstance(value, float)]
    ends = (min(numbers), max(numbers)) if len(numbers) == len(values) else (None, None)
    return Factor(path, role, "share", "a meaning", tuple(values), *ends)


def sweep_of(
    design: Design, factors: Sequence[Factor], replications: int = 3, *, paired: bool = True, **more: Any
) -> Sweep:
    scenario = Scenario("base", Parameters())
    against = Scenario("against", Parameters()) if paired else None
    return Sweep("made", "", "", scenario, against, tuple(factors), design, replications, 1, **more)


def table_of(sweep: Sweep, effect: Effect) -> Any:
    """Return outcomes in which the compared runs have 1,000 true and 400 recorded crimes of each family."""
    rows = []
    for point in sweep.points:
        values = tuple(
            factor.position(value) if not isinstance(value, float) else value
            for factor, value in zip(sweep.factors, point.values, strict=True)
        )
        for replication in range(sweep.replications):
            true, recorded = effect(values, replication)
            rows.append(_row(point.name, replication, 10 * (100 + true), 4 * (100 + recorded)))
            if sweep.against is not None:
                rows.append(_row(point.name + AGAINST, replication, 1000.0, 400.0))
    return pa.Table.from_pylist(rows)


def _row(scenario: str, replication: int, true: float, recorded: float) -> dict[str, Any]:
    crimes = {
        f"{book}_{family}": value for family in FAMILIES for book, value in (("occurred", true), ("recorded", recorded))
    }
    return {"scenario": scenario, "replication": replication, **crimes, "removed": true / 100}


def runs_of(sweep: Sweep, effect: Effect) -> SweepRuns:
    return sweep_runs(sweep, table_of(sweep, effect))
