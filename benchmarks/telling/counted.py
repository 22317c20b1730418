"""What the survey and the yearly tables say beside what was published, on made worlds of several sizes.

``python -m benchmarks.telling.counted`` runs made nations with one agent per thousand and per hundred persons, and
prints for each the base of T33, T46 to T48, T50, T53, T43, T23 and T24; ``--set`` changes the scenario.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.telling.published import AT_MOST, figures
from sim.engines.ledger import Ledger
from sim.engines.panel import national_survey
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.codes import HISPANIC
from sim.words.labels import GROUPS, SURVEYED_CRIMES

COUNTED = ("T23", "T24", "T43", "T47", "T48", "T50", "T53")
SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


def rows(ledger: Ledger) -> list[tuple[str, str, float, str]]:
    """Return target, quantity, simulated and published figure."""
    told, asked = national_survey(ledger.told, ledger.people.sum(axis=1))
    heard, months = told[..., 0].sum(axis=0), asked.sum(axis=0)
    assaults = heard[:, :, SURVEYED_CRIMES.index("simple_assault")].sum() / months.sum() * 12_000
    base = heard[HISPANIC].sum() / months[HISPANIC].sum()
    own = [("T33", f"told per person-month, {GROUPS[HISPANIC]}", base, "0.009")]
    own.append(("T46", "simple assaults per 1,000", assaults, "15.4"))
    found = [figure for figure in figures() if figure.target in COUNTED]
    return own + [
        (it.target, it.quantity, it.simulated(ledger), f"{'at most ' * (it.role == AT_MOST)}{it.published:g}")
        for it in found
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.counted")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    parser.add_argument("--scales", nargs="+", default=["0.001", "0.01"], help="agents per person of a made nation")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    columns = []
    for scale in chosen.scales:
        changes = ["world.kind=nation", f"world.scale={scale}", "months=25", *chosen.changes]
        columns.append(rows(simulate(load_scenario(SCENARIO, changes), seed=chosen.seed, threads=2)))
    print(f"{'':6}{'quantity':42}" + "".join(f"{scale:>10}" for scale in chosen.scales) + f"{'published':>14}")
    for found in zip(*columns, strict=True):
        target, name, _, published = found[0]
        print(f"{target:6}{name:42}" + "".join(f"{row[2]:10.4g}" for row in found) + f"{published:>14}")


if __name__ == "__main__":
    main()
