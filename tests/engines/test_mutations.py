"""A deliberate change in any phase of either engine makes the comparison of the engines fail.

Minutes long: each change of a compiled loop is made in a copy of the sources, which is then compiled afresh.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine_scenarios import BASE, columnar, columnar_by_steps, differences, mesa_run, ready
from small_worlds import REPOSITORY, merged

import sim
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.ledger import MonthRecord
from sim.engines.mesa.model import MesaEngine
from sim.rules.reporting import NOBODY, OTHERS
from sim.words.codes import NOTHING
from sim.words.schedule import PHASE_NAMES

pytestmark = pytest.mark.slow
SEED = 5
SCENARIO: dict[str, Any] = merged(BASE, {"months": 24, "world": {"people": 4000}})
SOURCES = Path(sim.__file__).parent if sim.__file__ else Path()


def skip(engine: Any, phase: Callable[..., Any], *arguments: Any) -> None:
    """Leave the phase out."""


def after(change: Callable[[Any], None]) -> Callable[..., Any]:
    """Run the phase, then make a change to the engine."""

    def mutated(engine: Any, phase: Callable[..., Any], *arguments: Any) -> Any:
        result = phase(engine, *arguments)
        change(engine)
        return result

    return mutated


def before(change: Callable[[Any], None]) -> Callable[..., Any]:
    """Make a change to the engine, then run the phase."""

    def mutated(engine: Any, phase: Callable[..., Any], *arguments: Any) -> Any:
        change(engine)
        return phase(engine, *arguments)

    return mutated


def drop_last(name: str) -> Callable[[Any], None]:
    """Return a change that forgets the last entry of a list of the engine."""

    def change(engine: Any) -> None:
        if getattr(engine, name):
            getattr(engine, name).pop()

    return change


def _forget_outcome(engine: MesaEngine) -> None:
    for booking in engine.bookings:
        booking.outcome = NOTHING


def _less_guardianship(engine: MesaEngine) -> None:
    engine.neighbourhoods[0].guardianship *= 0.9


def _unreport(engine: MesaEngine) -> None:
    if engine.incidents:
        engine.incidents[0].caller = NOBODY if engine.incidents[0].caller != NOBODY else OTHERS


def _unrecord(engine: MesaEngine) -> None:
    if engine.incidents:
        engine.incidents[0].recorded = not engine.incidents[0].recorded


def _postpone(engine: MesaEngine) -> None:
    due = engine.calendar[engine.month]
    if due:
        engine.calendar[engine.month + 1].append(due.pop())


def _miscount(engine: MesaEngine) -> None:
    engine.panel[engine.month % 6] = engine.panel[engine.month % 6][1:]


MESA: dict[str, Callable[..., Any]] = {
    "policy": after(lambda engine: setattr(engine.counties[-1], "secure_communities", False)),
    "patrol": after(_less_guardianship),
    "opportunity": after(drop_last("opportunities")),
    "offending": after(drop_last("incidents")),
    "reporting": after(_unreport),
    "recording": after(_unrecord),
    "clearance": after(drop_last("arrests")),
    "street_arrest": after(drop_last("arrests")),
    "booking": after(drop_last("bookings")),
    "detainer": after(_forget_outcome),
    "custody": before(_postpone),
    "word_of_mouth": skip,
    "news": skip,
    "count": before(_miscount),
}
"""What is changed in each phase of the Mesa engine."""


def _less_guarded(month: Any) -> Any:
    month.guardianship[0] *= 0.9
    return month


def _one_less(people: list[tuple[Any, int]]) -> list[tuple[Any, int]]:
    return [(booked, max(0, count - 1)) for booked, count in people]


def _miscounted(record: MonthRecord) -> MonthRecord:
    record.crime[0, 5, 2, 0] += 1
    return record


def _lose_event(engine: ColumnarEngine) -> None:
    for docket in engine.dockets:
        for month in np.flatnonzero(docket.agenda.first >= 0):
            if docket.agenda.filled[month] > 1:
                docket.agenda.filled[month] -= 1
                return


COLUMNAR: dict[str, Callable[..., Any]] = {
    "policy": skip,
    "patrol": lambda engine, phase, *arguments: _less_guarded(phase(engine, *arguments)),
    "booking": lambda engine, phase, *arguments: _one_less(phase(engine, *arguments)),
    "detainer": lambda engine, phase, *arguments: [0 * outcome for outcome in phase(engine, *arguments)],
    "custody": after(_lose_event),
    "word_of_mouth": skip,
    "news": skip,
    "count": lambda engine, phase, *arguments: _miscounted(phase(engine, *arguments)),
}
"""What is changed in each phase of the columnar engine that begins in Python."""


BLOCKS: dict[str, tuple[str, str]] = {
    "opportunity": ("OPPORTUNITY_COUNT, mean)", "OPPORTUNITY_COUNT, 1.01 * mean)"),
    "offending": ("would = is_taken(u, headroom, readiness)", "would = is_taken(u, headroom, 0.99 * readiness)"),
    "reporting": ("luck[CALLS, i]), victim,", "luck[CALLS, i]), 0.99 * victim,"),
    "recording": ("luck[RECORDS, i]), ", "luck[RECORDS, i]), 0.99 * "),
    "clearance": ("luck[CLEARS, i]), solved)", "luck[CLEARS, i]), 0.99 * solved)"),
    "street_arrest": ("constants.offender_link)", "0.99 * constants.offender_link)"),
}
"""What is changed in each compiled phase: text of a file of ``engines/columnar``, and what stands there instead."""
COMPARE = """
import json, sys
from engine_scenarios import columnar, differences, mesa_run, ready
setting = ready(json.loads(sys.argv[1]))
print(json.dumps(differences(columnar(setting, int(sys.argv[2])), mesa_run(setting, int(sys.argv[2])))))
"""


def test_changes_cover_every_phase_of_both_engines() -> None:
    assert tuple(MESA) == PHASE_NAMES
    assert {*COLUMNAR, *BLOCKS} == set(PHASE_NAMES)


def test_without_a_change_the_engines_agree() -> None:
    setting = ready(SCENARIO)
    assert not differences(columnar(setting, SEED), mesa_run(setting, SEED))


def mutate(monkeypatch: pytest.MonkeyPatch, engine: type, phase: str, mutation: Callable[..., Any]) -> None:
    """Put a mutated phase into an engine."""
    original = getattr(engine, phase)
    monkeypatch.setattr(engine, phase, lambda self, *arguments: mutation(self, original, *arguments))


@pytest.mark.parametrize("phase", MESA)
def test_a_change_in_a_phase_of_the_mesa_engine_is_seen(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = ready(SCENARIO)
    expected = columnar(setting, SEED)
    mutate(monkeypatch, MesaEngine, phase, MESA[phase])
    assert differences(expected, mesa_run(setting, SEED))


@pytest.mark.parametrize("phase", COLUMNAR)
def test_a_change_in_a_phase_of_the_columnar_engine_is_seen(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = ready(SCENARIO)
    expected = mesa_run(setting, SEED)
    mutate(monkeypatch, ColumnarEngine, phase, COLUMNAR[phase])
    assert differences(columnar_by_steps(setting, SEED), expected)


def differences_in_copy(folder: Path, phase: str | None) -> list[str]:
    """Return where the engines differ in a copy of the sources with one compiled phase changed (or none)."""
    shutil.copytree(SOURCES, folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    if phase is not None:
        old, new = BLOCKS[phase]
        texts = {
            path: path.read_text(encoding="utf-8") for path in (folder / "sim" / "engines" / "columnar").glob("*.py")
        }
        found_in = [path for path, text in texts.items() for _ in range(text.count(old))]
        assert len(found_in) == 1, f"{old!r} stands {len(found_in)} times"
        found_in[0].write_text(texts[found_in[0]].replace(old, new), encoding="utf-8")
    places = os.pathsep.join([str(folder), str(REPOSITORY / "tests" / "made")])
    environment = {**os.environ, "PYTHONPATH": places, "DARKFIGURE_CACHE": str(folder / "cache")}
    command = [sys.executable, "-c", COMPARE, json.dumps(SCENARIO), str(SEED)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("phase", BLOCKS)
def test_a_change_in_a_compiled_phase_is_seen(phase: str, tmp_path: Path) -> None:
    assert differences_in_copy(tmp_path, phase)


def test_a_copy_without_a_change_agrees(tmp_path: Path) -> None:
    assert not differences_in_copy(tmp_path, None)
