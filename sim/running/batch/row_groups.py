"""Tables of many runs in one Parquet file, whose bytes follow from the runs alone.

Runs are gathered into row groups of some size. Text columns are numbered anew in each group, the same way wherever the
runs were kept before, for a file's bytes show in which order its words were first met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.words.labels import CHARGES, CRIMES, FAMILIES, LEVELS, STATUSES, TARGET_GROUPS

GROUP_ROWS = 1 << 17
"""Rows from which a row group is written: large enough to be packed well, small enough for any memory."""
PRUNING_COLUMNS = ["scenario", "replication"]
"""Their least and greatest value is kept, so that readers who filter skip what they do not want: runs are whole."""
BATCH_VALUES = 1 << 16
"""Values that are encoded at a time; bytes are the same with fewer, but take a tenth longer."""
_WORDS = (*CRIMES, *TARGET_GROUPS, *STATUSES, *LEVELS, *CHARGES, *FAMILIES)
_LABELS = {name: place for place, name in enumerate(dict.fromkeys(_WORDS))}
_IN_ORDER = ("type", "group", "status", "level", "charge", "family")


def write_groups(
    path: Path,
    tables: Iterable[Any],
    order: Mapping[str, int],
    compression: str = "zstd",
    said: Mapping[bytes, str] | None = None,
) -> None:
    """Write the tables of runs, in their order, as one Parquet file.

    Parameters
    ----------
    path : Path
        Where to write; no more than one row group is held in memory.
    tables : iterable of pyarrow.Table
        One a run, of the same columns.
    order : mapping of int
        The place of each scenario in the design.
    compression : str
        How pages are packed.
    said : mapping, optional
        What the file says of itself.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.running.tables.arrow import declared

    writer, joiner = None, _Joiner(order)
    try:
        for group in _groups(tables):
            table = pa.table({name: joiner.joined([it.column(name) for it in group], name) for name in _names(group)})
            table = pa.Table.from_arrays(table.columns, schema=declared(table.schema, said))
            writer = writer or pq.ParquetWriter(path, table.schema, compression=compression, **_options(table))
            writer.write_table(table, row_group_size=max(len(table), 1))
        if writer is not None:
            writer.close()
    except OSError:
        if writer is not None:
            writer.is_open = False  # or it would try again, and fail loudly, when it is collected
        raise


def _names(group: list[Any]) -> list[str]:
    names: list[str] = group[0].column_names
    return names


def _groups(tables: Iterable[Any]) -> Iterator[list[Any]]:
    group: list[Any] = []
    rows = 0
    for table in tables:
        group.append(table)
        rows += len(table)
        if rows >= GROUP_ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _options(table: Any) -> dict[str, Any]:
    import pyarrow as pa

    texts = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    return {"use_dictionary": texts, "write_statistics": PRUNING_COLUMNS, "write_batch_size": BATCH_VALUES}


class _Joiner:
    """Joins columns of several runs; text columns that are what they were in the row group before are not made anew."""

    def __init__(self, order: Mapping[str, int]) -> None:
        """Take the place of each scenario in the design."""
        self.order = order
        self.before: dict[str, tuple[list[Any], Any]] = {}

    def joined(self, pieces: list[Any], name: str) -> Any:
        """Return one column of several runs in one piece."""
        import pyarrow as pa

        chunks = [chunk for piece in pieces for chunk in piece.chunks]
        if not pa.types.is_dictionary(pieces[0].type):
            return chunks[0] if len(chunks) == 1 else pa.chunked_array(chunks, pieces[0].type).combine_chunks()
        before, made = self.before.get(name, (None, None))
        if chunks != before:
            made = _renumbered(chunks, name, self.order)
            self.before[name] = chunks, made
        return made


def _renumbered(chunks: list[Any], name: str, order: Mapping[str, int]) -> Any:
    """Return a text column with its words in a fixed order: labels as they are listed, others sorted, the used only."""
    import numpy as np

    from sim.running.tables.arrow import categories, numbers_in

    words = [chunk.dictionary.to_pylist() for chunk in chunks]
    indices = [numbers_in(chunk.indices) for chunk in chunks]
    used: set[str] = set()
    for own, index in zip(words, indices, strict=True):
        used.update(own[place] for place in np.flatnonzero(np.bincount(index, minlength=len(own))))
    final = _sorted(used, name, order)
    place_of = {word: place for place, word in enumerate(final)}
    maps = [np.array([place_of.get(word, 0) for word in own], dtype=np.int32) for own in words]
    places = [own[index] for own, index in zip(maps, indices, strict=True)]
    return categories(final, np.concatenate([np.empty(0, dtype=np.int32), *places]))


def _sorted(words: set[str], name: str, order: Mapping[str, int]) -> list[str]:
    if name == "scenario":
        return sorted(words, key=lambda word: order[word])
    return sorted(words, key=lambda word: _LABELS[word]) if name in _IN_ORDER else sorted(words)
