"""Tables on their way to disk: every value and key in its place, few bytes, and open to other readers."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_ledger import make_counties, make_ledger

from sim.engines.ledger import Ledger
from sim.engines.panel import survey_of
from sim.running.tables.arrow import categories, flags, numbers, numbers_or_null, texts
from sim.running.tables.files import TableWriter, write_world
from sim.running.tables.months import AXES, MonthTables
from sim.words.codes import REMOVED
from sim.words.labels import CHARGES, FAMILIES, GROUPS, LEVELS, REPEATS, STATUSES, SURVEYED_CRIMES

NATION = (449, 7)
"""Rows and columns of 3,143 counties."""


def write(ledger: Ledger, folder: Path) -> Path:
    """Write a ledger month by month, as a run does."""
    folder.mkdir()
    writer = TableWriter(folder)
    tables = MonthTables(ledger.months, ledger.counties, "made", 2)
    for index in range(len(ledger.months)):
        writer.write(tables.of(ledger.record(index)))
    writer.close()
    return folder


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    made = make_ledger(1, months=3, adopted=1)
    made.trust[1, 4, 0, 2] = np.nan
    return made


@pytest.fixture(scope="module")
def folder(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(ledger, tmp_path_factory.mktemp("tables") / "small")


# Columns


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64, np.float64])
def test_numbers(kind: type) -> None:
    values = np.arange(12, dtype=kind).reshape(4, 3)
    assert numbers(values[:, 1]).equals(pa.array(values[:, 1]))
    assert numbers(values[:0, 1]).equals(pa.array(values[:0, 1]))


@pytest.mark.parametrize("size", [0, 1, 8, 9, 17])
def test_flags_and_gaps_of_any_length(size: int) -> None:
    chosen = np.arange(size) % 3 == 0
    assert flags(chosen).equals(pa.array(chosen))
    values = np.where(chosen, np.nan, np.arange(size) / 7)
    assert numbers_or_null(values).equals(pa.array(values, from_pandas=True))


def test_texts() -> None:
    names = ["Doña Ana", "", "Cook", "Añasco"]
    assert texts(names).equals(pa.array(names))
    assert texts([]).equals(pa.array([], type=pa.string()))
    found = categories(names, np.array([2, 0, 0, 3], dtype=np.int8))
    assert found.to_pylist() == ["Cook", "Doña Ana", "Doña Ana", "Añasco"]


# Files


def test_other_readers_find_every_value(ledger: Ledger, folder: Path) -> None:
    people = pd.read_parquet(folder / "people.parquet")
    assert people["trust"].isna().to_numpy().nonzero()[0].tolist() == [(len(ledger.counties) + 4) * 9 + 2]
    assert people["people"].to_numpy().tolist() == ledger.people[..., 0].ravel().tolist()
    enforcement = pd.read_parquet(folder / "enforcement.parquet")
    assert enforcement["removed"].to_numpy().tolist() == ledger.enforcement[..., REMOVED].ravel().tolist()
    counties = pd.read_parquet(folder / "counties.parquet")
    assert counties["secure_communities"].to_numpy().tolist() == ledger.programs[..., 1].ravel().tolist()
    assert counties["officers"].to_numpy().tolist() == ledger.officers.ravel().tolist()


@pytest.mark.parametrize(
    ("table", "keys", "expected"),
    [
        ("people", ["group", "status"], [(group, status) for group in GROUPS for status in STATUSES]),
        ("enforcement", ["group", "status", "level"], list(itertools.product(GROUPS, STATUSES, LEVELS))),
    ],
)
def test_keys_of_a_county(folder: Path, table: str, keys: list[str], expected: list[tuple[str, ...]]) -> None:
    found = pd.read_parquet(folder / f"{table}.parquet")
    second = found[(found["month"] == "2008-02") & (found["county"] == "r01c02")]
    assert list(zip(*(second[key] for key in keys), strict=True)) == expected
    assert set(second["scenario"]) == {"made"}
    assert set(second["replication"]) == {2}


@pytest.mark.parametrize("name", AXES)
def test_a_reader_of_one_month_reads_one_row_group(ledger: Ledger, folder: Path, name: str) -> None:
    file = pq.ParquetFile(folder / f"{name}.parquet")
    assert file.num_row_groups == len(ledger.months)
    for number, month in enumerate(ledger.months):
        group = file.metadata.row_group(number)
        statistics = group.column(file.schema_arrow.get_field_index("month")).statistics
        assert (statistics.min, statistics.max) == (month, month)


def test_survey_stands_by_month_of_incident_and_is_written_six_months_later(tmp_path: Path) -> None:
    made = make_ledger(3, months=14, first_month="2007-12", adopted=3)
    tables = MonthTables(made.months, made.counties, "made", 2)
    written = {
        index: [table for name, table in tables.of(made.record(index)) if name == "survey"] for index in range(14)
    }
    assert [len(written[index]) for index in range(14)] == [0] * 6 + [1] * 7 + [7]
    assert written[6][0].column("month").to_pylist()[0] == "2007-12"
    found = pd.read_parquet(write(made, tmp_path / "out") / "survey.parquet")
    assert list(dict.fromkeys(found["month"])) == made.months
    told, person_months = survey_of(made)
    assert found["told"].to_numpy().tolist() == told[..., 0].ravel().tolist()
    assert found["told_reported"].to_numpy().tolist() == told[..., 1].ravel().tolist()
    assert found["person_months"].to_numpy()[::7].tolist() == person_months.ravel().tolist()
    assert set(found["weight"]) == {22.0}
    first = found.iloc[: 3 * 3 * 7]
    kinds = list(zip(first["group"], first["status"], first["type"], strict=True))
    assert kinds == [(group, status, crime) for group in GROUPS for status in STATUSES for crime in SURVEYED_CRIMES]


def test_arrests_by_charge(ledger: Ledger, folder: Path) -> None:
    found = pd.read_parquet(folder / "arrests.parquet")
    assert found["bookings"].to_numpy().tolist() == ledger.bookings.ravel().tolist()
    kinds = list(zip(*(found.iloc[:90][key] for key in ("group", "status", "charge")), strict=True))
    assert kinds == [(group, status, charge) for group in GROUPS for status in STATUSES for charge in CHARGES]


def test_what_is_counted_once_a_year(tmp_path: Path) -> None:
    made = make_ledger(3, months=25, first_month="2007-12", adopted=3)
    folder = write(made, tmp_path / "out")
    victims = pd.read_parquet(folder / "repeat_victims.parquet")
    assert list(victims["year"]) == [2008] * 12 + [2009] * 12
    kinds = list(zip(victims["family"], victims["victimizations"], strict=True))
    assert kinds == 2 * [(family, often) for family in FAMILIES for often in REPEATS]
    assert victims[["victims", "incidents"]].to_numpy().tolist() == 2 * made.repeats[12].reshape(-1, 2).tolist()
    again = pd.read_parquet(folder / "rearrests.parquet")
    assert list(again["month"]) == ["2008-01"] * 3
    assert again[["status", "released", "rearrested"]].to_numpy().tolist() == [
        ["citizen", 90, 20],
        ["lawful_noncitizen", 5, 1],
        ["unauthorized", 8, 3],
    ]


def test_runs_too_short_for_a_year_have_empty_tables(folder: Path) -> None:
    for name in ("repeat_victims", "rearrests"):
        table = pd.read_parquet(folder / f"{name}.parquet")
        assert len(table) == 0
        assert "scenario" in table


def test_world(ledger: Ledger, tmp_path: Path) -> None:
    counties = ledger.counties
    size = len(counties)
    latitude = np.where(np.arange(size) == 3, np.nan, np.arange(size) + 30.5)
    write_world(dataclasses.replace(counties, latitude=latitude), tmp_path / "world.parquet")
    found = pq.read_table(tmp_path / "world.parquet")
    assert found.column("latitude").to_pylist() == [None if k == 3 else k + 30.5 for k in range(size)]
    assert found.column("county").to_pylist() == counties.fips
    assert found.column("name").to_pylist() == counties.name
    assert found.column("persons").to_pylist() == counties.persons.tolist()


def national(seed: int) -> Ledger:
    """Make two months of a nation: 3,143 counties of 98,000 people, and no two risks alike."""
    rng = np.random.default_rng(seed)
    made = make_ledger(seed, counties=make_counties(*NATION, people=98_000), months=2, adopted=1)
    for name in ("county_fear", "relative_risk", "removal_risk", "officers"):
        getattr(made, name)[:] = rng.random(getattr(made, name).shape)
    made.trust[:] = rng.random(made.trust.shape)
    return made


def test_a_national_panel_takes_few_bytes(tmp_path: Path) -> None:
    written = write(national(4), tmp_path / "nation")
    sizes = {name: (written / f"{name}.parquet").stat().st_size for name in AXES}
    rows = {name: pq.read_metadata(written / f"{name}.parquet").num_rows for name in AXES}
    per_county = {"crime": 32, "survey": 63, "people": 9, "enforcement": 36, "arrests": 90, "counties": 1}
    assert rows == {name: 2 * 3_143 * number for name, number in per_county.items()}
    assert sum(sizes.values()) / sum(rows.values()) <= 8
    for name in AXES:
        group = pq.read_metadata(written / f"{name}.parquet").row_group(0)
        columns = [group.column(place) for place in range(group.num_columns)]
        assert {column.compression for column in columns} == {"ZSTD"}
        # DuckDB and others read byte-stream split for floats alone, and delta encodings not at all
        assert {code for column in columns for code in column.encodings} <= {"PLAIN", "RLE", "RLE_DICTIONARY"}
