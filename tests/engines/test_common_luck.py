"""Common random numbers: what a policy cannot reach stays bit-identical, and scenarios share their luck."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import (
    ISOLATED,
    NO_CAP,
    NO_RESPONSE,
    TABLES,
    changed,
    equal_ledgers,
    grid,
    ledger_of,
    merged,
    same,
    scenario,
    setting_of,
)

from sim.engines.columnar import crime as columnar_crime
from sim.engines.columnar import police as columnar_police
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.columnar.land import empty_book
from sim.running.run import seed_of, simulate
from sim.words.labels import ENFORCEMENT_COLUMNS
from sim.world.counties.building import Counties

START = 4
COMMUNITY: dict[str, Any] = {"people": {"hispanic_share": 0.5, "noncitizen_share": 0.25}}
FEAR: dict[str, Any] = {"trust": {"sensitivity": 4.0, "awareness": 0.5}, "crime": {"deterrence": 0.3}}
BUSY: dict[str, Any] = {
    "police": {"street_arrests_per_100k": 40_000.0},
    "world": {"county_log_sd": 0.2},
    "programs": NO_CAP,
    "enforcement": {"at_large": 0.3, "capacity_per_100k": 400.0},
}
SQUARE = grid(4, 4, 32_000, 24, COMMUNITY, FEAR, BUSY)
STRIP = grid(1, 60, 150_000, 14, COMMUNITY, FEAR, BUSY, {"world": {"counties_per_region": 2}})
EVERYWHERE: dict[str, Any] = {"criminal_alien_program": {"counties": "all"}}
IDENTIFIED = ENFORCEMENT_COLUMNS.index("identified")


def secure(where: str | list[str]) -> dict[str, Any]:
    return {"programs": {"secure_communities": {"counties": where, "start": f"2006-{START + 1:02d}"}}}


# Isolation


@pytest.mark.parametrize("county", ["r01c01", "r02c03", "r04c04"])
@pytest.mark.parametrize("capacity", [10_000.0, 20.0], ids=["capacity_for_all", "one_county_an_office"])
def test_without_ways_between_counties_a_policy_stays_at_home(county: str, capacity: float) -> None:
    """No travel, no news from neighbours or region; and detainers that no other county's can crowd out."""
    office = {"enforcement": {"capacity_per_100k": capacity}}
    if capacity < 10_000.0:
        office["world"] = {"counties_per_region": 1}
    base = merged(SQUARE, ISOLATED, office)
    without, with_it = ledger_of(base), ledger_of(merged(base, secure([county])))
    differs = changed(without, with_it)
    place = without.counties.fips.index(county)
    assert not np.delete(differs, place, axis=1).any()
    assert not differs[:START, place].any()
    assert differs[START:, place].all()
    assert with_it.enforcement[:, place, ..., IDENTIFIED].sum() > without.enforcement[:, place, ..., IDENTIFIED].sum()


@pytest.mark.parametrize(
    "way",
    [
        {"crime": {"travel_share": 0.1}},
        {"trust": {"neighbour_weight": 0.1}},
        {"trust": {"region_weight": 2000.0}},
        {
            "enforcement": {"capacity_per_100k": 20.0, "cap_reach": 1.0, "detainer_issue_early": 1.0},
            "programs": EVERYWHERE,
        },
    ],
    ids=["travel", "neighbours", "region", "capacity"],
)
def test_each_way_between_counties_is_one(way: dict[str, Any]) -> None:
    """The test above can fail: any one way lets the policy be felt elsewhere, if not in every world."""

    def is_felt_elsewhere(seed: int) -> bool:
        base = merged(SQUARE, ISOLATED, way, {"world": {"seed": seed}})
        differs = changed(ledger_of(base), ledger_of(merged(base, secure(["r02c03"]))))
        place = ledger_of(base).counties.fips.index("r02c03")
        return bool(np.delete(differs, place, axis=1).any())

    assert any(is_felt_elsewhere(seed) for seed in range(2008, 2018))


# Reach


def joined(counties: Counties) -> tuple[np.ndarray, np.ndarray]:
    """Return two bool[K, K]: neighbours, and members of one ICE region; each county with itself."""
    near = np.eye(len(counties), dtype=np.bool_)
    for k in range(len(counties)):
        near[k, counties.neighbour[counties.neighbour_start[k] : counties.neighbour_start[k + 1]]] = True
    return near, counties.region[:, None] == counties.region


def reach(counties: Counties, source: int, months: int) -> np.ndarray:
    """Return bool[T, K]: which counties a policy in ``source`` from ``START`` on can have reached by each month.

    Within a month: incidents with people of neighbouring counties, detainers of the regions of the arrests, removals
    of people who live next to these, news in their regions and, last, in neighbouring counties.
    """
    near, office = joined(counties)
    reached = np.zeros((months, len(counties)), dtype=np.bool_)
    now = np.zeros(len(counties), dtype=np.bool_)
    for month in range(months):
        if month >= START:
            now[source] = True
        for step in (near, office, near, office, near):
            now = step @ now
        reached[month] = now
    return reached


@pytest.mark.parametrize("source", [0, 29, 59])
def test_at_the_defaults_only_counties_within_reach_change(source: int) -> None:
    without = ledger_of(STRIP)
    county = without.counties.fips[source]
    with_it = ledger_of(merged(STRIP, secure([county])))
    differs, within = changed(without, with_it), reach(without.counties, source, len(without.months))
    assert not (differs & ~within).any()
    assert (~within[START:]).any()
    assert np.delete(differs, source, axis=1).any(axis=0).sum() >= 2


# Shared luck


def test_scenarios_with_one_seed_meet_the_same_opportunities() -> None:
    programs = [{}, secure("all"), {"programs": {"agreement_287g_task_force": {"counties": 0.5}}}]
    ledgers = [ledger_of(merged(SQUARE, program)) for program in programs]
    for ledger in ledgers[1:]:
        assert same(ledger.opportunities, ledgers[0].opportunities)
        assert not same(ledger.crime, ledgers[0].crime)


def test_months_before_a_program_are_the_same() -> None:
    differs = changed(ledger_of(SQUARE), ledger_of(merged(SQUARE, secure("all"))))
    assert not differs[:START].any()
    assert differs[START:].any()


def test_luck_differs_between_seeds_and_replications() -> None:
    runs = [ledger_of(SQUARE, seed, replication) for seed, replication in ((1, 0), (2, 0), (1, 1))]
    totals = {int(run.opportunities.sum()) for run in runs}
    assert len(totals) == 3


@given(st.integers(0, 2**62), st.integers(0, 10_000))
def test_seed_of_a_replication_follows_from_master_and_number(master: int, replication: int) -> None:
    seed = seed_of(master, replication)
    assert 0 <= seed < 2**62
    assert seed == seed_of(master, replication)
    assert seed not in (seed_of(master, replication + 1), seed_of(master + 1, replication))


def test_replication_seven_does_not_depend_on_how_many_there_are() -> None:
    """Alone, as the eighth of ten, and backwards."""
    made = scenario(grid(2, 2, 2000, 6))
    alone = simulate(made, seed=5, replication=7)
    ten = [simulate(made, seed=5, replication=number) for number in range(10)]
    backwards = [simulate(made, seed=5, replication=number) for number in reversed(range(6, 9))]
    assert equal_ledgers(alone, ten[7])
    assert equal_ledgers(alone, backwards[1])
    assert [equal_ledgers(alone, other) for other in ten].count(True) == 1


# No behavioral response


@pytest.mark.parametrize(
    "program",
    [
        secure("all"),
        {"programs": {"agreement_287g_jail": {"counties": "all"}, "criminal_alien_program": {"counties": "none"}}},
        {"programs": {"secure_communities": {"counties": "all"}, "detainer_resolution": {"counties": 0.5}}},
    ],
    ids=["secure_communities", "agreement_287g_jail", "detainer_resolution"],
)
def test_without_responses_programs_leave_crime_and_people_alone(program: dict[str, Any]) -> None:
    """Enforcement and fear differ; crime in all books, people, trust and survey are equal bit for bit."""
    base = merged(SQUARE, {"responses": NO_RESPONSE})
    without, with_it = ledger_of(base), ledger_of(merged(base, program))
    for name in ("crime", "people", "trust", "opportunities", "clipped", "relative_risk"):
        assert same(getattr(without, name), getattr(with_it, name)), name
    assert not same(without.enforcement, with_it.enforcement)
    assert not same(without.county_fear, with_it.county_fear)


def decisions(engine: ColumnarEngine, t: int) -> dict[tuple[int, int], tuple[int, float]]:
    """Return for each incident of a month, named by cell and number, whether it is reported and the chance of it."""
    land, state, constants = engine.land, engine.state, engine.record[0]
    engine.policy(t)
    month, book = engine.patrol(t), empty_book(engine.land)
    found, met = columnar_crime.opportunity(0, len(land.cells), land, state, constants, month, book)
    crimes = columnar_crime.offending(found, met, land, constants, month, book)
    reports = columnar_police.reporting(crimes, met, land, state, constants, month, book)
    names = zip(met["cell"][:crimes].tolist(), met["number"][:crimes].tolist(), strict=True)
    return dict(zip(names, zip(reports.caller.tolist(), reports.chance.tolist(), strict=True), strict=True))


def paired(first: dict[str, Any], second: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, int]:
    """Return decisions about incidents that occur in both runs (two arrays), and how many occur in one only.

    The worlds have no enforcement behind them: a settled state would differ with the responses.
    """
    begun = {"world": {"settled_under": "nothing"}}
    engines = [ColumnarEngine(setting_of(merged(SQUARE, begun, secure("all"), layer)), 77) for layer in (first, second)]
    one, other, alone = [], [], 0
    for t in range(24):
        here = [decisions(engine, t) for engine in engines]
        common = here[0].keys() & here[1].keys()
        alone += len(here[0].keys() ^ here[1].keys())
        one += [here[0][name] for name in sorted(common)]
        other += [here[1][name] for name in sorted(common)]
        for engine in engines:
            engine.step(t)
    return np.array(one), np.array(other), alone


def test_decisions_about_shared_incidents_are_bit_identical_without_chill() -> None:
    """Removals make some incidents lapse, but change no decision to report any other, nor its probability."""
    removing = {"responses": {**NO_RESPONSE, "incapacitation": True}}
    nothing, incapacitation, alone = paired({"responses": NO_RESPONSE}, removing)
    assert alone > 20
    assert len(nothing) > 1000
    assert np.array_equal(nothing, incapacitation)


def test_fear_can_only_silence() -> None:
    """With the chilling effect alone, whoever called in fear would have called without; some no longer do."""
    chilled = {"responses": {**NO_RESPONSE, "chilled_reporting": True}}
    nothing, fearful, alone = paired({"responses": NO_RESPONSE}, chilled)
    calls, fearful_calls = nothing[:, 0] > 0, fearful[:, 0] > 0
    assert alone > 0
    assert (fearful[:, 1] <= nothing[:, 1]).all()
    assert (calls | ~fearful_calls).all()
    assert (calls & ~fearful_calls).sum() > 10


def test_tables_of_this_file_are_all_tables() -> None:
    assert set(TABLES) >= {"crime", "people", "trust", "enforcement", "county_fear", "relative_risk", "removal_risk"}
