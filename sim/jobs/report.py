"""The command ``report``: a comparison's page once more, with what an evaluator would see beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.jobs.folders import comparison_in, kind_of_folder
from sim.words.faults import UserError, printable
from sim.words.reading import content_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Comparison
    from sim.telling.reports.evaluated import Evaluated

PAGE = "report_with_evaluation.html"


def report_with_evaluation(folder: Path, evaluation: Path, *, out: Path | None = None, quiet: bool = False) -> Path:
    """Write the page of a comparison with what an evaluator would see, and return where it lies.

    Nothing is run or drawn again, and no page is overwritten.

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
    from sim.running.batch.files import write_whole
    from sim.telling.reports.evaluated import evaluated_in, with_evaluation

    if kind_of_folder(folder) != "comparison":
        raise UserError(printable(f"{folder}: is no comparison, and the evaluator's view belongs to one"))
    out = out or folder / PAGE
    if out.exists():
        raise UserError(printable(f"{out}: already exists; choose another with --out"))
    results = comparison_in(folder)
    found = evaluated_in(evaluation)
    _refuse_others(results.comparison, evaluation, found)
    try:
        page = content_of(folder / "report.html").decode("utf-8", "replace")
    except FileNotFoundError:
        raise UserError(printable(f"{folder / 'report.html'}: no such file; the comparison is not finished")) from None
    try:
        whole = with_evaluation(page, found, evaluation)
    except UserError as error:
        raise UserError(printable(f"{folder}: {error}")) from None
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, whole)
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
