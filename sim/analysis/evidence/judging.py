"""Published figures beside simulated ones: how far apart, within which errors, and all targets together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.evidence.figures import Figure
from sim.analysis.statistics import Floats

WITHIN, OUTSIDE = "within 2 se", "outside 2 se"
IN_RANGE, OUT_OF_RANGE = "in its range", "outside its range"
HOLDS, ABOVE = "holds", "above"
NOT_GIVEN = "not given"
LIMIT = 2.0
"""Standard errors within which a figure agrees."""


class Row(NamedTuple):
    """A published figure beside what worlds gave.

    Attributes
    ----------
    id : str
        Of the figure.
    published, se : float
        As published; se is nan where unknown.
    simulated, mc_error : float
        Mean over the worlds that give the figure, and its Monte Carlo standard error; nan where there are too few.
    z : float
        Difference over both errors together; nan where none was published.
    verdict : str
        ``within 2 se`` or ``outside 2 se``; of a range ``in its range`` or not; of an upper bound ``holds`` or
        ``above``; where no error was published the difference in percent; ``not given`` where no world gives it.
    role : str
        As in ``figures.ROLES``.
    worlds : int
        How many gave it.
    """

    id: str
    published: float
    se: float
    simulated: float
    mc_error: float
    z: float
    verdict: str
    role: str
    worlds: int


class Joint(NamedTuple):
    """All targets with a published error together: chi-square, its degrees of freedom and its probability."""

    chi_square: float
    degrees: int
    probability: float


def judged(figures: Sequence[Figure], simulated: Floats) -> list[Row]:
    """Return a row for each figure from float64[worlds, figures], nan where a world does not give one."""
    table = np.asarray(simulated, dtype=np.float64).reshape(-1, len(figures))
    return [_row(figure, values[np.isfinite(values)]) for figure, values in zip(figures, table.T, strict=True)]


def joint(rows: Sequence[Row]) -> Joint:
    """Return the joint chi-square of the targets that have a published error, taken as independent."""
    from scipy.stats import chi2

    squares = [row.z**2 for row in rows if row.role == "target" and math.isfinite(row.z)]
    total = float(sum(squares))
    return Joint(total, len(squares), float(chi2.sf(total, len(squares))) if squares else math.nan)


def _row(figure: Figure, values: Floats) -> Row:
    number = len(values)
    mean = float(values.mean()) if number else math.nan
    noise = float(values.std(ddof=1) / math.sqrt(number)) if number > 1 else math.nan
    off = mean - figure.value
    z = off / math.hypot(figure.se, 0.0 if math.isnan(noise) else noise)
    verdict = _verdict(figure, mean, z)
    return Row(figure.id, figure.value, figure.se, mean, noise, z, verdict, figure.role, number)


def _verdict(figure: Figure, mean: float, z: float) -> str:
    if math.isnan(mean):
        return NOT_GIVEN
    if figure.role == "at_most":
        return HOLDS if mean <= figure.value else ABOVE
    if math.isfinite(z):
        return WITHIN if abs(z) <= LIMIT else OUTSIDE
    if math.isfinite(figure.low):
        return IN_RANGE if figure.low <= mean <= figure.high else OUT_OF_RANGE
    if figure.value == 0:
        return "no error published"
    return f"{100 * (mean - figure.value) / abs(figure.value):+.1f} %"


def agrees(verdict: str) -> bool | None:
    """Tell whether a verdict is one of agreement; None where it is none at all."""
    if verdict in (WITHIN, IN_RANGE, HOLDS):
        return True
    return False if verdict in (OUTSIDE, OUT_OF_RANGE, ABOVE) else None
