"""The floors that the folders show: imports only go down, nothing runs in a circle, every room says what it is for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from house import FLOORS, House
from small_worlds import REPOSITORY

SIM = House(REPOSITORY / "sim")
PACKAGES = sorted(path for path in SIM.folder.rglob("__init__.py") if path.parent != SIM.folder)


def test_no_import_climbs() -> None:
    assert [str(found) for found in SIM.climbing()] == []


def test_nothing_imports_in_a_circle_at_run_time() -> None:
    assert SIM.circles() == []


def test_rooms_of_one_folder_import_each_other_in_one_direction() -> None:
    assert SIM.rooms_in_both_directions() == []


def test_the_folders_are_the_floors_and_nothing_lies_loose() -> None:
    folders = {path.name for path in SIM.folder.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(FLOORS)
    loose = {path.name for path in SIM.folder.iterdir() if path.is_file()}
    assert loose == {"__init__.py", "__main__.py", "py.typed"}


def test_every_folder_of_sources_is_a_package() -> None:
    folders = {path.parent for path in SIM.folder.rglob("*.py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: str(path.parent.relative_to(SIM.folder)))
def test_a_package_says_its_purpose_in_one_sentence(path: Path) -> None:
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert words.endswith(".")
    assert len(re.findall(r"[.!?](\s|$)", words)) == 1, words


def test_the_readme_names_the_floors_in_order() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```text\n(.*?)```", text[text.index("## How it works") :], re.DOTALL)
    assert block is not None
    assert tuple(line.split()[0].rstrip("/") for line in block.group(1).splitlines()) == FLOORS


# The test itself: each way of climbing is seen


def made(tmp_path: Path, **files: str) -> House:
    """Return a house of a few modules; names are paths with ``__`` between the parts."""
    for name, text in files.items():
        path = tmp_path / "sim" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return House(tmp_path / "sim")


CLIMBS = {
    "at the top": "from sim.world.people import World\n",
    "in a call": "def late() -> None:\n    from sim.world.people import World\n",
    "for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.world.people import World\n",
    "as a module": "from sim.world import people\n",
    "by its full name": "import sim.world.people\n",
    "relative": "from ..world import people\n",
    "through the package": "import sim\n",
}


@pytest.mark.parametrize("text", CLIMBS.values(), ids=CLIMBS)
def test_a_climb_is_seen(text: str, tmp_path: Path) -> None:
    house = made(tmp_path, world__people="", rules__news=text)
    assert [found.importer for found in house.climbing()] == ["sim.rules.news"]


@pytest.mark.parametrize("text", ["from sim.rules import news\n", "def late() -> None:\n    import sim.rules.news\n"])
def test_a_circle_is_seen(text: str, tmp_path: Path) -> None:
    house = made(tmp_path, rules__news="from sim.rules import survey\n", rules__survey=text)
    assert house.circles() == [["sim.rules.news", "sim.rules.survey"]]


def test_a_circle_of_types_alone_is_none(tmp_path: Path) -> None:
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sim.rules.news\n"
    assert made(tmp_path, rules__news="from sim.rules import survey\n", rules__survey=types).circles() == []


def test_rooms_in_both_directions_are_seen(tmp_path: Path) -> None:
    house = made(
        tmp_path,
        running__tables__months="from sim.running.batch import plan\n",
        running__tables__files="",
        running__batch__plan="",
        running__batch__part="from sim.running.tables import files\n",
    )
    assert house.circles() == []
    assert house.rooms_in_both_directions() == [("sim.running.batch", "sim.running.tables")]
