"""The report of an evaluation: one page that says first what police data would have told, and what was true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.evaluation.evaluating import Evaluation, Key, Typical
from sim.analysis.evaluation.questions import EVERYBODY, Question
from sim.scenario.scenario import Scenario
from sim.telling.estimates_wording import (
    BACKGROUND_TITLES,
    SHORT_LABELS,
    against,
    headline,
    percent_text,
    preferred,
    shown_background,
    shown_groups,
    survey_lines,
    told_estimators,
    window_text,
)
from sim.telling.figures.style import Drawn
from sim.telling.reports.estimates_diagnostics import diagnostics_parts
from sim.telling.reports.page import (
    KNOWN,
    OBSERVED,
    Headings,
    assumption_parts,
    first_words,
    folded,
    how_equal,
    how_to_repeat,
    lead,
    note,
    pictures,
    row_html,
    section_row,
    strong,
    table_html,
    title_of,
    unbroken,
    write_page,
)
from sim.telling.wording import NOTHING, number_text

ASSUMPTIONS = Headings("In what the worlds differ", "What the answer depends on most", "What else is not the default")
THREE_NUMBERS = (
    "<strong>Three numbers explain every estimate.</strong> The <em>placebo</em> is what the same estimator finds by "
    "the same dates in the same world without the program: other things that move counties apart. The <em>net</em> is "
    "what the program adds to it. The <em>truth by the same weights</em> is the true effect averaged as the estimator "
    "averages, over counties and periods: where it is far from the plain mean, the weights are the reason. Beside it "
    "stands the true effect on crime that happened, by these weights: where the two have different signs, the recorded "
    "book cannot see what happened, whatever the estimator."
)


class Made(NamedTuple):
    """How an evaluation was made.

    Attributes
    ----------
    command : str
        The options that give it again.
    warnings : tuple of str
        What holds for all estimates.
    """

    command: str
    warnings: tuple[str, ...]


def write_estimates_report(
    evaluation: Evaluation, scenario: Scenario, made: Made, figures: Sequence[Drawn], path: Path
) -> None:
    """Write the report of an evaluation; figures are read from the folder of ``path`` and put into the page."""
    title = f"What an evaluator would conclude: {scenario.parameters.title or scenario.name}"
    write_page(title, _parts(title, evaluation, scenario, made, figures, path.parent), path)


def _parts(
    title: str, evaluation: Evaluation, scenario: Scenario, made: Made, figures: Sequence[Drawn], folder: Path
) -> Iterator[str]:
    first = headline(evaluation)
    yield from title_of(title, scenario.parameters.question)
    yield lead(
        [first_words(f": {escape(first[:1].lower() + first[1:])}"), *map(strong, made.warnings)], _sure(evaluation)
    )
    yield from pictures(figures[:1], folder)
    yield _key_table(evaluation)
    yield note(f"{KNOWN} {OBSERVED}. {escape(window_text(evaluation))}")
    yield "<h2>What each estimator finds with police data, and why</h2>"
    yield note(THREE_NUMBERS)
    yield from pictures(figures[1:], folder)
    yield "<h2>What the survey would have told</h2>"
    rows = (row_html(escape(label), map(unbroken, cells)) for label, *cells in survey_lines(evaluation))
    yield table_html(_SURVEY_HEADS, rows, kind="stacked")
    yield '<h2 id="assumptions">The assumptions</h2>'
    yield from assumption_parts([scenario], ASSUMPTIONS)
    yield '<h2 class="screen">All numbers</h2>'
    yield from folded("Each estimator with its tests", [_estimators_table(evaluation)])
    if diagnostics := list(diagnostics_parts(evaluation)):
        yield from folded("Comparisons behind two-way effects, and trends that were not parallel", diagnostics)
    yield from folded("What the estimators are", _estimators())
    yield from _warnings(evaluation)
    yield _how_made(made)


def _sure(evaluation: Evaluation) -> Iterator[str]:
    """Yield what the intervals tell, and the same for other people and backgrounds."""
    yield "<h2>How sure is this?</h2>"
    yield note(
        "Intervals are those that one evaluator would publish. What is true is known without any, but for the luck of "
        "the worlds that were run."
    )
    own, first = shown_background(evaluation), headline(evaluation)
    others = [(background, None) for background in evaluation.pairs if background != own]
    for background, group in ((own, EVERYBODY), *others):
        told = headline(evaluation, group, background)
        if told != first:
            yield note(f"<em>{BACKGROUND_TITLES[background].capitalize()}</em>: {escape(told)}")


def _key_table(evaluation: Evaluation) -> str:
    """Return the estimate of the headline for each group and background, beside what is true."""
    rows: list[str] = []
    used: dict[str, None] = {}
    heads = ("police data say, %", "true, recorded crime, %", "true, all crime, %")
    for background in reversed(list(evaluation.pairs)):
        told = {group: preferred(evaluation, group, background) for group in shown_groups(evaluation)}
        if len(evaluation.pairs) > 1 and any(told.values()):
            rows.append(section_row(BACKGROUND_TITLES[background].capitalize(), len(heads) + 1))
        for group, chosen in told.items():
            if chosen is None:
                continue
            name, found = chosen
            used[SHORT_LABELS[name]] = None
            interval = f"({_percent(found, found.low)} to {_percent(found, found.high)})"
            cells = [f'{_percent(found, found.mean["estimate"])} <span class="interval">{interval}</span>']
            cells += [percent_text(found.mean_percent(it), "") for it in ("truth_aligned", "true_crime_aligned")]
            rows.append(row_html(escape(f"against {against(group)}"), cells))
    caption = f"Found by {' or '.join(used)}, and true by the same weights"
    return table_html(heads, rows, "Index crime", caption, "key") if rows else ""


def _estimators() -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li><code>{name}</code>: {escape(it.label)}.</li>" for name, it in ESTIMATORS.items())
    yield "</ul>"


_HEADS = (
    "estimate (95 % interval)",
    "placebo",
    "net",
    "truth on recorded crime, same weights",
    "truth on crime, same weights",
    "p, dates exchanged",
    "p, wild bootstrap",
    "p, leads",
    "counties",
    "effective states",
)
_SURVEY_HEADS = ("estimate (95 % interval)", "placebo", "net", "truth, same weights")


def _estimators_table(evaluation: Evaluation) -> str:
    rows = []
    for background in reversed(list(evaluation.pairs)):
        for group in shown_groups(evaluation):
            title = f"Recorded index crime against {against(group)}, {BACKGROUND_TITLES[background]} (%)"
            rows.append(section_row(title, len(_HEADS) + 1))
            for name in told_estimators(evaluation):
                key = Key(background, Question("recorded", "index", group, evaluation.outcome), name)
                found = evaluation.typical().get(key)
                rows.append(row_html(escape(SHORT_LABELS[name]), map(escape, _cells(found))))
    return table_html(_HEADS, rows)


def _cells(found: Typical | None) -> list[str]:
    if found is None:
        return [NOTHING] * len(_HEADS)
    told = [
        f"{_percent(found, found.mean['estimate'])} ({_percent(found, found.low)}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}"
        f"{_percent(found, found.high)})"
    ]
    names = ("placebo", "net", "truth_aligned", "true_crime_aligned")
    told += [percent_text(found.mean_percent(name), "") for name in names]
    first = found.answers[0]
    told += [_p_value(it) for it in (first.p_permutation, first.p_wild, first.pre_test_p)]
    return [*told, f"{first.counties:,}", number_text(first.effective_clusters, 1)]


def _percent(found: Typical, value: float) -> str:
    return percent_text(found.percent(value), "")


def _p_value(value: float) -> str:
    return NOTHING if value != value else number_text(value, 2)


def _warnings(evaluation: Evaluation) -> Iterator[str]:
    """Yield what estimators warn of, on the questions that the page shows, each once with how often."""
    shown = [
        answer
        for answer in evaluation.answers
        if answer.question.crime == "index" and answer.question.group in shown_groups(evaluation)
    ]
    count = Counter((answer.estimator, warning) for answer in shown for warning in answer.warnings)
    if not count:
        return
    listed = [
        f"<li><code>{estimator}</code>: {escape(warning)} ({number} of the estimates)</li>"
        for (estimator, warning), number in sorted(count.items())
    ]
    where = note("Those of all estimates stand in <code>estimates.csv</code>.")
    yield from folded(f"What the estimators warn of ({len(count):,} warnings)", ["<ul>", *listed, "</ul>", where])


def _how_made(made: Made) -> str:
    return (
        f"{how_to_repeat(made.command)}<p><code>estimates.csv</code> has a row for each background, replication, "
        "book, kind of crime, group and estimator; <code>summary.csv</code> means and standard deviations over "
        "replications; <code>event_study.csv</code> event studies with their covariances; <code>panel.csv</code> the "
        "county-periods of the first replication in both worlds, from which the scripts in <code>scripts/</code> (R, "
        f"Stata, Python) find its estimates again. {how_equal('threads')}. An evaluation that is ended goes on "
        "where it was with the same command."
        "</p>"
    )
