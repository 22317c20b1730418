"""What kind of results a folder holds, and results read from it for figures, whichever version wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.words.faults import UserError, printable

if TYPE_CHECKING:
    from sim.analysis.sweep.outcomes import SweepRuns
    from sim.running.measures import ComparisonRuns

Kind = Literal["run", "comparison", "sweep"]


def kind_of_folder(folder: Path) -> Kind:
    """Return what the results in ``folder`` are of.

    Raises
    ------
    UserError
        Where it holds none.
    """
    if not folder.is_dir():
        raise UserError(printable(f"{folder}: no such folder"))
    if (folder / "plan.json").exists():
        from sim.running.batch import Plan

        return Plan.read(folder).kind
    if (folder / "manifest.json").exists():
        if (folder / "scenario.yaml").exists():
            return "run"
        if (folder / "comparison.yaml").exists():
            return "comparison"
    raise UserError(printable(f"{folder}: holds no results; give the folder of a run, a comparison or a sweep"))


def is_calibration(folder: Path) -> bool:
    """Tell whether a folder is that of a calibration, finished or not."""
    return (folder / "calibration.json").is_file()


def comparison_in(folder: Path) -> ComparisonRuns:
    """Return the results of the comparison in ``folder``, as far as it is done."""
    if (folder / "plan.json").exists():
        from sim.running.batch import Batch

        return Batch.open(folder).results()
    from sim.running.stored import stored_results

    return stored_results(folder)


def sweep_in(folder: Path) -> SweepRuns:
    """Return the runs of the sweep in ``folder``, as far as it is done."""
    from sim.analysis.sweep.outcomes import sweep_runs
    from sim.running.batch import Batch
    from sim.running.batch.sweep_folder import stored_sweep

    batch = Batch.open(folder)
    return sweep_runs(stored_sweep(folder), batch.outcomes())


def unfinished_in_words(folder: Path) -> str:
    """Return how far a batch is that is not finished; nothing where it is, or is no batch."""
    if not (folder / "plan.json").exists():
        return ""
    from sim.running.batch import Batch

    batch = Batch.open(folder)
    if batch.is_complete:
        return ""
    return printable(f"{folder}: {len(batch.finished()):,} of {len(batch.plan):,} runs are done")
