"""The first hour: what comes with the program works by name anywhere, and an example to edit is there at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from small_worlds import REPOSITORY

from sim.doors.cli.main import main
from sim.jobs.init import put_example
from sim.running.terminal import marks
from sim.scenario.calibration.files import load_calibration
from sim.scenario.calibration.identification import load_identification
from sim.scenario.design.files import load_sweep
from sim.scenario.scenario import compare_scenarios, kind_of, load_comparison, load_scenario
from sim.scenario.shipped import meant_by, shipped_folder, shipped_names
from sim.words.faults import ScenarioError, UserError


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", shipped_names())
def test_all_that_is_shipped_loads_by_name(name: str, elsewhere: Path) -> None:
    loaders = {
        "scenario": load_scenario,
        "comparison": load_comparison,
        "sweep": load_sweep,
        "calibration": load_calibration,
        "identification": load_identification,
    }
    assert loaders[kind_of(name)](name)  # type: ignore[operator]


def test_names_are_told_with_their_questions(capsys: pytest.CaptureFixture[str], elsewhere: Path) -> None:
    assert main(["scenarios"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {name}\n" in told for name in shipped_names())
    assert max(map(len, told.splitlines())) <= 80
    assert main(["scenarios", "nation"]) == 0
    assert capsys.readouterr().out == (shipped_folder() / "nation.yaml").read_text(encoding="utf-8")


def test_names_work_wherever_a_file_does(elsewhere: Path) -> None:
    (elsewhere / "own.yaml").write_text("extends: secure_communities\nmonths: 12\n")
    assert load_scenario("own.yaml").parameters.programs.secure_communities.counties == "file"
    (elsewhere / "both.yaml").write_text("title: a\nset: {months: 12}\nscenarios: [baseline, mine: own.yaml]\n")
    assert [scenario.name for scenario in load_comparison("both.yaml").scenarios] == ["baseline", "mine"]
    assert compare_scenarios(["baseline", "secure_communities"]).reference == "baseline"
    sweep = "scenario: own.yaml\nagainst: baseline\nset: {months: 12}\ndesign: grid\n"
    levers = "levers: {trust.sensitivity: {low: 0, high: 1, steps: 2}}\n"
    (elsewhere / "sweep.yaml").write_text(f"title: a\n{sweep}{levers}")
    assert load_sweep("sweep.yaml").against is not None


def test_a_file_called_exactly_so_comes_first(elsewhere: Path) -> None:
    (elsewhere / "baseline").write_text("title: mine\n")
    assert load_scenario("baseline").parameters.title == "mine"
    (elsewhere / "neutral").mkdir()
    assert load_scenario("neutral").parameters.title != ""
    assert meant_by("neutral.yaml") == Path("neutral.yaml")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("basline", "did you mean baseline?"),
        ("baseline.yaml", "comes with the program: write baseline"),
        ("scenarios/nation.yaml", "comes with the program: write nation"),
        ("nothing_like_it", "no such file"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(text: str, hint: str, elsewhere: Path) -> None:
    with pytest.raises(ScenarioError, match=hint):
        load_scenario(text)


def test_the_example_has_no_fault_and_overwrites_nothing(elsewhere: Path) -> None:
    files = put_example(Path("study"))
    assert main(["check", *map(str, files)]) == 0
    files[0].write_text("mine")
    with pytest.raises(UserError, match="is there already, and nothing is overwritten"):
        put_example(Path("study"))
    assert files[0].read_text() == "mine"
    with pytest.raises(UserError, match="is a file"):
        put_example(files[0])


# For other programs


def test_a_run_is_told_as_json_alone(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--set", "world.people=1200", "--set", "months=14", "--set", "world.rows=2", "--set", "world.columns=2"]
    assert main(["run", "secure_communities", *small, "--out", "out", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    crime = pd.read_parquet("out/crime.parquet")
    assert found["months"] == sorted(crime["month"].astype(str).unique())
    for name, counts in found["crime"].items():
        assert counts["recorded"] == crime.loc[crime["type"] == name, "recorded"].sum()
    index = crime[crime["type"] != "simple_assault"].groupby("month", observed=True)["occurred"].sum()
    assert found["index_crime"]["occurred"] == index.tolist()
    assert main(["run", "secure_communities", *small, "--out", "again"]) == 0
    told = capsys.readouterr().out
    assert "index crime month by month, 2006-01 to 2007-02" in told
    assert max(map(len, told.splitlines())) <= 80


def test_what_is_checked_is_told_as_json(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (elsewhere / "bad.yaml").write_text("titel: a\n")
    assert main(["check", "baseline", "bad.yaml", "--json"]) == 2
    sound, bad = json.loads(capsys.readouterr().out)
    assert (sound["file"], sound["sound"], sound["months"]) == ("baseline", True, 96)
    assert bad["faults"] == ["bad.yaml:1: titel: unknown key; did you mean title?"]


@pytest.mark.parametrize(
    ("values", "marked"), [([1, 2, 3], "\u2581\u2584\u2588"), ([5, 5], "\u2581\u2581"), ([0], "\u2581")]
)
def test_marks_go_from_least_to_greatest(values: list[int], marked: str) -> None:
    assert marks(values) == marked


def test_shells_complete_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("bash", "zsh", "tcsh"):
        assert main(["completion", shell]) == 0
        told = capsys.readouterr().out
        assert "scenarios" in told
        assert shell == "tcsh" or "--replications" in told  # tcsh completes commands alone


@pytest.mark.slow
def test_the_wheel_is_enough(tmp_path: Path) -> None:
    """Built, installed beside nothing of the repository, used from an empty folder."""

    def done(*words: object, folder: Path = tmp_path, **variables: str) -> str:
        environment = {**os.environ, **variables}
        command = [sys.executable, "-m", *map(str, words)]
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    done("pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "-w", tmp_path, REPOSITORY)
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        shipped = {Path(name).stem for name in archive.namelist() if name.startswith("sim/shipped/")}
    assert set(shipped_names()) <= shipped
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    done("pip", "install", "--no-deps", "--quiet", "--target", site, wheel)
    small = ["--set", "world.people=2000", "--set", "months=14", "--set", "world.rows=2", "--set", "world.columns=2"]

    def darkfigure(*words: object) -> str:
        return done("sim", *words, folder=empty, PYTHONPATH=str(site))

    where = done("pip", "--version", folder=empty) and subprocess.run(
        [sys.executable, "-c", "import sim; print(sim.__file__)"],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(site) in where.stdout  # type: ignore[union-attr]
    darkfigure("init")
    darkfigure("check", "my_scenario.yaml", "my_comparison.yaml", "my_sweep.yaml", *shipped_names())
    darkfigure("run", "my_scenario.yaml", *small, "--out", "run")
    darkfigure("compare", "my_comparison.yaml", *small, "--replications", "2", "--out", "compared")
    darkfigure("compare", "compare_programs", *small, "--replications", "2", "--out", "demo")
    darkfigure("sweep", "my_sweep.yaml", *small, "--replications", "1", "--out", "swept")
    assert all((empty / name / "report.html").exists() for name in ("compared", "demo", "swept"))
