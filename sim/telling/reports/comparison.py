"""The report: one self-contained page that says first what changed, then under which assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from sim.analysis.summary import BALANCE_SECTION, GAIN_SECTION, Row
from sim.running.measures import ComparisonRuns, clipped_share
from sim.telling.figures.style import Drawn
from sim.telling.reports.page import (
    KNOWN,
    OBSERVED,
    PERCENT,
    Headings,
    assumption_parts,
    figures_part,
    first_box,
    how_equal,
    how_to_repeat,
    note,
    question_of,
    row_html,
    table_html,
    unbroken,
    write_page,
)
from sim.telling.wording import NOTHING, Line, change_text, lines_of, missing_text, reasons_of
from sim.words.labels import LABELS

CLIPPED_WARNING_SHARE = 0.001


def write_report(results: ComparisonRuns, rows: Sequence[Row], figures: Sequence[Drawn], path: Path) -> None:
    """Write the report of a comparison; figures are read from the folder of ``path`` and put into the page."""
    title = results.comparison.title or results.comparison.name
    write_page(title, _parts(results, rows, figures, path.parent), path)


def _parts(results: ComparisonRuns, rows: Sequence[Row], figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    lines = lines_of(rows, results.reference, results.others)
    yield from _opening(results, rows)
    yield "<h2>What changes</h2>"
    yield note(_how_to_read(results))
    yield _table(results, [line for line in lines if line.section not in (BALANCE_SECTION, GAIN_SECTION)])
    yield from (note(f"{NOTHING}: {reason}.") for reason in reasons_of(rows))
    yield from figures_part(figures, folder)
    yield "<h2>The balance</h2>"
    yield note(BALANCE_NOTE)
    yield _table(results, [line for line in lines if line.section == BALANCE_SECTION or line.measure in _REMOVALS])
    yield '<h2 id="assumptions">The assumptions</h2>'
    yield from assumption_parts(results.comparison.scenarios, ASSUMPTIONS)
    yield from _gain(results, [line for line in lines if line.section == GAIN_SECTION])
    yield from _how_made(results)


_REMOVALS = ("removed", "removed_parents")
ASSUMPTIONS = Headings(
    "In what the scenarios differ",
    "What the answer depends on most, the same in all scenarios",
    "What else they share that is not the default",
)
BALANCE_NOTE = (
    "Counted inside each run, offence by offence, and given as difference from the reference per 100,000 person-years: "
    "index offences that did not happen as the person who would have committed them had been removed; offences that "
    "removable people were deterred from; offences added because offenders expect a smaller risk of being reported "
    "and solved; offences by people released after a county declined a detainer; and removals by criminal record. "
    "The entries do not add up to the change of true crime: an offence prevented or added changes later ones."
)


def _opening(results: ComparisonRuns, rows: Sequence[Row]) -> Iterator[str]:
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
    yield first_box(
        f", recorded crime changes by <strong>{recorded}</strong> and true crime by <strong>{true}</strong> under "
        f"{_named(results, main)}, compared with {_named(results, results.reference)}. By kind: {'; '.join(told)}."
    )
    yield note(
        f"Changes over {results.window} ({escape(results.evaluation.reason)}; the same months for all scenarios): "
        f"means of paired differences over {comparison.replications} replications, with 95 % intervals in brackets. "
        f"The intervals tell chance in the runs, not doubt about the assumptions. {_reached(results)}"
    )
    yield note(
        f"{KNOWN} Nobody knows that number for a real place. {OBSERVED}; surveyed crime is what a simulated "
        "victimization survey hears."
    )
    if results.missing:
        yield note(f"<strong>{escape(missing_text(results))}</strong>")
    yield from question_of(comparison.question)


def _reached(results: ComparisonRuns) -> str:
    """Return how much of the world the programs reach on average over the evaluation."""
    start = results.evaluation.start
    shares = {name: f"{100 * results.evaluation.exposure[name][start:].mean():.0f} %" for name in results.others}
    told = [f"{share} {_named(results, name)}" for name, share in shares.items()]
    words = next(iter(shares.values())) if len(set(shares.values())) == 1 else ", ".join(told)
    return f"People in counties that the programs reach, on average over these months: {words}."


def _named(results: ComparisonRuns, name: str) -> str:
    title = results.title(name)
    return f"<em>{escape(title)}</em>" if title == name else f"<em>{escape(title)}</em> (<code>{escape(name)}</code>)"


def _how_to_read(results: ComparisonRuns) -> str:
    return (
        f"Level: mean of {_named(results, results.reference)}. Other columns: change against it; crime, reporting and "
        "victimization in % of that level, gaps in percentage points, enforcement and balance in the unit of the "
        "level. Rates of crime count all targets, organizations among them, per simulated person at the start; "
        "victimization leaves organizations out. The survey is weighted to the groups' sizes and counts by month of "
        "incident; its sampling errors are those of one run whose incidents are told independently: the root of their "
        "number, and binomial for the share reported. Simple assault is no index crime and has no recorded book."
    )


def _table(results: ComparisonRuns, lines: Sequence[Line]) -> str:
    head = [f"{unbroken(results.reference)}<br>level", *map(unbroken, results.others)]
    body: list[str] = []
    section = ""
    for line in lines:
        unit = f" ({escape(line.unit)})"
        if line.section != section:
            section = line.section
            body.append(f'<tr class="section"><th colspan="{len(head) + 1}">{escape(section)}{unit}</th></tr>')
            current = line.unit
        label = escape(line.label) + (unit if line.unit != current else "")
        body.append(row_html(label, map(unbroken, (line.level, *line.cells))))
    return table_html(head, body)


def _gain(results: ComparisonRuns, lines: Sequence[Line]) -> Iterator[str]:
    yield "<h2>What the pairing gains</h2>"
    yield note(
        "Runs with one number share their luck, so that a difference between them is caused by policy. The table says "
        "how many times more runs would be needed for the same precision without that: the variance of the difference "
        "of two independent runs over that of paired ones."
    )
    rows = [row_html(escape(line.label), map(unbroken, line.cells)) for line in lines]
    yield table_html(map(unbroken, results.others), rows)


def _how_made(results: ComparisonRuns) -> Iterator[str]:
    """Yield how to get the same results again, and what to beware of."""
    comparison = results.comparison
    yield (
        f"{how_to_repeat('compare comparison.yaml')}<p>Seed {comparison.seed}, {comparison.replications} replications. "
        f"{how_equal('engine, workers and threads')} of each table.</p>"
    )
    shares = {name: clipped_share(runs) for name, runs in results.runs.items()}
    largest = max(shares.values())
    yield note(
        f"Opportunities for crime whose probability had to be cut at 1: at most {100 * largest:.3g} % in any scenario."
    )
    if largest > CLIPPED_WARNING_SHARE:
        yield "<p><strong>More than 0.1 % were cut, which flattens effects: raise crime.headroom.</strong></p>"
