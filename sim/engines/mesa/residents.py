"""Residents: what each decides, what each believes, and what becomes of each."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from mesa.discrete_space import CellAgent

from sim.engines.mesa.records import Due, Incident
from sim.numerics.draws import Purpose, draw
from sim.rules.booking import (
    aggravated_in,
    felonies_in,
    has_federal_record,
    is_removable,
    misdemeanors_in,
    record_level,
)
from sim.rules.clearance import witness_help
from sim.rules.custody import (
    comes_back,
    months_in_ice_custody,
    months_until_refill,
    months_until_return,
)
from sim.rules.reporting import fear_after_jump, fear_after_reassurance, own_fear, trust, willing_to_report
from sim.rules.survey import responds_to_survey
from sim.words.codes import (
    AFTER_AT_LARGE,
    AFTER_REMOVAL,
    AGGRAVATED,
    ARRIVAL,
    AWAY,
    CITIZEN,
    CONVICTED,
    END_OF_ICE_CUSTODY,
    FREE,
    GENERATION_MASK,
    HISPANIC,
    ICE_CUSTODY,
    IN_ICE,
    MISDEMEANOR,
    MOST_ADDED,
    OTHER,
    PARENTS,
    REMOVED,
    RETURN,
    RETURNED,
)
from sim.world.person import HOUSEHOLD, first_of_household, is_tied

if TYPE_CHECKING:
    from sim.engines.mesa.model import MesaEngine
    from sim.engines.mesa.places import County, Neighbourhood

RECORD, SURVEY = int(Purpose.RECORD), int(Purpose.SURVEY)
DEPARTURE, ACQUAINTANCE = int(Purpose.DEPARTURE), int(Purpose.ACQUAINTANCE)


class Outlook(NamedTuple):
    """How sensitive somebody is to lost trust, and their trust now."""

    sensitivity: float
    trust: float


UNTROUBLED = Outlook(0.0, 1.0)


class Resident(CellAgent):  # type: ignore[misc]
    """Somebody who lives in a place of a household: may offend, be a victim, call the police, help as a witness.

    Rules, each in the function of its name:
        ``takes``: offends by chance where targets, few officers and belief in impunity invite it; in custody never.
        ``outlook``: trusts the police the less, the more there is of county fear and own fear together.
        ``reports``: calls the police as a victim by log odds that fall with lost trust.
        ``reports_for_another``: calls as a third party by the same rule.
        ``helps_as_witness``: multiplies the chance that a crime is cleared, the more the more trust is left.
        ``hears_of_removal``: fears more when somebody of the household or an acquaintance is taken.
        ``is_reassured``: fears less when an own call led to an arrest; fear fades by itself as well.
        ``answers_survey``: if of age and at liberty, the more often the more trust is left.
        ``level``: has the criminal record that was brought and what courts have added.
        ``has_federal_record``: is in the immigration database by chance of status, and after any contact with ICE.
        ``is_removable``: may be removed if unauthorized, or lawful with a grave record.
        ``enters_ice_custody``: stays there for months by chance.
        ``leaves_ice_custody``: is removed by chance, else stays in the country.
        ``is_removed``: returns after months, or is replaced by a newcomer after months.
    """

    model: MesaEngine
    cell: Neighbourhood
    custody: int = FREE
    generation: int = 0  # number of the newcomer in the place, 1 to 7 over and over; 0 for those of the start
    likely_offender: bool = False
    added_felonies: int = 0  # convictions since the start; what a person brought is a keyed draw
    added_misdemeanors: int = 0
    added_aggravated: bool = False
    known_to_ice: bool = False  # by contact since the start
    detainer_declined: bool = False  # released after a detainer that the county declined
    fear_steps: int = 0  # own fear when it last changed, in steps of 1/32
    fear_month: int = 0  # when that was
    interview_month: int | None = None  # of six, for members of the survey's panel

    def __init__(
        self, model: MesaEngine, cell: Neighbourhood, slot: int, identity: int, group: int, status: int
    ) -> None:
        """Move into a cell; ``identity`` keys the place's draws."""
        super().__init__(model)
        self.cell = cell
        self.slot, self.identity, self.group, self.status = slot, identity, group, status

    @property
    def county(self) -> County:
        """The county of the home."""
        return self.cell.county

    @property
    def household(self) -> list[Resident]:
        """The up to four who share a home, themselves among them."""
        low, size = self.county.group_low[self.group], self.county.group_size[self.group]
        first = first_of_household(self.slot, low)
        return self.model.residents[first : min(first + HOUSEHOLD, low + size)]

    def tie(self) -> int:
        """Return the tie to enforcement: a citizen's household counts where noncitizens share it."""
        mixed = self.group == HISPANIC and any(member.status != CITIZEN for member in self.household)
        return is_tied(CITIZEN, mixed)

    def outlook(self) -> Outlook:
        """Return sensitivity and trust: nothing to fear outside the community."""
        if self.group == OTHER:
            return UNTROUBLED
        sensitivity = self.model.constants.sensitivity[self.tie()]
        if sensitivity == 0.0:
            return UNTROUBLED
        own = own_fear(self.fear_steps, self.fear_left())
        return Outlook(sensitivity, trust(self.county.fear_at_start[self.group], own))

    @property
    def trust(self) -> float:
        """Trust as the latest news leaves it: between months, that with which the next one begins."""
        if self.outlook() is UNTROUBLED:
            return UNTROUBLED.trust
        return trust(self.county.fear[self.group], own_fear(self.fear_steps, self.fear_left()))

    def fear_left(self) -> float:
        """Return what is left of own fear since it last changed, as a share."""
        return self.model.constants.fear_decay[self.model.month - self.fear_month]

    def level(self) -> int:
        """Return the level of the criminal record: what those of the start brought, and what was added."""
        brought = self.brought_record()
        felonies, misdemeanors = felonies_in(brought), misdemeanors_in(brought)
        aggravated = self.added_aggravated or aggravated_in(brought)
        return record_level(felonies + self.added_felonies, misdemeanors + self.added_misdemeanors, int(aggravated))

    def brought_record(self) -> int:
        """Return the record from before the start; whoever came later has none."""
        if self.generation > 0:
            return 0
        prior = self.model.constants.prior_record[self.county.history]
        cumulative = prior[self.group][self.status][int(self.likely_offender)]
        return bisect_right(cumulative, self.brought()[0])

    def brought(self, block: int = 0) -> tuple[float, float, float, float]:
        """Return the uniforms that settle what a person brought: records (block 0), child and age (block 1)."""
        return draw(self.model.world_seed, self.identity, 2 * self.generation + block, 0, RECORD)

    def has_federal_record(self) -> bool:
        """Tell whether fingerprints are in the immigration database."""
        constants = self.model.constants
        share = constants.federal_record[self.group][self.status]
        if self.generation == 0:
            at_start = constants.federal_record_at_start[self.county.history]
            share = at_start[self.group][self.status][int(self.likely_offender)]
        return has_federal_record(int(self.known_to_ice), self.brought()[3], share)

    def is_somebody_new(self) -> None:
        """Make way for somebody of the same status and rank whom the police do not know, with no record."""
        self.generation = 1 + self.generation % GENERATION_MASK
        self.added_felonies, self.added_misdemeanors, self.added_aggravated = 0, 0, False
        self.known_to_ice, self.detainer_declined = False, False

    def is_removable(self, level: int) -> bool:
        """Tell whether immigration law lets ICE remove somebody with a record of this level."""
        return is_removable(self.status, level)

    def is_gone(self) -> bool:
        """Tell whether ICE holds or has removed the person."""
        return self.custody in (ICE_CUSTODY, AWAY)

    def deterrence(self, county: County) -> float:
        """Return how the risk of removal multiplies offending in a county: not at all for citizens."""
        return 1.0

    def takes(self, opportunity: Incident) -> bool:
        """Decide whether to take an opportunity for crime; who is gone takes none, but might have."""
        if self.is_gone():
            opportunity.weigh(self.status, 1.0, self.model.constants)
            return False
        opportunity.weigh(self.status, self.deterrence(opportunity.place.county), self.model.constants)
        return opportunity.is_taken(opportunity.readiness, self.model.constants)

    def reports(self, crime: int) -> float:
        """Return the probability of calling the police as a victim."""
        return self._calls(self.model.constants.victim_log_odds[crime])

    def reports_for_another(self, crime: int) -> float:
        """Return the probability of calling the police as a third party."""
        return self._calls(self.model.constants.third_log_odds[crime])

    def _calls(self, log_odds: float) -> float:
        outlook = self.outlook()
        return willing_to_report(log_odds, self.model.constants.offset[self.status], outlook.sensitivity, outlook.trust)

    def helps_as_witness(self) -> float:
        """Return how a witness's trust multiplies clearance."""
        outlook = self.outlook()
        return witness_help(self.model.constants.witness_weight, outlook.sensitivity, outlook.trust)

    def hears_of_removal(self, jump: float) -> None:
        """Fear more: somebody close was taken."""
        self.fear_steps = fear_after_jump(self.fear_steps, self.fear_left(), jump)
        self.fear_month = self.model.month

    def is_reassured(self) -> None:
        """Fear less: one's own report led to an arrest."""
        if self.fear_steps > 0:
            share = self.model.constants.reassurance
            self.fear_steps = fear_after_reassurance(self.fear_steps, self.fear_left(), share)
            self.fear_month = self.model.month

    def frightens_others(self, reason: int) -> None:
        """Let household and acquaintances hear of one's removal or arrest at large."""
        if self.group == OTHER:
            return
        constants, others = self.model.constants, self.model.residents
        close = constants.household_jump if reason == AFTER_REMOVAL else constants.at_large_jump
        known = constants.acquaintance_jump if reason == AFTER_REMOVAL else constants.at_large_jump
        for member in self.household:
            if member is not self:
                member.hears_of_removal(close)
        low, size = self.county.group_low[self.group], self.county.group_size[self.group]
        for number in range(constants.acquaintances):
            uniforms = self.model.draw(self.identity, 2 * (number // 4) + reason, ACQUAINTANCE)
            friend = others[low + int(uniforms[number % 4] * size)]
            if friend is not self:
                friend.hears_of_removal(known)

    def answers_survey(self, of_household: bool = False) -> float | None:
        """Return trust now if the person answers the survey's interviewer this month, None otherwise.

        Who is under 12 is not asked; ``of_household``: another member speaks for the household.
        """
        constants = self.model.constants
        asked = of_household or self.brought(block=1)[1] < constants.survey_age_share
        if self.custody != FREE or not asked:
            return None
        outlook = self.outlook()
        uniform = self.model.draw(self.identity, 0, SURVEY)[0]
        response, weight = constants.response, constants.response_weight
        answers = responds_to_survey(uniform, response, weight, outlook.sensitivity, outlook.trust)
        return outlook.trust if answers else None

    def moves_to(self, custody: int) -> None:
        """Change custody; the model keeps count."""
        count = self.model.population[self.county.index, self.group, self.status]
        count[self.custody] -= 1
        count[custody] += 1
        self.custody = custody

    def expects(self, kind: int, month: int, county: int) -> None:
        """Enter into the calendar what will become of the person, after an arrest in ``county``."""
        self.model.plan(Due(self.slot, county, self.generation, kind), month)

    def is_convicted(self, kind: int, county: int) -> None:
        """A court convicts: one more misdemeanour or felony on the record."""
        if self.is_gone():
            return
        if kind == MISDEMEANOR:
            self.added_misdemeanors = min(MOST_ADDED, self.added_misdemeanors + 1)
        else:
            self.added_felonies = min(MOST_ADDED, self.added_felonies + 1)
        self.added_aggravated = self.added_aggravated or kind == AGGRAVATED
        self.model.book.count_enforcement(county, self, self.level(), CONVICTED)

    def enters_ice_custody(self, county: int, channel: int) -> None:
        """ICE takes the person: a federal record from now on, and custody of a drawn length."""
        model = self.model
        self.known_to_ice = True
        model.book.count_enforcement(county, self, self.level(), IN_ICE)
        if model.removed_people_leave:
            self.moves_to(ICE_CUSTODY)
        months = months_in_ice_custody(model.draw(self.identity, 0, DEPARTURE)[2], model.constants.custody_ends)
        self.expects(END_OF_ICE_CUSTODY + channel, model.month + months, county)

    def leaves_ice_custody(self, county: int, channel: int) -> None:
        """ICE custody ends in removal or in relief."""
        if self.model.draw(self.identity, 0, DEPARTURE)[3] < self.model.constants.removal_share:
            self.is_removed(county, channel)
        elif self.model.removed_people_leave:
            self.moves_to(FREE)

    def is_removed(self, county: int, channel: int) -> None:
        """Leave the country; those close hear of it, and the place waits for a return or a newcomer."""
        model, constants, level = self.model, self.model.constants, self.level()
        model.book.count_enforcement(county, self, level, REMOVED)
        if self.brought(block=1)[0] < constants.citizen_child_share:
            model.book.count_enforcement(county, self, level, PARENTS)
        self.county.removed[self.group][channel] += 1
        model.taken_from_their_circles.append((self, AFTER_REMOVAL))
        leaves, when, _, _ = model.draw(self.identity, 0, DEPARTURE)
        back = comes_back(leaves, constants.returns)
        if back:
            self.expects(RETURN, model.month + months_until_return(when, constants.return_months), county)
        if model.removed_people_leave:
            self.moves_to(AWAY)
            self.detainer_declined = False
            if not back:
                self.expects(ARRIVAL, model.month + months_until_refill(when, constants.refill_months), county)

    def is_arrested_at_large(self) -> None:
        """ICE makes an arrest in the community, and those close hear of it."""
        self.model.taken_from_their_circles.append((self, AFTER_AT_LARGE))

    def returns(self, county: int) -> None:
        """Come back after a removal, with the same rank and record."""
        self.model.book.count_enforcement(county, self, self.level(), RETURNED)
        if self.model.removed_people_leave:
            self.moves_to(FREE)
