"""Tables of the user's: what is recognised, and what is refused in which words."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from sim.scenario.user_tables.codes import county_code
from sim.scenario.user_tables.days import month_of_day
from sim.scenario.user_tables.numbers import meaning_of_commas, number_of, with_point
from sim.scenario.user_tables.records import Layout
from sim.scenario.user_tables.table import Table, numbers, read_table
from sim.words.faults import UserError
from sim.words.reading import LARGEST_FILE, not_regular

LAYOUT = Layout(("fips", "share"), ("name",))
PLAIN = "fips,share,name\n01001,0.5,Ash\n01003,0.25,Birch\n"


def table_of(folder: Path, content: str | bytes, layout: Layout = LAYOUT) -> Table:
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table("world.counties", str(path), layout)


def shares(table: Table) -> list[float]:
    return numbers(table, "share", table.columns["fips"], 0, 1)


# What is recognised

READ = {
    "as documented": (PLAIN, ""),
    "byte order mark": ("\ufeff" + PLAIN, ""),
    "semicolons": (PLAIN.replace(",", ";"), "semicolons between columns"),
    "tabs": (PLAIN.replace(",", "\t"), "tabs between columns"),
    "bars": (PLAIN.replace(",", "|"), "bars between columns"),
    "semicolons and decimal commas": (PLAIN.replace(",", ";").replace("0.", "0,"), "decimal commas"),
    "decimal commas in quotes": ('fips,share,name\n01001,"0,5",Ash\n01003,"0,25",Birch\n', "decimal commas"),
    "told by a spreadsheet": ("sep=;\r\n" + PLAIN.replace(",", ";").replace("\n", "\r\n"), "semicolons"),
    "carriage returns alone": (PLAIN.replace("\n", "\r"), ""),
    "upper case": (PLAIN.replace("fips", "FIPS"), "the column FIPS as fips"),
    "spaces in names": (PLAIN.replace("fips,share", " Fips , Share "), "the columns Fips as fips, Share as share"),
    "empty nameless columns": ("fips,share,name,,\n01001,0.5,Ash,,\n01003,0.25,Birch,,\n", ""),
    "an index without a name": (",fips,share\n0,01001,0.5\n1,01003,0.25\n", "columns without a name left out"),
    "empty cells at the end": ("fips,share\n01001,0.5,,\n01003,0.25\n", ""),
    "empty rows": ("fips,share\n\n01001,0.5\n,\n01003,0.25\n,\n", ""),
    "quoted line breaks": ('fips,share,name\n01001,0.5,"Ash\nCounty"\n01003,0.25,Birch\n', ""),
    "another column twice": ("fips,share,x,x\n01001,0.5,1,2\n01003,0.25,1,2\n", ""),
}


@pytest.mark.parametrize("case", READ)
def test_a_table_is_read_and_what_was_recognised_is_told(case: str, tmp_path: Path) -> None:
    content, note = READ[case]
    table = table_of(tmp_path, content)
    assert table.columns["fips"] == ["01001", "01003"]
    assert shares(table) == [0.5, 0.25]
    table.raise_faults()
    assert note in "".join(table.notes)
    assert bool(note) == bool(table.notes)


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", ""), ("latin-1", "Windows-1252 (Latin-1)"), ("cp1252", "Windows-1252 (Latin-1)"), ("utf-16", "UTF-16")],
)
def test_encodings_are_recognised(encoding: str, note: str, tmp_path: Path) -> None:
    table = table_of(tmp_path, "fips,share,name\n01001,0.5,Doña Ana\n".encode(encoding))
    assert table.columns["name"] == ["Doña Ana"]
    assert note in "".join(table.notes)
    assert bool(note) == bool(table.notes)


# What is refused

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "spreadsheet": (b"PK\x03\x04abc", "is a spreadsheet or an archive, not a CSV file; save it as CSV"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0abc", "is an old spreadsheet, not a CSV file; save it as CSV"),
    "compressed": (b"\x1f\x8b\x08abc", "is compressed (gzip); unpack it"),
    "parquet": (b"PAR1abc", "is a Parquet file"),
    "zeros": (b"fips,share\n01001,\x000.5\n", "is not a CSV file in UTF-8"),
    "no text": (b"fips,share\n\x81\x8d\x8f,1\n", "is not a CSV file in UTF-8"),
    "nothing": ("", "has no rows"),
    "names only": ("fips,share\n", "has no rows"),
    "missing": ("fips,shares\n01001,0.5\n", "line 1: column share is missing; nearest is shares"),
    "twice": ("fips,share,share\n01001,0.5,0.5\n", "line 1: column share stands twice"),
    "twice in two cases": ("fips,Share,SHARE\n01001,0.5,0.5\n", "line 1: column share stands twice"),
    "names of none": ("a;b\n1;2\n", "line 1: names none of the columns (fips, share); it has a, b"),
    "too short": ("fips,share\n01001\n", "line 2: 1 values, but the first line names 2 columns"),
    "too long": ("fips,share\n01001,0.5,9\n", "line 2: 3 values, but the first line names 2 columns"),
    "two separators": ("fips;share\n01001;0.5\n01003,0.5\n", "line 3: has commas between its values, but the first"),
    "names again": ("fips,share\n01001,0.5\nfips,share\n01003,0.5\n", "line 3: names the columns once more"),
    "open quotation": ('fips,share,name\n01001,0.5,"Ash\n01003,0.25,Birch\n', "quotation marks do not close"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_such_table_is_refused_with_the_remedy(case: str, tmp_path: Path) -> None:
    content, message = REFUSED[case]
    with pytest.raises(UserError) as caught:
        table_of(tmp_path, content)
    assert message in str(caught.value)
    assert "table.csv" in str(caught.value)


def test_pipes_devices_folders_and_huge_files_are_not_opened(tmp_path: Path) -> None:
    pipe, huge = tmp_path / "pipe.csv", tmp_path / "huge.csv"
    os.mkfifo(pipe)
    with huge.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    for path, words in ((pipe, "a pipe"), (Path("/dev/zero"), "a device"), (tmp_path, "a folder"), (huge, "256 MB")):
        assert words in (not_regular(path) or "")
        with pytest.raises(UserError, match=words):
            read_table("world.counties", str(path), LAYOUT)


def test_faults_beyond_a_screen_are_counted(tmp_path: Path) -> None:
    table = table_of(tmp_path, "fips,share\n" + "01001,7\n" * 5000)
    shares(table)
    with pytest.raises(UserError) as caught:
        table.raise_faults()
    lines = str(caught.value).split("\n")
    assert sum(-(-len(line) // 80) for line in lines) <= 24
    assert lines[-1] == f"... and {5001 - len(lines):,} more faults"


# Numbers


@pytest.mark.parametrize(
    ("cells", "meaning"),
    [
        (["1", "2.5"], "none"),
        (["0,5", "2"], "decimal"),
        (["1,25", "1.234,5"], "decimal"),
        (["0,123"], "decimal"),
        (["12,345", "0.5"], "thousands"),
        (["1,234,567"], "thousands"),
        (["1,234.5"], "thousands"),
        (["1,234", "7"], "unclear"),
        (["0,5", "0.5"], "unclear"),
        (["Ash, AA", "7"], "none"),
    ],
)
def test_one_clear_number_tells_what_commas_mean(cells: list[str], meaning: str) -> None:
    assert meaning_of_commas(cells) == meaning


@pytest.mark.parametrize(
    ("text", "commas", "number"),
    [
        ("0,5", "decimal", 0.5),
        ("1.234,5", "decimal", 1234.5),
        ("12,345", "thousands", 12345.0),
        ("1,234.5", "thousands", 1234.5),
        ("54\u00a0000", "none", 54000.0),
        ("1e-3", "none", 0.001),
        ("-2", "none", -2.0),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, commas: str, number: float) -> None:
    assert number_of(text, commas) == number  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["1_000", "nan", "inf", "0x10", "1,234", "٣", "1 2", "", "--1", "5%"])
def test_other_texts_are_no_numbers(text: str) -> None:
    assert math.isnan(number_of(text, "unclear"))
    assert with_point("Ash", "decimal") == "Ash"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("16.3", "if it is a percentage, divide the column by 100 (0.163)"),
        ("16.3%", "write 0.163 for 16.3 percent"),
        ("many", "allowed is a number from 0 to 1"),
        ("-0.1", "allowed is a number from 0 to 1"),
        ("9" * 5000, "allowed is a number from 0 to 1"),
    ],
)
def test_shares_out_of_range_are_told_with_the_remedy(text: str, hint: str, tmp_path: Path) -> None:
    table = table_of(tmp_path, f"fips,share\n01001,{text}\n")
    shares(table)
    with pytest.raises(UserError) as caught:
        table.raise_faults()
    assert hint in str(caught.value)
    assert len(str(caught.value)) < 500


def test_commas_of_two_meanings_are_told(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'fips,share\n01001,"0,5"\n01003,0.5\n')
    shares(table)
    with pytest.raises(UserError, match=r"line 2: .*share is 0,5.*whether its comma parts thousands or decimals"):
        table.raise_faults()


# Days and codes


@pytest.mark.parametrize(
    "text",
    [
        "2008-10-27",
        "2008-10",
        "2008-10-27 00:00:00",
        "2008-10-27T00:00:00",
        "2008-10-27 00:00:00.000",
        "2008-10-27T00:00:00+00:00",
        "2008/10/27",
        "20081027",
        "10/27/2008",
        "10/27/2008 0:00",
        "10/27/2008 12:00:00 AM",
        "27-Oct-2008",
        "27-Oct-08",
        "27 October 2008",
        "October 27, 2008",
        "Oct. 27, 2008",
        "Oct 2008",
    ],
)
def test_days_are_read_as_lists_and_spreadsheets_write_them(text: str) -> None:
    assert month_of_day(text) == 12 * 2008 + 9


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1900-01-00", "years from 1990 to 2100"),
        ("1/0/1900", "years from 1990 to 2100"),
        ("1989-12-31", "years from 1990 to 2100"),
        ("2101-01-01", "years from 1990 to 2100"),
        ("9999-12-31", "years from 1990 to 2100"),
        ("0000-00-00", "years from 1990 to 2100"),
        ("2009-02-30", "a day such as 2008-10-27"),
        ("2009-13", "a day such as 2008-10-27"),
        ("27/10/2008", "or 10/27/2008 (month, day, year)"),
        ("10/27/08", "all four digits of the year"),
        ("39748", "as a spreadsheet counts days it is 2008-10-27"),
        ("27.10.2008", "a day such as 2008-10-27"),
        ("never", "a day such as 2008-10-27, or nothing"),
        ("2008", "a day such as 2008-10-27"),
        ("0", "a day such as 2008-10-27"),
    ],
)
def test_other_days_are_refused(text: str, words: str) -> None:
    problem = month_of_day(text)
    assert isinstance(problem, str)
    assert words in problem


@pytest.mark.parametrize("text", ["01001", "1001", "1001.0", "0500000US01001", '="01001"', "'01001"])
def test_codes_are_read_as_spreadsheets_and_the_census_write_them(text: str) -> None:
    assert county_code(text) == ("01001", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("01000", "the total of a whole state"),
        ("56000", "the total of a whole state"),
        ("00000", "no county has this code"),
        ("03001", "no state's codes begin with 03"),
        ("57001", "no state's codes begin with 57"),
        ("99001", "no state's codes begin with 99"),
        ("7", "no state's codes begin with 00"),
        ("01777", "no county of the state ever had the number 777"),
        ("51841", "no county of the state ever had the number 841"),
        ("02999", "no county of the state ever had the number 999"),
        ("010010", "allowed are five digits"),
        ("1.001E+03", "allowed are five digits"),
        ("1001.5", "allowed are five digits"),
        ("AA3", "allowed are five digits"),
        ("", "allowed are five digits"),
        ("٠١٠٠١", "allowed are five digits"),
    ],
)
def test_codes_that_no_county_has_are_refused(text: str, words: str) -> None:
    code, problem = county_code(text)
    assert code == ""
    assert words in problem


@pytest.mark.parametrize("code", ["60010", "66010", "69110", "72001", "78010", "51840", "11001", "09190", "46102"])
def test_codes_of_territories_cities_and_regions_are_codes(code: str) -> None:
    assert county_code(code) == (code, "")
