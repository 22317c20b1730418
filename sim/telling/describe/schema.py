"""The JSON Schema of scenario, comparison and sweep files, generated from the parameter table for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sim.parameters import Parameters, Section, Strict, Table
from sim.parameters.comparison import ComparisonHeader
from sim.parameters.listing import Allowed, entry_allowed, facts, field_alternatives, inner_model
from sim.parameters.sweep import SIZES, DesignHeader, RangeHeader, SweepHeader
from sim.scenario.design.paths import Target, targets
from sim.scenario.files import SWEEP_KEYS

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def schema_text() -> str:
    """Return the schema as JSON text."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """Return the schema: a file with ``scenarios`` is a comparison, one with levers or a design a sweep."""
    is_sweep = {"type": "object", "anyOf": [{"required": [key]} for key in SWEEP_KEYS]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "darkfigure scenario, comparison or sweep",
        "if": {"type": "object", "required": ["scenarios"]},
        "then": {"$ref": "#/$defs/comparison"},
        "else": {"if": is_sweep, "then": {"$ref": "#/$defs/sweep"}, "else": {"$ref": "#/$defs/scenario"}},
        "$defs": {
            "parameters": section_schema(Parameters),
            "scenario": _scenario_schema(),
            "comparison": _comparison_schema(),
            **sweep_definitions(),
            **{inner.__name__: section_schema(inner) for inner in _sections(Parameters)},
        },
    }


def _sections(model: type[Strict]) -> Iterator[type[Section]]:
    """Yield the sections below ``model``, at any depth."""
    for name in model.model_fields:
        inner = inner_model(model, name)
        if inner is not None and issubclass(inner, Section):
            yield inner
            yield from _sections(inner)


def section_schema(model: type[Strict]) -> dict[str, Any]:
    """Return the schema of a section: every key optional, no others."""
    keys = {name: _field_schema(model, name) for name in model.model_fields}
    return {"type": "object", "additionalProperties": False, "properties": keys}


def _scenario_schema() -> dict[str, Any]:
    found = section_schema(Parameters)
    own = {
        "extends": {"type": "string", "description": "Another scenario file; only differences are written"},
        "name": {"type": "string", "description": "Name in a batch, instead of that of the file"},
    }
    return {**found, "properties": {**own, **found["properties"]}}


def _comparison_schema() -> dict[str, Any]:
    found = section_schema(ComparisonHeader)
    file = {"type": "string", "description": "Scenario file, relative to this one"}
    named = {"type": "object", "additionalProperties": file}
    listed = {"type": "array", "minItems": 1, "items": {"anyOf": [file, named]}}
    own = {"scenarios": {"anyOf": [listed, named]}, "set": {"$ref": "#/$defs/parameters"}}
    return {**found, "required": ["scenarios"], "properties": {**found["properties"], **own}}


def sweep_definitions() -> dict[str, Any]:
    """Return the schemas of a sweep file and of its parts."""
    header, design = section_schema(SweepHeader), section_schema(DesignHeader)
    point = {"$ref": "#/$defs/point"}
    design["properties"]["points"] = {"type": "array", "minItems": 1, "items": point}
    file = {"type": "string", "description": "Scenario file, relative to this one"}
    own = {
        "scenario": {**file, "description": "Scenario file that the sweep varies"},
        "against": {**file, "description": "Scenario that each point is compared with, at the same values"},
        "set": {"$ref": "#/$defs/parameters"},
        "levers": {"$ref": "#/$defs/swept", "description": "What policy chooses, by dotted path"},
        "uncertainties": {"$ref": "#/$defs/swept", "description": "What nobody knows, by dotted path"},
        "design": {"anyOf": [{"enum": list(SIZES)}, design]},
        "reference": {**point, "description": "Point that the others are compared with"},
    }
    paths = {path: _swept_schema(target) for path, target in targets().items()}
    names = {"type": "array", "items": {"enum": list(paths)}}
    mapping = {"type": "object", "additionalProperties": False, "properties": paths}
    values = {path: _value_schema(target) for path, target in targets().items()}
    return {
        "sweep": {**header, "required": ["scenario"], "properties": {**header["properties"], **own}},
        "swept": {"anyOf": [mapping, names]},
        "point": {"type": "object", "additionalProperties": False, "properties": values},
        "range": {**section_schema(RangeHeader), "required": ["low", "high"]},
    }


def _swept_schema(target: Target) -> dict[str, Any]:
    """Return what may be written for a swept parameter: values, a range of numbers, or nothing in a list design."""
    forms: list[dict[str, Any]] = [{"type": "array", "minItems": 2, "items": _value_schema(target)}, {"type": "null"}]
    if target.takes_numbers:
        forms.append({"$ref": "#/$defs/range"})
    return {"description": f"{target.meaning}. Unit: {target.unit}", "anyOf": forms}


def _value_schema(target: Target) -> dict[str, Any]:
    options = [_allowed_schema(one) for one in target.allowed if one.type is not list]
    if target.nullable:
        options.append({"type": "null"})
    return options[0] if len(options) == 1 else {"anyOf": options}


def _field_schema(model: type[Strict], name: str) -> dict[str, Any]:
    field, inner = model.model_fields[name], inner_model(model, name)
    told = {"description": _description(model, name)}
    if inner is None:
        options = [_allowed_schema(one) for one in field_alternatives(model, name)]
        if field.default is None:
            options.append({"type": "null"})
        return {**told, **(options[0] if len(options) == 1 else {"anyOf": options})}
    if not issubclass(inner, Table):
        return {**told, "$ref": f"#/$defs/{inner.__name__}"}
    entry = _allowed_schema(entry_allowed(field))
    whole = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(inner.model_fields, entry)}
    is_spread = issubclass(model, Section) and name in model.spread
    return {**told, **({"anyOf": [entry, whole]} if is_spread else whole)}


def _description(model: type[Strict], name: str) -> str:
    field = model.model_fields[name]
    known = facts(field)
    parts = [field.description or "", f"Unit: {known['unit']}" if known else "", f"Source: {known.get('source', '')}"]
    return ". ".join(part for part in parts if part and part != "Source: ")


def _allowed_schema(allowed: Allowed) -> dict[str, Any]:
    if allowed.names:
        return {"enum": list(allowed.names)}
    if allowed.type is list:
        return {"type": "array", "items": {"type": ["string", "integer"]}}
    bounds = {"minimum": allowed.low, "maximum": allowed.high, "pattern": allowed.pattern}
    return {"type": TYPES[allowed.type], **{key: value for key, value in bounds.items() if value is not None}}
