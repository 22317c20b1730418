"""Calibrating small made worlds into a folder: the same bytes whatever happens, and refusals in one sentence."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_worlds import REPOSITORY

from sim.analysis.calibration import identifying, point_file
from sim.analysis.calibration.point_file import _extended, write_point
from sim.analysis.calibration.study import Study
from sim.doors.cli.main import main
from sim.jobs import calibrate as job
from sim.running import receipts
from sim.running.batch.journal import Journal
from sim.scenario.scenario import load_scenario
from sim.scenario.shipped import meant_by
from sim.scenario.values import scenario_of
from sim.words.faults import UserError

TEXT = f"""\
title: small
source: made up
scenario: {REPOSITORY / "scenarios" / "secure_communities.yaml"}
set: {{start: 2008-01, months: 45, world: {{rows: 3, columns: 3, people: 9000}}, crime: {{headroom: 3}}}}
priors:
  trust.sensitivity: {{prior: log_uniform, low: 0.5, high: 5, source: assumption}}
  enforcement.custody_share: {{prior: uniform, low: 0.3, high: 0.95, source: assumption}}
figures:
  file: own.csv
  targets: [transfers]
  validation: [reported]
worlds: 8
waves: 2
luck: 2
again: 2
draws: 200
"""
OWN = """\
id,quantity,value,se,unit,role,kind,measure,part,population,places,book
transfers,transfers per submission,0.02,0.004,ratio,target,funnel_ratio,ice_custody / booked,,,active,
reported,share reported,0.4,0.05,share,validation,reporting_share,surveyed,,everyone,,survey
"""
TABLES = ("posterior", "predictions", "worlds", "parameters", "figures", "effects", "shares", "trade_offs", "design")
WHOLE = ("corner.png", "point.yaml", "headline.txt", "proposals.json")


def put(folder: Path, text: str = TEXT) -> Path:
    (folder / "own.csv").write_text(OWN, encoding="utf-8")
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    return folder / "small.yaml"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calibrated")
    out = folder / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(point_file, "write_point", kept_and_written)
        assert main(["calibrate", str(put(folder)), "--out", str(out), "--workers", "1", "--quiet"]) == 0
    return out


POINTS: list[dict[str, float]] = []


def kept_and_written(study: Study, outcome: Any, folder: Path) -> None:
    POINTS.append(dict(outcome.point.settings))
    write_point(study, outcome, folder)


def test_the_folder_holds_draws_tables_figures_and_words(finished: Path) -> None:
    draws = rows(finished / "posterior.csv")
    assert len(draws) == 200
    assert list(draws[0]) == ["weight", "trust.sensitivity", "enforcement.custody_share"]
    assert sum(float(row["weight"]) for row in draws) == pytest.approx(1)
    assert all(0.5 <= float(row["trust.sensitivity"]) <= 5 for row in draws)
    worlds = [row["world"] for row in rows(finished / "worlds.csv")]
    assert worlds == [f"w{wave}.{number}" for wave in (1, 2) for number in range(8)] + ["point.2", "point.3"]
    told = {row["id"]: row for row in rows(finished / "figures.csv")}
    assert told["transfers"]["role"] == "target"
    assert abs(float(told["transfers"]["posterior_mean"]) - 0.02) < 0.008
    assert {"corner.png", "fit.png", "effects.png", "codebook.csv", "headline.txt", "point.yaml"} <= {
        path.name for path in finished.iterdir()
    }
    page = (finished / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    lines = (finished / "headline.txt").read_text(encoding="utf-8").splitlines()
    first = page[: page.index("<figure")]
    assert lines[0] in first
    assert "16 worlds were run, each with and without the program" in first
    assert "Of 2 parameters the figures pin" in first
    assert page.count("<figure ") == 3
    assert "joint chi-square" in (finished / "headline.txt").read_text(encoding="utf-8")
    assert json.loads((finished / "manifest.json").read_text())["worlds"] == 16


def test_the_point_is_a_scenario_with_just_its_values(finished: Path) -> None:
    found, settings = load_scenario(finished / "point.yaml"), POINTS[-1]
    assert list(settings) == ["trust.sensitivity", "enforcement.custody_share"]
    usual = load_scenario(meant_by("secure_communities"))
    expected = scenario_of(usual, {**settings, "crime.headroom": 3}).parameters
    read, wanted = (it.model_dump(exclude={"title", "question", "source"}) for it in (found.parameters, expected))
    assert found.parameters.trust.sensitivity.unauthorized == settings["trust.sensitivity"]
    assert found.parameters.enforcement.custody_share == settings["enforcement.custody_share"]
    for it in (read, wanted):
        it["trust"]["sensitivity"] = {name: float(f"{value:.7g}") for name, value in it["trust"]["sensitivity"].items()}
    assert read == wanted


def test_a_point_of_a_shipped_scenario_extends_it_by_name() -> None:
    shipped = load_scenario(meant_by("secure_communities"))
    base = scenario_of(shipped, {"crime.headroom": 3, "months": 60, "world.people": 20_000})
    assert _extended(base) == ("secure_communities", {"crime.headroom": 3.0})
    own = replace(shipped, name="mine")
    assert _extended(own) == ("scenarios/base.yaml", {})


def test_the_figure_that_weighs_pins_what_it_speaks_of(finished: Path) -> None:
    told = {row["parameter"]: row for row in rows(finished / "parameters.csv")}
    ratios = {name: float(row["sd_ratio"]) for name, row in told.items()}
    assert ratios["enforcement.custody_share"] < ratios["trust.sensitivity"]


def test_interrupted_it_ends_at_once_and_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, written = receipts.write_whole, []

    def interrupting(path: Path, content: str, **how: Any) -> None:
        if len(written) == 1:
            raise KeyboardInterrupt
        written.append(path)
        whole(path, content, **how)

    out = tmp_path / "out"
    monkeypatch.setattr(receipts, "write_whole", interrupting)
    assert main(["calibrate", str(put(tmp_path)), "--out", str(out), "--workers", "1", "--quiet"]) == 130
    assert not (out / "manifest.json").exists()
    assert list((out / "worlds").iterdir()) == written


def killed(finished: Path, out: Path, steps: list[int]) -> None:
    """Kill a calibration outright at each step in turn."""
    out.mkdir()
    for name in ("calibration.json", "calibration.yaml"):
        shutil.copy(finished / name, out / name)
    for name in ("inputs", "scenarios"):
        shutil.copytree(finished / name, out / name)
    made = REPOSITORY / "tests" / "made"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(made)])}
    for step in steps:
        command = [sys.executable, str(made / "killed_calibration.py"), str(out), str(step)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert not (out / "manifest.json").exists()


def resumed(finished: Path, out: Path, workers: int) -> None:
    """Bring a calibration to its end, and compare all files."""
    assert main(["resume", str(out), "--workers", str(workers), "--quiet"]) == 0
    for name in [*(f"{table}.csv" for table in TABLES), *WHOLE]:
        assert (out / name).read_bytes() == (finished / name).read_bytes(), name
    worlds = {path.name for path in (finished / "worlds").iterdir()}
    assert {path.name for path in (out / "worlds").iterdir()} == worlds


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_killed_damaged_and_resumed_it_gives_the_same_bytes(finished: Path, tmp_path: Path, workers: int) -> None:
    """Killed between what a wave is drawn from and the wave."""
    out = tmp_path / "out"
    killed(finished, out, [22])
    (out / "worlds" / "w1.3.json").write_text('{"of": "cut', encoding="utf-8")
    (out / "worlds" / ".w2.7.json.aa.tmp").write_text("left over", encoding="utf-8")
    resumed(finished, out, workers)


@pytest.mark.slow
def test_killed_at_any_step_it_gives_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    killed(finished, tmp_path / "out", [0, 1, 2, 3, 4, 9, 10, 20, 1, 2, 3])
    resumed(finished, tmp_path / "out", workers=1)


def test_a_finished_one_is_left_alone(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (finished / "posterior.csv").stat().st_mtime_ns
    assert main(["resume", str(finished)]) == 0
    assert "nothing is left to do" in capsys.readouterr().out
    assert (finished / "posterior.csv").stat().st_mtime_ns == before


def test_how_far_it_is_can_be_asked(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    assert main(["status", str(copy)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Complete."
    (copy / "manifest.json").unlink()
    (copy / "worlds" / "point.2.json").unlink()
    (copy / "worlds" / "w2.3.json").write_text("{", encoding="utf-8")
    assert main(["status", str(copy)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("small: calibration in 2 waves of 8 worlds, each with and without secure_communities")
    assert lines[1] == "16 of 18 worlds done: wave 1 8 of 8; wave 2 7 of 8; the point 1 of 2"
    assert lines[2].startswith("worlds: ")
    assert lines[3:] == [
        f"damaged, and run again: {copy / 'worlds' / 'w2.3.json'}",
        f"'darkfigure resume {copy}' goes on.",
    ]
    design = (copy / "design.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / "design.csv").write_text("".join(design[:9]), encoding="utf-8")
    assert main(["status", str(copy), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["done"], told["waiting"], told["at_work"], told["complete"]) == (9, 9, False, False)
    with Journal(copy):
        assert main(["status", str(copy)]) == 0
    out = capsys.readouterr().out
    assert "wave 2 0 of 8, not placed yet" in out
    assert out.splitlines()[-1] == "A process is at work on it."


def test_another_version_or_a_changed_file_is_refused(finished: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished, copy)
    (copy / "manifest.json").unlink()
    record = json.loads((copy / "calibration.json").read_text())
    (copy / "calibration.json").write_text(json.dumps({**record, "fingerprint": "other"}))
    with pytest.raises(UserError, match=r"begun by darkfigure .* with sources other"):
        job.resume_calibration(Study.open(copy), job.Options(quiet=True))
    with pytest.raises(UserError, match=r"belongs to something else; nothing is deleted"):
        job.resume_calibration(Study.open(copy), job.Options(quiet=True, any_version=True))
    (copy / "inputs" / "figures.csv").write_text(OWN.replace("0.02", "0.03"))
    with pytest.raises(UserError, match=r"figures\.csv: is missing or has been changed"):
        Study.open(copy)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[transfers]", "[transfer]", "transfer is not a figure; did you mean transfers?"),
        ("[transfers]", "[T10, T39]", "T39 is not counted in a run"),
        ("own.csv", "mine.csv", "no such file"),
        (
            "[transfers]\n  validation: [reported]",
            "[reported]",
            "reported is kept for validation, and no calibration may weigh worlds by it",
        ),
    ],
)
def test_figures_that_cannot_be_used_are_told(
    old: str, new: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, TEXT.replace(old, new))
    assert main(["calibrate", str(path), "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_target_that_a_world_cannot_give_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, TEXT.replace("[transfers]", "[T35]").replace("months: 45", "months: 24"))
    assert main(["calibrate", str(path), "--out", str(tmp_path / "out"), "--quiet", "--workers", "1"]) == 2
    assert "T35 cannot be computed in world w1.0" in capsys.readouterr().err
    assert len(list((tmp_path / "out" / "worlds").iterdir())) == 1, "told after the first world, not after the wave"


IDENTIFIED = "title: t\nsource: s\ntrends: net\nfinding: transfers\nevidence:\n  nothing: []\n  funnel: [transfers]\n"


def test_identify_tells_what_is_left(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asked.yaml").write_text(IDENTIFIED + "draws: 600\n")
    command = ["identify", str(tmp_path / "asked.yaml"), "--worlds", str(finished), "--out", str(tmp_path / "out")]
    assert main(command) == 2
    told = capsys.readouterr().err
    assert "effective worlds of the 16 that were run are left" in told
    assert "--waves 1 --worlds 200" in told
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(identifying, "FEWEST_WORLDS", 2.0)
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "funnel (transfers): index crime that happens changes by" in told
    assert max(map(len, told.splitlines()[:-1])) <= 80
    sets = {row["evidence"]: row for row in rows(tmp_path / "out" / "sets.csv")}
    assert 8 <= float(sets["nothing"]["effective_worlds"]) < 16
    assert float(sets["nothing"]["compatible_share"]) == 1
    assert 0 < float(sets["funnel"]["compatible_share"]) <= 1
    assert float(sets["funnel"]["effective_worlds"]) < float(sets["nothing"]["effective_worlds"])
    errors = rows(tmp_path / "out" / "errors.csv")
    assert {(row["evidence"], row["name"]) for row in errors} >= {("nothing", "true_total"), ("funnel", "transfers")}
    assert all(float(row["emulator_error"]) >= 0 for row in errors)
    assert (tmp_path / "out" / "compatible_worlds.png").stat().st_size > 10_000
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    first = page[: page.index("<figure")]
    assert "In worlds that agree with 1 published figure (funnel) the program truly changes index crime" in first
    assert "16 worlds were simulated" in first
    assert "Trends: declared net" in first
    assert "Given funnel, emulators are off by" in page
    kept = float(sets["funnel"]["effective_worlds"])
    assert f'data-head="effective worlds">{kept:.0f}</td>' in page


def test_trends_that_worlds_do_not_have_are_refused(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asked.yaml").write_text(IDENTIFIED.replace("net", "as_found"))
    command = ["identify", str(tmp_path / "asked.yaml"), "--worlds", str(finished), "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert "have no background trends; write net" in capsys.readouterr().err


def test_a_folder_of_something_else_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "asked.yaml").write_text(IDENTIFIED)
    assert main(["identify", str(tmp_path / "asked.yaml"), "--worlds", str(tmp_path)]) == 2
    assert "not the folder of a calibration" in capsys.readouterr().err
