"""What a notebook gets of a run, a comparison or a sweep: tables, summary and figures, made when they are asked for."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.words.faults import UserError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sim.telling.figures.style import Drawn
    from sim.telling.in_short import Short

Kind = Literal["run", "comparison", "sweep"]


class Tables(Mapping[str, "pd.DataFrame"]):
    """Tables by name, as ``pandas.DataFrame``; each is read when it is first looked at."""

    def __init__(self, readers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        """Take what reads each table."""
        self._readers = dict(readers)
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return the table ``name``."""
        if name not in self._read:
            if name not in self._readers:
                raise KeyError(f"{name}; there are {', '.join(self._readers)}")
            self._read[name] = self._readers[name]()
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._readers)

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._readers)

    def __repr__(self) -> str:
        """Return the names of the tables."""
        return f"<tables: {', '.join(self)}>"


class Figures(Mapping[str, "Figure"]):
    """Figures by name, as matplotlib figures that a notebook shows by itself; drawn when they are first looked at."""

    def __init__(self, draw: Callable[[], list[Drawn]], draw_main: Callable[[], Drawn | None] = lambda: None) -> None:
        """Take what draws them all, and what draws the main one alone: each saves by ``sim.telling.figures.style``."""
        self._draw = draw
        self._draw_main = draw_main

    @cached_property
    def _drawn(self) -> tuple[dict[str, Figure], list[Drawn]]:
        return _kept(self._draw)

    @cached_property
    def main(self) -> Figure | None:
        """The figure that says most, which is drawn alone; None where there is none."""
        figures, _ = _kept(lambda: list(filter(None, [self._draw_main()])))
        return next(iter(figures.values()), None)

    @property
    def captions(self) -> dict[str, str]:
        """What each figure shows."""
        return {it.name: f"{it.title}. {it.caption}" for it in self._drawn[1]}

    def __getitem__(self, name: str) -> Figure:
        """Return the figure ``name``."""
        if name not in self._drawn[0]:
            raise KeyError(f"{name}; there are {', '.join(self._drawn[0])}")
        return self._drawn[0][name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._drawn[0])

    def __len__(self) -> int:
        """Return the number of figures."""
        return len(self._drawn[0])

    def __repr__(self) -> str:
        """Return the names of the figures, where they are drawn."""
        return f"<figures: {', '.join(self)}>" if "_drawn" in self.__dict__ else "<figures: drawn when looked at>"

    def _repr_html_(self) -> str:
        """Return all figures with their captions."""
        parts = []
        for name, caption in self.captions.items():
            parts.append(f"<figure>{picture(self[name], name)}")
            parts.append(f"<figcaption><b>{name}</b>: {html.escape(caption)}</figcaption></figure>")
        return "".join(parts)


def _kept(draw: Callable[[], list[Drawn]]) -> tuple[dict[str, Figure], list[Drawn]]:
    """Return the figures that are drawn, which are saved nowhere, and what they are."""
    from sim.telling.figures.style import saved_by

    kept: dict[str, Figure] = {}

    def keep(figure: Figure, _: Path, name: str) -> None:
        kept[name] = figure

    with saved_by(keep):
        drawn = draw()
    return kept, drawn


@dataclass(frozen=True)
class Results:
    """The results of a run, a comparison or a sweep.

    Attributes
    ----------
    kind : str
        ``run``, ``comparison`` or ``sweep``.
    name, title : str
        What it is called.
    facts : str
        What was run, in a line.
    folder : Path or None
        Where its files are; None for a run that was not written. A temporary folder goes with the last reference to
        the results.
    tables : mapping of pandas.DataFrame
        By name, read when they are asked for.
    figures : mapping of matplotlib figures
        By name, drawn when they are asked for.
    """

    kind: Kind
    name: str
    title: str
    facts: str
    folder: Path | None
    tables: Tables
    figures: Figures
    summarize: Callable[[], pd.DataFrame] = field(repr=False)
    shorten: Callable[[pd.DataFrame], Short] = field(repr=False)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The measures: levels of a run or a reference, changes of other scenarios, means by point of a sweep."""
        return self.summarize()

    @cached_property
    def _short(self) -> Short:
        from sim.telling.in_short import Short

        try:
            return self.shorten(self.summary)
        except UserError as error:  # a batch that has only begun, or a damaged file: what is shown never fails
            return Short(str(error))

    @property
    def headline(self) -> str:
        """What it comes to, in a sentence."""
        return self._short.headline

    def county_months(self, scenario: str | None = None, replication: int = 0) -> pd.DataFrame:
        """Return a row for each county and month of one run, as economists take them: see ``tables.county_months``.

        Parameters
        ----------
        scenario : str, optional
            By default the only one, or the first.
        replication : int
            One run at a time: each is a world of its own luck.

        Raises
        ------
        UserError
            Where there are no tables of such a run.
        """
        from sim.running.tables.county_months import county_months

        if self.folder is None:
            raise UserError("these results are in no folder; give one when you run, or compare")
        return county_months(self.folder, scenario, replication)

    def __repr__(self) -> str:
        """Return what this is, what it comes to and at most six rows, as plain text."""
        from sim.telling.in_short import as_text

        where = f"\nFiles: {self.folder}" if self.folder is not None else ""
        return f"{self.title or self.name} ({self.kind})\n{self.facts}\n{as_text(self._short)}{where}\n{_WHAT_ELSE}"

    def _repr_html_(self) -> str:
        """Return the same for a notebook, with the main figure."""
        from sim.telling.in_short import as_html

        where = f"Files: <code>{html.escape(str(self.folder))}</code>. " if self.folder is not None else ""
        return (
            f"<p><b>{html.escape(self.title or self.name)}</b> ({self.kind})<br>{html.escape(self.facts)}</p>"
            f"{as_html(self._short)}{picture(self.figures.main, self.headline)}<p>{where}{_WHAT_ELSE}</p>"
        )


_WHAT_ELSE = "True means true in the simulated world. More: .summary, .tables, .figures"


def picture(figure: Figure | None, alt: str) -> str:
    """Return a figure as HTML; nothing where there is none."""
    if figure is None:
        return ""
    return png_html(figure._repr_png_(), alt)  # type: ignore[attr-defined]


def png_html(content: bytes, alt: str) -> str:
    """Return a picture as HTML that needs no other file."""
    data = base64.b64encode(content).decode()
    return f'<img alt="{html.escape(alt)}" style="max-width: 100%" src="data:image/png;base64,{data}">'
