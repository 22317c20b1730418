"""The command ``plot``: one folder, or several side by side on the same scales, into new files."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made_figures import make_results
from matplotlib.figure import Figure
from small_worlds import REPOSITORY

from sim.doors.cli import main as cli
from sim.jobs.plot import plot_folders
from sim.running.measures import ComparisonRuns
from sim.telling.figures.side_by_side import draw_together
from sim.telling.figures.style import saved_by, style
from sim.words.faults import UserError

TOGETHER = ["crime_over_time_violent", "crime_over_time_property", "crime_changes", "reporting_changes"]
TOGETHER += ["enforcement_changes"]
SWEEP = """\
title: A small sweep
scenario: {scenarios}/secure_communities.yaml
against: {scenarios}/baseline.yaml
levers:
  detainers.cooperation: [0, 1]
uncertainties:
  trust.sensitivity: [0, 2]
design: grid
replications: 2
set:
  start: 2008-01
  months: 24
  world: {{rows: 2, columns: 2, people: 4000}}
"""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a real sweep of four points."""
    import sim

    folder = tmp_path_factory.mktemp("sweep")
    file = folder / "small.yaml"
    file.write_text(SWEEP.format(scenarios=REPOSITORY / "scenarios"), encoding="utf-8")
    found = sim.sweep(file, {"world.people": 3_000}, folder=folder / "sweep", workers=1)
    assert "4 points; 2 replications each" in repr(found)
    assert {"heat_map", "curves"} <= set(found.figures)
    assert len(found.tables["outcomes"]) == 16
    assert found.tables["design"]["trust.sensitivity"].tolist() == [0, 2, 0, 2]
    return folder / "sweep"


def kept(batches: dict[str, ComparisonRuns]) -> dict[str, Figure]:
    """Draw comparisons side by side and keep the figures."""
    found: dict[str, Figure] = {}
    with style(), saved_by(lambda figure, _, name: found.update({name: figure})):
        draw_together(batches)
    return found


# One folder


def test_figures_of_a_comparison_are_those_of_its_report_and_more(
    small_comparison: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new"
    assert cli.main(["plot", str(small_comparison), "--out", str(out), "--format", "png", "--format", "svg"]) == 0
    lines = capsys.readouterr().out.splitlines()
    drawn = sorted(path.name for path in small_comparison.iterdir() if path.suffix in (".png", ".svg"))
    beyond = {"crime_by_kind", "reporting", "enforcement_funnel"}
    maps = [f"map_over_time_{family}_secure_communities" for family in ("violent", "property")]
    assert {path.stem for path in out.iterdir()} > {"captions", *beyond, *maps, *(Path(name).stem for name in drawn)}
    assert [str(out / name) in lines for name in drawn] == [True] * len(drawn)
    for name in drawn:
        assert (out / name).read_bytes() == (small_comparison / name).read_bytes()
    assert all((out / f"{name}.png").stat().st_size > 10_000 for name in maps)
    assert '<figure id="map"' in (small_comparison / "report.html").read_text(encoding="utf-8")


def test_figures_of_a_run_are_those_drawn_while_it_ran(tmp_path: Path) -> None:
    file, run = tmp_path / "tiny.yaml", tmp_path / "run"
    file.write_text("months: 2\nworld: {rows: 2, columns: 2, people: 3000}\n", encoding="utf-8")
    assert cli.main(["run", str(file), "--figures", "--out", str(run), "--quiet"]) == 0
    assert plot_folders([run], formats=("png", "svg"), quiet=True) == run / "figures-2"
    names = sorted(path.name for path in (run / "figures").iterdir())
    assert len(names) == 9
    for name in names:
        assert (run / "figures" / name).read_bytes() == (run / "figures-2" / name).read_bytes(), name


def test_a_run_without_places_has_all_but_maps(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file, run = tmp_path / "tiny.yaml", tmp_path / "run"
    file.write_text("months: 3\nworld: {rows: 2, columns: 2, people: 1000}\n", encoding="utf-8")
    assert cli.main(["run", str(file), "--out", str(run), "--quiet"]) == 0
    world = pq.read_table(run / "world.parquet")
    for name in ("row", "column"):
        place = world.schema.get_field_index(name)
        world = world.set_column(place, name, pa.array([-1] * 4, pa.int32()))
    pq.write_table(world, run / "world.parquet")
    out = plot_folders([run], quiet=True)
    names = sorted(path.name for path in out.iterdir())
    assert names == ["books_over_time.png", "captions.txt", "enforcement_funnel.png"]


def test_files_are_the_same_each_time(sweep: Path, tmp_path: Path) -> None:
    forms = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    one, two = (plot_folders([sweep], out=tmp_path / name, formats=tuple(forms), quiet=True) for name in ("one", "two"))
    names = sorted(path.name for path in one.iterdir())
    assert {f"{name}.{form}" for name in ("heat_map", "curves") for form in forms} < set(names)
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in names)
    assert all((one / f"heat_map.{form}").read_bytes().startswith(start) for form, start in forms.items())


def test_any_outcome_and_levers_of_a_sweep(sweep: Path, tmp_path: Path) -> None:
    levers = ("trust.sensitivity", "detainers.cooperation")
    out = plot_folders([sweep], out=tmp_path / "new", levers=levers, outcome="reporting_total_hispanic", quiet=True)
    names = {path.stem for path in out.iterdir()}
    assert names == {"heat_map_reporting_total_hispanic", "curves_reporting_total_hispanic", "captions"}
    captions = (out / "captions.txt").read_text(encoding="utf-8")
    assert "trust.sensitivity by detainers.cooperation" in captions
    assert "each point against Criminal Alien Program only at the same values" in captions


# Several


def test_comparisons_side_by_side(small_comparison: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(small_comparison, tmp_path / "again")
    (tmp_path / "outputs" / "plot_comparison").mkdir(parents=True)
    (tmp_path / "outputs" / "plot_comparison" / "mine.txt").touch()
    out = plot_folders([small_comparison, Path("again")], quiet=True)
    assert out == Path("outputs/plot_comparison-2")
    assert sorted(path.stem for path in out.iterdir()) == sorted([*TOGETHER, "captions"])
    captions = (out / "captions.txt").read_text(encoding="utf-8")
    assert "again: a comparison, against Criminal Alien Program only" in captions


def test_panels_share_their_scales_and_name_their_references() -> None:
    one = make_results(others=2)
    two = dataclasses.replace(make_results(others=1), comparison=dataclasses.replace(one.comparison))
    found = kept({"first": one, "second/folder": two})
    assert list(found) == TOGETHER
    over_time = [axes for axes in found["crime_over_time_violent"].axes if axes.get_visible()]
    assert len(over_time) == 3
    assert len({axes.get_ylim() for axes in over_time}) == 1
    headings = [axes.get_title(loc="left") for axes in over_time]
    assert sum(heading.startswith("first\nagainst With $igns") for heading in headings) == 1
    assert sum(heading.startswith("second/folder\nagainst With $igns") for heading in headings) == 1
    changes = found["crime_changes"].axes
    assert len({axes.get_xlim() for axes in changes}) == 1
    labels = [label.get_text() for label in changes[0].get_yticklabels()]
    assert [label.split("\n")[0] for label in labels if "against" in label] == ["first", "second/folder"]
    assert len(labels) == 2 + 2 + 1


def test_points_are_the_estimates_of_the_summary() -> None:
    from sim.analysis.summary import rows_of

    results = make_results()
    (row,) = [
        it
        for it in rows_of(results.runs, "plain")
        if (it.scenario, it.measure, it.group) == ("program_0", "occurred_property", "all")
    ]
    axes = kept({"one": results, "two": results})["crime_changes"].axes[1]
    marks = [line.get_xdata() for line in axes.lines if line.get_marker() == "o"]
    assert [float(mark[0]) for mark in marks] == [row.estimate.estimate] * 2
    ends = [list(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]
    assert [row.estimate.low, row.estimate.high] in ends


def test_sweeps_side_by_side(sweep: Path, tmp_path: Path) -> None:
    shutil.copytree(sweep, tmp_path / "other")
    out = plot_folders([sweep, tmp_path / "other"], out=tmp_path / "new", quiet=True)
    assert "heat_map.png" in {path.name for path in out.iterdir()}
    chosen = plot_folders([sweep, tmp_path / "other"], out=tmp_path / "chosen", outcome="removed", quiet=True)
    curves = {f"curves_removed_{path}.png" for path in ("detainers_cooperation", "trust_sensitivity")}
    assert {path.name for path in chosen.iterdir()} == {"heat_map_removed.png", *curves, "captions.txt"}


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none"], "none: no such folder"),
        (["empty"], "empty: holds no results; give the folder of a run, a comparison or a sweep"),
        (["comparison", "--levers", "a", "b"], "--levers: is for sweeps, and comparison is a comparison"),
        (["comparison", "--outcome", "removed"], "--outcome: is for sweeps"),
        (["comparison", "sweep"], "comparison is a comparison, sweep is a sweep"),
        (["comparison", "comparison"], "one folder is given twice"),
        (["sweep", "--outcome", "remvoed"], "no outcome is called remvoed; did you mean removed?"),
        (["sweep", "--levers", "trust.sensitivity", "months"], "months: the sweep does not vary this parameter"),
        (["sweep", "--out", "empty/full"], "empty/full: already exists"),
        (["comparison", "a", "b", "c", "d", "e", "f"], "7 folders are too many"),
    ],
)
def test_mistakes_end_with_one_message(
    arguments: list[str],
    words: str,
    small_comparison: Path,
    sweep: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "comparison").symlink_to(small_comparison)
    (tmp_path / "sweep").symlink_to(sweep)
    for name in "abcdef":
        shutil.copytree(small_comparison, tmp_path / name, ignore=shutil.ignore_patterns("*.p*", "*.svg", "report*"))
        shutil.copy(small_comparison / "plan.json", tmp_path / name)
    (tmp_path / "empty" / "full").mkdir(parents=True)
    (tmp_path / "empty" / "full" / "mine.txt").write_text("mine")
    before = sorted(str(path) for path in (*small_comparison.iterdir(), *sweep.iterdir()))
    assert cli.main(["plot", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert len(err.splitlines()) == 1
    assert sorted(str(path) for path in (*small_comparison.iterdir(), *sweep.iterdir())) == before
    assert (tmp_path / "empty" / "full" / "mine.txt").read_text() == "mine"


def test_a_mistake_is_told_before_figures_are_loaded(tmp_path: Path) -> None:
    code = "import sys; from sim.doors.cli.main import main; main(['plot', 'none']); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    with pytest.raises(UserError):
        plot_folders([tmp_path / "none"])
