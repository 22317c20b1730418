"""A small example to edit, put into a folder of the user's."""

from __future__ import annotations

from pathlib import Path

from sim.scenario.shipped import shipped_folder
from sim.words.faults import UserError

STARTER = "starter"


def put_example(folder: Path) -> list[Path]:
    """Copy a scenario, a comparison and a sweep to edit into ``folder``; nothing there is overwritten.

    Raises
    ------
    UserError
        Where a file of such a name is there already, or the folder is none.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; give a folder")
    contents = {path.name: path.read_bytes() for path in sorted((shipped_folder() / STARTER).iterdir())}
    present = [name for name in contents if (folder / name).exists()]
    if present:
        raise UserError(f"{folder / present[0]}: is there already, and nothing is overwritten; give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]
