"""The constants record that compiled loops take: numbers and small arrays made from the parameter table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt

from sim.parameters import LONGEST_HORIZON, Parameters, Table
from sim.parameters.listing import rows, value_at
from sim.rules import reporting as rules
from sim.words.labels import CHARGE_OF_CRIME, CRIME_TYPES, FAMILIES, PATROLS
from sim.world.kept import of_parameters

Function = TypeVar("Function", bound=Callable[..., Any])
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def in_python(rule: Function) -> Function:
    """Return a rule as Python runs it: the same to the last bit, and for a few calls sooner than loading compiled code.

    What overflows raises instead of being infinite: so for numbers whose bounds are known.
    """
    compiled: Any = rule
    function: Function = compiled.py_func
    return function


log_odds, part_at_full_trust = in_python(rules.log_odds), in_python(rules.part_at_full_trust)
somebody_reports, willing_to_report = in_python(rules.somebody_reports), in_python(rules.willing_to_report)
FAMILY_OF_CRIME: Integers = np.array(
    [FAMILIES.index("violent" if crime.violent else "property") for crime in CRIME_TYPES], dtype=np.int64
)
IS_INDEX: Integers = np.array([1 if crime.index else 0 for crime in CRIME_TYPES], dtype=np.int64)
PERSON_TARGET: Integers = np.array([1 if crime.target == "person" else 0 for crime in CRIME_TYPES], dtype=np.int64)


ELSEWHERE = {
    "likely_share": "people.likely_offender_share",
    "elasticity": "crime.impunity_elasticity",
    "organization_reports": "reporting.reported",
    "response_weight": "survey.trust_weight",
    "legalization_share": "programs.legalization.share",
}
"""Parameters that are constants under another name."""


class Constants(NamedTuple):
    """Everything the engines need that does not change within a run; axes as in ``labels``.

    A field of a parameter's name takes its value from it; what is made otherwise stands in ``build_constants``.
    """

    headroom: float
    family: Integers  # 8 crime types: 0 violent, 1 property
    is_index: Integers  # 8
    person_target: Integers  # 8: 1 person, 0 household
    charge_of_crime: Integers  # 8
    own_group: Floats  # 3 groups
    travel_share: float
    repeat_share: Floats  # 2 families
    repeat_stratum: Integers  # 2
    chronic_share: Floats  # 2
    chronic_stratum: Integers  # 2
    repeats_bear: Floats  # 2: so many people bear as much as one victim of each kind does as such
    likely_share: float
    frequent_share: float
    frequent_offending: float
    propensity: Floats  # 3 statuses x 2 families, normalised
    elasticity: Floats  # 8
    displacement: float
    deterrence: float
    deterrence_reference: float
    patrol: int
    patrol_effect: float
    hot_spot_memory: float
    victim_log_odds: Floats  # 8
    third_log_odds: Floats  # 8
    officer: Floats  # 8
    organization_reports: Floats  # 8
    offset: Floats  # 3 statuses
    victim_full_trust: Floats  # 8 x 3 statuses of the victim: the chance that the victim calls at full trust
    third_full_trust: Floats  # 8 x 3 statuses of the third party
    full_trust_union: Floats  # 8 x 3 statuses of the victim x 3 of the third party
    hospital: Floats  # 8
    sensitivity: Floats  # 4 ties
    recording: Floats  # 8
    clearance: Floats  # 8
    witness_weight: float
    load_elasticity: float
    load_memory: float
    risk_memory: float
    offender_link: float
    stop_ratio: Floats  # 3
    street_felony_share: float
    fingerprints: float
    federal_record: Floats  # 3 groups x 3 statuses: newcomers
    federal_record_at_start: Floats  # 16 histories x 3 x 3 x 2 ranks (no likely offender, likely offender)
    first_booking: Floats  # 2 ranks
    prior_record: (
        Floats  # 16 x 3 groups x 3 statuses x 2 ranks x 24 records, cumulative: what those of the start brought
    )
    citizen_child_share: float
    survey_age_share: float
    held: Floats  # 10 charges
    stay: Floats
    convicted: Floats
    felony: Floats
    aggravated: Floats
    disposition_lag: Integers
    cap_interview: float
    cap_prison: float
    screening_287g: float
    screening_ease: Floats  # 3 groups
    task_force_stops: float
    task_force_officer_time: float
    detainer_issue: Floats  # 4 levels
    capacity_per_agent: float
    custody_share: float
    custody_without_detainer: float
    prison_months: float
    prison_share: float
    custody_ends: float
    removal_share: float
    at_large: Floats  # 4 levels
    notification_pickup: float
    returns: float
    return_months: float
    refill_months: float
    removal_memory: float
    incapacitation: int
    county_fade: float
    refusal_fade: float
    concern: Floats  # 2 groups
    awareness: float
    visibility: Floats  # 4 channels
    spill_over: float
    region_weight: float
    neighbour_weight: float
    household_jump: float
    acquaintance_jump: float
    acquaintances: int
    at_large_jump: float
    reassurance: float
    fear_decay: Floats  # by months since the last change
    panel_width: int
    response: float
    capture: Floats  # 8
    recall_loss: float
    response_weight: float
    legalization_share: float


def _array(table: Table) -> Floats:
    return np.array(table.values(), dtype=np.float64)


BY_HISTORY = ("federal_record_at_start", "prior_record")
"""Constants that have an entry for each history of counties."""
PLACES = 8
"""Places that a record has for histories, or a power of two times as many: loops are compiled anew for each number."""


def as_record(constants: Constants) -> npt.NDArray[np.void]:
    """Return the constants as one record in an array of length 1, which compiled loops take as a single pointer.

    Places for histories that the world does not have hold 0.
    """
    values = [np.asarray(value) for value in constants]
    for name in BY_HISTORY:
        place = Constants._fields.index(name)
        values[place] = _with_places(values[place])
    whole = [value.dtype.kind != "f" for value in values]
    kind = _record_of(tuple(whole), tuple(value.shape for value in values))
    numbers = (value.astype(np.int64) if each else value for value, each in zip(values, whole, strict=True))
    return np.frombuffer(bytearray().join(number.tobytes() for number in numbers), dtype=kind)


@cache
def _record_of(whole: tuple[bool, ...], shapes: tuple[tuple[int, ...], ...]) -> np.dtype[np.void]:
    """Return the type of a record of constants, each a number of 8 bytes or several: whether whole, and shapes."""
    types = (np.int64 if each else np.float64 for each in whole)
    return np.dtype(list(zip(Constants._fields, types, shapes, strict=True)), align=True)


def _with_places(value: Floats) -> Floats:
    """Return an array with zeros for further histories, as many as make worlds alike."""
    places = PLACES
    while places < len(value):
        places *= 2
    return np.concatenate([value, np.zeros((places - len(value), *value.shape[1:]))])


def _decay(fade: float, months: int) -> Floats:
    """Return ``(1 - fade) ** k`` for k up to ``months``, by repeated multiplication."""
    decay = np.ones(months + 1)
    for month in range(1, months + 1):
        decay[month] = decay[month - 1] * (1.0 - fade)
    return decay


def region_weight(parameters: Parameters) -> float:
    """Return the weight of the ICE region's removals in agents; the parameter is in persons."""
    scale = 1.0 if parameters.world.kind == "grid" else parameters.world.scale
    return parameters.trust.region_weight * scale


def first_booking(parameters: Parameters) -> Floats:
    """Return the chance that somebody booked is new to the police: other people, likely offenders."""
    courts = parameters.courts
    return np.array([courts.first_booking_other, courts.first_booking_likely])


def panel_width(parameters: Parameters) -> int:
    """Return one in how many slots is in the survey panel; 0 without a survey."""
    share = parameters.survey.share_of_people(parameters.world.scale, parameters.world.kind != "grid")
    return round(1.0 / share) if share > 0 else 0


@of_parameters
def reporting_parts(parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Return victim's, third party's and officer's probabilities at full trust, each for the 8 crime types.

    Solved so that their union is ``reporting.reported`` and the log chances split as the parts say.
    """
    reporting = parameters.reporting
    parts = np.empty((3, len(CRIME_TYPES)))
    for index, (crime, union) in enumerate(zip(CRIME_TYPES, reporting.reported.values(), strict=True)):
        family = "violent" if crime.violent else "property"
        victim, officer = getattr(reporting.victim_part, family), getattr(reporting.officer_part, family)
        for row, part in enumerate((victim, max(0.0, 1.0 - victim - officer), officer)):
            parts[row, index] = part_at_full_trust(union, part)
    return parts[0], parts[1], parts[2]


def bounded_log_odds(probabilities: Floats) -> Floats:
    """Return log odds, with 0 and 1 moved by 1e-12 inwards."""
    return np.array([log_odds(max(1e-12, min(1.0 - 1e-12, float(p)))) for p in probabilities])


@of_parameters
def full_trust_chances(parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Return the chances at full trust that a victim calls, that a third party does, and that somebody does.

    Axes: crime type x victim's status; crime type x third party's status; crime type x victim's x third party's.
    """
    victim_part, third_part, officer = reporting_parts(parameters)
    offset = _array(parameters.reporting.offset)
    victim, third = _willing_at_full_trust(victim_part, offset), _willing_at_full_trust(third_part, offset)
    union = np.empty((len(CRIME_TYPES), 3, 3))
    for crime, first, second in np.ndindex(union.shape):
        union[crime, first, second] = somebody_reports(
            float(victim[crime, first]), float(third[crime, second]), float(officer[crime])
        )
    return victim, third, union


def _willing_at_full_trust(part: Floats, offset: Floats) -> Floats:
    """Return the chance of a call at full trust by crime type and status, given that of a citizen by type."""
    base = bounded_log_odds(part)
    chances = [[willing_to_report(float(odds), float(more), 0.0, 1.0) for more in offset] for odds in base]
    return np.array(chances)


def _of_crime_types(parameters: Parameters) -> dict[str, Any]:
    """Return what follows from what crimes are, and from how they are reported at full trust."""
    victim, third, officer = reporting_parts(parameters)
    victim_full_trust, third_full_trust, full_trust_union = full_trust_chances(parameters)
    return {
        "family": FAMILY_OF_CRIME,
        "is_index": IS_INDEX,
        "person_target": PERSON_TARGET,
        "charge_of_crime": np.array(CHARGE_OF_CRIME, dtype=np.int64),
        "victim_log_odds": bounded_log_odds(victim),
        "third_log_odds": bounded_log_odds(third),
        "officer": officer,
        "victim_full_trust": victim_full_trust,
        "third_full_trust": third_full_trust,
        "full_trust_union": full_trust_union,
    }


def _worked_out(parameters: Parameters) -> dict[str, Any]:
    """Return what is made of several parameters, or of one in another unit."""
    enforcement, responses = parameters.enforcement, parameters.responses
    return {
        "deterrence": parameters.crime.deterrence if responses.deterrence else 0.0,
        "sensitivity": _array(parameters.trust.sensitivity) * (1.0 if responses.chilled_reporting else 0.0),
        "patrol": PATROLS.index(parameters.police.patrol),
        "repeats_bear": _array(parameters.crime.repeat_share) * _array(parameters.crime.repeat_stratum)
        + _array(parameters.crime.chronic_share) * _array(parameters.crime.chronic_stratum),
        "first_booking": first_booking(parameters),
        "screening_ease": np.array([1.0, enforcement.screening_other, 1.0]),
        "region_weight": region_weight(parameters),
        "cap_interview": enforcement.cap_interview * enforcement.cap_access,
        "cap_prison": enforcement.cap_prison * enforcement.cap_access,
        "capacity_per_agent": enforcement.capacity_per_100k / 100_000,
        "fear_decay": _decay(parameters.trust.own_fade, LONGEST_HORIZON),
        "panel_width": panel_width(parameters),
    }


def _as_declared(value: Any, kind: Any) -> Any:
    """Return the value of a parameter as ``Constants`` declares it."""
    number: Any = _array(value) if isinstance(value, Table) else value
    if kind == Integers:
        return number.round().astype(np.int64)
    return round(number) if kind is int else number


def build_constants(parameters: Parameters, solved: Mapping[str, Any]) -> Constants:
    """Return the constants of a run; ``solved`` are those that the settled state gives, by name."""
    made = {**solved, **_of_crime_types(parameters), **_worked_out(parameters)}
    plain = {name: _as_declared(value_at(parameters, path), kind) for name, (path, kind) in _plain(tuple(made)).items()}
    return Constants(**made, **plain)


@cache
def _plain(made: tuple[str, ...]) -> dict[str, tuple[str, Any]]:
    """Return parameter and type of each constant that is a parameter as it stands: those not made otherwise."""
    kinds, paths = get_type_hints(Constants), [row.path for row in rows(Parameters)]
    result = {}
    for name in Constants._fields:
        if name in made:
            continue
        found = [ELSEWHERE[name]] if name in ELSEWHERE else [".".join(path) for path in paths if path[-1] == name]
        if len(found) != 1:
            raise LookupError(f"constant {name} is made nowhere, and {len(found)} parameters have its name: {found}")
        result[name] = (found[0], kinds[name])
    return result
