"""What a run is: its scenario and replication, whatever the batch, its order and its size; and no run twice."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from small_batches import finished, new_batch, tiny_comparison, without_figures

from sim.jobs.compare import compare_to_folder, plan_comparison
from sim.parameters import Parameters
from sim.running.batch import Batch, RunName
from sim.running.batch.execution import runs_of
from sim.running.batch.plan import Plan, refuse_duplicates
from sim.scenario.scenario import Comparison, Scenario
from sim.words.faults import UserError
from sim.words.labels import TABLES


def test_runs_in_design_order_and_in_order_of_execution() -> None:
    plan = plan_comparison(tiny_comparison(2), "columnar")
    assert [str(run) for run in plan.runs()] == ["baseline.0", "baseline.1", "program.0", "program.1"]
    assert [str(run) for run in plan.order()] == ["baseline.0", "program.0", "baseline.1", "program.1"]
    assert [plan.place_of(run) for run in plan.runs()] == [0, 1, 2, 3]
    assert len(plan) == 4


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_shards_are_all_runs_once(count: int, tmp_path: Path) -> None:
    batch = new_batch(tmp_path / "out", replications=4)
    shards = [runs_of(batch, (number, count)) for number in range(1, count + 1)]
    assert sorted(run for shard in shards for run in shard) == sorted(batch.runs())
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


@pytest.mark.parametrize("name", ["baseline.7", "a.b.0", "Doña Ana.12"])
def test_names_of_runs_are_read_as_written(name: str) -> None:
    assert str(RunName.read(name)) == name


@pytest.mark.parametrize("name", ["baseline", "baseline.", ".7", "baseline.-1", "baseline.1e3", "baseline.seven", ""])
def test_what_names_no_run_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="names no run"):
        RunName.read(name)


def test_a_plan_is_read_as_written(tmp_path: Path) -> None:
    batch = new_batch(tmp_path / "out")
    again = Batch.open(tmp_path / "out")
    assert again.plan == batch.plan
    assert again.plan.identity == batch.plan.identity
    assert [again.scenario(name).parameters for name in again.plan.scenarios] == [
        scenario.parameters for scenario in tiny_comparison().scenarios
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 2, "kind": "comparison"}'])
def test_a_damaged_plan_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"plan\.json: damaged"):
        Batch.open(tmp_path)


def test_a_plan_of_a_later_format_is_refused(tmp_path: Path) -> None:
    path = new_batch(tmp_path / "out").path / "plan.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "format": 99}), encoding="utf-8")
    with pytest.raises(UserError, match="format 99"):
        Plan.read(tmp_path / "out")


def test_a_replication_is_the_same_in_a_larger_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)
    few, many = (Batch.open(finished(tmp_path / str(number), number)) for number in (2, 4))
    for run in few.runs():
        for name in TABLES:
            assert few.table(run, name).equals(many.table(run, name)), (run, name)
    one, other = (few.table(RunName("baseline", number), "crime").drop(["replication"]) for number in (0, 1))
    assert not one.equals(other)


def test_the_same_scenario_under_two_names_is_refused(tmp_path: Path) -> None:
    told = tiny_comparison()
    copy = Scenario("copy", told.scenarios[1].parameters.model_copy(update={"title": "Only the title differs"}))
    twice = dataclasses.replace(told, scenarios=[*told.scenarios, copy])
    with pytest.raises(UserError, match="program and copy are one scenario under two names"):
        compare_to_folder(twice, workers=1, threads=1, engine="columnar", out=tmp_path / "out", quiet=True)
    assert not (tmp_path / "out").exists()


def test_names_that_differ_in_capitals_alone_are_refused() -> None:
    scenarios = [Scenario("plain", Parameters()), Scenario("Plain", Parameters(months=3))]
    with pytest.raises(UserError, match="two scenarios are called Plain"):
        refuse_duplicates(scenarios)


def test_shipped_comparisons_hold_no_scenario_twice(repository: Path) -> None:
    from sim.scenario.scenario import load_comparison

    for path in (repository / "scenarios").glob("compare_*.yaml"):
        comparison: Comparison = load_comparison(path)
        refuse_duplicates(comparison.scenarios)
