"""What is measured: each target returns its lines, a ratio (or seconds) with the wanted bound."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.timing import Runner, Spread, command_seconds, paired_rounds, ratio, spread

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FULL_MODEL = SCENARIOS / "secure_communities.yaml"
SMALL = SCENARIOS / "classroom.yaml"
SEED = 1
LEAST_SECONDS = 0.5


class Line(NamedTuple):
    """One line of the table; ``wanted`` is a bound as text, or empty where the line only informs."""

    target: int
    what: str
    value: Spread | None
    unit: str
    wanted: str = ""
    note: str = ""

    def met(self) -> bool | None:
        """Return whether the median meets the bound; None where there is no bound or no value."""
        if self.value is None or not self.wanted:
            return None
        sign, bound = self.wanted.split()[:2]
        return self.value.median >= float(bound) if sign == ">=" else self.value.median <= float(bound)


class Options(NamedTuple):
    """How much is run."""

    rounds: int
    months: int
    people: int
    mesa_months: int
    mesa_people: tuple[int, ...]


def engine_runner(engine: str, people: int, overrides: Sequence[str], months: int) -> Runner:
    """Return a runner of the full model, built beforehand; gives processor seconds per agent-month of the loop."""
    from sim.run import prepare, records
    from sim.scenario import load_scenario

    setting = prepare(load_scenario(FULL_MODEL, [f"world.people={people}", f"months={months}", *overrides]))

    def repeat() -> float:
        loop = iter(records(setting, SEED, engine, 1))
        begun = time.process_time()
        deque(loop, maxlen=0)
        return time.process_time() - begun

    return lambda: _per_unit(repeat, people * months)


def mesa_toy_runner(people: int, months: int, shuffled: bool) -> Runner:
    """Return a runner of the plain Mesa toy; gives processor seconds per agent-month of the loop."""
    from benchmarks.toys import ToyModel

    model = ToyModel(people, SEED)
    return _timed(lambda: model.run(months, shuffled), people * months)


def numpy_toy_runner(people: int, months: int) -> Runner:
    """Return a runner of the vectorised numpy toy; gives processor seconds per agent-month of the loop."""
    from benchmarks.toys import ToyArrays

    toy = ToyArrays(people, SEED)
    return _timed(lambda: toy.run(months), people * months)


def _timed(work: Callable[[], None], agent_months: int) -> Runner:
    def repeat() -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    return lambda: _per_unit(repeat, agent_months)


def _per_unit(repeat: Runner, units: int) -> float:
    """Return processor seconds per unit of work; short work is repeated, so that a round is not over at once."""
    seconds, count = 0.0, 0
    while seconds < LEAST_SECONDS:
        seconds += repeat()
        count += 1
    return seconds / (units * count)


def _speeds(target: int, costs: Mapping[str, Sequence[float]]) -> list[Line]:
    """Return how many million agent-months each runner does in a second."""
    unit = "million agent-months/s"
    return [Line(target, name, spread([1e-6 / cost for cost in costs[name]]), unit) for name in costs]


def columnar_engine(options: Options) -> list[Line]:
    """Target 1: the columnar engine, full model on one thread, against toys that do a small part of it."""
    people, months = options.people, options.months
    engine, shuffled, ordered, arrays = "columnar engine", "Mesa toy, shuffle_do", "Mesa toy, do", "numpy toy"
    runners = {
        engine: engine_runner("columnar", people, [], months),
        shuffled: mesa_toy_runner(people, months, shuffled=True),
        ordered: mesa_toy_runner(people, months, shuffled=False),
        arrays: numpy_toy_runner(people, months),
    }
    runners[engine]()
    costs = paired_rounds(runners, options.rounds)
    note = f"{people:,} people, {months} months"
    wanted = {shuffled: ">= 1000 x", ordered: ">= 300 x", arrays: ">= 5 x"}
    lines = [
        Line(1, f"columnar engine faster than {toy}", ratio(costs, toy, engine), "x", bound, note)
        for toy, bound in wanted.items()
    ]
    return lines + _speeds(1, costs)


def mesa_engine(options: Options) -> list[Line]:
    """Target 2: the Mesa engine, full model, against the bare Mesa toy."""
    if importlib.util.find_spec("sim.mesa_engine") is None:
        return [Line(2, "Mesa engine", None, "", note="skipped: this version has no sim.mesa_engine")]
    lines = []
    for people in options.mesa_people:
        months = options.mesa_months
        engine, toy = f"Mesa engine, {people:,} people", f"Mesa toy, do, {people:,} people"
        runners = {
            engine: engine_runner("mesa", people, ["start=2010-07"], months),
            toy: mesa_toy_runner(people, months, shuffled=False),
        }
        runners[toy]()
        if people == options.mesa_people[0]:
            runners[engine]()
        costs = paired_rounds(runners, options.rounds)
        lines.append(
            Line(2, f"time of {engine}, over {toy}", ratio(costs, engine, toy), "x", "<= 2 x", f"{months} months")
        )
        lines += _speeds(2, costs)
    return lines


def command_line(options: Options) -> list[Line]:
    """Target 7: how soon the command line answers, warm and with nothing compiled."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = paired_rounds(_command_runners(folder), options.rounds)
    cold, warm = costs["first run, nothing compiled"], costs["warm small run"]
    compiling = [(first - later) / first for first, later in zip(cold, warm, strict=True)]
    bare, note = "bare interpreter", f"small run: {SMALL.name}"
    return [
        Line(7, "darkfigure --help over bare interpreter", ratio(costs, "help", bare), "x", "<= 10 x"),
        Line(7, "darkfigure check of a bad file", spread(costs["user's error"]), "s", "<= 0.5 s"),
        Line(7, "bad file over bare interpreter", ratio(costs, "user's error", bare), "x"),
        Line(
            7, "warm small run over import numba", ratio(costs, "warm small run", "import numba"), "x", "<= 2.5 x", note
        ),
        Line(7, "first run over warm run", ratio(costs, "first run, nothing compiled", "warm small run"), "x"),
        Line(7, "share of the first run spent compiling", spread([100 * share for share in compiling]), "%"),
        *(Line(7, name, spread(seconds), "s") for name, seconds in costs.items()),
    ]


def _command_runners(folder: Path) -> dict[str, Runner]:
    """Return runners of commands, in seconds; compiled code is kept in ``folder``, away from other caches."""
    bad = folder / "bad.yaml"
    bad.write_text("title: Bad\nwrold:\n  people: 10\nmonths: 0\n", encoding="utf-8")
    script = Path(sys.executable).with_name("darkfigure")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "sim"]
    warm = {**os.environ, "DARKFIGURE_CACHE": str(folder / "warm")}
    fresh = iter(range(1_000_000))

    def small_run(environment: Mapping[str, str]) -> float:
        out = folder / f"run-{next(fresh)}"
        return command_seconds([*program, "run", str(SMALL), "--quiet", "--out", str(out)], environment)

    def first_run() -> float:
        return small_run({**os.environ, "DARKFIGURE_CACHE": str(folder / f"cold-{next(fresh)}")})

    small_run(warm)
    return {
        "bare interpreter": lambda: command_seconds([sys.executable, "-c", "pass"], warm),
        "help": lambda: command_seconds([*program, "--help"], warm),
        "user's error": lambda: command_seconds([*program, "check", str(bad)], warm, status=2),
        "import numba": lambda: command_seconds([sys.executable, "-c", "import numba"], warm),
        "warm small run": lambda: small_run(warm),
        "first run, nothing compiled": first_run,
    }


TARGETS: dict[int, Callable[[Options], list[Line]]] = {1: columnar_engine, 2: mesa_engine, 7: command_line}
