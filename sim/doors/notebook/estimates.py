"""An evaluation from a notebook: the function, and its tables with what it comes to in words."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.doors.notebook.api import Engine, refuse_inside_a_worker, temporary_folder
from sim.running.machine import processors

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.values import Given


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


def estimate(
    scenario: Given,
    changes: Mapping[str, Any] | None = None,
    *,
    program: str | None = None,
    seed: int = 1,
    replications: int = 5,
    unit: Literal["month", "quarter", "year"] = "year",
    background: Literal["both", "trends", "flat"] = "both",
    outcome: Literal["log_rate", "rate"] = "log_rate",
    permutations: int = 99,
    engine: Engine = "columnar",
    threads: int | None = None,
    folder: str | Path | None = None,
    quiet: bool = True,
) -> Estimates:
    """Tell what an evaluator would conclude from each book, and what is true, as ``darkfigure estimate`` does.

    Parameters
    ----------
    scenario : path, mapping or Scenario
        As in ``run``; a program in it begins in some counties before others.
    changes : mapping, optional
        Differences on top.
    program : str, optional
        By default ``secure_communities``, or the only program whose dates differ between counties.
    seed, replications : int
        Master seed, and pairs of runs with and without the program; both runs of a pair share their luck.
    unit : str
        Length of a period: ``month``, ``quarter`` or ``year``.
    background : str
        The scenario's background ``trends``, none (``flat``), or ``both`` beside each other.
    outcome : str
        Of the books: ``log_rate``, or ``rate``, which keeps counties with a period without crime.
    permutations : int
        Exchanges of states' dates, for estimators that are fast enough; 0 for none.
    engine, threads
        As in ``run``.
    folder : path, optional
        New folder for the results; by default a temporary one, which goes with the last reference to the results.
    quiet : bool
        Print neither progress nor the tables.

    Returns
    -------
    Estimates
        With ``headline``, the tables ``estimates``, ``summary``, ``event_study`` and ``panel``, and the folder with
        figures, report and scripts.

    Raises
    ------
    UserError
        Where the scenario has a fault or no such program, memory is too little, or the folder holds something.

    Examples
    --------
    >>> found = sim.estimate("scenarios/secure_communities.yaml", {"world.people": 200_000}, replications=2)
    >>> print(found.headline)
    """
    refuse_inside_a_worker()
    from sim.jobs.estimate import Asked, estimate_to_folder
    from sim.scenario.scenario import checked_seed
    from sim.scenario.values import scenario_of

    resolved = scenario_of(scenario, changes)
    options = (program, checked_seed(str(seed)), replications, unit, background, outcome, permutations)
    asked = Asked(resolved, *options)
    how: dict[str, Any] = {"engine": engine, "threads": threads or processors(), "quiet": quiet}
    if folder is not None:
        return Estimates(estimate_to_folder(asked, out=Path(folder), **how))
    with temporary_folder(resolved.name) as (above, out):
        found = Estimates(estimate_to_folder(asked, out=out, **how))
        weakref.finalize(found, shutil.rmtree, above, ignore_errors=True)
    return found
