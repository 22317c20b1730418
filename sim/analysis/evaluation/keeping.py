"""Worlds of an evaluation kept in files until it is done: what ends it, nothing that was run is lost."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.evaluation.worlds import Books, Design, Pair
from sim.running.batch.files import remove_leftovers, whole_file
from sim.words.faults import UserError, printable

IDENTITY, DESIGN = "identity.txt", "design.npz"
_TEXTS = ("program", "unit")
_LISTS = ("periods", "county", "state")
_ARRAYS = ("people", "treated")


class KeptWorlds:
    """A folder with a file for each pair of worlds that is done.

    Attributes
    ----------
    folder : Path
        Made with the first file.
    identity : str
        What the worlds are of: they are used again for the same alone.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        """Find what is there; worlds of something else are refused."""
        self.folder, self.identity = folder, identity
        self._design: Design | None = None
        if folder.exists() and _identity_in(folder) != self.identity:
            raise UserError(
                printable(
                    f"{folder}: holds worlds of another evaluation, or of another version of the program; choose "
                    "another folder, or remove it"
                )
            )

    def pair(self, background: str, replication: int) -> Pair | None:
        """Return a pair of worlds, or None where it is not there or its file is damaged."""
        arrays = _loaded(self._path(background, replication))
        if arrays is None:
            return None
        worlds = (
            Books(*(arrays[f"{world}_{name}"].astype(np.float64) for name in Books._fields))
            for world in ("program", "without")
        )
        return Pair(background, replication, *worlds)

    def design(self) -> Design | None:
        """Return what all worlds share, if any is there and whole."""
        if self._design is not None:
            return self._design
        arrays = _loaded(self.folder / DESIGN)
        if arrays is None:
            return None
        facts: dict[str, Any] = {name: str(arrays[name]) for name in _TEXTS}
        facts |= {name: arrays[name].tolist() for name in _LISTS}
        facts |= {name: arrays[name] for name in _ARRAYS}
        self._design = Design(**facts, left_out=int(arrays["left_out"]))
        return self._design

    def keep(self, design: Design, pair: Pair) -> None:
        """Write a pair of worlds, and before the first what all of them share."""
        if self.design() is None:
            self._begin(design)
        worlds = {"program": pair.program, "without": pair.without}
        arrays = {f"{world}_{name}": it for world, books in worlds.items() for name, it in books._asdict().items()}
        whole = {name: it.astype(np.int64) for name, it in arrays.items()}
        save_arrays(self._path(pair.background, pair.replication), whole)

    def _begin(self, design: Design) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / IDENTITY).write_text(self.identity, encoding="utf-8")
        names = (*_TEXTS, *_LISTS, "left_out", *_ARRAYS)
        save_arrays(self.folder / DESIGN, {name: np.asarray(getattr(design, name)) for name in names})
        self._design = design

    def count(self) -> int:
        """Return how many pairs are there."""
        return len([path for path in self.folder.glob("*.npz") if path.name != DESIGN]) if self.folder.exists() else 0

    def drop(self) -> None:
        """Remove the folder, once the evaluation is done."""
        if self.folder.exists():
            remove_leftovers(self.folder)
            for path in (*self.folder.glob("*.npz"), self.folder / IDENTITY):
                path.unlink()
            self.folder.rmdir()

    def _path(self, background: str, replication: int) -> Path:
        return self.folder / f"{background}_{replication:05d}.npz"


def _identity_in(folder: Path) -> str:
    try:
        return (folder / IDENTITY).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays so that the file is whole or not there."""
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _loaded(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays of a file; None where there is none or it cannot be read."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
