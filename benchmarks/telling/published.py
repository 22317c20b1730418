"""The funnel of the default parameters beside the published one, on real counties.

``python -m benchmarks.telling.published us_counties.csv adjacency.csv`` runs the shipped Secure Communities scenario
once, with one agent per hundred persons, and prints each figure computed as its study did: active county-months, ratios
to fingerprint submissions, transfers a year after activation over a year before against counties not yet active.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from sim.engines.ledger import Ledger
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.labels import CRIME_TYPES, ENFORCEMENT_COLUMNS

SCENARIO = Path(__file__).parents[2] / "scenarios" / "secure_communities.yaml"


def column(table: np.ndarray, name: str) -> np.ndarray:
    return table[..., ENFORCEMENT_COLUMNS.index(name)]


def ratio(table: np.ndarray, above: str, below: str) -> float:
    """Return the total of one column over that of another."""
    return float(column(table, above).sum() / column(table, below).sum())


def active(ledger: Ledger, first: str, last: str) -> np.ndarray:
    """Return enforcement (status, level, column) over active county-months from ``first`` to ``last``."""
    months = slice(ledger.months.index(first), ledger.months.index(last) + 1)
    return np.einsum("tk,tkgslc->slc", ledger.programs[months, :, 1], ledger.enforcement[months])


def rise_at_activation(ledger: Ledger) -> float:
    """Return the relative rise in transfers in the year after activation against counties not yet active (T29)."""
    transfers = column(ledger.enforcement, "ice_custody").sum(axis=(2, 3, 4)).astype(float)
    programs = ledger.programs[:, :, 1]
    start = np.where(programs.any(axis=0), programs.argmax(axis=0), len(programs))
    observed = expected = 0.0
    for month in np.unique(start[(start >= 12) & (start < len(programs) - 13)]):
        after = transfers[month + 1 : month + 13].sum(axis=0)
        before = transfers[month - 12 : month].sum(axis=0)
        waiting = start > month + 12
        observed += after[start == month].sum()
        expected += before[start == month].sum() * after[waiting].sum() / before[waiting].sum()
    return observed / expected - 1


def hispanic_share(ledger: Ledger) -> float:
    """Return the Hispanic share of transfers to ICE custody in active county-months (T31)."""
    transfers = column(ledger.enforcement, "ice_custody").sum(axis=(3, 4))  # months, counties, groups
    by_group = np.einsum("tk,tkg->g", ledger.programs[:, :, 1], transfers)
    return float(by_group[0] / by_group.sum())


def clearance(ledger: Ledger, violent: bool) -> float:
    rows = [place for place, crime in enumerate(CRIME_TYPES) if crime.index and crime.violent == violent]
    crime = ledger.crime[:, :, rows].sum(axis=(0, 1, 2, 3))
    return float(crime[3] / crime[2])


def figures(ledger: Ledger) -> list[tuple[str, str, float, float]]:
    """Return target, quantity, simulated and published figure."""
    until_2011 = active(ledger, ledger.months[0], "2011-03")
    first_months = active(ledger, "2008-10", "2009-08")
    removed = column(until_2011, "removed")
    everywhere = ledger.enforcement.sum(axis=(0, 1, 2), dtype=np.int64)
    people_years = ledger.counties.agents.sum() * len(ledger.months) / 12
    return [
        ("T15", "violent crime cleared", clearance(ledger, True), 0.455),
        ("T16", "property crime cleared", clearance(ledger, False), 0.163),
        ("T19", "arrests per 100,000", column(everywhere, "arrested").sum() / people_years * 1e5, 4743),
        ("T25", "transfers per submission", ratio(until_2011, "ice_custody", "booked"), 0.0273),
        ("T26", "removals per submission", ratio(until_2011, "removed", "booked"), 0.0141),
        ("T27", "removals with a conviction", 1 - removed[:, 3].sum() / removed.sum(), 0.712),
        ("T28", "detainers per match", ratio(first_months, "detainers", "matched"), 0.201),
        ("T29", "rise of transfers at activation", rise_at_activation(ledger), 0.50),
        ("T30", "removals at level 1", removed[:, 0].sum() / removed.sum(), 0.29),
        ("T31", "transfers of Hispanic people", hispanic_share(ledger), 0.90),
        ("T40", "removals of parents", ratio(everywhere, "removed_parents", "removed"), 0.37),
        ("T41", "matches per submission", ratio(first_months, "matched", "booked"), 0.116),
        ("T42", "submissions per arrest", ratio(everywhere, "booked", "arrested"), 0.83),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.published")
    parser.add_argument("counties", help="county file")
    parser.add_argument("adjacency", help="file of neighbouring counties")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    files = [f"world.counties={chosen.counties}", f"world.adjacency={chosen.adjacency}"]
    scenario = load_scenario(SCENARIO, [*files, "world.scale=0.01", "start=2005-01"])
    ledger = simulate(scenario, seed=chosen.seed, threads=2)
    print(f"{'target':8}{'quantity':34}{'simulated':>11}{'published':>11}")
    for target, quantity, simulated, published in figures(ledger):
        print(f"{target:8}{quantity:34}{simulated:11.4g}{published:11.4g}")
    print(f"clipped share of opportunities: {ledger.clipped_share:.1e}")


if __name__ == "__main__":
    main()
