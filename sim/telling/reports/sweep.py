"""The report of a sweep: one self-contained page that says first how far both books move across the design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from sim.analysis.sweep.outcomes import MAIN, SweepOutcome, SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.analysis.sweep.tables import range_text, varying
from sim.scenario.design.sweep import Factor
from sim.telling.figures.style import Drawn
from sim.telling.figures.sweeps import heat_map_pair
from sim.telling.reports.page import (
    KNOWN,
    OBSERVED,
    PERCENT,
    Headings,
    assumption_parts,
    breaking,
    first_words,
    how_equal,
    how_to_repeat,
    note,
    pictures,
    row_html,
    strong,
    table_html,
    title_of,
    write_page,
)
from sim.telling.reports.sweep_wording import (
    compared_text,
    design_text,
    ends_of,
    flips_by_value,
    several_valued,
    signs_along,
    spread_lines,
)
from sim.telling.wording import number_text
from sim.words.labels import LABELS

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
    yield from title_of(runs.sweep.title or runs.sweep.name, runs.sweep.question)
    yield from _opening(runs, window, reason)
    if runs.other is not None:
        yield from _flips(runs)
    yield "<h2>How far the outcomes move, and what moves them</h2>"
    yield note(SPREAD_NOTE)
    yield _spread(runs)
    yield from _sensitivity(runs)
    yield from pictures(figures, folder)
    yield from _assumptions(runs)
    yield from _how_made(runs)


SPREAD_NOTE = (
    "Two kinds of not knowing are kept apart. <strong>Chance</strong>: runs of one point differ in their luck; the "
    "interval of the mean tells how far that leaves the average over all points open, and the last column the standard "
    "deviation of one run. <strong>Parameters</strong>: points differ in what was swept; 95 % of their means lie "
    "between the two values given, and the standard deviation between points is given without what chance adds to it. "
    "More replications narrow the first, and never the second."
)


def _opening(runs: SweepRuns, window: str, reason: str) -> Iterator[str]:
    """Yield by how much both books change across the design, before anything else."""
    told = [f"{LABELS[family].lower()}: {_both(runs, family)}" for family in ("violent", "property")]
    number = len(runs.points)
    yield first_words(
        f" and across the {number:,} points of the design, {_both(runs, 'total', is_main=True)} "
        f"{escape(compared_text(runs))}. By kind: {'; '.join(told)}."
    )
    yield note(
        f"{escape(design_text(runs))}; measured over {window} ({escape(reason)}). Ranges hold 95 % of the points' "
        "means over replications; they span what was put into the design and are no probabilities."
    )
    yield note(f"{KNOWN} {OBSERVED}.")
    yield from map(strong, runs.notes)


def _both(runs: SweepRuns, family: str, is_main: bool = False) -> str:
    """Return between which values recorded and true crime lie."""
    sentences = []
    for book, word in (("recorded", "recorded"), ("occurred", "true")):
        outcome = runs.outcome(f"{book}_{family}")
        low, high = ends_of(outcome)
        unit = PERCENT if outcome.is_change else f" {outcome.unit}"
        told = f"{low} to {high}{unit}"
        told = f"<strong>{told}</strong>" if is_main else told
        verb = "changes by" if outcome.is_change else "lies at"
        sentences.append(f"{word} crime {verb} {told}" if is_main else f"{word} {told}")
    return (" and " if is_main else ", ").join(sentences)


def _flips(runs: SweepRuns) -> Iterator[str]:
    """Yield where the answer flips along each parameter, and along one for each value of another."""
    yield "<h2>Where the answer flips</h2>"
    factors = several_valued(runs)
    rows = {name: [signs_along(runs, name, factor) for factor in factors] for name in MAIN}
    if all(cell is None for cells in rows.values() for cell in cells):
        yield "<p>This design does not tell: it has no points in line. A grid or a Latin hypercube does.</p>"
        return
    yield note(
        "Where the mean effect changes its sign along a parameter, averaged over all points that share its value: the "
        "interpolated place, and in brackets where 0 lies within the 95 % interval around it. A sign counts where the "
        "interval lies on one side of 0 (with one replication there are no intervals, and every sign counts)."
    )
    head = [f"along {factor.path}" for factor in factors]
    yield _table(head, [[runs.outcome(name).label, *(cell or "" for cell in cells)] for name, cells in rows.items()])
    yield from _flips_by_value(runs)


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


def _spread(runs: SweepRuns) -> str:
    head = (
        "mean over points (95 % interval: chance)",
        "95 % of points: from",
        "to",
        "standard deviation: parameters",
        "standard deviation: chance, one run",
    )
    rows = [
        [f"{line.label} ({line.unit})", line.mean, line.low, line.high, line.parameters, line.luck]
        for line in spread_lines(runs)
    ]
    return _table(head, rows)


def _sensitivity(runs: SweepRuns) -> Iterator[str]:
    """Yield the table of Sobol' indices or Morris' measures, or why there is none."""
    kind = runs.sweep.design.kind
    if kind not in ("sobol", "morris"):
        return
    outcomes = [runs.outcome(name) for name in varying(runs, MAIN)] if runs.is_whole else []
    if not outcomes:
        yield "<p>Sensitivities need all points of the design, and outcomes that vary.</p>"
        return
    told = _sobol(runs, outcomes) if kind == "sobol" else _morris(runs, outcomes)
    yield f"<h3>{told.title}</h3>"
    head = [f"{factor.path} ({factor.role})" for factor in runs.sweep.factors]
    yield _table(head, [[outcome.label, *row] for outcome, row in zip(outcomes, told.cells, strict=True)])
    yield from map(note, told.notes)


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
    notes = [f"Of the variance of points' means of the gap, {100 * luck:.0f} % is chance." for luck in lucks]
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
    return table_html(map(breaking, heads), told, breaking(corner))


def _assumptions(runs: SweepRuns) -> Iterator[str]:
    """Yield what is varied, levers and uncertainties apart, and what all points share."""
    sweep = runs.sweep
    yield '<h2 id="assumptions">The assumptions</h2>'
    for role, factors in (("Levers: what policy chooses", sweep.levers), ("Uncertainties", sweep.uncertainties)):
        if factors:
            yield f"<h3>{role}</h3>"
            yield _factor_table(factors)
    if not sweep.uncertainties:
        yield "<p>No uncertainty is varied: every answer holds for one set of assumptions about behaviour alone.</p>"
    scenarios = [sweep.base] if sweep.against is None else [sweep.against, sweep.base]
    yield from assumption_parts(scenarios, ASSUMPTIONS, [factor.path for factor in sweep.factors])


def _factor_table(factors: Sequence[Factor]) -> str:
    rows = [
        row_html(
            f"{escape(it.meaning)}<br><code>{breaking(it.path)}</code>",
            (escape(range_text(it.values, it.low, it.high)), escape(it.unit)),
        )
        for it in factors
    ]
    return table_html(("values", "unit"), rows)


def _how_made(runs: SweepRuns) -> Iterator[str]:
    sweep = runs.sweep
    yield (
        f"{how_to_repeat('sweep sweep.yaml')}<p>Seed of luck {sweep.seed}, of the design {sweep.design.seed}. "
        "<code>design.csv</code> holds the points, <code>outcomes.parquet</code> one row for each run with all "
        "measures, <code>summary.csv</code> the main ones by point with intervals. One run again:</p><pre>darkfigure "
        f"rerun . {escape(sweep.scenario_names[-1])}.0 --out run</pre><p>{how_equal('workers')}.</p>"
    )
    if sweep.source:
        yield note(f"Source: {escape(sweep.source)}")
