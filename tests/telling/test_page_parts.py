"""Parts that all pages and figures share: what stands together or below each other, and what a colour means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_figures import make_results

from sim.telling.figures import colours
from sim.telling.figures.courses import STATUSES
from sim.telling.figures.disputed import range_sheet
from sim.telling.figures.validation import LOOKS, SHOWN
from sim.telling.reports.page import command_html, lead, row_html, section_row, table_html, write_page


def test_cells_of_a_stacked_table_say_what_they_are_in_order() -> None:
    rows = [section_row("First", 3), row_html("one", ("1", "2")), row_html("two", ("3", "4"))]
    for kind in ("key", "wordy stacked"):
        told = table_html(("<b>True</b>\n crime", "gap"), rows, kind=kind)
        assert re.findall(r'data-head="([^"]*)">(\d)', told) == [
            ("True crime", "1"),
            ("gap", "2"),
            ("True crime", "3"),
            ("gap", "4"),
        ]
        assert told.count('role="rowheader"') == 2
    assert "data-head" not in table_html(("a", "b"), rows)


def test_a_long_aside_gets_as_much_room_as_the_answer_unless_it_has_a_figure() -> None:
    short, long = "<p>Short.</p>", f"<p>{'Long. ' * 40}</p>"
    assert 'class="lead even"' in lead([short], [long])
    assert 'class="lead"' in lead([long], [short])
    assert 'class="lead"' in lead([short], [long, "<figure></figure>"])
    assert 'class="lead alone"' in lead([long])


def test_a_command_breaks_between_its_words_alone() -> None:
    told = command_html("rerun a<b.yaml --seed 1 --quiet --out again")
    assert re.findall("<span>(.*?)</span>", told) == ["--seed 1", "--quiet", "--out again"]
    assert re.sub("<[^>]*>", "", told) == "darkfigure rerun a&lt;b.yaml --seed 1 --quiet --out again"


def test_a_unit_stays_with_the_name_of_its_column(tmp_path: Path) -> None:
    write_page("t", ["<th>true crime, %</th>", "<p>90 % of it, 5 % ± 1</p>"], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "true crime,\N{NO-BREAK SPACE}%</th>" in page
    assert "90\N{NO-BREAK SPACE}% of it" in page


@pytest.mark.parametrize("colour", [colours.BEFORE, colours.AFTER, colours.PUBLISHED])
def test_what_is_no_book_group_or_program_is_grey(colour: str) -> None:
    assert len({colour[1:3], colour[3:5], colour[5:7]}) == 1


def test_roles_of_published_figures_have_no_colour_of_a_book_and_differ_in_mark() -> None:
    looks = [LOOKS[role][1] for role in SHOWN]
    assert not {look["color"] for look in looks} & {*colours.BOOKS.values(), *colours.GROUPS.values()}
    assert len({(look["marker"], look.get("markerfacecolor")) for look in looks}) == len(SHOWN)


def test_lines_of_groups_and_of_legal_status_begin_nearest_to_enforcement() -> None:
    assert [colours.STATUSES[it] for it in STATUSES] == list(colours.GROUPS.values())


def test_names_of_scenarios_stand_before_the_line_of_no_change() -> None:
    results = make_results(2)
    sheet, axes = range_sheet(results, results.others)
    assert [text.get_text() for text in axes.texts] == [results.title(name) for name in results.others]
    (line,) = axes.get_lines()
    for text in axes.texts:
        assert text.get_bbox_patch() is not None
        assert text.get_zorder() > line.get_zorder()
    assert len(sheet.figure.legends) == 1
