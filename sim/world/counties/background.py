"""Background trends: how recorded crime moved from year to year, from the user's county-year file.

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
DROPPED_STATE = "17"
"""Illinois: its covered population rises threefold in 2007-2010 and makes a false jump."""
LEAST_COVERAGE = 80.0
"""Percent of the people whose agencies reported; below it a county-year is missing."""
LARGEST_CHANGE = 3.0
"""A year further from the base years than this ratio is taken for a fault of reporting, and missing."""
SHRINKAGE = 200.0
"""Expected crimes in a year at which a county's own trend and its state's weigh the same (assumption)."""
FIRST_YEAR, LAST_YEAR = 1960, 2100
"""Of what can stand in a county-year file; others are typing errors or stand for "not known"."""
KEY = "world.background"
_COUNTS = "a number from 0 to 1e+12"
_LARGEST = 1e12


@dataclass(frozen=True, eq=False)
class _Panel:
    """Crimes and people covered, float64[Y, K]; both 0 where the county-year is missing."""

    first_year: int
    crimes: Floats
    people: Floats


def background_trends(path: str, counties: Counties, parameters: Parameters, notes: list[str] | None = None) -> Floats:
    """Return recorded crime relative to the county's 2005-07 mean, float64[T, K], held within each calendar year.

    A county's own course is shrunk towards its state's, the more the fewer crimes it has; where the state's is not
    known the nation's stands in, and 1 where nothing is known. Years before or after the file hold the nearest one.

    Parameters
    ----------
    path : str
        Columns fips, year, population_covered, violent, property and, if there, is_county, no_report and
        coverage_indicator.
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
    file = read_table(KEY, path, Layout(REQUIRED, OPTIONAL))
    by_year, first_year = _multipliers(
        _panel(file, counties, [] if notes is None else notes), region_of_state(counties.state)
    )
    year = (month_number(parameters.start) + np.arange(parameters.months)) // 12
    return by_year[np.clip(year - first_year, 0, len(by_year) - 1)]


def _panel(file: Table, counties: Counties, notes: list[str]) -> _Panel:
    """Return the county-years that can be trusted."""
    is_county, no_report, coverage = (np.array(numbers(file, name, _who(file), 0, 100)) for name in OPTIONAL)
    fips = codes(file, "fips", (is_county != 0).tolist().__getitem__)
    year, people, crimes = _years_and_counts(file, fips)
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
    panel = _Panel(first, np.zeros(shape), np.zeros(shape))
    panel.crimes[where] = crimes[good]
    panel.people[where] = people[good]
    return panel


def _who(file: Table) -> list[str]:
    return [f"county {shortened(text.zfill(5), 20)}" for text in file.columns["fips"]]


def _years_and_counts(file: Table, fips: list[str]) -> tuple[Floats, Floats, Floats]:
    """Return year, people covered and crimes of each row; note gaps, and county-years that stand twice."""
    who = _who(file)
    year = np.array(whole_years(file, "year", who, FIRST_YEAR, LAST_YEAR))
    people, violent, other = (np.array(numbers(file, name, who, 0, _LARGEST, _COUNTS)) for name in REQUIRED[2:])
    for column, values in zip(REQUIRED[1:], (year, people, violent, other), strict=True):
        for row in np.flatnonzero(np.isnan(values)).tolist():
            if not file.is_faulty(row, column):
                file.fault(row, f"{who[row]}: {column} is empty; leave out a year that is not known", column)
    keys = [
        (code, when) if code and math.isfinite(when) else None for code, when in zip(fips, year.tolist(), strict=True)
    ]
    remedy = "each county has one row a year; add up agencies or months, or leave one row out"
    refuse_repeated(file, keys, lambda row: f"{who[row]}: the year {year[row]:g}", remedy)
    return year, people, violent + other


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
    """Return multipliers by year, float64[Y, K], and the first year."""
    base = np.isin(panel.first_year + np.arange(len(panel.crimes)), BASE_YEARS)
    people = panel.people[base].sum(axis=0)
    rate = panel.crimes[base].sum(axis=0) / np.where(people > 0, people, np.nan)
    expected = np.nan_to_num(panel.people * rate)
    ratio = np.divide(panel.crimes, expected, out=np.zeros_like(expected), where=expected > 0)
    known = (ratio >= 1 / LARGEST_CHANGE) & (ratio <= LARGEST_CHANGE)
    crimes, expected = np.where(known, panel.crimes, 0.0), np.where(known, expected, 0.0)
    regional = _regional(crimes, expected, region)
    multiplier = (crimes + SHRINKAGE * regional) / (expected + SHRINKAGE)
    return multiplier / _mean_of(multiplier, base), panel.first_year


def _regional(crimes: Floats, expected: Floats, region: SmallIntegers) -> Floats:
    """Return the course of each county's state, float64[Y, K]; the nation's where unknown, 1 where that is too."""
    courses = []
    for year_crimes, year_expected in zip(crimes, expected, strict=True):
        nation = year_crimes.sum() / year_expected.sum() if year_expected.any() else 1.0
        found, due = np.bincount(region, year_crimes), np.bincount(region, year_expected)
        state = np.divide(found, due, out=np.full(len(due), nation), where=due > 0)
        courses.append(state[region])
    return np.array(courses)


def _mean_of(multiplier: Floats, years: Bools) -> Floats:
    mean: Floats = multiplier[years].mean(axis=0)
    return mean
