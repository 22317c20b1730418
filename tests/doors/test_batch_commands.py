"""The commands about batches as a user meets them: resume, status, rerun, merge, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_batches import (
    files_of,
    finished,
    make_failing,
    new_batch,
    resumed,
    tiny_comparison,
    without_figures,
)

from sim.doors.cli import main as cli
from sim.jobs.compare import comparison_files
from sim.jobs.finish import Incomplete
from sim.running.batch import Batch, Options, RunName, execute
from sim.running.batch.run_file import run_path
from sim.running.run import run_to_folder
from sim.words.labels import TABLES

ROOT = Path(__file__).parents[2]
REPLICATIONS = 3


@pytest.fixture(autouse=True)
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        without_figures(patch)
        return finished(tmp_path_factory.mktemp("whole") / "out", REPLICATIONS)


def status_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert cli.main(["status", str(folder)]) == 0
    return capsys.readouterr().out


def test_status_of_a_batch_that_has_not_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = status_of(new_batch(tmp_path / "out").path, capsys).splitlines()
    assert told[0].startswith("Tiny: comparison of 2 scenarios, 3 replications, seed 5, engine columnar, darkfigure ")
    assert told[1:] == ["0 of 6 runs done, 0 failed, 6 waiting", f"'darkfigure resume {tmp_path / 'out'}' goes on."]


def test_status_counts_and_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    with monkeypatch.context() as patch:
        make_failing(patch, RunName("baseline", 1))
        with pytest.raises(Incomplete):
            resumed(out)
    damaged = run_path(out, RunName("program", 2))
    damaged.write_bytes(damaged.read_bytes()[:100])
    told = status_of(out, capsys).splitlines()
    assert told[1] == "4 of 6 runs done, 1 failed, 1 waiting"
    assert "seconds a run" in told[2]
    assert "failed: baseline.1: ZeroDivisionError: made to fail" in told
    assert f"damaged: {damaged}: damaged" in told
    assert told[-1] == f"'darkfigure resume {out}' goes on."


def test_status_of_a_complete_batch(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = status_of(whole, capsys).splitlines()
    assert told[1] == "6 of 6 runs done, 0 failed, 0 waiting"
    assert told[-1] == "Complete."


def test_resuming_a_complete_batch_does_nothing(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["resume", str(whole)]) == 0
    assert capsys.readouterr().out == f"{whole}: complete, nothing is left to do\n"


# One run again


def test_rerun_gives_what_run_would_write_and_the_batch_holds(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rerun", str(whole), "program.0", "--out", str(tmp_path / "again")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"program.0: the same results as {whole} holds"
    program = tiny_comparison().scenarios[1]
    run = run_to_folder(program, seed=5, out=tmp_path / "run", quiet=True)
    for path in run.iterdir():
        if path.name != "timing.json":
            assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_rerun_of_a_later_replication(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rerun", str(whole), "baseline.2", "--out", str(tmp_path / "again"), "--threads", "2"]) == 0
    assert "the same results" in capsys.readouterr().out
    manifest = json.loads((tmp_path / "again" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["scenario"], manifest["replication"], manifest["seed"]) == ("baseline", 2, 5)


def test_rerun_tells_what_differs(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    held = Batch.table

    def other(batch: Batch, run: RunName, name: str) -> object:
        return held(batch, RunName(run.scenario, 1) if name == "people" else run, name)

    monkeypatch.setattr(Batch, "table", other)
    assert cli.main(["rerun", str(whole), "baseline.2", "--out", str(tmp_path / "again"), "--quiet"]) == 1
    assert f"baseline.2: people differ from what {whole} holds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("baseline", "names no run"),
        ("baseline.3", "there is no replication 3; they are numbered 0 to 2"),
        ("basline.0", "no scenario is called basline; did you mean baseline? (there are baseline, program)"),
    ],
)
def test_a_run_that_is_not_there(whole: Path, run: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rerun", str(whole), run]) == 2
    assert words in capsys.readouterr().err


# Shards


def shard(folder: Path, number: int, count: int, replications: int = REPLICATIONS) -> Path:
    execute(new_batch(folder, replications, (number, count)), Options(quiet=True), (number, count))
    return folder


def test_merging_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = shard(tmp_path / "1", 1, 3), shard(tmp_path / "2", 2, 3)
    out = tmp_path / "whole"
    assert cli.main(["merge", str(one), str(two), "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert told == "2 of 6 runs are missing: baseline.1, program.2; not among the folders: shard 3 of 3\n"
    assert not out.exists()
    assert cli.main(["merge", str(one), str(two), "--out", str(out), "--on-error", "continue", "--quiet"]) == 1
    assert "2 runs failed and are not in the results: baseline.1, program.2" in capsys.readouterr().err
    assert len(Batch.open(out).outcomes()) == 4


def test_a_merge_without_all_shards_can_be_resumed(tmp_path: Path, whole: Path) -> None:
    one, two = shard(tmp_path / "1", 1, 3), shard(tmp_path / "2", 2, 3)
    out = tmp_path / "whole"
    cli.main(["merge", str(one), str(two), "--out", str(out), "--on-error", "continue", "--quiet"])
    assert cli.main(["resume", str(out), "--workers", "1", "--quiet"]) == 0
    assert files_of(out) == files_of(whole)


def test_other_plans_are_not_merged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = shard(tmp_path / "1", 1, 2), shard(tmp_path / "2", 2, 2, REPLICATIONS + 1)
    assert cli.main(["merge", str(one), str(other), "--out", str(tmp_path / "whole")]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{other}: another plan than {one} (replications 4 instead of 3")
    assert not (tmp_path / "whole").exists()


def test_a_shard_is_resumed_as_a_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = new_batch(tmp_path / "out", REPLICATIONS, (2, 3)).path
    assert cli.main(["resume", str(out), "--workers", "1"]) == 0
    assert capsys.readouterr().out == (
        "Shard 2 of 3: its 2 runs are done. When all shards are: darkfigure merge DIR...\n"
    )
    assert [str(run) for run in Batch.open(out).finished()] == ["baseline.2", "program.0"]
    assert "2 of 2 runs done (shard 2 of 3)" in status_of(out, capsys)


# From outside


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sim", *arguments]


def test_an_interrupted_comparison_says_how_to_go_on(tmp_path: Path) -> None:
    comparison = tiny_comparison()
    for name, text in comparison_files(comparison).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    options = ["--replications", "500", "--workers", "2", "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command("compare", str(tmp_path / "comparison.yaml"), *options),
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    while process.poll() is None and not list(out.glob("runs/*.zip")):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all processes at once
    told = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == 130, told
    assert len(told) == 2  # what is needed, and what became of it
    assert told[1].startswith("interrupted; ")
    assert told[1].endswith(f" of 1,000 runs are done and kept, 'darkfigure resume {out}' goes on")
    assert Batch.open(out).finished()
    assert not list(out.rglob("*.tmp"))


def test_nothing_is_printed_when_quiet_and_no_bar_where_is_no_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for number, options in enumerate((["--quiet"], [])):
        out = new_batch(tmp_path / str(number), 1, (1, 1)).path
        assert cli.main(["resume", str(out), "--workers", "1", *options]) == 0
        told = capfd.readouterr()
        assert told.err == ""
        assert told.out.count("\n") == number


def test_growing_tables_are_those_of_the_end(whole: Path, tmp_path: Path) -> None:
    batch = new_batch(tmp_path / "out", REPLICATIONS)
    execute(batch, Options(quiet=True))
    end = Batch.open(whole)
    for run in batch.runs():
        for name in (*TABLES, "outcomes"):
            mine, other = batch.table(run, name), end.table(run, name)
            assert mine.to_pylist() == other.to_pylist(), (run, name)
    mine, other = batch.summaries("program")[1], end.summaries("program")[1]
    assert (mine.crime == other.crime).all()
    assert mine.months == other.months
