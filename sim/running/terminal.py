"""What the terminal shows of one run: progress with time left, and a short summary."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engines.panel import REFERENCE_MONTHS
from sim.words.codes import RECORDED, RESPONDENTS, TOLD_GROUP, TRUE
from sim.words.labels import CRIME_TYPES, CRIMES, ENFORCEMENT_COLUMNS, GROUPS, LABELS

if TYPE_CHECKING:
    from sim.engines.ledger import MonthRecord
    from sim.running.needs import Forecast
    from sim.scenario.scenario import Scenario
    from sim.world.setting import Setting

LONGEST_COURSE = 48
"""Marks of a course on the terminal."""
COMPILING = "compiling, once"
_INDEX = [place for place, crime in enumerate(CRIME_TYPES) if crime.index]
BLOCKS, PLAIN_MARKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588", "_.-~=^*#"
SPEED_OVER = 60.0
"""Seconds over which speed is taken: several months even where one takes ten seconds."""


class RunTotals:
    """What the short summary of a run tells, added up month by month."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.crime: Any = 0  # 8 x 4 x 8
        self.enforcement: Any = 0  # 3 x 3 x 4 x 16
        self.opportunities = 0
        self.clipped = 0
        self.respondents = 0  # interviews
        self.heard: Any = 0  # 3 groups x (told, said to be reported, person-months asked about)
        self.months: list[tuple[int, int]] = []  # index crime, true and recorded
        self.adopted = 0  # counties in which any program other than the Criminal Alien Program ever ran

    def add(self, record: MonthRecord) -> None:
        """Add one month."""
        self.crime = self.crime + record.crime.sum(axis=0, dtype="int64")
        self.enforcement = self.enforcement + record.enforcement.sum(axis=0, dtype="int64")
        self.months.append(_index_crime(record))
        self.heard = self.heard + _heard(record)
        self.respondents += int(record.people[..., RESPONDENTS].sum())
        self.opportunities += int(record.opportunities.sum())
        self.clipped += int(record.clipped.sum())
        self.adopted = max(self.adopted, int(record.programs[:, 1:].any(axis=1).sum()))


def foretell(forecast: Forecast, quiet: bool) -> None:
    """Tell on standard error what is needed, and what the files that scenarios name add up to.

    Raises
    ------
    UserError
        Where memory is too little.
    """
    forecast.ensure_room()
    if not quiet:
        print(forecast, *forecast.notes, sep="\n", file=sys.stderr, flush=True)


@contextmanager
def working(what: str, quiet: bool) -> Iterator[None]:
    """Show on standard error, where that is a terminal, what is being done, until it is done."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def month_progress(months: int, quiet: bool, compiled: bool = True) -> Iterator[Callable[[], None]]:
    """Give a function to call after each month; it moves a bar on standard error where that is a terminal.

    Where the loops are not ``compiled`` yet the bar says so, and moves to and fro until the first month is over.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=SPEED_OVER) as progress:
        task = progress.add_task("months" if compiled else COMPILING, total=months if compiled else None)

        def advance() -> None:
            progress.update(task, description="months", total=months, advance=1)

        yield advance


def print_run(scenario: Scenario, setting: Setting, totals: RunTotals, out: Path) -> None:
    """Print crime of both books by type, the funnel, and where the tables lie."""
    years, people = len(setting.months) / 12, setting.world.size
    title = scenario.parameters.title or scenario.name
    count = len(setting.world.counties.code)
    print(f"{title}: {people:,} people in {count:,} counties, {setting.months[0]} to {setting.months[-1]}")
    print(f"programs other than the Criminal Alien Program ran in {totals.adopted:,} counties\n")
    print(f"{'per 100,000 people and year':28}{'true':>10}{'observed':>10}{'reported':>10}")
    for name, rows in _families():
        true, reported, recorded = (float(totals.crime[rows, :, place].sum()) for place in (0, 1, 2))
        per = 100_000 / people / years
        share = f"{reported / true:9.1%}" if true else f"{'-':>9}"
        print(f"{LABELS[name]:28}{true * per:10.1f}{recorded * per:10.1f} {share}")
    _print_course(totals, setting.months)
    print("\nenforcement, events per 100,000 people and year")
    by_column = totals.enforcement.sum(axis=(0, 1, 2)) * 100_000 / people / years
    for name in ("arrested", "booked", "identified", "removable", "detainers", "honoured", "ice_custody", "removed"):
        print(f"  {name.replace('_', ' '):26}{by_column[ENFORCEMENT_COLUMNS.index(name)]:10.1f}")
    _print_survey(totals)
    print(f"\nTrue means true in the simulated world. Tables and codebook: {out}")


def _heard(record: MonthRecord) -> Any:
    """Return what a month's interviews told, and about how many months of the run they asked."""
    import numpy as np

    group = record.told >> TOLD_GROUP & 3
    told, reported = (np.bincount(some, minlength=len(GROUPS)) for some in (group, group[record.told & 1 == 1]))
    asked = record.people[..., RESPONDENTS].sum(axis=(0, 2)) * min(record.index, REFERENCE_MONTHS)
    return np.stack([told, reported, asked], axis=1)


def _index_crime(record: MonthRecord) -> tuple[int, int]:
    """Return a month's index crime, true and recorded."""
    counts = record.crime[:, _INDEX].sum(axis=(0, 1, 2))
    return int(counts[TRUE]), int(counts[RECORDED])


def _print_course(totals: RunTotals, months: Sequence[str]) -> None:
    """Print index crime over time as two lines of marks, each from its least to its greatest."""
    span = -(-len(months) // LONGEST_COURSE)
    if len(months) < 2 * span:
        return
    what = "month by month" if span == 1 else f"by {span} months"
    print(f"\nindex crime {what}, {months[0]} to {months[-1]}, from least to greatest")
    for name, book in (("true", 0), ("observed", 1)):
        counts = [month[book] for month in totals.months]
        sums = [sum(counts[first : first + span]) for first in range(0, len(counts) - span + 1, span)]
        print(f"  {name:12}{marks(sums)}  {min(sums):,} to {max(sums):,}")


def marks(values: Sequence[int]) -> str:
    """Return a mark for each value, the higher the greater: blocks, or letters of ASCII where there are none."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        BLOCKS.encode(encoding)
        chosen = BLOCKS
    except (UnicodeEncodeError, LookupError):
        chosen = PLAIN_MARKS
    low, high = min(values), max(values)
    return "".join(chosen[(value - low) * (len(chosen) - 1) // max(1, high - low)] for value in values)


def _print_survey(totals: RunTotals) -> None:
    """Print what the survey tells of each group; errors as if incidents were told independently of each other."""
    if totals.respondents == 0:
        return
    print(f"\nsurvey, {totals.respondents:,} interviews of persons aged 12 and over (sampling error)")
    print(f"{'':28}{'told, % a month':>20}{'of it said reported':>22}")
    for group, (told, reported, asked) in zip(GROUPS, totals.heard.tolist(), strict=True):
        if told > 0:
            share = reported / told
            rate = f"{100 * told / asked:.3f} ({100 * math.sqrt(told) / asked:.3f})"
            part = f"{100 * share:.1f} % ({100 * math.sqrt(share * (1 - share) / told):.1f})"
            print(f"  {LABELS[group]:26}{rate:>20}{part:>22}")


def _families() -> list[tuple[str, list[int]]]:
    """Return the rows of the summary: index crime by family and in all, then simple assault."""
    violent = [place for place, crime in enumerate(CRIME_TYPES) if crime.violent and crime.index]
    other = [place for place, crime in enumerate(CRIME_TYPES) if not crime.violent]
    return [
        ("violent", violent),
        ("property", other),
        ("total", violent + other),
        ("simple_assault", [CRIMES.index("simple_assault")]),
    ]
