"""Each kind of figure on a ledger filled by hand, with values that are worked out beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_ledger import make_counties, make_ledger
from small_worlds import grid, scenario
from worked_ledger import ask, empty_ledger, figure, tell, value_of, why_not

from sim.analysis.evidence.counts import counts_of
from sim.analysis.evidence.designs import crimes_of, people_of
from sim.analysis.evidence.figures import shipped_figures
from sim.analysis.evidence.kinds import KINDS, NOT_COUNTED
from sim.analysis.evidence.observing import FUNCTIONS, observed
from sim.analysis.evidence.worlds import world_counts
from sim.engines.ledger import Ledger
from sim.engines.panel import survey_of
from sim.words import codes
from sim.words.labels import CHARGES, CRIMES, ENFORCEMENT_COLUMNS

ROBBERY, LARCENY = CRIMES.index("robbery"), CRIMES.index("larceny")
HISPANIC, OTHER, ORGANIZATION = 0, 2, 3
CITIZEN, UNAUTHORIZED = 0, 2
YEAR_2008 = {"first": "2008-01", "last": "2008-12"}


def column(name: str) -> int:
    return ENFORCEMENT_COLUMNS.index(name)


def test_every_kind_has_a_function_and_is_tested_here() -> None:
    assert set(FUNCTIONS) == set(KINDS) - {NOT_COUNTED}
    text = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in FUNCTIONS if f'"{kind}"' not in text] == []


def test_rates_of_crime_and_arrests_are_per_hundred_thousand_and_year() -> None:
    ledger = empty_ledger()
    ledger.crime[3, 1, ROBBERY, HISPANIC, codes.RECORDED] = 6
    ledger.crime[4, 2, ROBBERY, ORGANIZATION, codes.RECORDED] = 2
    ledger.crime[3, 1, LARCENY, HISPANIC, codes.TRUE] = 40
    ledger.crime[20, 1, ROBBERY, HISPANIC, codes.RECORDED] = 100  # in 2009
    assert value_of(ledger, "crime_rate", book="recorded", measure="robbery", **YEAR_2008) == 8 / 4_000 * 1e5
    assert value_of(ledger, "crime_rate", book="occurred", measure="property", **YEAR_2008) == 40 / 4_000 * 1e5
    assert value_of(ledger, "crime_rate", book="recorded", measure="index") == 108 / (4_000 * 3) * 1e5
    ledger.enforcement[0, 0, OTHER, CITIZEN, 3, column("arrested")] = 30
    assert value_of(ledger, "arrest_rate", **YEAR_2008) == 30 / 4_000 * 1e5


def test_the_survey_gives_rates_and_shares_by_month_of_incident() -> None:
    ledger = empty_ledger()
    ask(ledger, 10)  # each month is covered by the interviews of the six months after it
    tell(ledger, 2, 0, "robbery", HISPANIC, CITIZEN, told=5, reported=2)
    tell(ledger, 2, 1, "larceny", OTHER, CITIZEN, told=4, reported=3)
    tell(ledger, 15, 1, "robbery", HISPANIC, UNAUTHORIZED, told=1, reported=0)
    survey = {"book": "survey", "measure": "surveyed"}
    asked = 12 * 6 * 4 * 10
    assert value_of(ledger, "victimization_rate", population="hispanic", **survey, **YEAR_2008) == 5 / asked
    yearly = value_of(
        ledger, "yearly_victimization_rate", population="everyone", book="survey", measure="robbery", **YEAR_2008
    )
    assert yearly == pytest.approx(5 / asked * 12_000)
    assert value_of(ledger, "reporting_share", population="everyone", **survey) == 5 / 10
    assert value_of(ledger, "reporting_share", population="hispanic", **survey) == 2 / 6
    assert value_of(ledger, "reporting_share", population="hispanic", places="before", **survey) == 2 / 5
    assert value_of(ledger, "reporting_gap", population="hispanic / not_hispanic", **survey) == pytest.approx(
        2 / 6 - 3 / 4
    )


def test_police_clear_and_callers_are_shares_of_what_is_recorded_and_reported() -> None:
    ledger = empty_ledger()
    ledger.crime[0, 0, ROBBERY, OTHER, [codes.REPORTED, codes.RECORDED, codes.CLEARED]] = (10, 8, 2)
    ledger.crime[0, 0, LARCENY, OTHER, [codes.REPORTED, codes.RECORDED, codes.CLEARED]] = (50, 40, 4)
    ledger.crime[0, 0, ROBBERY, OTHER, codes.REPORTED_BY_VICTIM + np.arange(3)] = (6, 3, 1)
    assert value_of(ledger, "clearance_share", measure="violent") == 2 / 8
    assert value_of(ledger, "clearance_share", measure="index") == 6 / 48
    for part, share in (("victim", 0.6), ("others", 0.3), ("officer", 0.1)):
        assert value_of(ledger, "caller_share", measure="violent", part=part) == share


def test_people_are_shared_by_group_and_status() -> None:
    ledger = empty_ledger()
    assert value_of(ledger, "people_share", part="unauthorized") == pytest.approx(0.04)
    assert value_of(ledger, "people_share", part="hispanic") == pytest.approx(0.2)


def test_the_funnel_is_counted_where_the_program_is_active_and_of_matches_alone() -> None:
    ledger = empty_ledger(starts=("2009-01", "2009-01", "2010-06", "2010-06"))
    cell = np.s_[12, 0, HISPANIC, UNAUTHORIZED, 0]
    for name, count in (("booked", 100), ("matched", 10), ("identified", 40), ("detainers", 20), ("ice_custody", 8)):
        ledger.enforcement[cell][column(name)] = count
    ledger.enforcement[12, 0, OTHER, UNAUTHORIZED, 3, [column("booked"), column("ice_custody")]] = (100, 4)
    ledger.enforcement[12, 0, OTHER, UNAUTHORIZED, 3, [column("matched"), column("identified")]] = (5, 5)
    ledger.enforcement[12, 2, HISPANIC, UNAUTHORIZED, 0, column("booked")] = 1_000  # not active there
    active = {"places": "active", "first": "2008-10", "last": "2010-03"}
    assert value_of(ledger, "funnel_ratio", measure="ice_custody / booked", **active) == 12 / 200
    assert value_of(ledger, "funnel_ratio", measure="ice_custody / booked") == 12 / 1_200
    matched = {"population": "matched", **active}
    assert value_of(ledger, "funnel_ratio", measure="ice_custody / booked", **matched) == (8 * 10 / 40 + 4) / 200
    assert value_of(ledger, "funnel_ratio", measure="detainers / matched", **matched) == (20 * 10 / 40) / 15
    assert value_of(ledger, "funnel_ratio", measure="ice_custody - detainers / booked", **active) == (12 - 20) / 200
    assert value_of(ledger, "funnel_share", measure="ice_custody", part="hispanic", **active) == 8 / 12
    assert value_of(ledger, "funnel_share", measure="ice_custody", part="convicted", **active) == 8 / 12
    assert value_of(ledger, "funnel_share", measure="ice_custody", part="level_1", **matched) == 2 / 6


def test_bookings_give_shares_of_charges_and_ratios_of_rates() -> None:
    ledger = empty_ledger()
    ledger.bookings[0, 0, OTHER, CITIZEN, CHARGES.index("robbery")] = 48
    ledger.bookings[0, 0, HISPANIC, UNAUTHORIZED, CHARGES.index("robbery")] = 1
    ledger.bookings[0, 0, OTHER, CITIZEN, CHARGES.index("street_misdemeanor")] = 151
    assert value_of(ledger, "arrest_share", part="index") == 49 / 200
    months = 36 * 4
    ratio = value_of(ledger, "arrest_rate_ratio", measure="violent", population="unauthorized / citizen")
    assert ratio == pytest.approx(1 / (40 * months) / (48 / (960 * months)))


def test_yearly_tables_give_rearrests_and_repeat_victims() -> None:
    ledger = empty_ledger()
    ledger.rearrests[12] = [[90, 20], [5, 1], [8, 3]]
    assert value_of(ledger, "rearrest_share", population="unauthorized") == 3 / 8
    ledger.repeats[11, 0] = [[80, 80], [15, 30], [0, 0], [0, 0], [0, 0], [5, 40]]
    repeated = {"book": "survey", "measure": "violent"}
    assert value_of(ledger, "repeat_victims", part="2", **repeated) == 20 / 100
    assert value_of(ledger, "repeat_burden", part="6", **repeated) == 40 / 150


def test_transfers_rise_against_counties_that_wait() -> None:
    ledger = empty_ledger(months=48, starts=("2009-01", "2009-01", "2011-06", "2011-06"))
    taken = ledger.enforcement[:, :, HISPANIC, UNAUTHORIZED, 3, column("ice_custody")]
    taken[...] = 10
    taken[12:, 2:] = 11  # all counties rise by a tenth
    taken[12:, :2] = 22  # and those of the first cohort double beyond it
    rise = value_of(ledger, "transfer_rise", comparison="not_yet_active")
    assert rise == pytest.approx(1.0)


def changing(falls: bool) -> Ledger:
    """Return three cohorts and the last quarter of counties; from activation on, twice as much is told as before."""
    starts = ("2009-01", "2009-07", "2010-01", "2010-07") * 3
    ledger = empty_ledger(months=48, starts=starts)
    ask(ledger, 10)
    for county, start in enumerate((12, 18, 24, 30) * 3):
        for month in range(42):
            after = falls and month >= start
            tell(ledger, month, county, "robbery", HISPANIC, CITIZEN, told=6 if after else 3, reported=3)
    return ledger


SURVEY = {"book": "survey", "measure": "surveyed", "population": "hispanic", "comparison": "last_quarter"}


@pytest.mark.parametrize("estimator", ["static_sun_abraham", "sun_abraham"])
def test_the_survey_changes_at_activation_against_the_last_quarter_of_counties(estimator: str) -> None:
    changed, still = changing(True), changing(False)
    assert value_of(changed, "reporting_change", estimator=estimator, **SURVEY) == pytest.approx(-0.5)
    assert value_of(changed, "victimization_change", estimator=estimator, **SURVEY) == pytest.approx(3 / 60)
    assert value_of(still, "reporting_change", estimator=estimator, **SURVEY) == pytest.approx(0, abs=1e-12)


def test_the_course_is_the_level_in_a_quarter_since_activation() -> None:
    ledger = changing(True)
    course = {name: text for name, text in SURVEY.items() if name != "comparison"}
    assert value_of(ledger, "victimization_course", part="-1", **course) == pytest.approx(3 / 60)
    assert value_of(ledger, "victimization_course", part="3", **course) == pytest.approx(6 / 60)


def test_the_ratio_of_falls_is_of_all_incidents_by_status() -> None:
    ledger = empty_ledger(months=48, starts=("2009-01", "2009-07", "2010-01", "2010-07"))
    after = np.arange(48)[:, None] >= np.array([12, 18, 24, 30])
    everywhere = np.where(np.arange(48) >= 15, 10, 0)[:, None]  # what changes in all counties at once is no effect
    for status, reported in ((CITIZEN, 45), (UNAUTHORIZED, 30)):  # of 100, 50 of which were reported before
        ledger.people[:, :, HISPANIC, status, codes.INCIDENTS] = 100
        ledger.people[:, :, HISPANIC, status, codes.REPORTED_BY_STATUS] = np.where(after, reported, 50) - everywhere
    population = "hispanic citizen / hispanic unauthorized"
    ratio = value_of(ledger, "reporting_fall_ratio", population=population, comparison="last_quarter")
    assert ratio == pytest.approx(5 / 20)


@pytest.mark.parametrize("estimator", ["two_way", "county_trends"])
def test_recorded_crime_changes_in_log_points_of_county_years(estimator: str) -> None:
    ledger = empty_ledger(months=96, first="2004-01", starts=("2008-01", "2009-01", "2010-01", "2011-01"))
    after = np.arange(96)[:, None] >= 12 * np.arange(4, 8)
    ledger.crime[:, :, LARCENY, OTHER, codes.RECORDED] = np.where(after, 110, 100)
    ledger.crime[:, :, LARCENY, OTHER, codes.TRUE] = 100
    change = value_of(ledger, "crime_change", book="recorded", measure="index", estimator=estimator)
    assert change == pytest.approx(np.log(1.1))
    assert value_of(ledger, "crime_change", book="occurred", measure="index", estimator=estimator) == pytest.approx(0)


def test_the_rollout_is_told_by_shares_and_by_ranks() -> None:
    ledger = empty_ledger(starts=("2008-10", "2009-05", "2010-02", "2013-01"))
    assert value_of(ledger, "active_share", last="2009-12") == 0.5
    ledger.counties.noncitizen_share[:] = [0.4, 0.3, 0.2, 0.1]
    assert value_of(ledger, "activation_correlation", measure="noncitizen_share") == pytest.approx(-1)


def test_what_cannot_be_given_says_why() -> None:
    ledger = empty_ledger()
    assert "2008-01 to 2010-12" in why_not(ledger, "arrest_rate", first="2012-01", last="2012-12")
    assert "nothing to divide by" in why_not(ledger, "clearance_share", measure="violent")
    assert why_not(ledger, NOT_COUNTED, note="no table counts it") == "no table counts it"
    reporting = {**SURVEY, "estimator": "static_sun_abraham"}
    assert "no later than the first" in why_not(ledger, "reporting_change", **reporting)
    assert "fewer than three" in why_not(
        empty_ledger(months=24), "crime_change", book="recorded", measure="index", estimator="two_way"
    )


def test_what_the_survey_tells_is_what_its_table_has() -> None:
    ledger = make_ledger(3, counties=make_counties(2, 2), months=30)
    ledger.people[..., codes.RESPONDENTS] += np.arange(30)[:, None, None, None]
    told, asked = survey_of(ledger)
    survey = counts_of(ledger).survey(people_of("not_hispanic noncitizen"), crimes_of("violent"))
    violent = [codes.SURVEYED.index(number) for number in crimes_of("violent") if number in codes.SURVEYED]
    heard = told[:, :, 1:, 1:][..., violent, :].sum(axis=(2, 3, 4))
    assert np.array_equal(survey.told, heard[..., 0])
    assert np.array_equal(survey.reported, heard[..., 1])
    assert np.array_equal(survey.asked, asked[:, :, 1:, 1:].sum(axis=(2, 3)))


def test_a_ledger_and_its_counts_give_all_shipped_figures_alike() -> None:
    ledger = make_ledger(3, counties=make_counties(2, 2), months=60, first_month="2006-01", adopted=34)
    figures = shipped_figures()
    assert np.array_equal(observed(figures, ledger), observed(figures, counts_of(ledger)), equal_nan=True)
    assert observed([figure("crime_rate", book="recorded", measure="index")], ledger)[0] > 0


def test_figures_count_from_the_dates_of_the_scenario_that_is_run() -> None:
    program = {"counties": "all", "start": "2008-06", "shift": 3}
    given = grid(2, 2, 4_000, 24, {"start": "2008-01", "programs": {"secure_communities": program}})
    counts = world_counts(scenario(given), seed=1)
    assert (counts.active == (counts.since >= 0)).all()
    assert counts.since[8].tolist() == [0] * 4
    shares = [figure("active_share", last=month) for month in ("2008-08", "2008-09")]
    assert observed(shares, counts).tolist() == [0.0, 1.0]
