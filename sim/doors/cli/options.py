"""What commands share: their parsers with examples, and options that several of them take."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sim.running.machine import processors
from sim.words.faults import UserError
from sim.words.limits import LARGEST_SHARDS

if TYPE_CHECKING:
    from sim.running.batch import Options

Arguments = argparse.Namespace
ENGINES = ("columnar", "mesa")
ON_ERROR = ("hold", "stop", "continue")
EXAMPLES = {
    "scenarios": """\
examples:
  darkfigure scenarios
  darkfigure scenarios secure_communities""",
    "completion": """\
examples:
  darkfigure completion bash > ~/.local/share/bash-completion/completions/darkfigure
  darkfigure completion zsh > ~/.zfunc/_darkfigure""",
    "init": """\
examples:
  darkfigure init
  darkfigure init study""",
    "run": """\
examples:
  darkfigure run secure_communities
  darkfigure run baseline --seed 7 --set world.people=50000 --set months=48 --out outputs/mine
  darkfigure run secure_communities --figures""",
    "compare": """\
examples:
  darkfigure compare compare_programs
  darkfigure compare baseline secure_communities --replications 10
  darkfigure compare all_responses --effect-of secure_communities
  darkfigure compare study.yaml --replications 1000 --shard 3/8 --out shards/3""",
    "sweep": """\
examples:
  darkfigure sweep sweep_cooperation_trust
  darkfigure sweep sweep_sensitivity --replications 2 --set world.people=200000
  darkfigure sweep study.yaml --shard 3/8 --out shards/3""",
    "estimate": """\
examples:
  darkfigure estimate secure_communities
  darkfigure estimate secure_communities --unit quarter --rates --replications 10 --out outputs/evaluated
  darkfigure estimate my_scenario.yaml --program agreement_287g_jail --background flat
  darkfigure estimate outputs/demo --unit quarter

Nothing is kept of an evaluation that is ended before it is done: it begins anew.""",
    "power": """\
examples:
  darkfigure power secure_communities
  darkfigure power secure_communities --unit quarter --permutations 499 --out outputs/power""",
    "calibrate": """\
examples:
  darkfigure calibrate calibration --worlds 64 --out outputs/calibrated
  darkfigure calibrate calibration --waves 1 --worlds 200 --out outputs/wide
  darkfigure calibrate my_calibration.yaml --set world.scale=0.01 --workers 2

A calibration that is ended before it is done goes on with 'darkfigure resume DIR'.""",
    "identify": """\
examples:
  darkfigure identify identification --worlds outputs/wide
  darkfigure identify my_evidence.yaml --worlds outputs/wide --out outputs/identified""",
    "validate": """\
examples:
  darkfigure validate
  darkfigure validate --set world.counties=counties.csv --set world.adjacency=neighbours.csv
  darkfigure validate my_figures.csv --seeds 3 --out outputs/validated
  darkfigure validate --set trust.sensitivity=2 --json

The folder of results holds figures.csv, from which to start a file of your own.""",
    "explore": """\
examples:
  darkfigure explore
  darkfigure explore my_scenario.yaml --port 9000 --no-browser""",
    "resume": """\
examples:
  darkfigure resume outputs/compare_programs-20260301-221500
  darkfigure resume outputs/night --on-error continue""",
    "status": """\
example:
  darkfigure status outputs/compare_programs-20260301-221500""",
    "rerun": """\
examples:
  darkfigure rerun outputs/night baseline.7
  darkfigure rerun outputs/night p00012.0 --out outputs/odd_one""",
    "merge": """\
example, after a job array of four jobs, each with its own number i in --shard i/4 --out shards/i:
  darkfigure merge shards/1 shards/2 shards/3 shards/4 --out outputs/whole""",
    "check": """\
example:
  darkfigure check my_scenario.yaml study.yaml""",
    "plot": """\
examples:
  darkfigure plot outputs/demo --format svg --format pdf
  darkfigure plot outputs/low_fear outputs/high_fear --out side_by_side
  darkfigure plot outputs/sweep --levers detainers.cooperation trust.sensitivity --outcome gap_total""",
    "report": """\
examples:
  darkfigure report outputs/demo --estimate outputs/demo_evaluated
  darkfigure report outputs/demo --estimate outputs/demo_evaluated --out for_the_newsroom.html""",
    "export": """\
examples:
  darkfigure export outputs/demo --to stata
  darkfigure export outputs/demo --to csv --wide --out panel
  darkfigure export outputs/demo --to csv --tables crime counties""",
    "describe": """\
examples:
  darkfigure describe
  darkfigure describe --odd > odd.md""",
}
"""What the help of each command shows."""


def command_parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    help_text: str,
    action: Callable[[Arguments], int],
) -> argparse.ArgumentParser:
    """Add a command with its example, and return its parser."""
    parser = commands.add_parser(
        name,
        help=help_text,
        description=help_text[0].upper() + help_text[1:] + ".",
        epilog=EXAMPLES[name],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(action=action)
    return parser


LUCK = "seed of luck; the world has its own, world.seed (default: 1)"


def add_running(parser: argparse.ArgumentParser, seed: str = LUCK) -> None:
    """Add the options that run, compare, sweep and estimate share; ``seed`` is what help says of the seed."""
    parser.add_argument("--seed", metavar="N", help=seed)
    parser.add_argument("--engine", choices=ENGINES, default="columnar", help="both give the same tables")
    add_settings(parser, "set a parameter")


def add_settings(parser: argparse.ArgumentParser, sets: str) -> None:
    """Add the options of whatever runs worlds into a folder; ``sets`` is what help says of ``--set``."""
    parser.add_argument("--threads", metavar="N", type=count, help="threads of one run; no result depends on them")
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="overrides",
        help=f"{sets}, for example world.scale=0.01; may be repeated; paths are relative to this folder",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="new folder for the results (default: under outputs/)")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def add_executing(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a batch is carried out."""
    parser.add_argument("--workers", metavar="N", type=count, help="processes (default: all processors)")
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="run on the Dask cluster with this scheduler, which sees the same folders; local: a cluster of --workers",
    )
    parser.add_argument(
        "--on-error",
        choices=ON_ERROR,
        default="hold",
        help="when a run fails: run the others and hold the results back (hold, the default), begin no other run "
        "(stop), or make the results without it (continue)",
    )
    parser.add_argument("--timeout", metavar="SECONDS", type=_seconds, help="a run that takes longer fails")
    add_sharing(parser)
    told = parser.add_mutually_exclusive_group()
    told.add_argument("--full", action="store_true", help="print all measures, not some lines")
    told.add_argument("--json", action="store_true", help="print the results as JSON, and nothing else there")
    parser.add_argument(
        "--allow-other-version",
        action="store_true",
        help="go on with a batch that another version began; its runs may then be of two kinds",
    )


def add_sharing(parser: argparse.ArgumentParser) -> None:
    """Add the option to run each run from its first month on."""
    parser.add_argument(
        "--no-sharing",
        dest="sharing",
        action="store_false",
        help="run the first months that runs of one luck have in common anew for each; no result depends on it",
    )


def add_shard(parser: argparse.ArgumentParser) -> None:
    """Add the option that makes a batch one of several shards."""
    parser.add_argument(
        "--shard", metavar="I/N", type=_shard, help="run every N-th run from the I-th on; 'merge' joins the N folders"
    )


def execution_options(arguments: Arguments) -> Options:
    """Return how a batch is to be carried out."""
    from sim.running.batch import Options

    return Options(
        workers=arguments.workers or processors(),
        threads=arguments.threads or 1,
        dask=arguments.dask,
        on_error=arguments.on_error,
        timeout=arguments.timeout,
        any_version=arguments.allow_other_version,
        quiet=arguments.quiet,
        told="json" if arguments.json else "full" if arguments.full else "short",
        sharing=arguments.sharing,
    )


def count(text: str) -> int:
    """Return a number of processes or threads."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= 1024):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1024")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _shard(text: str) -> tuple[int, int]:
    first, stroke, last = text.partition("/")
    digits = all(part.isascii() and part.isdigit() and len(part) < 7 for part in (first, last))
    if not (stroke and digits and 1 <= int(first) <= int(last) <= LARGEST_SHARDS):
        raise argparse.ArgumentTypeError(f"{text!r} is no shard; it is I/N with I from 1 to N, for example 3/8")
    return int(first), int(last)


def free_folder(out: Path | None, name: str) -> Path:
    """Return the folder for results: ``out``, or a new one under ``outputs/``.

    Raises
    ------
    UserError
        If ``out`` holds something already or nothing can be written there.
    """
    if out is None:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        first = Path("outputs") / f"{name}-{stamp}"
        out, count = first, 1
        while out.exists():
            count += 1
            out = first.with_name(f"{first.name}-{count}")
    if out.exists() and not out.is_dir():
        raise UserError(f"--out {out}: is a file; give a new folder")
    if out.is_dir() and any(out.iterdir()):
        raise UserError(f"--out {out}: the folder is not empty, and nothing in it is overwritten; give a new one")
    parent = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise UserError(f"--out {out}: cannot write in {parent}")
    return out
