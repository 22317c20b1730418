"""The world when nothing happens: crime rates solved so that expected recorded crime equals what police recorded.

A deterministic fixed point. Offenders in jail commit no crime; how many are in jail follows from crime, arrests and
stays. The solution gives the true rates, the jail occupancy with which worlds start, and what is expected each month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.rules.clearance import RISK_UNIT
from sim.words.codes import STREET_FELONY, STREET_MISDEMEANOR
from sim.words.faults import UserError
from sim.words.labels import CHARGE_OF_CRIME, CHARGES, FAMILIES
from sim.world.constants import FAMILY_OF_CRIME, full_trust_chances
from sim.world.counties.building import Counties

Floats = npt.NDArray[np.float64]
ITERATIONS = 200
TOLERANCE = 1e-13
MONTHLY = 1.0 / (100_000 * 12)


@dataclass(frozen=True)
class Baseline:
    """What is expected in each of K counties in a month in which nobody fears and no program runs."""

    group_share: Floats  # K x 3 groups, of people
    status_share: Floats  # K x 3 groups x 3 statuses, of the group
    propensity: Floats  # 3 statuses x 2 families, mean 1 over people
    opportunity_rate: Floats  # K: expected offences per slot and month at multipliers 1, all types
    type_cumulative: Floats  # K x 8: cumulative shares of types
    organization_opportunity: Floats  # K x 8: share of opportunities with an organization as target
    street_rate: Floats  # K: street encounters per slot and month
    jailed_share: Floats  # K x 3 groups x 3 statuses x 3 offender classes
    stay_cumulative: Floats  # same x 10 charges: on which charge those in jail are held, cumulative
    expected_risk: Floats  # K x 3 target groups x 2 families: sum of risk units per slot and month
    expected_recorded: Floats  # K x 8: recorded crimes per slot and month
    expected_removable: Floats  # K: removable people booked per slot and month (unauthorized people)


def expected_shares(parameters: Parameters, counties: Counties) -> tuple[Floats, Floats]:
    """Return group shares (K x 3) and status shares within groups (K x 3 x 3).

    The Hispanic share of noncitizens and of unauthorized people is the national one, bounded by how many Hispanic
    people live in the county.
    """
    people = parameters.people
    hispanic, noncitizen = counties.hispanic_share, counties.noncitizen_share
    least = noncitizen - 0.9 * (1.0 - hispanic)
    hispanic_noncitizen = np.maximum(people.noncitizen_hispanic_share * noncitizen, least)
    hispanic_noncitizen = np.minimum(hispanic_noncitizen, 0.9 * hispanic)
    other_noncitizen = np.minimum(noncitizen - hispanic_noncitizen, 1.0 - hispanic)
    unauthorized = people.unauthorized_share * noncitizen
    hispanic_unauthorized = np.minimum(people.unauthorized_hispanic_share * unauthorized, 0.95 * hispanic_noncitizen)
    other_unauthorized = np.minimum(unauthorized - hispanic_unauthorized, 0.95 * other_noncitizen)
    groups = np.stack([hispanic, other_noncitizen, 1.0 - hispanic - other_noncitizen], axis=1)
    statuses = np.zeros((len(hispanic), 3, 3))
    with np.errstate(invalid="ignore", divide="ignore"):
        statuses[:, 0, 2] = np.nan_to_num(hispanic_unauthorized / hispanic)
        statuses[:, 0, 1] = np.nan_to_num((hispanic_noncitizen - hispanic_unauthorized) / hispanic)
        statuses[:, 1, 2] = np.nan_to_num(other_unauthorized / other_noncitizen)
    statuses[:, 0, 0] = 1.0 - statuses[:, 0, 1] - statuses[:, 0, 2]
    statuses[:, 1, 1] = 1.0 - statuses[:, 1, 2]
    statuses[:, 2, 0] = 1.0
    return groups, statuses


def class_weights(parameters: Parameters) -> tuple[Floats, Floats]:
    """Return offending relative to the mean, and share of people, for frequent, other likely and ordinary people."""
    people = parameters.people
    share = np.array([people.frequent_share * people.likely_offender_share, 0.0, 1.0 - people.likely_offender_share])
    share[1] = people.likely_offender_share - share[0]
    offending = np.array([people.frequent_offending, 1.0 - people.frequent_offending, 0.0])
    weight = np.divide(offending, share, out=np.zeros(3), where=share > 0)
    return weight, share


def normalised_propensity(parameters: Parameters, weights: Floats, statuses: Floats) -> Floats:
    """Return propensity by status and family with mean 1 over the world's people; ``weights`` is people, K x 3.

    ``UserError`` where nobody of the world has a propensity above 0.
    """
    crime = parameters.crime
    table = np.array([crime.propensity_violent.values(), crime.propensity_property.values()]).T
    people_by_status = np.einsum("kg,kgs->s", weights, statuses) / weights.sum()
    mean = people_by_status @ table
    for family, value in zip(FAMILIES, mean, strict=True):
        if value <= 0:
            raise UserError(
                f"crime.propensity_{family} is 0 for every status that lives in this world; "
                "at least one of them needs a number above 0"
            )
    result: Floats = table / mean
    return result


def _stays(rates: Floats, held: Floats, stay: Floats) -> tuple[Floats, Floats]:
    """Return expected months in jail per free month, and its split by charge; ``rates`` is arrests, ... x 10 charges.

    A person is booked once a month on the gravest charge; charges are ordered gravest first.
    """
    graver = np.cumsum(rates, axis=-1) - rates
    booked = np.exp(-graver) * -np.expm1(-rates)
    by_charge = booked * held * np.maximum(1.0, stay)
    return by_charge.sum(axis=-1), by_charge


def solve_baseline(parameters: Parameters, counties: Counties) -> Baseline:
    """Return the fixed point; expected recorded crime equals ``counties.recorded_per_100k`` to 1e-6 of itself."""
    groups, statuses = expected_shares(parameters, counties)
    propensity = normalised_propensity(parameters, groups * counties.persons[:, None], statuses)
    weight, class_share = class_weights(parameters)
    crime, police, courts = parameters.crime, parameters.police, parameters.courts
    own = np.array(crime.own_group.values())
    reported = np.array(parameters.reporting.reported.values())
    recording, clearance = np.array(police.recording.values()), np.array(police.clearance.values())
    solved = recording * clearance
    by_people = np.einsum("kgs,kgt,jst->kgj", statuses, statuses, full_trust_chances(parameters)[2])
    organization = np.array(crime.organization_share.values())
    goal = counties.recorded_per_100k * MONTHLY
    offending = np.array([parameters.people.frequent_offending, 1.0 - parameters.people.frequent_offending, 0.0])
    link = police.offender_link
    stops = np.array(police.stop_ratio.values())
    street_class = link * weight + (1.0 - link)
    street_goal = police.street_arrests_per_100k * MONTHLY
    charge = np.array(CHARGE_OF_CRIME)
    held, stay = np.array(courts.held.values()), np.array(courts.stay.values())
    count = len(counties.code)
    free = np.ones((count, 3, 3, 3))
    for _ in range(ITERATIONS):
        present = np.einsum("kgs,c,kgsc->kg", statuses, class_share, free)
        active = np.einsum("kgs,sf,c,kgsc->kgf", statuses, propensity, offending, free)[:, :, FAMILY_OF_CRIME]
        anyone = np.einsum("kg,kgj->kj", groups, active)
        by_group = (groups * present)[:, :, None] * (own[:, None] * active + (1 - own[:, None]) * anyone[:, None, :])
        person = by_group.sum(axis=1)
        told = (by_group * by_people).sum(axis=1)
        by_organizations = reported * anyone
        opening = organization * told / ((1.0 - organization) * by_organizations + organization * told)
        factor = (1.0 - opening) * told + opening * by_organizations
        rate = np.divide(goal, recording * factor, out=np.zeros_like(goal), where=factor > 0)
        share_told = np.divide(told, person, out=np.zeros_like(told), where=person > 0)
        elsewhere = np.einsum("kg,g->k", groups * present, 1.0 - own)
        exposure = own[None, :] * present + elsewhere[:, None]
        against_people = ((1.0 - opening) * share_told)[:, None, :] * exposure[:, :, None]
        reports = rate[:, None, :] * (against_people + (opening * reported)[:, None, :])
        usual = np.einsum("kg,g,kgs,c,kgsc->k", groups, stops, statuses, street_class * class_share, free)
        street = np.divide(street_goal, usual, out=np.zeros(count), where=usual > 0)
        arrests = np.zeros((count, 3, 3, 3, len(CHARGES)))
        per_person = np.einsum("kgj,c,sj->kgscj", reports * solved, weight, propensity[:, FAMILY_OF_CRIME])
        arrests[..., charge] = per_person
        streets = (street[:, None] * stops)[:, :, None, None] * street_class
        arrests[..., STREET_FELONY] = streets * police.street_felony_share
        arrests[..., STREET_MISDEMEANOR] = streets * (1.0 - police.street_felony_share)
        months, by_charge = _stays(arrests, held, stay)
        updated = 1.0 / (1.0 + months)
        change = float(np.abs(updated - free).max())
        free = updated
        if change < TOLERANCE:
            break
    total = rate.sum(axis=1)
    cumulative = np.cumsum(np.divide(rate, total[:, None], out=np.zeros_like(rate), where=total[:, None] > 0), axis=1)
    cumulative[:, -1] = 1.0
    against = (rate * (1.0 - opening))[:, None, :] * by_group
    risk = against * np.floor(by_people * solved * RISK_UNIT)
    expected_risk = np.stack(
        [risk[:, :, np.flatnonzero(np.equal(FAMILY_OF_CRIME, family))].sum(axis=2) for family in (0, 1)], axis=2
    )
    split = np.cumsum(
        np.divide(by_charge, months[..., None], where=months[..., None] > 0, out=np.zeros_like(by_charge)), -1
    )
    split[..., -1] = 1.0
    booked = -np.expm1(-arrests.sum(axis=-1)) * free
    removable = np.einsum("kg,kg,c,kgc->k", groups, statuses[:, :, 2], class_share, booked[:, :, 2, :])
    return Baseline(
        group_share=groups,
        status_share=statuses,
        propensity=propensity,
        opportunity_rate=total,
        type_cumulative=cumulative,
        organization_opportunity=opening,
        street_rate=street,
        jailed_share=1.0 - free,
        stay_cumulative=split,
        expected_risk=expected_risk,
        expected_recorded=rate * factor * recording,
        expected_removable=removable,
    )
