"""The wide panel: one row for each scenario, replication, county and month, with a column for each count and kind.

Names are short enough for Stata (32 characters) in every format, so that a script can be carried over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from sim.running.tables.months import AXES
from sim.running.tables.reading import Meaning, RowReader, Table, meaning_of
from sim.telling.export.economists import Economists
from sim.telling.export.tables import KEYS
from sim.telling.export.wide_names import wide_name
from sim.words.faults import UserError
from sim.words.labels import LABELS

NAME = "panel"
TABLES = ("crime", "people", "enforcement", "counties")
"""What the panel is made of; survey and arrests have too many kinds for columns of their own."""
BATCH_CELLS = 4_000
"""Counties and months read at once: some hundred thousand rows of the longest table."""


@dataclass(frozen=True)
class _Part:
    """One table of the panel: its rows of one county and month become columns."""

    table: Table
    axes: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def kinds(self) -> list[tuple[str, ...]]:
        """The kinds that the rows of one county and month are about, in the order of the rows."""
        return list(product(*(names for _, names in self.axes)))

    @property
    def fields(self) -> list[Any]:
        """The columns that are counted or measured."""
        taken = {*KEYS, *(name for name, _ in self.axes)}
        return [field for field in self.table.schema if field.name not in taken]

    def columns(self) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
        """Yield name, field and kind of each column of the panel."""
        for field in self.fields:
            for kind in self.kinds:
                yield wide_name(field.name, kind), field, kind


class Panel:
    """The tables of counties and months side by side, read in step."""

    name = NAME

    def __init__(self, tables: Sequence[Table], folder: Path) -> None:
        """Take those of ``tables``, which lie in ``folder``, that have a row for each county and month.

        Raises
        ------
        UserError
            Where there is none.
        """
        self.parts = [_Part(table, AXES[table.name]) for table in tables if table.name in TABLES]
        if not self.parts:
            names = ", ".join(table.name for table in tables)
            raise UserError(
                f"--wide: needs one of the tables {', '.join(TABLES)}, which are by county and month; here are only "
                f"{names}, which are not made wide"
            )

        crime = next((part for part in self.parts if part.table.name == "crime"), None)
        books = [field.name for field in crime.fields] if crime is not None else []
        self.added = Economists(folder, [part.table for part in self.parts], books)

    @cached_property
    def schema(self) -> Any:
        """Names and types of the columns: keys, what is worked out, counts."""
        import pyarrow as pa

        text = pa.dictionary(pa.int32(), pa.string())
        keys = [pa.field(name, pa.int32() if name == "replication" else text) for name in KEYS]
        counts = [pa.field(name, field.type) for part in self.parts for name, field, _ in part.columns()]
        return pa.schema([*keys, *self.added.fields, *counts])

    @cached_property
    def rows(self) -> int:
        """Number of rows.

        Raises
        ------
        UserError
            Where the tables do not have the same counties and months.
        """
        counts = {part.table.name: part.table.rows / len(part.kinds) for part in self.parts}
        if len(set(counts.values())) > 1 or not all(count.is_integer() for count in counts.values()):
            raise _uneven([part.table.name for part in self.parts])
        return int(next(iter(counts.values())))

    @property
    def meanings(self) -> list[Meaning]:
        """One entry for each column."""
        first = self.parts[0].table
        known = {(first.name, entry.column): entry for entry in first.meanings}
        result = [meaning_of(first.name, first.schema.field(name), known)._replace(table=NAME) for name in KEYS]
        result += self.added.meanings(NAME)
        for part in self.parts:
            own = {entry.column: entry for entry in part.table.meanings}
            result += [_meaning(own[field.name], name, part, kind) for name, field, kind in part.columns()]
        return result

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield the rows, of all columns or some.

        Raises
        ------
        UserError
            Where the tables do not have the same counties and months in the same order.
        """
        readers = [(RowReader(part.table), len(part.kinds)) for part in self.parts]
        for first in range(0, self.rows, BATCH_CELLS):
            cells = min(BATCH_CELLS, self.rows - first)
            pieces = [reader.take(cells * kinds) for reader, kinds in readers]
            batch = self._batch(pieces)
            yield batch if columns is None else batch.select(list(columns))

    def _batch(self, pieces: list[Any]) -> Any:
        import pyarrow as pa

        keys = [_keys(part, piece) for part, piece in zip(self.parts, pieces, strict=True)]
        for part, other in zip(self.parts[1:], keys[1:], strict=True):
            if any(not mine.equals(its) for mine, its in zip(keys[0], other, strict=True)):
                raise _uneven([self.parts[0].table.name, part.table.name])
        arrays = [key.cast(field.type) for key, field in zip(keys[0], self.schema, strict=False)]
        counts = [array for part, piece in zip(self.parts, pieces, strict=True) for array in _spread(part, piece)]
        names = self.schema.names[len(KEYS) + len(self.added.fields) :]
        known = dict(zip(names, counts, strict=True))
        added = self.added.arrays(dict(zip(KEYS, keys[0], strict=True)), known)
        return pa.RecordBatch.from_arrays([*arrays, *added, *counts], schema=self.schema)


def _keys(part: _Part, piece: Any) -> list[Any]:
    """Return the keys of each county and month, once it is certain that its rows are the kinds in their order."""
    import pyarrow as pa

    step = len(part.kinds)
    cells = len(piece) // step
    for place, (name, _) in enumerate(part.axes):
        expected = pa.array([kind[place] for kind in part.kinds] * cells, pa.string())
        if not piece.column(name).combine_chunks().equals(expected):
            raise UserError(
                f"--wide: the rows of {part.table.name} are not in the order in which darkfigure writes them"
            )
    keys = []
    for name in KEYS:
        column = piece.column(name).combine_chunks()
        firsts, lasts = (column.take(pa.array(np.arange(cells) * step + shift)) for shift in (0, step - 1))
        if not firsts.equals(lasts):
            raise UserError(
                f"--wide: the rows of {part.table.name} are not in the order in which darkfigure writes them"
            )
        keys.append(firsts)
    return keys


def _spread(part: _Part, piece: Any) -> Iterator[Any]:
    """Yield the columns of the panel that a table gives: one for each counted column and kind."""
    from sim.running.tables.arrow import numbers, numbers_or_null

    step = len(part.kinds)
    for field in part.fields:
        column = piece.column(field.name).combine_chunks()
        if step == 1:
            yield column
            continue
        values = column.to_numpy(zero_copy_only=False).reshape(-1, step)
        make = numbers_or_null if values.dtype.kind == "f" else numbers
        for place in range(step):
            yield make(values[:, place])


def _meaning(entry: Meaning, name: str, part: _Part, kind: tuple[str, ...]) -> Meaning:
    """Return what a column of the panel means; the kind stands first, for Stata shows no more than 80 characters."""
    axes = [axis for axis, _ in part.axes]
    words = ", ".join(LABELS[word] for word in kind)
    where = " and ".join(f"{axis} is {word}" for axis, word in zip(axes, kind, strict=True))
    origin = f"{entry.origin} where {where}" if kind else entry.origin
    return Meaning(NAME, name, entry.type, entry.unit, f"{words}: {entry.meaning}" if kind else entry.meaning, origin)


def _uneven(names: Sequence[str]) -> UserError:
    return UserError(
        f"--wide: the tables {' and '.join(names)} do not have the same counties and months in the same order; "
        "name tables that have, with --tables"
    )
