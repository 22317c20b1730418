"""Program lists: whose county a row names, from when until when, and what is left out in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.words.calendar import month_number
from sim.words.faults import UserError
from sim.world.counties.building import build_counties
from sim.world.counties.files import REQUIRED, read_counties
from sim.world.counties.names import Gazetteer
from sim.world.counties.table import Counties
from sim.world.program_lists import FIRST, LAST, Span, read_program_list
from sim.world.programs import Calendar, build_calendar

PLACES = (
    "01049,AL,DeKalb County",
    "01115,AL,St. Clair County",
    "02158,AK,Kusilvak Census Area",
    "09001,CT,Fairfield County",
    "09003,CT,Hartford County",
    "11001,DC,District of Columbia",
    "12086,FL,Miami-Dade County",
    "13215,GA,Muscogee County",
    "18091,IN,LaPorte County",
    "22059,LA,La Salle Parish",
    "24005,MD,Baltimore County",
    "24510,MD,Baltimore city",
    "29186,MO,Ste. Genevieve County",
    "29510,MO,St. Louis city",
    "32510,NV,Carson City",
    "35013,NM,Doña Ana County",
    "46113,SD,Shannon County",
    "48201,TX,Harris County",
    "48167,TX,Galveston County",
    "51019,VA,Bedford County",
    "51095,VA,James City County",
    "51097,VA,King and Queen County",
    "51510,VA,Alexandria city",
    "72113,PR,Ponce Municipio",
)


def county_file(folder: Path) -> Path:
    blank = "," * (len(REQUIRED) - 6)
    rows = [f"{place},1000,0.2,0.1{blank}" for place in PLACES]
    path = folder / "counties.csv"
    path.write_text("\n".join([",".join(REQUIRED), *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Counties:
    path = county_file(tmp_path_factory.mktemp("counties"))
    return read_counties(Parameters.model_validate({"world": {"counties": str(path)}}))


def listed(folder: Path, text: str, counties: Counties, name: str = "secure_communities") -> dict[str, list[Span]]:
    return told(folder, text, counties, name)[0]


def told(
    folder: Path, text: str, counties: Counties, name: str = "secure_communities"
) -> tuple[dict[str, list[Span]], list[str]]:
    path, notes = folder / "list.csv", list[str]()
    path.write_text(text, encoding="utf-8")
    found = read_program_list(name, str(path), counties, notes)
    return {counties.fips[place]: spans for place, spans in found.items()}, notes


# Names

NAMED = {
    "01049": [("AL", "De Kalb"), ("Alabama", "DEKALB COUNTY"), ("01", "DeKalb Co."), ("", "DeKalb County, AL")],
    "01115": [("AL", "Saint Clair"), ("al", "St Clair County"), ("AL", "ST. CLAIR CNTY")],
    "02158": [("AK", "Wade Hampton Census Area"), ("Alaska", "Kusilvak")],
    "09001": [("CT", "Greater Bridgeport Planning Region"), ("CT", "Fairfield")],
    "11001": [("DC", "Washington"), ("District of Columbia", "District of Columbia")],
    "12086": [("FL", "Dade County"), ("FL", "Miami Dade"), ("FL", "Miami-Dade County")],
    "13215": [("GA", "Columbus-Muscogee")],
    "18091": [("IN", "La Porte"), ("IN", "Laporte County")],
    "22059": [("LA", "LaSalle"), ("LA", "La Salle Par."), ("LA", "LASALLE PARISH")],
    "24005": [("MD", "Baltimore County"), ("MD", "County of Baltimore")],
    "24510": [("MD", "Baltimore City"), ("MD", "City of Baltimore")],
    "29186": [("MO", "Sainte Genevieve"), ("MO", "St. Genevieve County")],
    "29510": [("MO", "Saint Louis City"), ("MO", "St. Louis")],
    "32510": [("NV", "Carson City"), ("NV", "Carson")],
    "35013": [("NM", "Dona Ana"), ("New Mexico", "DOÑA ANA COUNTY")],
    "46113": [("SD", "Oglala Lakota County"), ("SD", "Shannon")],
    "48201": [("TX", "Harris"), ("", "Harris"), ("TX", "Harris city"), ("TX", "Harris county")],
    "51019": [("VA", "Bedford city"), ("VA", "Bedford")],
    "51095": [("VA", "James City"), ("VA", "James City County")],
    "51097": [("VA", "King & Queen"), ("VA", "King and Queen County")],
    "51510": [("VA", "Alexandria"), ("VA", "City of Alexandria"), ("VA", "ALEXANDRIA CITY")],
    "72113": [("PR", "Ponce"), ("Puerto Rico", "Ponce Municipio")],
}


@pytest.mark.parametrize("code", NAMED)
def test_names_are_matched_however_they_are_written(code: str, counties: Counties) -> None:
    known = Gazetteer(counties)
    for state, name in NAMED[code]:
        found = known.by_words(state, name)
        assert [counties.fips[place] for place in found.places] == [code], (state, name, found.problem)


@pytest.mark.parametrize(
    ("code", "stands_for"),
    [("02270", "02158"), ("46102", "46113"), ("12025", "12086"), ("51515", "51019"), ("09120", "09001")],
)
def test_codes_of_other_years_stand_for_the_same_place(code: str, stands_for: str, counties: Counties) -> None:
    assert [counties.fips[place] for place in Gazetteer(counties).by_code(code).places] == [stands_for]


@pytest.mark.parametrize(
    ("state", "name", "why"),
    [
        ("MD", "Baltimore", "may be Baltimore County or Baltimore city; write which"),
        ("TX", "Haris", "this world has no such county; nearest is Harris County"),
        ("CT", "Capitol Planning Region", "lies across the counties Hartford and Tolland"),
        ("VA", "Roanoke city", "this world has no such county"),
        ("VA", "Bedfort City", "nearest is Bedford County"),
        ("ZZ", "Harris", "ZZ is no state"),
        ("OH", "Butler", "this world has no county of the state"),
        ("TX", "", "no county is named"),
        ("MD", "Alexandria city", "this world has no such county"),
        ("VA", "King and Queen city", "this world has no such county"),
        ("", "Nowhere", "this world has no such county"),
    ],
)
def test_what_is_not_matched_is_told_why(state: str, name: str, why: str, counties: Counties) -> None:
    known = Gazetteer(counties)
    found = known.by_words(state, name)
    assert not found.places
    assert why in known.why_not(found)


def test_several_counties_in_one_cell_are_all_meant(counties: Counties) -> None:
    found = Gazetteer(counties).by_words("TX", "Harris, Galveston")
    assert [counties.fips[place] for place in found.places] == ["48201", "48167"]
    assert not Gazetteer(counties).by_words("TX", "Harris and Nowhere").places


def test_every_real_county_is_found_by_its_own_name(shared_data: Path) -> None:
    path = shared_data / "us_counties.csv"
    real = read_counties(Parameters.model_validate({"world": {"counties": str(path)}}))
    known = Gazetteer(real)
    for place, (state, name) in enumerate(zip(real.state, real.name, strict=True)):
        assert known.by_words(state, name).places == (place,)


# Lists

OCTOBER = month_number("2008-10")


@pytest.mark.parametrize(
    "text",
    [
        "fips,from\n48201,2008-10-27\n",
        "FIPS,Signed\n48201,10/27/2008\n",
        "county_fips;start_date\n48201;2008-10-27 00:00:00\n",
        "state\tcounty\tdate\nTX\tHarris\t27-Oct-08\n",
        "State|County|Effective Date\nTexas|HARRIS COUNTY|October 27, 2008\n",
        'Agreements in force\n\nSTATE,COUNTY,SIGNED\nTEXAS,Harris,"Oct 27, 2008"\n',
        "state,county,from\n48,201,2008-10\n",
    ],
)
def test_lists_are_read_as_agencies_write_them(text: str, counties: Counties, tmp_path: Path) -> None:
    assert listed(tmp_path, text, counties) == {"48201": [Span(OCTOBER, LAST)]}


def test_rows_of_one_county_are_united(counties: Counties, tmp_path: Path) -> None:
    text = (
        "fips,from,until\n48201,2009-05-01,2010-02-01\n48201,2008-10-27,2009-07-01\n48201,2012-01-01,\n"
        "48167,,2009-01-15\n24005,2010-03-01,2010-03-20\n24510,,\n46102,2011-01-01,\n46113,2010-01-01,2011-06-01\n"
    )
    found = listed(tmp_path, text, counties)
    assert found["48201"] == [Span(OCTOBER, month_number("2010-02")), Span(month_number("2012-01"), LAST)]
    assert found["48167"] == [Span(FIRST, month_number("2009-01"))]
    assert found["24005"] == []
    assert found["24510"] == [Span(FIRST, LAST)]
    assert found["46113"] == [Span(month_number("2010-01"), LAST)]


SHEET = """STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA
TEXAS,Oak Sheriff,County,Harris County,Jail Enforcement Model,2/26/2009,link
TEXAS,Pine Police,Municipality,Harris County,Task Force Model,3/26/2009,link
FLORIDA,State Patrol,State,,Task Force Model,3/26/2009,link
FLORIDA,Elm Sheriff,County,Dade County,Warrant Service Officer,2010-04-26 00:00:00,
ALABAMA,Ash Sheriff,County,St Clair,"Jail Enforcement Model, Warrant Service Officer",26-Feb-09,
OHIO,Fir Sheriff,County,Butler County,Warrant Service Officer,2/26/2009,
TEXAS,Yew Sheriff,County,Galvestone,Warrant Service Officer,2/26/2009,
TEXAS,Yew Sheriff,County,Galveston,Hybrid Model,2/26/2009,
"""


@pytest.mark.parametrize(
    ("program", "codes", "left_out"),
    [
        ("agreement_287g_jail", {"48201", "01115"}, []),
        ("agreement_287g_task_force", {"48201"}, ["  line 4: State Patrol, FLORIDA: no county is named"]),
        (
            "agreement_287g_warrant",
            {"12086", "01115"},
            ["  line 8: Galvestone, TEXAS: this world has no such county; nearest is Galveston County"],
        ),
    ],
)
def test_the_sheet_of_agreements_is_read_by_model(
    program: str, codes: set[str], left_out: list[str], counties: Counties, tmp_path: Path
) -> None:
    found, notes = told(tmp_path, SHEET, counties, program)
    assert set(found) == codes
    assert [note for note in notes if note.startswith("  line")] == left_out
    assert any("left out: 1 row of no known model (line 9)" in note for note in notes)
    elsewhere = "left out: 1 row of states that this world has not (OHIO)"
    assert any(elsewhere in note for note in notes) == (program == "agreement_287g_warrant")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fips,from\n48000,2008-10-27\n48201,\n", "line 2: fips is 48000; the total of a whole state"),
        ("fips,from\nAA,2008-10-27\n48201,\n", "line 2: fips is AA; allowed are five digits"),
        ("fips,from\n48201,9999-12-31\n", "line 2: 48201: from is 9999-12-31; allowed are years from 1990 to 2100"),
        ("fips,from,until\n48201,2008-10,2007-01\n", "line 2: 48201: until is 2007-01; it must be after from, which"),
        ("fips,from\n36001,2008-10-27\n", "has no row of a county of this world"),
        ("place,from\nHarris,2008-10-27\n", "has neither a column fips nor a column county"),
        ("", "has no rows"),
    ],
)
def test_faults_of_lists_are_told_with_line_and_remedy(
    text: str, message: str, counties: Counties, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as caught:
        told(tmp_path, text, counties)
    assert message in str(caught.value)


def test_a_sheet_without_the_model_is_refused(counties: Counties, tmp_path: Path) -> None:
    sheet = SHEET.replace("Jail Enforcement Model", "Task Force Model")
    with pytest.raises(UserError, match="has no row of the model jail enforcement; it has Hybrid Model"):
        told(tmp_path, sheet, counties, "agreement_287g_jail")


def test_what_is_not_found_fills_at_most_a_screen(counties: Counties, tmp_path: Path) -> None:
    text = "state,county\nTX,Harris\n" + "TX,Nowhere\n" * 3000
    _, notes = told(tmp_path, text, counties)
    assert len(notes) == 23
    assert notes[-1] == "  and 2,980 more"


# The calendar

START = month_number("2006-01")


def calendar_of(programs: dict[str, Any], **rest: Any) -> tuple[Calendar, Counties]:
    world = {"rows": 2, "columns": 2, "people": 4000}
    parameters = Parameters.model_validate(
        {"world": world, "programs": programs, "trust": {"known_refusal": 0.0}, **rest}
    )
    counties = build_counties(parameters, 2008)
    return build_calendar(parameters, counties, 2008), counties


def grid_list(folder: Path, text: str) -> str:
    path = folder / "grid.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_program_follows_its_list_and_switches_off_again(tmp_path: Path) -> None:
    path = grid_list(
        tmp_path,
        "fips,from,until\nr01c01,2007-03-09,2008-01-01\nr01c01,2009-01-01,\nr01c02,,2006-05-01\nr02c01,2005-01-01,\n",
    )
    calendar, counties = calendar_of({"secure_communities": {"counties": path, "until": "2012-01"}})
    force = calendar.secure_communities
    month = START + np.arange(96)
    at = counties.fips.index
    again = (month >= month_number("2007-03")) & (month < month_number("2008-01"))
    again |= (month >= month_number("2009-01")) & (month < month_number("2012-01"))
    assert (force[:, at("r01c01")] == again).all()
    assert (force[:, at("r01c02")] == (month < month_number("2006-05"))).all()
    assert (force[:, at("r02c01")] == (month < month_number("2012-01"))).all()
    assert not force[:, at("r02c02")].any()
    assert np.flatnonzero(calendar.announced[:, at("r01c01")]).tolist() == [14, 36]
    assert not calendar.announced[:, at("r02c01")].any()


def test_start_is_the_earliest_month_of_a_list(tmp_path: Path) -> None:
    path = grid_list(tmp_path, "fips,from\nr01c01,2006-03\nr01c02,2008-03\nr02c01,\n")
    calendar, counties = calendar_of({"agreement_287g_jail": {"counties": path, "start": "2007-01"}})
    first = calendar.agreement_287g_jail.argmax(axis=0)
    assert [int(first[counties.fips.index(code)]) for code in ("r01c01", "r01c02", "r02c01")] == [12, 26, 12]


def test_warrant_service_raises_cooperation_and_nothing_falls() -> None:
    programs = {
        "agreement_287g_warrant": {"counties": ["r01c01"], "start": "2008-01"},
        "detainer_resolution": {"counties": ["r01c01", "r01c02"], "start": "2007-01"},
    }
    calendar, _ = calendar_of(programs, detainers={"cooperation": 0.6})
    assert (calendar.cooperation[:12] == 0.6).all()
    assert (calendar.cooperation[12:24, :2] == 0.0).all()
    assert (calendar.cooperation[24:, 0] == 1.0).all()
    assert (calendar.cooperation[24:, 1] == 0.0).all()
    assert (calendar.agreement_287g_warrant.sum(axis=0) == [72, 0, 0, 0]).all()
    low, _ = calendar_of({"agreement_287g_warrant": {"counties": "all", "cooperation": 0.3}})
    assert (low.cooperation == 0.95).all()
    none, _ = calendar_of({})
    for name in ("cap", "secure_communities", "agreement_287g_jail", "agreement_287g_task_force", "issue_course"):
        assert (getattr(low, name) == getattr(none, name)).all()


def test_models_signed_in_one_month_are_one_piece_of_news() -> None:
    signed = {"counties": ["r01c01"], "start": "2008-01"}
    names = ("agreement_287g_jail", "agreement_287g_task_force", "agreement_287g_warrant")
    together, _ = calendar_of(dict.fromkeys(names, signed))
    alone, _ = calendar_of({"agreement_287g_warrant": signed})
    assert (together.announced == alone.announced).all()
    assert alone.announced.sum() == Parameters().trust.publicity_agreement
