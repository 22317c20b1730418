"""The commands that take results further: ``export``, ``plot`` and ``report``."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.doors.cli.options import command_parser

Arguments = argparse.Namespace


def add_results_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser of all commands."""
    plot = command_parser(commands, "plot", "draw the figures of results, one batch or several together", plot_command)
    plot.add_argument(
        "folders", metavar="DIR", type=Path, nargs="+", help="a run, a comparison or a sweep; or several comparisons"
    )
    plot.add_argument("--levers", metavar=("A", "B"), nargs=2, help="the two swept parameters of the heat map, in full")
    plot.add_argument("--outcome", metavar="NAME", help="what to draw of a sweep (default: the gap of the books)")
    plot.add_argument(
        "--format",
        choices=("png", "svg", "pdf"),
        action="append",
        dest="formats",
        help="may be repeated (default: png)",
    )
    plot.add_argument("--out", metavar="DIR", type=Path, help="new folder (default: figures in DIR, or under outputs/)")
    plot.add_argument("--quiet", action="store_true", help="print nothing but errors")

    export = command_parser(
        commands, "export", "write results as CSV, Stata or Parquet files with a codebook", export_command
    )
    export.add_argument("folder", metavar="DIR", type=Path, help="folder of a run, a comparison or a sweep")
    export.add_argument("--to", choices=("csv", "stata", "parquet"), required=True, help="the format")
    export.add_argument(
        "--wide", action="store_true", help="one row for each scenario, replication, county and month, a column a count"
    )
    export.add_argument("--tables", metavar="TABLE", nargs="+", help="tables to export, after DIR (default: all)")
    export.add_argument("--out", metavar="DIR", type=Path, help="new folder (default: inside the folder of results)")
    export.add_argument("--quiet", action="store_true", help="print nothing but errors")

    report = command_parser(
        commands, "report", "write a comparison's page with what an evaluator would see", report_command
    )
    report.add_argument("folder", metavar="DIR", type=Path, help="folder of a comparison")
    report.add_argument(
        "--estimate", metavar="DIR", type=Path, required=True, help="folder that 'darkfigure estimate' wrote"
    )
    report.add_argument("--out", metavar="FILE", type=Path, help="new page (default: in the comparison's folder)")
    report.add_argument("--quiet", action="store_true", help="print nothing but errors")


def report_command(arguments: Arguments) -> int:
    """Write the page of a comparison with the evaluator's view."""
    from sim.jobs.report import report_with_evaluation

    report_with_evaluation(arguments.folder, arguments.estimate, out=arguments.out, quiet=arguments.quiet)
    return 0


def export_command(arguments: Arguments) -> int:
    """Write tables of a results folder in another format."""
    from sim.telling.export.export import export

    tables = [name for words in arguments.tables or () for name in words.split(",") if name]
    export(
        arguments.folder,
        arguments.to,
        wide=arguments.wide,
        tables=tables,
        out=arguments.out,
        quiet=arguments.quiet,
    )
    return 0


def plot_command(arguments: Arguments) -> int:
    """Draw the figures of results."""
    from sim.jobs.plot import plot_folders

    plot_folders(
        arguments.folders,
        out=arguments.out,
        formats=tuple(dict.fromkeys(arguments.formats or ("png",))),
        levers=None if arguments.levers is None else tuple(arguments.levers),
        outcome=arguments.outcome,
        quiet=arguments.quiet,
    )
    return 0
