"""A world that somebody found by turning dials becomes a scenario file, which every command takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from sim.doors.explore.dials import changes_of
from sim.doors.explore.folders import inside
from sim.doors.explore.refusals import Refused, is_taken
from sim.scenario.design.paths import nested
from sim.scenario.scenario import load_scenario
from sim.scenario.shipped import SUFFIX, shipped_names

if TYPE_CHECKING:
    from sim.doors.explore.questions import Saved
    from sim.doors.explore.worlds import Warm


def save(warm: Warm, asked: Saved) -> dict[str, Any]:
    """Write a scenario file of a new name into the folder of scenarios; return its name and text.

    Raises
    ------
    Refused
        Where a scenario of this name is there already, or nothing can be written.
    UserError
        Where the world has a fault.
    """
    scenario = warm.changed(asked.scenario, asked.dials)
    path = inside(warm.folder, f"{asked.name}{SUFFIX}")
    if path is None or path.exists() or asked.name in warm.names() or asked.name in shipped_names():
        raise is_taken(f"{asked.name}: a scenario of this name is there already, and none is overwritten")
    own = load_scenario(warm.file(asked.scenario)).parameters
    text = _text(warm, asked, nested(changes_of(asked.dials, own)), scenario.parameters.title)
    try:
        warm.folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise is_taken(f"{asked.name}: a scenario of this name is there already") from None
    except OSError as error:
        raise Refused(409, f"{warm.folder}: cannot be written ({error.strerror})") from None
    return {"name": asked.name, "file": str(warm.folder / path.name), "text": text}


def _text(warm: Warm, asked: Saved, changes: dict[str, Any], title: str) -> str:
    file = warm.file(asked.scenario)
    own = file.resolve().parent == warm.folder.resolve()
    is_shipped = asked.scenario in shipped_names() and not own
    extends = file.name if own else asked.scenario if is_shipped else str(file.resolve())
    content = {"extends": extends, "title": asked.title or f"{title}, changed", **changes}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
