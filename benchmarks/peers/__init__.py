"""Other frameworks on the toy workload, each in an environment of its own that is made when it is first needed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.measuring.workload import WORKLOAD, Counts, faults

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".peers"
INSTALLING_SECONDS = 900
ANSWER = "answer "
"""Begins the lines that are answers; libraries print words of their own."""
ONE_THREAD = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class PeerFailed(Exception):
    """A peer cannot be installed, does not answer, or does not run the workload."""


def pinned_version(peer: str) -> str:
    """Return the version of a peer that is installed."""
    for line in (HERE / f"{peer}.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        if name.replace("_", "-") == peer:
            return version
    raise ValueError(f"{peer}.txt does not name {peer}")


def environment(peer: str) -> Path:
    """Return the Python of a peer's environment, which is made unless it is there; another list makes it anew.

    Raises
    ------
    PeerFailed
        Where a package of its list cannot be installed.
    """
    wanted = HERE / f"{peer}.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = hashlib.sha256(version.encode() + wanted.read_bytes()).hexdigest()[:8]
    folder = ENVIRONMENTS / f"{peer}-{key}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    ready = folder / ".ready"
    if not ready.exists():
        print(f"installing {peer} and what it needs, once ...", file=sys.stderr, flush=True)
        venv.create(folder, clear=True, with_pip=True)
        _install(python, wanted, peer)
        ready.touch()
    return python


def _install(python: Path, wanted: Path, peer: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALLING_SECONDS)
    except subprocess.TimeoutExpired:
        raise PeerFailed(f"{peer} was not installed within {INSTALLING_SECONDS} seconds") from None
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["ERROR: pip failed"]
        raise PeerFailed(f"{peer} could not be installed: {errors[-1].removeprefix('ERROR: ')}")


class Peer:
    """A peer at work on one size of the workload; ``run`` gives the processor seconds of its loop."""

    def __init__(self, name: str, python: Path, script: Path, people: int, months: int) -> None:
        self.name, self.people, self.months = name, people, months
        task = {"people": people, "months": months, "workload": WORKLOAD._asdict()}
        self.words = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (open as long as the peer is)
        self.process = subprocess.Popen(
            [str(python), str(script), json.dumps(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.words,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )
        self.seed = 0

    def run(self) -> float:
        """Build the model, run its months and return the processor seconds of the loop.

        Raises
        ------
        PeerFailed
            Where it ends instead, or counts what the workload does not lead to.
        """
        self.seed += 1
        answer = self._ask(f"{self.seed}\n")
        found = faults(Counts(**answer["counts"]), self.people, self.months)
        if found:
            raise PeerFailed(f"{self.name} does not run the workload: {'; '.join(found)}")
        return float(answer["seconds"])

    def _ask(self, question: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(question)
            self.process.stdin.flush()
        answer = next((line for line in self.process.stdout if line.startswith(ANSWER)), None)
        if answer is None:
            self.words.seek(0)
            last = (self.words.read().strip().splitlines() or ["no message"])[-1]
            raise PeerFailed(f"{self.name} ended: {last}")
        result: dict[str, Any] = json.loads(answer.removeprefix(ANSWER))
        return result

    def close(self) -> None:
        """End the peer's process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdout.close()
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.words.close()


@contextmanager
def peers_at_work(names: Sequence[str], people: int, months: int) -> Iterator[tuple[dict[str, Peer], dict[str, str]]]:
    """Give the peers that work, warmed up by one run, and for the others why they do not."""
    working: dict[str, Peer] = {}
    failed: dict[str, str] = {}
    with ExitStack() as stack:
        for name in names:
            try:
                script = HERE / f"{name.replace('-', '_')}_toy.py"
                peer = Peer(name, environment(name), script, people, months)
                stack.callback(peer.close)
                peer.run()
                working[name] = peer
            except PeerFailed as error:
                failed[name] = str(error)
        yield working, failed
