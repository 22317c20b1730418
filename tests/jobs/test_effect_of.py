"""The effect of one program: each scenario paired with itself without it, from the file to the folder."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from fake_ledger import fake_simulate, make_summary
from hollow_figures import hollow_figures
from small_batches import files_of, paired_comparison, tiny_comparison, without_figures

import sim.running.run
from sim.analysis.statistics import NO_SPREAD
from sim.analysis.summary import rows_of
from sim.doors.cli.main import main
from sim.jobs.compare import compare_to_folder, comparison_files, plan_comparison
from sim.jobs.finish import carry_on
from sim.jobs.merge import check_shards, merge
from sim.parameters.comparison import PROGRAM_TITLES
from sim.running.batch import Batch, Options
from sim.running.batch.beginning import begin
from sim.running.batch.evaluation import evaluate
from sim.running.outcomes import GAIN_SECTION
from sim.scenario.scenario import Comparison, Scenario, load_comparison, load_scenario
from sim.scenario.values import comparison_of
from sim.words.faults import ScenarioError, UserError
from sim.words.labels import PROGRAMS

NAMES = ("baseline.without", "baseline", "program.without", "program")


@pytest.fixture
def fake_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.running.run, "simulate", fake_simulate)
    without_figures(monkeypatch)


def ran(out: Path, comparison: Comparison, **options: object) -> Path:
    return compare_to_folder(comparison, workers=1, threads=1, engine="columnar", out=out, quiet=True, **options)  # type: ignore[arg-type]


def summary_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "summary.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def study(tmp_path: Path, *lines: str) -> Path:
    """Write a comparison file and the two scenarios that it may list."""
    (tmp_path / "plain.yaml").write_text("months: 6\nworld: {people: 2000}\n")
    (tmp_path / "program.yaml").write_text("extends: plain.yaml\nprograms: {secure_communities: {counties: all}}\n")
    path = tmp_path / "study.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_every_program_can_be_named() -> None:
    assert tuple(PROGRAM_TITLES) == PROGRAMS
    for program in PROGRAMS:
        partner = Scenario("a", tiny_comparison().scenarios[1].parameters).without(program)
        assert getattr(partner.parameters.programs, program).counties == "none"
        assert partner.name == "a.without"


def test_a_partner_differs_in_that_program_alone() -> None:
    scenario = paired_comparison().scenarios[1]
    mine, other = (it.parameters.model_dump() for it in (scenario, scenario.without("secure_communities")))
    assert other["programs"].pop("secure_communities")["counties"] == "none"
    assert mine["programs"].pop("secure_communities")["counties"] == "all"
    assert {key for key in mine if mine[key] != other[key]} == {"title"}


def test_a_switched_off_program_has_no_effect_at_all(tmp_path: Path) -> None:
    """Runs of the engine, not made ones: whatever is the same in both must cancel to the last bit."""
    world = {"world.people": 20_000, "world.rows": 2, "world.columns": 2, "months": 36}
    off = {"programs.secure_communities.counties": "none", "programs.secure_communities.start": "2006-03"}
    comparison = comparison_of(
        {"off": {**world, **off}, "on": {**world, "programs.secure_communities.counties": "all"}},
        replications=2,
        effect_of="secure_communities",
    )
    with hollow_figures():
        folder = ran(tmp_path / "out", comparison)
    rows = [row for row in summary_of(folder) if row["scenario"] == "off"]
    changes = [row for row in rows if row["measure"] != "pairing_gain"]
    assert len(changes) > 60
    assert {(row["estimate"], row["low"], row["high"]) for row in changes if "blank" not in row["unit"]} == {("0",) * 3}
    assert not [row for row in changes if "blank" in row["unit"]]
    assert all(NO_SPREAD in row["unit"] for row in rows if row["measure"] == "pairing_gain")
    on = {row["measure"]: row["estimate"] for row in summary_of(folder) if row["scenario"] == "on"}
    assert float(on["detainers"]) > 0
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "the program is nowhere in force, so that its effect is exactly 0" in report


def test_equal_runs_change_nothing_even_where_there_is_nothing() -> None:
    runs = {name: [make_summary(seed, name, seed, rate=0.0) for seed in range(3)] for name in ("a.without", "a")}
    rows = [row for row in rows_of(runs, "a.without", {"a": "a.without"}) if row.scenario == "a"]
    told = {row.measure: row.estimate.estimate for row in rows if row.section != GAIN_SECTION}
    assert told["occurred_total"] == 0.0
    assert told["gap_total"] == 0.0


def test_each_scenario_is_measured_against_its_own_partner() -> None:
    runs = {
        name: [make_summary(seed, name, seed, rate=rate) for seed in range(3)]
        for name, rate in (("a.without", 0.004), ("a", 0.005), ("b.without", 0.008), ("b", 0.009))
    }
    references = {"a": "a.without", "b": "b.without"}
    rows = {(row.scenario, row.measure, row.group): row for row in rows_of(runs, "a.without", references)}
    mine, other = (
        np.array([run.crimes("total", "occurred")[run.start :].sum() for run in runs[it]]) for it in ("b", "b.without")
    )
    assert rows["b", "occurred_total", "all"].estimate.estimate == pytest.approx(
        100 * (mine - other).mean() / other.mean()
    )
    assert {row.scenario for row in rows.values()} == {"a.without", "a", "b"}


def test_the_evaluation_begins_where_the_program_does_for_any_scenario() -> None:
    _, evaluation = evaluate(paired_comparison())
    assert evaluation.start == 2
    assert evaluation.exposure["program"].tolist() == [0, 0, 1, 1, 1, 1]
    assert evaluation.exposure["baseline"].tolist() == [0] * 6


@pytest.mark.usefixtures("fake_runs")
def test_the_folder_holds_partners_as_scenarios(tmp_path: Path) -> None:
    folder = ran(tmp_path / "out", paired_comparison())
    batch = Batch.open(folder)
    assert batch.plan.scenarios == NAMES
    assert batch.plan.effect_of == "secure_communities"
    assert {path.stem for path in (folder / "scenarios").iterdir()} == set(NAMES)
    assert load_scenario(folder / "scenarios" / "program.without.yaml").name == "program.without"
    assert [it.parameters for it in batch.comparison().members] == [batch.scenario(name).parameters for name in NAMES]
    assert json.loads((folder / "manifest.json").read_text())["effect_of"] == "secure_communities"
    again = load_comparison(folder / "comparison.yaml")
    assert [it.parameters for it in again.members] == [batch.scenario(name).parameters for name in NAMES]
    assert files_of(ran(tmp_path / "again", again)).keys() == files_of(folder).keys()


@pytest.mark.usefixtures("fake_runs")
def test_shards_and_a_resumed_batch_give_the_same_bytes(tmp_path: Path) -> None:
    comparison = paired_comparison()
    whole = files_of(ran(tmp_path / "whole", comparison))
    shards = [ran(tmp_path / f"shard{number}", comparison, shard=(number, 2)) for number in (1, 2)]
    merged = merge(check_shards(shards), tmp_path / "merged", workers=1, on_error="hold", quiet=True)
    assert files_of(merged) == whole
    begun = begin(tmp_path / "begun", plan_comparison(comparison, "columnar"), comparison_files(comparison))
    assert files_of(carry_on(Batch.open(begun.path), Options(quiet=True, workers=1))) == whole


@pytest.mark.usefixtures("fake_runs")
def test_plans_of_other_comparisons_say_nothing_of_it(tmp_path: Path) -> None:
    folder = ran(tmp_path / "out", tiny_comparison())
    assert "effect_of" not in (folder / "plan.json").read_text()
    assert Batch.open(folder).plan.effect_of is None


def test_one_scenario_suffices(tmp_path: Path) -> None:
    study(tmp_path)
    program = str(tmp_path / "program.yaml")
    found = comparison_of(program, {"programs.secure_communities.start": "2006-02"}, effect_of="secure_communities")
    partner, own = found.members
    assert (partner.name, own.name) == ("program.without", "program")
    assert partner.parameters.programs.secure_communities.counties == "none"
    listed = load_comparison(study(tmp_path, "scenarios: [program.yaml]", "effect_of: secure_communities"))
    assert [it.name for it in listed.members] == ["program.without", "program"]
    with pytest.raises(UserError, match="two or more"):
        load_comparison(study(tmp_path, "scenarios: [program.yaml]"))


def test_changes_reach_partners_but_not_their_program(tmp_path: Path) -> None:
    path = study(tmp_path, "scenarios: [plain.yaml, program.yaml]", "effect_of: secure_communities")
    changes = {"trust.awareness": 0.0, "programs.secure_communities.counties": "all"}
    for member in comparison_of(path, changes).members:
        assert member.parameters.trust.awareness == 0.0
        assert member.parameters.programs.secure_communities.counties == ("none" if "without" in member.name else "all")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["reference: plain", "effect_of: secure_communities"], r"study.yaml:3: effect_of: stands beside reference"),
        (["effect_of: secure_comunities"], r"study.yaml:2: effect_of: not .*; did you mean secure_communities\?"),
        (["effect_of: legalization"], r"study.yaml:2: effect_of: not one of the possible values"),
    ],
)
def test_faults_are_told_with_their_line(tmp_path: Path, lines: list[str], told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        load_comparison(study(tmp_path, "scenarios: [plain.yaml, program.yaml]", *lines))


@pytest.mark.parametrize("name", ["x.without", "x.Without", "n" * 73])
def test_names_that_leave_none_for_the_partner_are_refused(tmp_path: Path, name: str) -> None:
    path = study(tmp_path, "scenarios:", "- plain.yaml", f"- {name}: program.yaml", "effect_of: secure_communities")
    with pytest.raises(ScenarioError, match=r"study.yaml:3: name: .* leaves no name"):
        load_comparison(path)
    path.write_text(path.read_text().replace("effect_of: secure_communities", "reference: plain"))
    assert load_comparison(path).scenarios[1].name == name


def test_the_option_excludes_the_files_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = study(tmp_path, "scenarios: [plain.yaml, program.yaml]", "reference: plain")
    assert main(["compare", str(path), "--effect-of", "secure_communities", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith("--effect-of secure_communities: effect_of: stands beside reference")
    assert not (tmp_path / "out").exists()
