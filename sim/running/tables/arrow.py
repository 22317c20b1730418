"""Arrow columns laid over numpy arrays, and arrays over columns.

``pyarrow.array`` imports pandas to see whether it was given a series, and ``to_numpy`` does too, which takes longer
than a small run; what is made from buffers needs neither that nor a copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt


def numbers(values: npt.NDArray[Any]) -> Any:
    """Return a column of the numbers in a flat array of any numeric type; the column shares its memory."""
    import pyarrow as pa

    flat = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(flat.dtype), len(flat), [None, pa.py_buffer(flat)])


def numbers_or_null(values: npt.NDArray[np.float64]) -> Any:
    """Return a column of the numbers in a flat array, null where they are nan."""
    import pyarrow as pa

    flat = np.ascontiguousarray(values)
    known = pa.py_buffer(np.packbits(~np.isnan(flat), bitorder="little"))
    return pa.Array.from_buffers(pa.float64(), len(flat), [known, pa.py_buffer(flat)])


def flags(values: npt.NDArray[np.bool_]) -> Any:
    """Return a column of true and false."""
    import pyarrow as pa

    bits = pa.py_buffer(np.packbits(values, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, bits])


def texts(values: Sequence[str]) -> Any:
    """Return a column of texts."""
    return _texts(tuple(values))


@lru_cache(maxsize=64)
def _texts(values: tuple[str, ...]) -> Any:
    import pyarrow as pa

    coded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, coded)]).astype(np.int32)
    return pa.Array.from_buffers(pa.string(), len(coded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(coded))])


def categories(names: Sequence[str], places: npt.NDArray[np.integer[Any]]) -> Any:
    """Return a dictionary-encoded column: the name at each of ``places``, all of which are places of names."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(numbers(places), texts(names), safe=False)


def numbers_in(column: Any) -> npt.NDArray[Any]:
    """Return the numbers of a column without gaps; the array shares the column's memory."""
    kind: np.dtype[Any] = np.dtype(column.type.to_pandas_dtype())
    if len(column) == 0:
        return np.empty(0, dtype=kind)
    return np.frombuffer(column.buffers()[1], dtype=kind, offset=column.offset * kind.itemsize, count=len(column))


def declared(schema: Any, said: Mapping[bytes, bytes | str] | None = None) -> Any:
    """Return a schema that says of its columns that only measurements, numbers with a fraction, may have gaps.

    Columns without gaps are a quarter quicker to write. ``said`` is what a table says of itself.
    """
    import pyarrow as pa

    return pa.schema([field.with_nullable(pa.types.is_floating(field.type)) for field in schema], said)
