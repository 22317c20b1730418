"""A small synthetic ledger with known counts, for tests of the analysis that need no simulation."""

from __future__ import annotations

import numpy as np

from sim.engines.ledger import Ledger
from sim.engines.panel import told_event
from sim.running.measures import RunSummary, reduce
from sim.scenario.scenario import Scenario
from sim.words.calendar import month_names
from sim.words.codes import ARRESTS_SHAPE, REPEATS_SHAPE
from sim.words.labels import (
    BALANCE_COLUMNS,
    CRIME_COLUMNS,
    CRIMES,
    ENFORCEMENT_COLUMNS,
    LEVELS,
    PEOPLE_COLUMNS,
    PROGRAMS,
)
from sim.world.counties.building import Counties, build_counties
from sim.world.programs import build_calendar


def make_counties(rows: int = 3, columns: int = 3, people: int = 4000) -> Counties:
    count = rows * columns
    grid = np.arange(count)
    row, column = (grid // columns).astype(np.int32), (grid % columns).astype(np.int32)
    nowhere = np.full(count, np.nan)
    return Counties(
        code=(1000 * row + column + 1).astype(np.int64),
        fips=[f"r{r + 1:02d}c{c + 1:02d}" for r, c in zip(row, column, strict=True)],
        name=[f"County {k + 1}" for k in range(count)],
        state=[""] * count,
        row=row,
        column=column,
        latitude=nowhere,
        longitude=nowhere,
        land_area_km2=nowhere,
        persons=np.full(count, float(people)),
        agents=np.full(count, people, dtype=np.int64),
        hispanic_share=np.full(count, 0.16),
        noncitizen_share=np.full(count, 0.07),
        recorded_per_100k=np.full((count, len(CRIMES)), 400.0),
        filled=[""] * count,
        region=np.zeros(count, dtype=np.int32),
        activation=np.full(count, 2008 * 12 + 9, dtype=np.int32),
        agreement=np.full(count, -1, dtype=np.int32),
        agreement_jail=np.zeros(count, dtype=np.bool_),
        agreement_task_force=np.zeros(count, dtype=np.bool_),
        neighbour_start=np.zeros(count + 1, dtype=np.int64),
        neighbour=np.empty(0, dtype=np.int32),
    )


def make_ledger(
    seed: int,
    *,
    counties: Counties | None = None,
    months: int = 24,
    first_month: str = "2008-01",
    adopted: int | None = None,
    programs: np.ndarray | None = None,
    true_factor: float = 1.0,
    report_factor: float = 1.0,
    rate: float = 0.004,
) -> Ledger:
    """Make Poisson crime at ``rate``; from month ``adopted`` on Hispanic people report less and suffer more."""
    rng = np.random.default_rng(seed)
    counties = counties or make_counties()
    size, people = len(counties), counties.agents
    after = np.zeros((months, size), dtype=np.bool_)
    if programs is not None:
        after = programs[..., 1:].any(axis=2)
    elif adopted is not None:
        after[adopted:] = True
    share = np.array([0.14, 0.04, 0.60, 0.22])
    mix = np.array([0.002, 0.01, 0.04, 0.07, 0.18, 0.5, 0.08, 0.12])
    mean = rate * people[None, :, None, None] * mix[None, None, :, None] * share
    mean = np.broadcast_to(mean, (months, size, 8, 4)).copy()
    mean[..., 0] *= np.where(after, true_factor, 1.0)[:, :, None]
    crime = np.zeros((months, size, 8, 4, len(CRIME_COLUMNS)), dtype=np.int32)
    crime[..., 0] = rng.poisson(mean)
    told = np.full((months, size, 1, 4), 0.5)
    told[..., 0] *= np.where(after, report_factor, 1.0)[:, :, None]
    crime[..., 1] = rng.binomial(crime[..., 0], np.broadcast_to(told, mean.shape))
    crime[..., 2] = rng.binomial(crime[..., 1], 0.9)
    crime[..., 3] = rng.binomial(crime[..., 2], 0.25)
    crime[..., 4] = rng.binomial(crime[..., 0], 0.05)
    for column, share in ((5, 0.5), (6, 0.8), (7, 1.0)):
        crime[..., column] = rng.binomial(crime[..., 1] - crime[..., 5:column].sum(axis=-1), share)
    return Ledger(
        months=month_names(first_month, months),
        counties=counties,
        crime=crime,
        people=_people(crime, people, months),
        trust=np.ones((months, size, 3, 3)),
        enforcement=_by_group(_enforcement(rng, after)),
        programs=_programs(after) if programs is None else programs,
        county_fear=np.zeros((months, size, 2)),
        relative_risk=np.ones((months, size)),
        removal_risk=np.zeros((months, size)),
        officers=np.full((months, size), 10.0),
        balance=rng.poisson(2.0, (months, size, len(BALANCE_COLUMNS), 2)).astype(np.int32) * after[..., None, None],
        opportunities=np.full((months, size), 1000, dtype=np.int64),
        clipped=np.full((months, size), 1, dtype=np.int64),
        told=[_told(rng, month, size, rate) for month in range(months)],
        survey_weight=np.full((months, size), 22.0),
        bookings=rng.poisson(2.0, (months, size, *ARRESTS_SHAPE)).astype(np.int32),
        repeats=_yearly(first_month, months, np.arange(24).reshape(REPEATS_SHAPE), 11),
        rearrests=_yearly(first_month, months, np.array([[90, 20], [5, 1], [8, 3]]), 0),
    )


def make_summary(seed: int, name: str, replication: int, start: int = 0, **options: object) -> RunSummary:
    return reduce(make_ledger(seed, **options), name, replication, start)  # type: ignore[arg-type]


def fake_simulate(
    scenario: Scenario, *, seed: int, replication: int = 0, engine: str = "columnar", threads: int = 1, **_: object
) -> Ledger:
    """Stand in for ``sim.running.run.simulate``: the world and calendar asked for, effects wherever a program runs."""
    parameters = scenario.parameters
    counties = build_counties(parameters, parameters.world.seed)
    calendar = build_calendar(parameters, counties, parameters.world.seed)
    names = ["cap" if name == "criminal_alien_program" else name for name in PROGRAMS]
    programs = np.stack([getattr(calendar, name) for name in names], axis=2)
    size = {"counties": counties, "months": parameters.months, "first_month": parameters.start, "programs": programs}
    return make_ledger(1000 * seed + replication, true_factor=1.15, report_factor=0.75, **size)  # type: ignore[arg-type]


def _people(crime: np.ndarray, people: np.ndarray, months: int) -> np.ndarray:
    table = np.zeros((months, len(people), 3, 3, len(PEOPLE_COLUMNS)), dtype=np.int64)
    split = np.array([[0.10, 0.02, 0.03], [0.0, 0.02, 0.01], [0.82, 0.0, 0.0]])
    table[..., 0] = np.rint(people[None, :, None, None] * split)
    table[..., 6] = np.rint(table[..., 0] * 0.05)
    weight = split / split.sum(axis=1, keepdims=True)
    for column, source in ((4, 0), (5, 1)):
        counts = crime[..., :3, source].sum(axis=2)
        table[..., column] = np.rint(counts[..., None] * weight)
    return table


def _told(rng: np.random.Generator, month: int, counties: int, rate: float) -> np.ndarray:
    """Return what is told in a month's interviews, most of it by Hispanic citizens of crimes a few months before."""
    if month == 0 or rate == 0.0:
        return np.empty(0, dtype=np.int64)
    happened = month - rng.integers(1, min(month, 6) + 1, 30)
    group, crime = rng.choice(3, 30, p=[0.6, 0.1, 0.3]), rng.integers(1, 8, 30)
    events = told_event(happened, rng.integers(0, counties, 30), crime, group, 0, False) + rng.integers(0, 2, 30)
    return np.sort(events)


def _yearly(first_month: str, months: int, counts: np.ndarray, calendar: int) -> np.ndarray:
    """Return counts in every month of the year ``calendar`` (0: January) from the twelfth month on."""
    table = np.zeros((months, *counts.shape), dtype=np.int64)
    for month in range(11, months):
        if (int(first_month[5:]) - 1 + month) % 12 == calendar:
            table[month] = counts
    return table


def _programs(after: np.ndarray) -> np.ndarray:
    programs = np.zeros((*after.shape, len(PROGRAMS)), dtype=np.bool_)
    programs[..., PROGRAMS.index("criminal_alien_program")] = True
    programs[..., PROGRAMS.index("secure_communities")] = after
    return programs


def _enforcement(rng: np.random.Generator, after: np.ndarray) -> np.ndarray:
    table = np.zeros((*after.shape, 3, len(LEVELS), len(ENFORCEMENT_COLUMNS)), dtype=np.int32)
    place = {name: index for index, name in enumerate(ENFORCEMENT_COLUMNS)}
    arrests = rng.poisson(np.array([[6, 8, 14, 30], [0.5, 0.5, 1, 2], [0.5, 0.6, 1.2, 3]]), table.shape[:-1])
    table[..., place["arrested"]] = arrests
    found = np.where(after, 0.7, 0.3)[:, :, None, None] * np.array([0.0, 1.0, 1.0])[:, None]
    chain = {"booked": 0.83, "identified": found, "removable": 0.7, "detainers": 0.9, "honoured": 0.95}
    counts = arrests
    for name, chance in {**chain, "ice_custody": 0.9, "removed": 0.75, "removed_parents": 0.37}.items():
        counts = rng.binomial(counts, np.broadcast_to(chance, counts.shape))
        table[..., place[name]] = counts
    table[..., place["convicted"]] = rng.binomial(arrests, 0.3)
    return table


def _by_group(enforcement: np.ndarray) -> np.ndarray:
    """Return events by group: noncitizens are Hispanic, citizens none of the community."""
    table = np.zeros((*enforcement.shape[:2], 3, *enforcement.shape[2:]), dtype=enforcement.dtype)
    table[:, :, 0, 1:], table[:, :, 2, 0] = enforcement[:, :, 1:], enforcement[:, :, 0]
    return table
