"""The journal of a batch: a line for each thing that became of a run, written by the process in charge alone.

It is not what results depend on: what lies on disk intact counts, whatever the journal says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from sim.running.batch.plan import Plan, RunName
from sim.words.faults import UserError, shortened
from sim.words.limits import LONGEST_LINE
from sim.words.reading import Damaged, checked_record, json_of

JOURNAL = "journal.jsonl"
DONE, FAILED = "done", "failed"


class Entry(NamedTuple):
    """One line about a run."""

    line: int
    run: RunName
    status: str
    error: str
    seconds: float
    at: str


class Journal:
    """The journal, writing; while it is open no other process works on the batch."""

    def __init__(self, folder: Path) -> None:
        """Open the journal of the batch in ``folder``; a last line cut short by a kill goes.

        Raises
        ------
        UserError
            Where another process works on the batch.
        """
        self.path = folder / JOURNAL
        self._file = self.path.open("a+b")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            raise UserError(f"{folder}: another process is at work on this batch; wait for it, or end it") from None
        self._drop_torn_line()

    def done(self, run: RunName, seconds: float) -> None:
        """Note that a run's results are on disk."""
        self._write({"run": str(run), "status": DONE, "seconds": round(seconds, 4)})

    def failed(self, run: RunName, error: str) -> None:
        """Note that a run has failed for good."""
        self._write({"run": str(run), "status": FAILED, "error": error})

    def event(self, name: str, **facts: Any) -> None:
        """Note something that is not about one run."""
        self._write({"event": name, **facts})

    def __enter__(self) -> Journal:
        """Return the journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, which lets other processes in."""
        self._file.close()

    def _write(self, content: dict[str, Any]) -> None:
        line = {**content, "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._file.flush()

    def _drop_torn_line(self) -> None:
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            self._file.truncate(whole)


def _lock(file: Any) -> None:
    try:
        import fcntl
    except ImportError:  # not a Unix: two processes at once give the same bytes, they only work twice
        return
    fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(folder: Path) -> bool:
    """Return whether a process works on the batch in ``folder``."""
    path = folder / JOURNAL
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            _lock(file)
        except OSError:
            return True
    return False


def read_journal(folder: Path, plan: Plan) -> tuple[list[Entry], list[str]]:
    """Return the lines about runs, and what is wrong with lines that do not fit, each with its number.

    A last line without an end is passed over: it is still being written, or its writer was killed.
    """
    path = folder / JOURNAL
    entries: list[Entry] = []
    faults: list[str] = []
    for number, content in _lines(path):
        try:
            entry = _entry(number, checked_record(json_of(content, path), path, {}), plan)
        except (ValueError, TypeError, UserError):
            faults.append(f"{path}:{number}: not a line of this journal ({shortened(content.strip())}); passed over")
            continue
        if entry is not None:
            entries.append(entry)
    return entries, faults


def events(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the lines of one kind that are not about a run."""
    found = []
    for _, content in _lines(folder / JOURNAL):
        try:
            line = json_of(content, folder / JOURNAL)
        except Damaged:
            continue
        if isinstance(line, dict) and line.get("event") == name:
            found.append(line)
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, content in enumerate(iter(lambda: file.readline(LONGEST_LINE), ""), start=1):
            if content.endswith("\n"):
                yield number, content


def _entry(number: int, line: dict[str, Any], plan: Plan) -> Entry | None:
    """Return what a line says, nothing where it is not about a run."""
    if "event" in line:
        return None
    run = RunName.read(line["run"]) if isinstance(line.get("run"), str) else None
    if run is None or run not in plan or line.get("status") not in (DONE, FAILED):
        raise ValueError
    error, seconds = str(line.get("error", "")), float(line.get("seconds", 0.0))
    return Entry(number, run, line["status"], error, seconds, str(line.get("at", "")))
