"""``darkfigure sweep`` from end to end: the same bytes however it is carried out, and what the folder says."""

from __future__ import annotations

import csv
import filecmp
import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from small_batches import without_figures
from small_sweeps import COOPERATION, SENSITIVITY, written

from sim.analysis.sweep.outcomes import sweep_runs
from sim.doors.cli.main import main
from sim.running.batch import Batch
from sim.running.batch.evaluation import evaluate_sweep
from sim.running.batch.sweep_folder import stored_sweep
from sim.running.measures import reduce
from sim.running.outcomes import column_of, measures
from sim.running.run import simulate
from sim.running.tables.codebook import TABLES
from sim.scenario.design.files import load_sweep
from sim.scenario.design.sweep import AGAINST
from sim.words.faults import UserError

TEXT = f"""\
title: Small sweep
question: Does it work?
source: Made.
scenario: program.yaml
against: base.yaml
levers:
  {COOPERATION}: [0, 1]
uncertainties:
  {SENSITIVITY}: {{low: 0, high: 3, steps: 2}}
design: grid
replications: 2
"""
VARYING = {"timing.json", "journal.jsonl"}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small sweep, run in this process."""
    folder = tmp_path_factory.mktemp("sweep")
    path = written(folder, TEXT)
    assert main(["sweep", str(path), "--out", str(folder / "out"), "--workers", "1", "--quiet"]) == 0
    return folder / "out"


def files_of(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(set(found) - VARYING)


def test_the_folder_holds_design_outcomes_and_what_they_say(batch: Path) -> None:
    names = files_of(batch)
    figures = [f"{name}.{form}" for name in ("curves", "heat_map", "heat_map_by_kind") for form in ("png", "svg")]
    assert names == sorted(
        [
            *figures,
            "codebook.csv",
            "design.csv",
            "manifest.json",
            "outcomes.parquet",
            "plan.json",
            "report.html",
            "scenarios/against.yaml",
            "scenarios/base.yaml",
            "summary.csv",
            "sweep.yaml",
            "world.parquet",
        ]
    )
    assert (batch / "design.csv").read_text() == (
        f"point,{COOPERATION},{SENSITIVITY}\np00000,0,0\np00001,0,3\np00002,1,0\np00003,1,3\n"
    )
    table = pq.read_table(batch / "outcomes.parquet")
    assert table.column_names == ["scenario", "replication", *map(column_of, measures())]
    names = [f"p0000{number}{ending}" for number in range(4) for ending in ("", AGAINST)]
    assert table.column("scenario").to_pylist() == [name for name in names for _ in range(2)]
    assert table.column("replication").to_pylist() == [0, 1] * 8
    manifest = json.loads((batch / "manifest.json").read_text())
    assert (manifest["kind"], manifest["design"], manifest["points"], manifest["against"]) == (
        "sweep",
        "grid",
        4,
        "base",
    )
    assert manifest["evaluation_start"] == "2009-01"


def test_each_row_is_the_run_of_its_point(batch: Path) -> None:
    stored = Batch.open(batch)
    table = stored.outcomes().to_pylist()
    sweep = stored.sweep()
    start = evaluate_sweep(sweep)[1].start
    for name, replication in (("p00001", 1), (f"p00002{AGAINST}", 0)):
        scenario = stored.scenario(name)
        ledger = simulate(scenario, seed=1, replication=replication)
        summary = reduce(ledger, name, replication, start)
        row = next(it for it in table if (it["scenario"], it["replication"]) == (name, replication))
        for measure in measures():
            value = measure.value(summary)
            assert row[column_of(measure)] == (None if value != value else value)


def test_the_two_runs_of_a_pair_differ_by_their_base_alone(batch: Path) -> None:
    stored = Batch.open(batch)
    mine, other = (stored.scenario(f"p00003{ending}").parameters for ending in ("", AGAINST))
    assert mine.programs.secure_communities.counties == "all"
    assert other.programs.secure_communities.counties == "none"
    for found in (mine, other):
        assert (found.detainers.cooperation.none, found.trust.sensitivity.unauthorized) == (1.0, 3.0)


def test_what_is_stored_is_what_is_run(batch: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(batch, copy)
    (copy / "design.csv").write_text((batch / "design.csv").read_text().replace("p00001,0,3", "p00001,0,2"))
    assert stored_sweep(copy).points[1].values == (0.0, 2.0)
    assert stored_sweep(copy).scenario("p00001").parameters.trust.sensitivity.unauthorized == 2.0
    with pytest.raises(UserError, match=r"design\.csv: has changed since the batch began"):
        Batch.open(copy).check_files()


def test_every_column_is_in_the_codebook(batch: Path) -> None:
    with (batch / "codebook.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = {(row["table"], row["column"]) for row in rows}
    assert all(row["meaning"] for row in rows)
    for name in ("outcomes", "world"):
        assert {(name, column) for column in pq.read_schema(batch / f"{name}.parquet").names} <= known
    for name in ("design", "summary"):
        header = (batch / f"{name}.csv").read_text().splitlines()[0].split(",")
        assert {(name, column) for column in header} <= known
    assert {row["table"] for row in rows} == {"world", "outcomes", "design", "summary"}
    assert "outcomes" in TABLES


def test_the_report_says_first_what_changes_across_the_design_under_which_assumptions(batch: Path) -> None:
    page = (batch / "report.html").read_text(encoding="utf-8")
    first = re.sub("<[^>]+>", "", page[: page.index("<figure")])
    for words in (
        "listed assumptions",
        "4 points",
        "recorded crime changes by",
        "true crime changes by",
        "of 4 points",
    ):
        assert words in first
    for words in ("Where the sign turns", "Levers are what policy chooses", "How sure is this?", "Does it work?"):
        assert words in page
    assert len(set(re.findall(r"data:image/svg[^\"]*", page))) >= 3
    assert "http" not in page.replace("http://www.w3.org", "")


def test_two_workers_and_the_stored_file_give_the_same_bytes_and_ranges_and_flips_are_told(
    batch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "again"
    assert main(["sweep", str(batch / "sweep.yaml"), "--out", str(again), "--workers", "2"]) == 0
    told = capsys.readouterr().out
    assert "grid design of 4 points, 2 replications each: 8 pairs of runs; 2009-01 to 2009-07" in told
    assert f"lever: {COOPERATION}, 0, 1" in told
    assert f"uncertainty: {SENSITIVITY}, 0, 3" in told
    assert f"All index crime, true, along {SENSITIVITY}: " in told
    assert told.rstrip().endswith(f"Report: {again / 'report.html'}")
    assert files_of(again) == files_of(batch)
    same = [name for name in files_of(batch) if name not in ("plan.json", "report.html", "manifest.json")]
    assert filecmp.cmpfiles(batch, again, same, shallow=False)[1:] == ([], [])


def test_shards_merge_to_the_same_outcomes(batch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)
    for number in (1, 2):
        arguments = ["--shard", f"{number}/2", "--out", str(tmp_path / str(number)), "--workers", "1", "--quiet"]
        assert main(["sweep", str(batch / "sweep.yaml"), *arguments]) == 0
    merged = tmp_path / "merged"
    assert main(["merge", str(tmp_path / "1"), str(tmp_path / "2"), "--out", str(merged), "--quiet"]) == 0
    for name in ("outcomes.parquet", "summary.csv", "design.csv"):
        assert (merged / name).read_bytes() == (batch / name).read_bytes()


def test_a_batch_that_lost_its_end_is_resumed_to_the_same_bytes(batch: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(batch, copy)
    for name in ("manifest.json", "outcomes.parquet", "summary.csv", "report.html"):
        (copy / name).unlink()
    assert main(["resume", str(copy), "--workers", "1", "--quiet"]) == 0
    assert filecmp.cmpfiles(batch, copy, files_of(batch), shallow=False)[1:] == ([], [])


def test_one_run_can_be_made_again_and_is_the_same(
    batch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rerun", str(batch), "p00003.1", "--out", str(tmp_path / "run")]) == 0
    assert "p00003.1: the same results" in capsys.readouterr().out
    assert (tmp_path / "run" / "crime.parquet").exists()
    resolved = yaml.safe_load((tmp_path / "run" / "scenario.yaml").read_text())
    assert resolved["detainers"]["cooperation"]["none"] == 1.0
    assert resolved["trust"]["sensitivity"]["unauthorized"] == 3.0


def test_a_damaged_design_is_named(batch: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(batch, copy)
    path = copy / "design.csv"
    text = path.read_text()
    for damaged, words in (
        (text.replace("p00001,0,3", "p00001,0"), "design.csv:3: damaged"),
        (text.replace("p00001,0,3\n", ""), "has 3 points, and the design has 4"),
        (text.replace("point,", "name,"), "design.csv:1: damaged"),
        (text.replace("p00003,1,3", "p00003,1,"), "design.csv:5: trust.sensitivity: empty"),
    ):
        path.write_text(damaged)
        with pytest.raises(UserError, match=words):
            stored_sweep(copy)
    path.unlink()
    with pytest.raises(UserError, match=r"design\.csv: missing"):
        stored_sweep(copy)


@pytest.mark.parametrize(
    ("design", "written_values"),
    [
        ("{kind: latin_hypercube, samples: 3, seed: 4}", "{low: 0, high: 1}"),
        ("{kind: morris, trajectories: 2}", "{low: 0, high: 1}"),
        ("{kind: list, file: points.csv}", "~"),
    ],
)
def test_a_stored_sweep_is_the_sweep(design: str, written_values: str, tmp_path: Path) -> None:
    from sim.running.batch.sweep_folder import sweep_files

    (tmp_path / "points.csv").write_text(f"{COOPERATION},{SENSITIVITY}\n0.1,1\n0.123456789012345,2\n")
    text = (
        f"scenario: program.yaml\nlevers: {{{COOPERATION}: {written_values}}}\n"
        f"uncertainties: {{{SENSITIVITY}: {written_values}}}\ndesign: {design}\n"
        f"reference: {{{COOPERATION}: 0.5, {SENSITIVITY}: 1}}\nseed: 9\nkeep: tables\n"
    )
    sweep = load_sweep(written(tmp_path, text))
    folder = tmp_path / "batch"
    (folder / "scenarios").mkdir(parents=True)
    for name, content in sweep_files(sweep).items():
        (folder / name).write_text(content)
    stored = stored_sweep(folder)
    assert stored.points == sweep.points
    assert (stored.factors, stored.design, stored.reference) == (sweep.factors, sweep.design, sweep.reference)
    assert (stored.seed, stored.keep, stored.scenario_names) == (sweep.seed, sweep.keep, sweep.scenario_names)
    for name in stored.scenario_names:
        assert stored.scenario(name).parameters == sweep.scenario(name).parameters


def test_points_measure_the_same_months_even_where_programs_are_swept(tmp_path: Path) -> None:
    text = "scenario: program.yaml\nagainst: base.yaml\nlevers:\n  {}\n"
    for dates in ("[2008-09, 2009-03]", "[2009-03, 2008-09]"):
        later = load_sweep(written(tmp_path, text.format(f"programs.secure_communities.start: {dates}")))
        counties, evaluation = evaluate_sweep(later)
        assert evaluation.start == 3
        assert len(counties.code) == 4
    alone = load_sweep(written(tmp_path, f"scenario: program.yaml\nlevers: {{{COOPERATION}: [0, 1]}}\n"))
    assert evaluate_sweep(alone)[1].start == 7


def test_tables_can_be_kept_and_a_reference_is_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)
    text = (
        f"scenario: program.yaml\nlevers:\n  {COOPERATION}: [0, 1]\n"
        f"reference: {{{COOPERATION}: 0.5}}\nreplications: 1\nkeep: tables\n"
    )
    out = tmp_path / "out"
    assert main(["sweep", str(written(tmp_path, text)), "--out", str(out), "--workers", "1", "--quiet"]) == 0
    crime = pq.read_table(out / "crime.parquet")
    assert crime.column("scenario").unique().to_pylist() == ["reference", "p00000", "p00001"]
    batch = Batch.open(out)
    runs = sweep_runs(batch.sweep(), batch.outcomes())
    assert runs.outcome("occurred_total").values.shape == (2, 1)
    assert runs.outcome("occurred_total").is_change
    with (out / "codebook.csv").open(encoding="utf-8") as file:
        assert "crime" in {row["table"] for row in csv.DictReader(file)}


def test_a_mistake_ends_with_status_two_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, TEXT.replace("[0, 1]", "[0, 2]"))
    assert main(["sweep", "sweep.yaml"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("sweep.yaml:7: detainers.cooperation: out of range (2)")
    assert main(["sweep", "base.yaml"]) == 2
    assert "a sweep names its levers" in capsys.readouterr().err
    assert not (tmp_path / "outputs").exists()
