"""Recorded crime beside the county file and, with background trends, beside national estimates by year.

``python -m benchmarks.telling.levels us_counties.csv adjacency.csv county_crime.csv state_crime.csv`` runs the
Criminal Alien Program alone with one agent per hundred persons and a world of its own for each seed. Three years
without a background are set beside what the county file expects, by type, by size of county and county by county;
eight years with one beside the ``US`` rows of the last file, violent and property crime apart. Without the last two
files the years are left out.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.codes import RECORDED
from sim.words.labels import CRIMES, FAMILIES, PROPERTY_CRIMES, VIOLENT_CRIMES

SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
FIRST, YEARS, FILE_YEARS = 2005, 8, 3
FAR = 3.0
"""Standard errors of counting beyond which a county is far from its file."""
SIZES = (0, 100, 300, 1_000, 3_000, 10_000, 1_000_000_000)
"""Agents of a county, ends of classes."""
FAMILY_CRIMES = dict(zip(FAMILIES, (VIOLENT_CRIMES, PROPERTY_CRIMES), strict=True))
Floats = np.ndarray


def counts_of(settings: Sequence[str], seeds: int, years: int) -> tuple[list[Floats], Floats, Floats]:
    """Return recorded crimes of each seed, years x counties x types; what the file expects a year; and agents."""
    found = []
    for seed in range(1, seeds + 1):
        scenario = load_scenario(
            SCENARIO, [*settings, f"world.seed={seed}", f"start={FIRST}-01", f"months={12 * years}"]
        )
        ledger = simulate(scenario, seed=seed, threads=2)
        recorded = ledger.crime[..., RECORDED].sum(axis=3, dtype=np.int64)
        found.append(recorded.reshape(years, 12, *recorded.shape[1:]).sum(axis=1))
    agents = ledger.counties.agents
    return found, ledger.counties.recorded_per_100k * agents[:, None] / 100_000, agents


def published_rates(path: str) -> dict[int, dict[str, float]]:
    """Return estimated national crimes per person by family and year."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["state"] == "US"]
    return {
        int(row["year"]): {name: float(row[f"{name}_crime"]) / float(row["population"]) for name in FAMILIES}
        for row in rows
    }


def line(name: str, ratios: Iterable[float]) -> str:
    """Return a line: by how much the mean over seeds differs from 1, and its standard error, in percent."""
    values = 100.0 * (np.array(list(ratios)) - 1.0)
    return f"{name:36}{values.mean():+8.2f}{values.std(ddof=1) / np.sqrt(len(values)):8.2f}"


def print_file(files: Sequence[str], seeds: int) -> None:
    """Print recorded crime of 2005 to 2007 over what the county file expects."""
    found, expected, agents = counts_of(files, seeds, FILE_YEARS)
    print(f"{'% above the county file, 2005 to 2007':36}{'':>8}{'se':>8}")
    for place, crime in enumerate(CRIMES):
        print(line(crime, (it[..., place].sum() / FILE_YEARS / expected[:, place].sum() for it in found)))
    index = [CRIMES.index(crime) for family in FAMILIES for crime in FAMILY_CRIMES[family]]
    whole = FILE_YEARS * expected[:, index].sum(axis=1)
    for low, high in pairwise(SIZES):
        here = (agents >= low) & (agents < high)
        if here.any():
            name = f"index, counties of {low:,} agents on"
            print(line(name, (it[..., index].sum(axis=(0, 2))[here].sum() / whole[here].sum() for it in found)))
    z = [(it[..., index].sum(axis=(0, 2)) - whole) / np.sqrt(np.maximum(whole, 1e-9)) for it in found]
    near = [100.0 * np.mean(np.abs(it) <= FAR) for it in z]
    print(f"counties within {FAR:g} standard errors of counting: {np.mean(near):.2f} % ({min(near):.2f} at least)")


def print_years(files: Sequence[str], seeds: int, published: str) -> None:
    """Print recorded crime of each year, with background trends, over national estimates."""
    found, _, agents = counts_of(files, seeds, YEARS)
    rates = published_rates(published)
    print(f"{'% above national estimates, by year':36}{'':>8}{'se':>8}")
    for family in FAMILIES:
        index = [CRIMES.index(crime) for crime in FAMILY_CRIMES[family]]
        for year in range(YEARS):
            wanted = rates[FIRST + year][family] * agents.sum()
            print(line(f"{family}, {FIRST + year}", (it[year][:, index].sum() / wanted for it in found)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.levels")
    parser.add_argument("counties", help="county file")
    parser.add_argument("adjacency", help="file of neighbouring counties")
    parser.add_argument("background", nargs="?", help="file of counties' crime by year")
    parser.add_argument("published", nargs="?", help="estimated crime by year and state, the United States (US) too")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--scale", default="0.01")
    chosen = parser.parse_args()
    files = [f"world.counties={chosen.counties}", f"world.adjacency={chosen.adjacency}", f"world.scale={chosen.scale}"]
    print_file(files, chosen.seeds)
    if chosen.published is not None:
        print_years([*files, f"world.background={chosen.background}"], chosen.seeds, chosen.published)


if __name__ == "__main__":
    main()
