"""Published figures with the designs of their studies: those shipped with the program, and those in a user's file."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sim.analysis.evidence.kinds import KINDS, NOT_COUNTED
from sim.scenario.user_tables.records import Layout
from sim.scenario.user_tables.table import Table, numbers, read_table, refuse_repeated
from sim.words.faults import did_you_mean, shortened
from sim.words.published import TABLE, number_of

ROLES = ("input", "target", "validation", "at_most", "alternative")
"""``input``: a parameter or file sets it, so agreement proves nothing; ``target``: calibrations may use it;
``validation``: kept out of every calibration; ``at_most``: an upper bound, disputed or one-sided; ``alternative``:
another reading of a target, or one off a chart, shown and not used."""
_LARGEST = 1e12
_NUMBERS = ("value", "se", "low", "high")
_REQUIRED = ("id", "quantity", "value", "role", "kind")


@dataclass(frozen=True)
class Figure:
    """A published figure.

    Attributes
    ----------
    id : str
        Its number, unique in a file; ``T33_base`` is a second figure of what T33 names.
    what : str
        The quantity, in a few words.
    value, se : float
        As published, and its standard error: nan where none was published.
    unit : str
    kind : str
        How it is computed, as in ``kinds.KINDS``.
    role : str
        One of ``ROLES``.
    low, high : float
        The ends of a published range; nan where there is none.
    book : str
        Which book it is counted in: occurred, reported, recorded, cleared or survey.
    measure, part : str
        What is counted, and which part of it.
    population : str
        Whom it is about.
    first, last : str
        The months, YYYY-MM; empty for an open end.
    places : str
        ``active``: county-months with Secure Communities; ``before``: the eight quarters before activation; else all.
    comparison : str
        With which counties those that start the program are compared.
    estimator : str
        By which an effect is estimated.
    censoring : str
        ``by_last``: what follows after the last month is not counted, as in a count of removals so far.
    group, period, source, certainty, note, full : str
        For readers; the last says the quantity in full.
    """

    id: str
    what: str
    value: float
    se: float
    unit: str
    kind: str
    role: str
    low: float = math.nan
    high: float = math.nan
    book: str = ""
    measure: str = ""
    part: str = ""
    population: str = ""
    first: str = ""
    last: str = ""
    places: str = ""
    comparison: str = ""
    estimator: str = ""
    censoring: str = ""
    group: str = ""
    period: str = ""
    source: str = ""
    certainty: str = ""
    note: str = ""
    full: str = ""

    @property
    def number(self) -> str:
        """The number under which ``sim.words.published`` has it: what stands before an underscore."""
        return number_of(self.id)


COLUMNS = (
    "id",
    "group",
    "quantity",
    "value",
    "se",
    "unit",
    "period",
    "source",
    "certainty",
    "role",
    "kind",
    "book",
    "measure",
    "part",
    "population",
    "first",
    "last",
    "places",
    "comparison",
    "estimator",
    "censoring",
    "low",
    "high",
    "note",
    "full",
)
"""The columns of a file of figures; its quantity is a figure's ``what``."""
DESIGN = ("book", "measure", "part", "population", "first", "last", "places", "comparison", "estimator", "censoring")
"""The columns that say how a figure is computed."""
_LAYOUT = Layout(_REQUIRED, tuple(name for name in COLUMNS if name not in _REQUIRED))


def shipped_figures() -> list[Figure]:
    """Return the figures that come with the program."""
    return read_figures(TABLE)


def read_figures(path: str | Path) -> list[Figure]:
    """Return the figures of a file: one a row, with the columns ``COLUMNS``, of which some may be left out.

    Raises
    ------
    UserError
        Telling each fault with its line: columns missing, an identifier that stands twice, a value that is no number,
        an unknown role or kind, or a design that its kind does not know.
    """
    table = read_table("figures", str(path), _LAYOUT)
    who = [name or "this row" for name in table.columns["id"]]
    found = {name: numbers(table, name, who, -_LARGEST, _LARGEST, _allowed(name)) for name in _NUMBERS}
    refuse_repeated(
        table, [name or None for name in table.columns["id"]], lambda row: f"id {who[row]}", "give it another"
    )
    for row in range(len(table)):
        _check_row(table, row, who[row], found)
    table.raise_faults()
    return [_figure(table, row, found) for row in range(len(table))]


def write_figures(figures: Sequence[Figure], path: Path) -> None:
    """Write figures as ``read_figures`` reads them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for figure in figures:
            values = [getattr(figure, "what" if name == "quantity" else name) for name in COLUMNS]
            writer.writerow("" if isinstance(value, float) and math.isnan(value) else value for value in values)


def _figure(table: Table, row: int, found: Mapping[str, Sequence[float]]) -> Figure:
    values: dict[str, Any] = {name: found[name][row] for name in _NUMBERS}
    for field in fields(Figure):
        if field.name not in values:
            values[field.name] = _cell(table, "quantity" if field.name == "what" else field.name, row)
    return Figure(**values)


def _allowed(name: str) -> str:
    return "one number; give each number a row of its own" if name == "value" else "a number, or nothing if not known"


def _cell(table: Table, column: str, row: int) -> str:
    return table.columns[column][row] if column in table.columns else ""


def _check_row(table: Table, row: int, who: str, found: Mapping[str, Sequence[float]]) -> None:
    """Note what is wrong with a row."""
    for name in ("id", "quantity", "value"):
        if not _cell(table, name, row):
            table.fault(row, f"{who}: {name} is empty", name)
    _check_errors(table, row, who, found)
    role, kind = _cell(table, "role", row), _cell(table, "kind", row)
    if role not in ROLES:
        table.fault(row, f"{who}: role is {_shown(role)}; allowed are {', '.join(ROLES)}", "role")
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS) or f"; allowed are {', '.join(KINDS)}"
        table.fault(row, f"{who}: kind is {_shown(kind)}, which is not known{hint}", "kind")
        return
    for column in DESIGN:
        text = _cell(table, column, row)
        problem = KINDS[kind].problem_of(column, text)
        if problem:
            table.fault(row, f"{who}: {column} is {_shown(text)}; {problem}", column)
    first, last = _cell(table, "first", row), _cell(table, "last", row)
    if first and last and first > last and not table.is_faulty(row, "first", "last"):
        table.fault(row, f"{who}: first is {first}, after last, which is {last}", "first")
    if kind == NOT_COUNTED and not _cell(table, "note", row):
        table.fault(row, f"{who}: note is empty; a figure of kind {NOT_COUNTED} says in it why", "note")


def _check_errors(table: Table, row: int, who: str, found: Mapping[str, Sequence[float]]) -> None:
    se, low, high = (found[name][row] for name in ("se", "low", "high"))
    if se <= 0 and not table.is_faulty(row, "se"):
        table.fault(row, f"{who}: se is {se:g}; allowed is a number above 0, or nothing if not known", "se")
    if math.isnan(low) != math.isnan(high):
        table.fault(row, f"{who}: a range has both ends, low and high, or neither", "low")
    elif low > high and not table.is_faulty(row, "low", "high"):
        table.fault(row, f"{who}: low is {low:g}, above high, which is {high:g}", "low")


def _shown(text: str) -> str:
    return shortened(text) or "empty"
