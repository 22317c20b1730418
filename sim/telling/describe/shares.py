"""Shares of the final variance: how much of what is not known of the headline comes from each parameter."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from sim.scenario.shipped import shipped_folder

FILE = "shares.csv"
"""What ``python -m benchmarks.telling.shares`` writes of the calibration whose draws come with the program."""
COLUMNS = ("parameter", "how", "true_total", "true_hispanic")
TOLD = "true_total"
HOWS = {"drawn": "drawn", "moved": "moved by a quarter"}
LEAST = 0.001


@cache
def shipped_shares() -> dict[str, tuple[str, float]]:
    """Return how each parameter's share was found, and its share of the variance of true index crime, by path."""
    return shares_in(shipped_folder() / FILE)


def shares_in(path: Path) -> dict[str, tuple[str, float]]:
    """Return the shares in a file; of none there are none."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["parameter"]: (row["how"], float(row[TOLD])) for row in csv.DictReader(file)}


def share_words(path: tuple[str, ...], shares: dict[str, tuple[str, float]] | None = None) -> str:
    """Return what is said of a parameter's share behind its source, or nothing where it has none.

    Entries of a table are told by their names: draws may set some of them alone.
    """
    name, known = ".".join(path), shipped_shares() if shares is None else shares
    parts = []
    for other, (how, share) in known.items():
        entry = other.removeprefix(name)
        if other == name or (entry.startswith(".") and entry != other):
            told = f"{100 * share:.1f} %" if share >= LEAST else "below 0.1 %"
            parts.append(f"{entry[1:]} {HOWS[how]}: {told}" if entry else f"{HOWS[how]}: {told}")
    return f"{'; '.join(parts)} of the final variance" if parts else ""
