"""Changing any one parameter changes the ledger, so that a comparison in which it varies says something about it.

Only the columnar engine runs here. A parameter that is added to the table is tested without being named.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

import pytest
from engine_scenarios import columnar, differences, ready
from pydantic import ValidationError
from random_parameters import (
    EVERYTHING,
    FILES_OF_WORLD,
    FIXED,
    ROWS,
    changes_of,
    name_of,
    random_changes,
    with_changes,
)
from small_worlds import merged

from sim.engines.ledger import MonthRecord
from sim.parameters import Table
from sim.parameters.listing import Row
from sim.words.faults import UserError

SEED = 5
RANDOM_WORLDS = 3
COPIED = ("programs", "officers")
"""What is copied into the ledger from the setting; a parameter that moves nothing else is not computed with."""
SILENT: dict[str, str] = {
    **FIXED,
    "police.officers_per_1000": "officers are counted; patrol and workload are relative to what is usual",
}
"""Parameters that move nothing else, with the reason."""
SILENT_ENTRIES: dict[str, str] = {"survey.capture.homicide": "no interviewer is told by the dead"}
"""Entries of tables that move nothing else, with the reason."""


NATION: dict[str, Any] = {
    "start": "2010-06",
    "months": 1,
    "world": {"kind": "nation", "scale": 0.0001},
    "programs": {"secure_communities": {"counties": "file"}},
}
WORLDS: tuple[dict[str, Any], ...] = (
    EVERYTHING,
    merged(EVERYTHING, {"world": {"counties": FILES_OF_WORLD["counties"]}}),
    *(with_changes(random_changes(number)) for number in range(RANDOM_WORLDS)),
    NATION,
)
"""Scenarios in which a parameter is changed: a grid, a county file, random ones, and a nation."""


@lru_cache(maxsize=len(WORLDS))
def run_of(number: int) -> tuple[MonthRecord, ...]:
    """Return the run of a scenario as it stands; an impossible one has no months."""
    return tuple(run(WORLDS[number]))


def run(parameters: dict[str, Any]) -> list[MonthRecord]:
    """Return the run of a scenario, no months where its parameters do not go together."""
    try:
        return columnar(ready(parameters), SEED)
    except (UserError, ValidationError):
        return []


def moved(row: Row, entry: str | None = None, worlds: int = len(WORLDS)) -> bool:
    """Tell whether changing a parameter (one entry of a table) changes the ledger in one of the first scenarios."""
    for number, world in enumerate(WORLDS[:worlds]):
        for value in changes_of(row, Random(name_of(row))):
            if entry is not None:
                value = {entry: value[entry]}
            if run_of(number) and ledger_moves(run_of(number), run(with_changes({name_of(row): value}, world))):
                return True
    return False


def ledger_moves(first: tuple[MonthRecord, ...], second: list[MonthRecord]) -> bool:
    found = differences(list(first), second) if second else []
    return any(not where.endswith(COPIED) for where in found)


ENTRIES = [
    pytest.param(row, entry, id=f"{name_of(row)}.{entry}")
    for row in ROWS
    if isinstance(row.default, Table)
    for entry in type(row.default).model_fields
]
"""Every entry of every table."""


@pytest.mark.parametrize("row", [pytest.param(row, id=name_of(row)) for row in ROWS])
def test_changing_one_parameter_changes_the_ledger(row: Row) -> None:
    name = name_of(row)
    if name in SILENT:
        assert not moved(row, worlds=2), (
            f"{name} moves the ledger: take it out of SILENT or FIXED, where it is said that it cannot"
        )
        return
    assert moved(row), (
        f"{name} never moved a column of the ledger in {len(WORLDS)} scenarios. Either nothing computes with it; "
        "or what it acts on is switched off or absent: switch it on in EVERYTHING (tests/made/random_parameters.py); "
        "or it cannot move the ledger: name it in SILENT here with the reason"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("row", "entry"), ENTRIES)
def test_changing_one_entry_of_a_table_changes_the_ledger(row: Row, entry: str) -> None:
    name = f"{name_of(row)}.{entry}"
    if name in SILENT_ENTRIES:
        assert not moved(row, entry, worlds=2), f"{name} moves the ledger: take it out of SILENT_ENTRIES"
        return
    assert moved(row, entry), (
        f"{name} never moved a column of the ledger in {len(WORLDS)} scenarios; see the test above"
    )


def test_exceptions_are_parameters() -> None:
    assert set(SILENT) <= {name_of(row) for row in ROWS}
    assert set(SILENT_ENTRIES) <= {str(entry.id) for entry in ENTRIES}
