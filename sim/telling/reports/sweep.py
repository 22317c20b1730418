"""The report of a sweep: one self-contained page that says first how far both books move across the design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from sim.analysis.sweep.effects import parts
from sim.analysis.sweep.outcomes import MAIN, SweepOutcome, SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.analysis.sweep.tables import range_text, varying
from sim.scenario.design.sweep import Factor
from sim.telling.doubt_wording import open_word
from sim.telling.figures.style import Drawn
from sim.telling.figures.sweeps import heat_map_pair
from sim.telling.reports.page import (
    KNOWN,
    OBSERVED,
    PERCENT,
    Headings,
    assumption_parts,
    breaking,
    command_html,
    first_words,
    folded,
    how_equal,
    how_to_repeat,
    lead,
    note,
    pictures,
    row_html,
    strong,
    table_html,
    title_of,
    unbroken,
    write_page,
)
from sim.telling.reports.sweep_wording import (
    compared_text,
    design_text,
    driving_text,
    ends_of,
    flips_by_value,
    parting_text,
    several_valued,
    signs_along,
    spread_lines,
    turning_text,
)
from sim.telling.wording import number_text

ASSUMPTIONS = Headings(
    "In what the two runs of each pair differ",
    "What the answer depends on most, the same at all points",
    "What else all points share that is not the default",
)


def write_sweep_report(runs: SweepRuns, window: str, reason: str, figures: Sequence[Drawn], path: Path) -> None:
    """Write the report of a sweep; figures are read from the folder of ``path`` and put into the page.

    Parameters
    ----------
    runs : SweepRuns
        Finished runs.
    window, reason : str
        The months that outcomes are measured over, and why they begin there.
    figures : sequence of Drawn
        Saved beside the report.
    path : Path
        Where the page goes.
    """
    title = runs.sweep.title or runs.sweep.name
    write_page(title, _parts(runs, window, reason, figures, path.parent), path)


def _parts(runs: SweepRuns, window: str, reason: str, figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    main, others = figures[:1], figures[1:]
    yield from title_of(runs.sweep.title or runs.sweep.name, runs.sweep.question)
    yield lead(_answer(runs), _sureness(runs))
    yield from pictures(main, folder)
    yield _spread(runs, TOTALS, "key")
    yield note(
        f"The points: {escape(design_text(runs))}; measured over {window} ({escape(reason)}). {KNOWN} {OBSERVED}. "
        "<em>Points</em> are sets of values of what is swept."
    )
    sensitivities = list(_sensitivity(runs))
    if sensitivities:
        yield "<h2>What drives the outcomes</h2>"
        yield from sensitivities
    for figure in (it for it in others if it.name not in FOLDED):
        yield f"<h2>{escape(figure.title.split(':')[0])}</h2>"
        yield from pictures([figure], folder)
    yield from _assumptions(runs)
    yield '<h2 class="screen">All numbers</h2>'
    yield from _flips(runs)
    yield from folded("All outcomes: range, chance and parameters", [note(_spread_note(runs)), _spread(runs, MAIN)])
    yield from folded("Violent and property crime", pictures((it for it in others if it.name in FOLDED), folder))
    yield from _how_made(runs)


TOTALS = ("occurred_total", "recorded_total", "gap_total")
FOLDED = ("heat_map_by_kind",)


def _spread_note(runs: SweepRuns) -> str:
    """Return how to read the table of all outcomes: what its intervals and deviations tell."""
    differ, one = "runs of one point differ in their luck", "one run"
    if runs.lucks > 1:
        differ = "runs of one point differ in the parameters that were drawn and in their luck (doubt.csv parts these)"
        one = "one draw"
    return (
        f"Two kinds of not knowing are kept apart. <strong>{open_word(runs).capitalize()}</strong>: {differ}; the "
        "interval of the mean tells how far that leaves the average over all points open, and the last column the "
        f"standard deviation of {one}. <strong>Parameters</strong>: points differ in what was swept; 95 % of their "
        "means lie between the two values given, and the standard deviation between points is given without what the "
        "first adds to it. More replications narrow the first, and never the second."
    )


def _answer(runs: SweepRuns) -> Iterator[str]:
    """Yield by how much both books change across the design, how far they part, and where the sign turns."""
    yield first_words(
        f" and across the {len(runs.points):,} points of the design, {_both(runs, 'total')} "
        f"{escape(compared_text(runs))}."
    )
    if runs.other is not None:
        yield f"<p>{escape(parting_text(runs))}</p>"
        yield f"<p>{escape(turning_text(runs))}</p>"
    yield from map(strong, runs.notes)


def _sureness(runs: SweepRuns) -> Iterator[str]:
    """Yield how far chance and how far the parameters leave the answer open."""
    found = parts(runs.outcome("occurred_total"))
    yield "<h2>How sure is this?</h2>"
    yield note(
        "Ranges hold 95 % of the points. They span what was put into the design and are no probabilities: whoever "
        "thinks other values possible gets another range."
    )
    if found.luck is not None:
        parameters, luck = (number_text(value, 2) for value in (found.parameters, found.luck))
        apart = f"the change of true crime differs between points by {parameters} (standard deviation)"
        if runs.lucks == 1:
            told = f"Chance is kept apart: {apart}, and between runs of one point, which differ in luck alone, by"
        else:
            told = f"What was drawn is kept apart: {apart}, and between draws at one point, luck among them, by"
        yield note(f"{told} {luck}.")
    else:
        yield note("With one replication at each point nothing tells chance from the parameters.")


def _both(runs: SweepRuns, family: str) -> str:
    """Return as HTML between which values recorded and true crime lie."""
    sentences = []
    for book, word, look in (("recorded", "recorded", "seen"), ("occurred", "true", "true")):
        outcome = runs.outcome(f"{book}_{family}")
        low, high = ends_of(outcome)
        unit = PERCENT if outcome.is_change else f" {outcome.unit}"
        verb = "changes by" if outcome.is_change else "lies at"
        sentences.append(f'<span class="{look}">{word} crime</span> {verb} <strong>{low} to {high}{unit}</strong>')
    return " and ".join(sentences)


def _flips(runs: SweepRuns) -> Iterator[str]:
    """Yield, folded, where the answer flips along each parameter, and along one for each value of another."""
    factors = several_valued(runs)
    rows = {name: [signs_along(runs, name, factor) for factor in factors] for name in MAIN}
    if runs.other is None or all(cell is None for cells in rows.values() for cell in cells):
        return
    head = [f"along {factor.path}" for factor in factors]
    told = (
        "Where the mean effect changes its sign along a parameter, averaged over all points that share its value: the "
        "interpolated place, and in brackets where 0 lies within the 95 % interval around it. A sign counts where the "
        "interval lies on one side of 0 (with one replication there are no intervals, and every sign counts)."
    )
    table = _table(head, [[runs.outcome(name).label, *(cell or "" for cell in cells)] for name, cells in rows.items()])
    yield from folded("Where the sign turns, outcome by outcome", [note(told), table, *_flips_by_value(runs)])


def _flips_by_value(runs: SweepRuns) -> Iterator[str]:
    pair = heat_map_pair(runs)
    if pair is None:
        return
    by, along = (next(factor for factor in runs.sweep.factors if factor.path == path) for path in pair)
    columns = {
        name: flips_by_value(runs, name, along, by) for name in ("occurred_total", "recorded_total", "gap_total")
    }
    if not all(columns.values()):
        return
    yield f"<h3>Along {escape(along.path)}, for each value of {escape(by.path)}</h3>"
    head = [runs.outcome(name).label for name in columns]
    values = [value for value, _ in columns["occurred_total"]]
    cells = [[told for _, told in column] for column in columns.values()]
    rows = [[value, *row] for value, row in zip(values, zip(*cells, strict=True), strict=True)]
    yield _table(head, rows, by.path)


def _spread(runs: SweepRuns, names: Sequence[str], kind: str = "") -> str:
    """Return how outcomes vary; of kind ``key`` without the deviations."""
    if kind == "key":
        return _key(runs, names)
    head = (
        f"mean over points (95 % interval: {open_word(runs)})",
        "95 % of points: from",
        "to",
        "standard deviation: parameters",
        f"standard deviation: {open_word(runs)}, {'one run' if runs.lucks == 1 else 'one draw'}",
    )
    told = [
        [f"{line.label} ({line.unit})", line.mean, line.low, line.high, line.parameters, line.luck]
        for line in spread_lines(runs, names)
    ]
    return _table(head, told)


def _key(runs: SweepRuns, names: Sequence[str]) -> str:
    """Return the table that comes first: means with what chance leaves open, and what parameters do."""
    rows = []
    for line in spread_lines(runs, names):
        mean, _, interval = line.mean.partition(" (")
        chance = f' <span class="interval">({escape(interval)}</span>' if interval else ""
        cells = (f"{escape(mean)}{chance}", unbroken(f"{line.low} to {line.high}"))
        rows.append(row_html(f"{escape(line.label)}, {escape(line.unit)}", cells))
    heads = (f"mean of all points (interval: {open_word(runs)})", "95 % of the points")
    return table_html(heads, rows, "All index crime", "How far the outcomes move over the points", "key")


def _sensitivity(runs: SweepRuns) -> Iterator[str]:
    """Yield Sobol' indices or Morris' measures in a sentence and a folded table, or why there are none."""
    kind = runs.sweep.design.kind
    if kind not in ("sobol", "morris"):
        return
    outcomes = [runs.outcome(name) for name in varying(runs, MAIN)] if runs.is_whole else []
    if not outcomes:
        yield "<p>Sensitivities need all points of the design, and outcomes that vary.</p>"
        return
    told = _sobol(runs, outcomes) if kind == "sobol" else _morris(runs, outcomes)
    yield f"<p>{escape(driving_text(runs))}</p>"
    head = [f"{factor.path} ({factor.role})" for factor in runs.sweep.factors]
    table = _table(head, [[outcome.label, *row] for outcome, row in zip(outcomes, told.cells, strict=True)])
    yield from folded(f"{told.title} with their intervals", [table, *map(note, told.notes)])


class _Sensitivities(NamedTuple):
    """What a design tells of sensitivity: a row of cells for each outcome, and how to read them."""

    title: str
    cells: list[list[str]]
    notes: list[str]


def _sobol(runs: SweepRuns, outcomes: Sequence[SweepOutcome]) -> _Sensitivities:
    found = [sobol_indices(runs, outcome) for outcome in outcomes]
    columns = [zip(it.total, it.total_half, it.first, strict=True) for it in found]
    cells = [[f"{_two(total)} ± {_two(half)}; alone {_two(first)}" for total, half, first in row] for row in columns]
    read = "Total index with its 95 % interval: the share of variance with all interactions; then the part alone."
    lucks = [it.luck_share for it in found if it.outcome.name == "gap_total" and it.luck_share is not None]
    notes = [f"Of the variance of points' means of the gap, {100 * luck:.0f} % is {open_word(runs)}." for luck in lucks]
    return _Sensitivities("Sobol’ indices", cells, [read, *notes])


def _morris(runs: SweepRuns, outcomes: Sequence[SweepOutcome]) -> _Sensitivities:
    found = [morris_effects(runs, outcome) for outcome in outcomes]
    columns = [zip(it.size, it.size_half, it.spread, strict=True) for it in found]
    cells = [[f"{_two(size)} ± {_two(half)}; sigma {_two(spread)}" for size, half, spread in row] for row in columns]
    read = "Mean absolute effect (mu*) of the whole range with its 95 % interval; sigma: how far it differs."
    return _Sensitivities("Morris’ elementary effects", cells, [read])


def _two(value: float) -> str:
    return number_text(float(value), 2)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], corner: str = "") -> str:
    """Return a table of plain text; each row begins with its label."""
    told = [row_html(escape(label), map(escape, cells)) for label, *cells in rows]
    return table_html(map(breaking, heads), told, breaking(corner) if corner else None)


def _assumptions(runs: SweepRuns) -> Iterator[str]:
    """Yield what is varied, levers and uncertainties apart, and what all points share."""
    sweep = runs.sweep
    yield '<h2 id="assumptions">The assumptions</h2>'
    yield _factor_table(sweep.factors)
    if not sweep.uncertainties:
        yield "<p>No uncertainty is varied: every answer holds for one set of assumptions about behaviour alone.</p>"
    scenarios = [sweep.base] if sweep.against is None else [sweep.against, sweep.base]
    yield from assumption_parts(scenarios, ASSUMPTIONS, [factor.path for factor in sweep.factors])


def _factor_table(factors: Sequence[Factor]) -> str:
    rows = [
        row_html(
            f"{escape(it.meaning)}<br><code>{breaking(it.path)}</code>",
            (it.role, escape(range_text(it.values, it.low, it.high)), escape(it.unit)),
        )
        for it in factors
    ]
    heads = ("role", "values", "unit")
    caption = "Levers are what policy chooses, uncertainties what is not known"
    return table_html(heads, rows, "What is swept", caption, "wordy stacked")


def _how_made(runs: SweepRuns) -> Iterator[str]:
    sweep = runs.sweep
    yield (
        f"{how_to_repeat('sweep sweep.yaml')}<p>Seed of luck {sweep.seed}, of the design {sweep.design.seed}. "
        "<code>design.csv</code> holds the points, <code>outcomes.parquet</code> one row for each run with all "
        "measures, <code>summary.csv</code> the main ones by point with intervals. One run again:</p>"
        f"{command_html(f'rerun . {sweep.scenario_names[-1]}.0 --out run')}<p>{how_equal('workers')}.</p>"
    )
    if sweep.source:
        yield note(f"Source: {escape(sweep.source)}")
