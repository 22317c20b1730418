"""Which parameters the final variance of the headline comes from: those that were calibrated, and all assumptions else.

``python -m benchmarks.telling.shares CALIBRATED [--lucks L] [--out FILE]`` takes the folder of a calibration.
Of the parameters that it drew, a share is what knowing one would remove of the variance over its draws
(``summary.variance_shares``). Every other parameter that is an assumption, or was set by hand, is
moved up and down from the calibration's point by ``MOVED`` of itself (nobody has stated a range), on made counties,
in L lucks; half of what the effect moves by, squared and taken over pairs of lucks, so that chance does not add to it,
is its variance. Shares are of the sum of the posterior's variance and these. ``scenarios/shares.csv`` is what
``darkfigure describe`` reads.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from benchmarks.telling.points import settings_in
from sim.analysis.calibration.summary import variance_shares
from sim.analysis.evidence.effects import EFFECT_NAMES, Counts, true_effects
from sim.parameters import Parameters, Table
from sim.parameters.listing import Row, rows
from sim.running.run import prepare, records, seed_of
from sim.scenario.calibration.draws import read_draws
from sim.scenario.design.paths import varied
from sim.scenario.scenario import Scenario, load_scenario
from sim.telling.describe.shares import COLUMNS
from sim.words.labels import PROGRAMS

Floats = np.ndarray[Any, np.dtype[np.float64]]
EFFECTS = ("true_total", "true_hispanic")
MOVED = 0.25
"""A quarter of the parameter: of a share above one half, of what it lacks to 1."""
PROGRAM = "secure_communities"
WORLD = {"start": "2008-01", "months": 60, "world.rows": 5, "world.columns": 5, "world.people": 60_000}
WORDS = ("assumption", "hand-set")


class Share(NamedTuple):
    """One parameter: where its variance comes from, and its share of each effect's."""

    parameter: str
    how: str
    shares: tuple[float, ...]


def effects_of(scenario: Scenario, lucks: int) -> Floats:
    """Return the true effects ``EFFECTS`` in percent, float64[lucks, 2], of runs with the program and without."""
    places = [EFFECT_NAMES.index(name) for name in EFFECTS]
    found = []
    for luck in range(lucks):
        setting = prepare(scenario, luck)
        first, second = (Counts(len(setting.world.counties)) for _ in range(2))
        active = []
        for record in records(setting, seed_of(1, luck)):
            active.append(record.programs[:, PROGRAMS.index(PROGRAM)].copy())
            first.add(record.crime, active[-1])
        for record, where in zip(
            records(prepare(scenario.without(PROGRAM), luck), seed_of(1, luck)), active, strict=True
        ):
            second.add(record.crime, where)
        found.append(true_effects(first, second)[places])
    return np.array(found)


def variance_of(up: Floats, down: Floats) -> Floats:
    """Return the variance of effects by a parameter, float64[2], from its ends, float64[lucks, 2] each."""
    half = (up - down) / 2
    pairs = [half[one] * half[other] for one, other in combinations(range(len(half)), 2)]
    return np.maximum(0.0, np.mean(pairs, axis=0))


def moved(row: Row, value: Any, sign: int) -> Any:
    """Return a parameter's value, or a table's, moved up or down."""
    if isinstance(value, Table):
        return {name: moved(row, entry, sign) for name, entry in value.model_dump().items()}
    if value == 0:
        return 0.0 if sign < 0 else MOVED
    is_share = "share" in row.fact("unit") or row.fact("unit") == "probability"
    step = MOVED * (min(value, 1.0 - value) if is_share and value <= 1 else value)
    return type(value)(round(value + sign * step, 12))


def assumed(known: set[str]) -> Iterator[Row]:
    """Yield the parameters that are no publication's and that the calibration did not draw."""
    for row in rows(Parameters):
        path = ".".join(row.path)
        number = isinstance(row.default, (int, float, Table)) and not isinstance(row.default, bool)
        if number and row.fact("source").startswith(WORDS) and path not in known:
            yield row


def _at(scenario: Scenario, path: tuple[str, ...], value: Any) -> Scenario | None:
    entries: Mapping[str, Any] = value if isinstance(value, dict) else {"": value}
    changes = {".".join((*path, name) if name else path): entry for name, entry in entries.items()}
    try:
        return varied(scenario, changes, "moved")
    except ValidationError:
        return None


def shares_of(calibrated: Path, lucks: int) -> list[Share]:
    """Return the shares of all parameters, calibrated ones first."""
    draws = read_draws(calibrated / "posterior.csv")
    with (calibrated / "predictions.csv").open(newline="", encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    effects = np.array([[float(row[name]) for name in EFFECTS] for row in told])
    drawn = np.column_stack([variance_shares(np.array(draws.rows), column) for column in effects.T])
    scenario = varied(load_scenario(PROGRAM), {**WORLD, **settings_in(calibrated / "point.yaml")}, PROGRAM)
    known, variances = set(draws.paths), []
    for row in assumed(known):
        value: Any = scenario.parameters
        for name in row.path:
            value = getattr(value, name)
        ends = [_at(scenario, row.path, moved(row, value, sign)) for sign in (1, -1)]
        path = ".".join(row.path)
        if None in ends:
            print(f"{path}: cannot be moved")
            continue
        up, down = (effects_of(end, lucks) for end in ends if end is not None)
        variances.append((path, variance_of(up, down)))
        print(f"{path}: {', '.join(f'{value:.3g}' for value in np.sqrt(variances[-1][1]))} points")
    whole = effects.var(axis=0) + np.sum([it for _, it in variances], axis=0)
    found = [
        Share(path, "drawn", tuple((share * effects.var(axis=0) / whole).tolist()))
        for path, share in zip(draws.paths, drawn, strict=True)
    ]
    return found + [Share(path, "moved", tuple((it / whole).tolist())) for path, it in variances]


def main() -> None:
    """Work out the shares and write the file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling.shares")
    parser.add_argument("calibrated", type=Path)
    parser.add_argument("--lucks", type=int, default=8)
    parser.add_argument("--out", type=Path, default=Path("scenarios/shares.csv"))
    given = parser.parse_args()
    found = shares_of(given.calibrated, given.lucks)
    with given.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((it.parameter, it.how, *(f"{share:.4f}" for share in it.shares)) for it in found)


if __name__ == "__main__":
    main()
