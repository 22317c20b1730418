"""Published figures beside simulated ones, on real counties: z and a verdict for each, inputs marked as inputs.

``python -m benchmarks.telling.published us_counties.csv adjacency.csv`` runs the shipped Secure Communities scenario
from 2004 to 2013 with one agent per hundred persons, several times (``--seeds``, a world each), computes each figure as
its study did (``studies``), and prints published value and standard error, simulated mean and Monte Carlo error, z and
verdict. Where no standard error was published, z is empty and the verdict is the difference in per cent.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.telling import studies
from sim.engines.ledger import Ledger
from sim.running.run import simulate
from sim.scenario.scenario import load_scenario
from sim.words.codes import HISPANIC, PEOPLE
from sim.words.labels import CRIME_COLUMNS, CRIMES, PROPERTY_CRIMES, VIOLENT_CRIMES

SCENARIO = Path(__file__).parents[2] / "scenarios" / "secure_communities.yaml"
INPUT, TARGET, AT_MOST = "input", "target", "at most"
UNKNOWN = float("nan")
ELSE = (1, 2)
"""Groups of people who are not Hispanic."""


class Figure(NamedTuple):
    """A published figure and how a run's books give it."""

    target: str
    quantity: str
    published: float
    error: float  # standard error, unknown for most
    role: str  # input: set by a parameter or file; at most: one-sided
    simulated: Callable[[Ledger], float]


class Row(NamedTuple):
    """A published figure beside what runs gave."""

    target: str
    quantity: str
    role: str
    published: float
    error: float
    simulated: float
    noise: float  # Monte Carlo standard error
    z: float
    verdict: str


def told_reported(types: tuple[str, ...]) -> Callable[[Ledger], float]:
    """Return the share of incidents of some types that is reported; the survey hears of crimes so that it is this."""
    rows = [CRIMES.index(name) for name in types]

    def share(ledger: Ledger) -> float:
        crime = ledger.crime[:24, :, rows].sum(axis=(0, 1, 2, 3), dtype=np.int64)
        return float(crime[CRIME_COLUMNS.index("reported")] / crime[CRIME_COLUMNS.index("occurred")])

    return share


def recorded_rate(crime: str) -> Callable[[Ledger], float]:
    """Return a type's recorded crime per 100,000 and year in the first two years."""

    def rate(ledger: Ledger) -> float:
        recorded = ledger.crime[:24, :, CRIMES.index(crime)][..., CRIME_COLUMNS.index("recorded")].sum(dtype=np.int64)
        return float(recorded / ledger.counties.agents.sum() / 2 * 1e5)

    return rate


def funnel(above: str, below: str, last: str) -> Callable[[Ledger], float]:
    """Return a ratio of the funnel over active county-months from October 2008 on."""
    return lambda ledger: studies.ratio(studies.active(ledger, "2008-10", last), above, below)


def _arrests(ledger: Ledger) -> float:
    years = ledger.counties.agents.sum() * len(ledger.months) / 12
    return float(studies.column(ledger.enforcement, "arrested").sum(dtype=np.int64) / years * 1e5)


def _share_removed(ledger: Ledger, level: int) -> float:
    removed = studies.column(studies.active(ledger, "2008-10", "2011-03"), "removed").sum(axis=(0, 1))
    return float(removed[level] / removed.sum())


def _everywhere(above: str, below: str) -> Callable[[Ledger], float]:
    return lambda ledger: studies.ratio(ledger.enforcement, above, below)


def _gap(ledger: Ledger) -> float:
    shares = []
    for groups in ((HISPANIC,), ELSE):
        people = studies.survey(ledger, groups)
        shares.append(studies.before_activation(ledger, people.reported, people.told))
    return shares[0] - shares[1]


def _share_before(groups: tuple[int, ...]) -> Callable[[Ledger], float]:
    def share(ledger: Ledger) -> float:
        people = studies.survey(ledger, groups)
        return studies.before_activation(ledger, people.reported, people.told)

    return share


def _base(ledger: Ledger) -> float:
    people = studies.survey(ledger, (HISPANIC,))
    return studies.before_activation(ledger, people.told, people.asked)


def _share_of_people(ledger: Ledger, statuses: slice) -> float:
    people = ledger.people[0, ..., PEOPLE].sum(axis=(0, 1))
    return float(people[statuses].sum() / people.sum())


def figures() -> list[Figure]:
    """Return every figure that a run's tables can give; see ``NOT_COUNTED`` for the others."""
    rates = zip(CRIMES, (5.7, 30.6, 148.3, 287.2, 726.1, 2185.4, 364.9), strict=False)
    rows = [
        Figure(f"T{number:02}", f"recorded, {crime}", value, UNKNOWN, INPUT, recorded_rate(crime))
        for number, (crime, value) in enumerate(rates, 1)
    ]
    reported = zip(CRIMES[1:], (0.35, 0.59, 0.56, 0.55, 0.33, 0.83), strict=False)
    rows += [
        Figure(f"T{number:02}", f"reported, {crime}", value, UNKNOWN, INPUT, told_reported((crime,)))
        for number, (crime, value) in enumerate(reported, 8)
    ]
    rows += [
        Figure("T14", "reporting gap before, Hispanic - others", 0.0, 0.04, TARGET, _gap),
        Figure("T15", "violent crime cleared", 0.455, UNKNOWN, INPUT, lambda run: studies.cleared(run, True)),
        Figure("T16", "property crime cleared", 0.163, UNKNOWN, INPUT, lambda run: studies.cleared(run, False)),
        Figure("T17", "murders cleared", 0.621, UNKNOWN, INPUT, lambda run: studies.cleared_of(run, [0])),
        Figure("T18", "burglaries cleared", 0.127, UNKNOWN, INPUT, lambda run: studies.cleared_of(run, [4])),
        Figure("T19", "arrests per 100,000", 4743, UNKNOWN, TARGET, _arrests),
        Figure("T21", "noncitizens of people", 0.073, UNKNOWN, INPUT, lambda run: _share_of_people(run, slice(1, 3))),
        Figure("T22", "unauthorized of people", 0.037, UNKNOWN, INPUT, lambda run: _share_of_people(run, slice(2, 3))),
        Figure("T23", "violent arrests, unauthorized / citizen", 0.5, UNKNOWN, AT_MOST, _ratio(VIOLENT_CRIMES)),
        Figure("T24", "property arrests, the same", 0.25, UNKNOWN, AT_MOST, _ratio(PROPERTY_CRIMES)),
        Figure("T25", "transfers per submission", 0.0273, UNKNOWN, TARGET, funnel("ice_custody", "booked", "2011-03")),
        Figure("T26", "removals per submission", 0.0141, UNKNOWN, TARGET, funnel("removed", "booked", "2011-03")),
        Figure("T27", "removals with a conviction", 0.712, UNKNOWN, TARGET, lambda run: 1 - _share_removed(run, 3)),
        Figure("T28", "detainers per match", 0.201, UNKNOWN, TARGET, funnel("detainers", "matched", "2009-08")),
        Figure("T29", "rise of transfers at activation", 0.50, 0.15, TARGET, studies.rise_at_activation),
        Figure("T30", "removals at level 1", 0.29, UNKNOWN, TARGET, lambda run: _share_removed(run, 0)),
        Figure("T31", "transfers of Hispanic people", 0.90, UNKNOWN, TARGET, studies.hispanic_share),
        Figure("T32", "reporting by Hispanic victims", -0.30, 0.116, TARGET, studies.reporting_fell),
        Figure("T33", "victimization of Hispanics a month", 0.00152, 0.00067, TARGET, _rise((HISPANIC,))),
        Figure("T33", "its base", 0.009, UNKNOWN, TARGET, _base),
        Figure("T34", "victimization of others a month", 0.00003, 0.00035, TARGET, _rise(ELSE)),
        Figure("T35", "log recorded crime, county trends", 0.0, 0.0046, TARGET, _trends),
        Figure("T35", "the same, wider error", 0.0, 0.010, TARGET, _trends),
        Figure("T40", "removals of parents", 0.37, 0.09, TARGET, _everywhere("removed_parents", "removed")),
        Figure("T41", "matches per submission", 0.116, UNKNOWN, TARGET, funnel("matched", "booked", "2009-08")),
        Figure("T42", "submissions per arrest", 0.83, UNKNOWN, INPUT, _everywhere("booked", "arrested")),
        Figure("T43", "released and arrested again", 0.32, 0.08, TARGET, studies.arrested_again),
    ]
    for target, name, family, least, victims, borne in (
        ("T47", "violence twice or more", 0, 2, 0.17, 0.54),
        ("T53", "violence six times or more", 0, 6, 0.05, 0.27),
        ("T48", "property twice or more", 1, 2, 0.18, 0.41),
    ):
        rows.append(Figure(target, f"{name}: victims", victims, UNKNOWN, TARGET, _repeats(family, least, 0)))
        rows.append(Figure(target, "  what they bear", borne, UNKNOWN, TARGET, _repeats(family, least, 1)))
    for place, (who, share) in enumerate({"the victim": 0.50, "others": 0.40, "an officer": 0.06}.items()):
        rows.append(Figure("T50", f"violence reported by {who}", share, UNKNOWN, TARGET, _caller(place)))
    rows.append(Figure("T54", "Hispanic incidents reported before", 0.34, 0.02, TARGET, _share_before((HISPANIC,))))
    rows.append(Figure("T54", "others' incidents reported before", 0.34, 0.02, TARGET, _share_before(ELSE)))
    return rows


def _ratio(charges: tuple[str, ...]) -> Callable[[Ledger], float]:
    return lambda ledger: studies.arrest_ratio(ledger, charges)


def _rise(groups: tuple[int, ...]) -> Callable[[Ledger], float]:
    return lambda ledger: studies.victimization_rose(ledger, groups)


def _trends(ledger: Ledger) -> float:
    return studies.with_county_trends(ledger, 2012)


def _repeats(family: int, least: int, which: int) -> Callable[[Ledger], float]:
    return lambda ledger: studies.repeats(ledger, family, least)[which]


def _caller(place: int) -> Callable[[Ledger], float]:
    return lambda ledger: studies.callers(ledger)[place]


NOT_COUNTED = {
    "T20": "index share of arrests: follows from T19 and the charges",
    "T36": "an input: sensitivity of citizens over that of unauthorized people",
    "T37, T38": "inputs: the real rollout",
    "T39": "offences by the most active: no table counts offences by person",
    "T44, T45": "inputs: offenders by group of victim",
    "T46": "on made nations in benchmarks.telling.counted",
    "T49": "the course over quarters: read from a chart",
    "T51, T52": "inputs: stays in jail and in ICE custody",
    "T55": "an input at .75 where at most .40 is published: see docs/decisions.md",
    "T56": "an input: the elasticity of offending",
}


def judged(figure: Figure, values: list[float]) -> Row:
    """Return a figure with mean, noise, z and verdict of what runs gave."""
    mean = float(np.mean(values))
    noise = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else UNKNOWN
    off = mean - figure.published
    z = off / float(np.hypot(figure.error, np.nan_to_num(noise)))
    if figure.role == AT_MOST:
        verdict = "holds" if off <= 0 else "above"
    elif np.isfinite(z):
        verdict = "within 2 se" if abs(z) <= 2 else "outside"
    else:
        verdict = f"{100 * off / figure.published:+.1f} %"
    return Row(*figure[:2], figure.role, figure.published, figure.error, mean, noise, z, verdict)


def as_text(rows: list[Row]) -> str:
    """Return the table as the terminal shows it."""
    lines = [f"{'':5}{'quantity':42}{'role':8}{'published':>11}{'se':>9}{'simulated':>11}{'noise':>9}{'z':>6}  verdict"]
    for row in rows:
        numbers = (f"{row.published:11.4g}", _blank(row.error, 9), f"{row.simulated:11.4g}", _blank(row.noise, 9, 2))
        z = f"{row.z:6.1f}" if np.isfinite(row.z) else " " * 6
        lines.append(f"{row.target:5}{row.quantity:42}{row.role:8}{''.join(numbers)}{z}  {row.verdict}")
    return "\n".join(lines)


def _blank(value: float, width: int, digits: int = 3) -> str:
    return f"{value:{width}.{digits}g}" if np.isfinite(value) else " " * width


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.published")
    parser.add_argument("counties", help="county file")
    parser.add_argument("adjacency", help="file of neighbouring counties")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--scale", default="0.01")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="a parameter, as for run")
    parser.add_argument("--csv", type=Path, help="also write the table there")
    chosen = parser.parse_args()
    wanted, found, clipped = figures(), [], 0.0
    for seed in range(1, chosen.seeds + 1):
        files = [f"world.counties={chosen.counties}", f"world.adjacency={chosen.adjacency}", f"world.seed={seed}"]
        span = [f"world.scale={chosen.scale}", "start=2004-01", "months=120"]
        ledger = simulate(load_scenario(SCENARIO, [*files, *span, *chosen.changes]), seed=seed, threads=2)
        found.append([figure.simulated(ledger) for figure in wanted])
        clipped = max(clipped, ledger.clipped_share)
        print(f"seed {seed} of {chosen.seeds}", file=sys.stderr)
    rows = [judged(figure, list(values)) for figure, values in zip(wanted, zip(*found, strict=True), strict=True)]
    print(as_text(rows))
    print("\nNot in the table:")
    print("\n".join(f"{target:9} {reason}" for target, reason in NOT_COUNTED.items()))
    print(f"clipped share of opportunities, at most: {clipped:.1e}")
    if chosen.csv:
        with chosen.csv.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([Row._fields, *rows])


if __name__ == "__main__":
    main()
