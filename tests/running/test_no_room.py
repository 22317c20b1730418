"""A full disk: one clear message, status 2, nothing half-written. A limit on file size stands in for the disk."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sim.doors.cli.main import main

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = ["--set", "world.people=4000", "--set", "months=6"]


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", str(SCENARIOS / "secure_communities.yaml"), *SMALL],
        [
            "compare",
            str(SCENARIOS / "baseline.yaml"),
            str(SCENARIOS / "secure_communities.yaml"),
            "--replications=2",
            "--workers=1",
            *SMALL,
        ],
    ],
)
def test_no_room_to_write(arguments: list[str], tmp_path: Path) -> None:
    """What is compiled is kept before, for it would not fit under the limit either."""
    prepare = ["run", str(SCENARIOS / "baseline.yaml"), *SMALL, "--quiet"]
    assert main([*prepare, "--out", str(tmp_path / "compiled")]) == 0
    out = tmp_path / "place" / "out"
    command = [sys.executable, "-m", "sim", *arguments, "--out", str(out), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "too large" in done.stderr.lower() or "space" in done.stderr.lower()
    assert not out.exists()
    assert list((tmp_path / "place").iterdir()) == []
