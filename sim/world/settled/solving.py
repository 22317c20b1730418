"""The fixed point of a world in which nothing changes any more, so that recorded crime equals what police recorded.

Crime, arrests, jail, ICE custody, removals and vacancies, fear, calls to the police and the risk that offenders believe
in follow from each other; the rates of opportunities are such that expected recorded crime is that of the counties.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.rules.clearance import RISK_UNIT
from sim.words.calendar import month_number
from sim.words.codes import LEVEL_2, STREET_FELONY, STREET_MISDEMEANOR
from sim.words.labels import CHARGE_OF_CRIME, CHARGES
from sim.world.constants import FAMILY_OF_CRIME
from sim.world.counties.building import Counties
from sim.world.settled.calls import Calls, Reporting
from sim.world.settled.custody import RANK_OF_CLASS, Programs, Stays, months_away, stays_of, taking
from sim.world.settled.fear import Jumps, county_fear, own_fear, pooled
from sim.world.settled.records import Records, federal_records, records_of
from sim.world.settled.shares import class_weights, expected_shares, normalised_propensity, tied_households, ties

Floats = npt.NDArray[np.float64]
ITERATIONS = 200
TOLERANCE = 1e-11
MONTHLY = 1.0 / (100_000 * 12)


@dataclass(frozen=True)
class Baseline:
    """What is expected in each of K counties in a month of the settled state; with it a world starts."""

    group_share: Floats  # K x 3 groups, of people
    status_share: Floats  # K x 3 groups x 3 statuses, of the group
    propensity: Floats  # 3 statuses x 2 families, mean 1 over people
    opportunity_rate: Floats  # K: expected offences per slot and month at multipliers 1, all types
    type_cumulative: Floats  # K x 8: cumulative shares of types
    organization_opportunity: Floats  # K x 8: share of opportunities with an organization as target
    street_rate: Floats  # K: street encounters per slot and month
    jailed_share: Floats  # K x 3 groups x 3 statuses x 3 offender classes
    stay_cumulative: Floats  # same x 10 charges: on which charge those in jail are held, cumulative
    ice_share: Floats  # K x 3 x 3 x 3 x 4 channels: in ICE custody
    away_share: Floats  # K x 3 x 3 x 3: removed, the place vacant
    held_chance: Floats  # K x 2 groups x 3 statuses x 2 ranks x 4 channels: ICE takes somebody held
    records: Records
    federal: Floats  # 3 groups x 3 statuses: newcomers in the immigration database
    federal_at_start: Floats  # the same x 2 ranks: those who are there at the start
    fear: Floats  # K x 2 groups: county fear
    friend_jumps: Floats  # K x 2 groups x 2: removals and arrests at large of acquaintances, per person and month
    status_removals: Floats  # K x 2 groups x 3 statuses x 2: the same of one person of that status
    risk: Floats  # K x 3 groups x 2 families: believed risk of being reported and solved, relative to full trust
    removal_risk: Floats  # K: share of removable arrestees who are removed
    expected_risk: Floats  # K x 3 target groups x 2 families: sum of risk units per slot and month, at full trust
    expected_recorded: Floats  # K x 8: recorded crimes per slot and month
    expected_removable: Floats  # K: removable people booked per slot and month


@dataclass
class _State:
    """What the next round of the iteration starts from."""

    free: Floats  # K x 3 x 3 x 3
    calls: Calls
    impunity: Floats  # K x 3 x 8
    deterred: Floats  # K x 3 statuses: how the risk of removal multiplies offending


class _Crime:
    """Rates of opportunities such that expected recorded crime is that of the counties, given who is where."""

    def __init__(self, parameters: Parameters, counties: Counties, groups: Floats, statuses: Floats) -> None:
        """Take what does not change from round to round."""
        crime, police, people = parameters.crime, parameters.police, parameters.people
        self.groups, self.statuses = groups, statuses
        weights = groups * counties.persons[:, None]
        self.propensity = normalised_propensity(parameters, weights, statuses)
        self.weight, self.class_share = class_weights(parameters)
        self.offending = np.array([people.frequent_offending, 1.0 - people.frequent_offending, 0.0])
        self.own = np.array(crime.own_group.values())
        self.organization = np.array(crime.organization_share.values())
        self.reported = np.array(parameters.reporting.reported.values())
        self.recording, self.clearance = np.array(police.recording.values()), np.array(police.clearance.values())
        self.elasticity = np.array(crime.impunity_elasticity.values())
        self.displacement = crime.displacement
        self.goal = counties.recorded_per_100k * MONTHLY
        self.stops = np.array(police.stop_ratio.values())
        self.street_class = police.offender_link * self.weight + (1.0 - police.offender_link)
        self.street_goal = police.street_arrests_per_100k * MONTHLY
        self.street_felony = police.street_felony_share

    def solve(self, state: _State) -> None:
        """Work out rates, crimes against each group, and arrests, ``rates`` per person at liberty and month."""
        self.solved = self.clearance * state.calls.help[:, None]  # K x 8
        present = np.einsum("kgs,c,kgsc->kg", self.statuses, self.class_share, state.free)
        takes = self.propensity * state.deterred[..., None]  # K x 3 statuses x 2 families
        active = np.einsum("kgs,ksf,c,kgsc->kgf", self.statuses, takes, self.offending, state.free)
        active = active[:, :, FAMILY_OF_CRIME]
        anyone = np.einsum("kg,kgj->kj", self.groups, active)
        own = self.own[:, None]
        met = own * active + (1.0 - own) * anyone[:, None, :]
        self.by_group = (self.groups * present)[:, :, None] * met * state.impunity
        told = (self.by_group * state.calls.reported).sum(axis=1)
        by_organizations = self.reported * anyone
        opening = self.organization * told
        opening = opening / ((1.0 - self.organization) * by_organizations + opening)
        factor = (1.0 - opening) * told + opening * by_organizations
        self.rate = np.divide(self.goal, self.recording * factor, out=np.zeros_like(self.goal), where=factor > 0)
        self.opening, self.recorded = opening, self.rate * factor * self.recording
        self._arrest(state, present, takes)

    def _arrest(self, state: _State, present: Floats, takes: Floats) -> None:
        known = present[:, :, None] * state.calls.reported * state.impunity  # K x victim's group x 8
        own = self.own[:, None]
        elsewhere = (self.groups[:, :, None] * (1.0 - own) * known).sum(axis=1)
        against_people = (1.0 - self.opening)[:, None, :] * (own * known + elsewhere[:, None, :])
        reports = self.rate[:, None, :] * (against_people + (self.opening * self.reported)[:, None, :])
        classes = self.street_class * self.class_share
        usual = np.einsum("kg,g,kgs,c,kgsc->k", self.groups, self.stops, self.statuses, classes, state.free)
        self.street = np.divide(self.street_goal, usual, out=np.zeros(len(usual)), where=usual > 0)
        self.rates = np.zeros((*state.free.shape, len(CHARGES)))
        arrested = reports * (self.recording * self.solved)[:, None, :]
        self.rates[..., np.array(CHARGE_OF_CRIME)] = np.einsum(
            "kgj,c,ksj->kgscj", arrested, self.weight, takes[..., FAMILY_OF_CRIME]
        )
        streets = (self.street[:, None] * self.stops)[:, :, None, None] * self.street_class
        self.rates[..., STREET_FELONY] = streets * self.street_felony
        self.rates[..., STREET_MISDEMEANOR] = streets * (1.0 - self.street_felony)

    def against(self) -> Floats:
        """Return crimes against people, K x 3 groups x 8."""
        return (self.rate * (1.0 - self.opening))[:, None, :] * self.by_group

    def risks(self, calls: Calls) -> tuple[Floats, Floats]:
        """Return sums of risk units by group and family, K x 3 x 2: as calls are, and at full trust."""
        real = calls.reported * (self.recording * self.solved)[:, None, :]
        full = calls.reported_at_full_trust * (self.recording * self.clearance)
        units = [self.against() * np.floor(each * RISK_UNIT) for each in (real, full)]
        families = [np.flatnonzero(np.equal(FAMILY_OF_CRIME, family)) for family in (0, 1)]
        real_sum, full_sum = (np.stack([it[:, :, own].sum(axis=2) for own in families], axis=2) for it in units)
        return real_sum, full_sum

    def impunity(self, risk: Floats) -> Floats:
        """Return how the believed risk (K x 3 x 2) multiplies offending against each group, K x 3 x 8."""
        factor = risk[:, :, FAMILY_OF_CRIME] ** -self.elasticity
        mean = np.einsum("kg,kgj->kj", self.groups, factor)
        result: Floats = factor / mean[:, None, :] ** self.displacement
        return result


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


def solve_baseline(parameters: Parameters, counties: Counties, reached: npt.NDArray[np.bool_]) -> Baseline:
    """Return the fixed point; expected recorded crime equals ``counties.recorded_per_100k`` to 1e-6 of itself."""
    groups, statuses = expected_shares(parameters, counties)
    all_ties = ties(parameters, statuses)
    reporting, crime = Reporting(parameters, statuses, all_ties), _Crime(parameters, counties, groups, statuses)
    programs = programs_before(parameters, counties, reached)
    count = len(counties.code)
    state = _State(np.ones((count, 3, 3, 3)), reporting.at_full_trust(), np.ones((count, 3, 8)), np.ones((count, 3)))
    federal = np.zeros((3, 3, 2))
    in_ice, vacant = months_away(parameters)
    leave = 1.0 if parameters.responses.incapacitation else 0.0
    removed_share, enforcement = parameters.enforcement.removal_share, parameters.enforcement
    for _ in range(ITERATIONS):
        crime.solve(state)
        stays = stays_of(parameters, crime.rates)
        records = records_of(parameters, _national(stays.booked, counties, crime, state.free))
        taken = taking(parameters, programs, records, _at_booking(parameters, federal), stays)
        every = taken.taken.sum(axis=-1)
        away = leave * every * (in_ice + removed_share * vacant)
        free = 1.0 / (1.0 + stays.months + away)
        kept = _kept(every, stays, counties, crime, free) * (1.0 - removed_share * (1.0 - enforcement.returns))
        newcomers, federal = federal_records(parameters, kept)
        flows = np.einsum("kgs,c,kgsc,kgscn->kgsn", statuses, crime.class_share, free, taken.taken)
        fear, jumps = _fear(parameters, counties, groups, statuses, flows, programs)
        calls = reporting.feared(fear, own_fear(parameters, _by_tie(parameters, statuses, jumps)), groups)
        real, full = crime.risks(calls)
        risk = np.divide(real, full, out=np.ones_like(real), where=full > 0)
        removable = np.einsum("kg,kgs,c,kgsc->k", groups, statuses, crime.class_share, free * taken.removable)
        total = np.einsum("kg,kgsn->k", groups, flows) * removed_share
        removal_risk = np.divide(total, removable, out=np.zeros(count), where=removable > 0)
        change = float(np.abs(free - state.free).max() + np.abs(calls.reported - state.calls.reported).max())
        state = _State(free, calls, crime.impunity(risk), _deterred(parameters, records, removal_risk))
        if change < TOLERANCE:
            break
    crime.solve(state)
    return Baseline(
        group_share=groups,
        status_share=statuses,
        propensity=crime.propensity,
        **_opportunities(crime),
        jailed_share=stays.months * free,
        stay_cumulative=_cumulative(stays),
        ice_share=leave * (taken.taken * in_ice) * free[..., None],
        away_share=leave * every * removed_share * vacant * free,
        held_chance=taken.held,
        records=records,
        federal=newcomers,
        federal_at_start=federal,
        fear=fear,
        friend_jumps=np.stack([jumps.friends, jumps.friends_at_large], axis=-1),
        status_removals=_of_one(statuses, flows, removed_share),
        risk=risk,
        removal_risk=removal_risk,
        expected_risk=full,
        expected_recorded=crime.recorded,
        expected_removable=removable,
    )


def _opportunities(crime: _Crime) -> dict[str, Floats]:
    """Return the rates of opportunities and their types, as the engines take them."""
    total = crime.rate.sum(axis=1)
    shares = np.divide(crime.rate, total[:, None], out=np.zeros_like(crime.rate), where=total[:, None] > 0)
    cumulative = np.cumsum(shares, axis=1)
    cumulative[:, -1] = 1.0
    return {
        "opportunity_rate": total,
        "type_cumulative": cumulative,
        "organization_opportunity": crime.opening,
        "street_rate": crime.street,
    }


def _cumulative(stays: Stays) -> Floats:
    """Return on which charge those in jail are held, cumulative over charges."""
    months = stays.months[..., None]
    split = np.cumsum(np.divide(stays.by_charge, months, where=months > 0, out=np.zeros_like(stays.by_charge)), -1)
    split[..., -1] = 1.0
    return split


def _people(counties: Counties, crime: _Crime) -> Floats:
    """Return persons by county, group, status and class."""
    people = counties.persons[:, None, None] * crime.groups[:, :, None] * crime.statuses
    result: Floats = people[..., None] * crime.class_share
    return result


def _national(booked: Floats, counties: Counties, crime: _Crime, free: Floats) -> Floats:
    """Return national bookings by rank (2) and charge (10)."""
    by_class = np.einsum("kgsc,kgscj->cj", _people(counties, crime) * free, booked)
    return np.stack([by_class[rank == RANK_OF_CLASS].sum(axis=0) for rank in (0, 1)])


def _kept(every: Floats, stays: Stays, counties: Counties, crime: _Crime, free: Floats) -> Floats:
    """Return the chance that ICE takes somebody booked, national, 3 groups x 3 statuses x 2 ranks."""
    people = _people(counties, crime) * free
    taken, booked = ((people * each).sum(axis=0) for each in (every, stays.booked.sum(axis=-1)))
    result = np.zeros((3, 3, 2))
    for rank in (0, 1):
        own = rank == RANK_OF_CLASS
        top, bottom = taken[..., own].sum(axis=-1), booked[..., own].sum(axis=-1)
        result[..., rank] = np.divide(top, bottom, out=np.zeros((3, 3)), where=bottom > 0)
    return result


def _at_booking(parameters: Parameters, federal: Floats) -> Floats:
    """Return who is known to the immigration database at a booking, given who is between bookings."""
    courts = parameters.courts
    first = np.array([courts.first_booking_other, courts.first_booking_likely])
    entry = federal_records(parameters, np.zeros((3, 3, 2)))[0]
    result: Floats = first * entry[..., None] + (1.0 - first) * federal
    return result


def _fear(
    parameters: Parameters, counties: Counties, groups: Floats, statuses: Floats, flows: Floats, programs: Programs
) -> tuple[Floats, Jumps]:
    """Return county fear (K x 2) and jumps of own fear; ``flows`` is people taken per person of the group and month,
    K x 3 groups x 3 statuses x 4 channels."""
    removed = flows[:, :2].sum(axis=2) * parameters.enforcement.removal_share  # K x 2 x 4
    at_large = flows[:, :2, :, 2].sum(axis=2)
    visible = removed @ np.array(parameters.trust.visibility.values())
    agents = counties.agents[:, None] * groups[:, :2]
    in_force = programs.secure_communities.astype(np.float64) + programs.jail + programs.task_force
    fear = county_fear(parameters, pooled(parameters, counties, agents, visible), in_force)
    tied = np.stack([tied_households(parameters, statuses)[0], np.ones(len(groups))], axis=1)
    every, friends = removed.sum(axis=2), round(parameters.trust.acquaintances)
    home = [np.divide(3.0 * rate, tied, out=np.zeros_like(rate), where=tied > 0) for rate in (every, at_large)]
    return fear, Jumps(friends * every, friends * at_large, home[0], home[1])


def _by_tie(parameters: Parameters, statuses: Floats, jumps: Jumps) -> Floats:
    """Return jumps a month by tie, K x 2 groups x 4 ties x 4 kinds: citizens of citizen households have no tie."""
    _, within = tied_households(parameters, statuses)
    some = 1.0 - (1.0 - within) ** 3
    result = np.zeros((len(statuses), 2, 4, 4))
    result[..., 0], result[..., 1] = jumps.friends[..., None], jumps.friends_at_large[..., None]
    for kind, rate in ((2, jumps.housemate), (3, jumps.housemate_at_large)):
        result[:, :, 2:, kind] = rate[..., None]
        result[:, 0, 1, kind] = np.divide(rate[:, 0], some, out=np.zeros(len(some)), where=some > 0)
    return result


def _of_one(statuses: Floats, flows: Floats, removed_share: float) -> Floats:
    """Return removals and arrests at large a month of one person by county, group and status, K x 2 x 3 x 2."""
    share = statuses[:, :2, :, None]
    taken = np.stack([flows[:, :2].sum(axis=3) * removed_share, flows[:, :2, :, 2]], axis=-1)
    return np.divide(taken, share, out=np.zeros_like(taken), where=share > 0)


def _deterred(parameters: Parameters, records: Records, removal_risk: Floats) -> Floats:
    """Return how the risk of removal multiplies offending by county and status, K x 3."""
    strength = parameters.crime.deterrence if parameters.responses.deterrence else 0.0
    reference = removal_reference(parameters, records)
    factor = np.ones_like(removal_risk)
    if strength > 0.0 and reference > 0.0:
        factor = 1.0 - strength * np.minimum(1.0, removal_risk / reference)
    serious = records.level[1, : LEVEL_2 + 1].sum()  # of lawful noncitizens who offend: likely offenders
    return np.stack([np.ones_like(factor), 1.0 - serious * (1.0 - factor), factor], axis=1)


def removal_reference(parameters: Parameters, records: Records) -> float:
    """Return the expected share of unauthorized arrestees removed in a fully honouring county with the program."""
    enforcement, booking = parameters.enforcement, parameters.booking
    found = enforcement.cap_reach * enforcement.cap_interview * enforcement.cap_access
    identified = booking.fingerprints * (1.0 - (1.0 - booking.federal_record.unauthorized) * (1.0 - found))
    likely = parameters.police.offender_link
    level = likely * records.level[1] + (1.0 - likely) * records.level[0]
    issue = np.array(enforcement.detainer_issue.values())
    taken = issue * enforcement.custody_share + (1.0 - issue) * enforcement.custody_without_detainer
    return identified * float(level @ taken) * enforcement.removal_share
