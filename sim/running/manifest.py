"""The manifest of a results folder: how its results were made; it is written last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.words.reading import record_in

MANIFEST = "manifest.json"


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return the manifest in ``folder``; empty where there is none yet.

    Raises
    ------
    UserError
        Where it is damaged, or no regular file.
    """
    try:
        return record_in(folder / MANIFEST)
    except FileNotFoundError:
        return {}
