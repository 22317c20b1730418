"""Background trends: how recorded crime moved from year to year, from the user's county-year file.

Real trends contain whatever the programs of those years really did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.parameters import Parameters
from sim.words.faults import UserError
from sim.world.counties.csv_text import CsvFile, numbers, read_csv
from sim.world.counties.files import padded_code
from sim.world.counties.table import Bools, Counties, Floats, SmallIntegers, absolute_month, region_of_state

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
_LARGEST = 1e12


@dataclass(frozen=True, eq=False)
class _Panel:
    """Crimes and people covered, float64[Y, K]; both 0 where the county-year is missing."""

    first_year: int
    crimes: Floats
    people: Floats


def background_trends(path: str, counties: Counties, parameters: Parameters) -> Floats:
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

    Raises
    ------
    UserError
        Impossible values, no county of this world in the file, or no year of 2005-07.
    """
    file = read_csv("world.background", path, REQUIRED, OPTIONAL)
    by_year, first_year = _multipliers(_panel(file, counties), region_of_state(counties.state))
    year = (absolute_month(parameters.start) + np.arange(parameters.months)) // 12
    return by_year[np.clip(year - first_year, 0, len(by_year) - 1)]


def _panel(file: CsvFile, counties: Counties) -> _Panel:
    """Return the county-years that can be trusted."""
    codes = [padded_code(text) for text in file.columns["fips"]]
    who = [f"county {code}" for code in codes]
    year, people, violent, property_crime = (_needed(file, name, who) for name in REQUIRED[1:])
    is_county, no_report, coverage = (np.array(numbers(file, name, who, 0, 100)) for name in OPTIONAL)
    file.raise_faults()
    index = {code: place for place, code in enumerate(counties.fips)}
    place = np.array([index.get(code, -1) for code in codes], dtype=np.int64)
    good = (place >= 0) & (people > 0) & (is_county != 0) & (no_report != 1) & ~(coverage < LEAST_COVERAGE)
    good &= np.array([not code.startswith(DROPPED_STATE) for code in codes])
    if not good.any():
        raise UserError(f"world.background: {file.path} has no usable row for any county of this world")
    first = int(year.min())
    shape = (int(year.max()) - first + 1, len(counties))
    if not any(first <= base < first + shape[0] for base in BASE_YEARS):
        raise UserError(f"world.background: {file.path} has none of the years {BASE_YEARS[0]} to {BASE_YEARS[-1]}")
    where = (year[good].astype(np.int64) - first, place[good])
    panel = _Panel(first, np.zeros(shape), np.zeros(shape))
    panel.crimes[where] = (violent + property_crime)[good]
    panel.people[where] = people[good]
    return panel


def _needed(file: CsvFile, column: str, who: list[str]) -> Floats:
    """Return a column that must have a number in every row."""
    low, high = (1900, 2200) if column == "year" else (0, _LARGEST)
    values = np.array(numbers(file, column, who, low, high, f"a number from {low:,g} to {high:,g}"))
    for row in np.flatnonzero(np.isnan(values)).tolist():
        file.fault(row, f"{who[row]}: {column} is empty; leave out a year that is not known")
    return values


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
