"""The report of what could have been seen: sentences, the figure, a table for each background, the assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from sim.analysis.evaluation.power import Detectable
from sim.analysis.evaluation.questions import WHOM
from sim.analysis.evaluation.worlds import Design
from sim.scenario.scenario import Scenario
from sim.telling.estimates_wording import BACKGROUND_TITLES, against
from sim.telling.figures.style import Drawn
from sim.telling.power_wording import percent_of, power_lines, power_sentences
from sim.telling.reports.page import (
    Headings,
    assumption_parts,
    how_equal,
    how_to_repeat,
    pictures,
    row_html,
    table_html,
    write_page,
)
from sim.telling.wording import NOTHING

ASSUMPTIONS = Headings("In what the worlds differ", "What the answer depends on most", "What else is not the default")


def write_power_report(
    design: Design, effects: Sequence[Detectable], scenario: Scenario, command: str, figure: Drawn, path: Path
) -> None:
    """Write the report; the figure is read from the folder of ``path`` and put into the page."""
    title = f"What an evaluator could have seen: {scenario.parameters.title or scenario.name}"
    write_page(title, _parts(title, design, effects, scenario, command, figure, path.parent), path)


def _parts(
    title: str,
    design: Design,
    effects: Sequence[Detectable],
    scenario: Scenario,
    command: str,
    figure: Drawn,
    folder: Path,
) -> Iterator[str]:
    first, *others = power_sentences(design, effects)
    yield f"<h1>{escape(title)}</h1>"
    yield f'<p class="first box">{escape(first)}</p>'
    yield from (f"<p>{escape(sentence)}</p>" for sentence in others)
    yield from pictures([figure], folder)
    for background in reversed(list(dict.fromkeys(it.background for it in effects))):
        yield f"<h2>Smallest fall seen four times in five, {BACKGROUND_TITLES[background]}</h2>"
        yield table_html([escape(against(group)) for group in WHOM], _rows(effects, background), kind="stacked")
    yield '<h2 id="assumptions">The assumptions</h2>'
    yield from assumption_parts([scenario], ASSUMPTIONS)
    yield f"{how_to_repeat(command)}<p>{how_equal('threads')}.</p>"


def _rows(effects: Sequence[Detectable], background: str) -> Iterator[str]:
    for line in power_lines(effects, background):
        found = (line.answers.get(group) for group in WHOM)
        cells = (NOTHING if it is None or it.refused else percent_of(it) for it in found)
        yield row_html(escape(line.label), cells)
