"""The files that worlds are read from, copied into the folder of their batch: nothing changes beneath its runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sim.parameters.world import WORLD_FILES
from sim.running.batch.files import digest_of, digest_of_file
from sim.words.faults import UserError
from sim.words.labels import PROGRAMS
from sim.words.reading import content_of

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.scenario.design.paths import Value
    from sim.scenario.scenario import Scenario

FOLDER = "inputs"


class Inputs:
    """The files that some scenarios name, each read once.

    Attributes
    ----------
    files : dict of bytes
        Contents by path within the folder of the batch.
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        """Read all files that ``scenarios`` name.

        Raises
        ------
        UserError
            Where one cannot be read.
        """
        self.files: dict[str, bytes] = {}
        self._copies: dict[str, str] = {}
        for scenario in scenarios:
            for path in files_named_in(scenario.parameters):
                if path not in self._copies:
                    self._copy(path)

    def _copy(self, path: str) -> None:
        try:
            content = content_of(Path(path))
        except FileNotFoundError:
            raise UserError(f"there is no file {path}") from None
        name = Path(path).name
        place, number = f"{FOLDER}/{name}", 1
        while self.files.get(place, content) != content:
            number += 1
            place = f"{FOLDER}/{number}_{name}"
        self.files[place], self._copies[path] = content, place

    def carried(self, scenario: Scenario) -> Scenario:
        """Return a scenario that names the copies, relative to the file that it is written to in the batch folder."""
        parameters = scenario.parameters
        world = {key: self._beside(getattr(parameters.world, key)) for key in WORLD_FILES}
        programs = {}
        for name in PROGRAMS:
            program = getattr(parameters.programs, name)
            if program.list_file is not None:
                programs[name] = program.model_copy(update={"counties": self._beside(program.list_file)})
        changes = {
            "world": parameters.world.model_copy(update=world),
            "programs": parameters.programs.model_copy(update=programs),
        }
        return replace(scenario, parameters=parameters.model_copy(update=changes))

    def named(self, value: Value) -> Value:
        """Return the value of a sweep's point; of a file, the copy's path within the folder of the batch."""
        return self._copies.get(value, value) if isinstance(value, str) else value

    def _beside(self, path: str | None) -> str | None:
        return None if path is None else str(PurePosixPath("..") / self._copies[path])

    def ensure_unchanged(self) -> None:
        """Make sure that the files are still what was copied.

        Raises
        ------
        UserError
            Where one has changed since.
        """
        for path, place in self._copies.items():
            if digest_of_file(Path(path)) != digest_of(self.files[place]):
                raise UserError(f"{path}: has changed while the batch was being set up; begin again")


def files_named_in(parameters: Parameters) -> Iterator[str]:
    """Yield the files that a scenario's world and programs are read from."""
    for key in WORLD_FILES:
        path = getattr(parameters.world, key)
        if path is not None:
            yield path
    for name in PROGRAMS:
        listed = getattr(parameters.programs, name).list_file
        if listed is not None:
            yield listed
