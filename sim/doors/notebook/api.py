"""The interface for notebooks and scripts: run, compare, sweep, and load what was written before."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.doors.notebook.results import Results
from sim.running.machine import processors
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.engines.mesa.model import MesaEngine
    from sim.scenario.values import Given

Engine = Literal["columnar", "mesa"]
INSIDE_A_WORKER = (
    "this script is being imported by a worker process, which must not begin runs of its own; put the call under "
    "if __name__ == '__main__':"
)


def run(
    scenario: Given,
    changes: Mapping[str, Any] | None = None,
    *,
    seed: int = 1,
    replication: int = 0,
    engine: Engine = "columnar",
    threads: int | None = None,
) -> Results:
    """Run one scenario in this process; no folder is written.

    Parameters
    ----------
    scenario : path, mapping or Scenario
        A scenario file; differences from the defaults, or from the file named under ``extends``, such as
        ``{"months": 48, "trust.sensitivity": 0}``; or a scenario that was loaded before.
    changes : mapping, optional
        Further differences on top.
    seed : int
        Master seed; the luck follows from it and ``replication``.
    replication : int
        Number of the run; runs with one number share their luck.
    engine : str
        ``columnar`` or ``mesa``; both give the same tables.
    threads : int, optional
        By default all processors; no result depends on them.

    Returns
    -------
    Results
        With tables ``crime``, ``people``, ``enforcement``, ``counties``, ``world``; a summary of levels over the whole
        horizon; maps and the funnel.

    Raises
    ------
    UserError
        Where the scenario has a fault, or memory is too little.

    Examples
    --------
    >>> found = sim.run("scenarios/secure_communities.yaml", {"world.people": 20_000, "months": 36})
    >>> found.tables["crime"].groupby("month")[["occurred", "recorded"]].sum()
    """
    refuse_inside_a_worker()
    from sim.doors.notebook.views import view_of_ledger
    from sim.running.needs import forecast_run, is_compiled
    from sim.running.run import simulate
    from sim.scenario.scenario import checked_seed
    from sim.scenario.values import scenario_of

    resolved = scenario_of(scenario, changes)
    seed, threads = checked_seed(str(seed)), threads or processors()
    if not isinstance(replication, int) or replication < 0:
        raise UserError(f"replication: not a whole number from 0 on ({replication})")
    forecast_run(resolved.parameters, engine, threads, is_compiled(engine)).ensure_room()
    ledger = simulate(resolved, seed=seed, replication=replication, engine=engine, threads=threads)
    return view_of_ledger(resolved, ledger, seed, replication)


class Session:
    """A scenario kept warm: see ``sim.session``. Threads may share one; a run waits for the one before it."""

    def __init__(self, scenario: Given, changes: Mapping[str, Any] | None, threads: int | None) -> None:
        """Build the scenario's world."""
        from sim.running.session import Session as Warm

        self._warm = Warm(scenario, changes, threads=threads or processors())
        self.scenario = self._warm.scenario

    def run(self, changes: Mapping[str, Any] | None = None, seed: int = 1, *, replication: int = 0) -> Results:
        """Run the scenario with ``changes`` on top; parameters, results and errors are those of ``sim.run``.

        Nothing of the changes stays for the next run.
        """
        from sim.doors.notebook.views import view_of_ledger
        from sim.scenario.scenario import checked_seed

        ran = self._warm.run(changes, checked_seed(str(seed)), replication=replication)
        return view_of_ledger(ran.scenario, ran.ledger, ran.seed, ran.replication)


def session(scenario: Given, changes: Mapping[str, Any] | None = None, *, threads: int | None = None) -> Session:
    """Return a scenario kept warm, to be run again and again with changed parameters.

    Its world stays in memory, so that a run takes a fraction of the time of ``sim.run`` and gives the same.

    Parameters
    ----------
    scenario, changes, threads
        As in ``run``.

    Returns
    -------
    Session
        ``session.run(changes, seed)`` gives the results of one run.

    Raises
    ------
    UserError
        Where the scenario has a fault, or memory is too little.

    Examples
    --------
    >>> warm = sim.session("scenarios/secure_communities.yaml", {"world.people": 100_000})
    >>> found = {s: warm.run({"trust.sensitivity": s}).tables["crime"]["recorded"].sum() for s in (0, 1, 2)}
    """
    refuse_inside_a_worker()
    return Session(scenario, changes, threads)


def compare(
    scenarios: str | Path | Sequence[Given] | Mapping[str, Given],
    changes: Mapping[str, Any] | None = None,
    *,
    reference: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    title: str = "",
    effect_of: str | None = None,
    engine: Engine = "columnar",
    workers: int | None = None,
    threads: int = 1,
    folder: str | Path | None = None,
    quiet: bool = True,
) -> Results:
    """Run scenarios over the same luck and compare them, in a folder as ``darkfigure compare`` writes it.

    Parameters
    ----------
    scenarios : path, sequence or mapping
        A comparison file; or two scenarios or more, each as in ``run``; or a mapping of names to such.
    changes : mapping, optional
        Differences on top of each scenario.
    reference : str, optional
        Name of the scenario that the others are compared with; by default the file's, or the first.
    replications, seed : int, optional
        By default the file's, or the usual ones.
    title : str
        What the comparison is called.
    effect_of : str, optional
        A program such as ``secure_communities``: each scenario is compared with itself without it, instead of with a
        reference; one scenario suffices, its file or in a list.
    engine : str
        ``columnar`` or ``mesa``; both give the same tables.
    workers, threads : int, optional
        Processes (by default all processors), and threads within a run; no result depends on them.
    folder : path, optional
        New folder for the results; by default a temporary one, which goes with the last reference to the results.
    quiet : bool
        Print neither progress nor the table.

    Returns
    -------
    Results
        With the tables of all runs and of the outcomes, the summary, and the figures of the report.

    Raises
    ------
    UserError
        Where a scenario has a fault, the folder holds something, or runs failed.

    Examples
    --------
    >>> worlds = {"trusting": {"trust.sensitivity": 0}, "fearful": {"trust.sensitivity": 2}}
    >>> found = sim.compare(worlds, {"world.people": 20_000}, replications=5)
    >>> found.summary.query("measure == 'gap_total'")
    """
    refuse_inside_a_worker()
    from sim.jobs.compare import compare_to_folder
    from sim.scenario.values import comparison_of

    header: dict[str, Any] = {"reference": reference, "replications": replications, "seed": seed, "title": title}
    comparison = comparison_of(scenarios, changes, **header, effect_of=effect_of)
    options: dict[str, Any] = {"workers": workers or processors(), "threads": threads, "engine": engine}
    return _in_folder(
        folder, comparison.name, lambda out: compare_to_folder(comparison, **options, out=out, quiet=quiet)
    )


def sweep(
    file: str | Path,
    changes: Mapping[str, Any] | None = None,
    *,
    replications: int | None = None,
    seed: int | None = None,
    keep: Literal["outcomes", "tables"] | None = None,
    engine: Engine = "columnar",
    workers: int | None = None,
    threads: int = 1,
    folder: str | Path | None = None,
    quiet: bool = True,
) -> Results:
    """Run a scenario at many points of its parameters, in a folder as ``darkfigure sweep`` writes it.

    Parameters
    ----------
    file : path
        A sweep file: levers, uncertainties and a design.
    changes : mapping, optional
        Differences such as ``{"world.people": 20_000}`` applied to every point.
    replications, seed : int, optional
        By default the file's, or the usual ones.
    keep : str, optional
        ``outcomes``: one row of measures a run; ``tables``: all tables as well. By default the file's.
    engine, workers, threads, folder, quiet
        As in ``compare``.

    Returns
    -------
    Results
        With the tables ``outcomes`` and ``design``, the summary, and figures as far as the design allows them.

    Raises
    ------
    UserError
        Where the file has a fault, the folder holds something, or runs failed.

    Examples
    --------
    >>> found = sim.sweep("scenarios/sweep_cooperation_trust.yaml", {"world.people": 20_000}, replications=2)
    >>> found.figures["heat_map"]
    """
    refuse_inside_a_worker()
    from sim.jobs.sweep import sweep_to_folder
    from sim.running.batch import Options
    from sim.scenario.design.files import load_sweep
    from sim.scenario.values import overrides_of

    header = {"replications": replications, "seed": seed, "keep": keep}
    given = {name: str(value) for name, value in header.items() if value is not None}
    resolved = load_sweep(file, overrides_of(changes or {}), given)
    options = Options(workers=workers or processors(), threads=threads, quiet=quiet)
    return _in_folder(
        folder, resolved.name, lambda out: sweep_to_folder(resolved, engine=engine, out=out, options=options)
    )


def mesa_model(scenario: Given, changes: Mapping[str, Any] | None = None, *, seed: int = 1) -> MesaEngine:
    """Return a scenario as a model of Mesa, at the beginning of its first month: to step through, read and teach with.

    Parameters
    ----------
    scenario : path, mapping or Scenario
        As in ``run``; of at most 200,000 people.
    changes : mapping, optional
        Differences on top.
    seed : int
        Master seed; months go as in ``run`` with the same seed.

    Returns
    -------
    MesaEngine
        ``step()`` runs a month; ``running`` is true while one is left. ``neighbourhoods``, ``counties`` and Mesa's own
        ``agents_by_type`` hold what there is; ``trust_by_cell``, ``true_crime``, ``recorded_crime`` and
        ``people_by_custody`` can be named to a ``mesa.DataCollector``; ``record`` is the last month in full.

    Raises
    ------
    UserError
        Where the scenario has a fault, or too many people.

    Examples
    --------
    >>> model = sim.mesa_model("scenarios/classroom.yaml", {"months": 48})
    >>> while model.running:
    ...     model.step()
    """
    from sim.running.run import mesa_engine, prepare, seed_of
    from sim.scenario.scenario import checked_seed
    from sim.scenario.values import scenario_of

    resolved = scenario_of(scenario, changes)
    return mesa_engine(prepare(resolved), seed_of(checked_seed(str(seed)), 0))


def load(folder: str | Path) -> Results:
    """Return the results in the folder of a run, a comparison or a sweep; a batch may still be growing.

    Raises
    ------
    UserError
        Where the folder holds none.
    """
    from sim.doors.notebook.views import view_of_folder

    return view_of_folder(Path(folder))


def _in_folder(folder: str | Path | None, name: str, work: Callable[[Path], object]) -> Results:
    """Return the results of ``work``, which fills a folder: the given one, or a temporary one."""
    if folder is not None:
        work(Path(folder))
        return load(folder)
    with temporary_folder(name) as (above, out):
        work(out)
        found = load(out)
        weakref.finalize(found, shutil.rmtree, above, ignore_errors=True)
    return found


@contextmanager
def temporary_folder(name: str) -> Iterator[tuple[Path, Path]]:
    """Give a temporary folder and one within it; where a batch has begun there and fails, it is kept to be resumed."""
    above = Path(tempfile.mkdtemp(prefix="darkfigure-"))
    try:
        yield above, above / name
    except BaseException:
        if not (above / name / "plan.json").exists():
            shutil.rmtree(above, ignore_errors=True)
        raise


def refuse_inside_a_worker() -> None:
    """Refuse to begin runs while a process that was begun for another is still importing the user's script.

    Without this a script that is not guarded would begin itself again and again.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise UserError(INSIDE_A_WORKER)
