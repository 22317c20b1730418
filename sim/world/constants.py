"""The constants record that compiled loops take: numbers and small arrays made from the parameter table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.parameters import LONGEST_HORIZON, Parameters, Table
from sim.rules.reporting import log_odds, part_at_full_trust, somebody_reports, willing_to_report
from sim.words.labels import CHARGE_OF_CRIME, CRIME_TYPES

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
PATROLS = ("even", "population", "hot_spots")
FAMILY_OF_CRIME: Integers = np.array([0 if crime.violent else 1 for crime in CRIME_TYPES], dtype=np.int64)
IS_INDEX: Integers = np.array([1 if crime.index else 0 for crime in CRIME_TYPES], dtype=np.int64)
PERSON_TARGET: Integers = np.array([1 if crime.target == "person" else 0 for crime in CRIME_TYPES], dtype=np.int64)


class Constants(NamedTuple):
    """Everything the engines need that does not change within a run; axes as in ``labels``."""

    headroom: float
    family: Integers  # 8 crime types: 0 violent, 1 property
    is_index: Integers  # 8
    person_target: Integers  # 8: 1 person, 0 household
    charge_of_crime: Integers  # 8
    own_group: Floats  # 3 groups
    travel_share: float
    repeat_share: Floats  # 2 families
    repeat_stratum: Integers  # 2
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
    federal_record: Floats  # 3 groups x 3 statuses
    prior_felony: Floats  # 2: ordinary, likely
    prior_misdemeanor: Floats  # 2
    prior_repeat: float
    prior_aggravated: float
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
    task_force_stops: float
    task_force_officer_time: float
    detainer_issue: Floats  # 4 levels
    capacity_per_agent: float
    custody_share: float
    custody_ends: float
    removal_share: float
    at_large: float
    notification_pickup: float
    returns: float
    return_months: float
    refill: float
    refill_months: float
    removal_memory: float
    incapacitation: int
    county_fade: float
    awareness: float
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
    response_weight: float
    legalization_share: float


def _array(table: Table) -> Floats:
    return np.array(table.values(), dtype=np.float64)


def as_record(constants: Constants) -> npt.NDArray[np.void]:
    """Return the constants as one record in an array of length 1, which compiled loops take as a single pointer."""
    fields: list[tuple[str, type, tuple[int, ...]]] = []
    for name, value in constants._asdict().items():
        array = np.asarray(value)
        fields.append((name, np.float64 if array.dtype.kind == "f" else np.int64, array.shape))
    record = np.zeros(1, dtype=np.dtype(fields, align=True))
    for name, value in constants._asdict().items():
        record[name] = value
    return record


def _decay(fade: float, months: int) -> Floats:
    """Return ``(1 - fade) ** k`` for k up to ``months``, by repeated multiplication."""
    decay = np.ones(months + 1)
    for month in range(1, months + 1):
        decay[month] = decay[month - 1] * (1.0 - fade)
    return decay


def _federal_record(parameters: Parameters) -> Floats:
    """Return the share with a federal fingerprint record by group and status."""
    table = np.tile(_array(parameters.booking.federal_record), (3, 1))
    table[0, 0] = parameters.booking.federal_record_hispanic_citizen
    return table


def panel_width(parameters: Parameters) -> int:
    """Return one in how many slots is in the survey panel; 0 without a survey."""
    survey, world = parameters.survey, parameters.world
    whole_nation = world.kind != "grid" and world.scale >= 0.5
    share = survey.panel_share_nation if whole_nation else survey.panel_share
    return round(1.0 / share) if share > 0 else 0


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


def _bounded_log_odds(probabilities: Floats) -> Floats:
    """Return log odds, with 0 and 1 moved by 1e-12 inwards."""
    return np.array([log_odds(max(1e-12, min(1.0 - 1e-12, float(p)))) for p in probabilities])


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
    base = _bounded_log_odds(part)
    chances = [[willing_to_report(float(odds), float(more), 0.0, 1.0) for more in offset] for odds in base]
    return np.array(chances)


def build_constants(parameters: Parameters, propensity: Floats, deterrence_reference: float) -> Constants:
    """Return the constants of a run; ``propensity`` (3 x 2, mean 1) and the reference come from the baseline."""
    crime, police, trust, courts = parameters.crime, parameters.police, parameters.trust, parameters.courts
    enforcement, responses, people = parameters.enforcement, parameters.responses, parameters.people
    victim, third, officer = reporting_parts(parameters)
    victim_full_trust, third_full_trust, full_trust_union = full_trust_chances(parameters)
    sensitivity = _array(trust.sensitivity) * (1.0 if responses.chilled_reporting else 0.0)
    return Constants(
        headroom=crime.headroom,
        family=FAMILY_OF_CRIME,
        is_index=IS_INDEX,
        person_target=PERSON_TARGET,
        charge_of_crime=np.array(CHARGE_OF_CRIME, dtype=np.int64),
        own_group=_array(crime.own_group),
        travel_share=crime.travel_share,
        repeat_share=_array(crime.repeat_share),
        repeat_stratum=np.array(crime.repeat_stratum.values()).round().astype(np.int64),
        likely_share=people.likely_offender_share,
        frequent_share=people.frequent_share,
        frequent_offending=people.frequent_offending,
        propensity=propensity,
        elasticity=_array(crime.impunity_elasticity),
        displacement=crime.displacement,
        deterrence=crime.deterrence if responses.deterrence else 0.0,
        deterrence_reference=deterrence_reference,
        patrol=PATROLS.index(police.patrol),
        patrol_effect=police.patrol_effect,
        hot_spot_memory=police.hot_spot_memory,
        victim_log_odds=_bounded_log_odds(victim),
        third_log_odds=_bounded_log_odds(third),
        officer=officer,
        organization_reports=_array(parameters.reporting.reported),
        offset=_array(parameters.reporting.offset),
        victim_full_trust=victim_full_trust,
        third_full_trust=third_full_trust,
        full_trust_union=full_trust_union,
        sensitivity=sensitivity,
        recording=_array(police.recording),
        clearance=_array(police.clearance),
        witness_weight=police.witness_weight,
        load_elasticity=police.load_elasticity,
        load_memory=police.load_memory,
        risk_memory=crime.risk_memory,
        offender_link=police.offender_link,
        stop_ratio=_array(police.stop_ratio),
        street_felony_share=police.street_felony_share,
        fingerprints=parameters.booking.fingerprints,
        federal_record=_federal_record(parameters),
        prior_felony=np.array([courts.prior_felony_other, courts.prior_felony_likely]),
        prior_misdemeanor=np.array([courts.prior_misdemeanor_other, courts.prior_misdemeanor_likely]),
        prior_repeat=courts.prior_repeat,
        prior_aggravated=courts.prior_aggravated,
        citizen_child_share=people.citizen_child_share,
        survey_age_share=people.survey_age_share,
        held=_array(courts.held),
        stay=_array(courts.stay),
        convicted=_array(courts.convicted),
        felony=_array(courts.felony),
        aggravated=_array(courts.aggravated),
        disposition_lag=np.array(courts.disposition_lag.values()).round().astype(np.int64),
        cap_interview=enforcement.cap_interview * enforcement.cap_access,
        cap_prison=enforcement.cap_prison * enforcement.cap_access,
        screening_287g=enforcement.screening_287g,
        task_force_stops=enforcement.task_force_stops,
        task_force_officer_time=enforcement.task_force_officer_time,
        detainer_issue=_array(enforcement.detainer_issue),
        capacity_per_agent=enforcement.capacity_per_100k / 100_000,
        custody_share=enforcement.custody_share,
        custody_ends=enforcement.custody_ends,
        removal_share=enforcement.removal_share,
        at_large=enforcement.at_large,
        notification_pickup=enforcement.notification_pickup,
        returns=enforcement.returns,
        return_months=enforcement.return_months,
        refill=enforcement.refill,
        refill_months=enforcement.refill_months,
        removal_memory=enforcement.removal_memory,
        incapacitation=int(responses.incapacitation),
        county_fade=trust.county_fade,
        awareness=trust.awareness,
        region_weight=trust.region_weight,
        neighbour_weight=trust.neighbour_weight,
        household_jump=trust.household_jump,
        acquaintance_jump=trust.acquaintance_jump,
        acquaintances=round(trust.acquaintances),
        at_large_jump=trust.at_large_jump,
        reassurance=trust.reassurance,
        fear_decay=_decay(trust.own_fade, LONGEST_HORIZON),
        panel_width=panel_width(parameters),
        response=parameters.survey.response,
        capture=_array(parameters.survey.capture),
        response_weight=parameters.survey.trust_weight,
        legalization_share=parameters.programs.legalization.share,
    )
