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

Kind = Literal["run", "comparison", "sweep"]
SHOWN_ROWS = 20


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

    def __init__(self, draw: Callable[[], list[Drawn]]) -> None:
        """Take what draws them all and saves each with ``sim.telling.figures.style.save``."""
        self._draw = draw

    @cached_property
    def _drawn(self) -> tuple[dict[str, Figure], list[Drawn]]:
        from sim.telling.figures.style import saved_by

        kept: dict[str, Figure] = {}

        def keep(figure: Figure, _: Path, name: str) -> None:
            kept[name] = figure

        with saved_by(keep):
            drawn = self._draw()
        return kept, drawn

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
            data = base64.b64encode(self[name]._repr_png_()).decode()  # type: ignore[attr-defined]
            parts.append(f'<figure><img alt="{name}" src="data:image/png;base64,{data}">')
            parts.append(f"<figcaption><b>{name}</b>: {html.escape(caption)}</figcaption></figure>")
        return "".join(parts)


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

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The measures: levels of a run or a reference, changes of other scenarios, means by point of a sweep."""
        return self.summarize()

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
        """Return what this is, on one line."""
        where = f", in {self.folder}" if self.folder is not None else ""
        return f"<{self.kind} {self.name!r}: {self.facts}{where}>"

    def _repr_html_(self) -> str:
        """Return what this is, the beginning of its summary, and what else there is."""
        where = f"<br>Files: <code>{html.escape(str(self.folder))}</code>" if self.folder is not None else ""
        rest = len(self.summary) - SHOWN_ROWS
        more = f"<p>... and {rest} rows more in <code>.summary</code></p>" if rest > 0 else ""
        return (
            f"<p><b>{html.escape(self.title or self.name)}</b> ({self.kind})<br>{html.escape(self.facts)}{where}<br>"
            f"Tables: {', '.join(self.tables)}. Figures: <code>.figures</code>. "
            "True means true in the simulated world.</p>"
            f"{self.summary.head(SHOWN_ROWS).to_html(index=False, float_format=lambda value: f'{value:,.6g}')}{more}"
        )
