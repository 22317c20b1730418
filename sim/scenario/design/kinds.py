"""The design of a sweep file: its kind and size, the points of a list, and the reference."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.parameters.sweep import SIZES, DesignHeader
from sim.scenario.check import checked, is_number, quoted
from sim.scenario.design.factors import ValueChecker, listed_factor, value_of
from sim.scenario.design.paths import Value, targets, text_of, varied
from sim.scenario.design.points import read_points
from sim.scenario.design.sweep import Design, Factor
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_text import Branch, Items, Node, Place, Scalar
from sim.words.faults import Fault, ScenarioError, did_you_mean, shortened

MOST_COMBINATIONS = 500
"""Combinations of values that are no numbers which are tried out before a sweep starts."""


def read_design(tree: Branch, faults: list[Fault]) -> Design:
    """Return the design of a sweep file without the rows of a list."""
    node = tree.entries.get("design", Scalar("", tree.place))
    if isinstance(node, Scalar):
        node = Branch({} if node.is_empty else {"kind": node}, node.place)
    if isinstance(node, Items):
        faults.append(node.place.fault("design: must be a name or a mapping with the key kind (a list)"))
        return Design("grid")
    plain = {name: entry for name, entry in node.entries.items() if name != "points"}
    try:
        header = checked(DesignHeader, Branch(plain, node.place), [])
    except ScenarioError as error:
        faults.extend(Fault(it.path, it.line, f"design.{it.message}") for it in error.faults)
        return Design(_kind_written(node))
    faults.extend(_size_faults(node, header))
    return Design(header.kind, header.samples or 0, header.trajectories or 0, header.levels or 4, header.seed)


def _kind_written(node: Branch) -> Any:
    """Return the kind as far as it is one, so that one fault does not bring others."""
    kind = node.entries.get("kind")
    return kind.text if isinstance(kind, Scalar) and kind.text in SIZES else "grid"


def _size_faults(node: Branch, header: DesignHeader) -> Iterator[Fault]:
    """Yield what is wrong with the size of a design."""
    kind, takes = header.kind, SIZES[header.kind]
    for name, entry in node.entries.items():
        if name != "kind" and name not in takes:
            owners = " or ".join(owner for owner, sizes in SIZES.items() if name in sizes)
            yield entry.place.fault(f"design.{name}: a {kind} design has none; it belongs to {owners}")
    for name in ("samples", "trajectories"):
        if name in takes and getattr(header, name) is None:
            yield node.place.fault(f"design.{name}: missing key; a {kind} design needs it, for example {name}: 64")
    samples, levels = header.samples or 2, header.levels or 4
    if kind == "sobol" and samples & (samples - 1):
        below = 1 << (samples.bit_length() - 1)
        place = node.entries["samples"].place
        yield place.fault(f"design.samples: not a power of two ({samples}); the nearest are {below} and {2 * below}")
    if kind == "morris" and levels % 2:
        yield node.entries["levels"].place.fault(f"design.levels: not an even number ({levels}), allowed are 2, 4, ...")
    if kind == "list" and ("file" in node.entries) == ("points" in node.entries):
        yield node.place.fault("design: a list design has either points or a file of points")


def with_rows(
    tree: Branch, design: Design, factors: list[Factor], base: Scenario | None, faults: list[Fault]
) -> tuple[Design, list[Factor]]:
    """Return a list design with its points, and the factors with the values that occur in them."""
    node = tree.entries.get("design")
    if design.kind != "list" or not isinstance(node, Branch) or not factors:
        return design, factors
    if any(fault.message.startswith("design") for fault in faults):
        return design, factors
    before, notes = len(faults), list[str]()
    written = _written_rows(node, factors, faults, notes)
    if len(faults) > before:
        return design, factors
    rows = _checked_rows(written, factors, base, faults, is_table="file" in node.entries)
    if len(faults) > before:
        return design, factors
    columns = zip(*rows, strict=True)
    factors = [
        listed_factor(targets()[factor.path], factor.role, _ordered(column))
        for factor, column in zip(factors, columns, strict=True)
    ]
    return replace(design, rows=tuple(rows), notes=tuple(notes)), factors


def _ordered(values: Sequence[Value]) -> list[Value]:
    """Return the values that occur, each once: numbers by size, others as they come."""
    found = list(dict.fromkeys(values))
    return sorted(found, key=lambda value: float(value)) if all(map(is_number, found)) else found  # type: ignore


def _written_rows(node: Branch, factors: list[Factor], faults: list[Fault], notes: list[str]) -> list[Branch]:
    """Return the points as they are written in the sweep file or in a file of points."""
    if "file" in node.entries:
        entry = node.entries["file"]
        path = entry.place.folder / entry.text if isinstance(entry, Scalar) else Path()
        return read_points(path, [factor.path for factor in factors], faults, notes)
    points = node.entries.get("points")
    if not isinstance(points, Items) or not points.items:
        if points is not None:
            faults.append(points.place.fault(f"design.points: must be a list of points ({quoted(points)})"))
        return []
    found = []
    for item in points.items:
        if isinstance(item, Branch):
            found.append(item)
        else:
            example = "{" + f"{factors[0].path}: ..." + "}"
            faults.append(item.place.fault(f"design.points: each is a mapping such as {example} ({quoted(item)})"))
    return found


def _checked_rows(
    written: list[Branch], factors: list[Factor], base: Scenario | None, faults: list[Fault], is_table: bool = False
) -> list[tuple[Value, ...]]:
    """Return the values of each point in the order of the factors, after telling what is wrong.

    Rows of a table all have the same columns, so that one that lacks is told once.
    """
    paths = [factor.path for factor in factors]
    columns: dict[str, list[tuple[Value, Node]]] = {path: [] for path in paths}
    rows: dict[tuple[Value, ...], Place] = {}
    before = len(faults)
    for row in written:
        faults.extend(_row_faults(row, paths) if not is_table or row is written[0] else [])
        if len(faults) > before + 100:
            break
        values = [value_of(row.entries[path], targets()[path], faults) for path in paths if path in row.entries]
        for path, value in zip([path for path in paths if path in row.entries], values, strict=True):
            columns[path].append((value, row.entries[path]))
        point = tuple(values)
        if point in rows and len(faults) == before:
            faults.append(row.place.fault(f"the same point as on line {rows[point].line}; a run is made once"))
        rows.setdefault(point, row.place)
    if not written and len(faults) == before:
        faults.append(Fault("design", None, "no points; a list design has one at least"))
    checker = ValueChecker(base)
    for path in paths:
        faults.extend(checker.faults(targets()[path], columns[path]))
    return list(rows)


def _row_faults(row: Branch, paths: list[str]) -> Iterator[Fault]:
    for name, node in row.entries.items():
        if name not in paths:
            hint = did_you_mean(name, paths) or f", allowed here are {', '.join(paths)}"
            yield node.place.fault(f"{shortened(name)}: is not among the levers and uncertainties{hint}")
    missing = [path for path in paths if path not in row.entries]
    if missing:
        yield row.place.fault(f"lacks {', '.join(missing)}; each point has a value for every swept parameter")


def reference_of(
    tree: Branch, factors: Sequence[Factor], base: Scenario | None, faults: list[Fault]
) -> tuple[Value, ...] | None:
    """Return the values of the reference point of a sweep file, or None."""
    node = tree.entries.get("reference")
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return None
    if not isinstance(node, Branch):
        faults.append(
            node.place.fault(f"reference: must be a mapping from each swept parameter to a value ({quoted(node)})")
        )
        return None
    against = tree.entries.get("against")
    if against is not None and not (isinstance(against, Scalar) and against.is_empty):
        faults.append(node.place.fault("reference: points are compared with 'against' already; keep one of the two"))
        return None
    before = len(faults)
    rows = _checked_rows([node], list(factors), base, faults)
    faults[before:] = [Fault(it.path, it.line, f"reference: {it.message}") for it in faults[before:]]
    return rows[0] if len(faults) == before else None


def contradictions(factors: Sequence[Factor], design: Design, base: Scenario, place: Place) -> list[Fault]:
    """Return a fault for the first combination of values that contradict each other, such as an end before a start."""
    positions = [index for index, factor in enumerate(factors) if not factor.is_number]
    if len(positions) < 2:
        return []
    if design.kind == "list":
        combinations = iter(dict.fromkeys(tuple(row[index] for index in positions) for row in design.rows))
    else:
        combinations = itertools.product(*(factors[index].values for index in positions))
    for values in itertools.islice(combinations, MOST_COMBINATIONS):
        point = {factors[index].path: value for index, value in zip(positions, values, strict=True)}
        try:
            varied(base, point, "point")
        except ValidationError as error:
            told = ", ".join(f"{path} {text_of(value) or 'empty'}" for path, value in point.items())
            return [place.fault(f"these values contradict each other: {told} ({error.errors()[0]['msg']})")]
    return []
