"""A file of the points of a list design, read as all tables of the user's are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.scenario.user_tables.numbers import with_point
from sim.scenario.user_tables.records import Layout
from sim.scenario.user_tables.table import read_rows
from sim.scenario.user_tables.text import UnreadableTable
from sim.scenario.yaml_text import Branch, Place, Scalar
from sim.words.faults import Fault, UserError, did_you_mean, shortened

POINT = "point"
"""Column of names in a file of points; it is passed over."""


def read_points(path: Path, paths: Sequence[str], faults: list[Fault], notes: list[str]) -> list[Branch]:
    """Return the rows of a file of points as mappings from parameter to text; faults and notes are added."""
    label = str(path)
    try:
        rows = read_rows("design.file", path, Layout((), (*paths, POINT)))
    except UnreadableTable as error:
        faults.extend(Fault(label, error.line, problem) for problem in error.problems)
        return []
    except UserError as error:
        faults.append(Fault(label, None, str(error)))
        return []
    header = rows.records.header or []
    known = set(rows.records.places.values())
    for place, name in enumerate(header):
        if name and place not in known:
            hint = did_you_mean(name, paths) or f", allowed here are {', '.join(paths)}"
            told = f"{shortened(name)}: is not among the levers and uncertainties{hint}"
            faults.append(Fault(label, rows.rows[0][0], told))
    faults.extend(Fault(label, line, problem) for line, problem in rows.faults)
    notes.extend(rows.told_notes("design.file", path))
    columns = {name: at for name, at in rows.records.places.items() if name != POINT}
    found = []
    for line, cells in rows.rows:
        place_of_row = Place(label, line, path.parent)
        texts = {name: with_point(cells[at], rows.commas) for name, at in columns.items() if at < len(cells)}
        found.append(Branch({name: Scalar(text, place_of_row) for name, text in texts.items()}, place_of_row))
    return found
