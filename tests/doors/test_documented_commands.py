"""Every command that README, pages, help and shipped files show is one that the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

from sim.doors.cli.main import build_parser
from sim.doors.cli.options import EXAMPLES
from sim.scenario.scenario import kind_of
from sim.scenario.shipped import meant_by, shipped_names

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md")), REPOSITORY / "outputs" / "README.md"]
_COMMAND = re.compile(r"^(?:\.venv/bin/|\$ )?darkfigure (.*)$", re.MULTILINE)
_BLOCK = re.compile(r"```(?:sh|bash)\n(.*?)```", re.DOTALL)


def commands_in(text: str) -> list[str]:
    """Return commands, continued lines joined, comments and redirections taken off."""
    joined = text.replace("\\\n", " ")
    return [re.split(r"\s+(?:#|>|\|)", found)[0].rstrip("; ") for found in _COMMAND.findall(joined)]


def shown() -> list[str]:
    blocks = [block for page in PAGES for block in _BLOCK.findall(page.read_text(encoding="utf-8"))]
    examples = [re.sub(r"^ +", "", text, flags=re.MULTILINE) for text in EXAMPLES.values()]
    files = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "scenarios").rglob("*.yaml")]
    own = [re.sub(r"^# *", "", text, flags=re.MULTILINE) for text in files]
    return sorted({command for text in (*blocks, *examples, *own) for command in commands_in(text)})


@pytest.mark.parametrize("command", shown())
def test_the_command_line_takes_it(command: str) -> None:
    words = shlex.split(re.sub(r"\$\w+", "1", command))
    if not words or words[0].startswith("-"):
        return
    arguments = build_parser().parse_args(words)
    for text in (getattr(arguments, "scenario", None), getattr(arguments, "file", None)):
        if text is not None and (REPOSITORY / text).suffix == "" and "/" not in text:
            assert text in shipped_names()
    for text in [*(getattr(arguments, "scenarios", None) or []), getattr(arguments, "scenario", None) or ""]:
        if text.startswith("scenarios/"):
            assert kind_of(REPOSITORY / text) in ("scenario", "comparison")


def test_there_are_many() -> None:
    assert len(shown()) > 30
    assert all(meant_by(name).is_file() for name in shipped_names())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http", "mailto")):
            assert (page.parent / target).exists(), target
