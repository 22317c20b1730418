"""Target 7: how soon the command line answers, warm and with nothing compiled."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measuring.runners import SCENARIOS
from benchmarks.measuring.timing import Runner, command_seconds, paired_rounds, ratio, spread
from benchmarks.telling.lines import Line, Options

SMALL = SCENARIOS / "classroom.yaml"


def command_line(options: Options) -> list[Line]:
    """Target 7: how soon the command line answers, warm and with nothing compiled."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = paired_rounds(_command_runners(folder), options.rounds)
    cold, warm = costs["first run, nothing compiled"], costs["warm small run"]
    compiling = [(first - later) / first for first, later in zip(cold, warm, strict=True)]
    bare, note = "bare interpreter", f"small run: {SMALL.name}"
    return [
        Line(7, "darkfigure --help over bare interpreter", ratio(costs, "help", bare), "x", "<= 10 x"),
        Line(7, "darkfigure check of a bad file", spread(costs["user's error"]), "s", "<= 0.5 s"),
        Line(7, "bad file over bare interpreter", ratio(costs, "user's error", bare), "x"),
        Line(
            7, "warm small run over import numba", ratio(costs, "warm small run", "import numba"), "x", "<= 2.5 x", note
        ),
        Line(7, "first run over warm run", ratio(costs, "first run, nothing compiled", "warm small run"), "x"),
        Line(7, "share of the first run spent compiling", spread([100 * share for share in compiling]), "%"),
        *(Line(7, name, spread(seconds), "s") for name, seconds in costs.items()),
    ]


def _command_runners(folder: Path) -> dict[str, Runner]:
    """Return runners of commands, in seconds; compiled code is kept in ``folder``, away from other caches.

    Python keeps its own bytecode, as it does wherever nobody forbids it.
    """
    bad = folder / "bad.yaml"
    bad.write_text("title: Bad\nwrold:\n  people: 10\nmonths: 0\n", encoding="utf-8")
    script = Path(sys.executable).with_name("darkfigure")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "sim"]
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    warm = {**usual, "DARKFIGURE_CACHE": str(folder / "warm")}
    fresh = iter(range(1_000_000))

    def small_run(environment: Mapping[str, str]) -> float:
        out = folder / f"run-{next(fresh)}"
        return command_seconds([*program, "run", str(SMALL), "--quiet", "--out", str(out)], environment)

    def first_run() -> float:
        return small_run({**usual, "DARKFIGURE_CACHE": str(folder / f"cold-{next(fresh)}")})

    small_run(warm)
    return {
        "bare interpreter": lambda: command_seconds([sys.executable, "-c", "pass"], warm),
        "help": lambda: command_seconds([*program, "--help"], warm),
        "user's error": lambda: command_seconds([*program, "check", str(bad)], warm, status=2),
        "import numba": lambda: command_seconds([sys.executable, "-c", "import numba"], warm),
        "warm small run": lambda: small_run(warm),
        "first run, nothing compiled": first_run,
    }
