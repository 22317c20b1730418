"""The report of a sweep: one self-contained page that says first how far both books move across the design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from sim.analysis.assumptions import assumptions_of, dials_of
from sim.analysis.sweep.outcomes import MAIN, SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.analysis.sweep.tables import range_text, varying
from sim.scenario.design.sweep import Factor
from sim.telling.figures.style import Drawn
from sim.telling.figures.sweeps import heat_map_pair
from sim.telling.reports.comparison import assumption_table, figure_html, html_page, note
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

TABLE = '<div class="wide"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


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
    body = "\n".join(_parts(runs, window, reason, figures, path.parent))
    path.write_text(html_page(title, body), encoding="utf-8")


def _parts(runs: SweepRuns, window: str, reason: str, figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    yield f"<h1>{escape(runs.sweep.title or runs.sweep.name)}</h1>"
    yield from _opening(runs, window, reason)
    if runs.other is not None:
        yield from _flips(runs)
    yield "<h2>How far the outcomes move, and what moves them</h2>"
    yield note(SPREAD_NOTE)
    yield _spread(runs)
    yield from _sensitivity(runs)
    yield "<h2>Figures</h2>"
    yield from (figure_html(figure, folder) for figure in figures)
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
    first = (
        f'<p class="first box">Under the <a href="#assumptions">listed assumptions</a> and across the {number:,} '
        f"points of the design, {_both(runs, 'total', strong=True)} {escape(compared_text(runs))}. "
        f"By kind: {'; '.join(told)}.</p>"
    )
    yield first
    yield note(
        f"{escape(design_text(runs))}; measured over {window} ({escape(reason)}). Ranges hold 95 % of the points' "
        "means over replications; they span what was put into the design and are no probabilities."
    )
    yield note(
        "<strong>True means true in the simulated world</strong>: the model knows each incident, reported or not. "
        "Recorded crime is what police write down, all that an observer of real data would see."
    )
    yield from (f"<p><strong>{escape(text)}</strong></p>" for text in runs.notes)
    if runs.sweep.question:
        yield f"<p><strong>Question:</strong> {escape(runs.sweep.question)}</p>"


def _both(runs: SweepRuns, family: str, strong: bool = False) -> str:
    """Return between which values recorded and true crime lie."""
    sentences = []
    for book in ("recorded", "true"):
        outcome = runs.outcome(f"{book}_{family}")
        low, high = ends_of(outcome)
        unit = "\u00a0%" if outcome.is_change else f" {outcome.unit}"
        told = f"{low} to {high}{unit}"
        told = f"<strong>{told}</strong>" if strong else told
        verb = "changes by" if outcome.is_change else "lies at"
        sentences.append(f"{book} crime {verb} {told}" if strong else f"{book} {told}")
    return (" and " if strong else ", ").join(sentences)


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
    head = ["", *(f"along {factor.path}" for factor in factors)]
    yield _table(head, [[runs.outcome(name).label, *(cell or "" for cell in cells)] for name, cells in rows.items()])
    yield from _flips_by_value(runs)


def _flips_by_value(runs: SweepRuns) -> Iterator[str]:
    pair = heat_map_pair(runs)
    if pair is None:
        return
    by, along = (next(factor for factor in runs.sweep.factors if factor.path == path) for path in pair)
    columns = {name: flips_by_value(runs, name, along, by) for name in ("true_total", "recorded_total", "gap_total")}
    if not all(columns.values()):
        return
    yield f"<h3>Along {escape(along.path)}, for each value of {escape(by.path)}</h3>"
    head = [by.path, *(runs.outcome(name).label for name in columns)]
    values = [value for value, _ in columns["true_total"]]
    cells = [[told for _, told in column] for column in columns.values()]
    yield _table(head, [[value, *row] for value, row in zip(values, zip(*cells, strict=True), strict=True)])


def _spread(runs: SweepRuns) -> str:
    head = (
        "",
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
    names = varying(runs, MAIN) if runs.is_whole else []
    if not names:
        yield "<p>Sensitivities need all points of the design, and outcomes that vary.</p>"
        return
    yield f"<h3>{'Sobol’ indices' if kind == 'sobol' else 'Morris’ elementary effects'}</h3>"
    factors = runs.sweep.factors
    rows = []
    luck = None
    for name in names:
        outcome = runs.outcome(name)
        if kind == "sobol":
            sobol = sobol_indices(runs, outcome)
            columns = list(zip(sobol.total, sobol.total_half, sobol.first, strict=True))
            luck = sobol.luck_share if name == "gap_total" else luck
            cells = [f"{_two(total)} ± {_two(half)}; alone {_two(first)}" for total, half, first in columns]
        else:
            found = morris_effects(runs, outcome)
            columns = list(zip(found.size, found.size_half, found.spread, strict=True))
            cells = [f"{_two(size)} ± {_two(half)}; sigma {_two(spread)}" for size, half, spread in columns]
        rows.append([outcome.label, *cells])
    yield _table(["", *(f"{factor.path} ({factor.role})" for factor in factors)], rows)
    if kind == "sobol":
        yield note(
            "Total index with its 95 % interval: the share of variance with all interactions; then the part alone."
        )
        if luck is not None:
            yield note(f"Of the variance of points' means of the gap, {100 * luck:.0f} % is chance.")
    else:
        yield note("Mean absolute effect (mu*) of the whole range with its 95 % interval; sigma: how far it differs.")


def _two(value: float) -> str:
    return number_text(float(value), 2)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{_breaking(text)}</th>' for text in head)
    body = "\n".join(
        f"<tr><td>{escape(row[0])}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>" for row in rows
    )
    return TABLE.format(head=heads, body=body)


def _breaking(text: str) -> str:
    return escape(text).replace(".", ".<wbr>").replace("_", "_<wbr>")


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
    differing, shared = assumptions_of(scenarios)
    swept = tuple(factor.path for factor in sweep.factors)
    if sweep.against is not None:
        yield "<h3>In what the two runs of each pair differ</h3>"
        told = [it for it in differing if not _is_swept(it.name, swept)]
        yield assumption_table(told, [it.name for it in scenarios]) if told else "<p>In nothing.</p>"
    dials = [it for it in dials_of(scenarios) if len(set(it.values)) == 1 and not _is_swept(it.name, swept)]
    if dials:
        yield "<h3>What the answer depends on most, the same at all points</h3>"
        yield assumption_table(dials, [scenarios[0].name])
    yield "<h3>What else all points share that is not the default</h3>"
    names = tuple(it.name for it in dials)
    told = [it for it in shared if not it.name.startswith(names or ("\n",)) and not _is_swept(it.name, swept)]
    yield assumption_table(told, [scenarios[0].name]) if told else "<p>Nothing: all else is at its default.</p>"
    yield note("All other parameters, with unit, range and source, are printed by <code>darkfigure describe</code>.")


def _is_swept(name: str, swept: Sequence[str]) -> bool:
    return any(name == path or name.startswith(f"{path}.") for path in swept)


def _factor_table(factors: Sequence[Factor]) -> str:
    rows = "\n".join(
        f"<tr><td>{escape(it.meaning)}<br><code>{_breaking(it.path)}</code></td>"
        f"<td>{escape(range_text(it.values, it.low, it.high))}</td><td>{escape(it.unit)}</td></tr>"
        for it in factors
    )
    head = '<th></th><th scope="col">values</th><th scope="col">unit</th>'
    return TABLE.format(head=head, body=rows)


def _how_made(runs: SweepRuns) -> Iterator[str]:
    sweep = runs.sweep
    yield "<h2>How to reproduce this</h2>"
    yield (
        "<p>In the folder of this report:</p><pre>darkfigure sweep sweep.yaml --out again</pre>"
        f"<p>Seed of luck {sweep.seed}, of the design {sweep.design.seed}. <code>design.csv</code> holds the points, "
        "<code>outcomes.parquet</code> one row for each run with all measures, <code>summary.csv</code> the main ones "
        "by point with intervals. One run again:</p><pre>darkfigure rerun . "
        f"{escape(sweep.scenario_names[-1])}.0 --out run</pre>"
        "<p><code>manifest.json</code> names the version and a fingerprint of its sources; with the same version on "
        "the same type of machine the tables are the same, byte for byte, whatever the workers. "
        "<code>codebook.csv</code> explains each column.</p>"
    )
    if sweep.source:
        yield note(f"Source: {escape(sweep.source)}")
