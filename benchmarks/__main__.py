"""``python -m benchmarks``: a table of ratios taken side by side in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.peers import PeerFailed, pinned_version
from benchmarks.targets import TARGETS
from benchmarks.telling.lines import PEERS, QUICK, Line, Options, as_data, as_text

PACKAGES = ("darkfigure", "numpy", "numba", "mesa", "pyarrow")
COUNTS = {
    "rounds": "rounds; nations have their own",
    "people": "target 1: people",
    "months": "target 1: months",
    "mesa_months": "target 2: months",
    "nation_months": "targets 3 and 8: months",
    "nation_rounds": "targets 3, 4 and 8: rounds",
    "threads_months": "target 4: months",
    "scaling_months": "target 5: months",
    "doubling_people": "target 5: people that are doubled twice at equal events",
    "events_people": "target 5: people to whom more and more happens",
    "ensemble_people": "targets 6 and 9: people",
    "ensemble_months": "targets 6 and 9: months",
    "ensemble_runs": "target 6: runs",
    "batch_runs": "target 9: runs",
    "batch_small_runs": "target 9: small runs",
    "sweep_runs": "target 9: runs of the sweep",
}
LISTS = {"mesa_people": "target 2: people", "scaling_people": "target 5: people"}
SCALES = {"scale": "targets 3 and 8: agents per person", "threads_scale": "target 4: agents per person"}
FILES = {
    "counties": "targets 3, 4 and 8: county file (default: the made nation)",
    "adjacency": "targets 3, 4 and 8: file of neighbouring counties",
}


def whole_number(text: str) -> int:
    """Return a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def share(text: str) -> float:
    """Return a number above 0 and up to 1."""
    number = float(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")
    return number


def existing_file(text: str) -> str:
    """Return the absolute path of a file that exists."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text}: no such file")
    return str(path.resolve())


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Ratios measured side by side in one run: median of the rounds, least and greatest in brackets.",
        epilog="example: python -m benchmarks --targets 1 5 --rounds 7 --charts docs/images",
    )
    parser.add_argument("--targets", type=int, nargs="+", choices=sorted(TARGETS), default=sorted(TARGETS))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything works")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--charts", type=Path, metavar="DIR", help="draw charts of the scaling into this folder")
    parser.add_argument(
        "--peers", nargs="*", choices=PEERS, help=f"targets 1 and 5: peers (default: {' '.join(PEERS)})"
    )
    defaults = Options()._asdict()
    for names, kind, many in ((COUNTS, whole_number, None), (LISTS, whole_number, "+"), (SCALES, share, None)):
        for name, text in names.items():
            shown = " ".join(map(str, defaults[name])) if many else defaults[name]
            parser.add_argument(_flag(name), type=kind, nargs=many, help=f"{text} (default: {shown})")
    for name, text in FILES.items():
        parser.add_argument(_flag(name), type=existing_file, metavar="FILE", help=text)
    return parser


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def options_of(arguments: argparse.Namespace) -> Options:
    """Return how much is run: the usual or the small sizes, with what was asked for written over them."""
    asked = {name: getattr(arguments, name) for name in Options._fields}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    usual = QUICK if arguments.quick else Options()
    return usual._replace(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})


def surroundings(options: Options) -> dict[str, Any]:
    """Return what the figures depend on: machine, Python and packages."""
    return {
        "machine": platform.machine(),
        "processor": processor(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        **{peer: pinned_version(peer) for peer in options.peers},
        "sources": sources(),
    }


def processor() -> str:
    """Return the processor's name where the system tells it."""
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def sources() -> str:
    """Return the fingerprint of the sources measured."""
    from sim.numerics.sources import fingerprints

    return fingerprints().whole


def measure(targets: Sequence[int], options: Options, quiet: bool) -> list[Line]:
    """Return the lines of some targets; unless quiet, each target's lines are printed when it is done."""
    lines: list[Line] = []
    for number in targets:
        found = TARGETS[number](options)
        lines += found
        if not quiet:
            print("\n".join(as_text(line) for line in found), flush=True)
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if arguments.adjacency and not arguments.counties:
        parser.error("--adjacency needs --counties")
    options, before = options_of(arguments), sources()
    around = surroundings(options)
    if not arguments.json:
        print(", ".join(f"{name} {value}" for name, value in around.items()))
        print(f"{options.rounds} rounds, {options.nation_rounds} of nations, alternating; median (least to greatest)")
        print("targets 1, 2, 5 in processor time, the others by the clock\n\ntarget  what", flush=True)
    try:
        lines = measure(arguments.targets, options, arguments.json)
    except (PeerFailed, RuntimeError) as error:
        print(f"stopped: {error}", file=sys.stderr)
        return 1
    content = {"surroundings": around, "options": options._asdict(), "lines": [as_data(line) for line in lines]}
    if arguments.json:
        print(json.dumps(content, indent=2))
    if arguments.charts:
        from benchmarks.telling.charts import draw_charts

        for path in draw_charts(lines, arguments.charts):
            print(f"wrote {path}", file=sys.stderr)
    if sources() != before:
        print("the sources changed while they were measured: do not quote these figures", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
