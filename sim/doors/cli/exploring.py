"""The command that opens the page in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.doors.cli.options import command_parser
from sim.words.faults import UserError

Arguments = argparse.Namespace


def add_explore_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all commands."""
    explore = command_parser(commands, "explore", "turn dials of a scenario in the browser", explore_command)
    explore.add_argument(
        "scenario", metavar="SCENARIO", nargs="?", help="scenario file or name (default: secure_communities)"
    )
    explore.add_argument("--port", metavar="N", type=_port, help="port (default: 8765, or the next that is free)")
    explore.add_argument(
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="address to listen on (default: this machine alone); others may ask only with the token that is printed",
    )
    explore.add_argument("--no-browser", action="store_true", help="print the address and open no browser")


def explore_command(arguments: Arguments) -> int:
    """Serve the page until Ctrl-C."""
    given = _given(arguments.scenario)
    from sim.doors.explore.serving import serve

    return serve(given, host=arguments.host, port=arguments.port, browser=not arguments.no_browser)


def _given(text: str | None) -> Path | None:
    """Return the file of a scenario that the user named, checked."""
    if text is None:
        return None
    from sim.scenario.scenario import kind_of, load_scenario
    from sim.scenario.shipped import meant_by

    if kind_of(text) != "scenario":
        raise UserError(f"{text}: a comparison or a sweep; the page opens a scenario, and finished batches in it")
    load_scenario(text)
    return meant_by(text).absolute()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)
