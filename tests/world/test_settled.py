"""The settled state: limits, balances, and small simulations with the rules themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson
from small_worlds import NO_RESPONSE, grid, ledger_of, merged, setting_of

from sim.parameters import Parameters
from sim.rules.booking import record_level
from sim.rules.custody import (
    comes_back,
    conviction_kind,
    months_held,
    months_in_ice_custody,
    months_until_refill,
    months_until_return,
)
from sim.rules.news import county_fear as next_fear
from sim.rules.reporting import own_fear as own_fear_left
from sim.words.codes import BOOKED
from sim.words.labels import CHARGES, PEOPLE_COLUMNS
from sim.world.counties.building import build_counties
from sim.world.setting import Setting
from sim.world.settled.capacity import expected_least
from sim.world.settled.custody import months_vacant
from sim.world.settled.endings import endings_of, ends_of
from sim.world.settled.fear import Jumps, News, county_fear, jump_sizes, own_fear
from sim.world.settled.histories import Histories
from sim.world.settled.records import booked_anew, charges_by_rank, federal_records, levels_of

MIXED: dict[str, Any] = {"people": {"hispanic_share": 0.4, "noncitizen_share": 0.25}}
WORLD = grid(2, 2, 40_000, 2, MIXED)
WIDE = grid(4, 4, 160_000, 2, MIXED)
PER_YEAR = 12 * 100_000
COURTS, NEVER = ("held", "stay", "convicted", "disposition_lag", "felony", "aggravated"), 999


@pytest.fixture(scope="module")
def settled() -> Setting:
    return setting_of(WORLD)


# Limits


def test_nothing_before_the_start_leaves_no_trace() -> None:
    base = setting_of(merged(WORLD, {"world": {"settled_under": "nothing"}})).world.baseline
    for found in (
        base.ice_share,
        base.away_share,
        base.fear,
        base.friend_jumps,
        base.status_removals,
        base.held_chance,
    ):
        assert not found.any()
    assert (base.risk == 1.0).all()
    assert not base.removal_risk.any()


def test_more_programs_before_the_start_take_more_people() -> None:
    under = ("nothing", "criminal_alien_program", "secure_communities")
    bases = [setting_of(merged(WORLD, {"world": {"settled_under": name}})).world.baseline for name in under]
    away = [float(base.away_share.sum()) for base in bases]
    fear = [float(base.fear.sum()) for base in bases]
    assert away == sorted(away)
    assert fear == sorted(fear)
    assert len(set(away)) == len(set(fear)) == 3


def test_where_removed_people_are_replaced_at_once_nobody_is_away() -> None:
    base = setting_of(merged(WORLD, {"responses": {"incapacitation": False}})).world.baseline
    assert not base.away_share.any()
    assert not base.ice_share.any()
    assert base.fear.all()


def test_where_nobody_is_sensitive_the_risk_is_that_at_full_trust() -> None:
    base = setting_of(merged(WORLD, {"trust": {"sensitivity": 0.0}})).world.baseline
    assert (base.risk == 1.0).all()
    assert base.fear.all()


# Balances


@pytest.mark.parametrize(
    "layer", [{}, {"crime": {"deterrence": 0.4}}, {"world": {"settled_under": "secure_communities"}}]
)
def test_recorded_crime_is_the_counties_own_in_the_settled_state(layer: dict[str, Any]) -> None:
    world = setting_of(merged(WORLD, layer)).world
    assert world.baseline.expected_recorded * PER_YEAR == pytest.approx(world.counties.recorded_per_100k, rel=1e-6)


def test_what_flows_into_ice_custody_flows_out(settled: Setting) -> None:
    """People in custody = people taken a month x mean stay; people away = removed a month x mean vacancy."""
    base, enforcement = settled.world.baseline, settled.parameters.enforcement
    in_ice, vacant = 1.0 / enforcement.custody_ends, sum(months_vacant(settled.parameters))
    taken = base.ice_share.sum(axis=-1) / in_ice
    assert base.away_share == pytest.approx(taken * enforcement.removal_share * vacant, rel=1e-9)
    uniforms = (np.arange(200_000) + 0.5) / 200_000
    stays = np.mean([months_in_ice_custody(u, enforcement.custody_ends) for u in uniforms])
    assert in_ice == pytest.approx(stays, rel=1e-3)
    refill = np.mean([months_until_refill(u, enforcement.refill_months) for u in uniforms])
    assert vacant == pytest.approx(enforcement.returns * 6.5 + (1 - enforcement.returns) * refill, rel=1e-3)


def test_nine_of_ten_taken_are_hispanic_on_real_counties(request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue("shared_data")
    files = {"counties": str(data / "us_counties.csv"), "adjacency": str(data / "adjacency.csv"), "scale": 0.001}
    world = setting_of({"months": 2, "world": files}).world
    people = (world.counties.persons[:, None] * world.baseline.group_share)[:, :, None] * world.baseline.status_share
    class_share = np.array([0.009, 0.041, 0.95])
    taken = np.einsum("kgs,c,kgscn->g", people, class_share, world.baseline.ice_share)
    assert taken[0] / taken.sum() >= 0.8


# Records


FOR_GOOD = {"removal_share": 1.0, "returns": 0.0}


def chain(
    courts: dict[str, Any], taken: float, rate: float = 1e-9, enforcement: dict[str, float] = FOR_GOOD
) -> np.ndarray:
    """Return the levels at a booking of people booked ``rate`` times a month, always for larceny."""
    parameters = Parameters.model_validate({"courts": courts, "enforcement": enforcement})
    alike, one, histories = np.zeros((1, 3, 3, 3, 10)), np.ones((3, 3, 3, 1)), Histories(np.zeros(1, dtype=np.int64))
    alike[..., 6] = rate
    again = booked_anew(parameters, rate * one, one, histories)
    ends = ends_of(endings_of(parameters), charges_by_rank(alike), np.full((1, 3, 3, 2, 3, 4), taken), again)
    return levels_of(parameters, alike, rate * one, one, ends, histories).level[0, 0, 0, 1]


def test_without_convictions_nobody_has_a_record() -> None:
    assert chain({"convicted": {"larceny": 0.0}}, 0.0) == pytest.approx([0.0, 0.0, 0.0, 1.0])


def test_whoever_is_always_new_has_no_record() -> None:
    assert chain({"first_booking_likely": 1.0}, 0.0) == pytest.approx([0.0, 0.0, 0.0, 1.0])


def test_records_are_those_to_which_simulated_bookings_lead() -> None:
    """2 million bookings: turnover, a conviction of some kind, and now and then removal for good."""
    first, convicted, felony, aggravated, leaves = 0.2, 0.65, 0.3, 0.4, 0.1
    courts = {
        "first_booking_likely": first,
        "convicted": {"larceny": convicted},
        "felony": {"larceny": felony},
        "aggravated": {"larceny": aggravated},
    }
    luck, found = np.random.default_rng(1), np.zeros(4)
    felonies, misdemeanors, grave = (np.zeros(20_000, dtype=int) for _ in range(3))
    for round_ in range(120):
        new = luck.random(20_000) < first
        for each in (felonies, misdemeanors, grave):
            each[new] = 0
        if round_ >= 20:
            for level in map(record_level, felonies.tolist(), misdemeanors.tolist(), grave.tolist()):
                found[level] += 1
        gone = luck.random(20_000) < leaves
        is_convicted, is_felony = luck.random(20_000) < convicted, luck.random(20_000) < felony
        felonies += is_convicted & is_felony
        misdemeanors += is_convicted & ~is_felony
        grave |= is_convicted & is_felony & (luck.random(20_000) < aggravated)
        for each in (felonies, misdemeanors, grave):
            each[gone] = 0
    assert chain(courts, leaves) == pytest.approx(found / found.sum(), abs=0.003)


@pytest.mark.parametrize("felony", [0.0, 1.0])
def test_convictions_are_lost_where_a_newcomer_is_booked_before_they_come(felony: float) -> None:
    """20,000 people, 140 months: a conviction comes five months after its booking, if nobody else has the place."""
    first, convicted, rate, lag, people = 0.3, 0.7, 0.2, 5, 20_000
    courts = {
        "first_booking_likely": first,
        "held": {"larceny": 0.0},
        "convicted": {"larceny": convicted},
        "felony": {"larceny": felony},
        "aggravated": {"larceny": 0.0},
        "disposition_lag": {"larceny": lag},
    }
    luck, found = np.random.default_rng(3), np.zeros(4)
    known, to_come = np.zeros(people, dtype=int), np.zeros((lag, people), dtype=int)
    for month in range(140):
        booked = luck.random(people) < -np.expm1(-rate)
        new = booked & (luck.random(people) < first)
        known[new] = 0
        to_come[:, new] = 0
        if month >= 60:
            for count in known[booked].tolist():
                found[record_level(count, 0, 0) if felony else record_level(0, count, 0)] += 1
        known += to_come[month % lag]  # courts sit after the month's bookings
        to_come[month % lag] = booked & (luck.random(people) < convicted)
    assert chain(courts, 0.0, -np.expm1(-rate)) == pytest.approx(found / found.sum(), abs=0.008)
    assert chain(courts, 0.0)[:3].sum() > found[:3].sum() / found.sum() + 0.05


def test_what_bookings_end_in_where_ice_takes_people() -> None:
    """100,000 bookings on two charges with the rules themselves: nobody is convicted whom ICE has by then."""
    courts = {"stay": {"larceny": 2.0, "burglary": 12.0}, "disposition_lag": {"larceny": 2, "burglary": 3}}
    enforcement = {
        "prison_months": 5.0,
        "custody_ends": 0.6,
        "removal_share": 0.5,
        "returns": 0.5,
        "return_months": 3.0,
    }
    parameters = Parameters.model_validate({"courts": courts, "enforcement": enforcement})
    taken, count, luck = {"at_once": 0.3, "jail": 0.6, "prison": 0.9}, 100_000, np.random.default_rng(4)
    found = np.zeros(5)  # three kinds of conviction, taken, removed for good
    for name, *u in zip(luck.choice(["larceny", "burglary"], count), *luck.random((8, count)).tolist(), strict=True):
        held, stay, convicted, lag, felony, aggravated = (
            getattr(getattr(parameters.courts, it), name) for it in COURTS
        )
        months = months_held(u[1], stay) if u[0] < held else 0
        way = "at_once" if months == 0 else "prison" if months >= 5 else "jail"
        absent = 0
        if u[2] < taken[way]:
            found[3] += 1
            absent = months_in_ice_custody(u[3], 0.6)
            if u[4] < 0.5:
                absent = absent + months_until_return(u[6], 3.0) if comes_back(u[5], 0.5) else NEVER
        found[4] += absent == NEVER
        here = absent == 0 or lag <= months or lag > months + absent
        if u[7] < convicted and here and absent < NEVER:
            found[conviction_kind(u[7] / convicted, felony, aggravated)] += 1
    booked, chance = np.zeros((1, 3, 3, 2, 10)), np.empty((1, 3, 3, 2, 3, 4))
    booked[..., [CHARGES.index("larceny"), CHARGES.index("burglary")]] = 1.0
    chance[:] = np.array([taken["jail"], taken["at_once"], taken["prison"]])[:, None]
    ends = ends_of(endings_of(parameters), booked, chance, np.zeros((1, 3, 3, 2)))
    mine = [*ends.convicted[0, 0, 2, 1, 0], ends.taken[0, 0, 2, 1, 0], ends.gone[0, 0, 2, 1, 0]]
    assert mine == pytest.approx((found / count).tolist(), abs=0.006)


@pytest.mark.parametrize("lag", [1, 3])
def test_no_court_convicts_whom_ice_has_by_then(lag: int) -> None:
    """20,000 people, 300 months: half of those booked are taken at once, and let go after a month or more."""
    first, convicted, rate, taken, ends, people = 0.2, 0.7, -np.expm1(-0.1), 0.5, 0.6, 20_000
    courts = {
        "first_booking_likely": first,
        "held": {"larceny": 0.0},
        "convicted": {"larceny": convicted},
        "felony": {"larceny": 1.0},
        "aggravated": {"larceny": 0.0},
        "disposition_lag": {"larceny": lag},
    }
    luck, found = np.random.default_rng(5), np.zeros(4)
    known, until, to_come = np.zeros(people, dtype=int), np.zeros(people, dtype=int), np.zeros((lag, people), dtype=int)
    for month in range(1, 301):
        here = until < month
        booked = here & (luck.random(people) < rate)
        new = booked & (luck.random(people) < first)
        known[new] = 0
        to_come[:, new] = 0
        if month > 220:
            for count in known[booked].tolist():
                found[record_level(count, 0, 0)] += 1
        known += to_come[month % lag] * here  # courts sit after the month's bookings, and then ICE comes
        to_come[month % lag] = booked & (luck.random(people) < convicted)
        gone = booked & (luck.random(people) < taken)
        until[gone] = month + luck.geometric(ends, people)[gone]
    given_relief = {"removal_share": 0.0, "custody_ends": ends}
    assert chain(courts, taken, rate, given_relief) == pytest.approx(found / found.sum(), abs=0.01)
    assert chain(courts, 0.0, rate, given_relief)[0] > found[0] / found.sum() + 0.02


@pytest.mark.slow
def test_levels_of_bookings_stand_still_under_the_criminal_alien_program() -> None:
    """A million people, many unauthorized: people booked in the first two years have the records of the last three."""
    crowded = {"hispanic_share": 0.9, "noncitizen_share": 0.5}
    crowded |= {"noncitizen_hispanic_share": 0.98, "unauthorized_hispanic_share": 0.98}
    everywhere = {"cap_reach": 1.0, "capacity_per_100k": 4000.0}
    parameters = grid(2, 2, 1_000_000, 96, {"people": crowded, "enforcement": everywhere})
    booked = ledger_of(parameters).enforcement[:, :, 0, 2, :, BOOKED].sum(axis=1)
    first, later = booked[:24].sum(axis=0), booked[60:].sum(axis=0)
    error = 0.5 * np.sqrt(1.0 / first.sum() + 1.0 / later.sum())
    assert first / first.sum() == pytest.approx(later / later.sum(), abs=3.5 * error)


def test_where_nobody_leaves_records_are_those_of_counties_without_programs() -> None:
    """Without incapacitation an identical person takes the place of somebody removed at once: no conviction is lost."""
    here, nowhere = (
        setting_of(merged(WORLD, {"responses": NO_RESPONSE, "enforcement": {"cap_reach": reach}})).world.baseline
        for reach in (1.0, 0.0)
    )
    assert here.held_chance.any()
    assert here.records.brought == pytest.approx(nowhere.records.brought, abs=1e-6)


def test_who_is_in_the_immigration_database() -> None:
    """A million bookings of people of one kind: turnover, contact with ICE, newcomers for those removed for good."""
    parameters = Parameters.model_validate({"courts": {"first_booking_likely": 0.25}})
    entry, kept, leaves = parameters.booking.federal_record.unauthorized, 0.15, 0.1
    newcomers, booked, between = federal_records(parameters, np.full((1, 3, 3, 2), kept), np.full((1, 3, 3, 2), leaves))
    luck, found = np.random.default_rng(2), []
    known = luck.random(20_000) < entry
    for _ in range(60):
        new = luck.random(20_000) < 0.25
        known = np.where(new, luck.random(20_000) < entry, known)
        found.append(known.mean())
        u = luck.random(20_000)
        known = np.where(u < kept, True, np.where(u < kept + leaves, luck.random(20_000) < entry, known))
    assert newcomers[0, 2] == entry
    assert booked[0, 0, 2, 1] == pytest.approx(np.mean(found[10:]), abs=0.002)
    assert between[0, 0, 2, 1] == pytest.approx(known.mean(), abs=0.01)


# Fear


def test_county_fear_is_where_the_rule_comes_to_rest() -> None:
    parameters = Parameters.model_validate({"trust": {"presence": 0.01}})
    heard, programs = np.array([[0.0004, 0.0001]]), np.array([1.0])
    trust, refusal = parameters.trust, 1.0 - parameters.world.settled_cooperation
    fade = trust.county_fade + refusal * trust.refusal_fade
    fear = [0.0, 0.0]
    for _ in range(600):
        for group, concern in enumerate((trust.concern.hispanic, trust.concern.other_noncitizen)):
            announced = trust.presence * concern * (1.0 - trust.known_refusal * refusal)
            fear[group] = next_fear(fear[group], fade, announced, trust.awareness, 1000.0 * heard[0, group])
    assert county_fear(parameters, heard.T, programs)[:, 0] == pytest.approx(fear, rel=1e-9)


def test_news_crosses_county_lines_and_a_county_without_neighbours_keeps_its_own() -> None:
    """The last of three counties has none: the others hear half of their own news, half of the other's."""
    trust = {"neighbour_weight": 0.5, "region_weight": 0, "spill_over": 0}
    parameters = Parameters.model_validate({"trust": trust})
    made = build_counties(Parameters.model_validate({"world": {"rows": 1, "columns": 3, "people": 900}}), 1)
    counties = replace(made, neighbour=np.array([1, 0], dtype=np.int32), neighbour_start=np.array([0, 1, 2, 2]))
    heard = News(parameters, counties, np.full((2, 3), 100.0)).pooled(np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 4.0]]))
    assert heard == pytest.approx(np.array([[1.5, 1.5, 3.0], [0.5, 0.5, 4.0]]))


def test_two_values_of_own_fear_stand_for_its_distribution() -> None:
    """Shot noise of three kinds of fright, simulated over 40,000 people and fifteen years."""
    parameters = Parameters()
    rates, sizes = np.array([0.01, 0.001, 0.004, 0.0005]), jump_sizes(parameters)
    luck = np.random.default_rng(3)
    fade, fear = parameters.trust.own_fade, np.zeros(40_000)
    for _ in range(180):
        fear = fear * (1.0 - fade) + luck.poisson(rates, (40_000, 4)) @ sizes
    left = np.exp(-fear * (1.0 - fade))
    found = own_fear(parameters, np.tile(rates[:, None, None, None], (1, 2, 4, 1)))
    for function in (
        lambda trust: trust,
        lambda trust: np.exp(2.0 * trust),
        lambda trust: 1.0 / (1.0 + np.exp(-trust)),
    ):
        mine = float(found.mean(function(found.low), function(found.high))[0, 0, 0])
        assert mine == pytest.approx(float(function(left).mean()), rel=0.01)


def test_nobody_frightened_is_at_full_trust() -> None:
    found = own_fear(Parameters(), np.zeros((4, 2, 4, 2)))
    assert (found.mean(found.low, found.high) == 1.0).all()


def test_own_fear_fades_as_the_rule_says() -> None:
    assert own_fear_left(32, 0.5) == pytest.approx(0.5)
    assert set(Jumps._fields) == {"friends", "friends_at_large", "housemate", "housemate_at_large"}


# Field offices


@pytest.mark.parametrize("mean", [0.01, 0.7, 5.0, 60.0, 199.0, 201.0, 3000.0])
@pytest.mark.parametrize("share", [0.3, 0.9, 1.0, 1.05, 2.0])
def test_what_an_office_lodges_of_what_it_wants(mean: float, share: float) -> None:
    """Beside the Poisson distribution, term by term; whole quotas of which the mean is the capacity."""
    most = share * mean
    numbers = np.arange(int(mean + 12 * np.sqrt(mean) + 30))
    chance = poisson.pmf(numbers, mean)
    low, high = (float(chance @ np.minimum(numbers, quota)) for quota in (np.floor(most), np.ceil(most)))
    assert expected_least(mean, most) == pytest.approx(low + (most % 1.0) * (high - low), rel=5e-4)


def test_places_stay_empty_as_offices_without_time_leave_them() -> None:
    """Offices that can lodge a third of what they want: five years on as many places are vacant as at the start."""
    crowded = {"hispanic_share": 0.9, "noncitizen_share": 0.5}
    crowded |= {"noncitizen_hispanic_share": 0.98, "unauthorized_hispanic_share": 0.98}
    busy = {"cap_reach": 1.0, "capacity_per_100k": 11.0}
    parameters = grid(2, 2, 200_000, 60, {"people": crowded}, {"enforcement": busy})
    vacant = ledger_of(parameters).people[..., PEOPLE_COLUMNS.index("vacant")].sum(axis=(1, 2, 3))
    assert vacant[-24:].mean() == pytest.approx(vacant[:3].mean(), rel=0.06)
    without_limit = setting_of(merged(parameters, {"enforcement": {"capacity_per_100k": 400.0}})).world.baseline
    assert setting_of(parameters).world.baseline.away_share.sum() < 0.7 * without_limit.away_share.sum()


# Histories


def test_records_follow_what_programs_did_to_a_county() -> None:
    """Where removals make newcomers, fewer people booked have records; each history has a chain of its own."""
    parameters = merged(WIDE, {"enforcement": {"cap_reach": 0.5}})
    base = setting_of(parameters).world.baseline
    assert sorted(set(base.history.tolist())) == [0, 1]
    reached = base.held_chance.any(axis=(1, 2, 3, 4))
    none = base.records.level[base.history, 0, 2, 1, 3]
    assert none[reached].min() > none[~reached].max() + 0.05
    everywhere, nowhere = (
        setting_of(merged(WIDE, {"enforcement": {"cap_reach": reach}})).world.baseline for reach in (1.0, 0.0)
    )
    assert len(everywhere.records.level) == len(nowhere.records.level) == 1
    assert none[~reached] == pytest.approx(nowhere.records.level[0, 0, 2, 1, 3], abs=0.01)
    assert none[reached] == pytest.approx(everywhere.records.level[0, 0, 2, 1, 3], abs=0.02)
