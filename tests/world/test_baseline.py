"""The solved baseline against formulas written afresh from the design, not from the solver's code.

Where no program was in force before the start nobody fears, nobody is taken and nobody is deterred: then all is in
closed form. What the Criminal Alien Program adds is in ``test_settled``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from roster_entries import met_at_liberty
from small_worlds import grid, merged, setting_of

from sim.words.faults import UserError
from sim.words.labels import CHARGE_OF_CRIME, CRIME_TYPES
from sim.world.setting import Setting

FAMILY = [0 if crime.violent else 1 for crime in CRIME_TYPES]
PER_YEAR = 12 * 100_000
NEVER: dict[str, Any] = {"world": {"settled_under": "nothing"}}
GRIDS: dict[str, dict[str, Any]] = {
    "default": grid(3, 3, 20_000, 2),
    "much_crime": grid(2, 2, 5000, 2, {"crime": {"recorded_per_100k": {"larceny": 20_000.0, "robbery": 3000.0}}}),
    "no_simple_assault": grid(2, 2, 5000, 2, {"crime": {"recorded_per_100k": {"simple_assault": 0.0}}}),
    "many_noncitizens": grid(
        2,
        3,
        5000,
        2,
        {
            "people": {"hispanic_share": 0.5, "noncitizen_share": 0.35, "likely_offender_share": 0.1},
            "crime": {"own_group": {"hispanic": 0.6}, "propensity_violent": {"unauthorized": 2.0}},
            "police": {"stop_ratio": {"hispanic": 3.0}, "offender_link": 0.2},
        },
    ),
}


@pytest.fixture(scope="module", params=[*GRIDS, "real_counties"])
def solved(request: pytest.FixtureRequest) -> Setting:
    if request.param == "real_counties":
        data: Path = request.getfixturevalue("shared_data")
        world = {"counties": str(data / "us_counties.csv"), "adjacency": str(data / "adjacency.csv"), "scale": 0.001}
        return setting_of(merged({"start": "1995-01", "months": 2, "world": world}, NEVER))  # before any agreement
    return setting_of(merged(GRIDS[request.param], NEVER))


def table(values: Any) -> np.ndarray:
    return np.array(values.values(), dtype=np.float64)


def crossing(setting: Setting) -> np.ndarray:
    """Return which share of a county's opportunities meets offenders of each county, K x K, cell by cell."""
    world, travel = setting.world, setting.parameters.crime.travel_share
    agents, people = world.counties.agents, world.cell_size.sum(axis=1)
    result = np.zeros((len(agents), len(agents)))
    for cell, county in enumerate(world.cell_county):
        ways = world.neighbour[world.neighbour_start[cell] : world.neighbour_start[cell + 1]]
        leaving = travel if len(ways) else 0.0
        result[county, county] += people[cell] * (1 - leaving)
        for way in ways:
            result[county, world.cell_county[way]] += people[cell] * leaving / len(ways)
    return result / agents[:, None]


class Expected:
    """What the design says is expected in a month, per person of each of K counties."""

    def __init__(self, setting: Setting) -> None:
        parameters, base = setting.parameters, setting.world.baseline
        people, crime, police = parameters.people, parameters.crime, parameters.police
        self.reported, self.recorded = table(parameters.reporting.reported), table(police.recording)
        self.cleared, self.own = table(police.clearance), table(crime.own_group)
        likely, often = people.likely_offender_share, people.frequent_share
        self.class_share = np.array([likely * often, likely * (1 - often), 1 - likely])
        self.class_offending = np.array([people.frequent_offending, 1 - people.frequent_offending, 0.0])
        self.free = 1.0 - base.jailed_share
        odds, agents = (
            base.jailed_share / self.free,
            parameters.world.scale * setting.world.counties.persons[:, None] * base.group_share,
        )
        for s in range(3):
            self.free[:, :, s, 0], self.free[:, :, s, 1] = met_at_liberty(
                parameters, agents, odds[:, :, s, 0], odds[:, :, s, 1]
            )
        count = len(base.group_share)
        self.at_home = np.zeros((count, 3))
        self.takes = np.zeros((count, 3, 8))
        for g, s, c in np.ndindex(3, 3, 3):
            living = base.status_share[:, g, s] * self.free[:, g, s, c]
            self.at_home[:, g] += living * self.class_share[c]
            for j in range(8):
                self.takes[:, g, j] += living * self.class_offending[c] * base.propensity[s, FAMILY[j]]
        self.crossing, self.agents = crossing(setting), setting.world.counties.agents
        self.anyone = self.crossing @ (base.group_share[:, :, None] * self.takes).sum(axis=1)
        shares = np.diff(base.type_cumulative, axis=1, prepend=0.0)
        self.rate = base.opportunity_rate[:, None] * shares
        self.organization = self.rate * base.organization_opportunity * self.anyone
        self.against = np.zeros((count, 3, 8))
        for g in range(3):
            present = (base.group_share[:, g] * self.at_home[:, g])[:, None]
            met = self.own[g] * (self.crossing @ self.takes[:, g]) + (1 - self.own[g]) * self.anyone
            self.against[:, g] = self.rate * (1 - base.organization_opportunity) * present * met
        self.true = self.against.sum(axis=1) + self.organization

    def borne(self, brought: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Return what falls on each offender of a ``share`` of people where each brings so much, K x 8."""
        people = (self.agents * share)[:, None]
        fallen = self.crossing.T @ (brought * people)
        return np.divide(fallen, people, out=np.zeros_like(fallen), where=people > 0)


@pytest.fixture(scope="module")
def expected(solved: Setting) -> Expected:
    return Expected(solved)


def test_recorded_rates_are_the_counties_own(solved: Setting, expected: Expected) -> None:
    recorded = expected.true * expected.reported * expected.recorded * PER_YEAR
    assert recorded == pytest.approx(solved.world.counties.recorded_per_100k, rel=1e-9, abs=1e-9)
    assert solved.world.baseline.expected_recorded * PER_YEAR == pytest.approx(recorded, rel=1e-9, abs=1e-9)


def test_organizations_have_their_share_of_recorded_crime(solved: Setting, expected: Expected) -> None:
    share = np.broadcast_to(table(solved.parameters.crime.organization_share), expected.true.shape)
    some = expected.true > 0
    assert (expected.organization[some] / expected.true[some]) == pytest.approx(share[some], rel=1e-7, abs=1e-12)


def test_propensity_has_mean_one(solved: Setting) -> None:
    base, counties = solved.world.baseline, solved.world.counties
    people = (counties.persons[:, None, None] * base.group_share[:, :, None] * base.status_share).sum(axis=(0, 1))
    assert people @ base.propensity / people.sum() == pytest.approx([1.0, 1.0], rel=1e-12)
    table_of = np.array([table(solved.parameters.crime.propensity_violent)]).T
    assert base.propensity[:, :1] / base.propensity[0, 0] == pytest.approx(table_of / table_of[0])


def test_shares_add_up_to_the_county(solved: Setting) -> None:
    base, counties = solved.world.baseline, solved.world.counties
    assert base.group_share.min() >= 0.0
    assert base.status_share.min() >= 0.0
    assert base.group_share.sum(axis=1) == pytest.approx(1.0)
    assert base.status_share.sum(axis=2) == pytest.approx(1.0)
    assert base.group_share[:, 0] == pytest.approx(counties.hispanic_share)
    citizens = (base.group_share * base.status_share[:, :, 0]).sum(axis=1)
    room = 0.42 * counties.noncitizen_share < 1.0 - counties.hispanic_share
    assert (1.0 - citizens)[room] == pytest.approx(counties.noncitizen_share[room])
    assert (~room).sum() <= 4  # counties with hardly anybody who is not Hispanic
    assert not base.status_share[:, 1, 0].any()
    assert (base.status_share[:, 2, 0] == 1.0).all()


def test_street_arrests_are_as_many_as_published(solved: Setting, expected: Expected) -> None:
    parameters, base = solved.parameters, solved.world.baseline
    link = parameters.police.offender_link
    arrests = np.zeros(len(base.street_rate))
    for g, s in np.ndindex(3, 3):
        found = link * expected.class_offending + (1 - link) * expected.class_share
        people = base.group_share[:, g] * base.status_share[:, g, s]
        arrests += table(parameters.police.stop_ratio)[g] * people * (expected.free[:, g, s] @ found)
    assert base.street_rate * arrests * PER_YEAR == pytest.approx(parameters.police.street_arrests_per_100k, rel=1e-7)


def arrest_rates(setting: Setting, expected: Expected) -> np.ndarray:
    """Return arrests per month at liberty: K x 3 groups x 3 statuses x 3 classes x 10 charges."""
    parameters, base = setting.parameters, setting.world.baseline
    rates = np.zeros((*base.jailed_share.shape, 10))
    opening = base.organization_opportunity
    solved = expected.reported * expected.recorded * expected.cleared
    anyone_meets = (base.group_share * expected.at_home * (1 - expected.own)).sum(axis=1)[:, None]
    of_anyone = expected.borne(expected.rate * ((1 - opening) * anyone_meets + opening), np.ones(len(opening)))
    link, felony = parameters.police.offender_link, parameters.police.street_felony_share
    for g, s, c in np.ndindex(3, 3, 3):
        own_meets = (expected.own[g] * expected.at_home[:, g])[:, None]
        of_own = expected.borne(expected.rate * (1 - opening) * own_meets, base.group_share[:, g])
        meets = of_own + of_anyone
        weight = expected.class_offending[c] / expected.class_share[c] if expected.class_share[c] > 0 else 0.0
        for j, charge in enumerate(CHARGE_OF_CRIME):
            rates[:, g, s, c, charge] = meets[:, j] * weight * base.propensity[s, FAMILY[j]] * solved[j]
        stops = base.street_rate * table(parameters.police.stop_ratio)[g] * (link * weight + 1 - link)
        rates[:, g, s, c, 7], rates[:, g, s, c, 9] = stops * felony, stops * (1 - felony)
    return rates


def test_jails_are_in_balance(solved: Setting, expected: Expected) -> None:
    """Renewal: odds of being in jail = months in jail that a month at liberty leads to, on the gravest charge."""
    courts, base = solved.parameters.courts, solved.world.baseline
    rates = arrest_rates(solved, expected)
    held, stay = table(courts.held), table(courts.stay)
    months = np.zeros_like(base.jailed_share)
    for charge in range(10):
        not_graver = np.exp(-rates[..., :charge].sum(axis=-1))
        months += not_graver * (1 - np.exp(-rates[..., charge])) * held[charge] * stay[charge]
    assert base.jailed_share == pytest.approx(months / (1 + months), rel=1e-7, abs=1e-12)
    frequent, likely, ordinary = (base.jailed_share[:, 2, 0, c] for c in range(3))
    assert (frequent > likely).all()
    assert (likely > ordinary).all()


def test_expected_risk_is_what_incidents_add_up_to(solved: Setting, expected: Expected) -> None:
    units = expected.against * expected.reported * expected.recorded * expected.cleared * 2**20
    for family in (0, 1):
        mine = units[:, :, np.equal(FAMILY, family)].sum(axis=2)
        assert solved.world.baseline.expected_risk[:, :, family] == pytest.approx(mine, rel=1e-4)


def test_expected_removable_is_what_bookings_add_up_to(solved: Setting, expected: Expected) -> None:
    base = solved.world.baseline
    booked = (1 - np.exp(-arrest_rates(solved, expected).sum(axis=-1))) * expected.free
    mine = np.zeros(len(base.street_rate))
    for g, c in np.ndindex(3, 3):
        serious = base.records.level[base.history, g, 1, 0 if c == 2 else 1, :2].sum(
            axis=-1
        )  # lawful noncitizens with levels 1 and 2
        for status, removable in ((1, serious), (2, 1.0)):
            share = base.group_share[:, g] * base.status_share[:, g, status] * expected.class_share[c]
            mine += share * booked[:, g, status, c] * removable
    assert base.expected_removable == pytest.approx(mine, rel=1e-7)


def test_a_world_without_crime_has_empty_jails_but_for_street_arrests() -> None:
    crimes = ("homicide", "rape", "robbery", "aggravated_assault", "burglary", "larceny", "motor_vehicle_theft")
    nothing = {"crime": {"recorded_per_100k": dict.fromkeys((*crimes, "simple_assault"), 0.0)}}
    some = setting_of(grid(2, 2, 2000, 2, nothing)).world.baseline
    assert not some.opportunity_rate.any()
    assert some.jailed_share.any()
    none = setting_of(grid(2, 2, 2000, 2, merged(nothing, {"police": {"street_arrests_per_100k": 0.0}}))).world
    assert not none.baseline.jailed_share.any()
    assert not none.start_slot.size


def test_nobody_who_offends_is_refused() -> None:
    never = {"citizen": 0.0, "lawful_noncitizen": 0.0, "unauthorized": 0.0}
    with pytest.raises(UserError, match=r"crime\.propensity_violent is 0 for every status"):
        setting_of(grid(2, 2, 2000, 2, {"crime": {"propensity_violent": never}}))
