"""The commands that evaluate a program as an evaluator would: ``estimate`` and ``power``."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.doors.cli.options import add_running, command_parser, free_folder
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
    power = command_parser(commands, "power", "tell how small an effect an evaluator could have seen", power_command)
    _add_design(power, 3, WORLDS, 199)


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
        default=replications,
        help=f"{what} (default: {replications})",
    )
    command.add_argument("--unit", choices=UNITS, default="year", help="length of a period (default: year)")
    command.add_argument(
        "--background",
        choices=BACKGROUNDS,
        default="both",
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
    estimate_to_folder(asked, out=out, **_how(arguments))
    return 0


def _estimate_folder(arguments: Arguments) -> int:
    """Evaluate the runs of a finished comparison."""
    from sim.jobs.estimate_folder import estimate_folder
    from sim.words.faults import UserError

    if arguments.overrides or arguments.seed is not None:
        raise UserError("--set and --seed: the runs in a folder are what they are; give the scenario to run others")
    folder = Path(arguments.scenario)
    estimate_folder(
        folder,
        out=free_folder(arguments.out, f"estimate-{folder.absolute().name}"),
        program=arguments.program,
        quiet=arguments.quiet,
        unit=arguments.unit,
        outcome="rate" if arguments.rates else "log_rate",
        permutations=arguments.permutations,
    )
    return 0


def power_command(arguments: Arguments) -> int:
    """Tell into a folder how small an effect could have been seen; it appears whole or not at all."""
    from sim.jobs.power import power_to_folder

    asked = _asked(arguments)
    out = free_folder(arguments.out, f"power-{asked.scenario.name}")
    power_to_folder(asked, out=out, **_how(arguments))
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
        arguments.replications,
        arguments.unit,
        arguments.background,
        "rate" if arguments.rates else "log_rate",
        arguments.permutations,
    )


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most:,}")
    return int(text)
