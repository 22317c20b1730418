"""Whatever ends a batch or damages its folder: what is intact is kept, the rest run again, the bytes are the same."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from killed_batch import PART_RUNS, killed_batch, resumed_in_little_room, status_of
from small_batches import done_in, files_of, finished, new_batch, resumed, use_fake_runs

import sim
from sim.jobs.finish import carry_on
from sim.running.batch import Batch, Options, RunName, execute, files, part
from sim.running.batch.journal import Journal, read_journal
from sim.running.batch.run_file import run_path
from sim.running.batch.store import Store
from sim.running.batch.work import results_of
from sim.words.faults import UserError
from sim.words.labels import TABLES

REPLICATIONS = 3


@pytest.fixture(autouse=True)
def fake_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_runs(monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a batch that nothing interrupted; tests that change it take a copy."""
    with pytest.MonkeyPatch.context() as patch:
        use_fake_runs(patch)
        return finished(tmp_path_factory.mktemp("whole") / "out", REPLICATIONS)


@pytest.fixture(scope="module")
def undisturbed(whole: Path) -> dict[str, bytes]:
    return files_of(whole)


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a batch that was interrupted at its last run, when others lay in parts; the same holds."""
    with pytest.MonkeyPatch.context() as patch:
        use_fake_runs(patch)
        patch.setattr(part, "RUNS", PART_RUNS)
        return stopped_after(tmp_path_factory.mktemp("joined") / "out", 5)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "RUNS", PART_RUNS)


def stopped_after(out: Path, count: int) -> Path:
    """Return a batch whose process was interrupted at its run number ``count``."""
    calls = 0

    def interrupted(*arguments: object) -> dict[str, object]:
        nonlocal calls
        calls += 1
        if calls > count:
            raise KeyboardInterrupt
        return results_of(*arguments)  # type: ignore[arg-type]

    new_batch(out, REPLICATIONS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.running.batch.work.results_of", interrupted)
        with pytest.raises(KeyboardInterrupt):
            resumed(out)
    return out


# Kills

LAST_STEP = 57


def slow(*steps: int) -> list[object]:
    return [pytest.param(step, marks=pytest.mark.slow) for step in steps]


@pytest.mark.parametrize("step", [3, 12, 30, 55, *slow(0, 9, 16, 19, 25, 40, 45, 54, 56, LAST_STEP)])
def test_killed_at_any_step_and_resumed(step: int, tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    assert status_of(killed_batch, out, step) == -signal.SIGKILL
    kept = {str(run) for run in Batch.open(out).finished()}
    resumed(out)
    assert files_of(out) == undisturbed
    assert not [run for run in kept if done_in(out).count(run) > 1]


@pytest.mark.slow
def test_the_steps_above_reach_the_end(tmp_path: Path) -> None:
    """The last step is that the manifest has just taken its place."""
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    assert status_of(killed_batch, out, LAST_STEP + 1) == 0


def test_parts_change_no_byte(tmp_path: Path, undisturbed: dict[str, bytes], small_parts: None) -> None:
    assert files_of(finished(tmp_path / "out", REPLICATIONS)) == undisturbed


def test_a_write_that_fails_before_its_end_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error", "disk")

    out = stopped_after(tmp_path / "out", 2)
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", fail)
        with pytest.raises(UserError, match="disk: Input/output error; 2 of 6 runs are"):
            resumed(out)
    assert sorted(path.name for path in (out / "runs").iterdir()) == ["baseline.0.zip", "program.0.zip"]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_an_interrupted_batch_is_readable_and_resumable(
    count: int, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    out = stopped_after(tmp_path / "out", count)
    batch = Batch.open(out)
    assert [str(run) for run in batch.finished()] == sorted(map(str, batch.plan.order()[:count]))
    assert sum(len(table) > 0 for table in batch.tables("crime")) == count
    resumed(out)
    assert files_of(out) == undisturbed
    assert sorted(done_in(out)) == sorted(map(str, batch.runs()))


def test_half_a_batch_compares(tmp_path: Path) -> None:
    batch = Batch.open(stopped_after(tmp_path / "out", 5))
    results = batch.results()
    assert {name: len(runs) for name, runs in results.runs.items()} == {"baseline": 2, "program": 2}
    assert results.comparison.replications == 2
    assert results.missing == ("program.2",)
    assert batch.statuses()[RunName("program", 2)].state == "waiting"
    assert len(batch.outcomes()) == 5


def test_runs_in_parts_and_in_files_of_their_own_are_one_table(joined: Path) -> None:
    assert list((joined / "runs").glob("*.zip"))
    assert list((joined / "parts").glob("outcomes.*"))
    order = ["baseline"] * 3 + ["program"] * 2
    assert Batch.open(joined).outcomes().column("scenario").to_pylist() == order
    tables = sim.load(joined).tables
    assert tables["outcomes"]["scenario"].tolist() == order
    assert tables["counties"]["scenario"].drop_duplicates().tolist() == ["baseline", "program"]


def test_a_complete_batch_is_left_as_it_is(whole: Path, tmp_path: Path) -> None:
    out = shutil.copytree(whole, tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    resumed(out)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


# A full disk


def test_a_full_disk_ends_in_a_line_and_the_batch_goes_on_later(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    """A limit on the size of files stands in for the disk: runs fit under it, the joined tables do not."""
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    largest = max(path.stat().st_size for path in finished(tmp_path / "size", REPLICATIONS).glob("*.parquet"))
    for limit in (2_000, largest - 1):
        assert status_of(resumed_in_little_room, out, limit, tmp_path / "told") == 2
        told = (tmp_path / "told").read_text(encoding="utf-8")
        assert len(told.splitlines()) == 1, told
        assert "large" in told.lower()
        assert f"'darkfigure resume {out}' goes on" in told
        assert not list(out.rglob("*.tmp"))
    resumed(out)
    assert files_of(out) == undisturbed


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_small_file_system_fills_up(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not possible here")
    try:
        out = new_batch(place / "out", REPLICATIONS).path
        with pytest.raises(UserError, match=r"[Nn]o space left on device.*runs are done and kept"):
            resumed(out)
        subprocess.run([*mount[:3], "-o", "remount,size=20m", "tmpfs", str(place)], check=True)
        resumed(out)
        assert files_of(out) == undisturbed
    finally:
        subprocess.run(["umount", str(place)], check=False)


# Damage


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut_short, change_a_byte, lambda path: path.write_bytes(b"")])
def test_a_damaged_run_is_named_and_run_again(
    damage: Callable[[Path], None],
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = stopped_after(tmp_path / "out", 4)
    path = run_path(out, RunName("baseline", 1))
    damage(path)
    carry_on(Batch.open(out), Options())
    assert f"{path}: damaged" in capsys.readouterr().err
    assert files_of(out) == undisturbed
    assert {run: done_in(out).count(run) for run in ("baseline.0", "baseline.1")} == {"baseline.0": 1, "baseline.1": 2}


PARTS = ("crime.00000.parquet", "summaries.00000.arrow", "00000.json")
DAMAGES = (cut_short, change_a_byte, Path.unlink)


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        pytest.param(file, damage, marks=() if place == number else pytest.mark.slow)
        for place, file in enumerate(PARTS)
        for number, damage in enumerate(DAMAGES)
    ],
)
def test_a_damaged_part_is_named_and_its_runs_are_run_again(
    file: str,
    damage: Callable[[Path], None],
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    small_parts: None,
    joined: Path,
) -> None:
    out = shutil.copytree(joined, tmp_path / "out")
    path = out / "parts" / file
    damage(path)
    batch = Batch.open(out)
    faults = Store(batch.plan, out).verify()
    if (file, damage) != ("00000.json", Path.unlink):
        assert len(faults) == 1
        assert faults[0].startswith(f"{path}: ")
    resumed(out)
    assert files_of(out) == undisturbed
    counts = {str(run): done_in(out).count(str(run)) for run in batch.runs()}
    assert counts == {str(run): 2 if run in batch.runs()[:2] else 1 for run in batch.runs()}


@pytest.mark.parametrize(
    "table", ["crime", "outcomes", "summaries", *(pytest.param(it, marks=pytest.mark.slow) for it in TABLES[1:])]
)
def test_a_damaged_result_is_named_and_made_again(
    table: str, tmp_path: Path, whole: Path, undisturbed: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    out = shutil.copytree(whole, tmp_path / "out")
    path = out / f"{table}.{'arrow' if table == 'summaries' else 'parquet'}"
    cut_short(path)
    resumed(out)
    assert f"{path}: damaged; what it held is run again" in capsys.readouterr().err
    assert files_of(out) == undisturbed


def test_a_result_of_another_batch_is_not_taken(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    out, other = stopped_after(tmp_path / "out", 2), new_batch(tmp_path / "other", REPLICATIONS + 1).path
    execute(Batch.open(other), Options(quiet=True))
    for number in (1, 2):
        (out / "runs" / f"baseline.{number}.zip").write_bytes((other / "runs" / f"baseline.{number}.zip").read_bytes())
    assert len(Store(Batch.open(out).plan, out).verify()) == 2
    with pytest.raises(UserError, match=r"of another batch \(and 1 more\); nothing is deleted"):
        resumed(out)
    for number in (1, 2):
        (out / "runs" / f"baseline.{number}.zip").rename(tmp_path / f"{number}.zip")
    resumed(out)
    assert files_of(out) == undisturbed


# The journal


def test_an_edited_journal_is_named_and_what_is_there_counts(
    tmp_path: Path, undisturbed: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    out = stopped_after(tmp_path / "out", 4)
    path = out / "journal.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    absent = {"run": "program.2", "status": "done", "seconds": 0.1}
    edits = ["baseline.1 is done, I think", json.dumps({"run": "nobody.0", "status": "done"}), json.dumps(absent), "7"]
    path.write_text("\n".join([lines[0], *edits]) + '\n{"run": "basel', encoding="utf-8")
    batch = Batch.open(out)
    assert [fault.split(": ")[0] for fault in read_journal(out, batch.plan)[1]] == [f"{path}:{n}" for n in (2, 3, 5)]
    carry_on(batch, Options())
    told = capsys.readouterr().err
    assert f"{path}:2: not a line of this journal (baseline.1 is done, I think)" in told
    assert f"{path}:4: program.2 is said to be done, and is not there; run again" in told
    assert files_of(out) == undisturbed
    assert sorted(done_in_lines(path)) == ["baseline.2", "program.2", "program.2"]


def done_in_lines(path: Path) -> list[str]:
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("{"):
            content = json.loads(line)
            found += [content["run"]] if content.get("status") == "done" and content["run"] != "nobody.0" else []
    return found


def test_a_lost_journal_loses_nothing(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    out = stopped_after(tmp_path / "out", 4)
    (out / "journal.jsonl").unlink()
    resumed(out)
    assert files_of(out) == undisturbed
    assert done_in(out) == ["baseline.2", "program.2"]


def test_two_processes_do_not_work_on_one_batch(tmp_path: Path) -> None:
    out = stopped_after(tmp_path / "out", 1)
    with Journal(out), pytest.raises(UserError, match="another process is at work"):
        resumed(out)


# What must not change in between


def test_a_changed_scenario_is_refused(tmp_path: Path) -> None:
    out = stopped_after(tmp_path / "out", 1)
    path = out / "scenarios" / "program.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("months: 6", "months: 7"), encoding="utf-8")
    with pytest.raises(UserError, match=r"program.yaml: has changed since the batch began"):
        resumed(out)


def test_another_version_is_refused_unless_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = stopped_after(tmp_path / "out", 1)
    monkeypatch.setattr("sim.running.run.fingerprint", lambda: "0123456789abcdef")
    with pytest.raises(UserError, match=r"whose runs may differ.*--allow-other-version"):
        resumed(out)
    resumed(out, any_version=True)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["other_fingerprints"] == ["0123456789abcdef"]
