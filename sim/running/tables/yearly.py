"""What is counted once a year for the whole world: victims again, and people arrested again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engines.panel import FOLLOWED_MONTHS
from sim.running.tables.arrow import categories, numbers
from sim.words.labels import FAMILIES, REPEATS, STATUSES

if TYPE_CHECKING:
    from sim.engines.ledger import MonthRecord

Records = Sequence[tuple[int, "MonthRecord"]]


def repeat_victims(scenario: str, replication: int, months: list[str], records: Records) -> Any:
    """Return victims by calendar year, family and number of victimizations, of the years that end in ``records``."""
    import pyarrow as pa

    whole = [(index, record.repeats) for index, record in records if record.repeats.any()]
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


def rearrests(scenario: str, replication: int, months: list[str], records: Records) -> Any:
    """Return people released in a January, and those booked again within twelve months, by status."""
    import pyarrow as pa

    whole = [(index - FOLLOWED_MONTHS, record.rearrests) for index, record in records if record.rearrests.any()]
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


YEARLY: dict[str, Callable[[str, int, list[str], Records], Any]] = {
    "repeat_victims": repeat_victims,
    "rearrests": rearrests,
}
"""The tables that have no counties."""
