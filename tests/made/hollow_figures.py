"""Figures that are made and not drawn, which takes longest: for tests of what stands beside them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from matplotlib.figure import Figure

from sim.telling.figures.style import saved_by


def hollow_figures() -> AbstractContextManager[None]:
    """Let every figure that would be saved meanwhile be an empty one, as SVG alone."""
    return saved_by(_hollow)


def _hollow(_: Figure, folder: Path, name: str) -> None:
    (folder / f"{name}.svg").write_text('<svg viewBox="0 0 2 1"/>', encoding="utf-8")
