"""The command ``report``: a comparison's page once more, with what an evaluator would see beside it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sim.jobs.folders import comparison_in, kind_of_folder
from sim.words.faults import UserError, printable

if TYPE_CHECKING:
    from sim.scenario.scenario import Comparison
    from sim.telling.reports.evaluated import Evaluated

PAGE = "report_with_evaluation.html"


def report_with_evaluation(folder: Path, evaluation: Path, *, out: Path | None = None, quiet: bool = False) -> Path:
    """Write the page of a comparison with what an evaluator would see, and return where it lies.

    Nothing is run, and no page is overwritten.

    Parameters
    ----------
    folder : Path
        Of a comparison.
    evaluation : Path
        Of ``darkfigure estimate``, on a scenario of that comparison.
    out : Path, optional
        A new file; by default in ``folder``.
    quiet : bool
        Print nothing.

    Raises
    ------
    UserError
        No comparison, no evaluation, one of a scenario that is not compared, or ``out`` is there.
    """
    from sim.analysis.summary import rows_of
    from sim.telling.figures.of_comparisons import write_figures
    from sim.telling.reports.comparison import write_report
    from sim.telling.reports.evaluated import FIGURE, evaluated_in

    if kind_of_folder(folder) != "comparison":
        raise UserError(printable(f"{folder}: is no comparison, and the evaluator's view belongs to one"))
    out = out or folder / PAGE
    if out.exists():
        raise UserError(printable(f"{out}: already exists; choose another with --out"))
    results = comparison_in(folder)
    found = evaluated_in(evaluation)
    _refuse_others(results.comparison, evaluation, found)
    rows = rows_of(results.runs, results.reference, results.references)
    with tempfile.TemporaryDirectory(prefix="darkfigure-") as name:
        temporary = Path(name)
        for table in folder.glob("*.parquet"):
            (temporary / table.name).symlink_to(table.absolute())
        figures = write_figures(results, temporary)
        (temporary / f"{FIGURE}.svg").write_bytes(found.wide)
        write_report(results, rows, figures, temporary / "report.html", found)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(temporary / "report.html", out)
    if not quiet:
        print(printable(f"Report: {out}"))
    return out


def _refuse_others(comparison: Comparison, folder: Path, found: Evaluated) -> None:
    """Refuse an evaluation of a scenario that the comparison does not hold just so."""
    from sim.analysis.differences import differences_between

    scenarios = {scenario.name: scenario for scenario in comparison.scenarios}
    own = scenarios.get(found.scenario.name)
    if own is None:
        names = ", ".join(scenarios)
        raise UserError(printable(f"{folder}: evaluates {found.scenario.name}, and what is compared is {names}"))
    differences = differences_between(found.scenario, own)
    if differences:
        raise UserError(
            printable(
                f"{folder}: evaluates another {own.name} than the one compared ({differences[0]}); "
                "'darkfigure estimate DIR', with the folder of the comparison, judges the runs that are compared"
            )
        )
