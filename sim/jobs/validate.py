"""Published figures beside simulated ones: worlds are run, judged, and written into a folder and, if asked, a page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.analysis.evidence.figures import Figure
    from sim.analysis.evidence.validation import Validation
    from sim.running.needs import Forecast
    from sim.scenario.scenario import Scenario

SCENARIO = "secure_communities"
SEEDS = 6
MOST_SEEDS = 1_000
SPAN = ("start=2004-01", "months=120")
"""The shipped scenario is run over the years that the studies cover, as far as its calendar goes."""
SCALE = "world.scale=0.01"
"""Agents per person of worlds with real counties, unless the user says otherwise."""
OWN_FIGURES = "those shipped with the program"
SIMULATED = (
    ("id", "text", "", "Of the figure"),
    ("seed", "whole number", "", "Of the world and of its luck"),
    ("value", "number", "the figure's unit", "What this world gives; empty where it gives none"),
)
JUDGED = (
    ("id", "text", "", "Of the figure, as in figures.csv"),
    ("published", "number", "the figure's unit", "As published"),
    ("se", "number", "the figure's unit", "Published standard error; empty where none was published"),
    ("simulated", "number", "the figure's unit", "Mean over the worlds; empty where no world gives it"),
    ("mc_error", "number", "the figure's unit", "Monte Carlo standard error of that mean"),
    ("z", "number", "", "Difference over both errors together; empty where none was published"),
    ("verdict", "text", "", "within 2 se, outside 2 se, in its range, holds, above, not given, or percent off"),
    ("role", "text", "", "input, target, validation, at_most or alternative"),
)


@dataclass(frozen=True)
class Asked:
    """What is asked: a scenario, figures and whose they are, the first seed and how many worlds."""

    scenario: Scenario
    figures: Sequence[Figure]
    whose: str
    seed: int
    worlds: int
    options: tuple[str, ...]
    """The options that give the same again, beside those of the seeds."""

    @property
    def seeds(self) -> list[int]:
        """Of each world."""
        return [self.seed + number for number in range(self.worlds)]

    @property
    def command(self) -> str:
        """The command that gives the same again from the folder's own files."""
        return f"validate figures.csv --scenario scenario.yaml --seed {self.seed} --seeds {self.worlds}"


def asked_of(file: str | None, scenario: str | None, overrides: Sequence[str], seed: int, worlds: int) -> Asked:
    """Return what is asked, checked.

    Without a scenario it is the shipped one with Secure Communities, in the years that the studies cover.

    Raises
    ------
    UserError
        A fault in a file, or worlds that are redrawn.
    """
    from sim.analysis.evidence.figures import read_figures, shipped_figures
    from sim.scenario.scenario import load_scenario

    if not 1 <= worlds <= MOST_SEEDS:
        raise UserError(f"--seeds {worlds}: allowed is a whole number from 1 to {MOST_SEEDS:,}")
    figures = shipped_figures() if file is None else read_figures(file)
    changes = [*(_defaults(overrides) if scenario is None else ()), *overrides]
    loaded = load_scenario(scenario or SCENARIO, changes)
    if loaded.parameters.world.redraw:
        raise UserError("world.redraw: true: each seed is a world of its own here; set it to false")
    options = tuple(f"--set {change}" for change in overrides)
    return Asked(loaded, figures, OWN_FIGURES if file is None else Path(file).name, seed, worlds, options)


def _defaults(overrides: Sequence[str]) -> list[str]:
    """Return what holds unless the user sets it."""
    named = {change.partition("=")[0].strip() for change in overrides}
    is_country = "world.counties" in named or "world.kind=nation" in overrides
    wanted = [*SPAN, *([SCALE] if is_country else [])]
    return [change for change in wanted if change.partition("=")[0] not in named]


def validate_to_folder(
    asked: Asked,
    *,
    out: Path,
    page: Path | None = None,
    engine: str = "columnar",
    threads: int = 1,
    workers: int = 1,
    told: str = "short",
) -> Path:
    """Run the worlds, judge each figure, and write a folder that appears whole or not at all; and the page, if any.

    ``told`` is what is printed: ``short``, ``json`` or ``nothing``.

    Raises
    ------
    UserError
        Too little memory, ``out`` holds something, or ``page`` is a file that this command did not write.
    """
    from sim.running.run import whole_folder
    from sim.running.terminal import foretell

    quiet = told != "short"
    if page is not None:
        _refuse_other_page(page)
    foretell(_forecast(asked, engine, threads, workers), quiet)
    with whole_folder(out) as folder:
        validation = _run(asked, engine, threads, workers, quiet)
        _write(asked, validation, engine, folder)
    if page is not None:
        _write_page(asked, validation, page)
    if told == "json":
        print(json.dumps(as_json(validation, out), indent=2))
    elif told == "short":
        from sim.telling.reports.validation_terminal import print_validation

        print_validation(validation, out)
    return out


def as_json(validation: Validation, out: Path) -> dict[str, Any]:
    """Return every row, all targets together and where the rest lies; what is not known is null."""

    def known(values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()
        }

    return {
        "worlds": len(validation.worlds),
        "real_counties": validation.is_real,
        "figures": [known(row._asdict()) for row in validation.rows],
        "not_given": {figure.id: reason for figure, reason in validation.not_given},
        "joint": known(validation.joint._asdict()),
        "clipped_share": validation.clipped_share,
        "folder": str(out),
    }


def _forecast(asked: Asked, engine: str, threads: int, workers: int) -> Forecast:
    """Return what all worlds need, as many at a time as there are workers."""
    from sim.running import costs
    from sim.running.needs import forecast_run, is_compiled

    one = forecast_run(asked.scenario.parameters, engine, threads, is_compiled(engine))
    at_a_time = min(workers, asked.worlds)
    seconds = one.seconds * math.ceil(asked.worlds / at_a_time) + costs.REPORT
    memory = one.memory.times(at_a_time, costs.REPORTING)
    means = f"{at_a_time} worker{'s' * (at_a_time > 1)}"
    return replace(one, runs=asked.worlds, seconds=seconds, memory=memory, means=means, other_ways=())


def _run(asked: Asked, engine: str, threads: int, workers: int, quiet: bool) -> Validation:
    from sim.analysis.evidence.validation import validate
    from sim.running.compiling import ensure_compiled
    from sim.running.needs import is_compiled
    from sim.running.terminal import month_progress

    ensure_compiled(engine, quiet)
    months = asked.scenario.parameters.months
    with month_progress(months * asked.worlds, quiet, is_compiled(engine)) as advance:

        def world_done() -> None:
            for _ in range(months):
                advance()

        return validate(
            asked.scenario,
            asked.figures,
            asked.seeds,
            engine=engine,
            threads=threads,
            workers=workers,
            on_done=world_done,
        )


def _write(asked: Asked, validation: Validation, engine: str, folder: Path) -> None:
    """Write tables, figure, report and how they were made."""
    from sim.analysis.evaluation.tables import write_codebook, write_csv
    from sim.analysis.evidence.figures import write_figures
    from sim.telling.figures.validation import draw_validation
    from sim.telling.reports.validation import write_validation_report

    names = [name for name, *_ in JUDGED]
    write_csv(folder / "validation.csv", names, ([getattr(row, name) for name in names] for row in validation.rows))
    write_csv(folder / "simulated.csv", [name for name, *_ in SIMULATED], _simulated(validation))
    write_codebook({"validation": JUDGED, "simulated": SIMULATED}, folder / "codebook.csv")
    write_figures(asked.figures, folder / "figures.csv")
    (folder / "scenario.yaml").write_text(asked.scenario.resolved_yaml(), encoding="utf-8")
    drawn = draw_validation(validation, folder)
    write_validation_report(validation, asked.scenario, asked.command, drawn, folder / "report.html")
    _write_manifest(asked, validation, engine, folder)


def _simulated(validation: Validation) -> list[tuple[str, int, float]]:
    return [
        (figure.id, world.seed, float(world.values[place]))
        for place, figure in enumerate(validation.figures)
        for world in validation.worlds
    ]


def _write_manifest(asked: Asked, validation: Validation, engine: str, folder: Path) -> None:
    from sim.running.run import fingerprint, version, write_json

    facts = {
        "kind": "validate",
        "version": version(),
        "fingerprint": fingerprint(),
        "scenario": asked.scenario.name,
        "command": asked.command,
        "figures": asked.whose,
        "seeds": asked.seeds,
        "engine": engine,
        "people": validation.worlds[0].people,
        "counties": validation.worlds[0].counties,
        "months": list(validation.worlds[0].months),
        "clipped_share": validation.clipped_share,
        "joint_chi_square": validation.joint.chi_square,
        "joint_degrees": validation.joint.degrees,
        "joint_probability": validation.joint.probability,
    }
    write_json(folder / "manifest.json", facts)


def _refuse_other_page(page: Path) -> None:
    """Refuse a page that could not be written, or that is something else's."""
    from sim.telling.reports.validation import TITLE

    if page.suffix != ".md":
        raise UserError(f"--page {page}: a page is written as Markdown; give a name that ends in .md")
    if not page.parent.is_dir():
        raise UserError(f"--page {page}: there is no folder {page.parent}")
    if page.is_dir() or (page.exists() and not page.read_text("utf-8", "replace").startswith(f"# {TITLE}\n")):
        raise UserError(f"--page {page}: is there and was not written by this command; nothing is overwritten")


def _write_page(asked: Asked, validation: Validation, page: Path) -> None:
    """Write the page and, in ``images`` beside it, its picture."""
    from sim.telling.figures.style import save_files, saved_by
    from sim.telling.figures.validation import draw_validation
    from sim.telling.reports.validation import write_validation_page

    images = page.parent / "images"
    images.mkdir(exist_ok=True)
    with saved_by(lambda figure, folder, name: save_files(figure, folder, name, ("png",))):
        drawn = draw_validation(validation, images)
    write_validation_page(validation, asked.whose, asked.options, drawn, page)
