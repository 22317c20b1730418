"""The worlds that the page turns its dials in: scenarios by name, each kept warm, and how large a run may be."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any

from sim.doors.explore.dials import Setting, changes_of, standing
from sim.doors.explore.folders import inside
from sim.doors.explore.posterior import changes_of_draw
from sim.doors.explore.refusals import busy, not_there, too_much
from sim.running.costs import size_of
from sim.scenario.files import kind_of_tree
from sim.scenario.scenario import Scenario, load_scenario
from sim.scenario.shipped import SUFFIX, shipped_folder, shipped_names
from sim.scenario.values import scenario_of
from sim.scenario.yaml_text import Scalar, read_file
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.running.session import Ran, Session

SCENARIOS = Path("scenarios")
FIRST = "secure_communities"
MOST_PERSON_MONTHS = 300_000_000
"""Of a run that the page begins: three million people and eight years."""
MOST_SESSIONS, MOST_WAITING = 3, 12


@lru_cache(maxsize=500)
def _title(path: Path, stamp: tuple[int, ...]) -> str | None:
    """Return the title in a scenario file, or its name; ``stamp`` is that of the file."""
    try:
        tree = read_file(path, path.name, [])
        title = tree.entries.get("title")
        return (title.text if isinstance(title, Scalar) else path.stem) if kind_of_tree(tree) == "scenario" else None
    except UserError:
        return None


@lru_cache(maxsize=20)
def _loaded(path: Path, stamp: tuple[int, ...]) -> Scenario:
    return load_scenario(path)


def _stamp(path: Path) -> tuple[int, ...]:
    facts = path.stat()
    return facts.st_mtime_ns, facts.st_size


class Warm:
    """Scenarios by name, and a session for each that was run lately."""

    def __init__(self, given: Path | None = None, folder: Path = SCENARIOS) -> None:
        """Take the scenario that the user named, if any, and the folder that saved ones lie in."""
        self.given, self.folder = given, folder
        self._sessions: OrderedDict[tuple[str, tuple[int, ...]], Session] = OrderedDict()
        self._lock, self._waiting = Lock(), BoundedSemaphore(MOST_WAITING)

    def names(self) -> list[str]:
        """Return the names of all scenarios: the user's own first."""
        found = sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else []
        own = [path.stem for path in found if inside(self.folder, path.name)]
        given = [self.given.stem] if self.given is not None else []
        known = dict.fromkeys([*given, *own, *shipped_names()])
        return [name for name in known if self.title(name) is not None]

    def first(self) -> str:
        """Return the name of the scenario that the page opens with."""
        return self.given.stem if self.given is not None else FIRST

    def title(self, name: str) -> str | None:
        """Return what a scenario is called; None where its file holds none, or cannot be read."""
        path = self.file(name)
        return _title(path, _stamp(path))

    def file(self, name: str) -> Path:
        """Return the file of a scenario: the one given, one of the folder's, or one that comes with the program.

        Raises
        ------
        Refused
            Where there is none of this name.
        """
        if self.given is not None and name == self.given.stem:
            return self.given
        own = inside(self.folder, f"{name}{SUFFIX}")
        if own is not None and own.is_file():
            return own
        if name in shipped_names():
            return shipped_folder() / f"{name}{SUFFIX}"
        raise not_there(f"{name}: no scenario of this name")

    def about(self, name: str) -> dict[str, Any]:
        """Return what the page says of a scenario, and where its dials stand."""
        parameters = self._own(name).parameters
        return {
            "title": parameters.title or name,
            "question": parameters.question,
            "kind": parameters.world.kind,
            "start": parameters.start,
            "months": parameters.months,
            "standing": standing(parameters),
        }

    def changed(self, name: str, dials: Mapping[str, Setting]) -> Scenario:
        """Return a scenario with its dials turned, checked, and no larger than the page may run.

        Raises
        ------
        UserError
            Where a dial cannot stand there, or the world is too large.
        """
        own = self._own(name)
        found = scenario_of(own, changes_of(dials, own.parameters))
        size = size_of(found.parameters)
        if size.people * size.months > MOST_PERSON_MONTHS:
            raise too_much(
                f"{size.people:,} people in {size.months} months are more than the page runs "
                f"({MOST_PERSON_MONTHS:,} person-months); 'darkfigure run' has no such limit"
            )
        return found

    def run(
        self,
        name: str,
        dials: Mapping[str, Setting],
        seed: int,
        replication: int,
        *,
        draw: int | None = None,
        over: Mapping[str, Any] | None = None,
    ) -> Ran:
        """Run a scenario with its dials turned.

        Parameters
        ----------
        name, dials
            The world.
        seed, replication : int
            Its luck.
        draw : int, optional
            Number of a draw of the posterior that comes with the program, as a batch of this seed has it; dials that
            are turned stand above it.
        over : mapping, optional
            Further changes, above all others.

        Raises
        ------
        UserError
            As ``changed``, or where too many runs wait.
        """
        self.changed(name, dials)
        with self._turn():
            session = self.session(name)
            below = {} if draw is None else changes_of_draw(session.scenario, seed, draw)
            changes = {**below, **changes_of(dials, session.scenario.parameters), **(over or {})}
            return session.run(changes, seed, replication=replication)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._waiting.acquire(blocking=False):
            raise busy()
        try:
            yield
        finally:
            self._waiting.release()

    def _own(self, name: str) -> Scenario:
        """Return a scenario as it stands in its file, which is read again where it changed."""
        file = self.file(name)
        return _loaded(file, _stamp(file))

    def session(self, name: str) -> Session:
        """Return the session of a scenario, as its file stands."""
        from sim.running.session import Session

        file = self.file(name)
        key = (name, _stamp(file))
        with self._lock:
            if key not in self._sessions:
                own = self.changed(name, {})
                while len(self._sessions) >= MOST_SESSIONS:
                    self._sessions.popitem(last=False)
                self._sessions[key] = Session(own)
            self._sessions.move_to_end(key)
            return self._sessions[key]
