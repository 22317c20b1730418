"""The tutorial on reporting: its commands run, at a small size, and its Python reads what they write."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

from sim.doors.cli.main import main

PAGE = (REPOSITORY / "docs" / "tutorial_reporting.md").read_text(encoding="utf-8")
SMALL = ["--set", "world.people=30000", "--replications", "1", "--permutations", "9", "--threads", "1", "--quiet"]


def commands() -> list[list[str]]:
    return [shlex.split(line)[1:] for line in re.findall(r"^darkfigure .*$", PAGE, re.MULTILINE)]


def test_commands_and_python_of_the_tutorial_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    first, power, sweep = commands()
    assert [first[0], power[0], sweep[0]] == ["estimate", "power", "sweep"]
    for words in (first, power):
        assert main([*words, *SMALL]) == 0
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        capsys.readouterr()
        exec(compile(block, "block", "exec"), {"__name__": "__main__"})
        told = capsys.readouterr().out
        assert "hispanic" in told or "callaway_santanna" in told
    assert (tmp_path / "outputs/tutorial/power/report.html").is_file()
    assert (tmp_path / "outputs/tutorial/estimate/headline.txt").is_file()


@pytest.mark.slow
def test_the_break_even_of_the_tutorial_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*commands()[2], "--set", "world.people=20000", "--replications", "2", "--quiet"]) == 0
    assert (tmp_path / "outputs/tutorial/break_even/break_even.png").is_file()
