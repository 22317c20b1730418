"""Who lives in the counties: groups, statuses, classes of offenders, and how much each offends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.faults import UserError
from sim.words.labels import FAMILIES
from sim.world.counties.building import Counties

Floats = npt.NDArray[np.float64]


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


def tied_households(parameters: Parameters, statuses: Floats) -> tuple[Floats, Floats]:
    """Return by county the share of Hispanic households with noncitizens, and the noncitizen share within them."""
    noncitizen = statuses[:, 0, 1] + statuses[:, 0, 2]
    within = np.maximum(parameters.people.household_concentration, noncitizen)
    return noncitizen / within, within


def mixed_citizens(parameters: Parameters, statuses: Floats) -> Floats:
    """Return by county the share of Hispanic citizens who live with a noncitizen, in households of four."""
    tied, within = tied_households(parameters, statuses)
    citizens = tied * (1.0 - within) + (1.0 - tied)
    with_noncitizen = tied * (1.0 - within) * (1.0 - (1.0 - within) ** 3)
    return np.divide(with_noncitizen, citizens, out=np.zeros_like(tied), where=citizens > 0)


def ties(parameters: Parameters, statuses: Floats) -> Floats:
    """Return shares of ties to enforcement by county, community group and status, K x 2 x 3 statuses x 4 ties."""
    result = np.zeros((len(statuses), 2, 3, 4))
    mixed = mixed_citizens(parameters, statuses)
    result[:, 0, 0, 1], result[:, 0, 0, 0] = mixed, 1.0 - mixed
    result[:, 1, 0, 0] = 1.0
    result[:, :, 1, 2] = result[:, :, 2, 3] = 1.0
    return result
