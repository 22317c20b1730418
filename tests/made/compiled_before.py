"""Compile what the engine named compiles, so that tests which run side by side find it and do not each compile it.

``python tests/made/compiled_before.py columnar`` and ``... mesa``, as ``make test`` does; done in seconds where all is
there already.
"""

from __future__ import annotations

import sys

from engine_scenarios import BASE, columnar, columnar_in_threads, mesa_run, ready
from small_worlds import merged

MONTHS = 3


def compile_for(engine: str) -> None:
    """Run a little of the lively world, in every way that the engine has."""
    setting = ready(merged(BASE, {"months": MONTHS}))
    if engine == "mesa":
        mesa_run(setting, 1)
        return
    columnar(setting, 1)
    columnar_in_threads(setting, 1, 2)


if __name__ == "__main__":
    compile_for(sys.argv[1])
