"""Sweep files, read strictly: every fault with its file, line and what is allowed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sim.parameters.sweep import SweepHeader
from sim.scenario.bases import base_named
from sim.scenario.design.factors import read_factors
from sim.scenario.design.kinds import contradictions, read_design, reference_of, with_rows
from sim.scenario.design.paths import Value
from sim.scenario.design.sweep import Design, Factor, Sweep
from sim.scenario.files import opened
from sim.scenario.scenario import Scenario, unfit
from sim.scenario.yaml_text import Branch, Node, Place, Scalar
from sim.words.faults import Fault, ScenarioError, did_you_mean, in_reading_order, shortened
from sim.words.limits import MOST_POINTS

PARTS = ("scenario", "against", "set", "levers", "uncertainties", "design", "reference")
KEYS = (*SweepHeader.model_fields, *PARTS)


def load_sweep(path: str | Path, overrides: Sequence[str] = (), options: dict[str, str] | None = None) -> Sweep:
    """Return the sweep in the file at ``path``.

    Parameters
    ----------
    path : str or Path
        The sweep file.
    overrides : sequence of str
        Differences such as ``months=24`` applied to every point, after those under ``set``.
    options : dict, optional
        ``replications``, ``seed`` or ``keep`` as written on the command line, instead of the file's.

    Raises
    ------
    ScenarioError
        With all faults found in it and in its scenarios.
    """
    file = opened(path, "sweep", KEYS)
    path, tree, faults = file
    header, layers = file.header(SweepHeader, options), file.layers(overrides)
    base, against = _bases(tree, layers, faults)
    design, factors, reference = _points(tree, base, layers, faults)
    faults.extend(_held_in_vain(tree, header.against_keeps, factors))
    if faults or base is None:
        raise ScenarioError(in_reading_order(faults))
    _ensure_size(tree, design, factors)
    told, luck = (header.title, header.question, header.source), (header.replications, header.seed)
    draws = None if header.uncertainty is None else Path(header.uncertainty)
    held = tuple(header.against_keeps)
    return Sweep(
        *told, base, against, tuple(factors), design, *luck, header.keep, reference, held, path, uncertainty=draws
    )


def _points(
    tree: Branch, base: Scenario | None, layers: list[Branch], faults: list[Fault]
) -> tuple[Design, list[Factor], tuple[Value, ...] | None]:
    """Return the design, what it varies and the reference point; what is wrong with them is noted."""
    design = read_design(tree, faults)
    factors = read_factors(tree, design.kind, base, faults)
    faults.extend(_set_and_swept(layers, factors))
    design, factors = with_rows(tree, design, factors, base, faults)
    reference = reference_of(tree, factors, base, faults)
    if not faults and base is not None:
        faults.extend(contradictions(factors, design, base, tree.place))
    return design, factors, reference


def _ensure_size(tree: Branch, design: Design, factors: list[Factor]) -> None:
    size = design.size(factors)
    if size > MOST_POINTS:
        place = tree.entries.get("design", tree).place
        raise ScenarioError([place.fault(f"design: {size:,} points, allowed are up to {MOST_POINTS:,}")])


def check_words(sweep: Sweep) -> str:
    """Return in a few words what a sweep without fault is."""
    names = {"latin_hypercube": "Latin hypercube", "sobol": "Sobol'", "morris": "Morris"}
    design = names.get(sweep.design.kind, sweep.design.kind)
    varied = [f"{len(sweep.levers)} levers" if len(sweep.levers) != 1 else "1 lever"]
    varied.append(f"{len(sweep.uncertainties)} uncertaint{'y' if len(sweep.uncertainties) == 1 else 'ies'}")
    pair = f", each with and without ({sweep.against.name})" if sweep.against is not None else ""
    return f"a sweep without fault, {design} design of {sweep.size:,} points over {' and '.join(varied)}{pair}"


def _held_in_vain(tree: Branch, held: Sequence[str], factors: Sequence[Factor]) -> list[Fault]:
    """Return a fault for each parameter that runs of ``against`` cannot keep."""
    if not held:
        return []
    place, swept = tree.entries["against_keeps"].place, [factor.path for factor in factors]
    if "against" not in tree.entries:
        return [place.fault("against_keeps: there is no 'against' whose runs could keep a value")]
    return [
        place.fault(f"against_keeps: {shortened(path)} is not swept{did_you_mean(path, swept)}")
        for path in held
        if path not in swept
    ]


def _bases(tree: Branch, layers: list[Branch], faults: list[Fault]) -> tuple[Scenario | None, Scenario | None]:
    """Return the scenario that is varied, and the one that each point is compared with, if there is one."""
    if "scenario" not in tree.entries:
        faults.append(tree.place.fault("scenario: missing key; a sweep names the scenario file that it varies"))
    base = _base("scenario", tree.entries.get("scenario"), layers, faults)
    against = _base("against", tree.entries.get("against"), layers, faults)
    if base is not None and against is not None:
        place = tree.entries["against"].place
        faults.extend(place.fault(f"against: {problem}") for problem in _misfits(against, base))
    return base, against


def _misfits(against: Scenario, base: Scenario) -> list[str]:
    """Return why runs of ``against`` cannot be paired with those of ``base``."""
    if against.path is not None and base.path is not None and os.path.samefile(against.path, base.path):
        return ["is the scenario itself; name the one that each point is compared with"]
    return unfit(replace(against, name="against"), [replace(base, name="scenario")])


def _base(key: str, node: Node | None, layers: list[Branch], faults: list[Fault]) -> Scenario | None:
    if node is None or (key == "against" and isinstance(node, Scalar) and node.is_empty):
        return None
    return base_named(key, node, layers, faults)


def _set_and_swept(layers: Sequence[Branch], factors: Sequence[Factor]) -> list[Fault]:
    """Return a fault for each parameter that is both set and swept."""
    found = []
    for factor in factors:
        for layer in layers:
            place = _place_within(layer, factor.path.split("."))
            if place is not None:
                found.append(place.fault(f"{factor.path}: is swept, so it cannot be set for all points"))
    return found


def _place_within(tree: Branch, path: Sequence[str]) -> Place | None:
    """Return where the parameter at ``path``, or a part of it, is set in ``tree``."""
    node: Node = tree
    for name in path:
        if not isinstance(node, Branch):
            return node.place
        if name not in node.entries:
            return None
        node = node.entries[name]
    return node.place
