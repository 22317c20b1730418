"""A point of a calibration, as settings by dotted path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HEADER = ("extends", "title", "question", "source")


def settings_in(path: Path) -> dict[str, Any]:
    """Return what a ``point.yaml`` sets, by dotted path."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    return dict(_leaves({name: value for name, value in tree.items() if name not in HEADER}, ()))


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, name))
        else:
            yield ".".join((*path, name)), value
