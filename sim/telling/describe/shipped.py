"""What comes with the program by name: scenarios, comparisons, sweeps and calibrations, with what each asks."""

from __future__ import annotations

import textwrap

from sim.scenario.scenario import kind_of
from sim.scenario.shipped import meant_by, shipped_names
from sim.scenario.yaml_text import Scalar, read_file

WIDTH = 80
COMMANDS = {
    "scenario": "run",
    "comparison": "compare",
    "sweep": "sweep",
    "calibration": "calibrate",
    "identification": "identify",
}


def scenarios_text() -> str:
    """Return a list of all shipped files, by what is done with them."""
    blocks = []
    for kind, command in COMMANDS.items():
        names = [name for name in shipped_names() if kind_of(name) == kind]
        blocks.append(f"darkfigure {command} NAME\n\n" + "\n".join(f"  {name}\n{_question(name)}" for name in names))
    return "\n\n".join(blocks) + "\n\n'darkfigure scenarios NAME' prints one; 'extends: NAME' in a file builds on it.\n"


def scenario_text(name: str) -> str:
    """Return the text of a shipped file.

    Raises
    ------
    ScenarioError
        Where there is none of this name.
    """
    read_file(meant_by(name), name, [])
    return meant_by(name).read_text(encoding="utf-8")


def _question(name: str) -> str:
    """Return what a file asks, else its title, in indented lines."""
    entries = read_file(meant_by(name), name, []).entries
    told = next((entries[key] for key in ("question", "title") if key in entries), None)
    words = told.text if isinstance(told, Scalar) else ""
    return textwrap.fill(words, WIDTH, initial_indent="      ", subsequent_indent="      ")
