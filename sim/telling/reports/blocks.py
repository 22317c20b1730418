"""A page as a list of blocks, written as Markdown for the repository or as HTML for a folder of results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from sim.telling.describe.odd_protocol import markdown_table
from sim.telling.figures.style import Drawn
from sim.telling.reports.page import folded, pictures, row_html, table_html


class Heading(NamedTuple):
    """A heading: 2 or 3 deep."""

    text: str
    depth: int = 2


class Paragraph(NamedTuple):
    """Plain text in which code stands between backticks; ``is_strong`` for what must not be missed."""

    text: str
    is_strong: bool = False


class Listing(NamedTuple):
    """A list of points, written as paragraphs are."""

    points: Sequence[str]


class Rows(NamedTuple):
    """A table; the first column is a label, and the others are numbers unless it ``is_wordy``."""

    heads: Sequence[str]
    cells: Sequence[Sequence[str]]
    is_wordy: bool = False


class Code(NamedTuple):
    """A command as it is typed."""

    text: str


class Picture(NamedTuple):
    """A figure that was drawn."""

    drawn: Drawn


class Folded(NamedTuple):
    """A part with a heading that a page of HTML shows when it is unfolded, and Markdown always."""

    title: str
    blocks: Sequence[Block]


Block = Heading | Paragraph | Listing | Rows | Code | Picture | Folded


def markdown(title: str, blocks: Iterable[Block], images: str) -> str:
    """Return a page of Markdown; its pictures lie in the folder ``images`` beside it."""
    return "\n\n".join([f"# {title}", *(_as_markdown(block, images) for block in blocks)]) + "\n"


def html(blocks: Iterable[Block], folder: Path) -> Iterator[str]:
    """Yield the parts of a page of HTML; pictures of ``folder`` are put into it."""
    for block in blocks:
        yield from _as_html(block, folder)


def _as_markdown(block: Block, images: str) -> str:
    match block:
        case Heading(text, depth):
            return f"{'#' * depth} {text}"
        case Paragraph(text, is_strong):
            return f"**{text}**" if is_strong else text
        case Listing(points):
            return "\n".join(f"- {point}" for point in points)
        case Rows(heads, cells, _):
            return markdown_table(heads, cells)
        case Code(text):
            return f"```sh\n{text}\n```"
        case Picture(drawn):
            return f"![{drawn.title}]({images}/{drawn.name}.png)\n\n*{drawn.caption}*"
        case Folded(title, blocks):
            return "\n\n".join(_as_markdown(each, images) for each in (Heading(title), *blocks))


def _as_html(block: Block, folder: Path) -> Iterator[str]:
    match block:
        case Heading(text, depth):
            yield f"<h{depth}>{escape(text)}</h{depth}>"
        case Paragraph(text, is_strong):
            yield f"<p><strong>{_inline(text)}</strong></p>" if is_strong else f"<p>{_inline(text)}</p>"
        case Listing(points):
            yield f"<ul>{''.join(f'<li>{_inline(point)}</li>' for point in points)}</ul>"
        case Rows(heads, cells, is_wordy):
            corner, *others = heads
            kind = "wordy stacked" if is_wordy else "stacked"
            rows = (row_html(_inline(label), map(_inline, row)) for label, *row in cells)
            yield table_html(map(escape, others), rows, escape(corner), kind=kind)
        case Code(text):
            yield f"<pre>{escape(text)}</pre>"
        case Picture(drawn):
            yield from pictures([drawn], folder)
        case Folded(title, blocks):
            yield from folded(title, html(blocks, folder))


def _inline(text: str) -> str:
    """Return text escaped, with code where backticks are."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
