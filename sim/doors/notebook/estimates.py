"""An evaluation and its power from a notebook: the functions, and their tables with what they come to in words."""

from __future__ import annotations

import html
import shutil
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from sim.doors.notebook.api import Engine, refuse_inside_a_worker, temporary_folder
from sim.doors.notebook.results import png_html
from sim.running.machine import processors
from sim.words.faults import UserError, printable

if TYPE_CHECKING:
    import pandas as pd

    from sim.jobs.estimate import Asked
    from sim.scenario.values import Given
    from sim.telling.in_short import Short

Found = TypeVar("Found")
Unit = Literal["month", "quarter", "year"]
Background = Literal["both", "trends", "flat"]
Outcome = Literal["log_rate", "rate"]


@dataclass(frozen=True)
class _Told:
    """What a job left in a folder, with what it comes to in words."""

    folder: Path
    _main: ClassVar[str]
    """Name of the file of the main figure."""

    @cached_property
    def headline(self) -> str:
        """What it comes to, in sentences."""
        return (self.folder / "headline.txt").read_text(encoding="utf-8").strip()

    def _in_short(self) -> Short:
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return what it comes to, at most six rows, and where it lies."""
        from sim.telling.in_short import as_text

        return f"{as_text(self._in_short())}\nFiles: {self.folder}"

    def _repr_html_(self) -> str:
        """Return the same for a notebook, with the main figure."""
        from sim.telling.in_short import as_html

        figure = (self.folder / self._main).read_bytes()
        where = f"<p>Files, with the report: <code>{html.escape(str(self.folder))}</code></p>"
        return f"{as_html(self._in_short())}{png_html(figure, self.headline)}{where}"


class Estimates(_Told):
    """An evaluation in a folder, as ``darkfigure estimate`` writes it.

    Attributes
    ----------
    folder : Path
        With figures, ``report.html`` and scripts. A temporary one goes with the last reference to the results.
    headline : str
        What an evaluator with police data alone would have concluded, and what was true.
    """

    _main = "event_study.png"

    def _in_short(self) -> Short:
        from sim.telling.in_short import estimates_in_short

        return estimates_in_short(self.headline, self.estimates)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """A row for each background, replication, question and estimator: ``codebook.csv`` explains the columns."""
        return _table(self.folder, "estimates")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Means and standard deviations over replications."""
        return _table(self.folder, "summary")

    @cached_property
    def event_study(self) -> pd.DataFrame:
        """Effects by periods since the start, with their covariances in long form."""
        return _table(self.folder, "event_study")

    @cached_property
    def recording(self) -> pd.DataFrame:
        """How much of crime is recorded with and without the program, as the R package ``rcme`` takes it."""
        return _table(self.folder, "recording")

    @cached_property
    def diagnostics(self) -> pd.DataFrame:
        """Bacon weights and bounds, where they were asked for.

        Raises
        ------
        UserError
            Where they were not.
        """
        if not (self.folder / "diagnostics.csv").exists():
            raise UserError(printable(f"{self.folder}: has no diagnostics; ask for them with diagnostics=True"))
        return _table(self.folder, "diagnostics")

    @cached_property
    def panel(self) -> pd.DataFrame:
        """County-periods of the first replication, in both worlds: what the scripts read."""
        return _table(self.folder, "panel")


def estimate(
    scenario: Given,
    changes: Mapping[str, Any] | None = None,
    *,
    program: str | None = None,
    seed: int | None = None,
    replications: int | None = None,
    unit: Unit = "year",
    background: Background | None = None,
    outcome: Outcome = "log_rate",
    permutations: int = 99,
    diagnostics: bool = False,
    engine: Engine = "columnar",
    threads: int | None = None,
    folder: str | Path | None = None,
    quiet: bool = True,
) -> Estimates:
    """Tell what an evaluator would conclude from each book, and what is true, as ``darkfigure estimate`` does.

    Parameters
    ----------
    scenario : path, mapping or Scenario
        As in ``run``; a program in it begins in some counties before others. Or the folder of a finished comparison of
        such a scenario with the same one without the program: its runs are judged, and none is made.
    changes : mapping, optional
        Differences on top.
    program : str, optional
        By default ``secure_communities``, or the only program whose dates differ between counties.
    seed, replications : int
        Master seed, by default 1, and pairs of runs with and without the program, by default 5; both runs of a pair
        share their luck.
    unit : str
        Length of a period: ``month``, ``quarter`` or ``year``.
    background : str
        The scenario's background ``trends``, none (``flat``), or ``both`` beside each other, as by default.
    outcome : str
        Of the books: ``log_rate``, or ``rate``, which keeps counties with a period without crime.
    permutations : int
        Exchanges of states' dates, for estimators that are fast enough; 0 for none.
    diagnostics : bool
        Whether Bacon weights and bounds where trends are not parallel are told too, by the extra ``econ``.
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
        Where the scenario has a fault or no such program, memory is too little, or the folder holds something; or where
        changes, seed, replications or background are given with a folder, whose runs are what they are.

    Examples
    --------
    >>> found = sim.estimate("scenarios/secure_communities.yaml", {"world.people": 200_000}, replications=2)
    >>> print(found.headline)
    """
    options: dict[str, Any] = {"program": program, "unit": unit, "outcome": outcome, "permutations": permutations}
    options["diagnostics"] = diagnostics
    runs: dict[str, Any] = {"seed": seed, "replications": replications, "background": background}
    if isinstance(scenario, (str, Path)) and Path(scenario).is_dir():
        from sim.jobs.estimate_folder import estimate_folder, refuse_other_runs

        refuse_other_runs({"changes": changes, **runs})
        judge = partial(estimate_folder, Path(scenario), quiet=quiet, **options)
        return _made(Estimates, judge, Path(scenario).absolute().name, folder)
    from sim.jobs.estimate import estimate_to_folder

    asked = _asked(scenario, changes, **options, **runs)
    job = partial(estimate_to_folder, asked, **_how(engine, threads, quiet))
    return _made(Estimates, job, asked.scenario.name, folder)


class Power(_Told):
    """What an evaluator could have seen, in a folder as ``darkfigure power`` writes it.

    Attributes
    ----------
    folder : Path
        With the figure and ``report.html``. A temporary one goes with the last reference to the results.
    headline : str
        What could have been seen.
    """

    _main = "power.png"

    def _in_short(self) -> Short:
        from sim.telling.in_short import power_in_short

        return power_in_short(self.headline, self.power)

    @cached_property
    def power(self) -> pd.DataFrame:
        """A row for each background, question and estimator: ``codebook.csv`` explains the columns."""
        return _table(self.folder, "power")


def power(
    scenario: Given,
    changes: Mapping[str, Any] | None = None,
    *,
    program: str | None = None,
    seed: int = 1,
    replications: int = 3,
    unit: Unit = "year",
    background: Background = "both",
    outcome: Outcome = "log_rate",
    permutations: int = 199,
    engine: Engine = "columnar",
    threads: int | None = None,
    folder: str | Path | None = None,
    quiet: bool = True,
) -> Power:
    """Tell how small an effect an evaluator could have seen, as ``darkfigure power`` does.

    Parameters
    ----------
    scenario, changes, program, seed, unit, background, outcome, engine, threads, folder, quiet
        As in ``estimate``.
    replications : int
        Worlds without the program.
    permutations : int
        Exchanges of states' dates in each, 1 or more.

    Returns
    -------
    Power
        With ``headline``, the table ``power``, and the folder with figure and report.

    Raises
    ------
    UserError
        Where the scenario has a fault or no such program, memory is too little, or the folder holds something.

    Examples
    --------
    >>> found = sim.power("scenarios/secure_communities.yaml", {"world.people": 200_000}, permutations=49)
    >>> found.power.query("book == 'recorded' and crime == 'index'")
    """
    from sim.jobs.power import power_to_folder

    options: dict[str, Any] = {"program": program, "unit": unit, "outcome": outcome, "permutations": permutations}
    asked = _asked(scenario, changes, **options, seed=seed, replications=replications, background=background)
    job = partial(power_to_folder, asked, **_how(engine, threads, quiet))
    return _made(Power, job, asked.scenario.name, folder)


def _asked(scenario: Given, changes: Mapping[str, Any] | None, *, seed: int | None, **options: Any) -> Asked:
    """Return what is asked of an evaluation, checked; what is None is as usual."""
    refuse_inside_a_worker()
    from sim.jobs.estimate import Asked
    from sim.scenario.scenario import checked_seed
    from sim.scenario.values import scenario_of

    given = {name: value for name, value in options.items() if value is not None}
    if seed is not None:
        given["seed"] = checked_seed(str(seed))
    return Asked(scenario_of(scenario, changes), **given)


def _how(engine: Engine, threads: int | None, quiet: bool) -> dict[str, Any]:
    return {"engine": engine, "threads": threads or processors(), "quiet": quiet}


def _made(results: Callable[[Path], Found], job: Callable[..., Path], name: str, folder: str | Path | None) -> Found:
    """Return the results of a job in a folder, or in a temporary one that goes with the last reference to them."""
    if folder is not None:
        return results(job(out=Path(folder)))
    with temporary_folder(name) as (above, out):
        found = results(job(out=out))
        weakref.finalize(found, shutil.rmtree, above, ignore_errors=True)
    return found


def _table(folder: Path, name: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(folder / f"{name}.csv", dtype={"county": str, "state": str}, keep_default_na=True)
