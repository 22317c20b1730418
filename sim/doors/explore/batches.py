"""Batches that the page begins: the folder is made at once, the ordinary runner works on it in its own process.

The process is not the service's: where the service ends, the batch goes on, and ``darkfigure resume`` knows it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

from sim.doors.explore.folders import Folders, inside
from sim.doors.explore.refusals import Refused, is_taken, too_much
from sim.doors.explore.worlds import Warm
from sim.running.costs import size_of
from sim.running.machine import processors
from sim.words.faults import shortened

if TYPE_CHECKING:
    from sim.doors.explore.questions import Batch as Asked
    from sim.scenario.scenario import Scenario

MOST_AT_ONCE = 2
MOST_PERSON_MONTHS = 20_000_000_000
"""Of all runs of a batch that the page begins."""
MOST_TOLD = 2_000


class Runners:
    """The processes at work on batches that this service began."""

    def __init__(self, warm: Warm, folders: Folders) -> None:
        """Take where scenarios and folders are looked for."""
        self.warm, self.folders = warm, folders
        self._begun: dict[str, tuple[subprocess.Popen[bytes], IO[bytes]]] = {}
        self._told: dict[str, str] = {}  # what runners complained of before they ended
        self._lock = Lock()

    def begin(self, asked: Asked) -> dict[str, Any]:
        """Make the folder of a batch and set a runner to work on it.

        Raises
        ------
        Refused
            Where the name is taken, too many batches are at work, or the batch is too large.
        UserError
            Where worlds cannot stand beside each other.
        """
        from sim.jobs.compare import begin_comparison
        from sim.running.batch import Options
        from sim.scenario.values import comparison_of

        out = inside(self.folders.outputs, asked.name)
        if out is None or out.exists():
            raise is_taken(f"{asked.name}: a folder of this name is there already, and nothing in it is overwritten")
        worlds = {name: self.warm.changed(world.scenario, world.dials) for name, world in asked.worlds.items()}
        _ensure_small(list(worlds.values()), asked.replications)
        with self._lock:
            self._refuse_too_many()
            made = comparison_of(worlds, replications=asked.replications, seed=asked.seed, title=f"Page: {asked.name}")
            named = replace(made, path=None)
            options = Options(workers=processors(), quiet=True, told="nothing")
            begin_comparison(named, options, engine="columnar", out=self.folders.outputs / asked.name)
            self._set_to_work(asked.name)
        return self.state(asked.name)

    def resume(self, name: str) -> dict[str, Any]:
        """Set a runner to work on a batch that is not done.

        Raises
        ------
        Refused
            Where one is at work, or nothing is left to do.
        """
        with self._lock:
            about = self.folders.about(name)
            if about["complete"] or "at_work" not in about:
                raise is_taken(f"{name}: nothing is left to do")
            if about["at_work"] or self._is_alive(name):
                raise is_taken(f"{name}: a process is at work on it")
            self._refuse_too_many()
            self._set_to_work(name)
        return self.state(name)

    def stop(self, name: str) -> dict[str, Any]:
        """End the runner of a batch as Ctrl-C would; what is done is kept.

        Raises
        ------
        Refused
            Where none of this service's is at work on it.
        """
        with self._lock:
            process = self._begun.get(name, (None, None))[0]
            if process is None or process.poll() is not None:
                raise is_taken(f"{name}: no process of this page is at work on it")
            os.killpg(process.pid, signal.SIGINT) if hasattr(os, "killpg") else process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                raise Refused(409, f"{name}: still ending the runs at work; look again in a moment") from None
        return self.state(name)

    def state(self, name: str) -> dict[str, Any]:
        """Return how far a folder is, whether a runner of this service is at work on it, and what it complained of."""
        about = self.folders.about(name)
        alive = self._is_alive(name)
        return {**about, "at_work": bool(about.get("at_work")) or alive, "ours": alive, "said": self._said(name)}

    def listed(self) -> list[dict[str, Any]]:
        """Return all folders of results, the newest first; a runner that only just began is at work as well."""
        return [
            {**about, "at_work": True} if self._is_alive(about["name"]) else about for about in self.folders.listed()
        ]

    def at_work(self) -> list[str]:
        """Return the names of batches that runners of this service are at work on."""
        return [name for name in self._begun if self._is_alive(name)]

    def _refuse_too_many(self) -> None:
        if len(self.at_work()) >= MOST_AT_ONCE:
            raise Refused(409, f"{MOST_AT_ONCE} batches are at work already; stop one, or wait")

    def _set_to_work(self, name: str) -> None:
        said = tempfile.TemporaryFile()  # noqa: SIM115 - it is the runner's as long as that lives
        folder = str((self.folders.outputs / name).absolute())
        command = [sys.executable, "-m", "sim", "resume", folder, "--quiet", "--workers", str(processors())]
        own = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_SOURCES), os.environ.get("PYTHONPATH", "")])}
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, env=own
        )
        self._begun[name] = (process, said)

    def _is_alive(self, name: str) -> bool:
        return name in self._begun and self._begun[name][0].poll() is None

    def _said(self, name: str) -> str:
        if name not in self._begun or self._is_alive(name):
            return ""
        with self._lock:
            said = self._begun[name][1]
            if not said.closed:
                said.seek(0)
                text = said.read(8 * MOST_TOLD).decode("utf-8", "replace").strip()
                self._told[name] = shortened(text, MOST_TOLD)
                said.close()
        return self._told[name]


_SOURCES = Path(__file__).parents[3]


def _ensure_small(worlds: list[Scenario], replications: int) -> None:
    sizes = [size_of(world.parameters) for world in worlds]
    if replications * sum(size.people * size.months for size in sizes) > MOST_PERSON_MONTHS:
        raise too_much("so large a batch is not begun by the page; 'darkfigure compare' has no such limit")
