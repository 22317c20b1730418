"""What every report is made of: one self-contained page, its notes, tables and figures, and the assumptions."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import NamedTuple

from sim.analysis.assumptions import Assumption, assumptions_of, dials_of
from sim.analysis.statistics import Estimate
from sim.scenario.scenario import Scenario
from sim.telling.describe.sources import sources_of
from sim.telling.figures.style import Drawn
from sim.telling.reports.look import STYLE
from sim.telling.wording import change_text

PERCENT = "\u00a0%"
KNOWN = "<strong>True means true in the simulated world</strong>: the model knows each incident, reported or not."
OBSERVED = "Recorded crime is what police write down, all that an observer of real data would see"


class Headings(NamedTuple):
    """What the three kinds of assumptions are called: where scenarios differ, the dials, and what else is shared."""

    differing: str
    dials: str
    shared: str


def write_page(title: str, parts: Iterable[str], path: Path) -> None:
    """Write a self-contained page; ``title`` is plain text, ``parts`` are HTML."""
    body = _TOGETHER.sub(lambda found: found[0].replace(" ", "\u00a0"), "\n".join(parts))
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )
    path.write_text(page, encoding="utf-8")


_TOGETHER = re.compile(r" (?:(?<=\d )(?:%|± )|(?<=, )%(?=[<,)]))")
"""What would part a number, or a column's name, from its unit or its error at the end of a line."""


def note(text: str) -> str:
    """Return a paragraph in small letters; ``text`` is HTML."""
    return f'<p class="small">{text}</p>'


def first_words(text: str) -> str:
    """Return the paragraph that says what changed; ``text`` is HTML."""
    return f'<p class="first">Under the <a href="#assumptions">listed assumptions</a>{text}</p>'


def lead(words: Iterable[str], beside: Iterable[str] = ()) -> str:
    """Return the first part of a page: what was found, and beside it how far it can be trusted; both are HTML."""
    told, aside = "\n".join(words), "\n".join(beside)
    rest = f"\n<aside>\n{aside}\n</aside>" if aside else ""
    kind = "lead" if aside else "lead alone"
    if len(_TAG.sub("", aside)) > len(_TAG.sub("", told)) and "<figure" not in aside:
        kind = "lead even"
    return f'<div class="{kind}">\n<div>\n{told}\n</div>{rest}\n</div>'


_TAG = re.compile("<[^>]*>")


def strong(text: str) -> str:
    """Return a paragraph in bold letters; ``text`` is plain."""
    return f"<p><strong>{escape(text)}</strong></p>"


def title_of(title: str, question: str) -> Iterator[str]:
    """Yield the title of a page, and the user's question, if there is one."""
    yield f"<h1>{escape(title)}</h1>"
    if question:
        yield f'<p class="question">{escape(question)}</p>'


def folded(title: str, parts: Iterable[str], *, is_printed: bool = False) -> Iterator[str]:
    """Yield parts that are read when they are unfolded; ``title`` is plain, parts are HTML. Nothing where all are.

    What ``is_printed`` stands on paper whether it is unfolded or not.
    """
    told = list(parts)
    if told:
        yield f"<details{' class=printed' if is_printed else ''}><summary>{escape(title)}</summary>"
        yield from told
        yield "</details>"


def pictures(figures: Iterable[Drawn], folder: Path) -> Iterator[str]:
    """Yield figures of ``folder`` with their captions, the pictures within the page, drawn anew for a telephone."""
    for figure in figures:
        wide = (folder / f"{figure.name}.svg").read_bytes()
        narrow = f'<source media="(max-width: 600px)" srcset="{_data(figure.narrow)}">' if figure.narrow else ""
        is_tall = "tall" if _height_share(wide) > TALL else "flat"
        yield (
            f'<figure id="{figure.name}" class="{is_tall}"><picture>{narrow}'
            f'<img alt="{escape(figure.alt or figure.caption)}" src="{_data(wide)}"></picture>'
            f"<figcaption><strong>{escape(figure.title)}.</strong> {escape(figure.caption)}</figcaption></figure>"
        )


TALL = 0.6
"""Height over width from which a figure is made a little smaller on paper."""


def _data(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


def _height_share(svg: bytes) -> float:
    found = re.search(rb'<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    return float(found[2]) / float(found[1]) if found else 0.0


def table_html(
    heads: Iterable[str],
    rows: Iterable[str],
    corner: str | None = None,
    caption: str = "",
    kind: str = "",
    label: str = "",
) -> str:
    """Return a table of ``rows`` under ``heads``, all of them HTML; ``corner`` heads the labels.

    ``caption``, plain, says what the table holds, as does ``label`` to those who do not see it, by default the caption
    or the heads; ``kind`` is ``key`` for the numbers that come first, ``wordy`` where cells are words, and ``stacked``
    where cells stand below each other on a telephone, as those of ``key`` do.
    """
    heads = list(heads)
    first = "<td></td>" if corner is None else _head(corner)
    names = [" ".join(_TAG.sub(" ", head).split()) for head in heads]
    said = escape(label or caption) or f"Table: {' '.join(names)}"
    kind = "key stacked" if kind == "key" else kind or "plain"
    body = "\n".join(_named_cells(row, names) if "stacked" in kind else row for row in rows)
    above = f"<caption><span>{escape(caption)}</span></caption>" if caption else ""
    return (
        f'<div class="wide" role="region" aria-label="{said}" tabindex="0"><table class="{kind}">{above}'
        f"<thead><tr>{first}{''.join(map(_head, heads))}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _named_cells(row: str, names: Sequence[str]) -> str:
    """Return a row whose cells say what they are, for a telephone, where they stand below each other."""
    left = iter(names)
    row = row.replace("<tr", '<tr role="row"').replace('<th scope="row"', '<th scope="row" role="rowheader"')
    return re.sub("<td>", lambda _: f'<td role="cell" data-head="{next(left)}">', row)


def _head(text: str) -> str:
    return f'<th scope="col">{text}</th>'


def row_html(label: str, cells: Iterable[str]) -> str:
    """Return a row of a table; ``label`` and ``cells`` are HTML."""
    return f'<tr><th scope="row">{label}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def section_row(text: str, columns: int) -> str:
    """Return a row that begins a section of a table of so many columns; ``text`` is plain."""
    return f'<tr class="section"><th colspan="{columns}" scope="rowgroup">{escape(text)}</th></tr>'


def change_html(estimate: Estimate, unit: str = "") -> str:
    """Return a change with its interval set back from it."""
    told, _, interval = change_text(estimate, unit).partition(" (")
    return f'{told} <span class="interval">({interval}</span>' if interval else told


def breaking(path: str) -> str:
    """Return a parameter's name escaped; it may break after a point or an underscore."""
    return escape(path).replace(".", ".<wbr>").replace("_", "_<wbr>")


def assumption_parts(
    scenarios: Sequence[Scenario],
    headings: Headings,
    swept: Sequence[str] = (),
    drawn: Mapping[str, tuple[float, float]] | None = None,
) -> Iterator[str]:
    """Yield in what scenarios differ, what the answer depends on most, and what they share beyond the defaults.

    Parameters
    ----------
    scenarios : sequence of Scenario
        With one alone nothing is said of differences.
    headings : Headings
        What the parts are called.
    swept : sequence of str
        Parameters that are told elsewhere.
    drawn : mapping of pair of float, optional
        Parameters that are drawn in place of the scenarios' values, and between what nine in ten of the draws lie.
    """
    names = [scenario.name for scenario in scenarios]
    differing, shared = ([it for it in found if not _is_under(it.name, swept)] for found in assumptions_of(scenarios))
    dials = [it for it in dials_of(scenarios) if len(set(it.values)) == 1 and not _is_under(it.name, swept)]
    dials = [_with_draws(it, drawn or {}) for it in dials]
    told = [it for it in shared if not it.name.startswith(tuple(dial.name for dial in dials))]
    sources = sources_of(it.source for it in (*differing, *dials, *told))
    if len(scenarios) > 1:
        if differing:
            yield from folded(headings.differing, [_assumption_table(differing, names, headings.differing)])
        else:
            yield f"<h3>{headings.differing}</h3><p>In nothing.</p>"
    if dials:
        yield from folded(headings.dials, [_assumption_table(dials, names[:1], headings.dials)], is_printed=True)
    nothing = "<p>Nothing: all else is at its default.</p>"
    yield from folded(headings.shared, [_assumption_table(told, names[:1], headings.shared) if told else nothing])
    listed = [f"<li>{escape(line)}</li>" for line in sources]
    yield from folded("What the sources are", ["<ul>", *listed, "</ul>"] if listed else [])
    yield note("All other parameters, with unit, range and source, are printed by <code>darkfigure describe</code>.")


def _with_draws(dial: Assumption, drawn: Mapping[str, tuple[float, float]]) -> Assumption:
    """Return a dial with the ranges of what is drawn of it in place of its values."""
    told = []
    for path, (low, high) in drawn.items():
        if _is_under(path, [dial.name]):
            entry = path.removeprefix(dial.name).strip(".").replace("_", " ")
            told.append(f"{entry} {low:.2g} to {high:.2g}".strip())
    if not told:
        return dial
    return replace(dial, values=tuple(f"drawn, nine in ten: {'; '.join(told)}" for _ in dial.values))


def _is_under(name: str, paths: Sequence[str]) -> bool:
    return any(name == path or name.startswith(f"{path}.") for path in paths)


def _assumption_table(assumptions: Sequence[Assumption], names: Sequence[str], label: str) -> str:
    """Return a table of parameters with a column for each of the scenarios ``names``; ``label`` says what they are."""
    heads = names if len(names) > 1 else ["value"]
    rows = [
        row_html(
            f"{escape(it.meaning)}<br><code>{breaking(it.name)}</code>"
            f'<br class="screen"> <span class="small">{escape(it.unit)}; source: {escape(it.source)}</span>',
            map(escape, it.values[: len(heads)]),
        )
        for it in assumptions
    ]
    return table_html(map(unbroken, heads), rows, kind="wordy", label=label)


def unbroken(text: str) -> str:
    """Return text escaped; it may break after an underscore and before an interval, and nowhere else."""
    inner = escape(text).replace(" ", "\u00a0").replace("\u00a0(", " (")
    return inner.replace("_", "_<wbr>")


def how_to_repeat(command: str) -> str:
    """Return the heading of the last part and the command that gives the same results again."""
    again = command_html(f"{command} --out again")
    return f"<h2>How to reproduce this</h2>\n<p>In the folder of this report:</p>{again}"


def command_html(command: str) -> str:
    """Return a command of this program as it is typed; lines end between words, not between an option and its value."""
    words = _OPTION.sub(r"<span>\g<0></span>", escape(command))
    return f"<pre>darkfigure {words}</pre>"


_OPTION = re.compile(r"--\S+(?: (?!--)\S+)?")
"""An option of a command with its value, if it has one."""


def how_equal(whatever: str) -> str:
    """Return under which conditions the tables are the same again, ``whatever`` else differs."""
    return (
        "<code>manifest.json</code> names the version and a fingerprint of its sources; with the same version on the "
        f"same type of machine the tables are the same, byte for byte, whatever the {whatever}. "
        "<code>codebook.csv</code> explains each column"
    )
