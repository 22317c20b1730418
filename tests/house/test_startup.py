"""What a command loads before it answers: help and mistakes next to nothing, a run nothing that it does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

SHOW = """
import sys
from sim.doors.cli.main import main
status = main(sys.argv[1:])
print("loaded:", *sorted(sys.modules))
sys.exit(status)
"""
HEAVY = {"numpy", "numba", "pydantic", "yaml", "pyarrow", "pandas", "matplotlib", "mesa", "rich"}


def loaded(*arguments: str, status: int = 0) -> set[str]:
    """Return the modules that a command has loaded when it ends."""
    command = [sys.executable, "-c", SHOW, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=300, check=False)
    assert done.returncode == status, done.stderr
    return set(done.stdout.split("loaded:")[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["compare", "--help"], ["--version"]])
def test_help_loads_the_standard_library_only(arguments: list[str]) -> None:
    assert not loaded(*arguments) & HEAVY


def test_a_mistake_is_told_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("wrold: {people: 10}\nmonths: 0\n", encoding="utf-8")
    for command in (["check", str(bad)], ["run", str(bad)], ["compare", str(bad), str(bad)]):
        assert not loaded(*command, status=2) & (HEAVY - {"pydantic", "yaml"}), command


def test_a_run_loads_neither_pandas_nor_figures(tmp_path: Path) -> None:
    """Arrow would load pandas to look for it, and numba SciPy and all that it can compile: longer than the run."""
    file = tmp_path / "tiny.yaml"
    file.write_text("months: 8\nworld: {rows: 2, columns: 2, people: 3000}\n", encoding="utf-8")
    loaded("run", str(file), "--quiet", "--out", str(tmp_path / "compiled"))
    found = loaded("run", str(file), "--quiet", "--out", str(tmp_path / "out"))
    assert {"numba", "pyarrow"} <= found
    assert not found & {"pandas", "matplotlib", "mesa", "networkx", "scipy", "numba.np.arrayobj"}


def test_a_comparison_draws_its_figures_without_pandas(tmp_path: Path) -> None:
    """An Arrow column asked for its numbers would load pandas: longer than the drawing of a figure."""
    scenarios = [str(REPOSITORY / "scenarios" / f"{name}.yaml") for name in ("baseline", "secure_communities")]
    world = ["--set", "world.people=3000", "--set", "world.rows=2", "--set", "world.columns=2"]
    found = loaded("compare", *scenarios, *world, "--replications", "2", "--quiet", "--out", str(tmp_path / "out"))
    assert (tmp_path / "out" / "crime_since_adoption.svg").exists()
    assert "matplotlib" in found
    assert not found & {"pandas", "mesa", "scipy"}
