"""A run's folder: whole or not at all, the same bytes twice, columns as the codebook says."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_worlds import REPOSITORY, equal_ledgers, grid, ledger_of, merged, scenario, setting_of

from sim.doors.cli.main import main
from sim.engines.ledger import MonthRecord, stack
from sim.parameters import Parameters
from sim.running import run as run_module
from sim.running.run import prepare, records, run_to_folder, seed_of, simulate, whole_folder
from sim.running.tables.months import run_tables
from sim.scenario.scenario import Scenario, load_scenario
from sim.words import labels
from sim.words.calendar import month_names, month_number
from sim.words.faults import UserError
from sim.world.constants import Constants, Integers, as_record, build_constants
from sim.world.setting import solved_constants

SMALL = grid(2, 2, 3000, 8, {"programs": {"secure_communities": {"counties": "all", "start": "2006-04"}}})
TABLES = (*labels.TABLES, "world")
FILES = {*(f"{name}.parquet" for name in TABLES), "codebook.csv", "manifest.json", "scenario.yaml", "timing.json"}


@pytest.fixture(scope="module")
def small() -> Scenario:
    return scenario(SMALL, "tiny")


@pytest.fixture(scope="module")
def folder(small: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_to_folder(small, seed=3, out=tmp_path_factory.mktemp("runs") / "deep" / "er", quiet=True)


def test_folder_holds_all_files(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_columns_are_the_codebooks(folder: Path) -> None:
    with (folder / "codebook.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["meaning"] and row["type"] for row in rows)
    for name in TABLES:
        schema = pq.read_schema(folder / f"{name}.parquet")
        assert schema.names == [row["column"] for row in rows if row["table"] == name]
        kinds = {row["column"]: row["type"] for row in rows if row["table"] == name}
        for field in schema:
            assert fits(field.type, kinds[field.name]), field


def fits(kind: pa.DataType, words: str) -> bool:
    """Tell whether a column's type is what the codebook calls it."""
    if words == "text":
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        return bool(pa.types.is_string(plain))
    if words == "whole number":
        return bool(pa.types.is_integer(kind))
    if words == "true or false":
        return bool(pa.types.is_boolean(kind))
    return bool(pa.types.is_floating(kind))


def test_tables_are_those_of_the_ledger(folder: Path, small: Scenario) -> None:
    expected = dict(run_tables(simulate(small, seed=3), "tiny", 0))
    for name, table in expected.items():
        found = pq.read_table(folder / f"{name}.parquet")
        assert found.num_rows == table.num_rows
        for column in table.column_names:
            assert found.column(column).to_pylist() == table.column(column).to_pylist(), (name, column)


def test_world_table(folder: Path) -> None:
    world = pq.read_table(folder / "world.parquet").to_pydict()
    assert world["county"] == ["r01c01", "r01c02", "r02c01", "r02c02"]
    assert sum(world["agents"]) == 3000
    assert world["latitude"] == [None] * 4


def test_manifest_and_timing(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    opportunities = int(ledger_of(SMALL, 3).opportunities.sum())
    known = {"scenario": "tiny", "seed": 3, "world_seed": 2008, "engine": "columnar", "people": 3000, "counties": 4}
    assert {name: manifest[name] for name in known} == known
    assert (manifest["months"], manifest["opportunities"]) == (8, opportunities)
    assert manifest["clipped_share"] == ledger_of(SMALL, 3).clipped_share
    timing = json.loads((folder / "timing.json").read_text(encoding="utf-8"))
    assert timing["running"] > 0
    assert not set(timing) & set(manifest)


def test_resolved_scenario_gives_the_same_run(folder: Path, small: Scenario) -> None:
    again = load_scenario(folder / "scenario.yaml")
    assert again.parameters == small.parameters
    assert again.name == "tiny"
    assert equal_ledgers(simulate(again, seed=3), ledger_of(SMALL, 3))


def test_same_bytes_twice(folder: Path, small: Scenario, tmp_path: Path) -> None:
    again = run_to_folder(small, seed=3, out=tmp_path / "again", quiet=True, threads=2)
    for name in FILES - {"timing.json"}:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_seed_gives_other_tables(folder: Path, small: Scenario, tmp_path: Path) -> None:
    other = run_to_folder(small, seed=4, out=tmp_path / "other", quiet=True)
    assert (other / "crime.parquet").read_bytes() != (folder / "crime.parquet").read_bytes()
    assert (other / "world.parquet").read_bytes() == (folder / "world.parquet").read_bytes()


def test_an_empty_folder_is_used(small: Scenario, tmp_path: Path) -> None:
    out = tmp_path / "empty"
    out.mkdir()
    assert {path.name for path in run_to_folder(small, seed=3, out=out, quiet=True).iterdir()} == FILES


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_exists_is_not_touched(small: Scenario, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "taken"
    kept = out / "mine.txt" if kind == "folder" else out
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="taken"):
        run_to_folder(small, seed=3, out=out, quiet=True)
    assert kept.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("error", [RuntimeError("in mid-run"), KeyboardInterrupt(), OSError(28, "No space left")])
def test_an_error_in_mid_run_leaves_nothing(
    small: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(*arguments: Any, **options: Any) -> Iterator[MonthRecord]:
        for record in records(*arguments, **options):
            if record.index == 5:
                raise error
            yield record

    monkeypatch.setattr(run_module, "records", broken)
    with pytest.raises((type(error), UserError)):
        run_to_folder(small, seed=3, out=tmp_path / "out", quiet=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_appears_only_when_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_folder(out) as temporary:
        (temporary / "one.txt").write_text("1", encoding="utf-8")
        assert not out.exists()
        assert temporary.parent == tmp_path
    assert [path.name for path in out.iterdir()] == ["one.txt"]
    assert out.stat().st_mode & 0o777 == 0o755


def test_summary_names_both_books(small: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run_to_folder(small, seed=3, out=tmp_path / "loud")
    text = capsys.readouterr().out
    for words in ("3,000 people", "4 counties", "2006-01 to 2006-08", "Observed", "true", "detainers", str(out)):
        assert words.lower() in text.lower(), words
    run_to_folder(small, seed=3, out=tmp_path / "silent", quiet=True)
    assert capsys.readouterr().out == ""


# In memory


def test_simulate_stacks_the_records(small: Scenario) -> None:
    months: list[tuple[int, int]] = []
    ledger = simulate(small, seed=3, on_month=lambda done, of: months.append((done, of)))
    assert months == [(month + 1, 8) for month in range(8)]
    setting = prepare(small)
    assert equal_ledgers(ledger, stack(list(records(setting, seed_of(3, 0))), setting.months, setting.world.counties))
    assert ledger.months == ["2006-01", "2006-02", "2006-03", "2006-04", "2006-05", "2006-06", "2006-07", "2006-08"]
    assert [ledger.record(month).index for month in range(8)] == list(range(8))
    assert np.shares_memory(ledger.record(2).crime, ledger.crime)


def test_worlds_are_shared_between_programs_and_redrawn_on_request() -> None:
    without = merged(SMALL, {"programs": {"secure_communities": {"counties": "none"}}})
    assert prepare(scenario(SMALL)).world is prepare(scenario(without)).world
    redrawn = scenario(merged(SMALL, {"world": {"redraw": True}}))
    worlds = [prepare(redrawn, replication).world for replication in (0, 1, 0)]
    assert np.array_equal(worlds[0].person, worlds[2].person)
    assert not np.array_equal(worlds[0].counties.agents, worlds[1].counties.agents)


def test_counties_and_homes_are_shared_where_only_behaviour_differs() -> None:
    unlike = {"courts": {"stay": {"larceny": 20.0}}}
    usual, other = (prepare(scenario(merged(SMALL, layer))).world for layer in ({}, unlike))
    assert usual.counties is other.counties
    assert usual.cell_low is other.cell_low
    assert not np.array_equal(usual.baseline.jailed_share, other.baseline.jailed_share)


def test_a_county_file_that_was_edited_is_read_again(tmp_path: Path) -> None:
    """In a notebook, where worlds are kept from run to run."""
    text = (REPOSITORY / "tests" / "made" / "five_counties" / "counties.csv").read_text(encoding="utf-8")
    path, people = tmp_path / "counties.csv", []
    for population in (600, 5000):
        path.write_text(text.replace("Ash,600,", f"Ash,{population},"), encoding="utf-8")
        chosen = scenario({"months": 2, "world": {"kind": "counties", "counties": str(path), "scale": 1.0}})
        people.append(int(prepare(chosen).world.counties.persons[0]))
    assert people == [600, 5000]


@pytest.mark.parametrize(
    "layer",
    [
        {"crime": {"own_group": 0.5}},
        {"police": {"clearance": {"larceny": 0.5}}},
        {"courts": {"stay": {"larceny": 20.0}}},
        {"reporting": {"reported": {"larceny": 0.6}}},
        {"people": {"household_concentration": 0.9}},
        {"world": {"offender_pool": 100.0}},
        {"crime": {"recorded_per_100k": {"larceny": 1000.0}}},
    ],
    ids=lambda layer: next(iter(layer)),
)
def test_no_stale_world_is_shared(layer: dict[str, Any]) -> None:
    """What shapes a world must be part of the key under which worlds are kept."""
    from sim.world.people import build_world

    chosen = scenario(merged(SMALL, layer))
    prepare(scenario(SMALL))
    world = prepare(chosen).world
    fresh = build_world(chosen.parameters, world.counties, world.seed)
    assert np.array_equal(world.person, fresh.person)
    assert np.array_equal(world.roster, fresh.roster)
    for name in ("opportunity_rate", "jailed_share", "street_rate", "propensity"):
        assert np.array_equal(getattr(world.baseline, name), getattr(fresh.baseline, name)), name


SOLVED = solved_constants(Parameters(), setting_of(grid(1, 1, 400, 1)).world.baseline)


@pytest.mark.parametrize("one", [1, 1.0])
def test_loops_are_compiled_once_however_numbers_are_written(one: float) -> None:
    """A whole number where another scenario has a fraction would compile every loop a second time."""
    usual = Parameters()
    written = Parameters.model_validate(
        merged(usual.model_dump(), {"trust": {"region_weight": one, "sensitivity": one}})
    )
    first, second = (as_record(build_constants(each, SOLVED)) for each in (usual, written))
    assert first.dtype == second.dtype
    whole = {name for name in first.dtype.names or () if first.dtype[name].base.kind == "i"}
    assert whole == {name for name, kind in get_type_hints(Constants).items() if kind in (int, Integers)}


@pytest.mark.parametrize(("histories", "places"), [(1, 8), (3, 8), (8, 8), (9, 16)])
def test_loops_are_compiled_once_whatever_lies_behind_counties(histories: int, places: int) -> None:
    """Worlds with other numbers of histories would compile every loop anew."""
    constants = build_constants(Parameters(), SOLVED)
    federal, prior = (
        np.resize(each, (histories, *each.shape[1:]))
        for each in (constants.federal_record_at_start, constants.prior_record)
    )
    record = as_record(constants._replace(federal_record_at_start=federal, prior_record=prior))[0]
    for name, value in (("federal_record_at_start", federal), ("prior_record", prior)):
        assert record[name].shape == (places, *value.shape[1:])
        assert np.array_equal(record[name][:histories], value)
        assert not record[name][histories:].any()


def test_mesa_is_refused_for_millions() -> None:
    with pytest.raises(UserError, match="columnar"):
        next(records(setting_of(grid(1, 1, 200_001, 1)), 1, engine="mesa"))


def test_months() -> None:
    assert month_names("2008-11", 4) == ["2008-11", "2008-12", "2009-01", "2009-02"]
    assert month_number("2008-01") == 2008 * 12


def test_run_from_the_command_line(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(
        "months: 8\nworld: {rows: 2, columns: 2, people: 3000}\n"
        'programs: {secure_communities: {counties: all, start: "2006-04"}}\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "sim", "run", str(file), "--seed", "3", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "3,000 people" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    for name in ("crime.parquet", "people.parquet", "enforcement.parquet", "counties.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes()
    assert main(command[3:]) == 2
    assert "not empty" in capsys.readouterr().err
