"""What is counted beside the police's books: the survey's interviews, hospitals, victims and arrests again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engines.mesa.records import Booking, Told
from sim.engines.panel import FOLLOWED_MONTHS, Events, is_january, suffered_by, told_event
from sim.rules.reporting import NOBODY, is_treated_in_hospital
from sim.rules.survey import ROTATIONS, is_told, next_interview
from sim.words.calendar import month_number
from sim.words.codes import HOMICIDE, HOSPITAL_BOOK, NOTHING, REARRESTS_SHAPE
from sim.words.luck import TELLS, WITNESS

if TYPE_CHECKING:
    from sim.engines.mesa.model import MesaEngine
    from sim.engines.mesa.records import Incident
    from sim.engines.mesa.residents import Resident

Person = tuple[int, int]


def count_in_hospitals(model: MesaEngine) -> None:
    """Count the crimes whose victim is treated in hospital or dies; no trust enters."""
    for incident in model.incidents:
        share = model.constants.hospital[incident.crime]
        if incident.target is None or share == 0.0:
            continue
        place = incident.luck[WITNESS] * incident.place.people
        if is_treated_in_hospital(place - int(place), share):
            model.book.count_crime(incident, HOSPITAL_BOOK)


def hold_interviews(model: MesaEngine) -> Events:
    """Interview this month's part of the panel; returns what is told, sorted."""
    for slot in model.panel[model.month % ROTATIONS]:
        person = model.residents[slot]
        trust = person.answers_survey()
        if trust is not None:
            model.book.count_respondent(person.county, person, trust)
    events = []
    for told in model.interviews.pop(model.month, []):
        person, of_household = model.residents[told.slot], model.constants.person_target[told.crime] == 0
        if person.answers_survey(of_household) is not None:
            county, group, status = person.county.index, person.group, person.status
            events.append(told_event(told.month, county, told.crime, group, status, told.reported))
    return np.array(sorted(events), dtype=np.int64)


def promise_to_tell(model: MesaEngine) -> None:
    """Note which of this month's crimes members of the panel will tell of in their next interview."""
    constants = model.constants
    for incident in model.incidents:
        target = incident.target
        if target is None or target.interview_month is None or incident.crime == HOMICIDE:
            continue
        interview = next_interview(model.month, target.interview_month)
        capture, wait = constants.capture[incident.crime], interview - model.month
        if is_told(incident.luck[TELLS], capture, constants.recall_loss, wait):
            told = Told(target.slot, incident.crime, incident.caller != NOBODY, model.month)
            model.interviews[interview].append(told)


def suffered_in_panel(model: MesaEngine) -> Events:
    """Return this month's crimes against members of the panel, and against the household of each."""
    constants, suffered = model.constants, []
    for incident in model.incidents:
        if incident.crime != HOMICIDE and incident.luck[TELLS] < constants.capture[incident.crime]:
            family = constants.family[incident.crime]
            suffered += [suffered_by(member.slot, family) for member in _stricken(incident, constants.person_target)]
    return np.array(suffered, dtype=np.int64)


def _stricken(incident: Incident, person_target: list[int]) -> list[Resident]:
    """Return the members of the panel whom a crime strikes: the target, or those who live with them."""
    if incident.target is None:
        return []
    stricken = [incident.target] if person_target[incident.crime] == 1 else incident.target.household
    return [member for member in stricken if member.interview_month is not None]


def _who(booking: Booking) -> Person:
    """Return who was booked: the place, and which of those who had it one after another."""
    return booking.person.slot, booking.generation


class Releases:
    """Those booked and released at once in the last January, and who of them was arrested again."""

    def __init__(self, start: str) -> None:
        """Follow nobody yet; ``start`` is the first calendar month of the run."""
        self.first, self.since = month_number(start), -1
        self.followed: dict[Person, int] = {}  # status at release
        self.again: set[Person] = set()

    def follow(self, month: int, bookings: list[Booking]) -> Events:
        """Look for those followed among people booked in a month.

        Returns people released and arrested again by status, twelve months after their January; else nothing but 0.
        """
        counts = np.zeros(REARRESTS_SHAPE, dtype=np.int64)
        self.again |= self.followed.keys() & {_who(booking) for booking in bookings}
        if self.since >= 0 and month == self.since + FOLLOWED_MONTHS:
            for person, status in self.followed.items():
                counts[status] += 1, person in self.again
        if is_january(self.first, month):
            free = {_who(it): it.person.status for it in bookings if it.stay == 0 and it.outcome == NOTHING}
            self.followed, self.again, self.since = free, set(), month
        return counts
