"""Summaries and outcomes of runs as tables, so that they lie on disk and are looked at one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, overload

from sim.words.codes import BALANCE_SHAPE, CRIME_SHAPE, ENFORCEMENT_SHAPE, PEOPLE_SHAPE, SURVEY_SHAPE

if TYPE_CHECKING:
    from sim.running.measures import RunSummary
    from sim.running.outcomes import Measure

SHAPES: dict[str, tuple[int, ...]] = {
    "crime": (-1, 3, *CRIME_SHAPE[1:]),
    "people": (-1, *PEOPLE_SHAPE),
    "survey": (-1, *SURVEY_SHAPE),
    "person_months": (-1, *PEOPLE_SHAPE[:2]),
    "enforcement": (-1, *ENFORCEMENT_SHAPE),
    "county_crime": (-1, 2, 2),
    "adoption": (-1,),
    "balance": BALANCE_SHAPE,
}
"""The arrays of a summary, which lie in their columns as lists."""


def summary_table(summary: RunSummary) -> Any:
    """Return a summary as a table of one row."""
    import numpy as np
    import pyarrow as pa

    from sim.running.tables.arrow import numbers, texts

    columns: dict[str, Any] = {
        "scenario": texts([summary.scenario]),
        "replication": numbers(np.array([summary.replication], dtype=np.int32)),
        "months": _listed(texts(summary.months)),
        "start": numbers(np.array([summary.start], dtype=np.int32)),
        "persons": numbers(np.array([summary.persons])),
        "clipped_share": numbers(np.array([summary.clipped_share])),
    }
    return pa.table(columns | {name: _listed(numbers(getattr(summary, name).ravel())) for name in SHAPES})


def _listed(values: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    from sim.running.tables.arrow import numbers

    return pa.ListArray.from_arrays(numbers(np.array([0, len(values)], dtype=np.int32)), values)


def summary_of(row: Any) -> RunSummary:
    """Return the summary in a table or record batch of one row; its arrays share the row's memory."""
    from sim.running.measures import RunSummary

    plain = {name: row.column(name)[0].as_py() for name in ("scenario", "replication", "start", "persons")}
    return RunSummary(
        **plain,
        months=tuple(row.column("months")[0].as_py()),
        clipped_share=row.column("clipped_share")[0].as_py(),
        **{name: _array(row.column(name)[0].values, shape) for name, shape in SHAPES.items()},
    )


def _array(values: Any, shape: tuple[int, ...]) -> Any:
    import numpy as np

    data = np.frombuffer(values.buffers()[1], dtype=np.int64, offset=8 * values.offset, count=len(values))
    return data.reshape(shape)


def outcome_table(summary: RunSummary) -> Any:
    """Return every measure of a run as a table of one row; what cannot be computed is null."""
    import numpy as np
    import pyarrow as pa

    from sim.running.tables.arrow import numbers, numbers_or_null, texts

    columns = {
        "scenario": texts([summary.scenario]),
        "replication": numbers(np.array([summary.replication], dtype=np.int32)),
    }
    for name, measure in _measures():
        columns[name] = numbers_or_null(np.array([measure.value(summary)], dtype=np.float64))
    return pa.table(columns)


@cache
def _measures() -> list[tuple[str, Measure]]:
    from sim.running.outcomes import column_of, measures

    return [(column_of(measure), measure) for measure in measures()]


class Summaries(Sequence["RunSummary"]):
    """The summaries of one scenario's runs, by replication, each read when it is looked at."""

    def __init__(self, readers: Sequence[Callable[[], Any]]) -> None:
        """Take for each run a function that reads its row."""
        self._readers = readers

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._readers)

    @overload
    def __getitem__(self, index: int) -> RunSummary: ...

    @overload
    def __getitem__(self, index: slice) -> Summaries: ...

    def __getitem__(self, index: int | slice) -> RunSummary | Summaries:
        """Return the summary at a place, or those of a range."""
        if isinstance(index, slice):
            return Summaries(self._readers[index])
        return summary_of(self._readers[index]())

    def __iter__(self) -> Iterator[RunSummary]:
        """Yield one summary after another."""
        for read in self._readers:
            yield summary_of(read())
