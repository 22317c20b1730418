"""The command that opens the page: what it says before there is one."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from small_worlds import REPOSITORY

from sim.doors.cli.main import main

WITHOUT = """
import sys
for name in {blocked}:
    sys.modules[name] = None
from sim.doors.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def command(*arguments: str, blocked: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", WITHOUT.format(blocked=blocked), "explore", "--no-browser", *arguments]
    return subprocess.run(words, capture_output=True, text=True, cwd=REPOSITORY, timeout=120, check=False)


def test_without_the_extra_it_says_how_to_get_it() -> None:
    done = command(blocked=("fastapi",))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "the page needs the extra 'web', which is not installed: pip install 'darkfigure[web]', or in a checkout pip "
        "install -e '.[web]'"
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare_programs"], "a comparison or a sweep"),
        (["nothing.yaml"], "no such file"),
        (["--port", "0"], "is not a port from 1 to 65535"),
    ],
)
def test_mistakes_are_told_before_anything_is_served(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "sim.doors.explore.serving", None)
    assert main(["explore", "--no-browser", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["explore", "--no-browser", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot listen on port" in capsys.readouterr().err
