"""Which figures a sweep has, of one batch or of several side by side on the same scales, and their captions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from sim.analysis.sweep.break_even import is_possible
from sim.analysis.sweep.curves import Curve, Surface, curve, surface
from sim.analysis.sweep.outcomes import SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.analysis.sweep.tables import varying
from sim.scenario.design.sweep import Factor
from sim.telling.doubt_wording import over_each_point
from sim.telling.figures.break_even import break_even_figure
from sim.telling.figures.heat_maps import MOST_NUMBERS, heat_maps
from sim.telling.figures.sensitivity import morris_bars, sobol_bars
from sim.telling.figures.style import Drawn, save_both, style
from sim.telling.figures.sweep_panels import common_limits, curve_panels, in_words, value_label
from sim.telling.wording import held_text, number_text
from sim.words.faults import UserError

TOTALS = ("occurred_total", "recorded_total", "gap_total")
KINDS = tuple(f"{book}_{family}" for family in ("violent", "property") for book in ("occurred", "recorded", "gap"))
MOST_CURVES = 8
"""Parameters that have a curve in the figure; all are in the report's table."""


class Named(NamedTuple):
    """A batch as it stands in a figure of several."""

    title: str
    runs: SweepRuns


def write_sweep_figures(runs: SweepRuns, folder: Path) -> list[Drawn]:
    """Draw all figures that the design of a sweep allows into ``folder``, each as PNG and SVG."""
    return draw_sweeps([Named("", runs)], folder)


class Planned(NamedTuple):
    """A figure that can be drawn at any width in inches, and what it shows."""

    draw: Callable[[float], Figure]
    told: Drawn


def draw_main(runs: SweepRuns) -> Drawn | None:
    """Draw the figure of a sweep that says most, the first its design allows; figures go wherever they are saved."""
    return next(_saved(_planned([Named("", runs)], None, None), Path()), None)


def _saved(planned: Iterator[Planned], folder: Path) -> Iterator[Drawn]:
    """Yield figures as each is drawn for a screen, and for a telephone where figures are saved as usual."""
    with style():
        for draw, told in planned:
            yield replace(told, narrow=save_both(draw, folder, told.name))


def draw_sweeps(
    batches: Sequence[Named], folder: Path, across: str | None = None, up: str | None = None
) -> list[Drawn]:
    """Draw sweeps side by side on the same scales.

    Parameters
    ----------
    batches : sequence of Named
        One or more, over the same parameters.
    folder : Path
        Where figures are saved.
    across, up : str, optional
        The parameters of the heat map; by default the first lever and the first uncertainty.

    Raises
    ------
    UserError
        Where a heat map of two parameters was asked for that the design does not allow, or batches vary different
        parameters.
    """
    first = batches[0].runs.sweep
    for batch in batches[1:]:
        if {factor.path for factor in batch.runs.sweep.factors} != {factor.path for factor in first.factors}:
            raise UserError(f"{batch.title}: varies other parameters than {batches[0].title}; draw it alone")
    return list(_saved(_planned(batches, across, up), folder))


def _planned(batches: Sequence[Named], across: str | None, up: str | None) -> Iterator[Planned]:
    """Yield the figures that the designs allow, the one that says most first."""
    pair = heat_map_pair(batches[0].runs, across, up)
    if len(batches) == 1 and is_possible(batches[0].runs):
        yield Planned(*break_even_figure(batches[0].runs))
    yield from _sensitivity(batches)
    if pair is not None:
        yield from _heat_maps(batches, *pair)
    yield from _curves(batches)


def heat_map_pair(runs: SweepRuns, across: str | None = None, up: str | None = None) -> tuple[str, str] | None:
    """Return the parameters of the heat map; None where the design allows none and none was asked for."""
    sweep = runs.sweep
    several = [factor for factor in (*sweep.levers, *sweep.uncertainties) if len(factor.values) != 1]
    chosen = [path for path in (across, up) if path is not None]
    levers, others = [it for it in several if it.role == "lever"], [it for it in several if it.role != "lever"]
    usual = [*levers[:1], *others[:1]] if levers and others else several[:2]
    spare = [factor.path for factor in (*usual, *several) if not _is_named(factor, chosen)]
    first, second = across or next(iter(spare), None), None
    second = up or next((path for path in spare if path != first), None)
    if first is None or second is None:
        return None
    try:
        surface(runs, runs.outcome("gap_total"), first, second)
    except UserError:
        if chosen:
            raise
        return None
    return first, second


def _is_named(factor: Factor, chosen: Sequence[str]) -> bool:
    return any(factor.path == path or factor.path.endswith(f".{path}") for path in chosen)


def _heat_maps(batches: Sequence[Named], across: str, up: str) -> Iterator[Planned]:
    """Yield the heat maps of all index crime: of one batch both books and the gap, of several the gap of each."""

    def maps(names: Sequence[str]) -> list[Surface]:
        return [surface(it.runs, it.runs.outcome(name), across, up) for it in batches for name in names]

    is_change, several = maps(["gap_total"])[0].outcome.is_change, len(batches) > 1
    totals = maps(TOTALS if is_change and not several else ["gap_total"])
    titles = [batch.title for batch in batches] if several else []
    found = totals[-1]
    by = " by ".join(words[:1].lower() + words[1:] for words in map(in_words, (found.across, found.up)))
    yield Planned(
        lambda width: heat_maps(totals, titles, width=width),
        Drawn(
            "heat_map",
            f"{found.outcome.label if several or not is_change else 'Both books and the gap between them'}: {by}",
            f"{_compared_with(batches[0].runs)} Each cell is the mean over {_over(batches)}{_held(found)}. "
            f"{_map_form(totals)}",
            " ".join(map(_corners, totals)),
        ),
    )
    if is_change and not several:
        kinds = maps(KINDS)
        yield Planned(
            lambda width: heat_maps(kinds, width=width),
            Drawn(
                "heat_map_by_kind",
                f"Violent and property crime: {by}",
                "True change, observed change and the gap between them, on one scale of colours. " + _map_form(kinds),
                " ".join(map(_corners, kinds)),
            ),
        )


def _corners(found: Surface) -> str:
    """Return in a sentence what stands at the corners of a heat map."""
    rows, columns = (0, -1), (0, -1)
    told = [
        f"{number_text(float(found.band.estimate[row, column]), 2, signed=found.outcome.is_change)} at "
        f"{value_label(found.columns[column])} across and {value_label(found.rows[row])} up"
        for row in rows
        for column in columns
        if np.isfinite(found.band.estimate[row, column])
    ]
    return f"{found.outcome.label}, {found.outcome.unit}: {', '.join(told)}."


def _map_form(maps: Sequence[Surface]) -> str:
    if not maps[0].outcome.is_change:
        return "The darker, the more."
    told = "Brown: more, green: less. Where both signs are certain in a column or row, a line parts them. "
    if all(it.band.estimate.size <= MOST_NUMBERS for it in maps):
        return told + "Numbers in brackets: 0 lies within the 95 % interval."
    return told + "Hatched: less. On dashed lines a limit of the 95 % interval is 0."


def _compared_with(runs: SweepRuns) -> str:
    sweep = runs.sweep
    if sweep.against is not None:
        against = sweep.against.parameters.title or sweep.against.name
        return f"Each point is compared with {against} at the same values{held_text(sweep.held)} and the same luck."
    if sweep.reference is not None:
        return "Each point is compared with the reference point at the same luck."
    return "Levels: nothing is compared."


def _over(batches: Sequence[Named]) -> str:
    """Return over what means and intervals are taken, to follow "over": of several batches where they differ, each."""
    return " or ".join(dict.fromkeys(over_each_point(batch.runs) for batch in batches))


def _held(found: Surface) -> str:
    return f" and the {found.count} combinations of the other parameters" if found.count > 1 else ""


def _curves(batches: Sequence[Named]) -> Iterator[Planned]:
    """Yield the curves along each parameter; with several batches a panel for each, one figure for each parameter."""
    sweep = batches[0].runs.sweep
    paths = [factor.path for factor in sweep.factors if len(factor.values) != 1]
    panels = [[_row(batch.runs, path) for batch in batches] for path in paths[:MOST_CURVES]]
    known = [row for row in panels if all(row)]
    if not known:
        return
    caption = _curve_caption(batches, known[0][0][0])
    limits = common_limits([curve for row in known for panel in row for curve in panel])
    if len(batches) == 1:
        alt = " ".join(_ends(it) for row in known for it in row[0])
        told = Drawn("curves", "True and observed crime along each parameter", caption, alt)
        yield Planned(lambda width: curve_panels([row[0] for row in known], (), limits, width), told)
        return
    for row in known:
        factor = row[0][0].factor
        told = Drawn(f"curves_{factor.path.replace('.', '_')}", f"Both books along {factor.path}", caption)
        yield Planned(partial(curve_panels, row, [batch.title for batch in batches], limits), told)


def _ends(found: Curve) -> str:
    """Return in a sentence where a curve begins and ends."""
    told = [
        f"{number_text(float(found.band.estimate[place]), 2, signed=found.outcome.is_change)} at "
        f"{value_label(found.values[place])}"
        for place in (0, -1)
        if np.isfinite(found.band.estimate[place])
    ]
    return f"{found.outcome.label} along {found.factor.path}: {' and '.join(told)}."


def _row(runs: SweepRuns, path: str) -> list[Curve]:
    """Return the curves of one panel; none where the design allows none."""
    try:
        return [curve(runs, runs.outcome(name), path) for name in outcome_lines(runs)]
    except UserError:
        return []


def outcome_lines(runs: SweepRuns) -> tuple[str, ...]:
    """Return the outcomes that share a panel: the gap joins where it has the unit of the others."""
    return TOTALS if runs.other is not None else TOTALS[:2]


def _curve_caption(batches: Sequence[Named], found: Curve) -> str:
    spread = "Pale bands: 95 % of the points, which differ in the other parameters."
    if found.is_binned:
        chance = "Points are put into bins of equal size; bars: 95 % interval of each bin's mean."
    else:
        alone = ", chance alone" if all(batch.runs.lucks == 1 for batch in batches) else ""
        chance = f"Bars: 95 % interval over {_over(batches)}{alone}."
    return f"All index crime. {_compared_with(batches[0].runs)} {chance} {spread}"


def _sensitivity(batches: Sequence[Named]) -> Iterator[Planned]:
    kinds = {batch.runs.sweep.design.kind for batch in batches}
    if len(kinds) != 1 or not all(batch.runs.is_whole for batch in batches):
        return
    kind = kinds.pop()
    names = [name for name in ("gap_total", "occurred_total", "recorded_total") if _varies(batches, name)]
    if kind not in ("sobol", "morris") or not names:
        return
    several = len(batches) > 1
    for name in names if several else [""]:
        chosen = [(it, name) for it in batches] if several else [(batches[0], one) for one in names]
        titles = [it.title for it, _ in chosen] if several else []
        outcomes = [(it.runs, it.runs.outcome(one)) for it, one in chosen]
        draw: Callable[[float], Figure]
        if kind == "sobol":
            shares = [sobol_indices(*one) for one in outcomes]
            draw = partial(sobol_bars, shares, titles, None)
            sizes = [(it.outcome.label, it.factors, it.total) for it in shares]
        else:
            effects = [morris_effects(*one) for one in outcomes]
            draw = partial(morris_bars, effects, titles, None)
            sizes = [(it.outcome.label, it.factors, it.size) for it in effects]
        alt = " ".join(
            f"{label}: {', '.join(f'{it.path} {number_text(float(size), 2)}' for it, size in zip(*own, strict=True))}."
            for label, *own in sizes
        )
        yield Planned(draw, replace(_sensitivity_told(kind, name), alt=alt))


def _varies(batches: Sequence[Named], name: str) -> bool:
    return all(varying(batch.runs, [name]) for batch in batches)


def _sensitivity_told(kind: str, name: str) -> Drawn:
    title = "What drives the outcomes" + (f": {name}" if name else "")
    ending = f"_{name}" if name else ""
    if kind == "sobol":
        caption = (
            "Sobol' indices: the share of the variance between points that a parameter explains alone, and with all "
            "its interactions. Lines: 95 % intervals by resampling of the design. Values a little below 0 are 0 within "
            "their interval."
        )
        return Drawn(f"sensitivity{ending}", title, caption)
    caption = (
        "Morris' elementary effects over the whole range of each parameter: their mean size (mu*), and how far they "
        "differ from place to place (sigma), which tells of interactions and bends. Lines: 95 % intervals by "
        "resampling of the trajectories."
    )
    return Drawn(f"sensitivity{ending}", title, caption)
