"""``point.yaml``: the point of a posterior as a scenario file, with how it fits as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from sim.analysis.calibration.outcome import Outcome
from sim.analysis.calibration.point import RULES
from sim.analysis.calibration.results import Worlds
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.tables import figure_rows
from sim.analysis.calibration.worlds import SCENARIO, scenario_in
from sim.parameters import Parameters, Table
from sim.parameters.listing import value_at
from sim.running.batch.files import write_whole
from sim.scenario.design.paths import nested, varied
from sim.scenario.files import differences
from sim.scenario.scenario import Scenario, load_scenario
from sim.scenario.shipped import meant_by, shipped_names
from sim.words.labels import PROGRAMS

POINT = "point.yaml"
_WIDTH = 110
_OF_THE_CALIBRATION = ("title", "question", "source", "start", "months", "world")


class Fit(NamedTuple):
    """How the point's runs fit: the joint chi-square of their mean, and the targets beyond two standard errors."""

    chi_square: float
    outside: list[str]


def point_fit(study: Study, outcome: Outcome) -> Fit:
    """Return how the mean of the point's runs fits the targets, the luck that is left in it counted."""
    targets, runs = [it.id for it in study.targets], outcome.point.runs
    published = outcome.published.with_noise(outcome.published.noise / np.sqrt(len(runs)))
    mean = runs.of(targets).mean(axis=0, keepdims=True)
    outside = [name for name, z in zip(targets, published.z(mean)[0].tolist(), strict=True) if abs(z) > 2]
    return Fit(float(published.chi_square(mean)[0]), outside)


def write_point(study: Study, outcome: Outcome, folder: Path) -> None:
    """Write ``point.yaml``: a scenario that extends the calibration's own with every parameter that was uncertain.

    Tables stand in full where one setting is for a whole one. Where the calibration's scenario comes with the program
    the file can be copied anywhere; else it extends the copy in the folder.
    """
    base = scenario_in(str(study.folder.absolute()))
    found = varied(base, dict(outcome.point.settings), "point").parameters
    extended, besides = _extended(base)
    values = {**besides, **{path: _written(value_at(found, path)) for path in outcome.point.settings}}
    content = {
        "extends": extended,
        "title": f"{base.parameters.title or base.name} at the point of a calibration",
        "question": base.parameters.question,
        "source": f"The point of the calibration {study.name}: {RULES[outcome.point.rule]}",
        **nested(values | _room(outcome.point.runs, found)),
    }
    text = yaml.safe_dump(content, sort_keys=False, width=_WIDTH)
    write_whole(folder / POINT, "".join(f"# {line}\n" for line in _comments(study, outcome)) + text)


def _extended(base: Scenario) -> tuple[str, dict[str, Any]]:
    """Return what a point's file extends, and what the calibration set besides: not the world, nor the months."""
    has_lists = any(getattr(base.parameters.programs, name).list_file is not None for name in PROGRAMS)
    if base.name not in shipped_names() or has_lists:
        return SCENARIO, {}
    own, shipped = (it.parameters.model_dump(mode="json") for it in (base, load_scenario(meant_by(base.name))))
    found = differences(own, shipped, "")
    return base.name, {path: value for path, value in found.items() if path.split(".")[0] not in _OF_THE_CALIBRATION}


def _room(runs: Worlds, found: Parameters) -> dict[str, float]:
    """Return the headroom that a run of the point needed, where the scenario has less."""
    most = float(np.nan_to_num(runs.headroom).max(initial=0.0))
    return {"crime.headroom": most} if most > found.crime.headroom else {}


def _written(value: Any) -> Any:
    """Return a parameter, or a table in full, as a file has it."""
    if isinstance(value, Table):
        return {name: _written(entry) for name, entry in value.model_dump(mode="json").items()}
    return float(f"{value:.8g}") if isinstance(value, float) else value


def _comments(study: Study, outcome: Outcome) -> Iterator[str]:
    fit, runs = point_fit(study, outcome), outcome.point.runs
    told = f"{RULES[outcome.point.rule]}. Run in {len(runs)} lucks that no world of the calibration had."
    yield from textwrap.wrap(told[0].upper() + told[1:], _WIDTH)
    clipped = f"at most {100 * float(runs.clipped.max()):.4f} % of opportunities clipped"
    yield f"Joint chi-square {fit.chi_square:.2f} over {len(study.targets)} figures; {clipped}."
    yield f"{'figure':14}{'published':>12}{'se':>11}{'simulated':>12}{'luck':>11}{'z':>7}{'over se alone':>15}"
    for name, _, role, *numbers in figure_rows(study, outcome):
        published, se, noise = numbers[0], numbers[1], numbers[7]
        point, z, strict = numbers[-3:]
        mark = "" if role == "target" else " *"
        yield f"{name + mark:14}{published:12.4g}{se:11.3g}{point:12.4g}{noise:11.3g}{z:7.2f}{strict:15.2f}"
    yield "* never weighed; luck: standard error that luck leaves in the mean of the runs"
