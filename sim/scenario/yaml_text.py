"""Reading YAML strictly: a tree of texts in which every value knows the file and line it was written on.

A scalar stays the text that was written until the parameter table says what is wanted there. So the traps of YAML 1.1
cannot bite: ``no`` is text where text is wanted, ``01001`` keeps its zero, ``2008-10-27`` is no date, ``1e-3`` is a
number. Tags, anchors, aliases and deep nesting are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sim.scenario.shipped import hint_at
from sim.words.faults import Fault, ScenarioError, shortened
from sim.words.reading import not_regular

LONGEST_FILE = 1_000_000
"""Bytes; more is not a scenario."""
DEEPEST_NESTING = 12

_INTEGER = re.compile(r"[-+]?(0|[1-9](_?[0-9])*)")
_DECIMAL = re.compile(r"[-+]?([0-9](_?[0-9])*\.([0-9](_?[0-9])*)?|\.[0-9]+|[0-9](_?[0-9])*(?=[eE]))([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_UNPRINTABLE = re.compile("[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Place:
    """Where something was written: a file and line, or an option; ``folder`` is what paths there are relative to."""

    label: str
    line: int | None = None
    folder: Path = field(default_factory=Path)

    def fault(self, message: str) -> Fault:
        """Return the fault ``message`` at this place."""
        return Fault(self.label, self.line, message)


@dataclass(frozen=True)
class Scalar:
    """One value as it was written; ``plain`` tells that it stood without quotes."""

    text: str
    place: Place
    plain: bool = True

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written (or null)."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    def value(self) -> bool | int | float | str | None:
        """Return what the text means where no text is wanted: a number, a switch, nothing, or else text."""
        if self.is_empty:
            return None
        if not self.plain:
            return self.text
        if self.text in {word for name in _SWITCHES for word in (name, name.capitalize(), name.upper())}:
            return _SWITCHES[self.text.lower()]
        return _number(self.text)


@dataclass(frozen=True)
class Items:
    """A sequence of values."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Branch:
    """A mapping; each value's place is the line of its key."""

    entries: Mapping[str, Node]
    place: Place


Node = Scalar | Items | Branch
_REFUSED = Scalar("", Place(""))
"""Stands for what is not read at all: its fault is told, and nothing else about it."""


def _number(text: str) -> int | float | str:
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 40 else float(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return float(text.replace(".", "", 1)) if _NOT_FINITE.fullmatch(text) else text


def read_file(path: Path, label: str, faults: list[Fault]) -> Branch:
    """Return the mapping that the file at ``path`` holds; ``label`` is how messages call it.

    Faults that leave something to read (duplicate keys, tags, aliases) are added to ``faults``.

    Raises
    ------
    ScenarioError
        If the file cannot be read or is not one plain YAML mapping.
    """
    nowhere = Place(label)
    try:
        problem = not_regular(path)
        if problem:
            raise ScenarioError([nowhere.fault(f"cannot read the file: it {problem}")])
        with path.open("rb") as stream:
            content = stream.read(LONGEST_FILE + 1)
    except FileNotFoundError:
        raise ScenarioError([nowhere.fault(f"no such file{hint_at(path)}")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError([nowhere.fault(f"cannot read the file: {reason}")]) from None
    if len(content) > LONGEST_FILE:
        raise ScenarioError([nowhere.fault(f"longer than {LONGEST_FILE:,} bytes, so not a scenario file")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError([Fault(label, line, "not UTF-8 text; save the file with the encoding UTF-8")]) from None
    node = read_text(text, Place(label, 1, path.parent), faults)
    if isinstance(node, Scalar) and node.is_empty:
        raise ScenarioError([nowhere.fault("the file is empty; a scenario has at least a title")])
    if not isinstance(node, Branch):
        raise ScenarioError([node.place.fault("must be a mapping at the top level, lines such as 'months: 96'")])
    return node


def read_text(text: str, place: Place, faults: list[Fault]) -> Node:
    """Return the tree of the YAML ``text`` that begins at ``place``.

    Duplicate keys, tags and aliases are left out of the tree and added to ``faults``.

    Raises
    ------
    ScenarioError
        If the text is not YAML, nested too deep, or more than one document.
    """
    odd = _UNPRINTABLE.search(text)
    if odd:
        line = None if place.line is None else text.count("\n", 0, odd.start()) + 1
        raise ScenarioError([Fault(place.label, line, f"a character that no text has ({odd.group()!a})")])
    builder = _Builder(text, place, faults)
    try:
        return builder.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"not YAML: {error.problem or error.context}"
        where = builder.place(mark.line if mark else 0)
        raise ScenarioError([where.fault(problem)]) from None
    except yaml.YAMLError as error:
        raise ScenarioError([place.fault(f"not YAML: {shortened(str(error))}")]) from None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark is not None else 0


class _Builder:
    """Builds the tree from the events of the parser and collects faults."""

    def __init__(self, text: str, start: Place, faults: list[Fault]) -> None:
        self.start = start
        self.faults = faults
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=loader)

    def place(self, line: int) -> Place:
        """Return the place of the zero-based ``line``; an option has no lines."""
        return self.start if self.start.line is None else Place(self.start.label, line + 1, self.start.folder)

    def document(self) -> Node:
        """Return the only document of the stream."""
        node: Node = Scalar("", self.start)
        count = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                count += 1
                if count > 1:
                    place = self.place(_line(event))
                    raise ScenarioError([place.fault("a second document; a file holds one")])
                first = next(self.events)
                node = self.node(first, self.place(_line(first)), 0)
        return node

    def node(self, event: yaml.Event, place: Place, depth: int) -> Node:
        """Return the tree that begins with ``event``."""
        here = self.place(_line(event))
        if depth > DEEPEST_NESTING:
            raise ScenarioError([here.fault(f"nested more than {DEEPEST_NESTING} deep")])
        tag = getattr(event, "tag", None)
        is_refused = True
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.faults.append(here.fault("anchors and aliases (& and *) are not read; write the value out"))
        elif tag:
            self.faults.append(here.fault(f"tags are not read ({shortened(str(tag))}); write the plain value"))
        else:
            is_refused = False
        found = self.content(event, place, depth)
        return _REFUSED if is_refused else found

    def content(self, event: yaml.Event, place: Place, depth: int) -> Node:
        """Return what an event begins, whatever stands before it."""
        if isinstance(event, yaml.MappingStartEvent):
            return self.branch(place, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.items(place, depth)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, place, plain=not event.style)
        return _REFUSED

    def items(self, place: Place, depth: int) -> Items:
        """Return a sequence whose start was read."""
        found = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.node(event, self.place(_line(event)), depth + 1))
        return Items(tuple(item for item in found if item is not _REFUSED), place)

    def branch(self, place: Place, depth: int) -> Branch:
        """Return a mapping whose start was read."""
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            here = self.place(_line(event))
            key = self.node(event, here, depth + 1)
            value = self.node(next(self.events), here, depth + 1)
            if key is _REFUSED or value is _REFUSED:
                continue
            if not isinstance(key, Scalar):
                self.faults.append(here.fault("a key must be a name"))
            elif key.text in entries:
                first = entries[key.text].place.line
                known = "" if first is None else f", first on line {first}"
                self.faults.append(here.fault(f"{shortened(key.text)}: key written twice{known}"))
            else:
                entries[key.text] = value
        return Branch(entries, place)
