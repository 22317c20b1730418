"""Whether a world stands still while nothing happens, on real counties.

``python -m benchmarks.telling.drift us_counties.csv adjacency.csv`` runs the Criminal Alien Program alone for 96
months, with one agent per hundred persons and a world of its own for each seed, and prints yearly means relative to
the mean of all years, their standard error over seeds, and the trend. Last comes a placebo: the regression of log
recorded crime of county-years on the dates of Secure Communities, which never began. With ``--point`` parameters are
those of a calibration's ``point.yaml``.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.telling.points import settings_in
from sim.analysis.evidence.figures import shipped_figures
from sim.analysis.evidence.observing import observed
from sim.engines.ledger import Ledger
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.labels import CRIME_TYPES, ENFORCEMENT_COLUMNS, GROUPS, LEVELS, PEOPLE_COLUMNS

SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
YEARS = 8
Rows = dict[str, np.ndarray]


def yearly(table: np.ndarray) -> np.ndarray:
    """Return sums over the months of each year."""
    return table.reshape(YEARS, 12, *table.shape[1:]).sum(axis=1)


def crime_rows(ledger: Ledger) -> Rows:
    """Return true, recorded and reported index crime, in all and by group."""
    index = [number for number, crime in enumerate(CRIME_TYPES) if crime.index]
    books = yearly(ledger.crime[:, :, index].sum(axis=(1, 2), dtype=np.int64))
    true, reported, recorded = (books[..., number] for number in range(3))
    rows = {"true": true.sum(axis=1), "recorded": recorded.sum(axis=1)}
    for number, group in enumerate(GROUPS):
        rows[f"true, {group}"], rows[f"recorded, {group}"] = true[:, number], recorded[:, number]
        rows[f"reported share, {group}"] = reported[:, number] / true[:, number]
    return rows


def people_rows(ledger: Ledger) -> Rows:
    """Return people by custody, trust, fear and beliefs of the community."""
    people = yearly(ledger.people.sum(axis=(1, 3)))
    respondents = ledger.people[..., PEOPLE_COLUMNS.index("respondents")]
    persons = ledger.people[..., PEOPLE_COLUMNS.index("people")].sum(axis=3)[:, :, :2].astype(float)
    rows: Rows = {}
    for number, group in enumerate(GROUPS[:2]):
        for column in ("jailed", "in_ice_custody", "vacant"):
            rows[f"{column}, {group}"] = people[:, number, PEOPLE_COLUMNS.index(column)]
        heard = np.nansum(ledger.trust[:, :, number] * respondents[:, :, number], axis=(1, 2))
        rows[f"trust, {group}"] = yearly(heard) / yearly(respondents[:, :, number].sum(axis=(1, 2)))
        weighted = (ledger.county_fear[:, :, number] * persons[:, :, number]).sum(axis=1)
        rows[f"county fear, {group}"] = yearly(weighted) / yearly(persons[:, :, number].sum(axis=1))
    everybody = persons.sum(axis=2)
    for name in ("relative_risk", "removal_risk"):
        rows[name] = yearly((getattr(ledger, name) * everybody).sum(axis=1)) / yearly(everybody.sum(axis=1))
    return rows


def enforcement_rows(ledger: Ledger) -> Rows:
    """Return the funnel, and bookings of unauthorized people by level."""
    table = yearly(ledger.enforcement.sum(axis=1, dtype=np.int64))
    names = ("booked", "identified", "detainers", "ice_custody", "removed")
    rows = {name: table[..., ENFORCEMENT_COLUMNS.index(name)].sum(axis=(1, 2, 3)) for name in names}
    for number, level in enumerate(LEVELS):
        booked = table[:, :, 2, number, ENFORCEMENT_COLUMNS.index("booked")]
        rows[f"booked unauthorized, {level}"] = booked.sum(axis=1)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.drift")
    parser.add_argument("counties", help="county file")
    parser.add_argument("adjacency", help="file of neighbouring counties")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--scale", default="0.01")
    parser.add_argument("--point", type=Path, help="point.yaml of a calibration")
    chosen = parser.parse_args()
    found: dict[str, list[np.ndarray]] = {}
    effects = []
    point = [] if chosen.point is None else [f"{path}={value}" for path, value in settings_in(chosen.point).items()]
    placebo = replace(next(it for it in shipped_figures() if it.id == "T35"), estimator="two_way")
    for seed in range(1, chosen.seeds + 1):
        files = [f"world.counties={chosen.counties}", f"world.adjacency={chosen.adjacency}", f"world.seed={seed}"]
        span = [f"world.scale={chosen.scale}", "start=2005-01", f"months={12 * YEARS}"]
        ledger = simulate(load_scenario(SCENARIO, [*files, *span, *point]), seed=seed, threads=2)
        effects.append(float(observed([placebo], ledger)[0]))
        for name, row in {**crime_rows(ledger), **people_rows(ledger), **enforcement_rows(ledger)}.items():
            found.setdefault(name, []).append(np.asarray(row, dtype=float))
    print(
        f"{'% of the mean of all years':36}"
        + "".join(f"{year:>7}" for year in range(1, YEARS + 1))
        + "    se  trend  se"
    )
    for name, rows in found.items():
        relative = 100.0 * (np.array(rows) / np.mean(rows, axis=1, keepdims=True) - 1.0)
        slope = np.polyfit(np.arange(YEARS), relative.T, 1)[0] * (YEARS - 1)
        error, slope_error = (each.std(axis=0, ddof=1).mean() / np.sqrt(len(rows)) for each in (relative, slope))
        cells = "".join(f"{value:7.2f}" for value in relative.mean(axis=0))
        print(f"{name:36}{cells}{error:6.2f}{slope.mean():7.2f}{slope_error:5.2f}")
    mean, error = np.mean(effects), np.std(effects, ddof=1) / np.sqrt(len(effects))
    print(f"placebo effect on log recorded crime: {mean:+.5f} (standard error {error:.5f})")


if __name__ == "__main__":
    main()
