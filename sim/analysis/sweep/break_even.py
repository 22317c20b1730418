"""For each strength of deterrence, the fall in reporting at which crime is what it is without the program."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics import Estimate, mean_estimate
from sim.analysis.sweep.curves import factor_named
from sim.analysis.sweep.outcomes import SweepRuns
from sim.words.faults import UserError

Floats = NDArray[np.float64]
Weighed = Literal["incidents", "cost"]
DETERRENCE, SENSITIVITY = "crime.deterrence", "trust.sensitivity"
REPORTING = "reporting_total_hispanic"
COSTS = {"violent": 95_200.0, "property": 4_990.0}
"""Dollars of 2008 an incident: rape 240,776, robbery 42,310, aggravated assault 107,020; burglary 6,462, larceny 3,532,
motor vehicle theft 10,772 (McCollister, French and Fang, Drug and Alcohol Dependence 108, 2010), by the mix of recorded
crimes of the parameter table, rounded. Homicides, 8,982,907 each, count as other violent crimes do: few as they are,
they would say by chance which side is reached."""


class BreakEven(NamedTuple):
    """At each of D strengths of deterrence, the fall in reporting that just makes up for it.

    Attributes
    ----------
    weighed : {"incidents", "cost"}
        What is unchanged: the number of index crimes, or their cost.
    deterrence : float64[D]
        Strengths, ascending.
    falls : tuple of D Estimate
        Percentage points of incidents against Hispanic people that are no longer reported, mean over replications with
        a 95 % interval; where there is none the reason says on which side all of the range lies.
    """

    weighed: Weighed
    deterrence: Floats
    falls: tuple[Estimate, ...]


MORE = "there is more crime at every fall in reporting tried"
LESS = "there is less crime at every fall in reporting tried"
NOT_ALWAYS = "not every replication reaches it"


def break_even(runs: SweepRuns, weighed: Weighed = "incidents") -> BreakEven:
    """Return where crime is unchanged, from a grid of deterrence by the sensitivity of trust.

    At each strength of deterrence points are ordered by how far reporting falls; between those where the change of
    crime turns from negative to positive the fall is interpolated, in each replication by itself.

    Raises
    ------
    UserError
        Where the sweep does not compare runs with and without a program, or does not cross the two parameters.
    """
    if runs.sweep.against is None:
        raise UserError("a break-even needs the effect of a program: give the sweep a scenario to be compared against")
    first, second = factor_named(runs, DETERRENCE), factor_named(runs, SENSITIVITY)
    if runs.sweep.design.kind != "grid" or not runs.is_whole or len(runs.sweep.factors) != 2:
        raise UserError(f"a break-even needs a finished grid of {DETERRENCE} by {SENSITIVITY} alone")
    fall, change = -_differences(runs, REPORTING), _changes(runs, weighed)
    strengths = np.array([float(values[first]) for values in runs.values])
    sensitivity = np.array([float(values[second]) for values in runs.values])
    levels = np.unique(strengths)
    found = []
    for level in levels:
        points = np.flatnonzero(strengths == level)
        points = points[np.argsort(sensitivity[points], kind="stable")]
        found.append(_crossing(fall[points], change[points]))
    return BreakEven(weighed, levels, tuple(found))


def is_possible(runs: SweepRuns) -> bool:
    """Tell whether a sweep can be asked for a break-even."""
    try:
        break_even(runs)
    except (UserError, KeyError):
        return False
    return True


def _changes(runs: SweepRuns, weighed: Weighed) -> Floats:
    """Return float64[P, R] changes of the number of crimes or of their cost."""
    weights = COSTS if weighed == "cost" else dict.fromkeys(COSTS, 1.0)
    return np.asarray(
        sum(weight * _differences(runs, f"occurred_{family}") for family, weight in weights.items()), dtype=np.float64
    )


def _differences(runs: SweepRuns, name: str) -> Floats:
    assert runs.other is not None
    return np.asarray(runs.column(name, runs.mine) - runs.column(name, runs.other))


def _crossing(fall: Floats, change: Floats) -> Estimate:
    """Return the fall at which float64[S, R] changes turn from negative to positive, S ascending sensitivities."""
    each = [_where_zero(fall[:, it], change[:, it]) for it in range(fall.shape[1])]
    there = [value for value in each if value is not None]
    if len(there) == len(each):
        return mean_estimate(np.array(there))
    if there:
        return Estimate(reason=NOT_ALWAYS)
    return Estimate(reason=MORE if change.mean() > 0 else LESS)


def _where_zero(fall: Floats, change: Floats) -> float | None:
    """Return the fall at the last place where the change turns from negative to positive, or None."""
    turns = np.flatnonzero((change[:-1] < 0) & (change[1:] >= 0))
    if not len(turns):
        return None
    one = int(turns[-1])
    share = change[one] / (change[one] - change[one + 1])
    return float(fall[one] + share * (fall[one + 1] - fall[one]))
