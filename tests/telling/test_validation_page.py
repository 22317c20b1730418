"""The page of a validation: blocks in both forms, numbers in words, and the page in docs/ is about what is shipped."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from small_worlds import REPOSITORY

from sim.analysis.evidence.figures import Figure, shipped_figures
from sim.analysis.evidence.kinds import KINDS
from sim.analysis.evidence.validation import Validation, World
from sim.telling.figures.validation import draw_validation
from sim.telling.reports.blocks import Code, Folded, Heading, Listing, Paragraph, Rows, html, markdown
from sim.telling.review_criteria import criteria
from sim.telling.validation_wording import EXPLANATIONS, differing, number, summary_sentences, warnings_of

NAN = math.nan


def figure(name: str, value: float, role: str, se: float = NAN, low: float = NAN, high: float = NAN) -> Figure:
    return Figure(name, f"quantity {name}", value, se, "share", "reporting_change", role, low, high, first="2000-01")


FIGURES = (
    figure("T35", 0.0, "target", se=0.01),
    figure("T25", 0.5, "target"),
    figure("T26", 0.5, "target"),
    figure("T54", 0.34, "validation", low=0.3, high=0.375),
    figure("T55", 0.4, "at_most"),
    figure("T01", 5.0, "input"),
    figure("T39", 0.5, "input"),
)


def validation(is_real: bool = True, clipped: float = 0.0, many: int = 4) -> Validation:
    means = np.array([-0.05, 0.52, 0.7, 0.31, 0.9, 5.1, NAN])
    worlds = [
        World(seed, means + 0.001 * seed, {"T39": "no table counts it"}, ("2004-01", "2013-12"), 9, 9_000, clipped)
        for seed in range(many)
    ]
    return Validation(FIGURES, tuple(worlds), is_real)


def test_figures_that_agree_are_counted_and_those_that_do_not_are_explained() -> None:
    found = validation()
    assert summary_sentences(found) == [
        "Targets: 0 of 1 with a published error or range agree with it, and 1 of 2 without one lie within 10 %.",
        "Kept for validation: 1 of 1 with a published error or range agree with it.",
        "Targets with a published error, 1, all together, taken as independent: chi-square 23.4 on 1 degrees of "
        "freedom, p below 0.001.",
    ]
    told = {pairs[0][0].id: reason for pairs, reason in differing(found)}
    assert list(told) == ["T35", "T26", "T55"]
    assert "true crime to rise" in told["T35"]
    assert [figure.id for figure, _ in found.not_given] == ["T39"]


def test_inputs_alone_put_the_share_reported_above_the_published_range() -> None:
    """What the page says of T54: incidents are what is recorded over the share reported, by type."""
    shipped = {figure.id: figure for figure in shipped_figures()}
    recorded = np.array([shipped[f"T{number:02}"].value for number in range(2, 8)])
    share = np.array([shipped[f"T{number:02}"].value for number in range(8, 14)])
    implied = recorded.sum() / (recorded / share).sum()
    assert f"come to {implied:.2f} for" in EXPLANATIONS["T54"]
    assert implied > shipped["T54_hispanic"].high


def test_a_made_world_and_clipping_are_warned_of() -> None:
    assert warnings_of(validation())[0].startswith("The run goes from 2004-01 to 2013-12")
    made = warnings_of(validation(is_real=False, clipped=0.002))
    assert made[0].startswith("This is a made world")
    assert made[-1] == "0.20 % of opportunities were clipped: raise crime.headroom."
    told = [reason for _, reason in differing(validation(is_real=False))]
    assert set(told) == {"The made counties have dates and sizes of their own."}


def test_the_figure_is_drawn_whatever_is_there(tmp_path: Path) -> None:
    for name, found in (("all", validation()), ("one", validation(many=1))):
        (tmp_path / name).mkdir()
        drawn = draw_validation(found, tmp_path / name)
        assert (tmp_path / name / f"{drawn.name}.png").stat().st_size > 10_000
        assert drawn.narrow.startswith(b"<?xml")
    (tmp_path / "none").mkdir()
    inputs = tuple(world._replace(values=world.values[-2:]) for world in validation().worlds)
    draw_validation(Validation(FIGURES[-2:], inputs, True), tmp_path / "none")
    assert (tmp_path / "none" / "validation.png").exists()


@pytest.mark.parametrize(
    ("value", "text"),
    [(4743.0, "4,743"), (0.0273, "0.0273"), (-0.3, "−0.3"), (0.0000223, "0.000022"), (0.0, "0"), (NAN, "–")],
)
def test_numbers_in_words(value: float, text: str) -> None:
    assert number(value) == text


def test_blocks_in_both_forms(tmp_path: Path) -> None:
    blocks = [
        Heading("First"),
        Paragraph("a `name` & more", is_strong=True),
        Listing(["one", "two"]),
        Rows(("a", "b"), [("x|y", "<z>")]),
        Code("darkfigure validate"),
    ]
    text = markdown("Title", blocks, "images")
    assert text.startswith("# Title\n\n## First\n\n**a `name` & more**\n\n- one\n- two\n\n| a | b |")
    assert "x\\|y" in text
    page = "".join(html(blocks, tmp_path))
    assert "<strong>a <code>name</code> &amp; more</strong>" in page
    assert "&lt;z&gt;" in page


def test_what_is_folded_in_a_page_of_html_stands_open_in_markdown(tmp_path: Path) -> None:
    blocks = [Folded("Inputs & more", [Paragraph("told"), Rows(("a", "b"), [("1", "2")])])]
    assert markdown("Title", blocks, "images").split("\n\n")[1:3] == ["## Inputs & more", "told"]
    page = "".join(html(blocks, tmp_path))
    assert page.startswith("<details><summary>Inputs &amp; more</summary><p>told</p>")
    assert page.endswith("</details>")


def test_every_criterion_of_the_review_is_answered() -> None:
    titles = [it.title for it in criteria(validation())]
    assert titles == [
        "Rationale of each mechanism",
        "Source of each parameter",
        "Calibration",
        "Sensitivity",
        "Validation",
        "Replication",
    ]


def test_the_page_in_docs_is_about_the_figures_and_kinds_that_are_shipped() -> None:
    page = (REPOSITORY / "docs" / "validation.md").read_text(encoding="utf-8")
    for one in shipped_figures():
        assert one.id in page
        assert one.what in page or one.kind == "not_counted"
    assert [kind for kind in KINDS if f"| `{kind}` |" not in page] == []
