"""What is counted once a year for the whole world: victims again, and people arrested again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engines.panel import FOLLOWED_MONTHS
from sim.running.tables.arrow import categories, numbers
from sim.words.labels import FAMILIES, REPEATS, STATUSES

Counts = npt.NDArray[np.int64]
Counted = Sequence[tuple[int, Counts]]
"""Months by number, and what is counted in each."""


def repeat_victims(scenario: str, replication: int, months: list[str], counted: Counted) -> Any:
    """Return victims by calendar year, family and number of victimizations, for years that end in ``counted``."""
    import pyarrow as pa

    whole = [(index, table) for index, table in counted if table.any()]
    years = [int(months[index][:4]) for index, _ in whole]
    each, rows = len(FAMILIES) * len(REPEATS), len(whole) * len(FAMILIES) * len(REPEATS)
    counts = np.concatenate([np.zeros((0, 2), dtype=np.int64), *(table.reshape(-1, 2) for _, table in whole)])
    place = np.arange(rows, dtype=np.int32)
    return pa.table(
        {
            **_run(scenario, replication, rows),
            "year": numbers(np.repeat(np.array(years, dtype=np.int32), each)),
            "family": categories(FAMILIES, (place // len(REPEATS) % len(FAMILIES)).astype(np.int8)),
            "victimizations": categories(REPEATS, (place % len(REPEATS)).astype(np.int8)),
            "victims": numbers(counts[:, 0].astype(np.int32)),
            "incidents": numbers(counts[:, 1].astype(np.int32)),
        }
    )


def rearrests(scenario: str, replication: int, months: list[str], counted: Counted) -> Any:
    """Return people released in a January, and those booked again within twelve months, by status."""
    import pyarrow as pa

    whole = [(index - FOLLOWED_MONTHS, table) for index, table in counted if table.any()]
    rows = len(whole) * len(STATUSES)
    counts = np.concatenate([np.zeros((0, 2), dtype=np.int64), *(table for _, table in whole)])
    names = [months[index] for index, _ in whole]
    return pa.table(
        {
            **_run(scenario, replication, rows),
            "month": categories(names, np.repeat(np.arange(len(whole), dtype=np.int16), len(STATUSES))),
            "status": categories(STATUSES, np.tile(np.arange(len(STATUSES), dtype=np.int8), len(whole))),
            "released": numbers(counts[:, 0].astype(np.int32)),
            "rearrested": numbers(counts[:, 1].astype(np.int32)),
        }
    )


def _run(scenario: str, replication: int, rows: int) -> dict[str, Any]:
    return {
        "scenario": categories([scenario], np.zeros(rows, dtype=np.int8)),
        "replication": numbers(np.full(rows, replication, dtype=np.int32)),
    }


class Yearly(NamedTuple):
    """A table without counties: from which field of the records it is made, and how."""

    field: str
    table: Callable[[str, int, list[str], Counted], Any]


YEARLY = {"repeat_victims": Yearly("repeats", repeat_victims), "rearrests": Yearly("rearrests", rearrests)}
"""By the table's name."""
