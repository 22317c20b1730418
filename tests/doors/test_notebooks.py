"""The tutorial notebooks: their cells run as they stand, and they are kept without outputs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from notebooks import cells_of, code_of, executed
from small_worlds import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "docs" / "notebooks").glob("*.ipynb"))
SMALL = {
    "people = 50_000": "people = 6_000",
    "people = 100_000": "people = 20_000",
    "permutations=49": "permutations=9",
}
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["comparing_programs", "first_run", "what_an_evaluator_would_find"]


@by_name
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    """What cells show follows from parameters that may change; who runs them gets today's."""
    cells = cells_of(path)
    for cell in cells:
        assert cell["cell_type"] in ("code", "markdown")
        assert cell["cell_type"] == "markdown" or (cell["outputs"] == [] and cell["execution_count"] is None)
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert json.loads(path.read_text(encoding="utf-8"))["nbformat"] == 4
    assert "people = " in code_of(path)[0]


@by_name
def test_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    text = "".join(line for cell in cells_of(path) for line in cell["source"])
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert targets
    assert all((path.parent / target).exists() for target in targets)


@pytest.mark.parametrize("name", ["first_run", "what_an_evaluator_would_find"])
def test_a_notebook_runs(name: str) -> None:
    """The third draws two whole reports, which takes too long to be done at each change."""
    path = next(it for it in NOTEBOOKS if it.stem == name)
    shown = executed(path, SMALL)
    assert any("data:image/png;base64" in it for it in shown)


@pytest.mark.slow
@by_name
def test_a_notebook_runs_at_its_own_size(path: Path) -> None:
    assert any("data:image/png;base64" in it for it in executed(path))
