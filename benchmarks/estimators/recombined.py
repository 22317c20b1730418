"""Print how often tests of no effect reject in worlds whose states come from worlds that ran apart.

``python -m benchmarks.estimators.recombined --folder F`` after ``size_and_coverage`` with the same folder: each draw
takes every state from a world without the program of its own. On a flat background states have nothing to do with each
other, so that a few hundred worlds make as many draws as one likes, and shares are told more finely than by the worlds
themselves; the draws share these worlds, whose own luck stays.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.estimators.kept_worlds import books_in, design_in
from benchmarks.estimators.size_and_coverage import QUESTIONS, Row, print_size, row_of
from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.evaluation.answers import Answer, answered
from sim.analysis.evaluation.of_books import kept_counties
from sim.analysis.evaluation.questions import HORIZONS
from sim.analysis.evaluation.worlds import Books, Design, Pair, panel_of
from sim.words.faults import UserError


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, let all estimators answer, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators.recombined", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where size_and_coverage keeps its worlds")
    parser.add_argument("--draws", type=int, default=1000, help="recombined worlds")
    parser.add_argument("--seed", type=int, default=1, help="of the draws")
    given = parser.parse_args(arguments)
    worlds = [books_in(path) for path in sorted(given.folder.glob("without_*.npz"))]
    if not worlds:
        parser.error(f"{given.folder}: holds no worlds; run size_and_coverage first")
    design = design_in(given.folder)
    print(f"{given.draws:,} draws from {len(worlds)} worlds")
    print_size([row for pair in recombined(design, worlds, given.draws, given.seed) for row in rows_of(design, pair)])


def recombined(design: Design, worlds: Sequence[Books], draws: int, seed: int) -> Iterator[Pair]:
    """Yield worlds with each state from one of the worlds, all alike likely."""
    crime = np.stack([books.crime for books in worlds])  # W x T x K x kinds x books x groups
    code, random = design.state_code, np.random.Generator(np.random.Philox(seed))
    for draw in range(draws):
        source = random.integers(0, len(worlds), code.max() + 1)[code]
        mixed = np.swapaxes(crime[source, :, np.arange(len(code))], 0, 1)
        books = worlds[0]._replace(crime=mixed)
        yield Pair("flat", draw, books, books)


def rows_of(design: Design, pair: Pair) -> Iterator[Row]:
    """Yield what each estimator finds in a world, as ``estimate`` shows it."""
    for question in QUESTIONS:
        for name, estimator in ESTIMATORS.items():
            blank = Answer(pair.background, pair.replication, question, name)
            try:
                kept, _ = kept_counties(design, pair, blank)
                panel = panel_of(design, pair.without, question, kept)
                periods = design.compared_periods
                found = estimator.while_untreated(panel, question.form, HORIZONS[design.unit], periods)
            except UserError:
                yield row_of(blank)
                continue
            yield row_of(answered(blank, found))


if __name__ == "__main__":
    main()
