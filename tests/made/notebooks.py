"""Tutorial notebooks as a reader runs them: cells in order in one namespace, the last expression of each shown."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any


def cells_of(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def code_of(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells_of(path) if cell["cell_type"] == "code"]


def executed(path: Path, replaced: dict[str, str] | None = None) -> list[str]:
    """Run the code cells of a notebook, with some words replaced, and return what each shows."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    for number, code in enumerate(code_of(path)):
        for old, new in (replaced or {}).items():
            code = code.replace(old, new)
        shown.append(_shown(code, f"{path.name}[{number}]", names))
    return shown


def _shown(code: str, where: str, names: dict[str, Any]) -> str:
    """Run a cell and return its last expression as a notebook shows it."""
    tree = ast.parse(code, where)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, where, "exec"), names)
    if last is None:
        return ""
    assert isinstance(last, ast.Expr)
    value = eval(compile(ast.Expression(last.value), where, "eval"), names)
    for form in ("_repr_html_", "_repr_png_"):
        if hasattr(value, form):
            return str(getattr(value, form)())
    return repr(value)
