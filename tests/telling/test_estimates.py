"""An evaluation in words, on a terminal, as a page and in figures."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from evaluated_worlds import made_design, made_pair, small_evaluation, small_scenario

from sim.analysis.evaluation.evaluating import Evaluation, evaluate
from sim.analysis.evaluation.tables import DIAGNOSTICS, write_tables
from sim.telling.estimates_wording import headline, moved_text, shown_background, window_text
from sim.telling.figures.estimates import draw_estimates
from sim.telling.figures.style import saved_by
from sim.telling.reports.estimates import Made, write_estimates_report
from sim.telling.reports.estimates_diagnostics import diagnostics_parts
from sim.telling.reports.estimates_terminal import WIDTH, print_estimates

MADE = Made("estimate scenario.yaml --program secure_communities", ("Another program also changes.",))


@lru_cache(maxsize=4)
def made_evaluation(*backgrounds: str) -> Evaluation:
    design = made_design()
    return evaluate(design, {name: [made_pair(design, background=name)] for name in backgrounds or ("flat",)})


def with_counts(evaluation: Evaluation, factor: float, spread: float) -> Evaluation:
    """Return an evaluation whose answers say ``factor`` in logs with intervals of ``spread``."""
    answers = tuple(replace(it, estimate=factor, se_state=spread) for it in evaluation.answers)
    return replace(evaluation, answers=answers)


# Words


def test_the_headline_says_what_police_data_tell_and_what_was_true() -> None:
    evaluation = made_evaluation()
    told = headline(evaluation).replace("\N{NO-BREAK SPACE}", " ")
    assert re.match(
        r"An evaluator with police data alone would have found less crime against Hispanic people because of Secure "
        r"Communities \(−\d+\.\d %, 95 % interval −\d+\.\d to −\d+\.\d %\); in fact crime against Hispanic people rose "
        r"by 10\.5 %, and the share of it that police were told of fell from (?:39|40)\.\d % to 3\d\.\d %\.$",
        told,
    ), told
    assert "on crime (" in headline(with_counts(evaluation, 0.001, 0.01), "all")


@pytest.mark.parametrize(
    ("factor", "spread", "words"),
    [(0.001, 0.01, "no clear effect of"), (0.1, 0.01, "more crime against"), (-0.1, 0.01, "less crime against")],
)
def test_what_an_evaluator_concludes_follows_from_the_interval(factor: float, spread: float, words: str) -> None:
    assert f"would have found {words}" in headline(with_counts(made_evaluation(), factor, spread))


def test_the_headline_where_nothing_can_be_estimated() -> None:
    evaluation = with_counts(made_evaluation(), np.nan, np.nan)
    assert headline(evaluation).startswith("No estimator can answer with police data")


def test_changes_as_verbs() -> None:
    texts = [moved_text(value).replace("\N{NO-BREAK SPACE}", " ") for value in (5.14, -2.0, 0.04, np.nan)]
    assert texts == ["rose by 5.1 %", "fell by 2.0 %", "stayed the same", "cannot be told"]


def test_the_scenarios_own_background_is_told_first() -> None:
    evaluation = made_evaluation("flat", "trends")
    assert shown_background(evaluation) == "trends"
    assert "one pair of worlds" in window_text(evaluation)
    assert "2 pairs of worlds" in window_text(small_evaluation())
    left = replace(evaluation, design=replace(evaluation.design, left_out=5))
    assert "the last 5 months make no whole year" in window_text(left)


# Terminal and page


def test_the_terminal_shows_all_estimators_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_estimates(small_evaluation(), MADE, Path("out"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("An evaluator with police data alone")
    assert max(map(len, lines)) <= WIDTH
    assert sum("Sun" in line for line in lines) == 2
    assert "Another program also changes." in lines


def test_the_report_begins_with_the_sentence_and_has_all_parts(tmp_path: Path) -> None:
    evaluation = made_evaluation("flat", "trends")
    figures = draw_estimates(evaluation, tmp_path)
    write_estimates_report(evaluation, small_scenario(), MADE, figures, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    first = page.index("an evaluator with police data alone")
    assert first < page.index("<h2>")
    assert page.index("Another program also changes.") < page.index("<h2>")
    assert page.count('class="section">') == 2 + 4  # backgrounds of the key table; with groups, of all estimators
    assert page.count("data:image/svg+xml;base64") == 4  # two figures, each for a screen and for a telephone
    assert page.index("How sure is this?") < page.index("<figure") < page.index(", and true by the same weights")
    assert "darkfigure estimate scenario.yaml <span>--program secure_communities</span> <span>--out" in page
    assert "treated cells with negative weights" in page


def test_the_report_tells_diagnostics_where_they_are_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("diff_diff", reason="diff-diff, the extra 'econ', is not installed")
    design = replace(made_design(), state=[str(county) for county in range(60)])
    evaluation = evaluate(design, {"flat": [made_pair(design)]}, diagnostics=True)
    write_tables(evaluation, tmp_path)
    with (tmp_path / "diagnostics.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [name for name, *_ in DIAGNOSTICS["diagnostics"]]
    assert len(rows) == len(evaluation.diagnoses) == 2 * 2 * 7
    assert (rows[0]["part"], rows[0]["violation"]) == ("treated_vs_never", "")
    page = "".join(diagnostics_parts(evaluation))
    assert page.count("Against counties that started before</th>") == 4
    assert page.count("Departures up to 0.5 times</th>") == 4
    assert not list(diagnostics_parts(made_evaluation()))


# Figures


def test_figures_show_all_estimators_and_books(tmp_path: Path) -> None:
    drawn = {}

    def keep(figure: object, _: Path, name: str) -> None:
        drawn[name] = figure

    with saved_by(keep):
        told = draw_estimates(made_evaluation("flat", "trends"), tmp_path)
    assert [it.name for it in told] == ["event_study", "estimators"] == list(drawn)
    for figure in drawn.values():
        panels = figure.axes  # type: ignore[attr-defined]
        assert len(panels) == 4
        assert panels[0].get_title(loc="left").startswith("Against everybody: flat")
    low, high = drawn["event_study"].axes[1].get_ylim()  # type: ignore[attr-defined]
    assert low < 100 * np.expm1(-0.2) < 0 < 100 * np.expm1(0.1) < high


def test_figures_where_nothing_can_be_estimated(tmp_path: Path) -> None:
    evaluation = with_counts(made_evaluation(), np.nan, np.nan)
    with saved_by(lambda figure, folder, name: figure.savefig(folder / f"{name}.png", dpi=30)):
        told = draw_estimates(evaluation, tmp_path)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(it.name for it in told)
    assert len(told) == 2
