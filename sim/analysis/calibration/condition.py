"""How far a calibration is, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sim.analysis.calibration.study import RECORD, Study
from sim.analysis.calibration.wave import point_names, world_name
from sim.running.batch.condition import pace_text
from sim.running.batch.journal import events, is_locked
from sim.running.receipts import kept_and_damaged
from sim.words.reading import record_in


class _Wave(NamedTuple):
    """A wave, or the point: what it is called, how many worlds of it are done, and of how many."""

    name: str
    done: int
    worlds: int
    is_placed: bool


class _Condition(NamedTuple):
    """What is found of a calibration."""

    waves: list[_Wave]
    damaged: list[str]
    at_work: bool
    is_complete: bool

    @property
    def done(self) -> int:
        """How many worlds are done, the point's among them."""
        return sum(wave.done for wave in self.waves)

    @property
    def worlds(self) -> int:
        """How many there will be; a wave that is not placed yet has at most so many."""
        return sum(wave.worlds for wave in self.waves)


def condition_text(folder: Path) -> str:
    """Return how far the calibration in ``folder`` is; every world's file is read, and damaged ones are named.

    Raises
    ------
    UserError
        Where the folder holds no calibration, or a world of something else.
    """
    study = Study.open(folder)
    return "\n".join(_lines(study, _look_at(study)))


def condition_as_json(folder: Path) -> dict[str, Any]:
    """Return the same for other programs."""
    study = Study.open(folder)
    found = _look_at(study)
    return {
        "title": study.header.title,
        "name": study.name,
        "kind": "calibration",
        "worlds": found.worlds,
        "done": found.done,
        "waves": [{"name": it.name, "worlds": it.worlds, "done": it.done} for it in found.waves],
        "waiting": found.worlds - found.done,
        "damaged": found.damaged,
        "at_work": found.at_work,
        "complete": found.is_complete,
    }


def _look_at(study: Study) -> _Condition:
    parts = [
        (f"wave {wave}", [world_name(wave, place) for place in range(len(shares))])
        for wave, shares in enumerate(study.design(), 1)
    ]
    to_come = range(len(parts) + 1, study.header.waves + 1)
    waves, damaged = list[_Wave](), list[str]()
    for name, worlds in (*parts, ("the point", point_names(study))):
        done, faults = kept_and_damaged(study.folder, study.identity, worlds)
        waves.append(_Wave(name, done, len(worlds), True))
        damaged += faults
    waves[-1:-1] = [_Wave(f"wave {wave}", 0, study.header.worlds, False) for wave in to_come]
    is_complete = (study.folder / "manifest.json").exists()
    return _Condition(waves, damaged, is_locked(study.folder), is_complete)


def _lines(study: Study, found: _Condition) -> Iterator[str]:
    header, begun = study.header, record_in(study.folder / RECORD)
    yield (
        f"{header.title or study.name}: calibration in {header.waves} waves of {header.worlds} worlds, each with and "
        f"without {header.program}, seed {header.seed}, darkfigure {begun['version']}"
    )
    parts = [f"{it.name} {it.done} of {it.worlds}{'' if it.is_placed else ', not placed yet'}" for it in found.waves]
    yield f"{found.done} of {found.worlds} worlds done: {'; '.join(parts)}"
    times = [str(event.get("at", "")) for event in events(study.folder, "done")]
    pace = pace_text(times, found.worlds - found.done if found.at_work else 0)
    if pace:
        yield f"worlds: {pace}"
    yield from (f"damaged, and run again: {path}" for path in found.damaged)
    if found.is_complete:
        yield "Complete."
    elif found.at_work:
        yield "A process is at work on it."
    else:
        yield f"'darkfigure resume {study.folder}' goes on."
