"""What may be written where, told from the parameter table: for error messages, ``describe`` and the JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.parameters.base import TABLE_FILE, Section, Strict, Table


class Allowed(NamedTuple):
    """One alternative that a field takes: a type, its bounds, its names or its pattern."""

    type: type
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    pattern: str | None = None

    @property
    def is_file(self) -> bool:
        """Tell whether a text is taken for the name of a file."""
        return self.pattern == TABLE_FILE

    @property
    def is_month(self) -> bool:
        """Tell whether a month is wanted."""
        return self.pattern is not None and not self.is_file

    def __str__(self) -> str:
        """Return the alternative in words."""
        if self.names:
            return ", ".join(self.names)
        words = {bool: "true or false", int: "a whole number", float: "a number", str: "text", list: "a list of texts"}
        if self.is_file:
            return "the name of a file such as list.csv"
        if self.pattern is not None:
            return "a month written YYYY-MM, from 1900-01 to 2099-12"
        bounds = "" if self.low is None else f" from {plain_number(self.low)} to {plain_number(self.high or 0)}"
        return words[self.type] + bounds


class Row(NamedTuple):
    """One parameter as it is listed."""

    path: tuple[str, ...]
    default: Any
    field: FieldInfo
    section: type[Section]

    def fact(self, name: str) -> str:
        """Return the fact ``name`` (unit or source) of the parameter."""
        return str(facts(self.field)[name])


def plain_number(value: float) -> str:
    """Return a number without exponent or idle zeros."""
    return f"{value:.15g}" if abs(value) < 1e15 else str(int(value))


def facts(field: FieldInfo) -> dict[str, Any]:
    """Return unit and source of a field, and for a table its range (low, high)."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def inner_model(model: type[Strict], name: str) -> type[Strict] | None:
    """Return the model of the field ``name`` if it is a section or a table, else None."""
    field = model.model_fields.get(name)
    found = field.annotation if field is not None else None
    return found if isinstance(found, type) and issubclass(found, Strict) else None


def alternatives(annotation: Any, metadata: list[Any]) -> tuple[Allowed, ...]:
    """Return what a type annotation with its metadata allows."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = [item for entry in arguments[1:] for item in getattr(entry, "metadata", [entry])]
        return alternatives(arguments[0], [*inner, *metadata])
    if origin in (Union, UnionType):
        return tuple(one for argument in arguments for one in alternatives(argument, metadata))
    if origin is Literal:
        return (Allowed(str, names=arguments),)
    if annotation is NoneType:
        return ()
    bounds = {name: getattr(item, name) for item in metadata for name in ("ge", "le", "pattern") if hasattr(item, name)}
    return (Allowed(origin or annotation, bounds.get("ge"), bounds.get("le"), (), bounds.get("pattern")),)


def field_alternatives(model: type[Strict], name: str) -> tuple[Allowed, ...]:
    """Return what the field ``name`` of ``model`` allows; for a table, what one entry allows."""
    field = model.model_fields[name]
    if isinstance(field.default, Table):
        return (entry_allowed(field),)
    return alternatives(field.annotation, list(field.metadata))


def entry_allowed(field: FieldInfo) -> Allowed:
    """Return what one entry of a table field allows."""
    return Allowed(float, float(facts(field)["low"]), float(facts(field)["high"]))


def in_words(allowed: tuple[Allowed, ...]) -> str:
    """Return alternatives in words."""
    return " or ".join(str(one) for one in allowed)


def wants_text(allowed: tuple[Allowed, ...]) -> bool:
    """Tell whether text is wanted and nothing else, so that what was written is taken as it stands."""
    return all(one.type is str and not one.names for one in allowed)


def rows(model: type[Section], default: Section | None = None, prefix: tuple[str, ...] = ()) -> Iterator[Row]:
    """Yield every parameter of ``model`` in order, tables as one row, with the values of ``default``."""
    for name, field in model.model_fields.items():
        value = getattr(default, name) if default is not None else field.default
        inner = inner_model(model, name)
        if inner is not None and issubclass(inner, Section):
            yield from rows(inner, value, (*prefix, name))
        else:
            yield Row((*prefix, name), value, field, model)


def value_at(parameters: Section, path: str) -> Any:
    """Return what stands at a dotted path: a parameter, a table, or an entry of one."""
    found: Any = parameters
    for name in path.split("."):
        found = getattr(found, name)
    return found
