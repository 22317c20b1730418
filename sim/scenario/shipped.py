"""The scenarios that come with the program: found by their names, wherever one works."""

from __future__ import annotations

import os
from pathlib import Path

from sim.words.faults import did_you_mean, near

SUFFIX = ".yaml"
_PACKAGE = Path(__file__).parents[1]


def shipped_folder() -> Path:
    """Return the folder of the shipped files: within the package where it was installed, else beside its sources."""
    inside = _PACKAGE / "shipped"
    return inside if inside.is_dir() else _PACKAGE.parent / "scenarios"


def shipped_names() -> list[str]:
    """Return the names of all shipped scenarios, comparisons and sweeps in the order of the alphabet."""
    folder = shipped_folder()
    return sorted(path.stem for path in folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def is_name(text: str) -> bool:
    """Tell whether a text is a name such as ``baseline`` rather than the path of a file."""
    return bool(text) and os.path.basename(text) == text and not Path(text).suffix


def meant_by(text: str | Path, folder: Path | None = None) -> Path:
    """Return the file that a text means: a path (relative to ``folder``), or the name of a shipped scenario.

    A file of the user's that is called exactly so comes first.
    """
    path = Path(text) if folder is None else folder / text
    if is_name(str(text)) and str(text) in shipped_names() and not path.is_file():
        return shipped_folder() / f"{text}{SUFFIX}"
    return path


def draws_meant_by(text: str) -> str:
    """Return the path of a file of draws; ``posterior`` alone means the one that comes with the program."""
    return str(shipped_folder() / "posterior.csv") if text == "posterior" else text


def hint_at(path: Path) -> str:
    """Return what to say of a scenario file that is not there: a file of nearly its name, or a shipped one."""
    names = shipped_names()
    if path.suffix == SUFFIX and path.stem in names:
        return f"; a scenario of this name comes with the program: write {path.stem}"
    return near(path) or (did_you_mean(path.name, names) if is_name(path.name) else "")
