"""The report: self-contained, escaped, and shown by a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from browser import in_chromium, needs_chromium
from made_figures import drawn, make_results

from sim.analysis.assumptions import assumptions_of, dials_of
from sim.analysis.statistics import UNDEFINED, Estimate
from sim.analysis.summary import rows_of
from sim.parameters import Parameters
from sim.running.measures import ComparisonRuns
from sim.scenario.scenario import Scenario
from sim.telling.reports.comparison import write_report
from sim.telling.reports.comparison_terminal import print_comparison
from sim.telling.wording import change_text, number_text


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("report"), 2, title="<script>alert('x')</script> & co")


def written(folder: Path, others: int = 1, **options: Any) -> Path:
    results, figures = drawn(folder, others, **options)
    path = folder / "report.html"
    write_report(results, rows_of(results.runs, "plain"), figures, path)
    return path


def words_of(page: str) -> str:
    body = page[page.index("<body>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_nothing_is_fetched_from_elsewhere(report: Path) -> None:
    page = report.read_text()
    assert not re.search(r"https?://", page)
    assert not re.search(r"<(script|link|iframe|object|embed)\b", page)
    assert set(re.findall(r'src="([a-z]+:[^;]+)', page)) == {"data:image/svg+xml"}


def test_every_figure_is_in_the_page(report: Path) -> None:
    page = report.read_text()
    assert re.findall(r'<figure id="([^"]*)"', page) == [
        "disputed_range",
        "crime_over_time",
        "who_is_affected",
        "crime_since_adoption",
        "enforcement",
        "map",
    ]
    assert page.count("data:image/svg+xml;base64,") == 6 + 5  # the range is as wide as a telephone already


def test_texts_of_the_user_are_escaped(report: Path) -> None:
    page = report.read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_first_words_tell_both_changes(report: Path) -> None:
    first = words_of(report.read_text())[:400]
    number = r"[+−]?[\d.]+ % \([+−]?[\d.]+ to [+−]?[\d.]+\)"
    pattern = rf"Under the listed assumptions , recorded crime changes by {number} and true crime by {number}"
    assert re.search(pattern, first), first


def test_tags_are_balanced(report: Path) -> None:
    open_tags: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in {"meta", "img", "br", "source", "wbr"}:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Balance().feed(report.read_text())
    assert open_tags == []


@pytest.mark.parametrize("part", ["true in the simulated world", "pairing gains", "How to reproduce", "The balance"])
def test_parts_are_there(report: Path, part: str) -> None:
    assert part in words_of(report.read_text())


def test_nothing_happening_gives_a_report_without_nan(tmp_path: Path) -> None:
    words = words_of(written(tmp_path, rate=0.0).read_text())
    assert not re.search(r"\b(nan|inf|None)\b", words)
    assert UNDEFINED in words


def test_assumptions_differ_or_are_shared() -> None:
    base = Parameters.model_validate({"months": 24})
    other = Parameters.model_validate({"months": 24, "trust": {"sensitivity": 0.0}, "responses": {"deterrence": False}})
    scenarios = [Scenario("a", base), Scenario("b", other)]
    differing, shared = assumptions_of(scenarios)
    assert {it.name.rsplit(".", 1)[0] for it in differing} == {"trust.sensitivity", "responses"}
    assert all(it.unit and it.source and it.meaning for it in differing)
    assert [(it.name, it.values) for it in shared] == [("months", ("24", "24"))]
    assert ("on", "off") in [it.values for it in dials_of(scenarios)]


def test_numbers_in_words() -> None:
    assert change_text(Estimate(-1.234, -2.0, 0.001)) == "−1.23 (−2.00 to 0.00)"
    assert change_text(Estimate(1234.5)) == "+1,234"
    assert change_text(Estimate(reason="none")) == "–"
    assert number_text(-0.001, 2, signed=True) == "0.00"


@needs_chromium
def test_a_browser_shows_it(report: Path, tmp_path: Path) -> None:
    picture = tmp_path / "shown.png"
    in_chromium(report, tmp_path / "profile", "--window-size=1000,1400", f"--screenshot={picture}")
    shades = np.asarray(matplotlib.image.imread(picture))[..., :3].mean(axis=2)
    assert 0.02 < (shades < 0.9).mean() < 0.6


def worlds(*responses: bool, effect_of: str | None = None) -> ComparisonRuns:
    """Return made results of a plain scenario and of programs in worlds with and without incapacitation."""
    made = make_results(len(responses))
    programs = {"secure_communities": {"counties": "all"}}
    own = [
        Scenario(
            f"program_{place}",
            Parameters.model_validate({"months": 36, "programs": programs, "responses": {"incapacitation": is_on}}),
        )
        for place, is_on in enumerate(responses)
    ]
    if effect_of is None:
        comparison = replace(made.comparison, scenarios=[Scenario("plain", Parameters(months=36)), *own])
        return replace(made, comparison=comparison)
    comparison = replace(made.comparison, scenarios=own, reference="program_0.without", effect_of=effect_of)
    partners = {f"{name}.without": made.runs["plain"] for name in made.runs if name != "plain"}
    return replace(made, comparison=comparison, runs={**partners, **{it.name: made.runs[it.name] for it in own}})


def page_of(results: ComparisonRuns, folder: Path) -> str:
    rows = rows_of(results.runs, results.reference, results.references)
    write_report(results, rows, [], folder / "report.html")
    return words_of((folder / "report.html").read_text())


def test_differences_from_the_reference_are_listed_in_words(tmp_path: Path) -> None:
    page = page_of(worlds(True), tmp_path)
    assert "Secure Communities: everywhere instead of nowhere" in page
    assert "effect_of" not in page


def test_a_difference_beyond_programs_is_called_one_and_the_remedy_named(tmp_path: Path) -> None:
    page = page_of(worlds(True, False), tmp_path)
    assert "(responses.incapacitation): off instead of on" in page
    assert "program_1 differs in responses as well as in programs" in page
    assert "program_0 differs" not in page
    assert "--effect-of PROGRAM" in page


def test_the_effect_of_a_program_is_told_for_every_scenario(tmp_path: Path) -> None:
    page = page_of(worlds(True, False, effect_of="secure_communities"), tmp_path)
    first = page[: page.index("True means true")]
    assert "this is what Secure Communities changes: each scenario is compared with itself without" in first
    assert first.index("program_0") < first.index("program_1")
    assert "Level: mean of program_0, without Secure Communities" in page
    assert "as well as in programs" not in page


def test_what_a_removed_person_year_prevents_stands_with_its_assumptions(tmp_path: Path) -> None:
    page = page_of(worlds(True, False), tmp_path)
    part = page[page.index("What one removed person-year prevents") : page.index("How to reproduce")]
    assert "10th to 90th percentile over 3 replications" in part
    assert "program_0" in part
    assert "program_1" not in part
    for name in ("crime.propensity_violent", "crime.propensity_property", "police.offender_link"):
        assert name in part
    assert "people.frequent_offending 0.52 (T39)" in part
    assert "at most, disputed" in part
    nobody = page_of(replace_responses(worlds(False)), tmp_path)
    assert "an identical person takes the place of anyone removed" in nobody


def replace_responses(results: ComparisonRuns) -> ComparisonRuns:
    """Return the results with incapacitation off in the reference, too."""
    off = Parameters.model_validate({"months": 36, "responses": {"incapacitation": False}})
    scenarios = [Scenario("plain", off), *results.comparison.scenarios[1:]]
    return replace(results, comparison=replace(results.comparison, scenarios=scenarios))


def test_the_terminal_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for results, told in (
        (worlds(True, False), ["program_1 differs in responses as well as in programs", "One removed person-year"]),
        (worlds(True, effect_of="secure_communities"), ["Effect of Secure Communities: each scenario is compared"]),
    ):
        print_comparison(results, rows_of(results.runs, results.reference, results.references), Path("report.html"))
        printed = " ".join(capsys.readouterr().out.split())
        for text in told:
            assert text in printed
