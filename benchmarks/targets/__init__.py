"""What is measured: each target returns its lines, ratios (or seconds) with the wanted bound."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.targets.batches import batches
from benchmarks.targets.commands import command_line
from benchmarks.targets.ensembles import ensembles
from benchmarks.targets.nation import nation, output, two_threads
from benchmarks.targets.scaling import scaling
from benchmarks.targets.speed import columnar_engine, mesa_engine
from benchmarks.telling.lines import Line, Options

TARGETS: dict[int, Callable[[Options], list[Line]]] = {
    1: columnar_engine,
    2: mesa_engine,
    3: nation,
    4: two_threads,
    5: scaling,
    6: ensembles,
    7: command_line,
    8: output,
    9: batches,
}
