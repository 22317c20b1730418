"""The report: one self-contained page that says first what changed, then under which assumptions."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from sim.analysis.assumptions import Assumption, assumptions_of, dials_of
from sim.analysis.summary import Row
from sim.running.measures import Results, clipped_share
from sim.running.outcomes import BALANCE_SECTION, GAIN_SECTION
from sim.telling.figures.style import Drawn
from sim.telling.wording import NOTHING, Line, change_text, lines_of, missing_text, reasons_of
from sim.words.labels import LABELS

CLIPPED_WARNING_SHARE = 0.001
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


def write_report(results: Results, rows: Sequence[Row], figures: Sequence[Drawn], path: Path) -> None:
    """Write the report of a comparison; figures are read from the folder of ``path`` and put into the page."""
    title = results.comparison.title or results.comparison.name
    body = "\n".join(_parts(results, rows, figures, path.parent))
    path.write_text(html_page(title, body), encoding="utf-8")


def html_page(title: str, body: str) -> str:
    """Return a self-contained page; ``title`` is plain text, ``body`` HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _parts(results: Results, rows: Sequence[Row], figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    lines = lines_of(rows, results.reference, results.others)
    yield from _opening(results, rows)
    yield "<h2>What changes</h2>"
    yield note(_how_to_read(results))
    yield _table(results, [line for line in lines if line.section not in (BALANCE_SECTION, GAIN_SECTION)])
    yield from (note(f"{NOTHING}: {reason}.") for reason in reasons_of(rows))
    yield "<h2>Figures</h2>"
    yield from (figure_html(figure, folder) for figure in figures)
    yield "<h2>The balance</h2>"
    yield note(BALANCE_NOTE)
    yield _table(results, [line for line in lines if line.section == BALANCE_SECTION or line.measure in _REMOVALS])
    yield from _assumptions(results)
    yield from _gain(results, [line for line in lines if line.section == GAIN_SECTION])
    yield from _how_made(results)


_REMOVALS = ("removed", "removed_parents")
PERCENT = "\u00a0%"
BALANCE_NOTE = (
    "Counted inside each run, offence by offence, and given as difference from the reference per 100,000 person-years: "
    "index offences that did not happen as the person who would have committed them had been removed; offences that "
    "removable people were deterred from; offences added because offenders expect a smaller risk of being reported "
    "and solved; offences by people released after a county declined a detainer; and removals by criminal record. "
    "The entries do not add up to the change of true crime: an offence prevented or added changes later ones."
)


def _opening(results: Results, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what changed in the first of the other scenarios, before anything else."""
    comparison, main = results.comparison, results.others[0]
    found = {(row.scenario, row.measure): row.estimate for row in rows if row.group == "all"}
    yield f"<h1>{escape(comparison.title or comparison.name)}</h1>"
    told = [
        f"{LABELS[family].lower()}: recorded {change_text(found[main, f'recorded_{family}'], PERCENT)}, "
        f"true {change_text(found[main, f'true_{family}'], PERCENT)}"
        for family in ("violent", "property")
    ]
    recorded, true = (change_text(found[main, f"{book}_total"], PERCENT) for book in ("recorded", "true"))
    yield (
        f'<p class="first box">Under the <a href="#assumptions">listed assumptions</a>, recorded crime changes by '
        f"<strong>{recorded}</strong> and true crime by <strong>{true}</strong> under "
        f"{_named(results, main)}, compared with {_named(results, results.reference)}. By kind: {'; '.join(told)}.</p>"
    )
    yield note(
        f"Changes over {results.window} ({escape(results.evaluation.reason)}; the same months for all scenarios): "
        f"means of paired differences over {comparison.replications} replications, with 95 % intervals in brackets. "
        f"The intervals tell chance in the runs, not doubt about the assumptions. {_reached(results)}"
    )
    yield note(
        "<strong>True means true in the simulated world</strong>: the model knows each incident, reported or not. "
        "Nobody knows that number for a real place. Recorded crime is what police write down, all that an observer of "
        "real data would see; surveyed crime is what a simulated victimization survey hears."
    )
    if results.missing:
        yield note(f"<strong>{escape(missing_text(results))}</strong>")
    if comparison.question:
        yield f"<p><strong>Question:</strong> {escape(comparison.question)}</p>"


def _reached(results: Results) -> str:
    """Return how much of the world the programs reach on average over the evaluation."""
    start = results.evaluation.start
    shares = {name: f"{100 * results.evaluation.exposure[name][start:].mean():.0f} %" for name in results.others}
    told = [f"{share} {_named(results, name)}" for name, share in shares.items()]
    words = next(iter(shares.values())) if len(set(shares.values())) == 1 else ", ".join(told)
    return f"People in counties that the programs reach, on average over these months: {words}."


def _named(results: Results, name: str) -> str:
    title = results.title(name)
    return f"<em>{escape(title)}</em>" if title == name else f"<em>{escape(title)}</em> (<code>{escape(name)}</code>)"


def note(text: str) -> str:
    """Return a paragraph in small letters; ``text`` is HTML."""
    return f'<p class="small">{text}</p>'


def _how_to_read(results: Results) -> str:
    return (
        f"Level: mean of {_named(results, results.reference)}. Other columns: change against it; crime, reporting and "
        "victimization in % of that level, gaps in percentage points, enforcement and balance in the unit of the "
        "level. Rates of crime count all targets, organizations among them, per simulated person at the start; "
        "victimization leaves organizations out. The survey is weighted to the groups' sizes and asks about the six "
        "months before the interview. Simple assault is no index crime and has no recorded book."
    )


def _table(results: Results, lines: Sequence[Line]) -> str:
    head = [f"{_breaking(results.reference)}<br>level", *(_breaking(name) for name in results.others)]
    cells = "".join(f'<th scope="col">{text}</th>' for text in head)
    body: list[str] = []
    section = ""
    for line in lines:
        unit = f" ({escape(line.unit)})"
        if line.section != section:
            section = line.section
            body.append(f'<tr class="section"><th colspan="{len(head) + 1}">{escape(section)}{unit}</th></tr>')
            current = line.unit
        label = escape(line.label) + (unit if line.unit != current else "")
        body.append(_row(label, (line.level, *line.cells)))
    rows = "\n".join(body)
    return f'<div class="wide"><table><thead><tr><th></th>{cells}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def _breaking(text: str) -> str:
    """Return escaped text that may break after an underscore and before an interval, and nowhere else."""
    inner = escape(text).replace(" ", "\u00a0").replace("\u00a0(", " (")
    return inner.replace("_", "_<wbr>")


def _row(label: str, cells: Iterable[str]) -> str:
    return f"<tr><td>{label}</td>{''.join(f'<td>{_breaking(cell)}</td>' for cell in cells)}</tr>"


def figure_html(figure: Drawn, folder: Path) -> str:
    """Return a figure of ``folder`` with its caption, the picture within the page."""
    data = base64.b64encode((folder / f"{figure.name}.png").read_bytes()).decode("ascii")
    return (
        f'<figure><img alt="{escape(figure.title)}" src="data:image/png;base64,{data}">'
        f"<figcaption><strong>{escape(figure.title)}.</strong> {escape(figure.caption)}</figcaption></figure>"
    )


def _assumptions(results: Results) -> Iterator[str]:
    """Yield the assumptions: switches, what the scenarios differ in, and what they share beyond the defaults."""
    names = list(results.runs)
    differing, shared = assumptions_of(results.comparison.scenarios)
    yield '<h2 id="assumptions">The assumptions</h2>'
    yield "<h3>In what the scenarios differ</h3>"
    yield assumption_table(differing, names) if differing else "<p>In nothing.</p>"
    dials = [dial for dial in dials_of(results.comparison.scenarios) if len(set(dial.values)) == 1]
    if dials:
        yield "<h3>What the answer depends on most, the same in all scenarios</h3>"
        yield assumption_table(dials, names[:1])
    yield "<h3>What else they share that is not the default</h3>"
    told = [it for it in shared if not it.name.startswith(tuple(dial.name for dial in dials))]
    yield assumption_table(told, names[:1]) if told else "<p>Nothing: all else is at its default.</p>"
    yield note("All other parameters, with unit, range and source, are printed by <code>darkfigure describe</code>.")


def assumption_table(assumptions: Sequence[Assumption], names: Sequence[str]) -> str:
    """Return a table of parameters with a column for each of the scenarios ``names``."""
    heads = names if len(names) > 1 else ["all scenarios"]
    columns = "".join(f'<th scope="col">{_breaking(name)}</th>' for name in heads)
    rows = "\n".join(
        f"<tr><td>{escape(it.meaning)}<br><code>{escape(it.name).replace('.', '.<wbr>').replace('_', '_<wbr>')}</code>"
        f'<br><span class="small">{escape(it.unit)}; source: {escape(it.source)}</span></td>'
        + "".join(f"<td>{escape(value)}</td>" for value in it.values[: len(heads)])
        + "</tr>"
        for it in assumptions
    )
    return (
        f'<div class="wide"><table><thead><tr><th></th>{columns}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'
    )


def _gain(results: Results, lines: Sequence[Line]) -> Iterator[str]:
    yield "<h2>What the pairing gains</h2>"
    yield note(
        "Runs with one number share their luck, so that a difference between them is caused by policy. The table says "
        "how many times more runs would be needed for the same precision without that: the variance of the difference "
        "of two independent runs over that of paired ones."
    )
    head = "".join(f'<th scope="col">{_breaking(name)}</th>' for name in results.others)
    rows = "\n".join(_row(escape(line.label), line.cells) for line in lines)
    yield f'<div class="wide"><table><thead><tr><th></th>{head}</tr></thead><tbody>\n{rows}\n</tbody></table></div>'


def _how_made(results: Results) -> Iterator[str]:
    """Yield how to get the same results again, and what to beware of."""
    comparison = results.comparison
    yield "<h2>How to reproduce this</h2>"
    yield (
        "<p>In the folder of this report:</p><pre>darkfigure compare comparison.yaml --out again</pre>"
        f"<p>Seed {comparison.seed}, {comparison.replications} replications. <code>manifest.json</code> names the "
        "version and a fingerprint of its sources; with the same version on the same type of machine the tables are "
        "the same, byte for byte, whatever the engine, workers and threads. <code>codebook.csv</code> explains each "
        "column of each table.</p>"
    )
    shares = {name: clipped_share(runs) for name, runs in results.runs.items()}
    largest = max(shares.values())
    yield note(
        f"Opportunities for crime whose probability had to be cut at 1: at most {100 * largest:.3g} % in any scenario."
    )
    if largest > CLIPPED_WARNING_SHARE:
        yield "<p><strong>More than 0.1 % were cut, which flattens effects: raise crime.headroom.</strong></p>"
