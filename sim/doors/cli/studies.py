"""The command that evaluates a program as an evaluator would: ``estimate``."""

from __future__ import annotations

import argparse
from functools import partial

from sim.doors.cli.options import add_running, command_parser, free_folder
from sim.running.machine import processors

Arguments = argparse.Namespace
UNITS = ("month", "quarter", "year")
BACKGROUNDS = ("both", "trends", "flat")


def add_study_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    estimate = command_parser(
        commands,
        "estimate",
        "tell what an evaluator would conclude from each book, and what is true",
        estimate_command,
    )
    estimate.add_argument(
        "scenario", metavar="SCENARIO", help="scenario file (YAML), or the name of a shipped scenario"
    )
    estimate.add_argument(
        "--program",
        metavar="NAME",
        help="program to evaluate (default: secure_communities, or the only one whose dates differ between counties)",
    )
    estimate.add_argument(
        "--replications",
        metavar="N",
        type=partial(_whole, least=1, most=10_000),
        default=5,
        help="pairs of runs, with and without the program (default: 5)",
    )
    estimate.add_argument("--unit", choices=UNITS, default="year", help="length of a period (default: year)")
    estimate.add_argument(
        "--background",
        choices=BACKGROUNDS,
        default="both",
        help="the scenario's background trends, none (flat), or one beside the other (default: both)",
    )
    estimate.add_argument(
        "--rates",
        action="store_true",
        help="rates instead of their logarithms: counties with a period without crime are kept",
    )
    estimate.add_argument(
        "--permutations",
        metavar="N",
        type=partial(_whole, least=0, most=99_999),
        default=99,
        help="exchanges of states' dates, for fast estimators (default: 99; 0: none)",
    )
    add_running(estimate)


def estimate_command(arguments: Arguments) -> int:
    """Evaluate a program into a folder; it appears whole or not at all."""
    from sim.scenario.scenario import checked_seed, load_scenario

    scenario = load_scenario(arguments.scenario, arguments.overrides)
    seed = 1 if arguments.seed is None else checked_seed(arguments.seed)
    from sim.jobs.estimate import Asked, estimate_to_folder

    asked = Asked(
        scenario,
        arguments.program,
        seed,
        arguments.replications,
        arguments.unit,
        arguments.background,
        "rate" if arguments.rates else "log_rate",
        arguments.permutations,
    )
    out = free_folder(arguments.out, f"estimate-{scenario.name}")
    estimate_to_folder(
        asked,
        out=out,
        engine=arguments.engine,
        threads=arguments.threads or processors(),
        quiet=arguments.quiet,
    )
    return 0


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most:,}")
    return int(text)
