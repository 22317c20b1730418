"""A sweep and its design: which points of the space of levers and uncertainties are run.

A design follows from its own seed alone, whatever the machine and whatever else is asked of the sweep. Values are
rounded to twelve digits, so that the last bits of a processor cannot show.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.parameters.sweep import DesignKind
from sim.scenario.design.paths import Value, varied
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from numpy.random import Generator

Role = Literal["lever", "uncertainty"]
AGAINST = "-against"
"""Ends the name of the second run of a pair: ``p00012-against``."""
REFERENCE = "reference"
"""Name of a reference point that is none of the design's own points."""


@dataclass(frozen=True)
class Factor:
    """A parameter that a sweep varies.

    Attributes
    ----------
    path : str
        Dotted path in a scenario file.
    role : str
        ``lever`` (what policy chooses) or ``uncertainty`` (what nobody knows).
    unit, meaning : str
        From the table of parameters.
    values : tuple
        The values listed, in order; empty where a range is drawn from.
    low, high : float or None
        The range; None where values are listed that are no numbers.
    whole : bool
        Whether only whole numbers are allowed.
    """

    path: str
    role: Role
    unit: str
    meaning: str
    values: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def is_number(self) -> bool:
        """Tell whether all its values are numbers, so that there is something between them."""
        return self.low is not None and self.high is not None

    def at(self, position: float) -> Value:
        """Return the value at ``position``, 0 to 1: along the range, or one of the listed values with equal shares."""
        if self.values:
            return self.values[min(int(position * len(self.values)), len(self.values) - 1)]
        assert self.low is not None
        assert self.high is not None
        if self.whole:
            return int(self.low) + min(int(position * (self.high - self.low + 1)), int(self.high - self.low))
        return min(max(rounded(self.low + position * (self.high - self.low)), self.low), self.high)

    def position(self, value: Value) -> float:
        """Return where a value lies from 0 to 1: in the range if it is one, else in the order of the listed values."""
        if not self.values and self.is_number:
            assert self.low is not None
            assert self.high is not None
            return (float(value) - self.low) / (self.high - self.low)  # type: ignore[arg-type]
        return self.values.index(value) / max(1, len(self.values) - 1)


@dataclass(frozen=True)
class Design:
    """How the points are chosen, and the size of the design."""

    kind: DesignKind
    samples: int = 0
    trajectories: int = 0
    levels: int = 4
    seed: int = 1
    rows: tuple[tuple[Value, ...], ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What was recognised in a file of points."""

    def size(self, factors: Sequence[Factor]) -> int:
        """Return the number of points, without choosing them."""
        if self.kind == "grid":
            total = 1
            for factor in factors:
                total *= len(factor.values)
            return total
        sizes = {
            "list": len(self.rows),
            "latin_hypercube": self.samples,
            "sobol": self.samples * (len(factors) + 2),
            "morris": self.trajectories * (len(factors) + 1),
        }
        return sizes[self.kind]


@dataclass(frozen=True)
class Point:
    """One point of a design: its name and a value for each factor, in their order."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Sweep:
    """A base scenario, what is varied, and the points at which it is run.

    With ``against``, a second base scenario, each point is a pair of runs that share luck and values, and outcomes
    are paired differences between the two; parameters in ``held`` are varied in the first of the two alone. With
    ``reference``, outcomes are paired differences from one point. Points that were ``stored`` with a batch stand
    for those that the design would give. With ``uncertainty``, a file of draws from a posterior, each two replications
    take their parameters from one of them.
    """

    title: str
    question: str
    source: str
    base: Scenario
    against: Scenario | None
    factors: tuple[Factor, ...]
    design: Design
    replications: int
    seed: int
    keep: Literal["outcomes", "tables"] = "outcomes"
    reference: tuple[Value, ...] | None = None
    held: tuple[str, ...] = ()
    path: Path | None = field(default=None, compare=False)
    stored: tuple[Point, ...] | None = field(default=None, compare=False, repr=False)
    uncertainty: Path | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Return the file's stem, or ``sweep`` where no file describes it."""
        return self.path.stem if self.path is not None else "sweep"

    @property
    def levers(self) -> tuple[Factor, ...]:
        """What policy chooses."""
        return tuple(factor for factor in self.factors if factor.role == "lever")

    @property
    def uncertainties(self) -> tuple[Factor, ...]:
        """What nobody knows."""
        return tuple(factor for factor in self.factors if factor.role == "uncertainty")

    @property
    def size(self) -> int:
        """Number of points of the design."""
        return self.design.size(self.factors)

    @property
    def runs(self) -> int:
        """Number of runs, without choosing points; a reference point may add its own to them."""
        return self.size * self.replications * (1 if self.against is None else 2)

    def with_lists(self) -> list[Scenario]:
        """Return a scenario for each program list among the values, so that the files can be read beforehand."""
        found = [(factor.path, value) for factor in self.factors for value in factor.values if isinstance(value, str)]
        return [varied(self.base, {path: value}, "list") for path, value in found if path.endswith(".counties")]

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The points of the design, in order; a reference that is none of them is not among these."""
        if self.stored is not None:
            return self.stored
        return tuple(Point(f"p{number:05d}", values) for number, values in enumerate(_rows(self.design, self.factors)))

    @cached_property
    def reference_name(self) -> str | None:
        """Name of the reference: a point of the design, ``reference``, or None where there is none."""
        if self.reference is None:
            return None
        same = (point.name for point in self.points if point.values == self.reference)
        return next(same, REFERENCE)

    @cached_property
    def scenario_names(self) -> tuple[str, ...]:
        """The scenarios to run, in the order of the design."""
        names = [point.name for point in self.points]
        if self.against is not None:
            return tuple(name for point in names for name in (point, point + AGAINST))
        return (REFERENCE, *names) if self.reference_name == REFERENCE else tuple(names)

    def scenario(self, point: Point | str, draw: Mapping[str, Value] | None = None) -> Scenario:
        """Return the scenario of a point, or of a name among ``scenario_names``.

        Parameters
        ----------
        point : Point or str
        draw : mapping, optional
            Parameters by dotted path that hold where the point itself says nothing.

        Raises
        ------
        KeyError
            Where no scenario has that name.
        """
        name = point if isinstance(point, str) else point.name
        if name == REFERENCE and self.reference_name == REFERENCE:
            assert self.reference is not None
            values = self.reference
        else:
            values = self._values[name.removesuffix(AGAINST) if self.against is not None else name]
        changes = dict(zip((factor.path for factor in self.factors), values, strict=True))
        if self.against is None or not name.endswith(AGAINST):
            return varied(_under(self.base, draw), changes, name)
        kept = {path: it for path, it in changes.items() if path not in self.held}
        return varied(_under(self.against, draw), kept, name)

    def beside_programs(self, name: str) -> tuple[Value, ...]:
        """Return the values of a scenario's point at all factors but programs and detainers."""
        values = self._values.get(
            name.removesuffix(AGAINST) if self.against is not None else name, self.reference or ()
        )
        pairs = zip(self.factors, values, strict=True)
        return tuple(value for factor, value in pairs if not factor.path.startswith(("programs.", "detainers.")))

    @cached_property
    def _values(self) -> dict[str, tuple[Value, ...]]:
        return {point.name: point.values for point in self.points}


def _under(scenario: Scenario, draw: Mapping[str, Value] | None) -> Scenario:
    return varied(scenario, draw, scenario.name) if draw else scenario


def points(sweep: Sweep) -> tuple[Point, ...]:
    """Return the points of a sweep, in the order of its design."""
    return sweep.points


def rounded(value: float) -> float:
    """Return a number rounded to twelve significant digits."""
    return float(f"{value:.12g}")


def spaced(low: float, high: float, steps: int) -> tuple[float, ...]:
    """Return ``steps`` evenly spaced numbers from ``low`` to ``high``."""
    inner = [rounded(low + (high - low) * step / (steps - 1)) for step in range(1, steps - 1)]
    return (low, *inner, high)


def _rows(design: Design, factors: tuple[Factor, ...]) -> Iterator[tuple[Value, ...]]:
    """Yield the values of each point."""
    if design.kind == "grid":
        return itertools.product(*(factor.values for factor in factors))
    if design.kind == "list":
        return iter(design.rows)
    draw = {"latin_hypercube": _latin_hypercube, "sobol": _sobol, "morris": _morris}[design.kind]
    return (
        tuple(factor.at(position) for factor, position in zip(factors, row, strict=True))
        for row in draw(design, len(factors))
    )


def _latin_hypercube(design: Design, dimensions: int) -> list[list[float]]:
    """Return positions such that each factor has one point in each of its equal strata."""
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(dimensions, rng=_generator(design.seed))
    return [[float(value) for value in row] for row in sampler.random(design.samples)]


def _sobol(design: Design, dimensions: int) -> list[list[float]]:
    """Return positions in blocks: a base point A, A with one coordinate of B for each factor, and B."""
    from SALib.sample import sobol

    sample = sobol.sample(_problem(dimensions), design.samples, calc_second_order=False, seed=_generator(design.seed))
    return [[float(value) for value in row] for row in sample]


def _morris(design: Design, dimensions: int) -> list[list[float]]:
    """Return positions in trajectories, each with one step in every factor."""
    from SALib.sample import morris

    sample = morris.sample(
        _problem(dimensions), design.trajectories, num_levels=design.levels, seed=_generator(design.seed)
    )
    last = design.levels - 1
    return [[round(float(value) * last) / last for value in row] for row in sample]


def _generator(seed: int) -> Generator:
    import numpy as np

    return np.random.Generator(np.random.PCG64(seed))


def _problem(dimensions: int) -> dict[str, object]:
    """Return what SALib calls a problem: positions from 0 to 1 in each dimension."""
    names = [f"x{number}" for number in range(dimensions)]
    return {"num_vars": dimensions, "names": names, "bounds": [[0.0, 1.0]] * dimensions}
