"""The dials of the page: each is a parameter, with the range shown, the range allowed and its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sim.doors.explore.posterior import known_of
from sim.doors.explore.refusals import Refused
from sim.parameters import Parameters, Table
from sim.parameters.listing import Row, field_alternatives, in_words, plain_number, rows, value_at
from sim.words.calendar import month_after, month_number

Setting = bool | float | str
FIRST_AGREEMENTS = 24
"""Months into the run in which 287(g) agreements begin where the scenario has no month for them."""
LEAST_PEOPLE, MOST_PEOPLE = 2_000, 2_000_000


class Dial(NamedTuple):
    """A dial.

    Attributes
    ----------
    name, label : str
        In requests and addresses, and on the page.
    path : str
        The parameter it sets.
    low, high, step : float
        The range shown.
    part : str
        Where it stands on the page.
    entry : str
        Of a table: whose value is shown. The others keep their ratio to it, or are set to the same.
    """

    name: str
    label: str
    path: str
    low: float
    high: float
    step: float
    part: str
    entry: str = ""


DIALS = (
    Dial("cooperation", "Share of detainers honoured", "detainers.cooperation", 0, 1, 0.05, "Counties", "level_1"),
    Dial("sensitivity", "Sensitivity to lost trust", "trust.sensitivity", 0, 6, 0.1, "Trust", "unauthorized"),
    Dial("publicity", "Publicity of activations", "trust.publicity_activation", 0, 3, 0.1, "Trust"),
    Dial("visibility", "Visibility of removals", "trust.visibility", 0, 3, 0.1, "Trust", "jail"),
    Dial("awareness", "Fear by news of removals", "trust.awareness", 0, 0.1, 0.005, "Trust"),
    Dial("fade", "Share of county fear that fades in a month", "trust.county_fade", 0, 0.25, 0.01, "Trust"),
    Dial("presence", "Lasting fear of a program in force", "trust.presence", 0, 0.2, 0.01, "Trust"),
    Dial("deterrence", "Deterrence by the risk of removal", "crime.deterrence", 0, 1, 0.05, "Offending"),
    Dial(
        "elasticity",
        "Response of offending to a falling risk",
        "crime.impunity_elasticity",
        0,
        1.5,
        0.05,
        "Offending",
        "burglary",
    ),
    Dial("agreements", "287(g), jail model", "programs.agreement_287g_jail.counties", 0, 1, 0.05, "Programs"),
    Dial(
        "task_forces", "287(g), task force model", "programs.agreement_287g_task_force.counties", 0, 1, 0.05, "Programs"
    ),
    Dial("shift", "Secure Communities, moved by", "programs.secure_communities.shift", -48, 48, 1, "Programs"),
    Dial("not_before", "Secure Communities, first month", "programs.secure_communities.start", 0, 1, 1, "Programs"),
    Dial("people", "People", "world.people", 10_000, 1_000_000, 1, "Size"),
    Dial("scale", "Agents per person", "world.scale", 0.0005, 0.02, 0.0005, "Size"),
)
SWITCHES = {
    "incapacitation": "People removed are gone",
    "deterrence_on": "The risk of removal deters",
    "chilled": "Lost trust lowers reporting",
}
_RESPONSES = {
    "incapacitation": "responses.incapacitation",
    "deterrence_on": "responses.deterrence",
    "chilled": "responses.chilled_reporting",
}
ROLLOUTS = {"file": "county by county, at the course of the rollout", "all": "everywhere at once", "none": "nowhere"}
_BY_NAME = {dial.name: dial for dial in DIALS}


def catalogue_of_dials() -> list[dict[str, Any]]:
    """Return what the page needs to know of each dial."""
    table = {".".join(row.path): row for row in rows(Parameters)}
    return [_told(dial, table[dial.path]) for dial in DIALS]


def _told(dial: Dial, row: Row) -> dict[str, Any]:
    known = known_of(dial.path)
    return {
        **dial._asdict(),
        "meaning": _PROGRAM_MEANING.get(dial.name, row.field.description or ""),
        "unit": row.fact("unit"),
        "source": row.fact("source"),
        "known": None if known is None else known._asdict(),
        "allowed": in_words(field_alternatives(row.section, row.path[-1])),
    }


_AGREEMENTS = (
    f"Share of counties with an agreement, from month {FIRST_AGREEMENTS + 1} on unless the scenario has a month for it"
)
_PROGRAM_MEANING = {
    "agreements": _AGREEMENTS + "; deputised jail officers screen everyone booked",
    "task_forces": _AGREEMENTS + "; deputised officers make immigration arrests on patrol",
    "shift": "Months by which every county begins earlier or later than dated",
    "not_before": "No county begins before this month, which is moved as well",
}


def standing(parameters: Parameters) -> dict[str, Setting]:
    """Return where the dials stand in a scenario: what the page shows until one is moved."""
    found: dict[str, Setting] = {dial.name: _value(dial, parameters) for dial in DIALS}
    found["rollout"] = _rollout(parameters)
    return {**found, **{name: bool(value_at(parameters, path)) for name, path in _RESPONSES.items()}}


def _rollout(parameters: Parameters) -> str:
    which = parameters.programs.secure_communities.counties
    return which if isinstance(which, str) and which in ROLLOUTS else "own"


def _value(dial: Dial, parameters: Parameters) -> Setting:
    value = value_at(parameters, dial.path)
    if dial.name in ("agreements", "task_forces"):
        named = {"none": 0.0, "all": 1.0}
        return float(value) if isinstance(value, float) else named.get(str(value), -1.0)
    if dial.name == "not_before":
        return max(0, month_number(value) - month_number(parameters.start)) if value else 0
    return _shown_value(dial, value)


def _shown_value(dial: Dial, value: Any) -> float:
    return float(getattr(value, dial.entry)) if isinstance(value, Table) else float(value or 0)


def changes_of(dials: Mapping[str, Setting], parameters: Parameters) -> dict[str, Any]:
    """Return the changes of a scenario's ``parameters`` that dials stand for.

    Raises
    ------
    Refused
        Where there is no such dial, or it cannot stand there.
    """
    made = (_change(name, value, parameters) for name, value in dials.items())
    return {path: value for change in made for path, value in change.items()}


def _change(name: str, value: Setting, parameters: Parameters) -> dict[str, Any]:
    if name in _RESPONSES:
        if not isinstance(value, bool):
            raise Refused(422, f"{name}: is true or false")
        return {_RESPONSES[name]: value}
    if name == "rollout":
        if value not in ROLLOUTS:
            raise Refused(422, f"rollout: allowed is {', '.join(ROLLOUTS)}")
        return {"programs.secure_communities.counties": value}
    dial = _BY_NAME.get(name)
    if dial is None:
        raise Refused(422, f"{name}: no such dial; there are {', '.join((*_BY_NAME, *_RESPONSES, 'rollout'))}")
    if isinstance(value, (bool, str)):
        raise Refused(422, f"{name}: is a number")
    return _SETTERS.get(name, _plain)(dial, value, parameters)


def _plain(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    return {dial.path: value}


def _people(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    if parameters.world.kind != "grid":
        raise Refused(422, "people: only a made grid has a number of people; set scale")
    if not LEAST_PEOPLE <= value <= MOST_PEOPLE or value != int(value):
        raise Refused(422, f"people: a whole number from {LEAST_PEOPLE:,} to {MOST_PEOPLE:,}")
    return {dial.path: int(value)}


def _scale(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    if parameters.world.kind == "grid":
        raise Refused(422, "scale: a made grid has one agent per person; set people")
    return {dial.path: value}


def _in_ratio(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    """Set one entry of a table; the others keep their ratio to it."""
    own: Table = value_at(parameters, dial.path)
    usual: Table = value_at(Parameters(), dial.path)
    entries = own if getattr(own, dial.entry) else usual
    shown = float(getattr(entries, dial.entry))
    top = {name: entry / shown * value for name, entry in entries.model_dump().items()}
    return {dial.path: {name: float(plain_number(min(10.0, entry))) for name, entry in top.items()}}


def _where_not_zero(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    """Set all entries of a table that are not zero by default: homicide has no elasticity."""
    usual: Table = value_at(Parameters(), dial.path)
    return {dial.path: {name: value for name, entry in usual.model_dump().items() if entry}}


def _agreement(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    program = dial.path.rpartition(".")[0]
    own = value_at(parameters, program)
    if not 0 <= value <= 1:
        raise Refused(422, f"{dial.name}: a share of counties from 0 to 1")
    begin = own.start or month_after(parameters.start, min(FIRST_AGREEMENTS, parameters.months - 1))
    return {dial.path: value or "none", f"{program}.start": begin}


def _shift(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    if value != int(value):
        raise Refused(422, "shift: a whole number of months")
    return {dial.path: int(value)}


def _not_before(dial: Dial, value: float, parameters: Parameters) -> dict[str, Any]:
    if not (0 <= value < parameters.months and value == int(value)):
        raise Refused(422, f"not_before: a month from 0 to {parameters.months - 1}")
    return {dial.path: month_after(parameters.start, int(value))}


_SETTERS: dict[str, Callable[[Dial, float, Parameters], dict[str, Any]]] = {
    "people": _people,
    "scale": _scale,
    "visibility": _in_ratio,
    "elasticity": _where_not_zero,
    "agreements": _agreement,
    "task_forces": _agreement,
    "shift": _shift,
    "not_before": _not_before,
}
