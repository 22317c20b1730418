"""What the survey and the yearly tables say beside what was published, on made worlds of several sizes.

``python -m benchmarks.telling.counted`` runs made nations with one agent per thousand and per hundred persons, and
prints for each the base of T33, T46 to T48, T50, T53, T43, T23 and T24; ``--set`` changes the scenario.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from sim.engines.ledger import Ledger
from sim.engines.panel import national_survey
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.codes import HISPANIC, PEOPLE, UNAUTHORIZED
from sim.words.labels import CHARGES, CRIME_COLUMNS, GROUPS, PROPERTY_CRIMES, SURVEYED_CRIMES, VIOLENT_CRIMES

SCENARIO = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"


def repeats(ledger: Ledger, family: int, least: int) -> tuple[float, float]:
    """Return the share of victims who were victims ``least`` times or more in a year, and what they bear."""
    counts = ledger.repeats.sum(axis=0)[family]
    share = counts[least - 1 :].sum(axis=0) / counts.sum(axis=0)
    return float(share[0]), float(share[1])


def arrest_ratio(ledger: Ledger, charges: tuple[str, ...]) -> float:
    """Return bookings per unauthorized person over bookings per citizen, on some charges."""
    rows = [CHARGES.index(charge) for charge in charges]
    booked = ledger.bookings[..., rows].sum(axis=(0, 1, 2, 4))
    rates = booked / ledger.people[..., PEOPLE].sum(axis=(0, 1, 2))
    return float(rates[UNAUTHORIZED] / rates[0])


def callers(ledger: Ledger) -> list[float]:
    """Return which shares of reported violence victims, others and officers reported first (T50)."""
    crime = ledger.crime.sum(axis=(0, 1), dtype=np.int64)[:4].sum(axis=(0, 1)) + ledger.crime[:, :, 7].sum(
        axis=(0, 1, 2)
    )
    names = ("reported_by_victim", "reported_by_others", "reported_by_officer")
    return [float(crime[CRIME_COLUMNS.index(name)] / crime[CRIME_COLUMNS.index("reported")]) for name in names]


def figures(ledger: Ledger) -> list[tuple[str, str, float, str]]:
    """Return target, quantity, simulated and published figure."""
    told, asked = national_survey(ledger.told, ledger.people.sum(axis=1))
    heard = told[..., 0].sum(axis=0)
    months = asked.sum(axis=0)
    released, again = ledger.rearrests.sum(axis=0)[UNAUTHORIZED]
    assaults = heard[:, :, SURVEYED_CRIMES.index("simple_assault")].sum() / months.sum() * 12_000
    rows = [
        ("T33", f"told per person-month, {GROUPS[HISPANIC]}", heard[HISPANIC].sum() / months[HISPANIC].sum(), "0.009")
    ]
    rows += [("T46", "simple assaults per 1,000", assaults, "15.4")]
    for target, name, family, least, published in (
        ("T47", "violence, two or more", 0, 2, (0.17, 0.54)),
        ("T53", "violence, six or more", 0, 6, (0.05, 0.27)),
        ("T48", "property, two or more", 1, 2, (0.18, 0.41)),
    ):
        share, borne = repeats(ledger, family, least)
        rows += [
            (target, f"{name}: victims", share, str(published[0])),
            (target, "  and what they bear", borne, str(published[1])),
        ]
    for name, share, published in zip(
        ("victim", "others", "officer"), callers(ledger), (0.50, 0.40, 0.06), strict=True
    ):
        rows.append(("T50", f"violence reported by {name}", share, str(published)))
    rows.append(("T43", "released and arrested again", again / released, "0.32"))
    rows.append(("T23", "violent arrests, ratio", arrest_ratio(ledger, VIOLENT_CRIMES), "at most 0.5"))
    rows.append(("T24", "property arrests, ratio", arrest_ratio(ledger, PROPERTY_CRIMES), "at most 0.25"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.counted")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    parser.add_argument("--scales", nargs="+", default=["0.001", "0.01"], help="agents per person of a made nation")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    columns = []
    for scale in chosen.scales:
        changes = ["world.kind=nation", f"world.scale={scale}", "months=25", *chosen.changes]
        columns.append(figures(simulate(load_scenario(SCENARIO, changes), seed=chosen.seed, threads=2)))
    print(f"{'':6}{'quantity':34}" + "".join(f"{scale:>10}" for scale in chosen.scales) + f"{'published':>14}")
    for rows in zip(*columns, strict=True):
        target, name, _, published = rows[0]
        print(f"{target:6}{name:34}" + "".join(f"{row[2]:10.4g}" for row in rows) + f"{published:>14}")


if __name__ == "__main__":
    main()
