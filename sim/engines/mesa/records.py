"""What passes between agents: incidents, arrests, bookings, what is due in later months, and the month's book."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.rules.detainer import channel_of, is_imprisoned
from sim.rules.offending import intensity, is_taken
from sim.rules.reporting import first_caller
from sim.rules.survey import TRUST_UNIT
from sim.words.codes import (
    ADDED_BY_IMPUNITY,
    AFTER_DECLINED_DETAINER,
    ARRESTED_AT_LARGE,
    ARRESTS_SHAPE,
    AWAY,
    BALANCE_SHAPE,
    CRIME_SHAPE,
    ENFORCEMENT_SHAPE,
    IN_CUSTODY,
    JAILED,
    NOTHING,
    ORGANIZATION,
    PEOPLE,
    PEOPLE_SHAPE,
    PREVENTED_BY_DETERRENCE,
    PREVENTED_BY_REMOVAL,
    RESPONDENTS,
    STREET_FELONY,
    STREET_MISDEMEANOR,
)
from sim.words.luck import CALLS

if TYPE_CHECKING:
    from sim.engines.mesa.places import County, Neighbourhood
    from sim.engines.mesa.residents import Resident

Array = npt.NDArray[Any]


@dataclass(slots=True)
class Incident:
    """An opportunity for crime and what becomes of it; each phase fills in its part."""

    place: Neighbourhood
    number: int  # in its cell this month
    crime: int
    group: int  # of the target; ORGANIZATION where there is no person
    target: Resident | None
    offender: Resident  # who may be gone
    decides: float  # uniform on which the offender decides
    recorded: bool = False
    readiness: float = field(init=False)
    without_impunity: float = field(init=False)  # the readiness if nobody believed in impunity
    without_deterrence: float = field(init=False)
    luck: tuple[float, ...] = field(init=False)  # of a crime: what each uniform decides is in ``sim.words.luck``
    caller: int = field(init=False)  # the victim, others, an officer or nobody
    report_chance: float = field(init=False)
    report_chance_at_full_trust: float = field(init=False)

    def weigh(self, status: int, deterrence: float, constants: Any) -> None:
        """Work out how ready an offender of this status is to take the opportunity."""
        county, propensity = self.place.county, constants.propensity[status][constants.family[self.crime]]
        impunity = 1.0 if self.group == ORGANIZATION else county.impunity[self.group][self.crime]
        guard = self.place.guardianship
        self.readiness = intensity(propensity, guard, impunity, deterrence)
        self.without_impunity = intensity(propensity, guard, 1.0, deterrence)
        self.without_deterrence = intensity(propensity, guard, impunity, 1.0)

    def is_taken(self, readiness: float, constants: Any) -> bool:
        """Tell whether the opportunity is taken at this readiness."""
        return is_taken(self.decides, constants.headroom, readiness)

    def is_settled(self, victim: float, third_party: float, officer: float) -> None:
        """Settle who calls the police first."""
        self.caller = first_caller(self.luck[CALLS], victim, third_party, officer)


class Arrest(NamedTuple):
    """An arrest; sorting puts a person's gravest charge first."""

    slot: int
    charge: int
    county: int  # where the arrest was made


@dataclass(slots=True)
class Booking:
    """Somebody booked this month, and what follows."""

    person: Resident
    county: County  # where the arrest was made
    charge: int
    level: int
    stay: int  # months in local custody; 0 released at once
    generation: int  # which of those who had the place one after another
    matched: bool = False
    screened: bool = False
    removable: bool = False
    asked: bool = False
    outcome: int = NOTHING

    @property
    def is_candidate(self) -> bool:
        """Tell whether ICE knows of somebody whom the law lets it remove."""
        return (self.matched or self.screened) and self.removable

    def is_imprisoned(self, constants: Any) -> bool:
        """Tell whether the stay is a term in state or federal prison."""
        return is_imprisoned(self.stay, constants.prison_months)

    def channel(self, constants: Any) -> int:
        """Return how ICE gets hold of the person, where it does."""
        street = self.charge in (STREET_FELONY, STREET_MISDEMEANOR)
        at_large, task_force = self.outcome == ARRESTED_AT_LARGE, self.county.agreement_287g_task_force
        return channel_of(at_large, self.is_imprisoned(constants), street, task_force)


class Due(NamedTuple):
    """Something that happens in a later month; sorting puts it in the order in which it is dealt with."""

    slot: int
    county: int  # where the arrest was made
    generation: int  # of the resident meant: void once a newcomer has the place
    kind: int


class Told(NamedTuple):
    """A crime that a member of the survey's panel will tell of."""

    slot: int
    crime: int
    reported: bool
    month: int


@dataclass
class MonthCounts:
    """The month's counts over K counties; axes as in ``ledger.MonthRecord``."""

    crime: Array
    people: Array
    enforcement: Array
    balance: Array
    opportunities: Array
    clipped: Array
    trust: Array  # K x group x status: sum over respondents, in whole units
    bookings: Array

    @classmethod
    def empty(cls, count: int) -> MonthCounts:
        """Return the book of a month that has just begun."""
        return cls(
            crime=np.zeros((count, *CRIME_SHAPE), dtype=np.int32),
            people=np.zeros((count, *PEOPLE_SHAPE), dtype=np.int64),
            enforcement=np.zeros((count, *ENFORCEMENT_SHAPE), dtype=np.int32),
            balance=np.zeros((count, *BALANCE_SHAPE), dtype=np.int32),
            opportunities=np.zeros(count, dtype=np.int64),
            clipped=np.zeros(count, dtype=np.int64),
            trust=np.zeros((count, *PEOPLE_SHAPE[:-1]), dtype=np.int64),
            bookings=np.zeros((count, *ARRESTS_SHAPE), dtype=np.int32),
        )

    def count_crime(self, incident: Incident, column: int) -> None:
        """Count an incident in a book: as true, reported, recorded ..."""
        self.crime[incident.place.county.index, incident.crime, incident.group, column] += 1

    def count_person(self, county: County, person: Resident, column: int) -> None:
        """Count somebody of the county by group and status."""
        self.people[county.index, person.group, person.status, column] += 1

    def count_respondent(self, county: County, person: Resident, trust: float) -> None:
        """Count somebody who answers the survey, and their trust."""
        self.count_person(county, person, RESPONDENTS)
        self.trust[county.index, person.group, person.status] += int(trust * TRUST_UNIT)

    def count_population(self, population: Array) -> None:
        """Enter people by custody; ``population`` is K x group x status x custody."""
        self.people[..., PEOPLE] = population[..., :AWAY].sum(axis=-1)
        self.people[..., IN_CUSTODY] = population[..., JAILED:]

    def mean_trust(self) -> Array:
        """Return mean trust of respondents, K x group x status; nan where there are none."""
        respondents = self.people[..., RESPONDENTS]
        mean: Array = self.trust / TRUST_UNIT / np.where(respondents > 0, respondents, np.nan)
        return mean

    def count_enforcement(self, county: int, person: Resident, level: int, column: int) -> None:
        """Count a step of the enforcement funnel in the county of the arrest."""
        self.enforcement[county, person.group, person.status, level, column] += 1

    def weigh(self, incident: Incident, taken: bool, constants: Any) -> None:
        """Note a clipped probability, and for index crime what removal, deterrence and beliefs changed."""
        county, family = incident.place.county.index, constants.family[incident.crime]
        if incident.readiness > constants.headroom:
            self.clipped[county] += 1
        if constants.is_index[incident.crime] == 0:
            return
        if incident.offender.is_gone():
            self._weigh_absence(incident, self.balance[county, :, family], constants)
        elif taken:
            self._weigh_crime(incident, self.balance[county, :, family], constants)
        else:
            self._weigh_refusal(incident, self.balance[county, :, family], constants)

    @staticmethod
    def _weigh_absence(incident: Incident, balance: Array, constants: Any) -> None:
        """Count a crime that did not happen because the offender had been removed."""
        if incident.is_taken(incident.readiness, constants):
            balance[PREVENTED_BY_REMOVAL] += 1

    @staticmethod
    def _weigh_refusal(incident: Incident, balance: Array, constants: Any) -> None:
        """Count a crime that deterrence prevented, or that lost belief in impunity did."""
        if incident.is_taken(incident.without_impunity, constants):
            balance[ADDED_BY_IMPUNITY] -= 1
        if incident.is_taken(incident.without_deterrence, constants):
            balance[PREVENTED_BY_DETERRENCE] += 1

    @staticmethod
    def _weigh_crime(incident: Incident, balance: Array, constants: Any) -> None:
        """Count a crime that belief in impunity added, or whose offender a declined detainer had set free."""
        if not incident.is_taken(incident.without_impunity, constants):
            balance[ADDED_BY_IMPUNITY] += 1
        if incident.offender.detainer_declined:
            balance[AFTER_DECLINED_DETAINER] += 1


def heard_of(removed: list[int], visibility: list[float]) -> float:
    """Return removals by channel, each counted by its visibility."""
    result = 0.0
    for count, seen in zip(removed, visibility, strict=True):
        result += seen * count
    return result
