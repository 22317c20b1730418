"""What an evaluation comes to, read from its folder: the sentence and the main figure, for the page of a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from sim.running.manifest import manifest_of
from sim.scenario.scenario import Scenario, load_scenario
from sim.telling.figures.style import Drawn
from sim.telling.reports.page import note, pictures
from sim.words.faults import UserError, printable
from sim.words.reading import content_of

FIGURE = "event_study"
NARROW_FIGURE = f"{FIGURE}_narrow.svg"
"""The same for a telephone, as an evaluation writes it beside the other."""
_OPEN, _CLOSE = '<section id="evaluator">', "</section>"


class Evaluated(NamedTuple):
    """An evaluation in a folder.

    Attributes
    ----------
    scenario : Scenario
        With the program that was evaluated.
    headline : str
        What police data alone would have told, and what was true.
    wide, narrow : bytes
        The event studies as SVG, for a screen and for a telephone; the latter may be empty.
    """

    scenario: Scenario
    headline: str
    wide: bytes
    narrow: bytes


def evaluated_in(folder: Path) -> Evaluated:
    """Return what is told of the evaluation in ``folder``.

    Raises
    ------
    UserError
        Where it holds none, or a file of it is missing or damaged.
    """
    try:
        if manifest_of(folder).get("kind") != "estimate":
            raise UserError(printable(f"{folder}: holds no evaluation; 'darkfigure estimate' makes one"))
        wide, narrow, told = (content_of(folder / name) for name in (f"{FIGURE}.svg", NARROW_FIGURE, "headline.txt"))
    except FileNotFoundError as error:
        raise UserError(printable(f"{error.filename}: no such file; the evaluation is not whole")) from None
    return Evaluated(load_scenario(folder / "scenario.yaml"), told.decode("utf-8", "replace").strip(), wide, narrow)


def evaluator_section(parts: Iterable[str]) -> str:
    """Return the part of a comparison's page that tells of evaluators, from its parts in HTML."""
    return "\n".join([_OPEN, *parts, _CLOSE])


def with_evaluation(page: str, found: Evaluated, folder: Path) -> str:
    """Return a comparison's page with an evaluation in its place; the figure is read from ``folder``, the evaluation's.

    Raises
    ------
    UserError
        Where the page has no place for it.
    """
    before, opened, rest = page.partition(_OPEN)
    _, closed, after = rest.partition(_CLOSE)
    if not opened or not closed:
        raise UserError(
            "report.html has no place for an evaluation, as pages of other versions have none; 'darkfigure rerun' "
            "makes the comparison again"
        )
    return before + evaluator_section(evaluated_parts(found, folder)) + after


def evaluated_parts(found: Evaluated, folder: Path) -> Iterator[str]:
    """Yield the part of a comparison's page; the figure is read from ``folder``."""
    yield "<h2>What an evaluator would see</h2>"
    yield f"<p>{escape(found.headline)}</p>"
    caption = (
        "Effects by the time since the program began in a county, as an evaluator estimates them from each book, with "
        "95 % intervals; dashed: the effect that is really there, by the same weights."
    )
    yield from pictures([Drawn(FIGURE, "Event studies on three books", caption, found.headline, found.narrow)], folder)
    yield note("The estimators, their tests and what explains them stand in the evaluation's own report.")
