"""Export: what is read back from CSV, Stata and Parquet is what the results hold."""

from __future__ import annotations

import csv
import io
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_folders import CRIME_ROWS, MONTHS, SCENARIOS, made_comparison, made_sweep
from small_worlds import REPOSITORY

from sim.doors.cli import main as cli
from sim.running.tables.county_months import county_months
from sim.telling.export import stata as export_stata
from sim.telling.export.export import FORMATS, export
from sim.telling.export.stata import Piece, Run, packed, sliced
from sim.telling.export.stata_names import LONGEST_LABEL, LONGEST_NAME, RESERVED, stata_label, stata_names
from sim.telling.export.tables import tables_of
from sim.telling.export.wide import Panel
from sim.words import labels
from sim.words.faults import UserError
from sim.words.labels import CRIME_TYPES, CRIMES, GROUPS, LEVELS, PROGRAMS, STATUSES, TARGET_GROUPS

TABLES = (*labels.TABLES, "world", "summary")
KEYS = ["scenario", "replication", "county", "month"]
TOTAL_TYPES = {
    "index": {crime.name for crime in CRIME_TYPES if crime.index},
    "violent": {crime.name for crime in CRIME_TYPES if crime.index and crime.violent},
    "property": {crime.name for crime in CRIME_TYPES if crime.index and not crime.violent},
}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_comparison(tmp_path_factory.mktemp("made") / "comparison")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_sweep(tmp_path_factory.mktemp("made") / "sweep")


def stored(folder: Path, table: str) -> pd.DataFrame:
    """Return a table of results as pandas reads it, texts written out."""
    frame = pd.read_parquet(folder / f"{table}.parquet")
    texts = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(texts, "str"))


def texts_of(frame: pd.DataFrame) -> dict[str, str]:
    return {name: "str" for name in frame if frame[name].dtype == "str"}


def without_missing_texts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.fillna(dict.fromkeys(texts_of(frame), ""))


# CSV


@pytest.mark.parametrize("table", ["crime", "survey", "people", "enforcement", "arrests", "counties", "world"])
def test_csv_reads_back_to_equal_values_and_types(comparison: Path, tmp_path: Path, table: str) -> None:
    out = export(comparison, "csv", tables=[table], out=tmp_path / "out", quiet=True)
    expected = stored(comparison, table)
    found = pd.read_csv(
        out / f"{table}.csv",
        dtype=texts_of(expected),
        keep_default_na=False,
        na_values=[""],
    )
    numbers = {name: kind for name, kind in expected.dtypes.items() if kind in ("int32", "float64")}
    found = without_missing_texts(found).astype(numbers)  # text does not tell 1 from 1.0
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_csv_keeps_codes_and_leaves_empty_what_is_missing(comparison: Path, tmp_path: Path) -> None:
    out = export(comparison, "csv", out=tmp_path / "out", quiet=True)
    with (out / "people.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert lines[0]["county"] == "01001"
    assert lines[0]["month"] == "2008-01"
    unknown = [place for place, line in enumerate(lines) if line["trust"] == ""]
    assert unknown == [run * MONTHS * 54 + 54 + 2 * 9 + 1 for run in range(4)]
    with (out / "counties.csv").open(newline="", encoding="utf-8") as file:
        assert {line["secure_communities"] for line in csv.DictReader(file)} == {"true", "false"}
    with (out / "world.csv").open(newline="", encoding="utf-8") as file:
        assert [line["name"] for line in csv.DictReader(file)][:3] == ["Añasco", 'The "Bronx"', "Cook, North"]


# Parquet


@pytest.mark.parametrize("table", ["crime", "people", "counties", "world"])
def test_parquet_reads_back_to_the_same_table(comparison: Path, tmp_path: Path, table: str) -> None:
    out = export(comparison, "parquet", tables=[table], out=tmp_path / "out", quiet=True)
    expected = pd.read_parquet(comparison / f"{table}.parquet")
    found = pd.read_parquet(out / f"{table}.parquet")
    pd.testing.assert_frame_equal(found, expected, check_exact=True, check_categorical=False)
    assert [str(dtype) for dtype in found.dtypes] == [str(dtype) for dtype in expected.dtypes]
    facts = pq.read_schema(out / f"{table}.parquet").field("county").metadata
    assert facts[b"meaning"].decode().startswith("County: FIPS code")


# Stata


@pytest.mark.parametrize("table", ["crime", "survey", "people", "enforcement", "arrests", "counties", "world"])
def test_stata_reads_back_to_equal_values_and_types(comparison: Path, tmp_path: Path, table: str) -> None:
    out = export(comparison, "stata", tables=[table], out=tmp_path / "out", quiet=True)
    expected = stored(comparison, table)
    found = pd.read_stata(out / f"{table}.dta")
    if "month_date" in found:
        dates = found.pop("month_date")
        assert dates.dt.strftime("%Y-%m").tolist() == expected["month"].tolist()
    found.columns = expected.columns
    coded = [name for name in found if isinstance(found[name].dtype, pd.CategoricalDtype)]
    assert coded == [name for name in expected if name in {"type", "group", "status", "level", "charge"}]
    switches = expected.dtypes[expected.dtypes == "bool"].index
    assert all(found[name].dtype == "int8" for name in switches)
    found = found.astype(dict.fromkeys(coded, "str") | dict.fromkeys(switches, "bool"))
    if table == "world":
        assert found["agents"].dtype == "float64"
        found = found.astype({"agents": "int64"})
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_stata_labels(comparison: Path, tmp_path: Path) -> None:
    out = export(comparison, "stata", out=tmp_path / "out", quiet=True)
    with pd.io.stata.StataReader(out / "crime.dta") as reader:
        variables, values = reader.variable_labels(), reader.value_labels()
        assert reader.data_label == "darkfigure: crime, 2 scenarios, seed 1"
        assert reader.time_stamp == ""
        raw = reader.read(convert_categoricals=False)
    assert variables["recorded"] == "Of those reported, recorded by police: observed crime"
    assert variables["month_date"] == "Calendar month as a Stata date (%tm)"
    assert {int(code): word for code, word in values["type"].items()} == dict(enumerate(CRIMES, 1))
    assert {int(code): word for code, word in values["group"].items()} == dict(enumerate(TARGET_GROUPS, 1))
    assert raw["type"].dtype == "int8"
    assert raw["type"].unique().tolist() == list(range(1, 9))
    with pd.io.stata.StataReader(out / "people.dta") as reader:
        assert all(0 < len(label) <= LONGEST_LABEL for label in reader.variable_labels().values())
        assert reader.variable_labels()["trust"].endswith(" ...")


def test_a_stata_file_is_one_that_pandas_would_write(comparison: Path, tmp_path: Path) -> None:
    """All that pandas reads of a file, formats and places of sections included, is as if it had written it whole."""
    out = export(comparison, "stata", tables=["enforcement"], out=tmp_path / "out", quiet=True)
    with pd.io.stata.StataReader(out / "enforcement.dta") as reader:
        labels, values, data = reader.variable_labels(), reader.value_labels(), reader.read(convert_categoricals=False)
    data.to_stata(
        tmp_path / "whole.dta",
        version=118,
        write_index=False,
        variable_labels=labels,
        value_labels=values,
        convert_dates={"month_date": "tm"},
        data_label="darkfigure: enforcement, 2 scenarios, seed 1",
    )
    theirs, ours = (tmp_path / "whole.dta").read_bytes(), (out / "enforcement.dta").read_bytes()
    assert len(theirs) - len(ours) == 17  # their time stamp
    for section in ("variable_types", "varnames", "formats", "variable_labels", "data", "value_labels"):
        mine, other = (
            text[text.index(f"<{section}>".encode()) : text.index(f"</{section}>".encode())] for text in (ours, theirs)
        )
        assert mine == other, section


def test_equal_results_give_equal_stata_files(comparison: Path, tmp_path: Path) -> None:
    one, two = (export(comparison, "stata", out=tmp_path / name, quiet=True) for name in ("one", "two"))
    for path in sorted(one.iterdir()):
        assert path.read_bytes() == (two / path.name).read_bytes()


def test_a_table_too_large_for_one_stata_file_is_written_in_parts(
    comparison: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_stata, "MOST_BYTES", 50_000)
    out = export(comparison, "stata", tables=["crime"], out=tmp_path / "out", quiet=True)
    with (out / "files.csv").open(newline="") as file:
        listed = list(csv.DictReader(file))
    assert sum(int(line["rows"]) for line in listed) == CRIME_ROWS
    assert [line["file"] for line in listed] == [f"crime_{number}.dta" for number in range(1, len(listed) + 1)]
    assert [line["runs"] for line in listed] == [f"{name}.{run}" for name in SCENARIOS for run in (0, 1)]
    joined = pd.concat([pd.read_stata(out / line["file"]) for line in listed], ignore_index=True)
    assert joined["occurred"].tolist() == stored(comparison, "crime")["occurred"].tolist()


def test_runs_stay_together_in_parts() -> None:
    runs = [Run("a", 0, 4), Run("a", 1, 4), Run("b", 0, 1), Run("b", 1, 1), Run("c", 0, 9), Run("c", 1, 3)]
    assert packed(runs, 10) == [Piece(10, "a.0", "b.1"), Piece(9, "c.0", "c.0"), Piece(3, "c.1", "c.1")]
    assert packed(runs, 4)[-4:] == [Piece(3, "c.0", "c.0")] * 3 + [Piece(3, "c.1", "c.1")]
    assert packed(runs[:4], 5) == [Piece(4, "a.0", "a.0"), Piece(4, "a.1", "a.1"), Piece(2, "b.0", "b.1")]
    assert packed(runs, 1000) == [Piece(22, "a.0", "c.1")]
    parts = list(sliced([pa.array([0, 1, 2]), pa.array([3, 4, 5, 6])], [4, 1, 2]))
    assert [(part, rows.to_pylist()) for part, rows in parts] == [(0, [0, 1, 2]), (0, [3]), (1, [4]), (2, [5, 6])]


def test_names_within_the_limits_of_stata() -> None:
    columns = ["true", "in", "str8", "2way", "a.b", "a_b", "", "scenario", "x" * 40, "x" * 39, "_n", "long"]
    names = stata_names(columns)
    assert names[:8] == ["true", "in_", "str8_", "v_2way", "a_b_2", "a_b", "v_", "scenario"]
    assert len(set(names)) == len(names)
    assert not set(names) & RESERVED
    assert all(0 < len(name) <= LONGEST_NAME for name in names)
    pd.DataFrame({name: [1] for name in [*names, *stata_names(sorted(RESERVED))]}).to_stata(io.BytesIO(), version=118)
    assert len(stata_label("a word and " * 20)) <= LONGEST_LABEL


# The wide panel


def expected_panel(comparison: Path) -> pd.DataFrame:
    """Return some columns of the panel, made by pandas' own pivot."""
    crime = stored(comparison, "crime").pivot(index=KEYS, columns=["type", "group"], values=["occurred", "recorded"])
    people = stored(comparison, "people").pivot(index=KEYS, columns=["group", "status"], values="trust")
    held = stored(comparison, "enforcement").pivot(
        index=KEYS, columns=["group", "status", "level"], values="removed_parents"
    )
    programs = stored(comparison, "counties").set_index(KEYS)
    return pd.DataFrame(
        {
            "occurred_robbery_hispanic": crime["occurred", "robbery", "hispanic"],
            "recorded_vehicle_theft_org": crime["recorded", "motor_vehicle_theft", "organization"],
            "trust_hispanic_lawful": people["hispanic", "lawful_noncitizen"],
            "rem_parents_hisp_unauth_l1": held["hispanic", "unauthorized", "level_1"],
            "secure_communities": programs["secure_communities"],
            "by_released_declined_violent": programs["by_released_after_declined_detainer_violent"],
        }
    )


def read_panel(out: Path, form: str) -> pd.DataFrame:
    if form == "csv":
        return pd.read_csv(out / "panel.csv", dtype=dict.fromkeys(["scenario", "county", "month"], "str"))
    if form == "stata":
        return pd.read_stata(out / "panel.dta")
    return stored(out, "panel")


@pytest.mark.parametrize("form", FORMATS)
def test_wide_panel_is_the_pivot_of_the_tables(comparison: Path, tmp_path: Path, form: str) -> None:
    out = export(comparison, form, wide=True, out=tmp_path / "out", quiet=True)  # type: ignore[arg-type]
    found = read_panel(out, form)
    assert len(found) == len(stored(comparison, "counties"))
    assert found.columns.is_unique
    expected = expected_panel(comparison)
    for name in expected:
        mine = found.set_index(KEYS)[name].loc[expected.index].astype("float64").to_numpy()
        np.testing.assert_array_equal(mine, expected[name].astype("float64").to_numpy(), err_msg=name)
    assert found["trust_hispanic_lawful"].isna().sum() == 4


def test_wide_names_fit_stata_and_are_explained(comparison: Path, tmp_path: Path) -> None:
    panel = Panel(tables_of(comparison), comparison)
    names = panel.schema.names
    assert stata_names(names) == names
    assert len(set(names)) == len(names)
    kinds = len(CRIMES) * len(TARGET_GROUPS), len(GROUPS) * len(STATUSES), len(GROUPS) * len(STATUSES) * len(LEVELS)
    added = 5 + 2 * len(PROGRAMS) + 5 * 3
    assert len(names) == 4 + added + 8 * kinds[0] + 8 * kinds[1] + 16 * kinds[2] + 21
    out = export(comparison, "csv", wide=True, out=tmp_path / "out", quiet=True)
    with (out / "codebook.csv").open(newline="", encoding="utf-8") as file:
        entries = {line["column"]: line for line in csv.DictReader(file)}
    assert list(entries) == names
    entry = entries["occurred_agg_assault_other_nc"]
    assert entry["origin"] == "crime.occurred where type is aggravated_assault and group is other_noncitizen"
    assert entry["meaning"].startswith("Aggravated assault, Other noncitizens: Incidents that happened")
    assert all(line["meaning"] and line["type"] for line in entries.values())


@pytest.mark.parametrize("form", FORMATS)
def test_wide_panel_has_what_economists_ask(comparison: Path, tmp_path: Path, form: str) -> None:
    found = read_panel(export(comparison, form, wide=True, out=tmp_path / "out", quiet=True), form)  # type: ignore[arg-type]
    found["month"] = found["month"].astype(str)
    months = sorted(found["month"].unique())
    assert found["time"].tolist() == [months.index(month) for month in found["month"]]
    written = found["year"].astype(str) + "-" + found["calendar_month"].astype(int).map("{:02}".format)
    assert written.eq(found["month"]).all()
    crime = stored(comparison, "crime")
    keys = ["scenario", "replication", "county", "month"]
    kinds = {name: crime["type"].isin(list(names)) for name, names in TOTAL_TYPES.items()}
    for name, chosen in kinds.items():
        sums = crime[chosen].astype(dict.fromkeys(keys, str)).groupby(keys)[["occurred", "recorded"]].sum()
        mine = found.astype(dict.fromkeys(keys, str)).set_index(keys).loc[sums.index]
        for book in ("occurred", "recorded"):
            assert mine[f"{book}_{name}"].astype(int).tolist() == sums[book].tolist()
    held = stored(comparison, "counties").astype(dict.fromkeys(keys, str))
    held["time"] = held["month"].map(months.index)
    for program in PROGRAMS:
        began = held[held[program].astype(bool)].groupby(keys[:3])["time"].min()
        by_county = found.astype(dict.fromkeys(keys[:3], str)).groupby(keys[:3])
        mine = by_county[[f"first_{program}", f"ever_{program}"]].first()
        assert mine[f"ever_{program}"].astype(bool).sum() == len(began)
        assert mine.loc[began.index, f"first_{program}"].astype(int).tolist() == began.tolist()
        assert mine[f"first_{program}"].isna().sum() == len(mine) - len(began)


def test_county_months_are_those_of_the_panel(comparison: Path, tmp_path: Path) -> None:
    panel = read_panel(export(comparison, "parquet", wide=True, out=tmp_path / "out", quiet=True), "parquet")
    for scenario, replication in panel[["scenario", "replication"]].drop_duplicates().itertuples(index=False):
        one = panel[(panel["scenario"] == scenario) & (panel["replication"] == replication)]
        one = one.astype({"county": str, "month": str}).set_index(["county", "month"])
        found = county_months(comparison, str(scenario), int(replication)).astype({"county": str, "month": str})
        found = found.set_index(["county", "month"])
        assert len(found) == len(one)
        shared = [name for name in found if name in one and name != "state"]
        assert len(shared) > 40
        for name in shared:
            mine, other = (frame.loc[found.index, name].astype(float) for frame in (found, one))
            pd.testing.assert_series_equal(mine, other, check_names=False)
        by_group = [f"recorded_violent_{group}" for group in TARGET_GROUPS]
        assert found[by_group].sum(axis=1).eq(found["recorded_violent"]).all()


def test_county_months_of_no_such_run_are_refused(comparison: Path) -> None:
    with pytest.raises(UserError, match=r"no run baselin\.0; its scenarios are"):
        county_months(comparison, "baselin")
    with pytest.raises(UserError, match="no run"):
        county_months(comparison, None, 99)


def test_wide_is_read_in_pieces_of_any_size(comparison: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = export(comparison, "csv", wide=True, out=tmp_path / "whole", quiet=True)
    monkeypatch.setattr("sim.telling.export.wide.BATCH_CELLS", 7)
    monkeypatch.setattr("sim.running.tables.reading.BATCH_ROWS", 50)
    pieces = export(comparison, "csv", wide=True, out=tmp_path / "pieces", quiet=True)
    assert (whole / "panel.csv").read_bytes() == (pieces / "panel.csv").read_bytes()


def test_wide_refuses_rows_that_do_not_belong_together(tmp_path: Path) -> None:
    folder = made_comparison(tmp_path / "made")
    rows = pq.read_table(folder / "crime.parquet")
    order = np.arange(len(rows))
    order[[0, 1]] = order[[1, 0]]
    pq.write_table(rows.take(order), folder / "crime.parquet")
    with pytest.raises(UserError, match="rows of crime are not in the order"):
        export(folder, "csv", wide=True, quiet=True)
    pq.write_table(rows.slice(32), folder / "crime.parquet")
    with pytest.raises(UserError, match="do not have the same counties and months"):
        export(folder, "csv", wide=True, quiet=True)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == []
    export(folder, "csv", wide=True, tables=["people", "counties"], quiet=True)


# Sweeps, folders and mistakes


@pytest.mark.parametrize("form", FORMATS)
def test_outcomes_and_design_of_a_sweep(sweep: Path, tmp_path: Path, form: str) -> None:
    out = export(sweep, form, out=tmp_path / "out", quiet=True)  # type: ignore[arg-type]
    read = {"csv": pd.read_csv, "stata": pd.read_stata, "parquet": pd.read_parquet}[form]
    ending = "dta" if form == "stata" else form
    outcomes, design = (read(out / f"{name}.{ending}") for name in ("outcomes", "design"))
    assert outcomes["occurred_violent"].isna().tolist() == [False, False, True, False]
    if form == "csv":
        assert "nan" not in (out / "outcomes.csv").read_text(encoding="utf-8").lower()
    assert outcomes["scenario"].tolist() == ["p00000", "p00000", "p00001", "p00002"]
    lever = "detainers_cooperation" if form == "stata" else "detainers.cooperation"
    assert design[lever].tolist() == [0.1, 0.30000000000000004, 1.0]
    assert design.columns[-1][:27] == (
        "programs_secure_communities" if form == "stata" else "programs.secure_communities"
    )
    with (out / "codebook.csv").open(newline="", encoding="utf-8") as file:
        origins = {line["column"]: line["origin"] for line in csv.DictReader(file)}
    assert origins[lever] == "design.detainers.cooperation"


def test_nothing_is_overwritten_or_left_half_written(comparison: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(comparison, "csv", tables=["world"], out=out, quiet=True)
    before = {path: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(UserError, match="already exists"):
        export(comparison, "stata", tables=["world"], out=out, quiet=True)
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_a_damaged_table_is_named_and_nothing_stays(tmp_path: Path) -> None:
    folder = made_comparison(tmp_path / "made")
    whole = (folder / "people.parquet").read_bytes()
    (folder / "people.parquet").write_bytes(whole[: len(whole) // 2])
    for form in FORMATS:
        with pytest.raises(UserError, match=r"people\.parquet: damaged"):
            export(folder, form, out=tmp_path / "out", quiet=True)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none", "--to", "csv"], "none: no such folder"),
        (["empty", "--to", "csv"], "empty: holds no results; give the folder of a run, a comparison or a sweep"),
        (["growing", "--to", "csv"], "growing: the batch is not finished; 'darkfigure resume growing' finishes it"),
        (["made", "--to", "csv", "--tables", "crmie"], "did you mean crime?"),
        (["made", "--to", "csv", "--tables", "world,summary", "--wide"], "--wide: needs one of the tables crime"),
        (["made", "--to", "csv", "--out", "full"], "full: already exists"),
    ],
)
def test_mistakes_end_with_one_message(
    arguments: list[str],
    words: str,
    comparison: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made").symlink_to(comparison)
    for name in ("empty", "full", "growing"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "growing" / "plan.json").write_text("{}")
    assert cli.main(["export", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert len(err.splitlines()) == 1


def test_the_command_tells_what_it_wrote(
    comparison: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["export", str(comparison.absolute()), "--to", "stata", "--tables", "world", "counties"]
    assert cli.main([*command, "--out", "new"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines == ["new/counties.dta: 96 rows", "new/world.dta: 6 rows", "new/codebook.csv: what each column means"]
    assert sorted(os.listdir(tmp_path / "new")) == ["codebook.csv", "counties.dta", "files.csv", "world.dta"]


def test_an_export_to_parquet_holds_no_more_for_twice_as_many_parts(tmp_path: Path) -> None:
    """Measured in Arrow's own memory, which counts bytes: growth cannot hide in what a process takes anyway."""
    table = pq.read_table(made_comparison(tmp_path / "small") / "crime.parquet")
    usual = pa.default_memory_pool()
    peaks = []
    for parts in (200, 400):
        folder = tmp_path / str(parts)
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
        with pq.ParquetWriter(folder / "crime.parquet", table.schema) as writer:
            for _ in range(parts):
                writer.write_table(table)
        pool = pa.proxy_memory_pool(usual)
        pa.set_memory_pool(pool)
        try:
            export(folder, "parquet", tables=["crime"], quiet=True)
        finally:
            pa.set_memory_pool(usual)
        peaks.append(pool.max_memory())
    assert 0 < peaks[1] < 1.1 * peaks[0], (parts * CRIME_ROWS, peaks)


MANY = 200


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory at its highest is read from /proc")
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """600,000 rows more take less than 100 MB, in processes of their own: memory of the parent is not counted."""
    folder = made_comparison(tmp_path / "small")
    table = pq.read_table(folder / "crime.parquet")
    many = tmp_path / "many"
    many.mkdir()
    (many / "manifest.json").write_text("{}")
    with pq.ParquetWriter(many / "crime.parquet", table.schema) as writer:
        for _ in itertools.repeat(None, MANY):
            writer.write_table(table)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from sim.telling.export.export import export\n"
        "for name in ('small', 'many'):\n"
        "    export(Path(name), sys.argv[1], tables=['crime'], out=Path(f'{name}_{sys.argv[1]}'), quiet=True)\n"
        "    status = Path('/proc/self/status').read_text().splitlines()\n"
        "    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith('VmHWM:')))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    for form in FORMATS:
        command = [sys.executable, "-c", code, form]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        small, large = map(int, done.stdout.split())
        assert large - small < 100, (form, MANY * CRIME_ROWS, small, large)
