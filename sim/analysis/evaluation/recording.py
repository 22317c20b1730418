"""How much of crime police record, with the program and without: what sensitivity analyses of police data need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.analysis.evaluation.evaluating import Evaluation
from sim.analysis.evaluation.questions import WHOM
from sim.analysis.evaluation.tables import Column, write_csv
from sim.analysis.evaluation.worlds import Books, pooled
from sim.analysis.statistics import ratio
from sim.running.county_counts import KINDS

_WHOLE = 1 - 1e-9
RECORDING_COLUMNS: tuple[Column, ...] = (
    ("background", "text", "", "flat: no trends but the program's; trends: those of the scenario's county-year file"),
    ("crime", "text", "", "index, violent or property crime; homicide; motor_vehicle_theft"),
    ("group", "text", "", "Whom the crime is against; all: anybody, organizations too"),
    (
        "incidents",
        "number",
        "incidents",
        "Without the program, a replication, in county-periods that have it all along",
    ),
    ("R", "number", "share", "Recorded crime over true crime there without the program: R of the R package rcme"),
    ("with_program", "number", "share", "The same with the program"),
    ("risk_ratio", "number", "", "with_program over R"),
    ("D", "number", "", "Odds of being recorded with the program over those without it: D of rcme, a unit of treated"),
)


class Recording(NamedTuple):
    """A row of ``recording.csv``; what cannot be told is nan."""

    background: str
    crime: str
    group: str
    incidents: float
    without: float
    with_program: float
    risk_ratio: float
    odds_ratio: float


def recordings(evaluation: Evaluation) -> Iterator[Recording]:
    """Yield how much is recorded by background, kind of crime and group, in county-periods wholly with the program.

    There the treated share is 1 in one world and 0 in the other, over the same luck: what differs is the program's.
    """
    cells = evaluation.design.treated >= _WHOLE
    for background, pairs in evaluation.pairs.items():
        pool = pooled(pairs)
        for crime in KINDS:
            for group in WHOM:
                (happened, without), (_, other) = (
                    _added(books, crime, group, cells) for books in (pool.without, pool.program)
                )
                rates = without, other
                odds = [float(ratio(np.array(it), np.array(1 - it))) for it in rates]
                quotients = (float(ratio(np.array(two), np.array(one))) for one, two in (rates, odds))
                yield Recording(background, crime, group, happened, *rates, *quotients)


def write_recordings(evaluation: Evaluation, path: Path) -> None:
    """Write ``recording.csv``."""
    write_csv(path, [name for name, *_ in RECORDING_COLUMNS], recordings(evaluation))


def _added(books: Books, crime: str, group: str, cells: np.ndarray) -> tuple[float, float]:
    """Return true incidents in some cells, bool[K, T], and the share of them that is recorded."""
    happened, recorded = (float(books.counts(book, crime, group)[cells].sum()) for book in ("occurred", "recorded"))
    return happened, recorded / happened if happened > 0 else np.nan
