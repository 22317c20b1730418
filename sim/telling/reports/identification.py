"""The page of an identification: which true changes are compatible with what was published, of how many worlds."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from sim.analysis.calibration.identifying import Identified
from sim.analysis.calibration.study import Study
from sim.scenario.calibration.identification import Identification
from sim.telling.figures.style import Drawn
from sim.telling.identification_wording import (
    LABELS,
    answer,
    bound_sentences,
    change,
    declared,
    pinned,
    told_effects,
    worlds_sentence,
)
from sim.telling.reports.page import (
    folded,
    how_equal,
    how_to_repeat,
    lead,
    note,
    pictures,
    row_html,
    section_row,
    table_html,
    title_of,
    unbroken,
    write_page,
)
from sim.telling.wording import NOTHING, number_text


def write_identification_report(
    asked: Identification, study: Study, found: Identified, drawn: Drawn, path: Path
) -> None:
    """Write the page; the figure is read from the folder of ``path`` and put into it."""
    title = asked.header.title or "What is compatible with what was published"
    write_page(title, _parts(title, asked, study, found, drawn, path.parent), path)


def _parts(
    title: str, asked: Identification, study: Study, found: Identified, drawn: Drawn, folder: Path
) -> Iterator[str]:
    yield from title_of(title, asked.header.question)
    yield lead([f'<p class="first">{escape(answer(asked, found))}</p>'], _sure(asked, found))
    yield from pictures([drawn], folder)
    yield _key_table(asked, found)
    yield note(
        "Nine in ten of the weight of emulated worlds lie between the two values; medians stand before them. "
        "<em>Effective</em>: simulated worlds of equal weight that agree with the figures; where they are few, the "
        "ranges rest on emulators. <strong>True means true in the simulated world.</strong> "
        f"{escape(_figures(study, found))}"
    )
    yield "<h2>The least and the most that any compatible world allows</h2>"
    yield from (f"<p>{escape(it)}</p>" for it in bound_sentences(found))
    yield from folded("Bounds under each set of figures", [_bounds(found)])
    yield "<h2>What the figures say of parameters</h2>"
    yield f"<p>{escape(pinned(found))}</p>"
    yield how_to_repeat(f"identify identification.yaml --worlds {study.folder.name}")
    yield note(
        f"<code>{escape(study.folder.name)}</code> is the folder of the calibration. Source: "
        f"{escape(asked.header.source)} {how_equal('threads')}."
    )


def _figures(study: Study, found: Identified) -> str:
    """Return what each figure is that worlds are weighed by."""
    used = {name for it in found.sets for name in it.evidence.figures}
    told = [f"{it.id}, {it.what}" for it in (*study.targets, *study.validation) if it.id in used]
    return f"Figures: {'; '.join(told)}." if told else ""


def _sure(asked: Identification, found: Identified) -> Iterator[str]:
    """Yield of how many worlds the answer is, and what is not certain."""
    yield "<h2>How sure is this?</h2>"
    yield note(escape(worlds_sentence(found)))
    yield note(escape(declared(asked)))
    last, effects = found.sets[-1].evidence.name, told_effects(asked)
    wrong = [it for it in found.errors if it.evidence == last and it.name in effects]
    told = "; ".join(f"{LABELS[it.name]} ± {number_text(it.error, 1)} points" for it in wrong)
    yield note(
        escape(f"Given {last}, emulators are off by (root mean square error, counted within the ranges): {told}.")
    )


def _key_table(asked: Identification, found: Identified) -> str:
    """Return what each set of figures leaves of both effects, and how many worlds that is of."""
    values = {(it.evidence, it.effect): it.values for it in found.quantiles}
    rows = []
    for it in found.sets:
        cells = [_range(values[it.evidence.name, effect]) for effect in told_effects(asked)]
        compatible = int(it.simulated_compatible.sum())
        cells += [f"{it.effective:.0f}", f"{compatible:,} of {len(found.worlds):,}"]
        ids = f" ({', '.join(it.evidence.figures)})" if it.evidence.figures else " (the priors)"
        rows.append(row_html(escape(it.evidence.name + ids), cells))
    heads = [f"{escape(LABELS[effect])}, %" for effect in told_effects(asked)]
    heads += ["effective worlds", "worlds with all figures within two errors"]
    return table_html(heads, rows, "Given", "True change with the program, by what is taken as known", "key")


def _range(values: tuple[float, ...]) -> str:
    low, _, middle, _, high = (number_text(it, 1, signed=True) for it in values)
    return f'{middle} <span class="interval">({low} to {high})</span>'


def _bounds(found: Identified) -> str:
    rows: list[str] = []
    for name in dict.fromkeys(it.evidence for it in found.bounds):
        rows.append(section_row(name, 4))
        for it in (bound for bound in found.bounds if bound.evidence == name):
            ends = [unbroken(change(end)) if it.worlds else NOTHING for end in (it.low, it.high)]
            rows.append(row_html(escape(it.case), (*ends, f"{it.worlds:,}")))
    return table_html(("least", "most", "compatible emulated worlds"), rows, "At which values", kind="stacked")
