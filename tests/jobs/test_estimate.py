"""The command estimate from the scenario to the folder: what it writes, what it refuses, and its scripts."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluated_worlds import PROGRAM, SMALL, small_evaluation, small_scenario
from hollow_figures import hollow_figures

import sim
from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.evaluation import keeping
from sim.analysis.evaluation.keeping import KeptWorlds
from sim.analysis.evaluation.of_survey import SURVEY_ESTIMATORS
from sim.doors.cli import main as cli
from sim.jobs.estimate import Asked, estimate_to_folder
from sim.running import county_counts
from sim.running.batch.files import TEMPORARY
from sim.scenario.scenario import Scenario
from sim.words.faults import UserError

FILES = {
    "codebook.csv",
    "estimates.csv",
    "estimators.png",
    "estimators.svg",
    "estimators_narrow.svg",
    "event_study.csv",
    "event_study.png",
    "event_study.svg",
    "event_study_narrow.svg",
    "headline.txt",
    "manifest.json",
    "panel.csv",
    "recording.csv",
    "report.html",
    "scenario.yaml",
    "scripts",
    "summary.csv",
}
COMMAND = ["estimate", "secure_communities", *(word for change in SMALL for word in ("--set", change))]
POINT_ALONE = ("callaway_santanna", "imputation", "imputation_trends", "survey_sun_abraham")
BY_HAND = ("county_trends", "callaway_santanna", "sun_abraham", "imputation", "imputation_trends", "survey_sun_abraham")
PYFIXEST = ("two_way", "poisson", "event_study", "detained", "detained_instrumented", "survey_two_way")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes of the evaluation that ``small_evaluation`` makes by a call."""
    out = tmp_path_factory.mktemp("estimate") / "out"
    assert cli.main([*COMMAND, "--replications", "2", "--permutations", "19", "--out", str(out), "--threads", "1"]) == 0
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# What is written


def test_the_folder_holds_what_is_promised(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES
    names = {f"{name}.{suffix}" for name in (*ESTIMATORS, *SURVEY_ESTIMATORS) for suffix in ("py", "R", "do")}
    assert {path.name for path in (folder / "scripts").iterdir()} == names
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["program"], manifest["backgrounds"], manifest["replications"]) == (PROGRAM, ["flat"], 2)
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_the_numbers_in_the_files_are_those_of_a_call(folder: Path) -> None:
    answers, found = small_evaluation().answers, rows(folder / "estimates.csv")
    assert len(found) == len(answers)
    for row, answer in zip(found, answers, strict=True):
        told = (row["background"], int(row["replication"]), row["estimator"])
        assert told == (answer.background, answer.replication, answer.estimator)
        for name in (
            "estimate",
            "se_county",
            "se_state",
            "p_permutation",
            "p_wild",
            "placebo",
            "net",
            "truth_aligned",
            "level",
        ):
            value = getattr(answer, name)
            assert row[name] == ("" if np.isnan(value) else str(value)), name
    studies = [row for row in rows(folder / "event_study.csv") if row["estimator"] == "sun_abraham"]
    first = next(it for it in answers if it.study is not None and it.estimator == "sun_abraham")
    assert first.study is not None
    mine = [row for row in studies if (row["book"], row["crime"], row["group"]) == first.question[:3]]
    mine = [row for row in mine if row["replication"] == "0"]
    size = len(first.study.horizons)
    assert len(mine) == size * (size + 1) // 2
    one, other = np.triu_indices(size)
    assert [float(row["covariance_state"]) for row in mine] == first.study.covariance_state[one, other].tolist()
    summary = rows(folder / "summary.csv")[0]
    assert float(summary["estimate_mean"]) == pytest.approx(
        np.mean([it.estimate for it in answers if (it.question, it.estimator) == (answers[0].question, "two_way")])
    )


def test_every_column_stands_in_the_codebook(folder: Path) -> None:
    told = {(row["table"], row["column"]) for row in rows(folder / "codebook.csv")}
    for name in ("estimates", "summary", "event_study", "recording", "panel"):
        with (folder / f"{name}.csv").open(encoding="utf-8") as file:
            assert {(name, column) for column in next(csv.reader(file))} == {it for it in told if it[0] == name}


def test_recording_rates_are_those_of_the_books(folder: Path) -> None:
    evaluation, found = small_evaluation(), rows(folder / "recording.csv")
    assert len(found) == 5 * 4
    row = next(it for it in found if (it["crime"], it["group"]) == ("violent", "hispanic"))
    whole, pairs = evaluation.design.treated == 1, evaluation.pairs["flat"]
    assert whole.any()
    rates = []
    for worlds in ([pair.without for pair in pairs], [pair.program for pair in pairs]):
        recorded, happened = (
            sum(it.counts(book, "violent", "hispanic")[whole].sum() for it in worlds)
            for book in ("recorded", "occurred")
        )
        rates.append(recorded / happened)
    assert [float(row["R"]), float(row["with_program"])] == pytest.approx(rates)
    assert float(row["risk_ratio"]) == pytest.approx(rates[1] / rates[0])
    odds = [it / (1 - it) for it in rates]
    assert float(row["D"]) == pytest.approx(odds[1] / odds[0])
    assert float(row["D"]) < 1
    homicide = next(it for it in found if (it["crime"], it["group"]) == ("homicide", "all"))
    assert float(homicide["R"]) > 0.9


def test_the_panel_has_both_worlds_of_the_first_replication(folder: Path) -> None:
    panel, pair = rows(folder / "panel.csv"), small_evaluation().pairs["flat"][0]
    assert len(panel) == 2 * 25 * 8
    for world, books in (("program", pair.program), ("without", pair.without)):
        mine = [row for row in panel if row["world"] == world]
        total = sum(int(row["recorded_property_hispanic"]) for row in mine)
        assert total == books.counts("recorded", "property", "hispanic").sum()
        assert sum(int(row["asked_all"]) for row in mine) == books.asked.sum()


# Scripts


def row_of(folder: Path, name: str) -> dict[str, str]:
    book = "survey" if name.startswith("survey") else "recorded"
    return next(
        row
        for row in rows(folder / "estimates.csv")
        if (row["replication"], row["book"], row["crime"], row["group"], row["estimator"])
        == ("0", book, "index", "all", name)
        and row["outcome"] in ("log_rate", "victimization_rate")
    )


@pytest.mark.parametrize("name", [*BY_HAND, *PYFIXEST])
def test_scripts_in_python_find_the_estimates_again(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which need nothing of this program."""
    if name in PYFIXEST and importlib.util.find_spec("pyfixest") is None:
        pytest.skip("pyfixest is not installed")
    script = folder / "scripts" / f"{name}.py"
    monkeypatch.setattr("sys.argv", [str(script)])
    runpy.run_path(str(script), run_name="__main__")
    row, found = row_of(folder, name), [float(word) for word in capsys.readouterr().out.split()]
    assert not re.search(r"(import|from)\s+sim\b", script.read_text(encoding="utf-8"))
    assert found[0] == pytest.approx(float(row["estimate"]), rel=1e-6)
    if len(found) > 1:
        assert found[1] == pytest.approx(float(row["se_county"]), rel=1e-5)


@lru_cache(maxsize=1)
def lacking_in_r() -> str:
    """Return what stops scripts in R, or nothing: R is not here, or fixest is not."""
    if shutil.which("Rscript") is None:
        return "R"
    loaded = subprocess.run(["Rscript", "-e", "library(fixest)"], capture_output=True, timeout=60, check=False)
    return "" if loaded.returncode == 0 else "fixest"


@pytest.mark.parametrize("name", [*ESTIMATORS, *SURVEY_ESTIMATORS])
def test_scripts_in_r_find_the_estimates_again(folder: Path, name: str) -> None:
    lacking = lacking_in_r()
    script = folder / "scripts" / f"{name}.R"
    if lacking == "R" or (lacking and "library(fixest)" in script.read_text(encoding="utf-8")):
        pytest.skip(f"{lacking} is not installed: scripts/{script.name} is not run")
    done = subprocess.run(
        ["Rscript", str(script)], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    row, found = row_of(folder, name), numbers_in(done.stdout)
    assert found[0] == pytest.approx(float(row["estimate"]), rel=1e-6)
    assert len(found) == (1 if name in POINT_ALONE else 2)
    if len(found) > 1:
        assert found[1] == pytest.approx(float(row["se_county"]), rel=1e-5)


def numbers_in(printed: str) -> list[float]:
    """Return the numbers that R printed last, on one line."""
    return [float(word) for word in printed.splitlines()[-1].split() if word != "[1]"]


def test_scripts_have_no_token_left(folder: Path) -> None:
    for path in (folder / "scripts").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search("@[A-Z]+@", text), path.name
        if path.suffix == ".py":
            compile(text, path.name, "exec")


# What is refused


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["baseline"], "no program begins in some counties before others"),
        (["no_such_scenario"], "no such file"),
        (["secure_communities", "--program", "cap"], "no such program"),
        (["secure_communities", "--background", "trends"], "the scenario has none"),
        (["secure_communities", "--set", "months=20"], "nobody"),
        (["secure_communities", "--set", "wrold.people=5"], "wrold"),
        (["secure_communities", "--set", "programs.secure_communities.until=2012-05"], "switched off again"),
        (["secure_communities", "--replications", "0"], "not a whole number from 1"),
        (["secure_communities", "--permutations", "-1"], "expected one argument|not a whole number"),
        (["secure_communities", "--unit", "week"], "invalid choice"),
        (["secure_communities", "--seed", "x"], "seed"),
        (["compare_programs"], "comparison"),
    ],
)
def test_bad_input_gives_status_2_and_one_message(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert cli.main(["estimate", *words, "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert re.search(message, told), told
    assert "Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_diagnostics_without_the_extra_are_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.analysis.estimate.diagnostics.importlib.util.find_spec", lambda _: None)
    assert cli.main(["estimate", "secure_communities", "--diagnostics", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "pip install 'darkfigure[econ]'" in told
    assert len(told.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    assert cli.main([*COMMAND, "--out", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_is_ended_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.running.county_counts.TwoRuns", stop)
    with pytest.raises(KeyboardInterrupt):
        estimate_to_folder(Asked(small_scenario()), out=tmp_path / "out", quiet=True)
    assert not list(tmp_path.iterdir())


def test_what_is_ended_goes_on_where_it_was(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second pair of worlds is interrupted; the same command runs that one alone, and the tables are the same."""
    counts, begun = county_counts.count_two, []

    def counted(*scenarios: Scenario, **options: Any) -> Iterator[county_counts.CountyCounts]:
        for found in counts(*scenarios, **options):
            begun.append(options["replication"])
            if len(begun) == 4:
                raise KeyboardInterrupt
            yield found

    monkeypatch.setattr(county_counts, "count_two", counted)
    asked, out = Asked(small_scenario(), replications=2, permutations=19), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt, match="1 of 2 pairs of worlds are done and kept"):
        estimate_to_folder(asked, out=out, quiet=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out.unfinished"]
    with pytest.raises(UserError, match="another evaluation"):
        estimate_to_folder(Asked(small_scenario(), seed=2, replications=2), out=out, quiet=True)
    estimate_to_folder(asked, out=out, quiet=True)
    assert begun == [0, 0, 1, 1, 1, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for name in ("estimates.csv", "event_study.csv", "summary.csv", "panel.csv", "recording.csv", "event_study.png"):
        assert (out / name).read_bytes() == (folder / name).read_bytes(), name


def test_what_all_worlds_share_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluation, saved = small_evaluation(), []
    save = keeping.save_arrays

    def counted(path: Path, arrays: Any) -> None:
        saved.append(path.name)
        save(path, arrays)

    monkeypatch.setattr(keeping, "save_arrays", counted)
    for number in (1, 2):  # an evaluation that goes on finds it there
        kept = KeptWorlds(tmp_path / "kept", "a")
        for pair in evaluation.pairs["flat"]:
            kept.keep(evaluation.design, pair)
        assert saved.count("design.npz") == 1
        assert len(saved) == 1 + 2 * number
    found = KeptWorlds(tmp_path / "kept", "a").design()
    assert found is not None
    assert np.array_equal(found.treated, evaluation.design.treated)
    (tmp_path / "kept" / "design.npz").write_bytes(b"PK")
    again = KeptWorlds(tmp_path / "kept", "a")
    assert again.design() is None
    again.keep(evaluation.design, evaluation.pairs["flat"][0])
    assert KeptWorlds(tmp_path / "kept", "a").design() is not None


def test_a_damaged_world_is_run_again(tmp_path: Path) -> None:
    evaluation = small_evaluation()
    kept = KeptWorlds(tmp_path / "kept", "a")
    kept.keep(evaluation.design, evaluation.pairs["flat"][0])
    found = KeptWorlds(tmp_path / "kept", "a").pair("flat", 0)
    assert found is not None
    assert (found.program.crime == evaluation.pairs["flat"][0].program.crime).all()
    assert kept.pair("flat", 1) is None
    next((tmp_path / "kept").glob("flat*")).write_bytes(b"PK\x03\x04 cut off")
    assert kept.pair("flat", 0) is None
    (tmp_path / "kept" / f".flat_00001.npz.0badf00d{TEMPORARY}").write_bytes(b"PK")  # killed while writing
    kept.drop()
    assert not (tmp_path / "kept").exists()


def test_memory_is_told_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.running.needs.free_memory", lambda: 1e6)
    with pytest.raises(UserError, match="not enough memory"):
        estimate_to_folder(Asked(small_scenario()), out=tmp_path / "out", quiet=True)
    assert not list(tmp_path.iterdir())


# From a notebook


def test_a_notebook_gets_tables_and_the_sentence(folder: Path) -> None:
    change = {"world.people": 30_000, "months": 96}
    path = Path(__file__).parents[2] / "scenarios" / "secure_communities.yaml"
    with hollow_figures():
        found = sim.estimate(path, change, replications=1, permutations=0, unit="quarter", outcome="rate")
    assert found.headline.startswith("An evaluator with police data alone")
    assert set(found.estimates["outcome"]) == {"rate", "victimization_rate", "reporting_share"}
    assert found.estimates["p_permutation"].isna().all()
    assert (found.summary["replications"] == 1).all()
    assert found.panel["county"].str.startswith("r0").all()
    assert found.headline.split() == repr(found).split()[: len(found.headline.split())]
    place = found.folder
    assert (place / "report.html").is_file()
    del found
    assert not place.exists()


@pytest.mark.parametrize(
    "given", [{"unit": "week"}, {"background": "on"}, {"outcome": "logs"}, {"replications": 0}, {"permutations": -1}]
)
def test_a_notebook_refuses_what_is_no_choice(given: dict[str, object]) -> None:
    with pytest.raises(UserError, match=next(iter(given))):
        Asked(small_scenario(), **given)  # type: ignore[arg-type]


@pytest.mark.slow
def test_real_counties_with_trends(tmp_path: Path, shared_data: Path) -> None:
    """On a flat background placebos are small and trends move them; net is the truth in both."""
    world = {
        "counties": shared_data / "us_counties.csv",
        "adjacency": shared_data / "adjacency.csv",
        "background": shared_data / "county_crime_2000_2012.csv",
        "scale": 0.01,
    }
    changes = [f"world.{name}={value}" for name, value in world.items()]
    chosen = sim.load_scenario(
        Path(__file__).parents[2] / "scenarios" / "secure_communities.yaml", [*changes, "start=2004-01", "months=108"]
    )
    found = estimate_to_folder(Asked(chosen, replications=2, permutations=0), out=tmp_path / "out", quiet=True)
    told = rows(found / "summary.csv")
    main = [row for row in told if (row["crime"], row["group"], row["outcome"]) == ("index", "all", "log_rate")]
    for row in (row for row in main if row["truth_aligned_mean"]):
        assert float(row["net_mean"]) == pytest.approx(float(row["truth_aligned_mean"]), abs=0.003)
        if row["background"] == "flat":
            assert abs(float(row["placebo_mean"])) < 0.015
    assert {row["background"] for row in told} == {"flat", "trends"}
