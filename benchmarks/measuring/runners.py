"""What takes its turn in the rounds: our engines and the toys, each giving processor seconds per unit of work."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring.timing import Runner, per_unit

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FULL_MODEL = SCENARIOS / "secure_communities.yaml"
SEED = 1


def prepared(overrides: Sequence[str]) -> Any:
    """Return the full model made ready to run, with differences as the command line writes them."""
    from sim.running.run import prepare
    from sim.scenario.scenario import load_scenario

    return prepare(load_scenario(FULL_MODEL, overrides))


def loop_seconds(setting: Any, engine: str = "columnar") -> float:
    """Return the processor seconds of all months of a run on one thread, the engine built beforehand."""
    from sim.running.run import records

    loop = iter(records(setting, SEED, engine, 1))
    begun = time.process_time()
    deque(loop, maxlen=0)
    return time.process_time() - begun


def engine_runner(engine: str, people: int, overrides: Sequence[str], months: int) -> Runner:
    """Return a runner of the full model, built beforehand; gives processor seconds per agent-month of the loop."""
    setting = prepared([f"world.people={people}", f"months={months}", *overrides])
    return lambda: per_unit(lambda: loop_seconds(setting, engine), people * months)


def mesa_toy_runner(people: int, months: int, shuffled: bool) -> Runner:
    """Return a runner of the plain Mesa toy; gives processor seconds per agent-month of the loop."""
    from benchmarks.measuring.toys import ToyModel

    model = ToyModel(people, SEED)
    return _timed(lambda: model.run(months, shuffled), people * months)


def numpy_toy_runner(people: int, months: int) -> Runner:
    """Return a runner of the vectorised numpy toy; gives processor seconds per agent-month of the loop."""
    from benchmarks.measuring.toys import ToyArrays

    toy = ToyArrays(people, SEED)
    return _timed(lambda: toy.run(months), people * months)


def _timed(work: Callable[[], None], agent_months: int) -> Runner:
    def repeat() -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    return lambda: per_unit(repeat, agent_months)


def peer_runner(peer: Any) -> Runner:
    """Return a runner of a peer at work; gives processor seconds per agent-month of the loop."""
    return lambda: per_unit(peer.run, peer.people * peer.months)
