"""The commands that evaluate a program and the model itself: ``estimate``, ``power`` and ``validate``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.doors.cli.options import add_running, add_sharing, command_parser, count, free_folder
from sim.running.machine import processors

if TYPE_CHECKING:
    from sim.jobs.estimate import Asked

Arguments = argparse.Namespace
UNITS = ("month", "quarter", "year")
WORLDS = "worlds without the program"
BACKGROUNDS = ("both", "trends", "flat")


def add_study_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser of all commands."""
    estimate = command_parser(
        commands,
        "estimate",
        "tell what an evaluator would conclude from each book, and what is true",
        estimate_command,
    )
    _add_design(estimate, 5, "pairs of runs, with and without the program", 99)
    estimate.add_argument(
        "--diagnostics",
        action="store_true",
        help="Bacon weights, and bounds where trends are not parallel, by the extra 'econ'",
    )
    add_sharing(estimate)
    power = command_parser(commands, "power", "tell how small an effect an evaluator could have seen", power_command)
    _add_design(power, 3, WORLDS, 199)
    _add_validate(commands)


def _add_validate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    validate = command_parser(
        commands, "validate", "put published figures beside what simulated worlds give", validate_command
    )
    validate.add_argument(
        "figures", metavar="FILE", nargs="?", help="figures of your own (CSV; default: those that are shipped)"
    )
    validate.add_argument(
        "--scenario",
        metavar="SCENARIO",
        help="scenario file, or name of a shipped one (default: secure_communities, 2004 to 2013, with real counties "
        "one agent per hundred persons)",
    )
    validate.add_argument(
        "--seeds", metavar="N", type=partial(_whole, least=1, most=1000), default=6, help="worlds (default: 6)"
    )
    validate.add_argument("--workers", metavar="N", type=count, help="processes (default: all processors)")
    validate.add_argument("--page", metavar="FILE", type=Path, help="write the page as Markdown too, with its picture")
    validate.add_argument("--json", action="store_true", help="print the results as JSON, and nothing else there")
    add_running(validate, "seed of the first world and of its luck; the others have those after it (default: 1)")


def _add_design(command: argparse.ArgumentParser, replications: int, what: str, permutations: int) -> None:
    scenario = "scenario file (YAML), or the name of a shipped scenario"
    if what != WORLDS:
        scenario += "; or the folder of a finished comparison"
    command.add_argument("scenario", metavar="SCENARIO", help=scenario)
    command.add_argument(
        "--program",
        metavar="NAME",
        help="program to evaluate (default: secure_communities, or the only one whose dates differ between counties)",
    )
    command.add_argument(
        "--replications",
        metavar="N",
        type=partial(_whole, least=1, most=10_000),
        help=f"{what} (default: {replications})",
    )
    command.set_defaults(usual_replications=replications)
    command.add_argument("--unit", choices=UNITS, default="year", help="length of a period (default: year)")
    command.add_argument(
        "--background",
        choices=BACKGROUNDS,
        help="the scenario's background trends, none (flat), or one beside the other (default: both)",
    )
    command.add_argument(
        "--rates",
        action="store_true",
        help="rates instead of their logarithms: counties with a period without crime are kept",
    )
    command.add_argument(
        "--permutations",
        metavar="N",
        type=partial(_whole, least=0, most=99_999),
        default=permutations,
        help=f"exchanges of states' dates, for fast estimators (default: {permutations}; 0: none)",
    )
    add_running(command)


def estimate_command(arguments: Arguments) -> int:
    """Evaluate a program into a folder; it appears whole or not at all."""
    if Path(arguments.scenario).is_dir():
        return _estimate_folder(arguments)
    from sim.jobs.estimate import estimate_to_folder

    asked = _asked(arguments)
    out = free_folder(arguments.out, f"estimate-{asked.scenario.name}")
    estimate_to_folder(asked, out=out, sharing=arguments.sharing, **_how(arguments))
    return 0


def _estimate_folder(arguments: Arguments) -> int:
    """Evaluate the runs of a finished comparison."""
    from sim.jobs.estimate_folder import estimate_folder, refuse_other_runs

    given = (arguments.overrides, arguments.seed, arguments.replications, arguments.background)
    refuse_other_runs(dict(zip(("--set", "--seed", "--replications", "--background"), given, strict=True)))
    folder = Path(arguments.scenario)
    estimate_folder(
        folder,
        out=free_folder(arguments.out, f"estimate-{folder.absolute().name}"),
        program=arguments.program,
        quiet=arguments.quiet,
        unit=arguments.unit,
        outcome="rate" if arguments.rates else "log_rate",
        permutations=arguments.permutations,
        diagnostics=arguments.diagnostics,
    )
    return 0


def power_command(arguments: Arguments) -> int:
    """Tell into a folder how small an effect could have been seen; it appears whole or not at all."""
    from sim.jobs.power import power_to_folder

    asked = _asked(arguments)
    out = free_folder(arguments.out, f"power-{asked.scenario.name}")
    power_to_folder(asked, out=out, **_how(arguments))
    return 0


def validate_command(arguments: Arguments) -> int:
    """Validate into a folder; it appears whole or not at all."""
    from sim.jobs.validate import asked_of, validate_to_folder
    from sim.scenario.scenario import checked_seed

    seed = 1 if arguments.seed is None else checked_seed(arguments.seed)
    asked = asked_of(arguments.figures, arguments.scenario, arguments.overrides, seed, arguments.seeds)
    validate_to_folder(
        asked,
        out=free_folder(arguments.out, f"validate-{asked.scenario.name}"),
        page=arguments.page,
        engine=arguments.engine,
        threads=arguments.threads or 1,
        workers=arguments.workers or processors(),
        told="json" if arguments.json else "nothing" if arguments.quiet else "short",
    )
    return 0


def _how(arguments: Arguments) -> dict[str, Any]:
    threads = arguments.threads or processors()
    return {"engine": arguments.engine, "threads": threads, "quiet": arguments.quiet}


def _asked(arguments: Arguments) -> Asked:
    """Return what is asked of an evaluation, checked."""
    from sim.scenario.scenario import checked_seed, load_scenario

    scenario = load_scenario(arguments.scenario, arguments.overrides)
    seed = 1 if arguments.seed is None else checked_seed(arguments.seed)
    from sim.jobs.estimate import Asked

    return Asked(
        scenario,
        arguments.program,
        seed,
        arguments.replications or arguments.usual_replications,
        arguments.unit,
        arguments.background or "both",
        "rate" if arguments.rates else "log_rate",
        arguments.permutations,
        getattr(arguments, "diagnostics", False),  # power has none
    )


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most:,}")
    return int(text)
