"""Four hundred runs, killed at thirty random moments, parent, worker or shard, and resumed: the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from small_batches import done_in, files_of, files_undisturbed, new_batch, resumed, without_figures

from sim.jobs.merge import check_shards, merge
from sim.running.batch import Batch

REPLICATIONS = 200
KILLS = 30


@pytest.fixture(autouse=True)
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return files_undisturbed(tmp_path_factory, REPLICATIONS, without_figures)


def begin_resuming(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sim", "resume", str(folder), "--quiet", *options]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the process ids of the workers that a process has now, and of what they are forked from."""
    with suppress(OSError):
        nurseries = [it for it in children_of(process.pid) if "spawn_main" in Path(f"/proc/{it}/cmdline").read_text()]
        return [each for nursery in nurseries for each in (nursery, *children_of(nursery))]
    return []


def children_of(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").iterdir()
    return [int(text) for thread in threads for text in (thread / "children").read_text().split()]


def wait_for_runs(folder: Path, more: int, process: subprocess.Popen[str]) -> None:
    """Wait until a session has finished some runs, or has ended."""
    journal = folder / "journal.jsonl"
    before = journal.stat().st_size if journal.exists() else 0
    while process.poll() is None and (not journal.exists() or journal.stat().st_size < before + 90 * more):
        time.sleep(0.005)


def ensure_once(folder: Path) -> None:
    """No run is noted twice: one whose file is there is not run again, though a kill may have cost its line."""
    done = done_in(folder)
    assert len(done) == len(set(done))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs the list of a process's children")
def test_killed_at_random_moments_among_parent_and_workers(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    chance = random.Random(7)
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    kills, workers_killed = 0, 0
    while kills < KILLS and not (out / "manifest.json").exists():
        process = begin_resuming(out, "--workers", "2")
        wait_for_runs(out, chance.randrange(1, 6), process)
        found = workers_of(process)
        for child in chance.sample(found, k=min(chance.randrange(3), len(found))):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                kills, workers_killed = kills + 1, workers_killed + 1
            wait_for_runs(out, chance.randrange(1, 4), process)
        time.sleep(chance.random() * 0.05)
        process.kill()
        kills += 1
        told = process.communicate()[1]
        assert "Traceback" not in told, told
    assert kills >= KILLS
    assert workers_killed > 3
    assert 0 < len(Batch.open(out).finished()) < 2 * REPLICATIONS
    resumed(out, workers=2)
    assert files_of(out) == undisturbed
    ensure_once(out)


@pytest.mark.slow
def test_shards_killed_at_random_moments(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    chance = random.Random(11)
    folders = [new_batch(tmp_path / f"shard{number}", REPLICATIONS, (number, 3)).path for number in (1, 2, 3)]
    for _ in range(9):
        folder = chance.choice(folders)
        process = begin_resuming(folder, "--workers", "1")
        wait_for_runs(folder, chance.randrange(1, 15), process)
        process.kill()
        process.communicate()
    for folder in folders:
        process = begin_resuming(folder, "--workers", "1")
        told = process.communicate()[1]
        assert process.returncode == 0, told
        ensure_once(folder)
    out = merge(check_shards(folders), tmp_path / "whole", workers=2, on_error="hold", quiet=True)
    assert files_of(out) == undisturbed
