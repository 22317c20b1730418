"""The command ``power``: its folder, its words, and what it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

import sim
from sim.doors.cli.main import main

SCENARIO = str(REPOSITORY / "scenarios" / "secure_communities.yaml")
SMALL = ["--set", "world.people=30000", "--replications", "2", "--permutations", "19", "--threads", "1"]


def test_power_tells_in_words_and_in_a_table_what_would_go_unseen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "power"
    assert main(["power", SCENARIO, *SMALL, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "would mostly go unseen" in told
    assert "optimistic" in told
    assert max(map(len, told.replace(str(out), "OUT").splitlines())) <= 80
    with (out / "power.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kinds = {(row["book"], row["outcome"], row["estimator"]) for row in rows}
    assert len(kinds) == 8 + 3
    assert len(rows) == 8 * 3 * 4 + 3 * 2 * 4
    answered = [row for row in rows if not row["refused"]]
    assert all(float(row["detectable_percent"]) > 0 for row in answered)
    assert {path.name for path in out.iterdir()} == {
        "power.csv",
        "power.png",
        "power.svg",
        "report.html",
        "codebook.csv",
        "scenario.yaml",
        "headline.txt",
        "manifest.json",
    }

    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.index("would mostly go unseen") < page.index("data:image/svg+xml") < page.index("<h2>")
    assert "darkfigure power scenario.yaml <span>--program secure_communities</span>" in page


def test_power_needs_exchanges_of_dates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", SCENARIO, *SMALL, "--permutations", "0", "--out", str(tmp_path / "p")]) == 2
    assert "--permutations 0" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("command", ["estimate", "power"])
def test_an_evaluation_is_of_one_world(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [command, SCENARIO, *SMALL, "--set", "world.redraw=true", "--out", str(tmp_path / "p")]
    assert main(arguments) == 2
    assert "world.redraw" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_power_needs_a_program_whose_dates_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", "baseline", *SMALL, "--out", str(tmp_path / "p")]) == 2
    assert "program" in capsys.readouterr().err


def test_a_notebook_gets_the_table_and_the_sentences() -> None:
    change = {"world.people": 20_000}
    found = sim.power(SCENARIO, change, replications=1, permutations=5, background="flat", threads=1)
    assert "four times in five" in found.headline
    assert {"homicide", "motor_vehicle_theft"} < set(found.power["crime"])
    place = found.folder
    assert (place / "report.html").is_file()
    del found
    assert not place.exists()
