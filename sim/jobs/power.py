"""How small an effect of a program an evaluator could have seen, by book, crime and victim."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.jobs.estimate import Asked
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.analysis.evaluation.power import Detectable
    from sim.analysis.evaluation.worlds import Books, Design

COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("background", "text", "", "flat, or with the scenario's trends"),
    ("book", "text", "", "occurred (true), recorded (observed) or survey"),
    ("crime", "text", "", "index, violent or property, homicide or motor_vehicle_theft"),
    ("group", "text", "", "Whom the crime is against"),
    ("outcome", "text", "", "log_rate or rate; of the survey victimization_rate or reporting_share"),
    ("estimator", "text", "", "Which estimator"),
    ("spread", "number", "log points, or of the rate", "Of what is found where there is nothing"),
    ("detectable_percent", "number", "%", "The smallest fall found four times in five by a 5 % test"),
    ("counties", "whole number", "counties", "Used"),
    ("states", "whole number", "states", "Used"),
    ("surveys_for_a_tenth", "number", "surveys", "So many times as large, the survey would see a change of a tenth"),
    ("refused", "text", "", "Why there is no answer"),
)


def power_to_folder(
    asked: Asked, *, out: Path, engine: str = "columnar", threads: int = 1, quiet: bool = False
) -> Path:
    """Run the scenario without the program, exchange the program's dates, and write what could have been seen.

    The folder appears whole or not at all.

    Raises
    ------
    UserError
        No program to evaluate, no exchanges of dates, too little memory, or ``out`` holds something.
    """
    from sim.analysis.evaluation.power import detectable_effects
    from sim.running.needs import forecast_comparison, is_compiled
    from sim.running.run import whole_folder
    from sim.running.staggered import evaluated_program
    from sim.running.terminal import foretell, working
    from sim.scenario.scenario import Comparison

    if asked.permutations < 1:
        raise UserError("--permutations 0: what could be seen is told from exchanges of dates; give 1 or more")
    program = evaluated_program(asked.scenario, asked.program).program
    scenarios = [scenario.without(program) for scenario in asked.backgrounds.values()]
    runs = Comparison("", "", scenarios, scenarios[0].name, asked.replications, asked.seed)
    foretell(forecast_comparison(runs, engine, threads, 1, is_compiled(engine)), quiet)
    with whole_folder(out) as folder:
        design, worlds = _worlds(asked, program, engine, threads, quiet)
        with working("exchanging dates", quiet):
            effects = detectable_effects(design, worlds, asked.outcome, asked.permutations)
        _write(asked, program, design, effects, folder)
    if not quiet:
        from sim.telling.reports.power_terminal import print_power

        print_power(design, effects, out)
    return out


def _worlds(
    asked: Asked, program: str, engine: str, threads: int, quiet: bool
) -> tuple[Design, dict[str, list[Books]]]:
    """Run worlds without the program; the dates are those of the scenario with it."""
    from sim.analysis.evaluation.worlds import books_of, design_of
    from sim.running.county_counts import count_run, with_dates_of
    from sim.running.needs import is_compiled
    from sim.running.terminal import month_progress

    months = len(asked.backgrounds) * asked.replications * asked.scenario.parameters.months
    design: Design | None = None
    worlds: dict[str, list[Books]] = {}
    with month_progress(months, quiet, is_compiled(engine)) as advance:
        for name, scenario in asked.backgrounds.items():
            for replication in range(asked.replications):
                options = {"seed": asked.seed, "replication": replication}
                without = scenario.without(program)
                counts = count_run(without, threads=threads, engine=engine, on_month=advance, **options)
                design = design or design_of(with_dates_of(counts, scenario), program, asked.unit)
                worlds.setdefault(name, []).append(books_of(counts, asked.unit, program))
    assert design is not None
    return design, worlds


def _write(asked: Asked, program: str, design: Design, effects: list[Detectable], folder: Path) -> None:
    from sim.analysis.evaluation.tables import write_codebook, write_csv
    from sim.running.run import fingerprint, version, write_json
    from sim.telling.figures.power import draw_power
    from sim.telling.power_wording import power_sentences
    from sim.telling.reports.power import write_power_report

    rows = ((it.background, *it.question, *it[2:]) for it in effects)
    write_csv(folder / "power.csv", [name for name, *_ in COLUMNS], rows)
    write_codebook({"power": COLUMNS}, folder / "codebook.csv")
    (folder / "scenario.yaml").write_text(asked.scenario.resolved_yaml(), encoding="utf-8")
    (folder / "headline.txt").write_text("\n".join(power_sentences(design, effects)) + "\n", encoding="utf-8")
    facts = {
        "kind": "power",
        "version": version(),
        "fingerprint": fingerprint(),
        "scenario": asked.scenario.name,
        "command": asked.command(program, "power"),
        "world_seed": asked.scenario.parameters.world.seed,
        "periods": design.periods,
        "counties": len(design.county),
    }
    write_json(folder / "manifest.json", facts)
    figure = draw_power(design, effects, folder)
    write_power_report(design, effects, asked.scenario, asked.command(program, "power"), figure, folder / "report.html")
