"""What a comparison assumes: parameters that differ between scenarios or from their defaults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.parameters import Parameters, Table
from sim.parameters.enforcement import ResponsesSection
from sim.parameters.world import WORLD_FILES
from sim.scenario.scenario import Scenario

_HEADER = ("title", "question", "source")
_FILES = tuple(f"world.{name}" for name in WORLD_FILES)
DIALS = (
    "trust.sensitivity",
    "trust.publicity_activation",
    "trust.publicity_agreement",
    "trust.presence",
    "trust.county_fade",
    "trust.awareness",
    "crime.impunity_elasticity",
    "crime.displacement",
    "crime.deterrence",
    "crime.propensity_violent",
    "crime.propensity_property",
    "police.offender_link",
    "people.frequent_offending",
    "detainers.cooperation",
)
"""Parameters that the answer depends on most; the report shows them even at their defaults."""


@dataclass(frozen=True)
class Assumption:
    """One parameter: dotted name, its value in each scenario, unit, source and meaning."""

    name: str
    values: tuple[str, ...]
    unit: str
    source: str
    meaning: str


@dataclass(frozen=True)
class _Entry:
    value: Any
    unit: str
    source: str
    meaning: str


def assumptions_of(scenarios: Sequence[Scenario]) -> tuple[list[Assumption], list[Assumption]]:
    """Return the parameters in which scenarios differ, and those that they share and that are not at the default."""
    tables = [dict(_entries(scenario.parameters)) for scenario in scenarios]
    defaults = dict(_entries(Parameters()))
    differing: list[Assumption] = []
    shared: list[Assumption] = []
    for name, entry in tables[0].items():
        values = [table[name].value for table in tables if name in table]
        if any(value != values[0] for value in values):
            differing.append(_assumption(name, entry, values))
        elif name not in defaults or entry.value != defaults[name].value:
            shared.append(_assumption(name, entry, values))
    return differing, shared


def dials_of(scenarios: Sequence[Scenario]) -> list[Assumption]:
    """Return the switches of the behavioural responses and the dials that drive the answer, default or not."""
    names = [f"responses.{name}" for name in ResponsesSection.model_fields]
    return [_dial(name, scenarios) for name in (*names, *DIALS)]


def _dial(name: str, scenarios: Sequence[Scenario]) -> Assumption:
    """Return one dial; a table of numbers is told in one cell."""
    section, field = name.split(".")
    values = [getattr(getattr(scenario.parameters, section), field) for scenario in scenarios]
    facts = _facts(type(getattr(scenarios[0].parameters, section)).model_fields[field])
    told = tuple(value_text(name, value) for value in values)
    return Assumption(name, told, facts["unit"], facts["source"], facts["meaning"])


def value_text(name: str, value: Any) -> str:
    """Return the value of the parameter ``name`` in words; a table of numbers is told in one piece."""
    return _table_told(value) if isinstance(value, Table) else _told(name, value)


def _table_told(table: Table) -> str:
    """Return the entries of a table, those that share a value together."""
    names: dict[float, list[str]] = {}
    for name, value in table.model_dump().items():
        names.setdefault(value, []).append(name.replace("_", " "))
    if len(names) == 1:
        return f"{next(iter(names)):g}"
    most = max(names, key=lambda value: len(names[value]))
    alone = len(names[most]) == 1
    told = [f"{' and '.join(entry)} {value:g}" for value, entry in names.items() if alone or value != most]
    return "; ".join(told if alone else [*told, f"others {most:g}"])


def _assumption(name: str, entry: _Entry, values: Sequence[Any]) -> Assumption:
    told = tuple(_told(name, value) for value in values)
    return Assumption(name, told, entry.unit, entry.source, entry.meaning)


def _told(name: str, value: Any) -> str:
    """Return a value in words; of files only the name, for folders differ from machine to machine."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if name in _FILES or (name.endswith(".counties") and isinstance(value, str)):
        return Path(str(value)).name
    if isinstance(value, (list, tuple)):
        listed = ", ".join(str(entry) for entry in value[:6])
        return listed if len(value) <= 6 else f"{listed} and {len(value) - 6} more"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _entries(model: BaseModel, prefix: str = "", facts: dict[str, str] | None = None) -> Iterator[tuple[str, _Entry]]:
    """Yield every parameter below ``model`` by dotted name; entries of a table inherit the table's unit and source."""
    for name, field in type(model).model_fields.items():
        if not prefix and name in _HEADER:
            continue
        value = getattr(model, name)
        own = _facts(field) or facts or {}
        if isinstance(value, BaseModel):
            yield from _entries(value, f"{prefix}{name}.", own)
        else:
            yield f"{prefix}{name}", _Entry(value, own.get("unit", ""), own.get("source", ""), own.get("meaning", ""))


def _facts(field: FieldInfo) -> dict[str, str]:
    extra = field.json_schema_extra
    if not isinstance(extra, dict):
        return {}
    return {**{key: str(extra[key]) for key in ("unit", "source") if key in extra}, "meaning": field.description or ""}
