"""Evaluate a program as an evaluator would, on each book of a world, beside the same world without the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from sim.words.faults import UserError, printable

if TYPE_CHECKING:
    from sim.analysis.estimate.panel import Outcome
    from sim.analysis.evaluation.evaluating import Evaluation
    from sim.analysis.evaluation.keeping import KeptWorlds
    from sim.analysis.evaluation.questions import Unit
    from sim.analysis.evaluation.worlds import Design, Pair
    from sim.running.costs import Size
    from sim.running.staggered import Evaluated
    from sim.scenario.scenario import Comparison, Scenario
    from sim.telling.reports.estimates import Made

Background = Literal["both", "trends", "flat"]
BACKGROUNDS: tuple[Background, ...] = get_args(Background)
REPLICATIONS = 5
PERMUTATIONS = 99
MOST_PERMUTATIONS = 99_999
FLAT, TRENDS = "flat", "trends"


@dataclass(frozen=True)
class Asked:
    """What is asked of an evaluation.

    Attributes
    ----------
    scenario : Scenario
        With the program.
    program : str or None
        By default the only one with dates that differ between counties.
    seed, replications : int
        As in a comparison: both runs of a replication share their luck.
    unit : {"month", "quarter", "year"}
        Length of a period.
    background : {"both", "trends", "flat"}
        The scenario's background trends, none, or one beside the other.
    outcome : {"log_rate", "rate"}
        Form of the books' outcome.
    permutations : int
        Exchanges of states' dates; 0 for none.
    diagnostics : bool
        Whether Bacon weights and bounds are told too, by the extra ``econ``.
    """

    scenario: Scenario
    program: str | None = None
    seed: int = 1
    replications: int = REPLICATIONS
    unit: Unit = "year"
    background: Background = "both"
    outcome: Outcome = "log_rate"
    permutations: int = PERMUTATIONS
    diagnostics: bool = False

    def command(self, program: str, name: str = "estimate") -> str:
        """Return the command that gives the same again from the resolved scenario."""
        own = (self.seed, self.replications, self.unit, self.background, self.permutations)
        names = ("--seed", "--replications", "--unit", "--background", "--permutations")
        options = " ".join(f"{name} {value}" for name, value in zip(names, own, strict=True))
        rates = " --rates" if self.outcome == "rate" else ""
        diagnostics = " --diagnostics" if self.diagnostics else ""
        return f"{name} scenario.yaml --program {program} {options}{rates}{diagnostics}"

    def __post_init__(self) -> None:
        """Refuse what is no choice, as the command line does."""
        from sim.analysis.estimate.diagnostics import require_diff_diff
        from sim.analysis.estimate.panel import OUTCOMES
        from sim.analysis.evaluation.questions import MONTHS_OF
        from sim.words.limits import MOST_REPLICATIONS

        if self.scenario.parameters.world.redraw:
            raise UserError("world.redraw: true: an evaluation is of one world with one set of dates; set it to false")
        choices = {"unit": tuple(MONTHS_OF), "background": BACKGROUNDS, "outcome": OUTCOMES}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise UserError(f"{name}: {getattr(self, name)!r} is not one of {', '.join(allowed)}")
        for name, least, most in (("replications", 1, MOST_REPLICATIONS), ("permutations", 0, MOST_PERMUTATIONS)):
            number = getattr(self, name)
            if not isinstance(number, int) or not least <= number <= most:
                raise UserError(f"{name}: {number!r} is not a whole number from {least} to {most:,}")
        if self.diagnostics:
            require_diff_diff()

    @property
    def backgrounds(self) -> dict[str, Scenario]:
        """The scenario with its background trends and without, as far as asked for, by name.

        Raises
        ------
        UserError
            Where trends are asked for and the scenario has none.
        """
        world = self.scenario.parameters.world
        if world.background is None:
            if self.background == TRENDS:
                raise UserError("--background trends: the scenario has none; world.background names a county-year file")
            return {FLAT: self.scenario}
        parameters = self.scenario.parameters.model_copy(
            update={"world": world.model_copy(update={"background": None})}
        )
        both = {FLAT: replace(self.scenario, parameters=parameters), TRENDS: self.scenario}
        return both if self.background == "both" else {self.background: both[self.background]}


def estimate_to_folder(
    asked: Asked,
    *,
    out: Path,
    engine: str = "columnar",
    threads: int = 1,
    quiet: bool = False,
    sharing: bool = True,
) -> Path:
    """Run the scenario with and without the program, let every estimator judge, and write a folder.

    The folder appears whole or not at all. Pairs of worlds that are done are kept beside it in ``OUT.unfinished`` until
    it does: the same call again goes on with them. With ``sharing`` months that both runs of a pair have in common are
    run once; no result depends on it.

    Raises
    ------
    UserError
        No program to evaluate, one that is switched off again, too little memory, or ``out`` holds something.
    """
    from sim.analysis.evaluation.keeping import KeptWorlds
    from sim.running.needs import forecast_comparison, is_compiled
    from sim.running.run import whole_folder
    from sim.running.staggered import evaluated_program
    from sim.running.terminal import foretell

    evaluated = evaluated_program(asked.scenario, asked.program)
    forecast = forecast_comparison(_runs_of(asked, evaluated.program), engine, threads, 1, is_compiled(engine))
    foretell(replace(forecast, seconds=forecast.seconds + _seconds_of_estimating(asked, forecast.size)), quiet)
    kept = KeptWorlds(out.with_name(f"{out.name}.unfinished"), _identity(asked, evaluated.program))
    with whole_folder(out) as folder, _going_on(kept, len(asked.backgrounds) * asked.replications):
        how: dict[str, Any] = {"engine": engine, "threads": threads, "quiet": quiet, "sharing": sharing}
        evaluation = evaluate_worlds(asked, evaluated.program, **how, kept=kept)
        made = write_evaluation(asked, evaluated, evaluation, engine, folder)
    kept.drop()
    if not quiet:
        print_told(evaluation, made, out)
    return out


def write_evaluation(asked: Asked, evaluated: Evaluated, evaluation: Evaluation, engine: str, folder: Path) -> Made:
    """Write all files of an evaluation, and return how it was made."""
    from sim.analysis.evaluation.tables import write_tables

    write_tables(evaluation, folder)
    (folder / "scenario.yaml").write_text(asked.scenario.resolved_yaml(), encoding="utf-8")
    _write_manifest(asked, evaluated, evaluation, engine, folder)
    return _write_meaning(asked, evaluated, evaluation, folder)


def print_told(evaluation: Evaluation, made: Made, out: Path) -> None:
    """Print what an evaluation found."""
    from sim.telling.reports.estimates_terminal import print_estimates

    print_estimates(evaluation, made, out)


def _write_meaning(asked: Asked, evaluated: Evaluated, evaluation: Evaluation, folder: Path) -> Made:
    """Write what the numbers mean: a sentence, figures, the report; and the panel with its scripts."""
    from sim.analysis.evaluation.recording import RECORDING_COLUMNS, write_recordings
    from sim.analysis.evaluation.tables import DIAGNOSTICS, FILES, write_codebook
    from sim.telling.estimates_wording import headline
    from sim.telling.export.evaluated_panel import PANEL_COLUMNS, write_panel
    from sim.telling.export.scripts.writing import write_scripts
    from sim.telling.figures.estimates import draw_estimates
    from sim.telling.reports.estimates import Made, write_estimates_report

    write_panel(evaluation, folder / "panel.csv")
    write_recordings(evaluation, folder / "recording.csv")
    files = {**FILES, "recording": RECORDING_COLUMNS, "panel": PANEL_COLUMNS}
    write_codebook(files | (DIAGNOSTICS if evaluation.diagnoses else {}), folder / "codebook.csv")
    write_scripts(evaluation, folder / "scripts")
    (folder / "headline.txt").write_text(headline(evaluation) + "\n", encoding="utf-8")
    figures = draw_estimates(evaluation, folder)
    for figure in figures:
        (folder / f"{figure.name}_narrow.svg").write_bytes(figure.narrow)
    made = Made(asked.command(evaluated.program), evaluated.warnings)
    write_estimates_report(evaluation, asked.scenario, made, figures, folder / "report.html")
    return made


def _identity(asked: Asked, program: str) -> str:
    """Return what runs depend on: the version, scenario, program, seed and unit, and the files that are named."""
    from sim.running.batch.files import digest_of
    from sim.running.batch.inputs import Inputs
    from sim.running.run import fingerprint

    files = {place: digest_of(content) for place, content in Inputs([asked.scenario]).files.items()}
    return "\n".join(map(str, (fingerprint(), asked.scenario.resolved_yaml(), program, asked.seed, asked.unit, files)))


@contextmanager
def _going_on(kept: KeptWorlds, pairs: int) -> Iterator[None]:
    """Tell, where an evaluation is interrupted, what is kept and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        done = kept.count()
        if not done:
            raise
        told = f"interrupted; {done:,} of {pairs:,} pairs of worlds are done and kept in {kept.folder}"
        raise KeyboardInterrupt(printable(f"{told}, the same command goes on with them")) from None


def evaluate_worlds(
    asked: Asked,
    program: str,
    *,
    engine: str = "columnar",
    threads: int = 1,
    quiet: bool = True,
    kept: KeptWorlds | None = None,
    sharing: bool = True,
) -> Evaluation:
    """Run all pairs of worlds that are not ``kept`` yet, and return what every estimator says of them."""
    from sim.analysis.evaluation.evaluating import evaluate
    from sim.running.compiling import ensure_compiled
    from sim.running.needs import is_compiled
    from sim.running.terminal import month_progress, working

    runs = 2 * len(asked.backgrounds) * asked.replications
    months = runs * asked.scenario.parameters.months
    design = None if kept is None else kept.design()
    pairs: dict[str, list[Pair]] = {}
    ensure_compiled(engine, quiet)
    with month_progress(months, quiet, is_compiled(engine)) as advance:
        for name, scenario in asked.backgrounds.items():
            for replication in range(asked.replications):
                pair = None if kept is None or design is None else kept.pair(name, replication)
                if design is None or pair is None:
                    options: dict[str, Any] = {
                        "seed": asked.seed,
                        "replication": replication,
                        "engine": engine,
                        "threads": threads,
                    }
                    options |= {"on_month": advance, "sharing": sharing}
                    design, pair = _pair(scenario, program, asked.unit, name, design, options)
                    if kept is not None:
                        kept.keep(design, pair)
                pairs.setdefault(name, []).append(pair)
    assert design is not None
    with working("estimating", quiet):
        return evaluate(design, pairs, asked.outcome, asked.permutations, diagnostics=asked.diagnostics)


def _seconds_of_estimating(asked: Asked, size: Size) -> float:
    """Return about how long all estimators take for all pairs of worlds, as measured on one processor."""
    from sim.analysis.evaluation.questions import MONTHS_OF

    cells = size.counties * size.months / MONTHS_OF[asked.unit]
    return len(asked.backgrounds) * asked.replications * (0.6 + 0.00045 * cells)


def _pair(
    scenario: Scenario, program: str, unit: Unit, background: str, design: Design | None, options: dict[str, Any]
) -> tuple[Design, Pair]:
    """Return a pair of worlds, and what all worlds share, which the first of them tells."""
    from sim.analysis.evaluation.worlds import Pair, books_of, design_of
    from sim.running.county_counts import count_two

    both = []
    for counts in count_two(scenario, scenario.without(program), **options):  # months of a nation are large: one by one
        design = design or design_of(counts, program, unit)
        both.append(books_of(counts, unit, program))
    assert design is not None
    return design, Pair(background, options["replication"], *both)


def _runs_of(asked: Asked, program: str) -> Comparison:
    """Return the runs as a comparison, to tell what they need."""
    from sim.scenario.scenario import Comparison

    scenarios = list(asked.backgrounds.values())
    return Comparison("", "", scenarios, scenarios[0].name, asked.replications, asked.seed, effect_of=program)


def _write_manifest(asked: Asked, evaluated: Evaluated, evaluation: Evaluation, engine: str, folder: Path) -> None:
    from sim.running.run import fingerprint, version, write_json

    design = evaluation.design
    facts = {
        "kind": "estimate",
        "version": version(),
        "fingerprint": fingerprint(),
        "scenario": asked.scenario.name,
        "program": evaluated.program,
        "seed": asked.seed,
        "replications": asked.replications,
        "world_seed": asked.scenario.parameters.world.seed,
        "engine": engine,
        "unit": design.unit,
        "periods": design.periods,
        "months_left_out": design.left_out,
        "outcome": asked.outcome,
        "backgrounds": list(evaluation.pairs),
        "permutations": asked.permutations,
        "diagnostics": asked.diagnostics,
        "counties": len(design.county),
        "warnings": list(evaluated.warnings),
    }
    write_json(folder / "manifest.json", facts)
