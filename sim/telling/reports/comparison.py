"""The report: one self-contained page that says first what changed, then how sure that is, then all else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from sim.analysis.differences import Difference
from sim.analysis.disputed import Disputed, disputed_of
from sim.analysis.doubt import Doubt, doubts_in
from sim.analysis.drawn_signs import drawn_changes
from sim.analysis.summary import Row
from sim.parameters.comparison import PROGRAM_TITLES
from sim.running.measures import MUCH_CLIPPED, ComparisonRuns, clipped_share
from sim.running.outcomes import BALANCE_SECTION, GAIN_SECTION, INCAPACITATION_SECTION
from sim.scenario.calibration.draws import read_draws
from sim.telling.doubt_wording import doubt_sentences, over_what, range_sentence, sure_sentences, turn_sentence
from sim.telling.figures.style import Drawn
from sim.telling.reports.comparison_tables import (
    Found,
    all_measures,
    balance_parts,
    families_table,
    gain_parts,
    incapacitation_parts,
    key_table,
    removals_table,
)
from sim.telling.reports.comparison_wording import (
    differences_of,
    effect_text,
    named,
    part_text,
    sign_text,
    sure_text,
    warnings_of,
    without_effect,
    worlds_text,
)
from sim.telling.reports.evaluated import evaluator_section
from sim.telling.reports.page import (
    KNOWN,
    OBSERVED,
    PERCENT,
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
    strong,
    table_html,
    title_of,
    unbroken,
    write_page,
)
from sim.telling.wording import NOTHING, change_text, lines_of, missing_text, reasons_of, world_text

ASSUMPTIONS = Headings(
    "In what the scenarios differ",
    "What the answer depends on most, the same in all scenarios",
    "What else they share that is not the default",
)
Open = list[Doubt] | Disputed | None
"""What leaves the answer open beside chance: draws of parameters, or one disputed assumption."""
_ELSEWHERE = (BALANCE_SECTION, INCAPACITATION_SECTION, GAIN_SECTION)
_REMOVALS = ("removed", "removed_parents")


def write_report(
    results: ComparisonRuns,
    rows: Sequence[Row],
    figures: Sequence[Drawn],
    path: Path,
) -> None:
    """Write the report of a comparison; figures are read from the folder of ``path`` and put into the page."""
    title = results.comparison.title or results.comparison.name
    write_page(title, _parts(results, rows, figures, path.parent), path)


def _parts(results: ComparisonRuns, rows: Sequence[Row], figures: Sequence[Drawn], folder: Path) -> Iterator[str]:
    drawn = {it.name: it for it in figures}

    def shown(*names: str) -> Iterator[str]:
        return pictures((drawn[name] for name in names if name in drawn), folder)

    found = {(row.scenario, row.measure, row.group): row.estimate for row in rows}
    yield from title_of(results.comparison.title or results.comparison.name, results.comparison.question)
    open_ = doubts_in(results) or disputed_of(results, rows)
    yield note(escape(world_text(results)))
    ranges = shown("disputed_range", "drawn_changes")
    yield lead(_answer(results, found, open_), _sureness(results, found, open_, ranges))
    yield from shown("crime_over_time")
    yield key_table(results, found)
    if results.comparison.effect_of is not None:
        yield from folded("The same by kind of crime", [families_table(results, found)], is_printed=True)
    yield from _how_measured(results)
    yield "<h2>Who is affected</h2>"
    yield from shown("who_is_affected")
    if "crime_since_adoption" in drawn:
        yield "<h2>Programs compared from the day each began</h2>"
        yield from shown("crime_since_adoption")
    yield evaluator_section(_evaluator(results))
    yield "<h2>Enforcement</h2>"
    yield from shown("enforcement")
    yield removals_table(results, found)
    if "map" in drawn:
        yield "<h2>Where</h2>"
        yield from shown("map")
    yield from _differences(results)
    yield '<h2 id="assumptions">The assumptions</h2>'
    yield from assumption_parts(results.comparison.scenarios, ASSUMPTIONS, drawn=_drawn(results))
    yield from _in_full(results, rows, doubt_sentences(open_) if isinstance(open_, list) else ())
    yield from _how_made(results)


def _answer(results: ComparisonRuns, found: Found, open_: Open) -> Iterator[str]:
    """Yield what changed, before anything else: three sentences, and what to beware of."""
    yield from (_first_change if results.comparison.effect_of is None else _effects)(results, found)
    if results.comparison.effect_of is None:
        yield f"<p>{escape(part_text(results, found))}</p>"
        if isinstance(open_, Disputed):
            yield f"<p>{escape(sign_text(results, open_))}</p>"
        elif open_ is not None:
            turn = turn_sentence(drawn_changes(results), results.others[0])
            yield f"<p>{escape(range_sentence(open_, results.others[0]))}</p><p>{escape(turn)}</p>"
    elif isinstance(open_, list):
        yield from _turns(results)
    yield from map(strong, warnings_of(results))
    if results.missing:
        yield strong(missing_text(results))


def _turns(results: ComparisonRuns) -> Iterator[str]:
    """Yield what turns the sign of the program's effect, in each scenario where it has one."""
    changes, nowhere = drawn_changes(results), without_effect(results)
    told = {name: turn_sentence(changes, name) for name in results.others if name not in nowhere}
    if len(told) == 1:
        yield from (f"<p>{escape(text)}</p>" for text in told.values())
    elif told:
        yield from (note(f"<em>{escape(results.title(name))}</em>. {escape(text)}") for name, text in told.items())


def _sureness(results: ComparisonRuns, found: Found, open_: Open, range_shown: Iterable[str]) -> Iterator[str]:
    """Yield how far chance and how far assumptions leave the answer open."""
    yield "<h2>How sure is this?</h2>"
    told = sure_sentences(open_) if isinstance(open_, list) else [sure_text(results, open_)]
    yield from (note(escape(text)) for text in told)
    yield from (note(escape(text)) for text in worlds_text(results, found))
    yield from range_shown


def _first_change(results: ComparisonRuns, found: Found) -> Iterator[str]:
    """Yield what changes in the first of the other scenarios."""
    main = results.others[0]
    recorded, true = (change_text(found[main, f"{book}_total", "all"], PERCENT) for book in ("recorded", "occurred"))
    yield first_words(
        f', <span class="seen">recorded crime</span> changes by <strong>{recorded}</strong> and '
        f'<span class="true">true crime</span> by <strong>{true}</strong> under {named(results, main)}, '
        f"compared with {named(results, results.reference)}."
    )


def _effects(results: ComparisonRuns, found: Found) -> Iterator[str]:
    """Yield what the program changes in each scenario, of which none comes before the others."""
    program = PROGRAM_TITLES[str(results.comparison.effect_of)]
    yield first_words(f", this is what <strong>{program}</strong> changes: {effect_text(results)}.")
    heads = ['<span class="seen">Recorded crime</span>', '<span class="true">True crime</span>']
    rows = (row_html(f"<em>{escape(results.title(it))}</em>", _both_books(found, it)) for it in results.others)
    yield table_html(heads, rows, "Effect of the program", kind="stacked")
    nowhere = [named(results, name) for name in without_effect(results)]
    if nowhere:
        yield note(f"In {' and '.join(nowhere)} the program is nowhere in force, so that its effect is exactly 0.")


def _both_books(found: Found, name: str) -> Iterator[str]:
    """Yield the change of recorded and of true crime of a scenario, as HTML."""
    return (unbroken(change_text(found[name, it, "all"], PERCENT)) for it in ("recorded_total", "occurred_total"))


def _how_measured(results: ComparisonRuns) -> Iterator[str]:
    yield note(
        f"Changes over {results.window} ({escape(results.evaluation.reason)}; the same months for all scenarios): "
        f"means of paired differences over {over_what(results)}, with 95 % intervals. People "
        "reached: in counties whose programs differ, on average over these months. "
        f"{KNOWN} Nobody knows that number for a real place. {OBSERVED}."
    )


def _evaluator(results: ComparisonRuns) -> Iterator[str]:
    """Yield how to ask what an evaluator would find."""
    yield "<h2>What an evaluator would see</h2>"
    name = results.comparison.scenarios[-1 if len(results.comparison.scenarios) == 1 else 1].name
    yield note(
        "An evaluator of a real place has the observed line alone. What the usual designs would conclude from it, and "
        f"why, is told by <code>darkfigure estimate scenarios/{escape(name)}.yaml</code> in the folder of this report; "
        "<code>darkfigure report</code> puts it here."
    )


def _differences(results: ComparisonRuns) -> Iterator[str]:
    """Yield in words all in which scenarios differ from what they are compared with."""
    yield "<h2>In what each scenario differs from its reference</h2>"
    found = {name: tuple(it) for name, it in differences_of(results).items()}
    if len(found) > 1 and len(set(found.values())) == 1:
        yield f"<div>Each of them:{_listed(next(iter(found.values())))}</div>"
        return
    for name, differences in found.items():
        against = named(results, results.references[name])
        yield f"<div>{named(results, name)}, against {against}:{_listed(differences)}</div>"


def _listed(differences: Iterable[Difference]) -> str:
    told = "".join(f"<li>{escape(str(it))}</li>" for it in differences)
    return f"<ul>{told}</ul>" if told else " in nothing."


def _drawn(results: ComparisonRuns) -> dict[str, tuple[float, float]]:
    """Return between what nine in ten draws of each parameter lie, by dotted path; nothing where none is drawn."""
    if results.comparison.uncertainty is None:
        return {}
    draws = read_draws(results.comparison.uncertainty)
    return {path: draws.middle(path) for path in draws.paths}


def _in_full(results: ComparisonRuns, rows: Sequence[Row], doubt: Iterable[str]) -> Iterator[str]:
    """Yield all measures and what is counted beside them, folded."""
    lines = lines_of(rows, results.reference, results.others)
    balance = [line for line in lines if line.section == BALANCE_SECTION or line.measure in _REMOVALS]
    reasons = [note(f"{NOTHING}: {reason}.") for reason in reasons_of(rows)]
    measures = [line for line in lines if line.section not in _ELSEWHERE]
    yield '<h2 class="screen">All numbers</h2>'
    yield from folded("All measures, by kind of crime, group and legal status", all_measures(results, measures))
    yield from folded("The balance: offences counted one by one", balance_parts(results, balance))
    yield from folded("Luck and doubt apart", map(note, map(escape, doubt)))
    yield from folded("What one removed person-year prevents", incapacitation_parts(results))
    yield from folded(
        "What the pairing gains", gain_parts(results, [line for line in lines if line.section == GAIN_SECTION])
    )
    yield from reasons


def _how_made(results: ComparisonRuns) -> Iterator[str]:
    """Yield how to get the same results again, and what to beware of."""
    comparison = results.comparison
    yield (
        f"{how_to_repeat('compare comparison.yaml')}<p>Seed {comparison.seed}, {over_what(results)}. "
        f"{how_equal('engine, workers and threads')} of each table.</p>"
    )
    shares = {name: clipped_share(runs) for name, runs in results.runs.items()}
    largest = max(shares.values())
    told = "fewer than 1 in 100,000" if largest < 1e-5 else f"at most {100 * largest:.2g} %"
    yield note(f"Opportunities for crime whose probability had to be cut at 1: {told} in any scenario.")
    if largest > MUCH_CLIPPED:
        told = f"More than {100 * MUCH_CLIPPED:g} % were cut, which flattens effects: raise crime.headroom."
        yield strong(told)
