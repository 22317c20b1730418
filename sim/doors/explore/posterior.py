"""What is known of the dials: the priors of the calibration that comes with the program, its posterior, and draws."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.parameters.listing import value_at

if TYPE_CHECKING:
    from sim.scenario.calibration.draws import PosteriorDraws
    from sim.scenario.calibration.priors import Prior
    from sim.scenario.scenario import Scenario

CALIBRATION, POSTERIOR = "calibration", "posterior"
MIDDLE = 0.9
DRAWS = 20
"""Drawn over the curves; they arrive one by one."""


class Known(NamedTuple):
    """What the calibration says of a parameter: the range and source of its prior, the middle of its posterior."""

    prior_low: float
    prior_high: float
    prior_source: str
    low: float
    high: float


def known_of(path: str) -> Known | None:
    """Return what the calibration says of a parameter; None where it left it alone."""
    prior, draws = _priors().get(path), _draws()
    if prior is None or path not in draws.paths:
        return None
    return Known(prior.low, prior.high, prior.source, *draws.middle(path, MIDDLE))


def changes_of_draw(scenario: Scenario, seed: int, number: int) -> dict[str, Any]:
    """Return the changes that a draw stands for: whole tables, as one number may stand for several entries.

    Raises
    ------
    UserError
        Where the draw is not allowed on top of the scenario.
    """
    from sim.running.batch.drawn import draw_of
    from sim.scenario.calibration.draws import LUCKS, drawn
    from sim.scenario.shipped import shipped_folder

    values = draw_of(shipped_folder(), seed, number * LUCKS)
    parameters = drawn(scenario, values).parameters
    paths = dict.fromkeys(".".join(path.split(".")[:2]) for path in values)
    found = ((path, value_at(parameters, path)) for path in paths)
    return {path: value.model_dump() if hasattr(value, "model_dump") else value for path, value in found}


@cache
def _draws() -> PosteriorDraws:
    from pathlib import Path

    from sim.scenario.calibration.draws import read_draws
    from sim.scenario.shipped import draws_meant_by

    return read_draws(Path(draws_meant_by(POSTERIOR)))


@cache
def _priors() -> dict[str, Prior]:
    from sim.scenario.calibration.files import load_calibration
    from sim.scenario.shipped import meant_by

    return {prior.path: prior for prior in load_calibration(meant_by(CALIBRATION)).priors if prior.times is None}
