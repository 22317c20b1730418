"""County, adjacency and background files as users have them: what is read, what is left out, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.running.inputs import read_inputs
from sim.words.calendar import month_number
from sim.words.faults import UserError
from sim.world.counties.background import background_trends
from sim.world.counties.files import REQUIRED, read_counties, told_shares
from sim.world.counties.table import Counties

AGREEMENTS = ("agreement_287g", "agreement_287g_jail", "agreement_287g_task_force")
HEADER = ",".join((*REQUIRED, *AGREEMENTS))
RATES = "5,30,100,200,700,2000,300"
ROWS = (
    f"04001,AZ,Oak County,1000,0.25,0.1,2009-03-05,{RATES},,,",
    f"04003,AZ,Pine County,3000,0.1,0.05,2010-04-01,{RATES},2007-06-30,1,0",
    f"35001,NM,Doña County,4000,0.5,0.2,2011-01-12,{RATES},,,",
)


def written(folder: Path, text: str, name: str = "counties.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def county_text(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *(rows or ROWS)]) + "\n"


def world_of(counties: Path, **files: Path) -> Parameters:
    named = {name: str(path) for name, path in files.items()}
    return Parameters.model_validate({"world": {"counties": str(counties), **named}})


def counties_of(folder: Path, text: str, **files: Path) -> tuple[Counties, list[str]]:
    notes: list[str] = []
    return read_counties(world_of(written(folder, text), **files), notes), notes


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        counties_of(folder, text)
    return str(caught.value)


# County files


def test_a_file_of_a_european_spreadsheet_gives_the_same_counties(tmp_path: Path) -> None:
    plain, _ = counties_of(tmp_path, county_text())
    european = county_text().replace(",", ";").replace("0.", "0,").replace("\n", "\r\n")
    path = written(tmp_path, european, "european.csv", "cp1252")
    notes: list[str] = []
    other = read_counties(world_of(path), notes)
    assert "semicolons between columns, decimal commas, the encoding Windows-1252 (Latin-1)" in notes[0]
    assert other.name == plain.name
    for name in ("persons", "hispanic_share", "noncitizen_share", "recorded_per_100k", "activation", "agreement"):
        assert (getattr(other, name) == getattr(plain, name)).all(), name


@pytest.mark.parametrize("day", ["2007-06-30 00:00:00", "6/30/2007", "30-Jun-07", "June 30, 2007"])
def test_days_of_agreements_are_read_as_lists_write_them(day: str, tmp_path: Path) -> None:
    quoted = f'"{day}"' if "," in day else day
    made, _ = counties_of(tmp_path, county_text().replace("2007-06-30", quoted))
    assert made.agreement.tolist() == [-1, month_number("2007-06"), -1]


def test_a_malformed_day_is_the_only_complaint_of_its_agreement(tmp_path: Path) -> None:
    told = refusal(tmp_path, county_text().replace("2007-06-30", "soon"))
    assert told.split("\n") == [
        f"{tmp_path / 'counties.csv'}, line 3: Pine County, AZ: agreement_287g is soon; "
        "allowed is a day such as 2008-10-27, or nothing"
    ]
    told = refusal(tmp_path, county_text().replace("2007-06-30,1,0", "2007-06-30,yes,0"))
    assert "must be 1" not in told


SPOILED = {
    "total of a state": (("04001", "35000"), "line 2: fips is 35000; the total of a whole state"),
    "no such state": (("04001", "52001"), "line 2: fips is 52001; no state's codes begin with 52"),
    "elsewhere": (("35001", "35999"), "line 4: fips is 35999; no county of the state ever had the number 999"),
    "in another spelling": (("04003", "4001"), "line 3: fips 04001 stands already on line 2"),
    "percentages": ((",0.25,", ",25.0,"), "if it is a percentage, divide the column by 100 (0.25)"),
    "percent signs": ((",0.25,", ",25%,"), "write 0.25 for 25 percent"),
    "two spellings": (
        ("04003,AZ", "04003,Arizona"),
        "line 3: state is Arizona, but AZ on line 2, and codes of both begin with 04; write one state in one way",
    ),
    "two cases": (("04003,AZ", "04003,Az"), "line 3: state is Az, but AZ on line 2"),
    "no state": (("04003,AZ", "04003,"), "line 3: state is empty, but AZ on line 2"),
    "empty day of a spreadsheet": (("2010-04-01", "1/0/1900"), "secure_communities is 1/0/1900; allowed are years"),
    "never": (("2011-01-12", "2999-12-31"), "secure_communities is 2999-12-31; allowed are years from 1990 to 2100"),
    "typing error": (("2011-01-12", "0201-11-12"), "line 4: Doña County, NM: secure_communities is 0201-11-12"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_no_county_can_have_is_refused_with_line_and_remedy(case: str, tmp_path: Path) -> None:
    (before, after), message = SPOILED[case]
    assert before in county_text()
    assert message in refusal(tmp_path, county_text().replace(before, after, 1))


def test_shares_and_rates_of_all_counties_are_told_in_one_line(tmp_path: Path) -> None:
    made, _ = counties_of(tmp_path, county_text())
    assert told_shares(made) == (
        "world.counties: 3 counties, 8,000 people, 31.9 % Hispanic, 13.1 % noncitizens; "
        "recorded per 100,000 and year: 335 violent, 3,000 property"
    )
    assert read_inputs([world_of(tmp_path / "counties.csv")]).notes == (told_shares(made),)


# Adjacency

CENSUS = (
    '"Oak County, AZ"\t04001\t"Oak County, AZ"\t04001\n\t\t"Pine County, AZ"\t04003\n'
    '\t\t"Elsewhere County, AZ"\t04005\n'
    '"Doña County, NM"\t35001\t"Doña County, NM"\t35001\n\t\t"Pine County, AZ"\t04003\n'
)
NAMED = "County Name|County GEOID|Neighbor Name|Neighbor GEOID\n"
LAYOUTS = {
    "Census, 2010": (CENSUS, "latin-1"),
    "Census in UTF-8": (CENSUS, "utf-8"),
    "Census with bars": (CENSUS.replace("\t", "|").replace('"', ""), "utf-8"),
    "Census, later": (NAMED + CENSUS.replace("\t", "|").replace('"', ""), "utf-8"),
    "other names": ("fipscounty,fipsneighbor\n4001,4003\n4001,4005\n35001,4003\n", "utf-8"),
    "pairs without names": ("04001,04003\n04001,04005\n35001,04003\n", "utf-8"),
    "pairs with names": ("fips;neighbor_fips\n04001;04003\n04001;04005\n35001;04003\n", "utf-8"),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_neighbours_are_read_in_every_layout(case: str, tmp_path: Path) -> None:
    text, encoding = LAYOUTS[case]
    pairs = written(tmp_path, text, "pairs.txt", encoding)
    made, notes = counties_of(tmp_path, county_text(), adjacency=pairs)
    assert np.diff(made.neighbour_start).tolist() == [1, 2, 1]
    assert made.neighbour.tolist() == [1, 0, 2, 1]
    count = text.count("\n") - ("ame" in text.split("\n")[0] or "fips" in text)
    told = f"world.adjacency: left out of {count} rows: 1 that name 1 county that the county file has not (04005)"
    assert told in notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fips,neighbor_fips\n,04003\n04001,04003\n", "line 2: fips is empty; allowed are five digits"),
        ("fips,neighbor_fips\n04001,\n", "line 2: neighbor_fips is empty"),
        ("fips,neighbor_fips\n04001,04000\n", "line 2: neighbor_fips is 04000; the total of a whole state"),
        ("fips,neighbor_fips\n36001,36003\n", "has no pair of two counties of the county file"),
        ("from,to\n04001,04003\n", "line 1: names none of the columns (fips, neighbor_fips); it has from, to"),
    ],
)
def test_other_neighbours_are_refused(text: str, message: str, tmp_path: Path) -> None:
    pairs = written(tmp_path, text, "pairs.csv")
    with pytest.raises(UserError) as caught:
        counties_of(tmp_path, county_text(), adjacency=pairs)
    assert message in str(caught.value)


def test_counties_that_no_row_names_are_told(tmp_path: Path) -> None:
    pairs = written(tmp_path, "fips,neighbor_fips\n04001,04003\n", "pairs.csv")
    _, notes = counties_of(tmp_path, county_text(), adjacency=pairs)
    assert notes == ["world.adjacency: 1 county that no row names, without neighbours (35001)"]


# Background

YEARS = "fips,year,population_covered,violent,property\n" + "".join(
    f"{code},{year},1000,20,100\n" for code in ("04001", "04003") for year in range(2005, 2010)
)


def trends(folder: Path, text: str) -> tuple[np.ndarray, list[str]]:
    made, _ = counties_of(folder, county_text())
    notes: list[str] = []
    return background_trends(str(written(folder, text, "years.csv")), made, Parameters(), notes), notes


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("04003,2008,1000,25,100\n", "line 12: county 04003: the year 2008 stands already on line 10; each county has"),
        ("4001,2008.0,1000,25,100\n", "the year 2008 stands already on line 5"),
        ("04003,2010.5,1000,25,100\n", "line 12: county 04003: year is 2010.5; allowed is a whole year such as 2010"),
        ("04003,9999,1000,25,100\n", "year is 9999; allowed is a year from 1960 to 2100"),
        ("04003,1900,1000,25,100\n", "year is 1900; allowed is a year from 1960 to 2100"),
        ("04000,2010,1000,25,100\n", "line 12: fips is 04000; the total of a whole state"),
        ("04003,,1000,25,100\n", "year is empty; leave out a year that is not known"),
    ],
)
def test_impossible_county_years_are_refused(more: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        trends(tmp_path, YEARS + more)
    assert message in str(caught.value)
    assert len(str(caught.value).split("\n")) == 1


def test_rows_that_are_left_out_are_counted_and_change_nothing(tmp_path: Path) -> None:
    flagged = YEARS.replace("property\n", "property,is_county,no_report\n").replace(",100\n", ",100,1,0\n")
    more = "04777,2008,5,5,5,0,0\n04777,2008,5,5,5,0,0\n04005,2008,1000,90,900,1,0\n04001,2010,1000,0,0,1,1\n"
    plain, none = trends(tmp_path, YEARS)
    mixed, notes = trends(tmp_path, flagged + more)
    assert (plain == mixed).all()
    without = "world.background: 1 county without a usable row, following the state (35001)"
    assert none == [without]
    told = "2 no counties; 1 reporting nothing or covering nobody; 1 of counties that the county file has not (04005)"
    assert notes == [f"world.background: left out of 14 rows: {told}", without]


def test_real_files_are_read_without_a_fault(shared_data: Path) -> None:
    files = {"adjacency": shared_data / "adjacency.csv", "background": shared_data / "county_crime_2000_2012.csv"}
    notes = read_inputs([world_of(shared_data / "us_counties.csv", **files)]).notes
    told = (
        "world.counties: 3,143 counties, 308,745,538 people, 16.3 % Hispanic, 7.1 % noncitizens; recorded per 100,000"
    )
    assert any(note.startswith(told) for note in notes)
    assert "world.adjacency: 3 counties that no row names, without neighbours (15001, 15003, 15007)" in notes
