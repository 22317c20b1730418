"""``point.yaml``: the point of a posterior as a part of a scenario file, with how it fits as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from sim.analysis.calibration.outcome import Outcome
from sim.analysis.calibration.point import RULES
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.tables import figure_rows
from sim.analysis.calibration.worlds import scenario_in
from sim.running.batch.files import write_whole
from sim.scenario.design.paths import varied

POINT = "point.yaml"
_WIDTH = 110


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
    """Write ``point.yaml``: every parameter that was uncertain, in full where a setting stands for a whole table."""
    scenario = varied(scenario_in(str(study.folder.absolute())), dict(outcome.point.settings), "point")
    nested: dict[str, Any] = {}
    for path in outcome.point.settings:
        *sections, name = path.split(".")
        place, found = nested, scenario.parameters.model_dump(mode="json")
        for part in sections:
            place, found = place.setdefault(part, {}), found[part]
        place[name] = _short(found[name])
    text = yaml.safe_dump(nested, sort_keys=False, width=_WIDTH)
    write_whole(folder / POINT, "".join(f"# {line}\n" for line in _comments(study, outcome)) + text)


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _short(entry) for name, entry in value.items()}
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
