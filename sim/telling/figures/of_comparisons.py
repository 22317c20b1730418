"""The figures of a comparison."""

from __future__ import annotations

from pathlib import Path

from sim.running.measures import ComparisonRuns
from sim.telling.figures.courses import draw_crime_over_time, draw_funnel, draw_reporting
from sim.telling.figures.maps import draw_maps
from sim.telling.figures.maps_over_time import draw_maps_over_time
from sim.telling.figures.style import Drawn, style


def write_figures(results: ComparisonRuns, folder: Path) -> list[Drawn]:
    """Draw all figures of a comparison into ``folder``, each as PNG and SVG; maps over time need its crime table."""
    with style():
        return [
            draw_crime_over_time(results, folder),
            draw_reporting(results, folder),
            draw_funnel(results, folder),
            *draw_maps(results, folder),
            *(draw_maps_over_time(results, folder) if (folder / "crime.parquet").exists() else ()),
        ]
