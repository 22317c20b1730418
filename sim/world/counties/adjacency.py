"""Who neighbours whom: pairs of codes, or the layout in which the Census publishes them."""

from __future__ import annotations

import numpy as np

from sim.scenario.user_tables.codes import county_code
from sim.scenario.user_tables.records import Layout, Places
from sim.scenario.user_tables.table import Table, codes, counted, listed, read_table
from sim.words.faults import UserError
from sim.world.counties.table import Bools, Integers, SmallIntegers, neighbour_table

KEY = "world.adjacency"
FIRST, SECOND = "fips", "neighbor_fips"
ALIASES = {
    FIRST: ("county_geoid", "county_id", "county_fips", "geoid", "fipscounty", "county_code"),
    SECOND: (
        "neighbor_geoid",
        "neighbour_geoid",
        "neighbour_fips",
        "neighbor_id",
        "adjacent_county_id",
        "adjacent_county_geoid",
        "adjacent_fips",
        "fipsneighbor",
        "neighbor_code",
    ),
}


def read_neighbours(path: str | None, fips: list[str], notes: list[str]) -> tuple[Integers, SmallIntegers]:
    """Return the table of neighbours of the counties ``fips``; without a file nobody has any.

    Pairs that name other counties are left out and counted in ``notes``.

    Raises
    ------
    UserError
        Codes that no county has, or no pair of these counties.
    """
    nobody = np.zeros(0, dtype=np.int64)
    if path is None:
        return neighbour_table(nobody, nobody, len(fips))
    file = read_table(KEY, path, Layout((FIRST, SECOND), aliases=ALIASES, bare=_without_names))
    _continue_lines(file)
    ends = [codes(file, FIRST), codes(file, SECOND)]
    file.raise_faults()
    notes.extend(file.notes)
    index = {code: place for place, code in enumerate(fips)}
    one, other = (np.array([index.get(code, -1) for code in column], dtype=np.int64) for column in ends)
    known = (one >= 0) & (other >= 0)
    if not known.any():
        raise UserError(f"{KEY}: {file.path} has no pair of two counties of the county file")
    notes.extend(_left_out(ends, known, index))
    return neighbour_table(one[known], other[known], len(fips))


def _without_names(cells: list[str]) -> Places | None:
    """Return where the codes stand if a first record is a pair already: name, code, name, code; or two codes."""
    for places in ({FIRST: 1, SECOND: 3}, {FIRST: 0, SECOND: 1}):
        if len(cells) > max(places.values()) and all(county_code(cells[at])[0] for at in places.values()):
            return places
    return None


def _continue_lines(file: Table) -> None:
    """Write the county of the line above where a line leaves it empty."""
    known = ""
    for row, text in enumerate(file.columns[FIRST]):
        known = text or known
        file.columns[FIRST][row] = known


def _left_out(ends: list[list[str]], known: Bools, index: dict[str, int]) -> list[str]:
    """Return lines on pairs that name counties which the county file has not, and on counties that no pair names."""
    told = []
    named = {code for column in ends for code in column}
    rows = int((~known).sum())
    if rows:
        strange = sorted(named - index.keys())
        who = f"{counted(len(strange), 'county')} that the county file has not ({listed(strange)})"
        told.append(f"{KEY}: left out of {len(known):,} rows: {rows:,} that name {who}")
    lonely = [code for code in index if code not in named]
    if lonely:
        told.append(f"{KEY}: {counted(len(lonely), 'county')} that no row names, without neighbours ({listed(lonely)})")
    return told
