"""The commands about which worlds agree with published figures: ``calibrate`` and ``identify``."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.doors.cli.options import add_executing, add_settings, command_parser, execution_options, free_folder
from sim.running.machine import algebra_on_one_thread

Arguments = argparse.Namespace
NUMBERS = {
    "worlds": "worlds of each wave",
    "waves": "waves",
    "luck": "seeds of luck that worlds share",
    "again": "further seeds of luck in which the point is run",
    "seed": "seed",
}


def add_calibration_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser of all commands."""
    calibrate = command_parser(
        commands,
        "calibrate",
        "draw uncertain parameters, weigh worlds by published figures, and keep what agrees",
        calibrate_command,
    )
    calibrate.add_argument("file", metavar="FILE", help="calibration file (YAML), or the name of a shipped one")
    for name, meaning in NUMBERS.items():
        calibrate.add_argument(f"--{name}", metavar="N", help=f"{meaning} (default: the file's)")
    add_settings(calibrate, "set a parameter in all worlds")
    add_executing(calibrate)
    identify = command_parser(
        commands,
        "identify",
        "tell which true effects are compatible with published figures, added one by one",
        identify_command,
    )
    identify.add_argument("file", metavar="FILE", help="identification file (YAML), or the name of a shipped one")
    identify.add_argument(
        "--worlds",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder that 'calibrate' has made, whose worlds are taken",
    )
    identify.add_argument("--out", metavar="DIR", type=Path, help="new folder for the results (default: in outputs/)")
    identify.add_argument("--quiet", action="store_true", help="print nothing but errors")


def calibrate_command(arguments: Arguments) -> int:
    """Calibrate into a folder, which can be resumed from its first moment on."""
    algebra_on_one_thread()
    from sim.scenario.calibration.files import load_calibration

    options = {name: getattr(arguments, name) for name in NUMBERS}
    given = {name: text for name, text in options.items() if text is not None}
    found = load_calibration(arguments.file, arguments.overrides, given)
    out = free_folder(arguments.out, found.name)
    from sim.jobs.calibrate import calibrate_to_folder

    calibrate_to_folder(found, out=out, options=execution_options(arguments))
    return 0


def identify_command(arguments: Arguments) -> int:
    """Weigh the worlds of a calibration by sets of evidence, into a folder that appears whole."""
    algebra_on_one_thread()
    from sim.scenario.calibration.identification import load_identification

    asked = load_identification(arguments.file)
    out = free_folder(arguments.out, asked.name)
    from sim.jobs.identify import identify_to_folder

    identify_to_folder(asked, arguments.worlds, out=out, quiet=arguments.quiet)
    return 0
