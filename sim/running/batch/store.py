"""The results that one or several folders of a plan hold, wherever in them a run's tables lie."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.running.batch import part, run_file
from sim.running.batch.files import remove_leftovers
from sim.running.batch.part import Part, PartReader
from sim.running.batch.plan import Plan, RunName
from sim.running.batch.run_file import ANOTHER_BATCH, ANOTHER_RUN, RunFile
from sim.words.faults import UserError
from sim.words.reading import Damaged, content_of, json_of, refuse_irregular

MERGED = "merged.json"
"""Names the folders that a merged batch takes results from, until it is complete."""
READERS = 64
"""Files of parts held open at a time."""
Place = RunFile | tuple[Part, int]


class Store:
    """Finished runs of a batch that is not complete yet, and where their results lie."""

    def __init__(self, plan: Plan, folder: Path, others: Sequence[Path] = ()) -> None:
        """Look through a folder and those merged in it; files are not opened, but for the receipts of parts."""
        self.plan = plan
        self.folder = folder
        self.places: dict[RunName, Place] = {}
        self.parts: list[Part] = []
        self.faults: list[str] = []
        self.damaged: set[RunName] = set()
        self.foreign: list[str] = []
        for each in (*others, *_merged(folder), folder):
            self._look_through(each)

    def __contains__(self, run: object) -> bool:
        """Tell whether the results of a run are there."""
        return run in self.places

    def own_files(self) -> dict[RunName, RunFile]:
        """Return the runs that lie in files of their own in the folder itself."""
        here = self.folder / run_file.FOLDER
        files = ((run, place) for run, place in self.places.items() if isinstance(place, RunFile))
        return {run: place for run, place in files if place.path.parent == here}

    def runs(self) -> list[RunName]:
        """Return the runs that are there, in design order."""
        return sorted(self.places, key=self.plan.place_of)

    def tables(self, name: str, runs: Iterable[RunName]) -> Iterator[Any]:
        """Yield one table of each of ``runs``.

        Raises
        ------
        UserError
            Where a file is damaged.
        """
        read = self.reader(name)
        return (read(run) for run in runs)

    def reader(self, name: str) -> Callable[[RunName], Any]:
        """Return a function that gives a table of a run; quickest where runs are asked for in design order."""
        open_parts: OrderedDict[int, PartReader] = OrderedDict()

        def read(run: RunName) -> Any:
            place = self.places[run]
            if isinstance(place, RunFile):
                return place.table(name)
            holder, position = place
            reader = open_parts.pop(id(holder), None) or holder.reader(name)
            open_parts[id(holder)] = reader
            if len(open_parts) > READERS:
                open_parts.popitem(last=False)
            return reader.table(position)

        return read

    def verify(self) -> list[str]:
        """Read every file and forget the damaged ones; return what is wrong, a line a file."""
        found = list(self.faults)
        for holder in list(self.parts):
            faults = holder.faults(self.plan)
            if faults:
                found.extend(faults)
                self.parts.remove(holder)
                self.foreign.extend(fault for fault in faults if ANOTHER_BATCH in fault)
        for run, place in list(self.places.items()):
            if isinstance(place, RunFile):
                fault = place.fault(self.plan)
                if fault:
                    found.append(f"{place.path}: {fault}")
                    self._forget(run)
                    if fault.startswith((ANOTHER_BATCH, ANOTHER_RUN)):
                        self.foreign.append(found[-1])
            elif place[0] not in self.parts:
                self._forget(run)
        return found

    def _forget(self, run: RunName) -> None:
        del self.places[run]
        self.damaged.add(run)

    def _look_through(self, folder: Path) -> None:
        for path in sorted(_files(folder / run_file.FOLDER, run_file.SUFFIX)):
            try:
                run = RunName.read(path.name.removesuffix(run_file.SUFFIX))
            except UserError:
                run = RunName("", -1)
            if run in self.plan:
                self.places[run] = RunFile(path)
            else:
                self.faults.append(f"{path}: no run of this batch is called so")
                self.foreign.append(self.faults[-1])
        for path in sorted(_files(folder / part.FOLDER, ".json")):
            try:
                holder = Part(folder, int(path.stem))
            except (UserError, ValueError):
                self.faults.append(f"{path}: damaged")
                continue
            self.parts.append(holder)
            self.places.update({run: (holder, place) for place, run in enumerate(holder.runs) if run in self.plan})


def clear_damaged(store: Store) -> None:
    """Delete from the folder of ``store`` what it could not use, so that those runs can be run again."""
    folder, plan = store.folder, store.plan
    kept = {place.path for place in store.places.values() if isinstance(place, RunFile)}
    numbers = {holder.number for holder in store.parts if holder.folder == folder}
    for path in _files(folder / run_file.FOLDER, run_file.SUFFIX):
        if path not in kept:
            path.unlink(missing_ok=True)
    for name in (run_file.FOLDER, part.FOLDER):
        remove_leftovers(folder / name)
    remove_leftovers(folder)
    good = {part.receipt_path(folder, number) for number in numbers}
    good |= {part.part_path(folder, name, number) for number in numbers for name in run_file.kept_tables(plan)}
    for path in _files(folder / part.FOLDER, ""):
        if path not in good:
            path.unlink(missing_ok=True)


def _merged(folder: Path) -> list[Path]:
    """Return the folders whose results belong to ``folder``."""
    path = folder / MERGED
    if not path.exists():
        return []
    found = json_of(content_of(path), path)
    if not isinstance(found, list) or not all(isinstance(text, str) and "\0" not in text for text in found):
        raise Damaged(f"{path}: damaged, not a list of folders; merge the shards into a new folder")
    others = [Path(text) for text in found]
    for other in others:
        refuse_irregular(other, (run_file.FOLDER, part.FOLDER))
    return others


def _files(folder: Path, suffix: str) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.name.endswith(suffix) and not path.name.startswith(".")]
