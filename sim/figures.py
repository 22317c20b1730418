"""How every figure looks and how it is saved, so that the same results give the same bytes."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.measures import Results

if TYPE_CHECKING:
    from sim.maps_over_time import RunMaps

DOTS_PER_INCH = 160
DOTS_PER_INCH_OF_POINTS = 240
"""In SVG the thousands of counties on a map are a picture; all else there is drawn by lines."""
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#6E6E6E"
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "darkfigure",
    "svg.fonttype": "path",
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Drawn:
    """A figure that was saved: its name (of ``name.png`` and ``name.svg``), title and caption."""

    name: str
    title: str
    caption: str


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of this program, whatever the user's own settings."""
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of ``width`` by ``height`` inches that arranges its parts itself."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, folder: Path, name: str) -> None:
    """Save a figure as ``name.png`` and ``name.svg`` without date or program in them."""
    figure.savefig(folder / f"{name}.png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    figure.set_layout_engine("none")  # parts stay where they are now: arranging them takes as long as drawing
    figure.savefig(folder / f"{name}.svg", dpi=DOTS_PER_INCH_OF_POINTS, metadata={"Date": None, "Creator": None})


def short(text: str, length: int = 70) -> str:
    """Return ``text`` on one line of at most ``length`` characters."""
    return textwrap.shorten(text, length, placeholder=" ...")


def write_figures(results: Results, folder: Path) -> list[Drawn]:
    """Draw all figures of a comparison into ``folder``, which holds its table ``crime``, each as PNG and SVG."""
    from sim.maps import draw_maps
    from sim.maps_over_time import draw_maps_over_time
    from sim.plots import draw_crime_over_time, draw_funnel, draw_reporting

    with style():
        return [
            draw_crime_over_time(results, folder),
            draw_reporting(results, folder),
            draw_funnel(results, folder),
            *draw_maps(results, folder),
            *draw_maps_over_time(results, folder),
        ]


def write_run_figures(results: Results, maps: RunMaps, folder: Path) -> list[Drawn]:
    """Draw the figures of a single run into ``folder``, each as PNG and SVG; ``results`` hold that run alone."""
    from sim.maps_over_time import draw_run_maps
    from sim.plots import draw_funnel

    with style():
        return [*draw_run_maps(maps, folder), draw_funnel(results, folder)]
