"""Background trends: how recorded crime of each kind moved from year to year, from the user's county-year file.

Real trends contain whatever the programs of those years really did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.parameters import Parameters
from sim.scenario.user_tables.records import Layout
from sim.scenario.user_tables.table import (
    Table,
    codes,
    counted,
    listed,
    numbers,
    read_table,
    refuse_repeated,
    whole_years,
)
from sim.words.calendar import month_number
from sim.words.faults import UserError, shortened
from sim.world.counties.table import Bools, Counties, Floats, SmallIntegers, region_of_state

BASE_YEARS = (2005, 2006, 2007)
REQUIRED = ("fips", "year", "population_covered", "violent", "property")
OPTIONAL = ("is_county", "no_report", "coverage_indicator")
THEFT = "motor_vehicle_theft"
"""Optional: where it is not told, vehicle theft moves as property crime does."""
DROPPED_STATE = "17"
"""Illinois: its covered population rises threefold in 2007-2010 and makes a false jump."""
LEAST_COVERAGE = 80.0
"""Percent of the people whose agencies reported; below it a county-year is missing."""
LARGEST_CHANGE = 3.0
"""A year further from the base years than this ratio is taken for a fault of reporting, and missing."""
FIRST_YEAR, LAST_YEAR = 1960, 2100
"""Of what can stand in a county-year file; others are typing errors or stand for "not known"."""
LEAST_VARIANCE = 1e-6
"""Of true ratios among places, where counts spread no more than chance alone makes them."""
KEY = "world.background"
_COUNTS = "a number from 0 to 1e+12"
_LARGEST = 1e12


@dataclass(frozen=True, eq=False)
class _Panel:
    """Crimes and people covered; both 0 where the county-year is missing."""

    first_year: int
    crimes: Floats  # Y years x K x 3 kinds
    total: Floats  # Y x K
    people: Floats  # Y x K


def background_trends(path: str, counties: Counties, parameters: Parameters, notes: list[str] | None = None) -> Floats:
    """Return recorded crime relative to the county's 2005-07 mean, float64[T, K, 3], held within each calendar year.

    Kinds are those of ``labels.BACKGROUND_KINDS``. A county's own course is shrunk towards its state's, and that
    towards the nation's, as far as it is noise: numbers of crimes are Poisson, and how far counties (or states) differ
    beyond that is estimated from the file. Where a state is not known the nation's course stands in, and 1 where
    nothing is known. Years before or after the file hold the nearest one.

    Parameters
    ----------
    path : str
        Columns fips, year, population_covered, violent, property and, if there, motor_vehicle_theft, is_county,
        no_report and coverage_indicator.
    counties : Counties
    parameters : Parameters
        ``start`` and ``months`` set the T months.
    notes : list, optional
        What was recognised in the file, and which rows are left out, is added to it.

    Raises
    ------
    UserError
        Impossible values, a county-year that stands twice, no county of this world in the file, or no year of 2005-07.
    """
    file = read_table(KEY, path, Layout(REQUIRED, (*OPTIONAL, THEFT)))
    by_year, first_year = _multipliers(
        _panel(file, counties, [] if notes is None else notes), region_of_state(counties.state)
    )
    year = (month_number(parameters.start) + np.arange(parameters.months)) // 12
    return by_year[np.clip(year - first_year, 0, len(by_year) - 1)]


def _panel(file: Table, counties: Counties, notes: list[str]) -> _Panel:
    """Return the county-years that can be trusted."""
    who = _who(file)
    is_county, no_report, coverage = (np.array(numbers(file, name, who, 0, 100)) for name in OPTIONAL)
    fips = codes(file, "fips", (is_county != 0).tolist().__getitem__)
    year, people, total, crimes = _years_and_counts(file, fips, who)
    file.raise_faults()
    notes.extend(file.notes)
    index = {code: place for place, code in enumerate(counties.fips)}
    place = np.array([index.get(code, -1) for code in fips], dtype=np.int64)
    dropped = {
        "no counties": is_county == 0,
        "reporting nothing or covering nobody": (no_report == 1) | (people == 0),
        f"covering less than {LEAST_COVERAGE:g} percent of the people": coverage < LEAST_COVERAGE,
        "of Illinois": np.array([code.startswith(DROPPED_STATE) for code in fips]),
        "of counties that the county file has not": place < 0,
    }
    good = ~np.any(list(dropped.values()), axis=0)
    notes.extend(_left_out(dropped, fips, counties.fips))
    if not good.any():
        raise UserError(f"{KEY}: {file.path} has no usable row for any county of this world")
    first = int(year.min())
    shape = (int(year.max()) - first + 1, len(counties))
    if not any(first <= base < first + shape[0] for base in BASE_YEARS):
        raise UserError(f"{KEY}: {file.path} has none of the years {BASE_YEARS[0]} to {BASE_YEARS[-1]}")
    where = (year[good].astype(np.int64) - first, place[good])
    panel = _Panel(first, np.zeros((*shape, 3)), np.zeros(shape), np.zeros(shape))
    panel.crimes[where] = crimes[good]
    panel.total[where] = total[good]
    panel.people[where] = people[good]
    return panel


def _who(file: Table) -> list[str]:
    return [f"county {shortened(text.zfill(5), 20)}" for text in file.columns["fips"]]


def _years_and_counts(file: Table, fips: list[str], who: list[str]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return year, people covered and crimes, in all and by kind; note gaps and county-years that stand twice."""
    year = np.array(whole_years(file, "year", who, FIRST_YEAR, LAST_YEAR))
    people, violent, possessions = (np.array(numbers(file, name, who, 0, _LARGEST, _COUNTS)) for name in REQUIRED[2:])
    for column, values in zip(REQUIRED[1:], (year, people, violent, possessions), strict=True):
        for row in np.flatnonzero(np.isnan(values)).tolist():
            if not file.is_faulty(row, column):
                file.fault(row, f"{who[row]}: {column} is empty; leave out a year that is not known", column)
    keys = [
        (code, when) if code and math.isfinite(when) else None for code, when in zip(fips, year.tolist(), strict=True)
    ]
    remedy = "each county has one row a year; add up agencies or months, or leave one row out"
    refuse_repeated(file, keys, lambda row: f"{who[row]}: the year {year[row]:g}", remedy)
    return (
        year,
        people,
        violent + possessions,
        np.stack([violent, *_thefts_and_others(file, possessions, who)], axis=-1),
    )


def _thefts_and_others(file: Table, possessions: Floats, who: list[str]) -> tuple[Floats, Floats]:
    """Return vehicle thefts and other property crimes; property crime as a whole for both where thefts are not told."""
    thefts = np.array(numbers(file, THEFT, who, 0, _LARGEST, _COUNTS))
    told = np.isfinite(thefts)
    for row in np.flatnonzero(told & (thefts > possessions)).tolist():
        file.fault(row, f"{who[row]}: {THEFT} is a part of property and larger than the whole", THEFT)
    told &= ~np.isnan(possessions)
    if not told.all():
        return possessions, possessions
    return thefts, possessions - thefts


def _left_out(dropped: dict[str, Bools], fips: list[str], known: list[str]) -> list[str]:
    """Return a line on the rows that are left out, each counted once, and one on counties without any row."""
    told, seen = [], np.zeros(len(fips), dtype=np.bool_)
    for why, rows in dropped.items():
        here = rows & ~seen
        seen |= rows
        if here.any():
            told.append(f"{int(here.sum()):,} {why}")
    strange = sorted({fips[row] for row in np.flatnonzero(here).tolist()})
    if strange:
        told[-1] += f" ({listed(strange)})"
    lines = [f"{KEY}: left out of {len(fips):,} rows: {'; '.join(told)}"] if told else []
    without = sorted(set(known) - {code for code, is_out in zip(fips, seen.tolist(), strict=True) if not is_out})
    if without:
        lines.append(
            f"{KEY}: {counted(len(without), 'county')} without a usable row, following the state ({listed(without)})"
        )
    return lines


def _multipliers(panel: _Panel, region: SmallIntegers) -> tuple[Floats, int]:
    """Return multipliers by year, float64[Y, K, 3], and the first year."""
    base = np.isin(panel.first_year + np.arange(len(panel.crimes)), BASE_YEARS)
    usual = _expected(panel.total, panel.people, base)
    ratio = np.divide(panel.total, usual, out=np.zeros_like(usual), where=usual > 0)
    known = (ratio >= 1 / LARGEST_CHANGE) & (ratio <= LARGEST_CHANGE)
    courses = []
    for kind in range(panel.crimes.shape[-1]):
        crimes = np.where(known, panel.crimes[..., kind], 0.0)
        expected = np.where(known, _expected(panel.crimes[..., kind], panel.people, base), 0.0)
        multiplier = shrunk(crimes, expected, _of_states(crimes, expected, region), base)
        courses.append(multiplier / multiplier[base].mean(axis=0))
    return np.stack(courses, axis=-1), panel.first_year


def _expected(crimes: Floats, people: Floats, base: Bools) -> Floats:
    """Return the crimes of each county-year at the county's mean rate in the base years, float64[Y, K]."""
    there = people[base].sum(axis=0)
    rate = crimes[base].sum(axis=0) / np.where(there > 0, there, np.nan)
    return np.nan_to_num(people * rate)


def _of_states(crimes: Floats, expected: Floats, region: SmallIntegers) -> Floats:
    """Return the course of each county's state, float64[Y, K], shrunk towards the nation's; 1 where that is unknown."""
    due = expected.sum(axis=1)
    nation = np.divide(crimes.sum(axis=1), due, out=np.ones(len(due)), where=due > 0)
    states = int(region.max()) + 1
    found, usual = (_sums(table, region, states) for table in (crimes, expected))
    course = shrunk(found, usual, np.repeat(nation[:, None], states, axis=1), np.zeros(len(due), dtype=np.bool_))
    return course[:, region]


def _sums(table: Floats, region: SmallIntegers, states: int) -> Floats:
    """Return the sums over the counties of each state, float64[Y, S]."""
    return np.array([np.bincount(region, row, states) for row in table], dtype=np.float64)


def shrunk(crimes: Floats, expected: Floats, towards: Floats, base: Bools) -> Floats:
    """Return crimes over expected crimes, shrunk ``towards`` a course as far as they are noise; all float64[Y, K].

    The true ratios are taken for gamma distributed around that course. Their relative variance is what the spread of
    the counts has beyond Poisson's (by moments, over all places and the years that are no ``base``); the result is the
    mean given the counts.
    """
    due = (expected * towards)[~base]
    beyond = ((crimes[~base] - due) ** 2 - due).sum()
    variance = max(LEAST_VARIANCE, beyond / max(1e-300, (due**2).sum()))
    weight = 1.0 / (variance * towards)
    shrunk: Floats = (crimes + weight * towards) / (expected + weight)
    return shrunk
