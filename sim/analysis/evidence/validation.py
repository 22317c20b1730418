"""Several worlds of one scenario beside what was published."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.analysis.evidence.counts import Floats
from sim.analysis.evidence.figures import Figure
from sim.analysis.evidence.judging import Joint, Row, joint, judged
from sim.analysis.evidence.kinds import KINDS, NOT_COUNTED
from sim.analysis.evidence.observing import observed_or_why
from sim.analysis.evidence.windows import is_cut
from sim.analysis.evidence.worlds import world_counts
from sim.running.batch.runners import run_all
from sim.scenario.scenario import Scenario


class Job(NamedTuple):
    """One world to run: the scenario with its own seed of the world, and the figures wanted of it."""

    scenario: Scenario
    seed: int
    figures: tuple[Figure, ...]
    engine: str
    threads: int


class World(NamedTuple):
    """What one world gives."""

    seed: int
    values: Floats  # float64[figures], nan where it cannot give one
    reasons: dict[str, str]
    months: tuple[str, str]
    counties: int
    people: int
    clipped_share: float


@dataclass(frozen=True, eq=False)
class Validation:
    """Figures beside what worlds gave.

    Attributes
    ----------
    figures : tuple of Figure
    worlds : tuple of World
        In the order of their seeds; they have other people and other luck, and where counties are made, other counties.
    is_real : bool
        Whether counties came from a file.
    """

    figures: tuple[Figure, ...]
    worlds: tuple[World, ...]
    is_real: bool

    @cached_property
    def table(self) -> Floats:
        """What each world gave: float64[worlds, figures]."""
        return np.stack([world.values for world in self.worlds])

    @cached_property
    def rows(self) -> list[Row]:
        """The verdict on each figure."""
        return judged(self.figures, self.table)

    @cached_property
    def joint(self) -> Joint:
        """All targets together."""
        return joint(self.rows)

    @property
    def clipped_share(self) -> float:
        """The largest of all worlds."""
        return max(world.clipped_share for world in self.worlds)

    def reason(self, figure: Figure) -> str:
        """Return why no world gives a figure."""
        return next((world.reasons[figure.id] for world in self.worlds if figure.id in world.reasons), "")

    @property
    def by_dates(self) -> list[Figure]:
        """Figures that compare counties by the dates of the program; a made world has dates of its own."""
        return [figure for figure in self.figures if KINDS[figure.kind].by_dates]

    def cut(self) -> list[Figure]:
        """Return the figures of whose months the run has only a part."""
        begin, end = self.worlds[0].months
        return [it for it in self.figures if it.kind != NOT_COUNTED and is_cut([begin, end], it)]

    def of_role(self, *roles: str) -> list[tuple[Figure, Row]]:
        """Return the figures of some roles that worlds give, and their rows."""
        pairs = zip(self.figures, self.rows, strict=True)
        return [(figure, row) for figure, row in pairs if figure.role in roles and not math.isnan(row.simulated)]

    @property
    def not_given(self) -> list[tuple[Figure, str]]:
        """The figures that no world gives, and why."""
        pairs = zip(self.figures, self.rows, strict=True)
        return [(figure, self.reason(figure)) for figure, row in pairs if math.isnan(row.simulated)]


def with_world_seed(scenario: Scenario, seed: int) -> Scenario:
    """Return the scenario in another world."""
    parameters = scenario.parameters
    world = parameters.world.model_copy(update={"seed": seed})
    return replace(scenario, parameters=parameters.model_copy(update={"world": world}))


def validate(
    scenario: Scenario,
    figures: Sequence[Figure],
    seeds: Sequence[int],
    *,
    engine: str = "columnar",
    threads: int = 1,
    workers: int = 1,
    on_done: Callable[[], None] | None = None,
) -> Validation:
    """Run a world for each seed, of its people and of its luck, and compute each figure in each."""
    wanted = tuple(figures)
    jobs = [Job(with_world_seed(scenario, seed), seed, wanted, engine, threads) for seed in seeds]
    worlds = tuple(run_all(world_of, jobs, workers, on_done))
    return Validation(wanted, worlds, scenario.parameters.world.kind == "counties")


def world_of(job: Job) -> World:
    """Run a world and return its figures."""
    counts = world_counts(job.scenario, seed=job.seed, engine=job.engine, threads=job.threads)
    values, reasons = observed_or_why(job.figures, counts)
    span, size = (counts.months[0], counts.months[-1]), len(counts.counties)
    return World(job.seed, values, reasons, span, size, int(counts.counties.agents.sum()), counts.clipped_share)
