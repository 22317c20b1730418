"""Sweeps whose replications draw their parameters from a posterior: the same at all points, swept values kept."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hollow_figures import hollow_figures
from small_batches import without_figures
from small_sweeps import written

from sim.analysis.sweep.outcomes import sweep_runs
from sim.doors.cli.main import main
from sim.running.batch import Batch, RunName
from sim.scenario.design.sweep import AGAINST

DRAWS = "weight,trust.sensitivity,trust.sensitivity.citizen,crime.impunity_elasticity\n1,0.5,0.25,0.1\n2,4,1,1.4\n"
TEXT = """\
title: drawn
scenario: program.yaml
against: base.yaml
levers: {trust.sensitivity: [1, 3]}
uncertainties: {trust.county_fade: [0.02, 0.2]}
replications: 4
uncertainty: draws.csv
"""


def put(folder: Path, text: str = TEXT, draws: str = DRAWS) -> str:
    (folder / "draws.csv").write_text(draws, encoding="utf-8")
    return str(written(folder, text))


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("drawn")
    with hollow_figures():
        assert main(["sweep", put(folder), "--out", str(folder / "out"), "--workers", "1", "--quiet"]) == 0
    return Batch.open(folder / "out")


def test_a_draw_is_the_same_at_all_points_and_swept_values_are_kept(batch: Batch) -> None:
    point = {it.name: it.values for it in batch.sweep().points}
    for number in range(4):
        drawn = set()
        for name in batch.plan.scenarios:
            found = batch.scenario_of(RunName(name, number)).parameters
            sensitivity, fade = point[name.removesuffix(AGAINST)]
            assert found.trust.sensitivity.unauthorized == sensitivity
            assert found.trust.county_fade == fade
            drawn.add((found.crime.impunity_elasticity.larceny, found.trust.sensitivity.citizen / sensitivity))
        assert len(drawn) == 1
        assert drawn <= {(0.1, 0.5), (1.4, 0.25)}
        beside = batch.scenario_of(RunName(batch.plan.scenarios[0], number // 2 * 2)).parameters
        assert {(beside.crime.impunity_elasticity.larceny, beside.trust.sensitivity.citizen / 1.0)} == drawn


def test_what_is_told_is_over_draws_with_luck_apart(batch: Batch) -> None:
    runs = sweep_runs(batch.sweep(), batch.outcomes())
    outcome = runs.outcome("recorded_total")
    assert outcome.values.shape == (4, 2)
    each = runs.of_each_run("recorded_total", runs.mine)
    assert each.shape == (4, 4)
    assert runs.column("recorded_total", runs.mine)[:, 1] == pytest.approx(each[:, 2:].mean(axis=1))
    with (batch.path / "doubt.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["outcome"] == "recorded_total"]
    assert [row["point"] for row in rows] == [it.name for it in runs.points]
    assert {row["draws"] for row in rows} == {"2"}
    assert all(float(row["luck_sd"]) >= 0 and float(row["doubt_sd"]) >= 0 for row in rows)
    assert float(rows[0]["mean"]) == pytest.approx(outcome.values[0].mean(), rel=0.2, abs=0.5)
    told = (batch.path / "report.html").read_text(encoding="utf-8")
    assert "What is swept keeps the sweep's values, whatever is drawn: trust.sensitivity." in told.replace(
        "&#x27;", "'"
    )
    assert "over 2 draws" in told
    assert "over 2 sets of parameters drawn from a calibration, each run twice" in told
    assert "chance alone" not in told
    assert "differ in luck alone" not in told
    assert "(interval: chance and draws)" in told
    assert "doubt_sd" in (batch.path / "codebook.csv").read_text()


def test_it_runs_again_from_its_own_folder(batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)
    again = tmp_path / "again"
    assert main(["sweep", str(batch.path / "sweep.yaml"), "--out", str(again), "--workers", "1", "--quiet"]) == 0
    for name in ("summary.csv", "doubt.csv", "outcomes.parquet"):
        assert (again / name).read_bytes() == (batch.path / name).read_bytes(), name


def test_draws_that_are_not_there_on_a_pair_are_left_out(batch: Batch) -> None:
    table = batch.outcomes()
    kept = np.array(table.column("replication").to_pylist()) != 3
    runs = sweep_runs(batch.sweep(), table.filter(kept))
    assert runs.replications == (0, 1)
    assert runs.outcome("recorded_total").values.shape == (4, 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("replications: 4", "replications: 3", "replications must be even (3)"),
        ("draws.csv", "none.csv", "uncertainty: no such file"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    old: str, new: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, TEXT.replace(old, new))
    assert main(["sweep", path, "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert told in capsys.readouterr().err
    assert main(["check", path]) == 2
    assert not (tmp_path / "out").exists()
