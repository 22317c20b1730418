"""The house as its sources tell it: every module of a package, and everything that each of them imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

FLOORS = (
    "doors",
    "jobs",
    "telling",
    "analysis",
    "running",
    "engines",
    "world",
    "scenario",
    "rules",
    "parameters",
    "words",
    "numerics",
)
"""The floors from the top down: a module imports from its own floor and from those below it."""


class Import(NamedTuple):
    """One import of a module of the package by another: who, whom, in which line, and when it happens."""

    importer: str
    imported: str
    line: int
    when: str  # "start", "call" or "types"

    def __str__(self) -> str:
        return f"{self.importer} line {self.line} imports {self.imported} ({self.when})"


class House:
    """A package whose top folders are floors."""

    def __init__(self, folder: Path) -> None:
        """Read the sources below ``folder``; its name is the name of the package."""
        self.folder = folder
        self.name = folder.name
        self.modules = {self._name_of(path): path for path in sorted(folder.rglob("*.py"))}

    def _name_of(self, path: Path) -> str:
        parts = path.relative_to(self.folder.parent).with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")

    @cached_property
    def imports(self) -> list[Import]:
        """Return every import of a module of the package, wherever it stands."""
        return [found for name, path in self.modules.items() for found in self._imports_of(name, path)]

    def _imports_of(self, name: str, path: Path) -> Iterator[Import]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node, when in statements(tree, "start"):
            for imported in self._imported(node, name, path):
                yield Import(name, imported, node.lineno, when)

    def _imported(self, node: ast.Import | ast.ImportFrom, name: str, path: Path) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if self._is_inside(alias.name))
            return
        base = node.module or ""
        if node.level:
            package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
            package = package[: len(package) - node.level + 1]
            base = ".".join([*package, base]).rstrip(".")
        if self._is_inside(base):
            inner = {f"{base}.{alias.name}" for alias in node.names} & set(self.modules)
            yield from sorted(inner)
            if len(inner) < len(node.names):
                yield base

    def _is_inside(self, name: str) -> bool:
        return name == self.name or name.startswith(f"{self.name}.")

    def floor_of(self, module: str) -> int:
        """Return the floor of a module, counted from the top; -1 for the package itself and its entrance."""
        parts = module.split(".")
        return FLOORS.index(parts[1]) if len(parts) > 1 and parts[1] in FLOORS else -1

    def climbing(self) -> list[Import]:
        """Return the imports that go up; nothing inside imports the package itself or its entrance."""
        return [found for found in self.imports if self.floor_of(found.imported) < self.floor_of(found.importer)]

    def circles(self) -> list[list[str]]:
        """Return the circles that imports at run time make, whether at the start of a module or in a call."""
        below: dict[str, set[str]] = {name: set() for name in self.modules}
        for found in self.imports:
            if found.when != "types" and found.imported in below and not self._is_package_of(found):
                below[found.importer].add(found.imported)
        return circles(below)

    def _is_package_of(self, found: Import) -> bool:
        return found.importer.startswith(f"{found.imported}.")

    def rooms_in_both_directions(self) -> list[tuple[str, str]]:
        """Return the pairs of rooms of one folder that import each other at run time."""
        pairs = {
            pair
            for found in self.imports
            if found.when != "types" and (pair := _siblings(found.importer, found.imported)) is not None
        }
        return sorted((one, other) for one, other in pairs if (other, one) in pairs and one < other)


def _siblings(importer: str, imported: str) -> tuple[str, str] | None:
    """Return the two rooms in which a path from one module to another parts, or None where it does not."""
    one, other = importer.split("."), imported.split(".")
    for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return ".".join(one[: place + 1]), ".".join(other[: place + 1])
    return None


def statements(node: ast.AST, when: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Yield every import below a node with the moment at which it happens."""
    for child in ast.iter_child_nodes(node):
        moment = when
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and when == "start":
            moment = "call"
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            moment = "types"
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child, when
        yield from statements(child, moment)


def circles(below: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected parts of more than one module, by Tarjan's algorithm."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    waiting: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        waiting.append(name)
        for other in sorted(below[name]):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in waiting:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            part = waiting[waiting.index(name) :]
            del waiting[-len(part) :]
            if len(part) > 1 or name in below[name]:
                found.append(sorted(part))

    for name in below:
        if name not in number:
            visit(name)
    return found
