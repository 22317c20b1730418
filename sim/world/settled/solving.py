"""The fixed point of a world in which nothing changes any more, so that recorded crime equals what police recorded.

Crime, arrests, jail, ICE custody, removals and vacancies, fear, calls to the police and the risk that offenders believe
in follow from each other; the rates of opportunities are such that expected recorded crime is that of the counties.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.numerics.fixed_point import fixed_point
from sim.parameters import Parameters
from sim.words.calendar import month_number
from sim.words.codes import LEVEL_2, OUTSIDE
from sim.world.counties.building import Counties
from sim.world.kept import of_parameters
from sim.world.settled.baseline import Baseline
from sim.world.settled.calls import Calls, Reporting
from sim.world.settled.custody import (
    Custody,
    Known,
    Programs,
    Stays,
    Taking,
    asked_and_taken,
    booked_of,
    detainers_wished,
    months_held,
    months_vacant,
    stays_of,
)
from sim.world.settled.endings import endings_of, ends_of
from sim.world.settled.fear import Jumps, News, OwnFear, county_fear, own_fear
from sim.world.settled.histories import last_axis_first
from sim.world.settled.liberty import Liberty
from sim.world.settled.rates import CrimeRates, State, opportunities
from sim.world.settled.records import Levels, booked_anew, charges_by_rank, federal_records, levels_of
from sim.world.settled.rosters import rosters_of
from sim.world.settled.shares import expected_shares, tied_households, ties
from sim.world.settled.travel import Travel

Floats = npt.NDArray[np.float64]
ROUNDS, PLAIN_ROUNDS = 40, 100
"""Rounds in which who is at liberty is foreseen, and those after them, where that should not have led anywhere."""
TOLERANCE = 3e-7
"""Of shares and multipliers: a third of the step in which the risk of each incident is counted, ``rules.clearance``."""
LEAST_AT_LIBERTY = 1e-3


def programs_before(parameters: Parameters, counties: Counties, reached: npt.NDArray[np.bool_]) -> Programs:
    """Return the programs of the settled state; ``reached`` says which jails the Criminal Alien Program reaches."""
    everywhere = np.ones(len(counties), dtype=np.bool_)
    under = parameters.world.settled_under
    begin = month_number(parameters.start)
    dated = (counties.agreement >= 0) & (counties.agreement < begin)
    return Programs(
        cap=reached & (under != "nothing"),
        secure_communities=everywhere & (under == "secure_communities"),
        jail=dated & counties.agreement_jail,
        task_force=dated & counties.agreement_task_force,
    )


@dataclass
class _Round:
    """What one round finds, given the state from which it starts; arrays of counties have them last."""

    stays: Stays
    levels: Levels
    taken: Taking
    odds: Floats  # of being held, in ICE custody or away, over those of being at liberty, 3 x 3 x 3 classes x K
    away: Floats  # of it, of being away
    free: Floats
    newcomers: Floats  # in the immigration database, 3 groups x 3 statuses
    federal: Floats  # the same between bookings, H x 3 x 3 x 2 ranks
    flows: Floats  # people taken per person of the group and month, 2 groups x 3 statuses x 4 channels x K
    fear: Floats
    jumps: Jumps
    calls: Calls
    risk: Floats
    removable: Floats
    removal_risk: Floats
    at_full_trust: Floats  # sums of risk units


class _World:
    """The world of which the settled state is sought: one round of the iteration is ``settle``."""

    def __init__(
        self, parameters: Parameters, counties: Counties, reached: npt.NDArray[np.bool_], travel: Travel
    ) -> None:
        """Take what does not change from round to round."""
        self.parameters, self.counties = parameters, counties
        self.group_share, self.status_share = groups, statuses = expected_shares(parameters, counties)
        self.reporting = Reporting(parameters, statuses, ties(parameters, statuses))
        self.crime = CrimeRates(parameters, counties, groups, statuses, travel, self.reporting.at_full_trust)
        programs = programs_before(parameters, counties, reached)
        self.histories = programs.histories()
        self.custody = Custody(parameters, counties, programs, self.histories)
        self.frights = _Frights(parameters, counties, self.crime.groups, statuses, programs)
        kinds = self.crime.groups[:, None] * self.crime.statuses
        self.persons = (counties.persons * self.crime.groups)[:, None] * self.crime.statuses
        self.persons = self.persons[:, :, None] * self.crime.class_share[:, None]  # 3 x 3 x 3 classes x K
        self.kinds = kinds[:, :, None] * self.crime.class_share[:, None]
        self.rosters = rosters_of(parameters, counties.persons * self.crime.groups)
        self.liberty = Liberty(self.crime, self.rosters)
        self.agents_per_person = counties.agents / counties.persons
        enforcement = parameters.enforcement
        self.in_ice, self.vacant = 1.0 / enforcement.custody_ends, sum(months_vacant(parameters))
        self.leave = 1.0 if parameters.responses.incapacitation else 0.0
        self.removed_share = enforcement.removal_share
        self.endings = endings_of(parameters)

    def first(self) -> State:
        """Return the state of a world without arrests and fear; newcomers alone are in the immigration database."""
        count, ones = len(self.counties.code), np.ones
        return State(
            free=ones((3, 3, 3, count)),
            calls=self.reporting.unafraid(),
            deterred=ones((3, count)),
            taken=self.custody.taken_of_newcomers(),
            impunity=ones((3, 8, count)),
        )

    def settle(self, state: State) -> _Round:
        """Return what follows from a state."""
        parameters, crime, histories = self.parameters, self.crime, self.histories
        crime.solve(state)
        at_liberty = self.persons * state.free
        stays = stays_of(parameters, crime, at_liberty, histories)
        again = booked_anew(parameters, stays.booked, at_liberty, histories)
        ends = ends_of(self.endings, charges_by_rank(stays.by_history), state.taken, again)
        levels = levels_of(parameters, stays.by_history, stays.booked, at_liberty, ends, histories)
        kept, leaves = ((levels.level * each).sum(axis=-1) for each in (ends.taken - ends.gone, ends.gone))
        newcomers, known, federal = federal_records(parameters, kept, leaves)
        taken = self.custody.taking(Known(levels.level, known), stays, at_liberty * self.agents_per_person)
        gone = self.leave * taken.taken.sum(axis=3)
        away = gone * (self.removed_share * self.vacant)
        odds = stays.months + gone * self.in_ice + away
        free = self.rosters.at_liberty(odds)
        flows = ((crime.people[:2] * free[:2])[:, :, :, None] * taken.taken[:2]).sum(axis=2)
        fear, jumps = self.frights.of(flows)
        calls = self.reporting.feared(fear, self.frights.own(jumps), crime.groups)
        real, full = crime.risks(calls)
        risk = np.divide(real, full, out=np.ones_like(real), where=full > 0)
        removable = (self.kinds * (free * taken.removable)).reshape(27, -1).sum(axis=0)
        removed = self._removed(flows)
        return _Round(
            stays=stays,
            levels=levels,
            taken=taken,
            odds=odds,
            away=away,
            free=free,
            newcomers=newcomers,
            federal=federal,
            flows=flows,
            fear=fear,
            jumps=jumps,
            calls=calls,
            risk=risk,
            removable=removable,
            removal_risk=np.divide(removed, removable, out=np.zeros(len(removable)), where=removable > 0),
            at_full_trust=full,
        )

    def _removed(self, flows: Floats) -> Floats:
        """Return people removed per person and month, by county."""
        return np.einsum("kg,kgsn->k", self.group_share[:, :2], last_axis_first(flows)) * self.removed_share

    def state_after(self, found: _Round) -> State:
        """Return the state to which a round leads."""
        deterred = _deterred(self.parameters, found.levels.nation, found.removal_risk)
        return State(found.free, found.calls, deterred, found.taken.chance, self.crime.impunity(found.risk))


def solve_baseline(
    parameters: Parameters, counties: Counties, reached: npt.NDArray[np.bool_], travel: Travel
) -> Baseline:
    """Return the fixed point; expected recorded crime equals ``counties.recorded_per_100k`` to 1e-6 of itself."""
    world = _World(parameters, counties, reached, travel)
    first = world.first()
    point, last = first.packed(), list[tuple[State, _Round, State]]()
    low, high = np.zeros(len(point)), np.full(len(point), np.inf)
    low[: first.free.size] = LEAST_AT_LIBERTY
    high[: first.free.size + first.calls.reported.size] = 1.0

    def step(vector: Floats) -> Floats:
        state = first.unpacked(vector)
        found = world.settle(state)
        last[:] = [(state, found, world.state_after(found))]
        return last[0][2].packed()

    def foreseen(result: Floats) -> Floats:
        state, found, after = last[0]
        ahead = result.copy()
        ahead[: first.free.size] = world.liberty.expected(state, found.odds, found.free, found.stays, after).ravel()
        return ahead

    heeded = len(point) - first.impunity.size
    for rounds, knowing in ((ROUNDS, foreseen), (PLAIN_ROUNDS, None)):
        point, settled = fixed_point(step, point, (low, high), TOLERANCE, rounds, heeded, knowing)
        if settled:
            break
    return _baseline(world, *last[0][1:])


def _baseline(world: _World, found: _Round, after: State) -> Baseline:
    """Return what the world starts with, found in the last round, and the state to which this led."""
    crime, taken, free = world.crime, found.taken, 1.0 / (1.0 + found.odds)
    crime.solve(after)
    return Baseline(
        group_share=world.group_share,
        status_share=world.status_share,
        propensity=crime.propensity,
        **opportunities(crime),
        jailed_share=last_axis_first(found.stays.months * free),
        stay_cumulative=_cumulative(world.parameters, crime),
        ice_share=last_axis_first(world.leave * (taken.taken * world.in_ice) * free[:, :, :, None]),
        away_share=last_axis_first(found.away * free),
        held_chance=np.moveaxis(taken.held, -1, 0)[world.custody.alike],
        history=world.histories.of,
        records=found.levels.records(),
        federal=found.newcomers,
        federal_at_start=found.federal,
        fear=last_axis_first(found.fear),
        friend_jumps=last_axis_first(np.stack([found.jumps.friends, found.jumps.friends_at_large], axis=1)),
        status_removals=last_axis_first(_of_one(crime.statuses, found.flows, world.removed_share)),
        risk=last_axis_first(found.risk),
        removal_risk=found.removal_risk,
        expected_risk=last_axis_first(found.at_full_trust),
        expected_recorded=last_axis_first(crime.recorded),
        expected_removable=found.removable,
    )


def _cumulative(parameters: Parameters, crime: CrimeRates) -> Floats:
    """Return on which charge those in jail are held, K x 3 x 3 x 3 x 10, cumulative over charges."""
    booked = np.moveaxis(booked_of(crime.arrest_rates(slice(None))), (0, -1), (-1, 0))
    split = np.cumsum(booked * months_held(parameters), axis=-1)
    months = split[..., -1:].copy()
    np.divide(split, months, where=months > 0, out=split)
    split[..., -1] = 1.0
    return split


class _Frights:
    """What frightens the community of a world, and what does not change about it from round to round."""

    def __init__(
        self, parameters: Parameters, counties: Counties, groups: Floats, statuses: Floats, programs: Programs
    ) -> None:
        """Take shares of people (3 x K), of statuses (K x 3 x 3) and the programs that counties have had for years."""
        self.parameters = parameters
        self.news = News(parameters, counties, counties.agents * groups[:2])
        self.in_force = programs.secure_communities.astype(np.float64) + programs.jail + programs.task_force
        tied, within = tied_households(parameters, statuses)
        per_tied = np.divide(3.0, tied, out=np.zeros_like(tied), where=tied > 0)
        self.of_household = np.stack([per_tied, np.full(len(tied), 3.0)])  # of everybody's removals, 2 groups x K
        some = 1.0 - (1.0 - within) ** 3
        self.of_citizen = np.divide(1.0, some, out=np.zeros_like(some), where=some > 0)  # of a tied household's
        self.visibility = np.array(parameters.trust.visibility.values())

    def of(self, flows: Floats) -> tuple[Floats, Jumps]:
        """Return county fear (2 x K) and jumps of own fear; ``flows`` is people taken per person of the group and
        month, 2 groups x 3 statuses x 4 channels x K."""
        parameters = self.parameters
        removed = flows.sum(axis=1) * parameters.enforcement.removal_share  # 2 x 4 x K
        at_large = flows[:, :, OUTSIDE].sum(axis=1)
        visible = (removed * self.visibility[:, None]).sum(axis=1)
        fear = county_fear(parameters, self.news.pooled(visible), self.in_force)
        every, friends = removed.sum(axis=1), round(parameters.trust.acquaintances)
        return fear, Jumps(friends * every, friends * at_large, every * self.of_household, at_large * self.of_household)

    def own(self, jumps: Jumps) -> OwnFear:
        """Return own fear by tie; citizens of citizen households have no tie."""
        rates = np.zeros((4, 2, 4, jumps.friends.shape[-1]))  # a month, 4 kinds of jumps x 2 groups x 4 ties x K
        rates[:2] = np.stack([jumps.friends, jumps.friends_at_large])[:, :, None]
        home = np.stack([jumps.housemate, jumps.housemate_at_large])
        rates[2:, :, 2:] = home[:, :, None]
        rates[2:, 0, 1] = home[:, 0] * self.of_citizen
        return own_fear(self.parameters, rates)


def _of_one(statuses: Floats, flows: Floats, removed_share: float) -> Floats:
    """Return removals and arrests at large a month of one person by group, status and county, 2 x 3 x 2 x K."""
    share = statuses[:2, :, None]
    taken = np.stack([flows.sum(axis=2) * removed_share, flows[:, :, OUTSIDE]], axis=2)
    return np.divide(taken, share, out=np.zeros_like(taken), where=share > 0)


def _deterred(parameters: Parameters, nation: Floats, removal_risk: Floats) -> Floats:
    """Return how the risk of removal multiplies offending by status and county, 3 x K."""
    strength = parameters.crime.deterrence if parameters.responses.deterrence else 0.0
    if strength <= 0.0:
        return np.ones((3, len(removal_risk)))
    reference = removal_reference(parameters, nation)
    factor = np.ones_like(removal_risk)
    if reference > 0.0:
        factor = 1.0 - strength * np.minimum(1.0, removal_risk / reference)
    serious = nation[0, 1, 1, : LEVEL_2 + 1].sum()  # of Hispanic lawful noncitizens who are likely offenders
    return np.stack([np.ones_like(factor), 1.0 - serious * (1.0 - factor), factor])


def removal_reference(parameters: Parameters, nation: Floats) -> float:
    """Return the expected share of unauthorized arrestees removed in a fully honouring county with the program."""
    identified, taken = _honouring(parameters)
    likely = parameters.police.offender_link
    level = likely * nation[0, 2, 1] + (1.0 - likely) * nation[0, 2, 0]
    return identified * float(level @ taken) * parameters.enforcement.removal_share


@of_parameters
def _honouring(parameters: Parameters) -> tuple[float, Floats]:
    """Return for a fully honouring county with the program who is identified, and whom ICE takes of them, by level."""
    enforcement, booking = parameters.enforcement, parameters.booking
    found = enforcement.cap_reach * enforcement.cap_interview * enforcement.cap_access
    identified = booking.fingerprints * (1.0 - (1.0 - booking.federal_record.unauthorized) * (1.0 - found))
    return identified, asked_and_taken(parameters, 1.0, detainers_wished(parameters))[:, 0]
