"""Published figures on which parameters rest or with which results are compared, by the numbers that name them.

``figures.csv`` beside this module has each once; a number may have several rows there (``T33``, ``T33_base``). Those
that begin with V are kept for validation: no parameter rests on them.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parent / "figures.csv"


class Figure(NamedTuple):
    """A published figure.

    ``sureness`` is ``read`` in the publication, ``as quoted elsewhere``, ``worked out`` from published numbers, or
    ``not checked``: from memory, to be taken as indicative.
    """

    what: str
    value: str
    period: str
    publication: str
    sureness: str


def number_of(identifier: str) -> str:
    """Return the number that a row belongs to: what stands before an underscore."""
    return identifier.partition("_")[0]


def _published() -> dict[str, Figure]:
    found: dict[str, list[dict[str, str]]] = {}
    with TABLE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(number_of(row["id"]), []).append(row)
    return {
        number: Figure(rows[0]["full"], _value(rows), *(rows[0][name] for name in ("period", "source", "certainty")))
        for number, rows in found.items()
    }


def _value(rows: Sequence[dict[str, str]]) -> str:
    """Return the values of all rows of a number, with their errors and units; a unit that they share stands once."""
    units = list(dict.fromkeys(row["unit"] for row in rows))
    if len(units) == 1:
        return f"{' / '.join(dict.fromkeys(map(_number, rows)))} {units[0]}".strip()
    return " / ".join(f"{_number(row)} {row['unit']}".strip() for row in rows)


def _number(row: dict[str, str]) -> str:
    if row["low"] and not row["se"]:
        return f"{row['low']} to {row['high']}"
    told = [f"se {row['se']}"] if row["se"] else []
    told += [f"{row['low']} to {row['high']}"] if row["low"] else []
    return f"{row['value']} ({', '.join(told)})" if told else row["value"]


FIGURES = _published()
