"""From the tree of a scenario file to checked values: merging, unknown names, and ranges from the parameter table."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.parameters import Parameters, Section, Strict, Table
from sim.parameters.listing import Allowed, facts, field_alternatives, in_words, inner_model, rows, wants_text
from sim.scenario.yaml_text import Branch, Items, Node, Place, Scalar, read_text
from sim.words.faults import SHOWN, Fault, ScenarioError, did_you_mean, in_reading_order, near, shortened
from sim.words.reading import not_regular

KeyPath = tuple[str, ...]
Model = TypeVar("Model", bound=Section)


def merge(base: Branch, over: Branch, model: type[Strict]) -> Branch:
    """Return ``base`` with the differences ``over`` written on it, key by key.

    One number for a table stands for all its entries; which ones depends on the table below it, so it is written out
    here, file by file.
    """
    entries = dict(base.entries)
    for name, node in over.entries.items():
        inner, below = inner_model(model, name), entries.get(name)
        if inner is not None and issubclass(inner, Table) and isinstance(node, Scalar):
            entries[name] = spread(model, name, below, node)
        elif inner is not None and isinstance(node, Branch):
            entries[name] = merge(below if isinstance(below, Branch) else Branch({}, node.place), node, inner)
        elif inner is None or not isinstance(node, Scalar) or not node.is_empty:
            entries[name] = node
    return Branch(entries, over.place)


def spread(model: type[Strict], name: str, below: Node | None, node: Scalar) -> Node:
    """Return the table that one number stands for, or the node as it is where it stands for none."""
    value, field = node.value(), model.model_fields[name]
    if not issubclass(model, Section) or name not in model.spread or not is_number(value):
        return node
    entries: dict[str, float] = field.default.model_dump()
    known = below.entries if isinstance(below, Branch) else {}
    for entry in entries:
        found = known.get(entry)
        written = found.value() if isinstance(found, Scalar) else None
        if is_number(written):
            entries[entry] = float(written)  # type: ignore[arg-type]
    if not facts(field)["low"] <= float(value) <= facts(field)["high"]:  # type: ignore[arg-type]
        return node
    numbers = model.spread_one(name, float(value), entries)  # type: ignore[arg-type]
    return Branch({entry: Scalar(repr(number), node.place) for entry, number in numbers.items()}, node.place)


def is_number(value: object) -> bool:
    """Tell whether ``value`` is a finite number and no switch."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def checked(model: type[Model], tree: Branch, faults: Sequence[Fault]) -> Model:
    """Return the model that ``tree`` describes.

    Raises
    ------
    ScenarioError
        With the ``faults`` known before and all those found here, each where it was written.
    """
    collector = _Collector()
    data = collector.section(model, tree, ())
    found = [*faults, *collector.faults]
    try:
        result = model.model_validate(data)
    except ValidationError as error:
        found.extend(_located(model, tree, error, is_whole=not found))
    if found:
        raise ScenarioError(in_reading_order(found))
    return result


class _Collector:
    """Turns a tree into plain values as the table wants them, and leaves out what it finds at fault."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def section(self, model: type[Strict], tree: Branch, path: KeyPath) -> dict[str, Any]:
        """Return the values of one section or table."""
        values: dict[str, Any] = {}
        for name, node in tree.entries.items():
            here = (*path, name)
            inner = inner_model(model, name)
            if name not in model.model_fields:
                guess = len(self.faults) < SHOWN
                self.faults.append(node.place.fault(f"{dotted(here)}: {unknown(model, path, name, guess)}"))
            elif inner is None:
                self.leaf(model, name, node, here, values)
            elif isinstance(node, Branch):
                values[name] = self.section(inner, node, here)
                if issubclass(inner, Table):
                    self.ranges(field_alternatives(model, name), node, here, values[name])
            elif not (isinstance(node, Scalar) and node.is_empty):
                self.faults.append(node.place.fault(f"{dotted(here)}: {_not_a_mapping(model, name, inner, node)}"))
        return values

    def ranges(self, allowed: tuple[Allowed, ...], tree: Branch, path: KeyPath, values: dict[str, Any]) -> None:
        """Tell of table entries outside their range and leave them out, so that faults of type do not hide them."""
        for name, value in list(values.items()):
            if is_number(value) and not (allowed[0].low or 0) <= value <= (allowed[0].high or 0):
                node, wanted = tree.entries[name], in_words(allowed)
                problem = f"out of range ({quoted(node)}), allowed is {wanted}"
                self.faults.append(node.place.fault(f"{dotted((*path, name))}: {problem}"))
                del values[name]

    def leaf(self, model: type[Strict], name: str, node: Node, path: KeyPath, values: dict[str, Any]) -> None:
        """Put one value into ``values``; a named file must exist."""
        is_entry = issubclass(model, Table)
        allowed = (Allowed(float),) if is_entry else field_alternatives(model, name)
        value = plain(node, allowed)
        is_path = isinstance(value, str) and facts(model.model_fields[name]).get("unit") == "path"
        if is_path or names_a_file(value, allowed):
            value = absolute(value, node)
            problem = unreadable(Path(value))
            if problem:
                self.faults.append(node.place.fault(f"{dotted(path)}: {problem}"))
        values[name] = value


def names_a_file(value: Any, allowed: tuple[Allowed, ...]) -> bool:
    """Tell whether a text is taken for the name of a file where names and texts of other kinds are allowed too."""
    if not isinstance(value, str) or any(value in one.names for one in allowed):
        return False
    return any(one.is_file and re.search(str(one.pattern), value) for one in allowed)


def absolute(path: str, node: Node) -> str:
    """Return the whole path of a file that was named at a node."""
    return os.path.abspath(node.place.folder / path)


def plain(node: Node, allowed: tuple[Allowed, ...]) -> Any:
    """Return the plain value of a node, as text where text is wanted."""
    if isinstance(node, Branch):
        return {name: plain(entry, allowed) for name, entry in node.entries.items()}
    if isinstance(node, Items):
        return [item.text if isinstance(item, Scalar) else plain(item, allowed) for item in node.items]
    value = node.value()
    if value is None or wants_text(allowed):
        return None if value is None else node.text
    types = {one.type for one in allowed}
    if isinstance(value, float) and int in types and float not in types and value.is_integer():
        return int(value)
    return value


def unreadable(file: Path) -> str | None:
    """Return why ``file`` cannot be read, or None if it can; what is no regular file is not opened."""
    try:
        problem = not_regular(file)
        if problem:
            return f"cannot read the file ({shortened(str(file), 200)}): it {problem}"
        with file.open("rb"):
            return None
    except FileNotFoundError:
        return f"no such file ({shortened(str(file), 200)}){near(file)}"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"cannot read the file ({shortened(str(file), 200)}): {reason}"


def dotted(path: KeyPath) -> str:
    """Return the path of a key as one name."""
    return ".".join(shortened(part) for part in path)


@cache
def _all_paths() -> tuple[str, ...]:
    return tuple(".".join(row.path) for row in rows(Parameters)) + tuple(Parameters.model_fields)


def unknown(model: type[Strict], path: KeyPath, name: str, guess: bool = True) -> str:
    """Return what to say of a name that ``model`` does not have."""
    if not guess:
        return "unknown key"
    hint = did_you_mean(name, model.model_fields)
    elsewhere = [known for known in _all_paths() if known.rpartition(".")[2] == name]
    if not hint and 1 <= len(elsewhere) <= 3:
        hint = f"; did you mean {' or '.join(elsewhere)}?"
    elif not hint:
        hint = did_you_mean(".".join((*path, name)), _all_paths(), 0.75)
    return f"unknown key{hint}" if hint else f"unknown key, allowed here are {', '.join(model.model_fields)}"


def _not_a_mapping(model: type[Strict], name: str, inner: type[Strict], node: Node) -> str:
    shown, keys = quoted(node), ", ".join(inner.model_fields)
    if not issubclass(inner, Table):
        return f"must be a mapping ({shown}), allowed keys are {keys}"
    number = in_words(field_alternatives(model, name))
    if issubclass(model, Section) and name in model.spread:
        value = node.value() if isinstance(node, Scalar) else None
        wrong = "out of range" if is_number(value) else "not a number"
        return f"{wrong} ({shown}), allowed is {number}, or a mapping with such a number for {keys}"
    return f"must be a mapping ({shown}) with {number} for any of {keys}"


def quoted(node: Node) -> str:
    """Return a value as messages quote it."""
    if isinstance(node, Scalar):
        return "empty" if node.is_empty else shortened(node.text if node.plain else f'"{node.text}"')
    return "a list" if isinstance(node, Items) else "a mapping"


def _located(model: type[Section], tree: Branch, error: ValidationError, is_whole: bool) -> list[Fault]:
    """Return one fault for each value that the parameter table refuses.

    Values that only contradict each other are told of where the tree ``is_whole``: else the cause may be another fault.
    """
    found: dict[KeyPath, Fault] = {}
    entries = error.errors(include_url=False)
    for entry in entries:
        path, owner = _field_path(model, entry["loc"])
        node = _node(tree, path)
        if entry["type"] == "refused" and not issubclass(owner, Table) and not is_whole:
            continue
        if entry["type"] == "refused" and not issubclass(owner, Table):
            problem = f"{entry['msg']} ({quoted(node)})"
        else:
            problem = _refused(model, path, owner, node, str(entry["type"]))
        found.setdefault(path, node.place.fault(f"{dotted(path)}: {problem}"))
    return list(found.values())


def _refused(model: type[Section], path: KeyPath, owner: type[Strict], node: Node, kind: str) -> str:
    if issubclass(owner, Table):
        parent: type[Strict] = model
        for name in path[:-2]:
            parent = inner_model(parent, name) or parent
        allowed, hint = field_alternatives(parent, path[-2]), ""
    else:
        allowed = field_alternatives(owner, path[-1])
        hint = _value_hint(node, allowed)
    return f"{_wrong(node, allowed, kind)} ({quoted(node)}), allowed is {in_words(allowed)}{hint}"


def _wrong(node: Node, allowed: tuple[Allowed, ...], kind: str) -> str:
    """Return in a few words what is wrong with a value."""
    value = node.value() if isinstance(node, Scalar) else None
    types = {one.type for one in allowed}
    if isinstance(value, float) and not math.isfinite(value):
        is_written_out = isinstance(node, Scalar) and node.text[-1].isdigit()
        return "out of range" if is_written_out else "not a finite number"
    if is_number(value) and types & {int, float}:
        return "not a whole number" if kind == "int_type" else "out of range"
    if any(one.is_month for one in allowed):
        return "not a possible month"
    if len(allowed) > 1 or allowed[0].names:
        return "not one of the possible values"
    words = {bool: "neither true nor false", int: "not a whole number", float: "not a number", str: "not a text"}
    return words.get(allowed[0].type, "not possible here")


def _value_hint(node: Node, allowed: tuple[Allowed, ...]) -> str:
    if not isinstance(node, Scalar):
        return ""
    day = re.fullmatch(r"((?:19|20)[0-9]{2})-([0-9]{1,2})(-[0-9]{1,2})?", node.text)
    if day and any(one.is_month for one in allowed) and 1 <= int(day[2]) <= 12:
        return f"; did you mean {day[1]}-{int(day[2]):02}?"
    return did_you_mean(node.text, [name for one in allowed for name in one.names])


def _field_path(model: type[Strict], location: tuple[int | str, ...]) -> tuple[KeyPath, type[Strict]]:
    """Return the part of pydantic's location that names fields, and the model of the last of them."""
    path: KeyPath = ()
    owner = model
    inner: type[Strict] | None = model
    for part in location:
        if inner is None or part not in inner.model_fields:
            break
        path, owner = (*path, str(part)), inner
        inner = inner_model(inner, str(part))
    return path, owner


def _node(tree: Branch, path: KeyPath) -> Node:
    """Return the node at ``path``, or the deepest one above it."""
    node: Node = tree
    for name in path:
        if not isinstance(node, Branch) or name not in node.entries:
            break
        node = node.entries[name]
    return node


def override(option: str, folder: Path, faults: list[Fault]) -> Branch:
    """Return the tree of one ``key=value`` from the command line; its value is read as YAML.

    Raises
    ------
    ScenarioError
        If it is not of that form.
    """
    place = Place(f"--set {shortened(option)}", None, folder)
    key, equals, text = option.partition("=")
    names = key.strip().split(".")
    if not equals or not all(names):
        raise ScenarioError([place.fault("must be KEY=VALUE, for example --set world.rows=3")])
    node = read_text(text, place, faults)
    for name in reversed(names):
        node = Branch({name: node}, place)
    assert isinstance(node, Branch)
    return node
