"""Counties from the user's files; ``docs/county_files.md`` tells the columns."""

from __future__ import annotations

import math

import numpy as np

from sim.parameters import Parameters
from sim.scenario.user_tables.records import Layout
from sim.scenario.user_tables.table import Table, codes, counted, months, numbers, read_table, refuse_repeated
from sim.words.calendar import month_number
from sim.words.faults import shortened
from sim.words.labels import CRIME_TYPES
from sim.world.counties.adjacency import read_neighbours
from sim.world.counties.table import (
    NEVER,
    Bools,
    Counties,
    Floats,
    SmallIntegers,
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

LAYOUT = Layout(REQUIRED, OPTIONAL)
_LARGEST = 1e12


def read_counties(parameters: Parameters, notes: list[str] | None = None) -> Counties:
    """Read the county file and, if there is one, the adjacency file that ``parameters.world`` names.

    Missing shares and rates are filled with the population-weighted mean of the state, else of all counties, else
    from the parameters, and noted in ``filled``. Simple assault is always the parameters'. What was recognised in the
    files, and what of them is left out, is added to ``notes``.

    Raises
    ------
    UserError
        Impossible values, each with line, county, column and what is allowed.
    """
    world = parameters.world
    assert world.counties is not None
    notes = [] if notes is None else notes
    file = read_table("world.counties", world.counties, LAYOUT)
    fips = _codes(file)
    _states(file, fips)
    named = zip(file.columns["county"], file.columns["state"], strict=True)
    who = [shortened(f"{name}, {state}", 80) for name, state in named]
    persons = _persons(file, who)
    known = {name: _column(file, name, who, 0, 1) for name in SHARE_COLUMNS}
    known |= {name: _column(file, name, who, 0, 100_000) for name in RATE_COLUMNS}
    latitude, longitude = _column(file, "lat", who, -90, 90), _column(file, "lon", who, -180, 180)
    area = _column(file, "land_area_km2", who, 0, _LARGEST)
    activation = _months(file, "secure_communities", who, month_number(UNDATED_ACTIVATION))
    agreement, jail, task_force = _agreements(file, who)
    file.raise_faults()
    notes.extend(file.notes)
    order = np.argsort(np.array([int(code) for code in fips]), kind="stable")
    state = [file.columns["state"][row] for row in order]
    persons = persons[order]
    values, filled = _filled({name: column[order] for name, column in known.items()}, state, persons, parameters)
    start, neighbour = read_neighbours(world.adjacency, [fips[row] for row in order], notes)
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


def _codes(file: Table) -> list[str]:
    """Return five-digit codes; note malformed and repeated ones."""
    found = codes(file, "fips")
    keys = [code or None for code in found]
    refuse_repeated(file, keys, lambda row: f"fips {found[row]}", "each county has one row")
    return [code or "00000" for code in found]


def _states(file: Table, fips: list[str]) -> None:
    """Note a state that is spelled in two ways: it would be two states."""
    usual: dict[str, int] = {}
    for row, (code, state) in enumerate(zip(fips, file.columns["state"], strict=True)):
        first = usual.setdefault(code[:2], row)
        known = file.columns["state"][first]
        if state != known and code != "00000":
            told = (
                f"state is {shortened(state) or 'empty'}, but {shortened(known) or 'empty'} on line {file.lines[first]}"
            )
            file.fault(row, f"{told}, and codes of both begin with {code[:2]}; write one state in one way", "state")


def _column(file: Table, name: str, who: list[str], low: float, high: float) -> Floats:
    return np.array(numbers(file, name, who, low, high), dtype=np.float64)


def _persons(file: Table, who: list[str]) -> Floats:
    """Return the population; note counties without people."""
    persons = np.array(numbers(file, "population", who, 0, _LARGEST, "a number above 0"), dtype=np.float64)
    for row in np.flatnonzero(np.isnan(persons) | (persons == 0)).tolist():
        found = "empty" if math.isnan(persons[row]) else "0"
        file.fault(row, f"{who[row]}: population is {found}, a county without people; leave such a row out")
    return persons


def _months(file: Table, column: str, who: list[str], undated: int) -> SmallIntegers:
    return np.array(months(file, column, who, undated), dtype=np.int32)


def _agreements(file: Table, who: list[str]) -> tuple[SmallIntegers, Bools, Bools]:
    """Return the month of each 287(g) agreement and what it covers: jail, task force or both."""
    month = _months(file, "agreement_287g", who, NEVER)
    jail, task_force = (_flags(file, column, who) for column in FLAG_COLUMNS)
    for row, is_dated in enumerate((month != NEVER).tolist()):
        if file.is_faulty(row, "agreement_287g", *FLAG_COLUMNS):
            continue
        for column, flags in zip(FLAG_COLUMNS, (jail, task_force), strict=True):
            if flags[row] and not is_dated:
                file.fault(row, f"{who[row]}: {column} is 1, but agreement_287g gives no day", column)
        if is_dated and not (jail[row] or task_force[row]):
            told = f"agreement_287g has a day; {FLAG_COLUMNS[0]} or {FLAG_COLUMNS[1]} must be 1"
            file.fault(row, f"{who[row]}: {told}", FLAG_COLUMNS[0])
    return month, jail, task_force


def _flags(file: Table, column: str, who: list[str]) -> Bools:
    """Return which rows have a 1; note what is neither 0, 1 nor empty."""
    texts = file.columns.get(column, [""] * len(file))
    for row, text in enumerate(texts):
        if text not in ("", "0", "1", "0.0", "1.0"):
            file.fault(row, f"{who[row]}: {column} is {shortened(text)}; allowed is 0, 1 or nothing", column)
    return np.array([text in ("1", "1.0") for text in texts], dtype=np.bool_)


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


def told_shares(counties: Counties) -> str:
    """Return a line with the shares and recorded rates of all counties together: what percentages would show in."""
    weight = counties.persons / counties.persons.sum()
    rates = weight @ counties.recorded_per_100k
    violent = sum(rate for rate, crime in zip(rates, CRIME_TYPES, strict=True) if crime.index and crime.violent)
    other = sum(rate for rate, crime in zip(rates, CRIME_TYPES, strict=True) if crime.index and not crime.violent)
    return (
        f"world.counties: {counted(len(counties), 'county')}, {counties.persons.sum():,.0f} people, "
        f"{100 * weight @ counties.hispanic_share:.1f} % Hispanic, "
        f"{100 * weight @ counties.noncitizen_share:.1f} % noncitizens; "
        f"recorded per 100,000 and year: {violent:,.0f} violent, {other:,.0f} property"
    )
