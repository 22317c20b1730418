"""Levers and uncertainties as they are written in a sweep file: paths, lists of values, and ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.parameters import Parameters
from sim.parameters.listing import in_words
from sim.parameters.sweep import RangeHeader
from sim.scenario.check import absolute, checked, is_number, merge, names_a_file, plain, quoted
from sim.scenario.design.paths import Target, Value, path_problem, targets, text_of
from sim.scenario.design.sweep import Factor, Role, spaced
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_text import Branch, Items, Node, Place, Scalar
from sim.words.faults import Fault, ScenarioError, shortened

ROLES: dict[str, Role] = {"levers": "lever", "uncertainties": "uncertainty"}
_FORM = "a list of values or a range {low: ..., high: ...}"


def read_factors(tree: Branch, kind: str, base: Scenario | None, faults: list[Fault]) -> list[Factor]:
    """Return the factors of a sweep file, levers first; what is at fault is told and left out.

    Parameters
    ----------
    tree : Branch
        The whole file.
    kind : str
        The design, which says in what form values are wanted.
    base : Scenario or None
        The scenario that is varied, against which values are checked.
    faults : list
        Faults found are added to it.
    """
    checker = ValueChecker(base)
    factors: list[Factor] = []
    seen: dict[str, Place] = {}
    count = 0
    for key, role in ROLES.items():
        for path, node in _named(tree.entries.get(key), key, kind, faults):
            count += 1
            problem = path_problem(path) or _overlap(path, seen)
            if problem:
                faults.append(node.place.fault(f"{key}: {shortened(path)}: {problem}"))
                continue
            seen[path] = node.place
            factor = _factor(targets()[path], role, node, kind, checker, faults)
            factors.extend([] if factor is None else [factor])
    if count == 0 and not faults:
        faults.append(tree.place.fault("levers: missing key; a sweep names one lever or uncertainty at least"))
    return factors


def _named(node: Node | None, key: str, kind: str, faults: list[Fault]) -> Iterator[tuple[str, Node]]:
    """Yield each path with what is written for it; a list names paths alone."""
    if isinstance(node, Branch):
        yield from node.entries.items()
    elif isinstance(node, Items):
        for item in node.items:
            if isinstance(item, Scalar) and not item.is_empty:
                yield item.text, Scalar("", item.place)
            else:
                faults.append(item.place.fault(f"{key}: each entry is the path of a parameter ({quoted(item)})"))
    elif node is not None and not node.is_empty:
        faults.append(node.place.fault(f"{key}: must be a mapping from parameters to values ({quoted(node)})"))


def _overlap(path: str, seen: dict[str, Place]) -> str:
    for other, place in seen.items():
        if other == path:
            line = "" if place.line is None else f", first on line {place.line}"
            return f"swept twice{line}"
        if path.startswith(f"{other}.") or other.startswith(f"{path}."):
            return f"overlaps with {other}, which is swept too"
    return ""


def _factor(
    target: Target, role: Role, node: Node, kind: str, checker: ValueChecker, faults: list[Fault]
) -> Factor | None:
    """Return one factor, or None after telling what is wrong with it."""
    place = f"{target.path}: "
    if kind == "list":
        if not (isinstance(node, Scalar) and node.is_empty):
            faults.append(node.place.fault(f"{place}a list design takes values from its points; write the name alone"))
        return Factor(target.path, role, target.unit, target.meaning, whole=target.is_whole)
    if isinstance(node, Items):
        values = _listed(target, node, checker, faults)
        return None if values is None else listed_factor(target, role, values)
    if isinstance(node, Branch):
        return _ranged(target, role, node, kind, checker, faults)
    faults.append(node.place.fault(f"{place}must be {_FORM} ({quoted(node)})"))
    return None


def listed_factor(target: Target, role: Role, values: Sequence[Value]) -> Factor:
    """Return a factor with the values listed; numbers have a range as well."""
    numbers = [float(value) for value in values if is_number(value)]  # type: ignore[arg-type]
    low, high = (min(numbers), max(numbers)) if numbers and len(numbers) == len(values) else (None, None)
    return Factor(target.path, role, target.unit, target.meaning, tuple(values), low, high, target.is_whole)


def _listed(target: Target, node: Items, checker: ValueChecker, faults: list[Fault]) -> list[Value] | None:
    before = len(faults)
    if len(node.items) < 2:
        faults.append(node.place.fault(f"{target.path}: needs two values or more; a fixed value belongs under 'set'"))
    values: list[Value] = []
    for item in node.items:
        value = value_of(item, target, faults)
        if value in values and len(faults) == before:
            faults.append(item.place.fault(f"{target.path}: {text_of(value)} is listed twice"))
        values.append(value)
    faults.extend(checker.faults(target, zip(values, node.items, strict=True)))
    return values if len(faults) == before else None


def value_of(node: Node, target: Target, faults: list[Fault]) -> Value:
    """Return the value of one node as the parameter wants it."""
    if not isinstance(node, Scalar):
        faults.append(node.place.fault(f"{target.path}: each value is one number, switch or name ({quoted(node)})"))
        return None
    if node.is_empty and not target.nullable:
        faults.append(node.place.fault(f"{target.path}: empty, allowed is {in_words(target.allowed)}"))
        return None
    value: Any = plain(node, target.allowed)
    if names_a_file(value, target.allowed):
        return absolute(value, node)
    is_whole_number = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_whole_number and float in {one.type for one in target.allowed} else value


def _ranged(
    target: Target, role: Role, node: Branch, kind: str, checker: ValueChecker, faults: list[Fault]
) -> Factor | None:
    before = len(faults)
    if not target.takes_numbers:
        faults.append(node.place.fault(f"{target.path}: is no number, so it has no range; list its values"))
        return None
    faults.extend(
        node.place.fault(f"{target.path}: lacks {end}; a range is {{low: ..., high: ...}}")
        for end in ("low", "high")
        if end not in node.entries
    )
    try:
        found = checked(RangeHeader, node, [])
    except ScenarioError as error:
        faults.extend(Fault(it.path, it.line, f"{target.path}.{it.message}") for it in error.faults)
        return None
    faults.extend(_steps_faults(target, node, kind, found))
    if len(faults) > before:
        return None
    ends = [(value_of(node.entries[end], target, faults), node.entries[end]) for end in ("low", "high")]
    faults.extend(checker.faults(target, ends))
    if len(faults) == before and found.low >= found.high:
        told = f"{quoted(node.entries['low'])} to {quoted(node.entries['high'])}"
        faults.append(node.entries["high"].place.fault(f"{target.path}: low must be below high ({told})"))
    if len(faults) > before:
        return None
    if found.steps is None:
        return Factor(target.path, role, target.unit, target.meaning, (), found.low, found.high, target.is_whole)
    values = spaced(found.low, found.high, found.steps)
    if target.is_whole and any(not value.is_integer() for value in values):
        place = node.entries["steps"].place
        told = ", ".join(text_of(value) for value in values[:4])
        faults.append(place.fault(f"{target.path}: must be whole numbers, and {found.steps} steps give {told}, ..."))
        return None
    return listed_factor(target, role, [int(value) for value in values] if target.is_whole else values)


def _steps_faults(target: Target, node: Branch, kind: str, found: RangeHeader) -> list[Fault]:
    if kind == "grid" and found.steps is None:
        problem = "lacks steps, the number of values that a grid takes from the range; or list the values"
        return [node.place.fault(f"{target.path}: {problem}")]
    if kind != "grid" and found.steps is not None:
        problem = f"only a grid has steps; a {kind} design draws from the whole range"
        return [node.entries["steps"].place.fault(f"{target.path}: {problem}")]
    return []


class ValueChecker:
    """Checks values of swept parameters against the parameter table, on top of the scenario that is varied."""

    def __init__(self, base: Scenario | None) -> None:
        """Take the scenario; without one, values are checked on top of the defaults."""
        place = Place("scenario")
        found = None if base is None else tree_of(base.parameters.model_dump(), place)
        self.base = found if isinstance(found, Branch) else Branch({}, place)
        self.known: dict[tuple[str, str, bool], list[Fault]] = {}

    def faults(self, target: Target, values: Iterable[tuple[Value, Node]]) -> list[Fault]:
        """Return what is wrong with the values of one parameter.

        Of numbers within the range that is declared, the smallest and the largest stand for all.
        """
        kept = [(value, node) for value, node in values if isinstance(node, Scalar)]
        kept = [(value, node) for value, node in kept if not node.is_empty or target.nullable]
        plain_ones = [(value, node) for value, node in kept if _is_within(value, target)]
        others = [(value, node) for value, node in kept if not _is_within(value, target)]
        if plain_ones:
            ends = {id(node): (value, node) for value, node in (min(plain_ones, key=_size), max(plain_ones, key=_size))}
            others.extend(ends.values())
        return [fault for value, node in others for fault in self._one(target, node)]

    def _one(self, target: Target, node: Scalar) -> list[Fault]:
        key = (target.path, node.text, node.plain)
        if key not in self.known:
            tree: Node = Scalar(node.text, node.place, node.plain)
            for name in reversed(target.path.split(".")):
                tree = Branch({name: tree}, node.place)
            assert isinstance(tree, Branch)
            try:
                checked(Parameters, merge(self.base, tree, Parameters), [])
                self.known[key] = []
            except ScenarioError as error:
                self.known[key] = [Fault(node.place.label, node.place.line, fault.message) for fault in error.faults]
        return [Fault(node.place.label, node.place.line, fault.message) for fault in self.known[key]]


def _is_within(value: Value, target: Target) -> bool:
    if not is_number(value):
        return False
    return any(
        one.type in (int, float)
        and (one.type is float or isinstance(value, int))
        and (one.low is None or one.low <= value)  # type: ignore[operator]
        and (one.high is None or value <= one.high)  # type: ignore[operator]
        for one in target.allowed
    )


def _size(entry: tuple[Value, Node]) -> float:
    return float(entry[0])  # type: ignore[arg-type]


def tree_of(value: Any, place: Place) -> Node:
    """Return plain values as a tree, as if they had been written at ``place``."""
    if isinstance(value, dict):
        return Branch({name: tree_of(entry, place) for name, entry in value.items()}, place)
    if isinstance(value, (list, tuple)):
        return Items(tuple(tree_of(entry, place) for entry in value), place)
    if isinstance(value, str):
        return Scalar(value, place, plain=False)
    return Scalar(text_of(value), place)
