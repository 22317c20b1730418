"""What could have been seen, on a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.analysis.evaluation.power import Detectable
from sim.analysis.evaluation.questions import WHOM
from sim.analysis.evaluation.worlds import Design
from sim.telling.estimates_wording import BACKGROUND_TITLES
from sim.telling.power_wording import percent_of, power_lines, power_sentences
from sim.telling.wording import NOTHING

WIDTH, FIRST, OTHERS = 80, 46, 11


def print_power(design: Design, effects: Sequence[Detectable], out: Path) -> None:
    """Print in words and in a table what could have been seen, and where the rest is."""
    for sentence in power_sentences(design, effects):
        print(*textwrap.wrap(sentence, WIDTH), sep="\n")
    for background in reversed(list(dict.fromkeys(it.background for it in effects))):
        print("", *_table(effects, background), sep="\n")
    print(f"\nReport: {out / 'report.html'}; all kinds of crime: {out / 'power.csv'}")


def _table(effects: Sequence[Detectable], background: str) -> Iterator[str]:
    yield f"Smallest fall seen four times in five (of index crime), {BACKGROUND_TITLES[background]}"
    heads = (*WHOM[:2], WHOM[-1])
    yield "".join([" " * FIRST, *(head.rjust(OTHERS) for head in heads)])
    for line in power_lines(effects, background):
        cells = {group: NOTHING if it.refused else percent_of(it) for group, it in line.answers.items()}
        yield "".join([line.label.ljust(FIRST), *(cells.get(group, NOTHING).rjust(OTHERS) for group in heads)])
