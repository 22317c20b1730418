"""What every report is made of: one self-contained page, its notes, tables and figures, and the assumptions."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from sim.analysis.assumptions import Assumption, assumptions_of, dials_of
from sim.scenario.scenario import Scenario
from sim.telling.describe.sources import sources_of
from sim.telling.figures.style import Drawn

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; max-width: 68rem;
  padding: 1rem 1.2rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #bbb; }
.first { font-size: 1.12rem; }
.box { border-left: 4px solid #0072B2; padding: .2rem 0 .2rem .9rem; margin: 1rem 0; }
.small, figcaption { font-size: .86rem; color: #444; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .84rem; width: 100%; }
th, td { padding: .22rem .55rem; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; min-width: 13rem; }
td code { overflow-wrap: normal; }
thead th { border-bottom: 2px solid #444; vertical-align: bottom; }
tr.section th { text-align: left; padding-top: .9rem; border-bottom: 1px solid #bbb; background: #f5f5f5; }
tbody tr td { border-bottom: 1px solid #eee; }
figure { margin: 1.2rem 0; break-inside: avoid; }
figure img { width: 100%; height: auto; }
code, pre { font-size: .86rem; background: #f5f5f5; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { padding: .6rem; }
summary { cursor: pointer; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  .wide { overflow: visible; }
  table { font-size: 7pt; }
  tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""
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
    body = "\n".join(parts)
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
    path.write_text(page, encoding="utf-8")


def note(text: str) -> str:
    """Return a paragraph in small letters; ``text`` is HTML."""
    return f'<p class="small">{text}</p>'


def first_box(text: str) -> str:
    """Return the paragraph that says what changed; ``text`` is HTML."""
    return f'<p class="first box">Under the <a href="#assumptions">listed assumptions</a>{text}</p>'


def strong(text: str) -> str:
    """Return a paragraph in bold letters; ``text`` is plain."""
    return f"<p><strong>{escape(text)}</strong></p>"


def question_of(text: str) -> Iterator[str]:
    """Yield the user's question, if there is one."""
    if text:
        yield f"<p><strong>Question:</strong> {escape(text)}</p>"


def figures_part(figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    """Yield the figures of ``folder`` under a heading."""
    yield "<h2>Figures</h2>"
    yield from pictures(figures, folder)


def pictures(figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    """Yield the figures of ``folder`` with their captions, the pictures within the page."""
    for figure in figures:
        data = base64.b64encode((folder / f"{figure.name}.png").read_bytes()).decode("ascii")
        yield (
            f'<figure><img alt="{escape(figure.title)}" src="data:image/png;base64,{data}">'
            f"<figcaption><strong>{escape(figure.title)}.</strong> {escape(figure.caption)}</figcaption></figure>"
        )


def table_html(heads: Iterable[str], rows: Iterable[str], corner: str | None = None) -> str:
    """Return a table of ``rows`` under ``heads``, all of them HTML; ``corner`` heads the labels."""
    first = "<th></th>" if corner is None else _head(corner)
    body = "\n".join(rows)
    return (
        f'<div class="wide"><table><thead><tr>{first}{"".join(map(_head, heads))}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _head(text: str) -> str:
    return f'<th scope="col">{text}</th>'


def row_html(label: str, cells: Iterable[str]) -> str:
    """Return a row of a table; ``label`` and ``cells`` are HTML."""
    return f"<tr><td>{label}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def breaking(path: str) -> str:
    """Return a parameter's name escaped; it may break after a point or an underscore."""
    return escape(path).replace(".", ".<wbr>").replace("_", "_<wbr>")


def assumption_parts(scenarios: Sequence[Scenario], headings: Headings, swept: Sequence[str] = ()) -> Iterator[str]:
    """Yield in what scenarios differ, what the answer depends on most, and what they share beyond the defaults.

    Parameters
    ----------
    scenarios : sequence of Scenario
        With one alone nothing is said of differences.
    headings : Headings
        What the parts are called.
    swept : sequence of str
        Parameters that are told elsewhere.
    """
    names = [scenario.name for scenario in scenarios]
    differing, shared = ([it for it in found if not _is_under(it.name, swept)] for found in assumptions_of(scenarios))
    dials = [it for it in dials_of(scenarios) if len(set(it.values)) == 1 and not _is_under(it.name, swept)]
    if len(scenarios) > 1:
        yield f"<h3>{headings.differing}</h3>"
        yield _assumption_table(differing, names) if differing else "<p>In nothing.</p>"
    if dials:
        yield f"<h3>{headings.dials}</h3>"
        yield _assumption_table(dials, names[:1])
    yield f"<h3>{headings.shared}</h3>"
    told = [it for it in shared if not it.name.startswith(tuple(dial.name for dial in dials))]
    yield _assumption_table(told, names[:1]) if told else "<p>Nothing: all else is at its default.</p>"
    yield note("All other parameters, with unit, range and source, are printed by <code>darkfigure describe</code>.")
    sources = sources_of(it.source for it in (*differing, *dials, *told))
    if sources:
        yield "<details><summary>What the sources are</summary><ul>"
        yield from (f"<li>{escape(line)}</li>" for line in sources)
        yield "</ul></details>"


def _is_under(name: str, paths: Sequence[str]) -> bool:
    return any(name == path or name.startswith(f"{path}.") for path in paths)


def _assumption_table(assumptions: Sequence[Assumption], names: Sequence[str]) -> str:
    """Return a table of parameters with a column for each of the scenarios ``names``."""
    heads = names if len(names) > 1 else ["all scenarios"]
    rows = [
        row_html(
            f"{escape(it.meaning)}<br><code>{breaking(it.name)}</code>"
            f'<br><span class="small">{escape(it.unit)}; source: {escape(it.source)}</span>',
            map(escape, it.values[: len(heads)]),
        )
        for it in assumptions
    ]
    return table_html(map(unbroken, heads), rows)


def unbroken(text: str) -> str:
    """Return text escaped; it may break after an underscore and before an interval, and nowhere else."""
    inner = escape(text).replace(" ", "\u00a0").replace("\u00a0(", " (")
    return inner.replace("_", "_<wbr>")


def how_to_repeat(command: str) -> str:
    """Return the heading of the last part and the command that gives the same results again."""
    return (
        "<h2>How to reproduce this</h2>\n"
        f"<p>In the folder of this report:</p><pre>darkfigure {command} --out again</pre>"
    )


def how_equal(whatever: str) -> str:
    """Return under which conditions the tables are the same again, ``whatever`` else differs."""
    return (
        "<code>manifest.json</code> names the version and a fingerprint of its sources; with the same version on the "
        f"same type of machine the tables are the same, byte for byte, whatever the {whatever}. "
        "<code>codebook.csv</code> explains each column"
    )
