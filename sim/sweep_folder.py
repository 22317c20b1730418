"""A sweep in the folder of its batch: its base scenarios, its design point by point, and a file that runs it again."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import yaml

from sim.design import Factor, Point, Sweep
from sim.faults import Fault, ScenarioError, UserError
from sim.scenario_text import Place, Scalar
from sim.sweep_design import POINT
from sim.sweep_factors import value_of
from sim.sweep_files import load_sweep
from sim.sweep_paths import Value, targets, text_of

BASE, OTHER = "scenarios/base.yaml", "scenarios/against.yaml"
DESIGN, SWEEP = "design.csv", "sweep.yaml"


def sweep_files(sweep: Sweep) -> dict[str, str]:
    """Return the files of a batch's folder that the sweep is read from, by path."""
    files = {BASE: sweep.base.resolved_yaml(), DESIGN: _design_text(sweep), SWEEP: _sweep_text(sweep)}
    return files | ({OTHER: sweep.against.resolved_yaml()} if sweep.against is not None else {})


def stored_sweep(folder: Path) -> Sweep:
    """Return the sweep in the folder of a batch, with its points as they are stored, not chosen anew.

    Raises
    ------
    UserError
        Where one of its files is missing or damaged.
    """
    sweep = load_sweep(folder / SWEEP)
    vars(sweep)["points"] = tuple(_stored_points(folder / DESIGN, sweep))  # where a cached property keeps its value
    return sweep


def _design_text(sweep: Sweep) -> str:
    """Return the design as CSV: a row a point, a column for each swept parameter, in full precision."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([POINT, *(factor.path for factor in sweep.factors)])
    writer.writerows([point.name, *map(text_of, point.values)] for point in sweep.points)
    return text.getvalue()


def _sweep_text(sweep: Sweep) -> str:
    content: dict[str, Any] = {
        "title": sweep.title,
        "question": sweep.question,
        "source": sweep.source,
        "scenario": BASE,
        **({"against": OTHER} if sweep.against is not None else {}),
        **{key: _factors_content(factors) for key, factors in _by_role(sweep).items() if factors},
        "design": _design_content(sweep),
        "replications": sweep.replications,
        "seed": sweep.seed,
        "keep": sweep.keep,
    }
    if sweep.reference is not None:
        content["reference"] = {factor.path: it for factor, it in zip(sweep.factors, sweep.reference, strict=True)}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def _by_role(sweep: Sweep) -> dict[str, tuple[Factor, ...]]:
    return {"levers": sweep.levers, "uncertainties": sweep.uncertainties}


def _factors_content(factors: tuple[Factor, ...]) -> dict[str, Any]:
    return {
        factor.path: list(factor.values) if factor.values else {"low": factor.low, "high": factor.high}
        for factor in factors
    }


def _design_content(sweep: Sweep) -> dict[str, Any]:
    design = sweep.design
    sizes: dict[str, dict[str, Any]] = {
        "grid": {},
        "list": {"file": DESIGN},
        "latin_hypercube": {"samples": design.samples, "seed": design.seed},
        "sobol": {"samples": design.samples, "seed": design.seed},
        "morris": {"trajectories": design.trajectories, "levels": design.levels, "seed": design.seed},
    }
    return {"kind": design.kind, **sizes[design.kind]}


def _stored_points(path: Path, sweep: Sweep) -> list[Point]:
    paths = [factor.path for factor in sweep.factors]
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file, strict=True)
            if next(reader, []) != [POINT, *paths]:
                raise UserError(f"{path}:1: damaged, not the design of this sweep")
            points = [_point(row, paths, Place(str(path), reader.line_num)) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UserError(f"{path}: damaged, not the design of this sweep") from None
    if len(points) != sweep.size:
        raise UserError(f"{path}: damaged, {len(points):,} points where the sweep has {sweep.size:,}")
    return points


def _point(row: list[str], paths: list[str], place: Place) -> Point:
    faults: list[Fault] = []
    if len(row) != len(paths) + 1:
        raise ScenarioError([place.fault("damaged, not a point of this design")])
    values: list[Value] = [
        value_of(Scalar(text, place), targets()[path], faults) for path, text in zip(paths, row[1:], strict=True)
    ]
    if faults:
        raise ScenarioError(faults)
    return Point(row[0], tuple(values))
