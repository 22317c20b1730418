"""The report: one self-contained page that says first what changed, then under which assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from sim.analysis.differences import Difference
from sim.analysis.incapacitation import Prevented, prevented
from sim.analysis.statistics import Estimate
from sim.analysis.summary import Row
from sim.parameters.comparison import PROGRAM_TITLES
from sim.running.measures import INDEX_FAMILIES, ComparisonRuns, clipped_share
from sim.running.outcomes import BALANCE_SECTION, GAIN_SECTION, INCAPACITATION_SECTION
from sim.telling.figures.style import Drawn
from sim.telling.reports.comparison_wording import (
    WHAT_AWAY_MEANS,
    differences_of,
    disputed_text,
    effect_text,
    prevented_text,
    spread_text,
    warnings_of,
    who_incapacitates,
    without_effect,
)
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
    strong,
    table_html,
    unbroken,
    write_page,
)
from sim.telling.wording import NOTHING, Line, change_text, lines_of, missing_text, reasons_of
from sim.words.labels import LABELS

CLIPPED_WARNING_SHARE = 0.001
Found = Mapping[tuple[str, str], Estimate]
"""By scenario and measure."""


def write_report(results: ComparisonRuns, rows: Sequence[Row], figures: Sequence[Drawn], path: Path) -> None:
    """Write the report of a comparison; figures are read from the folder of ``path`` and put into the page."""
    title = results.comparison.title or results.comparison.name
    write_page(title, _parts(results, rows, figures, path.parent), path)


def _parts(results: ComparisonRuns, rows: Sequence[Row], figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    lines = lines_of(rows, results.reference, results.others)
    yield from _opening(results, rows)
    yield from _differences(results)
    yield "<h2>What changes</h2>"
    yield note(_how_to_read(results))
    yield _table(results, [line for line in lines if line.section not in _ELSEWHERE])
    yield from (note(f"{NOTHING}: {reason}.") for reason in reasons_of(rows))
    yield from figures_part(figures, folder)
    yield "<h2>The balance</h2>"
    yield note(BALANCE_NOTE)
    yield _table(results, [line for line in lines if line.section == BALANCE_SECTION or line.measure in _REMOVALS])
    yield from _incapacitation(results)
    yield '<h2 id="assumptions">The assumptions</h2>'
    yield from assumption_parts(results.comparison.scenarios, ASSUMPTIONS)
    yield from _gain(results, [line for line in lines if line.section == GAIN_SECTION])
    yield from _how_made(results)


_ELSEWHERE = (BALANCE_SECTION, INCAPACITATION_SECTION, GAIN_SECTION)
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
    """Yield what changed, before anything else."""
    comparison = results.comparison
    found = {(row.scenario, row.measure): row.estimate for row in rows if row.group == "all"}
    yield f"<h1>{escape(comparison.title or comparison.name)}</h1>"
    yield from (_first_change if comparison.effect_of is None else _effects)(results, found)
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


def _first_change(results: ComparisonRuns, found: Found) -> Iterator[str]:
    """Yield what changes in the first of the other scenarios."""
    main = results.others[0]
    told = [
        f"{LABELS[family].lower()}: recorded {change_text(found[main, f'recorded_{family}'], PERCENT)}, "
        f"true {change_text(found[main, f'occurred_{family}'], PERCENT)}"
        for family in ("violent", "property")
    ]
    recorded, true = (change_text(found[main, f"{book}_total"], PERCENT) for book in ("recorded", "occurred"))
    yield first_box(
        f", recorded crime changes by <strong>{recorded}</strong> and true crime by <strong>{true}</strong> under "
        f"{_named(results, main)}, compared with {_named(results, results.reference)}. By kind: {'; '.join(told)}."
    )
    yield from map(strong, warnings_of(results))


def _effects(results: ComparisonRuns, found: Found) -> Iterator[str]:
    """Yield what the program changes in each scenario, of which none comes before the others."""
    program = PROGRAM_TITLES[str(results.comparison.effect_of)]
    yield first_box(f", this is what <strong>{program}</strong> changes: {effect_text(results)}.")
    measures = [f"{book}_{family}" for family in INDEX_FAMILIES for book in ("recorded", "occurred")]
    heads = [f"{escape(LABELS[family])},<br>{word}" for family in INDEX_FAMILIES for word in ("recorded", "true")]
    yield table_html(
        heads,
        (
            row_html(_named(results, name), (unbroken(change_text(found[name, it], PERCENT)) for it in measures))
            for name in results.others
        ),
    )
    nowhere = [_named(results, name) for name in without_effect(results)]
    if nowhere:
        yield note(f"In {' and '.join(nowhere)} the program is nowhere in force, so that its effect is exactly 0.")


def _differences(results: ComparisonRuns) -> Iterator[str]:
    """Yield in words all in which scenarios differ from what they are compared with."""
    yield "<h2>In what each scenario differs from its reference</h2>"
    found = {name: tuple(it) for name, it in differences_of(results).items()}
    if len(found) > 1 and len(set(found.values())) == 1:
        yield f"<div>Each of them:{_listed(next(iter(found.values())))}</div>"
        return
    for name, differences in found.items():
        against = _named(results, results.references[name])
        yield f"<div>{_named(results, name)}, against {against}:{_listed(differences)}</div>"


def _listed(differences: Iterable[Difference]) -> str:
    told = "".join(f"<li>{escape(str(it))}</li>" for it in differences)
    return f"<ul>{told}</ul>" if told else " in nothing."


def _incapacitation(results: ComparisonRuns) -> Iterator[str]:
    """Yield what one removed person-year prevents, beside what an average person does, and on what it rests."""
    yield "<h2>What one removed person-year prevents</h2>"
    names = who_incapacitates(results)
    if not names:
        yield note("Nothing: in all scenarios an identical person takes the place of anyone removed, at once.")
        return
    yield note(
        f"{WHAT_AWAY_MEANS}: {spread_text(results.comparison.replications)}. Beside it the offences of the average "
        "person of the same world in a year, and the one over the other."
    )
    heads = [*(escape(LABELS[family]) for family in INDEX_FAMILIES), "Average person,<br>index crime", "Ratio"]
    found = prevented({name: results.runs[name] for name in names})
    yield table_html(
        heads,
        (
            row_html(
                _named(results, name),
                (
                    *(unbroken(prevented_text(it)).replace(";\u00a0", "<br>") for it in found[name].values()),
                    *(unbroken(change_text(it, signed=False)) for it in _beside(found[name]["total"])),
                ),
            )
            for name in names
        ),
    )
    yield note(f"How unlike others the people removed are is assumed and disputed: {escape(disputed_text(results))}.")


def _beside(total: Prevented) -> tuple[Estimate, Estimate]:
    return total.average, total.ratio


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
    against = "it"
    if results.comparison.effect_of is not None:
        against = "the same scenario without the program, whose level need not be that of the first column"
    return (
        f"Level: mean of {_named(results, results.reference)}. Other columns: change against {against}; crime, "
        "reporting and victimization in % of the level, gaps in percentage points, enforcement and balance in the unit "
        "of the level. Rates of crime count all targets, organizations among them, per simulated person at the start; "
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
