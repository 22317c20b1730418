"""Tables of many runs: the same bytes wherever the runs lay, and single runs read back from among many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from fake_ledger import make_ledger

from sim.engines.ledger import Ledger
from sim.running.batch import row_groups
from sim.running.batch.part import PartReader
from sim.running.batch.row_groups import write_groups
from sim.running.batch.summaries import Summaries, outcome_table, summary_of, summary_table
from sim.running.measures import reduce
from sim.running.outcomes import column_of, measures
from sim.running.tables.months import run_tables
from sim.words.labels import TABLES

RUNS = (("plain", 0, "2008-01"), ("plain", 1, "2007-11"), ("another", 0, "2008-02"), ("another", 1, "2008-01"))
ORDER = {"plain": 0, "another": 1}


def ledger_of(number: int) -> Ledger:
    """Return a run; runs differ in their months, so that each has words that others lack."""
    made = make_ledger(number, months=4, first_month=RUNS[number][2], adopted=1)
    made.trust[number, number, 0, 2] = np.nan
    return made


def tables_of(name: str) -> list[Any]:
    return [dict(run_tables(ledger_of(number), *RUNS[number][:2]))[name] for number in range(len(RUNS))]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("rows", [1, 700, 1 << 20])
def test_bytes_do_not_tell_where_runs_lay(
    name: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tables_of(name)
    write_groups(tmp_path / "part", tables, ORDER, "lz4")
    reader = PartReader(tmp_path / "part", [len(table) for table in tables])
    monkeypatch.setattr(row_groups, "GROUP_ROWS", rows)
    write_groups(tmp_path / "from_files", tables, ORDER)
    write_groups(tmp_path / "from_part", (reader.table(place) for place in range(len(tables))), ORDER)
    assert (tmp_path / "from_files").read_bytes() == (tmp_path / "from_part").read_bytes()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("rows", [1, 700, 1 << 20])
def test_single_runs_are_read_from_among_many(
    name: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_groups, "GROUP_ROWS", rows)
    tables = tables_of(name)
    write_groups(tmp_path / "part", tables, ORDER)
    reader = PartReader(tmp_path / "part", [len(table) for table in tables])
    for place in (2, 0, 3, 1):
        assert reader.table(place).to_pylist() == tables[place].to_pylist()
    assert pq.read_table(tmp_path / "part").num_rows == sum(map(len, tables))


def test_only_measurements_may_have_gaps(tmp_path: Path) -> None:
    write_groups(tmp_path / "table", tables_of("people"), ORDER)
    table = pq.read_table(tmp_path / "table")
    assert [field.name for field in table.schema if field.nullable] == ["trust"]
    assert table.column("trust").null_count == len(RUNS)


def test_small_runs_share_row_groups(tmp_path: Path) -> None:
    write_groups(tmp_path / "table", tables_of("crime"), ORDER)
    assert pq.read_metadata(tmp_path / "table").num_row_groups == 1


def test_a_summary_is_read_as_written() -> None:
    summary = reduce(ledger_of(1), "plain", 1, 2)
    again = summary_of(summary_table(summary))
    for name, value in vars(summary).items():
        same = np.array_equal(value, getattr(again, name)) if isinstance(value, np.ndarray) else None
        assert value == getattr(again, name) if same is None else same, name


def test_summaries_are_read_one_by_one() -> None:
    read: list[int] = []

    def reader(number: int) -> Any:
        def row() -> Any:
            read.append(number)
            return summary_table(reduce(ledger_of(number), *RUNS[number][:2], 0))

        return row

    runs = Summaries([reader(number) for number in range(4)])
    assert len(runs) == 4
    assert runs[2].scenario == "another"
    assert read == [2]
    assert [run.replication for run in runs[1:3]] == [1, 0]
    assert read == [2, 1, 2]


def test_outcomes_are_the_measures() -> None:
    summary = reduce(ledger_of(0), "plain", 0, 1)
    row = outcome_table(summary).to_pylist()[0]
    assert (row["scenario"], row["replication"]) == ("plain", 0)
    for measure in measures():
        value = measure.value(summary)
        assert row[column_of(measure)] == (None if np.isnan(value) else value)
    assert len(row) == 2 + len(measures())
