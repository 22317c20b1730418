"""How a parameter is declared: one line with default, unit, allowed range, source and meaning."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

ASSUMPTION = "assumption"
"""The source of a constant for which no published figure was found; ``describe`` lists these as such."""

TABLE_FILE = r"\.[A-Za-z][A-Za-z0-9]*$"
"""The pattern of a text that names a file of rows: it ends like ``list.csv``."""


class Strict(BaseModel):
    """A model that refuses unknown names and does not change after creation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Table(Strict):
    """One number for each name of an axis (crime types, groups, statuses, levels, charges)."""

    @classmethod
    def same(cls, value: float, **others: float) -> Self:
        """Return the table with ``value`` for every name but ``others``."""
        return cls(**{**dict.fromkeys(cls.model_fields, value), **others})

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of the axis."""
        given = vars(self)
        return tuple(float(given[name]) for name in type(self).model_fields)


class ByCrime(Table):
    """One number for each crime type."""

    homicide: float
    rape: float
    robbery: float
    aggravated_assault: float
    burglary: float
    larceny: float
    motor_vehicle_theft: float
    simple_assault: float


class ByGroup(Table):
    """One number for each population group."""

    hispanic: float
    other_noncitizen: float
    other: float


class ByStatus(Table):
    """One number for each legal status."""

    citizen: float
    lawful_noncitizen: float
    unauthorized: float


class ByTie(Table):
    """One number for each tie to enforcement: own status, and for citizens that of the household."""

    citizen: float
    citizen_mixed_household: float
    lawful_noncitizen: float
    unauthorized: float


class ByLevel(Table):
    """One number for each level of criminal record (1 the gravest)."""

    level_1: float
    level_2: float
    level_3: float
    none: float


class ByCommunity(Table):
    """One number for each group of the community that enforcement touches."""

    hispanic: float
    other_noncitizen: float


class ByChannel(Table):
    """One number for each way in which ICE gets hold of people."""

    jail: float
    prison: float
    at_large: float
    task_force: float


class ByCharge(Table):
    """One number for each charge a person can be booked on."""

    homicide: float
    rape: float
    robbery: float
    aggravated_assault: float
    burglary: float
    motor_vehicle_theft: float
    larceny: float
    street_felony: float
    simple_assault: float
    street_misdemeanor: float


class ByFamily(Table):
    """One number for violent and one for property crime."""

    violent: float
    property: float


def number(default: float, unit: str, low: float, high: float, source: str, meaning: str) -> Any:
    """Declare a number with its unit, inclusive range and source."""
    facts: dict[str, Any] = {"unit": unit, "source": source}
    return Field(default=float(default), ge=low, le=high, description=meaning, json_schema_extra=facts)


def share_of(default: float, of: str, source: str, meaning: str) -> Any:
    """Declare a share_of, from 0 to 1, ``of`` something; of nothing named where that is empty."""
    return number(default, f"share of {of}" if of else "share", 0, 1, source, meaning)


def table(default: Table, unit: str, low: float, high: float, source: str, meaning: str) -> Any:
    """Declare a table whose every entry has the same unit and inclusive range."""
    facts: dict[str, Any] = {"unit": unit, "source": source, "low": low, "high": high}
    return Field(default=default, description=meaning, json_schema_extra=facts)


def choice(default: Any, unit: str, source: str, meaning: str) -> Any:
    """Declare a switch, a name, a date or a file path; its type says what is allowed."""
    return Field(default=default, description=meaning, json_schema_extra={"unit": unit, "source": source})


def refusal(*entries: tuple[str | tuple[str, ...], Any, str]) -> ValidationError:
    """Return the error that refuses entries, each given as name or path, value and what is wrong."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("refused", "{reason}", {"reason": reason}),
            loc=(where,) if isinstance(where, str) else where,
            input=value,
        )
        for where, value, reason in entries
    ]
    return ValidationError.from_exception_data("parameters", details)


class Section(Strict):
    """A named part of the parameter table; it checks the range of every table entry."""

    spread: ClassVar[tuple[str, ...]] = ()
    """Fields of type table for which one number stands for all entries."""

    @model_validator(mode="before")
    @classmethod
    def _spread_numbers(cls, data: Any) -> Any:
        """Write a single number given for a table as that number in every entry, and fill entries left out."""
        if not isinstance(data, dict):
            return data
        filled = dict(data)
        for name, value in data.items():
            field = cls.model_fields.get(name)
            if field is None or not isinstance(field.default, Table):
                continue
            entries = field.default.model_dump()
            if isinstance(value, (int, float)) and not isinstance(value, bool) and name in cls.spread:
                filled[name] = cls.spread_one(name, float(value), entries)
            elif isinstance(value, dict):
                filled[name] = {**entries, **value}
        return filled

    @classmethod
    def spread_one(cls, name: str, value: float, entries: dict[str, float]) -> dict[str, float]:
        """Return the table that the single number ``value`` given for field ``name`` stands for."""
        return dict.fromkeys(entries, value)

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        """Check every entry of a table against the range that is declared for all of them."""
        outside = []
        for name, field in type(self).model_fields.items():
            value, facts = getattr(self, name), field.json_schema_extra
            if isinstance(value, Table) and isinstance(facts, dict):
                low, high = float(str(facts["low"])), float(str(facts["high"]))
                wrong = {entry: number for entry, number in vars(value).items() if not low <= number <= high}
                outside += [((name, entry), wrong[entry], f"allowed is {low:g} to {high:g}") for entry in wrong]
        if outside:
            raise refusal(*outside)
        return self
