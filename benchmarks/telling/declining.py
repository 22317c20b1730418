"""What becomes of people booked where counties decline all detainers, on real counties.

``python -m benchmarks.telling.declining us_counties.csv adjacency.csv`` runs Secure Communities from 2008 on with one
agent per hundred persons, with and without a decision of a county, or of all counties of a state, to honour no detainer
from 2010 on, and prints what changes there by level of criminal record. No county decides about transfers from prison;
but people who are not removed are booked again, and who trusts the police more calls them more. So transfers stand
beside bookings of removable people, and year by year; ``--set`` switches responses off.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.telling.quotients import quotient_of_sums
from sim.analysis.evidence.validation import with_world_seed
from sim.engines.ledger import Ledger
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.labels import ENFORCEMENT_COLUMNS, LABELS, LEVELS

SCENARIO = Path(__file__).parents[2] / "scenarios" / "secure_communities.yaml"
COLUMNS = ("removable", "detainers", "honoured", "from_prison", "ice_custody", "at_large", "removed")
START, MONTHS, FROM = "2008-01", 60, "2010-01"
YEAR = 12
Counts = np.ndarray


def counted(ledger: Ledger, where: str) -> Counts:
    """Return events in a state or county by year from the decision on, int64[years, columns, levels]."""
    month = ledger.months.index(FROM)
    counties = zip(ledger.counties.state, ledger.counties.fips, strict=True)
    here = np.array([where in names for names in counties])
    table = ledger.enforcement[month:, here].sum(axis=(1, 2, 3), dtype=np.int64)
    yearly = table.reshape(-1, YEAR, *table.shape[1:]).sum(axis=1)
    return np.stack([yearly[:, :, ENFORCEMENT_COLUMNS.index(name)] for name in COLUMNS], axis=1)


def change(old: Counts, new: Counts) -> str:
    """Return by how much sums over seeds change, in percent, with the standard error."""
    if not old.any():
        return "-"
    share, error = quotient_of_sums(new, old)
    return f"{100.0 * (share - 1.0):+.1f} ({100.0 * error:.1f})"


def row(name: str, pairs: list[tuple[Counts, Counts]]) -> str:
    """Return a line: events of both worlds and the change, for each pair of float64[seeds]."""
    cells = (f"{int(old.sum()):>7} ->{int(new.sum()):>6} {change(old, new):>14}" for old, new in pairs)
    return f"{name:14}" + "".join(f"{cell:>34}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.declining")
    parser.add_argument("counties", help="county file")
    parser.add_argument("adjacency", help="file of neighbouring counties")
    parser.add_argument("--where", default="CA", help="a state, or the code of a county (default CA)")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--scale", default="0.01")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    chosen = parser.parse_args()
    files = [f"world.counties={chosen.counties}", f"world.adjacency={chosen.adjacency}", f"world.scale={chosen.scale}"]
    files += [f"start={START}", f"months={MONTHS}", *chosen.changes]
    decision = f"programs.detainer_resolution={{counties: ['{chosen.where}'], start: {FROM}, cooperation: 0}}"
    found = []
    for seed in range(1, chosen.seeds + 1):
        scenarios = [load_scenario(SCENARIO, [*files, *extra]) for extra in ([], [decision])]
        pair = [simulate(with_world_seed(it, seed), seed=seed, threads=2) for it in scenarios]
        found.append([counted(ledger, chosen.where) for ledger in pair])
    old, new = np.moveaxis(np.array(found), 1, 0)  # seeds x years x columns x levels
    print(f"{chosen.where}, {FROM} on, {chosen.seeds} pairs: honouring -> declining, change in % (standard error)")
    print(f"{'':14}" + "".join(f"{head:>34}" for head in (*(LABELS[level] for level in LEVELS), "all")))
    for number, name in enumerate(COLUMNS):
        levels = [tuple(it[:, :, number, level].sum(axis=1) for it in (old, new)) for level in range(len(LEVELS))]
        whole = tuple(it[:, :, number].sum(axis=(1, 2)) for it in (old, new))
        print(row(name, [*levels, whole]))
    prison = COLUMNS.index("from_prison")
    print("from prison, by year")
    for year in range(old.shape[1]):
        print(row(str(int(FROM[:4]) + year), [tuple(it[:, year, prison].sum(axis=1) for it in (old, new))]))


if __name__ == "__main__":
    main()
