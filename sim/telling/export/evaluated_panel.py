"""The panel of an evaluation as a file: what the scripts beside it read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.estimate.panel import NEVER, first_treated
from sim.analysis.evaluation.evaluating import Evaluation
from sim.analysis.evaluation.questions import WHOM
from sim.analysis.evaluation.tables import Column, write_csv
from sim.analysis.evaluation.worlds import Books, Design
from sim.running.tables.county_months import TOTALS

BOOKS = ("occurred", "recorded")
PANEL_COLUMNS: tuple[Column, ...] = (
    ("background", "text", "", "As in estimates.csv"),
    ("world", "text", "", "program, or without: the same world without it"),
    ("county", "text", "", "Code of the county"),
    ("state", "text", "", "State of the county; in a grid, which has none, the county"),
    ("period", "whole number", "periods", "Number of the period, from 1"),
    ("first", "whole number", "periods", "First period with the program, in the world that has it; 0: never"),
    ("treated", "number", "share", "Share of the period in which the program is in force, in the world that has it"),
    ("away", "whole number", "person-months", "Months since people were detained under the program, added up"),
    *((f"people_{group}", "whole number", "agents", f"Who lives there: {group}") for group in WHOM),
    *(
        (f"{book}_{crime}_{group}", "whole number", "incidents", f"{crime.capitalize()} crime {book}, against {group}")
        for book in BOOKS
        for crime in TOTALS
        for group in WHOM
    ),
    *((f"asked_{group}", "whole number", "person-months", f"Asked by the survey: {group}") for group in WHOM),
    *(
        (f"{part}_{crime}_{group}", "whole number", "incidents", f"{crime.capitalize()} crime {words}, by {group}")
        for part, words in (("told", "told to the survey"), ("reported", "of these said to be reported"))
        for crime in TOTALS
        for group in WHOM
    ),
)


def write_panel(evaluation: Evaluation, path: Path) -> None:
    """Write county-periods of the first replication, of each background and of both worlds."""
    rows = (
        row
        for background, pairs in evaluation.pairs.items()
        for world, books in (("program", pairs[0].program), ("without", pairs[0].without))
        for row in _rows(evaluation.design, background, world, books)
    )
    write_csv(path, [name for name, *_ in PANEL_COLUMNS], rows)


def _rows(design: Design, background: str, world: str, books: Books) -> Iterator[tuple[Any, ...]]:
    first = first_treated(design.treated)
    first = np.where(first == NEVER, 0, first + 1)
    counts, away = _counts(design, books), books.away.T.astype(np.int64).tolist()
    for county, name in enumerate(design.county):
        numbers = counts[county].astype(np.int64).tolist()
        treated = design.treated[county].tolist()
        for period, row in enumerate(numbers):
            when = (period + 1, first[county], treated[period])
            yield (background, world, name, design.state[county], *when, away[county][period], *row)


def _counts(design: Design, books: Books) -> Any:
    """Return float64[K, T, columns]: people, both books, and the survey."""
    periods = design.treated.shape[1]
    tables = [np.repeat(design.people_of(group)[:, None], periods, axis=1) for group in WHOM]
    tables += [books.counts(book, crime, group) for book in BOOKS for crime in TOTALS for group in WHOM]
    tables += [books.survey(TOTALS[0], group)[1] for group in WHOM]
    for part in (0, 1):
        tables += [books.survey(crime, group)[0][..., part] for crime in TOTALS for group in WHOM]
    return np.stack(tables, axis=-1)
