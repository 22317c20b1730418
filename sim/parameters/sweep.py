"""What a sweep file says beside its scenarios, levers and uncertainties."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.parameters.base import Section, choice
from sim.words.limits import LARGEST_SEED, MOST_POINTS, MOST_REPLICATIONS

DesignKind = Literal["grid", "list", "latin_hypercube", "sobol", "morris"]
"""Points of a design; more would be years of computing for worlds of any size."""
OWNER = "the user's sweep"


class SweepHeader(Section):
    """Header, replications and what is kept of a sweep."""

    title: str = choice("", "text", OWNER, "What the sweep is called in tables and figures")
    question: str = choice("", "text", OWNER, "The question it answers")
    source: str = choice("", "text", OWNER, "Where its facts and ranges come from")
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)] = choice(
        5, "runs", "design", "Runs of each point; replication r has the same luck at every point"
    )
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = choice(1, "seed", "design", "Master seed of luck")
    uncertainty: str | None = choice(
        None,
        "path",
        OWNER,
        "Draws from a posterior, as 'calibrate' writes them, or 'posterior' for those that come with the program: each "
        "two replications are run with one, the same at all points; what is swept keeps the sweep's values",
    )
    against_keeps: list[str] = choice(
        [],
        "paths",
        OWNER,
        "Swept parameters that runs of `against` do not take: there they keep the value of that file",
    )
    keep: Literal["outcomes", "tables"] = choice(
        "outcomes", "name", "design", "Keep one row of measures for each run, or all tables of each run as well"
    )


class DesignHeader(Section):
    """Which points of the space of levers and uncertainties are run."""

    kind: DesignKind = choice("grid", "name", "design", "How the points are chosen")
    samples: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = choice(
        None, "points", OWNER, "Points of a Latin hypercube; base samples of a sobol design, a power of two"
    )
    trajectories: Annotated[int, Field(ge=2, le=10_000)] | None = choice(
        None, "paths", OWNER, "Paths of a morris design, each with one step in every parameter"
    )
    levels: Annotated[int, Field(ge=2, le=100)] | None = choice(
        None, "levels", "Morris 1991", "Values of each parameter in a morris design, an even number; 4 if empty"
    )
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = choice(1, "seed", "design", "Seed of the design alone")
    file: str | None = choice(None, "path", "the user's file", "CSV file of points for a list, a column for each path")


SIZES: dict[str, tuple[str, ...]] = {
    "grid": (),
    "list": ("file", "points"),
    "latin_hypercube": ("samples", "seed"),
    "sobol": ("samples", "seed"),
    "morris": ("trajectories", "levels", "seed"),
}
"""What else may be written of each design; ``points`` are the rows of a list."""


class RangeHeader(Section):
    """A range of a swept number."""

    low: float = choice(0.0, "the parameter's", OWNER, "Smallest value")
    high: float = choice(0.0, "the parameter's", OWNER, "Largest value")
    steps: Annotated[int, Field(ge=2, le=1000)] | None = choice(
        None, "values", OWNER, "How many evenly spaced values a grid has, both ends among them"
    )
