"""A batch is one world: what its runs read lies in its folder, and what is not of it is never joined, nor deleted."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from small_batches import files_of, finished, new_batch, resumed, use_fake_runs, without_figures
from small_worlds import REPOSITORY

from sim.jobs.compare import compare_to_folder, comparison_files, plan_comparison
from sim.jobs.sweep import plan_sweep
from sim.running.batch import Batch, Options, RunName, execute, part
from sim.running.batch.beginning import begin
from sim.running.batch.inputs import Inputs
from sim.running.batch.run_file import RECEIPT, run_path
from sim.running.batch.store import Store
from sim.running.batch.sweep_folder import sweep_files
from sim.scenario.design.files import load_sweep
from sim.scenario.scenario import Comparison, load_scenario
from sim.words.faults import UserError

FIVE = REPOSITORY / "tests" / "made" / "five_counties"
REPLICATIONS = 2


def on_counties(folder: Path) -> Comparison:
    """Return a comparison on a county file, neighbours, a background and a program list that lie in a folder."""
    for name in ("counties", "neighbours", "years", "list_of_counties"):
        shutil.copy(FIVE / f"{name}.csv", folder)
    world = "world: {counties: counties.csv, adjacency: neighbours.csv, background: years.csv, scale: 0.0005}\n"
    (folder / "baseline.yaml").write_text(f"title: five\nmonths: 6\nstart: 2008-01\n{world}", encoding="utf-8")
    listed = "extends: baseline.yaml\nprograms: {agreement_287g_jail: {counties: list_of_counties.csv}}\n"
    (folder / "listed.yaml").write_text(listed, encoding="utf-8")
    scenarios = [load_scenario(folder / f"{name}.yaml") for name in ("baseline", "listed")]
    return Comparison("Five counties", "", scenarios, "baseline", REPLICATIONS, 3)


def begun(comparison: Comparison, out: Path) -> Batch:
    return begin(out, plan_comparison(comparison, "columnar"), comparison_files(comparison))


def of_runs(out: Path) -> dict[str, bytes]:
    return {name: content for name, content in files_of(out).items() if name.endswith((".parquet", ".arrow"))}


def test_files_changed_or_lost_after_the_beginning_change_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_figures(monkeypatch)
    comparison = on_counties(tmp_path)
    undisturbed = compare_to_folder(
        comparison, workers=1, threads=1, engine="columnar", out=tmp_path / "first", quiet=True
    )
    out = begun(comparison, tmp_path / "second").path
    text = (tmp_path / "counties.csv").read_text(encoding="utf-8")
    (tmp_path / "counties.csv").write_text(text.replace("0", "1"), encoding="utf-8")
    for name in ("neighbours.csv", "years.csv", "list_of_counties.csv"):
        (tmp_path / name).unlink()
    moved = out.rename(tmp_path / "moved")
    resumed(moved)
    assert files_of(moved) == files_of(undisturbed)


def test_all_that_is_read_lies_in_the_folder_and_is_part_of_the_plan(tmp_path: Path) -> None:
    batch = begun(on_counties(tmp_path), tmp_path / "out")
    names = {f"inputs/{name}.csv" for name in ("counties", "neighbours", "years", "list_of_counties")}
    assert names <= set(batch.plan.files)
    world = Batch.open(batch.path).scenario("listed").parameters
    inside = [world.world.counties, world.world.adjacency, world.world.background]
    inside.append(world.programs.agreement_287g_jail.list_file)
    assert all(Path(str(path)).resolve().is_relative_to(batch.path.resolve()) for path in inside)


def test_other_files_are_another_plan(tmp_path: Path) -> None:
    comparison = on_counties(tmp_path)
    first = begun(comparison, tmp_path / "first").plan
    with (tmp_path / "years.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert begun(comparison, tmp_path / "second").plan.identity != first.identity


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        text = f"programs: {{agreement_287g_jail: {{counties: {place}/list.csv}}}}\n"
        (tmp_path / f"{place}.yaml").write_text(text, encoding="utf-8")
        (tmp_path / place / "list.csv").write_text(f"fips\n{place}\n", encoding="utf-8")
    scenarios = [load_scenario(tmp_path / f"{place}.yaml") for place in ("one", "two")]
    inputs = Inputs(scenarios)
    assert set(inputs.files) == {"inputs/list.csv", "inputs/2_list.csv"}
    named = [inputs.carried(scenario).parameters.programs.agreement_287g_jail.counties for scenario in scenarios]
    assert named == ["../inputs/list.csv", "../inputs/2_list.csv"]


def test_a_file_that_changes_while_the_batch_is_set_up_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = on_counties(tmp_path)

    def plan(*arguments: object) -> object:
        with (tmp_path / "counties.csv").open("a", encoding="utf-8") as file:
            file.write("\n")
        return plan_comparison(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.jobs.compare.plan_comparison", plan)
    with pytest.raises(UserError, match=r"counties\.csv: has changed while the batch was being set up"):
        compare_to_folder(comparison, workers=1, threads=1, engine="columnar", out=tmp_path / "out", quiet=True)
    assert not (tmp_path / "out").exists()


def test_a_copy_that_changes_while_a_run_reads_it_spoils_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.running.batch.work import results_of

    batch = begun(on_counties(tmp_path), tmp_path / "out")

    def disturbed(batch: Batch, run: RunName, *more: object) -> object:
        if run == RunName("listed", 0):
            with (batch.path / "inputs" / "years.csv").open("a", encoding="utf-8") as file:
                file.write("\n")
        return results_of(batch, run, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.running.batch.work.results_of", disturbed)
    with pytest.raises(UserError, match=r"years\.csv: has changed since the batch began"):
        execute(batch, Options(quiet=True))
    assert [path.name for path in (batch.path / "runs").iterdir()] == ["baseline.0.zip"]


def test_the_files_of_a_sweep_are_carried_too(tmp_path: Path) -> None:
    on_counties(tmp_path)
    (tmp_path / "sweep.yaml").write_text(
        "title: s\nscenario: listed.yaml\nagainst: baseline.yaml\nreplications: 1\n"
        "levers: {detainers.cooperation: [0, 1]}\ndesign: {kind: grid}\n",
        encoding="utf-8",
    )
    sweep = load_sweep(tmp_path / "sweep.yaml")
    batch = begin(tmp_path / "out", plan_sweep(sweep, "columnar"), sweep_files(sweep))
    assert sum(name.startswith("inputs/") for name in batch.plan.files) == 4
    for name in ("counties", "neighbours", "years", "list_of_counties"):
        (tmp_path / f"{name}.csv").unlink()
    point = Batch.open(batch.path).scenario(batch.plan.scenarios[0]).parameters
    assert Path(str(point.world.counties)).resolve() == (batch.path / "inputs" / "counties.csv").resolve()


def test_program_lists_among_the_values_of_a_sweep_are_carried(tmp_path: Path) -> None:
    on_counties(tmp_path)
    (tmp_path / "sweep.yaml").write_text(
        "title: s\nscenario: baseline.yaml\nreplications: 1\n"
        "levers: {programs.agreement_287g_jail.counties: [all, list_of_counties.csv]}\ndesign: {kind: grid}\n",
        encoding="utf-8",
    )
    sweep = load_sweep(tmp_path / "sweep.yaml")
    batch = begin(tmp_path / "out", plan_sweep(sweep, "columnar"), sweep_files(sweep))
    (tmp_path / "list_of_counties.csv").unlink()
    moved = Batch.open(batch.path.rename(tmp_path / "moved"))
    listed = [moved.scenario(name).parameters.programs.agreement_287g_jail.list_file for name in ("p00000", "p00001")]
    assert listed[0] is None
    assert Path(str(listed[1])).resolve() == (moved.path / "inputs" / "list_of_counties.csv").resolve()


# What the plan only says, and what it is


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_runs(monkeypatch)


def edited(out: Path, **changes: object) -> Path:
    """Change entries of ``plan.json`` by hand."""
    path = out / "plan.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **changes}), encoding="utf-8")
    return out


def test_a_corrected_title_keeps_what_is_done(tmp_path: Path, fakes: None) -> None:
    batch = new_batch(tmp_path / "out")
    execute(batch, Options(quiet=True), shard=(1, 2))
    before = {path: path.stat().st_mtime_ns for path in (batch.path / "runs").iterdir()}
    edited(batch.path, title="Spelt right", question="Why?", source="A book")
    resumed(batch.path)
    entries = (batch.path / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    done = [json.loads(line)["run"] for line in entries if '"done"' in line]
    assert len(before) == 3
    assert len(done) == len(set(done)) == 6


@pytest.mark.parametrize("change", [{"seed": 6}, {"replications": 2}, {"engine": "mesa"}, {"evaluation_start": 1}])
def test_another_plan_is_refused_and_nothing_deleted(tmp_path: Path, fakes: None, change: dict[str, object]) -> None:
    batch = new_batch(tmp_path / "out")
    execute(batch, Options(quiet=True))
    before = files_of(batch.path / "runs")
    edited(batch.path, **change)
    with pytest.raises(UserError, match=r"nothing is deleted") as refusal:
        resumed(batch.path)
    assert refusal.value.status == 2
    assert files_of(batch.path / "runs") == before


def test_results_under_another_plan_are_refused(tmp_path: Path, fakes: None) -> None:
    out = finished(tmp_path / "out")
    edited(out, title="Another title")
    assert Batch.open(out).is_complete
    before = of_runs(out)
    edited(out, seed=6)
    with pytest.raises(UserError, match=r"made under another plan"):
        resumed(out)
    with pytest.raises(UserError, match=r"made under another plan"):
        Batch.open(out)
    assert of_runs(out) == before


# Whose rows they are


def repacked(path: Path, changes: dict[str, bytes]) -> None:
    """Write a run's file again with other contents of some of its members."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (contents | changes).items():
            archive.writestr(name, content)


def member(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


@pytest.mark.parametrize("name", [RECEIPT, "crime.arrow", "outcomes.arrow", "summaries.arrow", "arrests.arrow"])
def test_rows_of_another_run_are_not_taken_whatever_the_receipt_says(tmp_path: Path, fakes: None, name: str) -> None:
    batch = new_batch(tmp_path / "out")
    execute(batch, Options(quiet=True))
    one, two = (run_path(batch.path, RunName("baseline", number)) for number in (0, 1))
    contents = [member(path, name) for path in (one, two)]
    repacked(one, {name: contents[1]})
    repacked(two, {name: contents[0]})
    store = Store(batch.plan, batch.path)
    faults = store.verify()
    assert len(faults) == 2
    assert all("not of this run" in fault for fault in faults)
    with pytest.raises(UserError, match="nothing is deleted"):
        resumed(batch.path)


def test_rows_of_another_plan_are_not_taken_whatever_the_receipt_says(tmp_path: Path, fakes: None) -> None:
    batch, other = new_batch(tmp_path / "out"), new_batch(tmp_path / "other", 4)
    for each in (batch, other):
        execute(each, Options(quiet=True))
    mine, theirs = (run_path(each.path, RunName("baseline", 0)) for each in (batch, other))
    repacked(mine, {"people.arrow": member(theirs, "people.arrow")})
    assert Store(batch.plan, batch.path).verify() == [f"{mine}: of another batch: its table people"]


def test_swapped_receipts_of_parts_are_found(tmp_path: Path, fakes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "RUNS", 2)
    batch = new_batch(tmp_path / "out")
    execute(batch, Options(quiet=True), shard=(1, 1))
    receipts = sorted((batch.path / "parts").glob("*.json"))
    assert len(receipts) > 1
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in receipts[:2])
    receipts[0].write_text(json.dumps({**first, "runs": second["runs"]}), encoding="utf-8")
    receipts[1].write_text(json.dumps({**second, "runs": first["runs"]}), encoding="utf-8")
    store = Store(batch.plan, batch.path)
    assert len([fault for fault in store.verify() if "rows are not of the runs" in fault]) >= 2
    assert not set(map(RunName.read, [*first["runs"], *second["runs"]])) & set(store.places)
