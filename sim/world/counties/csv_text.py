"""Reading the user's CSV files: columns by name, and one message for all faults with their lines."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from sim.words.faults import UserError

MOST_FAULTS_SHOWN = 10


@dataclass
class CsvFile:
    """A file read whole, and the faults found in it so far.

    ``columns`` holds the stripped text of each wanted column that the file has; ``lines`` the line of each row.
    """

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]
    faults: list[tuple[int, str]] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    def fault(self, row: int, message: str) -> None:
        """Note a fault in a row (counted from 0)."""
        self.faults.append((self.lines[row], message))

    def raise_faults(self) -> None:
        """Raise one ``UserError`` that tells all faults noted so far in the order of their lines, if any."""
        if not self.faults:
            return
        told = [f"{self.path}, line {line}: {message}" for line, message in sorted(self.faults)]
        more = len(told) - MOST_FAULTS_SHOWN
        if more > 0:
            told = [*told[:MOST_FAULTS_SHOWN], f"and {more} more"]
        raise UserError("\n".join(told))


def read_csv(key: str, path: str, required: Sequence[str], optional: Sequence[str] = ()) -> CsvFile:
    """Read the wanted columns of a CSV file whose first line names them; other columns are ignored.

    Parameters
    ----------
    key : str
        The parameter that names the file, for messages.
    path : str
        The file.
    required, optional : sequences of column names

    Raises
    ------
    UserError
        No such file, not text, no rows, a required column missing or a row of another length.
    """
    place = Path(path)
    try:
        with place.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream)
            rows = [(reader.line_num, row) for row in reader if row]
    except FileNotFoundError:
        raise UserError(f"{key}: there is no file {place}") from None
    except OSError as error:
        raise UserError(f"{key}: {place} cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error):
        raise UserError(f"{key}: {place} is not a CSV file in UTF-8") from None
    if len(rows) < 2:
        raise UserError(f"{key}: {place} has no rows; the first line names the columns, each further line is a row")
    header = [name.strip() for name in rows[0][1]]
    _check_header(place, header, required)
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise UserError(f"{place}, line {line}: {len(row)} values, but the first line names {len(header)} columns")
    places = {name: header.index(name) for name in (*required, *optional) if name in header}
    columns = {name: [row[at].strip() for _, row in rows[1:]] for name, at in places.items()}
    return CsvFile(place, columns, [line for line, _ in rows[1:]])


def _check_header(path: Path, header: list[str], required: Iterable[str]) -> None:
    faults = [f"{path}, line 1: column {name} stands twice" for name in sorted(set(header)) if header.count(name) > 1]
    for name in required:
        if name not in header:
            near = get_close_matches(name, [other for other in header if other not in required], 1)
            hint = f"; nearest is {near[0]}" if near else ""
            faults.append(f"{path}, line 1: column {name} is missing{hint}")
    if faults:
        raise UserError("\n".join(faults))


def numbers(
    file: CsvFile, column: str, who: Sequence[str], low: float, high: float, allowed: str | None = None
) -> list[float]:
    """Return the numbers of a column, nan where it is empty or absent; note those that are no number or out of range.

    ``who`` names each row in messages, ``allowed`` says what may stand there if the range does not say it all.
    """
    allowed = allowed or f"a number from {low:,g} to {high:,g}, or nothing where it is not known"
    texts = file.columns.get(column)
    if texts is None:
        return [math.nan] * len(file)
    values = []
    for row, text in enumerate(texts):
        value = math.nan
        if text:
            value = _number(text)
            if not low <= value <= high:
                file.fault(row, f"{who[row]}: {column} is {text}; allowed is {allowed}")
        values.append(value)
    return values


def _number(text: str) -> float:
    """Return the number a text stands for, infinity if it is none."""
    try:
        value = float(text)
    except ValueError:
        return math.inf
    return math.inf if math.isnan(value) else value
