"""How every figure looks and how it is saved, so that the same results give the same bytes."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

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
    "svg.fonttype": "none",
    "text.parse_math": False,
}


FONTS = b"'DejaVu Sans', Verdana, Arial, sans-serif"
"""What text in SVG is set in: fonts as wide as the one that places were measured with, or narrower."""
_IDLE_DIGITS = re.compile(rb"(?<=\d\.\d\d)\d+")
"""Digits of a place beyond a hundredth of a point, which nobody sees."""
WIDE, NARROW = 9.0, 3.7
"""Inches across a figure of a page: on a screen or on paper, and on a telephone."""


@dataclass(frozen=True)
class Drawn:
    """A figure that was saved: its name (of ``name.png`` and ``name.svg``), title and caption.

    ``alt`` says in words what a reader sees, by default the caption; ``narrow`` is the figure for a telephone, as SVG,
    where there is one.
    """

    name: str
    title: str
    caption: str
    alt: str = ""
    narrow: bytes = field(default=b"", repr=False, compare=False)


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


class Margins(NamedTuple):
    """Room around and between panels, in inches."""

    left: float
    right: float
    top: float
    bottom: float
    across: float = 0.2
    down: float = 0.6


class Sheet(NamedTuple):
    """A figure, its panels and the strip under each: Axes[rows, columns]; without strips these are the panels."""

    figure: Figure
    panels: NDArray[Any]
    strips: NDArray[Any]


def sheet_of(count: int, columns: int, width: float, height: float, room: Margins, strip: float = 0.0) -> Sheet:
    """Return a figure of ``count`` panels in so many columns, placed without being measured, which is slow.

    Parameters
    ----------
    count, columns : int
        Panels, and how many stand side by side.
    width : float
        Of the figure, inches.
    height, strip : float
        Of each panel and of the strip close under it, inches; 0 for none.
    room : Margins
        Around and between them.
    """
    rows, below = -(-count // columns), strip + 0.08 if strip else 0.0
    whole = room.top + rows * (height + below) + room.down * (rows - 1) + room.bottom
    each = (width - room.left - room.right - room.across * (columns - 1)) / columns
    figure = ShownFigure(figsize=(width, whole))
    FigureCanvasAgg(figure)
    panels, strips = np.empty((rows, columns), dtype=object), np.empty((rows, columns), dtype=object)
    for place in range(count):
        row, column = divmod(place, columns)
        left = room.left + column * (each + room.across)
        foot = whole - room.top - row * (height + below + room.down) - height
        panels[row, column] = figure.add_axes((left / width, foot / whole, each / width, height / whole))
        box = (left / width, (foot - below) / whole, each / width, strip / whole)
        strips[row, column] = figure.add_axes(box, sharex=panels[row, column]) if strip else panels[row, column]
    return Sheet(figure, panels, strips)


def note_above(axes: Axes, text: str, lines: float = 0.0, **look: Any) -> None:
    """Write a title over a panel, ``lines`` of it higher than the lowest place."""
    axes.annotate(
        text,
        (0, 1),
        (0, 4 + 11 * lines),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="left",
        va="bottom",
        annotation_clip=False,
        **{"fontsize": 9.0, **look},
    )


def true_minus(axis: Any) -> None:
    """Write the numbers of an axis with a true minus sign and no idle zeros."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "\N{MINUS SIGN}")))


def save_both(draw: Callable[[float], Figure], folder: Path, name: str) -> bytes:
    """Save what ``draw`` makes of a width in inches, and return it as SVG for a telephone.

    Where figures are not saved as usual, there is no telephone, and nothing is returned.
    """
    save(draw(WIDE), folder, name)
    return svg_of(draw(NARROW)) if _saving.get() is save_files else b""


def svg_of(figure: Figure) -> bytes:
    """Return a figure as SVG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", dpi=DOTS_PER_INCH_OF_POINTS, metadata=FORMATS["svg"])
    return _with_fonts(buffer.getvalue())


def _with_fonts(svg: bytes) -> bytes:
    return _IDLE_DIGITS.sub(b"", svg.replace(b"'DejaVu Sans'", FONTS))


def save(figure: Figure, folder: Path, name: str) -> None:
    """Save a figure as ``name.png`` and ``name.svg``, or what ``saved_by`` says instead."""
    _saving.get()(figure, folder, name)


def save_files(figure: Figure, folder: Path, name: str, formats: Sequence[str] = ("png", "svg")) -> None:
    """Save a figure in some of ``FORMATS`` without date or program in the files."""
    for place, form in enumerate(formats):
        dots = DOTS_PER_INCH if form == "png" else DOTS_PER_INCH_OF_POINTS
        if form == "svg":
            (folder / f"{name}.svg").write_bytes(svg_of(figure))
        else:
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
