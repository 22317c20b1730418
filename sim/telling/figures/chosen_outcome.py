"""One chosen outcome of a sweep, or of several on the same scales: the heat map of two levers, and curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from matplotlib.figure import Figure

from sim.analysis.sweep.curves import curve, surface
from sim.analysis.sweep.outcomes import SweepRuns
from sim.telling.doubt_wording import over_each_point
from sim.telling.figures.heat_maps import heat_maps
from sim.telling.figures.style import Drawn, save
from sim.telling.figures.sweep_panels import common_limits, curve_panels
from sim.telling.figures.sweeps import Named, heat_map_pair
from sim.telling.figures.sweeps import draw_sweeps as draw_usual
from sim.telling.wording import held_text
from sim.words.faults import UserError

MOST_CURVES = 8


def draw_sweeps(
    batches: Mapping[str, SweepRuns], levers: tuple[str, str] | None = None, outcome: str | None = None
) -> list[Drawn]:
    """Draw sweeps by name, the usual outcomes or a chosen one; figures go wherever figures are saved.

    Parameters
    ----------
    batches : mapping of SweepRuns
        One or more, which vary the same parameters.
    levers : pair of str, optional
        The two parameters of the heat map.
    outcome : str, optional
        A column of ``outcomes.parquet``, or ``gap_total``, ``gap_violent``, ``gap_property``.

    Raises
    ------
    UserError
        Where there is no such outcome or parameter, or a design does not allow the figure.
    """
    named = [Named(name if len(batches) > 1 else "", runs) for name, runs in batches.items()]
    if outcome is None:
        return draw_usual(named, Path(), *(levers or (None, None)))
    drawn = []
    for figure, told in _of_outcome(batches, levers, outcome):
        save(figure, Path(), told.name)
        drawn.append(told)
    if not drawn:
        kind = next(iter(batches.values())).sweep.design.kind
        raise UserError(f"--outcome {outcome}: a {kind} design allows neither a heat map nor a curve")
    return drawn


def _of_outcome(
    batches: Mapping[str, SweepRuns], levers: tuple[str, str] | None, name: str
) -> Iterator[tuple[Figure, Drawn]]:
    first = next(iter(batches.values()))
    outcomes = {batch: runs.outcome(name) for batch, runs in batches.items()}
    titles = list(batches) if len(batches) > 1 else []
    label = next(iter(outcomes.values())).label
    pair = heat_map_pair(first, *(levers or ()))
    if pair is not None:
        surfaces = [surface(runs, outcomes[batch], *pair) for batch, runs in batches.items()]
        text = f"{label}, mean of each cell; one scale of colours. {_told(batches)}"
        title = f"{label}: {surfaces[0].across.path} by {surfaces[0].up.path}"
        yield heat_maps(surfaces, titles), Drawn(f"heat_map_{name}", title, text)
    if first.sweep.design.kind == "morris":
        return
    paths = [factor.path for factor in first.sweep.factors][:MOST_CURVES]
    rows = {path: [[curve(runs, outcomes[batch], path)] for batch, runs in batches.items()] for path in paths}
    limits = common_limits([it for panels in rows.values() for (it,) in panels])
    text = f"averaged over the other parameters; one scale for all panels. {_told(batches)}"
    if len(batches) == 1:
        figure = curve_panels([panel for panels in rows.values() for panel in panels], (), limits)
        yield figure, Drawn(f"curves_{name}", f"{label}: parameter by parameter", f"{label}, {text}")
        return
    for path, panels in rows.items():
        file = f"curves_{name}_{path.replace('.', '_')}"
        yield curve_panels(panels, titles, limits), Drawn(file, f"{label} along {path}", f"{label}, {text}")


def _told(batches: Mapping[str, SweepRuns]) -> str:
    """Return what each sweep is, and what is missing from it."""
    parts = [
        f"{name}: {runs.sweep.title or 'a sweep'}, {len(runs.points)} points, each over {over_each_point(runs)}"
        + _reference(runs)
        + "".join(f" {note}" for note in runs.notes)
        for name, runs in batches.items()
    ]
    return " ".join(parts)


def _reference(runs: SweepRuns) -> str:
    sweep = runs.sweep
    if sweep.against is not None:
        against = sweep.against.parameters.title or sweep.against.name
        return f"; each point against {against} at the same values{held_text(sweep.held)}."
    return "; each point against the reference point." if sweep.reference is not None else "."
