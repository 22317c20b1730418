"""Police departments and ICE field offices: patrol, recording, clearance, stops, booking and detainers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mesa.discrete_space import FixedAgent

from sim.engines.mesa.immigrants import Immigrant
from sim.engines.mesa.records import Arrest, Booking, Incident, heard_of
from sim.numerics.draws import Purpose, poisson_at
from sim.rules.arrest import street_arrest_mean, street_charge
from sim.rules.booking import is_matched, is_new_to_police, is_screened, screening_probability
from sim.rules.clearance import clearance_probability
from sim.rules.custody import conviction_kind, months_held
from sim.rules.detainer import (
    DECLINED,
    TAKEN,
    asks_for_detainer,
    capacity_this_month,
    is_handed_over,
    issue_share,
    needs_conviction,
    outcome_of_request,
)
from sim.rules.news import running_load
from sim.rules.offending import guardianship, relative_patrol
from sim.rules.opportunity import choose
from sim.rules.reporting import is_recorded
from sim.words.codes import (
    ARRESTED_AT_LARGE,
    AT_LARGE,
    BOOKED,
    CHANNEL_COUNT,
    COMMUNITY_COUNT,
    CONVICTION,
    DETAINERS,
    FREE,
    FROM_PRISON,
    HONOURED,
    IDENTIFIED,
    MATCHED,
    NOTHING,
    OTHER,
    REMOVABLE,
    SCREENED,
    TAKEN_FROM_JAIL,
    WITHOUT_DETAINER,
)
from sim.words.luck import (
    CHARGED,
    CLEARS,
    CONVICTED,
    FOUND,
    HELD,
    LINKED,
    NEW,
    OF_A_STOP,
    PRINTS,
    RECORDS,
    SCREENS,
    STAY,
    STOPS,
)

if TYPE_CHECKING:
    from sim.engines.mesa.model import MesaEngine
    from sim.engines.mesa.places import County, Neighbourhood
    from sim.engines.mesa.residents import Resident

STREET_COUNT, STREET_ARREST = int(Purpose.STREET_COUNT), int(Purpose.STREET_ARREST)
BOOKING, CUSTODY, DETAINER = int(Purpose.BOOKING), int(Purpose.CUSTODY), int(Purpose.DETAINER)


class PoliceDepartment(FixedAgent):  # type: ignore[misc]
    """The police and the jail of a county."""

    model: MesaEngine

    def __init__(self, model: MesaEngine, county: County) -> None:
        """Stand in the first cell of a county."""
        super().__init__(model)
        self.cell, self.county = county.cells[0], county

    def patrols(self) -> None:
        """Spread officers over the county's cells; guardianship has mean 1 over people."""
        constants, cells, people = self.model.constants, self.county.cells, self.county.people
        total = 0.0
        for cell in cells:
            total += cell.recent_crime
        weighted = 0.0
        for cell in cells:
            relative = 1.0
            if cell.people > 0:
                recent = cell.recent_crime
                relative = relative_patrol(constants.patrol, cell.people, people, len(cells), recent, total)
            cell.guardianship = guardianship(constants.patrol_effect, relative)
            weighted += cell.guardianship * cell.people
        for cell in cells:
            cell.guardianship = cell.guardianship / (weighted / people)

    def records(self, incident: Incident) -> bool:
        """Decide whether a report becomes a recorded crime."""
        return is_recorded(incident.luck[RECORDS], self.model.constants.recording[incident.crime])

    def solves(self, crime: int, help_factor: float) -> float:
        """Return the probability that a recorded crime is cleared, given a witness's help."""
        return clearance_probability(self.model.constants.clearance[crime], self.county.capacity, help_factor)

    def clears(self, incident: Incident, probability: float) -> Arrest | None:
        """Solve a recorded crime by arrest, or not."""
        if not incident.recorded or not choose(incident.luck[CLEARS], probability):
            return None
        charge = self.model.constants.charge_of_crime[incident.crime]
        return Arrest(incident.offender.slot, charge, self.county.index)

    def stops(self, cell: Neighbourhood) -> Iterator[Arrest]:
        """Make the month's arrests for minor offences in a cell."""
        model, ratio = self.model, self.model.constants.stop_ratio
        shared = model.draw(cell.identity, 0, STREET_COUNT)
        for group, residents in enumerate(cell.residents):
            rise = self.county.street_rise if group < OTHER else 1.0
            mean = street_arrest_mean(len(residents), self.county.street_rate, ratio[group], rise)
            encounters = poisson_at(
                shared[group], model.luck, cell.identity, 1 + group, model.month, STREET_COUNT, mean
            )
            for number in range(encounters):
                arrest = self.arrests_on_the_street(cell, group, number)
                if arrest is not None:
                    yield arrest

    def arrests_on_the_street(self, cell: Neighbourhood, group: int, number: int) -> Arrest | None:
        """Arrest somebody found as offending finds people, or anybody; None where they are not at liberty."""
        constants = self.model.constants
        luck = self.model.choices(cell.identity, (group << 32) | (number // STOPS), STREET_ARREST)
        luck = luck[OF_A_STOP * (number % STOPS) :]
        if choose(luck[LINKED], constants.offender_link):
            pool = cell.pools[group]
            assert pool is not None
            person = pool.meets(luck[FOUND], constants)
        else:
            residents = cell.residents[group]
            person = residents[int(luck[FOUND] * len(residents))]
        if person.custody != FREE:
            return None
        return Arrest(person.slot, street_charge(luck[CHARGED], constants.street_felony_share), self.county.index)

    def books(self, person: Resident, charge: int) -> Booking:
        """Book somebody, or whoever came in their place: hold or release, plan the conviction, send fingerprints."""
        constants, month = self.model.constants, self.model.month
        luck = self.model.choices(person.identity, 0, BOOKING)
        if is_new_to_police(luck[NEW], constants.first_booking[int(person.likely_offender)]):
            person.is_somebody_new()
        level, stay = person.level(), 0
        if luck[HELD] < constants.held[charge]:
            stay = months_held(luck[STAY], constants.stay[charge])
        if luck[CONVICTED] < constants.convicted[charge]:
            share = luck[CONVICTED] / constants.convicted[charge]
            kind = conviction_kind(share, constants.felony[charge], constants.aggravated[charge])
            person.expects(CONVICTION + kind, month + constants.disposition_lag[charge], self.county.index)
        booking = Booking(
            person, self.county, charge, level, stay, person.generation, removable=person.is_removable(level)
        )
        if booking.removable:
            self.county.removable += 1
        if luck[PRINTS] < constants.fingerprints:
            self.counts(booking, BOOKED)
            self.screens(booking, luck[SCREENS])
        return booking

    def screens(self, booking: Booking, uniform: float) -> None:
        """Match fingerprints with federal records and interview noncitizens, where programs are in force."""
        constants, county, person = self.model.constants, self.county, booking.person
        screening = screening_probability(
            isinstance(person, Immigrant),
            county.cap,
            constants.cap_interview,
            constants.cap_prison,
            booking.stay > 0,
            county.agreement_287g_jail,
            constants.screening_287g,
            constants.screening_ease[person.group],
        )
        booking.matched = is_matched(county.secure_communities, person.has_federal_record())
        booking.screened = is_screened(uniform, screening)
        if booking.matched:
            self.counts(booking, MATCHED)
        if booking.screened:
            self.counts(booking, SCREENED)
        if booking.matched or booking.screened:
            self.counts(booking, IDENTIFIED)
        if booking.is_candidate:
            self.counts(booking, REMOVABLE)

    def honours_detainer(self, booking: Booking, honour: float, custody: float) -> int:
        """Answer a detainer: decline, honour, or honour and see ICE take the person."""
        self.counts(booking, DETAINERS)
        share = self.model.constants.custody_share
        answer = outcome_of_request(honour, self.county.cooperation[booking.level], custody, share)
        if answer == DECLINED:
            booking.person.detainer_declined = True
        else:
            self.counts(booking, HONOURED)
        if answer == TAKEN:
            booking.outcome = TAKEN_FROM_JAIL
        return answer

    def hands_over_or_releases(self, booking: Booking) -> None:
        """Settle what becomes of somebody whom ICE may remove; nobody asks the county about people in prison."""
        model, constants = self.model, self.model.constants
        _, _, honour, custody = model.draw(booking.person.identity, 0, DETAINER)
        if booking.is_imprisoned(constants):
            if custody < constants.prison_share:
                booking.outcome = TAKEN_FROM_JAIL
                self.counts(booking, FROM_PRISON)
        elif needs_conviction(self.county.priority_enforcement, booking.level):
            if custody < constants.notification_pickup:
                booking.outcome = ARRESTED_AT_LARGE
        elif booking.asked:
            answer = self.honours_detainer(booking, honour, custody)
            sought = model.draw(booking.person.identity, 0, CUSTODY)[1]
            if answer == DECLINED and sought < constants.at_large[booking.level]:
                booking.outcome = ARRESTED_AT_LARGE
        elif is_handed_over(custody, constants.custody_without_detainer, self.county.cooperation[booking.level]):
            booking.outcome = TAKEN_FROM_JAIL
            self.counts(booking, WITHOUT_DETAINER)
        if booking.outcome != NOTHING:
            self.county.taken += 1
        if booking.outcome == ARRESTED_AT_LARGE:
            self.counts(booking, AT_LARGE)

    def counts(self, booking: Booking, column: int) -> None:
        """Count a step of the enforcement funnel."""
        self.model.book.count_enforcement(self.county.index, booking.person, booking.level, column)

    def learns(self, recorded: int) -> None:
        """Update the workload from this month's recorded crime, and what hot spots remember."""
        constants, county = self.model.constants, self.county
        usual = 0.0
        for expected in county.expected_recorded:
            usual += expected * county.people
        county.load = running_load(recorded, usual, county.load, constants.load_memory)
        for cell in county.cells:
            kept = cell.recent_crime * (1.0 - 1.0 / constants.hot_spot_memory)
            cell.recent_crime = kept + cell.recorded_this_month


class IceOffice(FixedAgent):  # type: ignore[misc]
    """The field office of a region: it asks for those it wants most, within its capacity."""

    model: MesaEngine

    def __init__(self, model: MesaEngine, counties: list[County], agents: float) -> None:
        """Serve the counties of a region; ``agents`` is how many people live there."""
        super().__init__(model)
        self.cell, self.counties, self.agents = counties[0].cells[0], counties, agents
        self.regional_rate = [0.0] * COMMUNITY_COUNT
        for county in counties:
            county.office = self

    def wants(self, booking: Booking) -> bool:
        """Decide whether to ask for somebody known to be removable, capacity aside."""
        if not booking.is_candidate or needs_conviction(booking.county.priority_enforcement, booking.level):
            return False
        if booking.is_imprisoned(self.model.constants):
            return False
        issue = self.model.constants.detainer_issue[booking.level]
        share = issue_share(issue, booking.county.issue_course, booking.screened)
        return asks_for_detainer(self.model.draw(booking.person.identity, 0, DETAINER)[0], share)

    def rank(self, booking: Booking) -> tuple[int, float]:
        """Return the order in which the office asks: gravest record first, then by lot."""
        return booking.level, self.model.draw(booking.person.identity, 0, DETAINER)[1]

    def ranks_and_asks(self, bookings: list[Booking]) -> None:
        """Lodge detainers for those wanted most, as many as the office can handle."""
        wanted = sorted((booking for booking in bookings if self.wants(booking)), key=self.rank)
        capacity = self.model.constants.capacity_per_agent * self.agents
        for booking in wanted[: capacity_this_month(capacity, self.model.month)]:
            booking.asked = True

    def adds_up_removals(self) -> None:
        """Work out this month's removals per person of the region's people, by group of the community."""
        visibility = self.model.constants.visibility
        for group in range(COMMUNITY_COUNT):
            by_county = [county.removed[group] for county in self.counties]
            removed = [sum(counts[channel] for counts in by_county) for channel in range(CHANNEL_COUNT)]
            people = sum(county.group_size[group] for county in self.counties)
            self.regional_rate[group] = heard_of(removed, visibility) / people if people > 0 else 0.0
