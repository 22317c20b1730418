"""Worlds with and without a program, simulated once and kept in a folder: whatever ends the work, nothing is lost."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.analysis.evaluation.keeping import save_arrays
from sim.analysis.evaluation.worlds import Books, Design, books_of, design_of
from sim.running.county_counts import CountyCounts, count_run, with_dates_of
from sim.scenario.scenario import Scenario, load_scenario

PROGRAM = "secure_communities"


class Kept(NamedTuple):
    """Which worlds, and where they are kept.

    Attributes
    ----------
    scenario : Scenario
        With the program, on a flat background.
    folder : Path
        For a file for each world.
    """

    scenario: Scenario
    folder: Path

    def path(self, has_program: bool, seed: int) -> Path:
        """Return the file of a world."""
        return path_in(self.folder, has_program, seed)

    def books(self, has_program: bool, seed: int) -> Books:
        """Return what is counted in a world by years."""
        return books_in(self.path(has_program, seed))

    def design(self) -> Design:
        """Return counties and dates."""
        return design_in(self.folder)


def path_in(folder: Path, has_program: bool, seed: int) -> Path:
    """Return the file of a world in a folder."""
    return folder / f"{'with' if has_program else 'without'}_{seed:04d}.npz"


def books_in(path: Path) -> Books:
    """Return what is counted by years in the world of a file."""
    with np.load(path) as file:
        return Books(*(file[name].astype(np.float64) for name in Books._fields))


def design_in(folder: Path) -> Design:
    """Return counties and dates of the worlds in a folder."""
    with np.load(folder / "design.npz") as file:
        county, state, periods = (file[name].tolist() for name in ("county", "state", "periods"))
        return Design(PROGRAM, "year", periods, 0, county, state, file["people"], file["treated"])


def kept_worlds(scenario: Path, changes: list[str], folder: Path) -> Kept:
    """Return where worlds of a scenario are kept; another scenario there is refused."""
    loaded = load_scenario(scenario, changes)
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "scenario.yaml"
    if written.exists() and written.read_text(encoding="utf-8") != loaded.resolved_yaml():
        sys.exit(f"{folder}: holds worlds of another scenario; choose another folder")
    written.write_text(loaded.resolved_yaml(), encoding="utf-8")
    return Kept(loaded, folder)


def simulate(kept: Kept, wanted: list[tuple[bool, int]]) -> Iterator[tuple[bool, int]]:
    """Run the worlds that are not there yet, (with the program?, seed), and yield each of all that are wanted."""
    for has_program, seed in wanted:
        if not kept.path(has_program, seed).exists():
            begun = time.monotonic()
            scenario = kept.scenario if has_program else kept.scenario.without(PROGRAM)
            counts = count_run(scenario, seed=seed, replication=0)
            _keep(kept, counts, has_program, seed)
            print(f"{kept.path(has_program, seed).name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
        yield has_program, seed


def _keep(kept: Kept, counts: CountyCounts, has_program: bool, seed: int) -> None:
    books = {name: it.astype(np.int32) for name, it in books_of(counts, "year", PROGRAM)._asdict().items()}
    if not (kept.folder / "design.npz").exists():
        dated = counts if has_program else with_dates_of(counts, kept.scenario)
        design = design_of(dated, PROGRAM, "year")
        names = ("county", "state", "periods", "people", "treated")
        save_arrays(kept.folder / "design.npz", {name: np.asarray(getattr(design, name)) for name in names})
    save_arrays(kept.path(has_program, seed), books)
