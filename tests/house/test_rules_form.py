"""What holds for every rule: pure, documented, of few arguments. Rules are found by reading the source."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

MODULES = sorted(path for path in (REPOSITORY / "sim" / "rules").glob("*.py") if path.name != "__init__.py")
MOST_ARGUMENTS = 8
ALLOWED = ("__future__", "math", "numpy", "sim.numerics.compiled", "sim.numerics.draws", "sim.rules", "sim.words.codes")
"""What a rule file may import; from ``sim.numerics.draws`` the distributions only, which take a uniform."""
DISTRIBUTIONS = {"geometric", "poisson_part"}
RULES = [
    (path, node)
    for path in MODULES
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
]
NAMES = [f"{path.stem}.{node.name}" for path, node in RULES]


def test_there_are_rules() -> None:
    assert len(RULES) > 40
    assert len({node.name for _, node in RULES}) == len(RULES)


@pytest.mark.parametrize(("path", "node"), RULES, ids=NAMES)
def test_form_of_a_rule(path: Path, node: ast.FunctionDef) -> None:
    assert [ast.unparse(decorator) for decorator in node.decorator_list] == ["rule"]
    documentation = ast.get_docstring(node)
    assert documentation
    assert documentation.startswith("Return")
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    assert 1 <= len(arguments) <= MOST_ARGUMENTS
    assert all(argument.annotation is not None for argument in arguments)
    assert {ast.unparse(argument.annotation) for argument in arguments if argument.annotation} <= {
        "int",
        "float",
        "bool",
    }
    assert node.returns is not None
    assert ast.unparse(node.returns) in ("int", "float", "bool")
    forbidden = (ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.Attribute)
    outside = [inner for inner in ast.walk(node) if isinstance(inner, forbidden)]
    assert {ast.unparse(inner).split(".")[0] for inner in outside} <= {"math", "np"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_rules_import_downwards_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= {"math", "numpy"}
        if isinstance(node, ast.ImportFrom):
            assert str(node.module).startswith(ALLOWED)
            if node.module == "sim.numerics.draws":
                assert {name.name for name in node.names} <= DISTRIBUTIONS


@pytest.mark.parametrize(("path", "node"), RULES, ids=NAMES)
def test_same_in_same_out(path: Path, node: ast.FunctionDef) -> None:
    """Each rule twice on the same middling numbers, and once as plain Python: same bits."""
    function = getattr(importlib.import_module(f"sim.rules.{path.stem}"), node.name)
    middling = {"int": 2, "float": 0.375, "bool": True}
    values = [middling[ast.unparse(argument.annotation)] for argument in node.args.args if argument.annotation]
    found = function(*values)
    assert found == function(*values)
    if node.name != "scattered":  # wraps around at 64 bits, which plain Python does with a warning
        assert found == function.py_func(*values)


def test_rules_are_compiled_without_reordering() -> None:
    source = (REPOSITORY / "sim" / "numerics" / "compiled.py").read_text(encoding="utf-8")
    assert "fastmath" not in source
    assert 'os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"' in source
