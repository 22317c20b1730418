"""Commands for the first hour: what comes with the program, and an example to edit."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.doors.cli.options import command_parser

Arguments = argparse.Namespace
SHELLS = ("bash", "zsh", "tcsh")


def add_catalogue_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], whole: argparse.ArgumentParser
) -> None:
    """Add the commands to the parser of all commands; ``whole`` is the parser that these are part of."""
    listing = command_parser(
        commands, "scenarios", "list the scenarios that come with the program, and what each asks", scenarios_command
    )
    listing.add_argument("name", metavar="NAME", nargs="?", help="print this one instead")
    init = command_parser(commands, "init", "put a small example to edit into a folder", init_command)
    init.add_argument("folder", metavar="DIR", nargs="?", type=Path, default=Path(), help="default: the current folder")

    completion = command_parser(
        commands, "completion", "print a script that completes commands and options in a shell", completion_command
    )
    completion.set_defaults(whole=whole)
    completion.add_argument("shell", choices=SHELLS, help="the shell")


def scenarios_command(arguments: Arguments) -> int:
    """List what comes with the program, or print one file of it."""
    from sim.telling.describe.shipped import scenario_text, scenarios_text

    print(scenarios_text() if arguments.name is None else scenario_text(arguments.name), end="")
    return 0


def completion_command(arguments: Arguments) -> int:
    """Print what makes a shell complete commands and options."""
    import shtab

    print(shtab.complete(arguments.whole, arguments.shell))
    return 0


def init_command(arguments: Arguments) -> int:
    """Put an example to edit into a folder."""
    from sim.jobs.init import put_example

    files = put_example(arguments.folder)
    print(*files, sep="\n")
    own = next(path for path in files if path.stem == "my_scenario")
    print(f"\nNext: edit {own}, then\n  darkfigure check {own}\n  darkfigure run {own} --figures")
    return 0
