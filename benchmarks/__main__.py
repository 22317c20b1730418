"""``python -m benchmarks``: a table of ratios taken side by side in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from benchmarks.targets import TARGETS, Line, Options

PACKAGES = ("darkfigure", "numpy", "numba", "mesa")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Ratios measured side by side in one run: median of the rounds, least and greatest in brackets.",
        epilog="example: python -m benchmarks --targets 1 --rounds 7",
    )
    parser.add_argument("--targets", type=int, nargs="+", choices=sorted(TARGETS), default=sorted(TARGETS))
    parser.add_argument("--rounds", type=int, default=5, help="rounds, at least 1 (default: 5)")
    parser.add_argument("--people", type=int, default=100_000, help="target 1: people (default: 100000)")
    parser.add_argument("--months", type=int, default=96, help="target 1: months (default: 96)")
    parser.add_argument("--mesa-people", type=int, nargs="+", default=[10_000, 100_000], help="target 2: people")
    parser.add_argument("--mesa-months", type=int, default=12, help="target 2: months (default: 12)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser


def surroundings() -> dict[str, Any]:
    """Return what the figures depend on: machine, Python and packages."""
    return {
        "machine": platform.machine(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        "sources": sources(),
    }


def sources() -> str:
    """Return the fingerprint of the sources measured."""
    from sim.compiled import sources_fingerprint

    return sources_fingerprint()


def as_text(line: Line) -> str:
    if line.value is None:
        return f"{line.target:>6}  {line.what}: {line.note}"
    median, low, high = (_figure(value) for value in line.value)
    met = {True: "met", False: "not met", None: ""}[line.met()]
    return (
        f"{line.target:>6}  {line.what:<66} {median:>8} ({low} to {high}) {line.unit}"
        + (f"   wanted {line.wanted}: {met}" if line.wanted else "")
        + (f"   [{line.note}]" if line.note else "")
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_data(line: Line) -> dict[str, Any]:
    value = line.value._asdict() if line.value is not None else None
    return {**line._asdict(), "value": value, "met": line.met()}


def main(argv: Sequence[str] | None = None) -> int:
    arguments = build_parser().parse_args(argv)
    options = Options(
        max(1, arguments.rounds),
        arguments.months,
        arguments.people,
        arguments.mesa_months,
        tuple(arguments.mesa_people),
    )
    lines: list[Line] = []
    before = sources()
    if not arguments.json:
        print(", ".join(f"{name} {value}" for name, value in surroundings().items()))
        print(f"{options.rounds} rounds, alternating; median (least to greatest); targets 1 and 2 in processor time\n")
        print("target  what")
    for number in arguments.targets:
        found = TARGETS[number](options)
        lines += found
        if not arguments.json:
            print("\n".join(as_text(line) for line in found), flush=True)
    if arguments.json:
        content = {"surroundings": surroundings(), "rounds": options.rounds, "lines": [as_data(line) for line in lines]}
        print(json.dumps(content, indent=2))
    if sources() != before:
        print("the sources changed while they were measured: do not quote these figures", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
