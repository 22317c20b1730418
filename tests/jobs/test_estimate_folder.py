"""The command estimate on the folder of a comparison: the same numbers as from the scenario, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hollow_figures import hollow_figures
from small_worlds import REPOSITORY

import sim
from sim.doors.cli.main import main
from sim.words.faults import UserError

SCENARIO = REPOSITORY / "scenarios" / "secure_communities.yaml"
SMALL = {"months": 96, "world": {"people": 12_000}}
FILES = ("estimates.csv", "summary.csv", "event_study.csv", "panel.csv", "recording.csv", "headline.txt")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estimate") / "comparison"
    names = ("baseline", "secure_communities")
    paths = {name: REPOSITORY / "scenarios" / f"{name}.yaml" for name in names}
    with hollow_figures():
        sim.compare(paths, SMALL, replications=2, folder=folder, workers=1)
    return folder


@pytest.fixture(scope="module")
def evaluated(comparison: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("evaluated") / "evaluation"
    assert main(["estimate", str(comparison), "--permutations", "9", "--out", str(out), "--quiet"]) == 0
    return out


def test_runs_of_a_comparison_say_what_runs_of_the_scenario_say(evaluated: Path) -> None:
    changes = {"months": 96, "world.people": 12_000}
    with hollow_figures():
        found = sim.estimate(SCENARIO, changes, replications=2, permutations=9, threads=1)
    for name in FILES:
        assert (evaluated / name).read_bytes() == (found.folder / name).read_bytes(), name
    assert (evaluated / "report.html").is_file()


def test_a_notebook_takes_the_folder_too(comparison: Path, evaluated: Path, tmp_path: Path) -> None:
    with hollow_figures():
        found = sim.estimate(comparison, permutations=9, folder=tmp_path / "kept")
    for name in FILES:
        assert (found.folder / name).read_bytes() == (evaluated / name).read_bytes(), name
    with pytest.raises(UserError, match="no diagnostics; ask for them"):
        _ = found.diagnostics
    given = ({"seed": 3}, {"replications": 2}, {"background": "flat"}, {"changes": {"months": 30}})
    for each in given:
        with pytest.raises(UserError, match=f"{next(iter(each))}: the runs in a folder are what they are"):
            sim.estimate(str(comparison), **each)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--program", "agreement_287g_jail"], "no scenario beside the same one without the program"),
        (["--set", "world.people=5000"], "the runs in a folder are what they are"),
        (["--seed", "3"], "the runs in a folder are what they are"),
        (["--replications", "2"], "--replications: the runs in a folder are what they are"),
        (["--background", "flat"], "--background: the runs in a folder are what they are"),
    ],
)
def test_what_a_comparison_cannot_tell_is_refused(
    words: list[str], message: str, comparison: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["estimate", str(comparison), *words, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_other_folders_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["estimate", str(empty), "--out", str(tmp_path / "out")]) == 2
    assert "holds no results" in capsys.readouterr().err


# The page of the comparison, with what the evaluator would see


def test_the_page_has_the_sentence_and_the_figure_of_the_evaluation(
    comparison: Path, evaluated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", None)  # nothing is drawn again
    before = {path.name for path in comparison.iterdir()}
    out = tmp_path / "page.html"
    assert main(["report", str(comparison), "--estimate", str(evaluated), "--out", str(out), "--quiet"]) == 0
    page, usual = (path.read_text(encoding="utf-8") for path in (out, comparison / "report.html"))
    assert f"<p>{(evaluated / 'headline.txt').read_text(encoding='utf-8').strip()}</p>" in page
    assert page.count('id="event_study"') == 1
    assert "An evaluator of a real place has the observed line alone" in usual
    assert "An evaluator of a real place has the observed line alone" not in page
    assert page.count("data:image/svg") == usual.count("data:image/svg") + 2  # for a screen and for a telephone
    assert {path.name for path in comparison.iterdir()} == before


def test_what_does_not_belong_together_is_refused(
    comparison: Path, evaluated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*words: object) -> str:
        assert main(["report", *map(str, words), "--quiet"]) == 2
        told = capsys.readouterr().err
        assert "Traceback" not in told
        return told

    there = tmp_path / "there.html"
    there.write_text("mine", encoding="utf-8")
    assert "already exists" in refused(comparison, "--estimate", evaluated, "--out", there)
    assert there.read_text(encoding="utf-8") == "mine"
    out = ("--out", tmp_path / "new.html")
    assert "holds no evaluation" in refused(comparison, "--estimate", comparison, *out)
    assert "holds no results" in refused(tmp_path, "--estimate", evaluated, *out)
    other = shutil.copytree(evaluated, tmp_path / "other")
    text = (other / "scenario.yaml").read_text(encoding="utf-8")
    (other / "scenario.yaml").write_text(text.replace("people: 12000", "people: 13000"), encoding="utf-8")
    assert "world.people" in refused(comparison, "--estimate", other, *out)
    (other / "scenario.yaml").write_text(text.replace("name: secure_communities", "name: mine"), encoding="utf-8")
    assert "evaluates mine, and what is compared is baseline" in refused(comparison, "--estimate", other, *out)
    (other / "event_study.svg").unlink()
    assert "event_study.svg: no such file" in refused(comparison, "--estimate", other, *out)
    (other / "event_study_narrow.svg").unlink()
    shutil.copy(evaluated / "event_study.svg", other)
    assert "event_study_narrow.svg: no such file" in refused(comparison, "--estimate", other, *out)
    (other / "manifest.json").write_text(json.dumps({"kind": "power"}), encoding="utf-8")
    assert "holds no evaluation" in refused(comparison, "--estimate", other, *out)
    old = shutil.copytree(comparison, tmp_path / "old")
    (old / "report.html").write_text("<p>Of another version</p>", encoding="utf-8")
    assert "report.html has no place for an evaluation" in refused(old, "--estimate", evaluated, *out)
    (old / "report.html").unlink()
    assert "report.html: no such file; the comparison is not finished" in refused(old, "--estimate", evaluated, *out)
    assert not (tmp_path / "new.html").exists()
