"""County-months of one scenario, as economists take them: calendar, treatment, population and totals in a few columns.

Read straight from the Parquet tables of a results folder, column by column, so that a country of real counties comes in
seconds and in little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.running.tables.months import AXES
from sim.running.tables.reading import check_folder, open_parquet
from sim.words.calendar import month_number
from sim.words.faults import UserError, did_you_mean
from sim.words.labels import CRIMES, PROGRAMS, PROPERTY_CRIMES, TARGET_GROUPS, VIOLENT_CRIMES

if TYPE_CHECKING:
    import pandas as pd

Integers = npt.NDArray[np.int64]
BOOKS = ("occurred", "reported", "recorded", "cleared", "hospital")
NEVER = -1


_TYPES = {
    "index": (*VIOLENT_CRIMES, *PROPERTY_CRIMES),
    "violent": VIOLENT_CRIMES,
    "property": PROPERTY_CRIMES,
}
_ROWS = {total: [CRIMES.index(name) for name in names] for total, names in _TYPES.items()}
TOTALS = tuple(_ROWS)


def totals_of(counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return sums over types of ``counts`` (types on the last axis but one): index crime, violent and property."""
    return {total: counts[..., rows, :].sum(axis=-2) for total, rows in _ROWS.items()}


def county_months(folder: Path, scenario: str | None = None, replication: int = 0) -> pd.DataFrame:
    """Return a row for each county and month of one run, county by county.

    Parameters
    ----------
    folder : Path
        Results with tables: of a run, or of a comparison that kept them.
    scenario : str, optional
        By default the only one, or the first.
    replication : int
        Runs are worlds of their own luck; one at a time.

    Returns
    -------
    pandas.DataFrame
        ``county``, ``state``, ``month`` (text), ``time`` (months since the first one), ``year``, ``calendar_month``,
        ``population`` (real persons), ``agents``; for each program whether it is in force, ``first_PROGRAM`` (the
        ``time`` at which it began, missing where it never did) and ``ever_PROGRAM``; and for each book (``occurred``,
        ``reported``, ``recorded``, ``cleared``, ``hospital``) the totals ``_index``, ``_violent`` and ``_property``, of
        all targets and by group of the target.

    Raises
    ------
    UserError
        Where the folder holds no such run, or a table is damaged.
    """
    import pandas as pd

    paths = {name: folder / f"{name}.parquet" for name in ("crime", "counties", "world")}
    check_folder(folder, all(path.is_file() for path in paths.values()))
    with open_parquet(paths["world"]) as file:
        world = file.read(["county", "state", "persons", "agents"]).to_pandas()
    run = _Run(scenario, replication)
    programs = run.of(paths["counties"], ("month", "county", *PROGRAMS))
    months, count = list(dict.fromkeys(programs["month"].tolist())), len(world)
    span = len(months)
    if programs["county"].tolist() != world["county"].astype(str).tolist() * span:
        raise _disordered(paths["counties"])
    number = np.array([month_number(month) for month in months])
    table: dict[str, Any] = {
        "county": np.repeat(world["county"].to_numpy(), span),
        "state": np.repeat(world["state"].to_numpy(), span),
        "month": np.tile(np.array(months, dtype=object), count),
        "time": np.tile(np.arange(span), count),
        "year": np.tile(number // 12, count),
        "calendar_month": np.tile(number % 12 + 1, count),
        "population": np.repeat(world["persons"].to_numpy(), span),
        "agents": np.repeat(world["agents"].to_numpy(), span),
    }
    for name in PROGRAMS:
        in_force = programs[name].astype(bool).reshape(span, count)
        first = np.repeat(np.where(in_force.any(axis=0), in_force.argmax(axis=0), NEVER), span)
        table[name] = in_force.T.ravel()
        table[f"first_{name}"] = pd.arrays.IntegerArray(first, first == NEVER)
        table[f"ever_{name}"] = first != NEVER
    for name, values in run.totals(paths["crime"]).items():
        if len(values) != span * count:
            raise _disordered(paths["crime"])
        table[name] = values.reshape(span, count).T.ravel()
    return pd.DataFrame(table)


class _Run:
    """One run of a results folder, found by the rows that say that they are its."""

    def __init__(self, scenario: str | None, replication: int) -> None:
        self.scenario, self.replication = scenario, replication

    def of(self, path: Path, names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
        """Return columns of the run's rows."""
        found: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in names}
        for rows in self._pieces(path, names):
            for name in names:
                column = rows.column(name).combine_chunks()
                found[name].append(_texts(column) if hasattr(column, "dictionary") else column.to_numpy(False))
        return {name: np.concatenate(pieces) for name, pieces in found.items()}

    def totals(self, path: Path) -> dict[str, Integers]:
        """Return totals of each book by county and month, month by month: of all targets, then by group."""
        axes = [name for name, _ in AXES["crime"]]
        sums: dict[str, list[Integers]] = {}
        for rows in self._pieces(path, (*BOOKS, *axes)):
            _check_order(path, rows, "crime")
            for book in BOOKS:
                counts = rows.column(book).to_numpy().reshape(-1, len(CRIMES), len(TARGET_GROUPS))
                for total, by_group in totals_of(counts).items():
                    sums.setdefault(f"{book}_{total}", []).append(by_group.sum(axis=-1))
                    for place, group in enumerate(TARGET_GROUPS):
                        sums.setdefault(f"{book}_{total}_{group}", []).append(by_group[:, place])
        return {name: np.concatenate(pieces) for name, pieces in sums.items()}

    def _pieces(self, path: Path, names: Sequence[str]) -> Iterator[Any]:
        """Yield the run's rows of each row group."""
        import pyarrow as pa

        known: set[str] = set()
        empty = True
        with open_parquet(path) as file:
            for number in range(file.metadata.num_row_groups):
                whose = file.read_row_group(number, ["scenario", "replication"])
                scenarios = whose.column("scenario").combine_chunks()
                words = scenarios.dictionary.to_pylist()
                known.update(words)
                if self.scenario is None and len(whose):
                    self.scenario = str(scenarios[0])
                place = words.index(self.scenario) if self.scenario in words else -1
                mine = scenarios.indices.to_numpy() == place
                mine &= whose.column("replication").to_numpy() == self.replication
                if mine.any():
                    empty = False
                    rows = file.read_row_group(number, list(names))
                    yield rows if mine.all() else rows.filter(pa.array(mine))
        if empty:
            hint = did_you_mean(str(self.scenario), known) if self.scenario not in known else ""
            there = f"its scenarios are {', '.join(sorted(known))}" if known else "it has no rows"
            raise UserError(f"{path}: no run {self.scenario}.{self.replication}; {there}{hint}")


def _texts(column: Any) -> npt.NDArray[Any]:
    """Return a column of texts written out, each text once in memory."""
    words = np.array(column.dictionary.to_pylist(), dtype=object)
    written: npt.NDArray[Any] = words[column.indices.to_numpy()]
    return written


def _check_order(path: Path, rows: Any, table: str) -> None:
    """Refuse rows that do not go through all kinds, one after another, in each county and month."""
    step = prod(len(kinds) for _, kinds in AXES[table])
    repeat = step
    for name, kinds in AXES[table]:
        column = rows.column(name).combine_chunks()
        known = {word: code for code, word in enumerate(column.dictionary.to_pylist())}
        repeat //= len(kinds)
        expected = np.tile(np.repeat([known.get(kind, -1) for kind in kinds], repeat), step // (repeat * len(kinds)))
        codes = column.indices.to_numpy()
        if len(codes) % step or not (codes.reshape(-1, step) == expected).all():
            raise _disordered(path)


def _disordered(path: Path) -> UserError:
    return UserError(f"{path}: the rows are not in the order in which darkfigure writes them")
