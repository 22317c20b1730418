"""Worlds to evaluate: one small real evaluation, and made books in which the effect is known."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from small_worlds import REPOSITORY

from sim.analysis.evaluation.evaluating import Evaluation
from sim.analysis.evaluation.worlds import Books, Design, Pair
from sim.jobs.estimate import Asked, evaluate_worlds
from sim.running.county_counts import BOOKS, KINDS
from sim.scenario.scenario import Scenario, load_scenario

PROGRAM = "secure_communities"
SMALL = ("world.people=30000", "months=96")
EFFECT = {"occurred": 0.1, "reported": -0.1, "recorded": -0.2}
"""Log effects in the made books."""


def small_scenario(*changes: str) -> Scenario:
    return load_scenario(REPOSITORY / "scenarios" / "secure_communities.yaml", [*SMALL, *changes])


@lru_cache(maxsize=1)
def small_evaluation() -> Evaluation:
    """Return an evaluation of a real grid of 25 counties, two replications; kept for the session."""
    return evaluate_worlds(Asked(small_scenario(), replications=2, permutations=19), PROGRAM)


def made_design(counties: int = 60, periods: int = 7) -> Design:
    """Return a design in which a sixth never starts and the others start in periods 2 to 5."""
    start = np.arange(counties) % 6 + 2
    since = np.arange(periods)[None] - np.where(start == 7, 10**6, start)[:, None]
    people = np.linspace(4_000, 20_000, counties).round()
    return Design(
        PROGRAM,
        "year",
        [f"{2004 + period}-01" for period in range(periods)],
        0,
        [f"{county:05d}" for county in range(counties)],
        [f"S{county % 12}" for county in range(counties)],
        np.column_stack([people, people / 4, people / 4, people / 2]),
        np.where(since == 0, 0.5, since > 0),
    )


def made_pair(design: Design, replication: int = 0, seed: int = 1, background: str = "flat") -> Pair:
    """Return books without the program by chance, and with it the same times what ``EFFECT`` says in treated cells."""
    random = np.random.default_rng(seed + replication)
    counties, periods = design.treated.shape
    shape = (periods, counties, len(KINDS), len(BOOKS), 4)
    share = np.array([1.0, 0.4, 0.3])[:, None]  # of the books among all crime
    without = random.poisson(design.people[:, :1].T[..., None, None, None] / 100 * share, shape) + 20 * share
    factor = np.array([np.exp(EFFECT[book]) for book in BOOKS])
    treated = (design.treated > 0).T[:, :, None, None, None]
    crime = np.where(treated, without * factor[:, None], without)
    asked = np.full((periods, counties, 3), 400.0)
    told = np.stack([np.full((periods, counties, 3, 3), 40.0), np.full((periods, counties, 3, 3), 16.0)], axis=-1)
    survey = np.where(treated, told * [1.1, 0.8], told)
    away = (design.treated * design.people[:, :1] * random.uniform(0.01, 0.03, (counties, 1))).T.round()
    worlds = Books(crime, survey, asked, np.cumsum(away, axis=0)), Books(without, told, asked, 0 * away)
    return Pair(background, replication, *worlds)
