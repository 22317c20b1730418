"""The page of a calibration: what the program changes in worlds that agree with published figures, and how sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from sim.analysis.calibration.outcome import Outcome
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.summary import Told, parameters_told
from sim.scenario.design.paths import targets
from sim.telling.calibration_wording import doubt_sentences, fit_sentence, headline, traded_sentences
from sim.telling.figures.style import Drawn
from sim.telling.reports.page import (
    breaking,
    folded,
    how_equal,
    how_to_repeat,
    lead,
    note,
    pictures,
    row_html,
    table_html,
    title_of,
    write_page,
)
from sim.telling.wording import number_text

VERDICTS = {
    "pinned": "pinned: less than half as wide as before",
    "narrowed": "narrowed: less than four fifths as wide",
    "open": "left open",
}
_HEADS = ("what the figures leave", "before, mean ± deviation", "after, nine in ten draws")


def write_calibration_report(study: Study, outcome: Outcome, figures: Sequence[Drawn], path: Path) -> None:
    """Write the page; figures are read from the folder of ``path`` and put into it."""
    title = study.header.title or "What published figures leave of the priors"
    write_page(title, _parts(title, study, outcome, figures, path.parent), path)


def _parts(title: str, study: Study, outcome: Outcome, figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    drawn = {it.name: it for it in figures}
    yield from title_of(title, study.header.question)
    told = parameters_told(study.priors, outcome.draws.shares)
    first = [f'<p class="first">{escape(headline(study, outcome))}</p>', f"<p>{escape(_left_open(told))}</p>"]
    yield lead(first, ["<h2>How sure is this?</h2>", *(note(escape(it)) for it in doubt_sentences(study, outcome))])
    yield from pictures([drawn["effects"]], folder)
    yield "<h2>How the figures fit</h2>"
    yield f"<p>{escape(fit_sentence(study, outcome))}</p>"
    yield from pictures([drawn["fit"]], folder)
    yield "<h2>What is left of the priors</h2>"
    yield from (f"<p>{escape(it)}</p>" for it in traded_sentences(study, outcome))
    yield from folded("Each parameter before and after", [_parameters(study, told)])
    yield from folded("Parameters alone and in pairs", pictures([drawn["corner"]], folder))
    yield how_to_repeat("calibrate calibration.yaml")
    yield note(
        "<code>posterior.csv</code> holds the draws, <code>worlds.csv</code> every world that was run, "
        f"<code>point.yaml</code> the point as a scenario. {how_equal('workers and threads')}."
    )


def _left_open(told: Sequence[Told]) -> str:
    """Return how many parameters the figures pin, narrow and leave open."""
    counts = {kind: sum(it.verdict == kind for it in told) for kind in VERDICTS}
    return (
        f"Of {len(told)} parameters the figures pin {counts['pinned']}, narrow {counts['narrowed']} and leave "
        f"{counts['open']} about as open as they were: what depends on those alone is about as uncertain as before."
    )


def _parameters(study: Study, told: Sequence[Told]) -> str:
    rows = []
    for prior, it in zip(study.priors, told, strict=True):
        meaning = f"{escape(targets()[prior.path].meaning)}<br>" if prior.path in targets() else ""
        source = f'<br><span class="small">source: {escape(prior.source)}</span>'
        before = f"{number_text(it.prior_mean, 2)} ± {number_text(it.prior_sd, 2)}"
        after = f"{number_text(it.quantiles[0], 2)} to {number_text(it.quantiles[-1], 2)}"
        rows.append(row_html(f"{meaning}<code>{breaking(it.label)}</code>{source}", (it.verdict, before, after)))
    verdicts = note("; ".join(VERDICTS.values()) + ".")
    return verdicts + table_html(_HEADS, rows, "Parameter", kind="wordy stacked", label="Parameters before and after")
