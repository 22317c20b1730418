"""From the text of a file to records of cells: the wanted names tell which sign parts the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sim.scenario.user_tables.text import UnreadableTable

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LONGEST_CELL = 100_000
Record = tuple[int, list[str]]
"""A line number and the stripped cells that stand there."""
Places = dict[str, int]
"""Where each wanted column stands."""


@dataclass(frozen=True)
class Layout:
    """What is looked for in a file.

    Attributes
    ----------
    required, optional : sequences of column names
    aliases : mapping
        Other names under which a column is known.
    header_within : int
        The names of the columns stand in one of so many first records.
    bare : callable, optional
        Returns the places of the columns where the first record shows a known layout without names, else None.
    ragged : bool
        Whether rows may be shorter than the first line.
    """

    required: Sequence[str]
    optional: Sequence[str] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    header_within: int = 1
    bare: Callable[[list[str]], Places | None] | None = None
    ragged: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that are looked for."""
        return (*self.required, *self.optional)


@dataclass(frozen=True)
class Records:
    """The records of a file: its header (None where it has none), where each column stands, and the rows."""

    separator: str
    header: list[str] | None
    places: Places
    rows: list[Record]
    renamed: dict[str, str]
    """The name in the file of each column that is written in another way than wanted."""


def plain_name(name: str) -> str:
    """Return a column's name without regard to case, spaces and signs between words."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def split_records(path: Path, text: str, layout: Layout) -> Records:
    """Return the records of ``text``.

    Raises
    ------
    UnreadableTable
        Where columns are missing or stand twice, quotation marks do not close, or nothing is there.
    """
    text, told = _hint_of_a_spreadsheet(text)
    best: tuple[int, str, int, Places | None] = (-1, ",", 0, None)
    for separator in [told] if told else SEPARATORS:
        found = _recognised(text, separator, layout)
        if found[0] > best[0]:
            best = found
    _, separator, at, bare = best
    records = list(_records(path, text, separator))
    if bare is not None and records:
        return Records(separator, None, bare, records, {})
    if len(records) < at + 2:
        raise UnreadableTable(path, None, "has no rows; the first line names the columns, each further line is a row")
    line, header = records[at]
    places, renamed = _places(path, line, header, layout)
    return Records(separator, header, places, records[at + 1 :], renamed)


def _hint_of_a_spreadsheet(text: str) -> tuple[str, str]:
    """Return the text with a first line such as ``sep=;`` emptied, and the separator that it tells."""
    found = re.match(r"sep=([,;\t|])[,;\t| ]*(?=\r?\n)", text, re.IGNORECASE)
    return (text[found.end() :], found[1]) if found else (text, "")


def _recognised(text: str, separator: str, layout: Layout) -> tuple[int, str, int, Places | None]:
    """Return how well a separator fits, the separator, the record of the names, and places of a layout without names.

    What fits best has the most wanted columns; where none has any, the most cells.
    """
    first = _first_records(text, separator, layout.header_within)
    scores = [1000 * len(_matching(cells, layout)) for cells in first]
    if scores and max(scores) > 0:
        return (max(scores), separator, scores.index(max(scores)), None)
    if layout.bare is not None and first:
        bare = layout.bare(first[0])
        if bare is not None:
            return (1000 * len(bare), separator, 0, bare)
    return (len(first[0]) if first else 0, separator, 0, None)


def _first_records(text: str, separator: str, number: int) -> list[list[str]]:
    """Return the first records that are not empty, as far as their quotation marks close."""
    csv.field_size_limit(LONGEST_CELL)
    found: list[list[str]] = []
    with suppress(csv.Error):
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 50):
            cells = [cell.strip() for cell in row]
            if any(cells):
                found.append(cells)
            if len(found) == number:
                break
    return found


def _records(path: Path, text: str, separator: str) -> Iterator[Record]:
    """Yield the records that are not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        problem = "quotation marks do not close, or a cell is far too long"
        raise UnreadableTable(path, reader.line_num, f"{problem} ({error})") from None


def _matching(header: list[str], layout: Layout) -> dict[str, list[int]]:
    """Return the places at which each wanted column may stand; a name that is written exactly leaves no other."""
    plain = [plain_name(cell) for cell in header]
    found = {}
    for name in layout.names:
        exact = [place for place, cell in enumerate(header) if cell == name]
        near = [place for place, cell in enumerate(plain) if cell == plain_name(name)]
        known = [place for alias in layout.aliases.get(name, ()) for place, cell in enumerate(plain) if cell == alias]
        places = exact or near or known[:1]
        if places:
            found[name] = places
    return found


def _places(path: Path, line: int, header: list[str], layout: Layout) -> tuple[Places, dict[str, str]]:
    """Return where each wanted column stands, and the columns that are named in another way."""
    from difflib import get_close_matches

    matching = _matching(header, layout)
    faults = [f"column {name} stands twice" for name, places in sorted(matching.items()) if len(places) > 1]
    taken = {place for places in matching.values() for place in places}
    others = [cell for place, cell in enumerate(header) if cell and place not in taken]
    for name in layout.required:
        if name not in matching:
            near = get_close_matches(name, others, 1)
            faults.append(f"column {name} is missing{f'; nearest is {near[0]}' if near else ''}")
    if len(faults) > 1 and not matching:
        faults = [_nothing_matches(header, layout)]
    if faults:
        raise UnreadableTable(path, line, *faults)
    places = {name: found[0] for name, found in matching.items()}
    return places, {name: header[place] for name, place in places.items() if header[place] != name}


def _nothing_matches(header: list[str], layout: Layout) -> str:
    shown = ", ".join(header[:5]) + (", ..." if len(header) > 5 else "")
    wanted = ", ".join(layout.required[:5]) + (", ..." if len(layout.required) > 5 else "")
    return f"names none of the columns ({wanted}); it has {shown[:200]}"
