"""Recorded crime beside the county file and, with background trends, beside national estimates by year.

``python -m benchmarks.telling.levels us_counties.csv adjacency.csv county_crime.csv state_crime.csv`` runs the
Criminal Alien Program alone with one agent per hundred persons and a world of its own for each seed. Three years
without a background are set beside what the county file expects, by type, by size of county and county by county;
eight years with one beside the ``US`` rows of the last file, violent and property crime apart. Without the last two
files the years are left out; without any file a hundred made counties of 20,000 people in all take the county file's
place. ``--set`` changes the scenario.

Small counties are few and have little crime: ``--small 300`` leaves of the two files the counties below so many agents
and their neighbours, these cut to 640 agents, and runs ten years, so that sixty worlds tell a percent in half a minute.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.analysis.evidence.validation import with_world_seed
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.codes import RECORDED
from sim.words.labels import CRIMES, FAMILIES, PROPERTY_CRIMES, VIOLENT_CRIMES

SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
FIRST, YEARS, FILE_YEARS, SMALL_YEARS = 2005, 8, 3, 10
FAR = 3.0
"""Standard errors of counting beyond which a county is far from its file."""
SIZES = (0, 30, 60, 100, 300, 1_000, 3_000, 10_000, 1_000_000_000)
"""Agents of a county, ends of classes."""
FAMILY_CRIMES = dict(zip(FAMILIES, (VIOLENT_CRIMES, PROPERTY_CRIMES), strict=True))
INDEX = [CRIMES.index(crime) for family in FAMILIES for crime in FAMILY_CRIMES[family]]
FILES = ("counties", "adjacency")
CUT = 640
"""Agents of the neighbours of small counties, where these are run alone."""
SMALL = ("world.rows=10", "world.columns=10", "world.people=20000")
Floats = np.ndarray


class World(NamedTuple):
    """What a world recorded, years x counties x types, what was expected of a year, and its counties' agents."""

    recorded: Floats
    expected: Floats
    agents: Floats

    def beside(self, crimes: Sequence[int], here: Floats) -> float:
        """Return recorded crimes of some types and counties over expected ones."""
        expected = len(self.recorded) * self.expected[here][:, crimes].sum()
        return float(self.recorded[:, here][..., crimes].sum() / expected)


def worlds(settings: Sequence[str], seeds: int, years: int) -> list[World]:
    """Return a world for each seed, of its people and of its luck."""
    scenario = load_scenario(SCENARIO, [*settings, f"start={FIRST}-01", f"months={12 * years}"])
    found = []
    for seed in range(1, seeds + 1):
        ledger = simulate(with_world_seed(scenario, seed), seed=seed, threads=2)
        recorded = ledger.crime[..., RECORDED].sum(axis=3, dtype=np.int64)
        agents = ledger.counties.agents
        expected = ledger.counties.recorded_per_100k * agents[:, None] / 100_000
        found.append(World(recorded.reshape(years, 12, *recorded.shape[1:]).sum(axis=1), expected, agents))
    return found


def published_rates(path: str) -> dict[int, dict[str, float]]:
    """Return estimated national crimes per person by family and year."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["state"] == "US"]
    return {
        int(row["year"]): {name: float(row[f"{name}_crime"]) / float(row["population"]) for name in FAMILIES}
        for row in rows
    }


def small_alone(counties: str, adjacency: str, below: float, most: float, to: Path) -> None:
    """Write a county file of counties of fewer people than ``below``, and of their neighbours cut to ``most``."""
    with Path(counties).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with Path(adjacency).open(encoding="utf-8", newline="") as file:
        pairs = [(row["fips"], row["neighbor_fips"]) for row in csv.DictReader(file)]
    small = {row["fips"] for row in rows if float(row["population"]) < below}
    kept = small | {other for pair in pairs for one, other in (pair, pair[::-1]) if one in small}
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        for row in rows:
            if row["fips"] in kept:
                writer.writerow({**row, "population": int(min(most, float(row["population"])))})


def line(name: str, ratios: Iterable[float]) -> str:
    """Return a line: by how much the mean over seeds differs from 1, and its standard error, in percent."""
    values = 100.0 * (np.array(list(ratios)) - 1.0)
    return f"{name:36}{values.mean():+8.2f}{values.std(ddof=1) / np.sqrt(len(values)):8.2f}"


def print_expected(found: Sequence[World]) -> None:
    """Print recorded crime over what is expected: by type, by size of county, and counties that are near."""
    print(f"{f'% above what is expected of {len(found[0].recorded)} years':36}{'':>8}{'se':>8}")
    for place, crime in enumerate(CRIMES):
        print(line(crime, (it.beside([place], it.agents > 0) for it in found)))
    print(line("index", (it.beside(INDEX, it.agents > 0) for it in found)))
    for low, high in pairwise(SIZES):
        if all(((it.agents >= low) & (it.agents < high)).any() for it in found):
            here = (it.beside(INDEX, (it.agents >= low) & (it.agents < high)) for it in found)
            print(line(f"index, counties of {low:,} agents on", here))
    near = []
    for it in found:
        expected = len(it.recorded) * it.expected[:, INDEX].sum(axis=1)
        away = (it.recorded[..., INDEX].sum(axis=(0, 2)) - expected) / np.sqrt(np.maximum(expected, 1e-9))
        near.append(100.0 * np.mean(np.abs(away) <= FAR))
    print(f"counties within {FAR:g} standard errors of counting: {np.mean(near):.2f} % ({min(near):.2f} at least)")


def print_years(found: Sequence[World], published: str) -> None:
    """Print recorded crime of each year, with background trends, over national estimates."""
    rates = published_rates(published)
    print(f"{'% above national estimates, by year':36}{'':>8}{'se':>8}")
    for family in FAMILIES:
        crimes = [CRIMES.index(crime) for crime in FAMILY_CRIMES[family]]
        for year in range(YEARS):
            rate = rates[FIRST + year][family]
            recorded = (it.recorded[year][:, crimes].sum() / (rate * it.agents.sum()) for it in found)
            print(line(f"{family}, {FIRST + year}", recorded))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.levels")
    parser.add_argument("files", nargs="*", help="counties, neighbours, counties' crime by year, states' crime by year")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--scale", default="0.01")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    parser.add_argument("--small", type=int, metavar="AGENTS", help="only counties below so many, and their neighbours")
    chosen = parser.parse_args()
    if len(chosen.files) not in (0, 2, 4):
        parser.error("no file, two or four: counties, neighbours, counties' crime by year, states' crime by year")
    settings = [f"world.{name}={path}" for name, path in zip(FILES, chosen.files[:2], strict=False)]
    settings += [f"world.scale={chosen.scale}", *chosen.changes] if settings else [*SMALL, *chosen.changes]
    if chosen.small is not None:
        if len(chosen.files) != 2:
            parser.error("--small wants two files: counties and neighbours")
        with tempfile.TemporaryDirectory() as folder:
            alone, persons = Path(folder, "small.csv"), 1.0 / float(chosen.scale)
            small_alone(*chosen.files, chosen.small * persons, CUT * persons, alone)
            print_expected(worlds([*settings, f"world.counties={alone}"], chosen.seeds, SMALL_YEARS))
        return
    print_expected(worlds(settings, chosen.seeds, FILE_YEARS))
    if len(chosen.files) == 4:
        background, published = chosen.files[2:]
        print_years(worlds([*settings, f"world.background={background}"], chosen.seeds, YEARS), published)


if __name__ == "__main__":
    main()
