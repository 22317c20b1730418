"""Mistakes of the user, told in full sentences.

``Exception`` > ``UserError`` > ``ScenarioError``. The command line prints the message of a ``UserError`` and ends with
status 2; everything else is a fault of the program and shows its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SHOWN = 25
"""Faults that are looked at closely; of those after them hints are not sought."""
SCREEN_ROWS, SCREEN_COLUMNS, LONGEST_FAULT = 22, 80, 800
"""A message fits on a screen, however many faults there are and however long."""


class UserError(Exception):
    """Something the user can put right; the message is complete and may have several lines."""

    status: int = 2
    """What the command line ends with."""


@dataclass(frozen=True)
class Fault:
    """One fault in a scenario: the file (or the option) it stands in, its line, and what is wrong."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """Return ``FILE:LINE: message`` on one line."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return printable(f"{place}: {self.message}")


class ScenarioError(UserError):
    """One or more faults in scenario files; ``faults`` lists them in reading order, each once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Take the faults in reading order; the message shows the first and counts the rest."""
        self.faults: list[Fault] = list(dict.fromkeys(faults))
        super().__init__("\n".join(on_a_screen([str(fault) for fault in self.faults], "faults")))


def in_reading_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults file by file and line by line, those that stand on no line last."""
    return sorted(faults, key=lambda fault: (fault.line is None, fault.path, fault.line))


def on_a_screen(lines: Sequence[str], what: str) -> list[str]:
    """Return the lines of a message that fit on a screen; of those that do not, ``what`` they are is counted."""
    shown: list[str] = []
    rows = 0
    for line in lines:
        line = shortened(line, LONGEST_FAULT)
        rows += -(-len(line) // SCREEN_COLUMNS) or 1
        if shown and rows > SCREEN_ROWS:
            return [*shown, f"... and {len(lines) - len(shown):,} more {what}"]
        shown.append(line)
    return shown


def printable(text: str) -> str:
    """Return ``text`` on one line, with control characters written as escapes."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def shortened(text: str, length: int = 60) -> str:
    """Return ``text`` cut to ``length`` characters, as a message can quote it."""
    return text if len(text) <= length else text[: length - 3] + "..."


def near(file: Path) -> str:
    """Return a hint at a file beside ``file`` with nearly its name."""
    try:
        names = [entry.name for entry in file.parent.iterdir()]
    except (OSError, ValueError):
        return ""
    return "; it is a link that leads nowhere" if file.name in names else did_you_mean(file.name, names)


def did_you_mean(name: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """Return a hint at the nearest of ``names``, or nothing."""
    found = difflib.get_close_matches(name[:100], [other for other in names if other != name], 1, cutoff)
    return f"; did you mean {found[0]}?" if found else ""
