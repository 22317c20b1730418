"""The outcomes of a sweep as arrays of points and replications: levels, or changes between paired runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import ratio, relative_changes
from sim.running.measures import INDEX_FAMILIES
from sim.running.outcomes import Measure, column_of, measures
from sim.scenario.calibration.draws import LUCKS, read_draws, swept_over
from sim.scenario.design.sweep import AGAINST, Point, Sweep
from sim.words.faults import UserError, did_you_mean
from sim.words.labels import LABELS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
GAP = "gap_"
MAIN = tuple(
    f"{book}_{family}" for family in ("total", "violent", "property") for book in ("gap", "occurred", "recorded")
)
"""Outcomes that are told first: never one total alone."""
SHOWN_MISSING = 5


@dataclass(frozen=True)
class SweepOutcome:
    """One number of each run or pair of runs.

    Attributes
    ----------
    name : str
        As in the columns of ``outcomes.parquet``, or ``gap_total``, ``gap_violent``, ``gap_property``.
    label, unit : str
        What figures call it.
    values : float64[P, R]
        By point and replication; nan where it is not defined.
    is_change : bool
        Whether it is a difference between paired runs, so that its sign means something.
    """

    name: str
    label: str
    unit: str
    values: Floats
    is_change: bool

    @property
    def means(self) -> Floats:
        """Mean over replications at each point: float64[P]."""
        return np.asarray(self.values.mean(axis=1))


@dataclass(frozen=True)
class SweepRuns:
    """The finished runs of a sweep that can be analysed together.

    Attributes
    ----------
    sweep : Sweep
        What was asked.
    table : pyarrow.Table
        One row a run: ``scenario``, ``replication``, and a column for each measure.
    points : tuple of Point
        The P points that have finished runs.
    replications : tuple of int
        The R replications that are finished at all of these.
    mine, other : int64[P, R]
        Rows of the table; ``other`` is what each is compared with, None where runs stand alone.
    notes : tuple of str
        What is missing, in full sentences.
    are_pooled : bool
        Whether outcomes of drawn parameters are means over the lucks of a draw.
    """

    sweep: Sweep
    table: Any
    points: tuple[Point, ...]
    replications: tuple[int, ...]
    mine: Integers
    other: Integers | None
    notes: tuple[str, ...] = ()
    are_pooled: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether every point of the design has finished runs."""
        return len(self.points) == self.sweep.size

    @property
    def lucks(self) -> int:
        """How many replications share their parameters, so that whatever is told is over means of so many."""
        return 1 if self.sweep.uncertainty is None else LUCKS

    @cached_property
    def values(self) -> list[tuple[Any, ...]]:
        """The values of each point's factors."""
        return [point.values for point in self.points]

    def column(self, name: str, rows: Integers) -> Floats:
        """Return a column of the table at ``rows``: float64[P, R], or of draws, means over their lucks."""
        found = self.of_each_run(name, rows)
        return (
            found
            if self.lucks == 1 or not self.are_pooled
            else np.asarray(found.reshape(len(found), -1, self.lucks).mean(axis=2))
        )

    def of_each_run(self, name: str, rows: Integers) -> Floats:
        """Return a column of the table at ``rows``, whether parameters were drawn or not: float64[P, R]."""
        whole = np.asarray(self.table.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
        return np.asarray(whole[rows])

    def outcome(self, name: str) -> SweepOutcome:
        """Return the outcome called ``name``.

        Raises
        ------
        UserError
            Where there is none of that name; the nearest is told.
        """
        known = {column_of(measure): measure for measure in measures()}
        if name.startswith(GAP) and name.removeprefix(GAP) in INDEX_FAMILIES:
            return self._gap(name.removeprefix(GAP))
        if name not in known:
            hint = did_you_mean(name, outcome_names()) or "; columns of outcomes.parquet, gap_total, gap_violent ..."
            raise UserError(f"no outcome is called {name}{hint}")
        return self._measured(name, known[name])

    def _measured(self, name: str, measure: Measure) -> SweepOutcome:
        label = label_of(measure)
        if self.other is None:
            return SweepOutcome(name, label, measure.unit, self.column(name, self.mine), False)
        unit = "% change" if measure.relative else f"change {measure.unit}"
        return SweepOutcome(name, label, unit, self._change(name, measure.relative), True)

    def _change(self, name: str, relative: bool) -> Floats:
        """Return paired differences; relative ones in percent of the mean of what is compared with."""
        assert self.other is not None
        mine, other = self.column(name, self.mine), self.column(name, self.other)
        return relative_changes(mine, other, axis=1) if relative else np.asarray(mine - other)

    def _gap(self, family: str) -> SweepOutcome:
        what = LABELS[family][0].lower() + LABELS[family][1:]
        true, seen = f"occurred_{family}", f"recorded_{family}"
        if self.other is not None:
            values = self._change(seen, True) - self._change(true, True)
            return SweepOutcome(GAP + family, f"Observed minus true change, {what}", "percentage points", values, True)
        values = 100 * ratio(self.column(seen, self.mine), self.column(true, self.mine)) - 100
        return SweepOutcome(GAP + family, f"Observed against true crime, {what}", "% of true crime", values, False)


def outcome_names() -> list[str]:
    """Return all names of outcomes."""
    return [*(GAP + family for family in INDEX_FAMILIES), *(column_of(measure) for measure in measures())]


def label_of(measure: Measure) -> str:
    """Return what a measure is called away from its table."""
    section = measure.section.split(":")[0]
    return measure.label if section in ("Crime", "Enforcement", "Balance") else f"{section}: {measure.label}"


def sweep_runs(sweep: Sweep, table: Any) -> SweepRuns:
    """Return the runs of a sweep that can be analysed together.

    Points without any finished run are left out, then replications that are not finished at all others; both are told
    in ``notes``.

    Parameters
    ----------
    sweep : Sweep
        What was asked.
    table : pyarrow.Table
        One row a finished run, as ``outcomes.parquet`` has it.

    Raises
    ------
    UserError
        Where no replication is finished at all points.
    """
    rows = _rows(sweep, table)
    mine = np.stack([rows[point.name] for point in sweep.points])
    other = _compared(sweep, rows)
    there = (mine >= 0) if other is None else (mine >= 0) & (other >= 0)
    kept = np.asarray(there.any(axis=1))
    shared = np.asarray(there[kept].all(axis=0) & kept.any())
    if sweep.uncertainty is not None:  # a draw is there where all its lucks are
        shared = shared.reshape(-1, LUCKS).all(axis=1).repeat(LUCKS)
    if not shared.any():
        raise UserError(
            "no replication is finished at the points of the sweep yet; 'darkfigure resume' goes on with it"
        )
    replications = tuple(int(number) for number in np.flatnonzero(shared))
    chosen = np.ix_(kept, shared)
    return SweepRuns(
        sweep,
        table,
        tuple(point for point, is_kept in zip(sweep.points, kept, strict=True) if is_kept),
        replications,
        mine[chosen],
        None if other is None else other[chosen],
        (*_notes(sweep, there, kept, shared), *_of_draws(sweep, shared)),
    )


def _rows(sweep: Sweep, table: Any) -> dict[str, Integers]:
    """Return for each scenario the row of each replication, -1 where it is not there."""
    found = {name: np.full(sweep.replications, -1, dtype=np.int64) for name in sweep.scenario_names}
    names, numbers = table.column("scenario").to_pylist(), table.column("replication").to_pylist()
    for row, (name, number) in enumerate(zip(names, numbers, strict=True)):
        if name in found and 0 <= number < sweep.replications:
            found[name][number] = row
    return found


def _compared(sweep: Sweep, rows: dict[str, Integers]) -> Integers | None:
    """Return the rows that each point's runs are compared with: int64[P, R]."""
    if sweep.against is not None:
        return np.stack([rows[point.name + AGAINST] for point in sweep.points])
    if sweep.reference_name is None:
        return None
    return np.repeat(rows[sweep.reference_name][None, :], sweep.size, axis=0)


def _notes(sweep: Sweep, there: NDArray[np.bool_], kept: NDArray[np.bool_], shared: NDArray[np.bool_]) -> Iterator[str]:
    lost = [point.name for point, is_kept in zip(sweep.points, kept, strict=True) if not is_kept]
    if lost:
        yield f"Without any finished run, so left out: {_listed(lost, 'points')}."
    if not shared.all():
        missing = [
            f"{point.name}.{number}"
            for point, row, is_kept in zip(sweep.points, there, kept, strict=True)
            if is_kept
            for number in np.flatnonzero(~row)
        ]
        told = _listed(missing, "runs")
        yield f"{int((~shared).sum())} of {len(shared)} replications are left out, as runs are missing: {told}."


def _of_draws(sweep: Sweep, shared: NDArray[np.bool_]) -> Iterator[str]:
    """Yield what must be said where parameters are drawn."""
    if sweep.uncertainty is None:
        return
    paths = read_draws(sweep.uncertainty).paths
    yield (
        f"Parameters are drawn from a posterior: each {LUCKS} replications share a draw, the same at all points, and "
        f"whatever is told is over {int(shared.sum()) // LUCKS} draws; doubt.csv tells luck and doubt apart."
    )
    swept = swept_over(paths, sweep)
    if swept:
        yield f"What is swept keeps the sweep's values, whatever is drawn: {', '.join(swept)}."


def _listed(names: list[str], what: str) -> str:
    shown = ", ".join(names[:SHOWN_MISSING])
    return shown if len(names) <= SHOWN_MISSING else f"{shown} and {len(names) - SHOWN_MISSING:,} more {what}"
