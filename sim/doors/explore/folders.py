"""The folders of results: which there are, how far each is, and what it holds; nothing outside is looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sim.doors.explore.courses import mean_counts
from sim.doors.explore.refusals import not_there
from sim.jobs.folders import kind_of_folder
from sim.running.manifest import manifest_of
from sim.words.faults import UserError

OUTPUTS = Path("outputs")
MOST_SHOWN = 200
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
FILES = {
    "report.html": "text/html; charset=utf-8",
    "summary.csv": "text/csv; charset=utf-8",
    "codebook.csv": "text/csv; charset=utf-8",
    "headline.txt": "text/plain; charset=utf-8",
}
"""What is given out of a folder of results; tables are read where they lie."""
MOST_ROWS = 400
_FINISHED = ("estimate", "power", "validate", "calibration", "identification")
"""Kinds of folders of results that have a manifest only when they are finished."""


def inside(folder: Path, name: str) -> Path | None:
    """Return the path of ``name`` in a folder; None where the name or a link leads out of it."""
    if not NAME.fullmatch(name):
        return None
    path = (folder / name).resolve()
    return path if path.parent == folder.resolve() else None


class Folders:
    """The folders below one."""

    def __init__(self, outputs: Path = OUTPUTS) -> None:
        """Take the folder that results lie in."""
        self.outputs = outputs

    def folder(self, name: str) -> Path:
        """Return the folder of results called ``name``.

        Raises
        ------
        Refused
            Where there is none.
        """
        path = inside(self.outputs, name)
        if path is None or not path.is_dir():
            raise not_there(f"{name}: no such folder of results")
        return self.outputs / name

    def file(self, name: str, file: str) -> Path:
        """Return one of ``FILES`` of a folder.

        Raises
        ------
        Refused
            Where it is not there, or is a link to somewhere else.
        """
        folder = self.folder(name)
        path = inside(folder, file) if file in FILES else None
        if path is None or not path.is_file():
            raise not_there(f"{name}/{file}: no such file of results")
        return path

    def listed(self) -> list[dict[str, Any]]:
        """Return what lies there, the newest first."""
        if not self.outputs.is_dir():
            return []
        paths = [path for path in self.outputs.iterdir() if inside(self.outputs, path.name) and path.is_dir()]
        newest = sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_SHOWN]
        return [told for path in newest if (told := self._told(path)) is not None]

    def _told(self, path: Path) -> dict[str, Any] | None:
        try:
            return self.about(path.name)
        except UserError:
            return None

    def about(self, name: str) -> dict[str, Any]:
        """Return what a folder holds and how far it is.

        Raises
        ------
        UserError
            Where it holds no results, or a file is damaged.
        """
        path = self.folder(name)
        manifest = manifest_of(path)
        if manifest.get("kind") in _FINISHED:
            told = str(manifest.get("scenario", manifest.get("program", name)))
            found = {"kind": manifest["kind"], "title": told, "complete": True}
        else:
            found = _batch_or_run(path)
        report = (path / "report.html").is_file()
        return {"name": name, "done": 1, "runs": 1, "report": report, **found}

    def course(self, name: str) -> dict[str, Any]:
        """Return the monthly counts of each scenario of a run or comparison, means over replications, and its summary.

        Raises
        ------
        UserError
            Where there are none yet.
        """
        path = self.folder(name)
        about = self.about(name)
        if about["kind"] == "comparison":
            return {**about, **_comparison(path), "summary": _summary(path)}
        if about["kind"] == "run":
            return {**about, **_run(path), "summary": _summary(path)}
        return {**about, "months": [], "scenarios": {}, "summary": _summary(path)}


def _batch_or_run(path: Path) -> dict[str, Any]:
    kind = kind_of_folder(path)
    if kind == "run" or not (path / "plan.json").exists():
        return {"kind": kind, "title": str(manifest_of(path).get("scenario", path.name)), "complete": True}
    from sim.running.batch import Batch
    from sim.running.batch.journal import is_locked

    batch = Batch.open(path)
    return {
        "kind": kind,
        "title": batch.plan.title or batch.plan.name,
        "done": len(batch.finished()),
        "runs": len(batch.plan),
        "complete": batch.is_complete,
        "at_work": is_locked(path),
    }


def _comparison(path: Path) -> dict[str, Any]:
    from sim.jobs.folders import comparison_in
    from sim.telling.doubt_wording import over_what

    results = comparison_in(path)
    scenarios = {
        name: {"title": results.title(name), "people": results.evaluation.persons, **mean_counts(runs)}
        for name, runs in results.runs.items()
    }
    told = {"months": list(results.months), "over": over_what(results), "scenarios": scenarios}
    return {**told, "references": dict(results.references)}


def _run(path: Path) -> dict[str, Any]:
    from sim.running.measures import reduce
    from sim.running.stored import stored_run, stored_scenario

    name, replication, ledger = stored_run(path)
    run = reduce(ledger, name, replication, 0)
    title = stored_scenario(path).parameters.title or name
    return {
        "months": list(run.months),
        "over": "",
        "scenarios": {name: {"title": title, "people": run.persons, **mean_counts([run])}},
    }


def _summary(path: Path) -> dict[str, Any]:
    """Return the rows of ``summary.csv`` as texts."""
    import csv
    from itertools import islice

    file = inside(path, "summary.csv")
    if file is None or not file.is_file():
        return {"columns": [], "rows": []}
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(islice(csv.reader(lines), MOST_ROWS + 1))
    return {"columns": rows[0] if rows else [], "rows": rows[1:]}
