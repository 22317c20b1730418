"""The README's way to add a rule: eight places, and every file and function that it names is there."""

from __future__ import annotations

import ast
import re

import pytest
from small_worlds import REPOSITORY

SECTION = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("## Add a rule")[1].split("\n## ")[0]
PLACES = re.findall(r"`([A-Za-z_.]+)`(?: of its own)?\s+in\s+`(sim/[\w/]+\.py)`", SECTION)
"""Functions and classes, each with the file in which the README says that it stands."""


def defined(file: str) -> set[str]:
    """Return the functions and classes of a file, methods as ``Class.method``."""
    names = set()
    for node in ast.parse((REPOSITORY / file).read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return names


def test_there_are_eight_places() -> None:
    assert re.findall(r"^(\d)\. \*\*", SECTION, re.MULTILINE) == list("12345678")
    assert "Eight places" in SECTION


def test_files_named_are_there() -> None:
    files = set(re.findall(r"`((?:sim|tests|scenarios)/[\w/]+\.\w+)`", SECTION))
    assert len(files) > 10
    assert not [file for file in files if not (REPOSITORY / file).is_file()]


@pytest.mark.parametrize(("name", "file"), PLACES)
def test_functions_named_stand_in_their_files(name: str, file: str) -> None:
    assert name in defined(file)


def test_functions_are_named() -> None:
    assert {name for name, _ in PLACES} >= {"Condition", "County.expect", "conditions", "Purpose"}
