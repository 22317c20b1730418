"""Whatever a user hands over is answered in words: no traceback, no hang, no flood, little memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from any_input import PATHS, AnyInput
from small_worlds import REPOSITORY

from sim.doors.cli.main import main
from sim.parameters import Parameters
from sim.scenario.check import ScenarioError
from sim.scenario.scenario import load_scenario

COMMANDS = {"folder": ("status", "resume")}
LONGEST, WIDEST, ROWS = 5.0, 80, 25


def rows_of(text: str) -> int:
    """Return how many rows of a narrow terminal a text takes."""
    return sum(max(1, -(-len(line) // WIDEST)) for line in text.splitlines())


def answered(kind: str, path: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """Hand an input to the commands that look at it without running; returns the greatest status."""
    status = 0
    for command in COMMANDS.get(kind, ("check",)):
        begun = time.monotonic()
        status = max(status, main([command, str(path)]))
        told = capsys.readouterr()
        assert time.monotonic() - begun < LONGEST
        assert status in (0, 2)
        assert rows_of(told.err) <= ROWS, told.err
        assert "Traceback" not in told.err
    return status


def read_back(path: Path) -> None:
    """Make sure that values which a sound scenario sets are those with which it runs."""
    try:
        parameters = load_scenario(path).parameters
    except ScenarioError:
        return
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except yaml.constructor.ConstructorError:  # a bare << is a text to the program, and nothing to PyYAML
        return
    if not isinstance(content, dict):
        return
    found = parameters.model_dump()
    for name in PATHS:
        given, has = content, found
        for part in name.split("."):
            given = given.get(part) if isinstance(given, dict) else None
            has = has[part] if isinstance(has, dict) else has
        if isinstance(given, (int, float)) and not isinstance(given, bool) and isinstance(has, (int, float)):
            assert has == given, name


def try_many(count: int, seed: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, list[int]]:
    made, counts = AnyInput(folder, seed), dict[str, list[int]]()
    for number in range(count):
        kind, path = made.make(number)
        status = answered(kind, path, capsys)
        counts.setdefault(kind, [0, 0])[status // 2] += 1
        if kind == "scenario" and status == 0:
            read_back(path)
    return counts


def test_any_input_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    counts = try_many(280, 1, tmp_path, capsys)
    assert counts["scenario"][0] > 0  # some are sound, or nothing behind the first check is tried
    assert all(refused > 0 for _, refused in counts.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_more_inputs_are_answered(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try_many(2000, 100 + seed, tmp_path, capsys)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 20  # kilobytes


@pytest.mark.slow
def test_two_hundred_inputs_on_the_command_line(tmp_path: Path) -> None:
    made = AnyInput(tmp_path, 7)
    for number in range(200):
        kind, path = made.make(number)
        command = COMMANDS.get(kind, ("check",))[0]
        done = subprocess.run(
            [sys.executable, "-m", "sim", command, str(path)],
            cwd=tmp_path,
            env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode in (0, 2), (path, done.stderr)
        assert "Traceback" not in done.stderr, (path, done.stderr)
        assert rows_of(done.stderr) <= ROWS


def test_the_inputs_reach_every_parameter(tmp_path: Path) -> None:
    """All parameters can be drawn, for the list is that of the table."""
    assert len(PATHS) == len(set(PATHS))
    assert {name.split(".")[0] for name in PATHS} <= set(Parameters.model_fields)
