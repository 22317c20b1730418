"""A table of the user's: columns by name, and one message for all faults with their lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.scenario.user_tables.codes import county_code
from sim.scenario.user_tables.days import month_of_day
from sim.scenario.user_tables.numbers import Commas, meaning_of_commas, number_of, remedy
from sim.scenario.user_tables.records import SEPARATORS, Layout, Record, Records, split_records
from sim.scenario.user_tables.text import UnreadableTable, read_text
from sim.words.faults import LONGEST_FAULT, UserError, on_a_screen, printable, shortened


@dataclass
class Table:
    """A file read whole, and the faults found in it so far.

    ``columns`` holds the stripped text of each wanted column that the file has; ``lines`` the line of each row;
    ``notes`` a line on what was recognised rather than written as the documentation has it, if anything.
    """

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]
    commas: Commas = "none"
    notes: list[str] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    _faulty: set[tuple[int, str]] = field(default_factory=set)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    def fault(self, row: int, message: str, column: str = "") -> None:
        """Note a fault in a row (counted from 0), and the column it stands in."""
        self.faults.append((self.lines[row], message))
        self._faulty.add((row, column))

    def is_faulty(self, row: int, *columns: str) -> bool:
        """Tell whether a fault was found in any of these columns of a row, so that what follows from it is not told."""
        return any((row, column) in self._faulty for column in columns)

    def kept(self, rows: Sequence[int]) -> Table:
        """Return the table of some of the rows."""
        columns = {name: [texts[row] for row in rows] for name, texts in self.columns.items()}
        return Table(self.path, columns, [self.lines[row] for row in rows], self.commas, self.notes)

    def raise_faults(self) -> None:
        """Raise one ``UserError`` that tells all faults noted so far in the order of their lines, if any."""
        if self.faults:
            raise UserError("\n".join(told_faults(self.path, self.faults)))


def told_faults(path: Path, faults: Sequence[tuple[int, str]]) -> list[str]:
    """Return a line for each fault in the order of the file's lines, at most a screen of them."""
    told = (printable(f"{path}, line {line}: {shortened(message, LONGEST_FAULT)}") for line, message in sorted(faults))
    return on_a_screen(list(told), "faults")


@dataclass(frozen=True)
class Rows:
    """The rows of a file before anything in them is judged, and the faults of those of another length."""

    records: Records
    rows: list[Record]
    commas: Commas
    notes: list[str]
    faults: list[tuple[int, str]]

    def told_notes(self, key: str, path: Path) -> list[str]:
        """Return a line on how the file was read, where it is not written as the documentation has it."""
        return [printable(f"{key}: {path.name} is read with {', '.join(self.notes)}")] if self.notes else []


def read_rows(key: str, path: Path, layout: Layout) -> Rows:
    """Read the rows of a file that the parameter ``key`` names.

    Raises
    ------
    UserError
        No such file, not text, no rows or a required column missing.
    """
    text, encoding = read_text(key, path)
    records = split_records(path, text, layout)
    rows, faults = _checked_rows(records, layout.ragged)
    if not rows:
        raise UnreadableTable(path, None, "has no rows; the first line names the columns, each further line is a row")
    places = records.places.values()
    cells = [cells[at] for _, cells in rows for at in places if at < len(cells)] if "," in text else []
    commas = meaning_of_commas(cells)
    return Rows(records, rows, commas, _recognised(records, encoding, commas), faults)


def read_table(key: str, path: str, layout: Layout) -> Table:
    """Read the wanted columns of a CSV file whose first line names them; other columns are ignored.

    Parameters
    ----------
    key : str
        The parameter that names the file, for messages.
    path : str
        The file.
    layout : Layout
        The columns, and where their names may stand.

    Raises
    ------
    UserError
        No such file, not text, no rows, a required column missing or a row of another length.
    """
    place = Path(path)
    found = read_rows(key, place, layout)
    if found.faults:
        raise UserError("\n".join(told_faults(place, found.faults)))
    columns = {name: [cells[at] for _, cells in found.rows] for name, at in found.records.places.items()}
    return Table(place, columns, [line for line, _ in found.rows], found.commas, found.told_notes(key, place))


def _checked_rows(records: Records, ragged: bool) -> tuple[list[Record], list[tuple[int, str]]]:
    """Return the rows, each as long as the header, and faults of those that are not."""
    length = len(records.header or records.rows[0][1])
    rows, faults = [], []
    for line, cells in records.rows:
        if len(cells) > length and not any(cells[length:]):
            cells = cells[:length]
        if ragged and len(cells) < length:
            cells = [*cells, *[""] * (length - len(cells))]
        if cells == records.header:
            faults.append((line, "names the columns once more; leave this line out"))
        elif len(cells) != length:
            faults.append((line, _wrong_length(cells, length, records)))
        rows.append((line, cells))
    return rows, faults


def _wrong_length(cells: list[str], length: int, records: Records) -> str:
    whole = records.separator.join(cells)
    for sign, name in SEPARATORS.items():
        if sign != records.separator and whole.count(sign) + 1 == length:
            return f"has {name} between its values, but the first line {SEPARATORS[records.separator]}; use one sign"
    first = f"names {length} columns" if records.header is not None else f"has {length}"
    return f"{len(cells)} values, but the first line {first}"


def _recognised(records: Records, encoding: str, commas: Commas) -> list[str]:
    """Return in a few words each what was recognised."""
    found = [] if records.separator == "," else [f"{SEPARATORS[records.separator]} between columns"]
    found += [] if records.header is not None else ["no line that names the columns"]
    found += {"decimal": ["decimal commas"], "thousands": ["commas between thousands"]}.get(commas, [])
    found += [f"the encoding {encoding}"] if encoding else []
    names = [f"{shortened(written)} as {wanted}" for wanted, written in records.renamed.items()]
    found += [f"the column{'s' if len(names) > 1 else ''} {', '.join(names)}"] if names else []
    nameless = [at for at, name in enumerate(records.header or ["-"]) if not name]
    if any(cells[at] for _, cells in records.rows for at in nameless if at < len(cells)):
        found.append("columns without a name left out")
    return found


def numbers(
    table: Table, column: str, who: Sequence[str], low: float, high: float, allowed: str | None = None
) -> list[float]:
    """Return the numbers of a column; note those that are no number (infinity is returned) or out of range.

    Where the column is empty or absent nan is returned. ``who`` names each row in messages, ``allowed`` says what may
    stand there if the range does not say it all.
    """
    allowed = allowed or f"a number from {low:,g} to {high:,g}, or nothing where it is not known"
    texts = table.columns.get(column)
    if texts is None:
        return [math.nan] * len(table)
    values = []
    for row, text in enumerate(texts):
        value = number_of(text, table.commas) if text else math.nan
        if text and not low <= value <= high:
            hint = remedy(text, table.commas, low, high)
            table.fault(row, f"{who[row]}: {column} is {shortened(text)}; allowed is {allowed}{hint}", column)
        values.append(math.inf if text and math.isnan(value) else value)
    return values


def whole_years(table: Table, column: str, who: Sequence[str], low: int, high: int) -> list[float]:
    """Return the years of a column, each a whole number."""
    years = numbers(table, column, who, low, high, f"a year from {low} to {high}")
    for row, year in enumerate(years):
        if math.isfinite(year) and not year.is_integer() and not table.is_faulty(row, column):
            text = table.columns[column][row]
            table.fault(row, f"{who[row]}: {column} is {text}; allowed is a whole year such as {int(year)}", column)
    return years


def months(table: Table, column: str, who: Sequence[str], undated: int) -> list[int]:
    """Return absolute months of a column of days, ``undated`` where nothing is given; note malformed ones."""
    found = []
    for row, text in enumerate(table.columns.get(column, [""] * len(table))):
        month = month_of_day(text) if text else undated
        if isinstance(month, str):
            table.fault(row, f"{who[row]}: {column} is {shortened(text)}; {month}", column)
            month = undated
        found.append(month)
    return found


def codes(table: Table, column: str, is_read: Callable[[int], bool] = lambda row: True) -> list[str]:
    """Return the five digits of each county of a column, empty where they are at fault or the row is not read."""
    found = []
    for row, text in enumerate(table.columns[column]):
        code, problem = county_code(text) if is_read(row) else ("", "")
        if problem:
            table.fault(row, f"{column} is {shortened(text) or 'empty'}; {problem}", column)
        found.append(code)
    return found


def refuse_repeated(table: Table, keys: Sequence[object], what: Callable[[int], str], remedy: str) -> None:
    """Note rows whose key stood before; a key of None is passed over."""
    first: dict[object, int] = {}
    for row, key in enumerate(keys):
        if key is None:
            continue
        if key in first:
            table.fault(row, f"{what(row)} stands already on line {table.lines[first[key]]}; {remedy}")
        first.setdefault(key, row)


def counted(number: int, thing: str) -> str:
    """Return a number of things in words."""
    several = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{number:,} {thing if number == 1 else several}"


def listed(items: Sequence[str], most: int = 5) -> str:
    """Return the first few of ``items``, and how many more there are."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most:,} more" if len(items) > most else shown
