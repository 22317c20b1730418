"""How every figure looks and how it is saved, so that the same results give the same bytes."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.running.measures import ComparisonRuns

if TYPE_CHECKING:
    from sim.telling.figures.maps_over_time import RunMaps

DOTS_PER_INCH = 160
DOTS_ON_SCREEN = 100
DOTS_PER_INCH_OF_POINTS = 240
"""In SVG the thousands of counties on a map are a picture; all else there is drawn by lines."""
FORMATS: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""What figures can be saved as, and which facts about the saving are left out of each."""
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


class ShownFigure(Figure):
    """A figure that a notebook shows by itself, whether pyplot is loaded or not."""

    def _repr_png_(self) -> bytes:
        """Return the figure as a notebook wants it."""
        buffer = io.BytesIO()
        with style():
            self.savefig(buffer, format="png", dpi=DOTS_ON_SCREEN, metadata=FORMATS["png"])
        return buffer.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of ``width`` by ``height`` inches that arranges its parts itself."""
    figure = ShownFigure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, folder: Path, name: str) -> None:
    """Save a figure as ``name.png`` and ``name.svg``, or what ``saved_by`` says instead."""
    _saving.get()(figure, folder, name)


def save_files(figure: Figure, folder: Path, name: str, formats: Sequence[str] = ("png", "svg")) -> None:
    """Save a figure in some of ``FORMATS`` without date or program in the files."""
    for place, form in enumerate(formats):
        dots = DOTS_PER_INCH if form == "png" else DOTS_PER_INCH_OF_POINTS
        figure.savefig(folder / f"{name}.{form}", dpi=dots, metadata=FORMATS[form])
        if place == 0:
            figure.set_layout_engine("none")  # parts stay where they are now: arranging them takes as long as drawing


Saving = Callable[[Figure, Path, str], None]
_saving: ContextVar[Saving] = ContextVar("saving", default=save_files)


@contextmanager
def saved_by(saving: Saving) -> Iterator[None]:
    """Let ``saving`` have every figure that would be saved meanwhile: other formats, another folder, or no file."""
    token = _saving.set(saving)
    try:
        yield
    finally:
        _saving.reset(token)


def short(text: str, length: int = 70) -> str:
    """Return ``text`` on one line of at most ``length`` characters."""
    return textwrap.shorten(text, length, placeholder=" ...")


def write_figures(results: ComparisonRuns, folder: Path) -> list[Drawn]:
    """Draw all figures of a comparison into ``folder``, each as PNG and SVG; maps over time need its crime table."""
    from sim.telling.figures.courses import draw_crime_over_time, draw_funnel, draw_reporting
    from sim.telling.figures.maps import draw_maps
    from sim.telling.figures.maps_over_time import draw_maps_over_time

    with style():
        return [
            draw_crime_over_time(results, folder),
            draw_reporting(results, folder),
            draw_funnel(results, folder),
            *draw_maps(results, folder),
            *(draw_maps_over_time(results, folder) if (folder / "crime.parquet").exists() else ()),
        ]


def write_run_figures(results: ComparisonRuns, maps: RunMaps | None, folder: Path) -> list[Drawn]:
    """Draw the figures of a single run into ``folder``, each as PNG and SVG; ``results`` hold that run alone."""
    from sim.telling.figures.courses import draw_funnel
    from sim.telling.figures.maps_over_time import draw_run_maps

    with style():
        return [*(draw_run_maps(maps, folder) if maps is not None else ()), draw_funnel(results, folder)]
