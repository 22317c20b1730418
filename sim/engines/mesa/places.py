"""Where residents live: neighbourhoods are cells of Mesa's discrete space, joined into counties."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import nan
from typing import TYPE_CHECKING, Any

from mesa.discrete_space import Cell

from sim.engines.conditions import Condition, risk_as_expected
from sim.engines.mesa.records import Incident, heard_of
from sim.numerics.draws import Purpose, entity_of, poisson
from sim.rules.clearance import clearance_capacity
from sim.rules.news import (
    county_fear,
    fading,
    pooled_removal_rate,
    relative_risk,
    running_removal_risk,
    spilled_over,
)
from sim.rules.offending import deterrence, displaced, impunity
from sim.rules.opportunity import choose, repeat_part, repeat_victim, repeat_victims, repeat_width, roster_entry
from sim.words.codes import (
    CHANNEL_COUNT,
    COMMUNITY_COUNT,
    FAMILY_COUNT,
    FREE,
    GROUP_COUNT,
    HISPANIC,
    JAILED,
    ORGANIZATION,
    OTHER,
)
from sim.words.luck import AGAIN, BUSINESS, DECISIONS, OWN_GROUP, TRAVELS, WHAT, WHERE, WHO, WHOM
from sim.world.person import HOUSEHOLD

if TYPE_CHECKING:
    from sim.engines.mesa.model import MesaEngine
    from sim.engines.mesa.police import IceOffice, PoliceDepartment
    from sim.engines.mesa.residents import Resident

OPPORTUNITY_COUNT, DECIDE = int(Purpose.OPPORTUNITY_COUNT), int(Purpose.DECIDE)
OPPORTUNITY = int(Purpose.OPPORTUNITY)


@dataclass
class Pool:
    """People of one group in a county, and the roster of likely offenders among them."""

    first_slot: int
    mass: float  # expected number of likely offenders
    roster: list[Resident]

    def meets(self, uniform: float, constants: Any) -> Resident:
        """Return the likely offender met, those who offend often first."""
        return self.roster[roster_entry(uniform, self.mass, constants.frequent_share, constants.frequent_offending)]

    def takes_in(self, newcomer: Resident, leaver: Resident) -> None:
        """Put a newcomer in the place of a likely offender who left for good."""
        self.roster[self.roster.index(leaver)] = newcomer


class Neighbourhood(Cell):  # type: ignore[misc]
    """A cell: its residents by group, its neighbours, and the pools in which its offenders are sought."""

    def settle(self, model: MesaEngine, county: County, identity: int, first_slots: list[int]) -> None:
        """Put the cell into its county; ``identity`` keys its draws."""
        self.model, self.county, self.identity = model, county, identity
        self.first_slots = first_slots
        self.residents: list[list[Resident]] = [[], [], []]
        self.people = 0
        self.pools: list[Pool | None] = [None, None, None]
        self.neighbours: list[Neighbourhood] = [self.connections[key] for key in sorted(self.connections)]
        self.guardianship = 1.0
        self.recent_crime = 0.0
        self.recorded_this_month = 0
        county.cells.append(self)

    @property
    def trust(self) -> float:
        """Mean trust of those of the community who live here and are at liberty; nan where there is nobody."""
        found = [one.trust for group in self.residents[:OTHER] for one in group if one.custody == FREE]
        return sum(found) / len(found) if found else nan

    def replace(self, resident: Resident, newcomer: Resident) -> None:
        """Let a newcomer take a resident's place."""
        self.residents[resident.group][resident.slot - self.first_slots[resident.group]] = newcomer

    def group_at(self, place: int) -> tuple[int, int]:
        """Return the group, and the place within it, of the ``place``-th person of the cell."""
        for group in range(OTHER):
            if place < len(self.residents[group]):
                return group, place
            place -= len(self.residents[group])
        return OTHER, place

    def resident_at(self, place: int) -> Resident:
        """Return the ``place``-th person of the cell."""
        group, place = self.group_at(place)
        return self.residents[group][place]

    def count_opportunities(self) -> int:
        """Return how many opportunities for crime arise in the cell this month."""
        model, county = self.model, self.county
        mean = self.people * county.opportunity_rate * county.background * model.constants.headroom
        return poisson(model.luck, self.identity, 0, model.month, OPPORTUNITY_COUNT, mean)

    def opportunities(self, count: int) -> Iterator[Incident]:
        """Yield those of the month's ``count`` opportunities that do not lapse; one draw decides on several."""
        for first in range(0, count, DECISIONS):
            decisions = self.model.choices(self.identity, first // DECISIONS, DECIDE)
            for lane, decides in enumerate(decisions[: count - first]):
                incident = self.opportunity(first + lane, decides)
                if incident is not None:
                    yield incident

    def opportunity(self, number: int, decides: float) -> Incident | None:
        """Let target, offender and place meet; None where the target is absent or the offender in jail."""
        luck = self.model.choices_of(self.identity, number, OPPORTUNITY)
        crime = self.county.crime_type(luck[WHAT])
        group, target = ORGANIZATION, None
        if not choose(luck[BUSINESS], self.county.organization[crime]):
            target = self.target_of(crime, luck)
            if target.custody != FREE:
                return None
            group = target.group
        offender = self.offender_met(luck, group)
        if offender.custody == JAILED:
            return None
        return Incident(self, number, crime, group, target, offender, decides)

    def target_of(self, crime: int, luck: tuple[float, ...]) -> Resident:
        """Return the person (or a person of the household) against whom an opportunity is directed."""
        constants, county = self.model.constants, self.county
        place = luck[WHOM] * self.people
        anyone = int(place)
        group, within = self.group_at(anyone)
        unit = 1 if constants.person_target[crime] == 1 else HOUSEHOLD
        size, family = county.group_size[group] // unit, constants.family[crime]
        again = county.victim_again(place - anyone, luck[AGAIN], size, family, group)
        if again is None:
            return self.residents[group][within]
        return self.model.residents[county.group_low[group] + again * unit + within % unit]

    def offender_met(self, luck: tuple[float, ...], group: int) -> Resident:
        """Return the likely offender met: of the target's group or anyone, of this cell or a neighbouring one."""
        constants = self.model.constants
        home, where = self, luck[WHERE]
        if choose(luck[TRAVELS], constants.travel_share) and self.neighbours:
            ways = len(self.neighbours)
            way = int(where * ways)
            where = where * ways - way
            home = self.neighbours[way]
        if group == ORGANIZATION or not choose(luck[OWN_GROUP], constants.own_group[group]):
            group, _ = home.group_at(int(where * home.people))
        pool = home.pools[group] or self.pools[group]
        assert pool is not None, "no likely offenders of this group here"
        return pool.meets(luck[WHO], constants)


@dataclass(kw_only=True)
class County(Condition):
    """A county: what lies in it, and what holds there this month."""

    index: int
    code: int
    first_slot: int
    people: int
    community: int  # Hispanic people and other noncitizens
    group_low: list[int]  # first slot of each group
    group_size: list[int]
    group_share: list[float]  # expected, as the baseline has it
    organization: list[float]  # by crime type: share of opportunities with an organization as target
    opportunity_rate: float
    street_rate: float
    expected_risk: list[list[float]]  # group x family: risk units per slot and month
    expected_recorded: list[float]  # by crime type, per slot and month
    expected_removable: float  # per slot and month
    history: int  # programs before the start
    cells: list[Neighbourhood] = field(default_factory=list, repr=False)
    neighbours: list[County] = field(default_factory=list, repr=False)
    police: PoliceDepartment = field(init=False, repr=False)
    office: IceOffice = field(init=False, repr=False)
    # what happened this month
    removed: list[list[int]] = field(default_factory=list)  # of the county's residents, by group and channel
    removal_rate: list[float] = field(default_factory=list)  # per person of each group, pooled with the ICE region
    removable: int = 0  # booked in the county
    taken: int = 0  # of them, those whom ICE will take
    risk_sums: list[list[list[int]]] = field(default_factory=list)  # group x family x (real, at full trust), risk units

    def crime_type(self, uniform: float) -> int:
        """Return the crime type at ``uniform``."""
        return bisect_right(self.types, uniform, 0, len(self.types) - 1)

    def victim_again(self, uniform: float, which: float, size: int, family: int, group: int) -> int | None:
        """Return which of the people (or households) of a group is victim again, None where it is none of these.

        ``uniform`` decides whether one is, ``which`` who it is.
        """
        constants = self.police.model.constants
        until = 0.0
        for often, share, stratum in (
            (1, constants.chronic_share[family], constants.chronic_stratum[family]),
            (0, constants.repeat_share[family], constants.repeat_stratum[family]),
        ):
            identity = entity_of(self.code, 2 * (group * FAMILY_COUNT + family) + often)
            width = repeat_width(size, stratum, constants.repeats_bear[family])
            until += repeat_part(size, share, width, identity)
            if choose(uniform, until):
                return repeat_victim(which, repeat_victims(size, width, identity), width, identity)
        return None

    def expect(self, constants: Any) -> None:
        """Work out from last month's news and the calendar what holds now."""
        self.fear_at_start = list(self.fear)
        pairs = list(zip(constants.family, constants.elasticity, strict=True))
        self.impunity = [[impunity(risk[family], elasticity) for family, elasticity in pairs] for risk in self.risk]
        if constants.displacement > 0.0:
            for crime in range(len(pairs)):
                self._displace(crime, constants.displacement)
        self.deterrence = deterrence(constants.deterrence, self.removal_risk, constants.deterrence_reference)
        lost = constants.task_force_officer_time if self.agreement_287g_task_force else 0.0
        self.capacity = clearance_capacity(self.load, constants.load_elasticity, lost)
        self.street_rise = 1.0 + constants.task_force_stops if self.agreement_287g_task_force else 1.0

    def _displace(self, crime: int, share: float) -> None:
        """Let part of the offending that impunity adds against some groups be lost against others."""
        mean = 0.0
        for group in range(GROUP_COUNT):
            mean += self.group_share[group] * self.impunity[group][crime]
        for group in range(GROUP_COUNT):
            self.impunity[group][crime] = displaced(self.impunity[group][crime], mean, share)

    @property
    def risk_against_hispanic(self) -> float:
        """The believed relative risk of crimes against Hispanic targets."""
        return risk_as_expected(*self.risk[HISPANIC], *self.expected_risk[HISPANIC])

    def begin_month(self) -> None:
        """Set the month's counts to nothing."""
        self.removed = [[0] * CHANNEL_COUNT for _ in range(COMMUNITY_COUNT)]
        self.removable, self.taken = 0, 0
        self.risk_sums = [[[0, 0] for _ in range(FAMILY_COUNT)] for _ in range(GROUP_COUNT)]

    def pool_removals(self, constants: Any) -> None:
        """Work out this month's removals per person of each group, the county's own pooled with its ICE region's."""
        self.removal_rate = [
            pooled_removal_rate(
                heard_of(self.removed[group], constants.visibility),
                self.group_size[group],
                self.office.regional_rate[group],
                constants.region_weight,
            )
            for group in range(COMMUNITY_COUNT)
        ]

    def heard_rate(self, group: int, weight: float) -> float:
        """Return the removal rate that people hear of: their own county's and, in part, the neighbours'."""
        if weight <= 0.0 or not self.neighbours:
            return self.removal_rate[group]
        around = 0.0
        for neighbour in self.neighbours:
            around += neighbour.removal_rate[group]
        return (1.0 - weight) * self.removal_rate[group] + weight * (around / len(self.neighbours))

    def fear_fades_and_rises(self, constants: Any) -> None:
        """Update the fear of each group from the month's events, programs and removals."""
        fade = fading(constants.county_fade, self.refusal, constants.refusal_fade)
        rates = [self.heard_rate(group, constants.neighbour_weight) for group in range(COMMUNITY_COUNT)]
        for group, own in enumerate(rates):
            heard = spilled_over(own, rates[1 - group], constants.spill_over) * 1000.0
            announced = self.announced * constants.concern[group]
            self.fear[group] = county_fear(self.fear[group], fade, announced, constants.awareness, heard)

    def offenders_learn(self, constants: Any) -> None:
        """Update the believed risk of being reported and solved, and that of being removed."""
        for group in range(GROUP_COUNT):
            for family in range(FAMILY_COUNT):
                weight = constants.risk_memory * self.expected_risk[group][family] * self.people
                real, at_full_trust = self.risk_sums[group][family]
                self.risk[group][family] = relative_risk(real, at_full_trust, self.risk[group][family], weight)
        weight = constants.removal_memory * self.expected_removable * self.people
        self.removal_risk = running_removal_risk(
            self.taken, self.removable, self.removal_risk, weight, constants.removal_share
        )
