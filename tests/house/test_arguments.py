"""Functions take few arguments; what belongs together is handed over as a record."""

from __future__ import annotations

import ast

from small_worlds import REPOSITORY

MOST = 8
OPTIONS = {"compare", "estimate", "power", "sweep", "run"}
"""Functions that users call in a notebook: each option is an argument."""


def test_no_function_takes_more_than_eight_arguments() -> None:
    found, seen = {}, 0
    for path in sorted((REPOSITORY / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                seen += 1
                number = len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])
                if number > MOST and not (path.parent.name == "notebook" and node.name in OPTIONS):
                    found[f"{path.name}: {node.name}"] = number
    assert seen > 500
    assert not found
