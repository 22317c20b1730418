"""What could have been seen, on a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.analysis.evaluation.power import Detectable
from sim.analysis.evaluation.questions import BOOK_LABELS, WHOM
from sim.analysis.evaluation.worlds import Design
from sim.telling.estimates_wording import BACKGROUND_TITLES, SHORT_LABELS, SURVEY_WORDS
from sim.telling.power_wording import percent_of, power_sentences
from sim.telling.wording import NOTHING

WIDTH, FIRST, OTHERS = 80, 46, 11


def print_power(design: Design, effects: Sequence[Detectable], out: Path) -> None:
    """Print in words and in a table what could have been seen, and where the rest is."""
    for sentence in power_sentences(design, effects):
        print(*textwrap.wrap(sentence, WIDTH), sep="\n")
    for background in reversed(list(dict.fromkeys(it.background for it in effects))):
        print("", *_table([it for it in effects if it.background == background], background), sep="\n")
    print(f"\nAll kinds of crime: {out / 'power.csv'}")


def _table(effects: Sequence[Detectable], background: str) -> Iterator[str]:
    yield f"Smallest fall of index crime seen four times in five, {BACKGROUND_TITLES[background]}"
    heads = (*WHOM[:2], WHOM[-1])
    yield "".join([" " * FIRST, *(head.rjust(OTHERS) for head in heads)])
    told = [it for it in effects if it.question.crime == "index"]
    for book, outcome, estimator in dict.fromkeys((it.question.book, it.question.outcome, it.estimator) for it in told):
        kind = SURVEY_WORDS[outcome] if book == "survey" else SHORT_LABELS[estimator]
        cells = {
            it.question.group: NOTHING if it.refused else percent_of(it)
            for it in told
            if (it.question.book, it.question.outcome, it.estimator) == (book, outcome, estimator)
        }
        label = f"{BOOK_LABELS[book]}: {kind}"
        yield "".join([label.ljust(FIRST), *(cells.get(group, NOTHING).rjust(OTHERS) for group in heads)])
