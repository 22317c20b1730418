"""The tables as SQL and pandas read them: no column's name means something else there, no row is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.running.run import run_to_folder
from sim.scenario.values import scenario_of
from sim.words.labels import TABLES

CHANGES = {"months": 14, "world": {"rows": 2, "columns": 2, "people": 3000}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    run_to_folder(scenario_of(CHANGES), seed=3, engine="columnar", threads=1, out=out, quiet=True)
    return out


def columns_of(folder: Path, table: str) -> tuple[list[str], list[str]]:
    """Return the names of a table's columns, and of those that hold numbers."""
    schema = pq.read_schema(folder / f"{table}.parquet")
    numbers = [field.name for field in schema if str(field.type).startswith(("int", "uint", "float", "double"))]
    return schema.names, numbers


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_reads_every_column(table: str, folder: Path) -> None:
    names, numbers = columns_of(folder, table)
    whole = pd.read_parquet(folder / f"{table}.parquet")
    path = folder / f"{table}.parquet"
    for name in names:
        for written in (f'"{name}"', name) if name != "group" else (f'"{name}"',):
            found = duckdb.sql(f"select count({written}), count(distinct {written}) from '{path}'").fetchall()[0]
            assert found == (whole[name].count(), whole[name].nunique())
    for name in numbers:
        total = duckdb.sql(f"select sum({name}) from '{path}'").fetchall()[0][0]
        assert (0.0 if total is None else float(total)) == pytest.approx(float(whole[name].sum()))


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_reads_every_column(table: str, folder: Path) -> None:
    names, numbers = columns_of(folder, table)
    whole = pd.read_parquet(folder / f"{table}.parquet")
    with closing(sqlite3.connect(":memory:")) as base:
        plain = whole.astype({name: str for name in names if name not in numbers})
        columns = ", ".join(f'"{name}"' if name == "group" else name for name in names)
        base.execute(f"create table {table} ({columns})")
        marks = ", ".join("?" * len(names))
        base.executemany(f"insert into {table} ({columns}) values ({marks})", plain.to_numpy(dtype=object).tolist())
        for name in numbers:
            total = base.execute(f"select sum({name}) from {table}").fetchone()[0]
            assert float(total or 0) == pytest.approx(float(whole[name].sum()))
        for name in names:
            found = base.execute(f'select count(distinct "{name}") from {table}').fetchone()[0]
            assert found == plain[name].nunique()


@pytest.mark.parametrize("table", TABLES)
def test_pandas_offers_every_column_as_an_attribute_and_in_a_query(table: str, folder: Path) -> None:
    frame = pd.read_parquet(folder / f"{table}.parquet")
    for name in frame.columns:
        assert getattr(frame, name).equals(frame[name])
        assert len(frame.query(f"{name} == {name}")) == frame[name].notna().sum()


def test_a_group_that_is_not_quoted_is_an_error_and_no_other_number(folder: Path) -> None:
    with pytest.raises(duckdb.ParserException):
        duckdb.sql(f"select count(group) from '{folder / 'crime.parquet'}'")


def test_duckdb_sums_crimes_and_not_truths(folder: Path) -> None:
    path = folder / "crime.parquet"
    whole = pd.read_parquet(path)
    counted = duckdb.sql(f"select sum(occurred), sum(recorded) from '{path}'").fetchall()[0]
    assert tuple(map(int, counted)) == (whole["occurred"].sum(), whole["recorded"].sum())
