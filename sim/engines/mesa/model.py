"""The Mesa engine: the fourteen phases over agents, to read, to teach with and to extend."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from sim.engines.conditions import of_the_month
from sim.engines.mesa import survey
from sim.engines.mesa.immigrants import Immigrant
from sim.engines.mesa.monthly import MonthlyModel
from sim.engines.mesa.places import Pool
from sim.engines.mesa.police import IceOffice
from sim.engines.mesa.records import (
    Arrest,
    Booking,
    Due,
    Incident,
    Told,
)
from sim.engines.mesa.residents import Resident
from sim.engines.mesa.settlement import replace, settle
from sim.engines.panel import RepeatVictims, respondent_weight
from sim.numerics import draws
from sim.numerics.draws import Purpose
from sim.numerics.many_draws import choices_of
from sim.rules.clearance import risk_units
from sim.rules.reporting import NOBODY, VICTIM, somebody_reports
from sim.rules.survey import ROTATIONS
from sim.words.codes import (
    ARRESTED,
    ARRESTED_AT_LARGE,
    CLEARED,
    CUSTODY_SHAPE,
    END_OF_ICE_CUSTODY,
    FREE,
    INCIDENTS,
    JAILED,
    NOTHING,
    ORGANIZATION,
    RECORDED,
    RELEASE,
    REPORTED,
    REPORTED_BY_STATUS,
    REPORTED_BY_VICTIM,
    RETURN,
    TRANSFER,
    TRUE,
)
from sim.words.luck import THIRD_PARTY, WITNESS
from sim.world.constants import Constants
from sim.world.setting import Setting

SOLVE = int(Purpose.SOLVE)


class MesaEngine(MonthlyModel):
    """One run on agents: ``step()`` runs a month, ``months()`` all that are left.

    Every function from ``policy`` to ``count`` is a phase of the month. All draws are keyed; the random generators that
    Mesa keeps are never used.
    """

    space: Any
    pools: list[Pool]
    offices: list[IceOffice]

    def __init__(self, setting: Setting, seed: int) -> None:
        """Settle the people of ``setting``; ``seed`` is the seed of luck."""
        super().__init__(setting)
        self.luck, self.world_seed = seed, setting.world.seed
        self.constants = _in_plain_numbers(setting.constants)
        self.removed_people_leave = bool(self.constants.incapacitation)
        self.residents: list[Resident] = []  # by slot
        self.panel: list[list[int]] = [[] for _ in range(ROTATIONS)]  # slots by month of interview, of six
        self.population = np.zeros((len(setting.world.counties.code), *CUSTODY_SHAPE), dtype=np.int64)
        self.calendar: dict[int, list[Due]] = defaultdict(list)
        self.interviews: dict[int, list[Told]] = defaultdict(list)
        self.survey_weight = respondent_weight(setting)
        self.repeat_victims, self.releases = RepeatVictims(setting.months[0]), survey.Releases(setting.months[0])
        settle(self, setting)
        self._plan_first_events()

    def _plan_first_events(self) -> None:
        world = self.setting.world
        due = (world.start_slot.tolist(), world.start_kind.tolist(), world.start_month.tolist())
        for slot, kind, month in zip(*due, strict=True):
            self.residents[slot].expects(kind, month, self.residents[slot].county.index)

    def plan(self, due: Due, month: int) -> None:
        """Put something into the calendar; what comes after the last month is dropped."""
        if month < self.horizon:
            self.calendar[month].append(due)

    def draw(self, identity: int, block: int, purpose: int) -> tuple[float, float, float, float]:
        """Return this month's four uniforms of somebody (or of a cell) for one purpose."""
        return draws.draw(self.luck, identity, block, self.month, purpose)

    def choices(self, identity: int, block: int, purpose: int) -> tuple[float, ...]:
        """Return this month's eight uniforms of a cell for one purpose, one for each of its choices."""
        return draws.choices(self.luck, identity, block, self.month, purpose)

    def choices_of(self, identity: int, number: int, purpose: int) -> tuple[float, ...]:
        """Return the eight uniforms of this month's ``number``-th opportunity of a cell, one for each choice."""
        return choices_of(self.luck, identity, number, self.month, purpose)

    def begin_month(self) -> None:
        """Open an empty book, set counts to nothing, and begin empty lists of what happens this month."""
        super().begin_month()
        for county in self.counties:
            county.begin_month()
        self.opportunities: list[Incident] = []
        self.incidents: list[Incident] = []
        self.arrests: list[Arrest] = []
        self.bookings: list[Booking] = []
        self.reassured: list[Resident] = []
        self.taken_from_their_circles: list[tuple[Resident, int]] = []

    def policy(self) -> None:
        """Phase 1: programs in force come from the calendar; a legalization changes status."""
        for name, values in of_the_month(self.setting, self.month).items():
            for county, value in zip(self.counties, values.tolist(), strict=True):
                setattr(county, name, value)
        if self.month == self.setting.calendar.legalization and Immigrant in self.agents_by_type:
            self.agents_by_type[Immigrant].do("gains_status")

    def patrol(self) -> None:
        """Phase 2: officers are spread over cells; last month's news gives what holds in each county."""
        for county in self.counties:
            county.expect(self.constants)
            county.police.patrols()

    def opportunity(self) -> None:
        """Phase 3: a target, a likely offender and a place meet."""
        for cell in self.neighbourhoods:
            count = cell.count_opportunities()
            self.book.opportunities[cell.county.index] += count
            self.opportunities.extend(cell.opportunities(count))

    def offending(self) -> None:
        """Phase 4: offenders take opportunities or not."""
        for opportunity in self.opportunities:
            taken = opportunity.offender.takes(opportunity)
            self.book.weigh(opportunity, taken, self.constants)
            if taken:
                self.incidents.append(opportunity)
        for incident in self.incidents:
            self.book.count_crime(incident, TRUE)
            if incident.target is not None:
                self.book.count_person(incident.place.county, incident.target, INCIDENTS)

    def reporting(self) -> None:
        """Phase 5: somebody calls the police or nobody does."""
        for incident in self.incidents:
            incident.luck = self.choices_of(incident.place.identity, incident.number, SOLVE)
            if incident.target is None:
                self._organization_reports(incident)
            else:
                self._people_report(incident, incident.target)
            if incident.caller != NOBODY:
                self.book.count_crime(incident, REPORTED)
                self.book.count_crime(incident, REPORTED_BY_VICTIM + incident.caller - VICTIM)
        survey.count_in_hospitals(self)

    def _organization_reports(self, incident: Incident) -> None:
        incident.report_chance = self.constants.organization_reports[incident.crime]
        incident.report_chance_at_full_trust = incident.report_chance
        incident.is_settled(incident.report_chance, 0.0, 0.0)

    def _people_report(self, incident: Incident, victim: Resident) -> None:
        """Ask the victim, a third party of the same group in the cell, and an officer on the spot."""
        constants, crime = self.constants, incident.crime
        neighbours = incident.place.residents[incident.group]
        bystander = neighbours[int(incident.luck[THIRD_PARTY] * len(neighbours))]
        call, other_call, officer = (
            victim.reports(crime),
            bystander.reports_for_another(crime),
            constants.officer[crime],
        )
        incident.report_chance = somebody_reports(call, other_call, officer)
        union = constants.full_trust_union[crime]
        incident.report_chance_at_full_trust = union[victim.status][bystander.status]
        incident.is_settled(call, other_call, officer)
        if incident.caller != NOBODY:
            self.book.count_person(incident.place.county, victim, REPORTED_BY_STATUS)

    def recording(self) -> None:
        """Phase 6: a report becomes a recorded crime or not."""
        for cell in self.neighbourhoods:
            cell.recorded_this_month = 0
        for incident in self.incidents:
            if incident.caller != NOBODY and incident.place.county.police.records(incident):
                incident.recorded = True
                incident.place.recorded_this_month += 1
                self.book.count_crime(incident, RECORDED)

    def clearance(self) -> None:
        """Phase 7: a recorded crime is solved by arrest, with a witness's help; every crime adds to believed risk."""
        for incident in self.incidents:
            police, place = incident.place.county.police, incident.place
            witness = place.resident_at(int(incident.luck[WITNESS] * place.people))
            solved = police.solves(incident.crime, witness.helps_as_witness())
            self._adds_to_risk(incident, solved, police.solves(incident.crime, 1.0))
            arrest = police.clears(incident, solved)
            if arrest is not None:
                self.arrests.append(arrest)
                self.book.count_crime(incident, CLEARED)
                if incident.caller == VICTIM and incident.target is not None:
                    self.reassured.append(incident.target)

    def _adds_to_risk(self, incident: Incident, solved: float, solved_at_full_trust: float) -> None:
        """Add an incident's risk of being reported and solved, and the same at full trust."""
        if incident.group == ORGANIZATION:
            return
        share, family = self.constants.recording[incident.crime], self.constants.family[incident.crime]
        risk = incident.place.county.risk_sums[incident.group][family]
        risk[0] += risk_units(incident.report_chance, share, solved)
        risk[1] += risk_units(incident.report_chance_at_full_trust, share, solved_at_full_trust)

    def street_arrest(self) -> None:
        """Phase 8: arrests for minor offences: traffic, drugs, driving under the influence."""
        for cell in self.neighbourhoods:
            self.arrests.extend(cell.county.police.stops(cell))

    def booking(self) -> None:
        """Phase 9: everybody arrested is booked once, on the gravest charge, matched and screened."""
        previous = -1
        for arrest in sorted(self.arrests):
            person, county = self.residents[arrest.slot], self.counties[arrest.county]
            if arrest.slot != previous:
                previous = arrest.slot
                self.bookings.append(county.police.books(person, arrest.charge))
                self.book.bookings[arrest.county, person.group, person.status, arrest.charge] += 1
            self.book.count_enforcement(arrest.county, person, self.bookings[-1].level, ARRESTED)

    def detainer(self) -> None:
        """Phase 10: ICE ranks within its capacity and asks; the county honours or declines."""
        by_office: dict[IceOffice, list[Booking]] = defaultdict(list)
        for booking in self.bookings:
            by_office[booking.county.office].append(booking)
        for office, bookings in by_office.items():
            office.ranks_and_asks(bookings)
        for booking in self.bookings:
            if booking.is_candidate:
                booking.county.police.hands_over_or_releases(booking)

    def custody(self) -> None:
        """Phase 11: what was due this month, in the order of slots; then this month's bookings."""
        for due in sorted(self.calendar.pop(self.month, [])):
            person = self.residents[due.slot]
            if person.generation == due.generation:
                self._becomes_of(person, due)
        for booking in self.bookings:
            self._holds_or_releases(booking)

    def _becomes_of(self, person: Resident, due: Due) -> None:
        """Let happen to a person what was due."""
        if due.kind < RELEASE:
            person.is_convicted(due.kind, due.county)
        elif due.kind == RELEASE:
            person.moves_to(FREE)
        elif due.kind < END_OF_ICE_CUSTODY:
            person.moves_to(FREE)
            person.enters_ice_custody(due.county, due.kind - TRANSFER)
        elif due.kind < RETURN:
            person.leaves_ice_custody(due.county, due.kind - END_OF_ICE_CUSTODY)
        elif due.kind == RETURN:
            person.returns(due.county)
        else:
            replace(self, person)

    def _holds_or_releases(self, booking: Booking) -> None:
        """Jail somebody booked, or let them go: home or with ICE."""
        person, county = booking.person, booking.county.index
        channel = booking.channel(self.constants)
        if booking.stay > 0:
            person.moves_to(JAILED)
            kind = RELEASE if booking.outcome == NOTHING else TRANSFER + channel
            person.expects(kind, self.month + booking.stay, county)
        elif booking.outcome != NOTHING:
            person.enters_ice_custody(county, channel)
        if booking.outcome == ARRESTED_AT_LARGE:
            person.is_arrested_at_large()

    def word_of_mouth(self) -> None:
        """Phase 12: a report that led to an arrest reassures; a removal frightens household and acquaintances."""
        for victim in self.reassured:
            self.residents[victim.slot].is_reassured()
        for person, reason in self.taken_from_their_circles:
            person.frightens_others(reason)

    def news(self) -> None:
        """Phase 13: county fear fades and rises; offenders and police update what they expect."""
        for office in self.offices:
            office.adds_up_removals()
        for county in self.counties:
            county.pool_removals(self.constants)
        for county in self.counties:
            county.fear_fades_and_rises(self.constants)
            county.offenders_learn(self.constants)
            county.police.learns(int(self.book.crime[county.index, :, :, RECORDED].sum()))

    def count(self) -> None:
        """Phase 14: the survey's interviews, who is victim or arrested again, and the record of the month."""
        survey.promise_to_tell(self)
        self.record = self.month_record(
            told=survey.hold_interviews(self),
            repeats=self.repeat_victims.add(self.month, survey.suffered_in_panel(self)),
            rearrests=self.releases.follow(self.month, self.bookings),
        )


def _in_plain_numbers(constants: Constants) -> Any:
    """Return the constants with lists for arrays: cheaper to look up one by one."""
    return Constants(*(value.tolist() if isinstance(value, np.ndarray) else value for value in constants))  # type: ignore[arg-type]
