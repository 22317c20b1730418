"""Every published figure that is named can be looked up, and the page of sources is what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

from sim.telling.describe.odd_protocol import odd_text
from sim.telling.describe.overview import model_text
from sim.telling.describe.sources import parameter_sources, sources_of, sources_text
from sim.words.published import FIGURES
from sim.words.sources import figures_named_in, source_line

PLACES = [*(REPOSITORY / "sim").rglob("*.py"), *(REPOSITORY / "docs").glob("*.md"), REPOSITORY / "README.md"]


def test_the_page_is_made_from_the_code() -> None:
    assert (REPOSITORY / "docs" / "sources.md").read_text(encoding="utf-8") == sources_text()


def test_the_description_is_made_from_the_code() -> None:
    assert (REPOSITORY / "docs" / "odd.md").read_text(encoding="utf-8") == odd_text()


@pytest.mark.parametrize("path", PLACES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_number_that_is_named_is_a_figure(path: Path) -> None:
    assert set(figures_named_in([path.read_text(encoding="utf-8")])) <= set(FIGURES)


@pytest.mark.parametrize("text", [model_text(), odd_text()], ids=["describe", "odd"])
def test_the_model_explains_the_figures_that_it_names(text: str) -> None:
    flat = re.sub(r"\s+", " ", text)
    for number in figures_named_in(parameter_sources()):
        assert source_line(number) in flat


def test_ranges_and_words_of_sources() -> None:
    assert figures_named_in(["hand-set to T25-T27, T30", "T25", "T2", "AT25"]) == ["T25", "T26", "T27", "T30"]
    assert len(sources_of(["assumption", "hand-set to T31"])) == 3
    assert all(it.sureness in ("read", "as quoted elsewhere", "worked out", "not checked") for it in FIGURES.values())
