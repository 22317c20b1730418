"""Which parameters can be swept, what each allows, and a scenario with some of them set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sim.parameters import Parameters, Section, Strict, Table
from sim.parameters.listing import Allowed, entry_allowed, field_alternatives, inner_model, rows
from sim.scenario.scenario import SHARED, Scenario
from sim.words.faults import did_you_mean, shortened

Value = float | int | bool | str | None
"""One value of a swept parameter; None leaves a month or a name empty."""
HEADER = ("title", "question", "source")


class Target(NamedTuple):
    """A parameter that can be swept: what it allows, its unit and meaning, and whether it can be left empty."""

    path: str
    allowed: tuple[Allowed, ...]
    unit: str
    meaning: str
    nullable: bool

    @property
    def takes_numbers(self) -> bool:
        """Tell whether numbers are among what it allows."""
        return any(one.type in (int, float) for one in self.allowed)

    @property
    def is_whole(self) -> bool:
        """Tell whether its numbers are whole."""
        types = {one.type for one in self.allowed}
        return int in types and float not in types


@cache
def targets() -> dict[str, Target]:
    """Return every parameter that can be swept, by dotted path in the order of the table."""
    found = {}
    for row in rows(Parameters):
        if row.path[0] in (*SHARED, *HEADER):
            continue
        path, name = ".".join(row.path), row.path[-1]
        meaning = row.field.description or ""
        entries = list(type(row.default).model_fields) if isinstance(row.default, Table) else []
        if not entries or name in row.section.spread:
            allowed = field_alternatives(row.section, name)
            found[path] = Target(path, allowed, row.fact("unit"), meaning, row.default is None)
        for entry in entries:
            told = f"{meaning}: {entry.replace('_', ' ')}"
            unit, allowed = row.fact("unit"), (entry_allowed(row.field),)
            found[f"{path}.{entry}"] = Target(f"{path}.{entry}", allowed, unit, told, False)
    return found


def path_problem(path: str) -> str:
    """Return why ``path`` cannot be swept, or nothing if it can."""
    if path in targets():
        return ""
    first = path.split(".")[0]
    if first in SHARED:
        return (
            "cannot be swept: points are paired run by run, in the same months of the same world; give it to all "
            "points under 'set', or write one sweep for each value" + _other_worlds(path)
        )
    if first in HEADER:
        return "cannot be swept: it is no parameter of the model"
    below = [known for known in targets() if known.startswith(f"{path}.")]
    if below:
        shown = ", ".join(below[:6]) + (", ..." if len(below) > 6 else "")
        return f"stands for several parameters; name one of {shown}"
    return f"no such parameter{_nearest(path)}"


def _other_worlds(path: str) -> str:
    return " ('set: {world: {redraw: true}}' draws a new world for each replication)" if path == "world.seed" else ""


def _nearest(path: str) -> str:
    """Return a hint at the parameter that was meant."""
    hint = did_you_mean(path, targets(), 0.75)
    if hint:
        return hint
    same_end = [known for known in targets() if known.rpartition(".")[2] == path.rpartition(".")[2]]
    if 1 <= len(same_end) <= 3:
        return f"; did you mean {' or '.join(same_end)}?"
    return did_you_mean(path, targets(), 0.5) or f" ({shortened(path)}); 'darkfigure describe' lists them"


def text_of(value: Value) -> str:
    """Return a value as files write it: in full precision, switches as words, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value)
        return text[:-2] if text.endswith(".0") else text
    return str(value)


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted path as mappings within each other; what stands below a table is written into it."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *above, last = path.split(".")
        branch = tree
        for name in above:
            branch = branch.setdefault(name, {})
        branch[last] = value
    return tree


def varied(base: Scenario, values: Mapping[str, Value], name: str) -> Scenario:
    """Return ``base`` with the parameters ``values``, by dotted path, and called ``name``.

    One number for a table stands for all its entries, as in a scenario file.

    Raises
    ------
    pydantic.ValidationError
        Where a value is not allowed, or contradicts another.
    """
    data = base.parameters.model_dump()
    for path, value in values.items():
        _set(data, path.split("."), value)
    return Scenario(name, Parameters.model_validate(data), base.path, base.folder)


def _set(data: dict[str, Any], path: list[str], value: Value) -> None:
    """Write one value into the nested plain values of all parameters."""
    model: type[Strict] = Parameters
    for part in path[:-1]:
        data, model = data[part], inner_model(model, part) or model
    field = model.model_fields[path[-1]]
    if isinstance(field.default, Table) and isinstance(value, (int, float)) and issubclass(model, Section):
        data[path[-1]] = model.spread_one(path[-1], float(value), data[path[-1]])
    else:
        data[path[-1]] = value
