"""The page of a comparison: numbers as in the rows, order of headings, texts of figures, and the room it takes."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from axe import grave_faults_at, needs_axe
from browser import in_chromium, needs_chromium
from made_figures import drawn, make_results

from sim.analysis.disputed import disputed_of
from sim.analysis.summary import rows_of
from sim.parameters import Parameters
from sim.running.measures import ComparisonRuns
from sim.scenario.scenario import Scenario
from sim.telling.figures.since_adoption_data import since_adoption
from sim.telling.reports.comparison import write_report

SCREEN = 900
TELLS = """<script>addEventListener('load', () => parent.postMessage([innerWidth,
document.documentElement.scrollWidth, document.documentElement.scrollHeight,
document.querySelector('#crime_over_time').offsetTop].join(' '), '*'))</script>"""
LISTENS = """<body><script>addEventListener('message', (e) => { document.title += e.data + ';' })</script>"""
Made = tuple[ComparisonRuns, Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("page")
    results, figures = drawn(folder, 2, title="Two programs")
    write_report(results, rows_of(results.runs, "plain"), figures, folder / "report.html")
    return results, folder


def signed(value: float | None) -> str:
    assert value is not None
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def test_the_answer_has_the_numbers_of_the_rows(made: Made) -> None:
    results, folder = made
    page = (folder / "report.html").read_text(encoding="utf-8")
    found = {(row.scenario, row.measure, row.group): row.estimate for row in rows_of(results.runs, "plain")}
    first = page[page.index('<p class="first">') : page.index("</p>", page.index('<p class="first">'))]
    for measure in ("recorded_total", "occurred_total"):
        assert f"<strong>{signed(found['program_0', measure, 'all'].estimate)}" in first
    table = page[page.index('<table class="key stacked">') :].replace("<wbr>", "")
    for name in results.others:
        row = table[table.index(name) : table.index("</tr>", table.index(name))]
        for measure in ("occurred_total", "recorded_total", "gap_total"):
            assert f">{signed(found[name, measure, 'all'].estimate)} <" in row


def test_numbers_stay_with_their_units_and_the_world_is_said_to_be_simulated(made: Made) -> None:
    page = (made[1] / "report.html").read_text(encoding="utf-8")
    assert "95\N{NO-BREAK SPACE}% interval" in page
    assert not re.search(r"\d %", page)
    first = page[: page.index('class="lead')]
    assert "What follows happened in a simulated world: " in first
    assert "made-up counties, " in first
    assert f"each scenario run {made[0].comparison.replications} times." in first


@pytest.mark.parametrize(("clipped", "warned"), [(0.0009, False), (0.0011, True)])
def test_too_much_clipping_is_told(made: Made, tmp_path: Path, clipped: float, warned: bool) -> None:
    results, _ = made
    runs = {name: [replace(run, clipped_share=clipped) for run in of] for name, of in results.runs.items()}
    write_report(replace(results, runs=runs), rows_of(runs, "plain"), [], tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert f"at most {100 * clipped:.2g} %" in page
    told = "<strong>More than 0.1 % were cut, which flattens effects: raise crime.headroom.</strong>"
    assert (told in page) == warned


def test_headings_are_in_order(made: Made) -> None:
    page = (made[1] / "report.html").read_text(encoding="utf-8")
    levels = [int(level) for level in re.findall(r"<h(\d)[ >]", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    places = [
        page.index(text) for text in ("How sure is this?", 'id="crime_over_time"', "Who is affected", "Enforcement<")
    ]
    assert places == sorted(places)
    assert "impunity" not in re.sub(r"<code>.*?</code>", "", page)


def test_figures_say_in_words_what_they_show(made: Made) -> None:
    page = (made[1] / "report.html").read_text(encoding="utf-8")
    told = [unescape(text) for text in re.findall(r'<img alt="([^"]*)"', page)]
    assert len(told) == len(set(told)) == page.count("<img ")
    assert all(re.search(r"\d", text) for text in told)


def test_the_disputed_assumption_moves_the_answer_in_proportion() -> None:
    results = make_results(1)
    rows = rows_of(results.runs, "plain")
    found = {(row.measure, row.group): row.estimate.estimate for row in rows if row.scenario == "program_0"}
    disputed = disputed_of(results, rows)
    assert disputed is not None
    span = disputed.span("program_0")
    assert span is not None
    assert span.told == found["occurred_total", "all"]
    slope = (span.high - span.low) / (disputed.most - disputed.least)
    runs = results.runs["plain"]
    level = np.mean([1e5 * run.crimes("total", "occurred")[run.start :].sum() / run.person_years for run in runs])
    added = found["added_by_impunity", "total"]
    assert added is not None
    assert slope * disputed.value == pytest.approx(abs(100 * added / level))


def test_scenarios_with_other_elasticities_have_no_range_of_it() -> None:
    results = make_results(1)
    other = Parameters.model_validate({"months": 36, "crime": {"impunity_elasticity": 0.1}})
    scenarios = [results.comparison.scenarios[0], Scenario("program_0", other)]
    changed = replace(results, comparison=replace(results.comparison, scenarios=scenarios))
    assert disputed_of(changed, rows_of(results.runs, "plain")) is None


def test_half_years_since_adoption_are_those_of_the_calendar(made: Made) -> None:
    results, folder = made
    since = since_adoption(folder / "crime.parquet", results)["program_1"]
    first = int(np.flatnonzero(since.middle > 0)[0])
    mine, base = (
        np.array([run.crimes("total", "occurred")[12:18].sum() for run in results.runs[name]])
        for name in ("program_1", "plain")
    )
    assert since.covered[first] == 1.0
    assert since.bands["occurred"].estimate[first] == pytest.approx(100 * (mine - base).mean() / base.mean())


@needs_chromium
def test_a_desktop_and_a_telephone_have_room_for_it(made: Made, tmp_path: Path) -> None:
    page = (made[1] / "report.html").read_text(encoding="utf-8")
    (tmp_path / "told.html").write_text(page.replace("</body>", f"{TELLS}</body>"), encoding="utf-8")
    frames = "".join(f'<iframe src="told.html" width="{width}" height="{SCREEN}"></iframe>' for width in (1280, 390))
    (tmp_path / "frames.html").write_text(f"{LISTENS}{frames}</body>", encoding="utf-8")
    options = ("--hide-scrollbars", "--virtual-time-budget=4000", "--dump-dom")
    shown = in_chromium(tmp_path / "frames.html", tmp_path / "profile", *options)
    told = sorted(tuple(map(int, it.split())) for it in re.findall(r"(\d+ \d+ \d+ \d+);", shown))
    (narrow, narrow_across, _, _), (wide, wide_across, down, first) = told
    assert (narrow, wide) == (390, 1280)
    assert narrow_across <= narrow, "nothing but tables, within themselves, scrolls sideways"
    assert wide_across <= wide
    assert first < SCREEN
    assert down <= 8 * SCREEN


@needs_chromium
def test_it_prints_on_six_pages(made: Made, tmp_path: Path) -> None:
    paper = tmp_path / "report.pdf"
    in_chromium(made[1] / "report.html", tmp_path / "profile", "--hide-scrollbars", f"--print-to-pdf={paper}")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) <= 6


@needs_chromium
@needs_axe
@pytest.mark.filterwarnings("ignore")
def test_nothing_serious_keeps_anybody_from_reading_it(made: Made) -> None:
    pytest.importorskip("playwright.sync_api", reason="PLAYWRIGHT IS NOT INSTALLED: the page is not tested")
    assert grave_faults_at(made[1] / "report.html") == []
