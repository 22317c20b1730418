"""Counties from the user's files; ``docs/county_files.md`` tells the columns."""

from __future__ import annotations

import math
import re
from datetime import date

import numpy as np

from sim.parameters import Parameters
from sim.words.labels import CRIME_TYPES
from sim.world.counties.csv_text import CsvFile, numbers, read_csv
from sim.world.counties.table import (
    NEVER,
    Bools,
    Counties,
    Floats,
    Integers,
    SmallIntegers,
    absolute_month,
    neighbour_table,
    region_of_state,
    scaled_agents,
)

UNDATED_ACTIVATION = "2013-01"
"""Secure Communities was nationwide on 2013-01-22."""
RATE_COLUMNS = tuple(crime.county_column for crime in CRIME_TYPES if crime.county_column is not None)
SHARE_COLUMNS = ("hispanic_share", "noncitizen_share")
REQUIRED = ("fips", "state", "county", "population", *SHARE_COLUMNS, "secure_communities", *RATE_COLUMNS)
FLAG_COLUMNS = ("agreement_287g_jail", "agreement_287g_task_force")
OPTIONAL = ("lat", "lon", "land_area_km2", "agreement_287g", *FLAG_COLUMNS)

_LARGEST = 1e12
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def read_counties(parameters: Parameters) -> Counties:
    """Read the county file and, if there is one, the adjacency file that ``parameters.world`` names.

    Missing shares and rates are filled with the population-weighted mean of the state, else of all counties, else
    from the parameters, and noted in ``filled``. Simple assault is always the parameters'.

    Raises
    ------
    UserError
        Impossible values, each with line, county, column and what is allowed.
    """
    world = parameters.world
    assert world.counties is not None
    file = read_csv("world.counties", world.counties, REQUIRED, OPTIONAL)
    fips = _codes(file)
    who = [f"{name}, {state}" for name, state in zip(file.columns["county"], file.columns["state"], strict=True)]
    persons = _persons(file, who)
    known = {name: _column(file, name, who, 0, 1) for name in SHARE_COLUMNS}
    known |= {name: _column(file, name, who, 0, 100_000) for name in RATE_COLUMNS}
    latitude, longitude = _column(file, "lat", who, -90, 90), _column(file, "lon", who, -180, 180)
    area = _column(file, "land_area_km2", who, 0, _LARGEST)
    activation = _months(file, "secure_communities", who, absolute_month(UNDATED_ACTIVATION))
    agreement, jail, task_force = _agreements(file, who)
    file.raise_faults()
    order = np.argsort(np.array([int(code) for code in fips]), kind="stable")
    state = [file.columns["state"][row] for row in order]
    persons = persons[order]
    values, filled = _filled({name: column[order] for name, column in known.items()}, state, persons, parameters)
    start, neighbour = _neighbours(world.adjacency, [fips[row] for row in order])
    return Counties(
        code=np.array([int(fips[row]) for row in order], dtype=np.int64),
        fips=[fips[row] for row in order],
        name=[file.columns["county"][row] for row in order],
        state=state,
        row=np.full(len(order), -1, dtype=np.int32),
        column=np.full(len(order), -1, dtype=np.int32),
        latitude=latitude[order],
        longitude=longitude[order],
        land_area_km2=area[order],
        persons=persons,
        agents=scaled_agents(persons, world.scale),
        hispanic_share=values["hispanic_share"],
        noncitizen_share=values["noncitizen_share"],
        recorded_per_100k=_rates(values, parameters),
        filled=filled,
        region=region_of_state(state),
        activation=activation[order],
        agreement=agreement[order],
        agreement_jail=jail[order],
        agreement_task_force=task_force[order],
        neighbour_start=start,
        neighbour=neighbour,
    )


def padded_code(text: str) -> str:
    """Return a FIPS code with the leading zeros that a spreadsheet may have dropped."""
    return text.zfill(5)


def _codes(file: CsvFile) -> list[str]:
    """Return five-digit codes; note malformed and repeated ones."""
    codes: list[str] = []
    line_of: dict[str, int] = {}
    for row, text in enumerate(file.columns["fips"]):
        code = padded_code(text)
        if not (text.isascii() and text.isdigit() and len(code) == 5 and int(code) > 0):
            file.fault(row, f"fips is {text or 'empty'}; allowed are five digits, such as 01001")
            code = "0"
        elif code in line_of:
            file.fault(row, f"fips {code} stands already on line {line_of[code]}; each county has one row")
        line_of.setdefault(code, file.lines[row])
        codes.append(code)
    return codes


def _column(file: CsvFile, name: str, who: list[str], low: float, high: float) -> Floats:
    return np.array(numbers(file, name, who, low, high), dtype=np.float64)


def _persons(file: CsvFile, who: list[str]) -> Floats:
    """Return the population; note counties without people."""
    persons = np.array(numbers(file, "population", who, 0, _LARGEST, "a number above 0"), dtype=np.float64)
    for row in np.flatnonzero(np.isnan(persons) | (persons == 0)).tolist():
        found = "empty" if math.isnan(persons[row]) else "0"
        file.fault(row, f"{who[row]}: population is {found}, a county without people; leave such a row out")
    return persons


def _months(file: CsvFile, column: str, who: list[str], undated: int) -> SmallIntegers:
    """Return absolute months, ``undated`` where nothing is given; note malformed dates."""
    months = []
    for row, text in enumerate(file.columns.get(column, [""] * len(file))):
        month = undated
        if text:
            try:
                if not _DAY.fullmatch(text):
                    raise ValueError
                date.fromisoformat(text if len(text) == 10 else f"{text}-01")
                month = absolute_month(text)
            except ValueError:
                file.fault(row, f"{who[row]}: {column} is {text}; allowed is a day such as 2008-10-27, or nothing")
        months.append(month)
    return np.array(months, dtype=np.int32)


def _agreements(file: CsvFile, who: list[str]) -> tuple[SmallIntegers, Bools, Bools]:
    """Return the month of each 287(g) agreement and what it covers: jail, task force or both."""
    month = _months(file, "agreement_287g", who, NEVER)
    flags = []
    for column in FLAG_COLUMNS:
        texts = file.columns.get(column, [""] * len(file))
        for row, text in enumerate(texts):
            if text not in ("", "0", "1"):
                file.fault(row, f"{who[row]}: {column} is {text}; allowed is 0, 1 or nothing")
            elif text == "1" and month[row] == NEVER:
                file.fault(row, f"{who[row]}: {column} is 1, but agreement_287g gives no day")
        flags.append(np.array([text == "1" for text in texts], dtype=np.bool_))
    jail, task_force = flags
    for row in np.flatnonzero((month != NEVER) & ~jail & ~task_force).tolist():
        file.fault(row, f"{who[row]}: agreement_287g has a day; {FLAG_COLUMNS[0]} or {FLAG_COLUMNS[1]} must be 1")
    return month, jail, task_force


def _filled(
    known: dict[str, Floats], state: list[str], persons: Floats, parameters: Parameters
) -> tuple[dict[str, Floats], list[str]]:
    """Return the columns without gaps, and for each county the names and sources of what was filled."""
    region = region_of_state(state)
    notes: list[list[str]] = [[] for _ in state]
    values = {}
    for column, given in known.items():
        missing = np.isnan(given)
        weight = np.where(missing, 0.0, persons)
        weighted = np.where(missing, 0.0, given) * weight
        people = np.bincount(region, weight)
        from_state = np.bincount(region, weighted) / np.where(people > 0, people, np.nan)
        nation = weighted.sum() / weight.sum() if weight.any() else _default(column, parameters)
        fill = np.where(np.isnan(from_state), nation, from_state)[region]
        values[column] = np.where(missing, fill, given)
        elsewhere = "nation" if weight.any() else "parameters"
        for row in np.flatnonzero(missing).tolist():
            source = elsewhere if np.isnan(from_state[region[row]]) else "state"
            notes[row].append(f"{column} ({source})")
    return values, [", ".join(note) for note in notes]


def _default(column: str, parameters: Parameters) -> float:
    """Return the parameters' value of a share or rate that no county of the file has."""
    if column in SHARE_COLUMNS:
        return float(getattr(parameters.people, column))
    defaults = zip(CRIME_TYPES, parameters.crime.recorded_per_100k.values(), strict=True)
    return next(rate for crime, rate in defaults if crime.county_column == column)


def _rates(values: dict[str, Floats], parameters: Parameters) -> Floats:
    """Return recorded rates, float64[K, 8], types without a column from the parameters."""
    count = len(values[RATE_COLUMNS[0]])
    rates = [
        np.full(count, default) if crime.county_column is None else values[crime.county_column]
        for crime, default in zip(CRIME_TYPES, parameters.crime.recorded_per_100k.values(), strict=True)
    ]
    return np.column_stack(rates)


def _neighbours(path: str | None, fips: list[str]) -> tuple[Integers, SmallIntegers]:
    """Return the table of neighbours; without an adjacency file nobody has any."""
    nobody = np.zeros(0, dtype=np.int64)
    if path is None:
        return neighbour_table(nobody, nobody, len(fips))
    file = read_csv("world.adjacency", path, ("fips", "neighbor_fips"))
    index = {code: place for place, code in enumerate(fips)}
    ends = []
    for column in ("fips", "neighbor_fips"):
        places = [index.get(padded_code(text), -1) for text in file.columns[column]]
        for row, place in enumerate(places):
            if place < 0:
                text = file.columns[column][row] or "empty"
                file.fault(row, f"{column} is {text}, an adjacency to nowhere: the county file has no such county")
        ends.append(np.array(places, dtype=np.int64))
    file.raise_faults()
    return neighbour_table(ends[0], ends[1], len(fips))
