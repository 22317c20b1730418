"""A first run compiles in two processes: what the second compiles is what runs need, and its failure harms nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from engine_scenarios import BASE, columnar, ready
from small_worlds import merged

from sim.engines.columnar.blocks import run_block
from sim.engines.columnar.months import after_crimes, run_months
from sim.running import compiling
from sim.running.batch import runners
from sim.running.batch.processes import WorkerLost
from sim.world.start.settled import start_settled

ENTRIES: tuple[Any, ...] = (run_months, start_settled)
HALVES: tuple[Any, ...] = (run_block, after_crimes)


def test_small_worlds_are_compiled_as_real_ones_are() -> None:
    """Other types of arguments would be compiled once more, for the first run or for a world of another shape."""
    compiling.compile_months()
    compiling.compile_people_and_crimes()
    grown = {"world": {"rows": 3, "columns": 3}, "enforcement": {"cap_reach": 0.5}}  # counties of two histories
    for parameters in (BASE, merged(BASE, grown), merged(BASE, {"months": 1, "world": {"rows": 1, "columns": 1}})):
        columnar(ready(parameters), 1)
    assert [len(loop.entry.signatures) for loop in ENTRIES] == [1, 1], "compiled for several types"
    twins = [half.within.signatures for half in HALVES]
    assert [len(signatures) for signatures in twins] == [1, 1], "one process compiles what the other has compiled"


def test_months_are_compiled_without_making_people(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the other process does that")

    for name in ("start_settled", "fill_households", "fill_rosters"):
        monkeypatch.setattr(f"sim.world.people.{name}", refuse)
    compiling.compile_months()


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing seems to lie on disk, and there are two processors; what is compiled is only noted."""
    done: list[str] = []
    monkeypatch.setattr(compiling, "is_compiled", lambda _: False)
    monkeypatch.setattr(compiling, "processors", lambda: 2)
    monkeypatch.setattr(compiling, "compile_people_and_crimes", lambda: done.append("people"))
    return done


class FailingPool:
    """Processes of which none can be begun."""

    def __init__(self, workers: int) -> None:
        self.slots = workers

    def submit(self, function: Callable[[], None]) -> Any:
        return runners.Here().submit(_lost)

    def close(self, *, at_once: bool) -> None:
        pass


def _lost() -> None:
    raise WorkerLost("killed")


def test_a_second_process_that_dies_harms_nothing(uncompiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "Pool", FailingPool)
    compiling.ensure_compiled("columnar")
    assert uncompiled == ["people"]


@pytest.mark.parametrize(("engine", "processors"), [("mesa", 2), ("columnar", 1)])
def test_one_process_compiles_alone(
    engine: str, processors: int, uncompiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "processors", lambda: processors)
    monkeypatch.setattr(runners, "Pool", _lost)
    compiling.ensure_compiled(engine)
    assert not uncompiled


def test_what_lies_on_disk_is_not_compiled_again(uncompiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "is_compiled", lambda _: True)
    compiling.ensure_compiled("columnar")
    assert not uncompiled
