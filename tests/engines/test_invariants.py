"""What no scenario may break: conservation of people, the order of the funnel, and rest where nothing happens."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import (
    NO_CAP,
    TABLES,
    by_county,
    equal_ledgers,
    grid,
    ledger_of,
    merged,
    same,
    scenario,
    setting_of,
)

from sim.engines.ledger import Ledger
from sim.engines.panel import SurveyBook, national_survey, survey_of
from sim.parameters import Parameters
from sim.running.run import simulate
from sim.running.tables.months import AXES, FEAR_COLUMNS, run_tables
from sim.words.codes import END_OF_ICE_CUSTODY, RETURN, SURVEYED, TRANSFER
from sim.words.labels import (
    BALANCE_COLUMNS,
    CRIME_COLUMNS,
    CRIMES,
    ENFORCEMENT_COLUMNS,
    FAMILIES,
    GROUPS,
    LEVELS,
    PEOPLE_COLUMNS,
    PROGRAMS,
    STATUSES,
    SURVEY_COLUMNS,
    TARGET_GROUPS,
)
from sim.world.people import World

BUSY = grid(
    2,
    2,
    24_000,
    24,
    {
        "people": {"hispanic_share": 0.4, "noncitizen_share": 0.25},
        "police": {"street_arrests_per_100k": 40_000.0},
        "enforcement": {"capacity_per_100k": 1000.0, "at_large": 0.3, "cap_reach": 1.0},
        "detainers": {"cooperation": 0.7},
        "programs": {"secure_communities": {"counties": "all", "start": "2006-06"}},
        "survey": {"panel_share": 0.3},
    },
)
"""A world with so much enforcement that every column of every table is used."""


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a small world with much crime and enforcement, and any programs, responses and cooperation."""
    months = draw(st.integers(2, 14))
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    hispanic = draw(st.sampled_from([0.0, 0.05, 0.3, 0.8]))
    share = st.sampled_from([0.0, 0.1, 0.5, 1.0])
    switch = st.booleans()
    where = st.sampled_from(["all", "none", 0.5])
    start = st.sampled_from(["2005-01", "2006-02", "2006-05"])

    def program() -> dict[str, Any]:
        until = draw(st.sampled_from([None, "2006-08"]))
        return {"counties": draw(where), "start": draw(start), "until": until}

    names = [name for name in PROGRAMS if name != "detainer_resolution"]
    programs: dict[str, Any] = {name: program() for name in names}
    programs["detainer_resolution"] = {**program(), "cooperation": draw(share)}
    programs["legalization"] = {"start": draw(st.sampled_from([None, "2006-03"])), "share": draw(share)}
    return grid(
        rows,
        columns,
        draw(st.integers(40 * rows * columns, 4000)),
        months,
        {
            "world": {"people_per_cell": draw(st.sampled_from([100, 4000])), "seed": draw(st.integers(0, 9))},
            "people": {"hispanic_share": hispanic, "noncitizen_share": draw(share) * 0.3 * hispanic},
            "programs": programs,
            "responses": {name: draw(switch) for name in ("incapacitation", "deterrence", "chilled_reporting")},
            "detainers": {"cooperation": draw(share)},
            "crime": {
                "deterrence": draw(share),
                "displacement": draw(share),
                "travel_share": draw(share),
                "recorded_per_100k": {"larceny": 12_000.0, "robbery": 2000.0, "simple_assault": 4000.0},
            },
            "police": {
                "street_arrests_per_100k": 30_000.0,
                "patrol": draw(st.sampled_from(["even", "population", "hot_spots"])),
            },
            "enforcement": {"capacity_per_100k": draw(st.sampled_from([0.0, 50.0, 5000.0])), "at_large": draw(share)},
            "survey": {"panel_share": draw(st.sampled_from([0.0, 0.1, 0.5]))},
            "trust": {"sensitivity": draw(st.sampled_from([0.0, 2.0, 6.0]))},
        },
    )


def column(table: np.ndarray, names: tuple[str, ...], name: str) -> np.ndarray:
    return table[..., names.index(name)]


def check_crime(ledger: Ledger) -> None:
    true, reported, recorded, cleared, hospital, *callers = (
        column(ledger.crime, CRIME_COLUMNS, name) for name in CRIME_COLUMNS
    )
    assert (cleared >= 0).all()
    assert (cleared <= recorded).all()
    assert (recorded <= reported).all()
    assert (reported <= true).all()
    assert (ledger.opportunities >= true.sum(axis=(2, 3))).all()
    assert (sum(callers) == reported).all()
    assert (hospital <= true).all()
    assert (hospital[..., CRIMES.index("homicide"), :] == true[..., CRIMES.index("homicide"), :]).all()
    assert not hospital[..., TARGET_GROUPS.index("organization")].any()
    assert (ledger.clipped <= ledger.opportunities).all()


def check_survey(ledger: Ledger) -> None:
    """What is told happened, by type and group; and interviews cover the six months before them."""
    told, person_months = survey_of(ledger)
    assert (told[..., 1] <= told[..., 0]).all()
    true = column(ledger.crime, CRIME_COLUMNS, "occurred")[:, :, SURVEYED, : len(GROUPS)]
    reported = column(ledger.crime, CRIME_COLUMNS, "reported")[:, :, SURVEYED, : len(GROUPS)]
    assert (told[..., 0].sum(axis=3).swapaxes(2, 3) <= true).all()
    assert (told[..., 1].sum(axis=3).swapaxes(2, 3) <= reported).all()
    respondents = column(ledger.people, PEOPLE_COLUMNS, "respondents")
    for month in range(len(ledger.months)):
        assert np.array_equal(person_months[month], respondents[month + 1 : month + 7].sum(axis=0))
    book = SurveyBook(len(ledger.months))
    whole = [found for index in range(len(ledger.months)) for found in book.add(ledger.record(index))]
    assert [month.index for month in whole] == list(range(len(ledger.months)))
    assert np.array_equal(np.stack([month.told for month in whole]), told)
    assert np.array_equal(np.stack([month.person_months for month in whole]), person_months)
    assert [int(each.sum()) for each in national_survey(ledger.told, ledger.people.sum(axis=1))] == [
        int(told.sum()),
        int(person_months.sum()),
    ]


def check_yearly(ledger: Ledger) -> None:
    victims, incidents = ledger.repeats[..., 0], ledger.repeats[..., 1]
    assert (incidents[..., :5] == victims[..., :5] * np.arange(1, 6)).all()
    assert (incidents[..., 5] >= 6 * victims[..., 5]).all()
    assert (ledger.rearrests[..., 1] <= ledger.rearrests[..., 0]).all()
    ends = [month.endswith("-12") and index >= 11 for index, month in enumerate(ledger.months)]
    assert not victims[np.logical_not(ends)].any()
    followed = [month.endswith("-01") and index >= 12 for index, month in enumerate(ledger.months)]
    assert not ledger.rearrests[np.logical_not(followed)].any()
    booked = column(ledger.enforcement, ENFORCEMENT_COLUMNS, "booked").sum(axis=4)
    arrested = column(ledger.enforcement, ENFORCEMENT_COLUMNS, "arrested").sum(axis=4)
    assert (ledger.bookings.sum(axis=4) >= booked).all()
    assert (ledger.bookings.sum(axis=4) <= arrested).all()


def check_people(ledger: Ledger, sizes: np.ndarray) -> None:
    """Everybody is somewhere: people and vacancies fill the slots; ``sizes`` is slots by county and group."""
    values = {name: column(ledger.people, PEOPLE_COLUMNS, name) for name in PEOPLE_COLUMNS}
    slots = (values["people"] + values["vacant"]).sum(axis=3)
    assert (slots == sizes).all()
    assert all((value >= 0).all() for value in values.values())
    assert (values["people"] >= values["jailed"] + values["in_ice_custody"]).all()
    assert (values["respondents"] <= values["people"] - values["jailed"] - values["in_ice_custody"]).all()
    true = column(ledger.crime, CRIME_COLUMNS, "occurred").sum(axis=2)
    reported = column(ledger.crime, CRIME_COLUMNS, "reported").sum(axis=2)
    assert np.array_equal(values["incidents"].sum(axis=3), true[..., : len(GROUPS)])
    assert np.array_equal(values["reported"].sum(axis=3), reported[..., : len(GROUPS)])
    assert not values["people"][:, :, GROUPS.index("other"), 1:].any()
    assert np.array_equal(np.isnan(ledger.trust), values["respondents"] == 0)
    assert ((ledger.trust > 0) & (ledger.trust <= 1) | np.isnan(ledger.trust)).all()


def check_funnel(ledger: Ledger, world: World) -> None:
    """The funnel narrows, and over a run nobody is taken, removed or back who was not before, the start counted in."""
    values = {name: column(ledger.enforcement, ENFORCEMENT_COLUMNS, name) for name in ENFORCEMENT_COLUMNS}
    order = ("arrested", "booked", "identified", "removable", "detainers", "honoured")
    for more, fewer in itertools.pairwise(order):
        assert (values[more] >= values[fewer]).all(), (more, fewer)
    assert all((value >= 0).all() for value in values.values())
    assert (values["removed"] >= values["removed_parents"]).all()
    citizens = STATUSES.index("citizen")
    assert (values["identified"] <= values["matched"] + values["screened"]).all()
    assert (values["identified"] >= np.maximum(values["matched"], values["screened"])).all()
    assert not any(values[name][:, :, :, citizens].any() for name in order[3:])
    total = {name: value.sum(axis=(1, 2, 3, 4)).cumsum(axis=0) for name, value in values.items()}
    kinds = ((TRANSFER, END_OF_ICE_CUSTODY), (END_OF_ICE_CUSTODY, RETURN), (RETURN, RETURN + 1))
    held, in_ice, away = (int(np.isin(world.start_kind, list(range(*each))).sum()) for each in kinds)
    taken = total["honoured"] + total["without_detainer"] + total["from_prison"] + total["at_large"]
    assert (total["ice_custody"] <= taken + held).all()
    assert (total["removed"] <= total["ice_custody"] + in_ice).all()
    assert (total["returned"] <= total["removed"] + away).all()


def check_counties(ledger: Ledger) -> None:
    assert (ledger.county_fear >= 0).all()
    assert (ledger.relative_risk > 0).all()
    assert (ledger.relative_risk <= 1).all()
    assert ((ledger.removal_risk >= 0) & (ledger.removal_risk <= 1)).all()
    positive = [place for place, name in enumerate(BALANCE_COLUMNS) if name != "added_by_impunity"]
    assert (ledger.balance[:, :, positive] >= 0).all()


def table_arrays(ledger: Ledger) -> dict[str, np.ndarray]:
    """Return arrays of the ledger's shape, read back from its tables."""
    tables = dict(run_tables(ledger, "some scenario", 3))
    shape = ledger.relative_risk.shape

    def stacked(table: str, names: tuple[str, ...], *axes: int) -> np.ndarray:
        values = [tables[table].column(name).to_numpy() for name in names]
        return np.stack(values, axis=-1).reshape(*shape, *axes, len(names))

    balance = tuple(f"{name}_{family}" for name in BALANCE_COLUMNS for family in FAMILIES)
    numbers = ("relative_risk", "removal_risk", "officers")
    found = {
        "crime": stacked("crime", CRIME_COLUMNS, 8, 4),
        "people": stacked("people", PEOPLE_COLUMNS, 3, 3),
        "trust": stacked("people", ("trust",), 3, 3)[..., 0],
        "enforcement": stacked("enforcement", ENFORCEMENT_COLUMNS, 3, 3, 4),
        "county_fear": stacked("counties", FEAR_COLUMNS),
        "bookings": stacked("arrests", ("bookings",), 3, 3, 10)[..., 0],
        "programs": stacked("counties", PROGRAMS),
        "balance": stacked("counties", balance).reshape(ledger.balance.shape),
    }
    return {**found, **{name: stacked("counties", (name,))[..., 0] for name in numbers}}


@settings(max_examples=60)
@given(parameters(), st.integers(0, 2**62))
def test_no_scenario_breaks_conservation(chosen: dict[str, Any], seed: int) -> None:
    made = scenario(chosen)
    ledger = simulate(made, seed=seed)
    check_crime(ledger)
    check_survey(ledger)
    check_yearly(ledger)
    world = setting_of(chosen).world
    check_people(ledger, world.group_size)
    check_funnel(ledger, world)
    check_counties(ledger)
    if not made.parameters.responses.chilled_reporting or made.parameters.trust.sensitivity.unauthorized == 0:
        assert (ledger.relative_risk == 1.0).all()
        assert not ledger.balance[:, :, BALANCE_COLUMNS.index("added_by_impunity")].any()
    if not made.parameters.responses.incapacitation:
        assert not ledger.people[..., PEOPLE_COLUMNS.index("vacant")].any()
        assert not ledger.people[..., PEOPLE_COLUMNS.index("in_ice_custody")].any()


@settings(max_examples=20)
@given(parameters(), st.integers(0, 2**62))
def test_tables_are_the_arrays(chosen: dict[str, Any], seed: int) -> None:
    ledger = simulate(scenario(chosen), seed=seed)
    for name, values in table_arrays(ledger).items():
        np.testing.assert_array_equal(values, getattr(ledger, name), err_msg=name)
    survey = dict(run_tables(ledger, "some scenario", 3))["survey"]
    told, person_months = survey_of(ledger)
    found = np.stack([survey.column(name).to_numpy() for name in SURVEY_COLUMNS], axis=-1)
    np.testing.assert_array_equal(found.reshape(told.shape), told)
    persons = survey.column("person_months").to_numpy().reshape(told.shape[:-1])
    np.testing.assert_array_equal(persons, np.broadcast_to(person_months[..., None], persons.shape))


@settings(max_examples=15)
@given(parameters(), st.integers(0, 2**62))
def test_same_seed_same_bytes(chosen: dict[str, Any], seed: int) -> None:
    first, second = (simulate(scenario(chosen), seed=seed) for _ in range(2))
    assert equal_ledgers(first, second)


def test_busy_world_keeps_the_rules_and_uses_every_column() -> None:
    ledger = ledger_of(BUSY)
    check_crime(ledger)
    check_survey(ledger)
    check_yearly(ledger)
    check_people(ledger, setting_of(BUSY).world.group_size)
    check_funnel(ledger, setting_of(BUSY).world)
    check_counties(ledger)
    assert ledger.crime.sum(axis=(0, 1, 2, 3)).all()
    assert ledger.people.sum(axis=(0, 1, 2, 3)).all()
    assert survey_of(ledger)[0].sum(axis=(0, 1, 2, 3, 4)).all()
    assert ledger.bookings.sum(axis=(0, 1, 2, 3)).all()
    assert ledger.rearrests.sum(axis=0).all()
    assert ledger.repeats[..., :3, 0].sum(axis=0).all()
    assert ledger.enforcement.sum(axis=(0, 1, 2, 3, 4)).all()
    assert ledger.enforcement.sum(axis=(0, 1, 2, 5)).all()
    assert (ledger.relative_risk < 1.0).any()
    assert ledger.county_fear.any()


def test_keys_of_tables() -> None:
    ledger = ledger_of(BUSY)
    tables = dict(run_tables(ledger, "busy", 7))
    cells = len(ledger.months) * len(ledger.counties)
    assert {name: table.num_rows for name, table in tables.items()} == {
        "crime": cells * 32,
        "people": cells * 9,
        "enforcement": cells * 36,
        "survey": cells * 63,
        "arrests": cells * 90,
        "counties": cells,
        "repeat_victims": 2 * 12,
        "rearrests": 1 * 3,
    }
    for table in (tables[name] for name in AXES):
        assert set(table.column("scenario").to_pylist()) == {"busy"}
        assert set(table.column("replication").to_pylist()) == {7}
        assert list(dict.fromkeys(table.column("month").to_pylist())) == ledger.months
        assert list(dict.fromkeys(table.column("county").to_pylist())) == ledger.counties.fips
    crime = tables["crime"].slice(0, 32)
    pairs = list(zip(crime.column("type").to_pylist(), crime.column("group").to_pylist(), strict=True))
    assert pairs == [(crime, group) for crime in CRIMES for group in TARGET_GROUPS]
    funnel = tables["enforcement"].slice(0, 36)
    rows = list(zip(*(funnel.column(name).to_pylist() for name in ("group", "status", "level")), strict=True))
    assert rows == list(itertools.product(GROUPS, STATUSES, LEVELS))


# Where nothing happens


def test_no_program_means_no_fear_and_no_removal() -> None:
    never = {"world": {"settled_under": "nothing"}, "programs": {**NO_CAP, "secure_communities": {"counties": "none"}}}
    ledger = ledger_of(merged(BUSY, never))
    assert not ledger.county_fear.any()
    assert (ledger.relative_risk == 1.0).all()
    assert not ledger.removal_risk.any()
    assert not ledger.enforcement[..., ENFORCEMENT_COLUMNS.index("identified") :].any()
    assert not ledger.balance.any()
    assert (ledger.trust[~np.isnan(ledger.trust)] == 1.0).all()


def test_no_sensitivity_means_no_chill_whatever_people_fear() -> None:
    ledger = ledger_of(merged(BUSY, {"trust": {"sensitivity": 0.0}}))
    assert ledger.county_fear.any()
    assert (ledger.relative_risk == 1.0).all()
    assert (ledger.trust[~np.isnan(ledger.trust)] == 1.0).all()


def test_displacement_changes_nothing_where_nobody_fears() -> None:
    """All counts are equal; numbers worked out while the settled state is sought may differ in their last digit."""
    quiet = merged(BUSY, {"trust": {"sensitivity": 0.0}})
    without, displaced = ledger_of(quiet), ledger_of(merged(quiet, {"crime": {"displacement": 1.0}}))
    for name in TABLES:
        one, other = by_county(without, name), by_county(displaced, name)
        if one.dtype.kind == "f":
            assert one == pytest.approx(other, rel=1e-12, abs=1e-15, nan_ok=True)
        else:
            assert same(one, other)


WORLDS = 8


@pytest.fixture(scope="module")
def quiet_years() -> dict[str, np.ndarray]:
    """Recorded crime and people in jail in the first and last two of eight years, over the expected, by world."""
    values: dict[str, list[float]] = {"first": [], "last": [], "first_jail": [], "last_jail": []}
    for seed in range(WORLDS):
        chosen = grid(5, 5, 300_000, 96, {"programs": NO_CAP, "world": {"seed": seed}})
        world, ledger = setting_of(chosen).world, simulate(scenario(chosen), seed=seed)
        recorded = column(ledger.crime, CRIME_COLUMNS, "recorded").sum(axis=(1, 2, 3))
        jailed = column(ledger.people, PEOPLE_COLUMNS, "jailed").sum(axis=(1, 2, 3))
        expected = float((world.baseline.expected_recorded.sum(axis=1) * world.counties.agents).sum())
        people = Parameters.model_validate(chosen).people
        often, share = people.frequent_share, people.likely_offender_share
        classes = np.array([often * share, (1 - often) * share, 1 - share])
        in_jail = (world.baseline.jailed_share @ classes * world.baseline.status_share).sum(axis=2)
        full = float((in_jail * world.group_size).sum())
        values["first"].append(recorded[:24].mean() / expected)
        values["last"].append(recorded[-24:].mean() / expected)
        values["first_jail"].append(jailed[:24].mean() / full)
        values["last_jail"].append(jailed[-24:].mean() / full)
    return {name: np.array(found) for name, found in values.items()}


def test_nothing_drifts_where_nothing_happens(quiet_years: dict[str, np.ndarray]) -> None:
    """Eight worlds of 300,000 people, 96 months, no program: the last two years against the first, paired.

    Standard errors over worlds are 0.3 % of recorded crime and 0.6 % of people in jail, and bounded by 0.5 and 0.9 %.
    |t| < 5.4 with 7 degrees of freedom has a false alarm of 0.1 % and finds a change of 12 standard errors, which is
    4 % of recorded crime and 7 % of people in jail, with a power of 98 %.
    """
    for first, last, largest in (("first", "last", 0.005), ("first_jail", "last_jail", 0.009)):
        change = quiet_years[last] - quiet_years[first]
        error = change.std(ddof=1) / math.sqrt(WORLDS)
        assert error < largest
        assert abs(change.mean()) < 5.4 * error


def test_recorded_crime_and_jails_are_as_expected(quiet_years: dict[str, np.ndarray]) -> None:
    """The same worlds against the solved baseline; 12 standard errors are 3 to 4 % here and 5 to 8 % in jail."""
    for name, largest in (("first", 0.005), ("last", 0.005), ("first_jail", 0.009), ("last_jail", 0.009)):
        error = quiet_years[name].std(ddof=1) / math.sqrt(WORLDS)
        assert error < largest
        assert abs(quiet_years[name].mean() - 1.0) < 5.4 * error
