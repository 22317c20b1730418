"""Scenarios given as Python values: a path, a mapping of differences or a scenario, checked as strictly as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.parameters import Parameters
from sim.parameters.comparison import ComparisonHeader
from sim.scenario.check import checked, merge
from sim.scenario.files import RESERVED, name_faults
from sim.scenario.scenario import (
    Comparison,
    Scenario,
    compare_scenarios,
    first_reference,
    kind_of,
    layered_scenario,
    unfit,
)
from sim.scenario.shipped import meant_by
from sim.scenario.yaml_text import Branch, Items, Node, Place, Scalar
from sim.words.faults import Fault, ScenarioError, UserError

Given = str | Path | Mapping[str, Any] | Scenario
"""What a scenario can be given as."""


def scenario_of(given: Given, changes: Mapping[str, Any] | None = None, *, name: str | None = None) -> Scenario:
    """Return the scenario that ``given`` is or describes.

    Parameters
    ----------
    given : path, mapping or Scenario
        A scenario file; or differences from the defaults, or from the file that its key ``extends`` names, such as
        ``{"months": 48, "trust.sensitivity": 0}``; or a scenario that was loaded before. Paths are relative to the
        working directory.
    changes : mapping, optional
        Further differences on top, in nested mappings or by dotted path.
    name : str, optional
        Its name, where ``given`` has none of its own.

    Raises
    ------
    ScenarioError
        With all faults found.
    """
    layers = [] if not changes else [_checked_layer(changes)]
    if isinstance(given, Scenario):
        if not layers:
            return given
        return replace(given, parameters=_changed(given, layers[0]))
    if isinstance(given, Mapping):
        return _from_mapping(given, layers, name)
    if not isinstance(given, (str, Path)):
        raise UserError(f"a scenario is a path, a mapping of differences or a Scenario, not {type(given).__name__}")
    return layered_scenario(meant_by(given), name, layers)


def _from_mapping(given: Mapping[str, Any], layers: list[Branch], name: str | None) -> Scenario:
    own = given.get("name", name or "scenario")
    faults = name_faults(Scalar(str(own), Place("scenario")))
    if faults:
        raise ScenarioError(faults)
    differences = tree_of({key: value for key, value in given.items() if key not in RESERVED}, Place("scenario"))
    if given.get("extends") is not None:
        return layered_scenario(meant_by(str(given["extends"])), str(own), [differences, *layers])
    return Scenario(str(own), _parameters([differences, *layers]), None, Path.cwd())


def _parameters(layers: Sequence[Branch]) -> Parameters:
    tree = Branch({}, layers[0].place)
    for layer in layers:
        tree = merge(tree, layer, Parameters)
    return checked(Parameters, tree, [])


def _changed(scenario: Scenario, changes: Branch) -> Parameters:
    """Return the parameters of a scenario with ``changes`` on top; only the sections that they name are checked."""
    named = {name for name in changes.entries if name in Parameters.model_fields}
    own = tree_of(scenario.parameters.model_dump(mode="json", include=named), Place(scenario.name))
    found = _parameters([own, changes])
    return scenario.parameters.model_copy(update={name: getattr(found, name) for name in named})


def _checked_layer(changes: Mapping[str, Any]) -> Branch:
    place = Place("changes")
    faults = [place.fault(f"{name}: can only stand in a scenario") for name in RESERVED if name in changes]
    if faults:
        raise ScenarioError(faults)
    return tree_of(changes, place)


def tree_of(values: Mapping[str, Any], place: Place) -> Branch:
    """Return the tree of nested ``values``; a dotted key stands for mappings within each other.

    Raises
    ------
    ScenarioError
        Where two keys stand for the same parameter.
    """
    tree = Branch({}, place)
    for key, value in values.items():
        *above, last = str(key).split(".")
        branch = tree
        for name in above:
            inner = branch.entries.get(name, Branch({}, place))
            if not isinstance(inner, Branch):
                raise ScenarioError([place.fault(f"{key}: {name} is given both whole and in part")])
            branch.entries[name] = inner  # type: ignore[index]
            branch = inner
        node, known = _node(value, place), branch.entries.get(last)
        if isinstance(known, Branch) and isinstance(node, Branch):
            node = Branch({**known.entries, **node.entries}, place)
        elif known is not None:
            raise ScenarioError([Fault(place.label, place.line, f"{key}: given twice")])
        branch.entries[last] = node  # type: ignore[index]
    return tree


def _node(value: Any, place: Place) -> Node:
    """Return the tree of one value: what a file would say of it."""
    if isinstance(value, Mapping):
        return tree_of(value, place)
    if isinstance(value, (list, tuple)):
        return Items(tuple(_node(item, place) for item in value), place)
    if value is None:
        return Scalar("", place)
    if hasattr(value, "item"):  # a number of numpy's
        value = value.item()
    if isinstance(value, bool):
        return Scalar("true" if value else "false", place)
    is_number = isinstance(value, (int, float))
    return Scalar(repr(value) if is_number else str(value), place, plain=is_number)


def overrides_of(changes: Mapping[str, Any]) -> list[str]:
    """Return ``changes`` as the options ``KEY=VALUE`` of the command line."""
    import json

    found: list[str] = []
    for key, value in changes.items():
        if isinstance(value, Mapping):
            found += overrides_of({f"{key}.{name}": inner for name, inner in value.items()})
            continue
        plain = value.item() if hasattr(value, "item") else str(value) if isinstance(value, Path) else value
        found.append(f"{key}={json.dumps(plain, ensure_ascii=False)}")
    return found


def comparison_of(
    scenarios: str | Path | Sequence[Given] | Mapping[str, Given],
    changes: Mapping[str, Any] | None = None,
    *,
    reference: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    title: str = "",
    effect_of: str | None = None,
) -> Comparison:
    """Return the comparison of ``scenarios``; the parameters are those of ``sim.compare``.

    Raises
    ------
    ScenarioError
        With all faults found.
    """
    header = {"reference": reference, "effect_of": effect_of, "replications": replications, "seed": seed}
    if isinstance(scenarios, (str, Path)) and effect_of is not None and kind_of(scenarios) == "scenario":
        scenarios = [scenarios]
    if isinstance(scenarios, (str, Path)):
        if kind_of(scenarios) != "comparison":
            raise UserError(f"{scenarios}: one file is to be a comparison file; give scenarios in a list or mapping")
        options = {key: str(value) for key, value in header.items() if value is not None}
        loaded = compare_scenarios([scenarios], (), options)
        return replace(loaded, scenarios=[scenario_of(it, changes) for it in loaded.scenarios])
    named: list[tuple[str | None, Given]] = (
        list(scenarios.items()) if isinstance(scenarios, Mapping) else [(None, given) for given in scenarios]
    )
    if len(named) < (2 if effect_of is None else 1):
        raise UserError("a comparison needs two scenarios or more")
    found = [_member(place, name, given, changes) for place, (name, given) in enumerate(named, 1)]
    given_header = {key: value for key, value in header.items() if value is not None}
    facts = checked(ComparisonHeader, tree_of({**given_header, "title": title}, Place("compare")), [])
    _check_together(found, facts)
    first = reference or first_reference(found, effect_of)
    return Comparison(title, "", found, first, facts.replications, facts.seed, effect_of=effect_of)


def _member(place: int, name: str | None, given: Given, changes: Mapping[str, Any] | None) -> Scenario:
    is_nameless = isinstance(given, Mapping) and "name" not in given
    found = scenario_of(given, changes, name=name or (f"scenario_{place}" if is_nameless else None))
    if name is None or found.name == name:
        return found
    faults = name_faults(Scalar(name, Place("compare")))
    if faults:
        raise ScenarioError(faults)
    return replace(found, name=name)


def _check_together(scenarios: Sequence[Scenario], header: ComparisonHeader) -> None:
    place, names, reference = Place("compare"), [scenario.name for scenario in scenarios], header.reference
    faults = [
        place.fault(problem)
        for count, scenario in enumerate(scenarios)
        for problem in unfit(scenario, scenarios[:count], header.effect_of is not None)
    ]
    if reference is not None and reference not in names:
        faults.append(place.fault(f"reference: not one of the scenarios ({reference}), allowed is {', '.join(names)}"))
    if faults:
        raise ScenarioError(faults)
