"""The command line. Nothing is imported before it is needed, so that help and mistakes are answered at once."""

from __future__ import annotations

import argparse
import atexit
import gc
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.doors.cli.batches import add_batch_commands, exit_status
from sim.doors.cli.calibrating import add_calibration_commands
from sim.doors.cli.catalogue import add_catalogue_commands
from sim.doors.cli.exploring import add_explore_command
from sim.doors.cli.options import (
    add_executing,
    add_running,
    add_shard,
    command_parser,
    execution_options,
    free_folder,
)
from sim.doors.cli.results import add_results_commands
from sim.doors.cli.streams import fault_of_output, make_streams_last
from sim.doors.cli.studies import add_study_commands
from sim.running.machine import processors
from sim.words.faults import UserError, on_a_screen, printable

if TYPE_CHECKING:
    from sim.running.needs import Forecast
    from sim.running.run import Watcher

Arguments = argparse.Namespace

PROGRAM = """\
darkfigure simulates people, police and immigration enforcement month by month and keeps two books: crime that
happened and crime that was recorded."""


class _Version(argparse.Action):
    """Looks the version up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"darkfigure {version('darkfigure')}")
        except PackageNotFoundError:
            print("darkfigure (not installed)")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="darkfigure",
        description=PROGRAM,
        epilog="example:\n  darkfigure compare compare_programs\n\n'darkfigure scenarios' lists what is there.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    run = command_parser(commands, "run", "run one scenario and keep its tables in a folder", run_command)
    run.add_argument("scenario", metavar="SCENARIO", help="scenario file (YAML), or the name of a shipped scenario")
    run.add_argument("--figures", action="store_true", help="draw both books, maps and the funnel, in DIR/figures")
    run.add_argument("--json", action="store_true", help="print the results as JSON, and nothing else there")
    add_running(run)

    compare = command_parser(commands, "compare", "run scenarios over the same luck and compare them", compare_command)
    compare.add_argument(
        "scenarios", metavar="SCENARIO", nargs="+", help="two or more scenarios (files or names), or one comparison"
    )
    compare.add_argument("--reference", metavar="NAME", help="the scenario to compare with (default: the first)")
    compare.add_argument(
        "--effect-of",
        metavar="PROGRAM",
        help="compare each scenario with itself without this program, for example secure_communities; one will do",
    )
    compare.add_argument("--replications", metavar="N", help="runs of each scenario (default: the file's, or 20)")
    add_running(compare)
    add_executing(compare)
    add_shard(compare)

    sweep = command_parser(commands, "sweep", "run a scenario at many points of its parameters", sweep_command)
    sweep.add_argument("file", metavar="FILE", help="sweep file (YAML), or the name of a shipped one")
    sweep.add_argument("--replications", metavar="N", help="runs of each point (default: the file's, or 5)")
    sweep.add_argument("--keep", choices=("outcomes", "tables"), help="measures alone, or all tables of each run")
    add_running(sweep)
    add_executing(sweep)
    add_shard(sweep)
    add_study_commands(commands)
    add_calibration_commands(commands)
    add_explore_command(commands)
    add_catalogue_commands(commands, parser)
    add_batch_commands(commands)
    add_results_commands(commands)

    check = command_parser(
        commands, "check", "check files without running them, and tell what running needs", check_command
    )
    check.add_argument("--json", action="store_true", help="print what is found as JSON")
    check.add_argument("files", metavar="FILE", nargs="+", help="scenario, comparison or sweep: files (YAML) or names")

    describe = command_parser(commands, "describe", "print the model: phases, rules, parameters", describe_command)
    form = describe.add_mutually_exclusive_group()
    form.add_argument("--odd", action="store_true", help="as an ODD protocol document (Markdown)")
    form.add_argument("--sources", action="store_true", help="the published figures that parameters rest on (Markdown)")
    form.add_argument("--json-schema", action="store_true", help="the JSON Schema of scenario files, for editors")
    return parser


def run_command(arguments: Arguments) -> int:
    """Run one scenario into a folder."""
    from sim.scenario.scenario import checked_seed, load_scenario

    seed = 1 if arguments.seed is None else checked_seed(arguments.seed)
    scenario = load_scenario(arguments.scenario, arguments.overrides)
    out = free_folder(arguments.out, scenario.name)
    from sim.running.as_json import RunAsJson
    from sim.running.run import run_to_folder

    found = RunAsJson()
    watchers: list[Watcher] = []
    if arguments.json:
        watchers.append(found)
    if arguments.figures:
        from sim.telling.figures.of_runs import RunFigures

        watchers.append(RunFigures())
    run_to_folder(
        scenario,
        seed=seed,
        engine=arguments.engine,
        threads=arguments.threads or processors(),
        out=out,
        quiet=arguments.quiet or arguments.json,
        watchers=watchers,
    )
    if arguments.json:
        print(json.dumps(found.content(out), indent=2))
    elif arguments.figures and not arguments.quiet:
        print(f"Figures: {out / 'figures'}")
    return 0


def compare_command(arguments: Arguments) -> int:
    """Run scenarios over the same luck into a folder and compare them."""
    from sim.scenario.scenario import compare_scenarios

    options = {name: getattr(arguments, name) for name in ("reference", "effect_of", "replications", "seed")}
    given = {name: text for name, text in options.items() if text is not None}
    comparison = compare_scenarios(arguments.scenarios, arguments.overrides, given)
    out = free_folder(arguments.out, comparison.name)
    from sim.jobs.compare import compare_to_folder

    folder = compare_to_folder(
        comparison,
        workers=arguments.workers or processors(),
        threads=arguments.threads or 1,
        engine=arguments.engine,
        out=out,
        quiet=arguments.quiet,
        shard=arguments.shard,
        options=execution_options(arguments),
    )
    return exit_status(folder)


def sweep_command(arguments: Arguments) -> int:
    """Run a sweep into a folder, and tell what its points say."""
    from sim.scenario.design.files import load_sweep

    options = {name: getattr(arguments, name) for name in ("replications", "seed", "keep")}
    sweep = load_sweep(
        arguments.file, arguments.overrides, {name: text for name, text in options.items() if text is not None}
    )
    out = free_folder(arguments.out, sweep.name)
    from sim.jobs.sweep import sweep_to_folder

    folder = sweep_to_folder(
        sweep, engine=arguments.engine, out=out, options=execution_options(arguments), shard=arguments.shard
    )
    return exit_status(folder)


def check_command(arguments: Arguments) -> int:
    """Check files; all are read before the command ends."""
    status = 0
    found: list[dict[str, Any]] = []
    for file in arguments.files:
        try:
            told, forecast = _checked(file)
            needs = {} if forecast is None else forecast.as_json()
            found.append({"file": file, "sound": True, "told": told, **needs})
            if not arguments.json:
                notes = () if forecast is None else forecast.notes
                words = told if forecast is None else f"{told}; {forecast}"
                print(printable(f"{file}: {words}"), *map(printable, notes), sep="\n")
        except UserError as error:
            lines = str(error).split("\n")
            found.append({"file": file, "sound": False, "faults": lines})
            if not arguments.json:
                _complain(lines)
            status = 2
    if arguments.json:
        print(json.dumps(found, indent=2))
    return status


def _checked(file: str) -> tuple[str, Forecast | None]:
    """Return what a sound file is, and what its runs will need, as the commands that run it tell it.

    Whatever these would refuse before the first month is refused.
    """
    from sim.running.inputs import ensure_buildable
    from sim.running.needs import forecast_comparison, forecast_run, forecast_sweep
    from sim.scenario.calibration.draws import refuse_unfit_draws
    from sim.scenario.scenario import check_file, kind_of, load_comparison, load_scenario

    kind = kind_of(file)
    if kind in ("calibration", "identification"):
        return _checked_calibration(file, kind)
    if kind == "sweep":
        from sim.scenario.design.files import check_words, load_sweep

        sweep = load_sweep(file)
        refuse_unfit_draws(sweep)
        forecast = forecast_sweep(sweep, "columnar", 1, processors())
        ensure_buildable([base.parameters for base in (sweep.base, sweep.against) if base is not None], forecast.read)
        return check_words(sweep), forecast
    told = check_file(file)
    if kind == "scenario":
        parameters = load_scenario(file).parameters
        forecast = forecast_run(parameters, "columnar", processors())
        ensure_buildable([parameters], forecast.read)
        return told, forecast
    from sim.running.batch.plan import refuse_duplicates

    comparison = load_comparison(file)
    refuse_duplicates(comparison.scenarios)
    refuse_unfit_draws(comparison)
    forecast = forecast_comparison(comparison, "columnar", 1, processors())
    ensure_buildable([scenario.parameters for scenario in comparison.members], forecast.read)
    return told, forecast


def _checked_calibration(file: str, kind: str) -> tuple[str, Forecast | None]:
    """Return the same of a calibration, or of an identification, which runs nothing."""
    from sim.running.inputs import ensure_buildable
    from sim.running.needs import forecast_calibration

    if kind == "identification":
        from sim.scenario.calibration.identification import load_identification, words_of

        return words_of(load_identification(file)), None
    from sim.analysis.calibration.study import check_figures
    from sim.scenario.calibration.files import check_words, load_calibration

    found = load_calibration(file)
    check_figures(found)
    forecast = forecast_calibration(found, 1, processors())
    ensure_buildable([found.base.parameters], forecast.read)
    return check_words(found), forecast


def describe_command(arguments: Arguments) -> int:
    """Print the model from the code."""
    if arguments.json_schema:
        from sim.telling.describe.schema import schema_text

        print(schema_text(), end="")
        return 0
    if arguments.sources:
        from sim.telling.describe.sources import sources_text

        print(sources_text(), end="")
        return 0
    if arguments.odd:
        from sim.telling.describe.odd_protocol import odd_text

        print(odd_text(), end="")
        return 0
    from sim.telling.describe.overview import model_text

    print(model_text(), end="")
    return 0


def _rest_collector() -> None:
    """Let the garbage collector look seldom, and not at all at the end: loading modules leaves nothing to collect."""
    gc.set_threshold(500_000, 20, 20)
    atexit.register(gc.freeze)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its status: 0 done, 1 runs failed, 2 a mistake to put right, 130 interrupted.

    Without ``argv`` the process is the command's own.
    """
    if argv is None:
        _rest_collector()
        os.environ["MPLBACKEND"] = "agg"  # figures are only saved; a notebook's backend, inherited, would end the batch
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for any takes as long as reading a file
        os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # its threads, idle, would keep processors busy at first
        make_streams_last()
    status, full = _status(argv), fault_of_output()
    if full is not None:
        print(f"standard output: {full.strerror}; what it could not take is lost, files are not", file=sys.stderr)
    return status if full is None else max(status, 1)


def _complain(lines: Sequence[str]) -> None:
    """Print what is wrong, at most a screen of it."""
    print(*on_a_screen(lines, "lines"), sep="\n", file=sys.stderr)


def _status(argv: Sequence[str] | None) -> int:
    """Carry out a command; what ends it early is told in words."""
    try:
        arguments = build_parser().parse_args(argv)
        return int(arguments.action(arguments))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    except UserError as error:
        _complain(str(error).split("\n"))
        return error.status
    except KeyboardInterrupt as stop:
        print(str(stop) or "interrupted", file=sys.stderr)
        return 130
    except MemoryError:
        print("not enough memory; lower world.people or world.scale, or --workers", file=sys.stderr)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        _complain([printable(f"{named}{error.strerror or error}")])
    return 2
