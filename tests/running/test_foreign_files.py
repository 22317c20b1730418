"""A batch folder in which others have written: any JSON, any file, at any time; named in a line, never traced."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from small_batches import finished, new_batch, use_fake_runs

import sim
from sim.doors.cli.main import main
from sim.running.batch import Batch, Options, execute, part
from sim.running.batch.plan import Plan
from sim.running.batch.store import Store
from sim.words.faults import UserError
from sim.words.limits import MOST_REPLICATIONS

WRONG = {
    "a list": "[]",
    "a number": "3",
    "a text": '"plan"',
    "nothing": "null",
    "cut": '{"plan": ',
    "empty": "",
    "deep": "[" * 100_000,
    "deep objects": '{"a":' * 100_000,
    "digits": '{"format": ' + "9" * 5000 + "}",
    "not UTF-8": b"\xff\xfe{}",
    "other keys": '{"a": 1}',
    "lists within": '{"plan": [], "runs": {}, "missing": 3, "shard": "1", "of": [], "rows": [], "format": {}}',
}
FILES = ("plan.json", "manifest.json", "shard.json", "merged.json", "journal.jsonl", "parts/00000.json")
COMMANDS: dict[str, list[str]] = {"status": [], "resume": ["--quiet"], "export": ["--to", "csv", "--tables", "people"]}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A complete batch, one of which half the runs are done, and one all of whose runs lie in parts."""
    with pytest.MonkeyPatch.context() as patch:
        use_fake_runs(patch)
        complete = finished(tmp_path_factory.mktemp("complete") / "out")
        begun = new_batch(tmp_path_factory.mktemp("begun") / "out")
        execute(begun, Options(quiet=True), shard=(1, 2))
        patch.setattr(part, "RUNS", 2)
        joined = new_batch(tmp_path_factory.mktemp("joined") / "out")
        execute(joined, Options(quiet=True), shard=(1, 1))
        yield {"complete": complete, "begun": begun.path, "joined": joined.path}


def told(command: str, folder: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run a command on a folder; an exception that it lets through fails the test."""
    more = COMMANDS[command] + (["--out", str(out)] if command == "export" else [])
    status = main([command, str(folder), *more])
    return status, capsys.readouterr().err


KINDS = [pytest.param(kind, marks=() if kind == "lists within" else pytest.mark.slow) for kind in WRONG]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", ["complete", "joined"])
def test_wrong_json_is_named_and_never_traced(
    name: str,
    kind: str,
    state: str,
    folders: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_fake_runs(monkeypatch)
    folder = tmp_path / "out"
    shutil.copytree(folders[state], folder)
    content = WRONG[kind]
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    for number, command in enumerate(COMMANDS):
        status, message = told(command, folder, tmp_path / f"of{number}", capsys)
        assert status in (0, 1, 2)
        if name == "plan.json" and command != "export":
            assert status == 2
            assert "plan.json" in message
        assert len(message) < 4000
    with suppress(UserError):
        _ = sim.load(folder).summary


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("replications", 999_999_999_999),
        ("replications", MOST_REPLICATIONS + 1),
        ("replications", 0),
        ("replications", True),
        ("replications", "3"),
        ("replications", 2.0),
        ("scenarios", []),
        ("scenarios", ["baseline", "baseline"]),
        ("scenarios", ["../baseline", "program"]),
        ("scenarios", [["baseline"], "program"]),
        ("scenarios", {"baseline": 1}),
        ("scenarios", "baseline"),
        ("files", {"../outside.yaml": "0"}),
        ("files", {"/etc/passwd": "0"}),
        ("files", ["a"]),
        ("seed", -1),
        ("seed", None),
        ("evaluation_start", 10**9),
        ("kind", "battle"),
        ("keep", []),
        ("effect_of", 3),
        ("reference", 3),
        ("version", {}),
        ("new key", 1),
    ],
)
def test_a_plan_that_no_command_wrote_is_refused(key: str, value: object, tmp_path: Path) -> None:
    plan = new_batch(tmp_path / "out").plan
    content = json.loads(plan.text())
    (tmp_path / "out" / "plan.json").write_text(json.dumps({**content, key: value}), encoding="utf-8")
    with pytest.raises(UserError, match=f"plan.json: damaged \\({key}: .*not the plan of a batch"):
        Plan.read(tmp_path / "out")


@pytest.mark.parametrize("missing", ["seed", "scenarios", "files", "format"])
def test_a_plan_that_lacks_something_is_refused(missing: str, tmp_path: Path) -> None:
    content = json.loads(new_batch(tmp_path / "out").plan.text())
    del content[missing]
    (tmp_path / "out" / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=f"plan.json: damaged \\({missing} is missing"):
        Plan.read(tmp_path / "out")


@pytest.mark.parametrize("name", ["plan.json", "manifest.json", "journal.jsonl", "runs/baseline.0.zip", "inputs/a.csv"])
def test_a_pipe_in_a_folder_is_not_opened(name: str, folders: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(folders["begun"], folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    with pytest.raises(UserError, match="is a pipe; only regular files are read"):
        Batch.open(folder)


@pytest.mark.parametrize("content", ["[]", "null", '{"plan": 3, "run": []}', "[" * 100_000])
def test_a_receipt_of_another_shape_is_a_damaged_file(content: str, folders: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(folders["begun"], folder)
    path = sorted((folder / "runs").iterdir())[0]
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**members, "receipt.json": content}.items():
            archive.writestr(name, data)
    batch = Batch.open(folder)
    assert Store(batch.plan, folder).verify() == [f"{path}: damaged"]
