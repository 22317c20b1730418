"""Comparisons whose replications draw their parameters from a posterior: the same for all, luck and doubt apart."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hollow_figures import hollow_figures
from small_batches import without_figures
from small_worlds import REPOSITORY

from sim.analysis.doubt import parts_of
from sim.analysis.drawn_signs import DrawnChange, drawn_changes, goes_with
from sim.analysis.statistics import least_certain_correlation
from sim.analysis.summary import rows_of
from sim.doors.cli.main import main
from sim.doors.notebook.views import view_of_folder
from sim.running.batch import Batch, RunName
from sim.running.batch.drawn import Pooled, each_run, share_of_draw
from sim.scenario.calibration.draws import PosteriorDraws, drawn, read_draws
from sim.scenario.scenario import load_scenario
from sim.scenario.shipped import draws_meant_by
from sim.telling.doubt_wording import over_text, over_what, turn_sentence
from sim.telling.figures.data import county_changes, county_estimates
from sim.telling.figures.of_comparisons import draw_all
from sim.telling.figures.since_adoption_data import since_adoption
from sim.telling.figures.style import saved_by
from sim.telling.reports.comparison_short import print_short
from sim.telling.reports.comparison_terminal import print_comparison
from sim.words.faults import ScenarioError
from sim.world.counties.shares import average_ranks

DRAWS = "weight,trust.sensitivity,crime.impunity_elasticity\n1,0.5,0.1\n2,4,1.4\n0,1,1\n"
SCENARIO = REPOSITORY / "scenarios" / "secure_communities.yaml"
TEXT = f"""\
title: with doubt
source: made up
scenarios: [{SCENARIO}]
effect_of: secure_communities
replications: 4
uncertainty: draws.csv
set: {{start: 2008-06, months: 24, world: {{rows: 2, columns: 2, people: 4000}}}}
"""


def put(folder: Path, text: str = TEXT, draws: str = DRAWS) -> Path:
    (folder / "draws.csv").write_text(draws, encoding="utf-8")
    (folder / "doubt.yaml").write_text(text, encoding="utf-8")
    return folder / "doubt.yaml"


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("doubt")
    out = folder / "out"
    with hollow_figures():
        assert main(["compare", str(put(folder)), "--out", str(out), "--workers", "1", "--quiet"]) == 0
    return Batch.open(out)


def test_two_replications_share_a_draw_and_so_do_all_scenarios(batch: Batch) -> None:
    def drawn(name: str, number: int) -> tuple[float, float]:
        parameters = batch.scenario_of(RunName(name, number)).parameters
        return parameters.trust.sensitivity.unauthorized, parameters.crime.impunity_elasticity.burglary

    names = batch.plan.scenarios
    assert len(names) == 2
    for number in range(4):
        assert drawn(names[0], number) == drawn(names[1], number) == drawn(names[0], number // 2 * 2)
        assert drawn(names[0], number) in ((0.5, 0.1), (4.0, 1.4))
    shares = [share_of_draw(1, number) for number in range(200)]
    assert shares[0] == shares[1]
    assert len(set(shares)) == 100
    assert 0 <= min(shares) < 0.1 < 0.9 < max(shares) < 1


def test_results_are_over_draws_and_lucks_are_told_apart(batch: Batch) -> None:
    results = batch.results()
    name = batch.plan.scenarios[1]
    pooled = results.runs[name]
    assert isinstance(pooled, Pooled)
    assert len(pooled) == 2
    assert len(pooled.runs) == 4
    mean = np.mean([run.crimes("total", "occurred") for run in list(pooled.runs)[2:]], axis=0)
    assert pooled[1].crimes("total", "occurred") == pytest.approx(mean)
    with (batch.path / "doubt.csv").open(newline="") as file:
        rows = {row["measure"]: row for row in csv.DictReader(file)}
    assert rows["occurred_total"]["draws"] == "2"
    assert float(rows["occurred_total"]["luck_sd"]) >= 0
    with (batch.path / "codebook.csv").open(newline="", encoding="utf-8") as file:
        explained = [row["column"] for row in csv.DictReader(file) if row["table"] == "doubt"]
    assert explained == list(rows["occurred_total"])


def test_the_page_says_what_draws_leave_open_and_nothing_of_one_elasticity(batch: Batch) -> None:
    page = (batch.path / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "Intervals are of means over 2 sets of parameters" in page
    assert page.index('id="drawn_changes"') < page.index('id="crime_over_time"')
    results = batch.results()
    turn = turn_sentence(drawn_changes(results), results.others[0])
    assert turn.startswith("What turns the sign: true crime ")
    assert turn in page[: page.index("How sure is this?")]
    assert "<td>drawn, nine in ten: 0.5 to 4</td>" in page  # of trust.sensitivity
    assert "4,000 people in 4 made-up counties, 2008-06 to 2010-05, each scenario run 4 times" in page
    assert "(90 % of draws; standard deviation by doubt of parameters" in page
    assert "Intervals tell chance alone" not in page
    assert "disputed_range" not in page


def test_what_turns_the_sign_is_told_from_the_draws() -> None:
    luck = np.random.default_rng(3)
    driver, other = luck.normal(size=(2, 20))
    changes = driver + 0.1 * luck.normal(size=20)
    found = DrawnChange("a", "occurred", changes, goes_with({"crime.deterrence": -driver, "other": other}, changes))
    told = turn_sentence([found, DrawnChange("a", "recorded", np.full(20, -1.0), ())], "a")
    up = int((changes > 0).sum())
    assert 0 < up < 20
    assert f"true crime rises in {up} and falls in {20 - up} of the 20 sets, the higher the smaller" in told
    assert "crime.deterrence (offending of removable people given up" in told
    assert "observed crime falls in all 20 sets, and its change goes with no single parameter beyond chance." in told
    assert turn_sentence([found], "b") == ""
    assert goes_with({"other": np.arange(3.0)}, np.arange(3.0)) == ()  # three draws tell nothing


def test_of_correlations_with_nothing_one_is_called_certain_in_a_case_of_twenty() -> None:
    luck, least = np.random.default_rng(5), least_certain_correlation(20, 5)
    found = [
        goes_with({str(it): row for it, row in enumerate(luck.normal(size=(5, 20)))}, luck.normal(size=20))
        for _ in range(1_000)
    ]
    assert 0.02 < np.mean([bool(it) for it in found]) < 0.08
    assert least == pytest.approx(0.56, abs=0.03)  # Student's t with 18 degrees of freedom at 0.005 each side
    assert average_ranks(np.array([3.0, 1.0, 1.0])).tolist() == [3.0, 1.5, 1.5]


SAID = "2 sets of parameters drawn from a calibration, each run twice"


def test_captions_terminal_and_notebook_say_over_what_draws_intervals_are(
    batch: Batch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = batch.results()
    rows = rows_of(results.runs, results.reference, results.references)
    print_short(results, rows, batch.path / "report.html")
    short = " ".join(capsys.readouterr().out.split())
    print_comparison(results, rows, batch.path / "report.html")
    whole = " ".join(capsys.readouterr().out.split())
    assert f"mean of paired differences over {SAID}" in short
    assert f"percentile over {SAID}" in whole
    assert SAID in repr(view_of_folder(batch.path))
    assert f"Seed 1, {SAID}." in (batch.path / "report.html").read_text(encoding="utf-8")
    with saved_by(lambda *_: None):
        captions = {it.name: it.caption for it in draw_all(results, batch.path)}
    assert [name for name, told in captions.items() if SAID in told] == [
        "crime_over_time",
        "who_is_affected",
        "crime_since_adoption",
        "map",
        "crime_by_kind",
    ]
    page = (batch.path / "report.html").read_text(encoding="utf-8")
    assert not any("4 replications" in told for told in (*captions.values(), short, whole, page))


def test_where_nothing_is_drawn_intervals_are_over_replications(batch: Batch) -> None:
    results = batch.results()
    alone = replace(results, runs={name: each_run(runs) for name, runs in results.runs.items()})
    assert over_what(alone) == "4 replications"
    assert (over_text(1), over_text(1_000)) == ("1 replication", "1,000 replications")
    assert over_text(2, 2) == "1 set of parameters drawn from a calibration, each run twice"


def test_crime_since_adoption_and_counties_that_are_shown_rest_on_all_runs_of_all_draws(batch: Batch) -> None:
    results = batch.results()
    name = results.others[0]
    found = since_adoption(batch.path / "crime.parquet", results)[name]
    alone = replace(results, runs={scenario: each_run(runs) for scenario, runs in results.runs.items()})
    each = since_adoption(batch.path / "crime.parquet", alone)[name]
    for book, band in found.bands.items():
        assert band.estimate[found.shown] == pytest.approx(each.bands[book].estimate[found.shown])
    assert (county_changes(results, name, "property").shown == county_changes(alone, name, "property").shown).all()
    assert (
        np.isfinite(county_estimates(results, name).values) == np.isfinite(county_estimates(alone, name).values)
    ).all()


def test_the_batch_runs_again_from_its_own_folder(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_figures(monkeypatch)
    again = tmp_path / "again"
    path = str(batch.path / "comparison.yaml")
    assert main(["compare", path, "--out", str(again), "--workers", "1", "--quiet"]) == 0
    for table in ("summary.csv", "doubt.csv"):
        assert (again / table).read_bytes() == (batch.path / table).read_bytes()


def test_luck_and_doubt_are_those_of_a_one_way_analysis() -> None:
    luck = np.random.default_rng(1)
    draws = 3.0 * luck.normal(size=4000)
    changes = np.repeat(draws, 2) + 0.5 * luck.normal(size=8000)
    assert parts_of(changes) == pytest.approx((0.5, 3.0), rel=0.05)
    only_luck = parts_of(luck.normal(size=8000))
    assert only_luck[0] == pytest.approx(1.0, rel=0.05)
    assert only_luck[1] < 0.2
    assert np.isnan(parts_of(np.array([1.0, 2.0]))[1])


def test_draws_are_taken_by_their_weight() -> None:
    draws = PosteriorDraws(("a",), ((1.0,), (2.0,), (3.0,)), (1.0, 0.0, 3.0))
    assert [draws.at(share)["a"] for share in (0.0, 0.24, 0.26, 0.999, 1.0)] == [1.0, 1.0, 3.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("draws", "told"),
    [
        ("trust.sensitivity\n1\n", "lacks the column weight"),
        ("weight,trust.sensitivty\n1,1\n", r"did you mean trust\.sensitivity"),
        ("weight,trust.sensitivity\n1,much\n", r":2: trust\.sensitivity: not a number \(much\)"),
        ("weight,trust.sensitivity\n-1,1\n", "weight: not a number, 0 or above"),
        ("weight,trust.sensitivity\n0,1\n", "all are 0"),
        ("weight,trust.sensitivity\n1\n", "1 cells, and the header has 2"),
        ("weight,trust.sensitivity\n", "no draws below the header"),
        ("", "lacks the column weight"),
    ],
)
def test_faults_in_draws_are_told(draws: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "draws.csv").write_text(draws)
    with pytest.raises(ScenarioError, match=told):
        read_draws(tmp_path / "draws.csv")


@pytest.mark.parametrize(
    ("text", "draws", "told"),
    [
        (TEXT.replace("replications: 4", "replications: 3"), DRAWS, "replications must be even (3)"),
        (TEXT, "weight,crime.deterrence\n1,7\n", "crime.deterrence"),
        (TEXT.replace("draws.csv", "drawn.csv"), DRAWS, "no such file"),
        (
            TEXT.replace(f"[{SCENARIO}]", f"[{SCENARIO}, {SCENARIO.with_name('neutral.yaml')}]").replace(
                "effect_of: secure_communities\n", ""
            ),
            "weight,crime.deterrence\n1,0.5\n",
            "scenarios differ in crime.deterrence, which the draws set",
        ),
    ],
)
def test_draws_that_do_not_fit_are_refused(
    text: str, draws: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["compare", str(put(tmp_path, text, draws)), "--out", str(tmp_path / "out"), "--quiet", "--workers", "1"]
    assert main(command) == 2
    assert told in capsys.readouterr().err


def test_draws_come_with_the_program() -> None:
    draws = read_draws(Path(draws_meant_by("posterior")))
    assert len(draws.rows) == 500
    assert "crime.deterrence" in draws.paths
    scenario = load_scenario("secure_communities")
    for share in (0.0, 0.5, 0.999):
        assert drawn(scenario, draws.at(share)).parameters.crime.deterrence == draws.at(share)["crime.deterrence"]
