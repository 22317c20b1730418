"""Evaluate a program from the runs of a finished comparison: a scenario and the same without the program."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.jobs.estimate import FLAT, TRENDS, Asked, print_told, write_evaluation
from sim.jobs.folders import kind_of_folder, unfinished_in_words
from sim.words.faults import UserError, printable

if TYPE_CHECKING:
    from sim.analysis.evaluation.evaluating import Evaluation
    from sim.running.staggered import Evaluated
    from sim.scenario.scenario import Comparison, Scenario

_WORDS = ("title", "question", "source")


class Partners(NamedTuple):
    """A scenario with the program to be evaluated, and the same without it."""

    scenario: Scenario
    without: Scenario
    evaluated: Evaluated


def estimate_folder(
    folder: Path, *, out: Path, program: str | None = None, quiet: bool = False, **options: Any
) -> Path:
    """Let every estimator judge the runs of a comparison, and write a folder as ``estimate_to_folder`` does.

    Parameters
    ----------
    folder : Path
        Of a comparison that is done.
    out : Path
        New or empty.
    program : str, optional
        By default the comparison's own ``effect_of``, or as in ``evaluated_program``.
    quiet : bool
        Print nothing.
    options
        ``unit``, ``outcome``, ``permutations`` and ``diagnostics`` as in ``Asked``.

    Raises
    ------
    UserError
        No finished comparison, or none of a scenario with the same one without the program.
    """
    from sim.running.run import whole_folder
    from sim.scenario.scenario import load_comparison

    if kind_of_folder(folder) != "comparison":
        raise UserError(printable(f"{folder}: is no comparison; estimate takes a scenario, or a comparison's folder"))
    unfinished = unfinished_in_words(folder)
    if unfinished:
        raise UserError(f"{unfinished}; 'darkfigure resume' finishes it")
    comparison = load_comparison(folder / "comparison.yaml")
    partners = partners_in(comparison, program or comparison.effect_of, folder)
    parameters = partners.scenario.parameters
    background = FLAT if parameters.world.background is None else TRENDS
    asked = Asked(
        partners.scenario,
        partners.evaluated.program,
        comparison.seed,
        comparison.replications,
        background=background,  # type: ignore[arg-type]
        **options,
    )
    with whole_folder(out) as temporary:
        evaluation = _evaluated(folder, asked, partners, background)
        made = write_evaluation(asked, partners.evaluated, evaluation, "columnar", temporary)
    if not quiet:
        print_told(evaluation, made, out)
    return out


def refuse_other_runs(given: Mapping[str, Any]) -> None:
    """Refuse what would ask for other runs than a folder has, by the names that a door has for it.

    Raises
    ------
    UserError
        Where one of them is neither None nor empty.
    """
    unwanted = [name for name, value in given.items() if value is not None and value != [] and value != {}]
    if unwanted:
        wrong = " and ".join(unwanted)
        raise UserError(f"{wrong}: the runs in a folder are what they are; give the scenario to run others")


def partners_in(comparison: Comparison, program: str | None, folder: Path) -> Partners:
    """Return the first scenario of a comparison that stands beside itself without the program."""
    from sim.running.staggered import evaluated_program

    reasons = []
    for scenario in comparison.members:
        try:
            evaluated = evaluated_program(scenario, program)
        except UserError as error:
            reasons.append(str(error))
            continue
        for other in comparison.members:
            if _is_without(other, scenario, evaluated.program):
                return Partners(scenario, other, evaluated)
        reasons.append(f"none is {scenario.name} without {evaluated.program}")
    raise UserError(
        printable(
            f"{folder}: holds no scenario beside the same one without the program ({reasons[-1]}); compare with "
            "'effect_of', or give the scenario itself"
        )
    )


def _is_without(other: Scenario, scenario: Scenario, program: str) -> bool:
    """Tell whether a scenario differs from another in words and in having the program nowhere, and in nothing else."""
    if getattr(other.parameters.programs, program).counties != "none":
        return False
    one, two = (it.parameters.model_dump(exclude=set(_WORDS)) for it in (other, scenario))
    for each in (one, two):
        each["programs"].pop(program)
    return one == two


def _evaluated(folder: Path, asked: Asked, partners: Partners, background: str) -> Evaluation:
    from sim.analysis.evaluation.evaluating import evaluate
    from sim.analysis.evaluation.worlds import Books, Pair, books_of, design_of
    from sim.running.county_counts import count_ledger
    from sim.running.stored import stored_runs

    found: dict[tuple[str, int], Books] = {}
    design = None
    for name, replication, ledger in stored_runs(folder):
        if name in (partners.scenario.name, partners.without.name):
            counts = count_ledger(ledger)
            found[name, replication] = books_of(counts, asked.unit, partners.evaluated.program)
            if name == partners.scenario.name and design is None:
                design = design_of(counts, partners.evaluated.program, asked.unit)
    numbers = sorted({number for _, number in found})
    pairs = [
        Pair(background, number, found[partners.scenario.name, number], found[partners.without.name, number])
        for number in numbers
        if (partners.scenario.name, number) in found and (partners.without.name, number) in found
    ]
    if design is None or not pairs:
        raise UserError(printable(f"{folder}: holds no replication of both {partners.scenario.name} and its partner"))
    return evaluate(design, {background: pairs}, asked.outcome, asked.permutations, diagnostics=asked.diagnostics)
