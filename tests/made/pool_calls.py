"""What tests have worker processes do; it stands here so that these need not load a whole test file."""

from __future__ import annotations

import os
import signal
import time

from sim.words.faults import Fault, ScenarioError, UserError


def sleep_or_square(number: int) -> int:
    if number < 0:
        time.sleep(60)
    return number * number


def slow_square(number: int) -> int:
    time.sleep(0.2 if number == 0 else 0.0)
    return number * number


def own_id() -> int:
    return os.getpid()


def die(_: int) -> None:
    os._exit(3)


def ends_at_once(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def complains(number: int) -> int:
    raise UserError(f"job {number}")


def mistake() -> None:
    raise ScenarioError([Fault("here.yaml", 3, "months: out of range"), Fault("here.yaml", 4, "wrold: unknown key")])
