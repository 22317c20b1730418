"""The figures of a comparison: those of its page, and with them those that are drawn when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.analysis.disputed import disputed_of
from sim.analysis.drawn_signs import drawn_changes
from sim.analysis.summary import Row, rows_of
from sim.running.measures import ComparisonRuns
from sim.telling.figures.affected import draw_affected
from sim.telling.figures.courses import draw_crime_by_kind, draw_crime_over_time, draw_reporting
from sim.telling.figures.disputed import draw_disputed
from sim.telling.figures.drawn_changes import draw_drawn_changes
from sim.telling.figures.funnel import draw_enforcement, draw_funnel
from sim.telling.figures.maps import draw_map, draw_maps
from sim.telling.figures.maps_over_time import draw_maps_over_time
from sim.telling.figures.since_adoption import draw_since_adoption
from sim.telling.figures.style import Drawn, style


def write_figures(results: ComparisonRuns, folder: Path, rows: Sequence[Row] | None = None) -> list[Drawn]:
    """Draw the figures of a comparison's page into ``folder``, each as PNG and SVG; ``rows`` are its summary, if made.

    Those by the time since adoption need the table ``crime`` of ``folder``.
    """
    has_tables = (folder / "crime.parquet").exists()
    if rows is None:
        rows = rows_of(results.runs, results.reference, results.references)
    with style():
        return [
            draw_crime_over_time(results, folder),
            *draw_disputed(results, disputed_of(results, rows), folder),
            *draw_drawn_changes(results, drawn_changes(results), folder),
            draw_affected(results, rows, folder),
            *(draw_since_adoption(results, folder) if has_tables else ()),
            draw_enforcement(results, folder),
            *draw_map(results, folder),
        ]


def draw_all(results: ComparisonRuns, folder: Path) -> list[Drawn]:
    """Draw the figures of the page; crime by kind, reporting over time, records by stage, maps by kind and period."""
    has_tables = (folder / "crime.parquet").exists()
    with style():
        return [
            *write_figures(results, folder),
            draw_crime_by_kind(results, folder),
            draw_reporting(results, folder),
            draw_funnel(results, folder),
            *draw_maps(results, folder),
            *(draw_maps_over_time(results, folder) if has_tables else ()),
        ]
