"""The page of a validation: verdicts by role, differences in prose, and what a review asks of such models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from sim.analysis.evidence.figures import COLUMNS, DESIGN, Figure
from sim.analysis.evidence.kinds import KINDS
from sim.analysis.evidence.validation import Validation
from sim.scenario.scenario import Scenario
from sim.telling.figures.style import Drawn
from sim.telling.reports.blocks import Block, Code, Folded, Heading, Listing, Paragraph, Picture, Rows, html, markdown
from sim.telling.reports.page import Headings, assumption_parts, how_equal, how_to_repeat, note, write_page
from sim.telling.review_criteria import REVIEW, criteria
from sim.telling.validation_wording import (
    HEADINGS,
    ROLE_WORDS,
    Pair,
    differing,
    missing_lines,
    published_text,
    summary_sentences,
    verdict_text,
    warnings_of,
    with_error,
    z_text,
)

TITLE = "Validation"
_HEADS = ("figure", "unit", "published", "simulated (Monte Carlo error)", "z", "verdict")
_ASSUMPTIONS = Headings("", "What the answer depends on most", "What else is not the default")


def write_validation_report(validation: Validation, scenario: Scenario, command: str, drawn: Drawn, path: Path) -> None:
    """Write the report of a folder; the figure is read from there and put into the page."""
    parts = [
        f"<h1>{TITLE}: published figures beside simulated ones</h1>",
        *html(_blocks(validation, drawn), path.parent),
    ]
    parts += ['<h2 id="assumptions">The assumptions</h2>', *assumption_parts([scenario], _ASSUMPTIONS)]
    parts += [how_to_repeat(command), note(f"{how_equal('number of workers or threads')}.")]
    write_page(f"{TITLE}: {escape(scenario.name)}", parts, path)


def write_validation_page(validation: Validation, whose: str, options: Sequence[str], drawn: Drawn, path: Path) -> None:
    """Write the page as Markdown; its picture lies in ``images`` beside it."""
    blocks = [*_made(validation, whose, options, path), *_blocks(validation, drawn)]
    path.write_text(markdown(TITLE, blocks, "images"), encoding="utf-8")


def _made(validation: Validation, whose: str, options: Sequence[str], path: Path) -> Iterator[Block]:
    """Yield how the page was made; files of a user stand there by their names alone."""
    seeds = [world.seed for world in validation.worlds]
    shown = " ".join(("darkfigure validate", *(_by_name(option) for option in options)))
    yield Paragraph(f"This page is made by one command; the figures are {whose}:")
    yield Code(f"{shown} --seed {seeds[0]} --seeds {len(seeds)} --page {path.name}")


def _by_name(option: str) -> str:
    """Return an option with the name of its file instead of a path."""
    key, sign, value = option.partition("=")
    return f"{key}{sign}{Path(value).name}" if "/" in value else option


def _blocks(validation: Validation, drawn: Drawn) -> Iterator[Block]:
    yield Paragraph(_worlds_text(validation))
    yield from (Paragraph(text, is_strong=True) for text in warnings_of(validation))
    yield Listing(summary_sentences(validation))
    yield Picture(drawn)
    yield from _tables(validation)
    yield from _differences(validation)
    missing = Listing(missing_lines(validation)) if validation.not_given else Paragraph("None.")
    yield Folded("Figures that no table of a run gives", [missing])
    how = Paragraph(
        "One function a kind of figure; months are those of the run where none are given. `validate FILE` takes a file "
        "of your own with the same columns, `figures.csv` in the folder of results is the one to start from."
    )
    yield Folded("How each figure is computed", [how, Listing([_design(figure) for figure in validation.figures])])
    yield _kinds()
    answers = ((Heading(it.title, 3), Paragraph(it.answer)) for it in criteria(validation))
    yield Folded(
        "What a review asks of such models", [Paragraph(REVIEW), *(block for both in answers for block in both)]
    )


def _worlds_text(validation: Validation) -> str:
    world = validation.worlds[0]
    kind = "real counties" if validation.is_real else "made counties"
    return (
        f"Figures as published beside the mean over {len(validation.worlds)} simulated worlds with {world.counties:,} "
        f"{kind} and {world.people:,} agents, from {world.months[0]} to {world.months[1]}, each computed as its study "
        "computed it. Worlds differ in who lives there and in luck. z is the difference over the published error and "
        "the Monte Carlo error together. True means true in the simulated world."
    )


def _tables(validation: Validation) -> Iterator[Block]:
    for role, heading in HEADINGS.items():
        pairs = validation.of_role(role)
        told = Paragraph(ROLE_WORDS[role]), Rows(_HEADS, [_row(pair) for pair in pairs])
        if pairs and role == "input":
            yield Folded(heading, told)
        elif pairs:
            yield from (Heading(heading), *told)


def _row(pair: Pair) -> tuple[str, ...]:
    figure, row = pair
    simulated = with_error(row.simulated, row.mc_error)
    return (f"{row.id} {figure.what}", figure.unit, published_text(figure), simulated, z_text(row), verdict_text(row))


def _differences(validation: Validation) -> Iterator[Block]:
    told = [f"{'; '.join(map(_difference, pairs))}. {reason}" for pairs, reason in differing(validation)]
    yield Heading("Where they differ, and why")
    yield Listing(told) if told else Paragraph("Nowhere.")


def _difference(pair: Pair) -> str:
    figure, row = pair
    simulated = with_error(row.simulated, row.mc_error)
    return f"{row.id}, {figure.what}: {simulated}, published {published_text(figure)} ({verdict_text(row)})"


def _kinds() -> Folded:
    """Return what a file of figures may ask for."""
    columns = ", ".join(f"`{name}`" for name in COLUMNS)
    asked = Paragraph(
        f"A file has a row for each figure and the columns {columns}, of which `id`, `quantity`, `value`, `role` and "
        "`kind` must be there. A word that is not known is answered with those that are."
    )
    cells = [(f"`{name}`", kind.about, ", ".join(f"`{it}`" for it in kind.columns)) for name, kind in KINDS.items()]
    table = Rows(("kind", "what it is", "columns of its design"), cells, is_wordy=True)
    return Folded("Kinds of figures", [asked, table])


def _design(figure: Figure) -> str:
    """Return how a figure is computed, and where it is from."""
    columns = ", ".join(f"{name} `{getattr(figure, name)}`" for name in DESIGN if getattr(figure, name))
    source = "; ".join(text for text in (figure.period, figure.source, figure.certainty) if text)
    how = f"`{figure.kind}`, {KINDS[figure.kind].about}" + (f" ({columns})" if columns else "")
    notes = "".join(f". {text}" for text in (source, figure.note) if text)
    return f"{figure.id} {figure.what}: {how}{notes}"
