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


def own_parent(_: int) -> int:
    return os.getppid()


def signalled(number: int) -> None:
    os.kill(os.getpid(), number)


def raise_in_loading() -> None:
    raise ZeroDivisionError


def load_long() -> None:
    time.sleep(3)


def note(path: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write("loaded\n")


def crime_on_two_threads(seed: int) -> int:
    """Return the recorded crime of a small run whose months are worked on by two threads."""
    from sim.parameters import Parameters
    from sim.running.run import simulate
    from sim.scenario.scenario import Scenario

    small = Parameters.model_validate({"months": 6, "world": {"rows": 2, "columns": 2, "people": 2000}})
    return int(simulate(Scenario("small", small), seed=seed, threads=2).crime.sum())


def kept_compiled() -> str:
    """Return the folder in which this process looks for compiled loops."""
    import sim.numerics.draws  # noqa: F401

    return os.environ["NUMBA_CACHE_DIR"]
