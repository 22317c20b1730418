"""Months that runs of one luck have in common are run once, and every byte is that of runs on their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evaluated_worlds import small_scenario
from small_batches import files_of, new_batch, paired_comparison, tiny_comparison, without_figures
from small_sweeps import written
from small_worlds import equal_ledgers, merged

import sim.running.beginnings
import sim.running.run
from sim.analysis.calibration.worlds import simulate_world
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.ledger import Ledger
from sim.jobs.compare import begin_comparison
from sim.jobs.finish import carry_on
from sim.jobs.sweep import sweep_to_folder
from sim.parameters import Parameters
from sim.running.batch import Batch, Options, RunName, run_file
from sim.running.batch.waiting import Waiting, by_parting, in_order, waiting_of
from sim.running.batch.work import run_one
from sim.running.county_counts import CountyCounts, count_run, count_two
from sim.running.run import BEGINNINGS, prepare, seed_of, simulate
from sim.running.two_runs import TwoRuns
from sim.scenario.design.files import load_sweep
from sim.scenario.scenario import Comparison, Scenario
from sim.world.setting import Setting

MONTHS = 6


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The months that engines of this process run, one after another."""
    without_figures(monkeypatch)
    begun: list[int] = []
    several = ColumnarEngine.several

    def counted(engine: ColumnarEngine, begin: int, end: int) -> Ledger:
        begun.extend(range(begin, end))
        return several(engine, begin, end)

    monkeypatch.setattr(ColumnarEngine, "several", counted)
    return begun


def several_programs(replications: int = 2) -> Comparison:
    """Return a comparison whose scenarios part in months 1, 2 and 4, with one of another world between them."""
    tiny = tiny_comparison(replications)
    base = tiny.scenarios[0].parameters

    def changed(name: str, **changes: Any) -> Scenario:
        return Scenario(name, Parameters.model_validate(merged(base.model_dump(mode="json"), changes)))

    later = changed("later", programs={"agreement_287g_jail": {"counties": "all", "start": "2006-05"}})
    other = changed("other_world", trust={"sensitivity": 3.0})
    sooner = changed("sooner", programs={"agreement_287g_task_force": {"counties": "all", "start": "2006-02"}})
    return replace(tiny, scenarios=[*tiny.scenarios, other, sooner, later])


def bytes_of(comparison: Comparison, out: Path, **options: Any) -> dict[str, bytes]:
    how = Options(quiet=True, **options)
    return files_of(carry_on(begin_comparison(comparison, how, engine="columnar", out=out), how))


@pytest.mark.parametrize(
    ("comparison", "own_months"),
    [
        (paired_comparison(2), 2 * (2 * MONTHS - 2)),
        (several_programs(), 2 * (4 * MONTHS - 4 - 2 - 1 + MONTHS)),
    ],
    ids=["pairs", "several programs"],
)
def test_sharing_changes_no_byte_of_a_comparison(
    comparison: Comparison, own_months: int, tmp_path: Path, ran: list[int]
) -> None:
    shared = bytes_of(comparison, tmp_path / "shared")
    assert len(ran) == own_months
    ran.clear()
    alone = bytes_of(comparison, tmp_path / "alone", sharing=False)
    assert len(ran) == len(comparison.members) * comparison.replications * MONTHS
    assert shared == alone
    assert {name for name in alone if name.endswith(".parquet")} >= {
        "crime.parquet",
        "survey.parquet",
        "people.parquet",
    }


def test_workers_that_share_change_no_byte(tmp_path: Path, ran: list[int]) -> None:
    comparison = several_programs()
    assert bytes_of(comparison, tmp_path / "two", workers=2) == bytes_of(comparison, tmp_path / "alone", sharing=False)


def test_sharing_changes_no_byte_of_a_sweep(tmp_path: Path, ran: list[int]) -> None:
    text = """\
title: small
scenario: program.yaml
against: base.yaml
levers: {trust.sensitivity: [1, 3], programs.secure_communities.start: [2008-12, 2009-05]}
replications: 1
"""
    sweep = load_sweep(str(written(tmp_path, text)))
    found = []
    for sharing in (True, False):
        options = Options(quiet=True, told="nothing", sharing=sharing)
        found.append(files_of(sweep_to_folder(sweep, engine="columnar", out=tmp_path / str(sharing), options=options)))
    assert found[0] == found[1]
    assert len(ran) < 1.8 * 8 * 14


def test_sharing_changes_no_figure_of_a_calibration(tmp_path: Path, ran: list[int]) -> None:
    (tmp_path / "scenarios").mkdir()
    scenario = small_scenario("months=60", "world.people=4000")
    (tmp_path / "scenarios" / "base.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
    asked = (str(tmp_path), "secure_communities", ("T28", "T32", "T35"), {"trust.sensitivity": 2.0}, 1, 0, 1)
    shared = simulate_world(*asked)
    assert 60 < len(ran) < 120
    ran.clear()
    assert repr(simulate_world(*asked, sharing=False)) == repr(shared)
    assert len(ran) == 120


@pytest.mark.parametrize("engine", ["columnar", "mesa"])
def test_two_runs_counted_are_each_counted_alone(engine: str, ran: list[int]) -> None:
    scenario = small_scenario("start=2008-01", "months=30", "world.people=1500")
    both, calls = (scenario, scenario.without("secure_communities")), []
    asked: dict[str, Any] = {"seed": 3, "replication": 1, "engine": engine}
    found = list(count_two(*both, **asked, on_month=lambda: calls.append(1)))
    assert len(calls) == 60
    if engine == "columnar":
        assert 30 < len(ran) < 60
    for counts, one in zip(found, both, strict=True):
        alone: CountyCounts = count_run(one, **asked)
        for name in ("crime", "told", "asked", "people", "programs", "detained"):
            assert (getattr(counts, name) == getattr(alone, name)).all(), name


def test_a_beginning_serves_only_its_own_luck_and_world(ran: list[int]) -> None:
    plain, program = tiny_comparison().scenarios
    alone = {key: simulate(program, seed=key[0], replication=key[1]) for key in ((1, 0), (1, 1), (2, 0))}
    for key, ledger in alone.items():
        ran.clear()
        simulate(plain, seed=1, following=program)
        found = simulate(program, seed=key[0], replication=key[1])
        assert equal_ledgers(found, ledger)
        assert len(ran) == 2 * MONTHS - (2 if key == (1, 0) else 0)


def test_nothing_is_kept_without_a_run_that_follows(ran: list[int]) -> None:
    plain, program = tiny_comparison().scenarios
    for _ in range(2):
        simulate(plain, seed=1, following=program)
        assert BEGINNINGS._kept is not None
        simulate(program, seed=1)
        assert BEGINNINGS._kept is None


def test_the_run_that_follows_is_made_ready_once(ran: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, int]] = []

    def counted(scenario: Scenario, replication: int = 0) -> Setting:
        made.append((scenario.name, replication))
        return prepare(scenario, replication)

    plain, program = tiny_comparison().scenarios
    alone = simulate(program, seed=1, replication=1)
    monkeypatch.setattr(sim.running.run, "prepare", counted)
    simulate(plain, seed=1, following=program)
    simulate(program, seed=1, following=plain)
    assert made == [(plain.name, 0), (program.name, 0), (plain.name, 0)]
    assert equal_ledgers(simulate(program, seed=1, replication=1), alone), "made ready for another replication"
    assert made[3:] == [(program.name, 1)]


def test_a_fault_of_the_run_that_follows_is_its_own(ran: list[int]) -> None:
    plain, program = tiny_comparison().scenarios
    lists = {"secure_communities": {"counties": ["nowhere"], "start": "2006-03"}}
    faulty = replace(
        program, parameters=Parameters.model_validate({**program.parameters.model_dump(), "programs": lists})
    )
    assert equal_ledgers(simulate(plain, seed=1, following=faulty), simulate(plain, seed=1))


def test_of_large_worlds_nothing_is_kept(ran: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.running.beginnings, "MOST_PEOPLE", 1_000)
    plain, program = tiny_comparison().scenarios
    simulate(plain, seed=1, following=program)
    assert BEGINNINGS._kept is None
    assert TwoRuns(prepare(plain), prepare(program), seed_of(1, 0)).months == 0


# Who runs next


def test_scenarios_of_a_world_follow_each_other_in_one_lane(tmp_path: Path) -> None:
    comparison = several_programs()
    batch = begin_comparison(comparison, Options(quiet=True), engine="columnar", out=tmp_path / "out")
    queue = waiting_of(batch, batch.plan.order(), sharing=True)
    assert len(queue) == 10
    lanes = [0, 1, 0, 1, 1, 0, 0, 0, 0, 1]
    taken = [queue.take(lane) for lane in lanes]
    assert not queue
    by_lane = {lane: [str(run) for (run, _), its in zip(taken, lanes, strict=True) if its == lane] for lane in (0, 1)}
    assert by_lane[0] == [f"{name}.0" for name in ("sooner", "program", "baseline", "later")] + [
        "other_world.1",
        "later.1",
    ]
    assert by_lane[1] == ["other_world.0", "sooner.1", "program.1", "baseline.1"]
    assert [str(after) for _, after in taken[:4:2]] == ["program.0", "baseline.0"]


def test_without_sharing_runs_stand_in_the_order_of_the_plan(tmp_path: Path) -> None:
    batch = new_batch(tmp_path / "out")
    order = batch.plan.order()
    queue = waiting_of(batch, order, sharing=False)
    assert [queue.take(0) for _ in order] == [(run, None) for run in order]


def test_a_run_put_back_is_taken_before_those_that_nobody_began() -> None:
    runs = [RunName(name, number) for number in range(2) for name in "ab"]
    queue = Waiting(runs, lambda run: run.replication)
    first, _ = queue.take(0)
    queue.put_back(first)
    assert len(queue) == 4
    assert [str(queue.take(lane)[0]) for lane in (1, 0, 0, 0)] == ["a.0", "b.0", "a.1", "b.1"]


def test_those_that_part_first_come_first() -> None:
    months = {"abcd": 3, "ab": 5, "cd": 9}

    def in_common(one: str, other: str) -> int:
        return max(month for names, month in months.items() if one in names and other in names)

    assert by_parting("acbd", in_common) == ["a", "b", "c", "d"]
    star = {
        frozenset(pair): month for pair, month in (("ab", 2), ("ac", 4), ("ad", 1), ("bc", 2), ("bd", 1), ("cd", 1))
    }
    assert by_parting("abcd", lambda one, other: star[frozenset((one, other))]) == ["d", "b", "a", "c"]


def test_scenarios_of_a_comparison_are_ordered_by_their_calendars() -> None:
    one_world = [it for it in several_programs().scenarios if it.name != "other_world"]
    assert in_order(one_world) == ["sooner", "program", "baseline", "later"]


def test_a_batch_that_was_ended_shares_what_is_left(tmp_path: Path, ran: list[int]) -> None:
    whole = bytes_of(several_programs(), tmp_path / "whole")
    batch = begin_comparison(several_programs(), Options(quiet=True), engine="columnar", out=tmp_path / "out")
    (batch.path / run_file.FOLDER).mkdir()
    for name in ("program.0", "baseline.1"):
        run_one(str(batch.path.absolute()), batch.plan.identity, name, 1)
    ran.clear()
    assert files_of(carry_on(Batch.open(batch.path), Options(quiet=True))) == whole
    assert len(ran) < 8 * MONTHS
