"""What a notebook gets of an evaluation: its tables, and in words what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Estimates:
    """An evaluation in a folder, as ``darkfigure estimate`` writes it.

    Attributes
    ----------
    folder : Path
        With figures, ``report.html`` and scripts. A temporary one goes with the last reference to the results.
    """

    folder: Path

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """A row for each background, replication, question and estimator: ``codebook.csv`` explains the columns."""
        return self._table("estimates")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Means and standard deviations over replications."""
        return self._table("summary")

    @cached_property
    def event_study(self) -> pd.DataFrame:
        """Effects by periods since the start, with their covariances in long form."""
        return self._table("event_study")

    @cached_property
    def panel(self) -> pd.DataFrame:
        """County-periods of the first replication, in both worlds: what the scripts read."""
        return self._table("panel")

    @cached_property
    def headline(self) -> str:
        """What an evaluator with police data alone would have concluded, and what was true."""
        return (self.folder / "headline.txt").read_text(encoding="utf-8").strip()

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.read_csv(self.folder / f"{name}.csv", dtype={"county": str, "state": str}, keep_default_na=True)

    def __repr__(self) -> str:
        """Return what it comes to, and where it lies."""
        return f"{self.headline}\n{self.folder}"
