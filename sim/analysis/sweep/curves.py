"""What the points of a sweep say: curves along one parameter and surfaces over two.

Chance and parameters are kept apart: intervals are over replications, which share their luck between points; spreads
are over the points themselves. Only where points are put into bins is the interval one over points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import Band, mean_band
from sim.analysis.sweep.outcomes import SweepOutcome, SweepRuns
from sim.scenario.design.paths import Value, text_of
from sim.scenario.design.sweep import Factor
from sim.words.faults import UserError, did_you_mean

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SPREAD = (2.5, 97.5)
"""Percentiles over points between which spreads lie."""
MOST_BINS, LEAST_IN_BIN = 10, 8


@dataclass(frozen=True)
class Curve:
    """An outcome along one parameter, averaged over the points that share a value (or lie in a bin of values).

    Attributes
    ----------
    factor : Factor
    outcome : SweepOutcome
    values : tuple
        The N values, or the mean value of each bin.
    band : Band
        Mean and 95 % interval over replications, or in bins over the points of a bin: float64[N] each.
    low, high : float64[N]
        95 % of the points at each value lie between; equal to the mean where there is one point.
    counts : int64[N]
        Points at each value.
    fixed : mapping
        Values that other parameters are held at, by path.
    is_binned : bool
        Whether values are means of bins.
    """

    factor: Factor
    outcome: SweepOutcome
    values: tuple[Value, ...]
    band: Band
    low: Floats
    high: Floats
    counts: Integers
    fixed: Mapping[str, Value]
    is_binned: bool = False


@dataclass(frozen=True)
class Surface:
    """An outcome over two parameters, averaged over the points that share both values.

    Attributes
    ----------
    across, up : Factor
        The parameters of the N columns and the M rows.
    outcome : SweepOutcome
    columns, rows : tuple
        Their values.
    band : Band
        Mean and 95 % interval over replications: float64[M, N] each, nan where no run is finished.
    count : int
        Points in each cell.
    fixed : mapping
        Values that other parameters are held at, by path.
    """

    across: Factor
    up: Factor
    outcome: SweepOutcome
    columns: tuple[Value, ...]
    rows: tuple[Value, ...]
    band: Band
    count: int
    fixed: Mapping[str, Value]


def factor_named(runs: SweepRuns, path: str) -> int:
    """Return the place of the factor called ``path``, or ending in it.

    Raises
    ------
    UserError
        Where the sweep varies no such parameter, or several end in it.
    """
    paths = [factor.path for factor in runs.sweep.factors]
    found = [place for place, known in enumerate(paths) if known == path] or [
        place for place, known in enumerate(paths) if known.endswith(f".{path}")
    ]
    if len(found) != 1:
        hint = did_you_mean(path, paths) or f"; it varies {', '.join(paths)}"
        raise UserError(f"{path}: the sweep does not vary this parameter{hint}")
    return found[0]


def curve(runs: SweepRuns, outcome: SweepOutcome, path: str, at: Mapping[str, Value] | None = None) -> Curve:
    """Return an outcome along the parameter ``path``.

    In a grid, or a list that crosses its parameters, points are averaged that share a value; in a Latin hypercube or a
    sobol design, points in bins of equal size.

    Parameters
    ----------
    runs : SweepRuns
        Finished runs.
    outcome : SweepOutcome
        One of theirs.
    path : str
        Parameter along the curve.
    at : mapping, optional
        Values at which other parameters are held, by path; others are averaged over.

    Raises
    ------
    UserError
        Where the design does not allow it, with the reason and the designs that would do.
    """
    kind, place = runs.sweep.design.kind, factor_named(runs, path)
    factor = runs.sweep.factors[place]
    if kind == "morris":
        _refuse(
            f"no curve along {factor.path}",
            "a morris design takes single steps from changing places",
            "grid, list, latin_hypercube or sobol",
        )
    chosen, fixed = _held(runs, at or {})
    if kind in ("grid", "list"):
        cells = _cells(runs, chosen, (place,))
        groups = {values[0]: points for values, points in cells.items()}
        return _curve(factor, outcome, groups, fixed, False)
    if fixed:
        _refuse(
            "no curve at fixed values of other parameters",
            f"a {kind} design has no two points in line",
            "grid, or a list that crosses the parameters",
        )
    return _curve(factor, outcome, _bins(runs, place), fixed, True)


def surface(
    runs: SweepRuns, outcome: SweepOutcome, across: str, up: str, at: Mapping[str, Value] | None = None
) -> Surface:
    """Return an outcome over two parameters; arguments as in ``curve``.

    Raises
    ------
    UserError
        Where the design does not cross the two, with the reason and the designs that would do.
    """
    first, second = factor_named(runs, across), factor_named(runs, up)
    one, other = runs.sweep.factors[first], runs.sweep.factors[second]
    if first == second:
        raise UserError(f"{one.path}: a heat map needs two different parameters")
    kind = runs.sweep.design.kind
    if kind not in ("grid", "list"):
        _refuse(
            f"no heat map of {one.path} by {other.path}",
            f"a {kind} design does not cross them",
            "grid, or a list that crosses the two",
        )
    chosen, fixed = _held(runs, at or {})
    cells = _cells(runs, chosen, (first, second))
    columns, rows = (_in_order(factor, {values[side] for values in cells}) for side, factor in enumerate((one, other)))
    shape = (len(rows), len(columns))
    means = np.full((outcome.values.shape[1], *shape), np.nan)
    for (column, row), points in cells.items():
        means[:, rows.index(row), columns.index(column)] = outcome.values[points].mean(axis=0)
    band = mean_band(means.reshape(len(means), -1))
    shaped = Band(*(part.reshape(shape) for part in (band.estimate, band.low, band.high)))
    return Surface(one, other, outcome, columns, rows, shaped, max(map(len, cells.values())), fixed)


def _refuse(what: str, reason: str, designs: str) -> NoReturn:
    raise UserError(f"{what}: {reason}; designs that would do: {designs}")


def _held(runs: SweepRuns, at: Mapping[str, Value]) -> tuple[list[int], dict[str, Value]]:
    """Return the points at which the parameters of ``at`` have the values asked for."""
    fixed = {factor_named(runs, path): value for path, value in at.items()}
    for place, value in fixed.items():
        known = {values[place] for values in runs.values}
        if value not in known:
            told = ", ".join(text_of(one) for one in _in_order(runs.sweep.factors[place], known))
            path = runs.sweep.factors[place].path
            raise UserError(f"{path}: no point has the value {text_of(value)}; there are {told}")
    chosen = [
        point for point, values in enumerate(runs.values) if all(values[place] == it for place, it in fixed.items())
    ]
    if not chosen:
        raise UserError("no point has all the values asked for")
    return chosen, {runs.sweep.factors[place].path: value for place, value in fixed.items()}


def _cells(runs: SweepRuns, chosen: Sequence[int], places: tuple[int, ...]) -> dict[tuple[Value, ...], list[int]]:
    """Return the points of each combination of values of the factors at ``places``.

    All cells hold the same combinations of the other factors, so that they differ by these alone; cells without any
    run are left out.
    """
    cells: dict[tuple[Value, ...], list[int]] = {}
    rest: dict[tuple[Value, ...], list[tuple[Value, ...]]] = {}
    for point in chosen:
        values = runs.values[point]
        key = tuple(values[place] for place in places)
        cells.setdefault(key, []).append(point)
        rest.setdefault(key, []).append(tuple(it for place, it in enumerate(values) if place not in places))
    names = [runs.sweep.factors[place].path for place in places]
    first = next(iter(rest))
    uneven = next((key for key in rest if sorted(map(repr, rest[key])) != sorted(map(repr, rest[first]))), None)
    if uneven is not None:
        told = " and ".join(f"{name} {text_of(value)}" for name, value in zip(names, uneven, strict=True))
        _refuse(
            f"no average at {told}",
            "the other parameters do not have the same values there as elsewhere",
            "grid, a list that crosses the parameters, or other parameters held at one value",
        )
    crossed = 1
    for side in range(len(places)):
        crossed *= len({key[side] for key in cells})
    if runs.is_whole and crossed != len(cells):
        _refuse(
            f"no heat map of {' by '.join(names)}",
            f"the list has {len(cells)} of {crossed} combinations",
            "grid, or a list that crosses the two",
        )
    return cells


def _bins(runs: SweepRuns, place: int) -> dict[Value, list[int]]:
    """Return the points in bins of equal size along a factor, by the mean of each; listed values as they are.

    Of a sobol design the points of its two bases alone, for the exchanged ones repeat their values.
    """
    factor, width = runs.sweep.factors[place], len(runs.sweep.factors) + 2
    chosen = list(range(len(runs.points)))
    if runs.sweep.design.kind == "sobol":
        chosen = [point for point in chosen if int(runs.points[point].name[1:]) % width in (0, width - 1)]
    groups: dict[Value, list[int]] = {}
    if factor.values:
        for point in chosen:
            groups.setdefault(runs.values[point][place], []).append(point)
        return groups
    count = min(MOST_BINS, len(chosen) // LEAST_IN_BIN)
    if count < 2:
        raise UserError(f"no curve along {factor.path}: {len(chosen)} points are too few, {2 * LEAST_IN_BIN} would do")
    numbers = np.array([runs.values[point][place] for point in chosen], dtype=np.float64)
    for places in np.array_split(np.argsort(numbers, kind="stable"), count):
        groups[float(numbers[places].mean())] = [chosen[int(place)] for place in places]
    return groups


def _curve(
    factor: Factor,
    outcome: SweepOutcome,
    groups: Mapping[Value, Sequence[int]],
    fixed: Mapping[str, Value],
    binned: bool,
) -> Curve:
    is_binned = binned and not factor.values
    order = tuple(sorted(groups, key=_number)) if is_binned else _in_order(factor, groups)
    if is_binned:
        band = _stacked([mean_band(outcome.means[list(groups[value])][:, None]) for value in order])
    else:
        band = mean_band(np.stack([outcome.values[list(groups[value])].mean(axis=0) for value in order], axis=1))
    ends = np.array([np.percentile(outcome.means[list(groups[value])], SPREAD) for value in order])
    counts = np.array([len(groups[value]) for value in order], dtype=np.int64)
    return Curve(factor, outcome, order, band, ends[:, 0], ends[:, 1], counts, fixed, is_binned)


def _stacked(bands: Sequence[Band]) -> Band:
    return Band(*(np.concatenate(side) for side in zip(*((it.estimate, it.low, it.high) for it in bands), strict=True)))


def _in_order(factor: Factor, values: Mapping[Value, object] | set[Value]) -> tuple[Value, ...]:
    """Return values by size if they are numbers, else in the order in which they are listed."""
    if factor.is_number:
        return tuple(sorted(values, key=_number))
    return tuple(value for value in factor.values if value in values)


def _number(value: Value) -> float:
    assert value is not None
    return float(value)
