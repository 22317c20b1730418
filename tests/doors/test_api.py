"""The interface for notebooks and scripts: public names, scenarios as values, results as tables and figures."""

from __future__ import annotations

import dataclasses
import gc
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest
from hollow_figures import hollow_figures
from small_worlds import REPOSITORY, equal_ledgers, ledger_of, scenario

import sim
from sim.scenario.values import comparison_of, scenario_of
from sim.words.labels import CRIME_COLUMNS, TABLES

TINY = {"months": 6, "world": {"rows": 2, "columns": 2, "people": 2_000}}
PUBLIC = [
    "Estimates",
    "Power",
    "Results",
    "Scenario",
    "ScenarioError",
    "Session",
    "UserError",
    "compare",
    "estimate",
    "load",
    "load_scenario",
    "mesa_model",
    "power",
    "run",
    "session",
    "sweep",
]


def script(folder: Path, text: str, *options: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a script as a user would, for at most a minute."""
    path = folder / "script.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    command = [sys.executable, *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=100)
    assert done.returncode == status, done.stderr
    return done


# Public names


def test_public_names() -> None:
    assert sim.__all__ == PUBLIC
    assert set(PUBLIC) <= set(dir(sim))
    assert all(getattr(sim, name).__doc__ for name in PUBLIC)
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        sim.simulate


def test_import_loads_the_standard_library_only(tmp_path: Path) -> None:
    heavy = ("numpy", "pandas", "pyarrow", "numba", "yaml", "pydantic", "matplotlib", "mesa", "rich", "scipy")
    done = script(tmp_path, f"import sys, sim; print([name for name in {heavy} if name in sys.modules])")
    assert done.stdout == "[]\n"


def test_public_functions_are_found_whatever_is_imported_first(tmp_path: Path) -> None:
    code = """
        import sim.running.run, sim.jobs.compare
        import sim
        print(callable(sim.run), callable(sim.compare), callable(sim.sweep))
    """
    assert script(tmp_path, code).stdout == "True True True\n"
    assert "changes" in inspect.signature(sim.run).parameters


# Scenarios as values


def test_a_scenario_is_a_path_a_mapping_or_a_scenario() -> None:
    path = REPOSITORY / "scenarios" / "secure_communities.yaml"
    loaded = sim.load_scenario(path)
    assert scenario_of(path).parameters == loaded.parameters
    assert scenario_of(str(path)).name == "secure_communities"
    assert scenario_of(loaded) is loaded
    assert scenario_of({"extends": path, "name": "mine"}) == dataclasses.replace(loaded, name="mine")
    changed = scenario_of({"extends": path, "months": 24}, {"trust.sensitivity": 0.0, "world": {"people": 9_000}})
    assert scenario_of(loaded, {"months": 24, "trust": {"sensitivity": 0}, "world.people": 9_000}).parameters == (
        changed.parameters
    )
    assert changed.parameters.trust.sensitivity.unauthorized == 0
    assert changed.parameters.trust.sensitivity.citizen_mixed_household == 0
    assert changed.parameters.world.people == 9_000


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"wrold": {"people": 3}}, "scenario: wrold: unknown key; did you mean world?"),
        ({"months": 0}, "months: out of range (0), allowed is a whole number from 1 to 240"),
        ({"months": "twelve"}, "months: not a whole number"),
        ({"trust": {"sensitivity": 1}, "trust.sensitivity": 2}, "trust.sensitivity: given twice"),
        ({"months": 3, "months.x": 2}, "months.x: months is given both whole and in part"),
        ({"name": "a/b"}, "name: not a possible name"),
        ({"extends": "none.yaml"}, "none.yaml: no such file"),
        (7, "a scenario is a path, a mapping of differences or a Scenario, not int"),
    ],
)
def test_faults_in_values_are_told_as_in_files(given: object, words: str) -> None:
    with pytest.raises(sim.UserError) as caught:
        sim.run(given)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_comparisons_of_values() -> None:
    found = comparison_of({"a": TINY, "b": {**TINY, "trust.sensitivity": 0}}, {"months": 3}, reference="b", seed=4)
    assert [it.name for it in found.scenarios] == ["a", "b"]
    assert (found.reference, found.replications, found.seed) == ("b", 20, 4)
    assert all(it.parameters.months == 3 for it in found.scenarios)
    listed = comparison_of([TINY, REPOSITORY / "scenarios" / "baseline.yaml"], {"months": 3, **TINY})
    assert [it.name for it in listed.scenarios] == ["scenario_1", "baseline"]
    file = comparison_of(REPOSITORY / "scenarios" / "compare_programs.yaml", TINY, replications=4)
    assert (len(file.scenarios), file.replications, file.scenarios[2].parameters.months) == (4, 4, 6)
    with pytest.raises(sim.ScenarioError) as caught:
        comparison_of({"a": TINY, "b": {"months": 7}}, reference="c")
    assert "b has months 7 unlike a" in str(caught.value)
    assert "reference: not one of the scenarios (c), allowed is a, b" in str(caught.value)
    with pytest.raises(sim.UserError, match="two scenarios or more"):
        sim.compare([TINY])
    with pytest.raises(sim.UserError, match="replications: out of range"):
        sim.compare([TINY, {**TINY, "trust.sensitivity": 0}], replications=0)


# A run


def test_a_run_gives_the_tables_of_its_ledger() -> None:
    found = sim.run(TINY, seed=3, replication=2)
    ledger = ledger_of(TINY, 3, 2)
    assert (found.kind, found.folder) == ("run", None)
    assert list(found.tables) == [*TABLES, "world"]
    crime = found.tables["crime"]
    assert crime is found.tables["crime"]
    assert crime[list(CRIME_COLUMNS)].to_numpy().ravel().tolist() == ledger.crime.ravel().tolist()
    assert set(crime["replication"]) == {2}
    assert found.tables["world"]["agents"].sum() == 2_000
    with pytest.raises(KeyError, match="there are crime, survey, people"):
        found.tables["crimes"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "other"  # type: ignore[misc]


def test_summary_and_figures_of_a_run() -> None:
    found = sim.run(TINY)
    true = found.summary.set_index("measure").loc["occurred_total"]
    crime = found.tables["crime"]
    events = crime.loc[crime["type"] != "simple_assault", "occurred"].sum()
    assert true["estimate"] == pytest.approx(1e5 * events / 2_000 / 0.5)
    assert repr(found.figures) == "<figures: drawn when looked at>"
    assert list(found.figures) == [
        "books_over_time",
        "map_over_time_violent",
        "map_over_time_property",
        "enforcement_funnel",
    ]
    assert found.figures["enforcement_funnel"]._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert "data:image/png;base64" in found.figures._repr_html_()


def test_a_run_is_shown_by_its_sentence_six_rows_and_its_main_figure() -> None:
    found = sim.run(TINY)
    crime = found.tables["crime"]
    index = crime[crime["type"] != "simple_assault"]
    hidden = 100 * (1 - index["recorded"].sum() / index["occurred"].sum())
    assert f"{hidden:.1f} % stayed out of their books" in found.headline
    told = repr(found)
    assert "2,000 people, 2006-01 to 2006-06" in told
    assert found.headline in " ".join(told.split())
    assert "Index crimes that police recorded" in told
    page = found._repr_html_()
    assert page.count("<tr>") == 1 + 6
    assert page.count("data:image/png;base64") == 1
    assert repr(found.figures) == "<figures: drawn when looked at>"  # the main one is drawn alone
    drawn = found.figures.main
    assert drawn is not None
    assert drawn._repr_png_() == found.figures["books_over_time"]._repr_png_()  # type: ignore[attr-defined]


def test_help_shows_parameters_and_what_they_mean(tmp_path: Path) -> None:
    done = script(tmp_path, "import sim; help(sim.run); help(sim.compare)")
    told = "".join(done.stdout.split())  # newer Pythons put each parameter on a line
    assert "run(scenario" in told
    assert "seed: " in done.stdout
    assert "Run one scenario in this process" in done.stdout
    assert "compare(scenarios" in told
    assert "Help on function" in done.stdout


def test_a_stored_run_is_the_run(tmp_path: Path) -> None:
    from sim.running.run import run_to_folder
    from sim.running.stored import stored_run

    folder = run_to_folder(scenario(TINY), seed=5, out=tmp_path / "run", quiet=True)
    stored, kept = sim.load(folder), sim.run(scenario(TINY), seed=5)
    name, replication, ledger = stored_run(folder)
    assert (name, replication) == ("small", 0)
    ours = ledger_of(TINY, 5)
    assert equal_ledgers(dataclasses.replace(ledger, opportunities=ours.opportunities, clipped=ours.clipped), ours)
    pd.testing.assert_frame_equal(stored.summary, kept.summary)
    pd.testing.assert_frame_equal(stored.tables["people"], kept.tables["people"], check_categorical=False)
    assert stored.folder == folder
    assert list(stored.figures) == list(kept.figures)
    for name in ("books_over_time", "map_over_time_violent"):
        assert stored.figures[name]._repr_png_() == kept.figures[name]._repr_png_()  # type: ignore[attr-defined]


# A comparison


def test_a_comparison_is_its_folder(small_comparison: Path) -> None:
    found = sim.load(small_comparison)
    assert found.kind == "comparison"
    assert "baseline, secure_communities; 2 replications each, reference baseline" in repr(found)
    assert set(found.tables) == {*TABLES, "world", "outcomes", "summary"}
    pd.testing.assert_frame_equal(found.summary, found.tables["summary"])
    assert found.tables["crime"]["scenario"].unique().tolist() == ["baseline", "secure_communities"]
    drawn = {path.stem for path in small_comparison.glob("*.png")}
    assert set(found.figures) > drawn | {"crime_by_kind", "reporting", "enforcement_funnel"}
    assert set(found.figures.captions) == set(found.figures)
    row = found.summary.set_index(["scenario", "measure"]).loc[("secure_communities", "gap_total")]
    assert f"they part by {abs(row['estimate']):.2f} points" in found.headline
    assert found._repr_html_().count("<tr>") == 2


def test_a_comparison_is_read_back_from_its_tables_alone(small_comparison: Path, tmp_path: Path) -> None:
    """Folders of earlier versions have neither plan nor summaries."""
    for name in (*TABLES, "world"):
        (tmp_path / f"{name}.parquet").symlink_to(small_comparison / f"{name}.parquet")
    for name in ("comparison.yaml", "manifest.json", "summary.csv", "scenarios"):
        (tmp_path / name).symlink_to(small_comparison / name)
    from sim.analysis.summary import rows_of
    from sim.jobs.folders import comparison_in

    mine, theirs = (comparison_in(folder) for folder in (tmp_path, small_comparison))
    assert rows_of(mine.runs, "baseline") == rows_of(theirs.runs, "baseline")
    assert sim.load(tmp_path).kind == "comparison"


def test_a_batch_that_is_not_finished_can_be_read(tmp_path: Path) -> None:
    """A shard has runs and no results."""
    from sim.jobs.compare import compare_to_folder
    from sim.jobs.plot import plot_folders
    from sim.telling.export.export import export

    comparison = comparison_of({"a": TINY, "b": {**TINY, "trust.sensitivity": 0}}, replications=2)
    given = {"workers": 1, "threads": 1, "engine": "columnar", "quiet": True}
    folder = compare_to_folder(comparison, **given, out=tmp_path / "shard", shard=(1, 1))  # type: ignore[arg-type]
    assert not (folder / "crime.parquet").exists()
    found = sim.load(folder)
    assert "4 of 4 runs done" in repr(found)
    assert "true crime changed by" in " ".join(repr(found).split())
    assert len(found.tables["crime"]) == 4 * 6 * 4 * 32
    assert found.tables["outcomes"]["scenario"].tolist() == ["a", "a", "b", "b"]
    assert found.summary.columns.tolist() == ["scenario", "measure", "group", "estimate", "low", "high", "unit"]
    with pytest.raises(sim.UserError, match="the batch is not finished; 'darkfigure resume"):
        export(folder, "csv", quiet=True)
    names = {path.stem for path in plot_folders([folder], quiet=True).iterdir()}
    assert {"crime_over_time", "reporting", "enforcement_funnel", "map_violent", "map_property"} < names
    assert not any(name.startswith("map_over_time") for name in names)


def test_a_temporary_folder_goes_with_the_results() -> None:
    with hollow_figures():
        found = sim.compare({"a": TINY, "b": {**TINY, "trust.sensitivity": 0}}, replications=2, workers=1)
    folder = found.folder
    assert folder is not None
    assert (folder / "report.html").exists()
    assert len(found.tables["outcomes"]) == 4
    del found
    gc.collect()
    assert not folder.parent.exists()


def test_mistakes_in_folders(tmp_path: Path) -> None:
    with pytest.raises(sim.UserError, match="no such folder"):
        sim.load(tmp_path / "none")
    with pytest.raises(sim.UserError, match="holds no results"):
        sim.load(tmp_path)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(sim.UserError, match="not an empty folder"):
        sim.compare([TINY, {**TINY, "trust.sensitivity": 0}], folder=tmp_path)


# Scripts without a guard

COMPARE = """
    import sim
    import sim.telling.figures.of_comparisons
    print("imported")
    sim.telling.figures.of_comparisons.write_figures = lambda *_: []  # drawing them is tested elsewhere
    worlds = {"a": {"trust.sensitivity": 0}, "b": {"trust.sensitivity": 2}}
    small = {"months": 3, "world": {"rows": 2, "columns": 2, "people": 2000}}
    found = sim.compare(worlds, small, replications=2, workers=2)
    print(len(found.tables["outcomes"]))
"""


def test_a_script_without_a_guard_may_use_workers(tmp_path: Path) -> None:
    assert script(tmp_path, COMPARE).stdout == "imported\n4\n"


@pytest.mark.slow
def test_so_may_a_script_on_standard_input_and_a_notebook(tmp_path: Path) -> None:
    command = [sys.executable, "-"]
    code = textwrap.dedent(COMPARE)
    done = subprocess.run(command, input=code, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=100)
    assert done.stdout == "imported\n4\n", done.stderr
    session = [sys.executable, "-i", "-q"]  # no __file__, no guard: as a notebook runs its cells
    done = subprocess.run(session, input=code, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=100)
    assert "4" in done.stdout.split(), done.stderr


def test_a_script_that_a_worker_imports_does_not_begin_itself_again(tmp_path: Path) -> None:
    done = script(
        tmp_path,
        """
        import multiprocessing
        import sim

        def work() -> None:
            print("worked")

        small = {"months": 3, "world": {"rows": 2, "columns": 2, "people": 2000}}
        try:
            found = sim.run(small)
        except sim.UserError as error:
            print("refused:", error)
        if __name__ == "__main__":
            process = multiprocessing.get_context("spawn").Process(target=work)
            process.start()
            process.join()
        """,
    )
    first, last = done.stdout.splitlines()
    assert first.startswith("refused: this script is being imported by a worker process")
    assert "if __name__ == '__main__'" in first
    assert last == "worked"
