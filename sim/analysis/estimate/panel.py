"""A balanced panel of counties: what was counted among whom, and since when a program has been in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim.words.faults import UserError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
Outcome = Literal["log_rate", "rate"]

NEVER = -1
"""In ``Panel.first``: a county whose program never starts within the panel."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Panel:
    """K counties over T periods of equal length; a fault in its arrays is a ``ValueError`` or a ``UserError``.

    Attributes
    ----------
    counts : float64[K, T]
        Events in a county and period (or expected events), 0 or more.
    population : float64[K, T]
        Persons at risk, more than 0.
    treated : float64[K, T]
        Share of the period in which the program is in force, 0 to 1; it never falls.
    first : int64[K]
        Number of the first period with a share above 0, or ``NEVER``.
    state : int64[K]
        Code of the state to which a county belongs.
    weights : float64[K]
        Weight of a county in weighted estimators, the same in all periods, more than 0.
    detained : float64[K, T] or None
        People detained under the program so far an inhabitant, mean over the period; None where it is not known.
    """

    counts: Floats
    population: Floats
    treated: Floats
    first: Integers
    state: Integers
    weights: Floats
    detained: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse what no estimator could use."""
        _check_shapes(self)
        _check_numbers(self)
        _check_program(self.treated, self.first)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of counties and periods."""
        counties, periods = self.counts.shape
        return counties, periods

    def of_counties(self, kept: Bools) -> Panel:
        """Return the panel of some counties: bool[K]."""
        names = ("counts", "population", "treated", "first", "state", "weights")
        detained = None if self.detained is None else self.detained[kept]
        return Panel(**{name: getattr(self, name)[kept] for name in names}, detained=detained)

    def until(self, periods: int) -> Panel:
        """Return the panel of the first so many periods; who starts later never does in it."""
        counts, population, treated = (it[:, :periods] for it in (self.counts, self.population, self.treated))
        detained = None if self.detained is None else self.detained[:, :periods]
        return Panel(counts, population, treated, first_treated(treated), self.state, self.weights, detained)

    def with_dates_of(self, source: Integers) -> Panel:
        """Return the panel in which county k has the program as county ``source[k]`` has it: int64[K]."""
        return replace(self, treated=self.treated[source], first=self.first[source], detained=None)


def make_panel(
    counts: Floats, population: Floats, treated: Floats, state: Integers, weights: Floats | None = None
) -> Panel:
    """Return the panel of float64[K, T] counts, population and treated shares and int64[K] states.

    Without weights, float64[K], a county weighs its mean population: weights that change over time would tie the
    county effects to the period effects, and no published design here needs them.
    """
    treated = np.asarray(treated, dtype=np.float64)
    population = np.asarray(population, dtype=np.float64)
    return Panel(
        np.asarray(counts, dtype=np.float64),
        population,
        treated,
        first_treated(treated),
        np.asarray(state, dtype=np.int64),
        population.mean(axis=1) if weights is None else np.asarray(weights, dtype=np.float64),
    )


def first_treated(treated: Floats) -> Integers:
    """Return int64[K] first periods in which the program is in force, or ``NEVER``, from float64[K, T] shares."""
    active = treated > 0
    return np.where(active.any(axis=1), active.argmax(axis=1), NEVER).astype(np.int64)


def aggregated(panel: Panel, length: int) -> Panel:
    """Return the panel in periods of ``length`` old ones, as quarters (3) or years (12) of months.

    Counts are summed; population and the treated share are averaged, so that a program in force since October is in
    force for a quarter of its first year.
    """
    counties, periods = panel.shape
    if length < 1 or periods % length:
        raise UserError(f"{periods} periods cannot be joined to periods of {length}: choose another window")
    blocks = (counties, periods // length, length)
    treated = panel.treated.reshape(blocks).mean(axis=2)
    return Panel(
        panel.counts.reshape(blocks).sum(axis=2),
        panel.population.reshape(blocks).mean(axis=2),
        treated,
        first_treated(treated),
        panel.state,
        panel.weights,
        None if panel.detained is None else panel.detained.reshape(blocks).mean(axis=2),
    )


class Units(NamedTuple):
    """Which counties of K an estimator uses, and what of them errors are clustered by.

    Attributes
    ----------
    kept : bool[K]
        The counties used.
    state, weights : int64[used], float64[used]
        Their states and weights.
    dropped_zero : int
        Counties left out because they have no outcome: a period without events has no logarithm.
    dropped_always_treated : int
        Others left out because their program is in force from the first period on.
    """

    kept: Bools
    state: Integers
    weights: Floats
    dropped_zero: int
    dropped_always_treated: int

    def whole(self, values: Floats) -> Floats:
        """Return float64[..., used, T] as float64[..., K, T], 0 in the counties left out."""
        result = np.zeros((*values.shape[:-2], len(self.kept), values.shape[-1]))
        result[..., self.kept, :] = values
        return result


class Sample(NamedTuple):
    """The counties of a panel that an estimator uses: alone, and as a choice from the whole."""

    panel: Panel
    units: Units


def sample_of(panel: Panel, outcome: Outcome, least_before: int = 1) -> Sample:
    """Return the counties with an outcome in every period and ``least_before`` periods without the program."""
    has_logarithm = np.asarray((panel.counts > 0).all(axis=1))
    return sample_where(panel, has_logarithm if outcome == "log_rate" else np.ones_like(has_logarithm), least_before)


def sample_where(panel: Panel, has_outcome: Bools, least_before: int = 1) -> Sample:
    """Return the counties with an outcome, bool[K], that have so many periods before the program."""
    is_always_treated = is_early(panel.first, least_before)
    kept = has_outcome & ~is_always_treated
    refuse_without_comparison(panel.first, kept, has_outcome)
    used = panel if kept.all() else panel.of_counties(kept)
    zero, always = int((~has_outcome).sum()), int((is_always_treated & has_outcome).sum())
    return Sample(used, Units(kept, used.state, used.weights, zero, always))


def is_early(first: Integers, least_before: int = 1) -> Bools:
    """Return bool[K] whether fewer than ``least_before`` periods precede the program."""
    return (first != NEVER) & (first < least_before)


def refuse_without_comparison(first: Integers, kept: Bools, has_outcome: Bools) -> None:
    """Refuse when the counties kept, bool[K], all start the program together or never."""
    if len(np.unique(first[kept])) < 2:
        raise UserError(
            f"no county is left to compare with another: {int((~has_outcome).sum())} of {len(kept)} have a period "
            f"without events, {int((~kept & has_outcome).sum())} have the program too early, and all others start it "
            "together or never; join periods or choose a longer window"
        )


def outcome_of(panel: Panel, outcome: Outcome) -> Floats:
    """Return float64[K, T] events a person and period, or their natural logarithm."""
    if outcome not in OUTCOMES:
        raise ValueError(f"an outcome is one of {', '.join(OUTCOMES)}, not {outcome!r}")
    rate = panel.counts / panel.population
    return np.log(rate) if outcome == "log_rate" else rate


def event_time(panel: Panel) -> Integers:
    """Return int64[K, T] periods since the program's first one; never-treated counties have the least number."""
    since = np.arange(panel.shape[1])[None, :] - panel.first[:, None]
    return np.where((panel.first == NEVER)[:, None], np.iinfo(np.int64).min, since)


def _check_shapes(panel: Panel) -> None:
    shape = np.shape(panel.counts)
    if len(shape) != 2 or shape[0] < 2 or shape[1] < 2:
        raise ValueError(f"a panel has two counties and two periods or more, not {shape}")
    whole = ("population", "treated", *(("detained",) if panel.detained is not None else ()))
    for name in (*whole, "first", "state", "weights"):
        wanted = shape if name in whole else shape[:1]
        if getattr(panel, name).shape != wanted:
            raise ValueError(f"{name} has the shape {getattr(panel, name).shape} instead of {wanted}")


def _check_numbers(panel: Panel) -> None:
    for name in ("counts", "population", "treated", "weights"):
        if not np.isfinite(getattr(panel, name)).all():
            raise ValueError(f"{name} has entries that are not numbers: a panel is balanced")
    if (panel.counts < 0).any() or (panel.population <= 0).any() or (panel.weights <= 0).any():
        raise ValueError("counts are 0 or more, population and weights above 0")
    if panel.detained is not None and not (np.isfinite(panel.detained) & (panel.detained >= 0)).all():
        raise ValueError("people detained an inhabitant are numbers of 0 or more")
    if (panel.treated < 0).any() or (panel.treated > 1 + _ROUNDING).any():
        raise ValueError("the treated share of a period lies between 0 and 1")


def _check_program(treated: Floats, first: Integers) -> None:
    if (np.diff(treated, axis=1) < -_ROUNDING).any():
        number = int((np.diff(treated, axis=1) < -_ROUNDING).any(axis=1).sum())
        raise UserError(
            f"in {number} counties the program is switched off again: these estimators are for programs that stay; "
            "choose a window that ends before"
        )
    if (first != first_treated(treated)).any():
        raise ValueError("first is not the first period with a treated share above 0")
    if len(np.unique(first)) < 2:
        raise UserError("all counties start the program together or never: there is nobody to compare with")
