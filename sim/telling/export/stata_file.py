"""Stata files (.dta, version 118) of any number of rows, written a batch at a time.

pandas writes whole frames, so it writes the frame of the file here: header, names, formats and labels around a single
row. The rows, records of fixed length in the order of the columns, then take that row's place.
https://www.stata.com/help.cgi?dta describes the format.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sim.running.tables.reading import Meaning, is_text
from sim.telling.export.stata_names import stata_label, stata_names
from sim.words.calendar import month_number
from sim.words.faults import UserError
from sim.words.labels import CHARGES, CRIMES, FAMILIES, LEVELS, STATUSES, TARGET_GROUPS

MOST_ROWS = 2_147_483_619
LONGEST_TEXT = 2_045
"""Bytes; longer texts would have to be of another kind (strL) that few programs read."""
VOCABULARIES: dict[str, tuple[str, ...]] = {
    "type": CRIMES,
    "group": TARGET_GROUPS,
    "status": STATUSES,
    "level": LEVELS,
    "charge": CHARGES,
    "family": FAMILIES,
}
"""Columns that become numbers from 1 on with value labels, where they hold no other word."""
MONTH_DATE = Meaning("", "month_date", "Stata monthly date", "", "Calendar month as a Stata date (%tm)", "")
_MISSING: dict[str, float] = {"<i1": 101, "<i2": 32_741, "<i4": 2_147_483_621, "<f8": 2.0**1023}
_LARGEST: dict[str, float] = {"<i1": 100, "<i2": 32_740, "<i4": 2_147_483_620}
_SECTIONS = 14
_AFTER_DATA = 10
"""Of the places that the file's map lists, the first that lies behind the rows."""


@dataclass(frozen=True)
class Variable:
    """One variable of a Stata file and the column that it is made from."""

    column: str
    meaning: Meaning
    storage: str
    labels: tuple[str, ...] = ()
    is_month: bool = False

    @property
    def name(self) -> str:
        """The variable's name in the file."""
        return self.meaning.column

    def values(self, array: Any) -> NDArray[Any]:
        """Return the values of an Arrow array as they stand in the file.

        Raises
        ------
        UserError
            Where a number lies outside what Stata can hold.
        """
        if self.is_month:
            return _of_texts(array, _months_since_1960).astype(self.storage)
        if self.labels:
            places = {word: place for place, word in enumerate(self.labels, 1)}
            return _of_texts(array, lambda word: places[word] if word else _MISSING["<i1"]).astype(self.storage)
        if self.storage.startswith("S"):
            return _of_texts(array, lambda word: word.encode()).astype(self.storage)
        return self._numbers(array)

    def _numbers(self, array: Any) -> NDArray[Any]:
        counted = array.cast("int8") if array.type == "bool" else array
        values = np.asarray(counted.fill_null(0).to_numpy(zero_copy_only=False))
        if self.storage in _LARGEST and len(values) and abs(values.astype(np.int64)).max() > _LARGEST[self.storage]:
            raise UserError(f"{self.meaning.origin}: a number is too large for Stata; export to csv or parquet")
        numbers = values.astype(self.storage)
        absent = ~np.asarray(array.is_valid()) | (np.isnan(numbers) if self.storage == "<f8" else False)
        return np.where(absent, np.array(_MISSING[self.storage], self.storage), numbers)


@dataclass
class StataFile:
    """A Stata file that is being written: its frame is there, rows are added, and it is finished when closed."""

    path: Path
    variables: Sequence[Variable]
    label: str
    rows: int = 0
    _file: BinaryIO = field(init=False)
    _tail: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Write everything that stands before the rows."""
        frame = _frame(self.variables, self.label)
        places = struct.unpack(f"<{_SECTIONS}Q", frame[frame.index(b"<map>") + 5 :][: 8 * _SECTIONS])
        self._before = len(frame[: places[9]]) + len(b"<data>")
        self._tail = frame[places[_AFTER_DATA] - len(b"</data>") :]
        self._file = self.path.open("w+b")
        self._file.write(frame[: self._before])
        self._kind = np.dtype([(f"v{place}", it.storage) for place, it in enumerate(self.variables)])

    def add(self, batch: Any) -> None:
        """Add the rows of a ``pyarrow.RecordBatch``."""
        records = np.empty(len(batch), self._kind)
        for place, variable in enumerate(self.variables):
            records[f"v{place}"] = variable.values(batch.column(variable.column))
        self._file.write(records.tobytes())
        self.rows += len(batch)

    def close(self) -> None:
        """Finish the file: what stands behind the rows, their number, and where everything lies."""
        self._file.write(self._tail)
        self._file.seek(0)
        head = self._file.read(self._before)
        count, places = head.index(b"<N>") + 3, head.index(b"<map>") + 5
        shift = (self.rows - 1) * self._kind.itemsize
        known = struct.unpack(f"<{_SECTIONS}Q", head[places:][: 8 * _SECTIONS])
        moved = [place + (shift if number >= _AFTER_DATA else 0) for number, place in enumerate(known)]
        self._file.seek(count)
        self._file.write(struct.pack("<Q", self.rows))
        self._file.seek(places)
        self._file.write(struct.pack(f"<{_SECTIONS}Q", *moved))
        self._file.close()

    def __enter__(self) -> StataFile:
        """Return the file."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the file, or leave it as it is where something went wrong."""
        if kind is None:
            self.close()
        else:
            self._file.close()


def variables_of(schema: Any, meanings: Sequence[Meaning], batches: Iterable[Any]) -> list[Variable]:
    """Return the variables that hold the columns of ``schema``.

    Parameters
    ----------
    schema : pyarrow.Schema
        The columns.
    meanings : sequence of Meaning
        One for each.
    batches : iterable of pyarrow.RecordBatch
        All rows, at least of the columns of text: they tell how long texts are.

    Raises
    ------
    UserError
        Where a text is longer than Stata allows.
    """
    words = _distinct_texts(schema, batches)
    found: list[Variable] = []
    for column, meaning in zip(schema, meanings, strict=True):
        found.append(_variable(column, meaning, words.get(column.name, set())))
        if column.name == "month":
            date = MONTH_DATE._replace(table=meaning.table, origin=meaning.origin)
            found.append(Variable("month", date, "<f8", is_month=True))
    names = stata_names([variable.name for variable in found])
    return [_named(variable, name) for variable, name in zip(found, names, strict=True)]


def _variable(column: Any, meaning: Meaning, words: set[str]) -> Variable:
    import pyarrow as pa

    if is_text(column.type):
        vocabulary = VOCABULARIES.get(column.name, ())
        if words and words <= set(vocabulary):
            return Variable(column.name, meaning._replace(type="whole number with value labels"), "<i1", vocabulary)
        longest = max((len(word.encode()) for word in words), default=0)
        if longest > LONGEST_TEXT:
            raise UserError(f"{meaning.origin}: a text is longer than the {LONGEST_TEXT} bytes that Stata allows")
        return Variable(column.name, meaning, f"S{max(1, longest)}")
    if pa.types.is_boolean(column.type):
        return Variable(column.name, meaning._replace(type="0 or 1"), "<i1")
    if pa.types.is_signed_integer(column.type) and column.type.bit_width <= 32:
        return Variable(column.name, meaning, "<i2" if column.type.bit_width == 8 else "<i4")
    return Variable(column.name, meaning, "<f8")


def _named(variable: Variable, name: str) -> Variable:
    meaning = variable.meaning._replace(column=name)
    return Variable(variable.column, meaning, variable.storage, variable.labels, variable.is_month)


def _distinct_texts(schema: Any, batches: Iterable[Any]) -> dict[str, set[str]]:
    """Return every text that stands in each column of text."""
    names = [column.name for column in schema if is_text(column.type)]
    found: dict[str, set[str]] = {name: set() for name in names}
    for batch in batches:
        for name in names:
            found[name].update(word for word in batch.column(name).unique().to_pylist() if word is not None)
    return found


def _of_texts(array: Any, convert: Any) -> NDArray[Any]:
    """Return ``convert`` of each text of an Arrow array, worked out once for each that is different; null is empty."""
    import pyarrow as pa

    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    table = np.array([convert(word) for word in [*coded.dictionary.to_pylist(), ""]])
    places = coded.indices.fill_null(len(coded.dictionary)) if coded.indices.null_count else coded.indices
    return table[places.to_numpy(zero_copy_only=False)]


def _months_since_1960(month: str) -> float:
    return month_number(month) - month_number("1960-01") if month else _MISSING["<f8"]


def _frame(variables: Sequence[Variable], label: str) -> bytes:
    """Return a Stata file of one row, without the time at which it was written: equal results give equal files."""
    import pandas as pd

    data = pd.DataFrame({it.name: pd.Series([_example(it)], dtype=_frame_type(it)) for it in variables})
    buffer = io.BytesIO()
    data.to_stata(
        buffer,
        version=118,
        write_index=False,
        byteorder="<",
        data_label=stata_label(label),
        variable_labels={it.name: stata_label(it.meaning.meaning) for it in variables},
        value_labels={it.name: dict(enumerate(it.labels, 1)) for it in variables if it.labels} or None,
        convert_dates={it.name: "tm" for it in variables if it.is_month},
    )
    return _without_time(buffer.getvalue())


def _example(variable: Variable) -> Any:
    from datetime import datetime

    if variable.is_month:
        return datetime(2000, 1, 1)
    return "x" * int(variable.storage[1:]) if variable.storage.startswith("S") else 1


def _frame_type(variable: Variable) -> Any:
    if variable.is_month:
        return "datetime64[ns]"
    return object if variable.storage.startswith("S") else np.dtype(variable.storage)


def _without_time(frame: bytes) -> bytes:
    """Return a Stata file with an empty time stamp; what the map lists moves forward."""
    start, end = frame.index(b"<timestamp>") + 11, frame.index(b"</timestamp>")
    shift = end - start - 1
    places = frame.index(b"<map>") + 5
    known = struct.unpack(f"<{_SECTIONS}Q", frame[places:][: 8 * _SECTIONS])
    moved = struct.pack(f"<{_SECTIONS}Q", *(place - shift if number else place for number, place in enumerate(known)))
    return frame[:start] + b"\x00" + frame[end:places] + moved + frame[places + len(moved) :]


def row_bytes(variables: Sequence[Variable]) -> int:
    """Return how many bytes a row takes in a file, and in Stata's memory."""
    return sum(np.dtype(variable.storage).itemsize for variable in variables)


def labels_of(variables: Sequence[Variable]) -> Mapping[str, str]:
    """Return by variable what its numbers stand for, in words."""
    return {it.name: ", ".join(f"{n} {word}" for n, word in enumerate(it.labels, 1)) for it in variables if it.labels}
