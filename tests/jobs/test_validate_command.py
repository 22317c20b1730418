"""The command ``validate`` on a small made world: its folder, its words, its page, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

from sim.analysis.evidence.figures import read_figures, shipped_figures
from sim.doors.cli.main import main
from sim.telling.validation_wording import EXPLANATIONS
from sim.words.published import FIGURES

SMALL = [
    *("--set", "world.people=10000", "--set", "world.rows=2", "--set", "world.columns=2"),
    *("--set", "start=2008-01", "--set", "months=48", "--seeds", "2", "--workers", "1"),
]
FILES = {
    *("validation.csv", "simulated.csv", "figures.csv", "codebook.csv", "scenario.yaml", "manifest.json"),
    *("validation.png", "validation.svg", "report.html"),
}
OWN = """\
id,quantity,value,se,role,kind,book,measure,note
R1,robberies recorded,150,30,target,crime_rate,recorded,robbery,
R2,robberies that happen,1,,input,crime_rate,occurred,robbery,
R3,something else,7,,validation,not_counted,,,no table counts it
"""


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("validated") / "out"
    assert main(["validate", *SMALL, "--quiet", "--out", str(out)]) == 0
    return out


def test_all_shipped_figures_are_judged_and_what_is_missing_has_a_reason(validated: Path) -> None:
    assert {path.name for path in validated.iterdir()} == FILES
    rows = table(validated / "validation.csv")
    assert list(rows[0]) == ["id", "published", "se", "simulated", "mc_error", "z", "verdict", "role"]
    assert [row["id"] for row in rows] == [figure.id for figure in shipped_figures()]
    by_id = {row["id"]: row for row in rows}
    assert by_id["T39"]["verdict"] == "not given"
    assert by_id["T39"]["simulated"] == ""
    assert by_id["T15"]["verdict"] == "not given"  # it is of 2005, before the run
    assert float(by_id["T42"]["simulated"]) == pytest.approx(0.83, abs=0.03)
    assert str(read_figures(validated / "figures.csv")) == str(shipped_figures())
    worlds = [float(row["value"]) for row in table(validated / "simulated.csv") if row["id"] == "T42"]
    assert sum(worlds) / 2 == pytest.approx(float(by_id["T42"]["simulated"]))
    page = (validated / "report.html").read_text(encoding="utf-8")
    for text in ("no table counts offences by person", "This is a made world", "Rationale of each mechanism", "T15 "):
        assert text in page
    assert "2005-01 to 2005-12" in page


def test_a_users_figures_are_told_on_the_terminal_and_again_from_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.csv").write_text(OWN, encoding="utf-8")
    out, again = tmp_path / "out", tmp_path / "again"
    assert main(["validate", str(tmp_path / "mine.csv"), *SMALL, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "R1  robberies recorded" in told
    assert "Not given: R3: no table counts it." in told
    assert max(map(len, told.replace(str(out), "OUT").splitlines())) <= 80
    command = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["command"].split()
    own = [str(out / word) if word in ("figures.csv", "scenario.yaml") else word for word in command]
    assert main([*own, "--workers", "1", "--quiet", "--out", str(again)]) == 0
    for name in FILES - {"manifest.json", "report.html"}:
        assert (out / name).read_bytes() == (again / name).read_bytes(), name


def test_json_alone_is_printed_and_the_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.csv").write_text(OWN, encoding="utf-8")
    page = tmp_path / "page.md"
    arguments = ["validate", str(tmp_path / "mine.csv"), *SMALL, "--json", "--page", str(page)]
    for number in (1, 2):  # a page that this command wrote may be written anew
        assert main([*arguments, "--out", str(tmp_path / f"out{number}")]) == 0
        found = json.loads(capsys.readouterr().out)
    assert found["worlds"] == 2
    assert found["real_counties"] is False
    assert [row["id"] for row in found["figures"]] == ["R1", "R2", "R3"]
    assert found["figures"][2]["simulated"] is None
    assert found["not_given"] == {"R3": "no table counts it"}
    assert found["joint"]["degrees"] == 1
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Validation\n")
    assert "(images/validation.png)" in text
    assert (tmp_path / "images" / "validation.png").stat().st_size > 5_000
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "0"], "whole number from 1"),
        (["none.csv"], "there is no file none.csv"),
        (["--set", "world.redraw=true"], "world.redraw"),
        (["--scenario", "nowhere"], "nowhere"),
        (["--page", "page.txt"], "ends in .md"),
        (["--page", "README.md"], "was not written by this command"),
        (["--page", "no/page.md"], "there is no folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("# Mine\n", encoding="utf-8")
    try:
        status = main(["validate", *SMALL, *arguments, "--out", "out"])
    except SystemExit as ended:
        status = int(str(ended.code))
    assert status == 2
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md"]


def test_explanations_are_of_published_figures() -> None:
    assert set(EXPLANATIONS) <= set(FIGURES)


@pytest.mark.slow
def test_workers_change_no_byte(tmp_path: Path, validated: Path) -> None:
    arguments = [*SMALL, "--workers", "2", "--threads", "2", "--quiet", "--out", str(tmp_path / "out")]
    assert main(["validate", *arguments]) == 0
    for name in FILES:
        assert (tmp_path / "out" / name).read_bytes() == (validated / name).read_bytes(), name


@pytest.mark.slow
def test_real_counties_give_every_figure_that_tables_hold(tmp_path: Path, shared_data: Path) -> None:
    counties = [f"world.counties={shared_data / 'us_counties.csv'}", f"world.adjacency={shared_data / 'adjacency.csv'}"]
    arguments = [word for it in counties for word in ("--set", it)]
    assert main(["validate", *arguments, "--seeds", "2", "--quiet", "--out", str(tmp_path / "out")]) == 0
    missing = {row["id"] for row in table(tmp_path / "out" / "validation.csv") if row["verdict"] == "not given"}
    assert missing == {figure.id for figure in shipped_figures() if figure.kind == "not_counted"}
    assert (REPOSITORY / "docs" / "validation.md").is_file()
