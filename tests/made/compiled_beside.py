"""Compile what the agents' engine and threads take beside the loops, so that tests side by side do not each compile it.

Done in seconds where all is there already.
"""

from __future__ import annotations

from engine_scenarios import BASE, columnar_in_threads, mesa_run, ready
from small_worlds import merged

if __name__ == "__main__":
    setting = ready(merged(BASE, {"months": 3}))
    mesa_run(setting, 1)
    columnar_in_threads(setting, 1, 2)
