"""``python -m benchmarks.measuring.scales``: do a nation at one agent per person and smaller ones tell the same?

Real counties (or the made nation) under the Criminal Alien Program alone and under Secure Communities, both with the
same luck, at several scales. National rates by type and group come from the former, paired effects from the two. A
smaller world is run more often, so that all scales count about as many crimes. Each is compared with the first scale.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.words.calendar import month_number
from sim.words.labels import CRIME_COLUMNS, CRIMES, GROUPS, TARGET_GROUPS

Floats = npt.NDArray[np.float64]
SCENARIOS = Path(__file__).parents[2] / "scenarios"
BASELINE, PROGRAM = "baseline", "secure_communities"
TRUE, REPORTED, RECORDED = (CRIME_COLUMNS.index(name) for name in ("occurred", "reported", "recorded"))
INDEX = slice(0, 7)
RATES_WITHIN, EFFECTS_WITHIN = 0.03, 0.10
"""Of themselves."""
WANTED_POWER = 0.9
LEVEL = 0.05
LARGE = 0.05
"""Agents per person from which threads within a run pay."""
FEWEST = 3
"""Runs from which their spread is taken as it is found; below, it follows from that of smaller worlds."""


class Runs(NamedTuple):
    """All runs at one scale: R runs of the measures that ``names_of`` lists."""

    scale: float
    rates: Floats  # R x rates, per 100,000 people of the group and year
    effects: Floats  # R x effects, relative change


class Line(NamedTuple):
    """One measure at one scale beside the first."""

    name: str
    scale: float
    value: float
    error: float
    difference: float
    """From the first scale, relative to it."""
    difference_error: float
    within: float

    @property
    def power(self) -> float:
        """Chance to find a difference as large as the bound, by a two-sided test at 5 %."""
        return power(self.within, self.difference_error)

    @property
    def agrees(self) -> bool:
        return abs(self.difference) <= self.within


def power(bound: float, error: float) -> float:
    """Return the chance that a two-sided test at 5 % finds a difference of ``bound`` with this standard error."""
    if error == 0:
        return 1.0
    normal = NormalDist()
    limit = normal.inv_cdf(1 - LEVEL / 2)
    return normal.cdf(bound / error - limit) + normal.cdf(-bound / error - limit)


RATE_NAMES = (
    *(f"{book} {name}" for book in ("occurred", "recorded") for name in CRIMES),
    *(f"{book} index, {group} targets" for book in ("occurred", "recorded") for group in GROUPS),
)
EFFECT_NAMES = (
    "reporting by Hispanic victims",
    *(f"{book} index, {group} targets" for book in ("occurred", "recorded") for group in (*GROUPS, "all")),
)


def rates_of(crime: Floats, people: Floats, years: float) -> list[float]:
    """Return rates by type and by group of target; ``crime`` is 8 types x 4 groups x 5 columns."""
    books = (TRUE, RECORDED)
    by_type = [crime[kind, :, book].sum() / people.sum() for book in books for kind in range(len(CRIMES))]
    by_group = [crime[INDEX, group, book].sum() / people[group] for book in books for group in range(len(GROUPS))]
    return [rate * 100_000 / years for rate in by_type + by_group]


def effects_of(program: Floats, baseline: Floats) -> list[float]:
    """Return the relative changes that a program made, from crimes of the two in the same months."""
    hispanic = TARGET_GROUPS.index("hispanic")
    now, before = program[INDEX].sum(axis=0), baseline[INDEX].sum(axis=0)  # 4 groups x 5 columns
    shares = [table[hispanic, REPORTED] / table[hispanic, TRUE] for table in (now, before)]
    effects = [shares[0] / shares[1] - 1]
    for book in (TRUE, RECORDED):
        effects += (now[: len(GROUPS), book] / before[: len(GROUPS), book] - 1).tolist()
        effects.append(now[:, book].sum() / before[:, book].sum() - 1)
    return effects


class Pair(NamedTuple):
    """Both scenarios once, with the luck and the world of one number."""

    files: tuple[str, ...]
    scale: float
    number: int
    threads: int


def simulate(pair: Pair) -> tuple[list[float], list[float]]:
    """Return the rates and effects of a pair of runs."""
    from sim.running.run import prepare, records, seed_of
    from sim.scenario.scenario import load_scenario

    whole, window = {}, {}
    overrides = [*pair.files, f"world.scale={pair.scale}", "world.redraw=true", "start=2006-01", "months=96"]
    for name in (BASELINE, PROGRAM):
        setting = prepare(load_scenario(SCENARIOS / f"{name}.yaml", overrides), pair.number)
        first = month_number("2009-01") - month_number(setting.months[0])
        whole[name], window[name] = np.zeros((8, 4, 5)), np.zeros((8, 4, 5))
        for record in records(setting, seed_of(1, pair.number), threads=pair.threads):
            month = record.crime.sum(axis=0, dtype=np.int64)
            whole[name] += month
            if record.index >= first:
                window[name] += month
    people = setting.world.group_size.sum(axis=0).astype(np.float64)
    years = len(setting.months) / 12
    return rates_of(whole[BASELINE], people, years), effects_of(window[PROGRAM], window[BASELINE])


def all_runs(files: Sequence[str], scales: Sequence[float], counts: Sequence[int], processors: int) -> Iterator[Runs]:
    """Yield the runs at each scale; large worlds share processors among threads, small ones among pairs."""
    from sim.running.batch import run_all

    for scale, count in zip(scales, counts, strict=True):
        alone = scale >= LARGE
        pairs = [Pair(tuple(files), scale, number, processors if alone else 1) for number in range(count)]
        found = []
        for result in run_all(simulate, pairs, 1 if alone else processors):
            found.append(result)
            print(f"scale {scale:g}, pair {len(found)} of {count}", file=sys.stderr, flush=True)
        rates, effects = (np.array(column) for column in zip(*found, strict=True))
        yield Runs(scale, rates, effects)


def standard_errors(values: Sequence[Floats], scales: Sequence[float]) -> list[Floats]:
    """Return the standard error of the mean at each scale.

    Where runs are too few to show their spread, it is that of the others, and the variance of a run goes as 1 / scale:
    the noise is that of counting.
    """
    degrees = [len(runs) - 1 if len(runs) >= FEWEST else 0 for runs in values]
    if not any(degrees):
        raise ValueError(f"at least one scale needs {FEWEST} runs to tell a standard error")
    spread = [
        scale * runs.var(axis=0, ddof=1) for runs, scale, free in zip(values, scales, degrees, strict=True) if free
    ]
    pooled = np.average(spread, axis=0, weights=[free for free in degrees if free])
    return [
        np.sqrt((runs.var(axis=0, ddof=1) if free else pooled / scale) / len(runs))
        for runs, scale, free in zip(values, scales, degrees, strict=True)
    ]


def compared(names: Sequence[str], values: Sequence[Floats], scales: Sequence[float], within: float) -> list[Line]:
    """Return a line for each measure and scale; differences are from the first scale."""
    errors = standard_errors(values, scales)
    first, first_error = values[0].mean(axis=0), errors[0]
    lines = []
    for place, name in enumerate(names):
        for scale, runs, error in zip(scales, values, errors, strict=True):
            mean, base = float(runs[:, place].mean()), float(first[place])
            apart = 0.0 if runs is values[0] else math.hypot(error[place], first_error[place]) / abs(base)
            lines.append(Line(name, scale, mean, float(error[place]), mean / base - 1, apart, within))
    return lines


def as_text(line: Line, unit: float) -> str:
    """Return a line of the table; ``unit`` is 100 for per cent."""
    told = f"{line.name:44}{line.scale:>8g}{line.value * unit:12.4f} ±{line.error * unit:8.4f}"
    if line.difference_error == 0:
        return told
    verdict = "agrees" if line.agrees else "DIFFERS"
    weak = "" if line.power >= WANTED_POWER else ", too weak to tell"
    return f"{told}{line.difference:+11.2%} ±{line.difference_error:7.2%}{line.power:8.3f}  {verdict}{weak}"


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measuring.scales", description=__doc__)
    parser.add_argument("--counties", help="county file (default: the made nation)")
    parser.add_argument("--adjacency", help="file of neighbouring counties")
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0, 0.1, 0.01], help="the first is compared with")
    parser.add_argument("--runs", type=int, nargs="+", help="pairs at each scale (default: nations' worth of people)")
    parser.add_argument("--nations", type=float, default=2.0, help="people of so many nations at each scale")
    parser.add_argument("--processors", type=int, default=2)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run everything and print the table; status 1 where a measure differs or is too weak to tell."""
    parser = build_parser()
    chosen = parser.parse_args(argv)
    counts = chosen.runs or [max(1, math.ceil(round(chosen.nations / scale, 6))) for scale in chosen.scales]
    if len(counts) != len(chosen.scales) or max(counts) < FEWEST:
        parser.error(f"--runs needs a number for each scale, one of them {FEWEST} or more")
    named = {"counties": chosen.counties, "adjacency": chosen.adjacency}
    files = [f"world.{key}={Path(path).absolute()}" for key, path in named.items() if path]
    runs = list(all_runs(files or ["world.kind=nation"], chosen.scales, counts, chosen.processors))
    rates = compared(RATE_NAMES, [each.rates for each in runs], chosen.scales, RATES_WITHIN)
    effects = compared(EFFECT_NAMES, [each.effects for each in runs], chosen.scales, EFFECTS_WITHIN)
    head = f"{'':44}{'scale':>8}{'value':>12}  {'error':>8}{'difference':>11}  {'error':>7}{'power':>8}"
    pairs = ", ".join(f"{count} pairs at {scale:g}" for count, scale in zip(counts, chosen.scales, strict=True))
    print(f"{pairs}\n")
    print(f"{head}\nrates per 100,000 people of the group and year, 2006-2013; wanted within {RATES_WITHIN:.0%}")
    print("\n".join(as_text(line, 1.0) for line in rates))
    print(f"\nSecure Communities against the Criminal Alien Program alone, 2009-2013, %; within {EFFECTS_WITHIN:.0%}")
    print("\n".join(as_text(line, 100.0) for line in effects))
    told = [line for line in rates + effects if line.difference_error > 0]
    good = sum(line.agrees and line.power >= WANTED_POWER for line in told)
    print(f"\n{good} of {len(told)} comparisons agree with a power of at least {WANTED_POWER:g}")
    return 0 if good == len(told) else 1


if __name__ == "__main__":
    sys.exit(main())
