"""What an identification found, on a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from sim.analysis.calibration.identifying import TOLD_EFFECTS, Identified
from sim.analysis.calibration.study import Study
from sim.scenario.calibration.identification import Identification
from sim.telling.identification_wording import LABELS, identification_sentences
from sim.telling.wording import number_text

WIDTH = 80


def print_identified(asked: Identification, study: Study, found: Identified, out: Path) -> None:
    """Print in words and in a table what each set of evidence leaves, and where the rest is."""
    for sentence in identification_sentences(asked, study, found):
        print(*textwrap.wrap(sentence, WIDTH), sep="\n")
    print("", *_table(found), sep="\n")
    print(f"\nTables and the figure compatible_worlds.png: {out}")


def _table(found: Identified) -> Iterator[str]:
    yield "True change with the program, %: 5 %, median and 95 % of the weight"
    for effect in TOLD_EFFECTS:
        yield LABELS[effect]
        for it in found.quantiles:
            if it.effect == effect:
                low, _, middle, _, high = (number_text(value, 1, signed=True) for value in it.values)
                yield f"  {it.evidence[:40]:40}{low:>12}{middle:>12}{high:>12}"
