"""The JSON Schema of scenario and comparison files, generated from the parameter table for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sim.parameters import Parameters, Section, Strict, Table
from sim.parameters.comparison import ComparisonHeader
from sim.parameters.listing import Allowed, entry_allowed, facts, field_alternatives, inner_model

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


def schema_text() -> str:
    """Return the schema as JSON text."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """Return the schema: a file with the key ``scenarios`` is a comparison, any other a scenario."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "darkfigure scenario or comparison",
        "if": {"type": "object", "required": ["scenarios"]},
        "then": {"$ref": "#/$defs/comparison"},
        "else": {"$ref": "#/$defs/scenario"},
        "$defs": {
            "parameters": section_schema(Parameters),
            "scenario": _scenario_schema(),
            "comparison": _comparison_schema(),
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
    listed = {"type": "array", "minItems": 2, "items": {"anyOf": [file, named]}}
    own = {"scenarios": {"anyOf": [listed, named]}, "set": {"$ref": "#/$defs/parameters"}}
    return {**found, "required": ["scenarios"], "properties": {**found["properties"], **own}}


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
