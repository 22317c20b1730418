"""The tables of a comparison's page: the numbers that come first, removals by record, and all that is folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from sim.analysis.doubt import are_drawn
from sim.analysis.incapacitation import Prevented, prevented
from sim.analysis.statistics import Estimate
from sim.running.measures import INDEX_FAMILIES, ComparisonRuns
from sim.telling.reports.comparison_wording import (
    WHAT_AWAY_MEANS,
    disputed_text,
    named,
    prevented_text,
    spread_text,
    who_incapacitates,
)
from sim.telling.reports.page import change_html, note, row_html, section_row, table_html, unbroken
from sim.telling.wording import NOTHING, Line, change_text, level_text
from sim.words.labels import LABELS, LEVELS

Found = Mapping[tuple[str, str, str], Estimate]
"""By scenario, measure and group."""
KEY = (
    ("occurred_total", "all", '<span class="true">True crime</span>'),
    ("recorded_total", "all", '<span class="seen">Observed crime</span>'),
    ("gap_total", "all", "Gap, points"),
    ("reporting_total", "hispanic", "Reporting by Hispanic victims"),
    ("removed", "all", "Removals per 100,000"),
)
REMOVALS = (
    ("detainers", "all", "Detainers issued"),
    ("ice_custody", "all", "Taken into ICE custody"),
    ("removed", "all", "Removals"),
    *(("removed", level, f"of them {LABELS[level].lower()}") for level in LEVELS),
    ("removed_parents", "all", "Removals of parents of citizen children"),
)


def key_table(results: ComparisonRuns, found: Found) -> str:
    """Return the numbers that come first: whom programs reach, and what they change."""
    return table_html(
        ["People reached", *(head for _, _, head in KEY)],
        (
            row_html(named(results, name), [reached_text(results, name), *_changes(found, name, KEY)])
            for name in results.others
        ),
        "Change against the reference",
        f"All index crime, {results.window}: change in %, removals in persons per 100,000 person-years",
        "key",
    )


def families_table(results: ComparisonRuns, found: Found) -> str:
    """Return the changes of both books of violent, property and all index crime, for no total tells it alone."""
    columns = [(f"{book}_{family}", "all", "") for family in INDEX_FAMILIES for book in ("recorded", "occurred")]
    heads = [f"{escape(LABELS[family])},<br>{word}" for family in INDEX_FAMILIES for word in ("recorded", "true")]
    rows = (row_html(named(results, name), _changes(found, name, columns)) for name in results.others)
    return table_html(heads, rows, "Effect of the program, %", "By kind of crime", "key")


def _changes(found: Found, name: str, columns: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    for measure, group, _ in columns:
        estimate = found.get((name, measure, group))
        yield NOTHING if estimate is None else change_html(estimate)


def reached_text(results: ComparisonRuns, name: str) -> str:
    """Return the share of people in counties that a scenario's programs reach, on average over the evaluation."""
    return f"{100 * results.evaluation.exposure[name][results.evaluation.start :].mean():.0f}\N{NO-BREAK SPACE}%"


def removals_table(results: ComparisonRuns, found: Found) -> str:
    """Return the change of detainers and removals, by criminal record; the reference's level stands first."""
    head = [f"{unbroken(results.reference)}<br>level", *map(unbroken, results.others)]
    rows = []
    for measure, group, label in REMOVALS:
        level = found.get((results.reference, measure, group))
        cells = [found.get((name, measure, group)) for name in results.others]
        told = [NOTHING if it is None else change_html(it) for it in cells]
        rows.append(row_html(escape(label), [NOTHING if level is None else level_text(level), *told]))
    return table_html(head, rows, "Per 100,000 person-years", "Enforcement: level, and change against the reference")


def all_measures(results: ComparisonRuns, lines: Sequence[Line]) -> Iterator[str]:
    """Yield how to read the table of all measures, and the table."""
    yield note(_how_to_read(results))
    yield lines_table(results, lines)


def _how_to_read(results: ComparisonRuns) -> str:
    against = "it"
    if results.comparison.effect_of is not None:
        against = "the same scenario without the program, whose level need not be that of the first column"
    return (
        f"Level: mean of {named(results, results.reference)}. Other columns: change against {against}; crime, "
        "reporting and victimization in % of the level, gaps in percentage points, enforcement and balance in the unit "
        "of the level. Rates of crime count all targets, organizations among them, per simulated person at the start; "
        "victimization leaves organizations out. The survey is weighted to the groups' sizes and counts by month of "
        "incident; its sampling errors are those of one run whose incidents are told independently: the root of their "
        "number, and binomial for the share reported. Simple assault is no index crime and has no recorded book."
    )


def lines_table(results: ComparisonRuns, lines: Sequence[Line]) -> str:
    """Return a table of measures in sections."""
    head = [f"{unbroken(results.reference)}<br>level", *map(unbroken, results.others)]
    body: list[str] = []
    section = ""
    for line in lines:
        unit = f" ({line.unit})"
        if line.section != section:
            section, current = line.section, line.unit
            body.append(section_row(section + unit, len(head) + 1))
        label = line.label + (unit if line.unit != current else "")
        body.append(row_html(escape(label), map(unbroken, (line.level, *line.cells))))
    return table_html(head, body, "Measure", "Levels of the reference, and changes with 95 % intervals")


BALANCE_NOTE = (
    "Counted inside each run, offence by offence, and given as difference from the reference per 100,000 person-years: "
    "index offences that did not happen as the person who would have committed them had been removed; offences that "
    "removable people were deterred from; offences added because offenders expect a smaller risk of being reported "
    "and solved; offences by people released after a county declined a detainer; and removals by criminal record. "
    "The entries do not add up to the change of true crime: an offence prevented or added changes later ones."
)


def balance_parts(results: ComparisonRuns, lines: Sequence[Line]) -> Iterator[str]:
    """Yield what is counted offence by offence within the runs."""
    yield note(BALANCE_NOTE)
    yield lines_table(results, lines)


def incapacitation_parts(results: ComparisonRuns) -> Iterator[str]:
    """Yield what one removed person-year prevents, beside what an average person does, and on what it rests."""
    names = who_incapacitates(results)
    if not names:
        yield note("Nothing: in all scenarios an identical person takes the place of anyone removed, at once.")
        return
    yield note(
        f"{WHAT_AWAY_MEANS}: {spread_text(results)}. Beside it the offences of the average "
        "person of the same world in a year, and the one over the other."
    )
    heads = [*(escape(LABELS[family]) for family in INDEX_FAMILIES), "Average person,<br>index crime", "Ratio"]
    found = prevented({name: results.runs[name] for name in names})
    yield table_html(
        heads,
        (
            row_html(
                named(results, name),
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


def gain_parts(results: ComparisonRuns, lines: Sequence[Line]) -> Iterator[str]:
    """Yield how many more runs would be needed if they did not share their luck."""
    shared = "their luck and the parameters drawn" if are_drawn(results) else "their luck"
    yield note(
        f"Runs with one number share {shared}, so that a difference between them is caused by policy. The table says "
        "how many times more runs would be needed for the same precision without that: the variance of the difference "
        "of two independent runs over that of paired ones."
    )
    rows = [row_html(escape(line.label), map(unbroken, line.cells)) for line in lines]
    yield table_html(map(unbroken, results.others), rows)
