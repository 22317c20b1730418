"""What sources say: the published figures that texts name by number, and other words for where a value is from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sim.words.published import FIGURES

WORDS = {
    "calibrated": "Mean of the posterior that is shipped, to two digits, with the published figures named; where "
    "they leave a parameter open, that is the middle of its prior (docs/calibration.md).",
    "assumption": "No published figure was found; the value is ours, and sweeps vary it.",
    "design": "How the model is built, not an empirical claim: sizes, switches, dates, numerical limits.",
    "hand-set": "Set by hand so that the simulated figure comes near the published one that is named; not calibrated.",
}
"""What else a source can say."""
_NUMBER = re.compile(r"\bT([0-9]{2})(?:[-\u2013]T?([0-9]{2}))?\b")


def figures_named_in(texts: Iterable[str]) -> list[str]:
    """Return the numbers of the figures that texts name, in order; ``T25-T28`` names four."""
    found: set[str] = set()
    for text in texts:
        for first, last in _NUMBER.findall(text):
            found.update(f"T{number:02}" for number in range(int(first), int(last or first) + 1))
    return sorted(found)


def source_line(number: str) -> str:
    """Return a line on the figure of a number.

    Raises
    ------
    KeyError
        Where there is none.
    """
    it = FIGURES[number]
    return f"{number}: {it.what}: {it.value}, {it.period} ({it.publication}; {it.sureness})"
