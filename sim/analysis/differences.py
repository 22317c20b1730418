"""In what one scenario differs from another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.analysis.assumptions import value_text
from sim.parameters import Parameters, Program
from sim.parameters.comparison import PROGRAM_TITLES
from sim.parameters.listing import Row, rows
from sim.scenario.scenario import Scenario

PROGRAMS = "programs"
_HEADER = ("title", "question", "source")
_CALENDAR = ("counties", "start", "until", "shift")
_EVERYWHERE = {"all": "everywhere", "none": "nowhere", "file": "in each county from its own date"}
MOST_CODES = 3
"""Counties that are named; more are counted."""


class Difference(NamedTuple):
    """One thing in which a scenario differs from another.

    Attributes
    ----------
    section : str
        Of the parameter table; ``programs`` for what is in force where and when.
    label : str
        The program, or what the parameter means and its dotted name.
    reference, own : str
        Its values there and here, in words.
    """

    section: str
    label: str
    reference: str
    own: str

    def __str__(self) -> str:
        """Return the difference in words."""
        return f"{self.label}: {self.own} instead of {self.reference}"


def differences_between(scenario: Scenario, reference: Scenario) -> list[Difference]:
    """Return in what ``scenario`` differs from ``reference``: programs first, each in one line, then all else."""
    own, other = scenario.parameters, reference.parameters
    pairs = zip(rows(Parameters, own), rows(Parameters, other), strict=True)
    different = [(mine, theirs) for mine, theirs in pairs if mine.default != theirs.default]
    return [
        *_programs(own, other),
        *(_difference(mine, theirs) for mine, theirs in different if not _is_told_elsewhere(mine.path)),
    ]


def beyond_programs(differences: Sequence[Difference]) -> list[str]:
    """Return the sections of the parameter table, but programs, in which scenarios differ."""
    return list(dict.fromkeys(it.section for it in differences if it.section != PROGRAMS))


def program_text(program: Program) -> str:
    """Return where and when a program is in force."""
    where = _where(program)
    since = f" from {program.start}" if program.start else ""
    until = f" until {program.until}" if program.until else ""
    return where if where == "nowhere" else where + since + until + _moved(program.shift)


def _moved(shift: int) -> str:
    """Return by how many months all dates of a program are moved, in words; nothing for none."""
    months = f"{abs(shift)} month{'s' if abs(shift) > 1 else ''}"
    return f", all dates {months} {'later' if shift > 0 else 'earlier'}" if shift else ""


def _where(program: Program) -> str:
    which = program.counties
    if program.list_file is not None:
        return f"in the counties that {Path(program.list_file).name} lists"
    if isinstance(which, str):
        return _EVERYWHERE[which]
    if isinstance(which, float):
        return f"in {100 * which:g} % of counties"
    return f"in {', '.join(which)}" if len(which) <= MOST_CODES else f"in {len(which)} counties that are listed"


def _programs(own: Parameters, other: Parameters) -> Iterator[Difference]:
    for name, title in PROGRAM_TITLES.items():
        here, there = (program_text(getattr(it.programs, name)) for it in (own, other))
        if here != there:
            yield Difference(PROGRAMS, title[0].upper() + title[1:], there, here)


def _is_told_elsewhere(path: tuple[str, ...]) -> bool:
    """Tell whether a parameter is no difference of its own: a title, or a date that its program is told with."""
    is_of_a_program = len(path) > 2 and path[0] == PROGRAMS and path[1] in PROGRAM_TITLES
    return path[0] in _HEADER or (is_of_a_program and path[-1] in _CALENDAR)


def _difference(mine: Row, theirs: Row) -> Difference:
    name = ".".join(mine.path)
    return Difference(
        mine.path[0],
        f"{mine.field.description} ({name})",
        value_text(name, theirs.default),
        value_text(name, mine.default),
    )
