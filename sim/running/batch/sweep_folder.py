"""A sweep in the folder of its batch: the files that it is run from, and the sweep read back from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from sim.running.batch.drawn import POSTERIOR
from sim.running.batch.inputs import Inputs
from sim.scenario.design.factors import value_of
from sim.scenario.design.files import load_sweep
from sim.scenario.design.paths import Value, targets, text_of
from sim.scenario.design.sweep import Factor, Point, Sweep
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_text import Place, Scalar
from sim.words.faults import Fault, ScenarioError, UserError
from sim.words.reading import content_of

SWEEP, DESIGN, BASE, AGAINST_FILE = "sweep.yaml", "design.csv", "scenarios/base.yaml", "scenarios/against.yaml"
POINT = "point"


def inputs_of(sweep: Sweep) -> Inputs:
    """Return the files that a sweep's runs read: its scenarios', and program lists among the values of its factors."""
    return Inputs([*_scenarios(sweep), *sweep.with_lists()])


def _scenarios(sweep: Sweep) -> list[Scenario]:
    """Return the scenarios that a sweep varies: its base, and what it is compared with."""
    return [sweep.base] if sweep.against is None else [sweep.base, sweep.against]


def sweep_files(sweep: Sweep, inputs: Inputs | None = None) -> dict[str, str | bytes]:
    """Return the files of a batch folder that a sweep is run from, by path; ``sweep.yaml`` runs the batch again."""
    inputs = inputs or inputs_of(sweep)
    scenarios = [inputs.carried(scenario).resolved_yaml() for scenario in _scenarios(sweep)]
    texts = dict(zip((BASE, AGAINST_FILE), scenarios, strict=False))
    carried = _carried(sweep, inputs)
    draws = {} if sweep.uncertainty is None else {POSTERIOR: content_of(sweep.uncertainty)}
    return {SWEEP: _sweep_text(carried), DESIGN: design_text(carried), **texts, **inputs.files, **draws}


def _carried(sweep: Sweep, inputs: Inputs) -> Sweep:
    """Return a sweep whose values name the copies of program lists, relative to the folder of the batch."""
    return replace(
        sweep,
        factors=tuple(replace(factor, values=tuple(map(inputs.named, factor.values))) for factor in sweep.factors),
        reference=None if sweep.reference is None else tuple(map(inputs.named, sweep.reference)),
        stored=tuple(Point(point.name, tuple(map(inputs.named, point.values))) for point in sweep.points),
    )


def design_text(sweep: Sweep) -> str:
    """Return the points of a sweep as CSV: their names, and a column for each swept parameter in full precision."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([POINT, *(factor.path for factor in sweep.factors)])
    writer.writerows([point.name, *map(text_of, point.values)] for point in sweep.points)
    return text.getvalue()


def stored_sweep(folder: Path) -> Sweep:
    """Return the sweep that the batch in ``folder`` carries out, with the points that are stored there.

    Raises
    ------
    UserError
        Where a file is missing or damaged; the message names it.
    """
    sweep = load_sweep(folder / SWEEP)
    points = tuple(_points(folder / DESIGN, sweep.factors))
    if len(points) != sweep.size:
        raise UserError(f"{folder / DESIGN}: has {len(points):,} points, and the design has {sweep.size:,}")
    return replace(sweep, stored=points)


def _points(path: Path, factors: tuple[Factor, ...]) -> Iterator[Point]:
    """Yield the points of a stored design."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file, strict=True)
            if next(reader, []) != [POINT, *(factor.path for factor in factors)]:
                raise UserError(f"{path}:1: damaged, not the columns of this sweep")
            for cells in reader:
                yield _point(cells, factors, Place(str(path), reader.line_num, path.parent))
    except FileNotFoundError:
        raise UserError(f"{path}: missing; the points of the sweep are in it") from None
    except (csv.Error, UnicodeDecodeError):
        raise UserError(f"{path}: damaged, not the points of a sweep") from None


def _point(cells: list[str], factors: tuple[Factor, ...], place: Place) -> Point:
    if len(cells) != len(factors) + 1:
        raise UserError(f"{place.label}:{place.line}: damaged, not a point of this sweep")
    faults: list[Fault] = []
    values = tuple(
        value_of(Scalar(text, place), targets()[factor.path], faults)
        for text, factor in zip(cells[1:], factors, strict=True)
    )
    if faults:
        raise ScenarioError(faults)
    return Point(cells[0], values)


def _sweep_text(sweep: Sweep) -> str:
    """Return a sweep file that lies in the batch folder."""
    content: dict[str, Any] = {"title": sweep.title, "question": sweep.question, "source": sweep.source}
    content["scenario"] = BASE
    if sweep.against is not None:
        content["against"] = AGAINST_FILE
    if sweep.held:
        content["against_keeps"] = list(sweep.held)
    for key, factors in (("levers", sweep.levers), ("uncertainties", sweep.uncertainties)):
        if factors:
            content[key] = {factor.path: _written(sweep, factor) for factor in factors}
    content["design"] = _design(sweep)
    if sweep.reference is not None:
        paths = (factor.path for factor in sweep.factors)
        content["reference"] = dict(zip(paths, map(_plain, sweep.reference), strict=True))
    content.update(replications=sweep.replications, seed=sweep.seed, keep=sweep.keep)
    if sweep.uncertainty is not None:
        content["uncertainty"] = POSTERIOR
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def _written(sweep: Sweep, factor: Factor) -> Any:
    if sweep.design.kind == "list":
        return None
    if factor.values:
        return [_plain(value) for value in factor.values]
    return {"low": _plain(factor.low), "high": _plain(factor.high)}


def _plain(value: Value) -> Value:
    """Return a value that YAML writes as the text it is read back from."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _design(sweep: Sweep) -> dict[str, Any]:
    design = sweep.design
    sizes: dict[str, dict[str, Any]] = {
        "grid": {},
        "list": {"file": DESIGN},
        "latin_hypercube": {"samples": design.samples, "seed": design.seed},
        "sobol": {"samples": design.samples, "seed": design.seed},
        "morris": {"trajectories": design.trajectories, "levels": design.levels, "seed": design.seed},
    }
    return {"kind": design.kind, **sizes[design.kind]}
