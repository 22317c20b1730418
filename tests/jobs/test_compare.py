"""Paired differences, the evaluation's months, and the folder of a comparison, on synthetic ledgers."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from fake_ledger import fake_simulate, make_counties, make_ledger, make_summary
from pool_calls import complains, ends_at_once, slow_square
from scipy import stats

import sim.jobs.compare
import sim.running.batch
import sim.running.run
import sim.telling.figures.of_comparisons
from sim.analysis.statistics import (
    NO_LEVEL,
    NO_SPREAD,
    ONE_RUN,
    UNDEFINED,
    Estimate,
    centred_sums,
    change_estimate,
    mean_estimate,
    pairing_gain,
    t_quantile,
)
from sim.analysis.summary import COLUMNS, Row, rows_of, write_summary
from sim.jobs.compare import compare_to_folder
from sim.jobs.finish import carry_on
from sim.parameters import Parameters
from sim.running.batch import Batch, Options
from sim.running.batch.execution import Told
from sim.running.measures import adoption_months, evaluation_of, reduce
from sim.running.tables.codebook import columns
from sim.scenario.scenario import Comparison, Scenario, load_comparison
from sim.telling.reports.comparison_short import CHOSEN, table_of
from sim.words.codes import REMOVED
from sim.words.faults import UserError
from sim.words.labels import PROGRAMS, TABLES


def small_comparison(replications: int = 2) -> Comparison:
    world = {"rows": 2, "columns": 2, "people": 8000}
    programs = {"secure_communities": {"counties": "all", "start": "2006-06"}}
    base = Parameters.model_validate({"months": 12, "world": world, "title": "Nothing new"})
    program = Parameters.model_validate({"months": 12, "world": world, "programs": programs, "title": "A program"})
    scenarios = [Scenario("plain", base), Scenario("program", program)]
    return Comparison("A <b>small</b> comparison", "What & why?", scenarios, "plain", replications, 3)


@pytest.fixture
def fake_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.running.run, "simulate", fake_simulate)


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.telling.figures.of_comparisons, "write_figures", lambda *_: [])


def compared(out: Path, replications: int = 2) -> Path:
    options = {"workers": 1, "threads": 1, "engine": "columnar", "quiet": True}
    return compare_to_folder(small_comparison(replications), out=out, **options)  # type: ignore[arg-type]


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files of a batch but those that tell of the hour and the machine."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("journal.jsonl", "timing.json")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 19, 99, 500])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_t_quantile_equals_scipy(degrees: int, confidence: float) -> None:
    assert t_quantile(degrees, confidence) == pytest.approx(stats.t.ppf((1 + confidence) / 2, degrees), rel=1e-9)


def test_one_cluster_or_run_has_no_interval() -> None:
    assert math.isnan(t_quantile(0))
    with pytest.raises(ValueError, match="degrees of freedom"):
        t_quantile(-1)


def test_interval_in_closed_form() -> None:
    told = mean_estimate(np.array([1.0, 2.0, 3.0, 6.0]))
    half = 3.182446305284263 * math.sqrt(14 / 3) / 2
    assert told.estimate == 3.0
    assert told.low == pytest.approx(3 - half)
    assert told.high == pytest.approx(3 + half)


def test_relative_change_is_that_of_a_ratio_of_means() -> None:
    told = change_estimate(np.array([11.0, 21.0, 33.0]), np.array([10.0, 20.0, 30.0]), relative=True)
    departures = np.array([11.0, 21.0, 33.0]) - 65 / 60 * np.array([10.0, 20.0, 30.0])
    interval = stats.ttest_1samp(25 / 3 + 5 * departures, 0).confidence_interval()
    assert told.estimate == pytest.approx(25 / 3)
    assert (told.low, told.high) == pytest.approx(tuple(interval))


@pytest.mark.parametrize(("spread", "effect", "shared"), [(0.1, -0.3, 0.9), (0.3, 0.9, 0.95), (0.05, 0.01, 0.9)])
def test_intervals_in_percent_cover_what_they_say(spread: float, effect: float, shared: float) -> None:
    """Luck that multiplies or is added: the reference's own luck counts (before, 100 or 30 % were covered)."""
    rng, trials = np.random.default_rng(7), 3000
    for additive in (False, True):
        common, own = rng.standard_normal((2, trials, 20))
        base = 100 * (1 + spread * common)
        other = spread * (shared * common + math.sqrt(1 - shared**2) * own)
        mine = 100 * (1 + effect) + 100 * other * (1.0 if additive else 1 + effect)
        told = [change_estimate(mine[trial], base[trial], relative=True) for trial in range(trials)]
        covered = np.mean([(one.low or 0.0) <= 100 * effect <= (one.high or 0.0) for one in told])
        assert 0.925 < covered < 0.97, additive


def test_what_cannot_be_computed_is_blank_with_a_reason() -> None:
    zero, one = np.zeros(3), np.ones(3)
    assert change_estimate(one, zero, relative=True).reason == NO_LEVEL
    assert change_estimate(np.array([math.nan, 1, 1]), one, relative=False).reason == UNDEFINED
    alone = mean_estimate(np.ones(1))
    assert (alone.estimate, alone.low, alone.reason) == (1.0, None, ONE_RUN)


def test_pairing_gain_is_unpaired_over_paired_variance() -> None:
    base = np.array([1.0, 2.0, 3.0, 4.0])
    mine = base + np.array([0.1, -0.1, 0.1, -0.1])
    expected = (base.var(ddof=1) + mine.var(ddof=1)) / (mine - base).var(ddof=1)
    assert pairing_gain(mine, base).estimate == pytest.approx(expected)
    assert pairing_gain(base + 1, base).reason == NO_SPREAD
    assert pairing_gain(base[:1], base[:1]).reason == ONE_RUN


def test_centred_sums_are_cut_at_the_ends() -> None:
    assert centred_sums(np.ones(8), 6).tolist() == [3, 4, 5, 6, 6, 6, 5, 4]
    assert centred_sums(np.arange(4.0), 1).tolist() == [0, 1, 2, 3]


def calendar(*starts: tuple[str, int | None], months: int = 10, counties: int = 2) -> np.ndarray:
    programs = np.zeros((months, counties, len(PROGRAMS)), dtype=np.bool_)
    for name, start in starts:
        if start is not None:
            programs[start:, 0, PROGRAMS.index(name)] = True
    return programs


CAP, SECURE, JAIL = "criminal_alien_program", "secure_communities", "agreement_287g_jail"


@pytest.mark.parametrize(
    ("reference", "scenarios", "start"),
    [
        (calendar((CAP, 0)), [calendar((CAP, 0), (SECURE, 4))], 4),
        (calendar((CAP, 0)), [calendar((CAP, 0), (SECURE, 4)), calendar((CAP, 0), (JAIL, 2))], 2),
        (calendar((CAP, 0), (SECURE, 3)), [calendar((CAP, 0), (SECURE, 3))], 3),
        (calendar((CAP, 0)), [calendar((CAP, 0))], 0),
        (calendar((CAP, 0)), [calendar()], 0),
    ],
)
def test_evaluation_begins_where_programs_part(reference: np.ndarray, scenarios: list[np.ndarray], start: int) -> None:
    programs = {"base": reference, **{f"s{index}": table for index, table in enumerate(scenarios)}}
    evaluation = evaluation_of(programs, dict.fromkeys(programs, -1), "base", np.array([300, 100]))
    assert evaluation.start == start
    assert evaluation.persons == 400


def test_evaluation_counts_a_legalization_and_the_people_reached() -> None:
    programs = {"base": calendar((CAP, 0)), "law": calendar((CAP, 0)), "secure": calendar((CAP, 0), (SECURE, 6))}
    evaluation = evaluation_of(programs, {"base": -1, "law": 5, "secure": -1}, "base", np.array([300, 100]))
    assert evaluation.start == 5
    assert evaluation.exposure["law"].tolist() == [0.0] * 5 + [1.0] * 5
    assert evaluation.exposure["secure"].tolist() == [0.0] * 6 + [0.75] * 4


def test_adoption_is_the_first_month_of_another_program() -> None:
    assert adoption_months(calendar((CAP, 0), (SECURE, 4), (JAIL, 2))).tolist() == [2, -1]


def test_reduced_run_keeps_the_ledgers_totals() -> None:
    ledger = make_ledger(1, adopted=8)
    summary = reduce(ledger, "a", 0, 8)
    index_crime = ledger.crime[:, :, :7]
    assert summary.crimes("total", "occurred").sum() == index_crime[..., 0].sum()
    assert summary.crimes("simple_assault", "occurred").sum() == ledger.crime[:, :, 7, :, 0].sum()
    assert summary.crimes("total", "recorded", "hispanic")[3] == index_crime[3, :, :, 0, 2].sum()
    assert summary.county_crime[:, :, 1].sum() == index_crime[8:, ..., 2].sum()
    assert summary.enforced("removed", level="level_2").sum() == ledger.enforcement[:, :, :, :, 1, REMOVED].sum()
    assert (
        summary.population("people", group="other").tolist() == ledger.people[:, :, 2, :, 0].sum(axis=(1, 2)).tolist()
    )
    assert summary.balanced("added_by_impunity", "total") == ledger.balance[8:, :, 2].sum()
    assert summary.clipped_share == pytest.approx(0.001)


def test_rows_equal_a_computation_by_hand() -> None:
    base = [make_summary(seed, "a", seed, start=8) for seed in range(4)]
    mine = [make_summary(seed, "b", seed, start=8, adopted=8, true_factor=1.2, report_factor=0.7) for seed in range(4)]
    rows = {(row.scenario, row.measure, row.group): row.estimate for row in rows_of({"a": base, "b": mine}, "a")}
    count = [
        np.array([run.crimes("total", book)[8:].sum() for run in runs])
        for book in ("occurred", "recorded")
        for runs in (mine, base)
    ]
    true, seen = (
        100 * (these.mean() / those.mean() - 1 + (these - these.mean() / those.mean() * those) / those.mean())
        for these, those in (count[:2], count[2:])
    )
    assert rows["b", "occurred_total", "all"].estimate == pytest.approx(true.mean())
    assert rows["b", "recorded_total", "all"].low == pytest.approx(stats.ttest_1samp(seen, 0).confidence_interval().low)
    assert rows["b", "gap_total", "all"].estimate == pytest.approx((seen - true).mean())
    assert rows["a", "occurred_total", "all"].estimate == pytest.approx(1e5 * count[1].mean() / (36000 * 16 / 12))
    removed = [np.array([run.enforced("removed")[8:].sum() for run in runs]) for runs in (mine, base)]
    assert rows["b", "removed", "all"].estimate == pytest.approx(1e5 * (removed[0] - removed[1]).mean() / 48000)


def test_surveyed_rate_weighs_groups_by_their_people() -> None:
    run = make_summary(5, "a", 0, start=2)
    rate = 0.0
    for group in range(3):
        told = run.survey[2:, group, :, :6, 0].sum()
        rate += run.people[2:, group, :, 0].sum() * 12 * told / run.person_months[2:, group].sum()
    expected = 1e5 * rate / run.people[2:, :, :, 0].sum()
    rows = {(row.measure, row.group): row.estimate for row in rows_of({"a": [run]}, "a")}
    assert rows["surveyed_total", "all"].estimate == pytest.approx(expected)


def test_survey_and_its_sampling_error() -> None:
    """Binomial of a share of incidents told, and as if incidents were told independently for a rate."""
    run = make_summary(5, "a", 0, start=2)
    told, reported = (float(run.survey[2:, 0, ..., column].sum()) for column in (0, 1))
    asked, share = float(run.person_months[2:, 0].sum()), reported / told
    assert told > 100
    values = {(row.measure, row.group): row.estimate.estimate for row in rows_of({"a": [run]}, "a")}
    assert values["survey_victimization", "hispanic"] == pytest.approx(100 * told / asked)
    assert values["survey_victimization_error", "hispanic"] == pytest.approx(100 * told**0.5 / asked)
    assert values["survey_reporting", "hispanic"] == pytest.approx(100 * share)
    error = 100 * (share * (1 - share) / told) ** 0.5
    assert values["survey_reporting_error", "hispanic"] == pytest.approx(error)


def test_nothing_happening_leaves_blanks_and_no_nan(tmp_path: Path) -> None:
    runs = {name: [make_summary(seed, name, seed, rate=0.0, months=4) for seed in range(3)] for name in "ab"}
    write_summary(rows_of(runs, "a"), tmp_path / "summary.csv")
    text = (tmp_path / "summary.csv").read_text()
    assert "nan" not in text
    assert "inf," not in text
    table = {(row["scenario"], row["measure"]): row for row in csv.DictReader(text.splitlines())}
    assert table["b", "occurred_total"]["estimate"] == "0"
    assert table["b", "gap_total"]["estimate"] == "0"
    assert UNDEFINED in table["a", "survey_reporting"]["unit"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a comparison with all its figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim.running.run, "simulate", fake_simulate)
        return compared(tmp_path_factory.mktemp("whole") / "out")


def test_folder_is_complete_and_documented(whole: Path) -> None:
    out = whole
    names = {path.name for path in out.iterdir()}
    assert names >= {f"{table}.parquet" for table in (*TABLES, "world")}
    assert names >= {"summary.csv", "codebook.csv", "manifest.json", "timing.json", "comparison.yaml", "report.html"}
    assert not any("parts" in name for name in names)
    assert os.listdir(out.parent) == ["out"]
    with (out / "summary.csv").open() as file:
        assert tuple(next(csv.reader(file))) == COLUMNS
    for table in (*TABLES, "world"):
        found = pq.read_schema(out / f"{table}.parquet").names
        assert found == [column.column for column in columns([table])], table
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["evaluation_start"] == "2006-06"
    assert manifest["clipped_share"] == {"plain": 0.001, "program": 0.001}
    again = load_comparison(out / "comparison.yaml")
    assert [scenario.parameters for scenario in again.scenarios] == [
        scenario.parameters for scenario in small_comparison().scenarios
    ]


@pytest.mark.usefixtures("fake_runs", "no_figures")
def test_tables_are_in_design_order(tmp_path: Path) -> None:
    table = pq.read_table(compared(tmp_path / "out", replications=3) / "counties.parquet")
    order = list(dict.fromkeys(zip(table["scenario"].to_pylist(), table["replication"].to_pylist(), strict=True)))
    assert order == [(name, replication) for name in ("plain", "program") for replication in range(3)]


@pytest.mark.usefixtures("fake_runs")
def test_same_bytes_twice(whole: Path, tmp_path: Path) -> None:
    first, second = files_of(whole), files_of(compared(tmp_path / "out"))
    assert len(first) > 20
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.usefixtures("fake_runs", "no_figures")
def test_runs_are_interleaved_by_replication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    def record(scenario: Scenario, **options: int) -> object:
        seen.append((scenario.name, options["replication"]))
        return fake_simulate(scenario, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(sim.running.run, "simulate", record)
    compared(tmp_path / "out")
    assert seen == [("plain", 0), ("program", 0), ("plain", 1), ("program", 1)]


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize("fault", [UserError("no"), KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_was_done_before_a_fault_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def fail(scenario: Scenario, **options: int) -> object:
        if options["replication"] == 1:
            raise fault
        return fake_simulate(scenario, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(sim.running.run, "simulate", fail)
    kind = UserError if isinstance(fault, OSError) else type(fault)
    with pytest.raises(kind, match="2 of 4 runs are done and kept, 'darkfigure resume "):
        compared(tmp_path / "out")
    monkeypatch.setattr(sim.running.run, "simulate", fake_simulate)
    resumed = carry_on(Batch.open(tmp_path / "out"), Options(quiet=True))
    undisturbed = compared(tmp_path / "undisturbed")
    assert files_of(resumed) == files_of(undisturbed)
    assert {path.name for path in tmp_path.iterdir()} == {"out", "undisturbed"}


@pytest.mark.usefixtures("fake_runs")
def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(UserError, match="not an empty folder"):
        compared(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("fake_runs", "no_figures")
def printed_as(told: Told, out: Path, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureResult[str]:
    """Run the small comparison and return what it prints."""
    options = Options(told=told)
    comparison = small_comparison()
    compare_to_folder(comparison, workers=1, threads=1, engine="columnar", out=out, quiet=False, options=options)
    return capsys.readouterr()


def test_table_is_plain_in_a_pipe(
    fake_runs: None, no_figures: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = printed_as("full", tmp_path / "out", capsys)
    assert "\x1b" not in printed.out
    assert "All index crime, observed (recorded)" in printed.out
    assert printed.out.rstrip().splitlines()[-1] == f"Report: {tmp_path / 'out' / 'report.html'}"
    assert printed.err.startswith("4 runs of 8,000 people, 12 months: about ")
    assert len(printed.err.splitlines()) == 1


def test_short_form_fits_on_a_narrow_terminal(
    fake_runs: None, no_figures: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed_as("short", tmp_path / "out", capsys).out.splitlines()
    assert max(map(len, lines[:-1])) <= 80
    assert len(lines) <= 16
    assert lines[-1] == f"Report: {tmp_path / 'out' / 'report.html'}"


def test_names_of_scenarios_stay_distinct_in_the_short_form() -> None:
    names = [f"agreement_287g_task_force_of_1996_{end}" for end in ("a", "b")]
    estimate = Estimate(1.0, 0.5, 1.5)
    rows = [Row(name, one.measure, one.group, "", "", estimate, "%") for name in names for one in CHOSEN]
    told = table_of(rows, names)
    assert max(map(len, told)) <= 80
    assert "".join(line[:24].strip() for line in told[2:]) == "".join(names)


def test_json_says_what_the_summary_says(
    fake_runs: None, no_figures: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(printed_as("json", tmp_path / "out", capsys).out)
    with (tmp_path / "out" / "summary.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert len(found["rows"]) == len(written)
    for mine, other in zip(found["rows"], written, strict=True):
        assert all(mine[name] == other[name] for name in ("scenario", "measure", "group"))
        if mine["estimate"] is not None:
            assert float(other["estimate"]) == pytest.approx(mine["estimate"], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_whatever_the_workers(workers: int) -> None:
    done: list[None] = []
    results = list(sim.running.batch.run_all(slow_square, [0, 1, 2, 3], workers, lambda: done.append(None)))
    assert results == [0, 1, 4, 9]
    assert len(done) == 4


def test_a_lost_worker_is_told() -> None:
    with pytest.raises(sim.running.batch.WorkerLost, match="memory"):
        list(sim.running.batch.run_all(ends_at_once, [0, 1, 2], 2))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_users_mistake_in_a_worker_stays_one(workers: int) -> None:
    with pytest.raises(UserError, match="job 0"):
        list(sim.running.batch.run_all(complains, [0, 1], workers))


@pytest.mark.slow  # runs of two workers are compared to the byte among the tests of runners
@pytest.mark.usefixtures("no_figures")
def test_workers_change_no_byte(tmp_path: Path) -> None:
    comparison = small_comparison()
    for workers in (1, 2):
        out = tmp_path / str(workers)
        compare_to_folder(comparison, workers=workers, threads=1, engine="columnar", out=out, quiet=True)
    for file in ("crime.parquet", "people.parquet", "enforcement.parquet", "counties.parquet", "summary.csv"):
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes(), file


def test_importing_the_pool_is_cheap() -> None:
    modules = "sys, sim.running.batch, sim.running.tables.codebook"
    code = f"import {modules}; assert not {{'numpy', 'pyarrow', 'matplotlib'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_grid_counties_of_the_fake() -> None:
    assert len(make_counties(2, 3)) == 6
